//! Work on several threads, with the same numbers on any number of them: work is cut between rows, never inside a sum.

use std::ops::Range;

use super::cpu::Cpu;
use super::pool::join;

/// A thread gets at least this many numbers: waking one for fewer costs more time than it saves.
const GRAIN: usize = 1 << 14;

/// Divides the rows 0..`n` into ranges and calls `work` for each, with the range's rows of every output. The outputs'
/// lengths are multiples of `n`.
pub fn each_rows<const K: usize>(
    cpu: Cpu,
    n: usize,
    outputs: [&mut [f32]; K],
    work: impl Fn(Range<usize>, [&mut [f32]; K]) + Sync,
) {
    let widths = outputs.each_ref().map(|output| output.len() / n.max(1));
    let cost = n * widths.iter().sum::<usize>();
    each_item(cpu, n, cost, outputs, &|row| widths.map(|width| row * width), &work);
}

/// Divides the items 0..`n` into ranges and calls `work` for each, with the range's parts of every output: item i's parts
/// begin at `starts(i)`. `cost` is how many numbers are worked on in all.
pub fn each_item<const K: usize>(
    cpu: Cpu,
    n: usize,
    cost: usize,
    outputs: [&mut [f32]; K],
    starts: &(impl Fn(usize) -> [usize; K] + Sync),
    work: &(impl Fn(Range<usize>, [&mut [f32]; K]) + Sync),
) {
    let pieces = cpu.threads().min(cost / GRAIN).max(1);
    divide(0..n, pieces, outputs, starts, work);
}

/// Halves the items and the pieces until one piece is left, and does both halves at the same time.
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
