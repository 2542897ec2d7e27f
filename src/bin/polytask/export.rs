//! `polytask export`: a saved model in the form that another tool opens.

use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use polytask::export::{Beside, Card, ModelFile, model_files};
use polytask::model::{EncoderByHash, Wanted, parse_config};
use polytask::recipe::{Freeze, Recipe};
use polytask_onnx::{Model, Precision, SourceError};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::Result;
use crate::encoders::{EncoderFiles, hash_of_weights, locate};
use crate::files::{Unfinished, write_model};
use crate::saved::{ModelDirectory, Saved, SavedArguments};

#[derive(Debug, Args)]
pub struct ExportArguments {
    #[command(flatten)]
    saved: SavedArguments,
    /// sentence-transformers: a directory that sentence-transformers, transformers and Polytask open; zip: the same in one file,
    /// as the page saves it; onnx: one graph for ONNX Runtime, from token ids to the sentence vector and each task's logits.
    #[arg(long, value_enum)]
    format: Format,
    /// With zip: the heads alone, a few kB, for a model whose encoder was frozen.
    #[arg(long)]
    heads_only: bool,
    /// With onnx: 32-bit floating-point numbers, or weights of 8 bits, a quarter of the size.
    #[arg(long, value_enum, default_value = "32")]
    bits: Bits,
    /// The directory or file to write.
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
}

/// Formats of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    SentenceTransformers,
    Zip,
    Onnx,
}

/// The numbers of an ONNX file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bits {
    #[value(name = "32")]
    Float,
    #[value(name = "8")]
    Eight,
}

pub fn run(arguments: ExportArguments) -> Result<()> {
    let directory = ModelDirectory::open(&arguments.saved.model)?;
    let out = &arguments.out;
    if arguments.heads_only && arguments.format != Format::Zip {
        return Err("--heads-only: goes with --format zip".into());
    }
    if arguments.bits != Bits::Float && arguments.format != Format::Onnx {
        return Err("--bits: goes with --format onnx".into());
    }
    if arguments.format == Format::Onnx {
        let precision = if arguments.bits == Bits::Eight { Precision::Int8 } else { Precision::Float32 };
        let bytes = write_onnx(out, &directory, precision)?;
        return Ok(writeln!(io::stdout(), "{}: {:.1} MB", out.display(), bytes as f64 / 1e6)?);
    }
    let saved = Saved::open(&arguments.saved)?;
    let files = files_of(&directory, &saved, arguments.heads_only)?;
    match arguments.format {
        Format::SentenceTransformers => write_model(out, &files)?,
        Format::Zip | Format::Onnx => write_zip(out, &files)?,
    }
    let bytes: u64 = files.iter().map(ModelFile::len).sum();
    Ok(writeln!(io::stdout(), "{}: {} files, {:.1} MB", out.display(), files.len(), bytes as f64 / 1e6)?)
}

/// Writes the model as ONNX, each tensor moved out of memory as it is written. Returns the file's size.
fn write_onnx(path: &Path, directory: &Path, precision: Precision) -> Result<u64> {
    let mut encoder = EncoderFiles::read(directory)?;
    let config = encoder.named(parse_config(&encoder.config))?;
    let Some(polytask) = &config.polytask else {
        return Err(format!("--model: {} was not saved by polytask; it has no heads", directory.display()).into());
    };
    let model = Model::from_config(&encoder.config).map_err(|e| format!("{}: {e}", directory.display()))?;
    let mut weights = encoder.read_weights(Wanted::new(&config.bert, polytask.pooling, &polytask.tasks))?;
    let unfinished = Unfinished::create(path)?;
    let mut out = BufWriter::with_capacity(1 << 20, unfinished.file.as_file());
    let numbers = |name: &str, shape: &[usize]| weights.take(name, shape).map_err(SourceError::from);
    model.write(precision, numbers, &mut out).map_err(|e| format!("{}: {e}", path.display()))?;
    out.flush().map_err(|e| format!("{}: cannot be written: {e}", path.display()))?;
    drop(out);
    unfinished.finish()?;
    Ok(model.file_size(precision)?)
}

