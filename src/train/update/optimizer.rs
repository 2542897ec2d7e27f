//! The optimizer: one update rule over every trainable parameter, each with its own state.

use std::collections::BTreeMap;
use std::sync::Arc;

use candle_core::Tensor;

use crate::Result;
use crate::checkpoint::Archive;
use crate::compute::Context;
use crate::model::Model;
use crate::ops::{
    AdamStep, EmbeddingTable, Parameter, ParameterKind, Update, copy_into, exchange, squared_norm, update,
};
use crate::recipe::{OptimizerKind, Training};

/// Adam, AdamW or SGD over named parameters.
#[derive(Debug)]
pub struct Optimizer {
    context: Context,
    kind: OptimizerKind,
    weight_decay: f64,
    max_grad_norm: Option<f64>,
    /// The heads' learning rate ÷ the encoder's.
    head_factor: f64,
    slots: BTreeMap<String, Slot>,
    /// The embedding tables of which some rows train, with the decay factor of their other rows before the last step.
    tables: Vec<(Arc<EmbeddingTable>, f64)>,
}

#[derive(Debug)]
struct Slot {
    parameter: Arc<Parameter>,
    m: Tensor,
    v: Tensor,
    /// The parameter before its last update, until the next backward pass reaches it.
    previous: Option<Tensor>,
    /// Updates so far.
    t: i32,
}

/// Snapshot of parameters, moments and step counts, for [`Optimizer::restore`].
#[derive(Debug)]
pub struct Snapshot {
    slots: Vec<SlotSnapshot>,
    tables: Vec<(f64, f64)>,
}

#[derive(Debug)]
struct SlotSnapshot {
    value: Tensor,
    m: Tensor,
    v: Tensor,
    /// Shares its buffer with the parameter's gradient, so steps after the snapshot must use other gradient buffers.
    previous: Option<Tensor>,
    t: i32,
}

impl Optimizer {
    /// An optimizer for everything that trains in `model`, with fresh state.
    ///
    /// # Errors
    ///
    /// If the device has no room for the moments.
    pub fn new(training: &Training, model: &Model) -> Result<Self> {
        let slots = model.trainable().into_iter().map(|(name, parameter)| {
            // SGD has no moments: a single zero is their placeholder.
            let moment = || match training.optimizer {
                OptimizerKind::Sgd => Tensor::zeros(1, candle_core::DType::F32, parameter.value().device()),
                _ => parameter.value().detach().zeros_like(),
            };
            let slot = Slot { parameter: parameter.clone(), m: moment()?, v: moment()?, previous: None, t: 0 };
            Ok((name.to_string(), slot))
        });
        let tables = model.encoder().tables().into_iter().filter(|table| table.parameter().is_some());
        Ok(Self {
            context: model.context().clone(),
            kind: training.optimizer,
            weight_decay: training.weight_decay,
            max_grad_norm: training.max_grad_norm,
            head_factor: training.head_learning_rate.unwrap_or(training.learning_rate) / training.learning_rate,
            slots: slots.collect::<Result<_>>()?,
            tables: tables.map(|table| (table.clone(), 1.0)).collect(),
        })
    }

