//! Panics of other libraries as errors: tokenizers panics on some `tokenizer.json` files, in reading or in encoding, and parquet on
//! some damaged files.
//!
//! Natively the panic is caught. A module in the browser cannot unwind: there the panic hook throws the sentence as a
//! `RuntimeError`, the type that a trap throws, so that the page replaces the worker and shows the sentence.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

use serde_json::Value;

use crate::error::message;
use crate::{Error, Result};

/// Makes the error of a panic from the call's subject and what the panic says.
type Failure = fn(subject: &str, why: Value) -> Error;

thread_local! {
    /// This thread's call: its subject, and what makes its error.
    static CALL: RefCell<Option<(String, Failure)>> = const { RefCell::new(None) };
}

/// Whether a panic is one of another library that this one turns into an error: for a program's panic hook, which need not print
/// it. In the browser it does not return then, but throws the error.
///
/// ```
/// let default = std::panic::take_hook();
/// std::panic::set_hook(Box::new(move |panic| {
///     if !polytask::panics::catches_panic(panic) {
///         default(panic);
///     }
/// }));
/// ```
pub fn catches_panic(panic: &PanicHookInfo<'_>) -> bool {
    let call = CALL.with_borrow(Option::clone);
    #[cfg(target_arch = "wasm32")]
    if let Some((subject, failure)) = &call {
        let failure = failure(subject, said(panic.payload()));
        let thrown = js_sys::WebAssembly::RuntimeError::new(&failure.to_string());
        failure.message().attach_to(&thrown);
        wasm_bindgen::throw_val(thrown.into());
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = panic;
    cfg!(panic = "unwind") && call.is_some()
}

/// Calls a library; `failure` makes the error of a panic from `subject` and what the panic says.
pub(crate) fn caught<R>(failure: Failure, subject: String, call: impl FnOnce() -> R) -> Result<R> {
    CALL.set(Some((subject, failure)));
    // After a panic the library's caches may be poisoned. Then it panics again, which is another error, not a wrong answer.
    let outcome = panic::catch_unwind(AssertUnwindSafe(call));
    let subject = CALL.take().map(|(subject, _)| subject).unwrap_or_default();
    outcome.map_err(|payload| failure(&subject, said(&*payload)))
}

/// What a panic says, shortened.
fn said(payload: &(dyn Any + Send)) -> Value {
    let why = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    match why {
        Some(why) => Value::from(why.chars().take(200).collect::<String>()),
        None => message!("text.no_reason", "it does not say why").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_sentence_and_the_next_call_works() {
        let failure = |subject: &str, why: Value| {
            Error::tokenizer(message!("x", "{subject}: {why}", subject = subject, why = why))
        };
        let parsed = |text: &'static str| caught(failure, "it".into(), move || text.parse::<u8>().expect("a number"));
        assert_eq!(parsed("7").unwrap(), 7);
        assert_eq!(
            parsed("x").unwrap_err().to_string(),
            "tokenizer: it: a number: ParseIntError { kind: InvalidDigit }"
        );
        assert_eq!(parsed("8").unwrap(), 8);
        let long = caught(failure, "it".into(), || panic!("{}", "é".repeat(1000))).unwrap_err().to_string();
        assert!(long.chars().count() < 350, "{long}");
    }
}
