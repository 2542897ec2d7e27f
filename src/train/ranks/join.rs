//! Joining the ranks: they must have been started alike, and must stay alike.

use serde_json::{Value, json};
use xxhash_rust::xxh3::Xxh3;

use crate::checkpoint::differences;
use crate::error::message;
use crate::parallel::Ranks;
use crate::train::Trainer;
use crate::{Error, Result};

impl Trainer {
    /// Trains together with other ranks from here on: they call the same methods in the same order, and each computes its
    /// share. Nothing may have been trained yet; a checkpoint can be restored afterwards, the same on all ranks.
    ///
    /// # Errors
    ///
    /// If the ranks differ in their recipe, sentences, encoder, device or version of Polytask, if there are more of them than
    /// sentences in a step, or if one has ended. Each rank has the same error.
    pub fn join(&mut self, ranks: Ranks) -> Result<()> {
        if ranks.size() == 1 {
            self.ranks = ranks;
            return Ok(());
        }
        let mut recipe =
            serde_json::to_value(&self.recipe).map_err(|e| Error::recipe(crate::error::Message::unexpected(&e)))?;
        if let Some(fields) = recipe.as_object_mut() {
            // Each rank may have its own copy of the files, which are compared by their content.
            fields.retain(|name, _| !["data", "validation", "encoder"].contains(&name.as_str()));
        }
        let origin = self.origin()?;
        check_same_on_all(
            &ranks,
            &json!({
                "version": env!("CARGO_PKG_VERSION"),
                "recipe": recipe,
                "data": origin.data,
                "encoder": origin.encoder,
                "heads": if self.keeps_heads { "saved" } else { "new" },
                "device": self.start_report().device,
            }),
        )?;
        let sentences = self.recipe.training.sentences_per_step().min(self.data.splits[0].len());
        if ranks.size() > sentences {
            let too_many = message!(
                "parallel.too_many",
                "there are {ranks} ranks and {sentences} sentences in a step; start at most {sentences} ranks, or raise batch_size",
                ranks = ranks.size(),
                sentences = sentences
            );
            return Err(Error::Parallel(too_many.into()));
        }
        self.ranks = ranks;
        Ok(())
    }

    /// An error if a rank's parameters are not those of rank 0, bit for bit.
    pub(in crate::train) fn check_alike(&self) -> Result<()> {
        if self.ranks.size() == 1 {
            return Ok(());
        }
        let mut hash = Xxh3::new();
        for parameter in self.model.trainable().into_values() {
            let numbers = parameter.value().flatten_all()?.to_vec1::<f32>()?;
            hash.update(bytemuck::cast_slice(&numbers));
        }
        let hashes = self.ranks.gather(&hash.digest().to_le_bytes())?;
        match hashes.iter().position(|hash| *hash != hashes[0]) {
            None => Ok(()),
            Some(rank) => {
                let wrong = message!(
                    "parallel.drifted",
                    "after step {step} the parameters of rank {rank} are not those of rank 0, as they must be; start the ranks \
                     on machines of one kind",
                    step = self.steps(),
                    rank = rank
                );
                Err(Error::Parallel(wrong.into()))
            }
        }
    }
}

/// An error if a rank's `settings` are not those of rank 0; each rank has the same one.
///
/// # Errors
///
/// If they differ, or if a rank has ended.
pub fn check_same_on_all(ranks: &Ranks, settings: &Value) -> Result<()> {
    let all = ranks.gather(settings.to_string().as_bytes())?;
    let text = |rank: usize| String::from_utf8_lossy(&all[rank]);
    for rank in 1..all.len() {
        if let Some((setting, there, here)) = differences(&text(rank), &text(0)).into_iter().next() {
            let differ = message!(
                "parallel.differ",
                "rank {rank} cannot train with rank 0: {setting} is {there} on rank {rank} and {here} on rank 0; start all ranks \
                 with the same recipe, sentences, encoder, device and version of Polytask",
                rank = rank,
                setting = setting,
                there = there,
                here = here
            );
            return Err(Error::Parallel(differ.into()));
        }
    }
    Ok(())
}
