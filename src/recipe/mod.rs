//! The recipe: everything that decides what a run computes.
//!
//! The page's link, a saved run and `polytask train --recipe` are this one object. Two runs with equal recipes
//! (and equal encoder files) give equal numbers. Unknown fields are errors that name the field.

mod chosen;
mod few_examples;
mod freeze;
mod training;
mod weight_averaging;
mod weighting;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use chosen::DataSizes;
pub use few_examples::{FewExamples, HeadInit};
pub use freeze::Freeze;
pub use training::{ClassWeights, Metric, OptimizerKind, Schedule, Training};
pub use weight_averaging::WeightAveraging;
pub use weighting::Weighting;

use crate::error::{Message, message};
use crate::{Error, Result};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// Everything that a run depends on: its data, its encoder and its settings.
///
/// ```
/// use polytask::recipe::{Recipe, Weighting};
///
/// let json = r#"{"data": {"preset": {"name": "tickets"}}, "training": {"weighting": "pcgrad", "epochs": 5}}"#;
/// let recipe = Recipe::from_json(json)?;
/// assert_eq!(recipe.training.weighting, Weighting::Pcgrad);
/// assert_eq!(recipe.training.batch_size, 4, "fields that are left out have the notebook's values");
/// assert_eq!(recipe.validation_fraction(), 0.25);
/// # Ok::<(), polytask::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    /// Where the sentences and labels come from.
    pub data: Source,
    /// The tasks to train and, for each, its label set in head order. Empty: every label column, labels inferred.
    pub tasks: Vec<Task>,
    /// The examples to hold out for evaluation. Absent: a quarter, except for the `notebook` preset, which holds out nothing.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub validation: Option<Validation>,
    /// A directory in Hugging Face layout or the name of a known encoder.
    pub encoder: String,
    /// How the tokens of a sentence become one vector.
    pub pooling: Pooling,
    /// Optimisation settings.
    pub training: Training,
    /// Measurements beside the training.
    pub diagnostics: Diagnostics,
    /// Seeds head initialisation, shuffling, dropout, the split and the notebook's random labels. Any integer up to 2^53.
    pub seed: u64,
}

/// Where sentences and labels come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// One of the built-in sets.
    Preset(Preset),
    /// A CSV, TSV, JSON or JSONL file, read by the front end (the library does no I/O).
    File(DataFile),
    /// Sentences written into the recipe itself.
    Examples(Vec<InlineExample>),
}

/// A built-in set of sentences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// `notebook`, `topic-sentiment` or `tickets`.
    pub name: String,
    /// `notebook` only: draw the labels at random from the seed, as the notebook does, or use sensible ones.
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub labels: PresetLabels,
}

/// Which labels the `notebook` preset carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PresetLabels {
    /// Uniform over 3 and 2 classes, from the seed.
    #[default]
    Random,
    /// topic ∈ {food, technology, weather}, sentiment ∈ {neutral, positive}.
    Sensible,
}

/// A data file. The front end reads it, from disk or from an address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// Path of a CSV, TSV, JSON or JSONL file.
    pub path: String,
    /// The column that holds the sentences. Absent: `text`, or the only one that can be meant; a saved recipe names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub text: Option<String>,
}

/// One sentence with its labels, inside a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(deny_unknown_fields)]
pub struct InlineExample {
    /// The sentence.
    pub text: String,
    /// Task name to label. A missing or empty entry means "not labelled for this task".
    #[serde(default)]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, string>"))]
    pub labels: IndexMap<String, String>,
}

impl InlineExample {
    /// A sentence with pairs of a task's name and a label.
    pub fn new<N: Into<String>, L: Into<String>>(
        text: impl Into<String>,
        labels: impl IntoIterator<Item = (N, L)>,
    ) -> Self {
        let labels = labels.into_iter().map(|(task, label)| (task.into(), label.into())).collect();
        Self { text: text.into(), labels }
    }
}

/// A task and its label set; class `c` of the head is `labels[c]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The label column's name.
    pub name: String,
    /// The classes, in the order of the head's outputs. Empty in a recipe: inferred, sorted.
    #[serde(default)]
    pub labels: Vec<String>,
}

/// The examples that are held out of training, to evaluate on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Validation {
    /// A share of the examples in [0, 1), stratified over every task's labels. 0: hold out nothing.
    Fraction(f64),
    /// A second file with columns of the same names; it may lack some of the tasks.
    File(DataFile),
}

/// How the N token vectors become B sentence vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The mean over the sentence's own tokens, `[CLS]` and `[SEP]` included (sentence-transformers' choice).
    #[default]
    Mean,
    /// The vector of `[CLS]`.
    Cls,
    /// BERT's pooler: tanh(W·`[CLS]` + b).
    Pooler,
}

impl std::fmt::Display for Pooling {
    /// The name that recipes and flags use.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Mean => "mean",
            Self::Cls => "cls",
            Self::Pooler => "pooler",
        })
    }
}

/// Measurements beside the training. They cost time and change nothing: with or without them a run gives the same numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(deny_unknown_fields, default)]
pub struct Diagnostics {
    /// Report lengths and angles of the tasks' gradients in the first step and every so many steps after it; 0: never.
    pub gradients_every: u32,
    /// Measure before the first step, and every so many steps after it, what a step on each task alone would do to
    /// every task's loss; 0: never.
    pub interference_every: u32,
    /// Report how the sentences' vectors have moved: before the first step, every so many steps after it, and at the end;
    /// 0: never.
    pub map_every: u32,
    /// Report with each evaluation which sentences were classified wrongly.
    pub mistakes: bool,
}

impl Default for Recipe {
    /// The notebook's own job.
    fn default() -> Self {
        Self {
            data: Source::Preset(Preset { name: "notebook".into(), labels: PresetLabels::Random }),
            tasks: Vec::new(),
            validation: None,
            encoder: "all-MiniLM-L6-v2".into(),
            pooling: Pooling::Mean,
            training: Training::default(),
            diagnostics: Diagnostics::default(),
            seed: 0,
        }
    }
}

impl Recipe {
    /// Parses `recipe.json`.
    ///
    /// # Errors
    ///
    /// The text is no recipe (the sentence names the field and the line), or [`Recipe::validate`] fails.
    pub fn from_json(text: &str) -> Result<Self> {
        let recipe: Self = serde_json::from_str(text).map_err(|e| Error::recipe(Message::unexpected(&e)))?;
        recipe.validate()?;
        Ok(recipe)
    }

    /// The share of the examples to hold out, where no validation file is given.
    pub fn validation_fraction(&self) -> f64 {
        match &self.validation {
            Some(Validation::Fraction(fraction)) => *fraction,
            Some(Validation::File(_)) => 0.0,
            None if self.is_notebook() => 0.0,
            None => 0.25,
        }
    }

    /// Whether it trains on the notebook's own sentences.
    pub fn is_notebook(&self) -> bool {
        matches!(&self.data, Source::Preset(preset) if preset.name == "notebook")
    }

    /// Checks every setting that can be judged without the data or the encoder.
    ///
    /// # Errors
    ///
    /// The first setting that is out of its range.
    pub fn validate(&self) -> Result<()> {
        if self.seed > 1 << 53 {
            return Err(Error::setting(
                "seed",
                message!("recipe.seed_range", "must be at most 2^53, so that a browser can hold it exactly"),
            ));
        }
        if let Some(Validation::Fraction(x)) = self.validation
            && !(0.0..1.0).contains(&x)
        {
            return Err(Error::setting("validation_fraction", training::not_a_share(x)));
        }
        self.training.validate()
    }
}
