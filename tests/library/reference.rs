//! Our numbers against PyTorch's: the goldens of `tests/reference/`, which `generate.py` there made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use polytask::compute::Context;
use polytask::model::{Loading, Model, Pass, Weights, parse_config};
use polytask::ops::CrossEntropy;
use polytask::random::Stream;
use polytask::recipe::{Freeze, OptimizerKind, Pooling, Schedule, Task, Training, WeightAveraging};
use polytask::text::{Batch, Encoding, Tokenizer};
use polytask::train::{Optimizer, TaskWeights, WeightAverage, lr_multiplier};
use serde_json::Value;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn reference(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(file)
}

fn json(file: &str) -> Result<Value> {
    Ok(serde_json::from_slice(&std::fs::read(reference(file))?)?)
}

fn tensors(file: &str) -> Result<std::collections::HashMap<String, Tensor>> {
    Ok(candle_core::safetensors::load(reference(file), &Device::Cpu)?)
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list of numbers");
    list.iter().map(|x| x.as_f64().expect("a number")).collect()
}

fn flat(xs: &Tensor) -> Vec<f32> {
    xs.detach().flatten_all().and_then(|xs| xs.to_vec1()).expect("an f32 tensor")
}

fn tasks(names: [&str; 2]) -> Vec<Task> {
    let labels = |n: usize| (0..n).map(|label| label.to_string()).collect();
    names.into_iter().zip([3, 2]).map(|(name, n)| Task { name: name.into(), labels: labels(n) }).collect()
}

/// The tiny model, its heads and its ragged batch; every row of the tables trains.
fn tiny(pooling: Pooling, hidden_act: &str) -> Result<(Model, Batch)> {
    tiny_with_rows(pooling, hidden_act, None)
}

/// The same with only these rows of the word table trained, and as many of the positions.
fn tiny_with_rows(pooling: Pooling, hidden_act: &str, rows: Option<(&[u32], usize)>) -> Result<(Model, Batch)> {
    let mut config = json("tiny/config.json")?;
    config["hidden_act"] = hidden_act.into();
    let bytes = std::fs::read(reference("tiny/weights.safetensors"))?;
    let context = Context::default();
    let loading = Loading {
        freeze: Freeze::None,
        pooling,
        word_rows: rows.map(|(rows, _)| rows),
        positions: rows.map(|(_, positions)| positions),
        keep_heads: true,
        context: &context,
    };
    let model = Model::load(
        &parse_config(config.to_string().as_bytes())?,
        Weights::from_safetensors(&bytes)?,
        &tasks(["a", "b"]),
        &loading,
        &mut Stream::new(0, "init"),
    )?;
    let golden = json("tiny/batch.json")?;
    let sentences: Vec<Vec<u32>> = serde_json::from_value(golden["sentences"].clone())?;
    let encodings: Vec<Encoding> =
        sentences.into_iter().map(|input_ids| Encoding { full_length: input_ids.len(), input_ids }).collect();
    let mut batch = Batch::of_sentences(&encodings);
    for task in ["a", "b"] {
        batch.labels.push(serde_json::from_value(golden["labels"][task].clone())?);
    }
    Ok((model, batch))
}

/// Each task's loss and the total, as tensors.
fn losses(model: &Model, batch: &Batch) -> Result<(Vec<f32>, Tensor)> {
    losses_by(&Default::default(), model, batch)
}

fn losses_by(of: &[CrossEntropy; 2], model: &Model, batch: &Batch) -> Result<(Vec<f32>, Tensor)> {
    let logits = model.forward(batch, Pass::Training(None))?;
    let losses: Vec<Tensor> = of
        .iter()
        .zip(&logits)
        .zip(&batch.labels)
        .map(|((of, logits), labels)| Ok(of.loss(logits, labels)?.expect("every task is labelled")))
        .collect::<Result<_>>()?;
    let total = (&losses[0] + &losses[1])?;
    let values = losses.iter().chain([&total]).map(|x| x.to_scalar::<f32>());
    Ok((values.collect::<candle_core::Result<_>>()?, total))
}

