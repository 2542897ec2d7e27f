//! The sentences of a recipe as the encoder sees them, to be checked and to be labelled.

use wasm_bindgen::prelude::*;

use super::context;
use super::convert::{Result, from_js, to_js};
use super::data::data_to_label;
use super::memory::Share;
use super::session::no_plan;
use crate::check::{
    LabelErrorSearch, LabelNext, NearDuplicateSearch, SentenceVectors, Subject, check_sentences, label_next,
};
use crate::compute::Context;
use crate::data::{Dataset, in_both_splits, stratified_split};
use crate::model::{Loading, Model, ModelConfig, Receiver, Wanted, parse_config};
use crate::random::Stream;
use crate::recipe::{Freeze, Pooling, Recipe, Training};
use crate::text::{Encoding, Tokenizer};
use crate::train::{Extras, Sizes};

/// Looks at a recipe's sentences with the encoder as it is before any training. Prepared like a
/// [`Session`](super::Session): made with the encoder's small files, [`DataCheck::receive`] for each piece of its weights,
/// [`DataCheck::begin`], then [`DataCheck::advance`] until all sentences are done. The encoder is gone by then.
#[wasm_bindgen]
#[derive(Debug)]
pub struct DataCheck {
    data: Dataset,
    seed: u64,
    /// Sentences are cut to so many tokens.
    max_length: usize,
    pooling: Pooling,
    config: ModelConfig,
    tokenizer: Tokenizer,
    encodings: Vec<Encoding>,
    vectors: SentenceVectors,
    /// The share that a run on them holds out.
    held_out: f64,
    near_duplicates: Option<NearDuplicateSearch>,
    /// The search for label errors that is under way, and the index of its task.
    search: Option<(usize, LabelErrorSearch)>,
    context: Context,
    weights: Option<Receiver>,
    model: Option<Model>,
    share: Option<Share>,
}

