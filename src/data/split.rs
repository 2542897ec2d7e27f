//! A split that keeps every task's label proportions: iterative stratification, then the right number of sentences.
//!
//! Sechidis, Tsoumakas & Vlahavas 2011, "On the Stratification of Multi-Label Data": take the label with the fewest
//! examples left, and give each of its examples to the side that still wants it most. Here a label is a pair
//! (task, class) and the sides are training and validation. A side wants an example as much as the unmet shares of its
//! demand for all of the example's labels, added up; counting the other labels too keeps several tasks in proportion
//! at once. Ties go to training.
//!
//! Each class is rounded on its own, so many small classes together hold out far too many sentences (one of each two) or too
//! few. So afterwards sentences change sides until the right number is held out. Those go first whose move lowers
//! Σ (held out − wanted)² over the labels most.

use std::collections::{BTreeSet, HashMap};

use super::Dataset;
use crate::random::Stream;

/// Number of attempts to find a better choice.
const EXCHANGES: usize = 4;

/// Splits the labelled examples into (training, validation), both ascending, with `fraction` of them, rounded, in the
/// second: at least one, and never all.
///
/// Every class that occurs keeps at least one example in training. If that cannot be done otherwise, fewer examples are held
/// out, or none. `fraction` is in [0, 1). Deterministic in `seed` (stream `split`).
pub fn stratified_split(data: &Dataset, fraction: f64, seed: u64) -> (Vec<usize>, Vec<usize>) {
    let mut examples: Vec<usize> = (0..data.examples.len()).filter(|&i| data.is_labelled(i)).collect();
    if fraction == 0.0 || examples.is_empty() {
        return (examples, Vec::new());
    }
    Stream::new(seed, "split").shuffle(&mut examples);
    let total = examples.len();
    let wanted = ((total as f64 * fraction).round() as usize).max(1).min(total - 1);
    let mut sides = Sides::new(data, &examples, wanted as f64 / total as f64);
    sides.share_out();
    sides.keep_every_label_in_training();
    sides.hold_out(&examples, wanted);
    sides.exchange(&examples);
    examples.sort_unstable();
    examples.into_iter().partition(|&i| !sides.is_held_out[i])
}

/// Which examples are held out, and what that means for every label.
struct Sides {
    /// Examples with the same labels are of one kind: large data sets have few. Number 0 are those that take no part.
    kind_of: Vec<usize>,
    /// The labels of each kind, numbered through all tasks.
    kinds: Vec<Vec<usize>>,
    /// The examples of each label, in random order.
    examples: Vec<Vec<usize>>,
    /// The share of all examples that is to be held out.
    share: f64,
    is_held_out: Vec<bool>,
    /// How many of each label's examples are held out.
    held: Vec<usize>,
}

impl Sides {
    /// All `examples`, which are in random order, in training.
    fn new(data: &Dataset, examples: &[usize], share: f64) -> Self {
        let mut first = Vec::with_capacity(data.tasks.len());
        let mut count = 0;
        for task in &data.tasks {
            first.push(count);
            count += task.labels.len();
        }
        let mut sides = Self {
            kind_of: vec![0; data.examples.len()],
            kinds: vec![Vec::new()],
            examples: vec![Vec::new(); count],
            share,
            is_held_out: vec![false; data.examples.len()],
            held: vec![0; count],
        };
        let mut numbers: HashMap<Vec<usize>, usize> = HashMap::new();
        for &i in examples {
            let labels: Vec<usize> =
                data.examples[i].labels.iter().map(|(task, &class)| first[task] + class as usize).collect();
            for &label in &labels {
                sides.examples[label].push(i);
            }
            sides.kind_of[i] = *numbers.entry(labels).or_insert_with_key(|labels| {
                sides.kinds.push(labels.clone());
                sides.kinds.len() - 1
            });
        }
        sides
    }

    fn labels(&self, i: usize) -> &[usize] {
        &self.kinds[self.kind_of[i]]
    }

    /// How many of a label's examples should be held out; not rounded.
    fn target(&self, label: usize) -> f64 {
        self.examples[label].len() as f64 * self.share
    }

