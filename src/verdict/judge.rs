//! The rules: from a task's figures to its verdict. The first rule that applies decides.

use super::evidence::{Counts, commonest};
use super::suggest;
use super::{Evidence, Verdict, VerdictKind};
use crate::error::{Message, message, number, shortened};
use crate::metrics::{TaskMetrics, sign_test};
use crate::recipe::Task;

/// A training loss above so many times ln C, the loss of guessing evenly, has diverged. Training that works lowers the loss
/// below 1 × ln C; one step that is too large may leave it somewhat above, without harm.
const DIVERGED: f64 = 2.0;

/// A training loss above this share of the loss of knowing only how common each class is has not moved from there: the
/// remaining twentieth is noise of the heads.
const UNMOVED: f64 = 0.95;

/// A task is better than the commonest answer if two equally good classifiers would differ so much less often than this.
const SIGNIFICANT: f64 = 0.05;

/// Few held-out sentences can tell nothing: with 20 of them, 15 right ones are needed to beat a coin.
const FEWEST: u32 = 20;

/// An accuracy whose interval reaches further than this to either side is uncertain. It takes about 96 sentences.
pub(super) const UNCERTAIN: f64 = 0.1;

/// A task overfits if less than this share of its gain over the commonest answer on the training split is there on held-out
/// sentences. With few examples, a training accuracy of 100 % is usual and no sign of it.
const KEPT: f64 = 0.5;

/// A task that overfits has memorised its training sentences if it made at least this share of the gain possible on them.
const MEMORISED: f64 = 0.5;

/// Below this share of the gain possible on the training split, training may have stopped too early.
const UNDERFITTED: f64 = 0.8;

/// The verdict on one task.
pub fn judge(evidence: &Evidence) -> Verdict {
    let Evidence { task, train, held_out, recipe, .. } = *evidence;
    let verdict = |kind, message, next| Verdict { task: task.name.clone(), kind, message, next };
    let Some(train) = train else {
        let none =
            message!("verdict.no_labels", "No training sentence is labelled for it, so its head has learned nothing.");
        return verdict(VerdictKind::NoLabels, none, Some(suggest::label_some()));
    };
    let counts = Counts::of(train);
    let held = held_out.map(|metrics| (metrics, Counts::of(metrics)));
    let answer = commonest(&counts, held.as_ref().map(|(_, counts)| counts));
    let loss = f64::from(train.loss);
    let guessing = (task.labels.len() as f64).ln();
    if !loss.is_finite() || loss > DIVERGED * guessing {
        let said = message!(
            "verdict.diverged",
            "Diverged: the training loss ended at {loss}, far above the {guessing} of guessing.",
            loss = number(figure(loss)),
            guessing = number(figure(guessing))
        );
        return verdict(VerdictKind::Diverged, said, Some(suggest::lower_rate(&recipe.training)));
    }
    let entropy = counts.entropy();
    if entropy > 0.0 && loss > UNMOVED * entropy && !beats(&counts, answer) {
        let said = message!(
            "verdict.not_learned",
            "Nothing learned: the training loss ended at {loss}, not below the {guessing} of knowing only how common \
             each label is.",
            loss = number(figure(loss)),
            guessing = number(figure(entropy))
        );
        return verdict(VerdictKind::NotLearned, said, Some(suggest::for_unmoved(&recipe.training)));
    }
    let Some((held_out, held)) = held else {
        let said = message!(
            "verdict.nothing_held_out",
            "{accuracy} % correct on its {n} training sentences, but no held-out sentence is labelled for it: nothing \
             is known about new ones.",
            accuracy = percent(train.accuracy),
            n = counts.n
        );
        return verdict(VerdictKind::NothingHeldOut, said, Some(suggest::hold_out(recipe, counts.n)));
    };
    let figures = HeldOut { task, train, metrics: held_out, counts: &held, answer };
    let kind = figures.kind(&counts);
    let is_underfitted = figures.skills(&counts).0 < UNDERFITTED && !figures.overfits(&counts);
    let next = suggest::after(kind, evidence, &counts, &held, is_underfitted);
    verdict(kind, figures.message(kind, &counts), next)
}

/// Whether a task is better than giving `answer` every time, by the sign test.
fn beats(counts: &Counts, answer: usize) -> bool {
    let (better, worse) = counts.against(answer);
    sign_test(better, worse) < SIGNIFICANT
}

/// A task's held-out figures beside the commonest answer's.
struct HeldOut<'a> {
    task: &'a Task,
    train: &'a TaskMetrics,
    metrics: &'a TaskMetrics,
    counts: &'a Counts<'a>,
    answer: usize,
}

