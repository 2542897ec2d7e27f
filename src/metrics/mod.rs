//! How well tasks are solved: accuracy, macro-F1 and the confusion matrix.

mod tally;

pub use tally::{Tally, argmax};
