//! Errors and warnings: a stable code, named parameters, and the English sentence that they make. Other languages make
//! their own sentence from the code and the parameters.
//!
//! ```
//! use polytask::recipe::Recipe;
//!
//! let error = Recipe::from_json(r#"{"training": {"learning_rate": 20}}"#).unwrap_err();
//! assert_eq!(error.code(), "recipe.rate_range");
//! assert_eq!(error.params()["place"], "learning_rate");
//! assert_eq!(error.params()["rate"], 20.0);
//! assert!(error.to_string().starts_with("learning_rate: 2e1 is out of range; it must be above 0 and at most 10"));
//! ```

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// The crate's result.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything that can go wrong in the library, by kind. `Display` gives the English sentence: what is wrong, where, and
/// what would be right.
#[derive(Debug, Clone, PartialEq)]
pub enum Error {
    /// A setting is outside its range, or names something unknown. The place is the recipe's field.
    Setting(Box<Message>),
    /// The recipe cannot be parsed.
    Recipe(Box<Message>),
    /// The data cannot be trained on. The place is the file, row and column, as far as they are known.
    Data(Box<Message>),
    /// The encoder's config or weights cannot be used.
    Encoder(Box<Message>),
    /// `tokenizer.json` cannot be used.
    Tokenizer(Box<Message>),
    /// The run needs more memory than there is.
    Memory(Box<Message>),
    /// The loss became NaN or infinite; `step` is the step that was not taken, from 1.
    Diverged(Box<Message>),
    /// A checkpoint cannot be read, or is of another run.
    Checkpoint(Box<Message>),
    /// Several ranks cannot train together, or one of them has ended.
    Parallel(Box<Message>),
    /// Candle failed (out of memory, a device error).
    Tensor(Box<Message>),
}

impl Error {
    /// An error in the recipe's field `name`.
    pub fn setting(name: &str, wrong: Message) -> Self {
        Self::Setting(wrong.at(name.into()))
    }

    /// An error in a recipe as a whole.
    pub fn recipe(wrong: Message) -> Self {
        Self::Recipe(wrong.at(message!("place.recipe", "recipe").into()))
    }

    /// An error at `place` in the data: a file's name, or a message such as `data.csv, line 3`.
    pub fn data(place: impl Into<Value>, wrong: Message) -> Self {
        Self::Data(wrong.at(place.into()))
    }

    /// An error in an encoder's config or weights.
    pub fn encoder(wrong: Message) -> Self {
        Self::Encoder(wrong.at(message!("place.encoder", "encoder").into()))
    }

    /// An error in a `tokenizer.json`.
    pub fn tokenizer(wrong: Message) -> Self {
        Self::Tokenizer(wrong.at(message!("place.tokenizer", "tokenizer").into()))
    }

    /// Too little memory.
    pub fn memory(wrong: Message) -> Self {
        Self::Memory(wrong.at(message!("place.memory", "memory").into()))
    }

    /// An error in a checkpoint.
    pub fn checkpoint(wrong: Message) -> Self {
        Self::Checkpoint(wrong.at(message!("place.checkpoint", "checkpoint").into()))
    }

    /// The name of what is wrong, the same in every release, such as `recipe.rate_range`.
    pub fn code(&self) -> &str {
        &self.message().code
    }

    /// The sentence's parameters by name; `place` is where something is wrong.
    pub fn params(&self) -> &Map<String, Value> {
        &self.message().params
    }

    /// Code, parameters and English sentence together, as events carry them.
    pub fn message(&self) -> &Message {
        match self {
            Self::Setting(message)
            | Self::Recipe(message)
            | Self::Data(message)
            | Self::Encoder(message)
            | Self::Tokenizer(message)
            | Self::Memory(message)
            | Self::Diverged(message)
            | Self::Checkpoint(message)
            | Self::Parallel(message)
            | Self::Tensor(message) => message,
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message().fmt(f)
    }
}

impl std::error::Error for Error {}

impl From<candle_core::Error> for Error {
    fn from(error: candle_core::Error) -> Self {
        Self::Tensor(message!("tensor.failed", "tensor computation failed: {why}", why = error.to_string()).into())
    }
}

/// A sentence for people, with the parts from which another language makes its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Message {
    /// The name of the sentence, the same in every release: the module that makes it and a word or two, as in `data.row_width`.
    pub code: String,
    /// The parameters by name: strings, numbers, and other messages (objects with these three fields). `place` is where
    /// something is wrong, a string or a message; the English sentence begins with it.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, string | number | Message>"))]
    pub params: Map<String, Value>,
    /// The sentence in English.
    pub message: String,
}

