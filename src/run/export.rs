//! A run's model as files that other tools open.

use super::Run;
use crate::Result;
use crate::error::{Message, message};
use crate::export::{Beside, Card, CardTask, ModelFile, model_files};
use crate::model::EncoderByHash;
use crate::recipe::Freeze;
use crate::train::Split;
use crate::{Error, recipe::Recipe};

impl Run {
    /// The files of a model directory with the model as it is now. They share its numbers: write them before the run goes on.
    /// `tokenizer` is the encoder's `tokenizer.json`, `recipe` the one to save: it may name the data better than the run's own.
    /// With `encoder`, its SHA-256, the files hold the heads alone and name the encoder.
    ///
    /// # Errors
    ///
    /// If the heads alone are asked for and the encoder has trained, or the tokenizer's file is not JSON.
    pub fn model_files(&self, tokenizer: &[u8], recipe: &Recipe, encoder: Option<String>) -> Result<Vec<ModelFile>> {
        let trainer = &self.trainer;
        if encoder.is_some() && trainer.recipe().training.freeze != Freeze::Encoder {
            return Err(Error::encoder(message!(
                "export.encoder_trained",
                "the heads alone are of no use without the encoder that trained with them; save the whole model"
            )));
        }
        let polytask = trainer.model().polytask(trainer.tasks(), Some(trainer.recipe().training.max_length));
        let held_out = self.history.latest(Split::Validation);
        let counts = trainer.labelled_in_training();
        let tasks = trainer.tasks().iter().zip(counts).map(|(task, train_examples)| CardTask {
            train_examples,
            held_out: held_out.and_then(|evaluation| evaluation.tasks.get(&task.name)?.as_ref()),
        });
        let card = Card {
            recipe: Some(recipe),
            tasks: tasks.collect(),
            train_examples: Some(trainer.start_report().train_examples),
            steps: Some(trainer.steps()),
            heads_alone: encoder.is_some(),
        };
        let json = serde_json::to_vec_pretty(recipe).map_err(|e| Error::encoder(Message::unexpected(&e)))?;
        let beside = Beside { tokenizer, card: card.to_markdown(&polytask), recipe: Some(json) };
        let encoder = encoder.map(|sha256| EncoderByHash { name: recipe.encoder.clone(), sha256 });
        model_files(trainer.model(), &polytask, beside, encoder)
    }
}
