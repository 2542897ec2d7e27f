//! A model's weights as a `model.safetensors` in Hugging Face's names, written from the model's own memory.

use std::collections::HashMap;
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;

use candle_core::{Device, Tensor};
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use serde_json::{Map, Value, json};

use super::Model;
use super::config::Polytask;
use crate::error::Message;
use crate::ops::{EmbeddingTable, write_le};
use crate::recipe::Task;
use crate::{Error, Result};

/// The two files that training changes, in memory; `tokenizer.json` stays as it was.
#[derive(Debug, Clone)]
pub struct ModelFiles {
    /// `config.json`: the encoder's own, plus the `"polytask"` object.
    pub config: Vec<u8>,
    /// `model.safetensors`: `bert.*` and `heads.<task>.*`.
    pub weights: Vec<u8>,
}

/// A `model.safetensors` of a model as it is now. It shares the model's numbers: write it before the model changes.
#[derive(Debug)]
pub struct WeightsFile {
    /// The length of the header, and the header.
    front: Vec<u8>,
    parts: Vec<Part>,
}

/// Where a tensor's numbers come from.
#[derive(Debug, Clone)]
enum Part {
    Tensor(Tensor),
    /// A table of which some rows may have trained.
    Table(Arc<EmbeddingTable>),
}

impl Part {
    fn dims(&self) -> &[usize] {
        match self {
            Self::Tensor(tensor) => tensor.dims(),
            Self::Table(table) => table.dims(),
        }
    }

    fn bytes(&self) -> u64 {
        4 * self.dims().iter().product::<usize>() as u64
    }
}

impl WeightsFile {
    fn new(mut parts: Vec<(String, Part)>) -> Result<Self> {
        parts.sort_by(|a, b| a.0.cmp(&b.0));
        let mut end = 0;
        let entries = parts.iter().map(|(name, part)| {
            let (shape, start) = (part.dims().to_vec(), end);
            end += 4 * shape.iter().product::<usize>();
            (name.clone(), TensorInfo { dtype: Dtype::F32, shape, data_offsets: (start, end) })
        });
        let entries = entries.collect();
        // Hugging Face's loaders refuse a file that does not say which framework's layout it has.
        let metadata = HashMap::from([("format".into(), "pt".into())]);
        let unexpected = |e: &dyn std::fmt::Display| Error::encoder(Message::unexpected(e));
        let header = Metadata::new(Some(metadata), entries).map_err(|e| unexpected(&e))?;
        let mut header = serde_json::to_string(&header).map_err(|e| unexpected(&e))?;
        // The numbers begin at a multiple of eight bytes, so that readers can map the file.
        header.extend(std::iter::repeat_n(' ', header.len().next_multiple_of(8) - header.len()));
        let front = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
        Ok(Self { front, parts: parts.into_iter().map(|(_, part)| part).collect() })
    }

    /// The file's size in bytes.
    pub fn len(&self) -> u64 {
        self.front.len() as u64 + self.parts.iter().map(Part::bytes).sum::<u64>()
    }

    /// Never: a file has a header.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Writes the file, piece by piece.
    ///
    /// # Errors
    ///
    /// Those of `out`, or if a tensor cannot be read from its device.
    pub fn write_to(&self, out: &mut dyn Write) -> std::io::Result<()> {
        self.write_range(0..self.len(), out)
    }

    /// Writes some of the file's bytes. Where they begin or end inside a number, the whole number is written.
    ///
    /// # Errors
    ///
    /// As [`WeightsFile::write_to`].
    pub fn write_range(&self, bytes: Range<u64>, out: &mut dyn Write) -> std::io::Result<()> {
        let within = |start: u64, len: u64| {
            let (from, to) = (bytes.start.max(start), bytes.end.min(start + len));
            (from < to).then(|| (from - start) as usize..(to - start) as usize)
        };
        let front = self.front.len() as u64;
        if let Some(range) = within(0, front) {
            out.write_all(&self.front[range])?;
        }
        let mut start = front;
        for part in &self.parts {
            let len = part.bytes();
            if let Some(range) = within(start, len) {
                let places = range.start / 4..range.end.div_ceil(4);
                match part {
                    Part::Tensor(tensor) => {
                        write_le(&tensor.to_device(&Device::Cpu).map_err(std::io::Error::other)?, places, out)?;
                    }
                    Part::Table(table) => table.write_le(places, out)?,
                }
            }
            start += len;
        }
        Ok(())
    }