impl Message {
    /// A message whose English sentence is `english` with each `{name}` replaced by that parameter. `{name:?}` puts a text
    /// in quotes, `{name:e}` writes a number as 1e-3, and `{name:size}` writes a number of bytes as 1.2 GB.
    pub fn new(code: &str, english: &str, params: Vec<(&str, Value)>) -> Self {
        let params: Map<String, Value> = params.into_iter().map(|(name, value)| (name.into(), value)).collect();
        Self { code: code.into(), message: filled(english, &params), params }
    }

    /// A message of another library; only its text is known.
    pub fn unexpected(why: &dyn std::fmt::Display) -> Self {
        message!("unexpected", "{why}", why = why.to_string())
    }

    /// Puts `place` before the sentence and among the parameters.
    fn at(self, place: Value) -> Box<Self> {
        Box::new(self.placed(place))
    }

    /// The message with `place` before the sentence and among the parameters.
    pub(crate) fn placed(mut self, place: Value) -> Self {
        self.message = format!("{}: {}", written(&place, ""), self.message);
        self.params.insert("place".into(), place);
        self
    }

    /// Several messages as one sentence, `a; b; and 7 more`; `more` are not among `messages`. At least one message.
    pub(crate) fn joined(messages: impl IntoIterator<Item = Self>, more: usize) -> Self {
        let rest = (more > 0).then(|| message!("list.more", "and {n} more", n = more));
        let all = messages.into_iter().chain(rest);
        let both = |one, next| message!("list.next", "{one}; {next}", one = one, next = next);
        all.reduce(both).unwrap_or_else(|| message!("list.more", "and {n} more", n = more))
    }

    /// Gives a JavaScript error the code and the parameters, so that the page can make its own sentence.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn attach_to(&self, error: &js_sys::Error) {
        let params = self.params.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_default();
        let _ = js_sys::Reflect::set(error, &"code".into(), &self.code.as_str().into());
        let _ = js_sys::Reflect::set(error, &"params".into(), &params);
    }
}

impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Message> for Value {
    fn from(Message { code, params, message }: Message) -> Self {
        let fields = [("code", code.into()), ("params", params.into()), (MESSAGE, message.into())];
        Self::Object(fields.map(|(name, value)| (name.to_string(), value)).into_iter().collect())
    }
}

/// The field of a [`Message`] that holds the sentence.
const MESSAGE: &str = "message";

/// Makes a [`Message`] from a code, its English sentence and the parameters in it. The sentence must use each of them and no
/// other, or the crate does not compile. Every code has a German sentence in www/strings/errors.de.js, by test.
macro_rules! message {
    ($code:literal, $english:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        const { assert!($crate::error::fits($english, &[$(stringify!($name)),*]), "the sentence uses other parameters") };
        $crate::error::Message::new($code, $english, vec![$((stringify!($name), serde_json::Value::from($value))),*])
    }};
}
pub(crate) use message;

/// Whether a sentence uses each of the parameters, and no other.
pub(crate) const fn fits(english: &str, names: &[&str]) -> bool {
    let text = english.as_bytes();
    let (mut used, mut at) = (0_u32, 0);
    while at < text.len() {
        if text[at] == b'{' {
            let mut i = 0;
            while i < names.len() && !begins(text, at + 1, names[i].as_bytes()) {
                i += 1;
            }
            if i == names.len() {
                return false;
            }
            used |= 1 << i;
        }
        at += 1;
    }
    used == (1 << names.len()) - 1
}

/// Whether the hole whose name begins at `at` is for the parameter `name`.
const fn begins(text: &[u8], at: usize, name: &[u8]) -> bool {
    let mut i = 0;
    while i < name.len() {
        if at + i == text.len() || text[at + i] != name[i] {
            return false;
        }
        i += 1;
    }
    at + i < text.len() && matches!(text[at + i], b'}' | b':')
}

