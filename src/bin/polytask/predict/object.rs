//! A line of JSONL as its fields, each as it is written there.

use indexmap::IndexMap;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Deserializer, Map, Value};

/// An object's fields by name; each value is JSON, with every character as in the line.
pub type Object = IndexMap<String, String>;

/// The fields of the object on `line`. The error is a sentence.
pub fn object(line: &str) -> Result<Object, String> {
    let wrong = |e: serde_json::Error| {
        let example = r#"{"text": "…", "topic": "…"}"#;
        format!("it is not a JSON object ({e}); each line is one, like {example}")
    };
    serde_json::from_str::<Map<String, Value>>(line).map_err(wrong)?;
    let mut fields = Object::new();
    let mut rest = line.trim_start()[1..].trim_start();
    while !rest.starts_with('}') {
        let (name, after): (String, _) = value(rest).map_err(wrong)?;
        let written = after.trim_start()[1..].trim_start();
        let (_, after): (IgnoredAny, _) = value(written).map_err(wrong)?;
        fields.insert(name, written[..written.len() - after.len()].into());
        rest = after.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
    Ok(fields)
}

/// The value that `text` begins with, and what comes after it.
fn value<T: DeserializeOwned>(text: &str) -> serde_json::Result<(T, &str)> {
    let mut values = Deserializer::from_str(text).into_iter::<T>();
    let value = values.next().unwrap_or_else(|| serde_json::from_str(""))?;
    Ok((value, &text[values.byte_offset()..]))
}

/// A value as a field of a table: a string's text, nothing for null, and others as they are written.
pub fn cell(written: &str) -> String {
    match serde_json::from_str(written) {
        Ok(Value::String(text)) => text,
        Ok(Value::Null) => String::new(),
        _ => written.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_as_it_is_written() {
        let line =
            r#"  { "text" : "a \"b\", {c}" ,"n":123456789012345678901.50,"x":1E2, "e" :{} ,"l":[1, "]"],"z":null } "#;
        let fields = object(line).unwrap();
        let expected = [
            ("text", r#""a \"b\", {c}""#),
            ("n", "123456789012345678901.50"),
            ("x", "1E2"),
            ("e", "{}"),
            ("l", r#"[1, "]"]"#),
            ("z", "null"),
        ];
        assert_eq!(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>(), expected);
        assert_eq!(
            ["text", "n", "z"].map(|name| cell(&fields[name])),
            ["a \"b\", {c}", "123456789012345678901.50", ""]
        );
        assert_eq!(object("{}"), Ok(Object::new()));
        assert_eq!(object(r#"{"a": 1, "a": true}"#).unwrap()["a"], "true", "the last of a name counts");
        for wrong in ["", "[]", "5", r#"{"a": 1"#, r#"{"a": 1} {}"#, r#"{"a" 1}"#, r#"{"a": 1,}"#, "{a: 1}"] {
            assert!(object(wrong).unwrap_err().starts_with("it is not a JSON object ("), "{wrong}");
        }
    }
}
