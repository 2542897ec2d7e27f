//! The browser's front end, called by `www/engine/worker.js`. Values cross as plain objects, with the types that the modules
//! declare. A call that fails throws an `Error` that carries the code and the parameters of a [`Message`].

use std::cell::Cell;

use js_sys::Reflect;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::Digest;
use tsify::Tsify;
use wasm_bindgen::prelude::*;

use crate::Error;
use crate::compare::ComparisonRuns;
use crate::compute::Context;
use crate::data::{self, Columns, Dataset, column_of, presets};
use crate::error::{Message, message};
use crate::model::{Receiver, parse_config};
use crate::protocol::{Evaluation, Event, Phase};
use crate::recipe::{InlineExample, Preset, PresetLabels, Recipe, Task, Training, Validation, Weighting};
use crate::run::{Plan, Run};
use crate::text::catches_panic;
use crate::train::Inputs;

/// Sentences for the page's table, and the tasks that they are labelled for.
#[derive(Debug, Serialize, Tsify)]
pub struct Examples {
    /// The tasks with their label sets.
    pub tasks: Vec<Task>,
    /// The sentences.
    pub examples: Vec<InlineExample>,
}

/// The sentences of a file.
#[derive(Debug, Serialize, Tsify)]
pub struct FileExamples {
    /// The tasks with their label sets.
    pub tasks: Vec<Task>,
    /// The sentences.
    pub examples: Vec<InlineExample>,
    /// What was assumed to read them.
    pub notes: Vec<Message>,
}

/// Called when the module starts, and by each thread of the `threads` build: a panic writes its message and stack to the
/// console before the instance traps, unless it is thrown as a sentence about the tokenizer.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        if !catches_panic(panic) {
            let stack = Reflect::get(&js_sys::Error::new(""), &"stack".into());
            let stack = stack.ok().and_then(|stack| stack.as_string()).unwrap_or_default();
            web_sys::console::error_1(&format!("{panic}\n\nStack:\n\n{stack}\n\n").into());
        }
    }));
}

thread_local! {
    /// Number of threads for the runs that are planned from now on. Sessions never leave the thread that made them.
    static THREADS: Cell<usize> = const { Cell::new(1) };
}

/// Sets how many threads the runs use that are planned from now on. More than one only in the `threads` build, once its
/// pool has started.
#[wasm_bindgen]
pub fn set_threads(threads: usize) {
    THREADS.set(threads);
}

/// A built-in set's sentences; `seed` draws the notebook's random labels.
///
/// # Errors
///
/// If there is no such set.
#[wasm_bindgen(unchecked_return_type = "Examples")]
pub fn preset(#[wasm_bindgen(unchecked_param_type = "Preset")] preset: JsValue, seed: f64) -> Result<JsValue> {
    let preset: Preset = from_js(preset)?;
    let (table, tasks) = presets::preset(&preset.name, preset.labels, seed as u64)?;
    to_js(&Examples { tasks, examples: table.to_examples() })
}

/// Settings that suit a built-in set.
///
/// # Errors
///
/// If there is no such set.
#[wasm_bindgen(unchecked_return_type = "Recipe")]
pub fn default_recipe(preset: &str) -> Result<JsValue> {
    to_js(&presets::recommended(preset, PresetLabels::default())?)
}

/// The sentences of a CSV, TSV, JSON or JSONL file; without `columns`, of those that can be meant.
///
/// # Errors
///
/// As [`data::read_table`] and [`Dataset::from_table`], and if a column is called `__proto__`.
#[wasm_bindgen(unchecked_return_type = "FileExamples")]
pub fn read_table(
    name: &str,
    bytes: &[u8],
    #[wasm_bindgen(unchecked_param_type = "Columns | undefined")] columns: JsValue,
) -> Result<JsValue> {
    let columns = from_js::<Option<Columns>>(columns)?.unwrap_or_default();
    let table = data::read_table(name, bytes, &columns)?;
    check_names(table.name.as_str().into(), &table.tasks)?;
    // Sentences without a task, if none is asked for.
    let is_unlabelled = columns.tasks.is_some_and(|tasks| tasks.is_empty());
    let tasks = if is_unlabelled { Vec::new() } else { Dataset::from_table(&table, &[])?.tasks };
    to_js(&FileExamples { tasks, examples: table.to_examples(), notes: table.notes })
}

