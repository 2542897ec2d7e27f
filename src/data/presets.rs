//! The built-in sets. Every sentence was written for this project, except the notebook's own four.

use super::{Columns, Table, read_table};
use crate::error::{message, quoted, shortened};
use crate::random::Stream;
use crate::recipe::{PresetLabels, Recipe, Schedule, Source, Task, Training};
use crate::{Error, Result};

/// The presets' names, smallest first.
pub const NAMES: [&str; 3] = ["notebook", "topic-sentiment", "tickets"];

/// A preset's sentences and its tasks with their label sets in head order.
///
/// `notebook` with random labels has the tasks `Task A` (3 classes) and `Task B` (2 classes), drawn uniformly from
/// `seed` (stream `labels`) as the notebook draws them; the other presets ignore `labels` and `seed`.
///
/// # Errors
///
/// If `name` is not one of [`NAMES`].
pub fn preset(name: &str, labels: PresetLabels, seed: u64) -> Result<(Table, Vec<Task>)> {
    let task = |name: &str, labels: &[&str]| Task {
        name: name.into(),
        labels: labels.iter().map(|&label| label.into()).collect(),
    };
    let topic = task("topic", &["food", "technology", "weather"]);
    let sentiment = task("sentiment", &["negative", "positive"]);
    let (csv, tasks): (&str, Vec<Task>) = match name {
        // None of the notebook's four sentences is negative.
        "notebook" => (include_str!("presets/notebook.csv"), vec![topic, task("sentiment", &["neutral", "positive"])]),
        "topic-sentiment" => (include_str!("presets/topic-sentiment.csv"), vec![topic, sentiment]),
        "tickets" => (
            include_str!("presets/tickets.csv"),
            vec![
                task("intent", &["account", "billing", "bug", "feature"]),
                task("urgency", &["low", "normal", "high"]),
                task("tone", &["annoyed", "calm", "grateful"]),
            ],
        ),
        _ => {
            return Err(Error::setting(
                "preset",
                message!(
                    "data.preset_name",
                    "{name:?} is not one of {names}",
                    name = shortened(name),
                    names = quoted(NAMES)
                ),
            ));
        }
    };
    let mut table = read_table(&format!("{name}.csv"), csv.as_bytes(), &Columns::default())?;
    table.name = format!("preset {name}");
    if name != "notebook" || labels == PresetLabels::Sensible {
        return Ok((table, tasks));
    }
    let tasks = vec![task("Task A", &["0", "1", "2"]), task("Task B", &["0", "1"])];
    let mut stream = Stream::new(seed, "labels");
    table.tasks = tasks.iter().map(|task| task.name.clone()).collect();
    // Task by task, as the notebook draws all of A's labels before B's.
    let mut drawn = vec![Vec::new(); table.rows.len()];
    for (k, task) in tasks.iter().enumerate() {
        for labels in &mut drawn {
            let class = stream.below(task.labels.len() as u32);
            labels.push((k, task.labels[class as usize].clone()));
        }
    }
    for (row, labels) in table.rows.iter_mut().zip(drawn) {
        row.labels = labels.into_iter().collect();
    }
    Ok((table, tasks))
}

/// Settings that suit a preset: the notebook's own for `notebook`, a longer and gentler run for the larger sets.
///
/// # Errors
///
/// If `name` is not one of [`NAMES`].
pub fn recommended(name: &str, labels: PresetLabels) -> Result<Recipe> {
    preset(name, labels, 0)?;
    let training = if name == "notebook" {
        Training::default()
    } else {
        // Of five settings tried on topic-sentiment over three seeds, the best on held-out sentences by a little.
        Training {
            epochs: 5,
            batch_size: 16,
            learning_rate: 3e-4,
            schedule: Schedule::Linear,
            warmup: 6,
            ..Training::default()
        }
    };
    let data = Source::Preset(crate::recipe::Preset { name: name.into(), labels });
    Ok(Recipe { data, training, ..Recipe::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Dataset;

    fn dataset(name: &str, labels: PresetLabels, seed: u64) -> Dataset {
        let (table, tasks) = preset(name, labels, seed).unwrap();
        Dataset::from_table(&table, &tasks).unwrap()
    }

    #[test]
    fn the_notebook_draws_its_labels_from_the_seed() {
        let draw = |seed| dataset("notebook", PresetLabels::Random, seed);
        assert_eq!(draw(1), draw(1));
        assert!((0..10).any(|seed| draw(seed) != draw(0)));
        assert_eq!(draw(0).examples[1].text, "I love programming in Python!");
        assert!(draw(0).examples.iter().all(|e| e.labels.iter().count() == 2));
    }

    #[test]
    fn every_preset_shows_every_label() {
        for name in NAMES {
            let data = dataset(name, PresetLabels::Sensible, 0);
            let all: Vec<usize> = (0..data.examples.len()).collect();
            assert!(data.class_counts(&all).iter().flatten().all(|&n| n > 0), "{name}");
        }
    }

    #[test]
    fn topic_sentiment_is_balanced_and_varied() {
        let data = dataset("topic-sentiment", PresetLabels::Sensible, 0);
        assert!(data.examples.len() >= 240);
        let mut cells = [[0; 2]; 3];
        for example in &data.examples {
            let (topic, sentiment) = (example.labels.get(0).unwrap(), example.labels.get(1).unwrap());
            cells[*topic as usize][*sentiment as usize] += 1;
        }
        assert_eq!(cells, [[data.examples.len() / 6; 2]; 3]);
        let mut texts: Vec<&str> = data.examples.iter().map(|e| e.text.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), data.examples.len());
    }

    #[test]
    fn tickets_have_three_tasks_and_a_fifth_of_their_labels_blank() {
        let data = dataset("tickets", PresetLabels::Sensible, 0);
        assert!(data.examples.len() >= 180);
        assert_eq!(data.tasks.len(), 3);
        let cells = data.examples.len() * data.tasks.len();
        let filled: usize = data.examples.iter().map(|e| e.labels.iter().count()).sum();
        assert!((cells - filled) * 5 >= cells, "{filled} of {cells} filled");
        assert!((0..data.examples.len()).all(|i| data.is_labelled(i)));
    }

    #[test]
    fn an_unknown_preset_lists_the_known_ones() {
        assert_eq!(
            preset("tweets", PresetLabels::Random, 0).unwrap_err().to_string(),
            "preset: \"tweets\" is not one of \"notebook\", \"topic-sentiment\", \"tickets\""
        );
    }
}
