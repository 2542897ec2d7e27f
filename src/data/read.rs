//! Reads a file into a table. The ending of the file's name (`.csv`, `.tsv`, `.jsonl`) decides which format is read.

use super::table::{Place, Table};
use super::{delimited, jsonl};
use crate::error::message;
use crate::{Error, Result};

/// Reads a table from the bytes of a CSV, TSV or JSONL file; the ending of `name` decides which. The column
/// `text_column` holds the sentences, and every other column holds the labels of one task. A blank label means "not
/// labelled for this task". White space around a sentence or label is removed.
///
/// # Errors
///
/// If the ending of `name` is another one, the file is not UTF-8, it has no column `text_column` or no sentence, or a
/// row cannot be read. The error names the file, and the line and column as far as they are known.
///
/// ```
/// use polytask::data::{Dataset, read_table};
///
/// let csv = "text,topic,tone\nRain again.,weather,\nGreat soup!,food,positive\nCold soup.,food,negative\n";
/// let table = read_table("mine.csv", csv.as_bytes(), "text")?;
/// let data = Dataset::from_table(&table, &[])?;
/// assert_eq!(data.tasks[0].labels, ["food", "weather"]);
/// assert_eq!(data.examples[1].labels.get(0), Some(&0), "the first sentence about food");
/// assert_eq!(data.examples[0].labels.get(1), None, "not labelled for the tone");
/// # Ok::<(), polytask::Error>(())
/// ```
pub fn read_table(name: &str, bytes: &[u8], text_column: &str) -> Result<Table> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let line = bytes[..e.valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
        let wrong = message!("data.not_utf8", "it is not UTF-8 text; save the file as UTF-8");
        Error::data(Place::Line(line).of(name), wrong)
    })?;
    // Spreadsheets write a byte order mark before the header.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        let wrong = message!(
            "data.empty_file",
            "the file is empty; it must hold sentences under {column:?} and a label column per task",
            column = text_column
        );
        return Err(Error::data(name, wrong));
    }
    // With one kind of line end, lines are counted the same way for all files.
    let text = text.replace("\r\n", "\n");
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let table = match ending.as_str() {
        "csv" => delimited::read(name, &text, csv_delimiter(&text), text_column)?,
        "tsv" | "tab" => delimited::read(name, &text, b'\t', text_column)?,
        "jsonl" | "ndjson" => jsonl::read(name, &text, text_column)?,
        _ => {
            let wrong = message!("data.format", "its ending does not show its format; it must be .csv, .tsv or .jsonl");
            return Err(Error::data(name, wrong));
        }
    };
    if table.rows.is_empty() {
        return Err(Error::data(name, message!("data.no_row", "there is no row below the header")));
    }
    Ok(table)
}

