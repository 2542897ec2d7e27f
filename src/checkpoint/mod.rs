//! The whole state of a run as one file, from which it goes on bit for bit.
//!
//! Each part of a run lists its state once, in a method `visit`; an [`Archive`] reads or writes what is listed, so that
//! saving and restoring cannot drift apart. What training did not change is not in it: a run is restored into a trainer that
//! was made of the same recipe, data and encoder.
//!
//! A checkpoint is a safetensors file:
//!
//! ```text
//! __metadata__    format, recipe (JSON), hashes of data and encoder, note.<name>, and the hash of the file itself
//! state           U8: everything that is no tensor, in the order in which it is listed
//! value.<name>    F32: a parameter; exp_avg.<name>, exp_avg_sq.<name>: Adam's moments (PyTorch's names);
//!                 previous.<name>: the parameter before its last update
//! best.<name>, average.<name>    F32: the parameters of the best epoch, the average of the weights
//! ```

mod file;
mod restore;
mod state;

use std::collections::BTreeMap;

use candle_core::Tensor;

pub use file::Checkpoint;
pub use restore::{Opened, differences};
pub use state::State;
pub(crate) use state::state;

use crate::Result;
use crate::random::Stream;

/// Identifies the run that a checkpoint belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The run's recipe as JSON.
    pub recipe: String,
    /// A hash of the sentences, their labels and their split.
    pub data: String,
    /// A hash of the encoder's `model.safetensors`.
    pub encoder: String,
}

/// Text that a front end stores in a checkpoint, by name.
pub type Notes = BTreeMap<String, String>;

/// Takes in the state of a run, or gives it back.
#[derive(Debug)]
pub struct Archive<'a>(Mode<'a>);

#[derive(Debug)]
enum Mode<'a> {
    Saving { state: Vec<u8>, tensors: Vec<(String, Tensor)> },
    Restoring(&'a mut (dyn Source + 'a)),
}

/// Where restored state comes from.
trait Source: std::fmt::Debug {
    /// Reads the next bytes of what is no tensor.
    fn read_state(&mut self, bytes: &mut [u8]) -> Result<()>;

    /// Reads the next tensor, which must have this name, into `target`.
    fn read_into(&mut self, name: &str, target: &Tensor) -> Result<()>;
}

impl Archive<'_> {
    /// Whether state is given back, not taken in.
    pub fn is_restoring(&self) -> bool {
        matches!(self.0, Mode::Restoring(_))
    }

    /// A value that is no tensor.
    ///
    /// # Errors
    ///
    /// If it is restored and the checkpoint does not hold it.
    pub fn value(&mut self, value: &mut impl State) -> Result<()> {
        value.visit(self)
    }

    fn bytes(&mut self, bytes: &mut [u8]) -> Result<()> {
        match &mut self.0 {
            Mode::Saving { state, .. } => {
                state.extend_from_slice(bytes);
                Ok(())
            }
            Mode::Restoring(source) => source.read_state(bytes),
        }
    }

    /// The position of a random stream.
    ///
    /// # Errors
    ///
    /// As [`Archive::value`].
    pub fn stream(&mut self, stream: &mut Stream) -> Result<()> {
        let mut position = stream.position();
        self.value(&mut position)?;
        stream.set_position(position);
        Ok(())
    }

    /// The numbers of a tensor. They are not copied before the checkpoint is written.
    ///
    /// # Errors
    ///
    /// If they are restored, and the checkpoint's next tensor has another name or shape or cannot be read.
    pub fn tensor(&mut self, name: String, tensor: &Tensor) -> Result<()> {
        match &mut self.0 {
            Mode::Saving { tensors, .. } => tensors.push((name, tensor.detach())),
            Mode::Restoring(source) => source.read_into(&name, tensor)?,
        }
        Ok(())
    }
}

/// The state that `visit` lists, as a checkpoint of `origin` with `notes`.
///
/// # Errors
///
/// Those of `visit`.
pub fn save(origin: Origin, notes: &Notes, visit: impl FnOnce(&mut Archive) -> Result<()>) -> Result<Checkpoint> {
    let mut archive = Archive(Mode::Saving { state: Vec::new(), tensors: Vec::new() });
    visit(&mut archive)?;
    match archive.0 {
        Mode::Saving { state, tensors } => Checkpoint::new(&origin, notes, state, tensors),
        Mode::Restoring(_) => unreachable!("it was made above"),
    }
}

/// Gives the state of an opened checkpoint back to what `visit` lists.
///
/// # Errors
///
/// If the checkpoint is of another run than `origin`'s, or those of `visit`. After an error of `visit` the state is of no use.
pub fn restore(opened: &mut Opened, origin: &Origin, visit: impl FnOnce(&mut Archive) -> Result<()>) -> Result<()> {
    opened.check_origin(origin)?;
    visit(&mut Archive(Mode::Restoring(opened)))
}
