//! A reader's file, classified with a run's model.

use wasm_bindgen::prelude::*;

use super::convert::{Result, from_js, to_js};
use super::session::Session;
use crate::classify::{FileToClassify, Written};
use crate::data::read_cells;
use crate::error::message;

/// The rows of a file and the answers of a run for them.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Classification(FileToClassify);

#[wasm_bindgen]
impl Classification {
    /// Reads a file for the heads of `session`'s run. The sentences are in the column `text` or, if none is named, in `trained`,
    /// the column that the run's own came from, or in the only one that can be meant.
    ///
    /// # Errors
    ///
    /// If there is no run, or as [`read_cells`].
    #[wasm_bindgen(constructor)]
    pub fn new(session: &mut Session, name: &str, bytes: &[u8], text: Option<String>, trained: &str) -> Result<Self> {
        let cells = read_cells(name, bytes, text.as_deref(), trained)?;
        Ok(Self(FileToClassify::new(cells, session.run()?.trainer().tasks())))
    }

    /// Classifies the next sentences with `session`'s run as it is now. Returns whether all are classified.
    ///
    /// # Errors
    ///
    /// If there is no run, or a sentence cannot be tokenised.
    pub fn advance(&mut self, session: &mut Session) -> Result<bool> {
        let run = session.run()?;
        Ok(self.0.advance(|texts| run.trainer().predict(texts))?)
    }

    /// The number of sentences.
    #[wasm_bindgen(getter)]
    pub fn sentences(&self) -> usize {
        self.0.progress().0
    }

    /// How many of them are classified.
    #[wasm_bindgen(getter)]
    pub fn done(&self) -> usize {
        self.0.progress().1
    }

    /// The rows with their answers, to be shown.
    ///
    /// # Errors
    ///
    /// Never: they are plain data.
    #[wasm_bindgen(unchecked_return_type = "Classified")]
    pub fn classified(&self) -> Result<JsValue> {
        to_js(&self.0.classified())
    }

    /// The file with the answers' columns beside its own; an answer below `threshold` is blank. `all` writes the
    /// probabilities of all classes.
    ///
    /// # Errors
    ///
    /// If `threshold` is not in 0..=1.
    pub fn write(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Written")] written: JsValue,
        threshold: Option<f64>,
        all: bool,
    ) -> Result<Vec<u8>> {
        let written: Written = from_js(written)?;
        if let Some(x) = threshold.filter(|x| !(0.0..=1.0).contains(x)) {
            let wrong = message!("classify.threshold", "threshold: {x} is not in 0..=1; give a probability", x = x);
            return Err(wrong.into());
        }
        Ok(self.0.write(written, threshold, all))
    }
}
