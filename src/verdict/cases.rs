//! Verdicts on figures made by hand.

use super::VerdictKind::{self, Diverged, Learned, Memorised, NoLabels, NotBetter, NotLearned, NothingHeldOut, TooFew};
use super::*;
use crate::metrics::{TaskMetrics, wilson_interval};
use crate::recipe::{Recipe, Task};
use crate::train::{Evaluation, Split};

fn task(classes: usize) -> Task {
    Task {
        name: "mood".into(),
        labels: ["calm", "cross", "sad", "glad"][..classes].iter().map(|s| s.to_string()).collect(),
    }
}

/// Figures with this confusion matrix and loss.
fn metrics<const C: usize>(confusion: [[u32; C]; C], loss: f32) -> TaskMetrics {
    let right = (0..C).map(|c| confusion[c][c]).sum();
    let n = confusion.iter().flatten().sum();
    TaskMetrics {
        accuracy: right as f32 / n as f32,
        interval: wilson_interval(right, n),
        loss,
        confusion: confusion.map(Vec::from).into(),
        ..TaskMetrics::default()
    }
}

/// A recipe of the reader's own with these training settings.
fn recipe(training: &str) -> Recipe {
    let json = format!(r#"{{"data": {{"file": {{"path": "own.csv"}}}}, "training": {{{training}}}}}"#);
    Recipe::from_json(&json).unwrap()
}

fn of(train: Option<TaskMetrics>, held_out: Option<TaskMetrics>, recipe: &Recipe) -> Verdict {
    let classes = train.as_ref().or(held_out.as_ref()).map_or(2, |metrics| metrics.confusion.len());
    let (train, held_out) = (train.as_ref(), held_out.as_ref());
    judge(&Evidence { task: &task(classes), train, held_out, better: None, recipe })
}

/// The verdict and what to try next.
fn line(Verdict { kind, message, next, .. }: Verdict) -> (VerdictKind, String) {
    (kind, next.map_or(message.to_string(), |next| format!("{message} {}", next.message)))
}

#[track_caller]
fn says(verdict: Verdict, kind: VerdictKind, text: &str) {
    assert_eq!(line(verdict), (kind, text.to_string()));
}

#[test]
fn a_task_that_learned() {
    let train = metrics([[98, 2], [3, 97]], 0.1);
    says(
        of(Some(train.clone()), Some(metrics([[90, 10], [12, 88]], 0.3)), &recipe("")),
        Learned,
        "Learned: 89 % correct on 200 held-out sentences (95 % interval 84 to 93 %); always answering \"calm\" gets 50 \
         %.",
    );
    // The same from fewer sentences is uncertain; with a file of its own, no setting holds out more.
    let few = metrics([[15, 1], [2, 14]], 0.3);
    says(
        of(Some(train.clone()), Some(few.clone()), &recipe("")),
        Learned,
        "Learned, but how well is uncertain: 91 % correct on only 32 held-out sentences, which can mean anything from \
         76 to 97 %; always answering \"calm\" gets 50 %. Hold out a larger share, 0.45: 96 held-out sentences narrow \
         it to ± 10 points.",
    );
    let mut own_file = recipe("");
    own_file.validation = serde_json::from_str(r#"{"file": {"path": "held.csv"}}"#).unwrap();
    let (kind, text) = line(of(Some(train), Some(few), &own_file));
    assert_eq!(kind, Learned);
    assert!(text.ends_with("50 %. Label more sentences to hold out: 96 of them narrow it to ± 10 points."), "{text}");
}

#[test]
fn a_class_that_is_weak_and_rare_needs_labels() {
    let train = metrics([[80, 0, 0], [0, 80, 0], [0, 0, 20]], 0.1);
    let held_out = metrics([[38, 2, 0], [2, 38, 0], [5, 4, 1]], 0.5);
    let (kind, text) = line(of(Some(train), Some(held_out.clone()), &recipe("")));
    assert_eq!(kind, Learned);
    assert!(
        text.ends_with(
            " Label more sentences as \"sad\": 1 of its 10 held-out ones are correct, and 20 have trained it."
        ),
        "{text}"
    );
    // One that has more sentences than the others is not in need of still more.
    let frequent = metrics([[40, 0, 0], [0, 40, 0], [0, 0, 100]], 0.1);
    assert_eq!(of(Some(frequent), Some(held_out), &recipe("")).next, None);
}

#[test]
fn a_task_that_memorised() {
    let train = metrics([[100, 0], [0, 100]], 0.01);
    says(
        of(Some(train.clone()), Some(metrics([[65, 35], [40, 60]], 1.5)), &recipe("")),
        Memorised,
        "Memorised more than learned: 100 % correct on the training sentences, but only 63 % on 200 held-out ones (95 \
         % interval 56 to 69 %); always answering \"calm\" gets 50 %. Label more sentences: so far 200 sentences train \
         2 classes.",
    );
    // Irony of tweets, as the page ended.
    let better = Some(BetterEpoch { epoch: 3, accuracy: 0.62, metric: Metric::Loss });
    let held_out = metrics([[60, 40], [66, 34]], 2.5);
    let recipe = recipe("");
    let verdict =
        judge(&Evidence { task: &task(2), train: Some(&train), held_out: Some(&held_out), better, recipe: &recipe });
    let change = verdict.next.as_ref().unwrap().change.as_ref().unwrap();
    assert_eq!(serde_json::to_string(change).unwrap(), r#"{"load_best_model_at_end":true}"#);
    says(
        verdict,
        NotBetter,
        "Memorised: 100 % correct on the training sentences, but only 47 % on 200 held-out ones, not better than \
         always answering \"calm\" (50 %). Go back to the best epoch: after epoch 3, 62 % of its held-out sentences \
         were correct.",
    );
}

#[test]
fn an_accuracy_that_the_commonest_answer_has_too() {
    // 90 % sounds good.
    let train = metrics([[180, 0], [15, 5]], 0.2);
    says(
        of(Some(train), Some(metrics([[89, 1], [9, 1]], 0.3)), &recipe("")),
        NotBetter,
        "Not better than always answering \"calm\": 90 % correct on 100 held-out sentences, and that answer gets 90 %. \
         Train for more epochs, 6.",
    );
    // Slightly better, on so many sentences that it would have shown.
    let train = metrics([[600, 400], [400, 600]], 0.6);
    let (kind, text) = line(of(Some(train), Some(metrics([[260, 240], [240, 260]], 0.69)), &recipe("")));
    assert_eq!(kind, NotBetter, "{text}");
}

#[test]
fn too_few_to_tell() {
    let train = metrics([[48, 0], [0, 48]], 0.01);
    let held_out = metrics([[11, 5], [6, 10]], 0.8);
    says(
        of(Some(train.clone()), Some(held_out), &recipe("")),
        TooFew,
        "Too few held-out sentences to tell: 66 % correct on 32, which can mean anything from 48 to 80 %; always \
         answering \"calm\" gets 50 %. Label more sentences to hold out: 96 of them narrow it to ± 10 points.",
    );
    // Of eight, nothing can be said even if all but one are wrong, or none is.
    assert_eq!(of(Some(train.clone()), Some(metrics([[1, 3], [4, 0]], 5.0)), &recipe("")).kind, TooFew);
    assert_eq!(of(Some(train), Some(metrics([[3, 0], [0, 3]], 0.1)), &recipe("")).kind, TooFew);
}

#[test]
fn a_loss_that_diverged_or_never_moved() {
    let chance = || metrics([[50, 50], [50, 50]], 45_778.4);
    let high = recipe(r#""learning_rate": 10, "head_learning_rate": 1"#);
    let verdict = of(Some(chance()), Some(chance()), &high);
    let change = verdict.next.as_ref().unwrap().change.as_ref().unwrap();
    assert_eq!((change.learning_rate, change.head_learning_rate), (Some(1.0), Some(0.1)));
    says(
        verdict,
        Diverged,
        "Diverged: the training loss ended at 45778, far above the 0.69 of guessing. Try a learning rate ten times \
         smaller, 1e0.",
    );
    for loss in [f32::NAN, f32::INFINITY, 1.5] {
        assert_eq!(of(Some(metrics([[50, 50], [50, 50]], loss)), None, &recipe("")).kind, Diverged, "{loss}");
    }
    let unmoved = || Some(metrics([[100, 0], [100, 0]], 0.69));
    says(
        of(unmoved(), unmoved(), &recipe("")),
        NotLearned,
        "Nothing learned: the training loss ended at 0.69, not below the 0.69 of knowing only how common each label \
         is. Try a learning rate ten times smaller, 1e-4.",
    );
    for (training, next) in [
        (r#""learning_rate": 2e-5"#, "Train for more epochs, 9."),
        (r#""freeze": "encoder""#, "Try a learning rate ten times larger, 1e-2."),
        (r#""freeze": "encoder", "head_learning_rate": 3e-4"#, "Try a learning rate ten times larger, 3e-3."),
        (r#""freeze": "encoder", "learning_rate": 0.1"#, "Train for more epochs, 9."),
        (r#""optimizer": "sgd""#, "Try a learning rate ten times larger, 1e-2."),
        (r#""learning_rate": 7e-4"#, "Try a learning rate ten times smaller, 7e-5."),
    ] {
        let (kind, text) = line(of(unmoved(), None, &recipe(training)));
        assert!(kind == NotLearned && text.ends_with(next), "{training}: {text}");
    }
    // A high loss that says more than how common the labels are: small logits, all of the right sign.
    let unsure = metrics([[100, 0], [0, 100]], 0.68);
    assert_eq!(of(Some(unsure.clone()), Some(unsure), &recipe("")).kind, Learned);
}

#[test]
fn nothing_to_judge_by() {
    let train = Some(metrics([[10, 0], [1, 9]], 0.1));
    says(
        of(train.clone(), None, &recipe("")),
        NothingHeldOut,
        "95 % correct on its 20 training sentences, but no held-out sentence is labelled for it: nothing is known \
         about new ones. Label more sentences for it, and hold some of them out.",
    );
    let mut all = recipe("");
    all.validation = serde_json::from_str(r#"{"fraction": 0}"#).unwrap();
    let verdict = of(train.clone(), None, &all);
    assert_eq!(verdict.next.unwrap().change.unwrap().validation_fraction, Some(0.25));
    says(
        of(None, train, &all),
        NoLabels,
        "No training sentence is labelled for it, so its head has learned nothing. Label some sentences for it.",
    );
}

#[test]
fn the_best_epoch_is_the_runs_not_the_tasks_own() {
    let evaluation = |split, epoch, [mood, other]: [(u32, f32); 2]| {
        let figures = |(right, loss): (u32, f32)| Some(metrics([[right, 50 - right], [50 - right, right]], loss));
        let tasks = [("mood".to_string(), figures(mood)), ("other".to_string(), figures(other))];
        Evaluation { split, sample: None, epoch, tasks: tasks.into_iter().collect() }
    };
    let tasks = [task(2), Task { name: "other".into(), labels: vec!["no".into(), "yes".into()] }];
    let next = |training: &str, by_epoch: &[[(u32, f32); 2]]| {
        let mut history = History::default();
        for (epoch, &figures) in (1..).zip(by_epoch) {
            history.add(&evaluation(Split::Validation, epoch, figures));
        }
        history.add(&evaluation(Split::Train, by_epoch.len() as u32, [(50, 0.1); 2]));
        let verdicts = history.verdicts(&recipe(training), &tasks);
        verdicts.into_iter().map(|verdict| verdict.next).collect::<Vec<_>>()
    };
    // Epoch 2 has the lower loss, and both tasks were better then.
    let both = next("", &[[(30, 0.7), (30, 0.7)], [(40, 0.5), (36, 0.5)], [(32, 1.0), (33, 1.0)]]);
    let [Some(mood), Some(other)] = &both[..] else { panic!("{both:?}") };
    assert_eq!(
        mood.message.message,
        "Go back to the best epoch: after epoch 2, 80 % of its held-out sentences were correct."
    );
    assert_eq!(other.message.params["accuracy"], 72.0);
    assert_eq!(mood.change.as_ref().unwrap().metric_for_best_model, None);
    // By loss the first epoch is the best, by accuracy the second; the other task did not gain three points.
    let one = next("", &[[(30, 0.1), (30, 0.1)], [(40, 0.5), (34, 0.5)], [(32, 1.0), (33, 1.0)]]);
    let [Some(mood), Some(other)] = &one[..] else { panic!("{one:?}") };
    assert_eq!(mood.change.as_ref().unwrap().metric_for_best_model, Some(Metric::Accuracy));
    assert_ne!(other.message.code, "verdict.best_epoch");
    // The best epoch has been restored already, or the other task decides alone.
    let epochs = [[(40, 0.5), (20, 0.9)], [(32, 1.0), (40, 0.5)]];
    for training in [r#""load_best_model_at_end": true"#, r#""task_weight": {"mood": 0}"#] {
        let next = next(training, &epochs);
        assert!(next.iter().flatten().all(|next| next.message.code != "verdict.best_epoch"), "{training}: {next:?}");
    }
    assert_eq!(next(r#""task_weight": {"mood": 0}"#, &epochs).len(), 1, "a task that does not train is not judged");
}
