//! What can go wrong, each as one sentence.

use std::fmt;

use crate::Precision;

/// An error of a source of numbers: see [`Model::write`](crate::Model::write).
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// Why a model cannot be written. `Display` gives the sentence.
#[derive(Debug)]
pub enum Error {
    /// The config does not describe a model that can be written.
    Config(String),
    /// A tensor does not have the numbers that the config asks for.
    Tensor(String),
    /// The source of the numbers failed; the sentence is its own.
    Source(SourceError),
    /// The file would be larger than an ONNX file can be.
    TooLarge {
        /// The file's size, or a lower bound of it.
        bytes: u64,
        /// What the weights would be stored as.
        precision: Precision,
    },
    /// The file cannot be written.
    Write(std::io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(sentence) | Self::Tensor(sentence) => f.write_str(sentence),
            Self::Source(error) => error.fmt(f),
            Self::TooLarge { bytes, precision } => {
                let remedy = match precision {
                    Precision::Float32 => "write it with 8 bits, or train a smaller encoder",
                    Precision::Int8 => "train a smaller encoder",
                };
                let size = *bytes as f64 / 1e9;
                write!(f, "the ONNX file would have {size:.1} GB, and such a file can have at most 2.1 GB; {remedy}")
            }
            Self::Write(error) => write!(f, "the ONNX file cannot be written: {error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Source(error) => Some(error.as_ref()),
            Self::Write(error) => Some(error),
            Self::Config(_) | Self::Tensor(_) | Self::TooLarge { .. } => None,
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Write(error)
    }
}
