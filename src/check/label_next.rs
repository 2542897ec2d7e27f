//! Which rows to label next: uncertain ones, typical ones, and none that is close to another.
//!
//! ```text
//! uᵢ = Σ over the tasks without a label of p₂/p₁      the second-best probability over the best, by a probe per task
//! dᵢ = Σⱼ uⱼ·max(ẑᵢ·ẑⱼ, 0)³ / Σⱼ uⱼ                    density, over the candidates
//! next = argmaxᵢ uᵢ·dᵢ·(1 − max ẑᵢ·ẑₛ)                 s: the labelled rows and those chosen so far
//! ```
//!
//! Uncertainty times density is Settles & Craven 2008 ("An Analysis of Active Learning Strategies for Sequence Labeling
//! Tasks"); the distance to the nearest chosen row is the greedy k-centre rule of Sener & Savarese 2018. Without density that
//! rule chooses outliers. A task that has no two labels yet counts as fully uncertain, so the same formula begins from nothing.

use serde::{Deserialize, Serialize};

use super::{L2, Subject};
use crate::compute::Context;
use crate::metrics::argmax;
use crate::ops::{Strides, WriteMode, matmul};
use crate::probe::Probe;

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// The density is measured over at most this many candidates, evenly spread: it needs no more, and time stays linear.
const SAMPLE: usize = 1000;

/// Rows whose cosines are computed at once.
const BLOCK: usize = 256;

/// A row to label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Candidate {
    /// The row.
    pub row: usize,
    /// Each task that it has no label for.
    pub tasks: Vec<Guess>,
}

/// What a probe on the labelled rows guesses for a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Guess {
    /// The task.
    pub task: String,
    /// The most probable label; `null` as long as fewer than two labels of the task are in use.
    pub label: Option<String>,
    /// Its probability.
    pub probability: Option<f32>,
}

/// The `n` rows whose labels help most, the best first: among the rows without any label or, if there is none, among those
/// without a label for some task. Fewer if there are fewer, none if every row has all labels.
pub fn label_next(subject: &Subject, n: usize, context: &Context) -> Vec<Candidate> {
    let (data, own) = (subject.data, subject.own);
    let mut rows: Vec<usize> = (0..own).filter(|&row| !data.is_labelled(row)).collect();
    if rows.is_empty() {
        let k = data.tasks.len();
        rows = (0..own).filter(|&row| data.examples[row].labels.iter().count() < k).collect();
    }
    let guesses = guesses(subject, &rows, context);
    let uncertainty: Vec<f32> = guesses.iter().map(|tasks| tasks.iter().map(|guess| guess.doubt).sum()).collect();
    let is_candidate = |row: &usize| rows.binary_search(row).is_ok();
    let labelled: Vec<usize> = (0..own).filter(|row| data.is_labelled(*row) && !is_candidate(row)).collect();
    let chosen = choose(
        (&gather(subject, &rows), subject.hidden_size),
        &uncertainty,
        &gather(subject, &labelled),
        n.min(rows.len()),
        context,
    );
    let candidate = |at: usize| Candidate {
        row: rows[at],
        tasks: guesses[at]
            .iter()
            .map(|guess| Guess {
                task: data.tasks[guess.task].name.clone(),
                label: guess.best.map(|(class, _)| data.tasks[guess.task].labels[class].clone()),
                probability: guess.best.map(|(_, p)| p),
            })
            .collect(),
    };
    chosen.into_iter().map(candidate).collect()
}

/// A task without a label at a row.
struct Open {
    task: usize,
    /// The most probable class and its probability.
    best: Option<(usize, f32)>,
    /// p₂/p₁, 0 to 1.
    doubt: f32,
}

/// The tasks that each of `rows` has no label for.
fn guesses(subject: &Subject, rows: &[usize], context: &Context) -> Vec<Vec<Open>> {
    let mut open: Vec<Vec<Open>> = rows.iter().map(|_| Vec::new()).collect();
    for (task, of_task) in subject.data.tasks.iter().enumerate() {
        let at: Vec<usize> =
            (0..rows.len()).filter(|&at| subject.data.examples[rows[at]].labels.get(task).is_none()).collect();
        let (classes, c) = (subject.classes(task), of_task.labels.len());
        let mut used: Vec<u32> = classes.iter().flatten().copied().collect();
        used.sort_unstable();
        used.dedup();
        if used.len() < 2 {
            at.iter().for_each(|&at| open[at].push(Open { task, best: None, doubt: 1.0 }));
            continue;
        }
        let probe = Probe::fit(subject.own_vectors(), subject.hidden_size, &classes, c, L2, context);
        let theirs: Vec<usize> = at.iter().map(|&at| rows[at]).collect();
        for (&at, p) in at.iter().zip(probe.predict_proba(&gather(subject, &theirs), context).chunks_exact(c)) {
            let best = argmax(p);
            let second = (0..c).filter(|&class| class != best).map(|class| p[class]).fold(0.0, f32::max);
            open[at].push(Open { task, best: Some((best, p[best])), doubt: second / p[best] });
        }
    }
    open
}

