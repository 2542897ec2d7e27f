//! The threads that a context's kernels share: a rayon pool natively, the page's pool in the browser's `threads` build,
//! and none in its other builds.

#[cfg(not(target_arch = "wasm32"))]
use std::sync::Arc;

/// A context's threads.
#[derive(Debug, Clone)]
pub struct Pool {
    threads: usize,
    #[cfg(not(target_arch = "wasm32"))]
    pool: Option<Arc<rayon::ThreadPool>>,
}

impl Pool {
    /// A pool of `threads` threads. If the system gives no more than one, everything runs on the caller's thread.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn new(threads: usize) -> Self {
        let pool = || rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok().map(Arc::new);
        let pool = if threads > 1 { pool() } else { None };
        Self { threads: if pool.is_some() { threads } else { 1 }, pool }
    }

    /// `threads` threads of the page's pool.
    #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
    pub fn new(threads: usize) -> Self {
        Self { threads: threads.max(1) }
    }

    /// The caller's thread.
    #[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
    pub fn new(_threads: usize) -> Self {
        Self { threads: 1 }
    }

    /// How many threads there are; at least 1.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Runs `work` on one of the pool's threads, unless it is on one already or there is no pool.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.pool {
            Some(pool) if rayon::current_thread_index().is_none() => pool.install(work),
            _ => work(),
        }
    }

    /// Runs `work` on one of the page's threads, if it started any.
    #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        if self.threads == 1 { work() } else { rayon::scope(|_| work()) }
    }

    /// Runs `work`.
    #[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        work()
    }
}

/// Runs both, at the same time where there are threads.
#[cfg(any(not(target_arch = "wasm32"), target_feature = "atomics"))]
pub fn join(a: impl FnOnce() + Send, b: impl FnOnce() + Send) {
    rayon::join(a, b);
}

/// Runs both, one after the other.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
pub fn join(a: impl FnOnce(), b: impl FnOnce()) {
    a();
    b();
}
