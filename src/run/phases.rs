//! Following a step part by part while it is taken, so that a page can show which line of the loop is at work.

use std::fmt;

use crate::protocol::{Phase, PhaseName};
use crate::train::Trainer;

/// What is told of each part of a step, as it begins.
pub type Watch = Box<dyn FnMut(Phase) + Send>;

/// Whoever follows the steps, if anybody does.
#[derive(Default)]
pub(crate) struct Watcher(Option<Watch>);

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watcher").field(&self.is_there()).finish()
    }
}

impl Watcher {
    pub fn is_there(&self) -> bool {
        self.0.is_some()
    }
}

impl Trainer {
    /// Has `watch` told of each part of every step from now on, as it begins and on the thread that asked for the step;
    /// nobody with `None`. The numbers that the run computes are the same.
    pub fn watch(&mut self, watch: Option<Watch>) {
        self.watcher = Watcher(watch);
    }

    /// Tells that a part of the next step begins.
    pub(crate) fn begins(&mut self, name: PhaseName) {
        self.tell_phase(name, &[], 0);
    }

    /// Tells that the next step turns to the sentences `rows`, of so many `tokens`.
    pub(crate) fn begins_batch(&mut self, rows: &[usize], tokens: usize) {
        self.tell_phase(PhaseName::Batch, rows, tokens);
    }

    fn tell_phase(&mut self, name: PhaseName, rows: &[usize], tokens: usize) {
        if let Some(watch) = &mut self.watcher.0 {
            watch(Phase { step: self.steps + 1, name, rows: rows.to_vec(), tokens });
        }
    }
}
