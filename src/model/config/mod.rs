//! `config.json`: a Hugging Face BERT config, plus our `"polytask"` object in a model of ours.

mod bert;
mod pooling;
mod temperature;

pub use bert::{Config, PositionEmbeddingType};
pub use pooling::{DeclaredPooling, declared_pooling, pooling_folder};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::message;
use crate::recipe::{Pooling, Task};
use crate::text::git_lfs_pointer;
use crate::{Error, Result};

/// A model directory's `config.json`.
#[derive(Debug, Clone)]
pub struct ModelConfig {
    /// BERT's shape.
    pub bert: Config,
    /// Pooling and tasks, if the model was saved by Polytask.
    pub polytask: Option<Polytask>,
    /// The file's own fields, so that saving loses none of them.
    pub(super) raw: Map<String, Value>,
}

/// The `"polytask"` object of a saved model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Polytask {
    /// How token vectors become a sentence vector.
    pub pooling: Pooling,
    /// The heads, in order.
    pub tasks: Vec<Task>,
    /// The length in tokens to which sentences were cut in training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// By task, the number that its logits are divided by before the softmax, from 0.001 to 1000; a task that is not named
    /// has 1.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty", deserialize_with = "temperature::read")]
    pub temperature: IndexMap<String, f64>,
    /// The encoder of a model whose own files hold the heads alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder: Option<EncoderByHash>,
}

/// An encoder that is not among a model's files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncoderByHash {
    /// Its name, as in a recipe.
    pub name: String,
    /// The SHA-256 of its `model.safetensors`, in hexadecimal.
    pub sha256: String,
}

/// The most layers that an encoder may have; those that are published have some dozens. What is made of a config before its
/// weights are there grows with them.
const MOST_LAYERS: usize = 512;

/// Reads `config.json`.
///
/// # Errors
///
/// If it is not a BERT encoder's config; the error names the field and its valid values.
pub fn parse_config(json: &[u8]) -> Result<ModelConfig> {
    if let Some(pointer) = git_lfs_pointer(json, "config.json") {
        return Err(Error::encoder(pointer));
    }
    let raw: Map<String, Value> = serde_json::from_slice(json).map_err(|e| {
        Error::encoder(message!(
            "model.config_not_json",
            "config.json: it is not a JSON object ({why})",
            why = e.to_string()
        ))
    })?;
    let family = raw.get("model_type").and_then(Value::as_str).unwrap_or("bert");
    if family != "bert" {
        return Err(Error::encoder(message!(
            "model.config_family",
            "config.json: model_type is {family:?}, and only \"bert\" is supported (bert-base-uncased, the MiniLMs, the \
             small BERTs)",
            family = family
        )));
    }
    let bert: Config = serde_json::from_value(Value::Object(raw.clone())).map_err(|e| wrong_config(e.to_string()))?;
    for (field, value) in [
        ("vocab_size", bert.vocab_size),
        ("hidden_size", bert.hidden_size),
        ("num_hidden_layers", bert.num_hidden_layers),
        ("num_attention_heads", bert.num_attention_heads),
        ("intermediate_size", bert.intermediate_size),
        ("max_position_embeddings", bert.max_position_embeddings),
        ("type_vocab_size", bert.type_vocab_size),
    ] {
        if value == 0 {
            return Err(Error::encoder(message!(
                "model.config_zero",
                "config.json: {field} is 0; it must be at least 1",
                field = field
            )));
        }
    }
    if bert.num_hidden_layers > MOST_LAYERS {
        return Err(Error::encoder(message!(
            "model.config_layers",
            "config.json: num_hidden_layers is {layers}; it must be at most {most}",
            layers = bert.num_hidden_layers,
            most = MOST_LAYERS
        )));
    }
    if !bert.hidden_size.is_multiple_of(bert.num_attention_heads) {
        return Err(Error::encoder(message!(
            "model.config_heads",
            "config.json: hidden_size {hidden} is not a multiple of num_attention_heads {heads}",
            hidden = bert.hidden_size,
            heads = bert.num_attention_heads
        )));
    }
    let polytask = raw
        .get("polytask")
        .map(|value| serde_json::from_value(value.clone()))
        .transpose()
        .map_err(|e| wrong_config(format!("polytask: {e}")))?;
    Ok(ModelConfig { bert, polytask, raw })
}

fn wrong_config(why: String) -> Error {
    Error::encoder(message!("model.config_field", "config.json: {why}", why = why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn fails(json: &str, expected: &str) {
        assert_eq!(parse_config(json.as_bytes()).unwrap_err().to_string(), expected);
    }

    const SHAPE: &str =
        "\"vocab_size\": 64, \"num_hidden_layers\": 2, \"intermediate_size\": 64, \"num_attention_heads\": 4";

    #[test]
    fn older_configs_get_the_defaults() {
        let config = parse_config(format!("{{{SHAPE}, \"hidden_size\": 32}}").as_bytes()).unwrap();
        assert_eq!(config.bert.layer_norm_eps, 1e-12);
        assert_eq!(config.bert.max_position_embeddings, 512);
        assert!(config.polytask.is_none());
    }

    #[test]
    fn temperatures_are_read_and_wrong_ones_named() {
        let config = |temperature: &str| {
            let polytask = format!(r#"{{"pooling": "mean", "tasks": [], "temperature": {temperature}}}"#);
            format!("{{{SHAPE}, \"hidden_size\": 32, \"polytask\": {polytask}}}")
        };
        let read = parse_config(config(r#"{"topic": 1.5, "tone": 1}"#).as_bytes()).unwrap().polytask.unwrap();
        assert_eq!((read.temperature["topic"], read.temperature["tone"]), (1.5, 1.0));
        for wrong in ["0", "-1.5", "1e-9", "1e300", "\"1.5\"", "\"NaN\"", "null", "[1]", "true"] {
            fails(
                &config(&format!(r#"{{"topic": {wrong}}}"#)),
                &format!(
                    "encoder: config.json: polytask: temperature: task \"topic\" has {}, which is no number from 0.001 to 1000",
                    wrong.replace("1e300", "1e+300")
                ),
            );
        }
        fails(
            &config("1.5"),
            "encoder: config.json: polytask: temperature: 1.5 is not an object with a number for each task",
        );
    }

    #[test]
    fn other_families_and_shapes_are_refused_by_name() {
        fails(
            "{\"model_type\": \"roberta\"}",
            "encoder: config.json: model_type is \"roberta\", and only \"bert\" is supported (bert-base-uncased, the \
             MiniLMs, the small BERTs)",
        );
        fails(
            &format!("{{{SHAPE}, \"hidden_size\": 30}}"),
            "encoder: config.json: hidden_size 30 is not a multiple of num_attention_heads 4",
        );
        fails(
            &format!("{{{SHAPE}, \"hidden_size\": 32}}").replace("layers\": 2", "layers\": 513"),
            "encoder: config.json: num_hidden_layers is 513; it must be at most 512",
        );
        fails(&format!("{{{SHAPE}}}"), "encoder: config.json: missing field `hidden_size`");
        fails(
            &format!("{{{SHAPE}, \"hidden_size\": 32, \"hidden_act\": \"swish\"}}"),
            "encoder: config.json: unknown variant `swish`, expected one of `gelu`, `gelu_new`, `gelu_pytorch_tanh`, `relu`",
        );
        fails(
            &format!("{{{SHAPE}, \"hidden_size\": 32, \"position_embedding_type\": \"relative_key\"}}"),
            "encoder: config.json: unknown variant `relative_key`, expected `absolute`",
        );
    }
}
