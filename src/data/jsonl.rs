//! JSONL: one object a line; the text field is a string, every other field a label: string, number, boolean or null.

use serde_json::{Map, Value};

use super::table::{Row, Table, filled};
use crate::{Error, Result};

pub(super) fn read(name: &str, text: &str, text_column: &str) -> Result<Table> {
    let mut tasks: Vec<String> = Vec::new();
    let mut objects = Vec::new();
    for (i, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = format!("line {}", i + 1);
        let object: Map<String, Value> = serde_json::from_str(line).map_err(|e| {
            Error::data(
                format!("{name}, {place}"),
                format!("it is not a JSON object ({e}); each line is one, like {{\"text\": \"…\", \"topic\": \"…\"}}"),
            )
        })?;
        for key in object.keys() {
            if key != text_column && !tasks.contains(key) {
                tasks.push(key.clone());
            }
        }
        objects.push((place, object));
    }
    let mut rows = Vec::with_capacity(objects.len());
    for (place, object) in objects {
        let at = |column: &str| format!("{name}, {place}, field {column:?}");
        let text = match object.get(text_column) {
            Some(Value::String(text)) if !text.trim().is_empty() => text.trim().to_string(),
            Some(Value::String(_)) => {
                return Err(Error::data(at(text_column), "the sentence is blank; write one or remove the line"));
            }
            Some(other) => {
                return Err(Error::data(at(text_column), format!("{other} is not a string; the sentence must be one")));
            }
            None => {
                return Err(Error::data(
                    format!("{name}, {place}"),
                    format!("there is no field {text_column:?} for the sentence; give its field this name"),
                ));
            }
        };
        let labels = tasks
            .iter()
            .map(|task| match object.get(task) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::String(label)) => Ok(filled(label)),
                Some(label @ (Value::Number(_) | Value::Bool(_))) => Ok(Some(label.to_string())),
                Some(other) => Err(Error::data(
                    at(task),
                    format!("{other} is not a label; it must be a string, a number, a boolean or null"),
                )),
            })
            .collect::<Result<_>>()?;
        rows.push(Row { place, text, labels });
    }
    Ok(Table { name: name.into(), tasks, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_labels_of_every_scalar_kind() {
        let text =
            "{\"text\": \" a \", \"stars\": 3, \"good\": true}\n\n{\"text\": \"b\", \"stars\": null, \"tone\": \"\"}\n";
        let table = read("d.jsonl", text, "text").unwrap();
        assert_eq!(table.tasks, ["stars", "good", "tone"]);
        assert_eq!(table.rows[0].labels, [Some("3".into()), Some("true".into()), None]);
        assert_eq!(table.rows[1].labels, [None, None, None]);
        assert_eq!(table.rows[1].place, "line 3");
    }

    #[test]
    fn errors_name_line_and_field() {
        let fails = |text: &str, expected: &str| {
            assert_eq!(read("d.jsonl", text, "text").unwrap_err().to_string(), expected);
        };
        fails(
            "{\"text\": \"a\"}\n{\"text\": 4}\n",
            "d.jsonl, line 2, field \"text\": 4 is not a string; the sentence must be one",
        );
        fails(
            "{\"text\": \"a\", \"topic\": [1]}\n",
            "d.jsonl, line 1, field \"topic\": [1] is not a label; it must be a string, a number, a boolean or null",
        );
        fails(
            "{\"topic\": \"x\"}\n",
            "d.jsonl, line 1: there is no field \"text\" for the sentence; give its field this name",
        );
        let error = read("d.jsonl", "nonsense\n", "text").unwrap_err().to_string();
        assert!(error.starts_with("d.jsonl, line 1: it is not a JSON object ("), "{error}");
    }
}