/// `steps` optimizer steps on one batch: the losses (a, b, total) of each step's forward pass.
fn train(model: &Model, batch: &Batch, training: &Training, steps: usize) -> Result<Vec<[f64; 3]>> {
    train_by(&Default::default(), model, batch, training, steps)
}

fn train_by(
    of: &[CrossEntropy; 2],
    model: &Model,
    batch: &Batch,
    training: &Training,
    steps: usize,
) -> Result<Vec<[f64; 3]>> {
    let mut optimizer = Optimizer::new(training, model)?;
    let mut course = Vec::new();
    for step in 0..steps {
        let (values, total) = losses_by(of, model, batch)?;
        course.push([0, 1, 2].map(|i| f64::from(values[i])));
        let rate = lr_multiplier(training.schedule, step, training.warmup as usize, steps);
        let gradients = model.gradients(&total)?;
        optimizer.step(gradients, training.learning_rate * rate)?;
    }
    Ok(course)
}

#[track_caller]
fn close(what: &str, ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len(), "{what}: another length");
    // Relative to the tensor's largest entry. A key's bias moves all of a row's scores alike, which softmax cannot see:
    // its gradient is 0 but for rounding, and is held to 0 within 1e-6.
    let floor = if what.ends_with("attention.self.key.bias") { 1e-2 } else { 0.0 };
    let scale = theirs.iter().fold(floor, |largest: f32, x| largest.max(x.abs()));
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() <= tolerance * scale, "{what}[{i}]: {a} against PyTorch's {b}");
    }
}

#[track_caller]
fn close_course(what: &str, ours: &[[f64; 3]], column: usize, theirs: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    for (step, (a, b)) in ours.iter().zip(theirs).enumerate() {
        let error = (a[column] - b).abs() / b.abs();
        assert!(error <= tolerance, "{what}, step {step}: {} against PyTorch's {b}", a[column]);
    }
}

#[test]
fn tiny_logits_losses_gradients_and_ten_adam_losses() -> Result<()> {
    for (pooling, file) in [(Pooling::Mean, "mean"), (Pooling::Cls, "cls"), (Pooling::Pooler, "pooler")] {
        let golden = tensors(&format!("tiny/{file}.safetensors"))?;
        let (model, batch) = tiny(pooling, "gelu")?;
        for (task, logits) in ["a", "b"].iter().zip(model.forward(&batch, Pass::Evaluation)?) {
            let name = format!("logits.{task}");
            close(&format!("{file} {name}"), &flat(&logits), &flat(&golden[&name]), 1e-4);
        }
        let (values, total) = losses(&model, &batch)?;
        for (value, name) in values.iter().zip(["loss.a", "loss.b", "loss.total"]) {
            close(&format!("{file} {name}"), &[*value], &flat(&golden[name]), 1e-5);
        }

        let gradients = model.gradients(&total)?;
        let expected: BTreeMap<&str, &Tensor> = golden
            .iter()
            .filter_map(|(name, xs)| Some((name.strip_prefix("grad.")?, xs)))
            .map(|(name, xs)| (name.strip_prefix("bert.").unwrap_or(name), xs))
            .collect();
        let names = |keys: Vec<&str>| keys.into_iter().map(String::from).collect::<Vec<_>>();
        assert_eq!(names(gradients.keys().copied().collect()), names(expected.keys().copied().collect()));
        for (name, gradient) in &gradients {
            close(&format!("{file} gradient of {name}"), &flat(gradient), &flat(expected[name]), 1e-4);
        }

        let (model, batch) = tiny(pooling, "gelu")?;
        let course = train(&model, &batch, &Training::default(), 10)?;
        let expected: Vec<Vec<f32>> = golden["adam_losses"].to_vec2()?;
        for column in 0..3 {
            let expected: Vec<f64> = expected.iter().map(|row| f64::from(row[column])).collect();
            close_course(&format!("{file} Adam"), &course, column, &expected, 1e-4);
        }
    }
    Ok(())
}

