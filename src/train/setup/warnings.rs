//! Warnings about the data before training on it; none of them stops the run.

use crate::data::Dataset;
use crate::error::{Message, message, quoted, shortened};
use crate::recipe::Recipe;
use crate::text::Encoding;

/// Sentences that were cut or carry no label, classes that cannot be checked, and classes that no training sentence shows.
pub(super) fn warnings(
    recipe: &Recipe,
    data: &Dataset,
    encodings: &[Encoding],
    splits: &[Vec<usize>; 2],
) -> Vec<Message> {
    let max_length = recipe.training.max_length;
    let mut messages = Vec::new();
    let cut: Vec<usize> =
        (0..encodings.len()).filter(|&i| encodings[i].full_length > encodings[i].input_ids.len()).collect();
    if let Some(&first) = cut.first() {
        messages.push(message!(
            "train.sentences_cut",
            "{cut} of {all} sentences are longer than {limit} tokens and were cut; the first, {text:?}, has {tokens} tokens \
             (max_length sets the limit)",
            cut = cut.len(),
            all = encodings.len(),
            limit = max_length,
            text = shortened(&data.examples[first].text),
            tokens = encodings[first].full_length
        ));
    }
    let unlabelled = data.examples.len() - splits[0].len() - splits[1].len();
    if unlabelled > 0 {
        messages.push(message!(
            "train.unlabelled",
            "{n} of {all} sentences carry no label at all and take no part in training",
            n = unlabelled,
            all = data.examples.len()
        ));
    }
    let counts = data.class_counts(&splits[0]);
    if recipe.validation_fraction() > 0.0 {
        let held_out = data.class_counts(&splits[1]);
        let of_task = |task: usize| {
            let counts = counts[task].iter().zip(&held_out[task]).zip(&data.tasks[task].labels);
            let lone = counts.filter(|&((&training, &held_out), _)| training + held_out == 1);
            lone.map(move |(_, label)| format!("{}: {label}", data.tasks[task].name))
        };
        let lone: Vec<String> = (0..data.tasks.len()).flat_map(of_task).collect();
        if !lone.is_empty() {
            messages.push(message!(
                "train.lone_labels",
                "these labels appear once, so their sentence trains and no held-out one checks them: {labels}",
                labels = quoted(lone)
            ));
        }
        if splits[1].is_empty() {
            messages.push(message!(
                "train.nothing_held_out",
                "no sentence could be held out: each is the only training example of one of its labels"
            ));
        }
    }
    for (task, classes) in data.tasks.iter().zip(&counts) {
        let absent: Vec<&String> =
            task.labels.iter().zip(classes).filter(|&(_, &n)| n == 0).map(|(label, _)| label).collect();
        if !absent.is_empty() {
            messages.push(message!(
                "train.absent_labels",
                "task {task:?}: no training sentence is labelled {labels}, so it cannot be learnt",
                task = shortened(&task.name),
                labels = quoted(absent)
            ));
        }
    }
    messages
}