/// What a file holds, column by column, for a choice of the columns to read.
///
/// # Errors
///
/// As [`data::inspect`].
#[wasm_bindgen(unchecked_return_type = "Inspection")]
pub fn inspect_table(name: &str, bytes: &[u8]) -> Result<JsValue> {
    to_js(&data::inspect(name, bytes)?)
}

/// Settings chosen for a user's own data.
#[derive(Debug, Serialize, Tsify)]
pub struct ChosenSettings {
    /// The settings.
    pub training: Training,
    /// What they are and for which data, in one line.
    pub summary: Message,
}

/// Chooses the settings of `recipe`, whose sentences are written into it, for those sentences. Its own settings do not count,
/// but what is frozen stays frozen. Tokens are estimated from the words: the tokenizer may not be here yet.
///
/// # Errors
///
/// If the sentences are no data set.
#[wasm_bindgen(unchecked_return_type = "ChosenSettings")]
pub fn settings_for(#[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: JsValue) -> Result<JsValue> {
    let recipe: Recipe = from_js(recipe)?;
    let tokens = |text: &str| text.split_whitespace().count() * 4 / 3 + 2;
    let sizes = dataset(&recipe)?.sizes(&recipe, None, false, tokens);
    let Training { freeze, max_length, reproducible, .. } = recipe.training;
    let training = Training { freeze, max_length, reproducible, ..Training::for_data(&sizes) };
    to_js(&ChosenSettings { summary: training.summary(&sizes), training })
}

/// One run at a time, prepared in three calls: [`Session::plan`], [`Session::receive`] for each piece of the weights,
/// [`Session::begin`].
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Session {
    active: Option<ActiveRun>,
    /// The next run, the weights received so far, and the memory reserved for it once the header is complete.
    next: Option<(Plan, Receiver, Option<Share>)>,
    /// The events that the last call returned.
    events: Vec<Event>,
    /// The run's evaluations so far.
    evaluations: Vec<Evaluation>,
    /// Called at the start of each phase of a step.
    on_phase: Option<js_sys::Function>,
}

#[wasm_bindgen]
impl Session {
    /// A session without a run.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Plans `recipe` from its first step with an encoder's `config.json` and `tokenizer.json`. The run before it stays.
    ///
    /// # Errors
    ///
    /// As [`Plan::new`]; also if the data or the encoder's files cannot be read. No run is planned then.
    pub fn plan(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: JsValue,
        config: &[u8],
        tokenizer: &[u8],
    ) -> Result<()> {
        self.next = None;
        let own = self.active.as_ref().map_or(0, |active| active.share.0);
        let plan = plan(from_js(recipe)?, config, tokenizer, Share::most(own))?;
        let receiver = Receiver::of(plan.wanted());
        self.next = Some((plan, receiver, None));
        Ok(())
    }

