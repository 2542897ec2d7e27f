//! Multi-task fine-tuning of a real pretrained sentence encoder.
//!
//! One shared BERT-family encoder, one classification head per task, trained together: in a browser tab and on the
//! command line, from this one crate. A module imports only modules above it in this list:
//!
//! ```text
//! error       errors and warnings: a code, named parameters and an English sentence
//! random      random numbers: a named stream for each purpose, all from one seed
//! recipe      every setting that decides a run's numbers
//! compute     a model's Context: device, threads, arithmetic and reused memory
//! ops         differentiable operations: forward, backward, CPU kernels
//! data        files and tables → a data set: one column, one task
//! text        sentences → token ids → batches, packed end to end without padding
//! model       encoder, pooling, heads; weights in and out
//! metrics     accuracy with its interval, macro-F1, confusion matrix, calibration
//! weighting   how the losses or gradients of K tasks become one update
//! probe       linear classifiers of fixed sentence vectors: logistic regression, ridge, class means
//! train       the training loop: steps, epochs, evaluation, the best epoch, averaged weights, temperatures
//! measure     observers of the loop: gradient geometry, interference, map, mistakes; and word saliency
//! check       doubtful texts and labels of a data set, and which row to label next
//! classify    files that a trained model classifies: the answers beside the rows' own columns
//! verdict     what a task's figures mean, in one sentence, and what to try next
//! compare     runs with several weightings and seeds, side by side with baselines
//! protocol    commands and events, gathered from the modules above
//! run         one run: a trainer with its observers and evaluations, called by the front ends
//! front ends  printout (events as the notebook's lines), wasm and www/ (the browser), src/bin/polytask/ (the command)
//! ```
//!
//! Files, network, clock and output belong to the front ends. The library itself does no I/O, reads no clock and prints
//! nothing: bytes in, values and [`protocol::Event`]s out.
//!
//! # Shapes
//!
//! Every shape is written with these letters:
//!
//! ```text
//! B sentences in the batch · N tokens in the batch (all sentences, end to end) · T tokens of one sentence
//! H hidden_size · A attention heads · D = H/A · F intermediate_size · K tasks · C_k classes of task k
//! ```
#![warn(missing_docs)]

pub mod check;
pub mod classify;
pub mod compare;
pub mod compute;
pub mod data;
pub mod error;
pub mod measure;
pub mod metrics;
pub mod model;
pub mod ops;
pub mod printout;
pub mod probe;
pub mod protocol;
pub mod random;
pub mod recipe;
pub mod run;
pub mod text;
pub mod train;
pub mod verdict;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
pub mod weighting;

pub use error::{Error, Result};
