//! Compressed files, known by their first bytes and not by their name.

use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;

use super::beginning;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Gzip,
    Zstd,
}

impl Packing {
    /// The first bytes of compressed files.
    pub const MARKS: [&[u8]; 2] = [GZIP, ZSTD];

    /// The packing of a file that begins with `start`; `None` if it is not compressed.
    pub fn of(start: &[u8]) -> Option<Self> {
        match start {
            _ if start.starts_with(GZIP) => Some(Self::Gzip),
            _ if start.starts_with(ZSTD) => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Unpacks `input` as it is read. Its errors are sentences.
    pub fn unpack(self, input: impl BufRead + Send + 'static) -> Result<Box<dyn BufRead + Send>> {
        let inner: Box<dyn Read + Send> = match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(input)),
            Self::Zstd => Box::new(Frames { input: Some(input), frame: None }),
        };
        Ok(Box::new(BufReader::with_capacity(1 << 16, Unpacking { inner, packing: self })))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    /// The error's sentence, with the name of the compression.
    fn wrong(self, why: &Error) -> Error {
        let name = self.name();
        let sentence = match why.kind() {
            ErrorKind::UnexpectedEof => {
                format!("its {name} data ends too early, as of a file that was cut off; copy or download it again")
            }
            _ => format!("its {name} data is damaged ({why}); copy or download it again"),
        };
        Error::new(ErrorKind::InvalidData, sentence)
    }
}

/// The input as it is, or unpacked if it is compressed.
pub fn unpacked(input: impl BufRead + Send + 'static) -> Result<Box<dyn BufRead + Send>> {
    let (start, input) = beginning(input, &Packing::MARKS)?;
    match Packing::of(&start) {
        Some(packing) => packing.unpack(input),
        None => Ok(Box::new(input)),
    }
}

struct Unpacking {
    inner: Box<dyn Read + Send>,
    packing: Packing,
}

impl Read for Unpacking {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        self.inner.read(into).map_err(|why| match why.kind() {
            ErrorKind::Interrupted => why,
            _ => self.packing.wrong(&why),
        })
    }
}

/// The frames of a zstd file, one after the other.
struct Frames<R: BufRead> {
    /// The input between two frames.
    input: Option<R>,
    frame: Option<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let n = frame.read(into)?;
                if n > 0 || into.is_empty() {
                    return Ok(n);
                }
            }
            if let Some(frame) = self.frame.take() {
                self.input = Some(frame.into_inner());
            }
            let Some(mut input) = self.input.take() else { return Ok(0) };
            if input.fill_buf()?.is_empty() {
                return Ok(0);
            }
            self.frame = Some(StreamingDecoder::new(input).map_err(Error::other)?);
        }
    }
}
