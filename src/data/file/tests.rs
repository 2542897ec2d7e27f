//! Files as other tools write them. Each test is one habit of such tools, with its relatives.

use super::*;
use crate::data::testing::assert_linear;
use crate::data::{Dataset, Example, Place, Texts};
use crate::recipe::InlineExample;

fn columns(text: Option<&str>, tasks: &[&str]) -> Columns {
    let tasks = (!tasks.is_empty()).then(|| tasks.iter().map(|task| task.to_string()).collect());
    Columns { text: text.map(String::from), tasks, ..Columns::default() }
}

/// Reads a table, and checks that a reading that keeps no rows says the same of the file.
#[track_caller]
fn read_table(name: &str, bytes: &[u8], columns: &Columns) -> Result<Table> {
    let table = super::read_table(name, bytes, columns);
    let open = FileRows::open(name, bytes, columns);
    let mut texts = Vec::new();
    let streamed =
        open.as_ref().map_err(Clone::clone).and_then(|rows| rows.read(&[], &mut |text| texts.push(text.to_string())));
    let Ok(table) = table else {
        assert_eq!(streamed.unwrap_err(), *table.as_ref().unwrap_err());
        return table;
    };
    let rows = open.expect("it is read");
    assert_eq!(rows.text_column(), table.text);
    let own: Vec<&str> = table.rows.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(texts, own);
    let mut again = Vec::new();
    rows.visit(&mut |text| {
        again.push(text.to_string());
        std::ops::ControlFlow::Continue(())
    });
    assert_eq!(again, own);
    assert_eq!(rows.text_at(own.len() - 1), own[own.len() - 1]);
    match (Dataset::from_table(&table, &[]), streamed) {
        (Ok(whole), Ok((data, notes))) => {
            assert_eq!((data.tasks, notes), (whole.tasks, table.notes.clone()));
            let labels =
                |examples: Vec<Example>| examples.into_iter().map(|example| example.labels).collect::<Vec<_>>();
            assert_eq!(labels(data.examples), labels(whole.examples));
        }
        (whole, streamed) => assert_eq!(whole.unwrap_err(), streamed.unwrap_err()),
    }
    Ok(table)
}

#[track_caller]
fn read(name: &str, bytes: impl AsRef<[u8]>) -> Table {
    read_table(name, bytes.as_ref(), &Columns::default()).expect("a table")
}

/// The table of `tasks` in a file.
#[track_caller]
fn read_tasks(name: &str, bytes: impl AsRef<[u8]>, tasks: &[&str]) -> Table {
    read_table(name, bytes.as_ref(), &columns(None, tasks)).expect("a table")
}

/// Each row's sentence, and its label for the first task or `-`.
fn rows(table: &Table) -> Vec<(&str, &str)> {
    table.rows.iter().map(|row| (row.text.as_str(), row.labels.get(0).map_or("-", String::as_str))).collect()
}

fn notes(table: &Table) -> Vec<&str> {
    table.notes.iter().map(|note| note.message.as_str()).collect()
}

#[track_caller]
fn fails(name: &str, bytes: impl AsRef<[u8]>, expected: &str) {
    fails_for(&Columns::default(), name, bytes, expected);
}

#[track_caller]
fn fails_for(columns: &Columns, name: &str, bytes: impl AsRef<[u8]>, expected: &str) {
    assert_eq!(read_table(name, bytes.as_ref(), columns).unwrap_err().to_string(), expected);
}

const TWO: [(&str, &str); 2] = [("a b", "x"), ("c, d", "y")];

#[test]
fn every_encoding_with_a_mark_is_read_the_same() {
    let text = "text,topic\r\na b,x\r\n\"c, d\",y\r\n";
    let units = || text.encode_utf16();
    let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
    for bytes in [
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        [b"\xff\xfe", little.as_slice()].concat(),
        [b"\xfe\xff", big.as_slice()].concat(),
    ] {
        let table = read("a.CSV", &bytes);
        assert_eq!((rows(&table), notes(&table)), (TWO.to_vec(), vec![]), "{:x?}", &bytes[..3]);
        assert_eq!(table.rows[1].place, Place::Line(3));
    }
    // Without a mark, every second byte is 0.
    for bytes in [little.clone(), big] {
        let table = read("a.csv", &bytes);
        assert_eq!((rows(&table), notes(&table)), (TWO.to_vec(), vec!["a.csv: it is read as UTF-16"]));
    }
    fails(
        "a.csv",
        [b"\xff\xfe", &little[..little.len() - 1]].concat(),
        "a.csv, line 3: its UTF-16 text is damaged; save the file as UTF-8",
    );
}

#[test]
fn what_is_no_utf8_is_refused_with_all_lines() {
    let wrong = "it is not UTF-8 text; save the file as UTF-8";
    fails("a.csv", b"text,topic\na,\xff\n", &format!("a.csv, line 2: {wrong}"));
    let latin = |n: usize| [b"text,topic\n".to_vec(), b"caf\xe9 ol\xe9,x\nplain,y\n".repeat(n)].concat();
    fails("a.csv", latin(3), &format!("a.csv, lines 2, 4, 6: {wrong}"));
    fails("a.csv", latin(12), &format!("a.csv, lines 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, … (+2): {wrong}"));
}

