//! Warnings about the data before training on it; none of them stops the run.

use super::Sentences;
use crate::data::{contradictions, in_both_splits, look_alikes, same_fingerprints};
use crate::error::{Message, message, quoted, shortened};
use crate::recipe::Recipe;
use crate::text::{Reading, Tokenizer};

/// Sentences that the encoder cannot read, were cut or carry no label; texts and labels that contradict each other; classes
/// that cannot be checked, and classes that no training sentence shows. At most one message a kind.
pub(super) fn warnings(
    recipe: &Recipe,
    sentences: &Sentences,
    tokenizer: &Tokenizer,
    splits: &[Vec<usize>; 2],
) -> Vec<Message> {
    let Sentences { data, encodings, .. } = sentences;
    let max_length = recipe.training.max_length;
    let mut messages = unread(sentences, tokenizer);
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
            text = shortened(&sentences.text(first)),
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
    messages.extend(doubtful(sentences, splits));
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

/// Sentences of which the encoder is given nothing that tells them from others.
fn unread(sentences: &Sentences, tokenizer: &Tokenizer) -> Vec<Message> {
    let encodings = &sentences.encodings;
    let rows = |reading: Reading| -> Vec<usize> {
        (0..encodings.len()).filter(|&row| tokenizer.reading(&encodings[row]) == reading).collect()
    };
    let mut messages = Vec::new();
    let unknown = rows(Reading::OnlyUnknown);
    if let Some(&first) = unknown.first() {
        messages.push(message!(
            "train.only_unknown",
            "{n} of {all} sentences hold nothing that this encoder has a word for ([UNK]), so it cannot tell them apart; \
             the first is {text:?}",
            n = unknown.len(),
            all = encodings.len(),
            text = shortened(&sentences.text(first))
        ));
    }
    let nothing = rows(Reading::Nothing);
    if let Some(&first) = nothing.first() {
        messages.push(message!(
            "train.no_token",
            "{n} of {all} sentences hold no token at all, so the encoder reads nothing of them; the first is {text:?}",
            n = nothing.len(),
            all = encodings.len(),
            text = shortened(&sentences.text(first))
        ));
    }
    messages
}

/// Texts and labels that contradict each other, on what the file's own words show.
fn doubtful(sentences: &Sentences, splits: &[Vec<usize>; 2]) -> Vec<Message> {
    let data = &sentences.data;
    let mut messages = Vec::new();
    let groups = same_fingerprints(&sentences.fingerprints);
    let contradictions = contradictions(data, &groups);
    if let Some(first) = contradictions.first() {
        messages.push(message!(
            "train.contradictions",
            "texts that appear more than once with different labels: {n}; the first is {text:?}, for {task:?} labelled {labels}",
            n = contradictions.len(),
            text = shortened(&sentences.text(first.rows[0])),
            task = shortened(&first.task),
            labels = quoted(&first.labels)
        ));
    }
    let shared = in_both_splits(&groups, splits);
    if let Some(&[row, _]) = shared.first() {
        messages.push(message!(
            "train.in_both_splits",
            "{n} of {all} held-out sentences also train, so the held-out figures look better than they are; the first is \
             {text:?}",
            n = shared.len(),
            all = splits[1].len(),
            text = shortened(&sentences.text(row))
        ));
    }
    let rows: Vec<usize> = splits.concat();
    let alike = look_alikes(data, &data.class_counts(&rows));
    if !alike.is_empty() {
        messages.push(message!(
            "train.look_alikes",
            "these labels look alike and count as different ones: {pairs}",
            pairs = quoted(alike.iter().map(|pair| format!("{}: {} / {}", pair.task, pair.label, pair.like)))
        ));
    }
    messages
}
