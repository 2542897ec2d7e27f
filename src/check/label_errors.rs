//! Probable label errors, by confident learning (Northcutt, Jiang & Chuang 2021, "Confident Learning: Estimating Uncertainty
//! in Dataset Labels").
//!
//! ```text
//! p (B,C): probabilities by probes that did not see the row
//! t_c = mean of p_c over the rows labelled c
//! how many: the rows labelled y where some c ≠ y has p_c ≥ t_c and p_c > p_y
//! which:    those with the least log p_y − log max_{c≠y} p_c
//! ```
//!
//! As in the paper's pruning by noise rate, the thresholds estimate the number and a ranking picks the rows. The paper ranks by
//! the difference of the probabilities. Their ratio is better where there are many classes: there both are small, and a
//! difference of 0.1 may be a factor of 10 or of 1.2.

use serde::{Deserialize, Serialize};

use super::{L2, Subject};
use crate::compute::Context;
use crate::metrics::{argmax, wilson_interval};
use crate::probe::{deal_folds, number_of_folds, predict_fold};
use crate::random::Stream;
use crate::recipe::Task;

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// Maximum number of folds.
const FOLDS: usize = 5;

/// The folds are dealt anew this many times, and the probabilities averaged.
const REPEATS: usize = 3;

/// One task's probable label errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct LabelErrors {
    /// The task.
    pub task: String,
    /// Rows that could be judged: those with a label that another row has, too.
    pub judged: usize,
    /// The share of them whose label the probes predict without having seen it.
    pub accuracy: f64,
    /// The share of the commonest label among them.
    pub commonest: f64,
    /// The rows whose label is doubtful, the most doubtful first. `null` if the probes predict no better than by always
    /// naming the commonest label, by 95 % confidence: then they cannot tell a wrong label from a right one.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Suspect[] | null"))]
    pub suspects: Option<Vec<Suspect>>,
}

/// A row whose label is probably wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Suspect {
    /// The row.
    pub row: usize,
    /// Its label.
    pub label: String,
    /// The label that it probably should have.
    pub suggested: String,
    /// The label's probability by probes that did not see the row.
    pub label_probability: f32,
    /// The probability of the suggested one.
    pub suggested_probability: f32,
}

/// The probable label errors of the task with index `task`. Blanks are left out, and so are labels with a single row.
pub fn label_errors(subject: &Subject, task: usize, seed: u64, context: &Context) -> LabelErrors {
    let mut search = LabelErrorSearch::new(subject, task, seed);
    loop {
        if let Some(found) = search.advance(subject, context) {
            return found;
        }
    }
}

/// A search for one task's label errors, a probe at a time. See [`label_errors`].
#[derive(Debug)]
pub struct LabelErrorSearch {
    task: usize,
    /// The class of each of the data's own rows that can be judged. (B)
    classes: Vec<Option<u32>>,
    /// The share of the commonest class.
    commonest: f64,
    /// The fold of each row, for each time that the folds are dealt.
    folds: Vec<Vec<Option<usize>>>,
    /// The time and the fold whose rows are predicted next.
    next: (usize, usize),
    /// The sum of the probabilities so far. (B,C)
    sum: Vec<f32>,
}

impl LabelErrorSearch {
    /// A search that has not begun; `seed` deals the folds.
    pub fn new(subject: &Subject, task: usize, seed: u64) -> Self {
        let c = subject.data.tasks[task].labels.len();
        let mut classes = subject.classes(task);
        let mut counts = vec![0_usize; c];
        classes.iter().flatten().for_each(|&class| counts[class as usize] += 1);
        classes.iter_mut().for_each(|class| *class = class.filter(|&class| counts[class as usize] > 1));
        let judged = classes.iter().flatten().count();
        let most = counts.into_iter().max().unwrap_or(0);
        let mut stream = Stream::new(seed, "folds");
        let repeats = if judged > 0 { REPEATS } else { 0 };
        let folds = (0..repeats).map(|_| deal_folds(&classes, c, FOLDS.min(most), &mut stream)).collect();
        let sum = vec![0.0; classes.len() * c];
        Self { task, commonest: most as f64 / judged.max(1) as f64, folds, next: (0, 0), sum, classes }
    }

    /// Fits the next probe. Returns the errors once all are fitted.
    pub fn advance(&mut self, subject: &Subject, context: &Context) -> Option<LabelErrors> {
        let c = subject.data.tasks[self.task].labels.len();
        let (time, fold) = self.next;
        let Some(fold_of) = self.folds.get(time) else { return Some(self.found(subject)) };
        let vectors = (subject.own_vectors(), subject.hidden_size);
        for (row, p) in predict_fold(vectors, (&self.classes, c), (fold_of, fold), L2, context) {
            self.sum[row * c..][..c].iter_mut().zip(p).for_each(|(sum, p)| *sum += p / REPEATS as f32);
        }
        let is_last = fold + 1 >= number_of_folds(fold_of);
        self.next = if is_last { (time + 1, 0) } else { (time, fold + 1) };
        (self.next.0 == self.folds.len()).then(|| self.found(subject))
    }

