//! What a reader should know of the data before training on it; none of it stops the run.

use crate::data::{Dataset, quoted};
use crate::protocol::{Event, Message};
use crate::text::{Encoding, shortened};

/// Sentences that were cut or carry no label, and classes that no training sentence shows.
pub(super) fn warnings(
    data: &Dataset,
    encodings: &[Encoding],
    splits: &[Vec<usize>; 2],
    max_length: u32,
) -> Vec<Event> {
    let mut messages = Vec::new();
    let cut: Vec<usize> =
        (0..encodings.len()).filter(|&i| encodings[i].full_length > encodings[i].input_ids.len()).collect();
    if let Some(&first) = cut.first() {
        messages.push(format!(
            "{} of {} sentences are longer than {max_length} tokens and were cut; the first, {:?}, has {} \
             tokens (max_length sets the limit)",
            cut.len(),
            encodings.len(),
            shortened(&data.examples[first].text),
            encodings[first].full_length
        ));
    }
    let unlabelled = data.examples.len() - splits[0].len() - splits[1].len();
    if unlabelled > 0 {
        messages.push(format!(
            "{unlabelled} of {} sentences carry no label at all and take no part in training",
            data.examples.len()
        ));
    }
    for (task, classes) in data.tasks.iter().zip(data.class_counts(&splits[0])) {
        let absent: Vec<&String> =
            task.labels.iter().zip(&classes).filter(|&(_, &n)| n == 0).map(|(label, _)| label).collect();
        if !absent.is_empty() {
            messages.push(format!(
                "task {:?}: no training sentence is labelled {}, so it cannot be learnt",
                task.name,
                quoted(absent)
            ));
        }
    }
    messages.into_iter().map(|message| Event::Warning(Message { message })).collect()
}
