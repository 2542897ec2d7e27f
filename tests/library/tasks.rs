//! Several tasks in one run: their gradients apart, steps on some of them, what they do to each other.

use std::collections::BTreeSet;

use crate::runs::{self, loss_bits, parameters, prepare, prepare_from, recipe, run_to_end, serialised, step};
use candle_core::Device;
use polytask::protocol::{Event, Gradients, Interference, StepReport};
use polytask::recipe::{Recipe, Weighting};
use polytask::run::Run;

const ONE_BATCH: &str = r#""epochs": 4, "batch_size": 6, "shuffle": false"#;

fn observed(training: &str) -> Recipe {
    let mut recipe = recipe(training);
    recipe.diagnostics.gradients_every = 1;
    recipe
}

fn gradients(events: &[Event]) -> Vec<&Gradients> {
    events
        .iter()
        .filter_map(|event| if let Event::Gradients(gradients) = event { Some(gradients) } else { None })
        .collect()
}

fn steps(events: &[Event]) -> Vec<&StepReport> {
    events.iter().filter_map(|event| if let Event::Step(step) = event { Some(step) } else { None }).collect()
}

fn close(what: &str, found: f64, expected: f64, tolerance: f64) {
    assert!((found - expected).abs() <= tolerance * expected.abs().max(1e-6), "{what}: {found}, expected {expected}");
}

/// The shared parameters' values, one after the other.
fn shared(run: &Run) -> Vec<f64> {
    let parameters = parameters(run).into_iter().filter(|(name, _)| !name.starts_with("heads."));
    parameters.flat_map(|(_, xs)| xs).map(f64::from).collect()
}

fn head(run: &Run, task: &str) -> Vec<f32> {
    let name = format!("heads.{task}.weight");
    parameters(run).into_iter().find(|(found, _)| *found == name).expect("a head").1
}

