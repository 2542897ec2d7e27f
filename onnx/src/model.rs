//! What is written: the encoder's shape, the pooling and the tasks, as `config.json` of a saved model says.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::Error;

/// The most layers that a model may have. Polytask trains no deeper one.
const MOST_LAYERS: usize = 512;

/// A model without its weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The encoder's shape.
    pub encoder: Encoder,
    /// How token vectors become a sentence vector.
    pub pooling: Pooling,
    /// The heads, in order. Without any, the file only gives sentence vectors.
    pub tasks: Vec<Task>,
    /// The length in tokens to which sentences were cut in training, if it is known. It goes into the file's metadata.
    pub max_length: Option<u32>,
}

/// The fields of a BERT's `config.json` that shape its computation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[allow(missing_docs)]
pub struct Encoder {
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub num_hidden_layers: usize,
    /// A divisor of `hidden_size`.
    pub num_attention_heads: usize,
    pub intermediate_size: usize,
    #[serde(default)]
    pub hidden_act: Activation,
    #[serde(default = "layer_norm_eps")]
    pub layer_norm_eps: f64,
    #[serde(default = "max_position_embeddings")]
    pub max_position_embeddings: usize,
    #[serde(default = "type_vocab_size")]
    pub type_vocab_size: usize,
}

// What Hugging Face takes where an older config leaves a field out.
fn layer_norm_eps() -> f64 {
    1e-12
}
fn max_position_embeddings() -> usize {
    512
}
fn type_vocab_size() -> usize {
    2
}

/// `hidden_act`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(try_from = "String")]
pub enum Activation {
    /// `gelu`: x·½(1 + erf(x/√2))
    #[default]
    Gelu,
    /// `gelu_new` or `gelu_pytorch_tanh`: x·½(1 + tanh(√(2/π)·(x + 0.044715·x³)))
    GeluTanh,
    /// `relu`: max(x, 0)
    Relu,
}

impl TryFrom<String> for Activation {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.as_str() {
            "gelu" => Ok(Self::Gelu),
            // The last one is Candle's name.
            "gelu_new" | "gelu_pytorch_tanh" | "geluapproximate" => Ok(Self::GeluTanh),
            "relu" => Ok(Self::Relu),
            _ => Err(format!("hidden_act is {name:?}; it must be gelu, gelu_new, gelu_pytorch_tanh or relu")),
        }
    }
}

/// How a sentence's token vectors become one vector. It is not normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pooling {
    /// The mean over the sentence's own tokens.
    Mean,
    /// The first token's vector.
    Cls,
    /// tanh(W·x + b) of the first token's vector x.
    Pooler,
}

impl Pooling {
    /// As `config.json` writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Cls => "cls",
            Self::Pooler => "pooler",
        }
    }
}

/// A head: one classifier of sentence vectors.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Task {
    /// Its weights are the tensors `heads.<name>.weight` (C,H) and `heads.<name>.bias` (C).
    pub name: String,
    /// Its classes, in the order of the logits. (C)
    pub labels: Vec<String>,
    /// Divides the logits. 1 for a model that was not calibrated.
    #[serde(skip, default = "uncalibrated")]
    pub temperature: f64,
}

fn uncalibrated() -> f64 {
    1.0
}

/// The `"polytask"` object of a saved model's `config.json`.
#[derive(Deserialize)]
struct Polytask {
    pooling: Pooling,
    tasks: Vec<Task>,
    max_length: Option<u32>,
    #[serde(default)]
    temperature: BTreeMap<String, f64>,
}

