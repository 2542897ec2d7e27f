//! One shared BERT encoder and one linear head per task.

mod config;
mod encoder;
mod header;
mod heads;
mod part_size;
mod pass;
mod receiver;
mod save;
mod wanted;
mod weights;

use std::collections::BTreeMap;
use std::sync::Arc;

use candle_core::Tensor;
use indexmap::IndexMap;

pub use config::{ModelConfig, Polytask, parse_config};
pub use encoder::Encoder;
pub use heads::Heads;
pub use part_size::PartSize;
pub use pass::{Dropout, Pass};
pub use receiver::Receiver;
pub use save::ModelFiles;
pub use wanted::{Described, Wanted, block_tensors, embedding_tensors, head_tensors, pooler_tensors};
pub use weights::Weights;

use crate::Result;
use crate::compute::Context;
use crate::ops::{ModelPart, Parameter, first_tokens, mean_pool};
use crate::random::Stream;
use crate::recipe::{Freeze, Pooling, Task};
use crate::text::Batch;

/// How an encoder is loaded for a run.
#[derive(Debug, Clone)]
pub struct Loading<'a> {
    /// Which parameters stay as they are.
    pub freeze: Freeze,
    /// How tokens become a sentence vector.
    pub pooling: Pooling,
    /// Word-embedding rows that can occur in training, ascending; `None`: all of them.
    pub word_rows: Option<&'a [u32]>,
    /// Position rows in reach: the longest training sentence; `None`: all.
    pub positions: Option<usize>,
    /// Keep the heads that the weights hold; else every head is drawn anew.
    pub keep_heads: bool,
    /// Where and how the model computes.
    pub context: &'a Context,
}

/// The encoder, the pooling and the heads.
#[derive(Debug)]
pub struct Model {
    context: Context,
    config: ModelConfig,
    encoder: Encoder,
    pooling: Pooling,
    /// What never trains: its parameters are no variables.
    freeze: Freeze,
    /// What does not train now.
    frozen: Freeze,
    heads: Heads,
}

impl Model {
    /// Moves encoder weights in under `config`; heads that are not kept are drawn from `init`.
    pub fn load(
        config: &ModelConfig,
        mut weights: Weights,
        tasks: &[Task],
        loading: &Loading,
        init: &mut Stream,
    ) -> Result<Self> {
        let encoder = Encoder::load(&config.bert, &mut weights, loading)?;
        let saved = loading.keep_heads.then_some(&mut weights);
        let heads = Heads::load(tasks, config.bert.hidden_size, saved, init, loading.context.device())?;
        let (pooling, freeze) = (loading.pooling, loading.freeze);
        Ok(Self {
            context: loading.context.clone(),
            config: config.clone(),
            encoder,
            pooling,
            freeze,
            frozen: freeze,
            heads,
        })
    }

    /// Keeps what `frozen` names out of training from here on, besides what the model was loaded to freeze for good: it
    /// is run without keeping activations, and [`Model::gradients`] leaves it out. Returns whether that moved the end of
    /// the frozen part, so that outputs of [`Model::prefix`] kept from before are of no use any more.
    pub fn set_frozen(&mut self, frozen: Freeze) -> Result<bool> {
        frozen.blocks(self.encoder.depth())?;
        let frozen = frozen.max(self.freeze);
        let moved = frozen != self.frozen;
        self.frozen = frozen;
        Ok(moved)
    }

    /// Where and how it computes.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The config it was loaded under.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Sentence vectors (B,H), not normalised.
    pub fn embed(&self, batch: &Batch, mut pass: Pass) -> Result<Tensor> {
        self.context.on_threads(|| {
            let xs = self.encoder.embed(batch, &mut pass, &self.context)?;
            self.pool(&self.encoder.blocks(0..self.encoder.depth(), xs, batch, &mut pass, &self.context)?, batch)
        })
    }

    /// Each task's logits. (K)(B,C_k)
    pub fn forward(&self, batch: &Batch, pass: Pass) -> Result<Vec<Tensor>> {
        if self.has_prefix() {
            return self.forward_from(self.prefix(batch)?, batch, pass);
        }
        self.heads.forward(&self.embed(batch, pass)?, &self.context)
    }

    /// What the frozen part makes of a batch, without dropout: (N,H), or (B,H) where [`Model::prefix_pools`]. Only for
    /// a model of which something is frozen. No gradient goes through it.
    pub fn prefix(&self, batch: &Batch) -> Result<Tensor> {
        self.context.on_threads(|| {
            let xs = self.encoder.embed(batch, &mut Pass::Evaluation, &self.context)?;
            let xs = self.encoder.blocks(0..self.frozen_blocks(), xs, batch, &mut Pass::Evaluation, &self.context)?;
            let xs = if self.prefix_pools() { self.pool(&xs, batch)? } else { xs };
            Ok(xs.detach())
        })
    }