#[test]
fn optimizers_and_schedules() -> Result<()> {
    let golden = json("tiny/optim.json")?;
    let adam = Training::default();
    for (name, training) in [
        ("adamw", Training { optimizer: OptimizerKind::AdamW, weight_decay: 0.1, ..adam.clone() }),
        ("sgd", Training { optimizer: OptimizerKind::Sgd, learning_rate: 0.05, ..adam.clone() }),
        ("adam_weight_decay", Training { weight_decay: 0.1, ..adam.clone() }),
        ("adam_clip", Training { max_grad_norm: Some(1.0), ..adam.clone() }),
        ("adam_linear", Training { schedule: Schedule::Linear, warmup: 3, ..adam.clone() }),
        ("adam_cosine", Training { schedule: Schedule::Cosine, warmup: 3, ..adam.clone() }),
    ] {
        for (step, rate) in numbers(&golden[name]["learning_rates"]).into_iter().enumerate() {
            let ours = training.learning_rate * lr_multiplier(training.schedule, step, training.warmup as usize, 10);
            assert!((ours - rate).abs() < 1e-9, "{name}, step {step}: {ours} against PyTorch's {rate}");
        }
        let (model, batch) = tiny(Pooling::Mean, "gelu")?;
        let course = train(&model, &batch, &training, 10)?;
        close_course(name, &course, 2, &numbers(&golden[name]["losses"]), 1e-4);
    }
    Ok(())
}

#[test]
fn twenty_steps_with_each_setting() -> Result<()> {
    let golden = json("tiny/settings.json")?;
    let weights = [&[0.5_f32, 2.0, 1.25][..], &[1.5, 0.75]].map(|weights| Some(weights.into()));
    let loss = |label_smoothing, class_weights| CrossEntropy { label_smoothing, class_weights };
    let plain = [(); 2].map(|()| CrossEntropy::default());
    let smoothed = [(); 2].map(|()| loss(0.1, None));
    let weighted = weights.clone().map(|weights| loss(0.0, weights));
    let both = weights.map(|weights| loss(0.1, weights));
    let adam = Training::default();
    let adamw = Training { optimizer: OptimizerKind::AdamW, weight_decay: 0.1, ..adam.clone() };
    let scheduled = |schedule| Training { schedule, warmup: 5, ..adam.clone() };
    for (name, of, training) in [
        ("adamw", &plain, adamw.clone()),
        ("linear", &plain, scheduled(Schedule::Linear)),
        ("cosine", &plain, scheduled(Schedule::Cosine)),
        ("constant", &plain, scheduled(Schedule::Constant)),
        ("max_grad_norm", &plain, Training { max_grad_norm: Some(0.5), ..adam.clone() }),
        ("head_learning_rate", &plain, Training { head_learning_rate: Some(1e-2), ..adam.clone() }),
        ("label_smoothing", &smoothed, adam.clone()),
        ("class_weights", &weighted, adam.clone()),
        ("label_smoothing_and_class_weights", &both, adam.clone()),
        (
            "all",
            &both,
            Training {
                schedule: Schedule::Cosine,
                warmup: 5,
                max_grad_norm: Some(0.5),
                head_learning_rate: Some(1e-2),
                ..adamw
            },
        ),
    ] {
        for (step, rate) in numbers(&golden[name]["learning_rates"]).into_iter().enumerate() {
            let ours = training.learning_rate * lr_multiplier(training.schedule, step, training.warmup as usize, 20);
            assert!((ours - rate).abs() < 1e-9, "{name}, step {step}: {ours} against PyTorch's {rate}");
        }
        let (model, batch) = tiny(Pooling::Mean, "gelu")?;
        let course = train_by(of, &model, &batch, &training, 20)?;
        for (column, task) in ["a", "b", "total"].iter().enumerate() {
            close_course(&format!("{name} {task}"), &course, column, &numbers(&golden[name]["losses"][task]), 1e-4);
        }
    }
    Ok(())
}

