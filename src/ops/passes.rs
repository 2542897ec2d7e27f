//! A count of backward passes, for which another thread can wait.

/// How many backward passes have gone through a block. Clones share the count.
///
/// In the browser nobody waits, so nothing is counted.
#[derive(Debug, Clone, Default)]
pub struct Passes(#[cfg(not(target_arch = "wasm32"))] std::sync::Arc<native::Count>);

#[cfg(target_arch = "wasm32")]
impl Passes {
    /// Does nothing.
    pub fn add(&self) {}
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::sync::{Condvar, Mutex, PoisonError};

    use super::Passes;

    #[derive(Debug, Default)]
    pub struct Count {
        passes: Mutex<u64>,
        changed: Condvar,
    }

    impl Passes {
        /// Counts another pass, and wakes those that wait for it.
        pub fn add(&self) {
            *self.0.passes.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            self.0.changed.notify_all();
        }

        /// How many there have been.
        pub fn so_far(&self) -> u64 {
            *self.0.passes.lock().unwrap_or_else(PoisonError::into_inner)
        }

        /// Waits until there have been more than `before`.
        pub fn wait_beyond(&self, before: u64) {
            let passes = self.0.passes.lock().unwrap_or_else(PoisonError::into_inner);
            drop(self.0.changed.wait_while(passes, |passes| *passes <= before));
        }
    }
}