    /// Receives the next bytes of the encoder's `model.safetensors`. Once its header is complete and valid, the run before
    /// ends, so that two runs never share the memory; an earlier error leaves that run as it was.
    ///
    /// # Errors
    ///
    /// If no run is planned, or as [`Receiver::push`]. No run is planned then.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<()> {
        let (plan, mut receiver, mut share) = self.next.take().ok_or_else(no_plan)?;
        let bytes = receiver.push_header(bytes)?;
        if receiver.has_header() {
            self.active = None;
            share.get_or_insert_with(|| Share::of(plan.memory()));
        }
        receiver.push(bytes)?;
        self.next = Some((plan, receiver, share));
        Ok(())
    }

    /// Begins the planned run; its weights must be in.
    ///
    /// # Errors
    ///
    /// If no run is planned, or its weights are not complete or do not fit.
    #[wasm_bindgen(unchecked_return_type = "Event[]")]
    pub fn begin(&mut self) -> Result<JsValue> {
        let (plan, receiver, share) = self.next.take().ok_or_else(no_plan)?;
        let share = share.unwrap_or_else(|| Share::of(plan.memory()));
        let (mut run, events) = Run::start(plan, receiver.finish()?)?;
        run.on_phase(self.on_phase.clone().map(Callback::boxed));
        self.active = Some(ActiveRun { run, share });
        self.evaluations.clear();
        self.keep(events)
    }

    /// Does the next piece of work: a training step, a batch of an evaluation or a piece of a measurement. A step trains
    /// `tasks` only; without names, all tasks or those whose turn it is. Does nothing after `end`.
    ///
    /// # Errors
    ///
    /// If there is no run, or as [`Run::advance`].
    #[wasm_bindgen(unchecked_return_type = "Event[]")]
    pub fn advance(&mut self, tasks: Option<Vec<String>>) -> Result<JsValue> {
        let events = self.run()?.advance(&tasks.unwrap_or_default())?;
        self.keep(events)
    }

    /// `verdict` events of a run that ended because a loss was not finite; [`Session::advance`] threw then. Else they are those
    /// that it returned before `end`; none before that.
    ///
    /// # Errors
    ///
    /// If there is no run.
    #[wasm_bindgen(unchecked_return_type = "Event[]")]
    pub fn verdicts(&mut self) -> Result<JsValue> {
        let events: Vec<Event> = self.run()?.verdicts().into_iter().map(Event::Verdict).collect();
        to_js(&events)
    }

    /// Whether an evaluation or a measurement is due before the next step.
    pub fn is_measuring(&mut self) -> Result<bool> {
        Ok(self.run()?.is_measuring())
    }

    /// Calls `callback` with a `phase` event at the start of each phase of a step, in this run and later ones, while
    /// [`Session::advance`] runs. The callback must not call this session.
    pub fn watch(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "((phase: Event) => void) | undefined")] callback: Option<
            js_sys::Function,
        >,
    ) {
        self.on_phase = callback;
        if let Some(active) = &mut self.active {
            active.run.on_phase(self.on_phase.clone().map(Callback::boxed));
        }
    }

    /// For each event that [`Session::begin`] or [`Session::advance`] returned last: the notebook's lines for it, if the
    /// notebook prints such an event.
    ///
    /// # Errors
    ///
    /// Never: an event's lines are text.
    #[wasm_bindgen(unchecked_return_type = "(string | null)[]")]
    pub fn lines(&self) -> Result<JsValue> {
        to_js(&self.events.iter().map(crate::printout::printout).collect::<Vec<_>>())
    }

    /// Changes what is measured beside the training from now on; the run's numbers are the same with any diagnostics.
    ///
    /// # Errors
    ///
    /// If there is no run, or too little memory for the measurements; then nothing has changed.
    pub fn observe(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Diagnostics")] diagnostics: JsValue,
    ) -> Result<()> {
        let run = self.run()?;
        run.set_diagnostics(from_js(diagnostics)?)?;
        let needed = run.memory()?;
        if let Some(active) = &mut self.active {
            active.share = Share::of(needed);
        }
        Ok(())
    }

    /// Measures how a step on each task alone would change every task's loss. The run stays as it is.
    ///
    /// # Errors
    ///
    /// If there is no run, or as [`Run::interference`].
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn interference(&mut self) -> Result<JsValue> {
        to_js(&Event::Interference(self.run()?.interference()?))
    }

    /// Classifies a sentence with every head as it is now.
    ///
    /// # Errors
    ///
    /// If there is no run, or the sentence cannot be tokenised.
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn predict(&mut self, text: String) -> Result<JsValue> {
        let mut predictions = self.run()?.trainer().predict(&[text])?;
        to_js(&predictions.pop().map(Event::Prediction))
    }

    /// Measures which words of a sentence each head's answer depends on. The run stays as it is.
    ///
    /// # Errors
    ///
    /// If there is no run, or as [`Run::explain`].
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn explain(&mut self, text: &str) -> Result<JsValue> {
        to_js(&Event::Saliency(self.run()?.explain(text)?))
    }

    /// A sentence as the encoder reads it, token by token.
    ///
    /// # Errors
    ///
    /// If there is no run, or the sentence cannot be tokenised.
    #[wasm_bindgen(unchecked_return_type = "Event")]
    pub fn tokens(&mut self, text: &str) -> Result<JsValue> {
        to_js(&Event::Tokens(self.run()?.trainer().tokens(text)?))
    }

    /// Sentence vectors (B,H) of `texts` as one batch, row after row, with the encoder as it is now.
    ///
    /// # Errors
    ///
    /// If there is no run, or a sentence cannot be tokenised.
    pub fn embed(&mut self, texts: Vec<String>) -> Result<Vec<f32>> {
        Ok(self.run()?.trainer().embed(&texts)?)
    }

    fn keep(&mut self, events: Vec<Event>) -> Result<JsValue> {
        self.evaluations.extend(events.iter().filter_map(|event| match event {
            Event::Evaluation(evaluation) => Some(evaluation.clone()),
            _ => None,
        }));
        self.events = events;
        to_js(&self.events)
    }

    fn run(&mut self) -> Result<&mut Run> {
        let no_run = || message!("wasm.no_run", "there is no run yet; configure one first");
        let ActiveRun { run, share } = self.active.as_mut().ok_or_else(no_run)?;
        // Another session may have taken memory since: a comparison trains beside the configured run.
        run.set_memory_limit(Some(Share::most(share.0)));
        Ok(run)
    }
}

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