#[test]
fn what_is_no_text_is_named() {
    let zip = |inside: &str| [b"PK\x03\x04\x14\0\0\0\x08\0".as_slice(), inside.as_bytes(), b"\xff\0"].concat();
    let workbook = "this is an Excel workbook; save it as CSV UTF-8 (in Excel: Save As)";
    for (bytes, wrong) in [
        (zip("[Content_Types].xml xl/workbook.xml"), workbook),
        (zip("xl/worksheets/sheet1.xml"), workbook),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), workbook),
        (
            zip("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
            "this is an OpenDocument spreadsheet; save it as CSV in UTF-8",
        ),
        (zip("train.csv"), "this file is compressed; unpack it first"),
        (b"\x1f\x8b\x08\0".to_vec(), "this file is compressed; unpack it first"),
        #[cfg(not(feature = "parquet"))]
        (b"PAR1\x15\0".to_vec(), "this is a Parquet file; write the table as CSV or JSONL"),
        (b"%PDF-1.7\n".to_vec(), "this is a PDF; save the table as CSV UTF-8"),
        (b"<!DOCTYPE html>\n<table>".to_vec(), "this is HTML or XML; save the table as CSV UTF-8"),
        (b"<?xml version=\"1.0\"?><Workbook>".to_vec(), "this is HTML or XML; save the table as CSV UTF-8"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n".to_vec(),
            "this is a Git LFS pointer and not the file; fetch it with git lfs pull",
        ),
        (b"\xff\xfe\0\0t\0\0\0".to_vec(), "it is UTF-32 text; save the file as UTF-8"),
    ] {
        for name in ["a.csv", "a.xlsx", "a.jsonl"] {
            fails(name, &bytes, &format!("{name}: {wrong}"));
        }
    }
}

#[test]
fn nuls_that_pad_cells_are_removed_and_others_refused() {
    let table = read("a.csv", "text,tone\na,bad\0\0\nb,good\nc,\0\n\0d\0,bad\n");
    assert_eq!(rows(&table), [("a", "bad"), ("b", "good"), ("c", "-"), ("d", "bad")]);
    assert_eq!(notes(&table), ["a.csv, lines 2, 4, 5: NUL characters around cells are removed"]);
    let wrong = "there is a NUL character between the others; the file is no plain text; export it again";
    fails(
        "a.csv",
        "text,tone\na\0b,bad\nc,go\0od\nd,b\0d\n",
        &format!("a.csv, line 2, column \"text\": {wrong}; lines 3, 4, column \"tone\": {wrong}"),
    );
    let tone = columns(None, &["tone"]);
    fails_for(
        &tone,
        "a.jsonl",
        r#"{"text": "a\u0000b", "tone": "x"}"#,
        &format!("a.jsonl, line 1, column \"text\": {wrong}"),
    );
}

#[test]
fn every_line_end_is_read() {
    for end in ["\n", "\r\n", "\r"] {
        let table = read("a.csv", ["text,topic", "a b,x", "", "\"c, d\",y", ""].join(end));
        assert_eq!((rows(&table), table.rows[1].place), (TWO.to_vec(), Place::Line(4)), "{end:?}");
    }
}

#[test]
fn the_file_shows_its_separator() {
    for (separator, note) in [(",", ""), (";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")] {
        let text = ["text,topic", "\"a b\",x", "\"c, d\",y", ""].join("\n").replace("\",", "\"\u{1}");
        let text = text.replace("text,", "text\u{1}").replace('\u{1}', separator);
        let table = read("a.csv", &text);
        assert_eq!(rows(&table), TWO, "{separator:?}");
        let expected = format!("a.csv: its columns are separated by {note}");
        assert_eq!(notes(&table), if note.is_empty() { vec![] } else { vec![expected.as_str()] });
        // As Excel names it.
        for first in [format!("sep={separator}"), format!("\"SEP={separator}\"")] {
            let table = read("a.csv", format!("{first}\n{text}"));
            assert_eq!((rows(&table), notes(&table)), (TWO.to_vec(), vec![]), "{first}");
            assert_eq!(table.rows[0].place, Place::Line(3));
        }
    }
    assert_eq!(rows(&read("a.csv", "sep=^\ntext^topic\na b^x\nc, d^y\n")), TWO);
    // The header has a comma in quotes, or the sentences have one in every row.
    assert_eq!(rows(&read("a.csv", "text;\"tone, overall\"\r\na b;x\r\nc, d;y\r\n")), TWO);
    let table = read("a.csv", "text;tone\na, b;x\nc, d;y\n");
    assert_eq!(rows(&table), [("a, b", "x"), ("c, d", "y")]);
    assert_eq!(read("a.csv", "text,a;b\nfine,x\nfair,y\n").tasks, ["a;b"]);
    // Endings that say nothing, or something else.
    assert_eq!(rows(&read("a.txt", "text\ttopic\na b\tx\nc, d\ty\n")), TWO);
    assert_eq!(rows(&read("a.tsv", "text,topic\na b,x\n\"c, d\",y\n")), TWO);
    assert_eq!(rows(&read("download", "text,topic\na b,x\n\"c, d\",y\n")), TWO);
    fails(
        "a.txt",
        "x\n",
        "a.txt: neither its ending nor its first line shows how it is read; it must be CSV, TSV, JSON or JSONL",
    );
}

