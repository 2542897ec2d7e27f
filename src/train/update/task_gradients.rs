//! Gradient buffers beside the model's own: each task's gradients, kept apart.

use candle_core::Tensor;

use crate::Result;
use crate::model::Model;
use crate::ops::{Gradient, products};
use crate::weighting::Gram;

/// One set of gradient buffers per task, and a spare set. Buffers are allocated at first use and live as long as the run;
/// the tasks' are empty between steps.
#[derive(Debug)]
pub(crate) struct TaskGradients {
    /// For each task, one buffer per trainable parameter in name order. (K)
    tasks: Vec<Vec<Gradient>>,
    /// The buffers that the model's own are swapped with, so that a step of several batches does not overwrite the
    /// parameters that a divergence goes back to: the optimizer keeps them in the last step's gradient buffers.
    spare: Vec<Gradient>,
}

impl TaskGradients {
    /// Buffers for `k` tasks, none of them allocated yet.
    pub fn new(k: usize) -> Self {
        Self { tasks: (0..k).map(|_| Vec::new()).collect(), spare: Vec::new() }
    }

    /// Swaps the model's gradient buffers with those of task `task`: a backward pass in between adds to the task's, and the
    /// model's own stay as they are.
    pub fn swap(&mut self, model: &Model, task: usize) {
        swap_gradients(model, &mut self.tasks[task]);
    }

    /// Swaps the model's gradient buffers with the spare ones.
    pub fn swap_spare(&mut self, model: &Model) {
        swap_gradients(model, &mut self.spare);
    }

    /// The inner products gᵢ·gⱼ of the gradients of `tasks`, one matrix (K,K) per shared layer from below.
    pub fn grams(&self, model: &Model, tasks: &[usize]) -> Result<Vec<(String, Gram)>> {
        let k = tasks.len();
        let pairs: Vec<(usize, usize)> = (0..k).flat_map(|i| (i..k).map(move |j| (i, j))).collect();
        let places: Vec<&str> = model.trainable().into_keys().collect();
        let gram = |parameters: Vec<&str>| -> Result<Gram> {
            let mut sums = vec![0.0; pairs.len()];
            for name in parameters {
                let place = places.binary_search(&name).expect("what is shared trains");
                let gradients: Vec<Option<&Tensor>> = self.of(tasks, place).map(Gradient::numbers).collect();
                let products = products(&gradients, &pairs)?;
                sums.iter_mut().zip(products).for_each(|(sum, product)| *sum += product);
            }
            let mut sums = sums.into_iter();
            Ok(Gram::new(k, |_, _| sums.next().expect("one for each pair")))
        };
        let layers = model.shared().into_iter();
        layers.map(|(layer, parameters)| Ok((layer, gram(parameters.iter().map(|p| p.name()).collect())?))).collect()
    }

    /// ‖Δθ‖² and the products Δθ·gᵢ of a change Δθ of the shared parameters; `before` returns a parameter's old value by
    /// its name.
    pub fn project<'a>(
        &self,
        model: &Model,
        tasks: &[usize],
        before: impl Fn(&str) -> Option<&'a Tensor>,
    ) -> Result<(f64, Vec<f64>)> {
        let pairs: Vec<(usize, usize)> = (0..=tasks.len()).map(|i| (0, i)).collect();
        let mut sums = vec![0.0; pairs.len()];
        for (place, (name, parameter)) in model.trainable().into_iter().enumerate() {
            let Some(before) = before(name).filter(|_| !parameter.is_head()) else { continue };
            let change = (parameter.value().detach() - before)?;
            let vectors: Vec<Option<&Tensor>> =
                std::iter::once(Some(&change)).chain(self.of(tasks, place).map(Gradient::numbers)).collect();
            sums.iter_mut().zip(products(&vectors, &pairs)?).for_each(|(sum, product)| *sum += product);
        }
        let products = sums.split_off(1);
        Ok((sums[0], products))
    }

    /// Makes Σ wᵢgᵢ over `tasks` the model's gradient. A head's is its own task's, times the task's factor in `heads`.
    pub fn combine(&self, model: &Model, tasks: &[usize], weights: &[f64], heads: &[f64]) -> Result<()> {
        for (place, parameter) in model.trainable().into_values().enumerate() {
            let weights = if parameter.is_head() { heads } else { weights };
            let gradients: Vec<&Gradient> = self.of(tasks, place).collect();
            parameter.combine(weights, &gradients, model.context())?;
        }
        Ok(())
    }

    /// Empties the tasks' buffers at the end of a step.
    pub fn clear(&mut self) {
        self.tasks.iter_mut().flatten().for_each(Gradient::clear);
    }

    fn of(&self, tasks: &[usize], place: usize) -> impl Iterator<Item = &Gradient> {
        tasks.iter().map(move |&task| &self.tasks[task][place])
    }
}

/// Swaps the model's gradient buffers with `buffers`, one per trainable parameter in name order; adds those that are missing.
pub(crate) fn swap_gradients(model: &Model, buffers: &mut Vec<Gradient>) {
    let parameters = model.trainable();
    buffers.resize_with(parameters.len(), Gradient::default);
    parameters.into_values().zip(buffers).for_each(|(parameter, buffer)| parameter.exchange(buffer));
}
