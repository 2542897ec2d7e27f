//! The file's bytes. A protobuf message stands in another one behind its field's key and its length; both are written here by
//! prost's own functions, since a message with all weights in it must never be in memory.

use std::io::Write;

use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};
use serde_json::json;

use crate::bert::{self, EMBEDDING, INPUTS, logits};
use crate::error::SourceError;
use crate::graph::Graph;
use crate::proto::{
    DataType, Dimension, GRAPH, GraphProto, INITIALIZER, ModelProto, OperatorSetIdProto, Shape, StringStringEntryProto,
    TensorType, TypeProto, ValueInfoProto,
};
use crate::{Error, Model, Precision, Result};

/// The first set of operators with `LayerNormalization`, of 2022. Later ones have nothing that a BERT needs.
const OPSET: i64 = 17;
/// The version of the file format that came with it.
const IR_VERSION: i64 = 8;
/// The most bytes that a protobuf message can have.
const MOST: u64 = i32::MAX as u64;

/// Gives a tensor's numbers by name and shape: see [`Model::write`].
pub type Numbers<'a> = dyn FnMut(&str, &[usize]) -> std::result::Result<Vec<f32>, SourceError> + 'a;

/// A file of which everything but the weights is known.
struct Plan {
    /// The fields before the graph, and those after it.
    before: ModelProto,
    after: ModelProto,
    /// The graph's fields before the initializers, and those after them.
    nodes: GraphProto,
    ends: GraphProto,
    graph: Graph,
    /// Bytes of the graph.
    graph_len: u64,
}

impl Plan {
    fn new(model: &Model, precision: Precision) -> Result<Self> {
        model.validate()?;
        // Before nodes are made: a hostile config can name billions of layers.
        let least = model.encoder.numbers().saturating_mul(if precision == Precision::Float32 { 4 } else { 1 });
        if least > MOST {
            return Err(Error::TooLarge { bytes: least, precision });
        }
        let mut graph = Graph::new(precision);
        bert::build(model, &mut graph);
        let nodes =
            GraphProto { node: std::mem::take(&mut graph.nodes), name: "polytask".into(), ..Default::default() };
        let ends = GraphProto { input: inputs(), output: outputs(model), ..Default::default() };
        let weights: u64 = graph.initializers.iter().map(|initializer| initializer.len()).sum();
        let graph_len = nodes.encoded_len() as u64 + weights + ends.encoded_len() as u64;
        let before = ModelProto {
            ir_version: IR_VERSION,
            producer_name: "polytask".into(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            ..Default::default()
        };
        let after = ModelProto {
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
            metadata_props: metadata(model),
            ..Default::default()
        };
        let plan = Self { before, after, nodes, ends, graph, graph_len };
        match plan.len() {
            bytes if bytes > MOST => Err(Error::TooLarge { bytes, precision }),
            _ => Ok(plan),
        }
    }

    /// Bytes of the file.
    fn len(&self) -> u64 {
        let around = self.before.encoded_len() + self.after.encoded_len();
        around as u64 + key_len(GRAPH, self.graph_len) + self.graph_len
    }
}

impl Model {
    /// Writes the model's ONNX file to `to`. `numbers` is asked for one tensor after the other by its name in Hugging Face's
    /// layout, without `bert.`, and its shape; its error ends the writing. No more than one tensor is held at a time.
    ///
    /// # Errors
    ///
    /// As [`Model::validate`]; if the file would be larger than 2 GB, a tensor has another number of numbers or one that is
    /// not finite, or `numbers` or `to` fails. What was written until then is no model: write to a new name, and rename.
    pub fn write(
        &self,
        precision: Precision,
        mut numbers: impl FnMut(&str, &[usize]) -> std::result::Result<Vec<f32>, SourceError>,
        mut to: impl Write,
    ) -> Result<()> {
        let plan = Plan::new(self, precision)?;
        let to: &mut dyn Write = &mut to;
        put(&plan.before, to)?;
        key(GRAPH, plan.graph_len, to)?;
        put(&plan.nodes, to)?;
        for initializer in &plan.graph.initializers {
            initializer.write(&mut numbers, to)?;
        }
        put(&plan.ends, to)?;
        put(&plan.after, to)?;
        Ok(to.flush()?)
    }

