//! The sentences of a step, and which rank computes which of them.

use std::ops::Range;

use crate::ops::Ragged;
use crate::text::{Batch, Encoding};
use crate::train::Trainer;

/// The sentences of one step: a batch or, with accumulation, several.
#[derive(Debug)]
pub(in crate::train) struct StepBatches {
    pub batches: Vec<StepBatch>,
    /// Whether a sentence of the step is labelled for the task. (K)
    pub labelled: Vec<bool>,
}

/// A batch, in parts: one for each rank that computes some of its sentences, in the order of the ranks.
#[derive(Debug)]
pub(in crate::train) struct StepBatch {
    /// All sentences of the batch.
    pub sentences: Ragged,
    pub parts: Vec<Part>,
}

/// The sentences of a batch that one rank computes; at least one.
#[derive(Debug)]
pub(in crate::train) struct Part {
    pub rank: usize,
    /// The place in the batch of its first sentence.
    pub first: usize,
    /// Its rows of the data.
    pub rows: Vec<usize>,
    pub batch: Batch,
    /// The part's share of each task's labelled sentences in the step, or of their class weights; 1 where it is the whole
    /// step. (K)
    pub shares: Vec<f64>,
}

impl StepBatch {
    /// The part that `rank` computes, if it has one.
    pub fn of(&self, rank: usize) -> Option<&Part> {
        self.parts.iter().find(|part| part.rank == rank)
    }
}

impl StepBatches {
    /// All parts, batch by batch, rank by rank.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.batches.iter().flat_map(|batch| &batch.parts)
    }
}

impl Trainer {
    /// The sentences of the next step, divided among all ranks.
    pub(in crate::train) fn next_batches(&self) -> StepBatches {
        self.next_batches_for(self.ranks.size())
    }

    /// The sentences of the next step, divided among `ranks` ranks. Each has neighbouring ones, of about as many tokens.
    pub(in crate::train) fn next_batches_for(&self, ranks: usize) -> StepBatches {
        let rows = self.next_rows();
        let size = self.recipe.training.batch_size as usize;
        let shares = shares(&self.data.encodings, &rows, ranks);
        let mut parts: Vec<Vec<Part>> = rows.chunks(size).map(|_| Vec::new()).collect();
        for (rank, share) in shares.into_iter().enumerate() {
            for (i, parts) in parts.iter_mut().enumerate() {
                let (start, end) = (share.start.max(i * size), share.end.min((i + 1) * size));
                if start < end {
                    let rows = rows[start..end].to_vec();
                    let batch = self.data.batch(&rows);
                    parts.push(Part { rank, first: start - i * size, rows, batch, shares: Vec::new() });
                }
            }
        }
        let batches = rows.chunks(size).zip(parts).map(|(rows, parts)| {
            let lengths = rows.iter().map(|&row| self.data.encodings[row].input_ids.len());
            StepBatch { sentences: Ragged::from_lengths(lengths), parts }
        });
        let mut batches: Vec<StepBatch> = batches.collect();

        let k = self.tasks().len();
        let all = batches.iter_mut().flat_map(|batch| &mut batch.parts);
        let mut whole = vec![0.0; k];
        let with_denominators: Vec<(&mut Part, Vec<f64>)> = all
            .map(|part| {
                let denominators = self.losses.denominators(&part.batch);
                whole.iter_mut().zip(&denominators).for_each(|(whole, denominator)| *whole += denominator);
                (part, denominators)
            })
            .collect();
        for (part, denominators) in with_denominators {
            let share = |(part, whole): (f64, &f64)| if *whole > 0.0 { part / whole } else { 0.0 };
            part.shares = denominators.into_iter().zip(&whole).map(share).collect();
        }
        StepBatches { batches, labelled: whole.iter().map(|&whole| whole > 0.0).collect() }
    }
}

/// Which of the sentences `rows` each of `ranks` ranks computes: a sentence belongs to the rank in whose share of the tokens
/// its middle is. A rank may have none. (ranks)
fn shares(encodings: &[Encoding], rows: &[usize], ranks: usize) -> Vec<Range<usize>> {
    let length = |row: &usize| encodings[*row].input_ids.len() as u64;
    let tokens: u64 = rows.iter().map(length).sum();
    let mut before = 0;
    let ranks_of = rows.iter().map(|row| {
        let middle = 2 * before + length(row);
        before += length(row);
        (middle * ranks as u64 / (2 * tokens).max(1)).min(ranks as u64 - 1) as usize
    });
    let ranks_of: Vec<usize> = ranks_of.collect();
    let first_of = |rank: usize| ranks_of.partition_point(|&of| of < rank);
    (0..ranks).map(|rank| first_of(rank)..first_of(rank + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lengths: &[usize], ranks: usize) -> Vec<Range<usize>> {
        let encoding = |&n: &usize| Encoding { input_ids: vec![0; n], full_length: n };
        let encodings: Vec<Encoding> = lengths.iter().map(encoding).collect();
        shares(&encodings, &(0..lengths.len()).collect::<Vec<_>>(), ranks)
    }

    #[test]
    fn every_sentence_has_one_rank_and_the_tokens_are_divided_evenly() {
        assert_eq!(of(&[5, 5, 5, 5], 1).as_slice(), std::slice::from_ref(&(0..4)));
        assert_eq!(of(&[5, 5, 5, 5], 2), [0..2, 2..4]);
        assert_eq!(of(&[5, 5, 5, 5], 4), [0..1, 1..2, 2..3, 3..4]);
        assert_eq!(of(&[20, 4, 4, 4, 4, 4], 2), [0..1, 1..6]);
        assert_eq!(of(&[30, 3, 3], 3), [0..0, 0..1, 1..3]);
        assert_eq!(of(&[7], 3), [0..0, 0..1, 1..1]);
        for ranks in 1..9 {
            let lengths: Vec<usize> = (0..50).map(|i| 3 + i * 37 % 61).collect();
            let found = of(&lengths, ranks);
            assert_eq!((found[0].start, found[ranks - 1].end), (0, 50));
            assert!(found.windows(2).all(|pair| pair[0].end == pair[1].start), "{found:?}");
            let tokens = |range: &Range<usize>| lengths[range.clone()].iter().sum::<usize>();
            let (all, most) = (tokens(&(0..50)), found.iter().map(tokens).max().unwrap());
            assert!(most <= all / ranks + 64, "{most} of {all} for {ranks}");
        }
    }
}
