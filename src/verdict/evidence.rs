//! A task's figures at the end of a run, and what they are compared with.

use crate::metrics::TaskMetrics;
use crate::recipe::{Metric, Recipe, Task};

/// What a verdict on a task is made from.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The task and its label set. (C)
    pub task: &'a Task,
    /// The final parameters' figures on the training split; `None`: none of its sentences is labelled for the task.
    pub train: Option<&'a TaskMetrics>,
    /// The final parameters' figures on the held-out sentences; `None`: none of them is labelled for the task.
    pub held_out: Option<&'a TaskMetrics>,
    /// An earlier epoch that was better on the held-out sentences.
    pub better: Option<BetterEpoch>,
    /// The settings of the run.
    pub recipe: &'a Recipe,
}

/// An epoch whose held-out accuracy was better than the last one's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetterEpoch {
    /// From 1.
    pub epoch: u32,
    /// The task's held-out accuracy after it, in [0, 1].
    pub accuracy: f32,
    /// The figure by which it is the run's best epoch.
    pub metric: Metric,
}

/// The counts of a confusion matrix (C,C), true classes in its rows.
#[derive(Debug)]
pub(super) struct Counts<'a> {
    confusion: &'a [Vec<u32>],
    /// Sentences of each class. (C)
    pub classes: Vec<u32>,
    /// All of them.
    pub n: u32,
}

impl<'a> Counts<'a> {
    pub fn of(metrics: &'a TaskMetrics) -> Self {
        let confusion = metrics.confusion.as_slice();
        let classes: Vec<u32> = confusion.iter().map(|row| row.iter().sum()).collect();
        Self { confusion, n: classes.iter().sum(), classes }
    }

    /// Sentences of class `c` that are predicted correctly.
    pub fn right(&self, c: usize) -> u32 {
        self.confusion[c][c]
    }

    /// The share of class `c`, in [0, 1].
    pub fn share(&self, c: usize) -> f64 {
        f64::from(self.classes[c]) / f64::from(self.n.max(1))
    }

    /// The sentences that are right here and wrong with the answer `c` for each of them, and those that are the other way
    /// round.
    pub fn against(&self, c: usize) -> (u32, u32) {
        let better = (0..self.classes.len()).filter(|&other| other != c).map(|other| self.right(other)).sum();
        (better, self.classes[c] - self.right(c))
    }

    /// The entropy −Σ p ln p of the classes' shares in nats: the mean loss of knowing only how common each class is.
    pub fn entropy(&self) -> f64 {
        let shares = (0..self.classes.len()).map(|c| self.share(c));
        shares.filter(|&p| p > 0.0).map(|p| -p * p.ln()).sum()
    }
}

/// The commonest class of the training split; of several, the one that is commonest among the held-out sentences.
pub(super) fn commonest(train: &Counts, held_out: Option<&Counts>) -> usize {
    let held = |c: usize| held_out.map_or(0, |counts| counts.classes[c]);
    let classes = 0..train.classes.len();
    // The first among equals, as `argmax` has it.
    classes.rev().max_by_key(|&c| (train.classes[c], held(c))).unwrap_or(0)
}
