//! `polytask train`.

use std::io::Write;
use std::path::Path;

use indexmap::IndexMap;
use polytask::compute::Context;
use polytask::data::{Columns, Dataset};
use polytask::error::{Message, quoted};
use polytask::model::parse_config;
use polytask::protocol::Event;
use polytask::recipe::{Recipe, Source, Task, Training, Validation};
use polytask::run::{Plan, Run};
use polytask::text::Tokenizer;
use polytask::train::{Inputs, TaskTemperature, Trainer};

use crate::arguments::TrainArguments;
use crate::encoders::{self, EncoderFiles};
use crate::output::Output;
use crate::{Result, device, files, memory};

pub fn run(arguments: TrainArguments) -> Result<()> {
    let mut recipe = arguments.to_recipe()?;
    let context = device::context(arguments.device.as_deref(), arguments.threads)?;
    let directory = match &arguments.model {
        Some(directory) => directory.clone(),
        None => encoders::locate(&recipe.encoder)?,
    };
    let mut encoder = EncoderFiles::read(&directory)?;
    let config = encoder.named(parse_config(&encoder.config))?;
    if arguments.model.is_some() {
        recipe.encoder = directory.display().to_string();
        let saved = config.polytask.as_ref().ok_or_else(|| {
            format!("--model: {} was not saved by polytask; give a bare encoder with --encoder", directory.display())
        })?;
        arguments.go_on_as(saved, &mut recipe)?;
        continue_tasks(&mut recipe, &saved.tasks)?;
    } else {
        encoders::take_declared_pooling(&encoder, arguments.gives_pooling()?, &mut recipe);
    }
    let limit = memory::available(context.device());
    let sentences = sentences(&mut recipe)?;
    let chosen = choose_settings(&arguments, &mut recipe, &sentences, &encoder)?;
    let notes: Vec<Event> = sentences.notes.iter().cloned().map(Event::Warning).collect();
    let mut inputs = inputs(sentences, &encoder, context, limit)?;
    inputs.keep_heads = arguments.model.is_some();
    let plan = encoder.named(Plan::new(recipe.clone(), inputs))?;
    let weights = encoder.read_weights(plan.wanted())?;
    let (mut run, mut events) = encoder.named(Run::start(plan, weights))?;
    // After the start event, before the other warnings.
    events.splice(1..1, notes);

    if arguments.calibrate && !run.trainer().has_validation() {
        return Err(
            "--calibrate: temperatures are fitted on held-out sentences, and there are none; hold out a share of the \
                    sentences (--validation-fraction 0.25, say) or give a --validation file"
                .into(),
        );
    }
    // Whether the model can be saved is checked before the training, not after it.
    if let Some(out) = &arguments.out {
        files::try_directory(out).map_err(|e| format!("--out: {e}"))?;
    }
    let mut output = Output::new(arguments.log.as_deref())?;
    if let Some(chosen) = chosen {
        eprintln!("{chosen}");
    }
    let trained = train(&mut run, &events, &mut output);
    let temperatures = match &trained {
        Ok(()) if arguments.calibrate => run.calibrate()?,
        _ => IndexMap::new(),
    };
    // Saved also after a divergence, with the last good parameters, and if the printout or the log could not be written.
    if let Some(out) = &arguments.out {
        save(out, run.trainer(), &encoder.tokenizer, &recipe)?;
    }
    trained?;
    for (task, TaskTemperature { temperature, ece_before, ece_after }) in temperatures {
        let line = format!("{task} Temperature: {temperature:.2}, ECE: {ece_before:.2} before, {ece_after:.2} with it");
        writeln!(std::io::stdout(), "{line}")?;
    }
    Ok(())
}

/// The sentences of a run.
pub struct Sentences {
    pub data: Dataset,
    pub validation: Option<Dataset>,
    /// What was assumed to read their files.
    pub notes: Vec<Message>,
}

/// Reads a recipe's sentences, and writes into the recipe which columns of the file they are.
pub fn sentences(recipe: &mut Recipe) -> Result<Sentences> {
    let mut notes = Vec::new();
    let mut text = None;
    let data = Dataset::from_recipe(recipe, |file| {
        let mut table = files::table(file, &Columns::of_training(file, &recipe.tasks))?;
        notes.append(&mut table.notes);
        text = Some(table.text.clone());
        Ok(table)
    })?;
    if let Source::File(file) = &mut recipe.data {
        file.text.clone_from(&text);
        if recipe.tasks.is_empty() {
            let named = |task: &Task| Task { name: task.name.clone(), labels: Vec::new() };
            recipe.tasks = data.tasks.iter().map(named).collect();
        }
    }
    let mut validation = None;
    if let Some(Validation::File(file)) = &mut recipe.validation {
        file.text = file.text.take().or(text);
        let mut table = files::table(file, &Columns::of_evaluation(file, &data.tasks))?;
        notes.append(&mut table.notes);
        file.text = Some(table.text.clone());
        validation = Some(Dataset::from_table(&table, &data.tasks)?);
    }
    Ok(Sentences { data, validation, notes })
}

