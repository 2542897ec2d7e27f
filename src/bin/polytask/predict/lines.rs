//! The lines of a file or of standard input, one after the other, with their numbers.

use std::fmt;
use std::io::{BufRead, Read};

use super::utf16::decoded;

/// Spreadsheets write a byte order mark before the header.
pub const MARK: &[u8] = "\u{feff}".as_bytes();

/// Something that cannot be read.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    pub wrong: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.wrong)
    }
}

/// A line without its end.
pub struct Line {
    /// From 1.
    pub number: usize,
    pub bytes: Vec<u8>,
}

impl Line {
    pub fn is_blank(&self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }

    pub fn text(self) -> Result<String, Fault> {
        let wrong = |_| Fault { line: self.number, wrong: "it is not UTF-8 text; save the file as UTF-8".into() };
        String::from_utf8(self.bytes).map_err(wrong)
    }
}

/// An iterator over lines, which end with `\n` or `\r\n`.
pub struct Lines {
    input: Box<dyn BufRead + Send>,
    /// The first line, if it was looked at and not yet taken.
    peeked: Option<Vec<u8>>,
    count: usize,
    ended: bool,
}

impl Lines {
    pub fn new(input: impl Read + Send + 'static) -> Result<Self, Fault> {
        let wrong = |e: std::io::Error| Fault { line: 1, wrong: format!("it cannot be read: {e}") };
        Ok(Self { input: decoded(input).map_err(wrong)?, peeked: None, count: 0, ended: false })
    }

    /// Whether the input begins with a byte order mark, which is not part of the first line; and that line, which stays the
    /// next one. Without any line it is `None`.
    pub fn peek(&mut self) -> Result<(bool, Option<String>), Fault> {
        let mut first = self.read()?;
        let mark = first.starts_with(MARK);
        if mark {
            first.drain(..MARK.len());
        }
        let text = String::from_utf8_lossy(&first).trim_end_matches(['\n', '\r']).to_string();
        let line = (!first.is_empty()).then_some(text);
        self.peeked = Some(first);
        Ok((mark, line))
    }

    /// The number of the line that was taken last.
    pub fn number(&self) -> usize {
        self.count
    }

    /// Takes no more lines.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// The next line with its end; empty after the last.
    fn read(&mut self) -> Result<Vec<u8>, Fault> {
        if let Some(first) = self.peeked.take() {
            return Ok(first);
        }
        let mut bytes = Vec::new();
        let wrong = |e: std::io::Error| Fault { line: self.count + 1, wrong: format!("it cannot be read: {e}") };
        self.input.read_until(b'\n', &mut bytes).map_err(wrong)?;
        Ok(bytes)
    }
}

impl Iterator for Lines {
    type Item = Result<Line, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.read() {
            Ok(bytes) if bytes.is_empty() => {
                self.ended = true;
                None
            }
            Ok(mut bytes) => {
                self.count += 1;
                let end = if bytes.ends_with(b"\r\n") { 2 } else { usize::from(bytes.ends_with(b"\n")) };
                bytes.truncate(bytes.len() - end);
                Some(Ok(Line { number: self.count, bytes }))
            }
            Err(fault) => {
                self.ended = true;
                Some(Err(fault))
            }
        }
    }
}