impl HeldOut<'_> {
    fn kind(&self, train: &Counts) -> VerdictKind {
        let baseline = self.counts.share(self.answer);
        if !beats(self.counts, self.answer) {
            let is_above = f64::from(self.metrics.accuracy) > baseline;
            let too_few = self.counts.n < FEWEST || (is_above && self.is_uncertain());
            return if too_few { VerdictKind::TooFew } else { VerdictKind::NotBetter };
        }
        if self.has_memorised(train) { VerdictKind::Memorised } else { VerdictKind::Learned }
    }

    /// The accuracy's gain over the commonest answer on the training split and on held-out sentences, as a share of the
    /// largest gain possible; 1 if nothing can be gained.
    fn skills(&self, train: &Counts) -> (f64, f64) {
        let skill = |accuracy: f32, baseline: f64| match 1.0 - baseline {
            0.0 => 1.0,
            room => (f64::from(accuracy) - baseline) / room,
        };
        let of_train = skill(self.train.accuracy, train.share(self.answer));
        (of_train, skill(self.metrics.accuracy, self.counts.share(self.answer)))
    }

    /// Whether most of what was gained on the training split is missing on held-out sentences, and not by chance.
    fn overfits(&self, train: &Counts) -> bool {
        let (of_train, of_held_out) = self.skills(train);
        let is_apart = self.metrics.interval[1] < self.train.accuracy;
        is_apart && of_held_out < KEPT * of_train
    }

    fn has_memorised(&self, train: &Counts) -> bool {
        self.overfits(train) && self.skills(train).0 >= MEMORISED
    }

    fn is_uncertain(&self) -> bool {
        let [low, high] = self.metrics.interval;
        f64::from(high - low) / 2.0 > UNCERTAIN
    }

    fn message(&self, kind: VerdictKind, train: &Counts) -> Message {
        let (n, accuracy) = (self.counts.n, percent(self.metrics.accuracy));
        let [low, high] = self.metrics.interval.map(percent);
        let label = shortened(&self.task.labels[self.answer]);
        let baseline = percent(self.counts.share(self.answer) as f32);
        let training = percent(self.train.accuracy);
        match kind {
            VerdictKind::TooFew => message!(
                "verdict.too_few",
                "Too few held-out sentences to tell: {accuracy} % correct on {n}, which can mean anything from {low} \
                 to {high} %; always answering {label:?} gets {baseline} %.",
                accuracy = accuracy,
                n = n,
                low = low,
                high = high,
                label = label,
                baseline = baseline
            ),
            VerdictKind::NotBetter if self.has_memorised(train) => message!(
                "verdict.memorised_only",
                "Memorised: {training} % correct on the training sentences, but only {accuracy} % on {n} held-out \
                 ones, not better than always answering {label:?} ({baseline} %).",
                training = training,
                accuracy = accuracy,
                n = n,
                label = label,
                baseline = baseline
            ),
            VerdictKind::NotBetter => message!(
                "verdict.not_better",
                "Not better than always answering {label:?}: {accuracy} % correct on {n} held-out sentences, and that \
                 answer gets {baseline} %.",
                label = label,
                accuracy = accuracy,
                n = n,
                baseline = baseline
            ),
            VerdictKind::Memorised => message!(
                "verdict.memorised",
                "Memorised more than learned: {training} % correct on the training sentences, but only {accuracy} % on \
                 {n} held-out ones (95 % interval {low} to {high} %); always answering {label:?} gets {baseline} %.",
                training = training,
                accuracy = accuracy,
                n = n,
                low = low,
                high = high,
                label = label,
                baseline = baseline
            ),
            _ if self.is_uncertain() => message!(
                "verdict.learned_roughly",
                "Learned, but how well is uncertain: {accuracy} % correct on only {n} held-out sentences, which can \
                 mean anything from {low} to {high} %; always answering {label:?} gets {baseline} %.",
                accuracy = accuracy,
                n = n,
                low = low,
                high = high,
                label = label,
                baseline = baseline
            ),
            _ => message!(
                "verdict.learned",
                "Learned: {accuracy} % correct on {n} held-out sentences (95 % interval {low} to {high} %); always \
                 answering {label:?} gets {baseline} %.",
                accuracy = accuracy,
                n = n,
                low = low,
                high = high,
                label = label,
                baseline = baseline
            ),
        }
    }
}

/// A share in per cent for a sentence: whole, but with one decimal near both ends, so that 0 means none and 100 all.
pub(super) fn percent(share: f32) -> f64 {
    let x = 100.0 * f64::from(share);
    let is_near_end = (x > 0.0 && x < 9.95) || (x > 98.95 && x < 100.0);
    if is_near_end { ((x * 10.0).round() / 10.0).clamp(0.1, 99.9) } else { x.round() }
}

/// A loss for a sentence: two decimals, or none where it is large.
fn figure(loss: f64) -> f64 {
    if loss < 1000.0 { (loss * 100.0).round() / 100.0 } else { loss.round() }
}
