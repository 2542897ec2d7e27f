//! An encoder's files and a model's: configuration, tokeniser, vocabulary, weights, zip, and what an ONNX file is made of.

use polytask::model::{Receiver, Weights, declared_pooling, parse_config, pooling_folder};
use polytask::text::{Tokenizer, tokenizer_of_vocabulary};
use polytask_onnx::{Model, Precision};

use crate::unpack::unpack;

/// Longest sentence, in tokens, and entries of the embedding table, for tokenisers.
const LENGTH: usize = 16;
const ENTRIES: usize = 64;
/// Sentences that every tokeniser reads, besides the input's own.
const SENTENCES: [&str; 4] =
    ["", "w4 w5 w6", "Ünïcödé 👩‍👩‍👧 \u{0} \u{202e} ﷽", "a a a a a a a a a a a a a a a a a a a a a a a a a a"];

/// `config.json`, and the files of a sentence-transformers encoder that say how it pools.
pub fn config(input: &[u8]) {
    if let Ok(config) = parse_config(input) {
        let bert = &config.bert;
        assert!(bert.hidden_size.is_multiple_of(bert.num_attention_heads), "what is read is valid");
    }
    let _ = pooling_folder(input);
    let _ = declared_pooling(input);
}

/// `tokenizer.json` and a sentence behind it, with a zero byte between.
pub fn tokenizer(input: &[u8]) {
    let (json, text) = halves(input);
    let Ok(tokenizer) = Tokenizer::from_json(json, LENGTH, ENTRIES) else { return };
    for text in SENTENCES.into_iter().chain([&*String::from_utf8_lossy(text)]) {
        let Ok(encoding) = tokenizer.encode(text) else { continue };
        assert!(encoding.input_ids.len() <= LENGTH, "{} tokens", encoding.input_ids.len());
        assert!(encoding.full_length >= encoding.input_ids.len());
        assert!(encoding.input_ids.iter().all(|&id| (id as usize) < ENTRIES), "an id that the table has no row for");
        let again = tokenizer.encode(text).expect("it was read a moment ago");
        assert_eq!(encoding, again, "a sentence is read in one way");
        let _ = tokenizer.tokens(text);
        let _ = tokenizer.reading(&encoding);
    }
}

/// `vocab.txt` and a `tokenizer_config.json` behind it, with a zero byte between.
pub fn vocabulary(input: &[u8]) {
    let (vocabulary, config) = halves(input);
    for config in [None, Some(config)] {
        let Ok(json) = tokenizer_of_vocabulary(vocabulary, config) else { continue };
        if let Ok(tokenizer) = Tokenizer::from_json(&json, LENGTH, ENTRIES) {
            let _ = tokenizer.encode(SENTENCES[2]);
        }
    }
}

/// `model.safetensors`, received in pieces of the size of its first byte and as a whole.
pub fn weights(input: &[u8]) {
    let Some((&size, file)) = input.split_first() else { return };
    let whole = Weights::from_safetensors(file).map(|weights| weights.hash());
    let mut receiver = Receiver::new();
    let received = file.chunks(usize::from(size).max(1)).try_for_each(|piece| receiver.push(piece));
    let pieces = received.and_then(|()| receiver.finish()).map(|weights| weights.hash());
    match (whole, pieces) {
        (Ok(one), Ok(other)) => assert_eq!(one, other),
        (Err(_), Err(_)) => {}
        (one, other) => panic!("as a whole {one:?}, in pieces {other:?}"),
    }
}

/// A model's zip.
pub fn zip(input: &[u8]) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("inside/model.zip");
    std::fs::create_dir(directory.path().join("inside")).expect("a directory");
    std::fs::write(&path, input).expect("a temporary file");
    let unpacked = unpack(&path);
    let beside: Vec<_> =
        std::fs::read_dir(directory.path()).expect("it is there").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(beside, ["inside"], "nothing is written elsewhere");
    if let Ok(unpacked) = unpacked {
        let size: u64 = sizes(unpacked.path());
        assert!(size <= 100 * input.len() as u64 + (1 << 20) * 1000, "{size} bytes of {}", input.len());
    }
}

/// Bytes of all files below a directory.
fn sizes(directory: &std::path::Path) -> u64 {
    let entries = std::fs::read_dir(directory).expect("a directory").flatten();
    entries
        .map(
            |entry| {
                if entry.path().is_dir() { sizes(&entry.path()) } else { entry.metadata().map_or(0, |file| file.len()) }
            },
        )
        .sum()
}

/// The configuration that an ONNX file is made of.
pub fn onnx(input: &[u8]) {
    let Ok(model) = Model::from_config(input) else { return };
    for precision in [Precision::Float32, Precision::Int8] {
        let Ok(size) = model.file_size(precision) else { continue };
        if size > 1 << 20 {
            continue;
        }
        let mut file = Vec::new();
        let numbers = |_: &str, shape: &[usize]| Ok(vec![0.5; shape.iter().product()]);
        if model.write(precision, numbers, &mut file).is_ok() {
            assert_eq!(file.len() as u64, size, "as large as it was said to be");
        }
    }
}

/// What is before the first zero byte, and what is behind it.
fn halves(input: &[u8]) -> (&[u8], &[u8]) {
    match input.iter().position(|&byte| byte == 0) {
        Some(at) => (&input[..at], &input[at + 1..]),
        None => (input, &[]),
    }
}
