//! How K task losses, or the K gradients that they send into the shared encoder, become one update.
//!
//! Every method here ends in one factor per task: the update of the encoder is Σ wᵢgᵢ. Methods that look at losses choose
//! the factors before the backward pass, so that a step costs what the plain sum costs; methods that look at gradients
//! need each task's own, one backward pass through the encoder per task, but of the gradients only their inner products
//! ([`Gram`]). One file a method, its paper first; the files without a paper's name on top are what several share.

mod adam;
mod aligned_mtl;
mod cagrad;
mod cholesky;
mod directions;
mod dwa;
mod eigen;
mod famo;
mod gradnorm;
mod gram;
mod imtl_g;
mod mgda;
mod nash_mtl;
mod nonnegative;
mod pcgrad;
mod properties;
mod random;
mod shortest;
mod softmax;
mod sum;
mod uncertainty;
mod upgrad;

use std::fmt::Debug;

#[cfg(test)]
pub(crate) use eigen::eigen;
pub use gram::Gram;

use crate::error::Message;
use crate::random::Stream;
use crate::recipe::Weighting;

/// The method of that name for K tasks, at its beginning. Those that draw lots draw from `seed`'s stream `weighting`.
pub fn method(weighting: Weighting, k: usize, seed: u64) -> Box<dyn Method> {
    let stream = || Stream::new(seed, "weighting");
    match weighting {
        Weighting::Sum => Box::new(sum::Sum),
        Weighting::Uncertainty => Box::new(uncertainty::Uncertainty::new(k)),
        Weighting::Dwa => Box::new(dwa::Dwa::new(k)),
        Weighting::Random => Box::new(random::Random::new(k, stream())),
        Weighting::Gradnorm => Box::new(gradnorm::Gradnorm::new(k)),
        Weighting::Famo => Box::new(famo::Famo::new(k)),
        Weighting::Pcgrad => Box::new(pcgrad::Pcgrad::new(stream())),
        Weighting::Cagrad => Box::new(cagrad::Cagrad),
        Weighting::Mgda => Box::new(mgda::Mgda),
        Weighting::ImtlG => Box::new(imtl_g::ImtlG),
        Weighting::NashMtl => Box::new(nash_mtl::NashMtl),
        Weighting::Upgrad => Box::new(upgrad::Upgrad),
        Weighting::AlignedMtl => Box::new(aligned_mtl::AlignedMtl),
    }
}

/// What a method's factors depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Nothing of this step: they are known before its forward pass.
    Nothing,
    /// The step's losses.
    Losses,
    /// The tasks' shared gradients.
    Gradients,
}

/// What a method is shown of a step. Slices and matrices run over the tasks that take part in it (those with a labelled
/// sentence in the batch and a task weight above 0), in head order.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The index of each among all K tasks.
    pub tasks: &'a [usize],
    /// Lᵢ in nats, times the recipe's task weight. Empty for a method that asks for nothing.
    pub losses: &'a [f64],
    /// Inner products of the gᵢ over all shared parameters, if the method asks for gradients.
    pub gram: Option<&'a Gram>,
    /// The same over the last shared layer alone.
    pub last_layer: Option<&'a Gram>,
    /// The encoder's learning rate in this step.
    pub learning_rate: f64,
}

/// A method's choice for a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// A factor for each task that takes part; finite.
    pub weights: Vec<f64>,
    /// A sentence for the reader if the method could not work as it should (a zero gradient, say) and did the next best.
    pub warning: Option<Message>,
}

impl Chosen {
    /// A choice that there is nothing to say about.
    fn plainly(weights: Vec<f64>) -> Self {
        Self { weights, warning: None }
    }
}

/// A way to weigh tasks, with whatever it remembers of earlier steps.
pub trait Method: Debug + Send {
    /// What [`Method::choose`] needs to see.
    fn asks(&self) -> Asks;

    /// The factors for this step. Called once a step; it may move the method's own state on.
    fn choose(&mut self, seen: &Seen) -> Chosen;

    /// Whether the factors weigh the tasks' heads too, as they do where they weigh losses. Else each head follows its own
    /// task's gradient.
    fn weighs_heads(&self) -> bool {
        self.asks() != Asks::Gradients
    }

    /// Whether [`Method::stepped`] is to be told the losses after the update.
    fn asks_after(&self) -> bool {
        false
    }

    /// The same batch's losses after the update, for the tasks that took part.
    fn stepped(&mut self, _losses: &[f64]) {}

    /// An epoch is over; each task's mean loss in it, `None` for a task that had no labelled sentence. (K)
    fn epoch_ended(&mut self, _losses: &[Option<f64>]) {}
}