/// The delimiter of a CSV file: a semicolon if the header has one and no comma. Where the decimal sign is a comma,
/// spreadsheets separate the columns by semicolons.
fn csv_delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if header.contains(';') && !header.contains(',') { b';' } else { b',' }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::assert_linear;
    use crate::recipe::InlineExample;

    #[track_caller]
    fn fails(name: &str, bytes: &[u8], expected: &str) {
        assert_eq!(read_table(name, bytes, "text").unwrap_err().to_string(), expected);
    }

    #[test]
    fn windows_files_read_like_others() {
        let table = read_table("a.CSV", "\u{feff}text,topic\r\na,x\r\nb,y\r\n".as_bytes(), "text").unwrap();
        assert_eq!(table.rows[1].place, Place::Line(3));
        assert_eq!(table.label_sets()[0], ["x", "y"]);
    }

    #[test]
    fn semicolons_separate_columns_if_the_header_has_no_comma() {
        let table = read_table("d.csv", b"text;topic\nfine, and dry;x\n\"a; b\";y\n", "text").unwrap();
        let texts: Vec<&str> = table.rows.iter().map(|row| row.text.as_str()).collect();
        assert_eq!((table.tasks, texts), (vec!["topic".to_string()], vec!["fine, and dry", "a; b"]));
        let table = read_table("d.csv", b"text,a;b\nfine,x\n", "text").unwrap();
        assert_eq!(table.tasks, ["a;b"]);
    }

    #[test]
    fn a_label_for_a_task_without_a_name_is_refused() {
        for key in ["", " "] {
            let wrong = format!("each label needs the name of its task, and one has {key:?} for it; give it a name");
            let row = format!("{{\"text\": \"a\", \"{key}\": \"x\"}}\n");
            fails("a.jsonl", format!("{{\"text\": \"a\"}}\n{row}").as_bytes(), &format!("a.jsonl, line 2: {wrong}"));
            let labels = [(key.to_string(), "x".to_string())].into();
            let error = Table::from_examples(&[InlineExample { text: "a".into(), labels }]).unwrap_err();
            assert_eq!(error.to_string(), format!("sentence 1: {wrong}"));
        }
        fails("a.csv", b"text, \na,x\n", "a.csv, line 1: column 2 needs a name of its own, and it is \"\"");
    }

    #[test]
    fn reading_takes_time_in_proportion_to_the_file() {
        let dataset = |name: &str, text: &str| {
            let table = read_table(name, text.as_bytes(), "text").unwrap();
            // Some of these tables have no task with two labels, which is an error; only the time matters here.
            let _ = crate::data::Dataset::from_table(&table, &[]);
            table
        };
        let sentence = "some twelve words that are read as one sentence in each row";
        let rows = |n: usize, row: &dyn Fn(usize) -> String| (0..n).map(row).collect::<String>();
        assert_linear(30_000, |n| {
            dataset("a.csv", &format!("text,topic\n{}", rows(n, &|i| format!("{sentence},{}\n", i % 7))))
        });
        assert_linear(30_000, |n| {
            dataset("a.tsv", &format!("topic\ttext\n{}", rows(n, &|i| format!("{}\t{sentence}\n\n", i % 7))))
        });
        // A new key in every row, then in every second row.
        assert_linear(30_000, |n| {
            dataset("a.jsonl", &rows(n, &|i| format!("{{\"text\": \"a\", \"key {i}\": \"x\"}}\n")))
        });
        assert_linear(30_000, |n| {
            dataset("a.jsonl", &rows(n, &|i| format!("{{\"text\": \"a\", \"key {}\": {i}}}\n", i / 2)))
        });
        // Many columns.
        assert_linear(30_000, |n| {
            dataset("a.csv", &format!("text{}\na{}\n", rows(n, &|i| format!(",c{i}")), ",x".repeat(n)))
        });
        let labels = |i: usize| [(format!("key {}", i / 2), i.to_string())].into();
        assert_linear(30_000, |n| {
            let example = |i| InlineExample { text: "a".into(), labels: labels(i) };
            let table = Table::from_examples(&(0..2 * n).map(example).collect::<Vec<_>>()).unwrap();
            (crate::data::Dataset::from_table(&table, &[]).unwrap(), table.to_examples())
        });
    }

    #[test]
    fn errors_about_wide_tables_are_short() {
        let columns: String = (0..100_000).map(|i| format!(",column {i}")).collect();
        let error = read_table("a.csv", format!("words{columns}\n").as_bytes(), "text").unwrap_err().to_string();
        assert!(error.contains("\"column 8\", … (+99991); give theirs this name"), "{error}");
        let long = "c".repeat(1_000_000);
        let table = read_table("a.csv", format!("text,{long}\na,{long}\nb,{long}\n").as_bytes(), "text").unwrap();
        let tasks = [crate::recipe::Task { name: long.clone(), labels: vec!["x".into(), "y".into()] }];
        for tasks in [&[][..], &tasks] {
            let error = crate::data::Dataset::from_table(&table, tasks).unwrap_err().to_string();
            assert!(error.len() < 300, "{} bytes", error.len());
        }
        let line = format!("{{\"text\": [\"{long}\"]}}\n");
        assert!(read_table("a.jsonl", line.as_bytes(), "text").unwrap_err().to_string().len() < 300);
    }

    #[test]
    fn files_without_a_table_are_refused() {
        let empty = "a.csv: the file is empty; it must hold sentences under \"text\" and a label column per task";
        fails("a.csv", b"", empty);
        fails("a.csv", b"\n \n", empty);
        let other_column = read_table("a.csv", b"", "review").unwrap_err().to_string();
        assert_eq!(other_column, empty.replace("text", "review"));
        fails("a.csv", b"text,topic\n", "a.csv: there is no row below the header");
        fails("a.txt", b"x", "a.txt: its ending does not show its format; it must be .csv, .tsv or .jsonl");
        fails("a.csv", b"text,topic\na,\xff\n", "a.csv, line 2: it is not UTF-8 text; save the file as UTF-8");
    }
}
