//! The reports of a run besides its figures: the model's shape, a sentence's tokens and their contributions, the phases of a
//! step, the mistakes.

use std::sync::{Arc, Mutex};

use crate::runs::{many, parameters, plan_in, prepare, recipe, run_to_end};
use crate::tiny::Tiny;
use candle_core::Device;
use polytask::compute::Context;
use polytask::model::Weights;
use polytask::protocol::{Evaluation, Event, PartSize, Phase, PhaseName, Split, Start};
use polytask::recipe::{Diagnostics, Pooling, Recipe, Source, Validation};
use polytask::run::Run;

fn start(recipe: &Recipe) -> Start {
    let (_, events) = prepare(recipe).unwrap();
    events.into_iter().find_map(|event| if let Event::Start(start) = event { Some(start) } else { None }).unwrap()
}

const PLAIN: &str = r#""epochs": 3, "batch_size": 2"#;

/// The tiny encoder's sizes by hand: V 64, P 16, H 32, F 64.
const EMBEDDINGS: usize = (64 + 16 + 2) * 32 + 2 * 32;
const LAYER: usize = 4 * (32 * 32 + 32) + (64 * 32 + 64) + (32 * 64 + 32) + 4 * 32;
const POOLER: usize = 32 * 32 + 32;
const HEADS: [usize; 2] = [3 * 32 + 3, 2 * 32 + 2];

#[test]
fn a_run_starts_with_its_models_shape() {
    let (run, _) = prepare(&recipe(PLAIN)).unwrap();
    let start = start(&recipe(PLAIN));
    let shape = &start.model;
    assert_eq!((shape.vocab_size, shape.max_position_embeddings), (64, 16));
    assert_eq!((shape.hidden_size, shape.num_hidden_layers), (32, 2));
    assert_eq!((shape.num_attention_heads, shape.intermediate_size), (4, 64));
    let size = |parameters| PartSize { parameters, trainable: parameters };
    let expected = [
        ("embeddings", size(EMBEDDINGS)),
        ("layer.0", size(LAYER)),
        ("layer.1", size(LAYER)),
        ("pooler", PartSize { parameters: POOLER, trainable: 0 }),
        ("heads.a", size(HEADS[0])),
        ("heads.b", size(HEADS[1])),
    ];
    let found: Vec<(&str, PartSize)> = shape.parts.iter().map(|(name, size)| (name.as_str(), *size)).collect();
    assert_eq!(found, expected);
    let saved: usize = parameters(&run).iter().map(|(_, xs)| xs.len()).sum();
    assert_eq!(start.parameters, saved, "a saved model holds as many numbers");
}

