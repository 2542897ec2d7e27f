//! Saved models: the files that other tools open, the zip, the heads alone, and ONNX.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::command::{TRAIN, fails, polytask, succeeds, workplace};
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

const FILES: [&str; 9] = [
    "1_Pooling/config.json",
    "README.md",
    "config.json",
    "model.safetensors",
    "modules.json",
    "recipe.json",
    "sentence_bert_config.json",
    "tokenizer.json",
    "tokenizer_config.json",
];

const SENTENCES: &str = "w5 w6 w7\nw8 w9 w10 w11 w12 w13 w14\nw5\nw20 w21 w22 w23\nw60 w61 w62 w8 w5 w6\n";

/// A model trained with these flags, in `model`.
fn trained(flags: &str) -> tempfile::TempDir {
    let place = workplace();
    fs::write(place.path().join("sentences.txt"), SENTENCES).expect("a temporary file");
    succeeds(place.path(), &format!("{TRAIN} --data data.csv --epochs 3 --out model {flags}"));
    place
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

/// The answers of the model at `model` for the sentences.
fn answers(directory: &Path, model: &str) -> String {
    succeeds(directory, &format!("predict --model {model} --data sentences.txt --json"))
}

#[test]
fn a_saved_model_has_what_other_tools_open() {
    for (pooling, mean) in [("mean", true), ("cls", false)] {
        let place = trained(&format!("--pooling {pooling}"));
        let model = place.path().join("model");
        let mut found: Vec<String> = Vec::new();
        for entry in fs::read_dir(&model).unwrap().chain(fs::read_dir(model.join("1_Pooling")).unwrap()).flatten() {
            if entry.path().is_file() {
                let path = entry.path();
                found.push(path.strip_prefix(&model).unwrap().to_str().unwrap().to_string());
            }
        }
        found.sort();
        assert_eq!(found, FILES);
        let config = json(&model.join("config.json"));
        assert_eq!(config["model_type"], "bert");
        assert_eq!(config["dtype"], "float32");
        assert_eq!(config["polytask"]["pooling"], pooling);
        let pooled = json(&model.join("1_Pooling/config.json"));
        assert_eq!(pooled["pooling_mode_mean_tokens"], mean);
        assert_eq!(pooled["pooling_mode_cls_token"], !mean);
        assert_eq!(pooled["word_embedding_dimension"], 32);
        assert_eq!(json(&model.join("modules.json"))[0]["type"], "sentence_transformers.models.Transformer");
        let tokenizer = json(&model.join("tokenizer_config.json"));
        assert_eq!((&tokenizer["cls_token"], &tokenizer["pad_token"]), (&"[CLS]".into(), &"[PAD]".into()));
        assert_eq!(tokenizer["model_max_length"], 16);
        assert!(tokenizer.get("mask_token").is_none(), "this vocabulary has none");
    }
}

#[test]
fn the_card_says_what_was_trained_and_how_good_it_is() {
    let place = workplace();
    let rows: String = (0..40).map(|i| format!("w{} w7,{},p{}\n", 5 + i, ["x", "y|z"][i % 2], i % 2)).collect();
    fs::write(place.path().join("more.csv"), format!("text,topic,tone\n{rows}")).unwrap();
    succeeds(place.path(), &format!("{TRAIN} --data more.csv --validation-fraction 0.25 --epochs 2 --out model"));
    let card = fs::read_to_string(place.path().join("model/README.md")).unwrap();
    for text in [
        "# A sentence classifier: `topic`, `tone`",
        "| `topic` | `x`, `y\\|z` | 30 | 10 | ",
        " to ",
        "- encoder: `encoder`",
        "- pooling: mean",
        "- sentences: 30",
        "load_file(\"model.safetensors\")",
        "heads[\"heads.topic.weight\"]",
        "await model.predict(['a sentence'])",
        "## Limits",
    ] {
        assert!(card.contains(text), "{text}\n{card}");
    }
}

#[test]
fn a_zip_is_the_same_model() {
    let place = trained("--calibrate --validation-fraction 0.34");
    let expected = answers(place.path(), "model");
    let said = succeeds(place.path(), "export --model model --format zip --out model.zip");
    assert!(said.starts_with("model.zip: 9 files, "), "{said}");
    let mut zip = ZipArchive::new(File::open(place.path().join("model.zip")).unwrap()).unwrap();
    let mut names: Vec<String> = zip.file_names().map(|name| name.expect("UTF-8").into_owned()).collect();
    names.sort();
    assert_eq!(names, FILES);
    assert_eq!(zip.by_name("model.safetensors").unwrap().compression(), CompressionMethod::Stored);
    let card = std::io::read_to_string(zip.by_name("README.md").unwrap()).unwrap();
    assert_eq!(card, fs::read_to_string(place.path().join("model/README.md")).unwrap(), "with its figures");
    assert_eq!(answers(place.path(), "model.zip"), expected);
    let evaluated = succeeds(place.path(), "evaluate --model model.zip --data data.csv");
    assert_eq!(evaluated, succeeds(place.path(), "evaluate --model model --data data.csv"));
    succeeds(place.path(), "train --model model.zip --data data.csv --threads 1 --epochs 1 --out on");
    succeeds(place.path(), "export --model model.zip --format sentence-transformers --out again");
    assert_eq!(answers(place.path(), "again"), expected);
    let weights = |directory: &str| fs::read(place.path().join(directory).join("model.safetensors")).unwrap();
    assert_eq!(weights("again"), weights("model"));
}

#[test]
fn the_heads_alone_name_their_encoder() {
    let place = trained("--freeze encoder");
    let expected = answers(place.path(), "model");
    succeeds(place.path(), "export --model model --format zip --heads-only --out heads.zip");
    let bytes = fs::metadata(place.path().join("heads.zip")).unwrap().len();
    assert!(bytes < 8_000, "{bytes}");
    assert_eq!(answers(place.path(), "heads.zip"), expected);
    let weights = place.path().join("encoder/model.safetensors");
    let mut changed = fs::read(&weights).unwrap();
    let last = changed.len() - 4;
    changed[last..].copy_from_slice(&0.25_f32.to_le_bytes());
    fs::write(&weights, changed).unwrap();
    let error = fails(place.path(), "predict --model heads.zip w5");
    let expected =
        "its encoder: encoder is not the one that it was trained with: the SHA-256 of its model.safetensors is ";
    assert!(error.contains(expected), "{error}");

    let whole = trained("");
    assert_eq!(
        fails(whole.path(), "export --model model --format zip --heads-only --out heads.zip"),
        "--heads-only: its recipe does not say that the encoder was frozen, so the heads alone are of no use; export the whole \
         model"
    );
    assert!(!whole.path().join("heads.zip").exists());
}

/// A zip with these entries in `directory`.
fn zip_of(directory: &Path, entries: &[(&str, &[u8])]) {
    let mut zip = ZipWriter::new(File::create(directory.join("bad.zip")).unwrap());
    for (name, bytes) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn bad_zips_are_refused_by_name() {
    let place = trained("");
    succeeds(place.path(), "export --model model --format zip --out model.zip");
    let good = fs::read(place.path().join("model.zip")).unwrap();
    let refused = || fails(place.path(), "predict --model bad.zip w5");
    let begin = "bad.zip: cannot be read as a model's zip: ";

    fs::write(place.path().join("bad.zip"), &good[..good.len() / 2]).unwrap();
    assert!(refused().starts_with(begin), "{}", refused());
    fs::write(place.path().join("bad.zip"), "text").unwrap();
    assert!(refused().starts_with(begin), "{}", refused());

    let mut flipped = good.clone();
    let inside = flipped.windows(4).position(|four| four == 0.0_f32.to_le_bytes()).unwrap_or(good.len() / 2);
    flipped[inside.max(good.len() / 2)] ^= 64;
    fs::write(place.path().join("bad.zip"), flipped).unwrap();
    assert!(refused().contains("\"model.safetensors\" is damaged: "), "{}", refused());

    for name in ["../config.json", "/config.json", "a\\b", "c:config.json"] {
        zip_of(place.path(), &[(name, b"{}")]);
        let error = refused();
        assert!(error.contains("leads out of it; take the zip as it was saved"), "{name}: {error}");
    }
    zip_of(place.path(), &[("config.json", &vec![b' '; 40_000_000])]);
    assert!(refused().contains("would unpack from "), "{}", refused());
    zip_of(place.path(), &[("README.md", b"nothing else")]);
    assert!(refused().contains("config.json: cannot be read"), "{}", refused());
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 6, "nothing was left behind");
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    let place = trained("");
    let weights = place.path().join("model/model.safetensors");
    let mut bytes = fs::read(&weights).unwrap();
    let last = bytes.len() - 4;
    bytes[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&weights, bytes).unwrap();
    let error = fails(place.path(), "predict --model model w5");
    assert!(error.contains("tensor \"heads.topic.weight\" holds NaN at place "), "{error}");
}

#[test]
fn flags_that_do_not_go_together() {
    let place = trained("");
    assert_eq!(
        fails(place.path(), "export --model model --format onnx --heads-only --out x"),
        "--heads-only: goes with --format zip"
    );
    assert_eq!(
        fails(place.path(), "export --model model --format zip --bits 8 --out x"),
        "--bits: goes with --format onnx"
    );
    let error = fails(place.path(), "export --model encoder --format onnx --out x.onnx");
    assert_eq!(error, "--model: encoder was not saved by polytask; it has no heads");
    assert!(!place.path().join("x.onnx").exists());
}

/// A Python that has `modules`, named by `POLYTASK_PYTHON` or the system's; says so and returns `None` if there is none.
fn python(modules: &str) -> Option<String> {
    let python = std::env::var("POLYTASK_PYTHON").unwrap_or_else(|_| "python3".into());
    let found = Command::new(&python).args(["-c", &format!("import {modules}")]).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    eprintln!("skipped: {python} has no {modules}; set POLYTASK_PYTHON to one that has");
    None
}

#[track_caller]
fn agrees(python: &str, directory: &Path, script: &str, arguments: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(script);
    let output = Command::new(python).arg(script).args(arguments).current_dir(directory).output().expect("python runs");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {out}{err}");
    println!("{arguments:?}: {out}");
}

/// The ways in which a model can be trained that matter for its files.
const KINDS: [&str; 4] =
    ["--pooling mean", "--pooling cls", "--pooling pooler", "--calibrate --validation-fraction 0.34"];

#[test]
fn onnx_runtime_computes_the_same() {
    let Some(python) = python("numpy, onnx, onnxruntime, safetensors, tokenizers") else { return };
    for flags in KINDS {
        let place = trained(flags);
        fs::write(place.path().join("answers.jsonl"), answers(place.path(), "model")).unwrap();
        succeeds(place.path(), "export --model model --format onnx --out model.onnx");
        agrees(&python, place.path(), "check_onnx.py", &["model", "model.onnx", "answers.jsonl"]);
        succeeds(place.path(), "export --model model --format onnx --bits 8 --out small.onnx");
        let small = ["model", "small.onnx", "answers.jsonl", "--bits", "8", "--same-label", "0.6"];
        agrees(&python, place.path(), "check_onnx.py", &small);
    }
}

#[test]
fn sentence_transformers_and_transformers_compute_the_same() {
    let Some(python) = python("torch, transformers, sentence_transformers") else { return };
    for flags in KINDS {
        let place = trained(flags);
        fs::write(place.path().join("answers.jsonl"), answers(place.path(), "model")).unwrap();
        agrees(&python, place.path(), "check_model.py", &["model", "answers.jsonl"]);
    }
}

#[test]
fn onnx_files_are_written_whole_or_not_at_all() {
    let place = trained("");
    let said = succeeds(place.path(), "export --model model --format onnx --out model.onnx");
    assert!(said.starts_with("model.onnx: "), "{said}");
    let float = fs::metadata(place.path().join("model.onnx")).unwrap().len();
    succeeds(place.path(), "export --model model --format onnx --bits 8 --out small.onnx");
    assert!(fs::metadata(place.path().join("small.onnx")).unwrap().len() < float);
    let output = polytask(place.path())
        .args("export --model model --format onnx --out none/model.onnx".split_whitespace())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("none/model.onnx: cannot be written: "), "{stderr}");
}
