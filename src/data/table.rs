//! Sentences with label *texts*, as they stand in a file or on the page.

use std::collections::BTreeSet;

use super::{delimited, jsonl};
use crate::recipe::InlineExample;
use crate::{Error, Result};

/// What error sentences call sentences that stand in no file.
const INLINE: &str = "the sentences";

/// Rows of one text and one label text per task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What error sentences call it: a file's name, a preset's name.
    pub name: String,
    /// The label columns, in the file's order.
    pub tasks: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it stands, for error sentences: `line 7`, `sentence 7`.
    pub place: String,
    /// The sentence, not blank.
    pub text: String,
    /// One label per task of the table; `None`: blank.
    pub labels: Vec<Option<String>>,
}

impl Table {
    /// The table of sentences written into a recipe or typed on the page. Tasks are in order of first appearance.
    pub fn from_examples(examples: &[InlineExample]) -> Result<Self> {
        let mut tasks: Vec<String> = Vec::new();
        for name in examples.iter().flat_map(|e| e.labels.keys()) {
            if !tasks.contains(name) {
                tasks.push(name.clone());
            }
        }
        let mut rows = Vec::with_capacity(examples.len());
        for (i, example) in examples.iter().enumerate() {
            let place = format!("sentence {}", i + 1);
            let text = example.text.trim().to_string();
            if text.is_empty() {
                return Err(Error::data(place, "it is empty; write a sentence or remove the row"));
            }
            let label = |task| example.labels.get(task).and_then(|label| filled(label));
            let labels = tasks.iter().map(label).collect();
            rows.push(Row { place, text, labels });
        }
        let table = Self { name: INLINE.into(), tasks, rows };
        check_names(&table)?;
        Ok(table)
    }

    /// Whether it is of sentences that stand in no file: such have no columns to speak of.
    pub(super) fn is_inline(&self) -> bool {
        self.name == INLINE
    }

    /// The rows as a recipe writes them.
    pub fn to_examples(&self) -> Vec<InlineExample> {
        let example = |row: &Row| InlineExample {
            text: row.text.clone(),
            labels: self
                .tasks
                .iter()
                .zip(&row.labels)
                .filter_map(|(task, label)| Some((task.clone(), label.clone()?)))
                .collect(),
        };
        self.rows.iter().map(example).collect()
    }

    /// The different labels of a column, sorted.
    pub fn labels_in(&self, column: usize) -> Vec<String> {
        let labels: BTreeSet<&String> = self.rows.iter().filter_map(|row| row.labels[column].as_ref()).collect();
        labels.into_iter().cloned().collect()
    }
}

/// Reads CSV, TSV or JSONL; the ending of `name` decides which. `text_column` holds the sentences, every other column
/// is a label column. Blank labels become `None`; surrounding white space is not part of a text or label.
pub fn read_table(name: &str, bytes: &[u8], text_column: &str) -> Result<Table> {
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let line = bytes[..e.valid_up_to()].iter().filter(|&&b| b == b'\n').count() + 1;
        Error::data(format!("{name}, line {line}"), "it is not UTF-8 text; save the file as UTF-8")
    })?;
    // Spreadsheets write a byte order mark before the header.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Error::data(
            name,
            "the file is empty; it must hold sentences under \"text\" and a label column per task",
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
            return Err(Error::data(name, "its ending says nothing of its format; it must be .csv, .tsv or .jsonl"));
        }
    };
    if table.rows.is_empty() {
        return Err(Error::data(name, "there is no row below the header"));
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
            format!("{}, column {RESERVED:?}", table.name),
            "JavaScript keeps this name for itself; give the column another",
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

    #[track_caller]
    fn fails(name: &str, bytes: &[u8], expected: &str) {
        assert_eq!(read_table(name, bytes, "text").unwrap_err().to_string(), expected);
    }

    #[test]
    fn windows_files_read_like_others() {
        let table = read_table("a.CSV", "\u{feff}text,topic\r\na,x\r\nb,y\r\n".as_bytes(), "text").unwrap();
        assert_eq!(table.rows[1].place, "line 3");
        assert_eq!(table.labels_in(0), ["x", "y"]);
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
