//! Runs whose data or settings differ in a way that must change nothing, or in a known way: the same rows in another order, the
//! same data twice in half the epochs, a task that does not train. Each setting of a training is in one of them.
//!
//! Unlike the goldens they need no other tool's numbers, so they can take any setting with any other.

use polytask::protocol::Event;
use polytask::recipe::{FewExamples, InlineExample, Recipe, Source, Task, Training, Validation};
use polytask::run::Run;

use crate::runs::{WEIGHTINGS, loss_bits, many, parameters, prepare, run_to_end};

/// 24 sentences for the tasks a (3 classes) and b (2 classes, a third blank), with the given training settings, whose label sets are
/// written down: the rows' order cannot change them.
fn labelled(training: &str) -> Recipe {
    let task =
        |name: &str, labels: &[&str]| Task { name: name.into(), labels: labels.iter().map(|&l| l.into()).collect() };
    Recipe { tasks: vec![task("a", &["x", "y", "z"]), task("b", &["p", "q"])], ..many(24, training) }
}

fn examples(recipe: &mut Recipe) -> &mut Vec<InlineExample> {
    let Source::Examples(examples) = &mut recipe.data else { unreachable!("the sentences are in the recipe") };
    examples
}

/// What a run came to: each step's losses and their total, and the weights at its end.
#[derive(Debug, PartialEq)]
struct Course {
    losses: Vec<f32>,
    weights: Vec<(String, Vec<f32>)>,
}

fn course(recipe: &Recipe) -> Course {
    let (run, events) = run_to_end(recipe).unwrap_or_else(|error| panic!("{:?}: {error}", recipe.training));
    Course { losses: loss_bits(&events).into_iter().map(f32::from_bits).collect(), weights: parameters(&run) }
}

/// Bit for bit.
#[track_caller]
fn same(a: &Recipe, b: &Recipe) {
    let (one, other) = (course(a), course(b));
    assert!(one.losses.iter().all(|x| x.is_finite()) && !one.losses.is_empty());
    assert!(one == other, "{:?} and {:?}: {:?} and {:?}", a.training, b.training, one.losses, other.losses);
}

/// But for what sums in another order differ by.
#[track_caller]
fn close(what: &str, one: &[f32], other: &[f32]) {
    assert!(!one.is_empty() && one.len() == other.len(), "{what}: {} and {} numbers", one.len(), other.len());
    for (x, y) in one.iter().zip(other) {
        assert!((x - y).abs() <= 2e-4 * x.abs().max(0.1), "{what}: {one:?} and {other:?}");
    }
}