#[test]
fn quotes_in_a_tsv_are_text() {
    // The first sentence opens a quotation and the third closes it, as in text that was split into sentences.
    let table = read("a.tsv", "text\ttone\n\"Never again.\tbad\nThe room was fine.\tgood\nWe left.\"\tbad\n");
    let expected = [("\"Never again.", "bad"), ("The room was fine.", "good"), ("We left.\"", "bad")];
    let text = "a.tsv: the double quotes around or before some cells are read as text";
    assert_eq!((rows(&table), notes(&table)), (expected.to_vec(), vec![text]));
    // A sentence that is a quotation as a whole.
    let table = read("a.tsv", "text\ttone\n\"Never again.\"\tbad\nFine.\tgood\n");
    assert_eq!((rows(&table)[0].0, notes(&table)), ("\"Never again.\"", vec![text]));
    let table = read("a.tsv", "text\ttone\nShe said \"no\".\tbad\nFine.\tgood\n");
    assert_eq!((rows(&table)[0].0, notes(&table)), ("She said \"no\".", vec![]));
    // A row of the wrong width is named by its own line.
    fails(
        "a.tsv",
        "text\ttone\n\"Never again.\tbad\nThe room\n",
        "a.tsv, line 3: it has 1 fields and the header has 2; a cell with tabs inside must stand in double quotes",
    );
}

#[test]
fn quotes_in_a_tsv_that_a_tool_wrote_enclose_cells() {
    for text in [
        // Where needed: spreadsheets, pandas.
        "text\ttone\n\"She said \"\"no\"\".\"\tbad\nFine.\tgood\n",
        // All of them, and all texts.
        "\"text\"\t\"tone\"\n\"She said \"\"no\"\".\"\t\"bad\"\n\"Fine.\"\t\"good\"\n",
        "text\ttone\n\"She said \"\"no\"\".\"\t\"bad\"\n\"Fine.\"\t\"good\"\n",
    ] {
        let table = read("a.tsv", text);
        assert_eq!(rows(&table), [("She said \"no\".", "bad"), ("Fine.", "good")], "{text}");
        assert_eq!(notes(&table), [""; 0]);
    }
    let table = read("a.tsv", "text\ttone\n\"One.\nTwo.\"\tbad\n\"A\ttab.\"\tgood\n");
    assert_eq!(rows(&table), [("One.\nTwo.", "bad"), ("A\ttab.", "good")]);
}

#[test]
fn a_lone_quote_in_a_csv_swallows_no_row() {
    let table = read(
        "a.csv",
        "text,tone\n\"Never again.,bad\nThe room was fine.,good\nWe left.\",bad\nThe soup was cold.,bad\nA garden.,good\n",
    );
    let text = "a.csv: the double quotes around or before some cells are read as text";
    assert_eq!((table.rows.len(), rows(&table)[0], notes(&table)), (5, ("\"Never again.", "bad"), vec![text]));
    // A quoted cell of several lines with as many commas as the header.
    let table = read("a.csv", "text,tone\n\"Hello, you.\nBye.\",good\n\"No, \nno.\",bad\nFine.,good\n");
    assert_eq!(rows(&table), [("Hello, you.\nBye.", "good"), ("No, \nno.", "bad"), ("Fine.", "good")]);
    // Quotes around a part of a cell, and one that stands for inches.
    let table = read("a.csv", "text,tone\n\"Great\" is a word.,good\nA 5\" screen.,bad\n");
    assert_eq!((rows(&table)[0].0, notes(&table)), ("\"Great\" is a word.", vec![text]));
    assert_eq!(notes(&read("a.csv", "text,tone\nA 5\" screen.,bad\nFine.,good\n")), [""; 0]);
}

#[test]
fn quotes_after_white_space_and_backslashes_are_understood() {
    let table = read("a.csv", "text, tone\n\"Cold, late.\" , \"bad\"\n \"Warm, \"\"early\"\".\", good\n");
    assert_eq!((rows(&table), notes(&table)), (vec![("Cold, late.", "bad"), ("Warm, \"early\".", "good")], vec![]));
    // A quote after white space that encloses no cell.
    assert_eq!(rows(&read("a.csv", "tone,text\nbad, \"so called\" luxury\ngood, fine\n"))[0].0, "\"so called\" luxury");
    let table = read("a.csv", "text,tone\n\"She said \\\"no\\\", twice.\",bad\n\"Fine, thanks.\",good\n");
    assert_eq!(rows(&table), [("She said \"no\", twice.", "bad"), ("Fine, thanks.", "good")]);
    assert_eq!(notes(&table), ["a.csv: a backslash before a double quote is read as its mark inside a quoted cell"]);
}

