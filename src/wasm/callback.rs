//! A run's phase callback in JavaScript.

use wasm_bindgen::prelude::*;

use super::convert::to_js;
use crate::protocol::{Event, Phase};

/// A JavaScript function, to be called on the thread that it came from.
pub(super) struct Callback(js_sys::Function);

// SAFETY: a run with a phase callback calls it on the thread that calls `advance`, and a session, which holds both the run
// and the function, never leaves the thread that made it.
#[cfg(target_feature = "atomics")]
unsafe impl Send for Callback {}

impl Callback {
    pub(super) fn boxed(function: js_sys::Function) -> Box<dyn FnMut(Phase) + Send> {
        let callback = Self(function);
        Box::new(move |phase| callback.call(phase))
    }

    fn call(&self, phase: Phase) {
        // The run ignores the callback's value and its exceptions.
        let _ = to_js(&Event::Phase(phase)).map(|event| self.0.call1(&JsValue::UNDEFINED, &event));
    }
}
