//! `polytask train`.

use std::io::Write;
use std::path::Path;

use indexmap::IndexMap;
use polytask::compute::Context;
use polytask::error::{Message, quoted};
use polytask::model::parse_config;
use polytask::protocol::Event;
use polytask::recipe::{Recipe, Task, Training};
use polytask::run::{Plan, Run};
use polytask::train::{EncodedInputs, TaskTemperature, check_same_on_all};
use serde_json::json;

use crate::arguments::TrainArguments;
use crate::checkpoints::{Checkpoints, Stopped};
use crate::encoders::{self, EncoderFiles};
use crate::output::Output;
use crate::processes::{Processes, note};
use crate::reading::{self, RunData, Sources};
use crate::saved::ModelDirectory;
use crate::{Result, device, files, memory};

pub fn run(arguments: TrainArguments) -> Result<()> {
    let processes = Processes::start()?;
    let prepared = processes.agree(prepare(&arguments, &processes));
    let trained = prepared.and_then(|prepared| processes.agree(prepared.train(&arguments, &processes)));
    processes.end(trained)
}

/// A run whose inputs have been read and checked.
struct Prepared {
    run: Run,
    /// Its first events.
    events: Vec<Event>,
    recipe: Recipe,
    /// The encoder's `tokenizer.json`.
    tokenizer: Vec<u8>,
    /// The settings that were chosen.
    chosen: Option<Message>,
}

fn prepare(arguments: &TrainArguments, processes: &Processes) -> Result<Prepared> {
    let mut recipe = arguments.to_recipe()?;
    let context = device::context(arguments.device.as_deref(), arguments.threads, Some(processes))?;
    let directory = match &arguments.model {
        Some(model) => ModelDirectory::open(model)?,
        None => ModelDirectory::open(&encoders::locate(&recipe.encoder)?)?,
    };
    let mut encoder = EncoderFiles::read(&directory)?;
    let config = encoder.named(parse_config(&encoder.config))?;
    if let Some(model) = &arguments.model {
        recipe.encoder = model.display().to_string();
        let saved = config.polytask.as_ref().ok_or_else(|| {
            format!("--model: {} was not saved by polytask; give a bare encoder with --encoder", directory.display())
        })?;
        arguments.go_on_as(saved, &mut recipe)?;
        continue_tasks(&mut recipe, &saved.tasks)?;
    } else {
        encoders::take_declared_pooling(&encoder, arguments.gives_pooling()?, &mut recipe.pooling);
    }
    let limit = memory::available(context.device()).map(|bytes| bytes / processes.on_this_host() as u64);
    let sources = Sources::default();
    let read = reading::read(&mut recipe, &sources, &encoder, &context)?;
    let chosen = choose_settings(arguments, &mut recipe, &read)?;
    let notes: Vec<Event> = read.notes.iter().cloned().map(Event::Warning).collect();
    let mut inputs = inputs(read, &encoder, context, limit)?;
    inputs.keep_heads = arguments.model.is_some();
    let plan = encoder.named(Plan::of_encoded(recipe.clone(), inputs))?;
    // From here on training needs only the token ids.
    drop(sources);
    let weights = encoder.read_weights(plan.wanted())?;
    let (run, mut events) = encoder.named(Run::start(plan, weights))?;
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
    if let (Some(out), true) = (&arguments.out, processes.is_first()) {
        files::try_directory(out).map_err(|e| format!("--out: {e}"))?;
    }
    Ok(Prepared { run, events, recipe, tokenizer: encoder.tokenizer, chosen })
}

