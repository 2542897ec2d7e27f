//! All cells of a file whose sentences are to be classified: its columns stay beside the answers.

use std::borrow::Cow;

use serde_json::Value;

use super::decode;
use super::guess::{TEXT, guess_text, profiles};
use super::sheet::{Cell, Flow, Format, Sheet};
use crate::error::{Message, message, quoted, shortened};
use crate::{Error, Result};

/// A file's cells, and which column holds the sentences.
#[derive(Debug, Clone, PartialEq)]
pub struct Cells {
    /// How the file separates its cells; `None`: it has one sentence a line and no header.
    pub format: Option<Format>,
    /// The columns' names, in the file's order.
    pub columns: Vec<String>,
    /// The index of the column that holds the sentences.
    pub text: usize,
    /// The rows; each has a cell for every column: a string or, in a JSON file, what it holds; `null` where it is blank.
    pub rows: Vec<Vec<Value>>,
    /// What was assumed to read them, each in one sentence.
    pub notes: Vec<Message>,
}

/// Reads all cells of a file. The sentences are in the column `text` or, if none is named, in `trained`, the column that the
/// model was trained on, or in the only one that can be meant. A `.txt` file that is no table with such a column has one
/// sentence a line.
///
/// # Errors
///
/// As [`read_table`](super::read_table) for a file whose cells cannot be read; also if the column of the sentences is not
/// there or not clear: the error lists the columns that there are.
pub fn read_cells(name: &str, bytes: &[u8], text: Option<&str>, trained: &str) -> Result<Cells> {
    let cells = FileCells::open(name, bytes, text, trained)?;
    let mut rows = Vec::with_capacity(cells.rows());
    cells.visit(&mut |row| {
        rows.push(row);
        Flow::Continue(())
    });
    let FileCells { format, columns, text, notes, .. } = cells;
    Ok(Cells { format, columns, text, rows, notes })
}

/// The cells of a file whose rows are not kept.
#[derive(Debug)]
pub struct FileCells<'a> {
    /// As in [`Cells`].
    pub format: Option<Format>,
    /// As in [`Cells`].
    pub columns: Vec<String>,
    /// As in [`Cells`].
    pub text: usize,
    /// As in [`Cells`].
    pub notes: Vec<Message>,
    rows: Rows<'a>,
}

