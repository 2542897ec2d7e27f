//! `polytask check`: what is doubtful about a data file, and which of its rows to label next.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use polytask::check::{
    Candidate, Findings, LabelErrors, SentenceVectors, Subject, TaskCounts, check, data_to_label, label_next,
};
use polytask::data::{Columns, Dataset, Place, Row};
use polytask::model::{Loading, Model, Wanted, parse_config};
use polytask::random::Stream;
use polytask::recipe::{DataFile, Freeze, Pooling, Recipe, Task};
use polytask::text::{Encoding, Tokenizer};
use serde::Serialize;

use crate::arguments::{choice, named};
use crate::encoders::{self, EncoderFiles};
use crate::processes::note;
use crate::{Result, device, files};

/// Maximum number of places shown of a finding; `--json` has all.
const SHOWN: usize = 10;

#[derive(Debug, Args)]
pub struct CheckArguments {
    /// A CSV, TSV, JSON or JSONL file, plain or compressed, or Parquet: one column of sentences, one column per task, blank where not labelled.
    #[arg(value_name = "DATA")]
    data: PathBuf,
    /// The column that holds the sentences [default: text, or the only one that can be meant].
    #[arg(long, value_name = "COL")]
    text: Option<String>,
    /// The label columns to check, comma-separated [default: all but the text].
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    tasks: Vec<String>,
    /// A file of held-out sentences with the same columns: reports sentences that are in both.
    #[arg(long, value_name = "F")]
    validation: Option<PathBuf>,
    /// The encoder to look with: a directory or a known name.
    #[arg(long, value_name = "DIR|NAME", default_value_t = Recipe::default().encoder)]
    encoder: String,
    #[arg(long, value_name = "NAME")]
    #[arg(help = choice::<Pooling>("How tokens become a sentence vector", ""))]
    pooling: Option<String>,
    /// Cut sentences to this many tokens.
    #[arg(long, value_name = "N", default_value_t = 128)]
    max_length: usize,
    /// List the N rows to label next, the most useful first, instead of the report.
    #[arg(long, value_name = "N")]
    next: Option<usize>,
    /// Print one JSON object instead of a report.
    #[arg(long)]
    json: bool,
    /// Decides which rows are held out together when label errors are looked for.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// cpu or cuda [default: cuda if it is built in and there is one, else cpu].
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
    /// Threads on the CPU [default: all cores].
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

/// `--json`'s object. Rows in it count from 0; `lines` has the line of each in its file.
#[derive(Serialize)]
struct Json<'a, T> {
    data: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    validation: Option<String>,
    lines: Vec<usize>,
    #[serde(flatten)]
    found: &'a T,
}

#[derive(Serialize)]
struct Next {
    next: Vec<Candidate>,
}

/// The rows of both files, one after the other, for the report.
struct Places {
    rows: Vec<Row>,
    own: usize,
}

pub fn run(arguments: CheckArguments) -> Result<()> {
    let file = |path: &PathBuf, text: Option<String>| DataFile { path: path.display().to_string(), text };
    let chosen: Vec<Task> =
        arguments.tasks.iter().map(|name| Task { name: name.clone(), labels: Vec::new() }).collect();
    let own_file = file(&arguments.data, arguments.text.clone());
    let mut columns = Columns::of_training(&own_file, &chosen);
    columns.blank_tasks = arguments.next.is_some();
    let table = files::table(&own_file, &columns)?;
    table.notes.iter().for_each(|assumed| note(format!("Warning: {assumed}")));
    let text = table.text.clone();
    let mut data = match arguments.next {
        Some(_) => data_to_label(&table, &chosen)?,
        None => Dataset::from_table(&table, &chosen)?,
    };
    let own = data.examples.len();
    let mut places = Places { rows: table.rows, own };
    if let Some(path) = &arguments.validation {
        let file = file(path, Some(text));
        let table = files::table(&file, &Columns::of_evaluation(&file, &data.tasks))?;
        table.notes.iter().for_each(|assumed| note(format!("Warning: {assumed}")));
        data.examples.extend(Dataset::from_table(&table, &data.tasks)?.examples);
        places.rows.extend(table.rows);
    }
    if arguments.next.is_some() && (0..own).all(|row| data.examples[row].labels.iter().count() == data.tasks.len()) {
        let path = arguments.data.display();
        return Err(format!("--next: every row of {path} has a label for each task; there is none to label").into());
    }

    let context = device::context(arguments.device.as_deref(), arguments.threads, None)?;
    let mut encoder = EncoderFiles::read(&encoders::locate(&arguments.encoder)?)?;
    let config = encoder.named(parse_config(&encoder.config))?;
    let positions = config.bert.max_position_embeddings;
    if !(3..=positions).contains(&arguments.max_length) {
        return Err(format!("--max-length: {} is not in 3..={positions}", arguments.max_length).into());
    }
    let tokenizer =
        encoder.named(Tokenizer::from_json(&encoder.tokenizer, arguments.max_length, config.bert.vocab_size))?;
    let encodings = data.examples.iter().map(|e| tokenizer.encode(&e.text)).collect::<polytask::Result<Vec<_>>>()?;
    let given = named::<Pooling>("pooling", &arguments.pooling)?;
    let mut pooling = given.unwrap_or_default();
    encoders::take_declared_pooling(&encoder, given.is_some(), &mut pooling);
    let weights = encoder.read_weights(Wanted::new(&config.bert, pooling, &[]))?;
    let loading = Loading {
        freeze: Freeze::Encoder,
        pooling,
        word_rows: None,
        positions: None,
        keep_heads: false,
        context: &context,
    };
    let model = encoder.named(Model::load(&config, weights, &[], &loading, &mut Stream::new(0, "init")))?;
    let vectors = vectors(&model, &encodings)?;
    let subject = Subject {
        data: &data,
        own,
        encodings: &encodings,
        tokenizer: &tokenizer,
        vectors: vectors.vectors(),
        hidden_size: config.bert.hidden_size,
    };

    let mut out = std::io::stdout().lock();
    if let Some(n) = arguments.next {
        let next = label_next(&subject, n, &context);
        return match arguments.json {
            true => arguments.write_json(&mut out, &places, &Next { next }),
            false => write_next(&mut out, &places, &next),
        };
    }
    let found = check(&subject, arguments.seed, &context);
    match arguments.json {
        true => arguments.write_json(&mut out, &places, &found),
        false => write_report(&mut out, &places, &found),
    }
}

