//! Memory that steps hand on to each other: what one step needed for its activations the next one takes again.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

/// A store of buffers that are not in use. It lives as long as the model, and grows to what the largest batch needs.
#[derive(Debug, Clone, Default)]
pub struct Workspace(Arc<Mutex<Vec<Vec<f32>>>>);

impl Workspace {
    /// A buffer of `len` numbers, whatever they were before.
    pub(super) fn take(&self, len: usize) -> Buffer {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // The smallest that is large enough; else the largest makes room for a new one, so that there are never more
        // buffers than were once in use together.
        let fits = |(_, buffer): &(usize, &Vec<f32>)| buffer.len() >= len;
        let smallest = idle.iter().enumerate().filter(fits).min_by_key(|(_, buffer)| buffer.len());
        let (chosen, fits) = match smallest {
            Some((i, _)) => (Some(i), true),
            None => (idle.iter().enumerate().max_by_key(|(_, buffer)| buffer.len()).map(|(i, _)| i), false),
        };
        let old = chosen.map(|i| idle.swap_remove(i));
        drop(idle);
        let numbers = match old {
            Some(buffer) if fits => buffer,
            old => {
                drop(old);
                vec![0.0; len]
            }
        };
        Buffer { numbers, len, home: self.clone() }
    }
}

/// Numbers on loan from a [`Workspace`], to which they go back.
#[derive(Debug)]
pub(super) struct Buffer {
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
        self.home.0.lock().unwrap_or_else(PoisonError::into_inner).push(numbers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_taken_again_and_never_outnumber_their_use() {
        let workspace = Workspace::default();
        let lengths = |workspace: &Workspace| {
            let mut lengths: Vec<usize> = workspace.0.lock().unwrap().iter().map(Vec::len).collect();
            lengths.sort_unstable();
            lengths
        };
        drop((workspace.take(10), workspace.take(100)));
        assert_eq!(lengths(&workspace), [10, 100]);
        drop((workspace.take(9), workspace.take(50)));
        assert_eq!(lengths(&workspace), [10, 100]);
        drop((workspace.take(60), workspace.take(200)));
        assert_eq!(lengths(&workspace), [100, 200]);
    }
}