    fn found(&self, subject: &Subject) -> LabelErrors {
        let Task { name, labels: names } = &subject.data.tasks[self.task];
        let c = names.len();
        let rows: Vec<(usize, usize, &[f32])> = self
            .classes
            .iter()
            .zip(self.sum.chunks_exact(c.max(1)))
            .enumerate()
            .filter_map(|(row, (class, p))| Some((row, (*class)? as usize, p)))
            .collect();
        let judged = rows.len();
        let right = rows.iter().filter(|(_, y, p)| argmax(p) == *y).count();
        let mut found = LabelErrors {
            task: name.clone(),
            judged,
            accuracy: right as f64 / judged.max(1) as f64,
            commonest: self.commonest,
            suspects: None,
        };
        if judged == 0 {
            return found;
        }
        let [lowest, _] = wilson_interval(right as u32, judged as u32);
        if f64::from(lowest) > self.commonest {
            let suspects = suspects(&rows, &thresholds(&rows, c)).into_iter().map(|(row, y, other, p)| Suspect {
                row,
                label: names[y].clone(),
                suggested: names[other].clone(),
                label_probability: p[y],
                suggested_probability: p[other],
            });
            found.suspects = Some(suspects.collect());
        }
        found
    }
}

/// The mean probability of each class over the rows that are labelled so; 2, which no probability reaches, for a class
/// without rows. `rows` have their class and their probabilities. (C)
fn thresholds(rows: &[(usize, usize, &[f32])], c: usize) -> Vec<f32> {
    let mut sums = vec![(0.0, 0.0); c];
    for (_, y, p) in rows {
        sums[*y].0 += p[*y];
        sums[*y].1 += 1.0;
    }
    sums.into_iter().map(|(sum, n)| if n > 0.0 { sum / n } else { 2.0 }).collect()
}

/// The doubtful rows, each with its class, the suggested class and its probabilities, the most doubtful first.
fn suspects<'a>(rows: &[(usize, usize, &'a [f32])], thresholds: &[f32]) -> Vec<(usize, usize, usize, &'a [f32])> {
    let mut found: Vec<(usize, usize, usize, &[f32])> = Vec::new();
    let mut confident = 0;
    for &(row, y, p) in rows {
        let others = || (0..p.len()).filter(|&class| class != y && p[class] > p[y]);
        if let Some(other) = others().reduce(|best, class| if p[class] > p[best] { class } else { best }) {
            found.push((row, y, other, p));
            confident += usize::from(others().any(|class| p[class] >= thresholds[class]));
        }
    }
    // Equal ones stay in the order of their rows.
    found.sort_by(|(_, y, other, p), (_, z, another, q)| (p[*y] / p[*other]).total_cmp(&(q[*z] / q[*another])));
    found.truncate(confident);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suspects_are_those_of_the_formulas() {
        let p: [&[f32]; 6] = [&[0.8, 0.2], &[0.6, 0.4], &[0.1, 0.9], &[0.3, 0.7], &[0.45, 0.55], &[0.7, 0.3]];
        let labels = [0, 0, 0, 1, 1, 1];
        let rows: Vec<(usize, usize, &[f32])> = (0..6).map(|row| (row, labels[row], p[row])).collect();
        // t₀ = (0.8 + 0.6 + 0.1)/3, t₁ = (0.7 + 0.55 + 0.3)/3, by hand.
        let t = thresholds(&rows, 2);
        assert!((t[0] - 0.5).abs() < 1e-6 && (t[1] - 0.516_667).abs() < 1e-6, "{t:?}");
        let found: Vec<(usize, usize)> = suspects(&rows, &t).iter().map(|&(row, _, other, _)| (row, other)).collect();
        assert_eq!(found, [(2, 1), (5, 0)], "1:9 is more doubtful than 3:7");
        let p: [&[f32]; 3] = [&[0.45, 0.4, 0.15], &[0.4, 0.3, 0.3], &[0.0, 0.1, 0.9]];
        let rows = [(0, 1, p[0]), (1, 1, p[1]), (2, 0, p[2])];
        let found: Vec<usize> = suspects(&rows, &[0.5, 0.5, 0.5]).iter().map(|&(row, ..)| row).collect();
        assert_eq!(found, [2], "three rows are doubtful, and one confidently");
        assert_eq!(thresholds(&rows, 3)[2], 2.0);
    }
}
