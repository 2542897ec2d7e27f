//! The one thing to try next.

use super::evidence::Counts;
use super::judge::{UNCERTAIN, percent};
use super::{Change, Evidence, Suggestion, Verdict, VerdictKind};
use crate::error::{Message, message, number, shortened};
use crate::metrics::wilson_interval;
use crate::recipe::{Freeze, Metric, OptimizerKind, Recipe, Task, Training, Validation};

/// From this rate on, an adaptive optimizer that moves a whole pretrained encoder is likely to have wrecked it: BERT is
/// fine-tuned at 2e-5 to 5e-5, and 2e-4 still works.
const HIGH_RATE: f64 = 5e-4;

/// Below this rate, heads alone and plain gradient descent hardly move in a few epochs.
const LOW_RATE: f64 = 1e-2;

/// Held-out sentences that narrow an accuracy to ± 10 points: z²/4 / 0.1² (see [`UNCERTAIN`]).
const ENOUGH_HELD_OUT: u32 = 96;

/// The largest share that is suggested to be held out: more would take too much from training.
const MOST_HELD_OUT: f64 = 0.5;

/// The share that is held out by default, and the fewest sentences of which that makes sense.
const USUAL_SHARE: (f64, u32) = (0.25, 8);

/// Fewest held-out sentences of a class that can tell that it is weak.
const FEWEST_OF_CLASS: u32 = 5;

/// The verdict on a run that ended in step `step`, from 1, because a loss was no longer finite.
pub(super) fn not_finite(step: usize, task: &Task, training: &Training) -> Verdict {
    let said = message!(
        "verdict.not_finite",
        "Diverged: in step {step} the loss was no longer a finite number, and training stopped.",
        step = step
    );
    let next = Some(lower_rate(training));
    Verdict { task: task.name.clone(), kind: VerdictKind::Diverged, message: said, next }
}

pub(super) fn label_some() -> Suggestion {
    only(message!("verdict.label_some", "Label some sentences for it."))
}

/// A learning rate ten times smaller, of the heads too.
pub(super) fn lower_rate(training: &Training) -> Suggestion {
    let rate = digits(training.learning_rate / 10.0);
    let said = message!("verdict.lower_rate", "Try a learning rate ten times smaller, {rate:e}.", rate = number(rate));
    let head = training.head_learning_rate.map(|rate| digits(rate / 10.0));
    with(said, Change { learning_rate: Some(rate), head_learning_rate: head, ..Change::default() })
}

/// For a training loss that has not moved: a lower rate if the rate may have wrecked the encoder, a higher one if it hardly
/// moves anything, or else more epochs.
pub(super) fn for_unmoved(training: &Training) -> Suggestion {
    let is_adaptive = training.optimizer != OptimizerKind::Sgd;
    let heads_alone = training.freeze == Freeze::Encoder;
    let of_heads = training.head_learning_rate.unwrap_or(training.learning_rate);
    if is_adaptive && !heads_alone && training.learning_rate >= HIGH_RATE {
        return lower_rate(training);
    }
    if (heads_alone || !is_adaptive) && of_heads < LOW_RATE {
        let rate = digits(of_heads * 10.0);
        let said =
            message!("verdict.higher_rate", "Try a learning rate ten times larger, {rate:e}.", rate = number(rate));
        let change = match training.head_learning_rate {
            Some(_) => Change { head_learning_rate: Some(rate), ..Change::default() },
            None => Change { learning_rate: Some(rate), ..Change::default() },
        };
        return with(said, change);
    }
    more_epochs(training, 3)
}

/// Where no held-out sentence is labelled for a task with `n` training sentences.
pub(super) fn hold_out(recipe: &Recipe, n: u32) -> Suggestion {
    let (share, fewest) = USUAL_SHARE;
    if recipe.validation_fraction() == 0.0 && !is_file(recipe) && n >= fewest {
        let said = message!("verdict.hold_out", "Hold out a quarter of the sentences.");
        return with(said, Change { validation_fraction: Some(share), ..Change::default() });
    }
    only(message!("verdict.label_held_out", "Label more sentences for it, and hold some of them out."))
}