    /// One step with the gradients of this backward pass (name to gradient). A parameter without one stays as it is,
    /// as in PyTorch. `learning_rate` is the encoder's; the heads' keeps its ratio to it.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn step(&mut self, mut gradients: BTreeMap<&str, Tensor>, learning_rate: f64) -> Result<()> {
        let scale = match self.max_grad_norm {
            Some(limit) => (limit / (global_norm(&gradients)? + 1e-6)).min(1.0),
            None => 1.0,
        };
        for (table, before) in &mut self.tables {
            *before = table.shrinkage();
            let trains = table.parameter().is_some_and(|rows| gradients.contains_key(rows.name()));
            match self.kind {
                // No gradient ever reaches the other rows, so decay is their only update, once the table trains.
                OptimizerKind::AdamW | OptimizerKind::Sgd if trains => {
                    table.set_shrinkage(*before * (1.0 - learning_rate * self.weight_decay));
                }
                _ => {}
            }
        }
        for (name, slot) in &mut self.slots {
            let Some(gradient) = gradients.remove(name.as_str()) else { continue };
            slot.t += 1;
            let learning_rate = if slot.parameter.is_head() { learning_rate * self.head_factor } else { learning_rate };
            let rule = match self.kind {
                OptimizerKind::Adam => {
                    Update::Adam(AdamStep { learning_rate, l2: self.weight_decay, decay: 0.0, t: slot.t })
                }
                OptimizerKind::AdamW => {
                    // AdamW's usual groups: everything decays but biases and LayerNorms.
                    let decay =
                        if slot.parameter.role().kind == ParameterKind::Weight { self.weight_decay } else { 0.0 };
                    Update::Adam(AdamStep { learning_rate, l2: 0.0, decay, t: slot.t })
                }
                OptimizerKind::Sgd => Update::Sgd { learning_rate, l2: self.weight_decay },
            };
            let previous = update(slot.parameter.value(), gradient, scale, [&slot.m, &slot.v], rule, &self.context)?;
            slot.previous = Some(previous);
        }
        Ok(())
    }

    /// The parameter `name` before its last update, until the next backward pass reaches it.
    pub fn previous(&self, name: &str) -> Option<&Tensor> {
        self.slots.get(name)?.previous.as_ref()
    }

    /// A copy of everything that a step changes: the parameters and the optimizer's state.
    ///
    /// # Errors
    ///
    /// If the device has no room for it.
    pub fn snapshot(&self) -> Result<Snapshot> {
        let copy = |xs: &Tensor| xs.detach().copy();
        let slots = self.slots.values().map(|slot| {
            let Slot { parameter, m, v, previous, t } = slot;
            Ok(SlotSnapshot {
                value: copy(parameter.value())?,
                m: copy(m)?,
                v: copy(v)?,
                previous: previous.clone(),
                t: *t,
            })
        });
        Ok(Snapshot {
            slots: slots.collect::<Result<_>>()?,
            tables: self.tables.iter().map(|(table, before)| (table.shrinkage(), *before)).collect(),
        })
    }

    /// Puts parameters and state back to `snapshot`, bit for bit.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<()> {
        for (slot, kept) in self.slots.values_mut().zip(&snapshot.slots) {
            copy_into(slot.parameter.value(), &kept.value)?;
            copy_into(&slot.m, &kept.m)?;
            copy_into(&slot.v, &kept.v)?;
            slot.previous.clone_from(&kept.previous);
            slot.t = kept.t;
        }
        for ((table, before), (shrinkage, kept)) in self.tables.iter_mut().zip(&snapshot.tables) {
            table.set_shrinkage(*shrinkage);
            *before = *kept;
        }
        Ok(())
    }

    /// Lists parameters and state for a checkpoint. A parameter that no update has moved yet is as it was at the start, and is
    /// left out; a head's start may have been computed, so heads are not.
    pub fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        for (name, slot) in &mut self.slots {
            archive.value(&mut slot.t)?;
            if slot.t > 0 || slot.parameter.is_head() {
                archive.tensor(format!("value.{name}"), slot.parameter.value())?;
            }
            if slot.t > 0 && self.kind != OptimizerKind::Sgd {
                archive.tensor(format!("exp_avg.{name}"), &slot.m)?;
                archive.tensor(format!("exp_avg_sq.{name}"), &slot.v)?;
            }
            let mut has_previous = slot.previous.is_some();
            archive.value(&mut has_previous)?;
            if has_previous {
                let previous = match slot.previous.take() {
                    Some(previous) => previous,
                    None => slot.parameter.value().detach().zeros_like()?,
                };
                archive.tensor(format!("previous.{name}"), &previous)?;
                slot.previous = Some(previous);
            }
        }
        for (table, before) in &mut self.tables {
            let mut shrinkage = table.shrinkage();
            archive.value(&mut shrinkage)?;
            archive.value(before)?;
            table.set_shrinkage(shrinkage);
        }
        Ok(())
    }

    /// Swaps every parameter with what it was before its last update. A second call swaps them back, bit for bit.
    pub fn swap_with_previous(&mut self) -> Result<()> {
        for slot in self.slots.values() {
            if let Some(previous) = &slot.previous {
                exchange(slot.parameter.value(), previous)?;
            }
        }
        for (table, before) in &mut self.tables {
            let shrinkage = table.shrinkage();
            table.set_shrinkage(*before);
            *before = shrinkage;
        }
        Ok(())
    }

    /// Undoes every parameter's last update. A head without a label in the last batches goes back to before its own last
    /// update, whose losses were finite. The moments stay as they are: after this a run is over.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn roll_back(&mut self) -> Result<()> {
        for slot in self.slots.values_mut() {
            if let Some(previous) = slot.previous.take() {
                copy_into(slot.parameter.value(), &previous)?;
            }
        }
        for (table, before) in &self.tables {
            table.set_shrinkage(*before);
        }
        Ok(())
    }
}

/// ‖g‖₂ over all gradients together, as `torch.nn.utils.clip_grad_norm_` computes it.
fn global_norm(gradients: &BTreeMap<&str, Tensor>) -> Result<f64> {
    let mut squares = 0.0;
    for gradient in gradients.values() {
        squares += squared_norm(gradient)?;
    }
    Ok(squares.sqrt())
}