/// The sentences' vectors, with a progress bar on a terminal.
fn vectors(model: &Model, encodings: &[Encoding]) -> Result<SentenceVectors> {
    let bar = match std::io::stderr().is_terminal() {
        true => ProgressBar::new(encodings.len() as u64),
        false => ProgressBar::hidden(),
    };
    bar.set_style(ProgressStyle::with_template("{bar:30} sentence {pos}/{len}, {eta} left")?);
    let mut vectors = SentenceVectors::new(encodings, model.config().bert.hidden_size);
    while !vectors.advance(model, encodings)? {
        bar.set_position(vectors.done() as u64);
    }
    bar.finish_and_clear();
    Ok(vectors)
}

impl CheckArguments {
    fn write_json(&self, out: &mut impl Write, places: &Places, found: &impl Serialize) -> Result<()> {
        let object = Json {
            data: self.data.display().to_string(),
            validation: self.validation.as_ref().map(|path| path.display().to_string()),
            lines: places.rows.iter().map(number).collect(),
            found,
        };
        serde_json::to_writer(&mut *out, &object)?;
        Ok(writeln!(out)?)
    }
}

/// Where a row is in its file.
fn number(row: &Row) -> usize {
    match row.place {
        Place::Line(n) | Place::Sentence(n) => n,
    }
}

impl Places {
    /// `line 7`, and which file if there are two.
    fn at(&self, row: usize) -> String {
        let file = if row < self.own { "" } else { " of the held-out file" };
        format!("line {}{file}", number(&self.rows[row]))
    }

    /// The first 60 characters of a row's text, in quotes.
    fn text(&self, row: usize) -> String {
        let text = &self.rows[row].text;
        match text.char_indices().nth(60) {
            Some((end, _)) => format!("{:?}", format!("{}…", &text[..end])),
            None => format!("{text:?}"),
        }
    }
}

fn write_report(out: &mut impl Write, places: &Places, found: &Findings) -> Result<()> {
    let held_out = match places.rows.len() - places.own {
        0 => String::new(),
        n => format!(", {n} held out"),
    };
    writeln!(out, "{} sentences{held_out}", found.sentences)?;
    for task in &found.tasks {
        write_counts(out, task)?;
    }
    let mut report = Report { out, places, is_clean: true };
    let reading = &found.reading;
    report.rows("with no word that this encoder knows ([UNK])", &reading.only_unknown)?;
    report.rows("with no token at all", &reading.no_token)?;
    report.rows("cut at the maximum length", &reading.cut)?;
    report.rows("without any label", &found.unlabelled)?;
    report.groups("text appears more than once", "texts appear more than once", &found.duplicates)?;
    report.groups("group of near duplicates", "groups of near duplicates", &found.near_duplicates)?;
    report.list(
        "text with different labels for a task",
        "texts with different labels for a task",
        found.contradictions.iter().map(|one| {
            let labelled = one.rows.iter().zip(&one.labels);
            let labelled: Vec<String> = labelled.map(|(&row, label)| format!("{} {label}", places.at(row))).collect();
            format!("{}, {}: {}", places.text(one.rows[0]), one.task, labelled.join(", "))
        }),
    )?;
    report.list(
        "held-out sentence is also in the data",
        "held-out sentences are also in the data",
        found
            .in_both_splits
            .iter()
            .map(|&[row, own]| format!("{} and {}: {}", places.at(row), places.at(own), places.text(row))),
    )?;
    report.list(
        "label looks like another",
        "labels look like others",
        found.look_alikes.iter().map(|pair| format!("{}: {:?} and {:?}", pair.task, pair.label, pair.like)),
    )?;
    report.list(
        "label has a single sentence",
        "labels have a single sentence",
        found.tasks.iter().flat_map(|task| {
            let lone = task.labels.iter().filter(|&(_, &n)| n == 1);
            lone.map(|(label, _)| format!("{}: {label:?}", task.task))
        }),
    )?;
    for errors in &found.label_errors {
        report.label_errors(errors)?;
    }
    if report.is_clean {
        writeln!(report.out, "\nNothing doubtful was found.")?;
    }
    Ok(())
}

