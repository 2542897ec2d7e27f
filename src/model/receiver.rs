//! Reads `model.safetensors` as it arrives, in pieces of any size.
//!
//! A file of this format is 8 bytes of length, a JSON header of that length, and the tensors' bytes end to end. Once the
//! header is complete, each tensor that the model reads is allocated when its first byte comes, and filled in place: the
//! file is never in memory beside its numbers.

use safetensors::{Dtype, SafeTensorError};
use xxhash_rust::xxh3::Xxh3;

use super::header::{Entry, Header, Stored, not_safetensors};
use super::{Wanted, Weights};
use crate::error::message;
use crate::text::git_lfs_pointer;
use crate::{Error, Result};

/// Bytes of the header's length.
const LENGTH: usize = 8;
/// The format's own limit on a header.
const LONGEST_HEADER: u64 = 100_000_000;

/// Receives a file's bytes and makes its [`Weights`].
#[derive(Default)]
pub struct Receiver {
    wanted: Option<Wanted>,
    /// The bytes received so far of the length and the header.
    front: Vec<u8>,
    body: Option<Body>,
    received: u64,
    /// Of the bytes received so far.
    hash: Xxh3,
}

/// The tensors, once the header is known.
#[derive(Debug)]
struct Body {
    header: Header,
    /// The numbers of each entry; `None` if it is skipped.
    values: Vec<Option<Vec<f32>>>,
    /// The index of the entry whose bytes come next, and how many of its bytes were received.
    at: usize,
    done: usize,
    /// The first bytes of a number or a block whose last ones are in the next piece.
    carried: Vec<u8>,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").field("received", &self.received).field("body", &self.body).finish_non_exhaustive()
    }
}

impl Receiver {
    /// Keeps every tensor of floating-point numbers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps the tensors in `wanted` and skips the others. A tensor that is missing or has another shape is an error as soon
    /// as the header is complete, before anything is allocated.
    pub fn of(wanted: Wanted) -> Self {
        Self { wanted: Some(wanted), ..Self::default() }
    }

    /// Receives the file's next bytes.
    ///
    /// # Errors
    ///
    /// If they are not those of a safetensors file, it holds the wrong tensors, or there is no memory for them.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        let bytes = self.push_header(bytes)?;
        match &mut self.body {
            Some(body) => {
                self.hash.update(bytes);
                body.fill(bytes, &mut self.received)
            }
            None => Ok(()),
        }
    }

    /// Receives the header's part of the file's next bytes and returns the others. Memory for tensors is allocated when
    /// [`Receiver::push`] receives their bytes.
    ///
    /// # Errors
    ///
    /// As [`Receiver::push`].
    pub fn push_header<'b>(&mut self, mut bytes: &'b [u8]) -> Result<&'b [u8]> {
        while self.body.is_none() {
            let missing = self.header_end()? - self.front.len();
            if bytes.len() < missing {
                self.front.extend_from_slice(bytes);
                self.hash.update(bytes);
                self.received += bytes.len() as u64;
                return Ok(&[]);
            }
            let (front, rest) = bytes.split_at(missing);
            self.front.extend_from_slice(front);
            self.hash.update(front);
            self.received += missing as u64;
            bytes = rest;
            // The first round completes the length, the second one the header. An empty header needs no second round.
            if self.front.len() > LENGTH || self.header_end()? == LENGTH {
                let header = Header::parse(&self.front[LENGTH..])?;
                self.body = Some(Body::new(header, self.wanted.as_ref())?);
                self.front = Vec::new();
            }
        }
        Ok(bytes)
    }

    /// Whether the header is complete and valid.
    pub fn has_header(&self) -> bool {
        self.body.is_some()
    }

    /// Bytes of all the numbers that it keeps; 0 before the header is complete.
    pub fn bytes(&self) -> u64 {
        self.body.as_ref().map_or(0, Body::bytes)
    }

    /// The end of the header in the file; before the length is complete, the end of the length.
    fn header_end(&self) -> Result<usize> {
        match self.front.first_chunk::<LENGTH>().map(|length| u64::from_le_bytes(*length)) {
            None => Ok(LENGTH),
            Some(length) if length > LONGEST_HEADER => Err(match git_lfs_pointer(&self.front, "model.safetensors") {
                Some(pointer) => Error::encoder(pointer),
                None => not_safetensors(&SafeTensorError::HeaderTooLarge),
            }),
            Some(length) => Ok(LENGTH + length as usize),
        }
    }

    /// The tensors.
    ///
    /// # Errors
    ///
    /// If bytes are missing.
    pub fn finish(self) -> Result<Weights> {
        let hash = self.hash.digest();
        let cut = || {
            Error::encoder(message!(
                "model.file_short",
                "model.safetensors ends too early, at {bytes} bytes (its header describes more); fetch it again",
                bytes = self.received
            ))
        };
        let mut body = self.body.ok_or_else(cut)?;
        // Skips tensors without numbers at the end of the file, for which no byte comes.
        body.fill(&[], &mut 0)?;
        if body.at < body.header.entries.len() {
            return Err(cut());
        }
        Ok(Weights::new(body.header, body.values, hash))
    }
}

