//! The gradients of all ranks, added up.

use std::sync::Arc;

use crate::Result;
use crate::model::Model;
use crate::ops::Parameter;
use crate::parallel::Ranks;
use crate::train::Trainer;
use crate::train::update::TaskGradients;

/// Gradients of fewer numbers are sent together: each message takes time, however short it is.
const SMALL: usize = 1 << 14;

impl Trainer {
    /// Adds up the gradients of all ranks: those of `tasks` that are kept apart and, if it is `filled`, the model's own.
    pub(in crate::train) fn sum_gradients(&mut self, tasks: &[usize], filled: bool) -> Result<()> {
        if self.ranks.size() == 1 {
            return Ok(());
        }
        let Self { ranks, model, task_gradients, .. } = self;
        if filled {
            sum(ranks, model)?;
        }
        tasks.iter().try_for_each(|&task| sum_of_task(ranks, model, task_gradients, task))
    }
}

fn sum_of_task(ranks: &Ranks, model: &Model, gradients: &mut TaskGradients, task: usize) -> Result<()> {
    gradients.with(model, task, || sum(ranks, model))
}

/// Adds up the model's gradients of all ranks. A parameter that has none on any rank has none afterwards.
fn sum(ranks: &Ranks, model: &Model) -> Result<()> {
    let parameters: Vec<&Arc<Parameter>> = model.trainable().into_values().collect();
    let own: Vec<u8> = parameters.iter().map(|parameter| u8::from(parameter.has_gradient())).collect();
    let filled = ranks.gather(&own)?;
    let somewhere = |place: usize| filled.iter().any(|filled| filled[place] != 0);
    let filled =
        parameters.into_iter().enumerate().filter(|(place, _)| somewhere(*place)).map(|(_, parameter)| parameter);
    let (small, large): (Vec<&Arc<Parameter>>, Vec<&Arc<Parameter>>) =
        filled.partition(|parameter| parameter.value().elem_count() < SMALL);

    let mut numbers = Vec::new();
    for parameter in &small {
        parameter.edit_gradient(|own| {
            numbers.extend_from_slice(own);
            Ok(())
        })?;
    }
    ranks.sum(&mut numbers)?;
    let mut rest = &numbers[..];
    for parameter in &small {
        parameter.edit_gradient(|own| {
            let (sum, more) = rest.split_at(own.len());
            own.copy_from_slice(sum);
            rest = more;
            Ok(())
        })?;
    }
    large.into_iter().try_for_each(|parameter| parameter.edit_gradient(|own| ranks.sum(own)))
}