#[test]
fn averaged_weights_agree_with_torch_swa_utils() -> Result<()> {
    let golden = json("tiny/averaging.json")?;
    let training = Training { optimizer: OptimizerKind::AdamW, weight_decay: 0.1, ..Training::default() };
    let unused = golden["unused_row"].as_u64().expect("a row") as u32;
    for (name, averaging) in [("ema", WeightAveraging::Ema(0.8)), ("swa", WeightAveraging::Swa(0.5))] {
        let (_, batch) = tiny(Pooling::Mean, "gelu")?;
        let mut used = batch.input_ids.clone();
        used.sort_unstable();
        used.dedup();
        assert!(!used.contains(&unused));
        let (model, _) = tiny_with_rows(Pooling::Mean, "gelu", Some((&used, 12)))?;
        let mut optimizer = Optimizer::new(&training, &model)?;
        let mut average = WeightAverage::new(averaging, 20).expect("it averages");
        let mut course = Vec::new();
        for step in 1..=20 {
            average.put_into_model(false)?;
            let (_, total) = losses(&model, &batch)?;
            optimizer.step(model.gradients(&total)?, 1e-3)?;
            average.add(&model, step)?;
            average.put_into_model(true)?;
            let (values, _) = losses(&model, &batch)?;
            course.push([0, 1, 2].map(|i| f64::from(values[i])));
        }
        for (column, task) in ["a", "b", "total"].iter().enumerate() {
            close_course(&format!("{name} {task}"), &course, column, &numbers(&golden[name]["losses"][task]), 1e-4);
        }
        let saved = model.to_files(&tasks(["a", "b"]), 16)?;
        let saved = candle_core::safetensors::load_buffer(&saved.weights, &Device::Cpu)?;
        let row = saved["bert.embeddings.word_embeddings.weight"].get(unused as usize)?;
        let expected: Vec<f32> = numbers(&golden[name]["word_embedding"]).iter().map(|&x| x as f32).collect();
        close(&format!("{name} unused row"), &flat(&row), &expected, 1e-5);
    }
    Ok(())
}

#[test]
fn gradual_unfreezing_leaves_what_is_not_due_alone() -> Result<()> {
    let golden = &json("tiny/settings.json")?["gradual_unfreezing"];
    let training = Training { optimizer: OptimizerKind::AdamW, weight_decay: 0.1, ..Training::default() };
    let (_, batch) = tiny(Pooling::Mean, "gelu")?;
    let mut used = batch.input_ids.clone();
    used.sort_unstable();
    used.dedup();
    let (mut model, _) = tiny_with_rows(Pooling::Mean, "gelu", Some((&used, 12)))?;
    let mut optimizer = Optimizer::new(&training, &model)?;
    let values = |model: &Model| -> BTreeMap<String, Vec<f32>> {
        model.trainable().iter().map(|(name, p)| (name.to_string(), flat(p.value()))).collect()
    };
    let start = values(&model);
    let mut course = Vec::new();
    for (frozen, parts) in [
        (Freeze::Encoder, ["heads."].as_slice()),
        (Freeze::Layers(1), &["heads.", "encoder.layer.1."]),
        (Freeze::Embeddings, &["heads.", "encoder.layer.1.", "encoder.layer.0."]),
        (Freeze::None, &["heads.", "encoder.layer.1.", "encoder.layer.0.", "embeddings."]),
    ] {
        assert!(model.set_frozen(frozen)?);
        for _ in 0..5 {
            let (values, total) = losses(&model, &batch)?;
            course.push([0, 1, 2].map(|i| f64::from(values[i])));
            let gradients = model.gradients(&total)?;
            let reached = gradients.keys().all(|name| parts.iter().any(|part| name.starts_with(part)));
            assert!(reached, "{frozen} has a gradient: {:?}", gradients.keys());
            optimizer.step(gradients, 1e-3)?;
        }
        for (name, after) in values(&model) {
            let moved = after != start[&name];
            assert_eq!(moved, parts.iter().any(|part| name.starts_with(part)), "{frozen}: {name}");
        }
        let decay = if frozen == Freeze::None { (1.0 - 1e-3 * 0.1_f64).powi(5) } else { 1.0 };
        assert!((model.encoder().word_table().shrinkage() - decay).abs() < 1e-12, "{frozen}");
    }
    for (column, task) in ["a", "b", "total"].iter().enumerate() {
        close_course(&format!("unfreezing {task}"), &course, column, &numbers(&golden["losses"][task]), 1e-4);
    }
    assert_eq!(
        model.set_frozen(Freeze::Layers(3)).unwrap_err().to_string(),
        "freeze: layers:3 asks for more than the encoder's 2 layers"
    );
    Ok(())
}