#[test]
fn quotes_and_rows_that_cannot_be_read_are_refused_with_all_lines() {
    let after = "a stray double quote: text follows a closing quote; inside a quoted field write each quote twice";
    fails("a.csv", "text,topic\n\"a, b\" c,x\nd,y\n\"e, f\" g,x\n", &format!("a.csv, lines 2, 4: {after}"));
    fails(
        "a.csv",
        "text,topic\n\"a, b\" c,x\n\"never, closed,x\nmore,y\n",
        &format!(
            "a.csv, line 2: {after}; line 3: a stray double quote: the quoted field that begins here never ends; close it \
             or write the quote twice"
        ),
    );
    let width =
        |n| format!("it has {n} fields and the header has 2; a cell with commas inside must stand in double quotes");
    fails(
        "a.csv",
        "text,topic\na,x\nb, c,y\nd\ne, f,y\n",
        &format!("a.csv, lines 3, 5: {}; line 4: {}", width(3), width(1)),
    );
    let many: String = (0..30).map(|i| format!("a{},x\n", ",".repeat(i).replace(',', ",b"))).collect();
    let error = read_table("a.csv", format!("text,topic\n{many}").as_bytes(), &Columns::default()).unwrap_err();
    assert!(error.to_string().ends_with(&format!("; line 12: {}; and 19 more", width(12))), "{error}");
}

#[test]
fn blank_rows_are_counted_and_labels_without_a_sentence_listed() {
    let table = read("a.csv", "text,tone,\na,bad,\n,,\nb,good,\n,bad,\n,good\n ,\n,,,,\n");
    assert_eq!(rows(&table), [("a", "bad"), ("b", "good")]);
    assert_eq!(
        notes(&table),
        [
            "a.csv: 3 blank rows are left out",
            "a.csv, lines 5, 6: there is no sentence here, so these rows are left out",
        ]
    );
    let table = read(
        "a.jsonl",
        "{\"text\": \"a\", \"tone\": \"x\"}\n\n{}\n{\"tone\": \"y\"}\n{\"text\": \"b\", \"tone\": \"y\"}\n",
    );
    assert_eq!(table.rows[1].place, Place::Line(5));
    assert_eq!(notes(&table).len(), 2);
    // A row without a label is kept, to be predicted.
    assert_eq!(rows(&read("a.csv", "text,tone\na,bad\nb,\nc,good\n"))[1], ("b", "-"));
    // Files that were put together repeat the header.
    assert_eq!(rows(&read("a.csv", "text,tone\na,bad\ntext,tone\nb,good\n")), [("a", "bad"), ("b", "good")]);
    fails("a.csv", "text,tone\n,bad\n,good\n", "a.csv: no row has a sentence");
    fails("a.csv", "text,topic\n", "a.csv: there is no row below the header");
    let empty = "a.csv: the file is empty; it must hold a column of sentences and a label column per task";
    for text in ["", "\n \n", "\u{feff}", "\0\0"] {
        fails("a.csv", text, empty);
    }
}

#[test]
fn only_columns_that_are_asked_for_need_a_name() {
    let index = "\u{feff},text,tone\n0,a,bad\n1,b,good\n2,c,bad\n";
    assert_eq!(rows(&read_tasks("a.csv", index, &["tone"]))[0], ("a", "bad"));
    let table = read("a.csv", index);
    assert_eq!(table.tasks, ["tone"]);
    assert_eq!(
        notes(&table),
        ["a.csv: these columns are left out as no tasks (--tasks chooses others): \"\" (it has no name)"]
    );
    // R leaves the name of the row names out, and quotes all texts.
    let table = read("a.tsv", "\"text\"\t\"tone\"\n\"1\"\t\"a \"\"b\"\"\"\t\"bad\"\n\"2\"\t\"c\"\t\"good\"\n");
    assert_eq!((rows(&table), table.tasks.len()), (vec![("a \"b\"", "bad"), ("c", "good")], 1));
    let twice = "text,tone,note,note\na,bad,x,y\nb,good,y,x\n";
    assert_eq!(read_tasks("a.csv", twice, &["tone"]).notes, []);
    let wrong = "a.csv: more than one column is called \"note\"; give each column that is used a name of its own";
    fails("a.csv", twice, wrong);
    fails_for(&columns(None, &["tone", "note"]), "a.csv", twice, wrong);
    fails("a.csv", "text,tone,text\na,bad,b\n", &wrong.replace("note", "text"));
    // A spreadsheet's empty columns need no word.
    assert_eq!(read("a.csv", "text,tone,,\na,bad,,\nb,good,,\n").notes, []);
}