/// A sentence with its parameters filled in.
fn filled(english: &str, params: &Map<String, Value>) -> String {
    let mut pieces = english.split('{');
    let mut sentence = String::from(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (hole, rest) = piece.split_once('}').unwrap_or((piece, ""));
        let (name, format) = hole.split_once(':').unwrap_or((hole, ""));
        sentence += &params.get(name).map(|value| written(value, format)).unwrap_or_default();
        sentence += rest;
    }
    sentence
}

/// A parameter as English writes it.
fn written(value: &Value, format: &str) -> String {
    match (value, format) {
        (Value::String(text), "?") => format!("{text:?}"),
        (Value::String(text), _) => text.clone(),
        (Value::Object(message), _) => message.get(MESSAGE).and_then(Value::as_str).unwrap_or_default().into(),
        (Value::Number(number), _) => match (number.as_f64(), format) {
            (Some(x), "e") => format!("{x:e}"),
            (Some(bytes), "size") => size(bytes),
            (Some(x), _) if number.is_f64() => x.to_string(),
            _ => number.to_string(),
        },
        _ => value.to_string(),
    }
}

fn size(bytes: f64) -> String {
    match bytes {
        b if b >= 1e12 => format!("{:.1} TB", b / 1e12),
        b if b >= 1e9 => format!("{:.1} GB", b / 1e9),
        b => format!("{:.0} MB", b / 1e6),
    }
}

/// A number as a parameter; NaN and infinity, which JSON does not have, as text.
pub(crate) fn number(x: f64) -> Value {
    Number::from_f64(x).map_or_else(|| x.to_string().into(), Value::Number)
}

/// How many names a sentence lists before it only counts the others.
const LISTED: usize = 10;

/// `"a", "b", "c"`, for sentences; of more than ten names the first ten and how many more there are: `… (+90)`.
pub fn quoted<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let mut names = names.into_iter();
    let listed: Vec<String> =
        names.by_ref().take(LISTED).map(|name| format!("{:?}", shortened(name.as_ref()))).collect();
    match (listed.is_empty(), names.count()) {
        (true, _) => "none".into(),
        (false, 0) => listed.join(", "),
        (false, more) => format!("{}, … (+{more})", listed.join(", ")),
    }
}

/// The first 40 characters of a text, with `…` if there are more, for sentences.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_made_from_its_parameters() {
        let why = message!("test.why", "there are {n} of {all}", n = 3_u64, all = number(0.5));
        let said = message!(
            "test.said",
            "{name:?} weighs {bytes:size} at {rate:e} ({loss}): {why}",
            name = "a \"b\"",
            bytes = 5.2e9,
            rate = number(2e-5),
            loss = number(f64::NAN),
            why = why
        );
        let wrong = Error::data(message!("test.place", "line {n}", n = 7), said);
        assert_eq!(wrong.to_string(), "line 7: \"a \\\"b\\\"\" weighs 5.2 GB at 2e-5 (NaN): there are 3 of 0.5");
        assert_eq!(wrong.code(), "test.said");
        assert_eq!(wrong.params()["bytes"], 5.2e9);
        assert_eq!(wrong.params()["why"]["params"]["n"], 3);
        assert_eq!(wrong.params()["place"]["code"], "test.place");
        let back: Message = serde_json::from_str(&serde_json::to_string(wrong.message()).unwrap()).unwrap();
        assert_eq!(back, *wrong.message());
    }

    #[test]
    fn a_sentence_that_uses_other_parameters_does_not_compile() {
        assert!(fits("plain", &[]));
        assert!(fits("{a} and {b:?}, {a}", &["a", "b"]));
        assert!(!fits("{a}", &[]));
        assert!(!fits("{a}", &["a", "b"]));
        assert!(!fits("{ab}", &["a"]));
        assert!(!fits("{a", &["a"]));
    }

    #[test]
    fn lists_and_long_names_are_cut() {
        assert_eq!(quoted([""; 0]), "none");
        assert_eq!(quoted(["a", "b"]), "\"a\", \"b\"");
        assert_eq!(quoted((0..10).map(|i| i.to_string())).matches('"').count(), 20);
        let many = quoted((0..100_000).map(|i| i.to_string()));
        assert!(many.ends_with("\"8\", \"9\", … (+99990)"), "{many}");
        assert_eq!(quoted(["ä".repeat(41)]), format!("\"{}…\"", "ä".repeat(40)));
        assert_eq!(shortened(&"ä".repeat(40)), "ä".repeat(40));
    }
}
