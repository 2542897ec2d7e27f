//! The graph of a BERT encoder with pooling and heads, as `src/model/` of Polytask and Hugging Face's `modeling_bert.py`
//! compute it. B sentences in rows of T tokens, the shorter ones padded at the end; H hidden_size, A heads of D = H/A numbers,
//! F intermediate_size, C classes.
//!
//! ```text
//! x (B,T,H) = LayerNorm(word[input_ids] + position[0…T−1] + token_type[0])
//! block:      x = LayerNorm(x + O(attention(Q x, K x, V x)));  x = LayerNorm(x + W₂ act(W₁ x))
//! attention:  softmax(Q·Kᵀ/√D + (1 − mask)·(−3.4e38))·V, so that no token sees padding
//! ```

use crate::Model;
use crate::graph::{Graph, float, int, ints, to_float};
use crate::model::{Activation, Encoder, Pooling};

/// The inputs: token ids, and 1 for a token and 0 for padding. int64 (B,T)
pub const INPUTS: [&str; 2] = ["input_ids", "attention_mask"];
/// The output of sentence vectors. (B,H)
pub const EMBEDDING: &str = "sentence_embedding";

/// The output of a task's logits. (B,C)
pub fn logits(task: &str) -> String {
    format!("logits.{task}")
}

/// Constants that several nodes share.
struct Shared {
    one: String,
    root_of_d: String,
    /// (0, 0, A, D): the first two dimensions stay.
    in_heads: String,
    /// (0, 0, H)
    together: String,
    activation: ActivationConstants,
    /// (B,1,1,T): 0 for a token, −3.4e38 for padding.
    mask: String,
}

enum ActivationConstants {
    Erf { root_of_2: String, half: String },
    Tanh { three: String, cubic: String, root: String, half: String },
    Relu,
}

/// Adds all nodes of `model`.
pub fn build(model: &Model, graph: &mut Graph) {
    let Model { encoder, pooling, tasks, .. } = model;
    let h = encoder.hidden_size;
    let shared = Shared::new(encoder, graph);
    let mut x = embeddings(encoder, graph);
    for i in 0..encoder.num_hidden_layers {
        x = block(&format!("encoder.layer.{i}"), &x, encoder, &shared, graph);
    }
    let e = pool(*pooling, &x, h, &shared, graph);
    for task in tasks {
        // A head stays float32 in every precision: it is small, and what an answer hangs on.
        let name = format!("heads.{}", task.name);
        let weight = graph.tensor(&format!("{name}.weight"), &[task.labels.len(), h]);
        let bias = graph.tensor(&format!("{name}.bias"), &[task.labels.len()]);
        let share = (1.0 / task.temperature) as f32;
        let settings = [float("alpha", share), float("beta", share), int("transB", 1)];
        graph.node(&logits(&task.name), "Gemm", &[&e, &weight, &bias], &settings);
    }
}

impl Shared {
    fn new(encoder: &Encoder, graph: &mut Graph) -> Self {
        let (h, a) = (encoder.hidden_size as i64, encoder.num_attention_heads as i64);
        let one = graph.number("one", 1.0);
        let lowest = graph.number("lowest", f32::MIN);
        let middle = graph.integers("mask/axes", &[1, 2]);
        let mask = graph.node("mask/unsqueezed", "Unsqueeze", &[INPUTS[1], &middle], &[]);
        let mask = graph.node("mask/cast", "Cast", &[&mask], &[to_float()]);
        let padding = graph.node("mask/padding", "Sub", &[&one, &mask], &[]);
        Self {
            root_of_d: graph.number("root_of_d", (encoder.hidden_size as f32 / a as f32).sqrt()),
            in_heads: graph.integers("shape/in_heads", &[0, 0, a, h / a]),
            together: graph.integers("shape/together", &[0, 0, h]),
            activation: match encoder.hidden_act {
                Activation::Gelu => ActivationConstants::Erf {
                    root_of_2: graph.number("gelu/root_of_2", std::f32::consts::SQRT_2),
                    half: graph.number("gelu/half", 0.5),
                },
                Activation::GeluTanh => ActivationConstants::Tanh {
                    three: graph.number("gelu/three", 3.0),
                    cubic: graph.number("gelu/cubic", 0.044_715),
                    root: graph.number("gelu/root", (2.0 * std::f32::consts::FRAC_1_PI).sqrt()),
                    half: graph.number("gelu/half", 0.5),
                },
                Activation::Relu => ActivationConstants::Relu,
            },
            mask: graph.node("mask", "Mul", &[&padding, &lowest], &[]),
            one,
        }
    }
}