/// The gradient of `task` for the shared parameters: their change in a step of plain gradient descent with step size 1.
fn descent(training: &str, task: &str) -> Vec<f64> {
    let training = format!(r#"{training}, "optimizer": "sgd", "learning_rate": 1"#);
    let (mut run, _) = prepare(&recipe(&training)).unwrap();
    let before = shared(&run);
    run.advance(&[task.into()]).unwrap();
    before.iter().zip(shared(&run)).map(|(before, after)| before - after).collect()
}

fn dot(xs: &[f64], ys: &[f64]) -> f64 {
    xs.iter().zip(ys).map(|(x, y)| x * y).sum()
}

#[test]
fn the_geometry_is_that_of_each_tasks_own_gradient() {
    let (mut run, _) = prepare(&observed(ONE_BATCH)).unwrap();
    let before = shared(&run);
    let events = run.advance(&[]).unwrap();
    let told = gradients(&events)[0];
    let own = ["a", "b"].map(|task| descent(ONE_BATCH, task));
    for i in 0..2 {
        for j in 0..2 {
            close("gram", told.whole.gram[i][j], dot(&own[i], &own[j]), 1e-4);
            let layers: f64 = told.layers.values().map(|layer| layer.gram[i][j]).sum();
            close("sum of the layers", layers, told.whole.gram[i][j], 1e-12);
        }
        close("norm", told.whole.norms[i], dot(&own[i], &own[i]).sqrt(), 1e-4);
    }
    let cosine = dot(&own[0], &own[1]) / (told.whole.norms[0] * told.whole.norms[1]);
    close("cosine", told.whole.cosines[0][1], cosine, 1e-3);
    assert_eq!(told.whole.conflict, cosine < 0.0);
    assert_eq!(told.layers.keys().collect::<Vec<_>>(), ["embeddings", "layer.0", "layer.1"]);
    assert_eq!((told.step, &told.weights), (1, &vec![1.0, 1.0]));
    assert_eq!(told.tasks, ["a", "b"]);

    // Adam's update, projected on the gradients.
    let change: Vec<f64> = shared(&run).iter().zip(&before).map(|(after, before)| after - before).collect();
    close("‖Δθ‖", told.update.norm, dot(&change, &change).sqrt(), 1e-4);
    for (product, own) in told.update.products.iter().zip(&own) {
        close("Δθ·g", *product, dot(&change, own), 1e-3);
    }
    let inside: Vec<f64> = own[0]
        .iter()
        .zip(&own[1])
        .map(|(a, b)| told.update.coefficients[0] * a + told.update.coefficients[1] * b)
        .collect();
    let rest: Vec<f64> = change.iter().zip(&inside).map(|(change, inside)| change - inside).collect();
    for own in &own {
        assert!(dot(&rest, own).abs() < 1e-3 * dot(&change, own).abs(), "what is left is not at right angles");
    }
    close("share", told.update.share, dot(&inside, &inside).sqrt() / told.update.norm, 1e-3);
}

#[test]
fn with_plain_descent_the_update_lies_in_the_gradients_span() {
    let (_, events) =
        run_to_end(&observed(&format!(r#"{ONE_BATCH}, "optimizer": "sgd", "learning_rate": 0.5"#))).unwrap();
    for told in gradients(&events) {
        close("share", told.update.share, 1.0, 1e-5);
        for coefficient in &told.update.coefficients {
            close("coefficient", *coefficient, -0.5, 1e-3);
        }
        close("combined", told.update.norm, 0.5 * told.combined_norm, 1e-4);
    }
}

#[test]
fn watching_changes_nothing() {
    for training in [
        r#""epochs": 3, "batch_size": 2"#,
        r#""epochs": 2, "batch_size": 2, "gradient_accumulation_steps": 2, "dropout": 0.1"#,
        r#""epochs": 3, "batch_size": 2, "optimizer": "adamw", "weight_decay": 0.1, "max_grad_norm": 0.5"#,
        r#""epochs": 2, "batch_size": 3, "weighting": "pcgrad", "dropout": 0.1"#,
        r#""epochs": 2, "batch_size": 3, "weighting": "famo", "dropout": 0.1"#,
        r#""epochs": 4, "batch_size": 6, "weighting": "mgda", "gradual_unfreezing": 1"#,
    ] {
        let quiet = recipe(training);
        let mut watched = quiet.clone();
        watched.diagnostics.gradients_every = 1;
        watched.diagnostics.interference_every = 1;
        let ((quiet, quiet_events), (watched, watched_events)) =
            (run_to_end(&quiet).unwrap(), run_to_end(&watched).unwrap());
        assert_eq!(loss_bits(&quiet_events), loss_bits(&watched_events), "{training}");
        assert_eq!(parameters(&quiet), parameters(&watched), "{training}");
        assert!(!gradients(&watched_events).is_empty());
    }
}

#[test]
fn gradients_are_told_every_so_many_steps() {
    let mut recipe = recipe(r#""epochs": 2, "batch_size": 2"#);
    recipe.diagnostics.gradients_every = 4;
    let (_, events) = run_to_end(&recipe).unwrap();
    assert_eq!(gradients(&events).iter().map(|told| told.step).collect::<Vec<_>>(), [1, 5]);
}

#[test]
fn a_frozen_encoder_has_no_shared_gradients_to_tell_of() {
    let (_, events) = run_to_end(&observed(&format!(r#"{ONE_BATCH}, "freeze": "encoder""#))).unwrap();
    assert!(gradients(&events).is_empty());
    assert!(steps(&events).last().unwrap().total < steps(&events)[0].total);
}

#[test]
fn interference_is_what_a_step_on_one_task_does() {
    let (mut run, _) = prepare(&recipe(ONE_BATCH)).unwrap();
    step(&mut run).unwrap();
    let told = run.interference().unwrap();
    assert_eq!((told.step, told.tasks.len()), (1, 2));
    for (i, task) in ["a", "b"].into_iter().enumerate() {
        let (mut other, _) = prepare(&recipe(ONE_BATCH)).unwrap();
        step(&mut other).unwrap();
        other.advance(&[task.into()]).unwrap();
        // The next batch holds the same sentences.
        let after = other.interference().unwrap().losses;
        let changes: Vec<Option<f32>> = after.iter().zip(&told.losses).map(|(after, now)| Some(after - now)).collect();
        assert_eq!(told.changes[i], changes, "{task}");
        assert!(told.changes[i][i].unwrap() < 0.0, "a step on a task lowers its own loss: {told:?}");
    }
}

#[test]
fn interference_has_the_full_rate_wherever_the_schedule_stands() {
    let (mut steady, _) = prepare(&recipe(ONE_BATCH)).unwrap();
    let expected = steady.interference().unwrap();
    assert_eq!(expected.learning_rate, 1e-3);
    let training = format!(r#"{ONE_BATCH}, "warmup": 3, "schedule": "linear""#);
    let (mut run, _) = prepare(&recipe(&training)).unwrap();
    assert_eq!(run.interference().unwrap(), expected, "in the warm-up");
    while !run.is_finished() {
        run.advance(&[]).unwrap();
    }
    let at_the_end = run.interference().unwrap();
    assert_eq!(at_the_end.learning_rate, 1e-3);
    assert!(at_the_end.changes.iter().flatten().all(|change| *change != Some(0.0)), "{at_the_end:?}");
}

#[test]
fn interference_undoes_itself_bit_for_bit() {
    for optimizer in ["adam", "adamw", "sgd"] {
        let training = format!(r#"{ONE_BATCH}, "optimizer": "{optimizer}", "weight_decay": 0.01, "dropout": 0.1"#);
        let (mut run, _) = prepare(&recipe(&training)).unwrap();
        let (mut twin, _) = prepare(&recipe(&training)).unwrap();
        step(&mut run).unwrap();
        step(&mut twin).unwrap();
        let before = parameters(&run);
        let first = run.interference().unwrap();
        assert_eq!(parameters(&run), before, "{optimizer}");
        assert_eq!(run.interference().unwrap(), first, "{optimizer}: a second measurement gives the same");
        // Moments, step counts and streams show in what comes next.
        for _ in 0..2 {
            assert_eq!(step(&mut run).unwrap(), step(&mut twin).unwrap(), "{optimizer}");
        }
        assert_eq!(parameters(&run), parameters(&twin), "{optimizer}");
    }
}

#[test]
fn what_diverges_after_interference_still_rolls_back() {
    let recipe = recipe(r#""epochs": 54, "batch_size": 6, "learning_rate": 10, "optimizer": "sgd""#);
    let good = |measures: bool| {
        let (mut run, _) = prepare(&recipe).unwrap();
        for _ in 0..54 {
            if measures && run.interference().is_err() {
                return parameters(&run);
            }
            if step(&mut run).is_err() {
                return parameters(&run);
            }
        }
        panic!("it did not diverge");
    };
    assert_eq!(good(true), good(false));
}

#[test]
fn a_step_on_one_task_leaves_the_other_head_alone() {
    let (mut run, _) = prepare(&recipe(ONE_BATCH)).unwrap();
    let (a, b, encoder) = (head(&run, "a"), head(&run, "b"), shared(&run));
    let events = run.advance(&["b".into()]).unwrap();
    assert_eq!(head(&run, "a"), a);
    assert!(head(&run, "b") != b && shared(&run) != encoder);
    let step = steps(&events)[0];
    assert_eq!(step.total, step.losses["b"]);
    assert!(step.losses.contains_key("a"), "its loss is told all the same");
    assert_eq!(
        run.advance(&["c".into()]).unwrap_err().to_string(),
        "tasks: there is no task \"c\"; the tasks are \"a\", \"b\""
    );
}

#[test]
fn one_task_a_step_takes_turns() {
    let training = format!(r#"{ONE_BATCH}, "tasks_per_step": 1"#);
    let (_, events) = run_to_end(&recipe(&training)).unwrap();
    for (i, step) in steps(&events).into_iter().enumerate() {
        assert_eq!(step.total, step.losses[i % 2], "step {}", i + 1);
    }
    let refused = prepare(&recipe(r#""tasks_per_step": 3"#)).unwrap_err().to_string();
    assert_eq!(refused, "tasks_per_step: 3 is more than there are tasks, 2");
}

#[test]
fn a_task_of_weight_zero_takes_no_part() {
    let (mut run, _) = prepare(&observed(&format!(r#"{ONE_BATCH}, "task_weight": {{"a": 0}}"#))).unwrap();
    let before = head(&run, "a");
    let events = run.advance(&[]).unwrap();
    assert_eq!(gradients(&events)[0].tasks, ["b"]);
    assert_eq!(head(&run, "a"), before);
}

#[test]
fn small_batches_add_up_to_a_large_one() {
    for extra in [
        "",
        r#", "weighting": "pcgrad""#,
        r#", "weighting": "famo""#,
        r#", "class_weights": "balanced", "label_smoothing": 0.1"#,
        r#", "max_grad_norm": 0.1"#,
    ] {
        let course = |batches: &str| {
            // SGD too: Adam hides a gradient's length.
            let training =
                format!(r#""epochs": 6, "shuffle": false, "optimizer": "sgd", "learning_rate": 0.1, {batches}{extra}"#);
            let (run, events) = run_to_end(&recipe(&training)).unwrap();
            let losses: Vec<f32> = steps(&events).iter().flat_map(|step| step.losses.values().copied()).collect();
            (losses, shared(&run))
        };
        let (large, large_end) = course(r#""batch_size": 6"#);
        // Task b's blank label makes the parts uneven: 2 labelled of 2, 1 of 2, 2 of 2.
        let (small, small_end) = course(r#""batch_size": 2, "gradient_accumulation_steps": 3"#);
        assert_eq!(large.len(), small.len());
        for (large, small) in large.iter().zip(&small) {
            close("loss", f64::from(*small), f64::from(*large), 1e-5);
        }
        let size = dot(&large_end, &large_end).sqrt();
        let apart: f64 = large_end.iter().zip(&small_end).map(|(x, y)| (x - y).powi(2)).sum();
        assert!(apart.sqrt() < 1e-5 * size, "{extra}: {} of {size}", apart.sqrt());
    }
}

#[test]
fn four_batches_of_four_are_one_of_sixteen() {
    let labels = |i: usize| match i % 3 {
        0 => format!(r#"{{"a": "{}"}}"#, ["x", "y"][i / 3 % 2]),
        _ => format!(r#"{{"a": "{}", "b": "{}"}}"#, ["x", "y"][i % 2], ["p", "q"][i / 2 % 2]),
    };
    let sentence =
        |i: usize| format!(r#"{{"text": "w{} w{} w{}", "labels": {}}}"#, 5 + i, 9 + i % 4, 30 + i % 7, labels(i));
    let examples = format!("[{}]", (0..16).map(sentence).collect::<Vec<_>>().join(","));
    for optimizer in [r#""sgd", "learning_rate": 0.1"#, r#""adam", "learning_rate": 0.001"#] {
        let course = |batches: &str| {
            let training = format!(r#""epochs": 8, "optimizer": {optimizer}, {batches}"#);
            let (_, events) = run_to_end(&runs::recipe_on(&examples, &training)).unwrap();
            steps(&events).iter().flat_map(|step| step.losses.values().copied()).collect::<Vec<f32>>()
        };
        let large = course(r#""batch_size": 16"#);
        let small = course(r#""batch_size": 4, "gradient_accumulation_steps": 4"#);
        assert_eq!((large.len(), small.len()), (16, 16));
        for (large, small) in large.iter().zip(&small) {
            close("loss", f64::from(*small), f64::from(*large), 1e-5);
        }
    }
}

#[test]
fn an_epochs_last_step_may_find_fewer_batches() {
    let (_, events) = run_to_end(&recipe(r#""epochs": 2, "batch_size": 2, "gradient_accumulation_steps": 2"#)).unwrap();
    assert_eq!(steps(&events).len(), 4);
    let start =
        events.iter().find_map(|event| if let Event::Start(start) = event { Some(start) } else { None }).unwrap();
    assert_eq!(start.steps_per_epoch, 2);
}

#[test]
fn interference_is_told_before_the_steps_that_it_is_due_at() {
    let mut recipe = recipe(r#""epochs": 2, "batch_size": 2"#);
    recipe.diagnostics.interference_every = 2;
    let (_, events) = run_to_end(&recipe).unwrap();
    let told: Vec<&Interference> = events
        .iter()
        .filter_map(|event| if let Event::Interference(told) = event { Some(told) } else { None })
        .collect();
    assert_eq!(told.iter().map(|told| told.step).collect::<Vec<_>>(), [0, 2, 4]);
}

#[test]
fn only_layers_that_train_are_told_of() {
    let (_, events) = run_to_end(&observed(r#""epochs": 4, "batch_size": 6, "gradual_unfreezing": 1"#)).unwrap();
    let layers: Vec<(usize, Vec<&str>)> =
        gradients(&events).iter().map(|told| (told.step, told.layers.keys().map(String::as_str).collect())).collect();
    assert_eq!(
        layers,
        [(2, vec!["layer.1"]), (3, vec!["layer.0", "layer.1"]), (4, vec!["embeddings", "layer.0", "layer.1"])]
    );
}

#[test]
fn every_weighting_trains_with_blanks_and_frozen_parts() {
    for weighting in Weighting::ALL {
        let name = serde_json::to_value(weighting).unwrap();
        for extra in ["", r#", "freeze": "encoder""#, r#", "freeze": "layers:2""#, r#", "gradual_unfreezing": 9"#] {
            let training =
                format!(r#""epochs": 30, "batch_size": 3, "learning_rate": 0.003, "weighting": {name}{extra}"#);
            let (_, events) = run_to_end(&recipe(&training)).unwrap();
            let course: Vec<f32> =
                events.iter().filter_map(|e| if let Event::Epoch(e) = e { Some(e.total) } else { None }).collect();
            assert!(course[29] < course[0], "{name}{extra}: {course:?}");
            let weighed = steps(&events).iter().all(|step| step.weights.is_empty() == weighting.is_sum());
            assert!(weighed, "{name}{extra}");
        }
    }
}

#[test]
fn a_step_says_which_tasks_took_part_where_these_are_not_all() {
    let trained = |training: &str, only: &[String]| {
        let (mut run, _) = prepare(&recipe(training)).unwrap();
        let first = steps(&run.advance(only).unwrap())[0].trained.clone();
        let second = steps(&run.advance(&[]).unwrap())[0].trained.clone();
        [first, second].map(|names| names.map(|names| names.join(" ")))
    };
    let named = |names: [Option<&str>; 2]| names.map(|names| names.map(String::from));
    let one_of_two = format!(r#"{ONE_BATCH}, "tasks_per_step": 1"#);
    let weightless = format!(r#"{ONE_BATCH}, "task_weight": {{"a": 0}}"#);
    let summed = r#""epochs": 4, "batch_size": 3, "gradient_accumulation_steps": 2, "shuffle": false"#;
    assert_eq!(trained(ONE_BATCH, &[]), named([None, None]));
    assert_eq!(trained(ONE_BATCH, &["b".into()]), named([Some("b"), None]));
    assert_eq!(trained(summed, &["b".into()]), named([Some("b"), None]));
    assert_eq!(trained(&one_of_two, &[]), named([Some("a"), Some("b")]));
    assert_eq!(trained(&weightless, &[]), named([Some("b"), Some("b")]));
    // A task without a label in the batch has no loss, and needs no mention.
    let (_, events) = run_to_end(&recipe(r#""epochs": 1, "batch_size": 1, "shuffle": false"#)).unwrap();
    let whole = steps(&events);
    assert!(whole.iter().any(|step| step.losses.len() == 1) && whole.iter().all(|step| step.trained.is_none()));
}

/// The tiny encoder with heads of which a's has only zeros: what it sends into the encoder is zero too.
fn with_a_dead_head(training: &str) -> (Run, Vec<Event>) {
    let (run, _) = prepare(&recipe(training)).unwrap();
    let mut files = run.trainer().to_files().unwrap();
    let mut tensors = candle_core::safetensors::load_buffer(&files.weights, &Device::Cpu).unwrap();
    let dead = tensors["heads.a.weight"].zeros_like().unwrap();
    tensors.insert("heads.a.weight".into(), dead);
    files.weights = serialised(&tensors);
    prepare_from(&recipe(training), Some(&files)).unwrap()
}

#[test]
fn a_zero_gradient_is_told_of_once_and_does_no_harm() {
    for weighting in Weighting::ALL {
        let name = serde_json::to_value(weighting).unwrap();
        let (mut run, _) = with_a_dead_head(&format!(r#"{ONE_BATCH}, "weighting": {name}, "learning_rate": 1e-12"#));
        let mut warnings = Vec::new();
        while !run.is_finished() {
            warnings.extend(run.advance(&[]).unwrap().iter().filter_map(printed_warning));
        }
        assert!(parameters(&run).iter().all(|(_, xs)| xs.iter().all(|x| x.is_finite())), "{name}");
        let minds = [Weighting::ImtlG, Weighting::NashMtl, Weighting::AlignedMtl].contains(&weighting);
        assert!(!minds || !warnings.is_empty(), "{name} says nothing");
        let once: BTreeSet<&String> = warnings.iter().collect();
        assert_eq!(once.len(), warnings.len(), "{warnings:?}");
    }
}

#[test]
fn a_later_batch_that_diverges_takes_the_last_step_back_whole() {
    // The row of w12, which only the last sentence has, is not a number.
    let examples = r#"[
        {"text": "w5 w6", "labels": {"a": "x", "b": "p"}},
        {"text": "w7 w8", "labels": {"a": "y", "b": "q"}},
        {"text": "w9 w10", "labels": {"a": "x", "b": "q"}},
        {"text": "w11 w12", "labels": {"a": "y", "b": "p"}}
    ]"#;
    for weighting in ["sum", "pcgrad", "famo"] {
        let training = format!(
            r#""epochs": 2, "shuffle": false, "batch_size": 1, "gradient_accumulation_steps": 2, "weighting": "{weighting}""#
        );
        let recipe = runs::recipe_on(examples, &training);
        let (run, _) = prepare(&recipe).unwrap();
        let mut files = run.trainer().to_files().unwrap();
        let mut tensors = candle_core::safetensors::load_buffer(&files.weights, &Device::Cpu).unwrap();
        let (name, table) = tensors
            .iter()
            .find(|(name, _)| name.ends_with("word_embeddings.weight"))
            .map(|(n, t)| (n.clone(), t))
            .unwrap();
        let (_, h) = table.dims2().unwrap();
        let mut rows = table.to_vec2::<f32>().unwrap();
        rows[12] = vec![f32::MAX; h];
        tensors.insert(name, candle_core::Tensor::new(rows, &Device::Cpu).unwrap());
        files.weights = serialised(&tensors);
        let (mut run, _) = prepare_from(&recipe, Some(&files)).unwrap();
        let numbers =
            |run: &Run| -> Vec<u32> { parameters(run).into_iter().flat_map(|(_, xs)| xs).map(f32::to_bits).collect() };
        let before = numbers(&run);
        step(&mut run).unwrap();
        assert!(numbers(&run) != before);
        assert!(step(&mut run).is_err(), "{weighting}");
        assert!(numbers(&run) == before, "{weighting}: something else than the first step was taken back");
    }
}

fn printed_warning(event: &Event) -> Option<String> {
    if let Event::Warning(warning) = event { Some(warning.message.clone()) } else { None }
}