impl Weights {
    /// Reads a whole file. For one that arrives in pieces there is [`Receiver`].
    ///
    /// # Errors
    ///
    /// If it is not a whole safetensors file.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self> {
        let mut receiver = Receiver::new();
        receiver.push(bytes)?;
        receiver.finish()
    }
}

impl Body {
    fn new(header: Header, wanted: Option<&Wanted>) -> Result<Self> {
        let values = match wanted {
            None => header.entries.iter().map(|entry| entry.stored.is_read().then(Vec::new)).collect(),
            Some(wanted) => {
                let mut values = vec![None; header.entries.len()];
                for place in wanted.places(&header)? {
                    values[place] = Some(Vec::new());
                }
                values
            }
        };
        Ok(Self { header, values, at: 0, done: 0, carried: Vec::new() })
    }

    fn bytes(&self) -> u64 {
        let kept = self.header.entries.iter().zip(&self.values).filter(|(_, values)| values.is_some());
        kept.map(|(entry, _)| entry.shape.iter().product::<usize>() as u64 * 4).sum()
    }

    fn fill(&mut self, mut bytes: &[u8], received: &mut u64) -> Result<()> {
        while let Some(entry) = self.header.entries.get(self.at) {
            let (now, rest) = bytes.split_at(bytes.len().min(entry.bytes - self.done));
            if let Some(values) = &mut self.values[self.at] {
                if self.done == 0 {
                    reserve(values, entry)?;
                }
                widen(entry.stored, &mut self.carried, now, values);
            }
            self.done += now.len();
            *received += now.len() as u64;
            bytes = rest;
            if self.done < entry.bytes {
                return Ok(());
            }
            self.at += 1;
            self.done = 0;
        }
        if bytes.is_empty() {
            return Ok(());
        }
        Err(Error::encoder(message!(
            "model.file_long",
            "model.safetensors goes on after the {bytes} bytes that its header describes; fetch it again",
            bytes = *received
        )))
    }
}

/// Reserves memory for all of a tensor's numbers, so that they are never moved as they arrive.
fn reserve(values: &mut Vec<f32>, entry: &Entry) -> Result<()> {
    let n: usize = entry.shape.iter().product();
    values.try_reserve_exact(n).map_err(|_| {
        Error::memory(message!(
            "model.tensor_room",
            "there is no room for the encoder's tensor {name:?} ({bytes:size}); take a smaller encoder",
            name = entry.name.as_str(),
            bytes = n as f64 * 4.0
        ))
    })
}

/// Adds the numbers in `bytes` to `values`. The first bytes of a number or a block that is not complete yet wait in `carried`.
fn widen(stored: Stored, carried: &mut Vec<u8>, mut bytes: &[u8], values: &mut Vec<f32>) {
    let width = stored.width();
    if !carried.is_empty() {
        let (front, rest) = bytes.split_at(bytes.len().min(width - carried.len()));
        carried.extend_from_slice(front);
        bytes = rest;
        if carried.len() < width {
            return;
        }
        add_whole(stored, carried, values);
        carried.clear();
    }
    let (whole, rest) = bytes.split_at(bytes.len() - bytes.len() % width);
    add_whole(stored, whole, values);
    carried.extend_from_slice(rest);
}

