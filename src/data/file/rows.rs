//! The rows of a table from a sheet's cells: which rows have a sentence, and what the labels say.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::roles::Roles;
use super::sheet::{Cell, Record, Sheet};
use crate::data::faults::{Faults, Places};
use crate::data::number::{shortest, shortest_number};
use crate::data::table::{Place, Row, Table, column_of};
use crate::error::{Message, message, quoted, shortened};
use crate::{Error, Result};

/// What pandas and spreadsheets write for a missing value, and what nobody writes for anything else.
const MISSING: [&str; 5] = ["nan", "NaN", "NAN", "<NA>", "#N/A"];
/// What may be a missing value, or a label.
const MAYBE_MISSING: [&str; 7] = ["None", "null", "NULL", "Null", "N/A", "n/a", "NA"];

/// The table of a sheet's rows.
///
/// # Errors
///
/// As [`read`].
pub(super) fn table(sheet: &Sheet, roles: &Roles) -> Result<Table> {
    let mut rows = Vec::with_capacity(sheet.rows);
    let mut notes = read(sheet, roles, &mut |place, text, labels| {
        let labels = labels.iter().map(|&(task, label)| (task, label.into())).collect();
        rows.push(Row { place, text: text.into(), labels });
    })?;
    let tasks = roles.task_names();
    let mut labels: Vec<HashSet<&str>> = vec![HashSet::new(); tasks.len()];
    for (task, label) in rows.iter().flat_map(|row| row.labels.iter()) {
        labels[task].insert(label);
    }
    if let Some((changes, note)) = shorter_labels(&sheet.name, &tasks, &labels) {
        for row in &mut rows {
            let label = |(task, label): (usize, &String)| (task, changes[task].get(label).unwrap_or(label).clone());
            row.labels = row.labels.iter().map(label).collect();
        }
        notes.push(note);
    }
    Ok(Table { name: sheet.name.clone(), text: sheet.columns[roles.text].clone(), tasks, rows, notes })
}

/// Takes a row's place, its sentence, and its labels with the numbers of their tasks.
type Take<'a> = dyn FnMut(Place, &str, &[(usize, &str)]) + 'a;

/// Calls `take` with the sentence of each row that has one and its labels, task by task as the columns come. Returns what was
/// assumed.
///
/// # Errors
///
/// If a cell that is used is neither a sentence nor a label, or no row has a sentence; the error names all such places.
pub(super) fn read(sheet: &Sheet, roles: &Roles, take: &mut Take<'_>) -> Result<Vec<Message>> {
    let Roles { text, tasks, assumed } = roles;
    let mut faults = Faults::of(sheet.name.as_str());
    let mut notes = Notes { table: &sheet.name, all: Vec::new() };
    for message in sheet.assumed.iter().chain(assumed) {
        notes.add(message.clone());
    }
    // Each column's task.
    let mut task_of = vec![None; sheet.columns.len()];
    for (task, (_, column)) in tasks.iter().enumerate() {
        if let Some(column) = column {
            task_of[*column] = Some(task);
        }
    }
    let (mut alone, mut missing, mut maybe) = (Places::default(), Places::default(), BTreeSet::new());
    let mut taken = 0;
    sheet.each(|record| {
        let place = record.place;
        let mut labels = Vec::new();
        for (column, cell) in &record.cells {
            let Some(task) = task_of[*column] else { continue };
            let name = &tasks[task].0;
            if let Some(wrong) = wrong_label(cell) {
                faults.add(place, Some(name), wrong);
            } else if MISSING.contains(&cell.text()) {
                missing.add(place);
            } else {
                if let Some(word) = MAYBE_MISSING.iter().find(|&&word| word == cell.text()) {
                    maybe.insert(*word);
                }
                labels.push((task, cell.text()));
            }
        }
        let Some(sentence) = sentence(record, *text) else {
            alone.add(place);
            return;
        };
        match wrong_sentence(sentence) {
            Some(wrong) => faults.add(place, Some(&sheet.columns[*text]), wrong),
            None => {
                taken += 1;
                take(place, sentence.text(), &labels);
            }
        }
    });
    faults.finish()?;
    if taken == 0 {
        return Err(Error::data(sheet.name.as_str(), message!("data.no_sentence_at_all", "no row has a sentence")));
    }
    if sheet.blank > 0 {
        notes.add(message!("data.blank_rows", "{n} blank rows are left out", n = sheet.blank));
    }
    notes.at(&alone, message!("data.no_sentence_beside", "there is no sentence here, so these rows are left out"));
    notes.at(&sheet.padded, message!("data.padded", "NUL characters around cells are removed"));
    notes.at(&missing, message!("data.missing", "nan and the like are read as blank"));
    if !maybe.is_empty() {
        let words = quoted(maybe);
        notes.add(message!(
            "data.maybe_missing",
            "{words} is read as a label; a cell without a label is blank",
            words = words
        ));
    }
    Ok(notes.all)
}