/// A JavaScript function, to be called on the thread that it came from.
struct Callback(js_sys::Function);

// SAFETY: a run with a phase callback calls it on the thread that calls `advance`, and a session, which holds both the run
// and the function, never leaves the thread that made it.
#[cfg(target_feature = "atomics")]
unsafe impl Send for Callback {}

impl Callback {
    fn boxed(function: js_sys::Function) -> Box<dyn FnMut(Phase) + Send> {
        let callback = Self(function);
        Box::new(move |phase| callback.call(phase))
    }

    fn call(&self, phase: Phase) {
        // The run ignores the callback's value and its exceptions.
        let _ = to_js(&Event::Phase(phase)).map(|event| self.0.call1(&JsValue::UNDEFINED, &event));
    }
}

fn no_plan() -> Message {
    message!("wasm.no_plan", "no run is planned; plan one first")
}

/// Bytes that 32 bits can address: the runs of all sessions share them.
const MEMORY: u64 = 1 << 32;

thread_local! {
    /// Bytes that the runs of all sessions need. Sessions never leave the thread that made them.
    static NEEDED: Cell<u64> = const { Cell::new(0) };
}

/// A run and the memory reserved for it.
#[derive(Debug)]
struct ActiveRun {
    run: Run,
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

    /// The most that a run may take whose share is `own` so far: everything that the other runs leave.
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
    let data = Dataset::from_recipe(recipe, |file| {
        let wrong = message!("wasm.data_file", "a page cannot read files by path; import the file instead");
        Err(Error::data(file.path.as_str(), wrong))
    })?;
    check_names(message!("place.sentences", "the sentences").into(), data.tasks.iter().map(|task| &task.name))?;
    Ok(data)
}

/// The page holds labels in objects by their tasks' names, and `__proto__` cannot be a field of a JavaScript object.
fn check_names<'a>(table: Value, tasks: impl IntoIterator<Item = &'a String>) -> crate::Result<()> {
    const RESERVED: &str = "__proto__";
    if tasks.into_iter().any(|task| task == RESERVED) {
        let wrong = message!("data.reserved_name", "JavaScript keeps this name for itself; give the column another");
        return Err(Error::data(column_of(table, RESERVED), wrong));
    }
    Ok(())
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
        context: Context::new(candle_core::Device::Cpu, THREADS.get()),
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

/// The value that a failed call throws into JavaScript: an `Error` with the `code` and the `params` of a [`Message`].
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

/// The result of a call from JavaScript.
type Result<T> = std::result::Result<T, Thrown>;

fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T> {
    Ok(serde_wasm_bindgen::from_value(value)?)
}

/// Plain objects and numbers, as JSON would hold them.
fn to_js<T: Serialize>(value: &T) -> Result<JsValue> {
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}
