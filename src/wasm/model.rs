//! Trained models: a run's, on its way to a file, and a saved one that answers without a run.

use wasm_bindgen::prelude::*;

use super::context;
use super::convert::{Result, from_js, to_js};
use super::memory::Share;
use super::session::Session;
use crate::error::{Message, message};
use crate::export::ModelFile;
use crate::model::{Loading, Model, ModelConfig, Polytask, Receiver, Wanted, parse_config};
use crate::random::Stream;
use crate::recipe::{Freeze, Recipe};
use crate::text::{Batch, Tokenizer};
use crate::train::{Extras, Sizes, predict};
use crate::{Error, model::Pass};

/// The files of a run's model as it was when they were listed. They share its memory: read them before the run goes on.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ModelFiles(Vec<ModelFile>);

#[wasm_bindgen]
impl ModelFiles {
    /// How many files there are.
    #[wasm_bindgen(getter)]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The path of file `i` in the model's directory.
    pub fn path(&self, i: usize) -> String {
        self.0[i].path.clone()
    }

    /// The size of file `i` in bytes.
    pub fn bytes(&self, i: usize) -> f64 {
        self.0[i].len() as f64
    }

    /// At most `length` bytes of file `i` from `offset` on; both are multiples of 4.
    ///
    /// # Errors
    ///
    /// If a tensor cannot be read.
    pub fn read(&self, i: usize, offset: f64, length: f64) -> Result<Vec<u8>> {
        let file = &self.0[i];
        let end = (offset + length).min(file.len() as f64);
        let mut bytes = Vec::with_capacity((end - offset) as usize);
        file.write_range(offset as u64..end as u64, &mut bytes).map_err(|e| Message::unexpected(&e))?;
        Ok(bytes)
    }
}

#[wasm_bindgen]
impl Session {
    /// The files of a model directory with the run's model as it is now, and `recipe` beside it. `tokenizer` is the encoder's
    /// `tokenizer.json`. With `encoder_sha256`, of the encoder's `model.safetensors`, the heads alone.
    ///
    /// # Errors
    ///
    /// If there is no run, or the heads alone are asked for and the encoder has trained.
    pub fn model_files(
        &mut self,
        tokenizer: &[u8],
        #[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: JsValue,
        encoder_sha256: Option<String>,
    ) -> Result<ModelFiles> {
        let recipe: Recipe = from_js(recipe)?;
        Ok(ModelFiles(self.run()?.model_files(tokenizer, &recipe, encoder_sha256)?))
    }
}

/// A saved model. Prepared like a [`Session`]: made with its small files, [`SavedModel::receive`] for each piece of its
/// weights, [`SavedModel::begin`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct SavedModel {
    config: ModelConfig,
    polytask: Polytask,
    tokenizer: Tokenizer,
    weights: Option<Receiver>,
    model: Option<Model>,
    _share: Share,
}

