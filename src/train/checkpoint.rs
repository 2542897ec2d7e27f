//! The whole state of a training, taken in and given back.

use indexmap::IndexMap;

use super::{Trainer, WeightAverage};
use crate::checkpoint::{self, Archive, Notes, Opened, Origin};
use crate::error::{Message, message};
use crate::recipe::Recipe;
use crate::{Error, Result};

/// The fields of a recipe that do not say how a run trains: where its sentences and its encoder come from, of which a
/// checkpoint holds hashes, and what is measured.
const NOT_COMPARED: [&str; 4] = ["data", "validation", "encoder", "diagnostics"];

impl Trainer {
    /// The state of the training as a file's bytes: everything that decides the next step.
    ///
    /// # Errors
    ///
    /// If a tensor cannot be read from its device.
    pub fn checkpoint(&mut self) -> Result<Vec<u8>> {
        let origin = self.origin()?;
        checkpoint::save(origin, &Notes::new(), |archive| self.visit(archive))?.to_bytes()
    }

    /// Goes on from a checkpoint: afterwards the training is, bit for bit, the one that was saved. The trainer must be made of
    /// the same recipe, sentences and encoder, and must not have trained yet.
    ///
    /// # Errors
    ///
    /// If the bytes are no whole checkpoint, or one of another training: then this one is as it was. If the trainer has taken
    /// a step. If the bytes are a whole checkpoint of this training with another state in it than was saved, as only a program
    /// of its own can make one: then make a new trainer.
    pub fn restore(&mut self, checkpoint: &[u8]) -> Result<()> {
        Opened::verify(&mut &*checkpoint)?;
        let mut bytes = checkpoint;
        let mut opened = Opened::new(&mut bytes)?;
        let origin = self.origin()?;
        checkpoint::restore(&mut opened, &origin, |archive| self.visit(archive))
    }

    /// Identifies this training for a checkpoint.
    pub(crate) fn origin(&self) -> Result<Origin> {
        Ok(Origin {
            recipe: compared(&self.recipe)?,
            data: self.data.digest.clone(),
            encoder: format!("{:016x}", self.model.weights_hash()),
        })
    }

    /// Lists the state for a checkpoint.
    pub(crate) fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        if archive.is_restoring() && (self.steps() > 0 || !self.preparation.is_untouched()) {
            return Err(Error::checkpoint(message!(
                "checkpoint.has_trained",
                "this trainer has taken a step; make a new one to go on from a checkpoint"
            )));
        }
        archive.value(&mut self.progress.steps)?;
        let mut from = self.progress.shuffled_from;
        archive.value(&mut from)?;
        if archive.is_restoring() {
            // Draws the epoch's order again, and freezes what is frozen in it.
            self.progress.shuffle.set_position(from);
            self.begin_epoch()?;
        }
        archive.value(&mut self.progress.tallies)?;
        archive.stream(&mut self.dropout)?;
        self.preparation.visit(archive)?;
        if archive.is_restoring() && (self.steps() > 0 || !self.preparation.is_untouched()) {
            // As the first step did.
            self.model.set_temperatures(IndexMap::new());
        }
        self.prefix.visit(archive)?;
        self.method.visit(archive)?;
        self.optimizer.visit(archive)?;
        self.visit_average(archive)?;
        match &mut self.best_epoch {
            Some(best) => best.visit(&self.model, archive),
            None => Ok(()),
        }
    }

    fn visit_average(&mut self, archive: &mut Archive) -> Result<()> {
        // After a loss that is not finite there is none.
        let mut is_kept = self.average.is_some();
        archive.value(&mut is_kept)?;
        if !is_kept {
            self.average = None;
        }
        self.average.as_mut().map_or(Ok(()), |average: &mut WeightAverage| average.visit(&self.model, archive))
    }
}

/// The recipe's fields that two runs must share, as JSON.
fn compared(recipe: &Recipe) -> Result<String> {
    let unexpected = |e: serde_json::Error| Error::checkpoint(Message::unexpected(&e));
    let mut fields = serde_json::to_value(recipe).map_err(unexpected)?;
    if let Some(fields) = fields.as_object_mut() {
        fields.retain(|name, _| !NOT_COMPARED.contains(&name.as_str()));
    }
    serde_json::to_string(&fields).map_err(unexpected)
}
