//! The names and shapes of the tensors that a model reads. They are known from its config, before the file arrives.

use super::Config;
use super::encoder::no_pooler;
use super::header::Header;
use crate::Result;
use crate::recipe::{Pooling, Task};

/// A tensor's name and shape.
pub type NamedShape = (String, Vec<usize>);

/// The embedding tables and their LayerNorm.
pub fn embedding_tensors(config: &Config) -> Vec<NamedShape> {
    let h = config.hidden_size;
    let table = |name: &str, rows| (format!("embeddings.{name}_embeddings.weight"), vec![rows, h]);
    let mut tensors = vec![
        table("word", config.vocab_size),
        table("position", config.max_position_embeddings),
        table("token_type", config.type_vocab_size),
    ];
    tensors.extend(affine("embeddings.LayerNorm", &[h]));
    tensors
}

/// The tensors of block `i`.
pub fn block_tensors(config: &Config, i: usize) -> Vec<NamedShape> {
    let (h, f) = (config.hidden_size, config.intermediate_size);
    let parts: [(&str, &[usize]); 8] = [
        ("attention.self.query", &[h, h]),
        ("attention.self.key", &[h, h]),
        ("attention.self.value", &[h, h]),
        ("attention.output.dense", &[h, h]),
        ("attention.output.LayerNorm", &[h]),
        ("intermediate.dense", &[f, h]),
        ("output.dense", &[h, f]),
        ("output.LayerNorm", &[h]),
    ];
    parts.iter().flat_map(|(part, weight)| affine(&format!("encoder.layer.{i}.{part}"), weight)).collect()
}

/// BERT's pooler, which not every checkpoint has.
pub fn pooler_tensors(config: &Config) -> Vec<NamedShape> {
    affine("pooler.dense", &[config.hidden_size; 2]).into()
}

/// The heads of `tasks`.
pub fn head_tensors(config: &Config, tasks: &[Task]) -> Vec<NamedShape> {
    let head = |task: &Task| affine(&format!("heads.{}", task.name), &[task.labels.len(), config.hidden_size]);
    tasks.iter().flat_map(head).collect()
}

/// A weight and its bias, which has the weight's first dimension.
fn affine(name: &str, weight: &[usize]) -> [NamedShape; 2] {
    [(format!("{name}.weight"), weight.to_vec()), (format!("{name}.bias"), vec![weight[0]])]
}

/// The tensors that a model reads of `model.safetensors`.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// All of its tensors are required. They are not listed here: a hostile config can name billions.
    config: Config,
    /// Read if the file has them.
    optional: Vec<NamedShape>,
    pools: bool,
}

impl Wanted {
    /// The encoder of `config`, and its pooler and the heads of `tasks` if the file has them.
    pub fn new(config: &Config, pooling: Pooling, tasks: &[Task]) -> Self {
        Self {
            config: config.clone(),
            optional: [pooler_tensors(config), head_tensors(config, tasks)].concat(),
            pools: pooling == Pooling::Pooler,
        }
    }

    /// The indices of its tensors among the entries of `header`; an error if one is missing or has another shape.
    pub(super) fn places(&self, header: &Header) -> Result<Vec<usize>> {
        if self.pools && header.place("pooler.dense.weight").is_none() {
            return Err(no_pooler());
        }
        let blocks = (0..self.config.num_hidden_layers).flat_map(|i| block_tensors(&self.config, i));
        let required = embedding_tensors(&self.config).into_iter().chain(blocks);
        let present = self.optional.iter().filter(|(name, _)| header.place(name).is_some()).cloned();
        required.chain(present).map(|(name, shape)| header.find(&name, &shape)).collect()
    }
}