#[test]
fn columns_that_are_obviously_no_tasks_are_left_out_with_a_word() {
    let row = |i: usize| format!("{},s{i} a b c,{},web,,2024-01-{i:02}\n", 100 + i, ["good", "bad"][i % 2]);
    let text = format!("id,text,tone,source,score,day\n{}", (1..13).map(row).collect::<String>());
    let table = read("a.csv", &text);
    assert_eq!(table.tasks, ["tone"]);
    assert_eq!(
        notes(&table),
        [
            "a.csv: these columns are left out as no tasks (--tasks chooses others): \"id\" (it has 12 different values in 12 \
          rows); \"source\" (it is never anything but \"web\"); \"score\" (it is blank in every row); \"day\" (it has 12 \
          different values in 12 rows)"
        ]
    );
    assert_eq!(read_tasks("a.csv", &text, &["id"]).tasks, ["id"]);
    fails(
        "a.csv",
        text.replace("good", "bad"),
        "a.csv: no usable task column: \"id\" (it has 12 different values in 12 rows); \"tone\" (it is never anything but \
         \"bad\"); \"source\" (it is never anything but \"web\"); \"score\" (it is blank in every row); \"day\" (it has 12 \
         different values in 12 rows); add a column of labels, or name one of these with --tasks",
    );
    fails_for(
        &columns(None, &["mood", "tone", "age"]),
        "a.csv",
        &text,
        "a.csv: there is no column for the tasks \"mood\", \"age\"; the columns beside the sentences are \"id\", \"tone\", \
         \"source\", \"score\", \"day\"",
    );
    // Nearly all different, as in a column of free text; and two rows of each, which may be a task.
    let row = |i: usize, id: usize| format!("s{i} a b c,{},note {id}\n", ["good", "bad"][i % 2]);
    let nearly: String = (0..40).map(|i| row(i, i.max(3))).collect();
    assert_eq!(read("a.csv", format!("text,tone,note\n{nearly}")).tasks, ["tone"]);
    let half: String = (0..40).map(|i| row(i, i / 2)).collect();
    assert_eq!(read("a.csv", format!("text,tone,note\n{half}")).tasks, ["tone", "note"]);
}

#[test]
fn the_column_of_sentences_is_found_where_only_one_can_be_meant() {
    let body = "1,The soup was cold.,bad\n2,The bread was fresh.,good\n3,The room was too warm.,bad\n";
    for (header, found) in [
        ("id,text,tone", "text"),
        ("id,Text,tone", "Text"),
        ("id,Review,tone", "Review"),
        ("id,utterance,tone", "utterance"),
        // Only its cells look like sentences.
        ("id,what they said,tone", "what they said"),
        ("comment,what they said,tone", "what they said"),
    ] {
        let table = read("a.csv", format!("{header}\n{body}"));
        assert_eq!((table.text.as_str(), table.rows.len()), (found, 3), "{header}");
        let note = format!("a.csv: the sentences are read from column {found:?} (--text names another)");
        assert_eq!(notes(&table).contains(&note.as_str()), found != "text", "{header}");
    }
    // Short ones, under a name that says it.
    assert_eq!(read("a.csv", "message,tone\nhello,x\nbye,y\n").text, "message");
    assert_eq!(read("a.csv", "文,tone\n湯は冷たかった。,x\nパンは新鮮だった。,y\n").text, "文");
    let unclear = |columns: &str| {
        format!(
            "a.csv: it is not clear which column holds the sentences, and none is called \"text\"; the columns are {columns}; \
             --text names theirs"
        )
    };
    fails("a.csv", "a,b\nx,y\nz,w\n", &unclear("\"a\", \"b\""));
    fails(
        "a.csv",
        "title,body,tone\nA fine day,It was a fine day.,x\nA bad day,It was a bad day.,y\n",
        &unclear("\"title\", \"body\", \"tone\""),
    );
    fails_for(
        &columns(Some("words"), &[]),
        "a.csv",
        "text,tone\na,x\n",
        "a.csv: there is no column \"words\" for the sentences; the columns are \"text\", \"tone\"; --text names theirs",
    );
    // Without a header the first row would be lost.
    fails(
        "a.csv",
        "The soup was cold.,bad\nThe bread was fresh.,good\nThe room was warm.,bad\n",
        "a.csv: its first line looks like a row; put a line with the columns' names above it",
    );
}

#[test]
fn lists_of_annotation_tools_are_labels() {
    let text = r#"{"id": 1, "text": "a b c", "label": ["bad"], "Comments": [], "meta": {"source": "web"}}
{"id": 2, "text": "d e f", "label": [], "Comments": [], "meta": {"source": "app"}}
{"id": 3, "text": "g h i", "label": ["good"], "Comments": [], "meta": {}, "tokens": ["g", "h"]}
"#;
    let expected = [("a b c", "bad"), ("d e f", "-"), ("g h i", "good")];
    assert_eq!(rows(&read_tasks("a.jsonl", text, &["label"])), expected);
    let table = read_tasks("a.jsonl", text, &["label", "id"]);
    assert_eq!((table.tasks.len(), table.notes.len()), (2, 0));
    let table = read("a.jsonl", text.replace("\"id\"", "\"\""));
    assert_eq!((rows(&table), table.tasks.as_slice()), (expected.to_vec(), ["label".to_string()].as_slice()));
    fails_for(
        &columns(None, &["label"]),
        "a.jsonl",
        text.replace("[\"bad\"]", "[\"bad\", \"late\"]").replace("[\"good\"]", "{\"good\": 1}"),
        "a.jsonl, line 1, column \"label\": [\"bad\",\"late\"] is more than one label, and a task has one label a sentence; \
         make each a task of its own; line 3, column \"label\": {\"good\":1} is not a label; it must be a string, a number, a \
         boolean or null",
    );
}