/// Settings that have a say in every batch, in turn with each weighting and without.
fn with_every_weighting(hold: impl Fn(&str)) {
    let others = [
        r#""optimizer": "sgd", "learning_rate": 0.05"#,
        r#""optimizer": "adamw", "weight_decay": 0.1, "max_grad_norm": 0.5"#,
        r#""label_smoothing": 0.1, "class_weights": "balanced""#,
        r#""schedule": "linear", "warmup": 2, "head_learning_rate": 0.002"#,
        r#""weight_averaging": "ema:0.5", "schedule": "cosine""#,
        r#""task_weight": {"a": 0.5, "b": 2}"#,
    ];
    for (i, weighting) in WEIGHTINGS.iter().enumerate() {
        hold(&format!(r#""weighting": "{weighting}", {}"#, others[i % others.len()]));
    }
    for other in others {
        hold(other);
    }
}

#[test]
fn the_order_of_the_rows_of_a_batch_changes_no_loss() {
    with_every_weighting(|settings| {
        let whole = labelled(&format!(r#""epochs": 5, "batch_size": 24, "shuffle": false, {settings}"#));
        let mut backwards = whole.clone();
        examples(&mut backwards).reverse();
        close(settings, &course(&whole).losses, &course(&backwards).losses);
        // Nor does the order in which they are drawn.
        let mut shuffled = whole.clone();
        shuffled.training.shuffle = true;
        close(settings, &course(&whole).losses, &course(&shuffled).losses);
    });
}

#[test]
fn the_same_data_twice_in_half_the_epochs_is_the_same_run() {
    with_every_weighting(|settings| {
        let once = labelled(&format!(r#""epochs": 4, "batch_size": 8, "shuffle": false, {settings}"#));
        let mut twice = once.clone();
        let rows = examples(&mut twice);
        rows.extend(rows.clone());
        twice.training.epochs = 2;
        // Dynamic weight average goes by epochs.
        if !settings.contains(r#""dwa""#) {
            same(&once, &twice);
        }
    });
}

#[test]
fn other_names_of_labels_in_the_same_order_change_nothing() {
    with_every_weighting(|settings| {
        let plain = labelled(&format!(r#""epochs": 2, "batch_size": 8, "dropout": 0.1, {settings}"#));
        let mut renamed = plain.clone();
        let other = |label: &str| format!("“{label}”, <b>");
        for example in examples(&mut renamed) {
            example.labels.values_mut().for_each(|label| *label = other(label));
        }
        for task in &mut renamed.tasks {
            task.labels.iter_mut().for_each(|label| *label = other(label));
        }
        let (one, two) = (course(&plain), course(&renamed));
        assert_eq!(one, two, "{settings}");
    });
}

#[test]
fn the_order_of_the_classes_changes_nothing_where_the_heads_start_from_the_data() {
    for init in ["class_means", "ridge", "logistic_regression"] {
        let plain = labelled(&format!(
            r#""epochs": 2, "batch_size": 24, "shuffle": false, "class_weights": "balanced", "few_examples": {{"head_init": "{init}"}}"#
        ));
        let mut turned = plain.clone();
        turned.tasks.iter_mut().for_each(|task| task.labels.reverse());
        close(init, &course(&plain).losses, &course(&turned).losses);
    }
}

#[test]
fn the_order_of_the_tasks_changes_nothing_where_the_heads_start_from_the_data() {
    let of_tasks = |recipe: &Recipe| {
        let (_, events) = run_to_end(recipe).unwrap();
        let steps = events.iter().filter_map(|event| if let Event::Step(step) = event { Some(step) } else { None });
        steps.flat_map(|step| [step.losses["a"], step.losses["b"]]).collect::<Vec<f32>>()
    };
    // The random weighting draws its weights in the tasks' order.
    for weighting in WEIGHTINGS.into_iter().filter(|&name| name != "random") {
        let plain = labelled(&format!(
            r#""epochs": 4, "batch_size": 12, "shuffle": false, "weighting": "{weighting}", "optimizer": "sgd", "learning_rate": 0.01,
               "few_examples": {{"head_init": "class_means"}}"#
        ));
        let mut turned = plain.clone();
        turned.tasks.reverse();
        close(weighting, &of_tasks(&plain), &of_tasks(&turned));
    }
}

#[test]
fn a_task_that_does_not_train_changes_nothing_of_the_others() {
    for settings in [
        "",
        r#", "optimizer": "sgd", "learning_rate": 0.05, "weight_averaging": "swa:0.5""#,
        r#", "optimizer": "adamw", "weight_decay": 0.1, "label_smoothing": 0.1, "class_weights": "balanced""#,
        r#", "weighting": "pcgrad""#,
        r#", "gradient_accumulation_steps": 2, "dropout": 0.1"#,
    ] {
        let two = labelled(&format!(r#""epochs": 3, "batch_size": 4{settings}"#));
        let mut three = two.clone();
        three.tasks.push(Task { name: "blank".into(), labels: vec!["m".into(), "n".into()] });
        three.training.task_weight = [("blank".to_string(), 0.0)].into_iter().collect();
        examples(&mut three)[0].labels.insert("blank".into(), "m".into());
        let of_two = |recipe: &Recipe| {
            let mut weights = course(recipe).weights;
            weights.retain(|(name, _)| !name.contains("blank"));
            weights
        };
        assert_eq!(of_two(&two), of_two(&three), "{settings}");
    }
}

/// Each pair: settings, and other settings that say the same.
#[test]
fn settings_that_say_the_same_give_the_same_run() {
    let few = |settings: &str| format!(r#""few_examples": {{{settings}}}"#);
    for (one, other) in [
        ("", r#""dropout": 0"#.to_string()),
        ("", r#""label_smoothing": 0"#.to_string()),
        ("", r#""weight_decay": 0"#.to_string()),
        ("", r#""warmup": 1"#.to_string()),
        ("", r#""max_grad_norm": 1e9"#.to_string()),
        ("", r#""learning_rate": 1e-3, "head_learning_rate": 1e-3"#.to_string()),
        ("", r#""tasks_per_step": 2"#.to_string()),
        ("", r#""task_weight": {"a": 1, "b": 1}"#.to_string()),
        ("", r#""weighting": "sum", "gradient_accumulation_steps": 1"#.to_string()),
        ("", r#""reproducible": true"#.to_string()),
        ("", r#""freeze": "none""#.to_string()),
        ("", few(r#""label_names": 3, "contrastive_temperature": 0.5"#)),
        (r#""freeze": "layers:2""#, r#""freeze": "encoder""#.to_string()),
        (r#""freeze": "encoder""#, r#""gradual_unfreezing": 9"#.to_string()),
        (r#""freeze": "encoder""#, format!(r#""freeze": "encoder", {}"#, few(r#""contrastive_steps": 4"#))),
        ("", r#""schedule": "constant""#.to_string()),
        (r#""optimizer": "adam", "weight_decay": 0"#, r#""optimizer": "adamw", "weight_decay": 0"#.to_string()),
    ] {
        let of = |settings: &str| {
            let comma = if settings.is_empty() { "" } else { ", " };
            labelled(&format!(r#""epochs": 3, "batch_size": 5{comma}{settings}"#))
        };
        let (a, b) = (course(&of(one)), course(&of(&other)));
        assert_eq!(a.losses, b.losses, "{one} and {other}");
        assert_eq!(a.weights, b.weights, "{one} and {other}");
    }
}

#[test]
fn a_limit_that_no_sentence_reaches_changes_nothing() {
    let plain = labelled(r#""epochs": 3, "batch_size": 5"#);
    let mut shorter = plain.clone();
    shorter.training.max_length = 8;
    same(&plain, &shorter);
}

/// What says which epoch is best says the same where there is one epoch, and nothing that is asked for in the end changes a step.
#[test]
fn what_is_kept_in_the_end_changes_no_step() {
    let of = |settings: &str| {
        let mut recipe = labelled(&format!(r#""epochs": 3, "batch_size": 5{settings}"#));
        recipe.validation = Some(Validation::Fraction(0.25));
        recipe
    };
    let plain = course(&of(""));
    for metric in ["loss", "accuracy", "macro_f1"] {
        for keeps in [r#""load_best_model_at_end": true"#, r#""early_stopping_patience": 3"#] {
            let settings = format!(r#", "metric_for_best_model": "{metric}", {keeps}"#);
            assert_eq!(course(&of(&settings)).losses, plain.losses, "{settings}");
        }
    }
    let one = |metric: &str| {
        let mut recipe = of(&format!(r#", "load_best_model_at_end": true, "metric_for_best_model": "{metric}""#));
        recipe.training.epochs = 1;
        course(&recipe)
    };
    assert_eq!(one("loss"), one("accuracy"));
    assert_eq!(one("loss"), one("macro_f1"));
}

/// Sentences that train and sentences that are held out, given apart and as a share.
#[test]
fn held_out_sentences_train_nothing() {
    let mut recipe = labelled(r#""epochs": 2, "batch_size": 4"#);
    recipe.validation = Some(Validation::Fraction(0.25));
    let (run, events) = run_to_end(&recipe).unwrap();
    let Some(Event::Start(start)) = events.first() else { panic!("{events:?}") };
    let held_out: Vec<bool> = start.held_out.clone();
    assert_eq!(held_out.iter().filter(|&&held_out| held_out).count(), 6);
    let mut without = recipe.clone();
    let mut held_out = held_out.into_iter();
    examples(&mut without).retain(|_| !held_out.next().expect("one for each"));
    without.validation = Some(Validation::Fraction(0.0));
    let alone = run_to_end(&without).unwrap();
    assert_eq!(loss_bits(&events), loss_bits(&alone.1));
    assert_eq!(parameters(&run), parameters(&alone.0));
}

#[test]
fn without_anything_drawn_a_seed_changes_nothing() {
    let drawn_from = |seed| Recipe {
        seed,
        ..labelled(r#""epochs": 3, "batch_size": 5, "shuffle": false, "few_examples": {"head_init": "ridge"}"#)
    };
    same(&drawn_from(1), &drawn_from(2));
}

/// How far one step of plain descent moves each weight.
fn moved(settings: &str) -> Vec<f64> {
    let (mut run, _) = prepare(&labelled(&format!(r#""epochs": 2, "batch_size": 24, {settings}"#))).unwrap();
    let flat = |run: &Run| parameters(run).into_iter().flat_map(|(_, xs)| xs).map(f64::from).collect::<Vec<_>>();
    let before = flat(&run);
    crate::runs::step(&mut run).unwrap();
    flat(&run).iter().zip(before).map(|(after, before)| after - before).collect()
}

#[test]
fn a_step_of_plain_descent_is_as_long_as_its_settings_say() {
    let sgd = |settings: &str| moved(&format!(r#""optimizer": "sgd", {settings}"#));
    let apart = |xs: &[f64], ys: &[f64], factor: f64| {
        xs.iter().zip(ys).map(|(x, y)| (x * factor - y).powi(2)).sum::<f64>().sqrt()
    };
    let length = |xs: &[f64]| apart(xs, &vec![0.0; xs.len()], 1.0);
    let plain = sgd(r#""learning_rate": 0.5"#);
    let near = |what: &str, moved: &[f64], factor: f64| {
        let off = apart(&plain, moved, factor);
        assert!(off < 1e-4 * factor * length(&plain) + 2e-6, "{what}: {off} of {}", factor * length(&plain));
    };
    near("twice the rate", &sgd(r#""learning_rate": 1"#), 2.0);
    near("twice every task's weight", &sgd(r#""learning_rate": 0.5, "task_weight": {"a": 2, "b": 2}"#), 2.0);
    near("one of two steps of warm-up", &sgd(r#""learning_rate": 1, "warmup": 2"#), 1.0);
    let clipped = sgd(r#""learning_rate": 0.5, "max_grad_norm": 0.01"#);
    near("clipped", &clipped, 0.005 / length(&plain));
    assert!((length(&clipped) - 0.005).abs() < 1e-6, "{}", length(&clipped));
}

#[test]
fn decoupled_decay_takes_the_same_share_of_every_weight() {
    let rate = 0.01;
    let of = |decay: f64| {
        moved(&format!(
            r#""optimizer": "adamw", "learning_rate": {rate}, "head_learning_rate": {rate}, "weight_decay": {decay}"#
        ))
    };
    let (none, one, two) = (of(0.0), of(0.5), of(1.0));
    let mut decayed = 0;
    for ((none, one), two) in none.iter().zip(&one).zip(&two) {
        assert!((2.0 * (one - none) - (two - none)).abs() < 1e-6, "{none} {one} {two}");
        decayed += usize::from(one != none);
    }
    assert!(decayed > none.len() / 2);
}

/// Every setting is in one of the relations above, by the name that recipes use.
#[test]
fn every_setting_has_a_relation() {
    let source = include_str!("metamorphic.rs");
    let names =
        |settings: serde_json::Value| settings.as_object().expect("settings").keys().cloned().collect::<Vec<_>>();
    let optional =
        ["head_learning_rate", "max_grad_norm", "gradual_unfreezing", "tasks_per_step", "early_stopping_patience"];
    let all = names(serde_json::to_value(Training::default()).unwrap())
        .into_iter()
        .chain(names(serde_json::to_value(FewExamples::default()).unwrap()))
        .chain(optional.map(String::from));
    for name in all {
        let is_there =
            [format!("\"{name}\":"), format!("training.{name} = ")].iter().any(|use_of| source.contains(use_of));
        assert!(is_there, "{name}");
    }
    for name in WEIGHTINGS {
        assert!(serde_json::from_value::<polytask::recipe::Weighting>(name.into()).is_ok(), "{name}");
    }
}
