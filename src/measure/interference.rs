//! How tasks act on each other: step on one alone, measure every loss, undo.

use serde::{Deserialize, Serialize};

use super::{Observer, is_turn};
use crate::Result;
use crate::checkpoint::Archive;
use crate::recipe::Diagnostics;
use crate::train::{Extras, Sizes, Trainer, Trial};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// How a step on each task alone would change every task's loss, measured on the next batch: step, evaluate, undo. The steps
/// have the run's full learning rate, at any point of its schedule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Interference {
    /// Steps taken before it.
    pub step: usize,
    /// The encoder's learning rate in the steps that were tried.
    pub learning_rate: f64,
    /// The tasks that the batch has labels for, in head order. (K)
    pub tasks: Vec<String>,
    /// Lⱼ with the parameters as they are, without dropout. (K)
    pub losses: Vec<f32>,
    /// Lⱼ after a step on task i alone, less Lⱼ now: row i, column j. Below 0 the step on i helps j. `null` if that step
    /// would diverge. (K,K)
    #[cfg_attr(target_arch = "wasm32", tsify(type = "(number | null)[][]"))]
    pub changes: Vec<Vec<Option<f32>>>,
}

/// Measures the interference on the next step's sentences, without dropout. Afterwards the trainer is bit for bit as it was.
///
/// The steps have the run's full learning rate at any point of the schedule, so that matrices of different steps are
/// comparable and do not vanish in a warm-up or at the run's end.
///
/// # Errors
///
/// If a loss is not finite: then the run is over. Or if a tensor operation fails.
pub fn interference(trainer: &mut Trainer) -> Result<Interference> {
    let context = trainer.model().context().clone();
    context.on_threads(|| {
        let mut trial = Trial::new(trainer)?;
        let (tasks, losses) = (trial.tasks(), trial.losses().to_vec());
        let change = |after: Option<f32>, before: Option<f32>| Some(after? - before?).filter(|x| x.is_finite());
        let mut changes_after_step_on = |&task: &usize| -> Result<Vec<Option<f32>>> {
            let after = trial.losses_after_step_on(task)?;
            Ok(tasks.iter().map(|&other| change(after[other], losses[other])).collect())
        };
        let changes = tasks.iter().map(&mut changes_after_step_on).collect::<Result<_>>()?;
        let trainer = trial.trainer();
        Ok(Interference {
            step: trainer.steps(),
            learning_rate: trainer.recipe().training.learning_rate,
            tasks: trainer.task_names(&tasks),
            losses: tasks.iter().filter_map(|&task| losses[task]).collect(),
            changes,
        })
    })
}

/// Reports [`Interference`] before the first step and after every `interference_every`-th one, unless no step is left.
#[derive(Debug, Default)]
pub struct InterferenceObserver {
    every: u32,
    /// The number of steps after which it measured last.
    measured: Option<usize>,
}

impl<E: From<Interference>> Observer<E> for InterferenceObserver {
    fn configure(&mut self, diagnostics: &Diagnostics) {
        self.every = diagnostics.interference_every;
    }

    fn extras(&self, _sizes: &Sizes) -> Extras {
        Extras { trial_steps: self.every > 0, ..Extras::default() }
    }

    fn is_due(&self, trainer: &Trainer) -> bool {
        let steps = trainer.steps();
        !trainer.is_over() && is_turn(self.every, steps) && self.measured != Some(steps)
    }

    fn between_steps(&mut self, trainer: &mut Trainer) -> Result<Option<E>> {
        self.measured = Some(trainer.steps());
        Ok(Some(interference(trainer)?.into()))
    }

    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        archive.value(&mut self.measured)
    }
}