/// (B,T,H)
fn embeddings(encoder: &Encoder, graph: &mut Graph) -> String {
    let h = encoder.hidden_size;
    let name = |table: &str| format!("embeddings.{table}_embeddings.weight");
    let words = graph.gather(&name("word"), [encoder.vocab_size, h], INPUTS[0]);
    let table = graph.tensor(&name("position"), &[encoder.max_position_embeddings, h]);
    // Rows 0 to T − 1 of the table.
    let start = graph.integers("positions/start", &[0]);
    let second = graph.integers("positions/second", &[1]);
    let shape = graph.node("positions/shape", "Shape", &[INPUTS[0]], &[]);
    let end = graph.node("positions/end", "Gather", &[&shape, &second], &[int("axis", 0)]);
    let positions = graph.node("positions", "Slice", &[&table, &start, &end], &[]);
    let token_type = graph.first_row(&name("token_type"), [encoder.type_vocab_size, h]);
    let places = graph.node("embeddings/places", "Add", &[&positions, &token_type], &[]);
    let sum = graph.node("embeddings/sum", "Add", &[&words, &places], &[]);
    norm("embeddings.LayerNorm", &sum, encoder, graph)
}

fn norm(name: &str, x: &str, encoder: &Encoder, graph: &mut Graph) -> String {
    let weight = graph.tensor(&format!("{name}.weight"), &[encoder.hidden_size]);
    let bias = graph.tensor(&format!("{name}.bias"), &[encoder.hidden_size]);
    let settings = [int("axis", -1), float("epsilon", encoder.layer_norm_eps as f32)];
    graph.node(name, "LayerNormalization", &[x, &weight, &bias], &settings)
}

/// (B,T,H) → (B,T,H)
fn block(name: &str, x: &str, encoder: &Encoder, shared: &Shared, graph: &mut Graph) -> String {
    let (h, f) = (encoder.hidden_size, encoder.intermediate_size);
    let part = |of: &str| format!("{name}.{of}");
    let attended = attention(&part("attention.self"), x, h, shared, graph);
    let attended = graph.linear(&part("attention.output.dense"), &attended, [h, h]);
    let sum = graph.node(&part("attention.output/sum"), "Add", &[&attended, x], &[]);
    let u = norm(&part("attention.output.LayerNorm"), &sum, encoder, graph);
    let up = graph.linear(&part("intermediate.dense"), &u, [f, h]);
    let activated = activate(&part("intermediate"), &up, shared, graph);
    let down = graph.linear(&part("output.dense"), &activated, [h, f]);
    let sum = graph.node(&part("output/sum"), "Add", &[&down, &u], &[]);
    norm(&part("output.LayerNorm"), &sum, encoder, graph)
}

