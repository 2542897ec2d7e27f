//! The recipe: everything that decides what a run computes.
//!
//! The page's link, a saved run and `polytask train --recipe` are this one object. Two runs with equal recipes
//! (and equal encoder files) give equal numbers. Unknown fields are errors that name the field.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// What to train on, with which encoder, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(deny_unknown_fields, default)]
pub struct Recipe {
    /// Where the sentences and labels come from.
    pub data: Source,
    /// The tasks to train and, for each, its label set in head order. Empty: every label column, labels inferred.
    pub tasks: Vec<Task>,
    /// What to hold out for evaluation. Absent: a quarter, except for the `notebook` preset, which holds out nothing.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub validation: Option<Validation>,
    /// A directory in Hugging Face layout or the name of a known encoder.
    pub encoder: String,
    /// How the tokens of a sentence become one vector.
    pub pooling: Pooling,
    /// Optimisation settings.
    pub training: Training,
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
    /// A CSV, TSV or JSONL file, read by the face (the library does no I/O).
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
    /// topic ∈ {food, technology, weather}, sentiment ∈ {negative, positive}.
    Sensible,
}

/// A data file on disk or at an address; which of the two is the face's business.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// Path; the ending (`.csv`, `.tsv`, `.jsonl`) decides the format.
    pub path: String,
    /// The column that holds the sentences.
    #[serde(default = "default_text_column")]
    pub text: String,
}

fn default_text_column() -> String {
    "text".into()
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

/// What is held out of training to evaluate on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Validation {
    /// A share of the examples in [0, 1), stratified over every task's labels. 0: hold out nothing.
    Fraction(f64),
    /// A second file with the same columns.
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

/// Optimisation settings, named as PyTorch and Hugging Face name them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(deny_unknown_fields, default)]
pub struct Training {
    /// Passes over the training split, at least 1.
    pub epochs: u32,
    /// Sentences in a step, at least 1.
    pub batch_size: u32,
    /// Step size of the optimizer, in (0, ∞). 1e-3 is the notebook's; 1e-5 to 2e-4 suits longer fine-tuning.
    pub learning_rate: f64,
    /// Step size of the heads; absent: `learning_rate`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub head_learning_rate: Option<f64>,
    /// The update rule.
    pub optimizer: OptimizerKind,
    /// Adam and SGD: L2 term added to the gradient; AdamW: decoupled decay, on no bias and no LayerNorm. In [0, ∞).
    pub weight_decay: f64,
    /// Steps over which the learning rate rises from 0 to its full value, counted in optimizer steps.
    pub warmup: u32,
    /// The learning rate's course after warm-up.
    pub schedule: Schedule,
    /// Clip all gradients together to this 2-norm; absent: no clipping, as in the notebook.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub max_grad_norm: Option<f64>,
    /// Dropout probability in [0, 1) at BERT's own places (embeddings, attention, both block outputs).
    /// Default 0: with a few hundred sentences and a few epochs it costs accuracy, and a curve without noise teaches more.
    pub dropout: f64,
    /// Which parameters stay as they are.
    pub freeze: Freeze,
    /// How K losses, or the gradients that they send into the encoder, become one update.
    pub weighting: Weighting,
    /// Factor on a task's loss; tasks not named have 1.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub task_weight: IndexMap<String, f64>,
    /// Sentences are cut to this many tokens, `[CLS]` and `[SEP]` included. At least 3, at most the encoder's positions.
    pub max_length: u32,
    /// Draw a new order of the training examples each epoch.
    pub shuffle: bool,
    /// In a browser: give the same bits in every browser on every machine, at the price of speed. Without it, fused
    /// multiply-add is used where the processor has it. It changes nothing natively.
    pub reproducible: bool,
}

/// The update rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "lowercase")]
pub enum OptimizerKind {
    /// Kingma & Ba 2015, β = (0.9, 0.999), ε = 1e-8, as `torch.optim.Adam`.
    #[default]
    Adam,
    /// Loshchilov & Hutter 2019, as `torch.optim.AdamW`.
    AdamW,
    /// Plain gradient descent, as `torch.optim.SGD` without momentum.
    Sgd,
}

/// The learning rate's course after warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// Stays at its full value.
    #[default]
    Constant,
    /// Falls in a straight line to 0 at the last step.
    Linear,
    /// Falls along half a cosine to 0 at the last step.
    Cosine,
}

