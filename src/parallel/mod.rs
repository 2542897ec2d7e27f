//! Ranks that train one model together: processes on one or several machines, or threads of one process.
//!
//! Every rank has the whole model and the whole data. In a step each computes the losses and gradients of its share of the
//! sentences; the gradients are added up, and every rank makes the same update. So the parameters are the same on all ranks,
//! bit for bit, and only what is computed of a share is ever sent.
//!
//! A [`Group`] is one rank's way to the others. What a rank sends to each other rank, [`Group::exchange`], is all that an
//! implementation has to provide; the rest, in [`Ranks`], is made of it. There are [`Alone`], where one process trains, [`ThreadRank`], for
//! threads of one process, and in the command MPI. With NCCL the command overrides [`Group::sum_tensor`], so that gradients need
//! not leave the graphics cards.
//!
//! # Sums
//!
//! A sum of floats depends on the order of its terms. Here they are added in the order of the ranks, whatever arrives first:
//!
//! ```text
//! rank r owns piece r of P pieces:  receives piece r of every other rank,  x_r ← ((x⁰ + x¹) + x²) + …,  sends x_r to all
//! ```
//!
//! Each rank sends 2·(P−1)/P of the numbers and receives as many, the least that is possible.

mod alone;
#[cfg(not(target_arch = "wasm32"))]
mod threads;

use std::fmt::Debug;
use std::ops::Range;

pub use alone::Alone;
#[cfg(not(target_arch = "wasm32"))]
pub use threads::ThreadRank;

#[cfg(not(target_arch = "wasm32"))]
use candle_core::Tensor;

use crate::Result;

/// One rank's way to the others, to hold: clones share it.
#[derive(Debug, Clone)]
pub struct Ranks(Inner);

#[cfg(not(target_arch = "wasm32"))]
type Inner = std::sync::Arc<dyn Group>;

// A browser trains alone, which is known at compile time: its builds hold nothing of what ranks send to each other.
#[cfg(target_arch = "wasm32")]
type Inner = Alone;

impl Ranks {
    /// The way to no other rank: one process trains alone.
    pub fn alone() -> Self {
        #[cfg(not(target_arch = "wasm32"))]
        return Self::new(Alone);
        #[cfg(target_arch = "wasm32")]
        return Self(Alone);
    }

    /// The ranks of `group`.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn new(group: impl Group + 'static) -> Self {
        Self(std::sync::Arc::new(group))
    }

    /// This rank, from 0.
    pub fn rank(&self) -> usize {
        self.0.rank()
    }

    /// How many ranks there are, at least 1.
    pub fn size(&self) -> usize {
        self.0.size()
    }

    /// See [`Group::exchange`].
    ///
    /// # Errors
    ///
    /// As there.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn exchange(&self, to: &[&[u8]], from: &mut [&mut [u8]]) -> Result<()> {
        self.0.exchange(to, from)
    }

    /// See [`Group::sum`].
    ///
    /// # Errors
    ///
    /// As [`Group::exchange`].
    pub fn sum(&self, xs: &mut [f32]) -> Result<()> {
        self.0.sum(xs)
    }

    /// See [`Group::sum_tensor`].
    ///
    /// # Errors
    ///
    /// As [`Group::exchange`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn sum_tensor(&self, xs: &Tensor) -> Result<Tensor> {
        self.0.sum_tensor(xs)
    }

    /// What each rank gives as `own`, on every rank. (size)
    ///
    /// # Errors
    ///
    /// As [`Group::exchange`].
    pub fn gather(&self, own: &[u8]) -> Result<Vec<Vec<u8>>> {
        let (rank, size) = (self.rank(), self.size());
        if size == 1 {
            return Ok(vec![own.to_vec()]);
        }
        let mut lengths = vec![[0; 8]; size];
        let length = (own.len() as u64).to_le_bytes();
        let mut places: Vec<&mut [u8]> = lengths.iter_mut().map(<[u8; 8]>::as_mut_slice).collect();
        self.0.exchange(&vec![&length[..]; size], &mut places)?;
        let mut all: Vec<Vec<u8>> =
            lengths.iter().map(|length| vec![0; u64::from_le_bytes(*length) as usize]).collect();
        all[rank] = own.to_vec();
        let mut places: Vec<&mut [u8]> = all.iter_mut().map(Vec::as_mut_slice).collect();
        self.0.exchange(&vec![own; size], &mut places)?;
        Ok(all)
    }

    /// The numbers that each rank gives as `own`, on every rank. (size)
    ///
    /// # Errors
    ///
    /// As [`Group::exchange`].
    pub fn gather_numbers(&self, own: Vec<f32>) -> Result<Vec<Vec<f32>>> {
        if self.size() == 1 {
            return Ok(vec![own]);
        }
        let numbers = |bytes: &Vec<u8>| bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let bytes: Vec<u8> = own.iter().flat_map(|x| x.to_le_bytes()).collect();
        Ok(self.gather(&bytes)?.iter().map(numbers).collect())
    }

    /// What rank 0 gives as `own`, on every rank.
    ///
    /// # Errors
    ///
    /// As [`Group::exchange`].
    pub fn broadcast(&self, own: &[u8]) -> Result<Vec<u8>> {
        let own = if self.rank() == 0 { own } else { &[] };
        Ok(self.gather(own)?.swap_remove(0))
    }
}

