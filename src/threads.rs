//! The threads of the browser's `threads` build: web workers that share the module's memory and serve rayon's pool.
//!
//! `threads.js` starts the workers, and each calls [`run_thread`]. Rayon's threads are then handed to them through a
//! queue in the shared memory, not by messages: the worker that builds the pool waits in it for all threads to run, and
//! until it returns some browsers deliver none of its messages.

use std::sync::{Condvar, Mutex, PoisonError};

use rayon::{ThreadBuilder, ThreadPoolBuilder};
use wasm_bindgen::prelude::*;

static WAITING: Mutex<Vec<ThreadBuilder>> = Mutex::new(Vec::new());
static ADDED: Condvar = Condvar::new();

#[wasm_bindgen(module = "/src/threads.js")]
extern "C" {
    #[wasm_bindgen(js_name = startThreads)]
    fn start_threads(threads: usize, module: JsValue, memory: JsValue) -> JsValue;
}

/// Starts the pool that the kernels share; call it once, from a worker, and await it before `set_threads`.
#[wasm_bindgen(js_name = initThreadPool, unchecked_return_type = "Promise<void>")]
pub fn init_thread_pool(threads: usize) -> JsValue {
    start_threads(threads, wasm_bindgen::module(), wasm_bindgen::memory())
}

/// Builds the pool once `threads` workers are about to call [`run_thread`].
#[doc(hidden)]
#[wasm_bindgen]
pub fn build_thread_pool(threads: usize) -> Result<(), JsError> {
    let hand_over = |thread| {
        WAITING.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        ADDED.notify_one();
        Ok(())
    };
    ThreadPoolBuilder::new().num_threads(threads).spawn_handler(hand_over).build_global()?;
    Ok(())
}

/// Serves the pool as one of its threads, for as long as the worker lives.
#[doc(hidden)]
#[wasm_bindgen]
pub fn run_thread() {
    let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
    let thread = loop {
        match waiting.pop() {
            Some(thread) => break thread,
            None => waiting = ADDED.wait(waiting).unwrap_or_else(PoisonError::into_inner),
        }
    };
    drop(waiting);
    thread.run();
}
