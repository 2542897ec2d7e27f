//! The browser's front end, called by `www/engine/worker.js`. Values cross as plain objects, with the types that the modules
//! declare. A call that fails throws an `Error` that carries the code and the parameters of a
//! [`Message`](crate::error::Message).

mod callback;
mod checkpoint;
mod classification;
mod comparison;
mod convert;
mod data;
mod data_check;
mod memory;
mod model;
mod session;
mod sha256;
mod tokenizer;

use std::cell::Cell;

use js_sys::Reflect;
use wasm_bindgen::prelude::*;

pub use checkpoint::checkpoint_notes;
pub use classification::Classification;
pub use comparison::JsComparisonRuns;
pub use convert::Thrown;
pub use data::{
    ChosenSettings, Examples, FileExamples, default_recipe, inspect_table, preset, read_table, settings_for,
};
pub use data_check::DataCheck;
pub use model::{ModelFiles, SavedModel};
pub use session::Session;
pub use sha256::Sha256;
pub use tokenizer::tokenizer_of_vocabulary;

use crate::compute::Context;
use crate::panics::catches_panic;

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
    /// Number of threads for what is planned from now on. Sessions never leave the thread that made them.
    static THREADS: Cell<usize> = const { Cell::new(1) };
}

/// Sets how many threads the runs use that are planned from now on. More than one only in the `threads` build, once its
/// pool has started.
#[wasm_bindgen]
pub fn set_threads(threads: usize) {
    THREADS.set(threads);
}

/// Where and how a model that is planned now computes.
fn context() -> Context {
    Context::new(candle_core::Device::Cpu, THREADS.get())
}