    /// Each task's logits from [`Model::prefix`]'s output; dropout acts only above it.
    pub fn forward_from(&self, xs: Tensor, batch: &Batch, pass: Pass) -> Result<Vec<Tensor>> {
        self.heads.forward(&self.embed_from(xs, batch, pass)?, &self.context)
    }

    /// Sentence vectors (B,H) from [`Model::prefix`]'s output; dropout acts only above it.
    pub fn embed_from(&self, xs: Tensor, batch: &Batch, mut pass: Pass) -> Result<Tensor> {
        if self.prefix_pools() {
            return Ok(xs);
        }
        self.context.on_threads(|| {
            let blocks = self.frozen_blocks()..self.encoder.depth();
            self.pool(&self.encoder.blocks(blocks, xs, batch, &mut pass, &self.context)?, batch)
        })
    }

    /// Whether the frozen part reaches up to the sentence vectors.
    pub fn prefix_pools(&self) -> bool {
        self.frozen == Freeze::Encoder
    }

    /// Whether there is a frozen part whose output stays the same.
    pub fn has_prefix(&self) -> bool {
        self.frozen != Freeze::None
    }

    fn frozen_blocks(&self) -> usize {
        match self.frozen {
            Freeze::None | Freeze::Embeddings => 0,
            Freeze::Layers(n) => n,
            Freeze::Encoder => self.encoder.depth(),
        }
    }

    fn pool(&self, xs: &Tensor, batch: &Batch) -> Result<Tensor> {
        Ok(match self.pooling {
            Pooling::Mean => mean_pool(xs, &batch.sentences, &self.context)?,
            Pooling::Cls => first_tokens(xs, &batch.sentences)?,
            Pooling::Pooler => {
                let firsts = first_tokens(xs, &batch.sentences)?;
                self.encoder.pooler()?.forward(&firsts, &self.context)?.tanh()?
            }
        })
    }

    /// Everything that trains, now or later in the run, by name in name order; heads under `heads.<task>.…`.
    pub fn trainable(&self) -> BTreeMap<&str, &Arc<Parameter>> {
        let all = self.encoder.parameters().into_iter().chain(self.heads.parameters());
        all.filter(|p| p.is_trainable()).map(|p| (p.name(), p)).collect()
    }

    /// Back-propagates `loss`: adds the gradient of every trainable parameter that it reaches to what is there.
    pub fn backward(&self, loss: &Tensor) -> Result<()> {
        self.context.on_threads(|| {
            let mut store = loss.backward()?;
            self.trainable().values().try_for_each(|parameter| parameter.collect(&mut store))
        })
    }

    /// Takes what [`Model::backward`] added up, in name order, and begins anew. The tensors may share buffers that the
    /// next backward pass overwrites. A parameter that no loss reached is left out.
    pub fn take_gradients(&self) -> BTreeMap<&str, Tensor> {
        let gradient = |(name, parameter): (_, &Arc<Parameter>)| Some((name, parameter.take_gradient()?));
        self.trainable().into_iter().filter_map(gradient).collect()
    }

    /// Back-propagates `loss` alone and takes its gradients.
    pub fn gradients(&self, loss: &Tensor) -> Result<BTreeMap<&str, Tensor>> {
        self.backward(loss)?;
        Ok(self.take_gradients())
    }

    /// The parameters that all tasks share and that train now, layer by layer from below: `embeddings`, `layer.0`, …,
    /// `pooler`.
    pub fn shared(&self) -> Vec<(String, Vec<&Arc<Parameter>>)> {
        let mut layers: Vec<(String, Vec<&Arc<Parameter>>)> = Vec::new();
        for parameter in self.encoder.parameters().into_iter().filter(|p| p.is_trainable()) {
            let part = parameter.role().part;
            let trains = match part {
                ModelPart::Embeddings => !self.has_prefix(),
                ModelPart::Layer(i) => i >= self.frozen_blocks(),
                ModelPart::Pooler => !self.prefix_pools(),
                ModelPart::Head => false,
            };
            let layer = part.to_string();
            match layers.iter_mut().find(|(name, _)| *name == layer) {
                Some((_, parameters)) => parameters.push(parameter),
                None if trains => layers.push((layer, vec![parameter])),
                None => {}
            }
        }
        layers
    }

    /// The sizes of its parts from below: `embeddings`, `layer.0`, …, `pooler` where the encoder has one, `heads.<task>`. A
    /// table of which only the rows in use train counts as trainable whole, since training it whole would give the same
    /// numbers.
    pub fn parts(&self) -> IndexMap<String, PartSize> {
        let mut parts = self.encoder.parts();
        for parameter in self.heads.parameters() {
            let (head, _) = parameter.name().rsplit_once('.').unwrap_or_default();
            let size = parts.entry(head.into()).or_default();
            size.parameters += parameter.value().elem_count();
            size.trainable += parameter.value().elem_count();
        }
        parts
    }
}