/// Chooses the settings that no flag gives for the user's own data. Returns what they are; `None` for a preset or a recipe, which
/// have their own.
pub fn choose_settings(
    arguments: &TrainArguments,
    recipe: &mut Recipe,
    sentences: &Sentences,
    encoder: &EncoderFiles,
) -> Result<Option<Message>> {
    if arguments.data.is_none() {
        return Ok(None);
    }
    let config = encoder.named(parse_config(&encoder.config))?;
    let max_length = (recipe.training.max_length as usize).min(config.bert.max_position_embeddings);
    let tokenizer = encoder.named(Tokenizer::from_json(&encoder.tokenizer, max_length, config.bert.vocab_size))?;
    // A sentence that cannot be tokenised is refused when the run is planned.
    let count = |text: &str| tokenizer.encode(text).map_or(0, |encoding| encoding.input_ids.len());
    let Sentences { data, validation, .. } = sentences;
    let sizes = data.sizes(recipe, validation.as_ref(), arguments.model.is_some(), count);
    let max_length = recipe.training.max_length;
    recipe.training = Training { max_length, ..Training::for_data(&sizes) };
    arguments.set_training(recipe)?;
    if arguments.warmup.is_none() {
        recipe.training.warmup = recipe.training.warmup_for(sizes.sentences);
    }
    Ok(Some(recipe.training.summary(&sizes)))
}

/// The inputs of a run with new heads.
pub fn inputs(
    sentences: Sentences,
    encoder: &EncoderFiles,
    context: Context,
    memory_limit: Option<u64>,
) -> Result<Inputs<'_>> {
    let Sentences { data, validation, .. } = sentences;
    let config = encoder.named(parse_config(&encoder.config))?;
    Ok(Inputs { data, validation, config, keep_heads: false, tokenizer: &encoder.tokenizer, context, memory_limit })
}

/// Trains to the end and shows the events as long as they can be shown. Returns the first error.
fn train(run: &mut Run, prelude: &[Event], output: &mut Output) -> Result<()> {
    let mut shown = Ok(());
    let mut show = |events: &[Event]| {
        for event in events {
            if shown.is_ok() {
                shown = output.show(event);
            }
        }
    };
    show(prelude);
    let mut trained = Ok(());
    while !run.is_finished() && trained.is_ok() {
        match run.advance(&[]) {
            Ok(events) => show(&events),
            Err(error) => trained = Err(error),
        }
    }
    if let Err(error) = trained {
        // The run's own error matters more than one in writing the log. It says what to try, as the verdicts do.
        let _ = run.verdicts().into_iter().try_for_each(|verdict| output.log(&Event::Verdict(verdict)));
        let _ = output.log(&Event::Error(error.message().clone()));
        return Err(error.into());
    }
    shown
}

/// Sets the recipe's tasks to those of a saved model: all of them, or those that the recipe names. Their labels must be the
/// same.
fn continue_tasks(recipe: &mut Recipe, saved: &[Task]) -> Result<()> {
    if recipe.tasks.is_empty() {
        recipe.tasks = saved.to_vec();
    }
    for task in &mut recipe.tasks {
        let Some(known) = saved.iter().find(|known| known.name == task.name) else { continue };
        if task.labels.is_empty() {
            task.labels.clone_from(&known.labels);
        } else if task.labels != known.labels {
            return Err(format!(
                "--model: its task {:?} has the labels {}, and the recipe has {}; a head can only go on with its own",
                task.name,
                quoted(&known.labels),
                quoted(&task.labels)
            )
            .into());
        }
    }
    let dropped: Vec<&str> = saved
        .iter()
        .map(|known| known.name.as_str())
        .filter(|name| recipe.tasks.iter().all(|task| task.name != *name))
        .collect();
    if !dropped.is_empty() {
        eprintln!("Warning: the model's heads that are not trained on are left out: {}", quoted(dropped));
    }
    Ok(())
}

fn save(out: &Path, trainer: &Trainer, tokenizer: &[u8], recipe: &Recipe) -> Result<()> {
    let model = trainer.to_files()?;
    files::write_all(
        out,
        &[
            ("tokenizer.json", tokenizer),
            ("config.json", &model.config),
            ("recipe.json", &serde_json::to_vec_pretty(recipe)?),
            ("model.safetensors", &model.weights),
        ],
    )
}
