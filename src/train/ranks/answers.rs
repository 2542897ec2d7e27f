//! What each rank computed of its sentences, made known to all: losses, logits, and outputs of the frozen part.

use std::iter::repeat_with;

use candle_core::Tensor;

use super::StepBatches;
use super::batches::Part;
use crate::Result;
use crate::model::Pass;
use crate::text::Batch;
use crate::train::Trainer;

/// The model's answers for a part of a batch.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::train) struct Answer {
    /// Each task's mean loss; `None` for a task without a label. (K)
    pub losses: Vec<Option<f32>>,
    /// Each task's logits (B,C_k), row after row. (K)
    pub logits: Vec<Vec<f32>>,
}

impl Answer {
    /// The losses as numbers, with the logits.
    pub fn new(losses: Vec<Option<f32>>, logits: &[Tensor]) -> Result<Self> {
        Ok(Self { losses, logits: logits.iter().map(flat).collect::<Result<_>>()? })
    }

    /// Losses without logits.
    pub fn of_losses(losses: Vec<Option<f32>>) -> Self {
        Self { logits: vec![Vec::new(); losses.len()], losses }
    }

    fn write(&self, out: &mut Vec<f32>) {
        for (loss, logits) in self.losses.iter().zip(&self.logits) {
            out.extend([f32::from(u8::from(loss.is_some())), loss.unwrap_or(0.0), logits.len() as f32]);
            out.extend(logits);
        }
    }

    fn read(numbers: &mut impl Iterator<Item = f32>, tasks: usize) -> Self {
        let mut next = || numbers.next().unwrap_or(f32::NAN);
        let task = |_| {
            let (is_there, loss, len) = (next() != 0.0, next(), next());
            (is_there.then_some(loss), repeat_with(&mut next).take(len as usize).collect())
        };
        let (losses, logits) = (0..tasks).map(task).unzip();
        Self { losses, logits }
    }
}

fn flat(logits: &Tensor) -> Result<Vec<f32>> {
    Ok(logits.flatten_all()?.to_vec1()?)
}

impl Trainer {
    /// The answers for `parts`, which are those of some batches, in their order. `own` has this rank's.
    pub(in crate::train) fn all_answers(&self, parts: &[&Part], own: Vec<Answer>) -> Result<Vec<Answer>> {
        if self.ranks.size() == 1 {
            return Ok(own);
        }
        let mut numbers = Vec::new();
        own.iter().for_each(|answer| answer.write(&mut numbers));
        let gathered = self.ranks.gather_numbers(numbers)?;
        let mut gathered: Vec<_> = gathered.into_iter().map(Vec::into_iter).collect();
        Ok(parts.iter().map(|part| Answer::read(&mut gathered[part.rank], self.tasks().len())).collect())
    }

    /// Sends a step's sentences through the frozen part, where they have not been yet, each on its own rank.
    pub(in crate::train) fn share_prefix(&mut self, step: &StepBatches) -> Result<()> {
        let parts: Vec<(usize, &[usize])> = step.parts().map(|part| (part.rank, &part.rows[..])).collect();
        self.prefix.fill(&self.model, &self.data.encodings, &parts, &self.ranks)
    }

    /// Each task's logits without dropout for batches of sentences, at most one for each rank: rank r computes those of
    /// batch r. (batches)(K)(B,C_k)
    pub(in crate::train) fn logits_of(&mut self, batches: &[(Vec<usize>, Batch)]) -> Result<Vec<Vec<Tensor>>> {
        let parts: Vec<(usize, &[usize])> =
            batches.iter().enumerate().map(|(rank, (rows, _))| (rank, &rows[..])).collect();
        self.prefix.fill(&self.model, &self.data.encodings, &parts, &self.ranks)?;
        let own = match batches.get(self.ranks.rank()) {
            Some((rows, batch)) => {
                self.prefix.logits(&self.model, &self.data.encodings, rows, batch, Pass::Evaluation)?
            }
            None => Vec::new(),
        };
        if self.ranks.size() == 1 {
            return Ok(vec![own]);
        }
        let numbers = own.iter().map(flat).collect::<Result<Vec<_>>>()?.concat();
        let gathered = self.ranks.gather_numbers(numbers)?;
        let device = self.model.context().device();
        let of_batch = |((rows, _), numbers): (&(Vec<usize>, Batch), Vec<f32>)| {
            let mut numbers = numbers.into_iter();
            let of_task = |classes: usize| {
                let logits: Vec<f32> = numbers.by_ref().take(rows.len() * classes).collect();
                Ok(Tensor::from_vec(logits, (rows.len(), classes), device)?)
            };
            self.tasks().iter().map(|task| task.labels.len()).map(of_task).collect()
        };
        batches.iter().zip(gathered).map(of_batch).collect()
    }

    /// Sentence vectors (B,H) of batches of rows, at most one for each rank, row after row and batch after batch, with the
    /// encoder as it is now.
    pub(in crate::train) fn vectors_of(&self, batches: &[&[usize]]) -> Result<Vec<f32>> {
        let own = match batches.get(self.ranks.rank()) {
            Some(rows) => self.embed_rows(rows)?,
            None => Vec::new(),
        };
        Ok(self.ranks.gather_numbers(own)?.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_arrives_as_it_was_sent() {
        let answers = [
            Answer { losses: vec![Some(0.5), None], logits: vec![vec![1.0, -2.0, 3.0], Vec::new()] },
            Answer::of_losses(vec![None, Some(f32::INFINITY)]),
        ];
        let mut numbers = Vec::new();
        answers.iter().for_each(|answer| answer.write(&mut numbers));
        let mut numbers = numbers.into_iter();
        assert_eq!([(); 2].map(|()| Answer::read(&mut numbers, 2)), answers);
        assert_eq!(numbers.next(), None);
    }
}
