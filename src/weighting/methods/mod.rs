//! The methods, one paper a file.

mod aligned_mtl;
mod cagrad;
mod dwa;
mod famo;
mod gradnorm;
mod imtl_g;
mod mgda;
mod nash_mtl;
mod pcgrad;
mod random;
mod sum;
mod uncertainty;
mod upgrad;

use super::linalg::Gram;
use super::method::{Method, StepInfo};
use crate::error::{Message, message};
use crate::random::Stream;
use crate::recipe::Weighting;

/// The method `weighting` for `k` tasks, before its first step. A method that draws random numbers draws them from `seed`'s
/// stream `weighting`.
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

/// The inner products for a method that [depends on gradients](super::Dependency::Gradients).
fn gradients<'a>(step: &StepInfo<'a>) -> &'a Gram {
    step.gram.expect("the caller gives a method that depends on gradients their inner products")
}

/// "the gradient of task 2 is zero", if any is; tasks are counted from 1, in head order.
fn zeros(step: &StepInfo, gram: &Gram) -> Option<Message> {
    let numbers: Vec<String> =
        (0..gram.len()).filter(|&i| gram.vanishes(i)).map(|i| (step.tasks[i] + 1).to_string()).collect();
    match &numbers[..] {
        [] => None,
        [one] => Some(message!("weighting.zero_gradient", "the gradient of task {task} is zero", task = one.as_str())),
        [others @ .., last] => Some(message!(
            "weighting.zero_gradients",
            "the gradients of tasks {others} and {last} are zero",
            others = others.join(", "),
            last = last.as_str()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::method::{Chosen, Dependency};
    use crate::weighting::testing::{close, combine, random_grams};

    #[test]
    fn every_method_that_combines_gradients_knows_no_scale() {
        let gradients = Weighting::ALL.into_iter().filter(|&w| method(w, 2, 0).depends_on() == Dependency::Gradients);
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
        type InnerProduct = fn(usize, usize, usize) -> f64;
        let families: [(&str, InnerProduct); 7] = [
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
                let step = StepInfo {
                    tasks: &[1],
                    losses: &[0.5],
                    gram: Some(&gram),
                    last_layer: Some(&gram),
                    learning_rate: 1e-3,
                };
                let chosen = method(weighting, 3, 0).choose(&step);
                assert_eq!(chosen.weights.len(), 1, "{weighting:?}");
                let w = chosen.weights[0];
                assert!(w.is_finite() && (w > 0.0 || square == 0.0), "{weighting:?}, {square:e}: {w}");
            }
        }
    }

    #[test]
    fn without_tasks_there_are_no_weights() {
        for weighting in Weighting::ALL {
            let gram = Gram::new(0, |_, _| 1.0);
            let step =
                StepInfo { tasks: &[], losses: &[], gram: Some(&gram), last_layer: Some(&gram), learning_rate: 1e-3 };
            assert_eq!(method(weighting, 3, 0).choose(&step), Chosen::plainly(vec![]), "{weighting:?}");
        }
    }
}