#[wasm_bindgen]
impl SavedModel {
    /// Reads a saved model's `config.json` and `tokenizer.json`.
    ///
    /// # Errors
    ///
    /// If they cannot be read, `config.json` names no heads, or there is too little memory for the model.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &[u8], tokenizer: &[u8]) -> Result<Self> {
        let config = parse_config(config)?;
        let polytask = config.polytask.clone().ok_or_else(|| {
            Error::encoder(message!(
                "model.no_heads",
                "config.json: it names no tasks, so this is a bare encoder; take the files of a model that Polytask saved"
            ))
        })?;
        let positions = config.bert.max_position_embeddings;
        let max_length = polytask.max_length.map_or(positions, |n| (n as usize).min(positions));
        let tokenizer = Tokenizer::from_json(tokenizer, max_length, config.bert.vocab_size)?;
        let recipe = frozen(&polytask);
        let lengths = vec![max_length; crate::train::EVALUATION_BATCH_SIZE];
        let sizes = Sizes {
            recipe: &recipe,
            config: &config.bert,
            tasks: &polytask.tasks,
            lengths,
            training: 0,
            largest_batch: None,
            table_rows: None,
        };
        let memory = sizes.estimate(&Extras::default())?;
        memory.check(Some(Share::most(0)))?;
        let wanted = Wanted::new(&config.bert, polytask.pooling, &polytask.tasks);
        let share = Share::of(memory.bytes());
        Ok(Self { config, polytask, tokenizer, weights: Some(Receiver::of(wanted)), model: None, _share: share })
    }

    /// Receives the next bytes of its `model.safetensors`.
    ///
    /// # Errors
    ///
    /// As [`Receiver::push`], or if all of them are there.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.weights.as_mut().ok_or_else(complete)?.push(bytes)?)
    }

    /// Ends the weights. From here on it answers.
    ///
    /// # Errors
    ///
    /// If bytes or heads are missing, a number is not finite, or it has begun already.
    pub fn begin(&mut self) -> Result<()> {
        let weights = self.weights.take().ok_or_else(complete)?.finish()?;
        for task in &self.polytask.tasks {
            let name = format!("heads.{}.weight", task.name);
            if !weights.has(&name) {
                return Err(Error::encoder(message!(
                    "model.head_missing",
                    "model.safetensors: tensor {name:?} is missing; config.json names a task whose head is not there",
                    name = name
                ))
                .into());
            }
        }
        let loading = Loading {
            freeze: Freeze::Encoder,
            pooling: self.polytask.pooling,
            word_rows: None,
            positions: None,
            keep_heads: true,
            context: &context(),
        };
        let mut unused = Stream::new(0, "init");
        let mut model = Model::load(&self.config, weights, &self.polytask.tasks, &loading, &mut unused)?;
        model.set_temperatures(self.polytask.temperature.clone());
        self.model = Some(model);
        Ok(())
    }

    /// Its tasks with their labels, in head order.
    ///
    /// # Errors
    ///
    /// Never: they are plain data.
    #[wasm_bindgen(unchecked_return_type = "Task[]")]
    pub fn tasks(&self) -> Result<JsValue> {
        to_js(&self.polytask.tasks)
    }

    /// H, the length of a sentence vector.
    #[wasm_bindgen(getter)]
    pub fn dimension(&self) -> usize {
        self.config.bert.hidden_size
    }

    /// Each sentence's label and probabilities for every task.
    ///
    /// # Errors
    ///
    /// If it has not begun, or a sentence cannot be tokenised.
    #[wasm_bindgen(unchecked_return_type = "Prediction[]")]
    pub fn predict(&self, texts: Vec<String>) -> Result<JsValue> {
        to_js(&predict(self.loaded()?, &self.tokenizer, &self.polytask.tasks, &texts)?)
    }

    /// Sentence vectors (B,H) of `texts` as one batch, row after row.
    ///
    /// # Errors
    ///
    /// As [`SavedModel::predict`].
    pub fn embed(&self, texts: Vec<String>) -> Result<Vec<f32>> {
        let encodings = texts.iter().map(|text| self.tokenizer.encode(text)).collect::<crate::Result<Vec<_>>>()?;
        if encodings.is_empty() {
            return Ok(Vec::new());
        }
        let vectors = self.loaded()?.embed(&Batch::of_sentences(&encodings), Pass::Evaluation)?;
        let flat = vectors.flatten_all().and_then(|xs| xs.to_vec1());
        Ok(flat.map_err(Error::from)?)
    }

    fn loaded(&self) -> Result<&Model> {
        Ok(self.model.as_ref().ok_or_else(|| message!("wasm.model_not_begun", "the model's weights are not in yet"))?)
    }
}

fn complete() -> Message {
    message!("wasm.model_complete", "the model's weights are in already")
}

/// A recipe of the size of answering: nothing trains.
fn frozen(polytask: &Polytask) -> Recipe {
    let mut recipe = Recipe { pooling: polytask.pooling, ..Recipe::default() };
    recipe.training.freeze = Freeze::Encoder;
    recipe
}
