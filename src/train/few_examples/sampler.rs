//! The batches of the contrastive phase. A batch of random sentences would hold few pairs of one class where there are many
//! classes, so each task gets an equal share of the batch, and draws a few sentences of each of some classes.

use super::TrainingData;
use crate::Result;
use crate::checkpoint::{Archive, state};
use crate::random::Stream;
use crate::recipe::Recipe;

/// Sentences of one class in a task's share of a batch, where there are as many.
const PER_CLASS: usize = 4;

/// Draws batches of rows.
#[derive(Debug)]
pub(in crate::train) struct Sampler {
    pub stream: Stream,
    batch_size: usize,
    /// Contrastive steps taken.
    pub done: u32,
    /// For each task that trains, its classes that have sentences. (K)(C_k)
    tasks: Vec<Vec<Deck>>,
    /// For each task, the order of its classes and the next one's place in it.
    orders: Vec<(Vec<usize>, usize)>,
}

/// The rows of one class, dealt like cards: shuffled again when none is left.
#[derive(Debug, Default)]
struct Deck {
    rows: Vec<usize>,
    next: usize,
}

state!(Deck { rows, next });

impl Deck {
    /// The next `n` rows, all of them different: at most all.
    fn deal(&mut self, n: usize, stream: &mut Stream) -> Vec<usize> {
        let mut dealt: Vec<usize> = Vec::with_capacity(n);
        while dealt.len() < n.min(self.rows.len()) {
            if self.next == self.rows.len() {
                stream.shuffle(&mut self.rows);
                self.next = 0;
            }
            let row = self.rows[self.next];
            self.next += 1;
            if !dealt.contains(&row) {
                dealt.push(row);
            }
        }
        dealt
    }
}

impl Sampler {
    /// Draws from the training split and, where the recipe reads them, the label names.
    pub fn new(recipe: &Recipe, data: &TrainingData) -> Self {
        let mut stream = Stream::new(recipe.seed, "contrastive");
        let weight = |name: &String| recipe.training.task_weight.get(name).copied().unwrap_or(1.0);
        let mut tasks = Vec::new();
        for (task, known) in data.tasks().iter().enumerate().filter(|(_, task)| weight(&task.name) > 0.0) {
            let mut classes: Vec<Vec<usize>> = vec![Vec::new(); known.labels.len()];
            for row in data.splits[0].iter().copied().chain(data.name_rows()) {
                if let Some(&class) = data.dataset.examples[row].labels.get(task) {
                    classes[class as usize].push(row);
                }
            }
            let decks = classes.into_iter().filter(|rows| !rows.is_empty());
            let decks: Vec<Deck> = decks.map(|rows| Deck { next: rows.len(), rows }).collect();
            if decks.len() > 1 {
                tasks.push(decks);
            }
        }
        let mut order = |decks: &Vec<Deck>| {
            let mut order: Vec<usize> = (0..decks.len()).collect();
            stream.shuffle(&mut order);
            (order, 0)
        };
        let orders = tasks.iter().map(&mut order).collect();
        Self { stream, batch_size: recipe.training.batch_size as usize, done: 0, tasks, orders }
    }

    /// Lists for a checkpoint which batches come next.
    pub fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        archive.stream(&mut self.stream)?;
        archive.value(&mut self.done)?;
        archive.value(&mut self.tasks)?;
        archive.value(&mut self.orders)
    }

    /// The rows of the next batch, each once. The sampler then counts its step as done.
    pub fn next_batch(&mut self) -> Vec<usize> {
        let Self { stream, batch_size, tasks, orders, done } = self;
        let share = (*batch_size / tasks.len().max(1)).max(2);
        let mut batch: Vec<usize> = Vec::with_capacity(*batch_size);
        // Where a batch has no room for all tasks, another one comes first in each.
        let first = *done as usize % tasks.len().max(1);
        let (later, earlier) = tasks.split_at_mut(first);
        let (later_orders, earlier_orders) = orders.split_at_mut(first);
        let in_turn = earlier.iter_mut().chain(later).zip(earlier_orders.iter_mut().chain(later_orders));
        for (decks, (order, next)) in in_turn {
            // At least two classes, so that there is something to part; with few classes, more sentences of each.
            let classes = (share / PER_CLASS).clamp(2, decks.len());
            for _ in 0..classes {
                if *next == order.len() {
                    stream.shuffle(order);
                    *next = 0;
                }
                let deck = &mut decks[order[*next]];
                *next += 1;
                for row in deck.deal(share.div_ceil(classes), stream) {
                    if batch.len() < (*batch_size).max(2) && !batch.contains(&row) {
                        batch.push(row);
                    }
                }
            }
        }
        *done += 1;
        batch
    }
}
