//! Weights in several files, which `model.safetensors.index.json` lists: read as one file whose header is joined from theirs.

use std::collections::BTreeSet;

use safetensors::SafeTensorError;
use serde_json::{Map, Value, json};

use super::header::not_safetensors;
use crate::error::message;
use crate::{Error, Result};

/// The names of the files, in their order, from `model.safetensors.index.json`.
///
/// # Errors
///
/// If it lists no files, or one that is not beside it.
pub fn shard_names(index: &[u8]) -> Result<Vec<String>> {
    let wrong = |why: String| {
        Error::encoder(message!("model.index", "model.safetensors.index.json cannot be read: {why}", why = why))
    };
    let index: Map<String, Value> = serde_json::from_slice(index).map_err(|e| wrong(e.to_string()))?;
    let files =
        index.get("weight_map").and_then(Value::as_object).ok_or_else(|| wrong("it has no weight_map".into()))?;
    let names: BTreeSet<&str> = files.values().filter_map(Value::as_str).collect();
    match names.iter().find(|name| name.contains(['/', '\\', ':']) || !name.ends_with(".safetensors")) {
        Some(name) => Err(wrong(format!("{name:?} is not the name of a safetensors file beside it"))),
        None if names.is_empty() => Err(wrong("its weight_map names no file".into())),
        None => Ok(names.into_iter().map(String::from).collect()),
    }
}

/// The length and the header of one file that holds the tensors of all `headers`, in this order: followed by the files' tensors,
/// without their own lengths and headers, it is a safetensors file.
///
/// # Errors
///
/// If a header is none, or two of them have a tensor of one name.
pub fn joined_header(headers: &[Vec<u8>]) -> Result<Vec<u8>> {
    let not_json = |e| not_safetensors(&SafeTensorError::InvalidHeaderDeserialization(e));
    let mut joined = Map::new();
    let mut start = 0_u64;
    for header in headers {
        let tensors: Map<String, Value> = serde_json::from_slice(header).map_err(not_json)?;
        let mut end = start;
        for (name, mut tensor) in tensors {
            if name == "__metadata__" {
                joined.entry(name).or_insert(tensor);
                continue;
            }
            let offsets: Option<[u64; 2]> =
                tensor.get("data_offsets").and_then(|offsets| serde_json::from_value(offsets.clone()).ok());
            let offsets = offsets.and_then(|[from, to]| Some([start.checked_add(from)?, start.checked_add(to)?]));
            let [from, to] = offsets.ok_or_else(|| not_safetensors(&SafeTensorError::InvalidOffset(name.clone())))?;
            end = end.max(to);
            tensor["data_offsets"] = json!([from, to]);
            if joined.insert(name.clone(), tensor).is_some() {
                return Err(Error::encoder(message!(
                    "model.tensor_twice",
                    "tensor {name:?} is in two of the files that model.safetensors.index.json lists",
                    name = name
                )));
            }
        }
        start = end;
    }
    let json = Value::Object(joined).to_string().into_bytes();
    Ok([&(json.len() as u64).to_le_bytes()[..], &json].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Weights;
    use safetensors::tensor::{Dtype, TensorView};

    fn file(name: &str, numbers: [f32; 2]) -> Vec<u8> {
        let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
        let view = TensorView::new(Dtype::F32, vec![2], &bytes).unwrap();
        safetensors::serialize([(name, view)], Some([("format".into(), "pt".into())].into())).unwrap()
    }

    fn parts(file: &[u8]) -> (Vec<u8>, &[u8]) {
        let end = 8 + u64::from_le_bytes(*file.first_chunk().unwrap()) as usize;
        (file[8..end].to_vec(), &file[end..])
    }

    #[test]
    fn two_files_are_read_as_one() {
        let (first, second) = (file("a", [1.0, 2.0]), file("b", [3.0, 4.0]));
        let ((first, a), (second, b)) = (parts(&first), parts(&second));
        let joined = [joined_header(&[first.clone(), second]).unwrap(), a.to_vec(), b.to_vec()].concat();
        let mut weights = Weights::from_safetensors(&joined).unwrap();
        assert_eq!(weights.take("a", &[2]).unwrap(), [1.0, 2.0]);
        assert_eq!(weights.take("b", &[2]).unwrap(), [3.0, 4.0]);
        assert_eq!(
            joined_header(&[first.clone(), first]).unwrap_err().to_string(),
            "encoder: tensor \"a\" is in two of the files that model.safetensors.index.json lists"
        );
    }

    #[test]
    fn an_index_names_files_beside_it() {
        let names = |json: &str| shard_names(json.as_bytes());
        let index = r#"{"weight_map": {"b": "m-2.safetensors", "a": "m-1.safetensors", "c": "m-2.safetensors"}}"#;
        assert_eq!(names(index).unwrap(), ["m-1.safetensors", "m-2.safetensors"]);
        assert_eq!(
            names(r#"{"weight_map": {"a": "../m.safetensors"}}"#).unwrap_err().to_string(),
            "encoder: model.safetensors.index.json cannot be read: \"../m.safetensors\" is not the name of a safetensors file \
             beside it"
        );
        for (wrong, why) in [("{}", "it has no weight_map"), (r#"{"weight_map": {}}"#, "its weight_map names no file")]
        {
            assert_eq!(
                names(wrong).unwrap_err().to_string(),
                format!("encoder: model.safetensors.index.json cannot be read: {why}")
            );
        }
    }
}
