//! A map of how the sentences' vectors move: the same sentences, embedded every few steps and projected on the first two
//! principal components of all these vectors.

use serde::{Deserialize, Serialize};

use super::principal_components::{Axes, Covariance};
use super::{Observer, is_turn};
use crate::Result;
use crate::checkpoint::{Archive, state};
use crate::random::Stream;
use crate::recipe::Diagnostics;
use crate::train::{EVALUATION_BATCH_SIZE, Extras, Sizes, Trainer};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// Maximum number of sentences on the map.
const SENTENCES: usize = 48;

/// Maximum number of frames.
const FRAMES: usize = 64;

/// The sentences' vectors so far: always the same sentences, as points in the plane of the first two principal components of
/// all vectors shown. Each map replaces the one before; its axes turn as little as possible.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Map {
    /// The sentences shown, as rows of the data: at most 48, evenly spread. (B)
    pub rows: Vec<usize>,
    /// The moments shown. When there would be more than 64, every second one is dropped; the first and the latest stay.
    pub frames: Vec<Frame>,
}

/// The sentences' vectors at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Frame {
    /// Steps taken before it. If the run restored its best epoch at the end, the last frame shows that epoch's parameters.
    pub step: usize,
    /// Coordinates along the first and the second component, from the mean of all vectors shown. (B)(2)
    #[cfg_attr(target_arch = "wasm32", tsify(type = "[number, number][]"))]
    pub points: Vec<[f32; 2]>,
}

/// Reports the [`Map`] as it is before the first step, after every `map_every`-th one, and at the end of the run. The first
/// step does not wait for it: the map from before that step is made after it.
#[derive(Debug, Default)]
pub struct MapObserver {
    every: u32,
    /// The sentences, as rows of the data; empty before the first frame. (B)
    rows: Vec<usize>,
    frames: Vec<Vectors>,
    /// The running sums over all frames' vectors, and the plane that they are projected on.
    plane: Option<(Covariance, Axes)>,
    /// The frame in progress.
    next: Vectors,
    /// The number of steps after which the latest frame was made.
    made: Option<usize>,
}

/// The sentences' vectors (B,H) after `step` steps.
#[derive(Debug, Default)]
struct Vectors {
    step: usize,
    /// Sentences embedded so far.
    embedded: usize,
    numbers: Vec<f32>,
}

state!(Vectors { step, embedded, numbers });

impl<E: From<Map>> Observer<E> for MapObserver {
    fn configure(&mut self, diagnostics: &Diagnostics) {
        self.every = diagnostics.map_every;
    }

    /// The frames, and the sums of products in f64.
    fn extras(&self, sizes: &Sizes) -> Extras {
        let h = sizes.hidden_size() as f64;
        let frames = FRAMES.min(sizes.steps() / self.every.max(1) as usize + 2);
        let numbers = (frames * SENTENCES.min(sizes.sentences())) as f64 * h + h * h;
        Extras { numbers: if self.every > 0 { numbers } else { 0.0 }, ..Extras::default() }
    }

    fn is_due(&self, trainer: &Trainer) -> bool {
        self.due_frame(trainer).is_some()
    }

    /// Embeds one batch of sentences.
    fn between_steps(&mut self, trainer: &mut Trainer) -> Result<Option<E>> {
        let Some(step) = self.due_frame(trainer) else { return Ok(None) };
        if self.rows.is_empty() {
            self.rows = spread_evenly(trainer.sentences());
        }
        if self.next.step != step {
            self.next = Vectors { step, ..Vectors::default() };
        }
        let next = &mut self.next;
        let end = (next.embedded + EVALUATION_BATCH_SIZE).min(self.rows.len());
        let rows = &self.rows[next.embedded..end];
        let vectors = match step {
            0 => trainer.before_last_step(|trainer| trainer.embed_rows(rows))?,
            _ => trainer.embed_rows(rows)?,
        };
        let h = vectors.len() / rows.len();
        next.numbers.reserve_exact(self.rows.len() * h - next.numbers.len());
        next.numbers.extend(vectors);
        next.embedded = end;
        if end < self.rows.len() {
            return Ok(None);
        }
        self.made = Some(step);
        Ok(self.add_frame(trainer.recipe().seed).map(E::from))
    }

    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        archive.value(&mut self.rows)?;
        archive.value(&mut self.frames)?;
        archive.value(&mut self.plane)?;
        archive.value(&mut self.next)?;
        archive.value(&mut self.made)
    }
}

impl MapObserver {
    /// The number of steps that the frame shows which is to be made now, if one is.
    fn due_frame(&self, trainer: &Trainer) -> Option<usize> {
        match trainer.steps() {
            steps if self.every == 0 || steps == 0 => None,
            1 if self.made.is_none() => Some(0),
            steps => ((is_turn(self.every, steps) || trainer.is_over()) && self.made != Some(steps)).then_some(steps),
        }
    }

    /// Adds the frame in progress and projects all frames. `None` if a number in it is not finite: the parameters diverged,
    /// and the next loss reports it.
    fn add_frame(&mut self, seed: u64) -> Option<Map> {
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
        let (before, axes) = self.plane.take().unzip();
        let (mut covariance, new) = match before {
            Some(covariance) if !too_many => (covariance, self.frames.len() - 1),
            _ => (Covariance::new(h), 0),
        };
        self.frames[new..].iter().for_each(|frame| covariance.add(&frame.numbers));
        let axes = match axes {
            Some(mut axes) => {
                axes.follow(&covariance);
                axes
            }
            None => Axes::new(&covariance, &mut Stream::new(seed, "map")),
        };
        let project = |frame: &Vectors| Frame { step: frame.step, points: axes.project(&covariance, &frame.numbers) };
        let frames = self.frames.iter().map(project).collect();
        self.plane = Some((covariance, axes));
        Some(Map { rows: self.rows.clone(), frames })
    }
}

/// The rows that are shown of a data set of `sentences` sentences: all, or 48 at even distances.
fn spread_evenly(sentences: usize) -> Vec<usize> {
    let shown = sentences.min(SENTENCES);
    (0..shown).map(|i| i * sentences / shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::parse_config;
    use crate::recipe::Recipe;

    #[test]
    fn the_memory_is_that_of_all_frames_and_the_sums_of_products() {
        let config = parse_config(
            br#"{"vocab_size": 9, "hidden_size": 768, "num_hidden_layers": 1,
            "num_attention_heads": 12, "intermediate_size": 3072}"#,
        )
        .unwrap();
        let extras = |sentences, every| {
            let (recipe, lengths) = (Recipe::default(), vec![32; sentences]);
            let sizes = Sizes {
                recipe: &recipe,
                config: &config.bert,
                tasks: &[],
                lengths,
                training: 4000,
                largest_batch: None,
                table_rows: None,
            };
            let mut observer = MapObserver::default();
            Observer::<Map>::configure(&mut observer, &Diagnostics { map_every: every, ..Diagnostics::default() });
            Observer::<Map>::extras(&observer, &sizes)
        };
        assert_eq!(extras(300, 0), Extras::default());
        let numbers = 64.0 * 48.0 * 768.0 + 768.0 * 768.0;
        assert_eq!(extras(300, 5), Extras { numbers, ..Extras::default() });
        assert_eq!(extras(10, 5).numbers, 64.0 * 10.0 * 768.0 + 768.0 * 768.0);
    }
}
