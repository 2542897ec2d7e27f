//! JSONL: one object a line; the text field is a string, every other field a label: string, number, boolean or null.

use serde_json::{Map, Value};

use super::table::{Columns, Row, Table, check_named, filled};
use crate::error::shortened;
use crate::{Error, Result};

pub(super) fn read(name: &str, text: &str, text_column: &str) -> Result<Table> {
    let mut columns = Columns::default();
    let mut rows = Vec::new();
    for (i, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = format!("line {}", i + 1);
        let here = format!("{name}, {place}");
        let at = |field: &str| format!("{here}, field {:?}", shortened(field));
        let mut object: Map<String, Value> = serde_json::from_str(line).map_err(|e| {
            Error::data(
                &here,
                format!("it is not a JSON object ({e}); each line is one, like {{\"text\": \"…\", \"topic\": \"…\"}}"),
            )
        })?;
        let text = match object.shift_remove(text_column) {
            Some(Value::String(text)) if !text.trim().is_empty() => text.trim().to_string(),
            Some(Value::String(_)) => {
                return Err(Error::data(at(text_column), "the sentence is blank; write one or remove the line"));
            }
            Some(other) => {
                let other = shortened(&other.to_string());
                return Err(Error::data(at(text_column), format!("{other} is not a string; the sentence must be one")));
            }
            None => {
                return Err(Error::data(
                    here,
                    format!("there is no field {text_column:?} for the sentence; give its field this name"),
                ));
            }
        };
        let mut labels = Vec::new();
        for (key, value) in object {
            check_named(&here, &key)?;
            let label = match value {
                Value::Null => None,
                Value::String(label) => filled(&label),
                Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
                other => {
                    let other = shortened(&other.to_string());
                    return Err(Error::data(
                        at(&key),
                        format!("{other} is not a label; it must be a string, a number, a boolean or null"),
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