/// A row's sentence, if it has one.
pub(super) fn sentence(record: &Record, text: usize) -> Option<&Cell> {
    record.get(text).filter(|cell| !MISSING.contains(&cell.text()))
}

/// What was assumed, each with the file's name before it.
struct Notes<'a> {
    table: &'a str,
    all: Vec<Message>,
}

impl Notes<'_> {
    fn add(&mut self, message: Message) {
        self.all.push(message.placed(self.table.into()));
    }

    /// Adds `message` about `places`, if there are any.
    fn at(&mut self, places: &Places, message: Message) {
        if places.count() > 0 {
            self.all.push(message.placed(places.of(self.table).into()));
        }
    }
}

fn nul() -> Message {
    message!("data.nul", "there is a NUL character between the others; the file is no plain text; export it again")
}

fn wrong_label(cell: &Cell) -> Option<Message> {
    match cell {
        Cell::Nested(json) if json.starts_with('[') => Some(message!(
            "data.labels_at_once",
            "{value} is more than one label, and a task has one label a sentence; make each a task of its own",
            value = shortened(json)
        )),
        Cell::Nested(json) => Some(message!(
            "data.not_a_label",
            "{value} is not a label; it must be a string, a number, a boolean or null",
            value = shortened(json)
        )),
        cell => cell.text().contains('\0').then(nul),
    }
}

fn wrong_sentence(cell: &Cell) -> Option<Message> {
    match cell {
        Cell::Text(text) => text.contains('\0').then(nul),
        other => Some(message!(
            "data.not_a_string",
            "{value} is not a string; the sentence must be one",
            value = shortened(other.text())
        )),
    }
}

/// For each task the labels that have a shorter form, with it: 1, 1.0 and 1.00 are one class where a task's labels are numbers,
/// and so are `True` and `true` where both are there. `labels` are each task's different labels.
pub(super) fn shorter_labels(
    table: &str,
    tasks: &[String],
    labels: &[HashSet<&str>],
) -> Option<(Vec<HashMap<String, String>>, Message)> {
    let mut changed: Option<(String, String, String)> = None;
    let mut changes: Vec<HashMap<String, String>> = Vec::with_capacity(tasks.len());
    for (task, labels) in labels.iter().enumerate() {
        let different: HashSet<Cow<str>> = labels.iter().map(|label| shortest(label)).collect();
        let applies = different.len() < labels.len() || labels.iter().all(|label| shortest_number(label).is_some());
        let changes_here: HashMap<String, String> = labels
            .iter()
            .map(|label| (label.to_string(), shortest(label).into_owned()))
            .filter(|(label, short)| applies && label != short)
            .collect();
        if let (None, Some((label, short))) = (&changed, changes_here.iter().min()) {
            changed = Some((tasks[task].clone(), label.clone(), short.clone()));
        }
        changes.push(changes_here);
    }
    let (task, label, short) = changed?;
    let column = column_of(table, &task);
    let note = message!(
        "data.one_class",
        "labels that are the same value are one class: {label:?} is read as {short:?}",
        label = label,
        short = short
    );
    Some((changes, note.placed(column.into())))
}
