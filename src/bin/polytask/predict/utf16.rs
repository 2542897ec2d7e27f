//! Compressed files as what is in them, and spreadsheets' UTF-16 as UTF-8, piece by piece.

use std::io::{BufRead, BufReader, Read, Result};

use crate::files::{beginning, unpacked};

/// The text of `input`, unpacked if it is compressed, as UTF-8 if it begins with the byte order mark of UTF-16; the mark stays.
pub fn decoded(input: impl Read + Send + 'static) -> Result<Box<dyn BufRead + Send>> {
    let unpacked = unpacked(BufReader::with_capacity(1 << 16, input))?;
    let (start, input) = beginning(unpacked, &[&[0xff, 0xfe], &[0xfe, 0xff]])?;
    let unit: Unit = match start[..] {
        [0xff, 0xfe] => u16::from_le_bytes,
        [0xfe, 0xff] => u16::from_be_bytes,
        _ => return Ok(Box::new(input)),
    };
    Ok(Box::new(BufReader::new(Utf16 { input, unit, units: Vec::new(), text: Vec::new() })))
}

/// The number of two bytes.
type Unit = fn([u8; 2]) -> u16;

/// What stands for a part of a damaged pair: a byte that no UTF-8 has, so that its line is refused.
const DAMAGED: u8 = 0xff;

struct Utf16<R> {
    input: R,
    unit: Unit,
    /// Numbers that were read and not yet decoded: at most the first of a pair.
    units: Vec<u16>,
    /// UTF-8 that was not yet handed out.
    text: Vec<u8>,
}

impl<R: BufRead> Utf16<R> {
    /// Decodes what the input has next; nothing at its end.
    fn decode(&mut self) -> Result<()> {
        let mut pair = [0; 2];
        let available = self.input.fill_buf()?.len();
        for _ in 0..(available / 2).max(available.min(1)) {
            match self.input.read_exact(&mut pair) {
                Ok(()) => self.units.push((self.unit)(pair)),
                Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => self.text.push(DAMAGED),
                Err(e) => return Err(e),
            }
        }
        let is_first_of_pair = |unit: &&u16| (0xd800..0xdc00).contains(*unit);
        let kept = self.units.last().filter(is_first_of_pair).filter(|_| available > 0).copied();
        let whole = self.units.len() - usize::from(kept.is_some());
        for char in char::decode_utf16(self.units[..whole].iter().copied()) {
            match char {
                Ok(char) => self.text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(_) => self.text.push(DAMAGED),
            }
        }
        self.units = kept.into_iter().collect();
        Ok(())
    }
}

impl<R: BufRead> Read for Utf16<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        while self.text.is_empty() {
            self.decode()?;
            if self.text.is_empty() && self.units.is_empty() {
                return Ok(0);
            }
        }
        let n = self.text.len().min(into.len());
        into[..n].copy_from_slice(&self.text[..n]);
        self.text.drain(..n);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out `0` bytes at a time.
    struct Trickle(usize, Vec<u8>);

    impl Read for Trickle {
        fn read(&mut self, into: &mut [u8]) -> Result<usize> {
            let n = self.0.min(self.1.len()).min(into.len());
            into[..n].copy_from_slice(&self.1[..n]);
            self.1.drain(..n);
            Ok(n)
        }
    }

    fn read(step: usize, bytes: Vec<u8>) -> Vec<u8> {
        let mut text = Vec::new();
        decoded(Trickle(step, bytes)).unwrap().read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn utf_16_is_read_in_pieces_of_any_size() {
        let text = "\u{feff}text\tnöte\r\n𝄞 é 漢\t\u{10ffff}\n".repeat(3);
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(to_bytes).collect();
            for step in [1, 2, 3, 5, 7, 4096] {
                assert_eq!(read(step, bytes.clone()), text.as_bytes(), "{step}");
            }
        }
        assert_eq!(read(1, text.clone().into_bytes()), text.as_bytes(), "UTF-8 stays as it is");
        let bytes = |units: &[u16]| units.iter().flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>();
        let damaged = read(2, bytes(&[0xfeff, 0x61, 0xd800, 0x62, 0xdc00, 0xd800]));
        assert_eq!(damaged, [b"\xef\xbb\xbfa\xff".as_slice(), b"b\xff\xff"].concat());
        assert_eq!(read(2, [bytes(&[0xfeff, 0x61]), vec![7]].concat()), b"\xef\xbb\xbfa\xff");
    }
}
