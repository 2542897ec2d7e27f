//! The browser's face: what `www/engine/worker.js` calls. Types cross as plain objects, as `protocol` and `recipe` declare them.

use std::cell::Cell;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Digest;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use crate::Error;
use crate::data::{Dataset, presets, read_table};
use crate::error::{Message, message};
use crate::model::{Receiver, parse_config};
use crate::ops::set_reproducible;
use crate::protocol::{Event, Phase};
use crate::recipe::{InlineExample, Preset, PresetLabels, Recipe, Task, Validation, Weighting};
use crate::train::{Compare, Inputs, Plan, Trainer, Watch};

/// Sentences for the page's table, and the tasks that they are labelled for.
#[derive(Debug, Serialize, Tsify)]
pub struct Examples {
    /// The tasks with their label sets.
    pub tasks: Vec<Task>,
    /// The sentences.
    pub examples: Vec<InlineExample>,
}

/// Called once by the module's start: a panic becomes a readable line in the console before the instance traps.
#[wasm_bindgen(start)]
pub fn start() {
    console_error_panic_hook::set_once();
}

/// Sets how many threads the kernels may use. More than one only in the `threads` build, once its pool has started.
#[wasm_bindgen]
pub fn set_threads(threads: usize) {
    crate::ops::set_threads(threads);
}

/// A built-in set's sentences; `seed` draws the notebook's random labels.
#[wasm_bindgen(unchecked_return_type = "Examples")]
pub fn preset(#[wasm_bindgen(unchecked_param_type = "Preset")] preset: JsValue, seed: f64) -> Result<JsValue> {
    let preset: Preset = from_js(preset)?;
    let (table, tasks) = presets::preset(&preset.name, preset.labels, seed as u64)?;
    to_js(&Examples { tasks, examples: table.to_examples() })
}

/// Settings that suit a built-in set.
#[wasm_bindgen(unchecked_return_type = "Recipe")]
pub fn default_recipe(preset: &str) -> Result<JsValue> {
    to_js(&presets::recommended(preset, PresetLabels::default())?)
}

/// The sentences of a CSV, TSV or JSONL file with a `text` column; the ending of `name` decides the format.
#[wasm_bindgen(js_name = read_table, unchecked_return_type = "Examples")]
pub fn read_examples(name: &str, text: &str) -> Result<JsValue> {
    let table = read_table(name, text.as_bytes(), "text")?;
    let tasks = Dataset::from_table(&table, &[])?.tasks;
    to_js(&Examples { tasks, examples: table.to_examples() })
}

/// One run at a time, prepared in three calls: [`Session::plan`], [`Session::receive`] for each piece of the weights,
/// [`Session::begin`].
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Session {
    run: Option<Run>,
    /// The next run, its weights as far as they are in, and its share of the memory once they begin to fill it.
    next: Option<(Plan, Receiver, Option<Share>)>,
    /// What the last call told.
    told: Vec<Event>,
    /// The run's evaluations so far.
    evaluations: Vec<Event>,
    /// What is told of each part of a step.
    watch: Option<js_sys::Function>,
}

#[wasm_bindgen]
impl Session {
    /// A session without a run.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Plans `recipe` from its first step with an encoder's `config.json` and `tokenizer.json`. The run before it stays.
    pub fn plan(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: JsValue,
        config: &[u8],
        tokenizer: &[u8],
    ) -> Result<()> {
        self.next = None;
        let own = self.run.as_ref().map_or(0, |run| run.share.0);
        let plan = plan(from_js(recipe)?, config, tokenizer, Share::most(own))?;
        let receiver = Receiver::of(plan.wanted());
        self.next = Some((plan, receiver, None));
        Ok(())
    }