/// Numbers that are added up at a time: few enough that what arrives from the other ranks takes little memory.
const BLOCK: usize = 1 << 20;

/// One rank of several that call the same functions in the same order.
pub trait Group: Debug + Send + Sync {
    /// This rank, from 0.
    fn rank(&self) -> usize;

    /// How many ranks there are, at least 1.
    fn size(&self) -> usize;

    /// Sends `to[r]` to each other rank r, and fills `from[r]` with what rank r sends here, which must be as long. What stands
    /// at this rank's own place is left alone. (size)
    ///
    /// # Errors
    ///
    /// If another rank has ended.
    fn exchange(&self, to: &[&[u8]], from: &mut [&mut [u8]]) -> Result<()>;

    /// Replaces `xs` on every rank by the sum over all ranks, added in the order of the ranks. The result is the same on all
    /// ranks, bit for bit.
    ///
    /// # Errors
    ///
    /// As [`Group::exchange`].
    fn sum(&self, xs: &mut [f32]) -> Result<()> {
        if self.size() == 1 {
            return Ok(());
        }
        let mut received = vec![Vec::new(); self.size()];
        xs.chunks_mut(BLOCK).try_for_each(|block| sum_block(self, block, &mut received))
    }

    /// As [`Group::sum`], of numbers on any device. By default they go through the machine's memory.
    ///
    /// # Errors
    ///
    /// As [`Group::exchange`], or if a tensor operation fails.
    #[cfg(not(target_arch = "wasm32"))]
    fn sum_tensor(&self, xs: &Tensor) -> Result<Tensor> {
        let mut numbers = xs.flatten_all()?.to_vec1()?;
        self.sum(&mut numbers)?;
        Ok(Tensor::from_vec(numbers, xs.shape(), xs.device())?)
    }
}

/// Sums one block; `received` is memory for what arrives.
fn sum_block<G: Group + ?Sized>(group: &G, block: &mut [f32], received: &mut [Vec<f32>]) -> Result<()> {
    let (rank, size) = (group.rank(), group.size());
    let mut pieces: Vec<&mut [f32]> = split(block, size);
    let to: Vec<&[u8]> = pieces.iter().map(|piece| bytemuck::cast_slice(piece)).collect();
    let owned = pieces[rank].len();
    received.iter_mut().for_each(|buffer| buffer.resize(owned, 0.0));
    let mut from: Vec<&mut [u8]> = received.iter_mut().map(|xs| bytemuck::cast_slice_mut(xs)).collect();
    group.exchange(&to, &mut from)?;

    received[rank].copy_from_slice(pieces[rank]);
    let own = std::mem::take(&mut pieces[rank]);
    own.copy_from_slice(&received[0]);
    for xs in &received[1..] {
        own.iter_mut().zip(xs).for_each(|(sum, x)| *sum += x);
    }

    let to = vec![bytemuck::cast_slice(own); size];
    let mut from: Vec<&mut [u8]> = pieces.into_iter().map(bytemuck::cast_slice_mut).collect();
    group.exchange(&to, &mut from)
}

