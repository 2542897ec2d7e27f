//! Sentences and their labels: one text column, one column a task, blank means "not labelled for this task".

mod classes;
mod faults;
mod file;
mod findings;
mod labels;
mod number;
pub mod presets;
mod sizes;
mod split;
mod table;

#[cfg(not(target_arch = "wasm32"))]
pub use file::FileRows;
pub use file::{Cells, ColumnSummary, Columns, FileCells, Format, Inspection, Role, inspect, read_cells, read_table};
pub use findings::{
    Contradiction, LookAlike, contradictions, fingerprint, in_both_splits, look_alikes, same_fingerprints, same_texts,
};
pub use labels::Labels;
pub use split::stratified_split;
#[cfg(target_arch = "wasm32")]
pub(crate) use table::column_of;
pub use table::{Place, Row, Table};

use std::borrow::Borrow;
use std::ops::ControlFlow;

use self::classes::{Chosen, Classes, no_column, unknown_label};
use self::faults::Faults;
use crate::Result;
use crate::recipe::{DataFile, InlineExample, Recipe, Source, Task};

/// A sentence and its label for each of the K tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The sentence; empty where it is not kept, as in the data of [`FileRows`].
    pub text: String,
    /// Its class for each task that it is labelled for.
    pub labels: Labels<u32>,
}

/// Sentences in a fixed order that can be gone through again and again, wherever they are.
pub trait Texts: std::fmt::Debug {
    /// Calls `visit` with each sentence until it breaks.
    fn visit(&self, visit: &mut dyn FnMut(&str) -> ControlFlow<()>);

    /// The sentence at `row`, from 0; empty if there are fewer.
    fn text_at(&self, row: usize) -> String {
        let (mut at, mut found) = (0, String::new());
        self.visit(&mut |text| {
            if at == row {
                found = text.into();
                return ControlFlow::Break(());
            }
            at += 1;
            ControlFlow::Continue(())
        });
        found
    }
}

/// Examples and the tasks that their labels belong to. See [`read_table`] for an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The tasks with their label sets, in head order. (K)
    pub tasks: Vec<Task>,
    /// The examples.
    pub examples: Vec<Example>,
}

impl Texts for Dataset {
    fn visit(&self, visit: &mut dyn FnMut(&str) -> ControlFlow<()>) {
        let _ = self.examples.iter().try_for_each(|example| visit(&example.text));
    }
}

impl Dataset {
    /// A recipe's training data. `read` fetches a data file's table: the library does no I/O.
    ///
    /// # Errors
    ///
    /// If `read` fails, or the table does not fit the recipe's tasks; see [`Dataset::from_table`].
    pub fn from_recipe(recipe: &Recipe, read: impl FnOnce(&DataFile) -> Result<Table>) -> Result<Self> {
        let (table, tasks) = match &recipe.data {
            Source::Preset(preset) => presets::preset(&preset.name, preset.labels, recipe.seed)?,
            Source::Examples(examples) => (Table::from_examples(examples)?, Vec::new()),
            Source::File(file) => (read(file)?, Vec::new()),
        };
        if recipe.tasks.is_empty() {
            return Self::from_table(&table, &tasks);
        }
        // A preset's tasks keep their label sets when they are only named.
        let mut chosen = recipe.tasks.clone();
        for task in chosen.iter_mut().filter(|task| task.labels.is_empty()) {
            if let Some(known) = tasks.iter().find(|known| known.name == task.name) {
                task.labels.clone_from(&known.labels);
            }
        }
        Self::from_table(&table, &chosen)
    }

    /// A data set of sentences that come one after the other, from wherever a program has them. `tasks` as in
    /// [`Dataset::from_table`].
    ///
    /// # Errors
    ///
    /// As [`Dataset::from_table`], and if a sentence is blank or a label has no task's name; the error names all such
    /// sentences by their numbers, from 1.
    ///
    /// ```
    /// use polytask::data::Dataset;
    /// use polytask::recipe::InlineExample;
    ///
    /// let rows = ["soup\tfood", "train\ttravel"].into_iter().map(|line| {
    ///     let (text, topic) = line.split_once('\t').expect("a tab");
    ///     InlineExample::new(text, [("topic", topic)])
    /// });
    /// let data = Dataset::from_examples(rows, &[])?;
    /// assert_eq!(data.tasks[0].labels, ["food", "travel"]);
    ///
    /// let unlabelled = std::iter::once(InlineExample::new(" ", [("topic", "food")]));
    /// let error = Dataset::from_examples(unlabelled, &[]).unwrap_err();
    /// assert_eq!(error.to_string(), "sentence 1: it is empty; write a sentence or remove the row");
    /// # Ok::<(), polytask::Error>(())
    /// ```
    pub fn from_examples(
        examples: impl IntoIterator<Item = impl Borrow<InlineExample>>,
        tasks: &[Task],
    ) -> Result<Self> {
        Self::from_table(&Table::from_examples(examples)?, tasks)
    }

    /// Turns a table's label texts into classes.
    ///
    /// `tasks` chooses and orders the label columns (empty: all) and may give label sets; a task without one gets the
    /// labels that occur, numbers by value and then the others by their letters. Rows that are labelled for none of the
    /// tasks are kept: they can be predicted on.
    ///
    /// # Errors
    ///
    /// If there is no sentence or no label column, a task has no column or fewer than two labels, or a label is not in
    /// its task's set.
    pub fn from_table(table: &Table, tasks: &[Task]) -> Result<Self> {
        let Chosen { tasks, task_of } =
            Chosen::new(table.place(), &table.tasks, tasks, table.rows.is_empty(), || table.label_sets())?;
        let classes: Vec<Classes> = tasks.iter().map(|task| Classes::of(&task.labels)).collect();
        let mut faults = Faults::of(table.place());
        let mut examples = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let chosen = row.labels.iter().filter_map(|(column, text)| Some((task_of[column]?, text)));
            let class = |(task, text): (usize, &String)| {
                let class = classes[task].get(text);
                if class.is_none() {
                    faults.add(row.place, Some(&tasks[task].name), unknown_label(text, &tasks[task]));
                }
                Some((task, class?))
            };
            examples.push(Example { text: row.text.clone(), labels: chosen.filter_map(class).collect() });
        }
        faults.finish()?;
        Ok(Self { tasks, examples })
    }

    /// Whether example `i` is labelled for at least one task.
    ///
    /// # Panics
    ///
    /// If there is no example `i`.
    pub fn is_labelled(&self, i: usize) -> bool {
        !self.examples[i].labels.is_empty()
    }

    /// For each task, the number of examples among `of` with each class. (K,C_k)
    ///
    /// # Panics
    ///
    /// If `of` names an example that does not exist.
    pub fn class_counts(&self, of: &[usize]) -> Vec<Vec<usize>> {
        let mut counts: Vec<Vec<usize>> = self.tasks.iter().map(|t| vec![0; t.labels.len()]).collect();
        for &i in of {
            for (task, &class) in self.examples[i].labels.iter() {
                counts[task][class as usize] += 1;
            }
        }
        counts
    }
}

#[cfg(test)]
mod testing;
