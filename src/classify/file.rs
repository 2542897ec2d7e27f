//! A whole file, classified piece by piece: its rows with the answers beside them, to be looked at and written.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

use super::answers::{AnswerColumns, UnusedNames};
use crate::Result;
use crate::data::Cells;
use crate::error::Message;
use crate::metrics::argmax;
use crate::recipe::Task;
use crate::train::Prediction;

/// Sentences of one piece of work.
const PIECE: usize = 64;

/// How many of a task's classes people see.
const SHOWN: usize = 3;

/// A file that is being classified.
#[derive(Debug)]
pub struct FileToClassify {
    cells: Cells,
    tasks: Vec<Task>,
    /// The rows with a sentence, short ones first: sentences of like length share a forward pass.
    order: Vec<usize>,
    done: usize,
    /// By row; none for a row without a sentence.
    predictions: Vec<Option<Prediction>>,
}

/// A classified file, as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Classified {
    /// The file's columns.
    pub columns: Vec<String>,
    /// The index of the one that holds the sentences.
    pub text: usize,
    /// The sentences, row by row; empty where a row has none. (B)
    pub texts: Vec<String>,
    /// Each task's answers.
    pub tasks: Vec<TaskAnswers>,
    /// What was assumed to read the file.
    pub notes: Vec<Message>,
}

/// One head's answers for all rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct TaskAnswers {
    /// The task.
    pub task: String,
    /// Its labels, in head order. (C)
    pub labels: Vec<String>,
    /// The number of classes that each row has below: three, or all if there are fewer.
    pub shown: usize,
    /// The most probable classes of each row, the best first. (B,shown)
    pub classes: Vec<u32>,
    /// Their probabilities; 0 where there is no sentence. (B,shown)
    pub probabilities: Vec<f32>,
}

/// How a classified file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// Fields separated by commas.
    Csv,
    /// Fields separated by tabs.
    Tsv,
    /// One JSON object a line.
    Jsonl,
}

impl FileToClassify {
    /// A file of which nothing is classified yet.
    pub fn new(cells: Cells, tasks: &[Task]) -> Self {
        let length = |row: usize| cell(&cells.rows[row][cells.text]).trim().len();
        let mut order: Vec<usize> = (0..cells.rows.len()).filter(|&row| length(row) > 0).collect();
        order.sort_by_key(|&row| length(row));
        let predictions = vec![None; cells.rows.len()];
        Self { cells, tasks: tasks.to_vec(), order, done: 0, predictions }
    }

    /// The number of sentences, and how many of them are classified.
    pub fn progress(&self) -> (usize, usize) {
        (self.order.len(), self.done)
    }

    /// Classifies the next sentences with `predict`. Returns whether all are classified.
    ///
    /// # Errors
    ///
    /// As `predict`.
    pub fn advance(&mut self, predict: impl FnOnce(&[String]) -> Result<Vec<Prediction>>) -> Result<bool> {
        let rows = &self.order[self.done..self.order.len().min(self.done + PIECE)];
        if !rows.is_empty() {
            let texts: Vec<String> = rows.iter().map(|&row| self.text(row)).collect();
            for (&row, prediction) in rows.iter().zip(predict(&texts)?) {
                self.predictions[row] = Some(prediction);
            }
            self.done += rows.len();
        }
        Ok(self.done == self.order.len())
    }

    /// The rows as they are shown.
    pub fn classified(&self) -> Classified {
        let of_task = |task: &Task| {
            let shown = SHOWN.min(task.labels.len());
            let mut classes = Vec::with_capacity(self.predictions.len() * shown);
            let mut probabilities = Vec::with_capacity(classes.capacity());
            for prediction in &self.predictions {
                let p = prediction.as_ref().and_then(|all| all.tasks.get(&task.name));
                let mut left = p.map(|p| p.probabilities.clone()).unwrap_or_else(|| vec![0.0; task.labels.len()]);
                for _ in 0..shown {
                    let best = argmax(&left);
                    classes.push(best as u32);
                    probabilities.push(left[best].max(0.0));
                    left[best] = -1.0;
                }
            }
            TaskAnswers { task: task.name.clone(), labels: task.labels.clone(), shown, classes, probabilities }
        };
        Classified {
            columns: self.cells.columns.clone(),
            text: self.cells.text,
            texts: (0..self.predictions.len()).map(|row| self.text(row)).collect(),
            tasks: self.tasks.iter().map(of_task).collect(),
            notes: self.cells.notes.clone(),
        }
    }