#[wasm_bindgen]
impl DataCheck {
    /// Reads the sentences of `recipe` with an encoder's `config.json` and `tokenizer.json`.
    ///
    /// # Errors
    ///
    /// If the sentences or the encoder's files cannot be read, or there is too little memory for the encoder.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: JsValue,
        config: &[u8],
        tokenizer: &[u8],
    ) -> Result<Self> {
        let recipe: Recipe = from_js(recipe)?;
        let data = data_to_label(&recipe)?;
        let config = parse_config(config)?;
        let max_length = recipe.training.max_length as usize;
        let most = max_length.min(config.bert.max_position_embeddings);
        let tokenizer = Tokenizer::from_json(tokenizer, most, config.bert.vocab_size)?;
        let encodings =
            data.examples.iter().map(|e| tokenizer.encode(&e.text)).collect::<crate::Result<Vec<Encoding>>>()?;
        let frozen = Recipe {
            training: Training { freeze: Freeze::Encoder, ..Training::default() },
            pooling: recipe.pooling,
            ..Recipe::default()
        };
        let lengths = encodings.iter().map(|encoding| encoding.input_ids.len()).collect();
        let sizes = Sizes {
            recipe: &frozen,
            config: &config.bert,
            tasks: &[],
            lengths,
            training: 0,
            largest_batch: None,
            table_rows: None,
        };
        let memory = sizes.estimate(&Extras::default())?;
        memory.check(Some(Share::most(0)))?;
        Ok(Self {
            vectors: SentenceVectors::new(&encodings, config.bert.hidden_size),
            weights: Some(Receiver::of(Wanted::new(&config.bert, recipe.pooling, &[]))),
            share: Some(Share::of(memory.bytes())),
            seed: recipe.seed,
            held_out: recipe.validation_fraction(),
            near_duplicates: None,
            max_length,
            pooling: recipe.pooling,
            model: None,
            search: None,
            context: context(),
            data,
            config,
            tokenizer,
            encodings,
        })
    }

    /// Receives the next bytes of the encoder's `model.safetensors`.
    ///
    /// # Errors
    ///
    /// As [`Receiver::push`].
    pub fn receive(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.weights.as_mut().ok_or_else(no_plan)?.push(bytes)?)
    }

    /// Takes the weights; they must be complete.
    ///
    /// # Errors
    ///
    /// If they are not complete or do not fit.
    pub fn begin(&mut self) -> Result<()> {
        let weights = self.weights.take().ok_or_else(no_plan)?.finish()?;
        let loading = Loading {
            freeze: Freeze::Encoder,
            pooling: self.pooling,
            word_rows: None,
            positions: None,
            keep_heads: false,
            context: &self.context,
        };
        self.model = Some(Model::load(&self.config, weights, &[], &loading, &mut Stream::new(0, "init"))?);
        Ok(())
    }

    /// Computes the vectors of the next sentences. Returns the number of sentences that are done.
    ///
    /// # Errors
    ///
    /// If it has not begun, or a tensor operation fails.
    pub fn advance(&mut self) -> Result<usize> {
        if self.vectors.done() < self.encodings.len()
            && self.vectors.advance(self.model.as_ref().ok_or_else(no_plan)?, &self.encodings)?
        {
            (self.model, self.share) = (None, None);
        }
        Ok(self.vectors.done())
    }

    /// The number of sentences.
    #[wasm_bindgen(getter)]
    pub fn sentences(&self) -> usize {
        self.encodings.len()
    }

    /// The number of tasks.
    #[wasm_bindgen(getter)]
    pub fn tasks(&self) -> usize {
        self.data.tasks.len()
    }

    /// Takes the labels of `recipe`, if its sentences and what decides their vectors are the same; returns whether they are.
    ///
    /// # Errors
    ///
    /// If the sentences of `recipe` cannot be read.
    pub fn relabel(&mut self, #[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: JsValue) -> Result<bool> {
        let recipe: Recipe = from_js(recipe)?;
        let data = data_to_label(&recipe)?;
        let texts = |data: &Dataset| data.examples.iter().map(|example| example.text.clone()).collect::<Vec<_>>();
        let is_same = texts(&data) == texts(&self.data)
            && recipe.pooling == self.pooling
            && recipe.training.max_length as usize == self.max_length;
        if is_same {
            (self.data, self.seed, self.held_out) = (data, recipe.seed, recipe.validation_fraction());
            (self.search, self.near_duplicates) = (None, None);
        }
        Ok(is_same)
    }

    /// Everything that is doubtful about the sentences, but for near duplicates and label errors, which have searches of their
    /// own.
    ///
    /// # Errors
    ///
    /// Never: findings are plain data.
    #[wasm_bindgen(unchecked_return_type = "Findings")]
    pub fn findings(&self) -> Result<JsValue> {
        let mut found = check_sentences(&self.subject());
        // The page holds out a share of the sentences, as the run does.
        let (train, held_out) = stratified_split(&self.data, self.held_out, self.seed);
        found.in_both_splits = in_both_splits(&found.duplicates, &[train, held_out]);
        to_js(&found)
    }

    /// Searches on for near duplicates. Returns them once they are found.
    ///
    /// # Errors
    ///
    /// Never: they are plain data.
    #[wasm_bindgen(unchecked_return_type = "number[][] | undefined")]
    pub fn near_duplicates(&mut self) -> Result<JsValue> {
        let mut search = self.near_duplicates.take().unwrap_or_else(|| {
            let subject = self.subject();
            let compared = check_sentences(&subject).to_compare(&subject);
            NearDuplicateSearch::new(subject.vectors, subject.hidden_size, &compared)
        });
        match search.advance(&self.context) {
            Some(found) => to_js(&found),
            None => {
                self.near_duplicates = Some(search);
                Ok(JsValue::UNDEFINED)
            }
        }
    }

    /// Searches on for the probable label errors of the task with index `task`. Returns them once they are found.
    ///
    /// # Errors
    ///
    /// Never: they are plain data.
    #[wasm_bindgen(unchecked_return_type = "LabelErrors | undefined")]
    pub fn label_errors(&mut self, task: usize) -> Result<JsValue> {
        let mut search = match self.search.take() {
            Some((of, search)) if of == task => search,
            _ => LabelErrorSearch::new(&self.subject(), task, self.seed),
        };
        match search.advance(&self.subject(), &self.context) {
            Some(found) => to_js(&found),
            None => {
                self.search = Some((task, search));
                Ok(JsValue::UNDEFINED)
            }
        }
    }

    /// The `n` rows to label next, the most useful first.
    ///
    /// # Errors
    ///
    /// Never: they are plain data.
    #[wasm_bindgen(unchecked_return_type = "LabelNext")]
    pub fn label_next(&self, n: usize) -> Result<JsValue> {
        to_js(&LabelNext { candidates: label_next(&self.subject(), n, &self.context) })
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            data: &self.data,
            own: self.data.examples.len(),
            encodings: &self.encodings,
            tokenizer: &self.tokenizer,
            vectors: self.vectors.vectors(),
            hidden_size: self.config.bert.hidden_size,
        }
    }
}