#[test]
fn smoothed_and_weighted_cross_entropy_and_its_gradient() -> Result<()> {
    let golden = &json("tiny/settings.json")?["cross_entropy"];
    let logits: Vec<Vec<f32>> = serde_json::from_value(golden["logits"].clone())?;
    let labels: Vec<i64> = serde_json::from_value(golden["labels"].clone())?;
    let weights: Vec<f32> = serde_json::from_value(golden["class_weights"].clone())?;
    let smoothing = golden["label_smoothing"].as_f64().expect("a number");
    for (name, label_smoothing, class_weights) in [
        ("plain", 0.0, None),
        ("smoothed", smoothing, None),
        ("weighted", 0.0, Some(weights.clone().into())),
        ("both", smoothing, Some(weights.into())),
    ] {
        let logits = candle_core::Var::new(logits.clone(), &Device::Cpu)?;
        let of = CrossEntropy { label_smoothing, class_weights };
        let loss = of.loss(&logits, &labels)?.expect("some rows are labelled");
        let expected = golden[name]["loss"].as_f64().expect("a number") as f32;
        close(&format!("{name} loss"), &flat(&loss), &[expected], 1e-6);
        let gradient = loss.backward()?.remove(&logits).expect("a gradient");
        let expected: Vec<Vec<f32>> = serde_json::from_value(golden[name]["gradient"].clone())?;
        close(&format!("{name} gradient"), &flat(&gradient), &expected.concat(), 1e-6);
    }
    Ok(())
}

#[test]
fn activations() -> Result<()> {
    let golden = json("tiny/activations.json")?;
    for act in ["gelu_new", "relu"] {
        let (model, batch) = tiny(Pooling::Mean, act)?;
        let logits = flat(&model.forward(&batch, Pass::Evaluation)?[0]);
        let rows = golden[act]["logits.a"].as_array().expect("rows");
        let expected: Vec<f32> = rows.iter().flat_map(numbers).map(|x| x as f32).collect();
        // gelu and gelu_new differ by 1.5e-4 here, so the usual 1e-4 could not tell them apart.
        close(act, &logits, &expected, 1e-5);
        let course = train(&model, &batch, &Training::default(), 3)?;
        close_course(act, &course, 2, &numbers(&golden[act]["losses"]), 1e-4);
    }
    Ok(())
}

#[test]
fn every_trainable_parameter_gets_a_gradient_and_moves() -> Result<()> {
    for pooling in [Pooling::Mean, Pooling::Cls, Pooling::Pooler] {
        let (model, batch) = tiny(pooling, "gelu")?;
        let before: BTreeMap<String, Vec<f32>> =
            model.trainable().iter().map(|(name, p)| (name.to_string(), flat(p.value()))).collect();
        let (_, total) = losses(&model, &batch)?;
        let gradients = model.gradients(&total)?;
        assert_eq!(gradients.len(), before.len());
        for (name, gradient) in &gradients {
            let gradient = flat(gradient);
            assert!(gradient.iter().all(|g| g.is_finite()), "{name}");
            assert!(gradient.iter().any(|&g| g != 0.0), "the gradient of {name} is zero");
        }
        Optimizer::new(&Training::default(), &model)?.step(gradients, 1e-3)?;
        for (name, parameter) in model.trainable() {
            assert_ne!(flat(parameter.value()), before[name], "{name} did not move");
        }
    }
    Ok(())
}