/// How K losses, or the gradients that they send into the encoder, become one update. The papers stand in
/// [`crate::weighting`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Weighting {
    /// Σ wᵢLᵢ, the notebook's `loss_A + loss_B`.
    #[default]
    Sum,
    /// Learns how noisy each task is, and weighs it the less.
    Uncertainty,
    /// Dynamic weight average: more for tasks whose loss fell least from epoch to epoch.
    Dwa,
    /// New weights by lot in each step.
    Random,
    /// Evens out the gradients at the last shared layer, so that the tasks train at like rates.
    Gradnorm,
    /// Moves weight to the tasks that gained least by the step before.
    Famo,
    /// Projects each gradient off those it conflicts with, in random order.
    Pcgrad,
    /// The update near the mean gradient that serves the worst-served task best.
    Cagrad,
    /// The shortest mixture of the gradients.
    Mgda,
    /// The update with equal projections onto all gradients.
    ImtlG,
    /// The update that a fair bargain between the tasks ends in.
    NashMtl,
    /// The mean of the gradients, each first projected to where it harms no task.
    Upgrad,
    /// The sum of the gradients, first made equally long and at right angles.
    AlignedMtl,
}

impl Weighting {
    /// All of them, simplest first.
    pub const ALL: [Self; 13] = [
        Self::Sum,
        Self::Uncertainty,
        Self::Dwa,
        Self::Random,
        Self::Gradnorm,
        Self::Famo,
        Self::Pcgrad,
        Self::Cagrad,
        Self::Mgda,
        Self::ImtlG,
        Self::NashMtl,
        Self::Upgrad,
        Self::AlignedMtl,
    ];
}

/// Which parameters stay as they are. Written `none`, `embeddings`, `layers:N` or `encoder`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Freeze {
    /// Everything trains.
    #[default]
    None,
    /// The embedding tables and their LayerNorm.
    Embeddings,
    /// The embeddings and the first N blocks.
    Layers(usize),
    /// Everything but the heads: a linear probe.
    Encoder,
}

impl Freeze {
    /// How many of an encoder's `layers` blocks stay as they are; an error if more are asked for than there are.
    pub fn blocks(self, layers: usize) -> Result<usize> {
        match self {
            Self::None | Self::Embeddings => Ok(0),
            Self::Layers(n) if n > layers => {
                Err(Error::setting("freeze", format!("layers:{n} asks for more than the encoder's {layers} layers")))
            }
            Self::Layers(n) => Ok(n),
            Self::Encoder => Ok(layers),
        }
    }
}

impl std::str::FromStr for Freeze {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "none" => Ok(Self::None),
            "embeddings" => Ok(Self::Embeddings),
            "encoder" => Ok(Self::Encoder),
            _ => text.strip_prefix("layers:").and_then(|n| n.parse().ok()).map(Self::Layers).ok_or_else(|| {
                Error::setting("freeze", format!("{text:?} is not one of none, embeddings, layers:N, encoder"))
            }),
        }
    }
}

impl TryFrom<String> for Freeze {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl std::fmt::Display for Freeze {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Embeddings => f.write_str("embeddings"),
            Self::Layers(n) => write!(f, "layers:{n}"),
            Self::Encoder => f.write_str("encoder"),
        }
    }
}

