//! Weights in blocks: 32 numbers share a scale, and each has a code of few bits.
//!
//! The format, in a `model.safetensors` whose metadata has the key [`METADATA`]: a tensor of shape (…, M), M a multiple of
//! 32, is stored as U8 of shape (…, M/32, 2 + 4·bits) under its own name. Each block is a scale (f16, little-endian) and 32 codes of
//! `bits` bits, end to end, the least significant bits of a byte first. A number is scale · (code − 2^(bits−1)). The bits follow
//! from the last dimension, so tensors of one file may differ in them. Tensors of other types are stored as they are.
//!
//! Blocks with a scale of their own are taken from ggml's `Q4_0` and `Q8_0` (<https://github.com/ggml-org/ggml>); their
//! layout has no 6 bits for rows of 384.

mod encode;
mod small;

pub use encode::encode;
pub use small::{FILES, SMALL, small_encoder};

/// Numbers of a block.
pub const BLOCK: usize = 32;

/// The key in a file's metadata that says that its U8 tensors are blocks.
pub const METADATA: &str = "polytask_blocks";

/// Bytes of a block.
pub const fn block_bytes(bits: u32) -> usize {
    2 + BLOCK / 8 * bits as usize
}

/// Bits of a code (2 to 8) in blocks of `bytes` bytes; `None` if no number of bits makes blocks of that size.
pub fn bits_of(bytes: usize) -> Option<u32> {
    (2..=8).find(|&bits| block_bytes(bits) == bytes)
}

/// Appends the numbers of `blocks`, `bits` (2 to 8) bits a code, to `numbers`: 32 for each [`block_bytes`].
///
/// # Panics
///
/// If `blocks` is not a whole number of blocks.
pub fn decode(bits: u32, blocks: &[u8], numbers: &mut Vec<f32>) {
    let size = block_bytes(bits);
    assert!(blocks.len().is_multiple_of(size), "{} bytes are no whole blocks of {size}", blocks.len());
    let (mask, middle) = ((1_u32 << bits) - 1, 1_i32 << (bits - 1));
    for block in blocks.chunks_exact(size) {
        let (scale, codes) = block.split_at(2);
        let scale = half::f16::from_le_bytes([scale[0], scale[1]]).to_f32();
        // Eight codes fill `bits` whole bytes.
        for eight in codes.chunks_exact(bits as usize) {
            let packed = eight.iter().rev().fold(0_u64, |packed, &byte| packed << 8 | u64::from(byte));
            numbers.extend((0..8).map(|i| {
                let code = (packed >> (i * bits)) as u32 & mask;
                scale * (code as i32 - middle) as f32
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_written_by_hand_is_read() {
        // Scale 0.5; 4 bits: the codes 0 and 15, then 8 (which is 0) thirty times.
        let mut block = vec![0x00, 0x38, 0xf0];
        block.extend([0x88; 15]);
        let mut numbers = Vec::new();
        decode(4, &block, &mut numbers);
        assert_eq!(numbers[..3], [-4.0, 3.5, 0.0]);
        assert_eq!(numbers.len(), BLOCK);
        // Scale −2; 6 bits: the codes 0, 1, 2 and 63 are the bytes 000000 | 01 0000 | 0010 …, least significant bits first.
        let mut block = vec![0x00, 0xc0, 0x40, 0x20, 0xfc];
        block.extend([0; 21]);
        numbers.clear();
        decode(6, &block, &mut numbers);
        assert_eq!(numbers[..5], [64.0, 62.0, 60.0, -62.0, 64.0]);
    }

    #[test]
    fn bits_follow_from_a_blocks_bytes() {
        assert_eq!([18, 26, 34].map(bits_of), [Some(4), Some(6), Some(8)]);
        assert_eq!([0, 2, 6, 19, 38].map(bits_of), [None; 5]);
    }
}
