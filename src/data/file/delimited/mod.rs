//! CSV and TSV by the `csv` crate, in the file's own dialect.

mod dialect;
mod quotes;

use self::dialect::{Header, is_blank};
use super::sheet::{Cell, Record, Sheet, filled, is_padding};
use crate::Result;
use crate::data::faults::{Faults, Places};
use crate::data::table::Place;
use crate::error::message;

pub(super) fn read(name: &str, text: &str, ending: &str) -> Result<Sheet> {
    let (dialect, text, assumed) = dialect::find(name, text, ending)?;
    let mut sheet = Sheet {
        name: name.into(),
        format: dialect.format(),
        columns: Vec::new(),
        records: Vec::new(),
        blank: 0,
        padded: Places::default(),
        assumed,
    };
    let mut lines = Lines { text: &text, byte: 0, line: 1 };
    let mut header: Option<(Header, csv::StringRecord)> = None;
    let mut faults = Faults::of(name);
    // Text that is UTF-8 and rows of any width leave no error to the `csv` crate.
    for record in dialect.reader(&text).into_records().filter_map(std::result::Result::ok) {
        let place = Place::Line(lines.of(record.position()));
        let Some((header, names)) = &header else {
            if !is_blank(&record) {
                let has_row_names = dialect.has_row_names(&text, usize::MAX);
                let names = record.iter().map(|name| name.trim_matches(is_padding).to_string());
                sheet.columns = has_row_names.then(String::new).into_iter().chain(names).collect();
                header = Some((Header::of(&record, has_row_names), record));
            }
            continue;
        };
        if is_blank(&record) {
            sheet.blank += 1;
        } else if !header.fits(&record) {
            let wrong = message!(
                "data.row_width",
                "it has {found} fields and the header has {expected}; a cell with {separator} inside must stand in double quotes",
                found = record.len(),
                expected = header.width,
                separator = sheet.format.separator()
            );
            faults.add(place, None, wrong);
        } else if record != *names {
            // Files that were put together repeat their header.
            let cells = record.iter().take(header.width).enumerate();
            let cells = cells.filter_map(|(at, cell)| Some((at, Cell::Text(filled(cell, place, &mut sheet.padded)?))));
            let cells = cells.collect();
            sheet.records.push(Record { place, cells });
        }
    }
    faults.finish()?;
    Ok(sheet)
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
