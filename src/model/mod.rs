//! One shared BERT encoder and one linear head per task.

mod config;
mod encoder;
mod header;
mod heads;
mod loading;
mod part_size;
mod pass;
mod receiver;
mod save;
mod shards;
mod wanted;
mod weights;

use std::collections::BTreeMap;
use std::sync::Arc;

use candle_core::Tensor;
use indexmap::IndexMap;

pub use config::{
    Config, DeclaredPooling, EncoderByHash, ModelConfig, Polytask, PositionEmbeddingType, declared_pooling,
    parse_config, pooling_folder,
};
pub use encoder::Encoder;
pub use heads::Heads;
pub use loading::Loading;
pub use part_size::PartSize;
pub use pass::{Dropout, Pass, Share};
pub use receiver::Receiver;
pub use save::{ModelFiles, WeightsFile};
pub use shards::{joined_header, shard_names};
pub use wanted::{NamedShape, Wanted, block_tensors, embedding_tensors, head_tensors, pooler_tensors};
pub use weights::Weights;

use crate::Result;
use crate::compute::Context;
use crate::ops::{ModelPart, Parameter, Ragged, first_tokens, mean_pool};
use crate::random::Stream;
use crate::recipe::{Freeze, Pooling, Task};
use crate::text::Batch;

/// The encoder, the pooling and the heads.
///
/// ```no_run
/// use polytask::compute::Context;
/// use polytask::model::{Loading, Model, Pass, Weights, parse_config};
/// use polytask::random::Stream;
/// use polytask::recipe::{Freeze, Pooling, Task};
/// use polytask::text::{Batch, Tokenizer};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let read = |file: &str| std::fs::read(format!("all-MiniLM-L6-v2/{file}"));
/// let config = parse_config(&read("config.json")?)?;
/// let weights = Weights::from_safetensors(&read("model.safetensors")?)?;
/// let loading = Loading {
///     freeze: Freeze::None,
///     pooling: Pooling::Mean,
///     word_rows: None,
///     positions: None,
///     keep_heads: false,
///     context: &Context::default(),
/// };
/// let tone = Task { name: "tone".into(), labels: vec!["annoyed".into(), "calm".into()] };
/// let model = Model::load(&config, weights, &[tone], &loading, &mut Stream::new(0, "init"))?;
///
/// let tokenizer = Tokenizer::from_json(&read("tokenizer.json")?, 128, config.bert.vocab_size)?;
/// let batch = Batch::of_sentences(&[tokenizer.encode("This is fine.")?]);
/// let logits = model.forward(&batch, Pass::Evaluation)?;
/// assert_eq!(logits[0].dims(), [1, 2]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Model {
    context: Context,
    config: ModelConfig,
    encoder: Encoder,
    pooling: Pooling,
    /// The part that was frozen at loading and never trains.
    freeze: Freeze,
    /// The part that is frozen now: `freeze` or, during gradual unfreezing, more.
    frozen: Freeze,
    heads: Heads,
    /// By task, what logits are divided by before the softmax; a task that is not named has 1.
    temperatures: IndexMap<String, f64>,
    /// A hash of the file that its weights were read from.
    weights_hash: u64,
}

