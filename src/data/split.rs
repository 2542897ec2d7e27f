//! A split that keeps every task's label proportions: iterative stratification.
//!
//! Sechidis, Tsoumakas & Vlahavas 2011, "On the Stratification of Multi-Label Data": take the label with the fewest
//! examples left, and give each of its examples to the side that still wants it most. Here a label is a pair
//! (task, class) and the sides are training and validation. A side wants an example as much as the unmet shares of its
//! demand for all of the example's labels, added up; counting the other labels too keeps several tasks in proportion
//! at once. Ties go to training.

use super::Dataset;
use crate::random::Stream;
use crate::{Error, Result};

/// Splits the labelled examples into (training, validation), both ascending, with `fraction` of them in the second.
///
/// Every class of every task that occurs at all stays in training. Deterministic in `seed` (stream `split`). Errors if
/// a class occurs once, which cannot be both learnt and checked, or if a side would be empty.
pub fn stratified_split(data: &Dataset, fraction: f64, seed: u64) -> Result<(Vec<usize>, Vec<usize>)> {
    let mut left: Vec<usize> = (0..data.examples.len()).filter(|&i| data.is_labelled(i)).collect();
    if fraction == 0.0 || left.is_empty() {
        return Ok((left, Vec::new()));
    }
    refuse_lone_labels(data, &left)?;
    Stream::new(seed, "split").shuffle(&mut left);
    let total = left.len();
    let wanted = ((total as f64 * fraction).round() as usize).clamp(1, total.saturating_sub(1)) as f64;
    let share = wanted / total as f64;

    // What each side wants of each class of each task; index 0 is training, 1 validation.
    let counts = data.class_counts(&left);
    let demand = [1.0 - share, share].map(|side| {
        let demand = |classes: &Vec<usize>| classes.iter().map(|&n| n as f64 * side).collect();
        counts.iter().map(demand).collect::<Vec<Vec<f64>>>()
    });
    let mut unmet = demand.clone();
    let mut split = [Vec::new(), Vec::new()];

    while let Some((task, class)) = rarest(data, &left) {
        let carries = |i: &usize| data.examples[*i].labels[task] == Some(class);
        let (chosen, rest): (Vec<usize>, Vec<usize>) = left.into_iter().partition(carries);
        left = rest;
        for i in chosen {
            let labels = || {
                let labels = data.examples[i].labels.iter().enumerate();
                labels.filter_map(|(task, label)| Some((task, (*label)? as usize)))
            };
            let want = |side: usize| -> f64 {
                labels().map(|(task, class)| unmet[side][task][class] / demand[side][task][class]).sum()
            };
            let side = usize::from(want(1) > want(0));
            for (task, class) in labels() {
                unmet[side][task][class] -= 1.0;
            }
            split[side].push(i);
        }
    }
    let [mut training, mut validation] = split;
    keep_every_class_in_training(data, &mut training, &mut validation);
    training.sort_unstable();
    validation.sort_unstable();
    if training.is_empty() || validation.is_empty() {
        return Err(Error::setting(
            "validation_fraction",
            format!("{fraction} of {total} labelled sentences leaves a side empty; give more sentences or 0"),
        ));
    }
    Ok((training, validation))
}

/// The class with the fewest examples left; the first one among equals.
fn rarest(data: &Dataset, left: &[usize]) -> Option<(usize, u32)> {
    let counts = data.class_counts(left);
    let present = counts.iter().enumerate().flat_map(|(task, classes)| {
        let occurs = move |&(_, &n): &(usize, &usize)| n > 0;
        classes.iter().enumerate().filter(occurs).map(move |(class, &n)| (n, task, class as u32))
    });
    present.min().map(|(_, task, class)| (task, class))
}

fn refuse_lone_labels(data: &Dataset, labelled: &[usize]) -> Result<()> {
    let counts = data.class_counts(labelled);
    for (task, (classes, described)) in counts.iter().zip(&data.tasks).enumerate() {
        if let Some(class) = classes.iter().position(|&n| n == 1) {
            let carries = |&&i: &&usize| data.examples[i].labels[task] == Some(class as u32);
            let sentence = labelled.iter().find(carries).map_or(0, |&i| i + 1);
            return Err(Error::data(
                format!("task {:?}", described.name),
                format!(
                    "the label {:?} appears once (sentence {sentence}), so it cannot be both learnt and checked; give it \
                     a second sentence, correct it, or hold out nothing (validation fraction 0)",
                    described.labels[class]
                ),
            ));
        }
    }
    Ok(())
}

/// Moves an example back for every class that fell wholly into validation.
fn keep_every_class_in_training(data: &Dataset, training: &mut Vec<usize>, validation: &mut Vec<usize>) {
    for task in 0..data.tasks.len() {
        for class in 0..data.tasks[task].labels.len() {
            if data.class_counts(training)[task][class] > 0 {
                continue;
            }
            let carries = |&i: &usize| data.examples[i].labels[task] == Some(class as u32);
            if let Some(at) = validation.iter().position(carries) {
                training.push(validation.remove(at));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::presets;
    use crate::recipe::PresetLabels;

    fn preset(name: &str) -> Dataset {
        let table = presets::preset(name, PresetLabels::Sensible, 0).unwrap();
        Dataset::from_table(&table.0, &table.1).unwrap()
    }

    #[test]
    fn presets_keep_their_proportions_for_every_seed() {
        for name in ["topic-sentiment", "tickets"] {
            let data = preset(name);
            for seed in 0..20 {
                let (training, validation) = stratified_split(&data, 0.25, seed).unwrap();
                assert_eq!(training.len() + validation.len(), data.examples.len());
                let share = validation.len() as f64 / data.examples.len() as f64;
                assert!((share - 0.25).abs() < 0.03, "{name}: {share}");
                let all: Vec<usize> = (0..data.examples.len()).collect();
                let (all, held) = (data.class_counts(&all), data.class_counts(&validation));
                for (all, held) in all.iter().flatten().zip(held.iter().flatten()) {
                    let off = (*held as f64 - *all as f64 * 0.25).abs();
                    assert!(off <= 3.0, "{name}, seed {seed}: {held} of {all}");
                }
            }
        }
    }

    #[test]
    fn same_seed_same_split() {
        let data = preset("tickets");
        let split = |seed| stratified_split(&data, 0.25, seed).unwrap();
        assert_eq!(split(5), split(5));
        assert_ne!(split(5), split(6));
    }

    #[test]
    fn a_label_that_appears_once_is_named() {
        let table = crate::data::read_table("d.csv", b"text,topic\na,x\nb,x\nc,y\nd,z\ne,z\n", "text").unwrap();
        let data = Dataset::from_table(&table, &[]).unwrap();
        assert_eq!(
            stratified_split(&data, 0.25, 0).unwrap_err().to_string(),
            "task \"topic\": the label \"y\" appears once (sentence 3), so it cannot be both learnt and checked; give \
             it a second sentence, correct it, or hold out nothing (validation fraction 0)"
        );
        assert_eq!(stratified_split(&data, 0.0, 0).unwrap().1, Vec::<usize>::new());
    }
}
