//! Criterion benchmarks of each operation on MiniLM's shapes: `cargo bench --bench ops [-- FILTER]`, one thread.
//!
//! `forward` keeps what a backward needs; `both` is a forward and its backward, with the gradients of weights and input.

use std::hint::black_box;
use std::sync::Arc;

use candle_core::{Device, Tensor, Var};
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use polytask::Result;
use polytask::compute::Context;
use polytask::ops::{
    Activation, AdamStep, Attention, Block, EmbeddingTable, Keep, LayerNorm, Linear, ModelPart, Parameter,
    ParameterKind, Passes, Ragged, Role, Strides, Update, WriteMode, activate, cross_entropy, embedding, matmul,
    mean_pool, update,
};
use polytask::random::Stream;

/// MiniLM's H, F, A and V.
const H: usize = 384;
const F: usize = 1536;
const HEADS: usize = 12;
const V: usize = 30_522;
/// Sentences and tokens of each: N = 32 and N = 1024.
const BATCHES: [(usize, usize); 2] = [(4, 8), (32, 32)];

fn numbers(n: usize) -> Vec<f32> {
    let mut stream = Stream::new(0, "benchmark");
    (0..n).map(|_| stream.uniform() - 0.5).collect()
}

fn variable(rows: usize, columns: usize) -> Tensor {
    Var::from_vec(numbers(rows * columns), (rows, columns), &Device::Cpu).expect("numbers fit the shape").into_inner()
}

fn parameter(shape: &[usize]) -> Arc<Parameter> {
    let values = numbers(shape.iter().product());
    let role = Role { part: ModelPart::Layer(0), kind: ParameterKind::Weight };
    Arc::new(Parameter::trainable("p", role, values, shape, &Device::Cpu).expect("numbers fit the shape"))
}

fn linear(o: usize, i: usize) -> Linear {
    Linear { weight: parameter(&[o, i]), bias: parameter(&[o]) }
}

fn layer_norm() -> LayerNorm {
    LayerNorm { weight: parameter(&[H]), bias: parameter(&[H]), eps: 1e-12 }
}

/// Times `operation` alone, then with the backward pass of its sum.
fn time(group: &mut BenchmarkGroup<'_, WallTime>, n: usize, operation: impl Fn() -> Result<Tensor>) {
    group.bench_function(format!("forward/{n}"), |bencher| bencher.iter(|| black_box(operation())));
    let both = || -> Result<()> {
        black_box(operation()?.sum_all()?.backward()?);
        Ok(())
    };
    group.bench_function(format!("both/{n}"), |bencher| bencher.iter(|| both().expect("the shapes agree")));
}

