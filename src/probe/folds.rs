//! Predictions for rows by probes that did not see them: stratified k-fold cross-validation.

use super::Probe;
use crate::compute::Context;
use crate::random::Stream;

/// Deals the labelled rows out to `folds` folds, class by class in random order, so that each class is spread as evenly as
/// it can be and the folds are of equal size. Rows without a label have none. (B)
///
/// # Panics
///
/// If `folds` is 0 and there is a labelled row, or a label is not below `classes`.
pub fn deal_folds(labels: &[Option<u32>], classes: usize, folds: usize, stream: &mut Stream) -> Vec<Option<usize>> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); classes];
    for (row, label) in labels.iter().enumerate() {
        if let Some(label) = label {
            rows[*label as usize].push(row);
        }
    }
    let mut fold_of = vec![None; labels.len()];
    let mut next = 0;
    for rows in &mut rows {
        stream.shuffle(rows);
        for &row in &*rows {
            fold_of[row] = Some(next % folds);
            next += 1;
        }
    }
    fold_of
}

/// Class probabilities of each row of `vectors` (B,H) by a probe fitted to the other folds, as [`deal_folds`] dealt them; zeros
/// for a row without a fold. (B,C)
///
/// # Panics
///
/// As [`Probe::fit`].
pub fn out_of_fold(
    (vectors, h): (&[f32], usize),
    (labels, classes): (&[Option<u32>], usize),
    fold_of: &[Option<usize>],
    l2: f64,
    context: &Context,
) -> Vec<f32> {
    let mut probabilities = vec![0.0; labels.len() * classes];
    for fold in 0..number_of_folds(fold_of) {
        let rows = predict_fold((vectors, h), (labels, classes), (fold_of, fold), l2, context);
        for (row, predicted) in rows {
            probabilities[row * classes..][..classes].copy_from_slice(&predicted);
        }
    }
    probabilities
}

/// The number of folds that [`deal_folds`] dealt.
pub fn number_of_folds(fold_of: &[Option<usize>]) -> usize {
    fold_of.iter().flatten().max().map_or(0, |last| last + 1)
}

/// The rows of one fold, each with its class probabilities by a probe fitted to the other folds. (C)
///
/// # Panics
///
/// As [`Probe::fit`].
pub fn predict_fold(
    (vectors, h): (&[f32], usize),
    (labels, classes): (&[Option<u32>], usize),
    (fold_of, fold): (&[Option<usize>], usize),
    l2: f64,
    context: &Context,
) -> Vec<(usize, Vec<f32>)> {
    let seen: Vec<Option<u32>> =
        labels.iter().zip(fold_of).map(|(label, of)| label.filter(|_| *of != Some(fold))).collect();
    let probe = Probe::fit(vectors, h, &seen, classes, l2, context);
    let rows: Vec<usize> = (0..labels.len()).filter(|&row| fold_of[row] == Some(fold)).collect();
    let held_out: Vec<f32> = rows.iter().flat_map(|&row| &vectors[row * h..][..h]).copied().collect();
    let predicted = probe.predict_proba(&held_out, context);
    rows.into_iter().zip(predicted.chunks_exact(classes).map(<[f32]>::to_vec)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_is_spread_over_the_folds() {
        let labels: Vec<Option<u32>> =
            (0..35).map(|i| [Some(0), Some(1), None, Some(0), Some(2), Some(0), Some(0)][i % 7]).collect();
        let folds = deal_folds(&labels, 3, 3, &mut Stream::new(4, "folds"));
        let count = |class, fold| (0..35).filter(|&i| labels[i] == Some(class) && folds[i] == Some(fold)).count();
        for class in 0..3 {
            let counts = [count(class, 0), count(class, 1), count(class, 2)];
            assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{class}: {counts:?}");
        }
        assert!((0..35).all(|i| labels[i].is_some() == folds[i].is_some()));
    }

    #[test]
    fn a_row_is_predicted_by_probes_that_did_not_see_it() {
        // The lone row of class 1 is far from the others: a probe that saw it would give it its class.
        let vectors = [1.0, 0.0, 0.96, 0.28, 0.8, 0.6, 0.0, -1.0];
        let labels = [Some(0), Some(0), Some(0), Some(1)];
        let folds = deal_folds(&labels, 2, 2, &mut Stream::new(0, "folds"));
        let context = Context::default();
        let probabilities = out_of_fold((&vectors, 2), (&labels, 2), &folds, 0.01, &context);
        assert!(probabilities[7] < 1e-6, "{probabilities:?}");
        assert!(Probe::fit(&vectors, 2, &labels, 2, 0.01, &context).predict_proba(&vectors[6..], &context)[1] > 0.9);
    }
}
