//! A file's bytes as text: encodings, line ends, and what is no text at all.

use std::borrow::Cow;

use crate::data::faults::Faults;
use crate::data::table::Place;
use crate::error::{Message, message};
use crate::{Error, Result};

/// The text of a file with `\n` for every line end, and what was assumed to read it. UTF-8 with such line ends is not copied.
///
/// # Errors
///
/// If it is no text (a workbook, an archive), or neither UTF-8 nor UTF-16; the error names all lines.
pub(super) fn decode<'a>(name: &str, bytes: &'a [u8]) -> Result<(Cow<'a, str>, Vec<Message>)> {
    if let Some(wrong) = foreign(bytes) {
        return Err(Error::data(name, wrong));
    }
    let (text, notes) = match bytes {
        [0xff, 0xfe, rest @ ..] => (utf16(name, rest, u16::from_le_bytes)?.into(), Vec::new()),
        [0xfe, 0xff, rest @ ..] => (utf16(name, rest, u16::from_be_bytes)?.into(), Vec::new()),
        _ => match unmarked_utf16(bytes) {
            Some(unit) => {
                (utf16(name, bytes, unit)?.into(), vec![message!("data.unmarked_utf16", "it is read as UTF-16")])
            }
            None => (utf8(name, bytes)?, Vec::new()),
        },
    };
    // Spreadsheets write a byte order mark before the header.
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Cow::Owned(text) => text.strip_prefix('\u{feff}').map(String::from).unwrap_or(text).into(),
    };
    let start = text.trim_start().get(..14).unwrap_or_default().to_ascii_lowercase();
    if ["<!doctype html", "<html", "<?xml"].iter().any(|mark| start.starts_with(mark)) {
        return Err(Error::data(name, message!("data.markup", "this is HTML or XML; save the table as CSV UTF-8")));
    }
    if text.starts_with("version https://git-lfs.github.com/spec/") {
        let wrong =
            message!("data.lfs_pointer", "this is a Git LFS pointer and not the file; fetch it with git lfs pull");
        return Err(Error::data(name, wrong));
    }
    // With one kind of line end, lines are counted the same way for all files. A lone \r ended the lines of old Macs.
    if !text.contains('\r') {
        return Ok((text, notes));
    }
    let text = text.replace("\r\n", "\n");
    Ok((if text.contains('\n') { text } else { text.replace('\r', "\n") }.into(), notes))
}

/// A sentence about a file whose first bytes show that it is no text.
fn foreign(bytes: &[u8]) -> Option<Message> {
    let has = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    let workbook = || message!("data.workbook", "this is an Excel workbook; save it as CSV UTF-8 (in Excel: Save As)");
    match bytes {
        [b'P', b'K', 3, 4, ..] if has(b"xl/work") => Some(workbook()),
        [b'P', b'K', 3, 4, ..] if has(b"opendocument.spreadsheet") => {
            Some(message!("data.open_document", "this is an OpenDocument spreadsheet; save it as CSV in UTF-8"))
        }
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Some(workbook()),
        [b'P', b'K', 3, 4, ..] | [0x1f, 0x8b, ..] | [b'B', b'Z', b'h', ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Some(message!("data.archive", "this file is compressed; unpack it first"))
        }
        [b'P', b'A', b'R', b'1', ..] => {
            Some(message!("data.parquet", "this is a Parquet file; write the table as CSV or JSONL"))
        }
        [b'%', b'P', b'D', b'F', ..] => Some(message!("data.pdf", "this is a PDF; save the table as CSV UTF-8")),
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => {
            Some(message!("data.utf32", "it is UTF-32 text; save the file as UTF-8"))
        }
        _ => None,
    }
}

/// How the bytes of UTF-16 without a mark become units: in Latin text every second byte is 0, which no other text has.
fn unmarked_utf16(bytes: &[u8]) -> Option<fn([u8; 2]) -> u16> {
    let start = &bytes[..bytes.len().min(4096)];
    let zeros = |from: usize| start.iter().skip(from).step_by(2).filter(|&&byte| byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), start.len() / 2);
    let most = |many: usize, few: usize| pairs > 1 && many * 10 > pairs * 6 && few * 50 < pairs;
    match (most(odd, even), most(even, odd)) {
        (true, _) => Some(u16::from_le_bytes),
        (_, true) => Some(u16::from_be_bytes),
        _ => None,
    }
}

fn utf16(name: &str, bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String> {
    let mut faults = Faults::of(name);
    let mut text = String::with_capacity(bytes.len());
    let mut line = 1;
    let wrong = || message!("data.not_utf16", "its UTF-16 text is damaged; save the file as UTF-8");
    let pairs = bytes.chunks_exact(2);
    let is_cut = !pairs.remainder().is_empty();
    for char in char::decode_utf16(pairs.map(|pair| unit([pair[0], pair[1]]))) {
        match char {
            Ok(char) => {
                line += usize::from(char == '\n');
                text.push(char);
            }
            Err(_) => faults.add(Place::Line(line), None, wrong()),
        }
    }
    if is_cut {
        faults.add(Place::Line(line), None, wrong());
    }
    faults.finish()?;
    Ok(text)
}

fn utf8<'a>(name: &str, bytes: &'a [u8]) -> Result<Cow<'a, str>> {
    let text = String::from_utf8_lossy(bytes);
    if let Cow::Owned(_) = text {
        let mut faults = Faults::of(name);
        let (mut line, mut last) = (1, 0);
        for chunk in bytes.utf8_chunks() {
            line += chunk.valid().bytes().filter(|&byte| byte == b'\n').count();
            if !chunk.invalid().is_empty() && last != line {
                let wrong = message!("data.not_utf8", "it is not UTF-8 text; save the file as UTF-8");
                faults.add(Place::Line(line), None, wrong);
                last = line;
            }
        }
        faults.finish()?;
    }
    Ok(text)
}