    /// The file as bytes.
    ///
    /// # Errors
    ///
    /// If a tensor cannot be read from its device.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.len() as usize);
        self.write_to(&mut bytes).map_err(|e| Error::encoder(Message::unexpected(&e)))?;
        Ok(bytes)
    }
}

impl Model {
    /// The model's current files in memory, for `tasks` in head order, trained on sentences of at most `max_length` tokens.
    ///
    /// # Errors
    ///
    /// If a tensor cannot be read from its device.
    pub fn to_files(&self, tasks: &[Task], max_length: u32) -> Result<ModelFiles> {
        let config = self.config_with(&self.polytask(tasks, Some(max_length)))?;
        Ok(ModelFiles { config, weights: self.weights_file()?.to_bytes()? })
    }

    /// What a saved model's `config.json` says beside BERT's own fields.
    pub fn polytask(&self, tasks: &[Task], max_length: Option<u32>) -> Polytask {
        Polytask {
            pooling: self.pooling,
            tasks: tasks.to_vec(),
            max_length,
            temperature: self.temperatures.clone(),
            encoder: None,
        }
    }

    /// `config.json`: the encoder's own fields and `polytask`.
    ///
    /// # Errors
    ///
    /// Never: they are plain data.
    pub fn config_with(&self, polytask: &Polytask) -> Result<Vec<u8>> {
        let mut config: Map<String, Value> = self.config.raw.clone();
        // What transformers needs to open it as an encoder, with the numbers as they are.
        config.insert("model_type".into(), json!("bert"));
        config.insert("architectures".into(), json!(["BertModel"]));
        config.remove("torch_dtype");
        config.insert("dtype".into(), json!("float32"));
        config.insert("polytask".into(), json!(polytask));
        serde_json::to_vec_pretty(&config).map_err(|e| Error::encoder(Message::unexpected(&e)))
    }

    /// `model.safetensors` with everything: `bert.*` and `heads.<task>.*`.
    ///
    /// # Errors
    ///
    /// Never, in a model that was loaded.
    pub fn weights_file(&self) -> Result<WeightsFile> {
        let tables = ["word", "position"].into_iter().zip(self.encoder.tables());
        let tables = tables
            .map(|(name, table)| (format!("bert.embeddings.{name}_embeddings.weight"), Part::Table(table.clone())));
        let others = self.encoder.others().map(|p| (format!("bert.{}", p.name()), Part::Tensor(p.value().detach())));
        WeightsFile::new(tables.chain(others).chain(self.head_parts()).collect())
    }

    /// `model.safetensors` with `heads.<task>.*` alone.
    ///
    /// # Errors
    ///
    /// Never, in a model that was loaded.
    pub fn heads_file(&self) -> Result<WeightsFile> {
        WeightsFile::new(self.head_parts().collect())
    }

    /// The pooler as sentence-transformers' `Dense` names it; `None` for a model that pools without it.
    ///
    /// # Errors
    ///
    /// Never, in a model that was loaded.
    pub fn pooler_file(&self) -> Result<Option<WeightsFile>> {
        if self.pooling != crate::recipe::Pooling::Pooler {
            return Ok(None);
        }
        let pooler = self.encoder.pooler()?;
        let part = |name: &str, parameter: &crate::ops::Parameter| {
            (format!("linear.{name}"), Part::Tensor(parameter.value().detach()))
        };
        WeightsFile::new(vec![part("weight", &pooler.weight), part("bias", &pooler.bias)]).map(Some)
    }

    fn head_parts(&self) -> impl Iterator<Item = (String, Part)> {
        self.heads.parameters().map(|p| (p.name().to_string(), Part::Tensor(p.value().detach())))
    }
}