    /// Takes in the next bytes of the encoder's `model.safetensors`. Once its header is in and right, the run before ends,
    /// so that two runs never share the memory; an error earlier than that leaves it as it was.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<()> {
        let (plan, mut receiver, mut share) = self.next.take().ok_or_else(no_plan)?;
        let bytes = receiver.push_header(bytes)?;
        if receiver.has_header() {
            self.run = None;
            share.get_or_insert_with(|| Share::of(plan.memory()));
        }
        receiver.push(bytes)?;
        self.next = Some((plan, receiver, share));
        Ok(())
    }

    /// Begins the planned run; its weights must be in.
    #[wasm_bindgen(unchecked_return_type = "Event[]")]
    pub fn begin(&mut self) -> Result<JsValue> {
        let (plan, receiver, share) = self.next.take().ok_or_else(no_plan)?;
        let share = share.unwrap_or_else(|| Share::of(plan.memory()));
        let (mut trainer, events) = Trainer::start(plan, receiver.finish()?)?;
        trainer.watch(self.watch.clone().map(Callback::watch));
        self.run = Some(Run { trainer, share });
        self.evaluations.clear();
        self.tell(events)
    }

    /// Does the next piece of work, a training step, a batch of an evaluation or a measurement, and tells of it. A step is
    /// on `tasks` only; on all of them, or those in turn, if none is named. Nothing after `end`.
    #[wasm_bindgen(unchecked_return_type = "Event[]")]
    pub fn advance(&mut self, tasks: Option<Vec<String>>) -> Result<JsValue> {
        let events = self.run()?.advance_on(&tasks.unwrap_or_default())?;
        self.tell(events)
    }

    /// Has `callback` told of each part of a step as it begins, in this run and later ones, while [`Session::advance`] is
    /// at work: a `phase` event each. The callback must call nothing of this session.
    pub fn watch(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "((phase: Event) => void) | undefined")] callback: Option<
            js_sys::Function,
        >,
    ) {
        self.watch = callback;
        if let Some(run) = &mut self.run {
            run.trainer.watch(self.watch.clone().map(Callback::watch));
        }
    }

    /// For each event that [`Session::begin`] or [`Session::advance`] last told: the notebook's lines for it, if it is one
    /// that the notebook prints.
    #[wasm_bindgen(unchecked_return_type = "(string | null)[]")]
    pub fn lines(&self) -> Result<JsValue> {
        to_js(&self.told.iter().map(crate::train::printout).collect::<Vec<_>>())
    }

    /// Measures from now on what `diagnostics` says. The numbers that the run computes are the same with any. An error, and
    /// nothing has changed, if there is not the memory for it.
    pub fn observe(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Diagnostics")] diagnostics: JsValue,
    ) -> Result<()> {
        let trainer = self.run()?;
        trainer.observe(from_js(diagnostics)?)?;
        let needed = trainer.memory()?;
        if let Some(run) = &mut self.run {
            run.share = Share::of(needed);
        }
        Ok(())
    }

    /// Measures what a step on each task alone would do to every task's loss. The run stays as it is.
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn interference(&mut self) -> Result<JsValue> {
        to_js(&Event::Interference(self.run()?.interference()?))
    }

    /// Classifies a sentence with every head as it stands.
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn predict(&mut self, text: String) -> Result<JsValue> {
        let mut predictions = self.run()?.predict(&[text])?;
        to_js(&predictions.pop().map(Event::Prediction))
    }

    /// Which words of a sentence each head's answer rests on. The run stays as it is.
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn explain(&mut self, text: &str) -> Result<JsValue> {
        to_js(&Event::Saliency(self.run()?.explain(text)?))
    }

    /// A sentence as the encoder reads it, token by token.
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn tokens(&mut self, text: &str) -> Result<JsValue> {
        to_js(&Event::Tokens(self.run()?.tokens(text)?))
    }

    /// Sentence vectors (B,H) of `texts` as one batch, row after row, by the encoder as it stands.
    pub fn embed(&mut self, texts: Vec<String>) -> Result<Vec<f32>> {
        Ok(self.run()?.embed(&texts)?)
    }

    fn tell(&mut self, events: Vec<Event>) -> Result<JsValue> {
        self.evaluations.extend(events.iter().filter(|event| matches!(event, Event::Evaluation(_))).cloned());
        self.told = events;
        to_js(&self.told)
    }

    fn run(&mut self) -> Result<&mut Trainer> {
        let no_run = || message!("wasm.no_run", "there is no run yet; configure one first");
        let Run { trainer, share } = self.run.as_mut().ok_or_else(no_run)?;
        // Another session may have asked for other arithmetic since, or taken memory: a comparison trains beside the
        // configured run.
        set_reproducible(trainer.recipe().training.reproducible);
        trainer.set_memory_limit(Some(Share::most(share.0)));
        Ok(trainer)
    }
}

/// Several weightings and seeds side by side. The page trains each of the runs in a [`Session`] of its own.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ComparisonRuns(Compare);

#[wasm_bindgen]
impl ComparisonRuns {
    /// The comparison that a `compare` command asks for.
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
        Ok(Self(Compare::new(&recipe, &tasks, &weightings, &seeds)?))
    }

    /// The recipes of all runs.
    #[wasm_bindgen(unchecked_return_type = "Recipe[]")]
    pub fn recipes(&self) -> Result<JsValue> {
        to_js(&self.0.runs().iter().map(|run| &run.recipe).collect::<Vec<_>>())
    }

    /// Takes in that run `run` came to its end in `session`: a `compared` event.
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn finish(&mut self, run: usize, session: &Session) -> Result<JsValue> {
        to_js(&Event::Compared(self.0.finish(run, &session.evaluations)))
    }

    /// Takes in that run `run` failed: a `compared` event.
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn fail(
        &mut self,
        run: usize,
        #[wasm_bindgen(unchecked_param_type = "Message")] why: JsValue,
    ) -> Result<JsValue> {
        to_js(&Event::Compared(self.0.fail(run, from_js(why)?)))
    }

    /// The figures of all runs that finished: a `comparison` event.
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn table(&self) -> Result<JsValue> {
        to_js(&Event::Comparison(self.0.table()))
    }
}