    fn set_held_out(&mut self, i: usize, held_out: bool) {
        if self.is_held_out[i] == held_out {
            return;
        }
        self.is_held_out[i] = held_out;
        for &label in &self.kinds[self.kind_of[i]] {
            if held_out {
                self.held[label] += 1;
            } else {
                self.held[label] -= 1;
            }
        }
    }

    /// Gives every example to a side, label by label, by iterative stratification.
    fn share_out(&mut self) {
        let mut is_placed = vec![false; self.kind_of.len()];
        let mut left: Vec<usize> = self.examples.iter().map(Vec::len).collect();
        let mut by_rarity: BTreeSet<(usize, usize)> = left.iter().copied().zip(0..).filter(|&(n, _)| n > 0).collect();
        while let Some((_, rarest)) = by_rarity.pop_first() {
            for at in 0..self.examples[rarest].len() {
                let i = self.examples[rarest][at];
                if std::mem::replace(&mut is_placed[i], true) {
                    continue;
                }
                let want = |held_out: bool| -> f64 {
                    let unmet = |&label: &usize| {
                        let (all, held) = (self.examples[label].len(), self.held[label]);
                        let (demand, met) = if held_out {
                            (self.target(label), held)
                        } else {
                            (all as f64 - self.target(label), all - left[label] - held)
                        };
                        (demand - met as f64) / demand
                    };
                    self.labels(i).iter().map(unmet).sum()
                };
                let held_out = want(true) > want(false);
                for &label in self.labels(i) {
                    by_rarity.remove(&(left[label], label));
                    left[label] -= 1;
                    if label != rarest && left[label] > 0 {
                        by_rarity.insert((left[label], label));
                    }
                }
                self.set_held_out(i, held_out);
            }
        }
    }

    /// Where all examples of a label are held out, moves one of them back to training.
    fn keep_every_label_in_training(&mut self) {
        for label in 0..self.examples.len() {
            if let Some(&i) = self.examples[label].first().filter(|_| self.held[label] == self.examples[label].len()) {
                self.set_held_out(i, false);
            }
        }
    }

    /// Moves some of `examples`, which are in random order, to the other side until `wanted` are held out. Each pass moves those
    /// with the best gain or nearly so. No move takes a label's last example out of training.
    fn hold_out(&mut self, examples: &[usize], wanted: usize) {
        let mut held = self.held_out();
        let adds = held < wanted;
        let mut candidates: Vec<(usize, usize)> =
            examples.iter().filter(|&&i| self.is_held_out[i] != adds).map(|&i| (i, self.kind_of[i])).collect();
        while held != wanted {
            // Moves only lower the gains of the other examples. So after a pass all gains are below `enough`, and few passes
            // are needed, however many examples there are.
            let gains: Vec<f64> = (0..self.kinds.len()).map(|kind| self.gain(kind, adds)).collect();
            let Some(best) = candidates.iter().map(|&(_, kind)| gains[kind]).max_by(f64::total_cmp) else { break };
            let enough = best - 0.25 * best.abs().max(1.0);
            candidates.retain(|&(i, kind)| {
                if held == wanted || gains[kind] < enough || self.gain(kind, adds) < enough {
                    return true;
                }
                let is_last_in_training = |&label: &usize| self.held[label] + 1 == self.examples[label].len();
                if !adds || !self.kinds[kind].iter().any(is_last_in_training) {
                    self.set_held_out(i, adds);
                    held = if adds { held + 1 } else { held - 1 };
                }
                false
            });
        }
    }

    /// Looks for a better choice of the same size: holds out some more, then takes the same number back.
    fn exchange(&mut self, examples: &[usize]) {
        let held = self.held_out();
        for part in 1..=EXCHANGES {
            let (before, cost) = (self.is_held_out.clone(), self.cost());
            self.hold_out(examples, held + (held / part).max(1));
            self.hold_out(examples, held);
            if self.cost() >= cost {
                for &i in examples {
                    self.set_held_out(i, before[i]);
                }
            }
        }
    }

    fn held_out(&self) -> usize {
        self.is_held_out.iter().filter(|&&held_out| held_out).count()
    }

    /// Σ (held out − wanted)² over the labels.
    fn cost(&self) -> f64 {
        let off = |label: usize| self.held[label] as f64 - self.target(label);
        (0..self.held.len()).map(|label| off(label) * off(label)).sum()
    }

