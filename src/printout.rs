//! The notebook's printout of events, for people.

use crate::protocol::{Evaluation, Event, Split, TaskMetrics, Verdict};

/// The lines printed for `event`, without a final line end; `None` for events that are not printed.
///
/// ```text
/// Epoch 1/3
/// Loss Task A: 0.9914, Loss Task B: 0.7179, Total Loss: 1.7093
/// …
/// Task A Accuracy: 0.75, Task B Accuracy: 0.75
/// ```
pub fn printout(event: &Event) -> Option<String> {
    match event {
        Event::Epoch(epoch) => {
            let losses: String = epoch.losses.iter().map(|(task, loss)| format!("Loss {task}: {loss:.4}, ")).collect();
            let heading = format!("Epoch {}/{}", epoch.epoch, epoch.epochs);
            Some(format!("{heading}\n{losses}Total Loss: {:.4}", epoch.total))
        }
        Event::Evaluation(evaluation) => Some(accuracies(evaluation)),
        Event::End(end) => end.best_epoch.map(|best| {
            format!("Epoch {best} of {} was the best on the held-out sentences; its parameters are kept", end.epochs)
        }),
        Event::Verdict(verdict) => Some(sentences(verdict)),
        Event::Warning(warning) => Some(format!("Warning: {}", warning.message)),
        Event::Error(error) => Some(format!("Error: {}", error.message)),
        _ => None,
    }
}

fn accuracies(evaluation: &Evaluation) -> String {
    let parts: Vec<String> = evaluation
        .tasks
        .iter()
        .map(|(task, metrics)| format!("{task} Accuracy: {}", accuracy(metrics.as_ref())))
        .collect();
    let of = match (evaluation.split, evaluation.sample) {
        (Split::Train, None) => String::new(),
        (Split::Train, Some(n)) => format!("{n} training sentences, drawn at random: "),
        (Split::Validation, _) => "Held out: ".into(),
    };
    format!("{of}{}", parts.join(", "))
}

/// A verdict with what to try next, on one line.
fn sentences(Verdict { task, message, next, .. }: &Verdict) -> String {
    let next = next.as_ref().map(|next| format!(" {}", next.message));
    format!("{task}: {message}{}", next.unwrap_or_default())
}

fn accuracy(metrics: Option<&TaskMetrics>) -> String {
    metrics.map_or("no labels".into(), |metrics| format!("{:.2}", metrics.accuracy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{End, EpochReport, Message, Suggestion, VerdictKind};

    #[test]
    fn the_notebooks_own_lines() {
        let losses = [("Task A".to_string(), 0.991_42), ("Task B".to_string(), 0.7179)];
        let epoch = EpochReport {
            epoch: 1,
            epochs: 3,
            losses: losses.into_iter().collect(),
            total: 1.70932,
            accuracies: Default::default(),
        };
        assert_eq!(
            printout(&Event::Epoch(epoch)).unwrap(),
            "Epoch 1/3\nLoss Task A: 0.9914, Loss Task B: 0.7179, Total Loss: 1.7093"
        );
        let metrics = TaskMetrics { accuracy: 0.75, macro_f1: 0.7, loss: 0.5, ..TaskMetrics::default() };
        let evaluation = |split| {
            let tasks = ["Task A", "Task B"].map(|task| (task.to_string(), Some(metrics.clone())));
            Event::Evaluation(Evaluation { split, sample: None, epoch: 3, tasks: tasks.into_iter().collect() })
        };
        assert_eq!(printout(&evaluation(Split::Train)).unwrap(), "Task A Accuracy: 0.75, Task B Accuracy: 0.75");
        assert_eq!(
            printout(&evaluation(Split::Validation)).unwrap(),
            "Held out: Task A Accuracy: 0.75, Task B Accuracy: 0.75"
        );
        let tasks = [("Task A".to_string(), Some(metrics)), ("Task B".to_string(), None)].into_iter().collect();
        let evaluation = Event::Evaluation(Evaluation { split: Split::Train, sample: Some(2000), epoch: 3, tasks });
        assert_eq!(
            printout(&evaluation).unwrap(),
            "2000 training sentences, drawn at random: Task A Accuracy: 0.75, Task B Accuracy: no labels"
        );
    }

    #[test]
    fn the_end_is_printed_only_if_the_best_epoch_was_restored() {
        let end = |best_epoch| printout(&Event::End(End { steps: 14, epochs: 7, best_epoch }));
        assert_eq!(end(None), None);
        assert_eq!(
            end(Some(3)).unwrap(),
            "Epoch 3 of 7 was the best on the held-out sentences; its parameters are kept"
        );
    }

    #[test]
    fn a_verdict_is_one_line_with_what_to_try_next() {
        let message = |text: &str| Message::unexpected(&text);
        let next = Suggestion { message: message("Train for more epochs, 6."), change: None };
        let verdict = |next| {
            let (task, kind) = ("tone".to_string(), VerdictKind::NotBetter);
            printout(&Event::Verdict(Verdict { task, kind, message: message("Not better."), next })).unwrap()
        };
        assert_eq!(verdict(None), "tone: Not better.");
        assert_eq!(verdict(Some(next)), "tone: Not better. Train for more epochs, 6.");
    }
}