/// For a task that could be judged on held-out sentences.
pub(super) fn after(
    kind: VerdictKind,
    evidence: &Evidence,
    train: &Counts,
    held_out: &Counts,
    is_underfitted: bool,
) -> Option<Suggestion> {
    let recipe = evidence.recipe;
    if kind == VerdictKind::TooFew {
        return Some(hold_out_more(recipe, train.n + held_out.n));
    }
    if let Some(better) = evidence.better {
        let said = message!(
            "verdict.best_epoch",
            "Go back to the best epoch: after epoch {epoch}, {accuracy} % of its held-out sentences were correct.",
            epoch = better.epoch,
            accuracy = percent(better.accuracy)
        );
        let metric: Option<Metric> = (better.metric != recipe.training.metric_for_best_model).then_some(better.metric);
        let change = Change { load_best_model_at_end: Some(true), metric_for_best_model: metric, ..Change::default() };
        return Some(with(said, change));
    }
    if is_underfitted {
        return Some(more_epochs(&recipe.training, 2));
    }
    if let Some(said) = weakest_class(evidence.task, train, held_out) {
        return Some(only(said));
    }
    if kind != VerdictKind::Learned {
        let said = message!(
            "verdict.label_more",
            "Label more sentences: so far {n} sentences train {classes} classes.",
            n = train.n,
            classes = train.classes.iter().filter(|&&n| n > 0).count()
        );
        return Some(only(said));
    }
    let [low, high] = wilson_interval((0..held_out.classes.len()).map(|c| held_out.right(c)).sum(), held_out.n);
    let is_uncertain = f64::from(high - low) / 2.0 > UNCERTAIN;
    is_uncertain.then(|| hold_out_more(recipe, train.n + held_out.n))
}

fn more_epochs(training: &Training, times: u32) -> Suggestion {
    let epochs = training.epochs.saturating_mul(times);
    let said = message!("verdict.more_epochs", "Train for more epochs, {epochs}.", epochs = epochs);
    with(said, Change { epochs: Some(epochs), ..Change::default() })
}

/// More held-out sentences, of `all` that are labelled for the task.
fn hold_out_more(recipe: &Recipe, all: u32) -> Suggestion {
    // In steps of 0.05.
    let share = (20.0 * f64::from(ENOUGH_HELD_OUT) / f64::from(all)).ceil() / 20.0;
    if !is_file(recipe) && share <= MOST_HELD_OUT && share > recipe.validation_fraction() {
        let said = message!(
            "verdict.hold_out_more",
            "Hold out a larger share, {share}: {n} held-out sentences narrow it to ± 10 points.",
            share = number(share),
            n = ENOUGH_HELD_OUT
        );
        return with(said, Change { validation_fraction: Some(share), ..Change::default() });
    }
    only(message!(
        "verdict.label_more_held_out",
        "Label more sentences to hold out: {n} of them narrow it to ± 10 points.",
        n = ENOUGH_HELD_OUT
    ))
}

/// More labels for the class that does worst, if it is clearly below the others and has no more training sentences than they
/// have on average.
fn weakest_class(task: &Task, train: &Counts, held_out: &Counts) -> Option<Message> {
    let classes = held_out.classes.len();
    let right: u32 = (0..classes).map(|c| held_out.right(c)).sum();
    let recall = |c: usize| f64::from(held_out.right(c)) / f64::from(held_out.classes[c]);
    let is_weak = |&c: &usize| {
        let (n, others) = (held_out.classes[c], held_out.n - held_out.classes[c]);
        let of_others = f64::from(right - held_out.right(c)) / f64::from(others.max(1));
        let is_rare = train.classes[c] as usize * classes <= train.n as usize;
        n >= FEWEST_OF_CLASS && is_rare && f64::from(wilson_interval(held_out.right(c), n)[1]) < of_others
    };
    let weakest = (0..classes).filter(is_weak).min_by(|&a, &b| recall(a).total_cmp(&recall(b)))?;
    Some(message!(
        "verdict.label_class",
        "Label more sentences as {label:?}: {right} of its {n} held-out ones are correct, and {training} have trained \
         it.",
        label = shortened(&task.labels[weakest]),
        right = held_out.right(weakest),
        n = held_out.classes[weakest],
        training = train.classes[weakest]
    ))
}

/// Whether the held-out sentences have a file of their own.
fn is_file(recipe: &Recipe) -> bool {
    matches!(recipe.validation, Some(Validation::File(_)))
}

/// A rate without the digits that a division by ten adds.
fn digits(rate: f64) -> f64 {
    format!("{rate:.6e}").parse().unwrap_or(rate)
}

fn only(message: Message) -> Suggestion {
    Suggestion { message, change: None }
}

fn with(message: Message, change: Change) -> Suggestion {
    Suggestion { message, change: Some(change) }
}
