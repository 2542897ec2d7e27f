//! One training run.

use wasm_bindgen::prelude::*;

use super::callback::Callback;
use super::context;
use super::convert::{Result, from_js, to_js};
use super::data::dataset;
use super::memory::{Room, Share};
use crate::Error;
use crate::error::{Message, message};
use crate::model::{Receiver, parse_config};
use crate::protocol::{Evaluation, Event};
use crate::recipe::{Recipe, Validation};
use crate::run::{Plan, Run};
use crate::train::Inputs;

/// One run at a time, prepared in three calls: [`Session::plan`], [`Session::receive`] for each piece of the weights,
/// [`Session::begin`].
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Session {
    active: Option<ActiveRun>,
    next: Option<Next>,
    /// The events that the last call returned.
    events: Vec<Event>,
    /// The run's evaluations so far.
    pub(super) evaluations: Vec<Evaluation>,
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

    /// Plans `recipe` from its first step with an encoder's `config.json` and `tokenizer.json`. The run before it stays. With
    /// `keep_heads` the weights are a saved model's, and the run goes on with its heads.
    ///
    /// # Errors
    ///
    /// As [`Plan::new`]; also if the data or the encoder's files cannot be read. No run is planned then.
    pub fn plan(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "Recipe")] recipe: JsValue,
        config: &[u8],
        tokenizer: &[u8],
        keep_heads: Option<bool>,
    ) -> Result<()> {
        self.next = None;
        let own = self.active.as_ref().map_or(0, |active| active.share.0);
        let plan = plan(from_js(recipe)?, config, tokenizer, keep_heads == Some(true), Share::most(own))?;
        let receiver = Receiver::of(plan.wanted());
        self.next = Some(Next { plan, receiver, share: None, room: None });
        Ok(())
    }

    /// Receives the next bytes of the encoder's `model.safetensors`. Once its header is complete and valid, the run before
    /// ends, so that two runs never share the memory; an earlier error leaves that run as it was.
    ///
    /// # Errors
    ///
    /// If no run is planned, or as [`Receiver::push`]. No run is planned then.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<()> {
        let mut next = self.next.take().ok_or_else(no_plan)?;
        let bytes = next.receiver.push_header(bytes)?;
        if next.receiver.has_header() {
            self.active = None;
            next.share.get_or_insert_with(|| Share::of(next.plan.memory()));
        }
        next.receiver.push(bytes)?;
        self.next = Some(next);
        Ok(())
    }

    /// Gives up the planned run, if there is one, and the memory that it holds.
    pub fn forget_plan(&mut self) {
        self.next = None;
    }

    /// Has the browser give another part of the memory that the planned run will use beside its weights, in some 20 ms, and says
    /// whether there is more of it. Of use while the weights are on their way, whose header must be in.
    pub fn touch(&mut self) -> bool {
        let Some(Next { plan, receiver, share: Some(_), room, .. }) = &mut self.next else { return false };
        let beside = || plan.memory().saturating_sub(receiver.bytes());
        room.get_or_insert_with(|| Room::of(beside())).touch()
    }

    /// Begins the planned run; its weights must be in.
    ///
    /// # Errors
    ///
    /// If no run is planned, or its weights are not complete or do not fit.
    #[wasm_bindgen(unchecked_return_type = "Event[]")]
    pub fn begin(&mut self) -> Result<JsValue> {
        let Next { plan, receiver, share, room } = self.next.take().ok_or_else(no_plan)?;
        drop(room);
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

    pub(super) fn run(&mut self) -> Result<&mut Run> {
        let no_run = || message!("wasm.no_run", "there is no run yet; configure one first");
        let ActiveRun { run, share } = self.active.as_mut().ok_or_else(no_run)?;
        // Another session may have taken memory since: a comparison trains beside the configured run.
        run.set_memory_limit(Some(Share::most(share.0)));
        Ok(run)
    }
}

/// The next run, and the weights received so far.
#[derive(Debug)]
struct Next {
    plan: Plan,
    receiver: Receiver,
    /// The memory reserved for it, once the weights' header is complete.
    share: Option<Share>,
    room: Option<Room>,
}

/// A run and the memory reserved for it.
#[derive(Debug)]
struct ActiveRun {
    run: Run,
    share: Share,
}

pub(super) fn no_plan() -> Message {
    message!("wasm.no_plan", "no run is planned; plan one first")
}

fn plan(recipe: Recipe, config: &[u8], tokenizer: &[u8], keep_heads: bool, memory_limit: u64) -> crate::Result<Plan> {
    let data = dataset(&recipe)?;
    if let Some(Validation::File(file)) = &recipe.validation {
        let wrong = message!("wasm.validation_file", "a page cannot read files by path; hold out a fraction instead");
        return Err(Error::data(file.path.as_str(), wrong));
    }
    let inputs = Inputs {
        data,
        validation: None,
        config: parse_config(config)?,
        keep_heads,
        tokenizer,
        context: context(),
        memory_limit: Some(memory_limit),
    };
    Plan::new(recipe, inputs)
}
