//! A copy of everything that trains in a model, and the model itself: what is copied can be put back.

mod best_epoch;
mod weight_average;

use std::sync::Arc;

use candle_core::Tensor;

pub(super) use best_epoch::BestEpoch;
pub use weight_average::WeightAverage;
pub(super) use weight_average::warning as averaging_warning;

use crate::Result;
use crate::checkpoint::Archive;
use crate::model::Model;
use crate::ops::{EmbeddingTable, Parameter, copy_into, exchange, lerp};

/// A copy of everything that trains in a model.
#[derive(Debug)]
pub(super) struct ParameterCopy {
    parameters: Vec<(Arc<Parameter>, Tensor)>,
    /// The embedding tables, and the factor on their rows that do not train.
    tables: Vec<(Arc<EmbeddingTable>, f64)>,
}

impl ParameterCopy {
    pub fn new(model: &Model) -> Result<Self> {
        let parameters = model.trainable().into_values();
        let copied = parameters.map(|parameter| Ok((parameter.clone(), parameter.value().detach().copy()?)));
        let tables = model.encoder().tables().into_iter();
        Ok(Self {
            parameters: copied.collect::<Result<_>>()?,
            tables: tables.map(|table| (table.clone(), table.shrinkage())).collect(),
        })
    }

    /// Copies the parameters again, into the same memory.
    pub fn renew(&mut self) -> Result<()> {
        for (parameter, copy) in &self.parameters {
            copy_into(copy, parameter.value())?;
        }
        for (table, shrinkage) in &mut self.tables {
            *shrinkage = table.shrinkage();
        }
        Ok(())
    }

    /// Lists the copy for a checkpoint, under names that begin with `what`; it is made of `model` where there is none.
    pub fn visit(copy: &mut Option<Self>, what: &str, model: &Model, archive: &mut Archive) -> Result<()> {
        let mut is_there = copy.is_some();
        archive.value(&mut is_there)?;
        if !is_there {
            *copy = None;
            return Ok(());
        }
        let copy = match copy {
            Some(copy) => copy,
            None => copy.insert(Self::new(model)?),
        };
        for (parameter, numbers) in &copy.parameters {
            archive.tensor(format!("{what}.{}", parameter.name()), numbers)?;
        }
        for (_, shrinkage) in &mut copy.tables {
            archive.value(shrinkage)?;
        }
        Ok(())
    }

    /// Copies the copy into the model.
    pub fn restore(&self) -> Result<()> {
        for (parameter, copy) in &self.parameters {
            copy_into(parameter.value(), copy)?;
        }
        for (table, shrinkage) in &self.tables {
            table.set_shrinkage(*shrinkage);
        }
        Ok(())
    }

    /// Exchanges the model's parameters and the copy.
    pub fn exchange(&mut self) -> Result<()> {
        for (parameter, copy) in &self.parameters {
            exchange(parameter.value(), copy)?;
        }
        for (table, shrinkage) in &mut self.tables {
            let copied = std::mem::replace(shrinkage, table.shrinkage());
            table.set_shrinkage(copied);
        }
        Ok(())
    }

    /// Moves the copy towards the model's parameters by the share `weight` of the way.
    pub fn approach(&mut self, weight: f64) -> Result<()> {
        for (parameter, copy) in &self.parameters {
            lerp(copy, parameter.value(), weight)?;
        }
        // A row that does not train is the shrinkage times the row as it was, so its average needs that of the shrinkage alone.
        for (table, shrinkage) in &mut self.tables {
            *shrinkage += weight * (table.shrinkage() - *shrinkage);
        }
        Ok(())
    }
}
