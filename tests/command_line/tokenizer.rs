//! `tokenizer.json` files that are damaged, belong to another model or make the tokenizers library panic: each gets its
//! sentence when it is read, or is read as it is meant.

use std::{fs, path::Path};

use crate::tiny::Tiny;
use polytask::text::Tokenizer;
use serde_json::{Value, json};

const VOCAB_SIZE: usize = 64;

/// The tiny encoder's tokeniser: a word level of 64 words, `[CLS]` and `[SEP]` by a template.
fn word_level() -> Value {
    serde_json::from_slice(&Tiny::new().tokenizer).expect("it is JSON")
}

/// The same with another model.
fn with_model(model: Value) -> Value {
    let mut json = word_level();
    json["model"] = model;
    json
}

fn bpe() -> Value {
    with_model(json!({
        "type": "BPE", "dropout": null, "unk_token": "[UNK]", "continuing_subword_prefix": null,
        "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
        "vocab": {"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "[UNK]": 3, "a": 4, "aa": 5, "aaaa": 6, "b": 7},
        "merges": [["a", "a"], ["aa", "aa"]]
    }))
}

fn word_piece() -> Value {
    with_model(json!({
        "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
        "vocab": {"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "[UNK]": 3, "a": 4, "##a": 5, "b": 6}
    }))
}

fn unigram() -> Value {
    with_model(json!({
        "type": "Unigram", "unk_id": 3, "byte_fallback": false,
        "vocab": [["[PAD]", 0.0], ["[CLS]", 0.0], ["[SEP]", 0.0], ["[UNK]", 0.0], ["a", -1.0], ["aa", -1.5], ["b", -2.0]]
    }))
}

fn read(json: &Value) -> polytask::Result<Tokenizer> {
    Tokenizer::from_json(json.to_string().as_bytes(), 16, VOCAB_SIZE)
}

/// What is said of the file when it is read.
#[track_caller]
fn refused(json: &Value) -> String {
    read(json).expect_err("it was read").to_string()
}

#[track_caller]
fn ids(json: &Value, text: &str) -> Vec<u32> {
    read(json).expect("it can be read").encode(text).expect("it can be encoded").input_ids
}

const BEYOND: &str = "and the encoder's vocab_size is 64; they belong to different models";

#[test]
fn ids_beyond_the_encoders_vocabulary_are_refused() {
    let mut template = word_level();
    template["post_processor"]["special_tokens"]["[CLS]"]["ids"] = json!([4000]);
    assert_eq!(refused(&template), format!("tokenizer: tokenizer.json gives \"[CLS]\" the id 4000 {BEYOND}"));

    for (kind, more) in
        [("BertProcessing", json!({})), ("RobertaProcessing", json!({"trim_offsets": true, "add_prefix_space": true}))]
    {
        let mut pair = word_level();
        pair["post_processor"] = json!({"type": kind, "sep": ["[SEP]", u32::MAX], "cls": ["[CLS]", 1]});
        pair["post_processor"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(
            refused(&pair),
            format!("tokenizer: tokenizer.json gives \"[SEP]\" the id 4294967295 {BEYOND}"),
            "{kind}"
        );

        let mut sequence = pair.clone();
        sequence["post_processor"] = json!({"type": "Sequence", "processors": [pair["post_processor"]]});
        assert_eq!(refused(&sequence), refused(&pair), "in a sequence");
    }

    // The library would give it the next free id.
    let mut added = word_level();
    added["added_tokens"] = json!([{
        "id": 4000, "content": "[MASK]", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false,
        "special": true
    }]);
    assert_eq!(refused(&added), format!("tokenizer: tokenizer.json gives \"[MASK]\" the id 4000 {BEYOND}"));
    added["model"]["vocab"].as_object_mut().unwrap().remove("w63");
    added["added_tokens"][0]["id"] = json!(62);
    assert_eq!(
        refused(&added),
        "tokenizer: tokenizer.json declares \"[MASK]\" as an added token with the id 62, and its vocabulary leads to the id \
         63; take the encoder's own tokenizer.json"
    );
    added["added_tokens"][0]["id"] = json!(63);
    assert_eq!(ids(&added, "w4 [MASK]"), [1, 4, 63, 2]);
}

#[test]
fn special_tokens_with_more_ids_than_tokens_are_refused() {
    for (ids, tokens) in [(json!([2]), json!([])), (json!([2, 3]), json!(["[SEP]"])), (json!([]), json!(["[SEP]"]))] {
        let mut json = word_level();
        json["post_processor"]["special_tokens"]["[SEP]"] = json!({"id": "[SEP]", "ids": ids, "tokens": tokens});
        let (all, named) = (1 + ids.as_array().unwrap().len(), 1 + tokens.as_array().unwrap().len());
        assert_eq!(
            refused(&json),
            format!(
                "tokenizer: tokenizer.json's post-processor makes {all} ids and {named} tokens of one sentence; each of its \
                 special tokens must have as many ids as tokens"
            )
        );
    }
}

#[test]
fn dropout_is_off() {
    let mut json = bpe();
    let text = "aaaa b aaaa aaaa b";
    let whole = ids(&json, text);
    assert_eq!(whole, [1, 6, 7, 6, 6, 7, 2]);
    for dropout in [0.5, 1.0] {
        json["model"]["dropout"] = json!(dropout);
        let tokenizer = read(&json).unwrap();
        for _ in 0..50 {
            assert_eq!(tokenizer.encode(text).unwrap().input_ids, whole, "dropout {dropout}");
        }
    }
}

#[test]
fn a_panic_of_the_library_is_a_sentence() {
    // A merge's parts are sliced as if the second began with the prefix.
    let mut reading = bpe();
    reading["model"]["continuing_subword_prefix"] = json!("###");
    let said = refused(&reading);
    assert!(said.starts_with("tokenizer: tokenizer.json makes the tokenizers library fail ("), "{said}");
    assert!(said.ends_with("); take the encoder's own tokenizer.json"), "{said}");

    // The template names special tokens that are not there: each call of encode panics.
    let mut encoding = word_level();
    encoding["post_processor"]["special_tokens"] = json!({});
    let said = refused(&encoding);
    assert!(said.starts_with("tokenizer: tokenizer.json makes the tokenizers library fail ("), "{said}");
}

#[test]
fn the_command_says_the_same_and_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let mut files = Tiny::new();
    let mut json = word_level();
    json["post_processor"]["special_tokens"] = json!({});
    files.tokenizer = json.to_string().into_bytes();
    files.write(&place.path().join("broken"));
    let run = assert_cmd::Command::cargo_bin("polytask")
        .unwrap()
        .current_dir(place.path())
        .args(["train", "--encoder", "broken", "--max-length", "16"])
        .assert()
        .code(2);
    let said = String::from_utf8(run.get_output().stderr.clone()).unwrap();
    assert!(said.contains("broken: tokenizer: tokenizer.json makes the tokenizers library fail ("), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn what_else_can_be_odd_is_read_as_meant_or_gets_its_sentence() {
    let plain = ids(&word_level(), "w4 w5");
    assert_eq!(plain, [1, 4, 5, 2]);

    let mut cut = word_level();
    cut["truncation"] = json!({"direction": "Right", "max_length": 3, "strategy": "LongestFirst", "stride": 0});
    cut["padding"] = json!({
        "strategy": {"Fixed": 9_000_000_000_u64}, "direction": "Left", "pad_to_multiple_of": 7, "pad_id": 4_000_000,
        "pad_type_id": 0, "pad_token": "[PAD]"
    });
    assert_eq!(ids(&cut, "w4 w5"), plain, "the file's own cutting and padding are off");

    let mut regex = word_level();
    regex["normalizer"] = json!({"type": "Replace", "pattern": {"Regex": "w(4"}, "content": ""});
    let said = refused(&regex);
    assert!(said.starts_with("tokenizer: tokenizer.json cannot be read: "), "{said}");

    for mut json in [word_level(), word_piece()] {
        json["model"]["vocab"] = json!({});
        let said = read(&json).unwrap().encode("w4").unwrap_err().to_string();
        assert!(said.starts_with("tokenizer: \"w4\" cannot be encoded: "), "an empty vocabulary: {said}");
    }
    let mut json = word_piece();
    json["model"]["vocab"].as_object_mut().unwrap().remove("[UNK]");
    let tokenizer = read(&json).unwrap();
    assert_eq!(tokenizer.encode("aa b").unwrap().input_ids, [1, 4, 5, 6, 2]);
    let said = tokenizer.encode("c").unwrap_err().to_string();
    assert!(said.starts_with("tokenizer: \"c\" cannot be encoded: "), "no unknown token: {said}");

    assert_eq!(ids(&unigram(), "aa b"), [1, 5, 6, 2]);
    let mut json = unigram();
    json["model"]["unk_id"] = json!(70);
    let said = refused(&json);
    assert!(said.starts_with("tokenizer: tokenizer.json cannot be read: "), "{said}");
}

/// Every value of a file in turn is taken away or becomes another.
#[test]
fn whatever_one_value_is_nothing_panics_and_every_id_has_an_embedding() {
    let others = [
        json!(null),
        json!(-1),
        json!(0),
        json!(4_294_967_295_u64),
        json!(""),
        json!("é"),
        json!([]),
        json!({}),
        json!(true),
    ];
    let texts = ["", "w4 w5", "aaaa b", "é\u{301}\u{0}日本 \u{1F600}", "###a ##a"];
    let (mut readable, mut refused) = (0, 0);
    let mut check = |json: &Value| match read(json) {
        Err(_) => refused += 1,
        Ok(tokenizer) => {
            readable += 1;
            for text in texts {
                let (Ok(encoding), Ok((tokens, _))) = (tokenizer.encode(text), tokenizer.tokens(text)) else {
                    continue;
                };
                let ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
                assert_eq!(encoding.input_ids, ids, "{text:?}: {json}");
                assert!(encoding.input_ids.iter().all(|&id| (id as usize) < VOCAB_SIZE), "{json}");
            }
        }
    };
    for mut whole in [word_level(), bpe(), word_piece(), unigram()] {
        if let Some(vocab) = whole["model"]["vocab"].as_object_mut() {
            vocab.retain(|_, id| id.as_u64() < Some(8)); // Words are alike.
        }
        for path in paths(&whole) {
            for other in &others {
                let mut json = whole.clone();
                *json.pointer_mut(&path).expect("it is there") = other.clone();
                check(&json);
            }
            let mut json = whole.clone();
            let (parent, key) = path.rsplit_once('/').expect("below the root");
            if let Some(Value::Object(fields)) = json.pointer_mut(parent) {
                fields.remove(&key.replace("~1", "/").replace("~0", "~"));
                check(&json);
            }
        }
    }
    assert!(readable > 200 && refused > 500, "{readable} could be read, {refused} were refused");
}

#[test]
fn a_sentence_put_together_from_words_has_the_librarys_ids() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/all-MiniLM-L6-v2/tokenizer.json");
    let json = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}; run ./build.sh encoder first", path.display()));
    let pieces = [
        "the",
        "The",
        "UNUSUALLY",
        "cafe",
        "café",
        "soup.",
        "e-mail",
        "don't",
        "4.99$",
        "a,b,,c",
        "[MASK]",
        "[mask]",
        "[x",
        "##ly",
        "\t",
        "\n",
        "a\tb",
        "\0",
        "\u{7f}",
        "\u{301}",
        "日本",
        "🙂",
        "x".repeat(101).leak(),
        "!?",
        "",
        " ",
        "\u{a0}",
    ];
    let mut state = 7_u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    for max_length in [1, 2, 5, 16, 512] {
        let tokenizer = Tokenizer::from_json(&json, max_length, 30_522).expect("it can be read");
        for _ in 0..400 {
            let mut text = String::new();
            for _ in 0..below(12) {
                match below(4) {
                    0 => text.extend((0..below(9)).map(|_| char::from(below(128) as u8))),
                    _ => text.push_str(pieces[below(pieces.len())]),
                }
                text.push_str(["", " ", " ", " "][below(4)]);
            }
            let encoding = tokenizer.encode(&text).expect("it can be encoded");
            let (tokens, cut) = tokenizer.tokens(&text).expect("it can be encoded");
            assert_eq!(encoding.input_ids, tokens.iter().map(|token| token.id).collect::<Vec<_>>(), "{text:?}");
            assert_eq!(encoding.full_length > encoding.input_ids.len(), cut, "{text:?}");
        }
    }
}

/// The JSON pointers of all values below the root.
fn paths(json: &Value) -> Vec<String> {
    let children: Vec<(String, &Value)> = match json {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(i, value)| (i.to_string(), value)).collect(),
        _ => return Vec::new(),
    };
    let below = |(key, value): (String, &Value)| {
        let deeper: Vec<String> = paths(value).into_iter().map(|rest| format!("/{key}{rest}")).collect();
        std::iter::once(format!("/{key}")).chain(deeper)
    };
    children.into_iter().flat_map(below).collect()
}
