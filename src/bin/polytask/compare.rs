//! `polytask compare`: several weightings and seeds on the same sentences, beside baselines.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use polytask::compare::ComparisonRuns;
use polytask::compute::Context;
use polytask::error::Message;
use polytask::protocol::{Compared, Comparison, ComparisonRow, Contender, Evaluation, Event, Gain, Spread};
use polytask::recipe::{Recipe, Validation, Weighting};
use polytask::run::{Plan, Run};
use polytask::train::{Sentences, check_same_on_all};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::arguments::{TrainArguments, name_of, weighting_named};
use crate::device::Device;
use crate::encoders::{self, EncoderFiles};
use crate::files::Log;
use crate::processes::{Processes, note};
use crate::reading::{self, Sources};
use crate::{Result, device, memory, train};

#[derive(Debug, Args)]
pub struct CompareArguments {
    /// The weightings to compare, comma-separated, or `all` [default: sum,uncertainty,pcgrad].
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    weightings: Vec<String>,
    /// The seeds that each of them trains with, comma-separated [default: 0,1,2].
    #[arg(long, value_name = "N,N", value_delimiter = ',')]
    seeds: Vec<u64>,
    /// The settings that all runs share.
    #[command(flatten)]
    train: TrainArguments,
}

pub fn run(arguments: CompareArguments) -> Result<()> {
    let processes = Processes::start()?;
    let prepared = processes.agree(Prepared::new(&arguments, &processes));
    let compared = prepared.and_then(|prepared| prepared.run(arguments.train.log.as_deref(), &processes));
    processes.end(compared)
}

/// A comparison whose settings and inputs have been checked.
struct Prepared {
    compare: ComparisonRuns,
    directory: PathBuf,
    /// The device and threads of all runs together.
    context: Context,
    at_a_time: usize,
    memory_limit: Option<u64>,
    /// The settings that were chosen.
    chosen: Option<Message>,
    /// Settings and hashes that must be the same in all processes.
    settings: Value,
}

/// How a run ended: its evaluations, or why there are none.
#[derive(Serialize, Deserialize)]
struct Ended {
    run: usize,
    seconds: f64,
    evaluations: std::result::Result<Vec<Evaluation>, Message>,
}

impl Prepared {
    fn new(arguments: &CompareArguments, processes: &Processes) -> Result<Self> {
        let CompareArguments { weightings, seeds, train: common } = arguments;
        let misplaced = [
            (common.model.is_some(), "--model: every run of a comparison starts from an encoder; give --encoder"),
            (common.out.is_some(), "--out: a comparison saves no model; train the weighting that you choose"),
            (common.seed.is_some(), "--seed: a comparison has several; give --seeds"),
            (common.weighting.is_some(), "--weighting: a comparison has several; give --weightings"),
        ];
        if let Some((_, why)) = misplaced.into_iter().find(|(is, _)| *is) {
            return Err(why.into());
        }
        let mut recipe = common.to_recipe()?;
        if recipe.validation_fraction() == 0.0 && !matches!(recipe.validation, Some(Validation::File(_))) {
            return Err("validation_fraction: a comparison is made on held-out sentences, and there are none".into());
        }
        let weightings = match weightings.as_slice() {
            [] => vec![Weighting::Sum, Weighting::Uncertainty, Weighting::Pcgrad],
            [all] if all == "all" => Weighting::ALL.to_vec(),
            names => names.iter().map(|name| weighting_named("weightings", name)).collect::<Result<_>>()?,
        };
        let seeds = if seeds.is_empty() { vec![0, 1, 2] } else { seeds.clone() };
        let context = device::context(common.device.as_deref(), common.threads, Some(processes))?;
        let directory = encoders::locate(&recipe.encoder)?;
        let encoder = EncoderFiles::read(&directory)?;
        let sources = Sources::default();
        let read = reading::read(&mut recipe, &sources, &encoder, &context)?;
        for message in &read.notes {
            note(format!("Warning: {message}"));
        }
        encoders::take_declared_pooling(&encoder, common.gives_pooling()?, &mut recipe.pooling);
        let chosen = train::choose_settings(common, &mut recipe, &read)?;
        let tasks: Vec<String> = read.sentences.data().tasks.iter().map(|task| task.name.clone()).collect();
        let hashes = [Some(&read.sentences), read.validation.as_ref()].map(|of| of.map(Sentences::hash));
        let settings = json!({
            "version": env!("CARGO_PKG_VERSION"), "training": &recipe.training, "pooling": recipe.pooling, "sentences": hashes,
            "--weightings": &weightings, "--seeds": &seeds,
        });
        // Each run reads them again.
        drop(read);
        drop(sources);
        let compare = ComparisonRuns::new(&recipe, &tasks, &weightings, &seeds)?;

        // On the CPU each run has one core: several runs side by side need not wait for each other's threads.
        let cores = if context.device().is_cpu() { context.cpu().threads() } else { 1 };
        let at_a_time = cores.min(compare.runs().len().div_ceil(processes.ranks().size()));
        let sharers = (at_a_time * processes.on_this_host()) as u64;
        let memory_limit = memory::available(context.device()).map(|bytes| bytes / sharers);
        let prepared = Self { compare, directory, context, at_a_time, memory_limit, chosen, settings };
        // Wrong settings are reported before the first run. A task alone may have no held-out sentence to be judged by: that is
        // reported in its row.
        for planned in prepared.compare.runs().iter().take(1 + tasks.len() + weightings.len()) {
            let planning = prepared.plan(&planned.recipe, &EncoderFiles::read(&prepared.directory)?);
            if planned.contender != Contender::SingleTask {
                planning?;
            }
        }
        Ok(prepared)
    }

