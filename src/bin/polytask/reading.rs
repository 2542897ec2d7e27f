//! The sentences of a run, read and tokenised: those of files as they come, without keeping them.

use std::cell::OnceCell;
use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};
use polytask::compute::Context;
use polytask::data::{Columns, Dataset, FileRows};
use polytask::error::Message;
use polytask::model::parse_config;
use polytask::recipe::{DataFile, Recipe, Source as DataSource, Task, Validation};
use polytask::text::Tokenizer;
use polytask::train::Sentences;

use crate::Result;
use crate::encoders::EncoderFiles;
use crate::files::Source;

/// The files that sentences are read from. They are looked into again until a run is planned.
#[derive(Default)]
pub struct Sources {
    data: OnceCell<Source>,
    validation: OnceCell<Source>,
}

/// The sentences of a run.
pub struct RunData<'a> {
    pub sentences: Sentences<'a>,
    pub validation: Option<Sentences<'a>>,
    pub tokenizer: Tokenizer,
    /// The assumptions made in reading the files, each in one sentence.
    pub notes: Vec<Message>,
}

/// Reads a recipe's sentences, and writes into the recipe which columns of the file they are.
pub fn read<'a>(
    recipe: &mut Recipe,
    sources: &'a Sources,
    encoder: &EncoderFiles,
    context: &Context,
) -> Result<RunData<'a>> {
    let config = encoder.named(parse_config(&encoder.config))?;
    let max_length = (recipe.training.max_length as usize).min(config.bert.max_position_embeddings);
    let tokenizer = encoder.named(Tokenizer::from_json(&encoder.tokenizer, max_length, config.bert.vocab_size))?;
    let mut notes = Vec::new();
    let mut read = |file: &mut DataFile, columns: &Columns, tasks: &[Task], source: &'a OnceCell<Source>| {
        let bytes = Source::open(&file.path)?;
        let rows = FileRows::open(&file.path, source.get_or_init(|| bytes), columns)?;
        file.text = Some(rows.text_column().into());
        let bar = progress(rows.rows(), &file.path);
        let (sentences, assumed) =
            Sentences::of_file(rows, tasks, &tokenizer, context, &mut |rows| bar.set_position(rows as u64))?;
        bar.finish_and_clear();
        notes.extend(assumed);
        Ok::<_, polytask::Error>(sentences)
    };
    let mut text = None;
    let sentences = match &mut recipe.data {
        DataSource::File(file) => {
            let columns = Columns::of_training(file, &recipe.tasks);
            let sentences = read(file, &columns, &recipe.tasks, &sources.data)?;
            text.clone_from(&file.text);
            if recipe.tasks.is_empty() {
                let named = |task: &Task| Task { name: task.name.clone(), labels: Vec::new() };
                recipe.tasks = sentences.data().tasks.iter().map(named).collect();
            }
            sentences
        }
        _ => {
            let data = Dataset::from_recipe(recipe, |_| unreachable!("a file is read above"))?;
            Sentences::of_dataset(data, &tokenizer, context)
        }
    };
    let validation = match &mut recipe.validation {
        Some(Validation::File(file)) => {
            file.text = file.text.take().or(text);
            let tasks = &sentences.data().tasks;
            Some(read(file, &Columns::of_evaluation(file, tasks), tasks, &sources.validation)?)
        }
        _ => None,
    };
    Ok(RunData { sentences, validation, tokenizer, notes })
}

/// Fewer rows are read before a bar can be looked at.
const SHOWN_FROM: usize = 20_000;

/// A bar for the rows of a file on a terminal, with rows per second.
pub fn progress(rows: usize, file: &str) -> ProgressBar {
    let is_shown = rows >= SHOWN_FROM && std::io::stderr().is_terminal();
    let bar = if is_shown { ProgressBar::new(rows as u64) } else { ProgressBar::hidden() };
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} rows of {msg}, {per_sec}, {eta} left");
    bar.with_style(style.expect("the template is right")).with_message(file.to_string())
}
