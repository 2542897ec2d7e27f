//! The pooling that a sentence-transformers encoder declares: `modules.json` names the folder of the pooling module, whose
//! `config.json` says how it pools. Read with another pooling, such an encoder is worse without a word.

use serde_json::{Map, Value};

use crate::recipe::Pooling;

/// The pooling with which an encoder was trained, as its files say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclaredPooling {
    /// A pooling that Polytask has.
    Known(Pooling),
    /// Another one, by sentence-transformers' name: `max_tokens`, `lasttoken` and so on.
    Other(String),
}

/// The folder of the pooling module, from `modules.json`; `None` if it names none, or one outside the encoder's directory.
pub fn pooling_folder(modules: &[u8]) -> Option<String> {
    let modules: Vec<Map<String, Value>> = serde_json::from_slice(modules).ok()?;
    let text = |module: &Map<String, Value>, field: &str| module.get(field).and_then(Value::as_str).map(String::from);
    let pooling = modules.iter().find(|module| text(module, "type").is_some_and(|kind| kind.ends_with("Pooling")))?;
    text(pooling, "path").filter(|path| !path.is_empty() && !path.contains(['/', '\\', ':']) && path != "..")
}

/// The pooling that the `config.json` of a pooling module declares; `None` if it says nothing.
///
/// ```
/// use polytask::model::{DeclaredPooling, declared_pooling};
/// use polytask::recipe::Pooling;
///
/// let json = br#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#;
/// assert_eq!(declared_pooling(json), Some(DeclaredPooling::Known(Pooling::Cls)));
/// ```
pub fn declared_pooling(json: &[u8]) -> Option<DeclaredPooling> {
    let config: Map<String, Value> = serde_json::from_slice(json).ok()?;
    let modes: Vec<&str> = match config.get("pooling_mode") {
        Some(Value::String(mode)) => vec![mode],
        Some(Value::Array(modes)) => modes.iter().filter_map(Value::as_str).collect(),
        _ => config
            .iter()
            .filter(|(_, set)| **set == Value::Bool(true))
            .filter_map(|(field, _)| field.strip_prefix("pooling_mode_"))
            .collect(),
    };
    match modes.as_slice() {
        [] => None,
        ["mean" | "mean_tokens"] => Some(DeclaredPooling::Known(Pooling::Mean)),
        ["cls" | "cls_token"] => Some(DeclaredPooling::Known(Pooling::Cls)),
        modes => Some(DeclaredPooling::Other(modes.join(" + "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_configs_are_read() {
        let known = |pooling| Some(DeclaredPooling::Known(pooling));
        let other = |mode: &str| Some(DeclaredPooling::Other(mode.into()));
        for (json, expected) in [
            (r#"{"word_embedding_dimension": 384, "pooling_mode_mean_tokens": true}"#, known(Pooling::Mean)),
            (r#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}"#, known(Pooling::Cls)),
            (r#"{"pooling_mode": "cls"}"#, known(Pooling::Cls)),
            (r#"{"pooling_mode": ["mean"]}"#, known(Pooling::Mean)),
            (r#"{"pooling_mode_lasttoken": true}"#, other("lasttoken")),
            (r#"{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": true}"#, other("cls_token + mean_tokens")),
            ("{}", None),
            ("no json", None),
        ] {
            assert_eq!(declared_pooling(json.as_bytes()), expected, "{json}");
        }
    }

    #[test]
    fn the_folder_stays_within_the_encoders() {
        let folder = |path: &str| {
            pooling_folder(
                format!(r#"[{{"path": "", "type": "a.Transformer"}}, {{"path": "{path}", "type": "a.Pooling"}}]"#)
                    .as_bytes(),
            )
        };
        assert_eq!(folder("1_Pooling"), Some("1_Pooling".into()));
        for outside in ["", "..", "../x", "/etc", "C:x"] {
            assert_eq!(folder(outside), None, "{outside}");
        }
        assert_eq!(pooling_folder(b"{}"), None);
    }
}
