//! Helpers for the tests of all methods: sets of gradients, and calls of a method.

use super::linalg::Gram;
use super::method::{Chosen, Method, StepInfo};
use crate::random::Stream;

/// The weights of a method that looks at losses.
pub fn chosen(method: &mut dyn Method, tasks: &[usize], losses: &[f64]) -> Vec<f64> {
    chosen_at(method, tasks, losses, 1e-3)
}

/// The same at this learning rate of the encoder.
pub fn chosen_at(method: &mut dyn Method, tasks: &[usize], losses: &[f64], learning_rate: f64) -> Vec<f64> {
    let chosen = method.choose(&StepInfo { tasks, losses, gram: None, last_layer: None, learning_rate });
    assert_eq!(chosen.warning, None);
    chosen.weights
}

/// The choice of a method that looks at gradients, K of them.
pub fn combine(method: &mut dyn Method, gram: &Gram) -> Chosen {
    let tasks: Vec<usize> = (0..gram.len()).collect();
    let losses = vec![1.0; gram.len()];
    let step =
        StepInfo { tasks: &tasks, losses: &losses, gram: Some(gram), last_layer: Some(gram), learning_rate: 1e-3 };
    let chosen = method.choose(&step);
    assert_eq!(chosen.weights.len(), gram.len(), "{method:?}");
    assert!(chosen.weights.iter().all(|w| w.is_finite()), "{method:?}: {chosen:?} of {gram:?}");
    chosen
}

/// Equal within `tolerance` of the largest.
#[track_caller]
pub fn close(ours: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), expected.len());
    let size = expected.iter().fold(1e-300, |largest: f64, x| largest.max(x.abs()));
    let near = |(x, y): (&f64, &f64)| (x - y).abs() <= tolerance * size;
    assert!(ours.iter().zip(expected).all(near), "{ours:?}, not {expected:?}");
}

/// Two gradients at many angles and lengths: a = ‖g₁‖², b = g₁·g₂, c = ‖g₂‖², and the three as a matrix.
pub fn pairs() -> impl Iterator<Item = (f64, f64, f64, Gram)> {
    let lengths = [0.05, 0.4, 1.0, 3.0, 70.0];
    let cosines = [-0.999, -0.9, -0.5, -0.01, 0.0, 0.02, 0.5, 0.8, 0.999];
    let all = lengths.into_iter().flat_map(move |x| lengths.into_iter().map(move |y| (x, y)));
    all.flat_map(move |(x, y)| cosines.into_iter().map(move |cosine| (x * x, x * y * cosine, y * y)))
        .map(|(a, b, c)| (a, b, c, Gram::new(2, |i, j| [a, b, c][i + j])))
}

/// Two to six gradients (K,8) of unlike lengths that often conflict, and their inner products.
pub fn random_grams() -> impl Iterator<Item = (Vec<Vec<f64>>, Gram)> {
    let mut stream = Stream::new(11, "weighting");
    (0..200).map(move |round| {
        let vector = |stream: &mut Stream| {
            let length = 0.1 + 3.0 * f64::from(stream.uniform());
            (0..8).map(|_| length * (f64::from(stream.uniform()) - 0.5)).collect::<Vec<f64>>()
        };
        let vectors: Vec<Vec<f64>> = (0..2 + round % 5).map(|_| vector(&mut stream)).collect();
        let gram = Gram::new(vectors.len(), |i, j| vectors[i].iter().zip(&vectors[j]).map(|(x, y)| x * y).sum());
        (vectors, gram)
    })
}
