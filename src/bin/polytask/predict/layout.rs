//! How rows are written, as far as their first line shows it.

use clap::ValueEnum;

use super::fields::Fields;
use super::object::object;

/// How the rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// One sentence a line.
    Lines,
    /// A header, then fields separated by commas, or by what else separates the header's.
    Csv,
    /// A header, then fields separated by tabs.
    Tsv,
    /// One JSON object a line.
    Jsonl,
}

/// A file's name in small letters, without the ending that says how it is compressed.
pub fn plain_name(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    [".gz", ".zst"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name).into()
}

impl Format {
    /// The format of a file that is called `name`; `None` if its ending names none.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Jsonl => "JSONL",
        }
    }
}

/// How a file is written in detail, so that an answer in the same format can be written alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    pub format: Format,
    /// The separator of fields, for CSV and TSV.
    pub delimiter: u8,
    /// Whether quotes enclose fields of CSV and TSV; else they are text.
    pub quoting: bool,
    /// Whether the file begins with a byte order mark.
    pub mark: bool,
}

impl Layout {
    /// The usual layout of a format.
    pub fn new(format: Format) -> Self {
        Self { format, delimiter: if format == Format::Tsv { b'\t' } else { b',' }, quoting: true, mark: false }
    }
}

/// The format and columns that the caller asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The format, if it is known; else the first line decides.
    pub format: Option<Format>,
    /// Whether quotes may enclose fields.
    pub quoting: bool,
    /// The column of the sentences that was asked for.
    pub text: Option<String>,
    /// The column of the sentences that the model was trained on.
    pub trained: String,
}

impl Wanted {
    /// The layout of rows that begin with the line `first`. If the format is not known, they are a table where that line has
    /// a field of the column of the sentences, and one sentence a line otherwise.
    pub fn layout(&self, first: &str) -> Layout {
        let quoting = self.quoting;
        match self.format {
            Some(format @ (Format::Lines | Format::Jsonl)) => Layout::new(format),
            Some(format) => {
                let own = Layout::new(format);
                let delimiter = match named_separator(first) {
                    Some(separator) => separator,
                    None => self.separator(own.delimiter, first).unwrap_or(own.delimiter),
                };
                Layout { delimiter, quoting, ..own }
            }
            None if object(first)
                .is_ok_and(|fields| self.candidates().iter().any(|&name| fields.contains_key(name))) =>
            {
                Layout::new(Format::Jsonl)
            }
            None => match named_separator(first).or_else(|| self.separator(b',', first)) {
                Some(b'\t') => Layout { quoting, ..Layout::new(Format::Tsv) },
                Some(delimiter) => Layout { delimiter, quoting, ..Layout::new(Format::Csv) },
                None => Layout::new(Format::Lines),
            },
        }
    }

    /// The separator, `usual` before others, by which the header `first` has the column of the sentences. A header of one
    /// column counts if its name was asked for.
    fn separator(&self, usual: u8, first: &str) -> Option<u8> {
        let names_text = |&delimiter: &u8| match Fields::new(delimiter, self.quoting).push(first) {
            Ok(Some(fields)) => (fields.len() > 1 || self.text.is_some()) && self.text_column(&fields).is_some(),
            _ => false,
        };
        [usual, b',', b'\t', b';', b'|'].into_iter().find(names_text)
    }

    /// The columns that may hold the sentences, the likeliest first.
    pub fn candidates(&self) -> Vec<&str> {
        match &self.text {
            Some(text) => vec![text],
            None => vec![&self.trained, "text"],
        }
    }

    /// The first candidate that is among `columns`, by its place there. A table's only column is the sentences.
    pub fn text_column(&self, columns: &[String]) -> Option<usize> {
        let place = |name: &&str| columns.iter().position(|column| column.trim() == *name);
        let only = (self.text.is_none() && columns.len() == 1).then_some(0);
        self.candidates().iter().find_map(place).or(only)
    }
}

/// The separator that a first line such as `sep=;` names, as Excel writes it.
pub fn named_separator(first: &str) -> Option<u8> {
    match first.trim_matches('"').strip_prefix("sep=")? {
        "\\t" => Some(b'\t'),
        separator => match separator.as_bytes() {
            &[separator] if separator.is_ascii() && separator != b'"' => Some(separator),
            _ => None,
        },
    }
}
