//! Work on several cores, with the same numbers on any number of them: work is cut between rows, never inside a sum.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

static THREADS: AtomicUsize = AtomicUsize::new(1);

/// Numbers that a core should have to itself before another one is worth waking.
const GRAIN: usize = 1 << 14;

/// Sets how many threads the kernels may use, at least 1. Results do not depend on it.
pub fn set_threads(threads: usize) {
    THREADS.store(threads.max(1), Ordering::Relaxed);
}

/// How many threads the kernels may use.
pub fn threads() -> usize {
    THREADS.load(Ordering::Relaxed)
}

/// Runs `work` on a pool of [`threads`] threads, where what it divides finds them awake.
#[cfg(not(target_arch = "wasm32"))]
pub fn on_threads<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    use std::sync::{Arc, Mutex, PoisonError};
    static POOL: Mutex<Option<(usize, Arc<rayon::ThreadPool>)>> = Mutex::new(None);

    let threads = threads();
    if threads == 1 || rayon::current_thread_index().is_some() {
        return work();
    }
    let pool = {
        let mut kept = POOL.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((size, pool)) if *size == threads => Some(pool.clone()),
            _ => {
                // A system that gives no more threads still gives the caller's own.
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok().map(Arc::new);
                *kept = pool.clone().map(|pool| (threads, pool));
                pool
            }
        }
    };
    match pool {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// Runs `work` on the page's pool of threads, if it started one.
#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
pub fn on_threads<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    if threads() == 1 { work() } else { rayon::scope(|_| work()) }
}

/// Runs `work`: this build has one thread.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
pub fn on_threads<R>(work: impl FnOnce() -> R) -> R {
    work()
}

/// Both, at the same time where there are threads.
#[cfg(any(not(target_arch = "wasm32"), target_feature = "atomics"))]
pub(super) fn join(a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
    rayon::join(a, b);
}

/// Both, one after the other.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
pub(super) fn join(a: impl FnOnce(), b: impl FnOnce()) {
    a();
    b();
}

/// Hands `work` runs of the rows 0..`n` with those rows of every output, whose lengths are multiples of `n`.
pub(super) fn each_rows<const K: usize>(
    n: usize,
    outputs: [&mut [f32]; K],
    work: impl Fn(Range<usize>, [&mut [f32]; K]) + Sync,
) {
    let widths = outputs.each_ref().map(|output| output.len() / n.max(1));
    let cost = n * widths.iter().sum::<usize>();
    each_item(n, cost, outputs, &|row| widths.map(|width| row * width), &work);
}

/// Hands `work` runs of the items 0..`n` with their parts of every output: item i's begin at `starts(i)`. `cost`: how
/// many numbers are worked on in all.
pub(super) fn each_item<const K: usize>(
    n: usize,
    cost: usize,
    outputs: [&mut [f32]; K],
    starts: &(impl Fn(usize) -> [usize; K] + Sync),
    work: &(impl Fn(Range<usize>, [&mut [f32]; K]) + Sync),
) {
    let pieces = threads().min(cost / GRAIN).max(1);
    divide(0..n, pieces, outputs, starts, work);
}

fn divide<const K: usize>(
    items: Range<usize>,
    pieces: usize,
    outputs: [&mut [f32]; K],
    starts: &(impl Fn(usize) -> [usize; K] + Sync),
    work: &(impl Fn(Range<usize>, [&mut [f32]; K]) + Sync),
) {
    if pieces == 1 || items.len() < 2 {
        return work(items, outputs);
    }
    let left_pieces = pieces / 2;
    let middle = items.start + items.len() * left_pieces / pieces;
    let (first, cut) = (starts(items.start), starts(middle));
    let mut parts = outputs.into_iter().zip(first.into_iter().zip(cut));
    let halves: [_; K] = std::array::from_fn(|_| {
        let (output, (first, cut)) = parts.next().expect("there are K of each");
        output.split_at_mut(cut - first)
    });
    let mut left = Vec::with_capacity(K);
    let mut right = Vec::with_capacity(K);
    for (l, r) in halves {
        left.push(l);
        right.push(r);
    }
    let [left, right] = [left, right].map(|half| <[&mut [f32]; K]>::try_from(half).expect("there are K of each"));
    join(
        || divide(items.start..middle, left_pieces, left, starts, work),
        || divide(middle..items.end, pieces - left_pieces, right, starts, work),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_visited_once_with_its_own_numbers() {
        for pieces in 1..6 {
            let (mut wide, mut narrow) = (vec![0.0; 7 * 3], vec![0.0; 7]);
            divide(0..7, pieces, [&mut wide, &mut narrow], &|row| [row * 3, row], &|rows, [wide, narrow]| {
                for (row, (wide, narrow)) in rows.zip(wide.chunks_exact_mut(3).zip(narrow)) {
                    wide.fill(row as f32);
                    *narrow += 1.0;
                }
            });
            assert_eq!(wide, (0..21).map(|i| (i / 3) as f32).collect::<Vec<_>>());
            assert_eq!(narrow, [1.0; 7]);
        }
    }
}
