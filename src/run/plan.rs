//! A run that has been checked and has no weights yet.

use super::observers::Observers;
use crate::Result;
use crate::model::Wanted;
use crate::recipe::Recipe;
use crate::train::{EncodedInputs, Inputs, Setup};

/// A run that has been checked and has no weights yet.
#[derive(Debug)]
pub struct Plan {
    pub(super) setup: Setup,
    pub(super) observers: Observers,
    pub(super) memory_limit: Option<u64>,
    memory: u64,
}

impl Plan {
    /// Checks a recipe against its data, its encoder's config and the memory that there is.
    ///
    /// # Errors
    ///
    /// As [`Setup::new`], and if the run needs more memory than `inputs` allows.
    pub fn new(recipe: Recipe, inputs: Inputs) -> Result<Self> {
        let memory_limit = inputs.memory_limit;
        Self::of_setup(Setup::new(recipe, inputs)?, memory_limit)
    }

    /// The same with sentences that are tokenised already.
    ///
    /// # Errors
    ///
    /// As [`Plan::new`].
    pub fn of_encoded(recipe: Recipe, inputs: EncodedInputs) -> Result<Self> {
        let memory_limit = inputs.memory_limit;
        Self::of_setup(Setup::of_encoded(recipe, inputs)?, memory_limit)
    }

    fn of_setup(setup: Setup, memory_limit: Option<u64>) -> Result<Self> {
        let observers = Observers::new(setup.recipe().diagnostics);
        let extras = observers.extras(&setup.sizes());
        let estimate = setup.sizes().estimate(&extras)?;
        estimate.check(memory_limit)?;
        Ok(Self { setup, observers, memory_limit, memory: estimate.bytes() })
    }

    /// An estimate of the bytes that the run needs at most, its weights included.
    pub fn memory(&self) -> u64 {
        self.memory
    }

    /// The tensors that the run reads from the weights.
    pub fn wanted(&self) -> Wanted {
        self.setup.wanted()
    }
}