/// (B,T,H) → (B,T,H)
fn attention(name: &str, x: &str, h: usize, shared: &Shared, graph: &mut Graph) -> String {
    let part = |of: &str| format!("{name}/{of}");
    // (B,T,H) → (B,A,T,D), and of the keys (B,A,D,T).
    let mut in_heads = |of: &str, order: [i64; 4]| {
        let map = graph.linear(&format!("{name}.{of}"), x, [h, h]);
        let split = graph.node(&part(&format!("{of}/split")), "Reshape", &[&map, &shared.in_heads], &[]);
        graph.node(&part(&format!("{of}/heads")), "Transpose", &[&split], &[ints("perm", &order)])
    };
    let q = in_heads("query", [0, 2, 1, 3]);
    let k = in_heads("key", [0, 2, 3, 1]);
    let v = in_heads("value", [0, 2, 1, 3]);
    let products = graph.node(&part("products"), "MatMul", &[&q, &k], &[]);
    let scores = graph.node(&part("scores"), "Div", &[&products, &shared.root_of_d], &[]);
    let masked = graph.node(&part("masked"), "Add", &[&scores, &shared.mask], &[]);
    let probabilities = graph.node(&part("probabilities"), "Softmax", &[&masked], &[int("axis", -1)]);
    let context = graph.node(&part("context"), "MatMul", &[&probabilities, &v], &[]);
    let rows = graph.node(&part("rows"), "Transpose", &[&context], &[ints("perm", &[0, 2, 1, 3])]);
    graph.node(&part("together"), "Reshape", &[&rows, &shared.together], &[])
}

/// The activation in the nodes that PyTorch's export makes, which onnxruntime fuses into one.
fn activate(name: &str, x: &str, shared: &Shared, graph: &mut Graph) -> String {
    let part = |of: &str| format!("{name}/{of}");
    match &shared.activation {
        ActivationConstants::Erf { root_of_2, half } => {
            let z = graph.node(&part("z"), "Div", &[x, root_of_2], &[]);
            let erf = graph.node(&part("erf"), "Erf", &[&z], &[]);
            let twice = graph.node(&part("twice"), "Add", &[&erf, &shared.one], &[]);
            let product = graph.node(&part("product"), "Mul", &[x, &twice], &[]);
            graph.node(&part("activated"), "Mul", &[&product, half], &[])
        }
        ActivationConstants::Tanh { three, cubic, root, half } => {
            let cube = graph.node(&part("cube"), "Pow", &[x, three], &[]);
            let cube = graph.node(&part("scaled"), "Mul", &[&cube, cubic], &[]);
            let sum = graph.node(&part("sum"), "Add", &[x, &cube], &[]);
            let u = graph.node(&part("u"), "Mul", &[&sum, root], &[]);
            let tanh = graph.node(&part("tanh"), "Tanh", &[&u], &[]);
            let twice = graph.node(&part("twice"), "Add", &[&tanh, &shared.one], &[]);
            let halved = graph.node(&part("halved"), "Mul", &[x, half], &[]);
            graph.node(&part("activated"), "Mul", &[&halved, &twice], &[])
        }
        ActivationConstants::Relu => graph.node(&part("activated"), "Relu", &[x], &[]),
    }
}

/// (B,T,H) → (B,H)
fn pool(pooling: Pooling, x: &str, h: usize, shared: &Shared, graph: &mut Graph) -> String {
    if pooling == Pooling::Mean {
        let [middle, last] = [("pool/tokens", 1), ("pool/last", 2)].map(|(name, axis)| graph.integers(name, &[axis]));
        let mask = graph.node("pool/mask", "Unsqueeze", &[INPUTS[1], &last], &[]);
        let mask = graph.node("pool/cast", "Cast", &[&mask], &[to_float()]);
        let own = graph.node("pool/own", "Mul", &[x, &mask], &[]);
        let sum = graph.node("pool/sum", "ReduceSum", &[&own, &middle], &[int("keepdims", 0)]);
        let count = graph.node("pool/count", "ReduceSum", &[&mask, &middle], &[int("keepdims", 0)]);
        // A row of padding alone has the vector 0.
        let count = graph.node("pool/divisor", "Max", &[&count, &shared.one], &[]);
        return graph.node(EMBEDDING, "Div", &[&sum, &count], &[]);
    }
    let zero = graph.index("pool/zero", 0);
    let name = if pooling == Pooling::Cls { EMBEDDING } else { "pool/first" };
    let first = graph.node(name, "Gather", &[x, &zero], &[int("axis", 1)]);
    if pooling == Pooling::Cls {
        return first;
    }
    let dense = graph.linear("pooler.dense", &first, [h, h]);
    graph.node(EMBEDDING, "Tanh", &[&dense], &[])
}
