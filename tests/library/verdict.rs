//! Verdicts of whole runs on the tiny encoder.

use crate::runs::{many, prepare, recipe_on, run_to_end};
use polytask::protocol::{Event, Split, Verdict, VerdictKind};
use polytask::recipe::{Recipe, Validation};

fn verdicts(events: &[Event]) -> Vec<&Verdict> {
    events.iter().filter_map(|event| if let Event::Verdict(verdict) = event { Some(verdict) } else { None }).collect()
}

/// `n` sentences of one task, a third held out. A sentence's first word is its label; `noise` of ten labels are drawn by its
/// number instead.
fn sentences(n: usize, noise: usize, training: &str) -> Recipe {
    let sentence = |i: usize| {
        let own = i * 7 % 2;
        let label = if i * 3 % 10 < noise { i / 10 % 2 } else { own };
        format!(
            r#"{{"text": "w{} w{} w{}", "labels": {{"a": "{}"}}}}"#,
            5 + own,
            10 + i % 50,
            10 + i / 3 % 50,
            ["x", "y"][label]
        )
    };
    let mut recipe = recipe_on(&format!("[{}]", (0..n).map(sentence).collect::<Vec<_>>().join(",")), training);
    recipe.validation = Some(Validation::Fraction(0.34));
    recipe
}

#[track_caller]
fn judged(recipe: &Recipe, kind: VerdictKind, next: &str) -> Verdict {
    let (_, events) = run_to_end(recipe).unwrap();
    let verdicts = verdicts(&events);
    let [verdict] = verdicts[..] else { panic!("{verdicts:?}") };
    let code = verdict.next.as_ref().map_or("", |next| &next.message.code);
    assert_eq!((verdict.kind, code), (kind, next), "{}", verdict.message);
    assert!(matches!(events.last(), Some(Event::End(_))));
    verdict.clone()
}

#[test]
fn runs_that_learn_memorise_stand_still_and_diverge() {
    let good = r#""epochs": 8, "batch_size": 16, "learning_rate": 0.005"#;
    judged(&sentences(300, 0, good), VerdictKind::Learned, "");
    // Each sentence has a word of its own and a label that has nothing to do with it: it can only be learned by heart.
    let sentence = |i: usize| format!(r#"{{"text": "w{}", "labels": {{"a": "{}"}}}}"#, 4 + i, ["x", "y"][i / 2 % 2]);
    let by_heart = r#""epochs": 60, "batch_size": 8, "learning_rate": 0.003"#;
    let mut own_words = recipe_on(&format!("[{}]", (0..60).map(sentence).collect::<Vec<_>>().join(",")), by_heart);
    own_words.validation = Some(Validation::Fraction(0.5));
    let verdict = judged(&own_words, VerdictKind::NotBetter, "verdict.best_epoch");
    assert_eq!(verdict.message.code, "verdict.memorised_only", "{}", verdict.message);
    let still = r#""epochs": 1, "batch_size": 16, "learning_rate": 1e-7"#;
    judged(&sentences(300, 0, still), VerdictKind::NotLearned, "verdict.more_epochs");
    let wild = r#""epochs": 3, "batch_size": 16, "learning_rate": 10"#;
    judged(&sentences(300, 0, wild), VerdictKind::Diverged, "verdict.lower_rate");
    judged(&sentences(12, 0, good), VerdictKind::TooFew, "verdict.label_more_held_out");
}

#[test]
fn the_verdict_is_on_the_parameters_that_are_kept() {
    let training = r#""epochs": 30, "batch_size": 16, "learning_rate": 0.005, "load_best_model_at_end": true"#;
    let (run, events) = run_to_end(&sentences(300, 5, training)).unwrap();
    let last = |split: Split| {
        events.iter().rev().find_map(|event| match event {
            Event::Evaluation(evaluation) if evaluation.split == split => Some(evaluation),
            _ => None,
        })
    };
    let [train, held_out] = [Split::Train, Split::Validation].map(|split| last(split).unwrap());
    assert_eq!(Some(train.epoch), run.trainer().restored_epoch());
    let verdict = verdicts(&events)[0];
    let percent = (100.0 * held_out.tasks["a"].as_ref().unwrap().accuracy).round();
    assert_eq!(verdict.message.params["accuracy"], f64::from(percent));
    assert!(verdict.next.as_ref().is_none_or(|next| next.message.code != "verdict.best_epoch"));
    // The same verdicts are there to be asked for.
    assert_eq!(run.verdicts().iter().collect::<Vec<_>>(), verdicts(&events));
}

#[test]
fn only_tasks_that_train_are_judged() {
    let (run, events) = run_to_end(&many(30, r#""epochs": 2, "task_weight": {"b": 0}"#)).unwrap();
    let judged: Vec<&str> = verdicts(&events).iter().map(|verdict| verdict.task.as_str()).collect();
    assert_eq!(judged, ["a"]);
    assert_eq!(run.verdicts().len(), 1);
    let (run, _) = prepare(&many(30, r#""epochs": 1"#)).unwrap();
    assert!(run.verdicts().is_empty(), "it has not begun");
}

#[test]
fn a_loss_that_is_not_finite_is_a_verdict() {
    let settings = r#""epochs": 90, "batch_size": 6, "optimizer": "sgd", "learning_rate": 10, "weight_decay": 1e9"#;
    let (mut run, _) = prepare(&many(30, settings)).unwrap();
    let error = loop {
        if let Err(error) = run.advance(&[]) {
            break error;
        }
    };
    let verdicts = run.verdicts();
    assert_eq!(verdicts.iter().map(|verdict| verdict.kind).collect::<Vec<_>>(), [VerdictKind::Diverged; 2]);
    assert_eq!(verdicts[0].message.params["step"], error.params()["step"]);
    assert_eq!(verdicts[0].next.as_ref().unwrap().change.as_ref().unwrap().learning_rate, Some(1.0));
}
