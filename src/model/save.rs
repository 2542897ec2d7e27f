//! A model directory's files as bytes, in Hugging Face's layout, so that other tools can open it.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use safetensors::tensor::{Dtype, TensorView};
use serde_json::json;

use super::Model;
use super::config::Polytask;
use crate::error::Message;
use crate::recipe::Task;
use crate::{Error, Result};

/// The two files that training changes; `tokenizer.json` stays as it was.
#[derive(Debug, Clone)]
pub struct ModelFiles {
    /// `config.json`: the encoder's own, plus the `"polytask"` object.
    pub config: Vec<u8>,
    /// `model.safetensors`: `bert.*` and `heads.<task>.*`.
    pub weights: Vec<u8>,
}

impl Model {
    /// The model's current files, for `tasks` in head order, trained on sentences of at most `max_length` tokens.
    ///
    /// # Errors
    ///
    /// If a tensor cannot be read from its device.
    pub fn to_files(&self, tasks: &[Task], max_length: u32) -> Result<ModelFiles> {
        let mut config = self.config.raw.clone();
        let polytask = Polytask {
            pooling: self.pooling,
            tasks: tasks.to_vec(),
            max_length: Some(max_length),
            temperature: self.temperatures.clone(),
        };
        config.insert("polytask".into(), json!(polytask));
        let config = serde_json::to_vec_pretty(&config).map_err(|e| Error::encoder(Message::unexpected(&e)))?;

        let mut tensors = BTreeMap::new();
        for (name, tensor) in self.encoder.tensors()? {
            tensors.insert(format!("bert.{name}"), le_bytes(&tensor)?);
        }
        for parameter in self.heads.parameters() {
            tensors.insert(parameter.name().to_string(), le_bytes(&parameter.value().detach())?);
        }
        let views = tensors
            .iter()
            .map(|(name, (shape, bytes))| {
                let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
                view.map(|view| (name, view)).map_err(|e| Error::encoder(Message::unexpected(&e)))
            })
            .collect::<Result<Vec<_>>>()?;
        // Hugging Face's loaders refuse a file that does not say which framework's layout it has.
        let metadata = std::collections::HashMap::from([("format".into(), "pt".into())]);
        let weights =
            safetensors::serialize(views, Some(metadata)).map_err(|e| Error::encoder(Message::unexpected(&e)))?;
        Ok(ModelFiles { config, weights })
    }
}

fn le_bytes(tensor: &Tensor) -> Result<(Vec<usize>, Vec<u8>)> {
    let values: Vec<f32> = tensor.to_device(&Device::Cpu)?.flatten_all()?.to_vec1()?;
    let bytes = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    Ok((tensor.dims().to_vec(), bytes))
}
