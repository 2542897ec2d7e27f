//! A callback at the start of each phase of a step, so that a page can show which line of the loop runs.

use std::fmt;

use crate::train::Phase;

/// Callback invoked at the start of each phase of a step.
#[derive(Default)]
pub(super) struct PhaseCallback(Option<Box<dyn FnMut(Phase) + Send>>);

impl PhaseCallback {
    /// Replaces the callback; `None`: there is none.
    pub fn set(&mut self, callback: Option<Box<dyn FnMut(Phase) + Send>>) {
        self.0 = callback;
    }

    pub fn is_set(&self) -> bool {
        self.0.is_some()
    }

    pub fn call(&mut self, phase: &Phase) {
        if let Some(callback) = &mut self.0 {
            callback(phase.clone());
        }
    }
}

impl fmt::Debug for PhaseCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PhaseCallback").field(&self.is_set()).finish()
    }
}