/// A function of the page's, for the thread that it came to.
struct Callback(js_sys::Function);

// SAFETY: a run that is watched tells of its steps on the thread that asks for them, and a session, which holds both the run
// and the function, never leaves the thread that made it.
#[cfg(target_feature = "atomics")]
unsafe impl Send for Callback {}

impl Callback {
    fn watch(function: js_sys::Function) -> Watch {
        let callback = Self(function);
        Box::new(move |phase| callback.call(phase))
    }

    fn call(&self, phase: Phase) {
        // What the callback makes of it, or throws, is nothing to the run.
        let _ = to_js(&Event::Phase(phase)).map(|event| self.0.call1(&JsValue::UNDEFINED, &event));
    }
}

fn no_plan() -> Message {
    message!("wasm.no_plan", "no run is planned; plan one first")
}

/// All that 32 bits can address: every session's run has its share of it.
const MEMORY: u64 = 1 << 32;

thread_local! {
    /// Bytes that the runs of all sessions need. Sessions never leave the thread that made them.
    static NEEDED: Cell<u64> = const { Cell::new(0) };
}

/// A run and what it may come to need.
#[derive(Debug)]
struct Run {
    trainer: Trainer,
    share: Share,
}

/// Bytes that one run needs, for as long as it lasts.
#[derive(Debug)]
struct Share(u64);

impl Share {
    fn of(bytes: u64) -> Self {
        NEEDED.set(NEEDED.get() + bytes);
        Self(bytes)
    }

    /// What a run may take whose share is `own` so far: all that the others leave.
    fn most(own: u64) -> u64 {
        MEMORY.saturating_sub(NEEDED.get() - own)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        NEEDED.set(NEEDED.get() - self.0);
    }
}

fn dataset(recipe: &Recipe) -> crate::Result<Dataset> {
    Dataset::from_recipe(recipe, |file| {
        let wrong = message!("wasm.data_file", "a page cannot read files by path; import the file instead");
        Err(Error::data(file.path.as_str(), wrong))
    })
}

fn plan(recipe: Recipe, config: &[u8], tokenizer: &[u8], memory_limit: u64) -> crate::Result<Plan> {
    let data = dataset(&recipe)?;
    if let Some(Validation::File(file)) = &recipe.validation {
        let wrong = message!("wasm.validation_file", "a page cannot read files by path; hold out a fraction instead");
        return Err(Error::data(file.path.as_str(), wrong));
    }
    let inputs = Inputs {
        data,
        validation: None,
        config: parse_config(config)?,
        keep_heads: false,
        tokenizer,
        device: candle_core::Device::Cpu,
        memory_limit: Some(memory_limit),
    };
    Plan::new(recipe, inputs)
}

/// A SHA-256 of bytes that come in pieces, which the browser's own cannot compute.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Sha256(sha2::Sha256);

#[wasm_bindgen]
impl Sha256 {
    /// The hash of nothing.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all bytes, in hexadecimal. Ends the object's life.
    pub fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What a call throws into JavaScript: an `Error` with the `code` and the `params` of a [`Message`].
#[derive(Debug)]
pub struct Thrown(js_sys::Error);

impl From<&Message> for Thrown {
    fn from(message: &Message) -> Self {
        let error = js_sys::Error::new(&message.message);
        message.attach_to(&error);
        Self(error)
    }
}

impl From<Message> for Thrown {
    fn from(message: Message) -> Self {
        Self::from(&message)
    }
}

impl From<Error> for Thrown {
    fn from(error: Error) -> Self {
        Self::from(error.message())
    }
}

impl From<serde_wasm_bindgen::Error> for Thrown {
    fn from(error: serde_wasm_bindgen::Error) -> Self {
        Self::from(Message::unexpected(&error))
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0.into()
    }
}

/// What a call returns.
type Result<T> = std::result::Result<T, Thrown>;

fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T> {
    Ok(serde_wasm_bindgen::from_value(value)?)
}

/// Plain objects and numbers, as JSON would hold them.
fn to_js<T: Serialize>(value: &T) -> Result<JsValue> {
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}