impl Model {
    /// Reads the `config.json` of a model that `polytask train --out` saved.
    ///
    /// ```
    /// use polytask_onnx::{Activation, Model, Pooling};
    ///
    /// let model = Model::from_config(
    ///     br#"{
    ///         "model_type": "bert", "vocab_size": 64, "hidden_size": 32, "num_hidden_layers": 2,
    ///         "num_attention_heads": 4, "intermediate_size": 64,
    ///         "polytask": {"pooling": "mean", "tasks": [{"name": "tone", "labels": ["annoyed", "calm"]}]}
    ///     }"#,
    /// )?;
    /// assert_eq!((model.encoder.hidden_act, model.pooling), (Activation::Gelu, Pooling::Mean));
    /// assert_eq!(model.tasks[0].labels, ["annoyed", "calm"]);
    /// # Ok::<(), polytask_onnx::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If it is no such file, or as [`Model::validate`].
    pub fn from_config(json: &[u8]) -> Result<Self, Error> {
        let fields: Map<String, Value> = serde_json::from_slice(json).map_err(wrong)?;
        for (field, supported) in [("model_type", "bert"), ("position_embedding_type", "absolute")] {
            if let Some(value) = fields.get(field)
                && value != supported
            {
                return Err(wrong(format!("{field} is {value}, and only {supported:?} can be written")));
            }
        }
        let Some(polytask) = fields.get("polytask").cloned() else {
            return Err(wrong(
                "there is no \"polytask\" object; the model must have been saved by polytask train --out",
            ));
        };
        let polytask: Polytask = serde_json::from_value(polytask).map_err(|e| wrong(format!("polytask: {e}")))?;
        let Polytask { pooling, mut tasks, max_length, temperature } = polytask;
        for task in &mut tasks {
            task.temperature = temperature.get(&task.name).copied().unwrap_or(1.0);
        }
        let encoder = serde_json::from_value(Value::Object(fields)).map_err(wrong)?;
        let model = Self { encoder, pooling, tasks, max_length };
        model.validate()?;
        Ok(model)
    }

    /// Checks that a graph can be made of it.
    ///
    /// # Errors
    ///
    /// If a size is 0, there are more than 512 layers, the heads do not divide `hidden_size`, a number is not positive, or two
    /// outputs would have one name.
    pub fn validate(&self) -> Result<(), Error> {
        let Encoder { hidden_size, num_hidden_layers, num_attention_heads, layer_norm_eps, .. } = self.encoder;
        for (field, size) in self.encoder.sizes() {
            if size == 0 {
                return Err(wrong(format!("{field} is 0; it must be at least 1")));
            }
        }
        if num_hidden_layers > MOST_LAYERS {
            return Err(wrong(format!("num_hidden_layers is {num_hidden_layers}; it must be at most {MOST_LAYERS}")));
        }
        if !hidden_size.is_multiple_of(num_attention_heads) {
            return Err(wrong(format!(
                "hidden_size {hidden_size} is not a multiple of num_attention_heads {num_attention_heads}"
            )));
        }
        if !(layer_norm_eps.is_finite() && layer_norm_eps >= 0.0) {
            return Err(wrong(format!("layer_norm_eps is {layer_norm_eps}; it must be a number from 0 on")));
        }
        let mut names = BTreeSet::new();
        for Task { name, labels, temperature } in &self.tasks {
            if !names.insert(name) {
                return Err(wrong(format!("polytask: two tasks are named {name:?}; each needs a name of its own")));
            }
            // Readers in C end a name there.
            if name.contains('\0') {
                return Err(wrong(format!("polytask: task {name:?} has the character NUL in its name")));
            }
            if labels.is_empty() {
                return Err(wrong(format!("polytask: task {name:?} has no labels; it needs at least one")));
            }
            if !(temperature.is_finite() && *temperature > 0.0) {
                return Err(wrong(format!(
                    "polytask: temperature: task {name:?} has {temperature}; it must be a number above 0"
                )));
            }
        }
        Ok(())
    }
}

impl Encoder {
    /// A lower bound of how many numbers its weights have.
    pub(crate) fn numbers(&self) -> u64 {
        let [words, h, layers, _, f, positions, types] = self.sizes().map(|(_, size)| size as u64);
        let tables = words.saturating_add(positions).saturating_add(types);
        let layer = h.saturating_mul(4).saturating_add(f.saturating_mul(2));
        tables.saturating_add(layers.saturating_mul(layer)).saturating_mul(h)
    }

