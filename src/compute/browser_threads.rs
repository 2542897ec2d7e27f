//! The threads of the browser's `threads` build: web workers that share the module's memory and serve rayon's pool.
//!
//! `www/engine/threads.js` starts the workers. Each makes an instance of [`wasm_module`] on [`wasm_memory`] and calls
//! [`run_thread`]. Rayon's threads are then handed to them through a queue in the shared memory, not by messages: the
//! worker that builds the pool waits in it for all threads to run, and until it returns some browsers deliver none of its
//! messages.
//!
//! The pool and the queue are global because a wasm instance has one memory, in which the workers must find them.

use std::sync::{Condvar, Mutex, PoisonError};

use rayon::{ThreadBuilder, ThreadPoolBuilder};
use wasm_bindgen::prelude::*;

/// Threads of the pool that no worker has taken up yet.
static WAITING: Mutex<Vec<ThreadBuilder>> = Mutex::new(Vec::new());
/// Notified when a thread was added to [`WAITING`].
static ADDED: Condvar = Condvar::new();

/// The compiled module, for the workers that are to be threads of this instance.
#[wasm_bindgen(unchecked_return_type = "WebAssembly.Module")]
pub fn wasm_module() -> JsValue {
    wasm_bindgen::module()
}

/// This instance's memory, for the workers that are to share it.
#[wasm_bindgen(unchecked_return_type = "WebAssembly.Memory")]
pub fn wasm_memory() -> JsValue {
    wasm_bindgen::memory()
}

/// Builds the pool that the kernels share; call it once, when `threads` workers are about to call [`run_thread`].
///
/// # Errors
///
/// If there is a pool already.
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
