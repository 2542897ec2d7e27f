//! The methods' promises, for gradients of every rank, scale and likeness.
//!
//! `cargo test --release weighting::properties -- --include-ignored` tries 100,000 sets a method.

use super::testing::{combine, random_grams};
use super::{Chosen, Dependency, Gram, method};
use crate::random::Stream;
use crate::recipe::Weighting;

/// A set of gradients (K,D), and inner products (K,K) that may be off, as those added up in single precision are.
#[derive(Debug)]
struct Case {
    gradients: Vec<Vec<f64>>,
    gram: Gram,
    /// How far each component is off a set of low rank, relative to its gradient.
    noise: f64,
    /// How far gᵢ·gⱼ is off, relative to ‖gᵢ‖‖gⱼ‖.
    error: f64,
}

impl Case {
    fn exactly(gradients: Vec<Vec<f64>>) -> Self {
        let gram = Gram::new(gradients.len(), |i, j| dot(&gradients[i], &gradients[j]));
        Self { gradients, gram, noise: 0.0, error: 0.0 }
    }

    /// K from 1 to 8, D from 1 to 40, of full or lower rank, in small integers or not, with zeros, copies and opposites
    /// among them, at one scale or many between 1e-20 and 1e20.
    fn draw(stream: &mut Stream) -> Self {
        let power =
            |stream: &mut Stream, from: f64, to: f64| libm::pow(10.0, from + (to - from) * f64::from(stream.uniform()));
        let even = |stream: &mut Stream| 2.0 * f64::from(stream.uniform()) - 1.0;
        let k = 1 + stream.below(8) as usize;
        let most = [6, 40][stream.below(2) as usize];
        let d = 1 + stream.below(most) as usize;
        let rank = if stream.below(2) == 0 { d } else { 1 + stream.below(k.min(d) as u32) as usize };
        let integers = stream.below(3) == 0;
        let mut matrix = |rows: usize, columns: usize| -> Vec<Vec<f64>> {
            let number = |stream: &mut Stream| if integers { f64::from(stream.below(9)) - 4.0 } else { even(stream) };
            (0..rows).map(|_| (0..columns).map(|_| number(stream)).collect()).collect()
        };
        let mut gradients = matrix(k, rank);
        if rank < d {
            let basis = matrix(rank, d);
            gradients = gradients.iter().map(|factors| sum(factors, &basis)).collect();
        }
        for i in 1..k {
            if let Some(factor) = [0.0, 1.0, -1.0, -0.5, 3.0].get(stream.below(15) as usize) {
                let other = stream.below(i as u32) as usize;
                gradients[i] = gradients[other].iter().map(|x| factor * x).collect();
            }
        }
        let noise = if stream.below(2) == 0 { 0.0 } else { power(stream, -16.0, -6.0) };
        let shared = power(stream, -20.0, 20.0);
        let scales = stream.below(3);
        for g in &mut gradients {
            let scale = [1.0, shared, power(stream, -20.0, 20.0)][scales as usize];
            let off = noise * norm(g);
            g.iter_mut().for_each(|x| *x = scale * (*x + off * even(stream)));
        }
        let error = if stream.below(3) > 0 { 0.0 } else { power(stream, -9.0, -6.0) };
        let gram = Gram::new(k, |i, j| {
            let off = error * even(stream) * norm(&gradients[i]) * norm(&gradients[j]);
            dot(&gradients[i], &gradients[j]) + off
        });
        Self { gradients, gram, noise, error }
    }

    fn choose(&self, weighting: Weighting) -> Chosen {
        combine(&mut *method(weighting, self.gram.len(), 1), &self.gram)
    }