impl Prepared {
    /// Trains, and saves the model.
    fn train(self, arguments: &TrainArguments, processes: &Processes) -> Result<()> {
        let Self { mut run, mut events, recipe, tokenizer, chosen } = self;
        run.join(processes.ranks_on(run.trainer().model().context().device())?)?;
        let out = arguments.out.as_deref();
        // All ranks need these flags: each takes part in what they ask for.
        let flags = json!({ "--calibrate": arguments.calibrate, "--out": out.is_some(), "--resume": arguments.resume });
        check_same_on_all(processes.ranks(), &flags)?;
        let checkpoints = out.map(|out| Checkpoints::new(out, arguments.checkpoint_every, processes));
        let resumed = match &checkpoints {
            Some(checkpoints) if arguments.resume => processes.agree(checkpoints.resume(&mut run))?,
            _ => None,
        };
        let output = match processes.is_first() {
            true => Output::new(arguments.log.as_deref(), resumed.unwrap_or(0)),
            false => Ok(Output::silent()),
        };
        let mut output = processes.agree(output)?;
        if let Some(chosen) = chosen {
            note(chosen);
        }
        if resumed.is_some() {
            output.goes_on(&events, run.trainer().steps());
            events.clear();
        }
        let trained = train(&mut run, &events, &mut output, checkpoints.as_ref(), processes);
        if trained.as_ref().is_err_and(|error| error.is::<Stopped>()) {
            return trained;
        }
        let temperatures = match processes.any(trained.is_err())? {
            false if arguments.calibrate => run.calibrate()?,
            _ => IndexMap::new(),
        };
        if !processes.is_first() {
            return trained;
        }
        // Saved also after a divergence, with the last good parameters, and if the printout or the log could not be written.
        if let Some(out) = out {
            save(out, &run, &tokenizer, &recipe)?;
        }
        trained?;
        output.end()?;
        for (task, TaskTemperature { temperature, ece_before, ece_after }) in temperatures {
            let line =
                format!("{task} Temperature: {temperature:.2}, ECE: {ece_before:.2} before, {ece_after:.2} with it");
            writeln!(std::io::stdout(), "{line}")?;
        }
        Ok(())
    }
}

/// Chooses the settings that no flag gives for the user's own data. Returns what they are; `None` for a preset or a recipe, which
/// have their own.
pub fn choose_settings(arguments: &TrainArguments, recipe: &mut Recipe, read: &RunData) -> Result<Option<Message>> {
    if arguments.data.is_none() {
        return Ok(None);
    }
    let RunData { sentences, validation, .. } = read;
    let held_out = validation.as_ref().map(|validation| validation.data());
    // A sentence that cannot be tokenised counts none; it is refused when the run is planned.
    let count = |row: usize| sentences.tokens(row);
    let sizes = sentences.data().sizes_by(recipe, held_out, arguments.model.is_some(), count);
    let max_length = recipe.training.max_length;
    recipe.training = Training { max_length, ..Training::for_data(&sizes) };
    arguments.set_training(recipe)?;
    if arguments.warmup.is_none() {
        recipe.training.warmup = recipe.training.warmup_for(sizes.sentences);
    }
    Ok(Some(recipe.training.summary(&sizes)))
}

/// The inputs of a run with new heads.
pub fn inputs<'a>(
    read: RunData<'a>,
    encoder: &EncoderFiles,
    context: Context,
    memory_limit: Option<u64>,
) -> Result<EncodedInputs<'a>> {
    let RunData { sentences, validation, tokenizer, .. } = read;
    let config = encoder.named(parse_config(&encoder.config))?;
    Ok(EncodedInputs { sentences, validation, tokenizer, config, keep_heads: false, context, memory_limit })
}

/// Trains to the end and shows the events.
fn train(
    run: &mut Run,
    prelude: &[Event],
    output: &mut Output,
    checkpoints: Option<&Checkpoints>,
    processes: &Processes,
) -> Result<()> {
    prelude.iter().try_for_each(|event| output.show(event))?;
    let mut trained = Ok(());
    while !run.is_finished() && trained.is_ok() {
        match run.advance(&[]) {
            Ok(events) => {
                events.iter().try_for_each(|event| output.show(event))?;
                if let Some(checkpoints) = checkpoints {
                    checkpoints.after(&events, run, output.logged())?;
                }
            }
            Err(error) => trained = Err(error),
        }
    }
    if let Err(error) = trained {
        // It says what to try, as the verdicts do.
        run.verdicts().into_iter().try_for_each(|verdict| output.log(&Event::Verdict(verdict)))?;
        output.log(&Event::Error(error.message().clone()))?;
        let error = error.into();
        processes.end_all_if_alone_with(&error);
        return Err(error);
    }
    Ok(())
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
        note(format!("Warning: the model's heads that are not trained on are left out: {}", quoted(dropped)));
    }
    Ok(())
}

fn save(out: &Path, run: &Run, tokenizer: &[u8], recipe: &Recipe) -> Result<()> {
    files::write_model(out, &run.model_files(tokenizer, recipe, None)?)
}
