//! Values and errors on their way between Rust and JavaScript.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use crate::Error;
use crate::error::Message;

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
pub(super) type Result<T> = std::result::Result<T, Thrown>;

pub(super) fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T> {
    Ok(serde_wasm_bindgen::from_value(value)?)
}

/// Plain objects and numbers, as JSON would hold them.
pub(super) fn to_js<T: Serialize>(value: &T) -> Result<JsValue> {
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}
