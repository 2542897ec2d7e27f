//! The evaluations in the course of a run, a batch at a time, and what follows from them.

use crate::Result;
use crate::measure::mistakes::{add_mistakes, surest};
use crate::metrics::Tally;
use crate::model::Pass;
use crate::protocol::{Evaluation, Event, Mistake, Mistakes, Split};
use crate::train::Trainer;
use crate::train::evaluation::{BATCH, tallies, tally_batch};

/// An evaluation in progress.
#[derive(Debug)]
pub(crate) struct Evaluating {
    split: Split,
    done: usize,
    tallies: Vec<Tally>,
    /// If they are to be told. (K)
    mistakes: Option<Vec<Vec<Mistake>>>,
}

impl Trainer {
    /// Puts an evaluation of `split` at the end of what is due.
    pub(crate) fn order_evaluation(&mut self, split: Split) {
        self.due.push_back(Evaluating { split, done: 0, tallies: tallies(&self.tasks), mistakes: None });
    }

    /// Judges the epoch by its held-out sentences. If the run ends with it, goes back to the best parameters and orders
    /// what has not been measured of them.
    fn judge(&mut self, evaluation: &Evaluation) -> Result<()> {
        let at_the_end = self.steps == self.total_steps();
        let Some(best) = &mut self.best else { return Ok(()) };
        if self.kept.is_some() || evaluation.split != Split::Validation {
            return Ok(());
        }
        if best.judge(evaluation, &self.model)? || at_the_end {
            self.kept = best.restore()?;
            self.order_evaluation(Split::Train);
            if self.kept != Some(evaluation.epoch) {
                self.order_evaluation(Split::Validation);
            }
        }
        Ok(())
    }

    /// Does a batch of the evaluation that is due first. After its last batch, tells of it.
    pub(crate) fn evaluate_a_batch(&mut self) -> Result<Vec<Event>> {
        let Some(mut evaluating) = self.due.pop_front() else {
            return Ok(Vec::new());
        };
        let rows = &self.splits[usize::from(evaluating.split == Split::Validation)];
        let (all, end) = (rows.len(), (evaluating.done + BATCH).min(rows.len()));
        let rows = rows[evaluating.done..end].to_vec();
        let batch = self.batch(&rows);
        let logits = self.prefix.logits(&self.model, &self.encodings, &rows, &batch, Pass::Evaluation)?;
        let losses = tally_batch(&logits, &batch, &mut evaluating.tallies)?;
        self.stop_if_diverged(&losses, self.steps)?;
        if evaluating.done == 0 && self.recipe.diagnostics.mistakes {
            evaluating.mistakes = Some(vec![Vec::new(); self.tasks.len()]);
        }
        if let Some(mistakes) = &mut evaluating.mistakes {
            add_mistakes(mistakes, &logits, &self.tasks, &rows, &batch)?;
        }
        evaluating.done = end;
        if end < all {
            self.due.push_front(evaluating);
            return Ok(Vec::new());
        }
        let of_tasks = self.tasks.iter().zip(&evaluating.tallies);
        let tasks = of_tasks.map(|(task, tally)| (task.name.clone(), tally.metrics())).collect();
        let (split, epoch) = (evaluating.split, self.kept.unwrap_or(self.epoch()));
        let evaluation = Evaluation { split, epoch, tasks };
        let mistakes = evaluating.mistakes.map(|mistakes| {
            let of_labelled = mistakes.into_iter().zip(&evaluating.tallies);
            let told = of_labelled.map(|(mistakes, tally)| (tally.labelled() > 0).then(|| surest(mistakes)));
            Event::Mistakes(Mistakes { split, epoch, tasks: self.by_task(told) })
        });
        self.judge(&evaluation)?;
        let mut events = vec![Event::Evaluation(evaluation)];
        events.extend(mistakes);
        Ok(events)
    }
}
