//! A check that work takes time in proportion to its input.

use std::time::Instant;

/// Panics if ten times the input takes `work` far more than ten times as long, where a quadratic one takes a hundred times.
/// `work` gets one of the two sizes and returns its result; dropping that is not timed.
#[track_caller]
pub fn assert_linear<T>(larger: usize, mut work: impl FnMut(usize) -> T) {
    let mut seconds = |n: usize| {
        let start = Clock::now();
        let made = work(n);
        let seconds = start.seconds();
        drop(made);
        seconds
    };
    // A measurement may be disturbed, by a busy machine or by memory that is not in the cache; all ten are not.
    let ratios = (0..10).map(|_| seconds(larger) / seconds(larger / 10));
    let ratios: Vec<f64> = ratios.take_while(|&ratio| ratio > 50.0).collect();
    assert!(ratios.len() < 10, "ten times the input takes {ratios:?} times as long");
}

/// This thread's time on a processor where the system reports it (Linux), else wall-clock time.
struct Clock(Option<f64>, Instant);

impl Clock {
    fn now() -> Self {
        Self(on_processor(), Instant::now())
    }

    fn seconds(&self) -> f64 {
        let waited = self.1.elapsed().as_secs_f64();
        self.0.zip(on_processor()).map_or(waited, |(start, now)| now - start).max(1e-6)
    }
}

fn on_processor() -> Option<f64> {
    // The system's figure is brought up to date when it takes the processor away.
    std::thread::sleep(std::time::Duration::from_millis(1));
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split(' ').next()?.parse().ok()?;
    Some(nanoseconds * 1e-9)
}
