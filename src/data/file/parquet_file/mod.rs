//! Parquet, by the `parquet` crate: row after row, in as many passes as it takes.

mod thrift;

use ::parquet::basic::{ConvertedType, LogicalType, Type as Physical};
use ::parquet::errors::ParquetError;
use ::parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::reader::RowIter;
use ::parquet::record::{Field, Row};
use ::parquet::schema::types::Type;
use bytes::Bytes;
use serde_json::Value;

use self::thrift::Header;
use super::roles::Roles;
use super::sheet::{Cell, Flow, Format, Record, Records, Sheet, filled};
use crate::data::faults::Places;
use crate::data::table::{Place, column_of};
use crate::error::message;
use crate::{Error, Result, panics};

/// What a Parquet file begins with.
pub(super) const START: &[u8] = b"PAR1";

/// Pages up to this many bytes may unpack from any number of bytes. Writers make pages of 1 MB.
const HARMLESS: i32 = 32 << 20;
/// How many times its packed size a larger page may have.
const MOST_RATIO: i32 = 60;
/// Why a header is refused, as the error says it.
const BOOLEANS: &str = "a list of booleans where Parquet has none";

/// The rows of a Parquet file, which are decoded again in each pass.
#[derive(Debug)]
pub(super) struct Rows {
    bytes: Bytes,
    kinds: Vec<Kind>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Strings,
    /// Numbers, booleans, dates: single values that can be labels.
    Scalars,
    Lists,
    Objects,
    /// Bytes of which nothing says that they are text.
    Bytes,
}

impl Kind {
    fn of(column: &Type) -> Self {
        let info = column.get_basic_info();
        if !column.is_primitive() {
            let is_list = matches!(info.logical_type_ref(), Some(LogicalType::List))
                || info.converted_type() == ConvertedType::LIST;
            return if is_list { Self::Lists } else { Self::Objects };
        }
        if info.has_repetition() && info.repetition() == ::parquet::basic::Repetition::REPEATED {
            return Self::Lists;
        }
        let is_text =
            matches!(info.logical_type_ref(), Some(LogicalType::String | LogicalType::Enum | LogicalType::Json))
                || matches!(info.converted_type(), ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON);
        match column.get_physical_type() {
            Physical::BYTE_ARRAY if is_text => Self::Strings,
            Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY
                if info.converted_type() == ConvertedType::NONE && info.logical_type_ref().is_none() =>
            {
                Self::Bytes
            }
            _ => Self::Scalars,
        }
    }

    /// As a sentence names it.
    fn name(self) -> &'static str {
        match self {
            Self::Strings => "strings",
            Self::Scalars => "numbers, booleans or dates",
            Self::Lists => "lists",
            Self::Objects => "objects",
            Self::Bytes => "bytes",
        }
    }
}

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Sheet<'static>> {
    // The library panics on some damaged files.
    panics::caught(damaged, name.into(), || scanned(name, bytes))?
}

fn scanned(name: &str, bytes: &[u8]) -> Result<Sheet<'static>> {
    if Header::walk(footer(bytes)) == Header::Booleans {
        return Err(damaged(name, BOOLEANS.into()));
    }
    let bytes = Bytes::copy_from_slice(bytes);
    let reader = SerializedFileReader::new(bytes.clone()).map_err(|why| damaged(name, why.to_string().into()))?;
    if let Some(why) = fault_in_columns(&bytes, reader.metadata()) {
        return Err(damaged(name, why.into()));
    }
    let schema = reader.metadata().file_metadata().schema().get_fields();
    let columns = schema.iter().map(|column| column.name().trim().to_string()).collect();
    let mut rows = Rows { bytes, kinds: schema.iter().map(|column| Kind::of(column)).collect() };
    let mut is_text = vec![true; rows.kinds.len()];
    let (mut count, mut blank, mut padded) = (0, 0, Places::default());
    let scanned = rows.scan(&mut padded, &mut |record| {
        if record.cells.is_empty() {
            blank += 1
        } else {
            count += 1
        }
        for (column, cell) in &record.cells {
            is_text[*column] &= matches!(cell, Cell::Text(_));
        }
        Flow::Continue(())
    });
    scanned.map_err(|why| damaged(name, why.to_string().into()))?;
    // Old tools do not say of their strings that they are text.
    for (kind, is_text) in rows.kinds.iter_mut().zip(is_text) {
        if *kind == Kind::Bytes && is_text {
            *kind = Kind::Strings;
        }
    }
    let (name, format, records) = (name.into(), Format::Json, Records::Parquet(rows));
    Ok(Sheet { name, format, columns, rows: count, records, blank, padded, assumed: Vec::new() })
}