impl Model {
    /// Moves the encoder's weights into a model of `config`'s shape; heads that are not kept are drawn from `init`.
    ///
    /// # Errors
    ///
    /// If a tensor is missing or has another shape, `loading` freezes more blocks than there are, or it pools by a pooler
    /// that the encoder does not have.
    pub fn load(
        config: &ModelConfig,
        mut weights: Weights,
        tasks: &[Task],
        loading: &Loading,
        init: &mut Stream,
    ) -> Result<Self> {
        let weights_hash = weights.hash();
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
            temperatures: IndexMap::new(),
            weights_hash,
        })
    }

    /// Keeps the part `frozen` out of training from here on, besides the part that was frozen at loading: it is run without
    /// keeping activations, and [`Model::gradients`] leaves it out. Returns whether that moved the end of the frozen part:
    /// then outputs of [`Model::prefix`] from before are outdated.
    ///
    /// # Errors
    ///
    /// If `frozen` names more blocks than there are.
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

    /// The config that it was loaded with.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The encoder.
    pub fn encoder(&self) -> &Encoder {
        &self.encoder
    }

    /// Sentence vectors (B,H), not normalised.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    ///
    /// # Panics
    ///
    /// As [`Encoder::embed`].
    pub fn embed(&self, batch: &Batch, mut pass: Pass) -> Result<Tensor> {
        self.context.on_threads(|| {
            let xs = self.encoder.embed(batch, &mut pass, &self.context)?;
            self.pool(&self.encoder.blocks(0..self.encoder.depth(), xs, batch, &mut pass, &self.context)?, batch)
        })
    }

    /// Each task's logits. (K)(B,C_k)
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    ///
    /// # Panics
    ///
    /// As [`Encoder::embed`].
    pub fn forward(&self, batch: &Batch, pass: Pass) -> Result<Vec<Tensor>> {
        if self.has_prefix() {
            return self.forward_from(self.prefix(batch)?, batch, pass);
        }
        self.heads.forward(&self.embed(batch, pass)?, &self.context)
    }

    /// Each task's logits from sentence vectors (B,H). (K)(B,C_k)
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn classify(&self, vectors: &Tensor) -> Result<Vec<Tensor>> {
        self.heads.forward(vectors, &self.context)
    }

    /// The frozen part's output for a batch, without dropout: (N,H), or (B,H) where [`Model::prefix_pools`]. For a model
    /// with a frozen part. No gradient goes through it.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    ///
    /// # Panics
    ///
    /// As [`Encoder::embed`].
    pub fn prefix(&self, batch: &Batch) -> Result<Tensor> {
        self.context.on_threads(|| {
            let xs = self.encoder.embed(batch, &mut Pass::Evaluation, &self.context)?;
            let xs = self.encoder.blocks(0..self.frozen_blocks(), xs, batch, &mut Pass::Evaluation, &self.context)?;
            let xs = if self.prefix_pools() { self.pool(&xs, batch)? } else { xs };
            Ok(xs.detach())
        })
    }

    /// Each task's logits from [`Model::prefix`]'s output; dropout acts only above it. (K)(B,C_k)
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn forward_from(&self, xs: Tensor, batch: &Batch, pass: Pass) -> Result<Vec<Tensor>> {
        self.heads.forward(&self.embed_from(xs, batch, pass)?, &self.context)
    }

    /// Sentence vectors (B,H) from [`Model::prefix`]'s output; dropout acts only above it.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
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

    /// How many random numbers a training pass with dropout draws for these sentences.
    pub fn dropout_numbers(&self, sentences: &Ragged) -> u64 {
        let (h, heads) = (self.config.bert.hidden_size, self.config.bert.num_attention_heads);
        let vectors = (sentences.tokens() * h) as u64;
        let block = sentences.probabilities(heads) as u64 + 2 * vectors;
        let embeddings = if self.has_prefix() { 0 } else { vectors };
        embeddings + (self.encoder.depth() - self.frozen_blocks()) as u64 * block
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

    /// A hash of the file that its weights were read from, before training.
    pub fn weights_hash(&self) -> u64 {
        self.weights_hash
    }

    /// Everything that trains, now or later in the run, by name in name order; heads under `heads.<task>.…`.
    pub fn trainable(&self) -> BTreeMap<&str, &Arc<Parameter>> {
        let all = self.encoder.parameters().into_iter().chain(self.heads.parameters());
        all.filter(|p| p.is_trainable()).map(|p| (p.name(), p)).collect()
    }

    /// Back-propagates `loss` and adds the gradient of every trainable parameter that it reaches to the parameter's own
    /// sum, from where [`Model::take_gradients`] takes it.
    ///
    /// On the CPU the kernels add weight gradients straight into the [`Parameter`]s, in buffers that live as long as the
    /// model, while Candle walks the graph; Candle's store holds the gradients of activations alone. On other devices the
    /// operations are composed of Candle's, which leave weight gradients in its store: they are moved from there into the
    /// parameters at the end. Either way a parameter frozen at loading has none. `loss` is a single number, and each graph
    /// can be walked back once.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn backward(&self, loss: &Tensor) -> Result<()> {
        self.context.on_threads(|| {
            let mut store = loss.backward()?;
            self.trainable().values().try_for_each(|parameter| parameter.collect(&mut store))
        })
    }

    /// Takes the sums of [`Model::backward`], in name order; the next one starts from zero. The tensors may share buffers
    /// that the next backward pass overwrites. A parameter that no loss reached is left out.
    pub fn take_gradients(&self) -> BTreeMap<&str, Tensor> {
        let gradient = |(name, parameter): (_, &Arc<Parameter>)| Some((name, parameter.take_gradient()?));
        self.trainable().into_iter().filter_map(gradient).collect()
    }

    /// [`Model::backward`], then [`Model::take_gradients`].
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
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
