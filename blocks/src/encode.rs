//! The codes and the scale with the least squared error.
//!
//! Only additions, products, quotients and rounding in f64 decide, in a fixed order, so that every machine makes the same bytes.

use half::f16;

use crate::{BLOCK, block_bytes};

/// The search starts from scales of (1 + `DISTANCE` · i) times the one with which the largest number just fits, for each i in `TRIED`.
const TRIED: std::ops::RangeInclusive<i32> = -4..=5;
const DISTANCE: f64 = 0.04;
/// Rounds of: the nearest codes for the scale, then the best scale for these codes.
const ROUNDS: usize = 2;

/// Appends the blocks of `numbers`, which are finite, with `bits` (2 to 8) bits a number to `bytes`.
///
/// # Panics
///
/// If `numbers` is not a whole number of blocks, or `bits` is out of range.
pub fn encode(bits: u32, numbers: &[f32], bytes: &mut Vec<u8>) {
    assert!((2..=8).contains(&bits), "{bits} bits a number; 2 to 8 are possible");
    let (blocks, rest) = numbers.as_chunks::<BLOCK>();
    assert!(rest.is_empty(), "{} numbers are no whole blocks of {BLOCK}", numbers.len());
    bytes.reserve(blocks.len() * block_bytes(bits));
    for block in blocks {
        let best = best(bits, block);
        bytes.extend(best.scale.to_le_bytes());
        for eight in best.codes.chunks_exact(8) {
            let packed = eight.iter().rev().fold(0_u64, |packed, &code| packed << bits | u64::from(code));
            bytes.extend(&packed.to_le_bytes()[..bits as usize]);
        }
    }
}

/// A scale, its codes, and their squared error.
struct Fit {
    scale: f16,
    codes: [u8; BLOCK],
    error: f64,
}

fn best(bits: u32, block: &[f32; BLOCK]) -> Fit {
    let middle = f64::from(1 << (bits - 1));
    let largest = block.iter().fold(0.0_f64, |largest, &x| largest.max(f64::from(x).abs()));
    let mut best = fit(bits, block, 0.0);
    for sign in [1.0, -1.0] {
        for tried in TRIED {
            let mut scale = sign * largest / middle * (1.0 + DISTANCE * f64::from(tried));
            for _ in 0..ROUNDS {
                let made = fit(bits, block, scale);
                scale = least_squares(middle, block, &made.codes);
                if made.error < best.error {
                    best = made;
                }
            }
        }
    }
    best
}

/// The nearest codes to the block's numbers, with `scale` as it is stored.
fn fit(bits: u32, block: &[f32; BLOCK], scale: f64) -> Fit {
    let scale = f16::from_f64(scale);
    let (stored, middle) = (f64::from(scale), f64::from(1 << (bits - 1)));
    let mut fit = Fit { scale, codes: [middle as u8; BLOCK], error: 0.0 };
    for (code, &x) in fit.codes.iter_mut().zip(block) {
        let x = f64::from(x);
        if stored != 0.0 {
            *code = ((x / stored).round() + middle).clamp(0.0, 2.0 * middle - 1.0) as u8;
        }
        let missed = x - stored * (f64::from(*code) - middle);
        fit.error += missed * missed;
    }
    fit
}

/// The scale with the least squared error for these codes.
fn least_squares(middle: f64, block: &[f32; BLOCK], codes: &[u8; BLOCK]) -> f64 {
    let (mut along, mut square) = (0.0, 0.0);
    for (&x, &code) in block.iter().zip(codes) {
        let code = f64::from(code) - middle;
        along += f64::from(x) * code;
        square += code * code;
    }
    if square == 0.0 { 0.0 } else { along / square }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode;

    fn block(of: impl Fn(usize) -> f32) -> [f32; BLOCK] {
        std::array::from_fn(of)
    }

    fn returned(bits: u32, numbers: &[f32]) -> Vec<f32> {
        let (mut bytes, mut read) = (Vec::new(), Vec::new());
        encode(bits, numbers, &mut bytes);
        assert_eq!(bytes.len(), numbers.len() / BLOCK * block_bytes(bits));
        decode(bits, &bytes, &mut read);
        read
    }

    #[test]
    fn numbers_on_the_grid_come_back_as_they_are() {
        for bits in 2..=8 {
            let middle = 1_i32 << (bits - 1);
            for scale in [0.25_f32, -0.25] {
                let numbers = block(|i| scale * ((i as i32 * 7) % (2 * middle) - middle) as f32);
                assert_eq!(returned(bits, &numbers), numbers, "{bits} bits, scale {scale}");
            }
        }
        assert_eq!(returned(4, &[0.0; 2 * BLOCK]), [0.0; 2 * BLOCK]);
    }

    #[test]
    fn no_number_is_further_off_than_three_quarters_of_the_plain_step() {
        let numbers = block(|i| ((i * i) as f32 * 0.7).sin() * 3.0);
        for bits in 3..=8 {
            let step = 3.0 / f32::from(1_i16 << (bits - 1));
            for (x, read) in numbers.iter().zip(returned(bits, &numbers)) {
                assert!((x - read).abs() <= 0.75 * step, "{bits} bits: {x} became {read}");
            }
        }
    }

    #[test]
    fn the_search_beats_the_scale_of_the_largest_number() {
        let numbers = block(|i| if i == 5 { 4.0 } else { ((i * 37) as f32).sin() });
        let square = |read: &[f32]| numbers.iter().zip(read).map(|(x, y)| f64::from(x - y).powi(2)).sum::<f64>();
        let plain = fit(4, &numbers, -4.0 / 8.0);
        assert!(square(&returned(4, &numbers)) < plain.error);
    }
}