#[test]
fn compact_tables_equal_dense_ones_under_decay() -> Result<()> {
    for optimizer in [OptimizerKind::AdamW, OptimizerKind::Sgd] {
        let training = Training { optimizer, weight_decay: 0.3, learning_rate: 0.05, ..Training::default() };
        let (dense, batch) = tiny(Pooling::Mean, "gelu")?;
        let mut used = batch.input_ids.clone();
        used.sort_unstable();
        used.dedup();
        let longest = batch.sentences.ranges().map(|range| range.len()).max().expect("there are sentences");
        let (compact, _) = tiny_with_rows(Pooling::Mean, "gelu", Some((&used, longest)))?;
        let untouched = Batch::of_sentences([&Encoding { input_ids: (0..16).collect(), full_length: 16 }]);
        let mut logits = Vec::new();
        let mut saved = Vec::new();
        for model in [&dense, &compact] {
            train(model, &batch, &training, 5)?;
            logits.extend(flat(&model.forward(&untouched, Pass::Evaluation)?[0]));
            let files = model.to_files(&tasks(["a", "b"]), 16)?;
            saved.push(candle_core::safetensors::load_buffer(&files.weights, &Device::Cpu)?);
        }
        let (dense, compact) = logits.split_at(logits.len() / 2);
        assert!(dense.iter().zip(compact).all(|(a, b)| (a - b).abs() < 1e-5), "{dense:?} {compact:?}");
        for (name, dense) in &saved[0] {
            let compact = flat(&saved[1][name]);
            assert!(flat(dense).iter().zip(compact).all(|(a, b)| (a - b).abs() < 1e-6), "{optimizer:?}: {name}");
        }
    }
    Ok(())
}

#[test]
fn the_company_of_a_longer_sentence_changes_nothing() -> Result<()> {
    let (model, _) = tiny(Pooling::Mean, "gelu")?;
    let encoding = |ids: &[u32]| Encoding { input_ids: ids.to_vec(), full_length: ids.len() };
    let short = encoding(&[1, 9, 30, 2]);
    let long = encoding(&[1, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 2]);
    let alone = model.forward(&Batch::of_sentences([&short]), Pass::Evaluation)?;
    let together = model.forward(&Batch::of_sentences([&long, &short, &long]), Pass::Evaluation)?;
    for (alone, together) in alone.iter().zip(together) {
        let together = together.narrow(0, 1, 1)?;
        for (a, b) in flat(alone).iter().zip(flat(&together)) {
            assert!((a - b).abs() <= 1e-5, "{a} alone, {b} in company");
        }
    }
    Ok(())
}

/// MiniLM's files, which `build.sh` fetches.
fn minilm(file: &str) -> Result<Vec<u8>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/all-MiniLM-L6-v2").join(file);
    std::fs::read(&path).map_err(|e| format!("{}: {e}; run ./build.sh encoder first", path.display()).into())
}

fn minilm_model(heads: &[u8], pooling: Pooling, bytes: &[u8]) -> Result<Model> {
    let context = Context::default();
    let loading = Loading {
        freeze: Freeze::None,
        pooling,
        word_rows: None,
        positions: None,
        keep_heads: true,
        context: &context,
    };
    let model = Model::load(
        &parse_config(&minilm("config.json")?)?,
        Weights::from_safetensors(bytes)?,
        &tasks(["a", "b"]),
        &loading,
        &mut Stream::new(0, "init"),
    )?;
    for (name, values) in candle_core::safetensors::load_buffer(heads, &Device::Cpu)? {
        polytask::ops::copy_into(model.trainable()[name.as_str()].value(), &values)?;
    }
    Ok(model)
}

