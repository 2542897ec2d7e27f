//! Optimisation settings, named as PyTorch and Hugging Face name them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{FewExamples, Freeze, WeightAveraging, Weighting};
use crate::error::{Message, message, number, shortened};
use crate::{Error, Result};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// Optimisation settings, named as PyTorch and Hugging Face name them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(deny_unknown_fields, default)]
pub struct Training {
    /// Passes over the training split, at least 1.
    pub epochs: u32,
    /// Sentences in a forward pass, at least 1. A step takes `batch_size` × `gradient_accumulation_steps` of them.
    pub batch_size: u32,
    /// Forward and backward passes whose gradients make one step, at least 1: a large batch in the memory of a small one.
    /// A task's loss is the mean over its labelled sentences of the whole step.
    pub gradient_accumulation_steps: u32,
    /// Step size of the optimizer, in (0, ∞). 1e-3 is the notebook's; 1e-5 to 2e-4 suits longer fine-tuning.
    pub learning_rate: f64,
    /// Step size of the heads; absent: `learning_rate`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub head_learning_rate: Option<f64>,
    /// The update rule.
    pub optimizer: OptimizerKind,
    /// Adam and SGD: L2 term added to the gradient; AdamW: decoupled decay, on no bias and no LayerNorm. In [0, ∞).
    pub weight_decay: f64,
    /// Steps over which the learning rate rises to its full value, 1/n of it in the first of n and all of it in the last,
    /// counted in optimizer steps; at most as many as the run has.
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
    /// How many epochs pass before one more layer trains, from the top down; absent: all train from the start. At
    /// first only the heads (and the pooler) train, then the uppermost layer too, and finally the embeddings; the parts
    /// that `freeze` names never train. Howard & Ruder 2018 ("ULMFiT") with 1.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub gradual_unfreezing: Option<u32>,
    /// Share of each label that is spread evenly over all classes, in [0, 1), as `torch.nn.CrossEntropyLoss` does it.
    /// Not applied in evaluations.
    pub label_smoothing: f64,
    /// How much each class counts in its task's loss. Not applied in evaluations.
    pub class_weights: ClassWeights,
    /// How K losses, or the gradients that they send into the encoder, become one update.
    pub weighting: Weighting,
    /// Factor on a task's loss; tasks not named have 1.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub task_weight: IndexMap<String, f64>,
    /// How many tasks train in a step, in turn; absent: all of them. 1 alternates between the tasks.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub tasks_per_step: Option<u32>,
    /// Stop when `metric_for_best_model` has not improved for this many epochs, and go back to the best parameters as
    /// `load_best_model_at_end` does; absent: train to the last epoch. At least 1; needs held-out sentences.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub early_stopping_patience: Option<u32>,
    /// At the end go back to the parameters of the epoch with the best `metric_for_best_model`, the earliest among equals.
    /// Needs held-out sentences.
    pub load_best_model_at_end: bool,
    /// The figure on the held-out sentences that decides which epoch is best.
    pub metric_for_best_model: Metric,
    /// Whether evaluations, predictions, the best epoch and the saved model use the average of the weights over the steps.
    pub weight_averaging: WeightAveraging,
    /// What happens before the first epoch to make the most of few examples.
    pub few_examples: FewExamples,
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

/// How much each class counts in its task's loss: a factor w_c, as `torch.nn.CrossEntropyLoss(weight=…)` takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "lowercase")]
pub enum ClassWeights {
    /// All the same.
    #[default]
    None,
    /// Inversely to how often the class occurs in the training split: M/(C·M_c) with M labelled sentences, M_c of
    /// class c (scikit-learn's `balanced`); 0 for a class that does not occur.
    Balanced,
}

/// A figure on the held-out sentences: the mean over the tasks that at least one of them is labelled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Cross-entropy, without label smoothing or class weights: lower is better.
    #[default]
    Loss,
    /// Accuracy: higher is better.
    Accuracy,
    /// Macro-F1: higher is better.
    MacroF1,
}

impl Default for Training {
    /// The notebook's settings: Adam, 1e-3, 3 epochs, batch 4.
    fn default() -> Self {
        Self {
            epochs: 3,
            batch_size: 4,
            gradient_accumulation_steps: 1,
            learning_rate: 1e-3,
            head_learning_rate: None,
            optimizer: OptimizerKind::Adam,
            weight_decay: 0.0,
            warmup: 0,
            schedule: Schedule::Constant,
            max_grad_norm: None,
            dropout: 0.0,
            freeze: Freeze::None,
            gradual_unfreezing: None,
            label_smoothing: 0.0,
            class_weights: ClassWeights::None,
            weighting: Weighting::Sum,
            task_weight: IndexMap::new(),
            tasks_per_step: None,
            early_stopping_patience: None,
            load_best_model_at_end: false,
            metric_for_best_model: Metric::Loss,
            weight_averaging: WeightAveraging::None,
            few_examples: FewExamples::default(),
            max_length: 128,
            shuffle: true,
            reproducible: false,
        }
    }
}

impl Training {
    /// The most sentences that a step may take. It fits in 32 bits, the size of a `usize` in a browser.
    pub const MAX_SENTENCES_PER_STEP: u64 = 1_000_000_000;