fn add_whole(stored: Stored, bytes: &[u8], values: &mut Vec<f32>) {
    let halves = || bytes.as_chunks::<2>().0.iter();
    match stored {
        Stored::Blocks(bits) => polytask_blocks::decode(bits, bytes, values),
        Stored::Float(Dtype::F16) => values.extend(halves().map(|b| half::f16::from_le_bytes(*b).to_f32())),
        Stored::Float(Dtype::BF16) => values.extend(halves().map(|b| half::bf16::from_le_bytes(*b).to_f32())),
        _ => values.extend(bytes.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::tensor::TensorView;

    /// Tensors of every width that is read, one that is not, and one without numbers.
    fn file() -> Vec<u8> {
        let f32s: Vec<u8> = (0..5).flat_map(|i| (i as f32 * 0.37 - 1.0).to_le_bytes()).collect();
        let f16s: Vec<u8> = (0..3).flat_map(|i| half::f16::from_f32(i as f32 * 0.5).to_le_bytes()).collect();
        let bf16s: Vec<u8> = (0..3).flat_map(|i| half::bf16::from_f32(i as f32 - 8.0).to_le_bytes()).collect();
        let ids: Vec<u8> = (0..4_i64).flat_map(i64::to_le_bytes).collect();
        let view = |dtype, n, bytes| TensorView::new(dtype, vec![n], bytes).unwrap();
        let views = [
            ("full", view(Dtype::F32, 5, &f32s)),
            ("half", view(Dtype::F16, 3, &f16s)),
            ("brain", view(Dtype::BF16, 3, &bf16s)),
            ("position_ids", view(Dtype::I64, 4, &ids)),
            ("none", view(Dtype::F32, 0, &[])),
        ];
        safetensors::serialize(views, None).unwrap()
    }

    #[test]
    fn blocks_arrive_in_pieces_of_any_size() {
        let numbers: Vec<f32> = (0..128).map(|i| (i as f32 * 0.37).sin()).collect();
        let mut blocks = Vec::new();
        polytask_blocks::encode(6, &numbers, &mut blocks);
        let mut expected = Vec::new();
        polytask_blocks::decode(6, &blocks, &mut expected);
        let view = || TensorView::new(Dtype::U8, vec![2, 2, 26], &blocks).unwrap();
        let metadata = [(polytask_blocks::METADATA.to_string(), String::new())].into();
        let bytes = safetensors::serialize([("table", view())], Some(metadata)).unwrap();
        for size in [1, 7, 25, 4096] {
            assert_eq!(in_pieces(&bytes, size).unwrap().take("table", &[2, 64]).unwrap(), expected);
        }
        // Without the key in the metadata they are bytes like others.
        let plain = safetensors::serialize([("table", view())], None).unwrap();
        assert_eq!(
            in_pieces(&plain, 64).unwrap().take("table", &[2, 2, 26]).unwrap_err().to_string(),
            "encoder: model.safetensors: tensor \"table\" holds U8, and f32, f16 or bf16 is needed"
        );
    }

    #[test]
    fn a_git_lfs_pointer_is_told() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:53aa51172d142c89\nsize 90868376\n";
        for size in [1, 7, 4096] {
            assert_eq!(
                in_pieces(pointer, size).unwrap_err().to_string(),
                "encoder: model.safetensors is a Git LFS pointer, not the file: run \"git lfs pull\" in its folder, or \
                 download the file itself"
            );
        }
    }

    fn in_pieces(bytes: &[u8], size: usize) -> Result<Weights> {
        let mut receiver = Receiver::new();
        for piece in bytes.chunks(size) {
            receiver.push(piece)?;
        }
        receiver.finish()
    }

    #[test]
    fn pieces_of_any_size_give_the_same_numbers() {
        let bytes = file();
        for size in [1, 7, 4096] {
            let mut weights = in_pieces(&bytes, size).unwrap();
            assert_eq!(weights.take("full", &[5]).unwrap(), [-1.0, -0.63, -0.26, 0.37 * 3.0 - 1.0, 0.37 * 4.0 - 1.0]);
            assert_eq!(weights.take("half", &[3]).unwrap(), [0.0, 0.5, 1.0]);
            assert_eq!(weights.take("brain", &[3]).unwrap(), [-8.0, -7.0, -6.0]);
            assert_eq!(weights.take("none", &[0]).unwrap(), [0.0; 0]);
            assert_eq!(
                weights.take("position_ids", &[4]).unwrap_err().to_string(),
                "encoder: model.safetensors: tensor \"position_ids\" holds I64, and f32, f16 or bf16 is needed"
            );
        }
    }

    #[test]
    fn files_that_are_cut_too_long_or_none_are_told_apart() {
        let bytes = file();
        for size in [1, 7, 4096] {
            for cut in [bytes.len() - 1, bytes.len() - 40, 20, 8, 4, 0] {
                assert_eq!(
                    in_pieces(&bytes[..cut], size).unwrap_err().to_string(),
                    format!(
                        "encoder: model.safetensors ends too early, at {cut} bytes (its header describes more); fetch \
                         it again"
                    )
                );
            }
            let long = [&bytes[..], &[0]].concat();
            assert_eq!(
                in_pieces(&long, size).unwrap_err().to_string(),
                format!(
                    "encoder: model.safetensors goes on after the {} bytes that its header describes; fetch it again",
                    bytes.len()
                )
            );
            for page in [&b"<!doctype html><title>404"[..], b"\x05\0\0\0\0\0\0\0hello", b"\0\0\0\0\0\0\0\0"] {
                let error = in_pieces(page, size).unwrap_err().to_string();
                assert!(error.starts_with("encoder: model.safetensors is not a safetensors file ("), "{error}");
            }
        }
    }
}