    fn sizes(&self) -> [(&'static str, usize); 7] {
        [
            ("vocab_size", self.vocab_size),
            ("hidden_size", self.hidden_size),
            ("num_hidden_layers", self.num_hidden_layers),
            ("num_attention_heads", self.num_attention_heads),
            ("intermediate_size", self.intermediate_size),
            ("max_position_embeddings", self.max_position_embeddings),
            ("type_vocab_size", self.type_vocab_size),
        ]
    }
}

fn wrong(why: impl std::fmt::Display) -> Error {
    Error::Config(format!("config.json: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: &str =
        r#""vocab_size": 64, "num_hidden_layers": 2, "intermediate_size": 64, "num_attention_heads": 4"#;

    fn config(fields: &str, polytask: &str) -> Result<Model, Error> {
        Model::from_config(format!(r#"{{{SHAPE}, {fields}, "polytask": {{{polytask}}}}}"#).as_bytes())
    }

    #[track_caller]
    fn fails(read: Result<Model, Error>, expected: &str) {
        assert_eq!(read.unwrap_err().to_string(), expected);
    }

    const TONE: &str = r#""pooling": "cls", "tasks": [{"name": "tone", "labels": ["annoyed", "calm"]}]"#;

    #[test]
    fn fields_and_their_defaults_are_read() {
        let model = config(r#""hidden_size": 32"#, TONE).unwrap();
        assert_eq!(model.encoder.layer_norm_eps, 1e-12);
        assert_eq!((model.encoder.max_position_embeddings, model.encoder.type_vocab_size), (512, 2));
        assert_eq!((model.pooling, model.max_length, model.tasks[0].temperature), (Pooling::Cls, None, 1.0));
        let calibrated = format!(r#"{TONE}, "max_length": 9, "temperature": {{"tone": 1.5, "other": 2}}"#);
        let model = config(r#""hidden_size": 32, "hidden_act": "gelu_pytorch_tanh""#, &calibrated).unwrap();
        assert_eq!(model.encoder.hidden_act, Activation::GeluTanh);
        assert_eq!((model.max_length, model.tasks[0].temperature), (Some(9), 1.5));
    }

    #[test]
    fn what_cannot_be_written_is_refused_by_name() {
        let h = r#""hidden_size": 32"#;
        fails(
            config(&format!(r#"{h}, "hidden_act": "silu""#), TONE),
            "config.json: hidden_act is \"silu\"; it must be gelu, gelu_new, gelu_pytorch_tanh or relu",
        );
        fails(
            config(&format!(r#"{h}, "model_type": "roberta""#), TONE),
            "config.json: model_type is \"roberta\", and only \"bert\" can be written",
        );
        fails(
            config(&format!(r#"{h}, "position_embedding_type": "relative_key""#), TONE),
            "config.json: position_embedding_type is \"relative_key\", and only \"absolute\" can be written",
        );
        fails(
            config(r#""hidden_size": 30"#, TONE),
            "config.json: hidden_size 30 is not a multiple of num_attention_heads 4",
        );
        fails(config(r#""hidden_size": 0"#, TONE), "config.json: hidden_size is 0; it must be at least 1");
        let many = SHAPE.replace("layers\": 2", "layers\": 513");
        fails(
            Model::from_config(format!(r#"{{{many}, "hidden_size": 32, "polytask": {{{TONE}}}}}"#).as_bytes()),
            "config.json: num_hidden_layers is 513; it must be at most 512",
        );
        fails(config(r#""x": 0"#, TONE), "config.json: missing field `hidden_size`");
        fails(
            config(&format!(r#"{h}, "layer_norm_eps": -1"#), TONE),
            "config.json: layer_norm_eps is -1; it must be a number from 0 on",
        );
        fails(
            config(h, r#""pooling": "max", "tasks": []"#),
            "config.json: polytask: unknown variant `max`, expected one of `mean`, `cls`, `pooler`",
        );
        fails(
            config(h, &format!(r#"{TONE}, "temperature": {{"tone": 0}}"#)),
            "config.json: polytask: temperature: task \"tone\" has 0; it must be a number above 0",
        );
        let tasks = |names: [&str; 2], labels: &str| {
            let tasks = names.map(|name| format!(r#"{{"name": "{name}", "labels": [{labels}]}}"#)).join(", ");
            config(h, &format!(r#""pooling": "mean", "tasks": [{tasks}]"#))
        };
        fails(
            tasks(["a", "a"], r#""x""#),
            "config.json: polytask: two tasks are named \"a\"; each needs a name of its own",
        );
        fails(tasks(["a", "b"], ""), "config.json: polytask: task \"a\" has no labels; it needs at least one");
        fails(
            tasks(["a\\u0000", "b"], r#""x""#),
            "config.json: polytask: task \"a\\0\" has the character NUL in its name",
        );
        fails(
            Model::from_config(br#"{"hidden_size": 32}"#),
            "config.json: there is no \"polytask\" object; the model must have been saved by polytask train --out",
        );
        fails(Model::from_config(b"[]"), "config.json: invalid type: sequence, expected a map at line 1 column 0");
    }
}
