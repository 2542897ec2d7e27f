//! Sentences with label *texts*, as they stand in a file or on the page.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::{Labels, delimited, jsonl};
use crate::error::{Message, message, shortened};
use crate::recipe::InlineExample;
use crate::{Error, Result};

/// What error sentences call sentences that stand in no file.
const INLINE: &str = "the sentences";

/// Rows of one text and at most one label text per task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What error sentences call it: a file's name, a preset's name.
    pub name: String,
    /// The label columns, in the file's order.
    pub tasks: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// Where a row is, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The line of a file.
    Line(usize),
    /// The number of a sentence that is in no file.
    Sentence(usize),
}

impl Place {
    /// `line 7`, `sentence 7`.
    pub(super) fn alone(self) -> Message {
        match self {
            Self::Line(line) => message!("place.line", "line {line}", line = line),
            Self::Sentence(sentence) => message!("place.sentence", "sentence {sentence}", sentence = sentence),
        }
    }

    /// `data.csv, line 7`.
    pub(super) fn of(self, table: impl Into<Value>) -> Message {
        message!("place.row", "{table}, {row}", table = table.into(), row = self.alone())
    }
}

/// `data.csv, line 7, column "topic"`.
pub(super) fn column_of(place: impl Into<Value>, column: &str) -> Message {
    message!("place.column", "{of}, column {column:?}", of = place.into(), column = shortened(column))
}

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it is, for error sentences.
    pub place: Place,
    /// The sentence, not blank.
    pub text: String,
    /// Its labels by the table's tasks.
    pub labels: Labels<String>,
}

impl Table {
    /// The table of sentences written into a recipe or typed on the page. Tasks are in order of first appearance.
    pub fn from_examples(examples: &[InlineExample]) -> Result<Self> {
        let mut columns = Columns::default();
        let mut rows = Vec::with_capacity(examples.len());
        for (i, example) in examples.iter().enumerate() {
            let place = Place::Sentence(i + 1);
            let text = example.text.trim().to_string();
            if text.is_empty() {
                let wrong = message!("data.empty_sentence", "it is empty; write a sentence or remove the row");
                return Err(Error::data(place.alone(), wrong));
            }
            let mut labels = Vec::with_capacity(example.labels.len());
            for (task, label) in &example.labels {
                check_named(task, || place.alone())?;
                let column = columns.of(task.clone());
                labels.extend(filled(label).map(|label| (column, label)));
            }
            rows.push(Row { place, text, labels: labels.into_iter().collect() });
        }
        let table = Self { name: INLINE.into(), tasks: columns.into_names(), rows };
        check_names(&table)?;
        Ok(table)
    }

    /// Whether it is of sentences that stand in no file: such have no columns to speak of.
    pub(super) fn is_inline(&self) -> bool {
        self.name == INLINE
    }

    /// What error sentences call it: its name, or "the sentences".
    pub(super) fn place(&self) -> Value {
        if self.is_inline() { message!("place.sentences", "the sentences").into() } else { self.name.as_str().into() }
    }

    /// The rows as a recipe writes them.
    pub fn to_examples(&self) -> Vec<InlineExample> {
        let example = |row: &Row| InlineExample {
            text: row.text.clone(),
            labels: row.labels.iter().map(|(task, label)| (self.tasks[task].clone(), label.clone())).collect(),
        };
        self.rows.iter().map(example).collect()
    }

    /// The different labels of each column, sorted.
    pub fn label_sets(&self) -> Vec<Vec<String>> {
        let mut sets: Vec<BTreeSet<&String>> = vec![BTreeSet::new(); self.tasks.len()];
        for (column, label) in self.rows.iter().flat_map(|row| row.labels.iter()) {
            sets[column].insert(label);
        }
        sets.into_iter().map(|set| set.into_iter().cloned().collect()).collect()
    }
}

/// Label columns that are found as the rows go by, in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Columns(HashMap<String, usize>);

impl Columns {
    /// The place of the column `name`, a new one if it is new.
    pub fn of(&mut self, name: String) -> usize {
        let next = self.0.len();
        *self.0.entry(name).or_insert(next)
    }

    /// All names, in order.
    pub fn into_names(self) -> Vec<String> {
        let mut names: Vec<(String, usize)> = self.0.into_iter().collect();
        names.sort_unstable_by_key(|&(_, column)| column);
        names.into_iter().map(|(name, _)| name).collect()
    }
}

