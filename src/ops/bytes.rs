//! A tensor's numbers as little-endian bytes, in pieces, so that they are never in memory twice.

use std::io::{Error, Result, Write};
use std::ops::Range;

use candle_core::Tensor;

use super::kernel::read;

/// Numbers converted at a time.
const PIECE: usize = 1 << 14;

/// Writes the numbers of an f32 tensor on the CPU that have these places in it, row after row.
///
/// # Errors
///
/// Those of `out`, or if the tensor is not of f32 on the CPU.
///
/// # Panics
///
/// If a place is beyond the tensor's end.
pub fn write_le(xs: &Tensor, places: Range<usize>, out: &mut dyn Write) -> Result<()> {
    let xs = xs.contiguous().map_err(Error::other)?;
    let numbers = read(&xs).map_err(Error::other)?;
    let numbers = &numbers[places];
    let mut bytes = Vec::with_capacity(4 * PIECE.min(numbers.len()));
    for piece in numbers.chunks(PIECE) {
        bytes.clear();
        bytes.extend(piece.iter().flat_map(|x| x.to_le_bytes()));
        out.write_all(&bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::Device;

    #[test]
    fn every_number_once_also_of_a_view() {
        let n = 2 * PIECE + 3;
        let xs = Tensor::arange(0.0_f32, 2.0 * n as f32, &Device::Cpu).unwrap().reshape((n, 2)).unwrap();
        let mut bytes = Vec::new();
        write_le(&xs.narrow(1, 1, 1).unwrap(), 0..n, &mut bytes).unwrap();
        let numbers: Vec<f32> = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        assert_eq!(numbers, (0..n).map(|i| 2.0 * i as f32 + 1.0).collect::<Vec<_>>());
        bytes.clear();
        write_le(&xs, 3..5, &mut bytes).unwrap();
        assert_eq!(bytes, [3.0_f32.to_le_bytes(), 4.0_f32.to_le_bytes()].concat());
    }
}
