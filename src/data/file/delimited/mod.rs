//! CSV and TSV by the `csv` crate, in the file's own dialect.

mod dialect;
mod quotes;

use std::borrow::Cow;

use self::dialect::{Dialect, Header, is_blank};
use super::sheet::{Cell, Flow, Record, Records, Sheet, filled, is_padding};
use crate::Result;
use crate::data::faults::{Faults, Places};
use crate::data::table::Place;
use crate::error::message;

/// The rows below the header, which are read again in each pass.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    text: Cow<'a, str>,
    dialect: Dialect,
    has_row_names: bool,
}

/// A row below the header.
enum Row {
    Cells(Record),
    Blank,
    /// It does not fit the header. It has this many fields, and the header that many.
    Misfit(usize, usize),
}

pub(super) fn read<'a>(name: &str, text: Cow<'a, str>, ending: &str) -> Result<Sheet<'a>> {
    let (dialect, changed, assumed) = dialect::find(name, &text, ending)?;
    let text = match changed {
        Cow::Owned(changed) => Cow::Owned(changed),
        Cow::Borrowed(_) => text,
    };
    let rows = Rows { has_row_names: dialect.has_row_names(&text, usize::MAX), dialect, text };
    let (mut count, mut blank, mut padded) = (0, 0, Places::default());
    let mut faults = Faults::of(name);
    let columns = rows.scan(&mut padded, &mut |place, row| {
        match row {
            Row::Cells(_) => count += 1,
            Row::Blank => blank += 1,
            Row::Misfit(found, expected) => {
                let wrong = message!(
                    "data.row_width",
                    "it has {found} fields and the header has {expected}; a cell with {separator} inside must stand in double quotes",
                    found = found,
                    expected = expected,
                    separator = dialect.format().separator()
                );
                faults.add(place, None, wrong);
            }
        }
        Flow::Continue(())
    });
    faults.finish()?;
    let (name, format, records) = (name.into(), dialect.format(), Records::Delimited(rows));
    Ok(Sheet { name, format, columns, rows: count, records, blank, padded, assumed })
}

impl Rows<'_> {
    /// Calls `visit` with each row that has anything in it until it breaks.
    pub fn visit(&self, visit: &mut dyn FnMut(&Record) -> Flow) {
        self.scan(&mut Places::default(), &mut |_, row| match row {
            Row::Cells(record) => visit(&record),
            _ => Flow::Continue(()),
        });
    }

    /// Calls `visit` with each row until it breaks. Adds rows to `padded` that had NULs around a cell. Returns the columns' names.
    fn scan(&self, padded: &mut Places, visit: &mut dyn FnMut(Place, Row) -> Flow) -> Vec<String> {
        let mut lines = Lines { text: &self.text, byte: 0, line: 1 };
        let mut columns = Vec::new();
        let mut header: Option<(Header, csv::StringRecord)> = None;
        let mut reader = self.dialect.reader(&self.text);
        let mut record = csv::StringRecord::new();
        // Text that is UTF-8 and rows of any width leave no error to the `csv` crate.
        while reader.read_record(&mut record).unwrap_or(false) {
            let place = Place::Line(lines.of(record.position()));
            let Some((header, names)) = &header else {
                if !is_blank(&record) {
                    let names = record.iter().map(|name| name.trim_matches(is_padding).to_string());
                    columns = self.has_row_names.then(String::new).into_iter().chain(names).collect();
                    header = Some((Header::of(&record, self.has_row_names), record.clone()));
                }
                continue;
            };
            let row = if is_blank(&record) {
                Row::Blank
            } else if !header.fits(&record) {
                Row::Misfit(record.len(), header.width)
            } else if record != *names {
                let cells = record.iter().take(header.width).enumerate();
                let cells = cells.filter_map(|(at, cell)| Some((at, Cell::Text(filled(cell, place, padded)?))));
                Row::Cells(Record { place, cells: cells.collect() })
            } else {
                // Files that were put together repeat their header.
                continue;
            };
            if visit(place, row).is_break() {
                break;
            }
        }
        columns
    }
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