    /// The file with the answers' columns beside its own. An answer below `threshold` is blank; `all` writes the probabilities
    /// of all classes.
    pub fn write(&self, written: Written, threshold: Option<f64>, all: bool) -> Vec<u8> {
        let mut taken = UnusedNames::default();
        let own: Vec<String> = self.cells.columns.iter().map(|column| taken.next(column.trim().into())).collect();
        let answers = AnswerColumns::new(&self.tasks, threshold, all, &mut taken);
        let rows = self.cells.rows.iter().zip(&self.predictions);
        let rows = rows.map(|(row, prediction)| (row, answers.answers(prediction.as_ref())));
        if written == Written::Jsonl {
            let mut lines = Vec::new();
            for (row, of_row) in rows {
                let mut object: Map<String, Value> = own.iter().cloned().zip(row.iter().cloned()).collect();
                for (name, field) in answers.fields(&of_row) {
                    object.insert(name.into(), serde_json::to_value(field).unwrap_or_default());
                }
                lines.extend(Value::Object(object).to_string().into_bytes());
                lines.push(b'\n');
            }
            return lines;
        }
        let delimiter = if written == Written::Tsv { b'\t' } else { b',' };
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        let records = rows.map(|(row, of_row)| row.iter().map(cell).chain(answers.cells(&of_row)).collect::<Vec<_>>());
        for record in std::iter::once(own.iter().cloned().chain(answers.header()).collect()).chain(records) {
            // Writing into memory cannot fail, and all records are equally long.
            let _ = writer.write_record(record);
        }
        writer.into_inner().unwrap_or_default()
    }

    fn text(&self, row: usize) -> String {
        cell(&self.cells.rows[row][self.cells.text])
    }
}

/// A cell of a table: a string's text, nothing for `null`, and other values as JSON.
fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;
    use crate::data::read_cells;
    use crate::train::TaskPrediction;

    fn tone() -> Task {
        Task { name: "tone".into(), labels: vec!["calm".into(), "cross".into()] }
    }

    /// A stand-in for a model: the longer the sentence, the crosser.
    fn by_length(texts: &[String]) -> Result<Vec<Prediction>> {
        let of = |text: &String| {
            let p = (text.len() as f32 / 8.0).min(1.0);
            let label = tone().labels[usize::from(p > 0.5)].clone();
            let tone = TaskPrediction { label, probabilities: vec![1.0 - p, p] };
            Prediction { text: text.clone(), tasks: IndexMap::from([("tone".to_string(), tone)]) }
        };
        Ok(texts.iter().map(of).collect())
    }

    fn classified(name: &str, bytes: &str) -> FileToClassify {
        let mut file = FileToClassify::new(read_cells(name, bytes.as_bytes(), None, "text").unwrap(), &[tone()]);
        while !file.advance(by_length).unwrap() {}
        file
    }

    #[track_caller]
    fn assert_written(file: &FileToClassify, how: (Written, Option<f64>, bool), expected: &str) {
        assert_eq!(String::from_utf8(file.write(how.0, how.1, how.2)).unwrap(), expected);
    }

    #[test]
    fn the_answers_stand_beside_the_rows_own_columns() {
        let file = classified("a.csv", "id,text,predicted_tone\n1,\"no, no\",x\n2,,y\n3,ok,z\n");
        assert_eq!(file.progress(), (2, 2));
        assert_written(
            &file,
            (Written::Csv, None, false),
            "id,text,predicted_tone,predicted_tone_2,tone_probability\n1,\"no, no\",x,cross,0.75\n2,,y,,\n3,ok,z,calm,0.75\n",
        );
        assert_written(
            &file,
            (Written::Tsv, Some(0.8), true),
            "id\ttext\tpredicted_tone\tpredicted_tone_2\ttone_probability\ttone_probability_calm\ttone_probability_cross\n\
             1\tno, no\tx\t\t0.75\t0.25\t0.75\n2\t\ty\t\t\t\t\n3\tok\tz\t\t0.75\t0.75\t0.25\n",
        );
        let seen = file.classified();
        assert_eq!(seen.texts, ["no, no", "", "ok"]);
        assert_eq!(seen.tasks[0].classes[..2], [1, 0]);
        assert_eq!(seen.tasks[0].probabilities, [0.75, 0.25, 0.0, 0.0, 0.75, 0.25]);
    }

    #[test]
    fn json_keeps_its_values() {
        let file = classified("a.jsonl", "{\"text\": \"ok\", \"n\": 7, \"l\": [1, 2]}\n{\"text\": null, \"n\": 8}\n");
        assert_written(
            &file,
            (Written::Jsonl, None, true),
            "{\"text\":\"ok\",\"n\":7,\"l\":[1,2],\"predicted_tone\":\"calm\",\"tone_probability\":0.75,\
             \"tone_probabilities\":{\"calm\":0.75,\"cross\":0.25}}\n\
             {\"text\":null,\"n\":8,\"l\":null,\"predicted_tone\":null,\"tone_probability\":null,\
             \"tone_probabilities\":null}\n",
        );
    }
}
