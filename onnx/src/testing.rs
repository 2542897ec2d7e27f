//! For tests: a tiny model, its numbers, and the written file read back.

use prost::Message;

use crate::error::SourceError;
use crate::proto::{DataType, GraphProto, ModelProto, TensorProto};
use crate::{Activation, Encoder, Model, Pooling, Precision, Task};

/// Two blocks of hidden size 8, and the tasks "topic" (3 classes) and "Ton & Art" (2), whose logits are halved.
pub fn tiny(pooling: Pooling) -> Model {
    let task = |name: &str, labels: &[&str], temperature| Task {
        name: name.into(),
        labels: labels.iter().map(|label| label.to_string()).collect(),
        temperature,
    };
    Model {
        encoder: Encoder {
            vocab_size: 11,
            hidden_size: 8,
            num_hidden_layers: 2,
            num_attention_heads: 2,
            intermediate_size: 12,
            hidden_act: Activation::Gelu,
            layer_norm_eps: 1e-12,
            max_position_embeddings: 6,
            type_vocab_size: 2,
        },
        pooling,
        tasks: vec![task("topic", &["a", "b", "c"], 1.0), task("Ton & Art", &["grün", "\"x\""], 2.0)],
        max_length: Some(5),
    }
}

/// The numbers of the tensor `name`: others for each name and place, below 1 and of either sign.
pub fn numbers(name: &str, shape: &[usize]) -> Vec<f32> {
    let seed = name.bytes().fold(7_u32, |seed, byte| seed.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let n: usize = shape.iter().product();
    (0..n as u32).map(|i| (seed.wrapping_add(i.wrapping_mul(2_654_435_761)) as f32 * 1e-3).sin()).collect()
}

/// The tensors that a model must be asked for, and their shapes.
pub fn expected_tensors(model: &Model) -> Vec<(String, Vec<usize>)> {
    let Encoder { vocab_size, hidden_size: h, intermediate_size: f, .. } = model.encoder;
    let both = |name: String, shape: Vec<usize>| {
        let bias = vec![shape[0]];
        [(format!("{name}.weight"), shape), (format!("{name}.bias"), bias)]
    };
    let table = |name: &str, rows| (format!("embeddings.{name}_embeddings.weight"), vec![rows, h]);
    let mut all = vec![
        table("word", vocab_size),
        table("position", model.encoder.max_position_embeddings),
        table("token_type", model.encoder.type_vocab_size),
    ];
    all.extend(both("embeddings.LayerNorm".into(), vec![h]));
    for i in 0..model.encoder.num_hidden_layers {
        for (part, shape) in [
            ("attention.self.query", vec![h, h]),
            ("attention.self.key", vec![h, h]),
            ("attention.self.value", vec![h, h]),
            ("attention.output.dense", vec![h, h]),
            ("attention.output.LayerNorm", vec![h]),
            ("intermediate.dense", vec![f, h]),
            ("output.dense", vec![h, f]),
            ("output.LayerNorm", vec![h]),
        ] {
            all.extend(both(format!("encoder.layer.{i}.{part}"), shape));
        }
    }
    if model.pooling == Pooling::Pooler {
        all.extend(both("pooler.dense".into(), vec![h, h]));
    }
    for task in &model.tasks {
        all.extend(both(format!("heads.{}", task.name), vec![task.labels.len(), h]));
    }
    all.sort();
    all
}

/// The file of `model` with [`numbers`].
pub fn written(model: &Model, precision: Precision) -> Vec<u8> {
    let mut file = Vec::new();
    let given = |name: &str, shape: &[usize]| Ok::<_, SourceError>(numbers(name, shape));
    model.write(precision, given, &mut file).expect("a model that can be written");
    file
}

/// The graph of `file`.
pub fn graph(file: &[u8]) -> GraphProto {
    ModelProto::decode(file).expect("a protobuf message").graph.expect("a graph")
}

/// The initializer `name`.
#[track_caller]
pub fn initializer<'a>(graph: &'a GraphProto, name: &str) -> &'a TensorProto {
    graph.initializer.iter().find(|tensor| tensor.name == name).unwrap_or_else(|| panic!("no initializer {name:?}"))
}

/// An initializer's numbers as f32.
pub fn values(tensor: &TensorProto) -> Vec<f32> {
    match tensor.data_type() {
        DataType::Float => tensor.raw_data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
        DataType::Int8 => tensor.raw_data.iter().map(|&byte| f32::from(byte as i8)).collect(),
        other => panic!("{} holds {other:?}", tensor.name),
    }
}