impl From<Freeze> for String {
    fn from(freeze: Freeze) -> Self {
        freeze.to_string()
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(typescript_custom_section)]
const FREEZE_TS: &str = "export type Freeze = \"none\" | \"embeddings\" | \"encoder\" | `layers:${number}`;";

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
            seed: 0,
        }
    }
}

impl Default for Training {
    /// The notebook's settings: Adam, 1e-3, 3 epochs, batch 4.
    fn default() -> Self {
        Self {
            epochs: 3,
            batch_size: 4,
            learning_rate: 1e-3,
            head_learning_rate: None,
            optimizer: OptimizerKind::Adam,
            weight_decay: 0.0,
            warmup: 0,
            schedule: Schedule::Constant,
            max_grad_norm: None,
            dropout: 0.0,
            freeze: Freeze::None,
            weighting: Weighting::Sum,
            task_weight: IndexMap::new(),
            max_length: 128,
            shuffle: true,
            reproducible: false,
        }
    }
}

impl Recipe {
    /// Parses `recipe.json`. Errors name the unknown or misshapen field and the line.
    pub fn from_json(text: &str) -> Result<Self> {
        let recipe: Self = serde_json::from_str(text).map_err(|e| Error::Recipe(e.to_string()))?;
        recipe.validate()?;
        Ok(recipe)
    }

    /// The share of the examples to hold out, where no validation file is given.
    pub fn validation_fraction(&self) -> f64 {
        match (&self.validation, &self.data) {
            (Some(Validation::Fraction(fraction)), _) => *fraction,
            (Some(Validation::File(_)), _) => 0.0,
            (None, Source::Preset(preset)) if preset.name == "notebook" => 0.0,
            (None, _) => 0.25,
        }
    }

    /// Checks every setting that can be judged without the data or the encoder.
    pub fn validate(&self) -> Result<()> {
        if self.seed > 1 << 53 {
            return Err(Error::setting("seed", "must be at most 2^53, so that a browser can hold it exactly"));
        }
        if let Some(Validation::Fraction(x)) = self.validation
            && !(0.0..1.0).contains(&x)
        {
            return Err(Error::setting("validation_fraction", format!("{x} is not in [0, 1)")));
        }
        self.training.validate()
    }
}

impl Training {
    fn validate(&self) -> Result<()> {
        let check = |ok: bool, name, wrong: String| {
            if ok { Ok(()) } else { Err(Error::setting(name, wrong)) }
        };
        let rate = |x: f64| x.is_finite() && x > 0.0 && x <= 10.0;
        let rate_wrong = |x: f64| {
            format!(
                "{x:e} is out of range; it must be above 0 and at most 10 (1e-3 is the notebook's, 2e-5 is usual for BERT)"
            )
        };
        check(self.epochs >= 1, "epochs", "is 0; train for at least 1 epoch".into())?;
        check(self.batch_size >= 1, "batch_size", "is 0; a step needs at least 1 sentence".into())?;
        check(rate(self.learning_rate), "learning_rate", rate_wrong(self.learning_rate))?;
        if let Some(x) = self.head_learning_rate {
            check(rate(x), "head_learning_rate", rate_wrong(x))?;
        }
        check(
            self.weight_decay.is_finite() && self.weight_decay >= 0.0,
            "weight_decay",
            format!("{} is not a number of at least 0", self.weight_decay),
        )?;
        check((0.0..1.0).contains(&self.dropout), "dropout", format!("{} is not in [0, 1)", self.dropout))?;
        if let Some(x) = self.max_grad_norm {
            check(x.is_finite() && x > 0.0, "max_grad_norm", format!("{x} is not above 0"))?;
        }
        check(
            self.max_length >= 3,
            "max_length",
            format!("is {}; at least 3 are needed for [CLS], one word piece and [SEP]", self.max_length),
        )?;
        for (task, x) in &self.task_weight {
            check(
                x.is_finite() && *x >= 0.0,
                "task_weight",
                format!("{x} for task {task:?} is not a number of at least 0"),
            )?;
        }
        Ok(())
    }
}