#[test]
fn minilm_tokens_and_sentence_embeddings() -> Result<()> {
    let golden = json("minilm/sentences.json")?;
    let sentences: Vec<String> = serde_json::from_value(golden["sentences"].clone())?;
    let expected: Vec<Vec<u32>> = serde_json::from_value(golden["input_ids"].clone())?;
    assert_eq!(sentences.len(), 20);
    let tokenizer = Tokenizer::from_json(&minilm("tokenizer.json")?, 512, 30_522)?;
    let encodings: Vec<Encoding> =
        sentences.iter().map(|text| tokenizer.encode(text)).collect::<polytask::Result<_>>()?;
    for ((encoding, expected), text) in encodings.iter().zip(&expected).zip(&sentences) {
        assert_eq!(encoding.input_ids, *expected, "{text:?}");
        assert_eq!(encoding.full_length, expected.len());
    }
    let bytes = minilm("model.safetensors")?;
    let heads = std::fs::read(reference("minilm/heads.safetensors"))?;
    let golden = tensors("minilm/embeddings.safetensors")?;
    for (pooling, name) in [(Pooling::Mean, "embeddings"), (Pooling::Cls, "cls"), (Pooling::Pooler, "pooler")] {
        let model = minilm_model(&heads, pooling, &bytes)?;
        let ours = flat(&model.embed(&Batch::of_sentences(&encodings), Pass::Evaluation)?);
        for (a, b) in ours.iter().zip(flat(&golden[name])) {
            assert!((a - b).abs() <= 1e-4, "{name}: {a} against PyTorch's {b}");
        }
    }
    Ok(())
}

#[test]
fn minilm_twenty_adam_steps_on_the_notebooks_sentences() -> Result<()> {
    let golden = json("minilm/trajectory.json")?;
    let input_ids: Vec<Vec<u32>> = serde_json::from_value(golden["input_ids"].clone())?;
    let encodings: Vec<Encoding> =
        input_ids.into_iter().map(|input_ids| Encoding { full_length: input_ids.len(), input_ids }).collect();
    let mut batch = Batch::of_sentences(&encodings);
    for task in ["a", "b"] {
        batch.labels.push(serde_json::from_value(golden["labels"][task].clone())?);
    }
    let bytes = minilm("model.safetensors")?;
    let heads = std::fs::read(reference("minilm/heads.safetensors"))?;
    for (rate, learning_rate, tolerance) in [("1e-4", 1e-4, 1e-4), ("1e-3", 1e-3, 1e-3)] {
        let model = minilm_model(&heads, Pooling::Mean, &bytes)?;
        let training = Training { learning_rate, ..Training::default() };
        let course = train(&model, &batch, &training, 20)?;
        for (column, name) in ["a", "b", "total"].iter().enumerate() {
            let expected = numbers(&golden[rate][name]);
            close_course(&format!("{rate} {name}"), &course, column, &expected, tolerance);
        }
    }
    Ok(())
}

#[test]
fn total_is_the_plain_sum_and_weights_scale_it() -> Result<()> {
    let weights = |recipe: &str| -> polytask::Result<TaskWeights> {
        let recipe = polytask::recipe::Recipe::from_json(recipe)?;
        TaskWeights::new(&recipe.training, &tasks(["a", "b"]))
    };
    let losses = [Some(0.5), Some(0.25)];
    assert_eq!(weights("{}")?.total_of(&losses), 0.75);
    assert_eq!(weights("{\"training\": {\"task_weight\": {\"b\": 4}}}")?.total_of(&losses), 1.5);
    assert_eq!(
        weights("{\"training\": {\"task_weight\": {\"c\": 1}}}").unwrap_err().to_string(),
        "task_weight: there is no task \"c\"; the tasks are \"a\", \"b\""
    );
    Ok(())
}
