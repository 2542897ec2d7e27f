//! Backward passes whose gradients are then those of all ranks, added up.
//!
//! ```text
//! this thread     backward: heads │ block L │ block L−1 │ … │ embeddings
//! another one                        sums:  │ block L │ block L−1 │ … │ the rest
//! ```
//!
//! A block's gradients are complete when the pass has left it, and are sent while the blocks below are computed. Every rank adds
//! up the same parameters in the same order.

use candle_core::Tensor;

use crate::Result;
use crate::train::Trainer;

impl Trainer {
    /// Back-propagates `loss`, if this rank has one, and adds to the model's gradients. If it is the step's `last` pass, they
    /// are those of all ranks afterwards.
    pub(in crate::train) fn backward(&self, loss: Option<&Tensor>, last: bool) -> Result<()> {
        if self.ranks.size() == 1 || !last {
            return loss.map_or(Ok(()), |loss| self.model.backward(loss));
        }
        #[cfg(not(target_arch = "wasm32"))]
        native::backward_and_sum(&self.ranks, &self.model, loss)?;
        Ok(())
    }

    /// As [`Trainer::backward`], for a part of task `task`'s loss and the gradients that are kept apart for it.
    pub(in crate::train) fn backward_of_task(&mut self, task: usize, loss: Option<&Tensor>, last: bool) -> Result<()> {
        if self.ranks.size() == 1 && loss.is_none() {
            return Ok(());
        }
        self.task_gradients.swap(&self.model, task);
        let result = self.backward(loss, last);
        self.task_gradients.swap(&self.model, task);
        result
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::sync::Arc;

    use candle_core::Tensor;

    use crate::Result;
    use crate::model::Model;
    use crate::ops::{ModelPart, Parameter, Passes};
    use crate::parallel::Ranks;

    /// Gradients of fewer numbers are sent together: each message takes time, however short it is.
    const SMALL: usize = 1 << 14;

    pub fn backward_and_sum(ranks: &Ranks, model: &Model, loss: Option<&Tensor>) -> Result<()> {
        let blocks = model.encoder().passes();
        let before: Vec<u64> = blocks.iter().map(|passes| passes.so_far()).collect();
        let whole = Passes::default();
        let wait = |part| match part {
            Part::Block(block) => blocks[block].wait_beyond(before[block]),
            Part::Rest => whole.wait_beyond(0),
        };
        std::thread::scope(|scope| {
            let sums = scope.spawn(|| sum(ranks, model, wait));
            let computed = {
                let _end = End { blocks: &blocks, whole: &whole };
                loss.map_or(Ok(()), |loss| model.backward(loss))
            };
            let summed = sums.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            computed.and(summed)
        })
    }

    /// Counts the pass as over when it is dropped, after a panic too. A pass need not reach all blocks, and a rank may have none:
    /// what there is then is complete.
    struct End<'a> {
        blocks: &'a [&'a Passes],
        whole: &'a Passes,
    }

    impl Drop for End<'_> {
        fn drop(&mut self) {
            self.blocks.iter().for_each(|passes| passes.add());
            self.whole.add();
        }
    }

    /// Parameters whose gradients are complete at the same time.
    enum Part {
        Block(usize),
        /// Those below the blocks and above them.
        Rest,
    }

    /// Adds up the model's gradients of all ranks, those of the upper blocks first; `wait` returns when a part's are complete.
    fn sum(ranks: &Ranks, model: &Model, wait: impl Fn(Part)) -> Result<()> {
        let mut blocks = vec![Vec::new(); model.encoder().depth()];
        let mut rest = Vec::new();
        for parameter in model.trainable().into_values() {
            match parameter.role().part {
                ModelPart::Layer(block) => blocks[block].push(parameter),
                _ => rest.push(parameter),
            }
        }
        for (block, parameters) in blocks.iter().enumerate().rev() {
            wait(Part::Block(block));
            sum_part(ranks, parameters)?;
        }
        wait(Part::Rest);
        sum_part(ranks, &rest)
    }

    /// Adds up the gradients of some parameters. One that has none on any rank has none afterwards.
    fn sum_part(ranks: &Ranks, parameters: &[&Arc<Parameter>]) -> Result<()> {
        if parameters.is_empty() {
            return Ok(());
        }
        let own: Vec<u8> = parameters.iter().map(|parameter| u8::from(parameter.has_gradient())).collect();
        let filled = ranks.gather(&own)?;
        let somewhere = |place: usize| filled.iter().any(|filled| filled[place] != 0);
        let filled =
            parameters.iter().enumerate().filter(|(place, _)| somewhere(*place)).map(|(_, parameter)| *parameter);
        if parameters.iter().any(|parameter| !parameter.is_on_cpu()) {
            return sum_on_device(ranks, &filled.collect::<Vec<_>>());
        }
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

    /// As [`sum_part`], all in one tensor, which need not leave the device.
    fn sum_on_device(ranks: &Ranks, parameters: &[&Arc<Parameter>]) -> Result<()> {
        if parameters.is_empty() {
            return Ok(());
        }
        let own = parameters.iter().map(|parameter| Ok(parameter.gradient_or_zeros()?.flatten_all()?));
        let sum = ranks.sum_tensor(&Tensor::cat(&own.collect::<Result<Vec<_>>>()?, 0)?)?;
        let mut start = 0;
        for parameter in parameters {
            let shape = parameter.value().shape();
            parameter.set_gradient(sum.narrow(0, start, shape.elem_count())?.reshape(shape)?);
            start += shape.elem_count();
        }
        Ok(())
    }

    #[cfg(test)]
    mod tests {
        use candle_core::Device;

        use super::*;
        use crate::ops::{ParameterKind, Role};
        use crate::parallel::ThreadRank;

        /// The gradients of two parameters on one rank after a sum. Before it, only rank 1 has one for the second parameter.
        fn summed(ranks: Ranks, sum: impl Fn(&Ranks, &[&Arc<Parameter>]) -> Result<()>) -> Result<Vec<Vec<f32>>> {
            let role = Role { part: ModelPart::Layer(0), kind: ParameterKind::Weight };
            let parameter = |name: &str, shape: &[usize]| {
                let values = vec![0.0; shape.iter().product()];
                Parameter::trainable(name, role, values, shape, &Device::Cpu).map(Arc::new)
            };
            let (a, b) = (parameter("a", &[2, 3])?, parameter("b", &[4])?);
            let rank = ranks.rank() as f32;
            a.set_gradient(Tensor::new(&[[0.1 + rank, 0.2, 0.3], [1e8, rank, -1e8 * rank]], &Device::Cpu)?);
            if ranks.rank() == 1 {
                b.set_gradient(Tensor::new(&[1.5_f32, 2.5, 3.5, 4.5], &Device::Cpu)?);
            }
            sum(&ranks, &[&a, &b])?;
            [a, b].iter().map(|p| Ok(p.gradient_or_zeros()?.flatten_all()?.to_vec1()?)).collect()
        }

        #[test]
        fn a_device_sums_as_the_cpu_does() {
            let on_all = |sum: fn(&Ranks, &[&Arc<Parameter>]) -> Result<()>| {
                std::thread::scope(|scope| {
                    let work = |rank| scope.spawn(move || summed(Ranks::new(rank), sum).expect("a sum"));
                    let threads: Vec<_> = ThreadRank::group(3).into_iter().map(work).collect();
                    threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Vec<_>>()
                })
            };
            let (by_cpu, by_device) = (on_all(sum_part), on_all(sum_on_device));
            assert_eq!(by_cpu, by_device);
            assert!(by_cpu.iter().all(|sums| *sums == by_cpu[0]));
            assert_eq!(by_cpu[0][1], [1.5, 2.5, 3.5, 4.5]);
            assert_eq!(by_cpu[0][0][4], 0.0 + 1.0 + 2.0);
        }
    }
}
