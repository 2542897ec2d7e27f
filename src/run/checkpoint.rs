//! The whole state of a run, taken in and given back: its trainer, its observers, and the evaluations that are due.

use super::Run;
use crate::Result;
use crate::checkpoint::{self, Archive, Checkpoint, Notes, Opened};

impl Run {
    /// The run's state with `notes`, at any moment between two calls of [`Run::advance`]. It shares the run's numbers: write it
    /// before the run goes on.
    ///
    /// # Errors
    ///
    /// If a tensor cannot be read from its device.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut run: polytask::run::Run = unimplemented!();
    /// # let (plan, weights): (polytask::run::Plan, polytask::model::Weights) = unimplemented!();
    /// use polytask::checkpoint::{Notes, Opened};
    /// use polytask::run::Run;
    ///
    /// std::fs::write("run.safetensors", run.checkpoint(&Notes::new())?.to_bytes()?)?;
    ///
    /// // Later, with a plan of the same recipe, data and encoder:
    /// let bytes = std::fs::read("run.safetensors")?;
    /// Opened::verify(&mut &*bytes)?;
    /// let (mut run, _) = Run::start(plan, weights)?;
    /// run.restore(&mut Opened::new(&mut &*bytes)?)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn checkpoint(&mut self, notes: &Notes) -> Result<Checkpoint> {
        let origin = self.trainer.origin()?;
        checkpoint::save(origin, notes, |archive| self.visit(archive))
    }

    /// Goes on from a checkpoint: afterwards this is, bit for bit, the run that was saved. It must be of the same recipe,
    /// sentences and encoder, and must not have trained yet. [`Opened::verify`] tells beforehand whether the checkpoint is
    /// whole.
    ///
    /// # Errors
    ///
    /// If the checkpoint is of another run: then this one is as it was. If it cannot be read: then start this one again.
    pub fn restore(&mut self, checkpoint: &mut Opened) -> Result<()> {
        let origin = self.trainer.origin()?;
        checkpoint::restore(checkpoint, &origin, |archive| self.visit(archive))
    }

    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        archive.value(&mut self.evaluations)?;
        archive.value(&mut self.warned)?;
        archive.value(&mut self.is_finished)?;
        archive.value(&mut self.history)?;
        archive.value(&mut self.diverged_in)?;
        self.observers.visit(archive)?;
        self.trainer.visit(archive)
    }
}