    /// Half of the decrease of [`Sides::cost`] if an example of this kind changes sides; `adds`: to the held-out side.
    fn gain(&self, kind: usize, adds: bool) -> f64 {
        let gain = |&label: &usize| {
            let missing = self.target(label) - self.held[label] as f64;
            (if adds { missing } else { -missing }) - 0.5
        };
        self.kinds[kind].iter().map(gain).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::assert_linear;
    use crate::data::{Example, presets};
    use crate::recipe::{PresetLabels, Task};

    fn preset(name: &str) -> Dataset {
        let table = presets::preset(name, PresetLabels::Sensible, 0).unwrap();
        Dataset::from_table(&table.0, &table.1).unwrap()
    }

    /// Rows with these classes for tasks with `classes[k]` classes each; `None`: blank.
    fn dataset(classes: &[usize], rows: impl IntoIterator<Item = Vec<Option<u32>>>) -> Dataset {
        let task = |(k, &count): (usize, &usize)| Task {
            name: format!("task {k}"),
            labels: (0..count).map(|class| class.to_string()).collect(),
        };
        let example = |row: Vec<Option<u32>>| Example {
            text: "x".into(),
            labels: row.into_iter().enumerate().filter_map(|(task, class)| Some((task, class?))).collect(),
        };
        Dataset {
            tasks: classes.iter().enumerate().map(task).collect(),
            examples: rows.into_iter().map(example).collect(),
        }
    }

    /// A task of `classes` classes with `rows` rows each.
    fn even(classes: usize, rows: usize) -> Dataset {
        dataset(&[classes], (0..classes * rows).map(|i| vec![Some((i % classes) as u32)]))
    }

    /// Checks what always holds, and returns how far each class is from its share.
    #[track_caller]
    fn check(data: &Dataset, fraction: f64, seed: u64) -> Vec<Vec<f64>> {
        let (training, held_out) = stratified_split(data, fraction, seed);
        let labelled: Vec<usize> = (0..data.examples.len()).filter(|&i| data.is_labelled(i)).collect();
        if labelled.is_empty() {
            return Vec::new();
        }
        let mut both = [training.clone(), held_out.clone()].concat();
        both.sort_unstable();
        assert_eq!(both, labelled, "each labelled sentence is on one side");
        assert!(training.is_sorted() && held_out.is_sorted());
        let [all, kept, held] = [&labelled, &training, &held_out].map(|rows| data.class_counts(rows));
        for (all, kept) in all.iter().flatten().zip(kept.iter().flatten()) {
            assert!(*all == 0 || *kept > 0, "a class has gone from training");
        }
        let asked = labelled.len() as f64 * fraction;
        if (held_out.len() as f64 - asked).abs() > 1.0 {
            assert!((held_out.len() as f64) < asked, "{} of {asked} asked for", held_out.len());
            let last = |(task, &class): (usize, &u32)| kept[task][class as usize] == 1;
            let is_needed = |&i: &usize| data.examples[i].labels.iter().any(last);
            assert!(training.iter().all(is_needed), "{} of {asked} asked for, and more could be", held_out.len());
        }
        let share = held_out.len() as f64 / labelled.len() as f64;
        let off = |(all, held): (&usize, &usize)| *held as f64 - *all as f64 * share;
        all.iter().zip(&held).map(|(all, held)| all.iter().zip(held).map(off).collect()).collect()
    }

    #[test]
    fn many_small_classes_hold_out_what_was_asked() {
        for (classes, rows, fraction, expected) in
            [(40, 2, 0.1, 8), (20, 10, 0.01, 2), (77, 13, 0.05, 50), (500, 2, 0.25, 250), (10, 3, 0.9, 20)]
        {
            for seed in 0..5 {
                let data = even(classes, rows);
                check(&data, fraction, seed);
                assert_eq!(stratified_split(&data, fraction, seed).1.len(), expected, "{classes} × {rows}");
            }
        }
    }

    #[test]
    fn large_classes_keep_their_proportion_beside_small_ones() {
        // 1,000 rows of one class, two of each of 500 others: a tenth of both.
        let rows = (0..2000).map(|i| vec![Some(if i < 1000 { 0 } else { 1 + (i % 500) })]);
        let off = check(&dataset(&[501], rows), 0.1, 3);
        assert!(off[0][0].abs() <= 1.0, "{}", off[0][0]);
        assert!(off[0].iter().all(|off| off.abs() < 1.0));
    }

    #[test]
    fn any_shape_is_split_in_proportion() {
        let mut stream = Stream::new(11, "labels");
        for case in 0..400 {
            let tasks = 1 + stream.below(4) as usize;
            let mut count = || {
                let size = stream.below(7);
                2 + stream.below(1 << size) as usize
            };
            let classes: Vec<usize> = (0..tasks).map(|_| count()).collect();
            let blank: Vec<f32> = classes.iter().map(|_| stream.uniform() * 0.8).collect();
            let skewed = stream.below(2) == 0;
            let rows = 1 + stream.below(600);
            let mut class = |(&count, &blank): (&usize, &f32)| {
                let x = stream.uniform();
                let x = if skewed { x * x * x } else { x };
                (stream.uniform() >= blank).then_some((x * count as f32) as u32)
            };
            let rows: Vec<Vec<_>> = (0..rows).map(|_| classes.iter().zip(&blank).map(&mut class).collect()).collect();
            let fraction = [0.01, 0.05, 0.1, 0.25, 0.5, 0.8][stream.below(6) as usize];
            let data = dataset(&classes, rows);
            let all: Vec<usize> = (0..data.examples.len()).collect();
            let counts = data.class_counts(&all);
            let off = check(&data, fraction, case);
            // A class that is too small for its share keeps more in training. Other classes make up for it while such classes
            // are few.
            let is_small = |n: usize| n as f64 * (1.0 - fraction) < 1.0;
            let is_kept =
                |&&i: &&usize| data.examples[i].labels.iter().any(|(task, &c)| is_small(counts[task][c as usize]));
            if all.iter().filter(is_kept).count() * 10 > all.len() {
                continue;
            }
            for (n, off) in counts.iter().flatten().zip(off.iter().flatten()) {
                // The tasks' classes cannot all be met at once, but nearly.
                let bound = 0.5 + 0.5 * tasks as f64;
                assert!(off.abs() <= bound, "case {case}: {n} rows are off by {off}; {classes:?} at {fraction}");
            }
        }
    }

    #[test]
    fn a_class_with_one_row_goes_to_training() {
        let rows = [0, 0, 0, 0, 1, 2, 2, 2].map(|class| vec![Some(class)]);
        for seed in 0..20 {
            let (training, held_out) = stratified_split(&dataset(&[3], rows.clone()), 0.25, seed);
            assert!(training.contains(&4) && held_out.len() == 2, "{held_out:?}");
        }
        // A task whose every class occurs once leaves nothing to hold out.
        let rows = || (0..9).map(|i| vec![Some(i), Some(i % 2)]);
        assert_eq!(stratified_split(&dataset(&[9, 2], rows()), 0.25, 0), ((0..9).collect(), vec![]));
        assert_eq!(stratified_split(&dataset(&[2], [vec![Some(1)]]), 0.25, 0), (vec![0], vec![]));
    }

    #[test]
    fn splitting_takes_time_in_proportion_to_the_data() {
        // Two tasks of thousands of classes of four rows: greedily far too many are held out.
        let split = |rows: usize| {
            let classes = rows / 4;
            let row = |i: usize| vec![i % classes, i.wrapping_mul(7919) % classes, i % 2];
            let row = |i: usize| row(i).into_iter().map(|class| Some(class as u32)).collect();
            check(&dataset(&[classes, classes, 2], (0..rows).map(row)), 0.1, 0)
        };
        assert_linear(50_000, split);
    }

    #[test]
    fn presets_keep_their_proportions_for_every_seed() {
        for name in ["topic-sentiment", "tickets"] {
            let data = preset(name);
            for seed in 0..20 {
                for off in check(&data, 0.25, seed).iter().flatten() {
                    assert!(off.abs() <= 3.0, "{name}, seed {seed}: off by {off}");
                }
            }
        }
    }

    #[test]
    fn same_seed_same_split() {
        let data = preset("tickets");
        let split = |seed| stratified_split(&data, 0.25, seed);
        assert_eq!(split(5), split(5));
        assert_ne!(split(5), split(6));
        assert_eq!(stratified_split(&data, 0.0, 0).1, Vec::<usize>::new());
    }
}
