//! The gradients that each task's loss sends into the model, kept apart.

use candle_core::Tensor;

use crate::Result;
use crate::model::Model;
use crate::ops::{Gradient, products};
use crate::weighting::Gram;

/// Each task's gradients. The places live as long as the run; between steps they hold nothing.
#[derive(Debug)]
pub(super) struct TaskGradients(Vec<Vec<Gradient>>);

impl TaskGradients {
    /// Places for `k` tasks, taken when they are needed.
    pub fn new(k: usize) -> Self {
        Self((0..k).map(|_| Vec::new()).collect())
    }

    /// Back-propagates `loss`, a part of task `task`'s, and adds what it sends to the task's gradients. The model's own
    /// stay as they are.
    pub fn backward(&mut self, model: &Model, task: usize, loss: &Tensor) -> Result<()> {
        exchange(model, &mut self.0[task]);
        let result = model.backward(loss);
        exchange(model, &mut self.0[task]);
        result
    }

    /// The inner products of the gradients of `tasks`, layer by layer of what they share.
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

    /// ‖Δθ‖² and the products Δθ·gᵢ of a change of the shared parameters; `before` tells what a parameter was.
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

    /// Forgets the step's gradients.
    pub fn clear(&mut self) {
        self.0.iter_mut().flatten().for_each(Gradient::clear);
    }

    fn of(&self, tasks: &[usize], place: usize) -> impl Iterator<Item = &Gradient> {
        tasks.iter().map(move |&task| &self.0[task][place])
    }
}

/// Exchanges the model's gradients for those in `places`, one for each trainable parameter in name order.
pub(super) fn exchange(model: &Model, places: &mut Vec<Gradient>) {
    let parameters = model.trainable();
    places.resize_with(parameters.len(), Gradient::default);
    parameters.into_values().zip(places).for_each(|(parameter, place)| parameter.exchange(place));
}