/// Reads CSV, TSV or JSONL; the ending of `name` decides which. `text_column` holds the sentences, every other column
/// is a label column. Blank labels become `None`; surrounding white space is not part of a text or label.
pub fn read_table(name: &str, bytes: &[u8], text_column: &str) -> Result<Table> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let line = bytes[..e.valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
        Error::data(
            Place::Line(line).of(name),
            message!("data.not_utf8", "it is not UTF-8 text; save the file as UTF-8"),
        )
    })?;
    // Spreadsheets write a byte order mark before the header.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Error::data(
            name,
            message!(
                "data.empty_file",
                "the file is empty; it must hold sentences under \"text\" and a label column per task"
            ),
        ));
    }
    // One kind of line end, so that line numbers count the same everywhere.
    let text = text.replace("\r\n", "\n");
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let table = match ending.as_str() {
        "csv" => delimited::read(name, &text, csv_delimiter(&text), text_column)?,
        "tsv" | "tab" => delimited::read(name, &text, b'\t', text_column)?,
        "jsonl" | "ndjson" => jsonl::read(name, &text, text_column)?,
        _ => {
            let wrong =
                message!("data.format", "its ending says nothing of its format; it must be .csv, .tsv or .jsonl");
            return Err(Error::data(name, wrong));
        }
    };
    if table.rows.is_empty() {
        return Err(Error::data(name, message!("data.no_row", "there is no row below the header")));
    }
    check_names(&table)?;
    Ok(table)
}

/// What parts the columns of a CSV file. Where the decimal sign is a comma, spreadsheets write semicolons.
fn csv_delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if header.contains(';') && !header.contains(',') { b';' } else { b',' }
}

/// The page holds labels in objects by their tasks' names, and to JavaScript an object's `__proto__` is none of them.
fn check_names(table: &Table) -> Result<()> {
    const RESERVED: &str = "__proto__";
    if table.tasks.iter().any(|task| task == RESERVED) {
        return Err(Error::data(
            column_of(table.place(), RESERVED),
            message!("data.reserved_name", "JavaScript keeps this name for itself; give the column another"),
        ));
    }
    Ok(())
}

/// An error if the label at `place` is for a task without a name.
pub(super) fn check_named(task: &str, place: impl FnOnce() -> Message) -> Result<()> {
    if task.trim().is_empty() {
        return Err(Error::data(
            place(),
            message!(
                "data.task_without_name",
                "each label needs the name of its task, and one has {name:?} for it; give it a name",
                name = shortened(task)
            ),
        ));
    }
    Ok(())
}

/// A label without surrounding white space; `None` if nothing is left.
pub(super) fn filled(label: &str) -> Option<String> {
    let label = label.trim();
    (!label.is_empty()).then(|| label.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::assert_linear;

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
    fn semicolons_part_columns_where_the_header_has_no_comma() {
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
            // Where every key is new, no task has two labels.
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
        // A key of its own for every row, or for every two rows.
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
    fn sentences_about_wide_tables_are_short() {
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
    fn files_that_are_none_are_named() {
        let empty = "a.csv: the file is empty; it must hold sentences under \"text\" and a label column per task";
        fails("a.csv", b"", empty);
        fails("a.csv", b"\n \n", empty);
        fails("a.csv", b"text,topic\n", "a.csv: there is no row below the header");
        fails("a.txt", b"x", "a.txt: its ending says nothing of its format; it must be .csv, .tsv or .jsonl");
        fails("a.csv", b"text,topic\na,\xff\n", "a.csv, line 2: it is not UTF-8 text; save the file as UTF-8");
    }

    #[test]
    fn a_column_that_javascript_cannot_hold_is_refused_by_name() {
        let wrong = "column \"__proto__\": JavaScript keeps this name for itself; give the column another";
        fails("a.csv", b"text,topic, __proto__\na,x,y\n", &format!("a.csv, {wrong}"));
        fails("a.tsv", b"text\t__proto__\na\tx\n", &format!("a.tsv, {wrong}"));
        fails("a.jsonl", b"{\"text\": \"a\", \"__proto__\": \"x\"}\n", &format!("a.jsonl, {wrong}"));
        let labels = [("__proto__".to_string(), "x".to_string())].into();
        let error = Table::from_examples(&[InlineExample { text: "a".into(), labels }]).unwrap_err();
        assert_eq!(error.to_string(), format!("the sentences, {wrong}"));
        assert!(read_table("a.csv", b"text,constructor\na,x\n", "text").is_ok());
    }

    #[test]
    fn examples_survive_the_way_there_and_back() {
        let table = read_table("a.tsv", b"text\ttopic\ttone\na\tx\t\nb\t\ty\n", "text").unwrap();
        let back = Table::from_examples(&table.to_examples()).unwrap();
        assert_eq!(back.tasks, table.tasks);
        assert_eq!(back.rows[1].labels, table.rows[1].labels);
    }
}
