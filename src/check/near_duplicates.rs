//! Sentences that say nearly the same: cosine of their vectors at least 0.98.

use std::collections::BTreeMap;

use crate::compute::Context;
use crate::ops::{Strides, WriteMode, matmul};

/// The least cosine of near duplicates.
const COSINE: f32 = 0.98;

/// Rows whose cosines with all later rows are computed at once: 10 MB for 10,000 rows.
const BLOCK: usize = 256;

/// Groups of rows of unit `vectors` (B,H), among those that are to be `compared`, that a chain of cosines of at least 0.98
/// connects; each group ascending, ordered by its first row.
///
/// The matrix of all cosines is computed in blocks of rows and never held whole.
pub fn near_duplicates(vectors: &[f32], h: usize, compared: &[bool], context: &Context) -> Vec<Vec<usize>> {
    let mut search = NearDuplicateSearch::new(vectors, h, compared);
    loop {
        if let Some(found) = search.advance(context) {
            return found;
        }
    }
}

/// A search for near duplicates, a block of rows at a time. See [`near_duplicates`].
#[derive(Debug)]
pub struct NearDuplicateSearch {
    /// The rows that are compared.
    rows: Vec<usize>,
    /// Their vectors. (B,H)
    vectors: Vec<f32>,
    h: usize,
    groups: Groups,
    /// The first row of the next block, among `rows`.
    next: usize,
}

impl NearDuplicateSearch {
    /// A search that has not begun.
    pub fn new(vectors: &[f32], h: usize, compared: &[bool]) -> Self {
        let rows: Vec<usize> = (0..compared.len()).filter(|&row| compared[row]).collect();
        let vectors = rows.iter().flat_map(|&row| &vectors[row * h..][..h]).copied().collect();
        Self { groups: Groups((0..rows.len()).collect()), rows, vectors, h, next: 0 }
    }

    /// Compares the next block of rows with all later ones. Returns the groups once all are compared.
    pub fn advance(&mut self, context: &Context) -> Option<Vec<Vec<usize>>> {
        let (first, h) = (self.next, self.h);
        let (m, n) = (BLOCK.min(self.rows.len() - first), self.rows.len() - first);
        if m == 0 {
            return Some(self.found());
        }
        let mut cosines = vec![0.0; m * n];
        let rest = &self.vectors[first * h..];
        context.on_threads(|| {
            let (lhs, rhs) = ((&rest[..m * h], Strides::rows(h)), (rest, Strides::rows(h).transposed()));
            matmul(context.cpu(), (m, n, h), (&mut cosines, Strides::rows(n)), WriteMode::Overwrite, lhs, rhs, 1.0);
        });
        for (i, of_row) in cosines.chunks_exact(n).enumerate() {
            for (j, _) in of_row.iter().enumerate().skip(i + 1).filter(|&(_, &cosine)| cosine >= COSINE) {
                self.groups.join(first + i, first + j);
            }
        }
        self.next += m;
        (self.next == self.rows.len()).then(|| self.found())
    }

    fn found(&mut self) -> Vec<Vec<usize>> {
        let mut by_first: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, &row) in self.rows.iter().enumerate() {
            by_first.entry(self.groups.first(at)).or_default().push(row);
        }
        by_first.into_values().filter(|group| group.len() > 1).collect()
    }
}

/// A union-find forest: each entry's parent, itself at a root. The root is the least of its group.
#[derive(Debug)]
struct Groups(Vec<usize>);

impl Groups {
    fn first(&mut self, mut i: usize) -> usize {
        while self.0[i] != i {
            self.0[i] = self.0[self.0[i]];
            i = self.0[i];
        }
        i
    }

    fn join(&mut self, i: usize, j: usize) {
        let (i, j) = (self.first(i), self.first(j));
        self.0[i.max(j)] = i.min(j);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unit vectors at these angles, in degrees. An angle of 11.4 has cosine 0.98.
    fn at(angles: &[f32]) -> Vec<f32> {
        angles.iter().flat_map(|degrees| [degrees.to_radians().cos(), degrees.to_radians().sin()]).collect()
    }

    #[test]
    fn near_vectors_form_groups() {
        let vectors = at(&[0.0, 90.0, 10.0, 180.0, 20.0, 192.0, 91.0]);
        let context = Context::default();
        assert_eq!(near_duplicates(&vectors, 2, &[true; 7], &context), [vec![0, 2, 4], vec![1, 6]]);
        // Without the link in the middle the chain falls apart.
        let compared = [true, true, false, true, true, true, true];
        assert_eq!(near_duplicates(&vectors, 2, &compared, &context), [[1, 6]]);
        assert!(near_duplicates(&[], 2, &[], &context).is_empty());
    }

    #[test]
    fn pairs_are_found_across_blocks() {
        // 600 directions in 600 dimensions; row 3 comes again in each block.
        let mut vectors = vec![0.0; 600 * 600];
        (0..600).for_each(|row| vectors[row * 600 + if [300, 599].contains(&row) { 3 } else { row }] = 1.0);
        assert_eq!(near_duplicates(&vectors, 600, &[true; 600], &Context::default()), [[3, 300, 599]]);
    }
}