/// The inner products that a method which asks for gradients is shown.
fn gradients<'a>(seen: &Seen<'a>) -> &'a Gram {
    seen.gram.expect("who calls a method that asks for gradients shows them")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The weights of a method that looks at losses.
    pub fn chosen(method: &mut dyn Method, tasks: &[usize], losses: &[f64]) -> Vec<f64> {
        chosen_at(method, tasks, losses, 1e-3)
    }

    /// The same at this learning rate of the encoder.
    pub fn chosen_at(method: &mut dyn Method, tasks: &[usize], losses: &[f64], learning_rate: f64) -> Vec<f64> {
        let chosen = method.choose(&Seen { tasks, losses, gram: None, last_layer: None, learning_rate });
        assert_eq!(chosen.warning, None);
        chosen.weights
    }

    /// The choice of a method that looks at gradients, K of them.
    pub fn combine(method: &mut dyn Method, gram: &Gram) -> Chosen {
        let tasks: Vec<usize> = (0..gram.len()).collect();
        let losses = vec![1.0; gram.len()];
        let seen =
            Seen { tasks: &tasks, losses: &losses, gram: Some(gram), last_layer: Some(gram), learning_rate: 1e-3 };
        let chosen = method.choose(&seen);
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

    #[test]
    fn every_method_that_combines_gradients_knows_no_scale() {
        let gradients = Weighting::ALL.into_iter().filter(|&w| method(w, 2, 0).asks() == Asks::Gradients);
        for weighting in gradients.filter(|&w| w != Weighting::Gradnorm) {
            for (_, gram) in random_grams() {
                let choose = |gram: &Gram| combine(&mut *method(weighting, gram.len(), 1), gram);
                let plain = choose(&gram);
                for scale in [1e-30, 1e30] {
                    let scaled = choose(&Gram::new(gram.len(), |i, j| gram.dot(i, j) * scale * scale));
                    // Nash's bargain asks for directions, so that its weights are as the inverse lengths.
                    let factor = if weighting == Weighting::NashMtl { 1.0 / scale } else { 1.0 };
                    let expected: Vec<f64> = plain.weights.iter().map(|w| w * factor).collect();
                    close(&scaled.weights, &expected, 1e-9);
                    assert_eq!(scaled.warning, plain.warning);
                }
            }
        }
    }

    #[test]
    fn degenerate_gradients_give_finite_weights_in_every_method() {
        // gᵢ·gⱼ, from (K, i, j).
        type Product = fn(usize, usize, usize) -> f64;
        let families: [(&str, Product); 7] = [
            ("zero", |_, _, _| 0.0),
            ("equal", |_, _, _| 1.0),
            ("opposite", |_, i, j| if (i + j) % 2 == 0 { 1.0 } else { -1.0 }),
            ("one zero", |_, i, j| if i == j && i > 0 { 1.0 } else { 0.0 }),
            ("of very unlike lengths", |_, i, j| libm::pow(1e-8, (i + j) as f64)),
            ("at right angles and unlike", |_, i, j| if i == j { libm::pow(1e-12, i as f64) } else { 0.0 }),
            ("all against all", |k, i, j| if i == j { 1.0 } else { -1.0 / (k as f64 - 1.0) }),
        ];
        for weighting in Weighting::ALL {
            for (name, product) in families {
                for k in 1..=6 {
                    for scale in [1e-60, 1.0, 1e60] {
                        let gram = Gram::new(k, |i, j| scale * product(k, i, j));
                        let weights = combine(&mut *method(weighting, k, 0), &gram).weights;
                        // Nash's are as 1/‖g‖, to a factor of 1e4; no other method makes a gradient much longer.
                        let longest =
                            weights.iter().enumerate().map(|(i, w)| w.abs() * gram.norm(i)).fold(0.0, f64::max);
                        let bound = if weighting == Weighting::NashMtl { 1e4 } else { 1e3 * scale.sqrt() };
                        assert!(longest <= bound, "{weighting:?}, {name}, {k} tasks, {scale:e}: {weights:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn one_task_alone_has_a_finite_weight_in_every_method_and_every_scale() {
        for weighting in Weighting::ALL {
            for square in [0.0, 1e-60, 1.0, 1e60] {
                let gram = Gram::new(1, |_, _| square);
                let seen = Seen {
                    tasks: &[1],
                    losses: &[0.5],
                    gram: Some(&gram),
                    last_layer: Some(&gram),
                    learning_rate: 1e-3,
                };
                let chosen = method(weighting, 3, 0).choose(&seen);
                assert_eq!(chosen.weights.len(), 1, "{weighting:?}");
                let w = chosen.weights[0];
                assert!(w.is_finite() && (w > 0.0 || square == 0.0), "{weighting:?}, {square:e}: {w}");
            }
        }
    }

    #[test]
    fn nobody_taking_part_is_no_weight() {
        for weighting in Weighting::ALL {
            let gram = Gram::new(0, |_, _| 1.0);
            let seen =
                Seen { tasks: &[], losses: &[], gram: Some(&gram), last_layer: Some(&gram), learning_rate: 1e-3 };
            assert_eq!(method(weighting, 3, 0).choose(&seen), Chosen::plainly(vec![]), "{weighting:?}");
        }
    }
}
