//! A run: a trainer and the evaluations that are due.

pub(crate) mod evaluations;
pub(crate) mod phases;

pub use phases::Watch;
