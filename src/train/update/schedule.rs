//! The learning-rate schedule: a warm-up, then constant, a straight line down, or half a cosine.
//!
//! The last step of the warm-up has the full rate, and the first step of a run moves something: with n warm-up steps
//! this is transformers' `get_{constant,linear,cosine}_schedule_with_warmup` of max(n, 1) and `total` + 1 steps, read one
//! step ahead, since there the first step has rate 0 and trains nothing.

use crate::recipe::Schedule;

/// The factor on the learning rate in step `step` (from 0) of `total`, in [0, 1].
///
/// It rises as 1/n, 2/n, …, 1 over n = `warmup` steps (0 and 1: the first step has the full rate), then stays (constant) or
/// falls, in a straight line (linear) or along half a cosine (cosine), so that it would be 0 in the step after the last.
pub fn lr_multiplier(schedule: Schedule, step: usize, warmup: usize, total: usize) -> f64 {
    let (step, warmup, total) = (step as f64 + 1.0, warmup.max(1) as f64, total as f64 + 1.0);
    if step < warmup {
        return step / warmup;
    }
    let progress = ((step - warmup) / (total - warmup).max(1.0)).min(1.0);
    match schedule {
        Schedule::Constant => 1.0,
        Schedule::Linear => 1.0 - progress,
        Schedule::Cosine => 0.5 * (1.0 + libm::cos(std::f64::consts::PI * progress)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(schedule: Schedule, warmup: usize) -> Vec<f64> {
        (0..=6).map(|step| lr_multiplier(schedule, step, warmup, 6)).collect()
    }

    #[test]
    fn rises_then_falls_to_zero() {
        assert_eq!(course(Schedule::Constant, 2), [0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!(course(Schedule::Linear, 2), [0.5, 1.0, 0.8, 0.6, 0.4, 0.19999999999999996, 0.0]);
        let cosine = course(Schedule::Cosine, 3);
        assert_eq!(cosine[2], 1.0);
        assert!((cosine[4] - 0.5).abs() < 1e-12 && cosine[6] < 1e-12, "{cosine:?}");
    }

    #[test]
    fn no_step_of_a_run_has_rate_zero() {
        for schedule in [Schedule::Constant, Schedule::Linear, Schedule::Cosine] {
            for total in [1_usize, 2, 3, 10, 48_000] {
                for warmup in (0..=total).step_by(total.div_ceil(7)).chain([total]) {
                    let rates: Vec<f64> = (0..total).map(|step| lr_multiplier(schedule, step, warmup, total)).collect();
                    assert!(rates.iter().all(|rate| *rate > 0.0 && *rate <= 1.0), "{schedule:?} {warmup} of {total}");
                    assert_eq!(rates[warmup.max(1) - 1], 1.0, "{schedule:?} {warmup} of {total}");
                    assert!(rates[..warmup].is_sorted() && rates[warmup..].iter().rev().is_sorted());
                }
            }
        }
    }

    #[test]
    fn without_warm_up_it_is_transformers_own_course() {
        assert_eq!(course(Schedule::Linear, 0), [0, 1, 2, 3, 4, 5, 6].map(|step| 1.0 - f64::from(step) / 6.0));
        assert_eq!(course(Schedule::Linear, 0), course(Schedule::Linear, 1));
    }
}