/// `topic: 6 labelled, 2 blank` and its labels, the commonest first.
fn write_counts(out: &mut impl Write, counts: &TaskCounts) -> Result<()> {
    let TaskCounts { task, labelled, blank, labels } = counts;
    writeln!(out, "\n{task}: {labelled} labelled, {blank} blank, {} labels", labels.len())?;
    let mut labels: Vec<(&String, &usize)> = labels.iter().collect();
    labels.sort_by_key(|&(_, &n)| std::cmp::Reverse(n));
    for (label, n) in labels.iter().take(SHOWN) {
        writeln!(out, "  {n:>6}  {label}")?;
    }
    if let (Some(more), Some((_, least))) = (labels.len().checked_sub(SHOWN + 1), labels.last()) {
        writeln!(out, "          … and {} more, the rarest with {least}", more + 1)?;
    }
    Ok(())
}

/// The findings of a report, a heading and the first places each.
struct Report<'a, W: Write> {
    out: &'a mut W,
    places: &'a Places,
    is_clean: bool,
}

impl<W: Write> Report<'_, W> {
    /// A heading with the number of `items`, and the first ten of them.
    fn list(&mut self, one: &str, many: &str, items: impl IntoIterator<Item = String>) -> Result<()> {
        let items: Vec<String> = items.into_iter().collect();
        if items.is_empty() {
            return Ok(());
        }
        self.is_clean = false;
        writeln!(self.out, "\n{} {}", items.len(), if items.len() == 1 { one } else { many })?;
        for item in items.iter().take(SHOWN) {
            writeln!(self.out, "  {item}")?;
        }
        if items.len() > SHOWN {
            writeln!(self.out, "  … and {} more (--json has all)", items.len() - SHOWN)?;
        }
        Ok(())
    }

    /// Sentences that have something in common.
    fn rows(&mut self, what: &str, rows: &[usize]) -> Result<()> {
        let places = self.places;
        let items = rows.iter().map(|&row| format!("{}: {}", places.at(row), places.text(row)));
        self.list(&format!("sentence {what}"), &format!("sentences {what}"), items)
    }

    /// Groups of sentences that are alike.
    fn groups(&mut self, one: &str, many: &str, groups: &[Vec<usize>]) -> Result<()> {
        let places = self.places;
        let items = groups.iter().map(|group| {
            let mut at: Vec<String> = group.iter().take(SHOWN).map(|&row| places.at(row)).collect();
            if group.len() > SHOWN {
                at.push(format!("… (+{})", group.len() - SHOWN));
            }
            format!("{}: {}", places.text(group[0]), at.join(", "))
        });
        self.list(one, many, items)
    }

    fn label_errors(&mut self, errors: &LabelErrors) -> Result<()> {
        let LabelErrors { task, judged, accuracy, commonest, suspects } = errors;
        let Some(suspects) = suspects else {
            self.is_clean = false;
            if *judged == 0 {
                return Ok(writeln!(self.out, "\n{task}: no label has a second sentence to judge it by")?);
            }
            return Ok(writeln!(
                self.out,
                "\n{task}: label errors cannot be told with this encoder: it predicts {:.0} % of the labels, and the commonest \
                 one alone makes {:.0} %",
                accuracy * 100.0,
                commonest * 100.0
            )?);
        };
        let places = self.places;
        let items = suspects.iter().map(|suspect| {
            format!(
                "{}: {} is {:?} ({:.0} %), probably {:?} ({:.0} %)",
                places.at(suspect.row),
                places.text(suspect.row),
                suspect.label,
                suspect.label_probability * 100.0,
                suspect.suggested,
                suspect.suggested_probability * 100.0
            )
        });
        let of = format!("of {task} worth a second look (of {judged}), the most doubtful first");
        self.list(&format!("label {of}"), &format!("labels {of}"), items)
    }
}

fn write_next(out: &mut impl Write, places: &Places, next: &[Candidate]) -> Result<()> {
    for candidate in next {
        writeln!(out, "{}: {}", places.at(candidate.row), places.text(candidate.row))?;
        for guess in &candidate.tasks {
            match (&guess.label, guess.probability) {
                (Some(label), Some(p)) => writeln!(out, "  {}: {label}? ({:.0} %)", guess.task, p * 100.0)?,
                _ => writeln!(out, "  {}: no guess yet", guess.task)?,
            }
        }
    }
    Ok(())
}
