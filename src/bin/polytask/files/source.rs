//! A data file's bytes: unpacked if it is compressed, and not held in memory if they are many.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::Deref;

use memmap2::Mmap;
use polytask::Error;
use polytask::error::Message;
use tempfile::SpooledData;
use tempfile::SpooledTempFile;

use super::beginning;
use super::packed::Packing;

/// From so many bytes on a file is mapped into the address space: the system reads its pages when they are needed, and drops
/// them when memory is.
const LARGE: usize = 64 << 20;

/// The bytes of a data file.
pub enum Source {
    Memory(Vec<u8>),
    Mapped(Mmap),
}

impl Deref for Source {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Memory(bytes) => bytes,
            Self::Mapped(map) => map,
        }
    }
}

impl Source {
    /// The bytes of the file at `path`, unpacked.
    pub fn open(path: &str) -> polytask::Result<Self> {
        let wrong = |sentence: String| Error::data(path, Message::unexpected(&sentence));
        let source = Self::unpacked(path)?;
        if source.get(257..262) == Some(b"ustar") {
            return Err(wrong("it is a tar archive; unpack it, and give one file of it".into()));
        }
        if cfg!(not(feature = "parquet")) && source.starts_with(b"PAR1") {
            let sentence = "this is a Parquet file, and this program was built without the feature parquet; build it with \
                            --features parquet, or write the table as CSV or JSONL";
            return Err(wrong(sentence.into()));
        }
        Ok(source)
    }

    fn unpacked(path: &str) -> polytask::Result<Self> {
        let wrong = |sentence: String| Error::data(path, Message::unexpected(&sentence));
        let unreadable = |e: io::Error| wrong(format!("the file cannot be read: {e}"));
        let file = File::open(path).map_err(unreadable)?;
        let about = file.metadata().map_err(unreadable)?;
        let input = BufReader::with_capacity(1 << 16, file);
        let (start, mut input) = beginning(input, &Packing::MARKS).map_err(unreadable)?;
        let Some(packing) = Packing::of(&start) else {
            if about.is_file() && about.len() >= LARGE as u64 {
                let (_, rest) = input.get_ref();
                return Self::mapped(rest.get_ref()).map_err(unreadable);
            }
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes).map_err(unreadable)?;
            return Ok(Self::Memory(bytes));
        };
        let damaged = |e: io::Error| wrong(e.to_string());
        let mut bytes = SpooledTempFile::new(LARGE);
        io::copy(&mut packing.unpack(input).map_err(damaged)?, &mut bytes).map_err(damaged)?;
        match bytes.into_inner() {
            SpooledData::InMemory(bytes) => Ok(Self::Memory(bytes.into_inner())),
            SpooledData::OnDisk(file) => Self::mapped(&file).map_err(unreadable),
        }
    }

    fn mapped(file: &File) -> io::Result<Self> {
        // SAFETY: a temporary file is ours alone. Of the user's own the bytes could change under our hands if somebody writes
        // into it in the seconds in which it is read; as with every program that maps files, what is read then is undefined.
        Ok(Self::Mapped(unsafe { Mmap::map(file)? }))
    }
}