    /// Bytes of the file that [`Model::write`] writes.
    ///
    /// # Errors
    ///
    /// As [`Model::validate`], or if they are more than 2 GB.
    pub fn file_size(&self, precision: Precision) -> Result<u64> {
        Ok(Plan::new(self, precision)?.len())
    }
}

fn inputs() -> Vec<ValueInfoProto> {
    let docs = [
        "Token ids by the model's tokenizer.json, each row padded at its end with any id of the vocabulary.",
        "1 for a token, 0 for padding.",
    ];
    let input = |(name, doc)| value(name, DataType::Int64, named("sequence"), doc);
    INPUTS.into_iter().zip(docs).map(input).collect()
}

fn outputs(model: &Model) -> Vec<ValueInfoProto> {
    let floats = |name: &str, columns, doc| value(name, DataType::Float, fixed(columns), doc);
    let vector = floats(EMBEDDING, model.encoder.hidden_size, "A vector for each sentence, not normalised.");
    let heads = model
        .tasks
        .iter()
        .map(|task| floats(&logits(&task.name), task.labels.len(), "Their softmax is the probability of each class."));
    std::iter::once(vector).chain(heads).collect()
}

/// A value of shape (batch, `columns`).
fn value(name: &str, data_type: DataType, columns: Dimension, doc: &str) -> ValueInfoProto {
    let shape = Shape { dim: vec![named("batch"), columns] };
    let tensor_type = TensorType { elem_type: data_type as i32, shape: Some(shape) };
    ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto { tensor_type: Some(tensor_type) }),
        doc_string: doc.into(),
    }
}

fn named(dimension: &str) -> Dimension {
    Dimension { dim_param: Some(dimension.into()), ..Default::default() }
}

fn fixed(dimension: usize) -> Dimension {
    Dimension { dim_value: Some(dimension as i64), ..Default::default() }
}

