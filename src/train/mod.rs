//! The training loop alone: steps, epochs, evaluation and the best epoch.
//!
//! A [`Setup`] is checked before the weights arrive. A [`Trainer`] takes single steps and evaluates single batches.
//! [`Run`](crate::run::Run) decides which of them is due, and passes a [`Hook`] through which observers read the trainer.

mod calibrate;
mod checkpoint;
mod evaluation;
mod few_examples;
mod moment;
mod parameter_copy;
mod prediction;
mod prefix;
mod ranks;
mod reports;
mod setup;
mod step;
mod trainer;
mod trial;
mod unfreezing;
mod update;

pub use calibrate::TaskTemperature;
pub(crate) use evaluation::EvaluationPass;
pub use evaluation::{EVALUATION_BATCH_SIZE, Evaluation, Split, evaluate, evaluate_texts};
pub use few_examples::ContrastiveStep;
pub use moment::{EvaluationBatch, Hook, Moment, Phase, PhaseName, TaskGradientView};
pub use parameter_copy::WeightAverage;
pub(crate) use prediction::predict_proba;
pub use prediction::{Prediction, TaskPrediction, Tokens, predict};
#[cfg(not(target_arch = "wasm32"))]
pub use ranks::check_same_on_all;
pub use reports::{End, EpochReport, ModelShape, Start, StepReport};
pub use setup::{EncodedInputs, Extras, Inputs, MemoryEstimate, Sentences, Setup, Sizes};
pub(crate) use step::StepOptions;
pub use trainer::Trainer;
pub(crate) use trial::Trial;
pub use update::{Optimizer, Snapshot, TaskWeights, lr_multiplier};
