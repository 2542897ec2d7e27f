//! Ranks that are threads of one process: they send bytes through channels.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use super::Group;
use crate::error::message;
use crate::{Error, Result};

/// One of several ranks in one process, each for a thread of its own.
///
/// ```
/// use polytask::parallel::{Group, ThreadRank};
///
/// std::thread::scope(|scope| {
///     for rank in ThreadRank::group(3) {
///         scope.spawn(move || {
///             let mut xs = [rank.rank() as f32, 1.0];
///             rank.sum(&mut xs).unwrap();
///             assert_eq!(xs, [3.0, 3.0]);
///         });
///     }
/// });
/// ```
#[derive(Debug)]
pub struct ThreadRank {
    rank: usize,
    to: Vec<Sender<Vec<u8>>>,
    from: Vec<Mutex<Receiver<Vec<u8>>>>,
}

impl ThreadRank {
    /// `size` ranks that are connected with each other.
    pub fn group(size: usize) -> Vec<Self> {
        let mut ranks: Vec<Self> =
            (0..size).map(|rank| Self { rank, to: Vec::with_capacity(size), from: Vec::with_capacity(size) }).collect();
        for sender in 0..size {
            for receiver in 0..size {
                let (to, from) = channel();
                ranks[sender].to.push(to);
                ranks[receiver].from.push(Mutex::new(from));
            }
        }
        ranks
    }
}

impl Group for ThreadRank {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.to.len()
    }

    fn exchange(&self, to: &[&[u8]], from: &mut [&mut [u8]]) -> Result<()> {
        let others = || (0..self.size()).filter(|&rank| rank != self.rank);
        for rank in others() {
            self.to[rank].send(to[rank].to_vec()).map_err(|_| lost(rank))?;
        }
        for rank in others() {
            let receiver = self.from[rank].lock().unwrap_or_else(PoisonError::into_inner);
            let bytes = receiver.recv().map_err(|_| lost(rank))?;
            from[rank].copy_from_slice(&bytes);
        }
        Ok(())
    }
}

fn lost(rank: usize) -> Error {
    let ended = message!(
        "parallel.lost",
        "rank {rank} has ended, and the others cannot go on without it; start them all again, with --resume if there is a \
         checkpoint",
        rank = rank
    );
    Error::Parallel(ended.into())
}