/// The files of a saved model, its own card and recipe among them where it has them.
fn files_of(directory: &Path, saved: &Saved, heads_only: bool) -> Result<Vec<ModelFile>> {
    let recipe = std::fs::read(directory.join("recipe.json")).ok();
    let parsed = recipe.as_deref().and_then(|recipe| Recipe::from_json(std::str::from_utf8(recipe).ok()?).ok());
    let encoder = match (heads_only, &parsed) {
        (false, _) => None,
        (true, Some(recipe)) if recipe.training.freeze == Freeze::Encoder => {
            let encoder = locate(&recipe.encoder)?;
            Some(EncoderByHash { name: recipe.encoder.clone(), sha256: hash_of_weights(&encoder)? })
        }
        (true, _) => {
            return Err(
                "--heads-only: its recipe does not say that the encoder was frozen, so the heads alone are of no use; \
                        export the whole model"
                    .into(),
            );
        }
    };
    let polytask = saved.model.polytask(&saved.tasks, saved.trained_length);
    let own = std::fs::read_to_string(directory.join("README.md")).ok().filter(|_| !heads_only);
    let card = Card { recipe: parsed.as_ref(), heads_alone: heads_only, ..Card::default() };
    let card = own.unwrap_or_else(|| card.to_markdown(&polytask));
    let tokenizer = EncoderFiles::read(directory)?.tokenizer;
    Ok(model_files(&saved.model, &polytask, Beside { tokenizer: &tokenizer, card, recipe }, encoder)?)
}

/// Writes the files into one zip, which gets its name once it is whole.
fn write_zip(path: &Path, files: &[ModelFile]) -> Result<()> {
    let wrong = |e: &dyn std::fmt::Display| format!("{}: cannot be written: {e}", path.display());
    let unfinished = Unfinished::create(path)?;
    let out = BufWriter::with_capacity(1 << 20, unfinished.file.as_file());
    let mut zip = ZipWriter::new(UntilFault { out, at: 0, end: 0, fault: None });
    for file in files {
        // Weights hardly get smaller, and take long to pack.
        let method =
            if file.path.ends_with(".safetensors") { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        let options = SimpleFileOptions::default().compression_method(method).large_file(file.len() >= u32::MAX.into());
        zip.start_file(&file.path, options).map_err(|e| wrong(&e))?;
        file.write_to(&mut zip).map_err(|e| wrong(&e))?;
    }
    let UntilFault { mut out, fault, .. } = zip.finish().map_err(|e| wrong(&e))?;
    fault.map_or_else(|| out.flush(), Err).map_err(|e| wrong(&e))?;
    drop(out);
    unfinished.finish()
}

/// Keeps the first error of writing, and drops what comes after it. A [`ZipWriter`] that saw the error would print a line of its own.
struct UntilFault<'a> {
    out: BufWriter<&'a File>,
    /// Positions of the next byte and of the end.
    at: u64,
    end: u64,
    fault: Option<io::Error>,
}

impl UntilFault<'_> {
    fn until_fault(&mut self, act: impl FnOnce(&mut BufWriter<&File>) -> io::Result<()>) {
        if self.fault.is_none() {
            self.fault = act(&mut self.out).err();
        }
    }
}

impl Write for UntilFault<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.until_fault(|out| out.write_all(bytes));
        self.at += bytes.len() as u64;
        self.end = self.end.max(self.at);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.until_fault(|out| out.flush());
        Ok(())
    }
}

impl Seek for UntilFault<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let moved = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.end.checked_add_signed(by),
        };
        self.at = moved.ok_or(io::ErrorKind::InvalidInput)?;
        let at = self.at;
        self.until_fault(|out| out.seek(SeekFrom::Start(at)).map(drop));
        Ok(at)
    }
}