    /// Checks the method's promises for these gradients.
    #[track_caller]
    fn check(&self, weighting: Weighting) {
        let Self { gradients, gram, noise, error } = self;
        let k = gradients.len();
        let Chosen { weights, warning } = self.choose(weighting);
        let update = sum(&weights, gradients);
        let lengths: Vec<f64> = gradients.iter().map(|g| norm(g)).collect();
        let total: f64 = lengths.iter().sum();
        let mean = total / k as f64;
        let longest = lengths.iter().copied().fold(0.0, f64::max);
        // With the gradients themselves, and as the inner products have it.
        let within = |bound: f64, what: &str| {
            for length in [norm(&update), gram.combined_norm(&weights)] {
                let bound = bound * (1.0 + 1e-6 + 2.0 * error);
                assert!(length <= bound, "{weighting:?}, {what}: {length:e} > {bound:e}; {weights:?} of {self:?}");
            }
        };
        // Single precision can add up vectors up to this length.
        let largest = weights.iter().zip(&lengths).map(|(w, length)| w.abs() * length).fold(0.0, f64::max);
        let bound = if weighting == Weighting::NashMtl { 1e4 } else { 1e5 * longest };
        let weighs_losses = method(weighting, k, 1).depends_on() != Dependency::Gradients;
        assert!(weighs_losses || largest <= bound, "{weighting:?}: {weights:?} of {self:?}");

        match weighting {
            Weighting::Upgrad => {
                within(mean, "the mean of the lengths");
                let tolerance = (1e-9 + 2.0 * noise + 2.0 * error.sqrt()) * mean;
                for (j, length) in lengths.iter().enumerate() {
                    for product in [dot(&update, &gradients[j]), gram.combined_dot(&weights, j)] {
                        assert!(
                            product >= -tolerance * length,
                            "task {j} is harmed, {product:e}: {weights:?} of {self:?}"
                        );
                    }
                }
            }
            Weighting::Mgda => {
                assert!(weights.iter().all(|&w| w >= 0.0), "{weights:?}");
                assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{weights:?}");
                let shortest = lengths.iter().copied().fold(f64::INFINITY, f64::min);
                within(shortest, "the shortest gradient");
                let square = dot(&update, &update);
                for (g, length) in gradients.iter().zip(&lengths) {
                    let excess = dot(&update, g) - square;
                    let tolerance = (1e-5 + 2.0 * error.sqrt()) * shortest * length;
                    assert!(excess >= -tolerance, "there is a shorter one, {excess:e}: {weights:?} of {self:?}");
                }
            }
            Weighting::Cagrad => {
                let even = vec![1.0 / k as f64; k];
                let around = sum(&even, gradients);
                let extra: Vec<f64> = weights.iter().map(|w| w - 1.0 / k as f64).collect();
                let radius = 0.4 * gram.combined_norm(&even);
                let distance = gram.combined_norm(&extra);
                let slack = 1e-6 * radius;
                assert!(distance <= radius + slack, "{distance:e} > {radius:e}: {weights:?} of {self:?}");
                // Where the mean all but cancels, the inner products do not tell its length.
                if norm(&around) > 100.0 * (1e-8 + error.sqrt()) * longest {
                    let (distance, radius) = (norm(&sum(&extra, gradients)), 0.4 * norm(&around));
                    assert!(distance <= radius * (1.0 + 1e-3), "{distance:e} > {radius:e}: {weights:?} of {self:?}");
                    let least = |d: &[f64]| gradients.iter().map(|g| dot(d, g)).fold(f64::INFINITY, f64::min);
                    let (ours, means) = (least(&update), least(&around));
                    let tolerance = (1e-6 + 20.0 * error.sqrt()) * longest * longest;
                    assert!(ours >= means - tolerance, "the mean is better: {ours:e} < {means:e}, {self:?}");
                }
            }
            // Its factors reach 1e4 and multiply the products' `error`, so nothing can be promised.
            Weighting::NashMtl if *error > 0.0 => {}
            Weighting::NashMtl => within((k as f64).sqrt(), "√K"),
            Weighting::Pcgrad => within(total, "the sum of the lengths"),
            Weighting::AlignedMtl => within((k as f64).sqrt() * norm(&lengths), "√K·‖G‖"),
            Weighting::ImtlG => {
                let sum: f64 = weights.iter().sum();
                assert!((sum - 1.0).abs() < 1e-9 || longest == 0.0, "{weights:?}");
                if warning.is_none() && *error == 0.0 {
                    let projections: Vec<f64> =
                        gradients.iter().zip(&lengths).map(|(g, n)| dot(&update, g) / n).collect();
                    let off = projections.iter().map(|p| (p - projections[0]).abs()).fold(0.0, f64::max);
                    assert!(off <= 1e-3 * norm(&update), "{projections:?}: {weights:?} of {self:?}");
                }
            }
            _ => assert!(weights.iter().all(|&w| w > 0.0), "{weighting:?}: {weights:?}"),
        }
    }
}

/// Σ xᵢyᵢ.
fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

fn norm(x: &[f64]) -> f64 {
    dot(x, x).sqrt()
}

/// Σ wᵢgᵢ.
fn sum(weights: &[f64], gradients: &[Vec<f64>]) -> Vec<f64> {
    (0..gradients[0].len()).map(|d| weights.iter().zip(gradients).map(|(w, g)| w * g[d]).sum()).collect()
}

/// Checks `count` drawn sets of gradients for every method.
fn check_every_method(count: usize) {
    for weighting in Weighting::ALL {
        let mut stream = Stream::new(5, "weighting");
        for _ in 0..count {
            Case::draw(&mut stream).check(weighting);
        }
    }
}

#[test]
fn every_rank_scale_and_likeness_keeps_the_promises() {
    check_every_method(10_000);
}

