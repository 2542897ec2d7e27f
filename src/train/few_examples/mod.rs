//! What a run does before its first epoch to make the most of few examples, piece by piece:
//!
//! 1. a contrastive phase, which trains the encoder alone to bring sentences of a class together ([`contrastive`]);
//! 2. the heads' start, computed from the sentence vectors of the training split ([`heads`]).
//!
//! As SetFit (Tunstall et al. 2022), but with all tasks together: their losses are added, and one encoder serves all heads.
//! A label's name may stand in for a few more examples of its class.

mod contrastive;
mod heads;
mod memory;
mod sampler;

use serde::{Deserialize, Serialize};

use indexmap::IndexMap;

use self::heads::Vectors;
pub(super) use self::memory::numbers as memory_of_start;
use self::sampler::Sampler;
use super::Trainer;
use super::setup::TrainingData;
use crate::Result;
use crate::checkpoint::Archive;
use crate::recipe::{HeadInit, Recipe};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// One step of the contrastive phase, before its update.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct ContrastiveStep {
    /// Steps of the phase taken, from 1.
    pub step: u32,
    /// Steps of the phase.
    pub steps: u32,
    /// The supervised contrastive loss of each task with two sentences of one class in the batch.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub losses: IndexMap<String, f32>,
    /// The learning rate in this step.
    pub learning_rate: f64,
}

/// What is left to do before the first epoch.
#[derive(Debug)]
pub(super) enum Preparation {
    /// Contrastive steps are left.
    Contrastive(Box<Sampler>),
    /// The contrastive phase is over; the sentence vectors so far, from which the heads will start.
    Heads(Vectors),
    /// Nothing.
    Over,
}

/// The rows of each batch of the contrastive phase.
pub(super) fn contrastive_batches(recipe: &Recipe, data: &TrainingData) -> impl Iterator<Item = Vec<usize>> {
    let steps = if has_contrastive_phase(recipe) { recipe.training.few_examples.contrastive_steps } else { 0 };
    let mut sampler = (steps > 0).then(|| Sampler::new(recipe, data));
    (0..steps).filter_map(move |_| Some(sampler.as_mut()?.next_batch()))
}

fn has_contrastive_phase(recipe: &Recipe) -> bool {
    recipe.training.few_examples.contrastive_steps > 0 && recipe.training.trains_encoder_at_first()
}

impl Preparation {
    /// What `recipe` asks for. With `keep_heads`, heads that were saved stay as they are.
    pub fn new(recipe: &Recipe, data: &TrainingData, keep_heads: bool) -> Self {
        if has_contrastive_phase(recipe) {
            Self::Contrastive(Box::new(Sampler::new(recipe, data)))
        } else {
            Self::before_heads(recipe.training.few_examples.head_init, keep_heads)
        }
    }

    /// Whether nothing of it has been done yet.
    pub fn is_untouched(&self) -> bool {
        match self {
            Self::Contrastive(sampler) => sampler.done == 0,
            Self::Heads(vectors) => vectors.is_empty(),
            Self::Over => true,
        }
    }

    /// Lists for a checkpoint what is left to do; `self` is what is left at the start of the run.
    pub fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        let mut stage: u8 = match self {
            Self::Contrastive(_) => 0,
            Self::Heads(_) => 1,
            Self::Over => 2,
        };
        archive.value(&mut stage)?;
        match (stage, &mut *self) {
            (0, Self::Contrastive(sampler)) => return sampler.visit(archive),
            (1, Self::Heads(_)) => {}
            (1, _) => *self = Self::Heads(Vectors::default()),
            _ => *self = Self::Over,
        }
        match self {
            Self::Heads(vectors) => archive.value(vectors),
            _ => Ok(()),
        }
    }

    fn before_heads(init: HeadInit, keep_heads: bool) -> Self {
        if init == HeadInit::Random || keep_heads { Self::Over } else { Self::Heads(Vectors::default()) }
    }
}

impl Trainer {
    /// Whether nothing is left to do before the first epoch.
    pub(crate) fn is_prepared(&self) -> bool {
        matches!(self.preparation, Preparation::Over)
    }

    /// Does the next piece of what comes before the first epoch: a contrastive step, a batch of sentence vectors, or the fit of
    /// the heads. Returns the report of a contrastive step.
    pub(crate) fn prepare(&mut self) -> Result<Option<ContrastiveStep>> {
        let context = self.model.context().clone();
        match std::mem::replace(&mut self.preparation, Preparation::Over) {
            Preparation::Contrastive(mut sampler) => {
                let report = context.on_threads(|| self.contrastive_step(&mut sampler))?;
                self.preparation = if report.step == report.steps {
                    Preparation::before_heads(self.recipe.training.few_examples.head_init, self.keeps_heads)
                } else {
                    Preparation::Contrastive(sampler)
                };
                Ok(Some(report))
            }
            Preparation::Heads(vectors) => {
                self.preparation = match self.add_vectors(vectors)? {
                    Some(vectors) => Preparation::Heads(vectors),
                    None => Preparation::Over,
                };
                Ok(None)
            }
            Preparation::Over => Ok(None),
        }
    }
}
