//! `polytask evaluate` and `polytask predict`: a saved model on new sentences.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::Args;
use polytask::data::Dataset;
use polytask::model::{Loading, Model, Wanted, parse_config};
use polytask::protocol::TaskMetrics;
use polytask::random::Stream;
use polytask::recipe::{DataFile, Freeze, Task};
use polytask::text::Tokenizer;
use polytask::train::{evaluate as evaluate_model, predict as predict_sentences};

use crate::encoders::EncoderFiles;
use crate::{Result, device, files};

#[derive(Debug, Args)]
pub struct EvaluateArguments {
    #[command(flatten)]
    saved: SavedArguments,
    /// A CSV, TSV or JSONL file with the model's tasks as columns.
    #[arg(long, value_name = "F")]
    data: PathBuf,
    /// The column that holds the sentences.
    #[arg(long, value_name = "COL", default_value = "text")]
    text: String,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct PredictArguments {
    #[command(flatten)]
    saved: SavedArguments,
    /// The sentences; without any, one a line from standard input.
    sentences: Vec<String>,
    /// Print one JSON object a sentence.
    #[arg(long)]
    json: bool,
}

/// The saved model, and how to run it.
#[derive(Debug, Args)]
struct SavedArguments {
    /// A model saved by `train --out`.
    #[arg(long, value_name = "DIR")]
    model: PathBuf,
    /// Cut sentences to this many tokens [default: as in training].
    #[arg(long, value_name = "N")]
    max_length: Option<usize>,
    /// cpu or cuda [default: cuda if it is built in and there is one, else cpu].
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
    /// Threads on the CPU [default: all cores].
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// A model with its tokeniser and tasks.
struct Saved {
    model: Model,
    tokenizer: Tokenizer,
    tasks: Vec<Task>,
}

impl Saved {
    fn open(arguments: &SavedArguments) -> Result<Self> {
        let SavedArguments { model: directory, max_length, device, threads } = arguments;
        let context = device::context(device.as_deref(), *threads)?;
        let mut encoder = EncoderFiles::read(directory)?;
        let config = encoder.named(parse_config(&encoder.config))?;
        let polytask = config
            .polytask
            .clone()
            .ok_or_else(|| format!("--model: {} was not saved by polytask; it has no heads", directory.display()))?;
        let positions = config.bert.max_position_embeddings;
        let trained = polytask.max_length.map_or(positions, |n| n as usize);
        let max_length = max_length.unwrap_or(trained);
        if !(3..=positions).contains(&max_length) {
            return Err(format!("--max-length: {max_length} is not in 3..={positions}").into());
        }
        let weights = encoder.read_weights(Wanted::new(&config.bert, polytask.pooling, &polytask.tasks))?;
        let loading = Loading {
            freeze: Freeze::Encoder,
            pooling: polytask.pooling,
            word_rows: None,
            positions: None,
            keep_heads: true,
            context: &context,
        };
        for task in &polytask.tasks {
            let name = format!("heads.{}.weight", task.name);
            if !weights.has(&name) {
                return Err(
                    format!("{}: encoder: model.safetensors: tensor {name:?} is missing", directory.display()).into()
                );
            }
        }
        let mut unused = Stream::new(0, "init");
        let model = encoder.named(Model::load(&config, weights, &polytask.tasks, &loading, &mut unused))?;
        let tokenizer = encoder.named(Tokenizer::from_json(&encoder.tokenizer, max_length, config.bert.vocab_size))?;
        Ok(Self { model, tokenizer, tasks: polytask.tasks })
    }
}

pub fn evaluate(arguments: EvaluateArguments) -> Result<()> {
    let saved = Saved::open(&arguments.saved)?;
    let file = DataFile { path: arguments.data.display().to_string(), text: arguments.text };
    let data = Dataset::from_table(&files::table(&file)?, &saved.tasks)?;
    let figures = evaluate_model(&saved.model, &saved.tokenizer, &data)?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        serde_json::to_writer(&mut out, &figures)?;
        writeln!(out)?;
        return Ok(());
    }
    for (i, (task, metrics)) in saved.tasks.iter().zip(figures.values()).enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        write_figures(&mut out, task, metrics.as_ref())?;
    }
    Ok(())
}

fn write_figures(out: &mut impl Write, task: &Task, metrics: Option<&TaskMetrics>) -> Result<()> {
    let Some(TaskMetrics { accuracy, interval: [low, high], macro_f1, loss, calibration, confusion }) = metrics else {
        return Ok(writeln!(out, "{}: no labels", task.name)?);
    };
    let ece = calibration.as_ref().map(|calibration| format!(", ECE: {:.2}", calibration.ece)).unwrap_or_default();
    writeln!(
        out,
        "{} Accuracy: {accuracy:.2}, Macro-F1: {macro_f1:.2}, Loss: {loss:.4}, 95 % interval: {low:.2} to {high:.2}{ece}",
        task.name
    )?;
    let width = task.labels.iter().map(|label| label.chars().count()).max().unwrap_or(0).max(5);
    let head: String = task.labels.iter().map(|label| format!("  {label:>width$}")).collect();
    writeln!(out, "{:width$}{head}   (columns: predicted)", "")?;
    for (label, row) in task.labels.iter().zip(confusion) {
        let cells: String = row.iter().map(|n| format!("  {n:>width$}")).collect();
        writeln!(out, "{label:width$}{cells}")?;
    }
    Ok(())
}

pub fn predict(arguments: PredictArguments) -> Result<()> {
    let saved = Saved::open(&arguments.saved)?;
    let mut sentences = arguments.sentences;
    if sentences.is_empty() {
        for line in std::io::stdin().lock().lines() {
            let line = line.map_err(|e| format!("standard input: cannot be read: {e}"))?;
            if !line.trim().is_empty() {
                sentences.push(line);
            }
        }
    }
    if sentences.is_empty() {
        return Err("predict: there is no sentence; give some as arguments or one a line on standard input".into());
    }
    let mut out = std::io::stdout().lock();
    for prediction in predict_sentences(&saved.model, &saved.tokenizer, &saved.tasks, &sentences)? {
        if arguments.json {
            serde_json::to_writer(&mut out, &prediction)?;
            writeln!(out)?;
            continue;
        }
        writeln!(out, "{}", prediction.text)?;
        for (task, (name, answer)) in saved.tasks.iter().zip(&prediction.tasks) {
            let shares: Vec<String> =
                task.labels.iter().zip(&answer.probabilities).map(|(label, p)| format!("{label} {p:.2}")).collect();
            writeln!(out, "  {name}: {} ({})", answer.label, shares.join(", "))?;
        }
    }
    Ok(())
}
