//! The largest batch of a run, found by drawing all of them before it begins: where sentences have unlike lengths, the longest
//! seldom come together, and a batch of the longest would take twice the memory that the run takes.

use crate::random::Stream;
use crate::recipe::Recipe;
use crate::train::few_examples::contrastive_batches;

use super::TrainingData;

/// The most sentences that are drawn. For a longer run the batch is one of the longest sentences.
const MOST_DRAWN: u64 = 5_000_000;

/// The sizes that a forward pass's memory depends on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct BatchSize {
    pub sentences: usize,
    /// N, the tokens of all sentences.
    pub tokens: f64,
    /// ΣT², the squares of the sentences' tokens.
    pub squares: f64,
}

impl BatchSize {
    /// Of sentences of these lengths.
    pub fn of(lengths: impl Iterator<Item = usize>) -> Self {
        lengths.map(|t| t as f64).fold(Self::default(), |size, t| Self {
            sentences: size.sentences + 1,
            tokens: size.tokens + t,
            squares: size.squares + t * t,
        })
    }

    /// The greater of each size: a batch of these sizes needs at least as much memory as either.
    fn and(self, other: Self) -> Self {
        Self {
            sentences: self.sentences.max(other.sentences),
            tokens: self.tokens.max(other.tokens),
            squares: self.squares.max(other.squares),
        }
    }
}

/// The greatest sizes of the batches that train, those of the contrastive phase among them; `None` if they are too many to draw.
pub(super) fn largest_batch(recipe: &Recipe, data: &TrainingData) -> Option<BatchSize> {
    let (settings, rows) = (&recipe.training, &data.splits[0]);
    let epochs = if settings.shuffle { settings.epochs } else { 1 };
    let contrastive = u64::from(settings.few_examples.contrastive_steps) * u64::from(settings.batch_size);
    if u64::from(epochs).saturating_mul(rows.len() as u64).saturating_add(contrastive) > MOST_DRAWN {
        return None;
    }
    let size = |rows: &[usize]| BatchSize::of(rows.iter().map(|&row| data.encodings[row].input_ids.len()));
    let mut most = BatchSize::default();
    let mut stream = Stream::new(recipe.seed, "shuffle");
    for _ in 0..epochs {
        let mut order = rows.clone();
        if settings.shuffle {
            stream.shuffle(&mut order);
        }
        for step in order.chunks(settings.sentences_per_step()) {
            most = step.chunks(settings.batch_size as usize).map(size).fold(most, BatchSize::and);
        }
    }
    Some(contrastive_batches(recipe, data).map(|rows| size(&rows)).fold(most, BatchSize::and))
}
