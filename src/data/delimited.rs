//! CSV and TSV by the `csv` crate, after a check of the quotes: the crate reads a stray quote as best it can, which
//! can swallow the rest of a file into one sentence.

use std::collections::HashSet;

use super::table::{Place, Row, Table, column_of, filled};
use crate::error::{Message, message, quoted, shortened};
use crate::{Error, Result};

pub(super) fn read(name: &str, text: &str, delimiter: u8, text_column: &str) -> Result<Table> {
    check_quotes(name, text, delimiter)?;
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let mut lines = Lines { text, byte: 0, line: 1 };
    let header: Vec<String> = reader
        .headers()
        .map_err(|e| wrong_row(name, &mut lines, &e))?
        .iter()
        .map(|column| column.trim().to_string())
        .collect();
    let text_at = header.iter().position(|c| c == text_column).ok_or_else(|| {
        Error::data(
            Place::Line(1).of(name),
            message!(
                "data.no_text_column",
                "there is no column {column:?} for the sentences; the columns are {columns}; give theirs this name",
                column = text_column,
                columns = quoted(&header)
            ),
        )
    })?;
    let mut known = HashSet::from([text_column]);
    for (at, column) in header.iter().enumerate().filter(|&(at, _)| at != text_at) {
        if column.is_empty() || !known.insert(column) {
            return Err(Error::data(
                Place::Line(1).of(name),
                message!(
                    "data.column_name",
                    "column {n} needs a name of its own, and it is {name:?}",
                    n = at + 1,
                    name = shortened(column)
                ),
            ));
        }
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| wrong_row(name, &mut lines, &e))?;
        let place = Place::Line(lines.of(record.position()));
        let text = record[text_at].trim().to_string();
        if text.is_empty() {
            return Err(Error::data(
                column_of(place.of(name), text_column),
                message!("data.blank_row", "the sentence is blank; write one or remove the row"),
            ));
        }
        let labels = record.iter().enumerate().filter(|&(at, _)| at != text_at);
        // Tasks are numbered as the columns are, without the text column.
        let labels = labels.filter_map(|(at, label)| Some((at - usize::from(at > text_at), filled(label)?)));
        rows.push(Row { place, text, labels: labels.collect() });
    }
    let tasks = header.into_iter().enumerate().filter(|&(at, _)| at != text_at).map(|(_, column)| column).collect();
    Ok(Table { name: name.into(), tasks, rows })
}

/// Finds the line that each record begins on, record after record, in one pass over the text.
struct Lines<'a> {
    text: &'a str,
    /// A byte of the text, and the line that it is on, from 1.
    byte: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of a record that begins no earlier than the one before. The `csv` crate skips blank lines before a record and
    /// gives the position before them.
    fn of(&mut self, position: Option<&csv::Position>) -> usize {
        let start = position.map_or(0, |position| position.byte() as usize).max(self.byte);
        let bytes = self.text.as_bytes();
        let blank = bytes[start..].iter().take_while(|&&byte| matches!(byte, b'\n' | b'\r')).count();
        self.line += bytes[self.byte..start + blank].iter().filter(|&&byte| byte == b'\n').count();
        self.byte = start + blank;
        self.line
    }
}

fn wrong_row(name: &str, lines: &mut Lines, error: &csv::Error) -> Error {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => Error::data(
            Place::Line(lines.of(pos.as_ref())).of(name),
            message!(
                "data.row_width",
                "it has {found} fields and the header has {expected}; a sentence with commas must stand in double quotes",
                found = *len,
                expected = *expected_len
            ),
        ),
        _ => Error::data(name, Message::unexpected(error)),
    }
}

