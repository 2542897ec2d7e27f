//! The rows of a table from a sheet's cells: which rows have a sentence, and what the labels say.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::roles::Roles;
use super::sheet::{Cell, Sheet};
use crate::data::faults::{Faults, Places};
use crate::data::number::{shortest, shortest_number};
use crate::data::table::{Row, Table, column_of};
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
/// If a cell that is used is neither a sentence nor a label, or no row has a sentence; the error names all such places.
pub(super) fn table(sheet: &Sheet, roles: Roles) -> Result<Table> {
    let Roles { text, tasks, assumed } = roles;
    let mut faults = Faults::of(sheet.name.as_str());
    let mut notes = Notes { table: &sheet.name, all: Vec::new() };
    for message in sheet.assumed.iter().chain(&assumed) {
        notes.add(message.clone());
    }
    // Each column's task.
    let mut task_of = vec![None; sheet.columns.len()];
    for (task, (_, column)) in tasks.iter().enumerate() {
        if let Some(column) = column {
            task_of[*column] = Some(task);
        }
    }
    let mut rows = Vec::with_capacity(sheet.records.len());
    let (mut alone, mut missing, mut maybe) = (Places::default(), Places::default(), BTreeSet::new());
    for record in &sheet.records {
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
                labels.push((task, cell.text().to_string()));
            }
        }
        let sentence = record.get(text).filter(|cell| !MISSING.contains(&cell.text()));
        let Some(sentence) = sentence else {
            alone.add(place);
            continue;
        };
        match wrong_sentence(sentence) {
            Some(wrong) => faults.add(place, Some(&sheet.columns[text]), wrong),
            None => rows.push(Row { place, text: sentence.text().into(), labels: labels.into_iter().collect() }),
        }
    }
    faults.finish()?;
    if rows.is_empty() {
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
    let names: Vec<String> = tasks.into_iter().map(|(name, _)| name).collect();
    notes.all.extend(shorten_numbers(&sheet.name, &names, &mut rows));
    Ok(Table { name: sheet.name.clone(), text: sheet.columns[text].clone(), tasks: names, rows, notes: notes.all })
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

/// Makes one class of 1, 1.0 and 1.00 where a task's labels are numbers, and of `True` and `true` where both are there.
fn shorten_numbers(table: &str, tasks: &[String], rows: &mut [Row]) -> Option<Message> {
    let mut spellings: Vec<HashMap<&str, String>> = vec![HashMap::new(); tasks.len()];
    for (task, label) in rows.iter().flat_map(|row| row.labels.iter()) {
        if !spellings[task].contains_key(label.as_str()) {
            spellings[task].insert(label, shortest(label).into_owned());
        }
    }
    let mut changed: Option<(String, String, String)> = None;
    let mut changes: Vec<HashMap<String, String>> = Vec::with_capacity(tasks.len());
    for (task, spellings) in spellings.into_iter().enumerate() {
        let different: HashSet<&String> = spellings.values().collect();
        let applies =
            different.len() < spellings.len() || spellings.keys().all(|label| shortest_number(label).is_some());
        let changes_here: HashMap<String, String> = spellings
            .iter()
            .filter(|(label, short)| applies && **label != short.as_str())
            .map(|(label, short)| (label.to_string(), short.clone()))
            .collect();
        if let (None, Some((label, short))) = (&changed, changes_here.iter().min()) {
            changed = Some((tasks[task].clone(), label.clone(), short.clone()));
        }
        changes.push(changes_here);
    }
    let (task, label, short) = changed?;
    for row in rows {
        let label = |(task, label): (usize, &String)| (task, changes[task].get(label).unwrap_or(label).clone());
        row.labels = row.labels.iter().map(label).collect();
    }
    let column = column_of(table, &task);
    Some(
        message!(
            "data.one_class",
            "labels that are the same value are one class: {label:?} is read as {short:?}",
            label = label,
            short = short
        )
        .placed(column.into()),
    )
}
