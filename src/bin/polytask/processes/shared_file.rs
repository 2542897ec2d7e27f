//! A file that rank 0 reads, and every rank sees.

use std::fs::File;
use std::io::{Error, Read, Result};

use polytask::parallel::Ranks;

/// Bytes that are sent at a time.
const PIECE: usize = 1 << 20;

/// The first byte of a piece that could be read, and of an error's text.
const WHOLE: u8 = 0;
const BROKEN: u8 = 1;

/// A file of rank 0. All ranks read it at the same time, as much each.
pub struct SharedFile<'a> {
    file: Option<File>,
    ranks: &'a Ranks,
    piece: Vec<u8>,
    /// Bytes of the piece that have been read, its first one included.
    done: usize,
}

impl<'a> SharedFile<'a> {
    /// `file`, which rank 0 has opened.
    pub fn new(file: Option<File>, ranks: &'a Ranks) -> Self {
        Self { file, ranks, piece: Vec::new(), done: 0 }
    }

    /// The next piece, on rank 0.
    fn next(&mut self) -> Vec<u8> {
        let Some(file) = &mut self.file else { return Vec::new() };
        let mut piece = vec![WHOLE];
        match file.take(PIECE as u64).read_to_end(&mut piece) {
            Ok(_) => piece,
            Err(error) => [&[BROKEN], error.to_string().as_bytes()].concat(),
        }
    }
}

impl Read for SharedFile<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.done >= self.piece.len() {
            let own = self.next();
            self.piece = self.ranks.broadcast(&own).map_err(Error::other)?;
            if self.piece.first() != Some(&WHOLE) {
                let text = self.piece.get(1..).unwrap_or_default();
                return Err(Error::other(String::from_utf8_lossy(text).into_owned()));
            }
            self.done = 1;
        }
        let read = (&self.piece[self.done..]).read(buffer)?;
        self.done += read;
        Ok(read)
    }
}
