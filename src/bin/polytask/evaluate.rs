//! `polytask evaluate`: a saved model's figures on a labelled file.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use polytask::data::{Columns, FileRows};
use polytask::protocol::TaskMetrics;
use polytask::recipe::{DataFile, Task};
use polytask::train::evaluate_texts;

use crate::Result;
use crate::files::Source;
use crate::processes::note;
use crate::reading::progress;
use crate::saved::{Saved, SavedArguments, trained_text_column};

#[derive(Debug, Args)]
pub struct EvaluateArguments {
    #[command(flatten)]
    saved: SavedArguments,
    /// A CSV, TSV, JSON or JSONL file with the model's tasks, or some of them, as columns.
    #[arg(long, value_name = "F")]
    data: PathBuf,
    /// The column that holds the sentences [default: as in training].
    #[arg(long, value_name = "COL")]
    text: Option<String>,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: EvaluateArguments) -> Result<()> {
    let saved = Saved::open(&arguments.saved)?;
    let text = arguments.text.or_else(|| trained_text_column(&arguments.saved.model));
    let file = DataFile { path: arguments.data.display().to_string(), text };
    let source = Source::open(&file.path)?;
    let rows = FileRows::open(&file.path, &source, &Columns::of_evaluation(&file, &saved.tasks))?;
    let (data, notes) = rows.read(&saved.tasks, &mut |_| {})?;
    for assumed in notes {
        note(format!("Warning: {assumed}"));
    }
    let bar = progress(data.examples.len(), &file.path);
    let figures =
        evaluate_texts(&saved.model, &saved.tokenizer, &data, &rows, &mut |rows| bar.set_position(rows as u64))?;
    bar.finish_and_clear();
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
        return Ok(writeln!(out, "{}: no labelled sentence", task.name)?);
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
