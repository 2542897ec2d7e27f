//! `polytask predict`: a saved model's answers for sentences, a file, or standard input as it comes.

mod answers;
mod fields;
mod input;
mod layout;
mod lines;
mod object;
mod records;
mod utf16;
mod whole;

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use polytask::train::{Prediction, predict};

use crate::Result;
use crate::files::Unfinished;
use crate::saved::{Saved, SavedArguments, trained_text_column};
use answers::{Answers, Style};
use input::Input;
use layout::{Format, Layout, Wanted};
use lines::Fault;
use records::{Record, Row};

#[derive(Debug, Args)]
pub struct PredictArguments {
    #[command(flatten)]
    saved: SavedArguments,
    /// The sentences; without any and without --data, standard input.
    sentences: Vec<String>,
    /// Classify the rows of this CSV, TSV, JSON or JSONL file, or the lines of a .txt file; - is standard input.
    #[arg(long, value_name = "F", conflicts_with = "sentences")]
    data: Option<PathBuf>,
    /// The column that holds the sentences [default: as in training].
    #[arg(long, value_name = "COL", conflicts_with = "sentences")]
    text: Option<String>,
    /// How the rows are written [default: by the file's ending; of standard input, by its first line].
    #[arg(long, value_name = "NAME", conflicts_with = "sentences")]
    format: Option<Format>,
    /// Write the rows with their answers to this .csv, .tsv or .jsonl file instead of standard output.
    #[arg(long, value_name = "F", conflicts_with = "json")]
    out: Option<PathBuf>,
    /// Print one JSON object a sentence.
    #[arg(long)]
    json: bool,
    /// Leave an answer blank if its probability is below X, in 0..=1.
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    threshold: Option<f64>,
    /// Write the probabilities of all classes.
    #[arg(long)]
    probabilities: bool,
}

/// How many rows are read, classified and written at a time.
const CHUNK: usize = 1024;

pub fn run(arguments: PredictArguments) -> Result<()> {
    let PredictArguments { saved, sentences, data, text, format, out, json, threshold, probabilities } = arguments;
    if let Some(x) = threshold.filter(|x| !(0.0..=1.0).contains(x)) {
        return Err(format!("--threshold: {x} is not in 0..=1; give a probability").into());
    }
    let out_format = out.as_deref().map(format_of).transpose()?;
    let wanted = Wanted {
        format,
        quoting: true,
        text,
        trained: trained_text_column(&saved.model).unwrap_or_else(|| "text".into()),
    };
    let saved = Saved::open(&saved)?;
    let input = match &data {
        Some(path) if path != Path::new("-") => Input::file(path, &wanted)?,
        None if !sentences.is_empty() => Input::sentences(sentences, &wanted.trained),
        _ => Input::standard_input(&wanted)?,
    };
    let style = match out_format {
        Some(format) if format == input.layout.format => Style::Table(input.layout),
        Some(format) => Style::Table(Layout::new(format)),
        None if json => Style::Json,
        None if input.layout.format == Format::Lines => Style::People,
        None => Style::Table(input.layout),
    };
    let output = match &out {
        Some(path) => Output::File(Unfinished::create(path).map_err(|e| format!("--out: {e}"))?),
        None => Output::Standard,
    };
    let answers = Answers::new(style, threshold, probabilities, &saved.tasks, input.columns.clone());
    classify(&saved, input, &answers, output)
}

/// The format that the ending of `--out` asks for.
fn format_of(out: &Path) -> Result<Format> {
    let wrong = || format!("--out: {}: its ending must be .csv, .tsv or .jsonl", out.display());
    Ok(Format::of_name(&out.display().to_string()).ok_or_else(wrong)?)
}

/// Where answers go.
enum Output {
    Standard,
    File(Unfinished),
}

impl Output {
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Standard => {
                let mut out = std::io::stdout().lock();
                out.write_all(bytes)?;
                Ok(out.flush()?)
            }
        }
    }
}