/// The bytes with the schema and the columns' places. Their length and the mark `PAR1` follow them, four bytes each.
fn footer(bytes: &[u8]) -> &[u8] {
    let Some((rest, end)) = bytes.split_last_chunk::<8>() else { return &[] };
    let length = u32::from_le_bytes([end[0], end[1], end[2], end[3]]) as usize;
    rest.get(rest.len().saturating_sub(length)..).unwrap_or_default()
}

/// Looks for what would cost the crate much time or memory; says what is wrong.
fn fault_in_columns(bytes: &[u8], metadata: &ParquetMetaData) -> Option<String> {
    let columns = || metadata.row_groups().iter().flat_map(RowGroupMetaData::columns);
    // Columns that share their bytes would be walked many times.
    let sizes = columns().map(|column| column.compressed_size().max(0) as u64);
    if sizes.fold(0, u64::saturating_add) > bytes.len() as u64 {
        return Some("its columns take more bytes than it has".into());
    }
    columns().find_map(|column| fault_in_pages(bytes, column))
}

/// The same for the pages of a column.
fn fault_in_pages(bytes: &[u8], column: &ColumnChunkMetaData) -> Option<String> {
    let start = usize::try_from(column.dictionary_page_offset().unwrap_or(column.data_page_offset())).ok()?;
    let size = usize::try_from(column.compressed_size()).ok()?;
    let mut rest = bytes.get(start..start.saturating_add(size).min(bytes.len()))?;
    loop {
        match Header::walk(rest) {
            Header::Booleans => return Some(BOOLEANS.into()),
            Header::Broken => return None, // the crate finds that too
            Header::Whole { bytes, numbers: [unpacked, packed] } => {
                // The crate takes the memory before it unpacks.
                if unpacked > HARMLESS && unpacked / MOST_RATIO > packed {
                    return Some(format!("a page of {packed} bytes that says it unpacks to {unpacked}"));
                }
                rest = rest.get(bytes.saturating_add(usize::try_from(packed).ok()?)..)?;
            }
        }
    }
}

impl Rows {
    /// Calls `visit` with each row that has anything in it until it breaks.
    pub fn visit(&self, visit: &mut dyn FnMut(&Record) -> Flow) {
        // The first pass decoded all of it.
        let _ = self.scan(&mut Places::default(), &mut |record| {
            if record.cells.is_empty() { Flow::Continue(()) } else { visit(record) }
        });
    }

    fn scan(
        &self,
        padded: &mut Places,
        visit: &mut dyn FnMut(&Record) -> Flow,
    ) -> std::result::Result<(), ParquetError> {
        let reader = SerializedFileReader::new(self.bytes.clone())?;
        for (i, row) in RowIter::from_file(None, &reader)?.enumerate() {
            let (row, place): (Row, _) = (row?, Place::Sentence(i + 1));
            let mut cells = Vec::with_capacity(self.kinds.len());
            for (column, (_, field)) in row.get_column_iter().enumerate() {
                cells.extend(cell(field, place, padded).map(|cell| (column, cell)));
            }
            if visit(&Record { place, cells }).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Refuses columns that are used and hold what is neither sentence nor label.
    pub fn check(&self, sheet: &Sheet, roles: &Roles) -> Result<()> {
        let tasks = roles.tasks.iter().filter_map(|(_, column)| *column);
        let wrong = |&column: &usize| match self.kinds[column] {
            Kind::Strings => false,
            Kind::Scalars => column == roles.text,
            Kind::Lists | Kind::Objects | Kind::Bytes => true,
        };
        let Some(column) = std::iter::once(roles.text).chain(tasks).find(wrong) else { return Ok(()) };
        let wrong = message!(
            "data.column_type",
            "it holds {what}; a sentence must be a string, and a label a string, a whole number or a boolean",
            what = self.kinds[column].name()
        );
        Err(Error::data(column_of(sheet.name.as_str(), &sheet.columns[column]), wrong))
    }
}

/// What a field holds; `None` if it is blank.
fn cell(field: &Field, place: Place, padded: &mut Places) -> Option<Cell> {
    match field {
        Field::Null => None,
        Field::Str(text) => filled(text, place, padded).map(Cell::Text),
        Field::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            Ok(text) => filled(text, place, padded).map(Cell::Text),
            Err(_) => Some(Cell::Nested("bytes".into())),
        },
        Field::ListInternal(list) if list.elements().is_empty() => None,
        Field::ListInternal(_) | Field::Group(_) | Field::MapInternal(_) => Some(Cell::Nested(field.to_string())),
        Field::Float(x) => Some(Cell::Scalar(x.to_string())),
        Field::Double(x) => Some(Cell::Scalar(x.to_string())),
        scalar => Some(Cell::Scalar(scalar.to_string())),
    }
}

fn damaged(name: &str, why: Value) -> Error {
    let wrong = message!(
        "data.parquet_damaged",
        "its Parquet data cannot be read ({why}); write or download the file again",
        why = why
    );
    Error::data(name, wrong)
}
