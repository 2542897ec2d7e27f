//! Questions about sentences and files, without a run.

use serde::Serialize;
use serde_json::Value;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use super::convert::{Result, from_js, to_js};
use crate::Error;
use crate::check;
use crate::data::{self, Columns, Dataset, Table, column_of, presets};
use crate::error::{Message, message};
use crate::recipe::{InlineExample, Preset, PresetLabels, Recipe, Source, Task, Training};

/// Sentences for the page's table, and the tasks that they are labelled for.
#[derive(Debug, Serialize, Tsify)]
pub struct Examples {
    /// The tasks with their label sets.
    pub tasks: Vec<Task>,
    /// The sentences.
    pub examples: Vec<InlineExample>,
}

/// The sentences of a file.
#[derive(Debug, Serialize, Tsify)]
pub struct FileExamples {
    /// The tasks with their label sets.
    pub tasks: Vec<Task>,
    /// The sentences.
    pub examples: Vec<InlineExample>,
    /// The column that they are from.
    pub text: String,
    /// What was assumed to read them.
    pub notes: Vec<Message>,
}

/// A built-in set's sentences; `seed` draws the notebook's random labels.
///
/// # Errors
///
/// If there is no such set.
#[wasm_bindgen(unchecked_return_type = "Examples")]
pub fn preset(#[wasm_bindgen(unchecked_param_type = "Preset")] preset: JsValue, seed: f64) -> Result<JsValue> {
    let preset: Preset = from_js(preset)?;
    let (table, tasks) = presets::preset(&preset.name, preset.labels, seed as u64)?;
    to_js(&Examples { tasks, examples: table.to_examples() })
}

/// Settings that suit a built-in set.
///
/// # Errors
///
/// If there is no such set.
#[wasm_bindgen(unchecked_return_type = "Recipe")]
pub fn default_recipe(preset: &str) -> Result<JsValue> {
    to_js(&presets::recommended(preset, PresetLabels::default())?)
}

/// The sentences of a CSV, TSV, JSON or JSONL file; without `columns`, of those that can be meant.
///
/// # Errors
///
/// As [`data::read_table`] and [`Dataset::from_table`], and if a column is called `__proto__`.
#[wasm_bindgen(unchecked_return_type = "FileExamples")]
pub fn read_table(
    name: &str,
    bytes: &[u8],
    #[wasm_bindgen(unchecked_param_type = "Columns | undefined")] columns: JsValue,
) -> Result<JsValue> {
    let columns = from_js::<Option<Columns>>(columns)?.unwrap_or_default();
    let table = data::read_table(name, bytes, &columns)?;
    check_names(table.name.as_str().into(), &table.tasks)?;
    // Sentences without a task, if none is asked for.
    let is_unlabelled = columns.tasks.is_some_and(|tasks| tasks.is_empty());
    let tasks = if is_unlabelled { Vec::new() } else { Dataset::from_table(&table, &[])?.tasks };
    to_js(&FileExamples { tasks, examples: table.to_examples(), text: table.text, notes: table.notes })
}

/// What a file holds, column by column, for a choice of the columns to read.
///
/// # Errors
///
/// As [`data::inspect`].
#[wasm_bindgen(unchecked_return_type = "Inspection")]
pub fn inspect_table(name: &str, bytes: &[u8]) -> Result<JsValue> {
    to_js(&data::inspect(name, bytes)?)
}

/// Settings chosen for a user's own data.
#[derive(Debug, Serialize, Tsify)]
pub struct ChosenSettings {
    /// The settings.
    pub training: Training,
    /// What they are and for which data, in one line.
    pub summary: Message,
}

/// Chooses the settings of `recipe`, whose sentences are written into it, for those sentences. Its own settings do not count,
/// but what is frozen stays frozen. Tokens are estimated from the words: the tokenizer may not be here yet.
///
/// # Errors
///
/// If the sentences are no data set.
#[wasm_bindgen(unchecked_return_type = "ChosenSettings")]
pub fn settings_for(#[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: JsValue) -> Result<JsValue> {
    let recipe: Recipe = from_js(recipe)?;
    let tokens = |text: &str| text.split_whitespace().count() * 4 / 3 + 2;
    let sizes = dataset(&recipe)?.sizes(&recipe, None, false, tokens);
    let Training { freeze, max_length, reproducible, .. } = recipe.training;
    let training = Training { freeze, max_length, reproducible, ..Training::for_data(&sizes) };
    to_js(&ChosenSettings { summary: training.summary(&sizes), training })
}

pub(super) fn dataset(recipe: &Recipe) -> crate::Result<Dataset> {
    let data = Dataset::from_recipe(recipe, |file| {
        let wrong = message!("wasm.data_file", "a page cannot read files by path; import the file instead");
        Err(Error::data(file.path.as_str(), wrong))
    })?;
    check_names(message!("place.sentences", "the sentences").into(), data.tasks.iter().map(|task| &task.name))?;
    Ok(data)
}

/// The data of a recipe whose tasks may have no label yet.
pub(super) fn data_to_label(recipe: &Recipe) -> crate::Result<Dataset> {
    let Source::Examples(examples) = &recipe.data else { return dataset(recipe) };
    let mut table = Table::from_examples(examples)?;
    let absent = recipe.tasks.iter().filter(|task| !table.tasks.contains(&task.name)).map(|task| task.name.clone());
    table.tasks.extend(absent.collect::<Vec<_>>());
    let data = check::data_to_label(&table, &recipe.tasks)?;
    check_names(message!("place.sentences", "the sentences").into(), data.tasks.iter().map(|task| &task.name))?;
    Ok(data)
}

/// The page holds labels in objects by their tasks' names, and `__proto__` cannot be a field of a JavaScript object.
fn check_names<'a>(table: Value, tasks: impl IntoIterator<Item = &'a String>) -> crate::Result<()> {
    const RESERVED: &str = "__proto__";
    if tasks.into_iter().any(|task| task == RESERVED) {
        let wrong = message!("data.reserved_name", "JavaScript keeps this name for itself; give the column another");
        return Err(Error::data(column_of(table, RESERVED), wrong));
    }
    Ok(())
}
