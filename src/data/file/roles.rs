//! Which column holds the sentences and which columns are tasks: as asked for, or as the file shows.

use std::collections::HashMap;

use super::Columns;
use super::guess::{Profile, TEXT, guess_text, has_no_header, profiles, why_no_task};
#[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
use super::sheet::Records;
use super::sheet::Sheet;
use crate::data::no_column;
use crate::error::{Message, message, quoted, shortened};
use crate::{Error, Result};

/// Columns that a sentence lists with their reasons.
const LISTED: usize = 10;

/// What the columns of a sheet are for.
#[derive(Debug)]
pub(super) struct Roles {
    /// The column of sentences.
    pub text: usize,
    /// The tasks with their columns; `None`: the file has none for it.
    pub tasks: Vec<(String, Option<usize>)>,
    /// What was assumed to find them, without the file's name.
    pub assumed: Vec<Message>,
}

impl Roles {
    /// # Errors
    ///
    /// If a column that is asked for is missing or there twice, or if it is not clear which column holds the sentences, or if
    /// no column can be a task.
    pub fn new(sheet: &Sheet, columns: &Columns) -> Result<Self> {
        let names = by_name(sheet);
        let wrong = |wrong: Message| Error::data(sheet.name.as_str(), wrong);
        let mut assumed = Vec::new();
        let profiles = if columns.tasks.is_none() || columns.text.is_none() { profiles(sheet) } else { Vec::new() };
        let text = match &columns.text {
            Some(name) => one(sheet, &names, name)?.ok_or_else(|| {
                wrong(message!(
                    "data.no_text_column",
                    "there is no column {column:?} for the sentences; the columns are {columns}; --text names theirs",
                    column = shortened(name),
                    columns = quoted(&sheet.columns)
                ))
            })?,
            None => {
                if let Some([_, _, ..]) = names.get(TEXT).map(Vec::as_slice) {
                    one(sheet, &names, TEXT)?;
                }
                let text = guess_text(sheet, &profiles).ok_or_else(|| {
                    wrong(message!(
                        "data.text_unclear",
                        "it is not clear which column holds the sentences, and none is called {text:?}; the columns are \
                         {columns}; --text names theirs",
                        text = TEXT,
                        columns = quoted(&sheet.columns)
                    ))
                })?;
                if has_no_header(sheet, &profiles, text) {
                    return Err(wrong(message!(
                        "data.no_header",
                        "its first line looks like a row; put a line with the columns' names above it"
                    )));
                }
                text
            }
        };
        if columns.text.is_none() && sheet.columns[text] != TEXT {
            assumed.push(message!(
                "data.text_found",
                "the sentences are read from column {column:?} (--text names another)",
                column = shortened(&sheet.columns[text])
            ));
        }
        let mut roles = Self { text, tasks: Vec::new(), assumed };
        match &columns.tasks {
            Some(tasks) => roles.name_tasks(sheet, &names, tasks, columns.blank_if_absent)?,
            None => roles.find_tasks(sheet, &names, &profiles, columns.blank_tasks)?,
        }
        #[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
        if let Records::Parquet(rows) = &sheet.records {
            rows.check(sheet, &roles)?;
        }
        Ok(roles)
    }

    /// The tasks' names, in order. (K)
    pub fn task_names(&self) -> Vec<String> {
        self.tasks.iter().map(|(name, _)| name.clone()).collect()
    }

    fn name_tasks(
        &mut self,
        sheet: &Sheet,
        names: &HashMap<&str, Vec<usize>>,
        tasks: &[String],
        blank_if_absent: bool,
    ) -> Result<()> {
        let mut absent = Vec::new();
        for task in tasks {
            let column = one(sheet, names, task)?.filter(|&column| column != self.text);
            if column.is_none() {
                absent.push(task);
            }
            self.tasks.push((task.clone(), column));
        }
        if absent.is_empty() {
            return Ok(());
        }
        if blank_if_absent && absent.len() < tasks.len() {
            self.assumed.push(message!(
                "data.task_absent",
                "there is no column for the tasks {tasks}, so they are blank here",
                tasks = quoted(absent)
            ));
            return Ok(());
        }
        let others: Vec<&String> =
            (0..sheet.columns.len()).filter(|&at| at != self.text).map(|at| &sheet.columns[at]).collect();
        Err(Error::data(sheet.name.as_str(), no_column(quoted(absent), &others)))
    }

    fn find_tasks(
        &mut self,
        sheet: &Sheet,
        names: &HashMap<&str, Vec<usize>>,
        profiles: &[Profile],
        blank_tasks: bool,
    ) -> Result<()> {
        let mut left_out = Vec::new();
        let mut twice = Vec::new();
        for (at, profile) in profiles.iter().enumerate().filter(|&(at, _)| at != self.text) {
            let name = &sheet.columns[at];
            match why_no_task(name, profile) {
                // Spreadsheets write empty columns.
                Some(_) if name.is_empty() && profile.filled == 0 => {}
                Some(_) if blank_tasks && profile.filled == 0 => self.tasks.push((name.clone(), Some(at))),
                Some(why) => left_out.push((name, why)),
                None if names.get(name.as_str()).is_some_and(|columns| columns.len() > 1) => twice.push(name),
                None => self.tasks.push((name.clone(), Some(at))),
            }
        }
        twice.dedup();
        if !twice.is_empty() {
            return Err(Error::data(sheet.name.as_str(), same_name(&twice)));
        }
        if left_out.is_empty() {
            return Ok(());
        }
        let more = left_out.len().saturating_sub(LISTED);
        let reason = |(name, why): (&String, Message)| {
            message!("data.column_why", "{column:?} ({why})", column = shortened(name), why = why)
        };
        let reasons = Message::joined(left_out.into_iter().take(LISTED).map(reason), more);
        if self.tasks.is_empty() {
            let wrong = message!(
                "data.no_task_column",
                "no usable task column: {reasons}; add a column of labels, or name one of these with --tasks",
                reasons = reasons
            );
            return Err(Error::data(sheet.name.as_str(), wrong));
        }
        self.assumed.push(message!(
            "data.left_out",
            "these columns are left out as no tasks (--tasks chooses others): {reasons}",
            reasons = reasons
        ));
        Ok(())
    }
}

fn same_name(names: &[&String]) -> Message {
    message!(
        "data.column_twice",
        "more than one column is called {names}; give each column that is used a name of its own",
        names = quoted(names)
    )
}

/// The one column of a name.
fn one(sheet: &Sheet, names: &HashMap<&str, Vec<usize>>, name: &str) -> Result<Option<usize>> {
    match names.get(name.trim()).map(Vec::as_slice) {
        Some([column]) => Ok(Some(*column)),
        Some([first, ..]) => Err(Error::data(sheet.name.as_str(), same_name(&[&sheet.columns[*first]]))),
        _ => Ok(None),
    }
}

/// The columns by their names.
fn by_name<'s>(sheet: &'s Sheet) -> HashMap<&'s str, Vec<usize>> {
    let mut columns: HashMap<&str, Vec<usize>> = HashMap::with_capacity(sheet.columns.len());
    for (at, name) in sheet.columns.iter().enumerate() {
        columns.entry(name).or_default().push(at);
    }
    columns
}
