//! Commands that front ends send and events that runs send back.
//!
//! [`Command`] goes from the page to its worker; [`Event`] comes out of every run, in the browser and on the command
//! line, and one JSON event a line is the training log. TypeScript declarations of both are generated from here. Each
//! event's content is declared where it is computed.

mod progress;

use serde::{Deserialize, Serialize};

pub use crate::check::{Findings, LabelNext};
pub use crate::classify::Classified;
pub use crate::compare::{Compared, Comparison, ComparisonRow, Contender, Figures, Gain, Spread};
pub use crate::error::Message;
pub use crate::measure::{
    Frame, Geometry, Gradients, Interference, Map, Mistake, Mistakes, Projection, Saliency, TaskSaliency,
};
pub use crate::metrics::{Calibration, CalibrationBin, TaskMetrics};
pub use crate::model::PartSize;
pub use crate::train::{
    ContrastiveStep, End, EpochReport, Evaluation, ModelShape, Phase, PhaseName, Prediction, Split, Start, StepReport,
    TaskPrediction, Tokens,
};
pub use crate::verdict::{Change, Suggestion, Verdict, VerdictKind};
pub use progress::{Encoded, Loaded, Progress};

use crate::recipe::{Diagnostics, Recipe, Weighting};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// A command from the page to its worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Fetch an encoder (or read it from the cache): `progress` events, then `loaded` or `error`.
    Load {
        /// Address of a directory in Hugging Face layout with a `manifest.json`, relative to the page.
        base: String,
    },
    /// Prepare a run from its first step: `start`, or `error`. Reset sends it too.
    Configure {
        /// The run.
        recipe: Box<Recipe>,
        /// Whether the encoder is a saved model, whose heads the run goes on with.
        #[serde(default)]
        keep_heads: bool,
    },
    /// Step until the end or until `pause`.
    Train,
    /// Stop after the step in progress.
    Pause,
    /// One training step.
    Step {
        /// Train these tasks only; empty: all, or those whose turn it is.
        #[serde(default)]
        tasks: Vec<String>,
    },
    /// Set the minimum time from the start of a step to the start of the next. It concerns the worker, not the run.
    Pace {
        /// Milliseconds; 0: as fast as it goes.
        ms: u32,
    },
    /// Change what is measured beside the training from now on.
    Observe {
        /// The measurements and how often they are made.
        diagnostics: Diagnostics,
    },
    /// Measure how a step on each task alone would change every task's loss: `interference`. The run stays as it is.
    Interference,
    /// Train the recipe with each of several weightings and seeds, beside baselines: single tasks, a linear probe, the
    /// commonest class. `compared` after every run, `comparison` at the end; `pause` stops it. The configured run stays as it
    /// is.
    Compare {
        /// The recipe of every run, except for its weighting and seed.
        recipe: Box<Recipe>,
        /// The weightings.
        weightings: Vec<Weighting>,
        /// The seeds; each weighting trains with each.
        seeds: Vec<u64>,
    },
    /// Classify a sentence with every head as it is now: `prediction`.
    Predict {
        /// The sentence.
        text: String,
    },
    /// Measure which words of a sentence each head's answer depends on: `saliency`.
    Explain {
        /// The sentence.
        text: String,
    },
    /// Show a sentence as the encoder reads it: `tokens`.
    Tokenize {
        /// The sentence.
        text: String,
    },
    /// Look for what is doubtful about the sentences and labels of a recipe, with the encoder as it is before any training:
    /// `encoded` as it goes, then `findings`. The run stays as it is.
    Check {
        /// The sentences, written into it.
        recipe: Box<Recipe>,
    },
    /// Choose the sentences of a recipe to label next: `encoded` as it goes, then `label_next`. The run stays as it is.
    LabelNext {
        /// The sentences, written into it.
        recipe: Box<Recipe>,
        /// How many.
        n: u32,
    },
    /// Classify the rows of a file with every head as it is now: `encoded` as it goes, then `classified`.
    Classify {
        /// The file's name.
        name: String,
        /// Its content.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Uint8Array"))]
        bytes: Vec<u8>,
        /// The column that holds the sentences; absent: `trained`, or the only one that can be meant.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        text: Option<String>,
        /// The column that the run's own sentences came from.
        trained: String,
    },
}

/// An event of a run. One JSON object a line in the training log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Bytes of a download. Sent by the front ends.
    Progress(Progress),
    /// The encoder is in place. Sent by the browser's worker.
    Loaded(Loaded),
    /// A run is ready for its first step.
    Start(Start),
    /// One step of the contrastive phase before the first epoch has been taken.
    Contrastive(ContrastiveStep),
    /// A phase of a step begins. Sent only to a phase callback, while the step runs.
    Phase(Phase),
    /// One optimizer step has been taken.
    Step(StepReport),
    /// Lengths and angles of the tasks' gradients in the step whose event comes next.
    Gradients(Gradients),
    /// How a step on each task alone would change every task's loss.
    Interference(Interference),
    /// The sentences' vectors so far, projected on a plane.
    Map(Map),
    /// A run of a comparison is over.
    Compared(Compared),
    /// A comparison is complete.
    Comparison(Comparison),
    /// One pass over the training split is complete.
    Epoch(EpochReport),
    /// A split has been evaluated with the parameters as they are now.
    Evaluation(Evaluation),
    /// The examples that the evaluation before it found misclassified.
    Mistakes(Mistakes),
    /// A sentence has been classified.
    Prediction(Prediction),
    /// Which words of a sentence each head's answer depends on.
    Saliency(Saliency),
    /// A sentence as the encoder reads it.
    Tokens(Tokens),
    /// Sentences have gone through the encoder for a check, a choice or a file.
    Encoded(Encoded),
    /// A check of the data is complete.
    Findings(Findings),
    /// The sentences to label next have been chosen.
    LabelNext(LabelNext),
    /// A file has been classified.
    Classified(Classified),
    /// A warning; the run goes on.
    Warning(Message),
    /// The run or the command failed; the parameters are those of the last good step.
    Error(Message),
    /// What the final figures mean for one task. One for each task that trains, before `end` or, if the run ended because a
    /// loss was not finite, before `error`; none for the notebook's job.
    Verdict(Verdict),
    /// Training is over, at its last step or when patience ran out, and its final parameters have been evaluated.
    End(End),
    /// The worker paused. Sent by the browser's worker.
    Paused,
}

/// An observer's report is an event.
macro_rules! from_reports {
    ($($Report:ident),*) => {$(
        impl From<$Report> for Event {
            fn from(report: $Report) -> Self {
                Self::$Report(report)
            }
        }
    )*};
}

from_reports!(Gradients, Interference, Map, Mistakes);