/// `xs` as `parts` pieces of like length.
fn split(mut xs: &mut [f32], parts: usize) -> Vec<&mut [f32]> {
    let n = xs.len();
    let piece = |part: usize| {
        let Range { start, end } = n * part / parts..n * (part + 1) / parts;
        let (piece, rest) = std::mem::take(&mut xs).split_at_mut(end - start);
        xs = rest;
        piece
    };
    (0..parts).map(piece).collect()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::random::Stream;

    /// Calls `work` on every rank at once. Returns what each returns.
    fn on_all<T: Send>(size: usize, work: impl Fn(Ranks) -> T + Sync) -> Vec<T> {
        let ranks = ThreadRank::group(size);
        let work = &work;
        std::thread::scope(|scope| {
            let started: Vec<_> = ranks.into_iter().map(|rank| scope.spawn(|| work(Ranks::new(rank)))).collect();
            started.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        })
    }

    fn numbers(rank: usize, n: usize) -> Vec<f32> {
        let mut stream = Stream::new(rank as u64, "test");
        (0..n).map(|_| (stream.uniform() - 0.5) * 10.0_f32.powi(stream.below(9) as i32)).collect()
    }

    #[test]
    fn numbers_are_added_in_the_order_of_the_ranks() {
        for size in 1..=5 {
            for n in [0, 1, 3, 1000, 2 * BLOCK + 7] {
                let mut expected = numbers(0, n);
                for rank in 1..size {
                    expected.iter_mut().zip(numbers(rank, n)).for_each(|(sum, x)| *sum += x);
                }
                let sums = on_all(size, |rank| {
                    let mut xs = numbers(rank.rank(), n);
                    rank.sum(&mut xs).unwrap();
                    xs
                });
                assert!(sums.iter().all(|sum| *sum == expected), "{size} ranks, {n} numbers");
            }
        }
    }

    #[test]
    fn what_is_gathered_and_broadcast_is_the_same_everywhere() {
        let own = |rank: usize| vec![rank as u8; 3 * rank];
        for size in 1..=4 {
            let expected: Vec<Vec<u8>> = (0..size).map(own).collect();
            let gathered = on_all(size, |rank| rank.gather(&own(rank.rank())).unwrap());
            assert!(gathered.iter().all(|all| *all == expected), "{gathered:?}");
            let gathered = on_all(size, |rank| rank.gather_numbers(numbers(rank.rank(), rank.rank())).unwrap());
            assert!(gathered.iter().all(|all| (0..size).all(|rank| all[rank] == numbers(rank, rank))));
            let all = on_all(size, |rank| rank.broadcast(&[7 + rank.rank() as u8, 1]).unwrap());
            assert_eq!(all, vec![[7, 1]; size]);
        }
    }

    #[test]
    fn a_rank_that_ends_is_named() {
        let mut ranks = ThreadRank::group(3);
        drop(ranks.remove(1));
        for rank in &ranks {
            let [mut a, mut b, mut c] = [[0; 9]; 3];
            assert_eq!(
                rank.exchange(&[&[5; 9][..]; 3], &mut [&mut a, &mut b, &mut c]).unwrap_err().to_string(),
                "rank 1 has ended, and the others cannot go on without it; start them all again, with --resume if there is \
                 a checkpoint"
            );
        }
    }
}
