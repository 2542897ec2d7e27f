//! Whole runs on the tiny encoder: their numbers, their events, and how they stop.

use crate::runs::{loss_bits, many, parameters, prepare, prepare_from, recipe, recipe_on, run_to_end, step};
use crate::tiny::Tiny;
use polytask::Error;
use polytask::compute::Context;
use polytask::data::Dataset;
use polytask::model::{Receiver, Weights, parse_config};
use polytask::protocol::{End, Evaluation, Event, Split, TaskMetrics};
use polytask::recipe::{Pooling, Recipe, Validation};
use polytask::run::{Plan, Run};
use polytask::train::Inputs;

#[test]
fn a_run_tells_its_steps_epochs_evaluations_and_end() {
    let mut recipe = recipe(r#""epochs": 2, "batch_size": 2"#);
    recipe.validation = Some(Validation::Fraction(0.34));
    let (_, events) = run_to_end(&recipe).unwrap();
    let names: Vec<String> =
        events.iter().map(|event| serde_json::to_value(event).unwrap()["type"].as_str().unwrap().to_string()).collect();
    assert_eq!(
        names.iter().filter(|name| *name != "warning").collect::<Vec<_>>(),
        [
            "start",
            "step",
            "step",
            "epoch",
            "evaluation",
            "step",
            "step",
            "epoch",
            "evaluation",
            "evaluation",
            "verdict",
            "verdict",
            "end"
        ]
    );
    let splits: Vec<Split> = events
        .iter()
        .filter_map(|event| match event {
            Event::Evaluation(evaluation) => Some(evaluation.split),
            _ => None,
        })
        .collect();
    assert_eq!(splits, [Split::Validation, Split::Train, Split::Validation]);
}

#[test]
fn an_epochs_loss_is_the_mean_over_its_labelled_examples() {
    let (_, events) = run_to_end(&recipe(r#""epochs": 1, "batch_size": 4, "shuffle": false"#)).unwrap();
    let steps: Vec<_> = events.iter().filter_map(|e| if let Event::Step(s) = e { Some(s) } else { None }).collect();
    let epoch = events.iter().find_map(|e| if let Event::Epoch(e) = e { Some(e) } else { None }).unwrap();
    // Task b: three of the first four sentences are labelled, and both of the last two.
    let expected = (steps[0].losses["b"] * 3.0 + steps[1].losses["b"] * 2.0) / 5.0;
    assert!((epoch.losses["b"] - expected).abs() < 1e-6);
    assert!((epoch.total - epoch.losses["a"] - epoch.losses["b"]).abs() < 1e-6);
}

#[test]
fn smoothing_and_class_weights_act_on_training_and_not_on_evaluation() {
    let run = |settings: &str| {
        let (run, events) =
            run_to_end(&recipe(&format!(r#""epochs": 1, "batch_size": 6, "learning_rate": 1e-9, {settings}"#)))
                .unwrap();
        let step = events.iter().find_map(|e| if let Event::Step(s) = e { Some(s.clone()) } else { None }).unwrap();
        let epoch = events.iter().find_map(|e| if let Event::Epoch(e) = e { Some(e.clone()) } else { None }).unwrap();
        let evaluation = events.iter().find_map(|e| if let Event::Evaluation(e) = e { Some(e) } else { None }).unwrap();
        assert!((epoch.total - step.total).abs() < 1e-6, "one step is the whole epoch");
        let texts = ["w5 w6 w7", "w8 w9", "w5 w10 w11 w12", "w14 w15 w6", "w14 w9 w9"].map(String::from);
        let predictions = run.trainer().predict(&texts).unwrap().into_iter();
        let b: Vec<Vec<f32>> = predictions.map(|p| p.tasks["b"].probabilities.clone()).collect();
        (step.losses["b"], evaluation.tasks["b"].as_ref().unwrap().loss, b)
    };
    let (training, evaluated, probabilities) = run(r#""shuffle": false"#);
    assert!((training - evaluated).abs() < 1e-5);
    // Task b is labelled p q p p q: balanced weights are 5/(2·3) and 5/(2·2).
    let (classes, weights) = ([0, 1, 0, 0, 1], [5.0 / 6.0, 5.0 / 4.0]);
    for (smoothing, weights) in [(0.1, [1.0, 1.0]), (0.0, weights), (0.1, weights)] {
        let name = if weights[0] == 1.0 { "none" } else { "balanced" };
        let (training, same, _) = run(&format!(r#""label_smoothing": {smoothing}, "class_weights": "{name}""#));
        assert_eq!(same, evaluated);
        let (mut sum, mut divisor) = (0.0, 0.0);
        for (row, class) in probabilities.iter().zip(classes) {
            divisor += weights[class];
            for c in 0..2 {
                let own = if c == class { 1.0 - smoothing } else { 0.0 };
                sum -= weights[c] * (own + smoothing / 2.0) * row[c].ln();
            }
        }
        assert!((training - sum / divisor).abs() < 1e-5, "{smoothing} {name}: {training} {}", sum / divisor);
    }
}

#[test]
fn of_many_training_sentences_two_thousand_are_evaluated() {
    let mut recipe = many(3000, r#""epochs": 1, "batch_size": 100"#);
    recipe.validation = Some(Validation::Fraction(0.25));
    let (_, events) = run_to_end(&recipe).unwrap();
    let evaluations = events.iter().filter_map(|e| if let Event::Evaluation(e) = e { Some(e) } else { None });
    let told: Vec<(Split, Option<usize>, u32)> = evaluations
        .map(|e| (e.split, e.sample, e.tasks["a"].as_ref().unwrap().confusion.iter().flatten().sum()))
        .collect();
    // Every sentence is labelled for task a.
    assert_eq!(told, [(Split::Train, Some(2000), 2000), (Split::Validation, None, 750)]);
}

#[test]
fn losses_fall_and_the_heads_learn_the_labels() {
    let (run, events) = run_to_end(&recipe(r#""epochs": 30, "batch_size": 6, "learning_rate": 0.01"#)).unwrap();
    let totals: Vec<f32> =
        events.iter().filter_map(|e| if let Event::Epoch(e) = e { Some(e.total) } else { None }).collect();
    assert!(totals[29] < 0.1 * totals[0], "{totals:?}");
    let prediction = &run.trainer().predict(&["w8 w9".into()]).unwrap()[0];
    assert_eq!(prediction.tasks["a"].label, "y");
    assert_eq!(prediction.tasks["b"].label, "q");
    for answer in prediction.tasks.values() {
        assert!((answer.probabilities.iter().sum::<f32>() - 1.0).abs() < 1e-5);
    }
}

#[test]
fn same_recipe_same_run_and_another_seed_another() {
    let once = recipe(r#""epochs": 3, "batch_size": 2, "dropout": 0.1"#);
    let bits = |recipe: &Recipe| loss_bits(&run_to_end(recipe).unwrap().1);
    assert_eq!(bits(&once), bits(&once));
    assert_ne!(bits(&once), bits(&Recipe { seed: 4, ..once.clone() }));
    let still = recipe(r#""epochs": 3, "batch_size": 2"#);
    assert_ne!(bits(&once), bits(&still), "dropout does something");
}

#[test]
fn the_compact_embedding_table_equals_dense_adam() {
    // Weight decay inside Adam's gradient moves every row in its own way, so the trainer keeps the table whole; a decay
    // too small to change an f32 compares.
    let compact = run_to_end(&recipe(r#""epochs": 5, "batch_size": 2"#)).unwrap();
    let dense = run_to_end(&recipe(r#""epochs": 5, "batch_size": 2, "weight_decay": 1e-30"#)).unwrap();
    assert!(
        dense.0.trainer().model().encoder().word_table().rows().len()
            > compact.0.trainer().model().encoder().word_table().rows().len()
    );
    assert_eq!(loss_bits(&compact.1), loss_bits(&dense.1));
    assert_eq!(parameters(&compact.0), parameters(&dense.0));
}

#[test]
fn what_a_task_is_called_changes_no_number() {
    let names = [
        ["LayerNorm", "embeddings"],
        ["tone.bias", "pooler"],
        ["layer.0", "heads."],
        ["encoder.layer.1.output.LayerNorm", "bert.embeddings.LayerNorm"],
        ["bias", "gamma"],
    ];
    for settings in [
        r#""optimizer": "adamw", "weight_decay": 0.5, "head_learning_rate": 0.05"#,
        r#""optimizer": "adamw", "weight_decay": 0.5, "weighting": "pcgrad""#,
        r#""optimizer": "sgd", "weight_decay": 0.1, "gradual_unfreezing": 1, "weighting": "imtl-g""#,
    ] {
        let plain = recipe(&format!(r#""epochs": 3, "batch_size": 2, "learning_rate": 0.01, {settings}"#));
        let with_names = |[a, b]: [&str; 2]| {
            let json = serde_json::to_string(&plain).unwrap();
            let renamed = json.replace(r#""a":"#, &format!("{a:?}:")).replace(r#""b":"#, &format!("{b:?}:"));
            let mut recipe = Recipe::from_json(&renamed).unwrap();
            recipe.diagnostics.gradients_every = 1;
            let (run, events) = run_to_end(&recipe).unwrap();
            // As a set: the names decide the order of the tensors in the file.
            let mut values: Vec<Vec<u32>> =
                parameters(&run).into_iter().map(|(_, xs)| xs.iter().map(|x| x.to_bits()).collect()).collect();
            values.sort();
            let layers: Vec<Vec<String>> = events
                .iter()
                .filter_map(
                    |e| if let Event::Gradients(g) = e { Some(g.layers.keys().cloned().collect()) } else { None },
                )
                .collect();
            let saved = prepare_from(&recipe, Some(&run.trainer().to_files().unwrap())).unwrap().0;
            assert_eq!(parameters(&saved), parameters(&run), "{a}, {b}: saved and read again");
            (values, loss_bits(&events), layers)
        };
        let expected = with_names(["a", "b"]);
        for names in names {
            assert!(with_names(names) == expected, "{settings}: {names:?}");
        }
    }
}

#[test]
fn the_first_step_of_a_warm_up_and_the_last_of_a_schedule_train() {
    for schedule in ["constant", "linear", "cosine"] {
        let recipe = recipe(&format!(
            r#""epochs": 6, "batch_size": 6, "optimizer": "sgd", "learning_rate": 0.1, "warmup": 3, "schedule": "{schedule}""#
        ));
        let (mut run, _) = prepare(&recipe).unwrap();
        let mut rates = Vec::new();
        while !run.is_finished() {
            let before = parameters(&run);
            for event in run.advance(&[]).unwrap() {
                if let Event::Step(report) = event {
                    assert_ne!(parameters(&run), before, "{schedule}: step {} trains nothing", report.step);
                    rates.push((report.learning_rate / 0.1 * 1e6).round() / 1e6);
                }
            }
        }
        assert_eq!(rates[..3], [0.333333, 0.666667, 1.0], "{schedule}");
        match schedule {
            "constant" => assert_eq!(rates[3..], [1.0, 1.0, 1.0]),
            "linear" => assert_eq!(rates[3..], [0.75, 0.5, 0.25]),
            _ => assert_eq!(rates[3..], [0.853553, 0.5, 0.146447]),
        }
    }
}

#[test]
fn an_encoder_of_absurd_depth_is_refused() {
    // parse_config allows 512 layers; a program may ask for more.
    for layers in [4_294_967_294, 4_294_967_295, usize::MAX] {
        let files = Tiny::new();
        let plan = |settings: &str, memory_limit| {
            let recipe = recipe(&format!(r#""epochs": 4294967295, "batch_size": 6{settings}"#));
            let mut config = parse_config(&files.config).unwrap();
            config.bert.num_hidden_layers = layers;
            let inputs = Inputs {
                data: Dataset::from_recipe(&recipe, |_| unreachable!()).unwrap(),
                validation: None,
                config,
                keep_heads: false,
                tokenizer: &files.tokenizer,
                context: Context::default(),
                memory_limit,
            };
            Plan::new(recipe, inputs)
        };
        for settings in ["", r#", "gradual_unfreezing": 1"#, r#", "gradual_unfreezing": 1, "freeze": "layers:7""#] {
            let refused = plan(settings, Some(1 << 32)).unwrap_err().to_string();
            assert!(refused.starts_with("memory: this run needs about "), "{refused}");
            // Where nobody knows how much memory there is, the weights' file tells.
            let mut receiver = Receiver::of(plan(settings, None).unwrap().wanted());
            let missing = receiver.push(&files.weights).unwrap_err().to_string();
            assert!(missing.contains("\"encoder.layer.2.attention.self.query.weight\" is missing"), "{missing}");
        }
    }
}

#[test]
fn freezing_keeps_what_it_names() {
    for (freeze, moves) in [
        ("none", ["bert.embeddings.word", "layer.0.", "layer.1.", "heads."].as_slice()),
        ("embeddings", &["layer.0.", "layer.1.", "heads."]),
        ("layers:1", &["layer.1.", "heads."]),
        ("encoder", &["heads."]),
    ] {
        let recipe = recipe(&format!(r#""epochs": 1, "freeze": "{freeze}""#));
        let (run, _) = prepare(&recipe).unwrap();
        let before = parameters(&run);
        let after = parameters(&run_to_end(&recipe).unwrap().0);
        let moved: Vec<&str> = before.iter().zip(&after).filter(|(a, b)| a != b).map(|(a, _)| a.0.as_str()).collect();
        for part in ["bert.embeddings.word", "layer.0.", "layer.1.", "heads."] {
            let moved = moved.iter().any(|name| name.contains(part));
            assert_eq!(moved, moves.contains(&part), "{freeze}: {part}");
        }
    }
}

#[test]
fn layers_are_unfrozen_from_the_top_epoch_by_epoch() {
    let settings =
        r#""epochs": 4, "batch_size": 2, "gradual_unfreezing": 1, "optimizer": "adamw", "weight_decay": 0.1"#;
    let moved_by_epoch = |settings: &str, pooling| {
        let mut recipe = recipe(settings);
        recipe.pooling = pooling;
        let (mut run, events) = prepare(&recipe).unwrap();
        assert_eq!(events.len(), 1, "nothing to warn of: {events:?}");
        let mut before = parameters(&run);
        let mut moved = Vec::new();
        while !run.is_finished() {
            for event in run.advance(&[]).unwrap() {
                if let Event::Epoch(_) = event {
                    let after = parameters(&run);
                    let differs = |part: &str| before.iter().zip(&after).any(|(a, b)| a.0.contains(part) && a != b);
                    let parts = ["heads.", "pooler.", "layer.1.", "layer.0.", "embeddings."];
                    moved.push(parts.into_iter().filter(|part| differs(part)).collect::<Vec<_>>());
                    before = after;
                }
            }
        }
        moved
    };
    let all = ["heads.", "layer.1.", "layer.0.", "embeddings."];
    assert_eq!(moved_by_epoch(settings, Pooling::Mean), [&all[..1], &all[..2], &all[..3], &all]);
    let pooled = ["heads.", "pooler.", "layer.1.", "layer.0.", "embeddings."];
    assert_eq!(moved_by_epoch(settings, Pooling::Pooler), [&pooled[..2], &pooled[..3], &pooled[..4], &pooled]);
    let frozen = moved_by_epoch(&format!(r#"{settings}, "freeze": "layers:1""#), Pooling::Mean);
    assert_eq!(frozen, [&all[..1], &all[..2], &all[..2], &all[..2]]);
    let (_, events) = run_to_end(&recipe(r#""epochs": 2, "gradual_unfreezing": 1"#)).unwrap();
    assert!(matches!(&events[1], Event::Warning(w) if w.message.starts_with("gradual_unfreezing: the run's 2 epochs")));
}

#[test]
fn a_run_that_unfreezes_equals_runs_that_freeze_less_and_less() {
    // SGD has no memory, so runs of one epoch in a row are one run of four.
    let sgd =
        |settings: &str| recipe(&format!(r#""optimizer": "sgd", "learning_rate": 0.1, "batch_size": 2, {settings}"#));
    let whole = run_to_end(&sgd(r#""epochs": 4, "gradual_unfreezing": 1, "shuffle": false"#)).unwrap().0;
    let mut files = None;
    for freeze in ["encoder", "layers:1", "embeddings", "none"] {
        let recipe = sgd(&format!(r#""epochs": 1, "freeze": "{freeze}", "shuffle": false"#));
        let (mut run, _) = prepare_from(&recipe, files.as_ref()).unwrap();
        while !run.is_finished() {
            run.advance(&[]).unwrap();
        }
        files = Some(run.trainer().to_files().unwrap());
        if freeze == "none" {
            for ((name, a), (_, b)) in parameters(&whole).iter().zip(parameters(&run)) {
                assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() <= 1e-6), "{name}");
            }
        }
    }
}

/// The held-out evaluations of a run, in order.
fn held_out(events: &[Event]) -> Vec<Evaluation> {
    let evaluations = events.iter().filter_map(|e| if let Event::Evaluation(e) = e { Some(e.clone()) } else { None });
    evaluations.filter(|evaluation| evaluation.split == Split::Validation).collect()
}

fn end(events: &[Event]) -> End {
    let Some(Event::End(end)) = events.last() else { panic!("no end: {events:?}") };
    end.clone()
}

/// The mean of a figure over the tasks.
fn mean(evaluation: &Evaluation, figure: fn(&TaskMetrics) -> f32) -> f64 {
    evaluation.tasks.values().flatten().map(|task| f64::from(figure(task))).sum::<f64>() / evaluation.tasks.len() as f64
}

#[test]
fn the_best_epoch_is_gone_back_to() {
    for (settings, metric) in [
        (r#""optimizer": "adamw", "weight_decay": 0.5"#, "loss"),
        (r#""freeze": "layers:1""#, "accuracy"),
        (r#""gradual_unfreezing": 3"#, "macro_f1"),
    ] {
        let settings = format!(r#""epochs": 12, "batch_size": 2, "learning_rate": 0.02, {settings}"#);
        let mut plain = recipe(&settings);
        plain.validation = Some(Validation::Fraction(0.34));
        let (mut run, _) = prepare(&plain).unwrap();
        let (mut states, mut events) = (Vec::new(), Vec::new());
        while !run.is_finished() {
            events.extend(run.advance(&[]).unwrap());
            if let Some(Event::Epoch(_)) = events.last() {
                states.push(parameters(&run));
            }
        }
        assert_eq!(end(&events), End { steps: 24, epochs: 12, best_epoch: None });
        let figure: fn(&TaskMetrics) -> f32 = match metric {
            "loss" => |task| -task.loss,
            "accuracy" => |task| task.accuracy,
            _ => |task| task.macro_f1,
        };
        let figures: Vec<f64> = held_out(&events).iter().map(|evaluation| mean(evaluation, figure)).collect();
        // Of equals the first, so searched from behind.
        let best = (0..12).rev().max_by(|&a, &b| figures[a].total_cmp(&figures[b])).unwrap();
        assert!(best < 11, "the test needs a run that gets worse: {figures:?}");

        let mut going_back = plain.clone();
        going_back.training =
            recipe(&format!(r#"{settings}, "load_best_model_at_end": true, "metric_for_best_model": "{metric}""#))
                .training;
        let (run, events) = run_to_end(&going_back).unwrap();
        assert_eq!(end(&events), End { steps: 24, epochs: 12, best_epoch: Some(best as u32 + 1) });
        assert_eq!(parameters(&run), states[best], "{metric}");
        let evaluations = held_out(&events);
        assert_eq!(evaluations.len(), 13);
        assert_eq!(evaluations[12], evaluations[best], "what is saved was measured last");
        let splits: Vec<Split> = events[events.len() - 6..]
            .iter()
            .filter_map(|event| if let Event::Evaluation(e) = event { Some(e.split) } else { None })
            .collect();
        assert_eq!(splits, [Split::Validation, Split::Train, Split::Validation]);

        // With patience the same parameters, sooner.
        let mut patient = going_back.clone();
        patient.training.load_best_model_at_end = false;
        patient.training.early_stopping_patience = Some(1);
        let (run, events) = run_to_end(&patient).unwrap();
        let stop = (1..12).find(|&epoch| figures[epoch] <= figures[..epoch].iter().copied().fold(f64::MIN, f64::max));
        let stop = stop.expect("it gets worse") + 1;
        let last = End { steps: 2 * stop, epochs: stop as u32, best_epoch: Some(stop as u32 - 1) };
        assert_eq!(end(&events), last, "{metric}");
        assert_eq!(parameters(&run), states[stop - 2]);
        assert_eq!(events.iter().filter(|event| matches!(event, Event::Epoch(_))).count(), stop);
    }
}

#[test]
fn a_head_that_does_not_train_has_no_say_in_which_epoch_is_best() {
    let mut otherwise = 0;
    for seed in 0..8 {
        let settings = r#""epochs": 8, "batch_size": 2, "learning_rate": 0.02, "task_weight": {"b": 0}"#;
        let mut plain = Recipe { seed, ..recipe(settings) };
        plain.validation = Some(Validation::Fraction(0.34));
        let figures = held_out(&run_to_end(&plain).unwrap().1);
        let earliest_best = |figure: &dyn Fn(&Evaluation) -> f64| {
            (0..8).rev().max_by(|&a, &b| figure(&figures[a]).total_cmp(&figure(&figures[b]))).unwrap() as u32 + 1
        };
        let own = earliest_best(&|evaluation| -f64::from(evaluation.tasks["a"].as_ref().unwrap().loss));
        let of_both = earliest_best(&|evaluation| -mean(evaluation, |task| task.loss));
        otherwise += u32::from(own != of_both);
        for rule in [r#""load_best_model_at_end": true"#, r#""early_stopping_patience": 7"#] {
            let mut going_back = plain.clone();
            going_back.training = recipe(&format!("{settings}, {rule}")).training;
            assert_eq!(end(&run_to_end(&going_back).unwrap().1).best_epoch, Some(own), "seed {seed}, {rule}");
        }
    }
    assert!(
        otherwise > 0,
        "the test needs an untrained head whose losses go another way as the encoder moves under it"
    );
}

#[test]
fn a_run_whose_last_epoch_is_best_measures_it_once() {
    let mut recipe = recipe(r#""epochs": 2, "batch_size": 2, "learning_rate": 1e-4, "early_stopping_patience": 2"#);
    recipe.validation = Some(Validation::Fraction(0.34));
    recipe.seed = 2;
    let (_, events) = run_to_end(&recipe).unwrap();
    assert_eq!(end(&events).best_epoch, Some(2), "{:?}", held_out(&events));
    assert_eq!(held_out(&events).len(), 2);
    // After it come two verdicts and the end.
    assert!(matches!(&events[events.len() - 4], Event::Evaluation(e) if e.split == Split::Train && e.epoch == 2));
}

#[test]
fn the_best_epoch_needs_held_out_sentences() {
    for setting in [r#""early_stopping_patience": 3"#, r#""load_best_model_at_end": true"#] {
        let name = setting.split('"').nth(1).unwrap();
        assert_eq!(
            prepare(&recipe(setting)).unwrap_err().to_string(),
            format!(
                "{name}: held-out sentences decide which epoch is best, and there are none; hold out a share of the \
                 sentences (a validation fraction of 0.25, say) or give a validation file"
            )
        );
    }
}

#[test]
fn a_diverging_run_stops_with_the_last_good_parameters() {
    // Such a decay with such a step makes every parameter ten thousand million times larger, until a loss is no number.
    let settings = r#""epochs": 50, "batch_size": 6, "optimizer": "sgd", "learning_rate": 10, "weight_decay": 1e9"#;
    let (mut run, _) = prepare(&recipe(settings)).unwrap();
    let mut states = vec![parameters(&run)];
    let error = loop {
        match step(&mut run) {
            Ok(_) => states.push(parameters(&run)),
            Err(error) => break error,
        }
        assert!(states.len() < 50, "it never diverged");
    };
    assert!(matches!(error, Error::Diverged(_)), "{error}");
    let step = &error.params()["step"];
    assert_eq!(*step, states.len());
    let text = error.to_string();
    assert!(text.starts_with(&format!("step {step}: the loss of ")), "{text}");
    assert!(text.ends_with("try a learning rate ten times smaller than 1e1, a warm-up, or max_grad_norm 1"), "{text}");
    // The parameters whose losses were last finite: those from before the last update.
    assert_eq!(parameters(&run), states[states.len() - 2]);
    assert!(run.is_finished());
    assert_eq!(run.advance(&[]).unwrap(), []);
}

#[test]
fn saved_models_predict_as_the_run_did() {
    let (run, _) = run_to_end(&recipe(r#""epochs": 3"#)).unwrap();
    let files = run.trainer().to_files().unwrap();
    let config = parse_config(&files.config).unwrap();
    let saved = config.polytask.as_ref().unwrap();
    assert_eq!(saved.tasks, run.trainer().tasks());
    let again = recipe(r#""epochs": 1, "freeze": "encoder""#);
    let data = Dataset::from_recipe(&again, |_| unreachable!()).unwrap();
    let inputs = Inputs {
        data,
        validation: None,
        config,
        keep_heads: true,
        tokenizer: &Tiny::new().tokenizer,
        context: Context::default(),
        memory_limit: None,
    };
    let weights = Weights::from_safetensors(&files.weights).unwrap();
    let (reloaded, _) = Run::start(Plan::new(again, inputs).unwrap(), weights).unwrap();
    // w50 was never trained on, so its row comes from the frozen part of the table.
    let sentences = ["w8 w9".to_string(), "w50 w5".into()];
    assert_eq!(reloaded.trainer().predict(&sentences).unwrap(), run.trainer().predict(&sentences).unwrap());
}

#[test]
fn long_sentences_are_cut_and_told_of() {
    let long = "w5 ".repeat(100_000);
    let examples = format!(
        r#"[{{"text": "{long}", "labels": {{"a": "x"}}}}, {{"text": "w6", "labels": {{"a": "y"}}}},
            {{"text": "w7", "labels": {{}}}}]"#
    );
    let (_, events) = run_to_end(&recipe_on(&examples, r#""epochs": 1"#)).unwrap();
    let warnings: Vec<&str> = events
        .iter()
        .filter_map(|event| if let Event::Warning(w) = event { Some(w.message.as_str()) } else { None })
        .collect();
    assert_eq!(
        warnings,
        [
            "1 of 3 sentences are longer than 16 tokens and were cut; the first, \"w5 w5 w5 w5 w5 w5 w5 w5 w5 w5 w5 w5 \
             w5 w…\", has 100002 tokens (max_length sets the limit)",
            "1 of 3 sentences carry no label at all and take no part in training"
        ]
    );
}

#[test]
fn settings_out_of_range_say_what_would_be_right() {
    let wrong =
        |training: &str| Recipe::from_json(&format!(r#"{{"training": {{{training}}}}}"#)).unwrap_err().to_string();
    assert_eq!(
        wrong(r#""learning_rate": 1e9"#),
        "learning_rate: 1e9 is out of range; it must be above 0 and at most 10 (1e-3 is the notebook's, 2e-5 is usual \
         for BERT)"
    );
    assert_eq!(wrong(r#""epochs": 0"#), "epochs: is 0; train for at least 1 epoch");
    assert_eq!(wrong(r#""batch_size": 0"#), "batch_size: is 0; a step needs at least 1 sentence");
    assert_eq!(wrong(r#""dropout": 1"#), "dropout: 1 is not in [0, 1)");
    assert!(wrong(r#""epoch": 1"#).starts_with("recipe: unknown field `epoch`, expected one of `epochs`, "));
    assert_eq!(
        wrong(r#""freeze": "layer:2""#),
        "recipe: freeze: \"layer:2\" is not one of none, embeddings, layers:N, encoder at line 1 column 34"
    );
    let run_wrong = |training: &str| prepare(&recipe(training)).unwrap_err().to_string();
    // Six sentences: with 2 in a batch and 2 batches in a step, 2 steps an epoch.
    let four_steps = r#""epochs": 2, "batch_size": 2, "gradient_accumulation_steps": 2, "warmup""#;
    for warmup in [5, 9] {
        assert_eq!(
            run_wrong(&format!("{four_steps}: {warmup}")),
            format!(
                "warmup: {warmup} steps of warm-up are more than the run has, 4; give at most 4, or train for more epochs"
            )
        );
    }
    prepare(&recipe(&format!("{four_steps}: 4"))).unwrap();
    let one_step = r#""epochs": 1, "batch_size": 1000, "gradient_accumulation_steps": 1000000, "warmup": 2"#;
    assert!(run_wrong(one_step).starts_with("warmup: 2 steps of warm-up are more than the run has, 1; "));
    assert_eq!(wrong(r#""gradual_unfreezing": 0"#), "gradual_unfreezing: is 0; give at least 1, or leave it out");
    assert_eq!(
        wrong(r#""early_stopping_patience": 0"#),
        "early_stopping_patience: is 0; give at least 1, or leave it out"
    );
    assert_eq!(wrong(r#""label_smoothing": 1"#), "label_smoothing: 1 is not in [0, 1)");
    assert_eq!(run_wrong(r#""freeze": "layers:3""#), "freeze: layers:3 asks for more than the encoder's 2 layers");
    let mut deep = recipe(r#""epochs": 1"#);
    deep.training.max_length = 17;
    assert_eq!(prepare(&deep).unwrap_err().to_string(), "max_length: 17 is more than the encoder's 16 positions");
}

#[test]
fn sentences_without_tasks_or_labels_are_refused() {
    let refused = |examples: &str| prepare(&recipe_on(examples, r#""epochs": 1"#)).unwrap_err().to_string();
    assert_eq!(refused("[]"), "the sentences: there is no sentence in it; give at least two labelled ones");
    assert_eq!(
        refused(r#"[{"text": "w5", "labels": {}}]"#),
        "the sentences: there is no label column; add one column per task beside the text"
    );
    assert_eq!(
        refused(r#"[{"text": "w5", "labels": {"a": "x"}}]"#),
        "the sentences, column \"a\": a task needs at least two different labels, and there is only \"x\""
    );
    let mut unlabelled = recipe_on(r#"[{"text": "w5", "labels": {"a": "x"}}]"#, r#""epochs": 1"#);
    unlabelled.tasks = vec![polytask::recipe::Task { name: "b".into(), labels: Vec::new() }];
    assert_eq!(
        prepare(&unlabelled).unwrap_err().to_string(),
        "the sentences: none of them has a label for the tasks \"b\"; label some, or remove the tasks"
    );
    let mut blank = recipe_on(r#"[{"text": "w5", "labels": {"a": ""}}]"#, r#""epochs": 1"#);
    blank.tasks = vec![polytask::recipe::Task { name: "a".into(), labels: vec!["x".into(), "y".into()] }];
    assert_eq!(
        prepare(&blank).unwrap_err().to_string(),
        "the sentences: none of them carries a label; label at least one per class"
    );
    assert_eq!(refused(r#"[{"text": " "}]"#), "sentence 1: it is empty; write a sentence or remove the row");
}

#[test]
fn a_frozen_prefix_is_computed_once_and_changes_no_number() {
    for freeze in ["embeddings", "layers:1", "encoder"] {
        let recipe = recipe(&format!(r#""epochs": 4, "batch_size": 2, "freeze": "{freeze}""#));
        let (run, expected) = run_to_end(&recipe).unwrap();
        let events = &expected;
        // The evaluation at the end came from the cache; prediction passes through the whole model.
        let losses =
            events.iter().rev().find_map(|e| if let Event::Evaluation(e) = e { Some(e) } else { None }).unwrap();
        let sentences = ["w5 w6 w7", "w8 w9", "w5 w10 w11 w12", "w8 w13", "w14 w15 w6", "w14 w9 w9"].map(String::from);
        let right = [0, 1, 0, 1, 2, 2];
        let predictions = run.trainer().predict(&sentences).unwrap();
        let loss: f32 = predictions.iter().zip(right).map(|(p, class)| -p.tasks["a"].probabilities[class].ln()).sum();
        assert!((loss / 6.0 - losses.tasks["a"].as_ref().unwrap().loss).abs() < 1e-5, "{freeze}");

        // Were anything of the prefix computed again after the first epoch, it would be no number.
        let (mut run, mut events) = prepare(&recipe).unwrap();
        let mut epochs = 0;
        while !run.is_finished() {
            events.extend(run.advance(&[]).unwrap());
            if epochs == 0 && matches!(events.last(), Some(Event::Epoch(_))) {
                epochs += 1;
                for frozen in run.trainer().model().encoder().parameters().iter().filter(|p| !p.is_trainable()) {
                    let nothing = frozen.value().affine(0.0, f64::NAN).unwrap();
                    polytask::ops::copy_into(frozen.value(), &nothing).unwrap();
                }
            }
        }
        assert_eq!(events, expected, "{freeze}");
        let whole = run.trainer().predict(&sentences).unwrap();
        assert!(whole[0].tasks["a"].probabilities[0].is_nan(), "{freeze}: the frozen part was not overwritten");
    }
}

#[test]
fn a_total_that_is_no_number_stops_before_it_moves_anything() {
    let recipe = recipe(r#""epochs": 3, "batch_size": 1, "shuffle": false, "task_weight": {"b": 1e39}"#);
    let (mut run, _) = prepare(&recipe).unwrap();
    let before = parameters(&run);
    let error = step(&mut run).unwrap_err().to_string();
    assert!(error.starts_with("step 1: the loss of all tasks together became inf, so training stopped"), "{error}");
    assert_eq!(parameters(&run), before);
}

#[test]
fn a_tokeniser_of_another_model_is_refused() {
    let mut files = Tiny::new();
    files.tokenizer = String::from_utf8(files.tokenizer).unwrap().replace("\"w63\":63", "\"w63\":5000").into_bytes();
    let error = polytask::text::Tokenizer::from_json(&files.tokenizer, 16, 64).unwrap_err().to_string();
    assert_eq!(
        error,
        "tokenizer: tokenizer.json gives \"w63\" the id 5000 and the encoder's vocab_size is 64; they belong to \
         different models"
    );
}
