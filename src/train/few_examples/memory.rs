//! The memory that the heads' start takes at most: the sentence vectors, and one task's fit at a time.

use super::heads::MOST_ROWS;
use crate::recipe::{FewExamples, HeadInit, Task};

/// Vectors of W and b, in f64, that the fit of a logistic or ridge regression holds: the point, its gradient, the direction, the
/// next point and its gradient, and the changes of both in eleven steps.
const FIT_VECTORS: usize = 27;

/// Numbers of 4 bytes: those of the sentence vectors, and those of the largest fit. 0 where heads do not start from the data.
pub(in crate::train) fn numbers(settings: &FewExamples, tasks: &[Task], sentences: usize, h: usize) -> (f64, f64) {
    if settings.head_init == HeadInit::Random {
        return (0.0, 0.0);
    }
    let rows = sentences.min(MOST_ROWS) as f64;
    let h = h as f64;
    let classes = tasks.iter().map(|task| task.labels.len() as f64);
    let names = if settings.reads_names() { classes.clone().sum() } else { 0.0 };
    let of_task = |c: f64| {
        let rows = rows + c * f64::from(settings.label_names);
        let (vectors, weights, logits) = (rows * h, c * (h + 1.0), rows * c);
        match settings.head_init {
            // The sums of each class are in f64, and its mean too.
            HeadInit::Random | HeadInit::ClassMeans => vectors + 5.0 * weights + logits,
            // The fit keeps the labelled vectors once more.
            HeadInit::Ridge | HeadInit::LogisticRegression => {
                2.0 * vectors + (2 * FIT_VECTORS) as f64 * weights + logits
            }
        }
    };
    ((rows + names) * h, classes.map(of_task).fold(0.0, f64::max))
}
