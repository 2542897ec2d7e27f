//! Inputs to begin with: small right ones of each kind.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::runs::trainer;

pub const CONFIG: &[u8] = include_bytes!("../../tests/reference/tiny/config.json");
pub const WEIGHTS: &[u8] = include_bytes!("../../tests/reference/tiny/weights.safetensors");
/// A tokeniser of 64 words.
pub const TOKENIZER: &[u8] = include_bytes!("tokenizer.json");
pub const RECIPE: &str = r#"{"data": {"examples": [
    {"text": "w5 w6 w7", "labels": {"a": "x", "b": "p"}}, {"text": "w8 w9", "labels": {"a": "y", "b": "q"}},
    {"text": "w8 w13", "labels": {"a": "y"}}, {"text": "w14 w15 w6", "labels": {"a": "x", "b": "p"}}]},
    "validation": {"fraction": 0}, "seed": 3, "training": {"max_length": 16, "epochs": 1, "batch_size": 2}}"#;

/// The seeds of a target.
pub fn seeds(target: &str) -> Vec<Vec<u8>> {
    match target {
        "table" | "cells" => tables(),
        "parquet" => vec![
            include_bytes!("../../tests/reference/parquet/polars.parquet").to_vec(),
            include_bytes!("../../tests/reference/parquet/table.parquet").to_vec(),
            include_bytes!("../../tests/reference/parquet/types.parquet").to_vec(),
        ],
        "recipe" => texts(&[RECIPE, r#"{"data": {"preset": {"name": "notebook"}}, "training": {"weighting": "pcgrad"}}"#]),
        "event" => texts(&[
            r#"{"type":"step","step":1,"epoch":1,"losses":{"a":1.5,"b":0.5},"total":2.0,"task_weights":{"a":1.0,"b":1.0},"learning_rate":0.001}"#,
            r#"{"type":"end","steps":3,"epochs":1,"best_epoch":null}"#,
            r#"{"type":"warning","code":"x","params":{"n":1},"message":"A warning."}"#,
            r#"{"type":"paused"}"#,
        ]),
        "checkpoint" => vec![trainer().checkpoint().expect("a checkpoint")],
        "config" => vec![
            CONFIG.to_vec(),
            br#"[{"idx":0,"path":"","type":"sentence_transformers.models.Transformer"},{"idx":1,"path":"1_Pooling","type":"sentence_transformers.models.Pooling"}]"#.to_vec(),
            br#"{"word_embedding_dimension":384,"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":false}"#.to_vec(),
        ],
        "tokenizer" => vec![[TOKENIZER, b"\0w4 w5"].concat()],
        "vocabulary" => vec![b"[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\nc\n\0{\"do_lower_case\": true}".to_vec()],
        "weights" => vec![[&[255], WEIGHTS].concat(), blocks()],
        "zip" => vec![model_zip()],
        "onnx" => vec![onnx_config()],
        _ => Vec::new(),
    }
}

fn texts(all: &[&str]) -> Vec<Vec<u8>> {
    all.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The first byte is the kind of file: see `tables.rs`.
fn tables() -> Vec<Vec<u8>> {
    let all: [(u8, &str); 6] = [
        (0, "text,topic,tone\nRain again.,weather,bad\n\"Great, really!\",food,good\nCold soup.,food,bad\n"),
        (0, "\u{feff}id;Review;topic\r\n1;Rain, again.;weather\r\n2;\"He said \"\"no\"\"\";food\r\n"),
        (1, "text\ttopic\nRain\tweather\nSoup\tfood\n"),
        (2, "Rain again.\nGreat soup!\n"),
        (3, r#"[{"text": "Rain", "topic": "weather", "n": 1}, {"text": "Soup", "topic": "food", "n": null}]"#),
        (
            4,
            "{\"text\": \"Rain\", \"labels\": {\"topic\": \"weather\"}}\n{\"text\": \"Soup\", \"labels\": {\"topic\": \"food\"}}\n",
        ),
    ];
    all.into_iter().map(|(kind, text)| [&[kind], text.as_bytes()].concat()).collect()
}

/// One tensor of two blocks with codes of 4 bits.
fn blocks() -> Vec<u8> {
    let header =
        r#"{"__metadata__":{"polytask_blocks":"1"},"a":{"dtype":"U8","shape":[1,2,18],"data_offsets":[0,36]}}"#;
    let length = (header.len() as u64).to_le_bytes();
    [&[7][..], &length, header.as_bytes(), &[0x3c; 36]].concat()
}

fn model_zip() -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("config.json", CONFIG), ("inside/tokenizer.json", TOKENIZER)] {
        zip.start_file(name, SimpleFileOptions::default()).expect("a zip in memory");
        zip.write_all(bytes).expect("a zip in memory");
    }
    zip.finish().expect("a zip in memory").into_inner()
}

fn onnx_config() -> Vec<u8> {
    let config = std::str::from_utf8(CONFIG).expect("UTF-8").trim_end().trim_end_matches('}');
    format!(r#"{config}, "polytask": {{"pooling": "mean", "tasks": [{{"name": "a", "labels": ["x", "y"]}}]}}}}"#)
        .into_bytes()
}