#[test]
fn the_parts_add_up_whatever_trains() {
    let heads: usize = HEADS.iter().sum();
    for (training, pooling, trainable) in [
        (PLAIN, Pooling::Mean, EMBEDDINGS + 2 * LAYER + heads),
        // With weight decay in Adam's gradient the whole table trains, without it only the rows in use: the same count.
        (r#""weight_decay": 0.1"#, Pooling::Mean, EMBEDDINGS + 2 * LAYER + heads),
        (PLAIN, Pooling::Pooler, EMBEDDINGS + 2 * LAYER + POOLER + heads),
        (r#""freeze": "embeddings""#, Pooling::Mean, 2 * LAYER + heads),
        (r#""freeze": "layers:1""#, Pooling::Cls, LAYER + heads),
        (r#""freeze": "encoder""#, Pooling::Pooler, heads),
        (r#""gradual_unfreezing": 1, "epochs": 9"#, Pooling::Mean, EMBEDDINGS + 2 * LAYER + heads),
    ] {
        let start = start(&Recipe { pooling, ..recipe(training) });
        let sizes = start.model.parts.values();
        let sums = sizes.fold((0, 0), |(all, trains), size| (all + size.parameters, trains + size.trainable));
        assert_eq!(sums, (EMBEDDINGS + 2 * LAYER + POOLER + heads, trainable), "{training} {pooling:?}");
        assert_eq!((start.parameters, start.trainable_parameters), sums, "{training} {pooling:?}");
    }
}

#[test]
fn a_sentence_is_shown_as_training_reads_it() {
    let (run, _) = prepare(&recipe(PLAIN)).unwrap();
    let told = run.trainer().tokens("w5 what w7").unwrap();
    assert_eq!(told.text, "w5 what w7");
    assert_eq!(told.tokens, ["[CLS]", "w5", "[UNK]", "w7", "[SEP]"]);
    assert_eq!(told.ids, [1, 5, 3, 7, 2]);
    assert_eq!(told.words, [None, Some(0), Some(1), Some(2), None]);
    assert!(!told.cut);
    assert_eq!(
        serde_json::to_string(&Event::Tokens(run.trainer().tokens("").unwrap())).unwrap(),
        r#"{"type":"tokens","text":"","tokens":["[CLS]","[SEP]"],"ids":[1,2],"words":[null,null],"cut":false}"#
    );
    let long = run.trainer().tokens(&"w5 ".repeat(15)).unwrap();
    assert_eq!((long.tokens.len(), long.tokens[15].as_str(), long.cut), (16, "[SEP]", true));
    assert!(!run.trainer().tokens(&"w5 ".repeat(14)).unwrap().cut);
}

/// Runs to the end. Returns the phases that the callback received, the run and its events.
fn watched(recipe: &Recipe, threads: usize) -> (Vec<Phase>, Run, Vec<Event>) {
    let phases = Arc::new(Mutex::new(Vec::new()));
    let files = Tiny::new();
    let plan = plan_in(Context::new(Device::Cpu, threads), recipe, &files, None).unwrap();
    let (mut run, mut events) = Run::start(plan, Weights::from_safetensors(&files.weights).unwrap()).unwrap();
    let (seen, here) = (phases.clone(), std::thread::current().id());
    run.on_phase(Some(Box::new(move |phase| {
        // A page's function lives on one thread.
        assert_eq!(std::thread::current().id(), here);
        seen.lock().unwrap().push(phase);
    })));
    while !run.is_finished() {
        events.extend(run.advance(&[]).unwrap());
    }
    let phases = std::mem::take(&mut *phases.lock().unwrap());
    (phases, run, events)
}

#[test]
fn the_parts_of_a_step_are_told_as_they_begin() {
    let training = r#""epochs": 1, "shuffle": false, "batch_size": 2, "gradient_accumulation_steps": 2"#;
    let (phases, ..) = watched(&recipe(training), 1);
    let part = |step, name| Phase { step, name, rows: vec![], tokens: 0 };
    let batch = |step, rows: [usize; 2], tokens| {
        let batch = Phase { step, name: PhaseName::Batch, rows: rows.into(), tokens };
        [batch, part(step, PhaseName::Forward), part(step, PhaseName::Losses), part(step, PhaseName::Backward)]
    };
    // A sentence has its words and two more tokens.
    let first = [batch(1, [0, 1], 9), batch(1, [2, 3], 10)].concat();
    let second = batch(2, [4, 5], 10);
    let expected = [&first[..], &[part(1, PhaseName::Update)], &second, &[part(2, PhaseName::Update)]].concat();
    assert_eq!(phases, expected);
    assert_eq!(
        serde_json::to_string(&Event::Phase(phases[0].clone())).unwrap(),
        r#"{"type":"phase","step":1,"name":"batch","rows":[0,1],"tokens":9}"#
    );
}

#[test]
fn a_watched_run_is_the_same_run() {
    for (training, threads) in [
        (PLAIN, 1),
        (PLAIN, 2),
        (r#""epochs": 2, "batch_size": 2, "weighting": "pcgrad", "dropout": 0.1"#, 2),
        (r#""epochs": 2, "batch_size": 2, "weighting": "famo", "gradient_accumulation_steps": 2"#, 2),
        (r#""epochs": 2, "freeze": "encoder""#, 2),
    ] {
        let mut recipe = recipe(training);
        recipe.diagnostics.interference_every = 1;
        let (quiet, quiet_events) = run_to_end(&recipe).unwrap();
        let (phases, seen, seen_events) = watched(&recipe, threads);
        assert_eq!(quiet_events, seen_events, "{training}");
        assert_eq!(parameters(&quiet), parameters(&seen), "{training}");
        let updates = phases.iter().filter(|phase| phase.name == PhaseName::Update).map(|phase| phase.step);
        let steps = seen_events.iter().filter(|event| matches!(event, Event::Step(_))).count();
        assert_eq!(
            updates.collect::<Vec<_>>(),
            (1..=steps).collect::<Vec<_>>(),
            "{training}: each step, and only those"
        );
    }
}

/// A run that has learnt something.
fn learnt() -> Run {
    run_to_end(&recipe(r#""epochs": 20, "batch_size": 6, "learning_rate": 0.01"#)).unwrap().0
}

/// The probability of `label` for `text`, as `predict` has it.
fn probability(run: &Run, text: &str, task: &str, label: &str) -> f32 {
    let prediction = run.trainer().predict(&[text.into()]).unwrap().remove(0);
    let place = run.trainer().tasks().iter().find(|found| found.name == task).unwrap();
    prediction.tasks[task].probabilities[place.labels.iter().position(|found| found == label).unwrap()]
}

fn near(found: f32, expected: f32) {
    assert!((found - expected).abs() < 2e-6, "{found}, expected {expected}");
}

#[test]
fn a_words_weight_is_what_the_answer_loses_without_it() {
    let run = learnt();
    let words: Vec<String> = ["w5", "w9", "unknown", "w8"].map(String::from).to_vec();
    let told = run.explain(&words.join("  ")).unwrap();
    assert_eq!(told.spans, words);
    assert_eq!(told.tasks.keys().collect::<Vec<_>>(), ["a", "b"]);
    let prediction = run.trainer().predict(&[words.join(" ")]).unwrap().remove(0);
    for (task, told) in &told.tasks {
        assert_eq!(told.label, prediction.tasks[task].label);
        near(told.probability, probability(&run, &words.join(" "), task, &told.label));
        assert_eq!(told.changes.len(), words.len());
        for (i, change) in told.changes.iter().enumerate() {
            let without = [&words[..i], &words[i + 1..]].concat().join(" ");
            near(*change, told.probability - probability(&run, &without, task, &told.label));
        }
    }
    assert!(told.tasks["a"].changes.iter().any(|change| change.abs() > 0.01), "{told:?}");
}

#[test]
fn a_sentence_is_explained_as_far_as_it_is_read_however_short_it_is() {
    let (run, _) = prepare(&recipe(PLAIN)).unwrap();
    // 14 words fit between [CLS] and [SEP].
    let text: Vec<String> = (20..50).map(|i| format!("w{i}")).collect();
    assert_eq!(run.explain(&text.join(" ")).unwrap().spans, text[..14]);

    let one = run.explain(" w7 ").unwrap();
    assert_eq!((one.text.as_str(), one.spans), (" w7 ", vec!["w7".to_string()]));
    for (task, told) in &one.tasks {
        near(told.changes[0], told.probability - probability(&run, "", task, &told.label));
    }
    let none = run.explain("").unwrap();
    assert!(none.spans.is_empty());
    for (task, told) in &none.tasks {
        assert!(told.changes.is_empty());
        near(told.probability, probability(&run, "", task, &told.label));
    }
}

#[test]
fn explaining_leaves_the_run_as_it_is() {
    let recipe = recipe(r#""epochs": 3, "batch_size": 2, "dropout": 0.1, "freeze": "layers:1""#);
    let (quiet, quiet_events) = run_to_end(&recipe).unwrap();
    let (mut asked, mut events) = prepare(&recipe).unwrap();
    while !asked.is_finished() {
        asked.explain("w5 w6 w7 w8").unwrap();
        asked.trainer().tokens("w5 w6").unwrap();
        events.extend(asked.advance(&[]).unwrap());
    }
    assert_eq!(quiet_events, events);
    assert_eq!(parameters(&quiet), parameters(&asked));
}

/// Each evaluation with what directly follows it.
fn evaluations(events: &[Event]) -> Vec<(&Evaluation, &Event)> {
    let pairs = events.windows(2);
    pairs
        .filter_map(|pair| if let Event::Evaluation(told) = &pair[0] { Some((told, &pair[1])) } else { None })
        .collect()
}

#[test]
fn mistakes_are_those_that_the_evaluation_counted() {
    let mut recipe = many(60, r#""epochs": 2, "batch_size": 16, "learning_rate": 0.003"#);
    recipe.validation = Some(Validation::Fraction(0.4));
    recipe.diagnostics.mistakes = true;
    let (run, events) = run_to_end(&recipe).unwrap();
    let Source::Examples(examples) = &recipe.data else { panic!("inline") };
    let Event::Start(start) = &events[0] else { panic!("{:?}", events[0]) };
    let evaluations = evaluations(&events);
    assert_eq!(evaluations.len(), 3);
    for (evaluation, next) in &evaluations {
        let Event::Mistakes(told) = next else { panic!("{next:?}") };
        assert_eq!((told.split, told.epoch), (evaluation.split, evaluation.epoch));
        assert_eq!(told.tasks.keys().collect::<Vec<_>>(), evaluation.tasks.keys().collect::<Vec<_>>());
        for (task, mistakes) in &told.tasks {
            let labels = &start.tasks.iter().find(|found| found.name == *task).unwrap().labels;
            let mut counted = vec![vec![0; labels.len()]; labels.len()];
            let class = |label: &str| labels.iter().position(|found| found == label).unwrap();
            for mistake in mistakes {
                counted[class(&mistake.label)][class(&mistake.said)] += 1;
                assert_eq!(examples[mistake.row].labels[task], mistake.label);
                assert_eq!(start.held_out[mistake.row], told.split == Split::Validation);
            }
            let mut expected = evaluation.tasks[task].as_ref().unwrap().confusion.clone();
            (0..labels.len()).for_each(|c| expected[c][c] = 0);
            assert_eq!(counted, expected, "{task}");
            assert!(mistakes.is_sorted_by(|a, b| a.probability >= b.probability));
        }
    }
    // The parameters are still those of the last evaluations.
    for (_, next) in &evaluations[1..] {
        let Event::Mistakes(told) = next else { panic!("{next:?}") };
        assert!(told.tasks.values().any(|mistakes| !mistakes.is_empty()));
        for (task, mistakes) in &told.tasks {
            for mistake in mistakes {
                let prediction = run.trainer().predict(&[examples[mistake.row].text.clone()]).unwrap().remove(0);
                assert_eq!(prediction.tasks[task].label, mistake.said);
                near(mistake.probability, probability(&run, &prediction.text, task, &mistake.said));
            }
        }
    }
}

#[test]
fn the_fifty_surest_mistakes_are_told_and_the_run_is_the_same() {
    let mut recipe = many(200, r#""epochs": 2, "batch_size": 16, "learning_rate": 1e-9, "dropout": 0.1"#);
    let (quiet, quiet_events) = run_to_end(&recipe).unwrap();
    recipe.diagnostics.mistakes = true;
    let (run, mut events) = run_to_end(&recipe).unwrap();
    let [(evaluation, Event::Mistakes(told))] = evaluations(&events)[..] else { panic!("one evaluation") };
    let confusion = &evaluation.tasks["a"].as_ref().unwrap().confusion;
    let wrong = (0..3).flat_map(|t| (0..3).filter(move |p| *p != t).map(move |p| confusion[t][p])).sum::<u32>();
    assert!(wrong > 50 && told.tasks["a"].len() == 50, "{wrong}, {}", told.tasks["a"].len());
    events.retain(|event| !matches!(event, Event::Mistakes(_)));
    assert_eq!(events, quiet_events);
    assert_eq!(parameters(&run), parameters(&quiet));
}

#[test]
fn mistakes_are_told_from_the_next_evaluation_on_once_they_are_asked_for() {
    let (mut run, _) = prepare(&many(40, r#""epochs": 1, "batch_size": 40"#)).unwrap();
    run.advance(&[]).unwrap();
    // The evaluation takes three batches, and one of them is over.
    run.advance(&[]).unwrap();
    run.set_diagnostics(Diagnostics { mistakes: true, ..Diagnostics::default() }).unwrap();
    let mut events = Vec::new();
    while !run.is_finished() {
        events.extend(run.advance(&[]).unwrap());
    }
    events.retain(|event| !matches!(event, Event::Verdict(_)));
    assert!(matches!(events[..], [Event::Evaluation(_), Event::End(_)]), "not half of them: {events:?}");
}