#[test]
fn json_is_read_in_every_usual_layout() {
    let lines = "{\"text\": \"a b\", \"topic\": \"x\"}\n{\"text\": \"c, d\", \"topic\": \"y\"}\n";
    let array = format!("[\n{}]\n", lines.trim().replace('\n', ",\n"));
    for (name, text) in [
        ("a.jsonl", lines.to_string()),
        ("a.ndjson", lines.replace('\n', "\r\n\r\n")),
        ("a.json", lines.to_string()),
        ("a.txt", lines.to_string()),
        ("a.json", array.clone()),
        ("a.jsonl", array.replace('\n', " ")),
        ("a.csv", array.clone()),
        // pandas: to_json() without orient, orient="list" as datasets' to_dict(), and orient="table".
        ("a.json", r#"{"text": {"0": "a b", "1": "c, d"}, "topic": {"0": "x", "1": "y"}}"#.into()),
        ("a.json", r#"{"text": ["a b", "c, d"], "topic": ["x", "y"]}"#.into()),
        ("a.json", format!("{{\"schema\": {{}}, \"data\": {}}}", array)),
        ("a.json", "{\n \"text\": [\"a b\", \"c, d\"],\n \"topic\": [\"x\", \"y\"]\n}".into()),
    ] {
        assert_eq!(rows(&read(name, &text)), TWO, "{text}");
    }
    assert_eq!(read("a.json", &array).rows[1].place, Place::Line(3));
    let example = r#"{"text": "…", "topic": "…"}"#;
    fails(
        "a.json",
        "[{\"text\": \"a\"},\n 7,\n{\"text\": \"b\"},\n[]]",
        &format!("a.json, lines 2, 4: it is not a JSON object; each element of the array is one, like {example}"),
    );
    fails("a.json", "[{\"text\": \"a\"}", "a.json, line 1: the array has no end, ]");
    fails(
        "a.json",
        "[{\"text\": \"a\"},\n{\"text\" \"b\"}]",
        "a.json, line 2: it is not valid JSON (expected `:` at line 1 column 9)",
    );
    let error = read_table("a.jsonl", b"nonsense\n{\"text\": \"a\"}\n{\"text\n", &Columns::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "a.jsonl, line 1: it is not a JSON object (expected ident at line 1 column 2); each line is one, like {example}; \
             line 3: it is not a JSON object (EOF while parsing a string at line 1 column 6); each line is one, like {example}"
        )
    );
    fails(
        "a.jsonl",
        "{\"text\": \"a\", \"t\": \"x\"}\n{\"text\": 4, \"t\": \"y\"}\n{\"text\": [\"a\", \"b\"]}\n",
        "a.jsonl, line 2, column \"text\": 4 is not a string; the sentence must be one; line 3, column \"text\": \
         [\"a\",\"b\"] is not a string; the sentence must be one",
    );
    let table = read(
        "a.jsonl",
        "{\"text\": \" a \", \"stars\": 3, \"good\": true}\n{\"text\": \"b\", \"stars\": 4, \"good\": false}\n",
    );
    assert_eq!(table.tasks, ["stars", "good"]);
    assert_eq!(table.rows[0].labels, [(0, "3".to_string()), (1, "true".into())].into_iter().collect());
}

#[test]
fn one_value_is_one_class_however_it_is_written() {
    let one_class = "labels that are the same value are one class";
    let text = |labels: &[&str]| {
        let rows: Vec<String> = labels.iter().map(|label| format!("a,{label}")).collect();
        format!("text,stars\n{}\n", rows.join("\n"))
    };
    for (labels, expected, note) in [
        (&["1", "1.0", "2.00", "10", "9"][..], &["1", "2", "9", "10"][..], Some(("1.0", "1"))),
        (&["0.0", "1.0", "", "1.0"], &["0", "1"], Some(("0.0", "0"))),
        (&["1", "1.0", "none"], &["1", "none"], Some(("1.0", "1"))),
        (&["True", "true", "False"], &["false", "true"], Some(("False", "false"))),
        // Nothing to say of these.
        (&["10", "2", "1", "-1"], &["-1", "1", "2", "10"], None),
        (&["True", "False"], &["False", "True"], None),
        (&["007", "7"], &["7", "007"], None),
        (&["v1.0", "v1", "1.0"], &["1.0", "v1", "v1.0"], None),
        (&["Good", "good"], &["Good", "good"], None),
    ] {
        let table = read("a.csv", text(labels));
        assert_eq!(table.label_sets()[0], expected, "{labels:?}");
        let note =
            note.map(|(label, short)| format!("a.csv, column \"stars\": {one_class}: {label:?} is read as {short:?}"));
        assert_eq!(notes(&table), note.iter().map(String::as_str).collect::<Vec<_>>(), "{labels:?}");
    }
    let table = read(
        "a.jsonl",
        "{\"text\": \"a\", \"stars\": 1}\n{\"text\": \"a\", \"stars\": 1.0}\n{\"text\": \"a\", \"stars\": \"2\"}\n",
    );
    assert_eq!(table.label_sets()[0], ["1", "2"]);
    // Also in a second file, and for a model that was saved with other spellings.
    let tasks = Dataset::from_table(&read("a.csv", text(&["0", "1"])), &[]).unwrap().tasks;
    let classes = |text: &str, tasks: &[Task]| -> Vec<Option<u32>> {
        let columns = columns(None, &["stars"]);
        let data = Dataset::from_table(&read_table("b.csv", text.as_bytes(), &columns).unwrap(), tasks).unwrap();
        data.examples.iter().map(|example| example.labels.get(0).copied()).collect()
    };
    assert_eq!(classes(&text(&["1.0", "0.0", ""]), &tasks), [Some(1), Some(0), None]);
    let saved = [Task { name: "stars".into(), labels: vec!["0.0".into(), "1.0".into()] }];
    assert_eq!(classes(&text(&["1", "0.0"]), &saved), [Some(1), Some(0)]);
}

#[test]
fn missing_values_are_blank_and_what_may_be_one_is_kept() {
    let table = read("a.csv", "text,tone\na,bad\nb,nan\nc,good\nnan,bad\nd,<NA>\n");
    assert_eq!(rows(&table), [("a", "bad"), ("b", "-"), ("c", "good"), ("d", "-")]);
    assert_eq!(
        notes(&table),
        [
            "a.csv, line 5: there is no sentence here, so these rows are left out",
            "a.csv, lines 3, 6: nan and the like are read as blank",
        ]
    );
    let table = read("a.csv", "text,stance\na,None\nb,N/A\nc,pro\n");
    assert_eq!(table.label_sets()[0], ["N/A", "None", "pro"]);
    assert_eq!(notes(&table), ["a.csv: \"N/A\", \"None\" is read as a label; a cell without a label is blank"]);
    assert_eq!(notes(&read("a.csv", "text,stance\na,none\nb,pro\n")), [""; 0]);
}

#[test]
fn a_file_to_evaluate_on_may_lack_tasks() {
    let file = DataFile { path: "b.csv".into(), text: None };
    let tasks = ["tone", "topic"].map(|name| Task { name: name.into(), labels: vec!["x".into(), "y".into()] });
    let read = |text: &str| read_table("b.csv", text.as_bytes(), &Columns::of_evaluation(&file, &tasks));
    let table = read("id,text,topic\n,a,x\n,b,\n").unwrap();
    assert_eq!(notes(&table), ["b.csv: there is no column for the tasks \"tone\", so they are blank here"]);
    let data = Dataset::from_table(&table, &tasks).unwrap();
    assert_eq!((data.class_counts(&[0, 1]), data.tasks.as_slice()), (vec![vec![0, 0], vec![1, 0]], tasks.as_slice()));
    assert_eq!(
        read("text,mood\na,x\n").unwrap_err().to_string(),
        "b.csv: there is no column for the tasks \"tone\", \"topic\"; the columns beside the sentences are \"mood\""
    );
    let data = Dataset::from_table(&read("text,tone\na,x\nb,z\nc,w\nd,z\n").unwrap(), &tasks);
    let wrong = |label| format!("the label {label:?} is not one of \"x\", \"y\"; correct it, or leave it blank");
    assert_eq!(
        data.unwrap_err().to_string(),
        format!("b.csv, lines 3, 5, column \"tone\": {}; line 4, column \"tone\": {}", wrong("z"), wrong("w"))
    );
    // Sentences alone, to predict.
    let table = read_table("b.csv", b"text\na\nb\n", &Columns { tasks: Some(vec![]), ..Columns::default() }).unwrap();
    assert_eq!((table.tasks.len(), table.rows.len()), (0, 2));
}

#[test]
fn an_inspection_shows_columns_and_first_rows() {
    let rows: String = (0..12).map(|i| format!("{i};Sentence number {i}.;{};\n", ["good", "bad"][i % 2])).collect();
    let seen = inspect("a.csv", format!("id;review;tone;\n;;;\n{rows}").as_bytes()).unwrap();
    assert_eq!((seen.format, seen.rows, seen.blank_rows), (Format::Semicolons, 12, 1));
    let columns: Vec<_> = seen.columns.iter().map(|c| (c.name.as_str(), c.role, c.filled, c.classes)).collect();
    assert_eq!(
        columns,
        [
            ("id", Role::Other, 12, 12),
            ("review", Role::Text, 12, 12),
            ("tone", Role::Task, 12, 2),
            ("", Role::Other, 0, 0),
        ]
    );
    assert_eq!(seen.columns[0].why.as_ref().unwrap().message, "it has 12 different values in 12 rows");
    assert_eq!(seen.columns[2].examples, ["good", "bad"]);
    assert_eq!(seen.columns[1].examples.len(), 5);
    assert_eq!(
        (seen.preview.len(), &seen.preview[0]),
        (10, &["0", "Sentence number 0.", "good", ""].map(String::from).to_vec())
    );
    assert_eq!(seen.notes[0].message, "a.csv: its columns are separated by semicolons");
    // It is not clear here which column holds the sentences; a person can say it.
    let seen = inspect("a.csv", b"a,b\nx,y\nz,w\n").unwrap();
    assert!(seen.columns.iter().all(|column| column.role == Role::Task));
}

#[test]
fn a_label_for_a_task_without_a_name_is_refused() {
    for key in ["", " "] {
        let labels = [(key.to_string(), "x".to_string())].into();
        let error = Table::from_examples([InlineExample { text: "a".into(), labels }]).unwrap_err();
        let wrong = format!("each label needs the name of its task, and one has {key:?} for it; give it a name");
        assert_eq!(error.to_string(), format!("sentence 1: {wrong}"));
    }
}

#[test]
fn reading_takes_time_in_proportion_to_the_file() {
    let dataset = |name: &str, text: &str| {
        // Some of these files have no task, which is an error; only the time matters here.
        let table = read_table(name, text.as_bytes(), &Columns::default());
        let data = table.as_ref().map(|table| Dataset::from_table(table, &[]));
        (inspect(name, text.as_bytes()), data.is_ok(), table)
    };
    let sentence = "some twelve words that are read as one sentence in each row";
    let rows = |n: usize, row: &dyn Fn(usize) -> String| (0..n).map(row).collect::<String>();
    assert_linear(30_000, |n| {
        dataset("a.csv", &format!("text,topic\n{}", rows(n, &|i| format!("{sentence},{}\n", i % 7))))
    });
    assert_linear(30_000, |n| {
        dataset("a.tsv", &format!("topic\ttext\n{}", rows(n, &|i| format!("{}\t{sentence}\n\n", i % 7))))
    });
    // Quotes that open, close and do neither.
    for cell in ["\"a, b\"", "\"a", "a\"", "\"\"", " \"a\" b", " \"a", "\\\"a\\\""] {
        for name in ["a.csv", "a.tsv"] {
            assert_linear(30_000, |n| {
                dataset(name, &format!("text,topic\n{}", rows(n, &|i| format!("{cell}, {cell},{}\n", i % 7))))
            });
        }
    }
    // A new key in every row, then in every second row.
    assert_linear(30_000, |n| dataset("a.jsonl", &rows(n, &|i| format!("{{\"text\": \"a\", \"key {i}\": \"x\"}}\n"))));
    assert_linear(30_000, |n| {
        dataset("a.jsonl", &rows(n, &|i| format!("{{\"text\": \"a\", \"key {}\": {i}}}\n", i / 2)))
    });
    assert_linear(30_000, |n| {
        let objects = rows(n, &|i| format!(",\n{{\"text\": \"a\", \"topic\": {}}}", i % 7));
        dataset("a.json", &format!("[{}]", &objects[1..]))
    });
    // Many columns.
    assert_linear(30_000, |n| {
        dataset("a.csv", &format!("text{}\na{}\n", rows(n, &|i| format!(",c{i}")), ",x".repeat(n)))
    });
    // Faults everywhere.
    assert_linear(30_000, |n| {
        dataset("a.csv", &format!("text,topic\n{}", rows(n, &|i| format!("a{}\n", ",".repeat(i % 9)))))
    });
    let labels = |i: usize| [(format!("key {}", i / 2), i.to_string())].into();
    assert_linear(30_000, |n| {
        let example = |i| InlineExample { text: "a".into(), labels: labels(i) };
        let table = Table::from_examples((0..2 * n).map(example)).unwrap();
        (Dataset::from_table(&table, &[]).unwrap(), table.to_examples())
    });
}

#[test]
fn errors_about_wide_tables_are_short() {
    let wide: String = (0..100_000).map(|i| format!(",column {i}")).collect();
    let values = ",x".repeat(100_000);
    let file = format!("words{wide}\na{values}\n");
    let error = read_table("a.csv", file.as_bytes(), &columns(Some("text"), &[])).unwrap_err().to_string();
    assert!(error.contains("\"column 8\", … (+99991); --text names theirs"), "{error}");
    let error = read_table("a.csv", file.as_bytes(), &columns(Some("words"), &[])).unwrap_err().to_string();
    assert!(error.contains("; and 99990 more; add a column of labels, or name one of these with --tasks"), "{error}");
    let long = "c".repeat(1_000_000);
    let table = read_tasks("a.csv", format!("text,{long}\na,{long}\nb,{long}\n"), &[&long]);
    let tasks = [Task { name: long.clone(), labels: vec!["x".into(), "y".into()] }];
    for tasks in [&[][..], &tasks] {
        let error = Dataset::from_table(&table, tasks).unwrap_err().to_string();
        assert!(error.len() < 400, "{} bytes", error.len());
    }
    let line = format!("{{\"text\": [\"{long}\", \"a\"], \"t\": 1}}\n{{\"text\": \"a\", \"t\": 2}}");
    assert!(read_table("a.jsonl", line.as_bytes(), &Columns::default()).unwrap_err().to_string().len() < 300);
}
