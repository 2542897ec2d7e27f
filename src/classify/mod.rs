//! Files that a trained model classifies: their rows stay as they are, and each task's answer comes beside them.

mod answers;
mod file;

pub use answers::{Answer, AnswerColumns, Field, UnusedNames};
pub use file::{Classified, FileToClassify, TaskAnswers, Written};