    /// Runs this process's share of the comparison; the first process prints all.
    fn run(self, log: Option<&Path>, processes: &Processes) -> Result<()> {
        let ranks = processes.ranks();
        check_same_on_all(ranks, &self.settings)?;
        if let Some(chosen) = &self.chosen {
            note(chosen);
        }
        let runs = self.compare.runs().to_vec();
        let output = match processes.is_first() {
            true => ComparisonOutput::new(runs.len(), log).map(Some),
            false => Ok(None),
        };
        let shown = Mutex::new((self.compare.clone(), processes.agree(output)?));
        let share: Vec<usize> = (ranks.rank()..runs.len()).step_by(ranks.size()).collect();
        let (next, ended) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        let worker = || -> std::result::Result<(), String> {
            while let Some(&i) = share.get(next.fetch_add(1, Ordering::Relaxed)) {
                let start = Instant::now();
                let evaluations = self.evaluations_of(&runs[i].recipe).map_err(|error| message_of(error.as_ref()));
                let one = Ended { run: i, seconds: start.elapsed().as_secs_f64(), evaluations };
                if processes.is_first() {
                    let (compare, output) = &mut *shown.lock().map_err(|e| e.to_string())?;
                    show(compare, output, one)?;
                } else {
                    ended.lock().map_err(|e| e.to_string())?.push(one);
                }
            }
            Ok(())
        };
        let done = std::thread::scope(|scope| -> Result<()> {
            let workers: Vec<_> = (0..self.at_a_time).map(|_| scope.spawn(worker)).collect();
            for worker in workers {
                worker.join().map_err(|_| "compare: a run panicked")??;
            }
            Ok(())
        });
        processes.agree(done)?;
        let all = ranks.gather(&serde_json::to_vec(&ended.into_inner()?)?)?;
        let (mut compare, mut output) = shown.into_inner()?;
        if processes.is_first() {
            for of_rank in &all[1..] {
                for one in serde_json::from_slice::<Vec<Ended>>(of_rank)? {
                    show(&mut compare, &mut output, one)?;
                }
            }
        }
        match output {
            Some(output) => output.end(&compare.table()),
            None => Ok(()),
        }
    }

    fn evaluations_of(&self, recipe: &Recipe) -> Result<Vec<Evaluation>> {
        let mut encoder = EncoderFiles::read(&self.directory)?;
        let plan = self.plan(recipe, &encoder)?;
        let weights = encoder.read_weights(plan.wanted())?;
        let (mut run, _) = encoder.named(Run::start(plan, weights))?;
        let mut evaluations = Vec::new();
        while !run.is_finished() {
            evaluations.extend(run.advance(&[])?.into_iter().filter_map(|event| match event {
                Event::Evaluation(evaluation) => Some(evaluation),
                _ => None,
            }));
        }
        Ok(evaluations)
    }

    fn plan(&self, recipe: &Recipe, encoder: &EncoderFiles) -> Result<Plan> {
        let context = if self.at_a_time > 1 { Context::new(Device::Cpu, 1) } else { self.context.clone() };
        // The seed may decide the sentences' labels.
        let mut recipe = recipe.clone();
        let sources = Sources::default();
        let read = reading::read(&mut recipe, &sources, encoder, &context)?;
        let inputs = train::inputs(read, encoder, context, self.memory_limit)?;
        encoder.named(Plan::of_encoded(recipe, inputs))
    }
}

/// Takes a run's result into the comparison, and shows it.
fn show(
    compare: &mut ComparisonRuns,
    output: &mut Option<ComparisonOutput>,
    ended: Ended,
) -> std::result::Result<(), String> {
    let compared = match ended.evaluations {
        Ok(evaluations) => compare.finish(ended.run, &evaluations),
        Err(why) => compare.fail(ended.run, why),
    };
    match output {
        Some(output) => output.show(compared, ended.seconds).map_err(|e| e.to_string()),
        None => Ok(()),
    }
}