    /// Sentences in an optimizer step, at most [`Training::MAX_SENTENCES_PER_STEP`]; an epoch's last step may have fewer.
    pub fn sentences_per_step(&self) -> usize {
        self.batch_size as usize * self.gradient_accumulation_steps as usize
    }

    /// Whether the run goes back to its best epoch in the end.
    pub fn keeps_best(&self) -> bool {
        self.load_best_model_at_end || self.early_stopping_patience.is_some()
    }

    /// Whether a part of the encoder trains from the first step.
    pub(crate) fn trains_encoder_at_first(&self) -> bool {
        self.freeze != Freeze::Encoder && self.gradual_unfreezing.is_none()
    }

    pub(super) fn validate(&self) -> Result<()> {
        let check = |ok: bool, name, wrong: &dyn Fn() -> Message| {
            if ok { Ok(()) } else { Err(Error::setting(name, wrong())) }
        };
        let rate = |x: f64| x.is_finite() && x > 0.0 && x <= 10.0;
        let rate_wrong = |x: f64| {
            message!(
                "recipe.rate_range",
                "{rate:e} is out of range; it must be above 0 and at most 10 (1e-3 is the notebook's, 2e-5 is usual for \
                 BERT)",
                rate = number(x)
            )
        };
        check(self.epochs >= 1, "epochs", &|| message!("recipe.no_epoch", "is 0; train for at least 1 epoch"))?;
        check(self.batch_size >= 1, "batch_size", &|| {
            message!("recipe.no_sentence", "is 0; a step needs at least 1 sentence")
        })?;
        check(self.gradient_accumulation_steps >= 1, "gradient_accumulation_steps", &|| {
            message!("recipe.no_batch", "is 0; a step needs at least 1 batch")
        })?;
        let (batch, batches) = (u64::from(self.batch_size), u64::from(self.gradient_accumulation_steps));
        check(batch * batches <= Self::MAX_SENTENCES_PER_STEP, "gradient_accumulation_steps", &|| {
            message!(
                "recipe.step_size",
                "{batches} × batch_size {batch} makes steps of {sentences} sentences; a step takes at most {most}",
                batches = batches,
                batch = batch,
                sentences = batch * batches,
                most = Self::MAX_SENTENCES_PER_STEP
            )
        })?;
        for (name, count) in [
            ("gradual_unfreezing", self.gradual_unfreezing),
            ("tasks_per_step", self.tasks_per_step),
            ("early_stopping_patience", self.early_stopping_patience),
        ] {
            check(count != Some(0), name, &|| message!("recipe.zero", "is 0; give at least 1, or leave it out"))?;
        }
        check(rate(self.learning_rate), "learning_rate", &|| rate_wrong(self.learning_rate))?;
        if let Some(x) = self.head_learning_rate {
            check(rate(x), "head_learning_rate", &|| rate_wrong(x))?;
        }
        check(self.weight_decay.is_finite() && self.weight_decay >= 0.0, "weight_decay", &|| {
            message!("recipe.negative", "{x} is not a number of at least 0", x = number(self.weight_decay))
        })?;
        for (name, share) in [("dropout", self.dropout), ("label_smoothing", self.label_smoothing)] {
            check((0.0..1.0).contains(&share), name, &|| not_a_share(share))?;
        }
        if let Some(x) = self.max_grad_norm {
            check(x.is_finite() && x > 0.0, "max_grad_norm", &|| {
                message!("recipe.not_positive", "{x} is not above 0", x = number(x))
            })?;
        }
        check(self.max_length >= 3, "max_length", &|| {
            message!(
                "recipe.length",
                "is {n}; at least 3 are needed for [CLS], one word piece and [SEP]",
                n = self.max_length
            )
        })?;
        self.few_examples.validate()?;
        for (task, x) in &self.task_weight {
            check(x.is_finite() && *x >= 0.0, "task_weight", &|| {
                message!(
                    "recipe.task_weight",
                    "{x} for task {task:?} is not a number of at least 0",
                    x = number(*x),
                    task = shortened(task)
                )
            })?;
        }
        Ok(())
    }
}

pub(super) fn not_a_share(x: f64) -> Message {
    message!("recipe.share_range", "{x} is not in [0, 1)", x = number(x))
}

#[cfg(test)]
mod tests {
    use crate::recipe::Recipe;

    #[test]
    fn a_step_of_more_sentences_than_32_bits_count_is_refused() {
        // On wasm32 the product was 0, and the first step divided by it.
        let recipe = "{\"training\": {\"batch_size\": 65536, \"gradient_accumulation_steps\": 65536}}";
        assert_eq!(
            Recipe::from_json(recipe).unwrap_err().to_string(),
            "gradient_accumulation_steps: 65536 × batch_size 65536 makes steps of 4294967296 sentences; a step takes at \
             most 1000000000"
        );
        for (batch, batches, fits) in
            [(1_u64, 1_000_000_000_u64, true), (4_294_967_295, 4_294_967_295, false), (1_000_000_001, 1, false)]
        {
            let recipe =
                format!("{{\"training\": {{\"batch_size\": {batch}, \"gradient_accumulation_steps\": {batches}}}}}");
            assert_eq!(Recipe::from_json(&recipe).is_ok(), fits, "{batch} × {batches}");
        }
    }
}
