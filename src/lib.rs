//! Multi-task fine-tuning of a real pretrained sentence encoder.
//!
//! One shared BERT-family encoder, one classification head per task, trained together: in a browser tab and on the
//! command line, from this one crate.
//!
//! # Train, ask, save
//!
//! ```
//! use polytask::recipe::{InlineExample, Recipe, Training};
//! use polytask::{compute::Context, data::Dataset, model, run, train};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let reviews = [
//!     ("The soup was cold", "food", "bad"), ("Lovely fresh bread", "food", "good"),
//!     ("My train was late", "travel", "bad"), ("A quiet, clean hotel", "travel", "good"),
//! ];
//! let examples = reviews.map(|(text, topic, tone)| InlineExample::new(text, [("topic", topic), ("tone", tone)]));
//! let encoder = |file: &str| std::fs::read(format!("www/models/all-MiniLM-L6-v2/{file}"));
//! let tokenizer = encoder("tokenizer.json")?;
//! let training = Training { epochs: 6, learning_rate: 3e-4, ..Training::default() };
//! let recipe = Recipe { training, ..Recipe::default() };
//! let inputs = train::Inputs {
//!     data: Dataset::from_examples(examples, &[])?, validation: None,
//!     config: model::parse_config(&encoder("config.json")?)?, tokenizer: &tokenizer, keep_heads: false,
//!     context: Context::default(), memory_limit: None,
//! };
//! let plan = run::Plan::new(recipe.clone(), inputs)?;
//! let (mut run, _) = run::Run::start(plan, model::Weights::from_safetensors(&encoder("model.safetensors")?)?)?;
//! while !run.is_finished() {
//!     for event in run.advance(&[])? {
//!         println!("{}", serde_json::to_string(&event)?);
//!     }
//! }
//! let answer = &run.trainer().predict(&["The soup was cold".into()])?[0];
//! assert_eq!((&*answer.tasks["topic"].label, &*answer.tasks["tone"].label), ("food", "bad"));
//! for file in run.model_files(&tokenizer, &recipe, None)? {
//!     println!("{} has {} bytes", file.path, file.len()); // `file.write_to` writes it: a model for transformers
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - **Data.** [`data::Dataset::from_examples`] takes any iterator of sentences, [`data::read_table`] the bytes of a CSV, TSV,
//!   JSON or JSONL file; a blank label means "not labelled for this task". Large files: `data::FileRows` and
//!   `train::Sentences` keep token ids in place of texts.
//! - **Settings.** A [`recipe::Recipe`] is all that decides a run's numbers, and is the JSON that page and command share.
//!   [`recipe::Training`] has PyTorch's names.
//! - **The loop.** [`run::Run::advance`] takes a step, or an evaluation that is due, and returns [`protocol::Event`]s: losses,
//!   accuracies with intervals, gradient geometry, verdicts. [`train::Trainer`] is the loop without those decisions.
//! - **Stop and go on.** [`run::Run::checkpoint`] and [`run::Run::restore`]: bytes out, bytes in, the same bits afterwards.
//! - **Several ranks.** [`run::Run::join`] trains one model with others: threads ([`parallel::ThreadRank`]), or whatever
//!   implements [`parallel::Group`].
//! - **Your own weighting.** [`weighting::Method`] turns K losses or gradients into one update.
//!
//! # The modules
//!
//! A module imports only modules above it in this list:
//!
//! ```text
//! error       errors and warnings: a code, named parameters and an English sentence
//! panics      panics of other libraries as errors
//! random      random numbers: a named stream for each purpose, all from one seed
//! recipe      every setting that decides a run's numbers
//! compute     a model's Context: device, threads, arithmetic and reused memory
//! parallel    ranks that train one model together: what they send to each other
//! ops         differentiable operations: forward, backward, CPU kernels
//! checkpoint  the whole state of a run as one file, from which it goes on bit for bit
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
//! export      a trained model as files that other tools open: Hugging Face's layout and a model card
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
pub mod checkpoint;
pub mod classify;
pub mod compare;
pub mod compute;
pub mod data;
pub mod error;
pub mod export;
pub mod measure;
pub mod metrics;
pub mod model;
pub mod ops;
pub mod panics;
pub mod parallel;
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
