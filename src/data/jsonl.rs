//! JSONL: one object a line; the text field is a string, every other field a label: string, number, boolean or null.

use serde_json::{Map, Value};

use super::table::{Columns, Place, Row, Table, check_named, filled};
use crate::error::{message, shortened};
use crate::{Error, Result};

pub(super) fn read(name: &str, text: &str, text_column: &str) -> Result<Table> {
    let mut columns = Columns::default();
    let mut rows = Vec::new();
    for (i, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = Place::Line(i + 1);
        let here = || place.of(name);
        let at = |field: &str| message!("place.field", "{of}, field {field:?}", of = here(), field = shortened(field));
        let mut object: Map<String, Value> = serde_json::from_str(line).map_err(|e| {
            Error::data(
                here(),
                message!(
                    "data.not_json",
                    "it is not a JSON object ({why}); each line is one, like {example}",
                    why = e.to_string(),
                    example = r#"{"text": "…", "topic": "…"}"#
                ),
            )
        })?;
        let text = match object.shift_remove(text_column) {
            Some(Value::String(text)) if !text.trim().is_empty() => text.trim().to_string(),
            Some(Value::String(_)) => {
                let wrong = message!("data.blank_line", "the sentence is blank; write one or remove the line");
                return Err(Error::data(at(text_column), wrong));
            }
            Some(other) => {
                let other = shortened(&other.to_string());
                let wrong =
                    message!("data.not_a_string", "{value} is not a string; the sentence must be one", value = other);
                return Err(Error::data(at(text_column), wrong));
            }
            None => {
                return Err(Error::data(
                    here(),
                    message!(
                        "data.no_text_field",
                        "there is no field {field:?} for the sentence; give its field this name",
                        field = text_column
                    ),
                ));
            }
        };
        let mut labels = Vec::new();
        for (key, value) in object {
            check_named(&key, here)?;
            let label = match value {
                Value::Null => None,
                Value::String(label) => filled(&label),
                Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
                other => {
                    let other = shortened(&other.to_string());
                    return Err(Error::data(
                        at(&key),
                        message!(
                            "data.not_a_label",
                            "{value} is not a label; it must be a string, a number, a boolean or null",
                            value = other
                        ),
                    ));
                }
            };
            let column = columns.of(key);
            labels.extend(label.map(|label| (column, label)));
        }
        rows.push(Row { place, text, labels: labels.into_iter().collect() });
    }
    Ok(Table { name: name.into(), tasks: columns.into_names(), rows })
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
        assert_eq!(table.rows[0].labels, [(0, "3".to_string()), (1, "true".into())].into_iter().collect());
        assert!(table.rows[1].labels.is_empty());
        assert_eq!(table.rows[1].place, Place::Line(3));
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