/// Calls `set_up` for each batch with its number of tokens and where its sentences lie.
fn for_each_batch(c: &mut Criterion, name: &str, set_up: impl Fn(&mut BenchmarkGroup<'_, WallTime>, usize, &Ragged)) {
    let mut group = c.benchmark_group(name);
    for (sentences, tokens) in BATCHES {
        set_up(&mut group, sentences * tokens, &Ragged::from_lengths(vec![tokens; sentences]));
    }
    group.finish();
}

fn operations(c: &mut Criterion) {
    let context = Context::default();

    let up = linear(F, H);
    for_each_batch(c, "linear, 384 to 1536", |group, n, _| {
        let xs = variable(n, H);
        time(group, n, || up.forward(&xs, &context));
    });

    let norm = layer_norm();
    for_each_batch(c, "layer_norm", |group, n, _| {
        let xs = variable(n, H);
        time(group, n, || norm.forward(&xs, &context));
    });

    let table = |rows| {
        let all = Some((0..rows as u32).collect());
        Arc::new(
            EmbeddingTable::new("table", numbers(rows * H), (rows, H), all, &Device::Cpu)
                .expect("numbers fit the shape"),
        )
    };
    let (word, position, token_type) = (table(V), table(512), parameter(&[2, H]));
    for_each_batch(c, "embedding", |group, n, sentences| {
        let ids: Vec<u32> = (0..n).map(|i| (i * 31 % V) as u32).collect();
        let positions: Vec<u32> = sentences.ranges().flat_map(|range| 0..range.len() as u32).collect();
        time(group, n, || embedding(&word, &ids, &position, &positions, &token_type, &context));
    });

    let block = Arc::new(Block {
        query: linear(H, H),
        key: linear(H, H),
        value: linear(H, H),
        output: linear(H, H),
        attention_norm: layer_norm(),
        up: linear(F, H),
        down: linear(H, F),
        output_norm: layer_norm(),
        heads: HEADS,
        activation: Activation::Gelu,
        passes: Passes::default(),
    });
    for_each_batch(c, "block", |group, n, sentences| {
        let xs = variable(n, H);
        time(group, n, || block.forward(&xs, sentences, Keep::Activations(None), &context));
    });

    for_each_batch(c, "mean_pool", |group, n, sentences| {
        let xs = variable(n, H);
        time(group, n, || mean_pool(&xs, sentences, &context));
    });

    for_each_batch(c, "cross_entropy, 3 classes", |group, n, sentences| {
        let logits = variable(sentences.sentences(), 3);
        let labels: Vec<i64> = (0..sentences.sentences() as i64).map(|row| row % 3).collect();
        time(group, n, || Ok(cross_entropy(&logits, &labels)?.expect("every row is labelled")));
    });
}

/// The parts of a block that are no operations of their own.
fn parts(c: &mut Criterion) {
    let cpu = Context::default().cpu();
    for_each_batch(c, "matmul, 384 to 1536", |group, n, _| {
        let (xs, weight, mut ys) = (numbers(n * H), numbers(F * H), vec![0.0; n * F]);
        let (rows, transposed) = (Strides::rows, Strides::rows(H).transposed());
        group.bench_function(format!("forward/{n}"), |bencher| {
            bencher.iter(|| {
                let (ys, mode) = ((ys.as_mut_slice(), rows(F)), WriteMode::Overwrite);
                matmul(cpu, (n, F, H), ys, mode, (&xs, rows(H)), (&weight, transposed), 1.0);
            });
        });
    });

    for_each_batch(c, "attention", |group, n, sentences| {
        let attention = Attention { sentences, heads: HEADS, mask: None };
        let xs = numbers(n * H);
        let (mut probabilities, mut ys) = (vec![0.0; sentences.probabilities(HEADS)], vec![0.0; n * H]);
        let mut gradients = [(); 3].map(|()| vec![0.0; n * H]);
        group.bench_function(format!("forward/{n}"), |bencher| {
            bencher.iter(|| attention.forward(cpu, [&xs; 3], &mut probabilities, &mut ys));
        });
        group.bench_function(format!("backward/{n}"), |bencher| {
            let mut run = || {
                attention.backward(cpu, [&xs; 3], &probabilities, &xs, gradients.each_mut().map(Vec::as_mut_slice));
            };
            bencher.iter(&mut run);
        });
    });

    for_each_batch(c, "gelu and its slope", |group, n, _| {
        let (xs, mut ys, mut slopes) = (numbers(n * F), vec![0.0; n * F], vec![0.0; n * F]);
        group.bench_function(format!("forward/{n}"), |bencher| {
            bencher.iter(|| {
                ys.copy_from_slice(&xs);
                activate(cpu, Activation::Gelu, &mut ys, &mut slopes);
            });
        });
    });
}

fn optimizer(c: &mut Criterion) {
    let context = Context::default();
    let [theta, gradient, m, v] = [0; 4].map(|_| variable(F, H));
    let adam = Update::Adam(AdamStep { learning_rate: 1e-3, l2: 0.0, decay: 0.0, t: 1 });
    // Each update leaves old values in the gradient's place, which the next one takes for a gradient: as good as any.
    c.bench_function("adam, 1536 × 384", |bencher| {
        bencher.iter(|| update(&theta, gradient.clone(), 1.0, [&m, &v], adam, &context).expect("the shapes agree"));
    });
}

criterion_group!(benches, operations, parts, optimizer);
criterion_main!(benches);