/// RFC 4180: a quoted field ends at a lone quote, which only a delimiter or a line end may follow. In CSV an unquoted
/// field holds no quote; in TSV it may, because there quotes inside sentences are usual and harm nothing.
fn check_quotes(name: &str, text: &str, delimiter: u8) -> Result<()> {
    enum At {
        FieldStart,
        Unquoted,
        Quoted { since: usize },
        AfterQuote { since: usize },
    }
    let wrong = |line: usize, wrong: Message| Err(Error::data(Place::Line(line).of(name), wrong));
    let mut at = At::FieldStart;
    let mut line = 1;
    for &byte in text.as_bytes() {
        let ends = byte == delimiter || byte == b'\n' || byte == b'\r';
        at = match at {
            At::FieldStart if byte == b'"' => At::Quoted { since: line },
            At::Quoted { since } if byte == b'"' => At::AfterQuote { since },
            At::Quoted { since } => At::Quoted { since },
            At::AfterQuote { since } if byte == b'"' => At::Quoted { since },
            At::AfterQuote { since } if !ends => {
                return wrong(
                    since,
                    message!(
                        "data.text_after_quote",
                        "a stray double quote: text follows a closing quote; inside a quoted field write each quote twice"
                    ),
                );
            }
            At::Unquoted if byte == b'"' && delimiter == b',' => {
                return wrong(
                    line,
                    message!(
                        "data.quote_inside",
                        "a stray double quote inside a field that does not begin with one; put the whole field in quotes \
                         and write each quote inside it twice"
                    ),
                );
            }
            _ if ends => At::FieldStart,
            _ => At::Unquoted,
        };
        line += usize::from(byte == b'\n');
    }
    match at {
        At::Quoted { since } => wrong(
            since,
            message!(
                "data.quote_open",
                "a stray double quote: the quoted field that begins here never ends; close it or write the quote twice"
            ),
        ),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(text: &str) -> Result<Table> {
        read("data.csv", text, b',', "text")
    }

    #[track_caller]
    fn fails(text: &str, expected: &str) {
        assert_eq!(csv(text).unwrap_err().to_string(), expected);
    }

    #[test]
    fn reads_quotes_and_blanks() {
        let table = csv("text,topic,tone\n\"A, \"\"b\"\"\",x,\n c , ,y\n").unwrap();
        assert_eq!(table.tasks, ["topic", "tone"]);
        assert_eq!(table.rows[0].text, "A, \"b\"");
        assert_eq!(table.rows[0].labels, [(0, "x".to_string())].into_iter().collect());
        assert_eq!(table.rows[1].text, "c");
        assert_eq!(table.rows[1].labels, [(1, "y".to_string())].into_iter().collect());
        assert_eq!(table.rows[1].place, Place::Line(3));
    }

    #[test]
    fn quotes_in_tsv_sentences_are_text() {
        let table = read("d.tsv", "topic\ttext\nx\tShe said \"no\".\n", b'\t', "text").unwrap();
        assert_eq!(table.rows[0].text, "She said \"no\".");
    }

    #[test]
    fn stray_quotes_name_their_line() {
        fails(
            "text,topic\nfine,x\n\"never closed,x\nmore,y\n",
            "data.csv, line 3: a stray double quote: the quoted field that begins here never ends; close it or write \
             the quote twice",
        );
        fails(
            "text,topic\n\"closed\" early,x\n",
            "data.csv, line 2: a stray double quote: text follows a closing quote; inside a quoted field write each \
             quote twice",
        );
        fails(
            "text,topic\nin the \"middle,x\n",
            "data.csv, line 2: a stray double quote inside a field that does not begin with one; put the whole field \
             in quotes and write each quote inside it twice",
        );
    }

    #[test]
    fn wrong_columns_and_rows_are_named() {
        fails(
            "sentence,topic\na,x\n",
            "data.csv, line 1: there is no column \"text\" for the sentences; the columns are \"sentence\", \
             \"topic\"; give theirs this name",
        );
        fails(
            "text,topic\na,x\nb, c,y\n",
            "data.csv, line 3: it has 3 fields and the header has 2; a sentence with commas must stand in double quotes",
        );
        fails("text,topic,topic\na,x,y\n", "data.csv, line 1: column 3 needs a name of its own, and it is \"topic\"");
        fails(
            "text,topic\n ,x\n",
            "data.csv, line 2, column \"text\": the sentence is blank; write one or remove the row",
        );
    }
}