/// Classifies the rows, a chunk at a time. Those that are still coming are answered as soon as they are there.
fn classify(saved: &Saved, input: Input, answers: &Answers, mut output: Output) -> Result<()> {
    let Input { name, layout, rows, length, .. } = input;
    let bar = progress(length.filter(|_| matches!(output, Output::File(_)) || !std::io::stdout().is_terminal()))?;
    let (send, coming) = sync_channel(CHUNK);
    // It may be waiting for a row when the command ends, and nobody waits for it.
    std::thread::spawn(move || {
        for row in rows {
            if send.send(row).is_err() {
                break;
            }
        }
    });
    output.write(&answers.header()?)?;
    let (mut seen, mut unreadable) = (0, Vec::new());
    while let Some((chunk, fault)) = next_chunk(&coming, length.is_some()) {
        unreadable
            .extend(chunk.iter().filter(|record| matches!(record.row, Row::Unreadable(_))).map(|record| record.line));
        let rows = chunk.len();
        seen += rows;
        let written = answers.rows(&with_predictions(saved, chunk)?).map_err(|e| format!("{name}, {e}"))?;
        output.write(&written)?;
        bar.inc(rows as u64);
        if let Some(fault) = fault {
            return Err(format!("{name}, {fault}").into());
        }
    }
    bar.finish_and_clear();
    if seen == 0 && layout.format == Format::Lines {
        return Err("predict: there is no sentence; give some as arguments or one a line on standard input".into());
    }
    if !unreadable.is_empty() {
        return Err(refuse_unreadable(&name, &unreadable).into());
    }
    match output {
        Output::File(file) => file.finish(),
        Output::Standard => Ok(()),
    }
}

/// A bar for `rows` rows on a terminal; hidden without a number.
fn progress(rows: Option<u64>) -> Result<ProgressBar> {
    let bar = match rows {
        Some(rows) if std::io::stderr().is_terminal() => ProgressBar::new(rows),
        _ => ProgressBar::hidden(),
    };
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} rows, {per_sec}, {eta} left")?);
    Ok(bar)
}

/// The next rows up to one that cannot be read: a whole chunk of them, or those that are there already and at least one.
/// `None` at the end.
fn next_chunk(
    coming: &Receiver<std::result::Result<Record, Fault>>,
    whole: bool,
) -> Option<(Vec<Record>, Option<Fault>)> {
    let mut chunk = Vec::new();
    let mut next = coming.recv().ok();
    next.as_ref()?;
    while let Some(record) = next {
        match record {
            Ok(record) => chunk.push(record),
            Err(fault) => return Some((chunk, Some(fault))),
        }
        next = match chunk.len() < CHUNK {
            true if whole => coming.recv().ok(),
            true => coming.try_recv().ok(),
            false => None,
        };
    }
    Some((chunk, None))
}

/// Each row with its prediction; none for a blank sentence.
fn with_predictions(saved: &Saved, rows: Vec<Record>) -> Result<Vec<(Record, Option<Prediction>)>> {
    let is_blank = |record: &Record| record.text.trim().is_empty();
    let texts: Vec<String> = rows.iter().filter(|record| !is_blank(record)).map(|record| record.text.clone()).collect();
    let mut predictions = predict(&saved.model, &saved.tokenizer, &saved.tasks, &texts)?.into_iter();
    let with = |record: Record| {
        let prediction = if is_blank(&record) { None } else { predictions.next() };
        (record, prediction)
    };
    Ok(rows.into_iter().map(with).collect())
}

/// How many lines a sentence lists before it only counts the others.
const LISTED: usize = 10;

/// The error of lines of a stream that are not text. The other lines were answered.
fn refuse_unreadable(name: &str, lines: &[usize]) -> String {
    let listed: Vec<String> = lines.iter().take(LISTED).map(usize::to_string).collect();
    let more = lines.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(", … (+{more})") } else { String::new() };
    let (s, it_is) = if lines.len() == 1 { ("", "it is") } else { ("s", "they are") };
    format!(
        "{name}, line{s} {}{more}: {it_is} not UTF-8 text and got no answer; convert the text to UTF-8",
        listed.join(", ")
    )
}