/// The vectors of `rows`, one after the other. (B,H)
fn gather(subject: &Subject, rows: &[usize]) -> Vec<f32> {
    let h = subject.hidden_size;
    rows.iter().flat_map(|&row| &subject.vectors[row * h..][..h]).copied().collect()
}

/// Chooses `n` of the unit `vectors` (B,H) greedily by uncertainty, density and distance from the `labelled` ones and each
/// other. Returns their places, the best first.
fn choose(
    (vectors, h): (&[f32], usize),
    uncertainty: &[f32],
    labelled: &[f32],
    n: usize,
    context: &Context,
) -> Vec<usize> {
    let all = uncertainty.len();
    let every = all.div_ceil(SAMPLE).max(1);
    let sample: Vec<usize> = (0..all).step_by(every).collect();
    let sampled: Vec<f32> = sample.iter().flat_map(|&at| &vectors[at * h..][..h]).copied().collect();
    let mut density = vec![0.0_f32; all];
    each_cosines((vectors, h), &sampled, context, |at, cosines| {
        let near = cosines.iter().zip(&sample).map(|(&x, &j)| uncertainty[j] * x.max(0.0).powi(3));
        density[at] = near.sum();
    });
    let mut nearest = vec![0.0_f32; all];
    each_cosines((vectors, h), labelled, context, |at, cosines| {
        nearest[at] = cosines.iter().copied().fold(0.0, f32::max);
    });
    let mut left = vec![true; all];
    let mut chosen = Vec::with_capacity(n);
    for _ in 0..n {
        let worth = |at: usize| uncertainty[at] * density[at] * (1.0 - nearest[at]);
        // Of equal ones the first.
        let best = (0..all).filter(|&at| left[at]).reduce(|best, at| if worth(at) > worth(best) { at } else { best });
        let Some(best) = best else { break };
        left[best] = false;
        chosen.push(best);
        each_cosines((vectors, h), &vectors[best * h..][..h], context, |at, cosine| {
            nearest[at] = nearest[at].max(cosine[0]);
        });
    }
    chosen
}

/// Calls `take` with each row of `vectors` (B,H) and its products with all rows of `others`.
fn each_cosines((vectors, h): (&[f32], usize), others: &[f32], context: &Context, mut take: impl FnMut(usize, &[f32])) {
    let n = others.len() / h;
    if n == 0 {
        return;
    }
    let mut cosines = Vec::new();
    for (block, rows) in vectors.chunks(BLOCK * h).enumerate() {
        let m = rows.len() / h;
        cosines.resize(m * n, 0.0);
        context.on_threads(|| {
            let (lhs, rhs) = ((rows, Strides::rows(h)), (others, Strides::rows(h).transposed()));
            matmul(context.cpu(), (m, n, h), (&mut cosines, Strides::rows(n)), WriteMode::Overwrite, lhs, rhs, 1.0);
        });
        cosines[..m * n].chunks_exact(n).enumerate().for_each(|(i, of_row)| take(block * BLOCK + i, of_row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Unit vectors at these angles, in degrees.
    fn at(angles: &[f32]) -> Vec<f32> {
        angles.iter().flat_map(|degrees| [degrees.to_radians().cos(), degrees.to_radians().sin()]).collect()
    }

    #[test]
    fn the_first_choice_is_the_largest_product_of_the_formula() {
        // Densities by hand: cos³ of 0, 60, 90 degrees is 1, 1/8, 0. With u = (1, 1, 0.5):
        // d₀ = 1 + 1/8, d₁ = 1 + 1/8 + 0.5·cos³ 30°, d₂ = 0.5 + cos³ 30°; products with u: 1.125, 1.4498, 0.5748.
        let vectors = at(&[0.0, 60.0, 90.0]);
        let context = Context::default();
        assert_eq!(choose((&vectors, 2), &[1.0, 1.0, 0.5], &[], 3, &context), [1, 0, 2]);
        // A labelled sentence at 60 degrees leaves nothing to learn there.
        assert_eq!(choose((&vectors, 2), &[1.0, 1.0, 0.5], &at(&[60.0]), 1, &context), [0]);
    }

    #[test]
    fn twins_of_a_chosen_row_come_last() {
        let vectors = at(&[0.0, 0.0, 0.0, 90.0, 91.0]);
        let chosen = choose((&vectors, 2), &[1.0; 5], &[], 5, &Context::default());
        assert!(chosen[0] == 0 && chosen[1] > 2, "{chosen:?}");
        assert_eq!(choose((&[], 2), &[], &[], 0, &Context::default()), [0_usize; 0]);
    }
}
