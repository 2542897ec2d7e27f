//! One seed, split into named streams.
//!
//! ChaCha8 is counter-based and specified bit for bit, so a stream gives the same numbers natively and in every
//! browser, and drawing more from one stream never shifts another.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A named sequence of random numbers.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream `name` of `seed`. Names in use: `init`, `shuffle`, `dropout`, `split`, `labels`,
    /// `weighting`, `map`, `folds`, `evaluation`.
    pub fn new(seed: u64, name: &str) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        // FNV-1a of the name picks one of 2^64 non-overlapping streams.
        let hash = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        rng.set_stream(hash);
        Self(rng)
    }

    /// How many 32-bit words have been drawn.
    pub fn position(&self) -> u64 {
        // 2^64 words are 10^8 years of drawing.
        self.0.get_word_pos() as u64
    }

    /// Goes on after `position` words.
    pub fn set_position(&mut self, position: u64) {
        self.0.set_word_pos(position.into());
    }

    /// Uniform in [0, 1), a multiple of 2⁻²⁴.
    pub fn uniform(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// Uniform over `0..n`, without bias (Lemire 2019).
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    pub fn below(&mut self, n: u32) -> u32 {
        let threshold = n.wrapping_neg() % n;
        loop {
            let wide = u64::from(self.0.next_u32()) * u64::from(n);
            if wide as u32 >= threshold {
                return (wide >> 32) as u32;
            }
        }
    }

    /// Puts `items` into a random order (Fisher–Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u32 + 1) as usize);
        }
    }

    /// `n` factors of inverted dropout: 0 with probability `p`, else 1/(1 − p).
    pub fn dropout_mask(&mut self, n: usize, p: f32) -> Vec<f32> {
        let keep = 1.0 / (1.0 - p);
        (0..n).map(|_| if self.uniform() < p { 0.0 } else { keep }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_stable_across_versions_and_platforms() {
        let mut init = Stream::new(7, "init");
        let first: Vec<u32> = (0..4).map(|_| init.below(1000)).collect();
        assert_eq!(first, [112, 332, 471, 227]);
    }

    #[test]
    fn streams_of_one_seed_differ_and_repeat() {
        let draw = |seed, name| {
            let mut stream = Stream::new(seed, name);
            (0..8).map(|_| stream.below(1 << 30)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1, "init"), draw(1, "init"));
        assert_ne!(draw(1, "init"), draw(1, "shuffle"));
        assert_ne!(draw(1, "init"), draw(2, "init"));
    }

    #[test]
    fn a_stream_goes_on_from_any_position() {
        for drawn in [0, 1, 15, 16, 63, 64, 1000] {
            let mut stream = Stream::new(5, "dropout");
            (0..drawn).for_each(|_| {
                stream.uniform();
            });
            let mut again = Stream::new(5, "dropout");
            again.set_position(stream.position());
            let draw = |stream: &mut Stream| (0..70).map(|_| stream.uniform()).collect::<Vec<_>>();
            assert_eq!(draw(&mut stream), draw(&mut again), "after {drawn}");
        }
    }

    #[test]
    fn below_is_even_and_uniform_stays_in_range() {
        let mut stream = Stream::new(3, "labels");
        let mut counts = [0_u32; 3];
        for _ in 0..30_000 {
            counts[stream.below(3) as usize] += 1;
            let x = stream.uniform();
            assert!((0.0..1.0).contains(&x));
        }
        assert!(counts.iter().all(|&c| (9_600..10_400).contains(&c)), "{counts:?}");
    }

    #[test]
    fn a_dropout_mask_keeps_the_mean() {
        let mask = Stream::new(3, "dropout").dropout_mask(100_000, 0.1);
        let mean = mask.iter().sum::<f32>() / mask.len() as f32;
        assert!((mean - 1.0).abs() < 0.01, "{mean}");
    }
}
