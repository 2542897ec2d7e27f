//! Settings chosen for a user's own data: a rule of a few lines, measured in docs/few-examples.md.
//!
//! | what | chosen |
//! |---|---|
//! | heads | start from a logistic regression of the sentence vectors, or from class means above 200 classes; a label's name counts as 6 examples of its class |
//! | contrastive phase | 12 steps up to 40 sentences; above, one for each 128 of the sentences squared, at most 120; none with a frozen encoder |
//! | optimizer | AdamW with decay 0.01, gradients clipped to 1 |
//! | learning rate | 2e-5 below 1000 sentences, 5e-5 from there on; 1e-3 with a frozen encoder, where the heads alone train |
//! | schedule | linear, after a warm-up of a tenth of the steps |
//! | batch size | 32, fewer for long sentences, so that a batch has about 1000 tokens |
//! | epochs | 5; 3 from 10,000 sentences on, 2 from 50,000; 10 with a frozen encoder |
//! | best epoch | gone back to at the end, if sentences are held out; the one with the best accuracy, since fitted heads begin with a low loss and training makes them surer than they are right |

use serde::{Deserialize, Serialize};

use super::{FewExamples, HeadInit, Metric, OptimizerKind, Schedule, Training};
use crate::error::{Message, message, number};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// What the rule knows of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct DataSizes {
    /// Labelled sentences that train.
    pub sentences: usize,
    /// Tasks.
    pub tasks: usize,
    /// Classes of the task that has most.
    pub classes: usize,
    /// Tokens of a sentence in the mean, rounded up.
    pub tokens: usize,
    /// Whether the heads alone train, at least at first.
    pub frozen: bool,
    /// Whether the heads are those of a saved model, which go on as they are.
    pub keeps_heads: bool,
    /// Whether labelled sentences are held out.
    pub held_out: bool,
}

/// Classes up to which a logistic regression takes seconds.
const MOST_CLASSES: usize = 200;

/// One contrastive step for so many of the sentences squared: the pairs that it compares grow with the square.
const SQUARE_A_STEP: usize = 128;

/// Tokens of a batch, about.
const BATCH_TOKENS: usize = 1024;

impl Training {
    /// The settings for a data set of these sizes; see the table above.
    pub fn for_data(sizes: &DataSizes) -> Self {
        let DataSizes { sentences, classes, tokens, frozen, keeps_heads, held_out, .. } = *sizes;
        let batch_size = (BATCH_TOKENS / tokens.max(1)).clamp(4, 32) as u32;
        let epochs = match sentences {
            _ if frozen => 10,
            0..10_000 => 5,
            10_000..50_000 => 3,
            _ => 2,
        };
        let learning_rate = match sentences {
            _ if frozen => 1e-3,
            0..1000 => 2e-5,
            _ => 5e-5,
        };
        let contrastive_steps = if frozen || keeps_heads {
            0
        } else {
            (sentences.saturating_mul(sentences) / SQUARE_A_STEP).clamp(12, 120) as u32
        };
        let chosen = Self {
            epochs,
            batch_size,
            learning_rate,
            optimizer: OptimizerKind::AdamW,
            weight_decay: 0.01,
            schedule: Schedule::Linear,
            max_grad_norm: Some(1.0),
            few_examples: FewExamples {
                head_init: if classes > MOST_CLASSES { HeadInit::ClassMeans } else { HeadInit::LogisticRegression },
                label_names: 6,
                contrastive_steps,
                contrastive_temperature: 0.3,
            },
            load_best_model_at_end: held_out,
            metric_for_best_model: Metric::Accuracy,
            ..Self::default()
        };
        Self { warmup: chosen.warmup_for(sentences), ..chosen }
    }

    /// A warm-up of a tenth of the steps that these settings take on `sentences` training sentences.
    pub fn warmup_for(&self, sentences: usize) -> u32 {
        let steps = sentences.div_ceil(self.sentences_per_step().max(1)) as u64 * u64::from(self.epochs);
        u32::try_from(steps.div_ceil(10)).unwrap_or(u32::MAX)
    }

    /// One line that says what these settings are and for which data.
    pub fn summary(&self, sizes: &DataSizes) -> Message {
        message!(
            "recipe.chosen",
            "Settings for {sentences} labelled sentences (tasks: {tasks}, most classes of one: {classes}): {steps} contrastive \
             steps, heads from {heads}, {epochs} epochs of batches of {batch}, learning rate {rate:e}",
            sentences = sizes.sentences,
            tasks = sizes.tasks,
            classes = sizes.classes,
            steps = self.few_examples.contrastive_steps,
            heads = self.few_examples.head_init.to_string(),
            epochs = self.epochs,
            batch = self.batch_size,
            rate = number(self.learning_rate)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::Recipe;

    fn sizes(sentences: usize, tokens: usize) -> DataSizes {
        DataSizes { sentences, tasks: 2, classes: 4, tokens, frozen: false, keeps_heads: false, held_out: true }
    }

    #[test]
    fn every_choice_is_a_valid_recipe_that_survives_json() {
        for sentences in [0, 1, 3, 48, 192, 999, 1000, 10_000, 1_000_000, usize::MAX] {
            for tokens in [0, 1, 12, 60, 512] {
                for frozen in [false, true] {
                    let chosen = Training::for_data(&DataSizes { frozen, ..sizes(sentences, tokens) });
                    let mut recipe = Recipe { training: chosen, ..Recipe::default() };
                    if frozen {
                        recipe.training.freeze = crate::recipe::Freeze::Encoder;
                    }
                    let json = serde_json::to_string(&recipe).unwrap();
                    assert_eq!(Recipe::from_json(&json).unwrap(), recipe);
                }
            }
        }
    }

    #[test]
    fn the_choice_depends_on_the_sizes() {
        let few = Training::for_data(&sizes(48, 20));
        assert_eq!((few.few_examples.contrastive_steps, few.epochs, few.batch_size, few.warmup), (18, 5, 32, 1));
        let many = Training::for_data(&sizes(1232, 20));
        assert_eq!((many.few_examples.contrastive_steps, many.learning_rate, many.warmup), (120, 5e-5, 20));
        assert_eq!(Training::for_data(&sizes(48, 128)).batch_size, 8);
        let frozen = Training::for_data(&DataSizes { frozen: true, ..sizes(48, 20) });
        assert_eq!((frozen.few_examples.contrastive_steps, frozen.learning_rate), (0, 1e-3));
        assert!(!Training::for_data(&DataSizes { held_out: false, ..sizes(48, 20) }).load_best_model_at_end);
        assert_eq!(
            few.summary(&sizes(48, 20)).to_string(),
            "Settings for 48 labelled sentences (tasks: 2, most classes of one: 4): 18 contrastive steps, heads from \
             logistic_regression, 5 epochs of batches of 32, learning rate 2e-5"
        );
    }
}
