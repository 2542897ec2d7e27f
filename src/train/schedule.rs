//! The learning rate's course, as `transformers.get_{constant,linear,cosine}_schedule_with_warmup`.

use crate::recipe::Schedule;

/// The factor on the learning rate in step `step` (from 0) of `total`, in [0, 1].
///
/// It rises from 0 in a straight line over `warmup` steps, then stays (constant), falls in a straight line to 0 at
/// `total` (linear) or along half a cosine (cosine).
pub fn factor(schedule: Schedule, step: usize, warmup: usize, total: usize) -> f64 {
    if step < warmup {
        return step as f64 / warmup as f64;
    }
    let progress = (step - warmup) as f64 / total.saturating_sub(warmup).max(1) as f64;
    match schedule {
        Schedule::Constant => 1.0,
        Schedule::Linear => (1.0 - progress).max(0.0),
        Schedule::Cosine => (0.5 * (1.0 + libm::cos(std::f64::consts::PI * progress))).max(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_then_falls_to_zero() {
        let course = |schedule| (0..=6).map(|step| factor(schedule, step, 2, 6)).collect::<Vec<_>>();
        assert_eq!(course(Schedule::Constant), [0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0]);
        assert_eq!(course(Schedule::Linear), [0.0, 0.5, 1.0, 0.75, 0.5, 0.25, 0.0]);
        let cosine = course(Schedule::Cosine);
        assert!((cosine[4] - 0.5).abs() < 1e-12 && cosine[6] < 1e-12, "{cosine:?}");
    }
}