#[derive(Debug)]
enum Rows<'a> {
    Sheet(Sheet<'a>),
    /// One sentence a line. A blank line stays, so that line n of the answers is for line n.
    Lines(Cow<'a, str>),
}

impl<'a> FileCells<'a> {
    /// Looks at all cells, and finds the column of the sentences.
    ///
    /// # Errors
    ///
    /// As [`read_cells`].
    pub fn open(name: &str, bytes: &'a [u8], text: Option<&str>, trained: &str) -> Result<Self> {
        if text.is_none() && name.to_ascii_lowercase().ends_with(".txt") {
            let (content, notes) = decode::decode(name, bytes)?;
            if !is_table(content.lines().next().unwrap_or_default(), trained) {
                let notes = placed(name, &notes);
                let columns = vec![trained.into()];
                return Ok(Self { format: None, columns, text: 0, notes, rows: Rows::Lines(content) });
            }
        }
        let sheet = Sheet::read(name, bytes)?;
        let place = |name: &str| sheet.columns.iter().position(|column| column == name.trim());
        let found = match text {
            Some(text) => place(text),
            None => place(trained).or_else(|| guess_text(&sheet, &profiles(&sheet))).or_else(|| only_column(&sheet)),
        };
        let Some(text) = found else {
            let wrong = message!(
                "classify.no_text_column",
                "there is no column {column:?} for the sentences; the columns are {columns}; choose theirs",
                column = shortened(text.unwrap_or(trained)),
                columns = quoted(&sheet.columns)
            );
            return Err(Error::data(name, wrong));
        };
        let mut notes = placed(name, &sheet.assumed);
        if sheet.blank > 0 {
            let blank = message!("data.blank_rows", "{n} blank rows are left out", n = sheet.blank);
            notes.push(blank.placed(name.into()));
        }
        let columns = sheet.columns.clone();
        Ok(Self { format: Some(sheet.format), columns, text, notes, rows: Rows::Sheet(sheet) })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        match &self.rows {
            Rows::Sheet(sheet) => sheet.rows,
            Rows::Lines(content) => content.lines().count(),
        }
    }

    /// Calls `visit` with each row, as [`Cells`] has it, until it breaks.
    pub fn visit(&self, visit: &mut dyn FnMut(Vec<Value>) -> Flow) {
        match &self.rows {
            Rows::Sheet(sheet) => sheet
                .visit(&mut |record| visit((0..self.columns.len()).map(|column| value(record.get(column))).collect())),
            Rows::Lines(content) => {
                let cell = |line: &str| if line.trim().is_empty() { Value::Null } else { line.into() };
                let _ = content.lines().try_for_each(|line| visit(vec![cell(line)]));
            }
        }
    }
}

fn only_column(sheet: &Sheet) -> Option<usize> {
    (sheet.columns.len() == 1).then_some(0)
}

/// Whether the first line of a `.txt` file is a header: several names, and the column of the sentences is among them.
fn is_table(first: &str, trained: &str) -> bool {
    let names = |separator: char| first.split(separator).map(|name| name.trim().trim_matches('"')).collect::<Vec<_>>();
    ['\t', ',', ';', '|']
        .into_iter()
        .map(names)
        .any(|names| names.len() > 1 && names.iter().any(|name| *name == trained || name.eq_ignore_ascii_case(TEXT)))
}

fn value(cell: Option<&Cell>) -> Value {
    match cell {
        None => Value::Null,
        Some(Cell::Text(text)) => text.as_str().into(),
        // They were JSON when they were read; what a Parquet file holds need not be.
        Some(other) => serde_json::from_str(other.text()).unwrap_or_else(|_| other.text().into()),
    }
}

fn placed(name: &str, notes: &[Message]) -> Vec<Message> {
    notes.iter().map(|note| note.clone().placed(name.into())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn all_cells_stay_and_the_sentences_are_found() {
        let csv = "id,comment,when\n7,\"Good, cheap.\",2026-01-02\n8,Slow.,\n";
        let cells = read_cells("a.csv", csv.as_bytes(), None, "text").unwrap();
        assert_eq!((cells.columns[cells.text].as_str(), cells.rows.len()), ("comment", 2));
        assert_eq!(cells.rows[0], [json!("7"), json!("Good, cheap."), json!("2026-01-02")]);
        assert_eq!(cells.rows[1], [json!("8"), json!("Slow."), json!(null)]);
        let trained = read_cells("a.csv", csv.as_bytes(), None, "when").unwrap();
        assert_eq!(trained.text, 2, "the column that the model was trained on comes first");
        let json = r#"[{"a": "x y", "n": 1.50, "l": ["p", "q"]}, {"n": null, "a": "z"}]"#;
        let cells = read_cells("a.json", json.as_bytes(), Some("a"), "text").unwrap();
        assert_eq!(cells.rows[0], [json!("x y"), json!(1.5), json!(["p", "q"])]);
    }

    #[test]
    fn a_text_file_has_a_sentence_a_line_unless_its_first_line_is_a_header() {
        let cells = read_cells("a.txt", b"Good, cheap.\n\nSlow.\n", None, "review").unwrap();
        assert_eq!((cells.format, cells.columns), (None, vec!["review".to_string()]));
        assert_eq!(cells.rows, [[json!("Good, cheap.")], [json!(null)], [json!("Slow.")]]);
        let cells = read_cells("a.txt", b"id\treview\n1\tGood.\n", None, "review").unwrap();
        assert_eq!((cells.format, cells.text), (Some(Format::Tabs), 1));
    }

    #[test]
    fn a_file_without_its_column_of_sentences_lists_those_that_there_are() {
        let error =
            |text: Option<&str>| read_cells("a.csv", b"id,n\n1,2\n3,4\n", text, "review").unwrap_err().to_string();
        assert_eq!(
            error(None),
            "a.csv: there is no column \"review\" for the sentences; the columns are \"id\", \"n\"; choose theirs"
        );
        assert!(error(Some("body")).contains("no column \"body\""));
    }
}
