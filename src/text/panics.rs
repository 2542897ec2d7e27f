//! Panics of the tokenizers library as errors: it panics on some `tokenizer.json` files, in reading or in encoding.
//!
//! Natively the panic is caught. A module in the browser cannot unwind: there the panic hook throws the sentence as a
//! `RuntimeError`, the type that a trap throws, so that the page replaces the worker and shows the sentence.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

use crate::error::message;
use crate::{Error, Result};

thread_local! {
    /// Subject of this thread's call, for the error's sentence.
    static SUBJECT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Whether a panic is one of the tokenizers library that [`Tokenizer`](super::Tokenizer) turns into an error: for a
/// program's panic hook, which need not print it. In the browser it does not return then, but throws the error.
///
/// ```
/// let default = std::panic::take_hook();
/// std::panic::set_hook(Box::new(move |panic| {
///     if !polytask::text::catches_panic(panic) {
///         default(panic);
///     }
/// }));
/// ```
pub fn catches_panic(panic: &PanicHookInfo<'_>) -> bool {
    let subject = SUBJECT.with_borrow(Option::clone);
    #[cfg(target_arch = "wasm32")]
    if let Some(subject) = &subject {
        let failure = failure(subject, panic.payload());
        let thrown = js_sys::WebAssembly::RuntimeError::new(&failure.to_string());
        failure.message().attach_to(&thrown);
        wasm_bindgen::throw_val(thrown.into());
    }
    #[cfg(not(target_arch = "wasm32"))]
    let _ = panic;
    cfg!(panic = "unwind") && subject.is_some()
}

/// Calls the library, with `subject` for the error's sentence.
pub(super) fn caught<R>(subject: String, call: impl FnOnce() -> R) -> Result<R> {
    SUBJECT.set(Some(subject));
    // After a panic the library's caches may be poisoned. Then it panics again, which is another error, not a wrong answer.
    let outcome = panic::catch_unwind(AssertUnwindSafe(call));
    let subject = SUBJECT.take().unwrap_or_default();
    outcome.map_err(|payload| failure(&subject, &*payload))
}

fn failure(subject: &str, payload: &(dyn Any + Send)) -> Error {
    let why = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let why = match why {
        Some(why) => serde_json::Value::from(why.chars().take(200).collect::<String>()),
        None => message!("text.no_reason", "it does not say why").into(),
    };
    Error::tokenizer(message!(
        "text.tokenizers_failed",
        "{subject} makes the tokenizers library fail ({why}); take the encoder's own tokenizer.json",
        subject = subject,
        why = why
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_sentence_and_the_next_call_works() {
        let parsed = |text: &'static str| caught("it".into(), move || text.parse::<u8>().expect("a number"));
        assert_eq!(parsed("7").unwrap(), 7);
        assert_eq!(
            parsed("x").unwrap_err().to_string(),
            "tokenizer: it makes the tokenizers library fail (a number: ParseIntError { kind: InvalidDigit }); take the \
             encoder's own tokenizer.json"
        );
        assert_eq!(parsed("8").unwrap(), 8);
        let long = caught("it".into(), || panic!("{}", "é".repeat(1000))).unwrap_err().to_string();
        assert!(long.chars().count() < 350, "{long}");
    }
}
