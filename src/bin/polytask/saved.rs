//! A model saved by `polytask train --out`, opened to be evaluated or to classify.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use clap::Args;
use polytask::model::{Loading, Model, Wanted, parse_config};
use polytask::random::Stream;
use polytask::recipe::{Freeze, Task};
use polytask::text::Tokenizer;
use serde_json::Value;
use tempfile::TempDir;

use crate::encoders::EncoderFiles;
use crate::unpack::unpack;
use crate::{Result, device};

/// The saved model, and how to run it.
#[derive(Debug, Args)]
pub struct SavedArguments {
    /// A model saved by `train --out`, or the zip of one that the page or `export` wrote.
    #[arg(long, value_name = "DIR|ZIP")]
    pub model: PathBuf,
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
pub struct Saved {
    pub model: Model,
    pub tokenizer: Tokenizer,
    pub tasks: Vec<Task>,
    /// The length in tokens to which sentences were cut in training, if the model says it.
    pub trained_length: Option<u32>,
}

/// A saved model's directory; that of a zip is temporary.
pub struct ModelDirectory {
    path: PathBuf,
    _unpacked: Option<TempDir>,
}

impl ModelDirectory {
    /// Opens a directory, or unpacks a zip.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Ok(Self { path: path.into(), _unpacked: None });
        }
        let unpacked = unpack(path)?;
        Ok(Self { path: unpacked.path().into(), _unpacked: Some(unpacked) })
    }
}

impl Deref for ModelDirectory {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

impl Saved {
    pub fn open(arguments: &SavedArguments) -> Result<Self> {
        let SavedArguments { model, max_length, device, threads } = arguments;
        let directory = &ModelDirectory::open(model)?;
        let context = device::context(device.as_deref(), *threads, None)?;
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
        let mut model = encoder.named(Model::load(&config, weights, &polytask.tasks, &loading, &mut unused))?;
        model.set_temperatures(polytask.temperature);
        let tokenizer = encoder.named(Tokenizer::from_json(&encoder.tokenizer, max_length, config.bert.vocab_size))?;
        Ok(Self { model, tokenizer, tasks: polytask.tasks, trained_length: polytask.max_length })
    }
}

/// The column that held the sentences which the model in `directory` was trained on, as its recipe says; `None` if
/// it was trained on something other than a file.
pub fn trained_text_column(directory: &Path) -> Option<String> {
    let recipe = std::fs::read(directory.join("recipe.json")).ok();
    let recipe: Value = recipe.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    recipe.pointer("/data/file/text").and_then(Value::as_str).map(String::from)
}
