//! Several weightings and seeds side by side.

use wasm_bindgen::prelude::*;

use super::convert::{Result, from_js, to_js};
use super::data::dataset;
use super::session::Session;
use crate::compare::ComparisonRuns;
use crate::protocol::Event;
use crate::recipe::{Recipe, Weighting};

/// Several weightings and seeds side by side. The page trains each of the runs in a [`Session`] of its own.
#[wasm_bindgen(js_name = ComparisonRuns)]
#[derive(Debug)]
pub struct JsComparisonRuns(ComparisonRuns);

#[wasm_bindgen(js_class = ComparisonRuns)]
impl JsComparisonRuns {
    /// Plans the comparison of a `compare` command.
    ///
    /// # Errors
    ///
    /// As [`ComparisonRuns::new`]; also if the data cannot be read.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Weighting[]")] weightings: JsValue,
        seeds: Vec<f64>,
    ) -> Result<Self> {
        let recipe: Recipe = from_js(recipe)?;
        let weightings: Vec<Weighting> = from_js(weightings)?;
        let seeds: Vec<u64> = seeds.into_iter().map(|seed| seed as u64).collect();
        let tasks: Vec<String> = dataset(&recipe)?.tasks.into_iter().map(|task| task.name).collect();
        Ok(Self(ComparisonRuns::new(&recipe, &tasks, &weightings, &seeds)?))
    }

    /// The recipes of all runs.
    ///
    /// # Errors
    ///
    /// Never: a recipe is plain data.
    #[wasm_bindgen(unchecked_return_type = "Recipe[]")]
    pub fn recipes(&self) -> Result<JsValue> {
        to_js(&self.0.runs().iter().map(|run| &run.recipe).collect::<Vec<_>>())
    }

    /// Records the result of run `run`, which finished in `session`: a `compared` event.
    ///
    /// # Errors
    ///
    /// Never: an event is plain data.
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn finish(&mut self, run: usize, session: &Session) -> Result<JsValue> {
        to_js(&Event::Compared(self.0.finish(run, &session.evaluations)))
    }

    /// Records that run `run` failed: a `compared` event.
    ///
    /// # Errors
    ///
    /// If `why` is no message.
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn fail(
        &mut self,
        run: usize,
        #[wasm_bindgen(unchecked_param_type = "Message")] why: JsValue,
    ) -> Result<JsValue> {
        to_js(&Event::Compared(self.0.fail(run, from_js(why)?)))
    }

    /// The figures of all runs that finished: a `comparison` event.
    ///
    /// # Errors
    ///
    /// Never: an event is plain data.
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn table(&self) -> Result<JsValue> {
        to_js(&Event::Comparison(self.0.table()))
    }
}
