//! A data file whose sentences are not kept: they are handed out one after the other, in as many passes as it takes.

use std::collections::{HashMap, HashSet};

use super::Columns;
use super::roles::Roles;
use super::rows;
use super::sheet::{Flow, Sheet};
use crate::Result;
use crate::data::classes::{Chosen, Classes, unknown_label};
use crate::data::faults::Faults;
use crate::data::table::Place;
use crate::data::{Dataset, Example, Labels, Texts, number};
use crate::error::Message;
use crate::recipe::Task;

/// The rows of a CSV, TSV, JSON or JSONL file, of which only what is asked for is kept.
///
/// ```
/// use polytask::data::{Columns, FileRows, Texts};
///
/// let csv = "text,topic\nRain, again.,weather\nGreat soup!,food\n".replace("Rain, again.", "Rain again.");
/// let rows = FileRows::open("mine.csv", csv.as_bytes(), &Columns::default())?;
/// let mut words = 0;
/// let (data, _notes) = rows.read(&[], &mut |text| words += text.split(' ').count())?;
/// assert_eq!((words, data.examples.len()), (4, 2));
/// assert_eq!(data.tasks[0].labels, ["food", "weather"]);
/// assert_eq!(data.examples[0].text, "", "it is not kept");
/// assert_eq!(rows.text_at(1), "Great soup!");
/// # Ok::<(), polytask::Error>(())
/// ```
#[derive(Debug)]
pub struct FileRows<'a> {
    sheet: Sheet<'a>,
    roles: Roles,
}

/// The different labels of a column, each with a number in order of appearance.
#[derive(Debug, Default)]
struct Spellings {
    numbers: HashMap<String, u32>,
    all: Vec<String>,
}

impl Spellings {
    fn number(&mut self, label: &str) -> u32 {
        if let Some(&number) = self.numbers.get(label) {
            return number;
        }
        let number = self.all.len() as u32;
        self.numbers.insert(label.into(), number);
        self.all.push(label.into());
        number
    }
}

impl<'a> FileRows<'a> {
    /// Finds out how a file is read, and which of its columns are what.
    ///
    /// # Errors
    ///
    /// As [`read_table`](super::read_table), as far as it concerns the file as a whole.
    pub fn open(name: &str, bytes: &'a [u8], columns: &Columns) -> Result<Self> {
        let sheet = Sheet::read(name, bytes)?;
        let roles = Roles::new(&sheet, columns)?;
        Ok(Self { sheet, roles })
    }

    /// The name of the column of sentences.
    pub fn text_column(&self) -> &str {
        &self.sheet.columns[self.roles.text]
    }

    /// Number of rows, those without a sentence included.
    pub fn rows(&self) -> usize {
        self.sheet.rows
    }

    /// Reads all rows: the labels for `tasks` (none: all) as [`Dataset::from_table`] does, and what was assumed. The examples have no text; `each`
    /// is given each sentence in their order.
    ///
    /// # Errors
    ///
    /// As [`read_table`](super::read_table) and [`Dataset::from_table`]. `each` may have been given sentences then.
    pub fn read(&self, tasks: &[Task], each: &mut dyn FnMut(&str)) -> Result<(Dataset, Vec<Message>)> {
        let Self { sheet, roles } = self;
        let names = roles.task_names();
        let mut spellings: Vec<Spellings> = names.iter().map(|_| Spellings::default()).collect();
        let mut read: Vec<(Place, Labels<u32>)> = Vec::with_capacity(sheet.rows);
        let mut notes = rows::read(sheet, roles, &mut |place, text, labels| {
            let labels = labels.iter().map(|&(column, label)| (column, spellings[column].number(label)));
            read.push((place, labels.collect()));
            each(text);
        })?;
        let different: Vec<HashSet<&str>> =
            spellings.iter().map(|of| of.all.iter().map(String::as_str).collect()).collect();
        if let Some((changes, note)) = rows::shorter_labels(&sheet.name, &names, &different) {
            for (spellings, changes) in spellings.iter_mut().zip(&changes) {
                for label in &mut spellings.all {
                    if let Some(short) = changes.get(label) {
                        label.clone_from(short);
                    }
                }
            }
            notes.push(note);
        }
        let found = || {
            let sorted = |of: &Spellings| {
                let mut labels: Vec<String> = of.all.iter().collect::<HashSet<_>>().into_iter().cloned().collect();
                labels.sort_by(|one, other| number::compare(one, other));
                labels
            };
            spellings.iter().map(sorted).collect()
        };
        let Chosen { tasks, task_of } = Chosen::new(sheet.name.as_str().into(), &names, tasks, read.is_empty(), found)?;
        // For each column and each of its labels, the class.
        let classes: Vec<Vec<Option<u32>>> = spellings
            .iter()
            .zip(&task_of)
            .map(|(of, task)| {
                let classes = task.map(|task| Classes::of(&tasks[task].labels));
                of.all.iter().map(|label| classes.as_ref()?.get(label)).collect()
            })
            .collect();
        let mut faults = Faults::of(sheet.name.as_str());
        let example = |(place, labels): (Place, Labels<u32>)| {
            let chosen = labels.iter().filter_map(|(column, &label)| Some((column, task_of[column]?, label as usize)));
            let class = |(column, task, label): (usize, usize, usize)| {
                let class = classes[column][label];
                if class.is_none() {
                    let wrong = unknown_label(&spellings[column].all[label], &tasks[task]);
                    faults.add(place, Some(&tasks[task].name), wrong);
                }
                Some((task, class?))
            };
            Example { text: String::new(), labels: chosen.filter_map(class).collect() }
        };
        let examples = read.into_iter().map(example).collect();
        faults.finish()?;
        Ok((Dataset { tasks, examples }, notes))
    }
}

impl Texts for FileRows<'_> {
    fn visit(&self, visit: &mut dyn FnMut(&str) -> Flow) {
        self.sheet.visit(&mut |record| match rows::sentence(record, self.roles.text) {
            Some(sentence) => visit(sentence.text()),
            None => Flow::Continue(()),
        });
    }
}
