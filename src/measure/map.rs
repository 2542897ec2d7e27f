//! A picture of the sentences' vectors moving: the same sentences, embedded every so many steps, in the plane of the two
//! directions in which all those vectors together vary most.

use super::principal_components::{Axes, Pooled};
use crate::Result;
use crate::protocol::{Event, Frame, Map};
use crate::random::Stream;
use crate::text::Batch;
use crate::train::Trainer;
use crate::train::evaluation::BATCH;
use crate::train::step::is_due;

/// Sentences in the picture, at most.
pub(crate) const SENTENCES: usize = 48;

/// Times at which they are shown, at most.
pub(crate) const FRAMES: usize = 64;

/// The picture as far as it has come.
#[derive(Debug)]
pub(crate) struct Moving {
    /// The sentences, as rows of the data. (B)
    rows: Vec<usize>,
    frames: Vec<Vectors>,
    /// All frames' vectors together, and the plane that they are seen in.
    seen: Option<(Pooled, Axes)>,
    /// The frame that is being made.
    next: Vectors,
    /// The number of steps after which the last one was made.
    made: Option<usize>,
}

/// The sentences' vectors (B,H) after so many steps, as far as they have been embedded.
#[derive(Debug, Default)]
struct Vectors {
    step: usize,
    embedded: usize,
    numbers: Vec<f32>,
}

impl Moving {
    /// Of so many sentences of the data, those that are shown: all or, of many, some at even distances.
    fn of(sentences: usize) -> Self {
        let shown = sentences.min(SENTENCES);
        let rows = (0..shown).map(|i| i * sentences / shown).collect();
        Self { rows, frames: Vec::new(), seen: None, next: Vectors::default(), made: None }
    }

    /// Adds the frame that was being made and draws all frames. Nothing if a number in it is none: the parameters went
    /// astray, and the next loss will say so.
    fn add(&mut self, seed: u64) -> Option<Map> {
        let frame = std::mem::take(&mut self.next);
        if !frame.numbers.iter().all(|x| x.is_finite()) {
            return None;
        }
        let h = frame.numbers.len() / self.rows.len();
        self.frames.push(frame);
        let too_many = self.frames.len() > FRAMES;
        if too_many {
            let mut places = 0..;
            self.frames.retain(|_| places.next().is_some_and(|place: usize| place.is_multiple_of(2)));
        }
        let (before, axes) = self.seen.take().unzip();
        let (mut pooled, new) = match before {
            Some(pooled) if !too_many => (pooled, self.frames.len() - 1),
            _ => (Pooled::new(h), 0),
        };
        self.frames[new..].iter().for_each(|frame| pooled.add(&frame.numbers));
        let axes = match axes {
            Some(mut axes) => {
                axes.follow(&pooled);
                axes
            }
            None => Axes::of(&pooled, &mut Stream::new(seed, "map")),
        };
        let draw = |frame: &Vectors| Frame { step: frame.step, points: axes.project(&pooled, &frame.numbers) };
        let frames = self.frames.iter().map(draw).collect();
        self.seen = Some((pooled, axes));
        Some(Map { rows: self.rows.clone(), frames })
    }
}

impl Trainer {
    /// Whether the sentences' vectors are to be shown as the parameters stand: before the first step, every so many steps
    /// after it, and at the end of the run.
    pub(crate) fn map_is_due(&self) -> bool {
        let every = self.recipe.diagnostics.map_every;
        let due = is_due(every, self.steps) || (every > 0 && self.is_over());
        due && self.map.as_ref().is_none_or(|map| map.made != Some(self.steps))
    }

    /// Embeds a batch of the sentences that are shown; after the last one, tells of the picture.
    pub(crate) fn map_a_batch(&mut self) -> Result<Vec<Event>> {
        let map = self.map.get_or_insert_with(|| Moving::of(self.encodings.len()));
        let next = &mut map.next;
        if next.step != self.steps {
            *next = Vectors { step: self.steps, ..Vectors::default() };
        }
        let end = (next.embedded + BATCH).min(map.rows.len());
        let rows = &map.rows[next.embedded..end];
        let batch = Batch::of_sentences(rows.iter().map(|&row| &self.encodings[row]));
        let vectors = self.prefix.vectors(&self.model, &self.encodings, rows, &batch)?;
        next.numbers.reserve_exact(map.rows.len() * vectors.dim(1)? - next.numbers.len());
        next.numbers.extend(vectors.flatten_all()?.to_vec1::<f32>()?);
        next.embedded = end;
        if end < map.rows.len() {
            return Ok(Vec::new());
        }
        map.made = Some(self.steps);
        Ok(map.add(self.recipe.seed).map(Event::Map).into_iter().collect())
    }
}