#[test]
#[ignore = "half a minute"]
fn ten_times_as_many_sets_keep_the_promises() {
    check_every_method(100_000);
}

#[test]
fn matrices_that_no_gradients_have_give_finite_weights() {
    let mut stream = Stream::new(6, "weighting");
    for weighting in Weighting::ALL {
        for round in 0..2_000 {
            let k = 1 + round % 8;
            let gram = Gram::new(k, |_, _| f64::from(stream.below(7)) - 3.0);
            combine(&mut *method(weighting, k, 0), &gram);
        }
    }
}

#[test]
fn fifty_tasks_in_few_dimensions_keep_the_promises() {
    let mut stream = Stream::new(7, "weighting");
    for d in [2, 7, 40, 60] {
        let gradients = (0..50).map(|_| (0..d).map(|_| f64::from(stream.uniform()) - 0.5).collect()).collect();
        let case = Case::exactly(gradients);
        Weighting::ALL.into_iter().for_each(|weighting| case.check(weighting));
    }
}

#[test]
fn integer_gradients_in_three_dimensions_had_weights_of_1e12_and_1e19() {
    let five = [[-4, -3, 2], [2, -4, 3], [3, 1, 4], [-2, 3, -3], [-3, -3, 3]];
    let six = [[-4, -3, 2], [4, 1, 1], [1, -4, -4], [4, -4, -4], [-4, -4, 1], [2, 4, -4]];
    for gradients in [&five[..], &six[..]] {
        let case = Case::exactly(gradients.iter().map(|g| g.iter().map(|&x| f64::from(x)).collect()).collect());
        Weighting::ALL.into_iter().for_each(|weighting| case.check(weighting));
        // All directions are against one gradient or another: UPGrad stands still.
        let weights = case.choose(Weighting::Upgrad).weights;
        assert!(norm(&sum(&weights, &case.gradients)) < 1e-9, "{weights:?}");
        assert!(weights.iter().all(|&w| (0.0..100.0).contains(&w)), "{weights:?}");
    }
}

#[test]
fn single_precision_gradients_in_a_plane_had_weights_of_1e20() {
    let gradients = [[0.8_f32, 0.0], [-8.5, 0.1], [0.0, -0.1], [10.3, -12.6], [-1.3, 0.0]];
    let case = Case::exactly(gradients.iter().map(|g| g.map(f64::from).to_vec()).collect());
    Weighting::ALL.into_iter().for_each(|weighting| case.check(weighting));
}

#[test]
fn inner_products_off_by_1e_6_had_infinite_weights() {
    let rows = [
        &[
            406369333653.3165,
            -406369924159.1835,
            295165413643.9938,
            295165477198.3326,
            366913681773.16064,
            295165413643.9938,
        ][..],
        &[406369333653.3165, -295166617602.6229, -295166554051.6674, -366914443223.45605, -295166617602.6229],
        &[1689256585148.6206, 1351405152223.5535, 675702348754.8303, 1689256585148.6206],
        &[1351406250000.0, 337851905914.6256, 1351406250000.0],
        &[675703125000.0, 675703125000.0],
        &[1689257812500.0],
    ];
    let gram = Gram::new(6, |i, j| rows[i][j - i]);
    for weighting in Weighting::ALL {
        let weights = combine(&mut *method(weighting, 6, 0), &gram).weights;
        assert!(weights.iter().all(|w| w.abs() < 1e3), "{weighting:?}: {weights:?}");
    }
}

#[test]
fn a_little_noise_changes_an_update_a_little() {
    // UPGrad, MGDA and CAGrad of gradients in general position, and of each once more but for 1e-8 of its length.
    let mut stream = Stream::new(8, "weighting");
    for (gradients, _) in random_grams() {
        let mut twice = gradients.clone();
        twice.extend(gradients.clone());
        let near: Vec<Vec<f64>> = twice
            .iter()
            .map(|g| g.iter().map(|x| x + 1e-8 * norm(g) * (f64::from(stream.uniform()) - 0.5)).collect())
            .collect();
        for weighting in [Weighting::Upgrad, Weighting::Mgda, Weighting::Cagrad] {
            let update =
                |gradients: &[Vec<f64>]| sum(&Case::exactly(gradients.to_vec()).choose(weighting).weights, gradients);
            let (once, twice, near) = (update(&gradients), update(&twice), update(&near));
            let longest = gradients.iter().map(|g| norm(g)).fold(0.0, f64::max);
            for (what, other, tolerance) in [("twice", twice, 1e-8), ("noise", near, 1e-6)] {
                let off: Vec<f64> = once.iter().zip(&other).map(|(x, y)| x - y).collect();
                assert!(norm(&off) <= tolerance * longest, "{weighting:?}, {what}: {:e}", norm(&off) / longest);
            }
        }
    }
}