/// A run's error for the log, with its code where it comes from the library.
fn message_of(error: &(dyn std::error::Error + 'static)) -> Message {
    error.downcast_ref().map_or_else(|| Message::unexpected(&error), |error: &polytask::Error| error.message().clone())
}

/// A progress bar on a terminal's stderr, JSON lines in the log, the table on stdout.
struct ComparisonOutput {
    bar: ProgressBar,
    log: Option<Log>,
}

impl ComparisonOutput {
    fn new(runs: usize, log: Option<&Path>) -> Result<Self> {
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(runs as u64) } else { ProgressBar::hidden() };
        bar.set_style(ProgressStyle::with_template("{bar:30} run {pos}/{len}, {eta} left  {msg}")?);
        Ok(Self { bar, log: log.map(|path| Log::open(path, 0)).transpose()? })
    }

    fn show(&mut self, compared: Compared, seconds: f64) -> Result<()> {
        let name = title(&compared.contender);
        if let Some(why) = &compared.failure {
            self.bar.suspend(|| note(format!("Warning: {name}, seed {}: {why}", compared.seed)));
        }
        self.bar.set_message(format!("{name}, seed {}", compared.seed));
        self.bar.inc(1);
        let mut line = serde_json::to_value(Event::Compared(compared))?;
        // The library has no clock: the command adds the seconds that a run took.
        line["seconds"] = seconds.into();
        self.log(&line)
    }

    fn end(mut self, table: &Comparison) -> Result<()> {
        self.bar.finish_and_clear();
        self.log(&serde_json::to_value(Event::Comparison(table.clone()))?)?;
        write_table(&mut std::io::stdout().lock(), table)?;
        self.log.as_ref().map_or(Ok(()), Log::end)
    }

    fn log(&mut self, line: &serde_json::Value) -> Result<()> {
        self.log.as_mut().map_or(Ok(()), |log| log.add(line))
    }
}

fn title(contender: &Contender) -> String {
    match contender {
        Contender::Majority => "commonest class".into(),
        Contender::LinearProbe => "linear probe".into(),
        Contender::SingleTask => "single tasks".into(),
        Contender::Weighting(weighting) => name_of(*weighting),
    }
}

/// One row per contender: each task's accuracy and macro-F1 on the held-out sentences, and Δm.
fn write_table(out: &mut impl Write, table: &Comparison) -> Result<()> {
    let Comparison { seeds, tasks, rows } = table;
    let plural = if seeds.len() == 1 { "" } else { "s" };
    writeln!(out, "Held-out accuracy (macro-F1), mean ± deviation over {} seed{plural}; Δm in %", seeds.len())?;
    let mut cells = vec![std::iter::once(String::new()).chain(tasks.iter().cloned()).chain(["Δm".into()]).collect()];
    for row in rows {
        let ComparisonRow { contender, finished, accuracy, macro_f1, delta_m, .. } = row;
        let mut name = title(contender);
        if *finished < seeds.len() {
            name += &format!(" ({finished} of {} seeds)", seeds.len());
        }
        let share = |Spread { mean, deviation }: &Spread| format!("{mean:.3} ± {deviation:.3}");
        let cell = |task: &String| match (accuracy.get(task), macro_f1.get(task)) {
            (Some(accuracy), Some(f1)) => format!("{} ({:.3})", share(accuracy), f1.mean),
            _ => "–".into(),
        };
        let delta = delta_m.map_or("–".into(), |Spread { mean, deviation }| format!("{mean:+.1} ± {deviation:.1}"));
        cells.push(std::iter::once(name).chain(tasks.iter().map(cell)).chain([delta]).collect::<Vec<String>>());
    }
    let width = |column: usize| cells.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..tasks.len() + 2).map(width).collect();
    for row in &cells {
        let line: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}")).collect();
        writeln!(out, "{}", line.join("  ").trim_end())?;
    }
    for row in rows {
        if let Some(gain) = row.gain {
            writeln!(out, "{}", sharing(&title(&row.contender), gain, row.finished))?;
        }
    }
    Ok(())
}

/// Whether sharing the encoder helps, in one sentence.
fn sharing(name: &str, gain: Gain, seeds: usize) -> String {
    let points = |share: f64| format!("{:+.1}", share * 100.0);
    let Some([lowest, highest]) = gain.interval else {
        return format!(
            "Does sharing help with {name}? {} points of accuracy over each task alone; one seed cannot tell, try --seeds 0,1,2",
            points(gain.mean)
        );
    };
    let verdict = match gain.is_clear() {
        Some(true) => "yes",
        Some(false) => "no, it hurts",
        None => "not clear",
    };
    format!(
        "Does sharing help with {name}? {verdict}: {} points of accuracy over each task alone ({} to {} with 95 % confidence, \
         {seeds} seeds)",
        points(gain.mean),
        points(lowest),
        points(highest)
    )
}