/// The file's metadata: see the crate's page.
fn metadata(model: &Model) -> Vec<StringStringEntryProto> {
    let tasks = model.tasks.iter().map(|task| {
        json!({
            "name": task.name, "labels": task.labels, "output": logits(&task.name), "temperature": task.temperature
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let entry = |key: &str, value: String| StringStringEntryProto { key: format!("polytask.{key}"), value };
    let max_length = model.max_length.map(|n| entry("max_length", n.to_string()));
    [entry("pooling", model.pooling.name().into()), entry("tasks", json!(tasks).to_string())]
        .into_iter()
        .chain(max_length)
        .collect()
}

/// Bytes of the key and the length before the `len` bytes of field `tag`.
pub fn key_len(tag: u32, len: u64) -> u64 {
    (prost::encoding::key_len(tag) + encoded_len_varint(len)) as u64
}

/// Writes the key and the length before the `len` bytes of field `tag`.
pub fn key(tag: u32, len: u64, to: &mut dyn Write) -> Result<()> {
    let mut bytes = Vec::new();
    encode_key(tag, WireType::LengthDelimited, &mut bytes);
    encode_varint(len, &mut bytes);
    Ok(to.write_all(&bytes)?)
}

/// Bytes of an initializer of `len` bytes with its key and length.
pub fn framed_len(len: u64) -> u64 {
    key_len(INITIALIZER, len) + len
}

/// Writes the key and the length before an initializer of `len` bytes.
pub fn frame(len: u64, to: &mut dyn Write) -> Result<()> {
    key(INITIALIZER, len, to)
}

/// Writes a message's fields.
pub fn put(message: &impl Message, to: &mut dyn Write) -> Result<()> {
    Ok(to.write_all(&message.encode_to_vec())?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::testing::{expected_tensors, graph, numbers, tiny, written};
    use crate::{Activation, Pooling};

    const PRECISIONS: [Precision; 2] = [Precision::Float32, Precision::Int8];
    const POOLINGS: [Pooling; 3] = [Pooling::Mean, Pooling::Cls, Pooling::Pooler];

    /// All models that differ in their nodes.
    fn models() -> impl Iterator<Item = (Model, Precision)> {
        let activations = [Activation::Gelu, Activation::GeluTanh, Activation::Relu];
        let all = POOLINGS.into_iter().flat_map(move |pooling| {
            activations.map(|hidden_act| {
                let mut model = tiny(pooling);
                model.encoder.hidden_act = hidden_act;
                model
            })
        });
        all.flat_map(|model| PRECISIONS.map(|precision| (model.clone(), precision)))
    }

    #[test]
    fn the_framing_is_prosts_own() {
        for (model, precision) in models() {
            let file = written(&model, precision);
            let read = ModelProto::decode(file.as_slice()).unwrap();
            assert!(read.encode_to_vec() == file, "{:?}, {precision:?}", model.pooling);
            assert_eq!(model.file_size(precision).unwrap(), file.len() as u64);
        }
    }

    #[test]
    fn every_value_is_there_before_it_is_used() {
        for (model, precision) in models() {
            let graph = graph(&written(&model, precision));
            let inputs = graph.input.iter().map(|input| &input.name);
            let constants: Vec<&String> = inputs.chain(graph.initializer.iter().map(|tensor| &tensor.name)).collect();
            let mut there: BTreeSet<&String> = constants.iter().copied().collect();
            assert_eq!(there.len(), constants.len(), "an initializer is written twice");
            let mut used = BTreeSet::new();
            for node in &graph.node {
                for input in &node.input {
                    assert!(there.contains(input), "{} uses {input}, which is not there", node.name);
                    used.insert(input);
                }
                for output in &node.output {
                    assert!(there.insert(output), "{output} is made twice");
                }
            }
            let outputs: Vec<&String> = graph.output.iter().map(|output| &output.name).collect();
            for value in there {
                assert!(used.contains(value) || outputs.contains(&value), "nothing uses {value}");
            }
            assert_eq!(outputs, ["sentence_embedding", "logits.topic", "logits.Ton & Art"]);
        }
    }

    #[test]
    fn each_tensor_is_asked_for_once_by_its_name_and_shape() {
        for pooling in POOLINGS {
            for precision in PRECISIONS {
                let (model, mut asked) = (tiny(pooling), Vec::new());
                let given = |name: &str, shape: &[usize]| {
                    asked.push((name.to_string(), shape.to_vec()));
                    Ok(numbers(name, shape))
                };
                model.write(precision, given, std::io::sink()).unwrap();
                asked.sort();
                assert_eq!(asked, expected_tensors(&model), "{pooling:?}, {precision:?}");
            }
        }
    }

    #[test]
    fn inputs_outputs_and_metadata_say_what_a_user_needs() {
        let file = ModelProto::decode(written(&tiny(Pooling::Mean), Precision::Float32).as_slice()).unwrap();
        assert_eq!((file.ir_version, file.producer_name.as_str()), (8, "polytask"));
        assert_eq!(file.opset_import, [OperatorSetIdProto { domain: String::new(), version: 17 }]);
        let graph = file.graph.unwrap();
        let shape = |value: &ValueInfoProto| {
            let tensor = value.r#type.clone().unwrap().tensor_type.unwrap();
            let dims = tensor.shape.clone().unwrap().dim.into_iter();
            let dims = dims.map(|dim| dim.dim_param.unwrap_or_else(|| dim.dim_value.unwrap().to_string()));
            (value.name.clone(), tensor.elem_type(), dims.collect::<Vec<_>>().join(" × "))
        };
        assert_eq!(
            graph.input.iter().map(shape).collect::<Vec<_>>(),
            INPUTS.map(|name| (name.to_string(), DataType::Int64, "batch × sequence".to_string()))
        );
        let floats = |name: &str, shape: &str| (name.to_string(), DataType::Float, shape.to_string());
        assert_eq!(
            graph.output.iter().map(shape).collect::<Vec<_>>(),
            [
                floats("sentence_embedding", "batch × 8"),
                floats("logits.topic", "batch × 3"),
                floats("logits.Ton & Art", "batch × 2")
            ]
        );
        let metadata: Vec<(&str, &str)> =
            file.metadata_props.iter().map(|entry| (entry.key.as_str(), entry.value.as_str())).collect();
        assert_eq!(
            metadata,
            [
                ("polytask.pooling", "mean"),
                (
                    "polytask.tasks",
                    r#"[{"name":"topic","labels":["a","b","c"],"output":"logits.topic","temperature":1.0},{"name":"Ton & Art","labels":["grün","\"x\""],"output":"logits.Ton & Art","temperature":2.0}]"#
                ),
                ("polytask.max_length", "5"),
            ]
        );
    }

    #[test]
    fn logits_are_divided_by_the_temperature() {
        let graph = graph(&written(&tiny(Pooling::Mean), Precision::Int8));
        let factors = |output: &str| {
            let node = graph.node.iter().find(|node| node.name == output).unwrap();
            assert_eq!(node.op_type, "Gemm");
            ["alpha", "beta"]
                .map(|name| node.attribute.iter().find(|attribute| attribute.name == name).unwrap().f.unwrap())
        };
        assert_eq!(factors("logits.topic"), [1.0, 1.0]);
        assert_eq!(factors("logits.Ton & Art"), [0.5, 0.5]);
    }

    /// The sentence with which writing fails if `change` changes the numbers of `encoder.layer.0.output.dense.bias`.
    fn failure(change: impl Fn(Vec<f32>) -> std::result::Result<Vec<f32>, SourceError>) -> String {
        let given = |name: &str, shape: &[usize]| {
            let numbers = numbers(name, shape);
            if name == "encoder.layer.0.output.dense.bias" { change(numbers) } else { Ok(numbers) }
        };
        tiny(Pooling::Mean).write(Precision::Float32, given, std::io::sink()).unwrap_err().to_string()
    }

    #[test]
    fn wrong_numbers_end_the_writing() {
        assert_eq!(failure(|_| Err("tensor \"x\" is missing".into())), "tensor \"x\" is missing");
        assert_eq!(
            failure(|numbers| Ok(numbers[1..].into())),
            "model.safetensors: tensor \"encoder.layer.0.output.dense.bias\" has 7 numbers, and the config asks for 8, of \
             shape [8]"
        );
        for (wrong, name) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (f32::NEG_INFINITY, "-inf")] {
            let given = failure(|mut numbers| {
                numbers[5] = wrong;
                Ok(numbers)
            });
            assert_eq!(
                given,
                format!(
                    "model.safetensors: tensor \"encoder.layer.0.output.dense.bias\" has {name} at place 5, and every \
                     number must be finite; the training diverged, or the file is damaged"
                )
            );
        }
    }

    #[test]
    fn a_model_is_checked_before_anything_is_written() {
        let fails = |model: Model, precision, expected: &str| {
            let mut file = Vec::new();
            let error = model.write(precision, |_, _| panic!("asked for numbers"), &mut file).unwrap_err();
            assert_eq!(error.to_string(), expected);
            assert!(file.is_empty());
        };
        let mut model = tiny(Pooling::Mean);
        model.encoder.num_attention_heads = 3;
        fails(model, Precision::Int8, "config.json: hidden_size 8 is not a multiple of num_attention_heads 3");
        let of_size = |layers, words| {
            let mut model = tiny(Pooling::Mean);
            (model.encoder.num_hidden_layers, model.encoder.vocab_size) = (layers, words);
            model
        };
        fails(
            of_size(2, 75_000_000),
            Precision::Float32,
            "the ONNX file would have 2.4 GB, and such a file can have at most 2.1 GB; write it with 8 bits, or train a \
             smaller encoder",
        );
        fails(
            of_size(2, 300_000_000),
            Precision::Int8,
            "the ONNX file would have 2.4 GB, and such a file can have at most 2.1 GB; train a smaller encoder",
        );
        // As many layers or words as a hostile config likes: no node is made.
        fails(
            of_size(usize::MAX, 11),
            Precision::Int8,
            "config.json: num_hidden_layers is 18446744073709551615; it must be at most 512",
        );
        fails(
            of_size(2, usize::MAX),
            Precision::Int8,
            "the ONNX file would have 18446744073.7 GB, and such a file can have at most 2.1 GB; train a smaller encoder",
        );
    }

    #[test]
    fn the_limit_counts_every_byte() {
        // Codes of 8 bytes a word and a scale of 4: the largest vocabulary that fits, and one word more.
        let size = |words| {
            let mut model = tiny(Pooling::Mean);
            model.encoder.vocab_size = words;
            model.file_size(Precision::Int8)
        };
        let word = 12;
        let spare = MOST - size(178_000_000).unwrap();
        let most = 178_000_000 + (spare / word) as usize;
        assert!(MOST - size(most).unwrap() < word);
        assert!(matches!(size(most + 1), Err(Error::TooLarge { bytes, .. }) if bytes > MOST && bytes <= MOST + word));
    }

    #[test]
    fn a_full_disk_is_told() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
                Err(std::io::Error::new(std::io::ErrorKind::StorageFull, "no space left"))
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        let given = |name: &str, shape: &[usize]| Ok(numbers(name, shape));
        let error = tiny(Pooling::Mean).write(Precision::Float32, given, Full).unwrap_err();
        assert_eq!(error.to_string(), "the ONNX file cannot be written: no space left");
    }
}
