//! The map of the sentences' vectors moving: when it is reported, that it is right, and that it changes nothing.

use crate::runs::{many, parameters, prepare, prepare_from, recipe, recipe_on, run_to_end, serialised};
use candle_core::{Device, Tensor};
use polytask::protocol::{Event, Map};
use polytask::recipe::{Diagnostics, Recipe, Source, Validation};
use polytask::run::Run;

fn maps(events: &[Event]) -> Vec<&Map> {
    events.iter().filter_map(|event| if let Event::Map(map) = event { Some(map) } else { None }).collect()
}

fn steps(map: &Map) -> Vec<usize> {
    map.frames.iter().map(|frame| frame.step).collect()
}

fn mapped(mut recipe: Recipe, every: u32) -> Recipe {
    recipe.diagnostics.map_every = every;
    recipe
}

fn texts(recipe: &Recipe) -> Vec<String> {
    let Source::Examples(examples) = &recipe.data else { panic!("inline") };
    examples.iter().map(|example| example.text.clone()).collect()
}

#[test]
fn it_is_told_of_the_beginning_after_the_first_step_then_every_so_many_and_at_the_end() {
    let names = |every| -> Vec<String> {
        let (_, events) = run_to_end(&mapped(recipe(r#""epochs": 1, "batch_size": 1"#), every)).unwrap();
        let name = |event| serde_json::to_value(event).unwrap()["type"].as_str().unwrap().to_string();
        events.iter().map(name).collect()
    };
    let told = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<Vec<_>>();
    let end = ["epoch", "evaluation", "map", "verdict", "verdict", "end"];
    let steps = ["start", "step", "map", "step", "step", "step", "map", "step", "step"];
    assert_eq!(names(4), told(&[&steps[..], &end].concat()));
    // Due at the last step anyway, and told once.
    let steps = ["start", "step", "map", "step", "step", "map", "step", "step", "step"];
    assert_eq!(names(3), told(&[&steps[..], &end].concat()));
    let steps = ["start", "step", "map", "map", "step", "map", "step", "map", "step", "map", "step", "map", "step"];
    assert_eq!(names(1), told(&[&steps[..], &end].concat()));
    assert!(!names(0).contains(&"map".to_string()));
}

#[test]
fn many_sentences_are_thinned_out_evenly_and_few_are_all_there() {
    let first = |recipe: &Recipe| {
        let (mut run, _) = prepare(recipe).unwrap();
        let mut calls = 0;
        loop {
            calls += 1;
            if let [Event::Map(map)] = &run.advance(&[]).unwrap()[..] {
                return (map.clone(), calls);
            }
        }
    };
    let (few, calls) = first(&mapped(recipe(r#""epochs": 1, "batch_size": 3"#), 1));
    assert_eq!((few.rows, calls), ((0..6).collect(), 2));
    let (many, calls) = first(&mapped(many(160, r#""epochs": 1, "batch_size": 16"#), 1));
    assert_eq!(many.rows.len(), 48);
    assert_eq!((many.rows[0], many.rows[1], many.rows[2], many.rows[47]), (0, 3, 6, 156));
    assert_eq!(many.frames[0].points.len(), 48);
    assert_eq!(calls, 4, "the first step, then sixteen sentences a call");
}

/// The two leading principal components of `vectors`, by the power method with deflation.
fn components(vectors: &[Vec<f64>]) -> [Vec<f64>; 2] {
    let h = vectors[0].len();
    let mean: Vec<f64> = (0..h).map(|j| vectors.iter().map(|x| x[j]).sum::<f64>() / vectors.len() as f64).collect();
    let mut found: Vec<Vec<f64>> = Vec::new();
    for start in 0..2 {
        let mut axis: Vec<f64> = (0..h).map(|j| ((j * 7 + start * 3) % 11) as f64 - 5.0).collect();
        for _ in 0..3000 {
            let mut next = vec![0.0; h];
            for x in vectors {
                let along: f64 = x.iter().zip(&mean).zip(&axis).map(|((x, m), a)| (x - m) * a).sum();
                next.iter_mut().zip(x.iter().zip(&mean)).for_each(|(next, (x, m))| *next += along * (x - m));
            }
            for other in &found {
                let along: f64 = next.iter().zip(other).map(|(x, y)| x * y).sum();
                next.iter_mut().zip(other).for_each(|(x, y)| *x -= along * y);
            }
            let norm = next.iter().map(|x| x * x).sum::<f64>().sqrt();
            axis = next.into_iter().map(|x| x / norm).collect();
        }
        found.push(axis);
    }
    let [second, first] = [found.pop().unwrap(), found.pop().unwrap()];
    [first, second]
}

/// `trainer`'s vectors of `texts`.
fn vectors(run: &Run, texts: &[String]) -> Vec<Vec<f64>> {
    let numbers = run.trainer().embed(texts).unwrap();
    numbers.chunks_exact(32).map(|x| x.iter().map(|&x| f64::from(x)).collect()).collect()
}

#[test]
fn the_points_are_the_principal_components_of_all_frames() {
    for freeze in ["none", "layers:1"] {
        let training = format!(r#""epochs": 4, "batch_size": 8, "learning_rate": 0.01, "freeze": "{freeze}""#);
        let recipe = mapped(many(24, &training), 3);
        let texts = texts(&recipe);
        let (_, events) = run_to_end(&recipe).unwrap();
        let told = maps(&events);
        let last = told.last().unwrap();
        assert_eq!((steps(last), &last.rows), (vec![0, 3, 6, 9, 12], &(0..24).collect()));

        let (mut twin, _) = prepare(&mapped(recipe, 0)).unwrap();
        let mut all = vectors(&twin, &texts);
        while !twin.is_finished() {
            let events = twin.advance(&[]).unwrap();
            if events.iter().any(|event| matches!(event, Event::Step(step) if step.step % 3 == 0)) {
                all.extend(vectors(&twin, &texts));
            }
        }
        let mean: Vec<f64> = (0..32).map(|j| all.iter().map(|x| x[j]).sum::<f64>() / all.len() as f64).collect();
        for (i, axis) in components(&all).iter().enumerate() {
            let expected: Vec<f64> =
                all.iter().map(|x| x.iter().zip(&mean).zip(axis).map(|((x, m), a)| (x - m) * a).sum()).collect();
            let found: Vec<f64> =
                last.frames.iter().flat_map(|frame| frame.points.iter().map(|point| f64::from(point[i]))).collect();
            let sign = found.iter().zip(&expected).map(|(x, y)| x * y).sum::<f64>().signum();
            let size = expected.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - sign * expected).abs() < 2e-3 * size, "{freeze}, axis {i}: {found}, {expected}");
            }
        }
    }
}

#[test]
fn from_event_to_event_the_axes_keep_their_sides() {
    let recipe = mapped(many(40, r#""epochs": 8, "batch_size": 8, "learning_rate": 0.001"#), 1);
    let (_, events) = run_to_end(&recipe).unwrap();
    let told = maps(&events);
    assert_eq!(told.len(), 41);
    let mut cosines = Vec::new();
    for pair in told.windows(2) {
        for axis in 0..2 {
            let points = |map: &Map| -> Vec<f64> {
                let frames = map.frames.iter().take(pair[0].frames.len());
                frames.flat_map(|frame| frame.points.iter().map(|point| f64::from(point[axis]))).collect()
            };
            let (before, after) = (points(pair[0]), points(pair[1]));
            let dot = |xs: &[f64], ys: &[f64]| xs.iter().zip(ys).map(|(x, y)| x * y).sum::<f64>();
            cosines.push(dot(&before, &after) / (dot(&before, &before) * dot(&after, &after)).sqrt());
        }
    }
    assert!(cosines.iter().all(|&cosine| cosine > 0.0), "an axis flipped: {cosines:?}");
    assert!(cosines.iter().filter(|&&cosine| cosine > 0.9).count() > 70, "most hardly turn: {cosines:?}");
}

#[test]
fn of_too_many_frames_every_second_one_goes() {
    let recipe = mapped(many(16, r#""epochs": 70, "batch_size": 16"#), 1);
    let (_, events) = run_to_end(&recipe).unwrap();
    let told = maps(&events);
    assert_eq!(told.len(), 71);
    assert_eq!(steps(told[63]), (0..64).collect::<Vec<_>>());
    assert_eq!(steps(told[64]), (0..=64).step_by(2).collect::<Vec<_>>());
    assert_eq!(steps(told[70]), (0..=64).step_by(2).chain(65..=70).collect::<Vec<_>>());
}

#[test]
fn it_changes_nothing() {
    for training in [
        r#""epochs": 3, "batch_size": 7, "dropout": 0.1"#,
        r#""epochs": 3, "batch_size": 7, "optimizer": "adamw", "weight_decay": 0.1"#,
        r#""epochs": 3, "batch_size": 7, "weighting": "pcgrad""#,
        r#""epochs": 3, "batch_size": 7, "freeze": "layers:1""#,
        r#""epochs": 3, "batch_size": 7, "freeze": "encoder""#,
        r#""epochs": 5, "batch_size": 7, "gradual_unfreezing": 1"#,
        r#""epochs": 3, "batch_size": 7, "weighting": "famo", "gradient_accumulation_steps": 2, "dropout": 0.1"#,
        r#""epochs": 30, "batch_size": 7, "learning_rate": 0.02, "early_stopping_patience": 1"#,
    ] {
        let mut recipe = many(40, training);
        recipe.validation = Some(Validation::Fraction(0.25));
        let (quiet, quiet_events) = run_to_end(&recipe).unwrap();
        let (run, mut events) = run_to_end(&mapped(recipe, 1)).unwrap();
        assert!(maps(&events).len() > 3, "{training}");
        events.retain(|event| !matches!(event, Event::Map(_)));
        assert_eq!(events, quiet_events, "{training}");
        assert_eq!(parameters(&run), parameters(&quiet), "{training}");
    }
}

#[test]
fn at_the_end_it_shows_the_epoch_that_was_gone_back_to() {
    let training = r#""epochs": 30, "batch_size": 7, "learning_rate": 0.02, "early_stopping_patience": 1"#;
    let mut recipe = mapped(many(40, training), 1);
    recipe.validation = Some(Validation::Fraction(0.25));
    let (_, events) = run_to_end(&recipe).unwrap();
    let [.., Event::Map(map), Event::Verdict(_), Event::Verdict(_), Event::End(end)] = &events[..] else {
        panic!("{:?}", events.last())
    };
    let Some(Event::Start(start)) = events.first() else { panic!("{:?}", events[0]) };
    let best = end.best_epoch.unwrap() as usize * start.steps_per_epoch;
    assert!(best < end.steps);
    let frame = |step| &map.frames.iter().find(|frame| frame.step == step).unwrap().points;
    assert_eq!(frame(end.steps), frame(best));
}

#[test]
fn it_can_be_asked_for_in_the_middle_of_a_run_and_no_more() {
    let (mut run, _) = prepare(&recipe(r#""epochs": 3, "batch_size": 2"#)).unwrap();
    let mut events = Vec::new();
    while !run.is_finished() {
        let told = run.advance(&[]).unwrap();
        let every = told.iter().find_map(|event| match event {
            Event::Step(step) if step.step == 3 => Some(2),
            Event::Step(step) if step.step == 7 => Some(0),
            _ => None,
        });
        if let Some(map_every) = every {
            run.set_diagnostics(Diagnostics { map_every, ..Diagnostics::default() }).unwrap();
        }
        events.extend(told);
    }
    assert_eq!(maps(&events).iter().map(|map| steps(map)).collect::<Vec<_>>(), [vec![4], vec![4, 6]]);
    assert!(matches!(events.last(), Some(Event::End(_))));
}

#[test]
fn switched_off_while_it_is_due_at_the_end_the_run_ends_without_it() {
    let (mut run, _) = prepare(&mapped(recipe(r#""epochs": 1, "batch_size": 6"#), 5)).unwrap();
    while !matches!(run.advance(&[]).unwrap()[..], [Event::Evaluation(_)]) {}
    run.set_diagnostics(Diagnostics { interference_every: 1, ..Diagnostics::default() }).unwrap();
    assert!(matches!(run.advance(&[]).unwrap()[..], [Event::Verdict(_), Event::Verdict(_), Event::End(_)]));
    assert!(run.is_finished() && run.advance(&[]).unwrap().is_empty());
}

#[test]
fn vectors_that_are_no_numbers_are_not_drawn() {
    // Nobody trains on the last sentence, so the losses do not tell that its word's vector is no number.
    let examples = r#"[
        {"text": "w5 w6", "labels": {"a": "x"}}, {"text": "w7 w8", "labels": {"a": "y"}}, {"text": "w60", "labels": {}}
    ]"#;
    let recipe = mapped(recipe_on(examples, r#""epochs": 3, "batch_size": 1"#), 1);
    let (run, _) = prepare(&recipe).unwrap();
    let mut files = run.trainer().to_files().unwrap();
    let mut tensors = candle_core::safetensors::load_buffer(&files.weights, &Device::Cpu).unwrap();
    let table = tensors.iter_mut().find(|(name, _)| name.ends_with("word_embeddings.weight")).unwrap().1;
    let mut rows = table.to_vec2::<f32>().unwrap();
    rows[60].fill(f32::MAX);
    *table = Tensor::new(rows, &Device::Cpu).unwrap();
    files.weights = serialised(&tensors);
    let (mut run, mut events) = prepare_from(&recipe, Some(&files)).unwrap();
    while !run.is_finished() {
        events.extend(run.advance(&[]).unwrap());
    }
    assert!(maps(&events).is_empty() && matches!(events.last(), Some(Event::End(_))), "{events:?}");
}
