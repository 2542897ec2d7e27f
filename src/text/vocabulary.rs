//! `vocab.txt`, the WordPiece vocabulary of older encoders, as the `tokenizer.json` that says the same.
//!
//! The settings and their defaults are those of Hugging Face's `BertTokenizer`.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::pointer::git_lfs_pointer;
use crate::error::message;
use crate::{Error, Result};

/// The fields of `tokenizer_config.json` that change how a WordPiece tokenizer splits text.
#[derive(Deserialize)]
#[serde(default)]
struct Settings {
    do_lower_case: bool,
    strip_accents: Option<bool>,
    tokenize_chinese_chars: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { do_lower_case: true, strip_accents: None, tokenize_chinese_chars: true }
    }
}

/// Tokens that a sentence gets or that stand for something, by BERT's names.
const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
/// Those without which no sentence can be encoded.
const NEEDED: [&str; 3] = ["[UNK]", "[CLS]", "[SEP]"];

/// The `tokenizer.json` of `vocab.txt`, one token a line, and `tokenizer_config.json`, if there is one.
///
/// # Errors
///
/// If a file cannot be read, or the vocabulary lacks `[UNK]`, `[CLS]` or `[SEP]` or has a token twice.
///
/// ```
/// use polytask::text::{Tokenizer, tokenizer_of_vocabulary};
///
/// let json = tokenizer_of_vocabulary(b"[PAD]\n[UNK]\n[CLS]\n[SEP]\ngood\nsoup\n##s\n", None)?;
/// let tokenizer = Tokenizer::from_json(&json, 8, 7)?;
/// assert_eq!(tokenizer.encode("Good soups")?.input_ids, [2, 4, 5, 6, 3]);
/// # Ok::<(), polytask::Error>(())
/// ```
pub fn tokenizer_of_vocabulary(vocabulary: &[u8], config: Option<&[u8]>) -> Result<Vec<u8>> {
    if let Some(pointer) = git_lfs_pointer(vocabulary, "vocab.txt") {
        return Err(Error::tokenizer(pointer));
    }
    let text = std::str::from_utf8(vocabulary).map_err(|e| {
        let line = vocabulary[..e.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count() + 1;
        Error::tokenizer(message!("text.vocabulary_not_utf8", "vocab.txt: line {line} is not UTF-8", line = line))
    })?;
    let settings: Settings = match config {
        None => Settings::default(),
        Some(json) => serde_json::from_slice(json).map_err(|e| {
            Error::tokenizer(message!(
                "text.tokenizer_config",
                "tokenizer_config.json cannot be read: {why}",
                why = e.to_string()
            ))
        })?,
    };
    let mut ids: HashMap<&str, usize> = HashMap::new();
    let mut vocab = Map::new();
    for (id, token) in text.lines().enumerate() {
        if let Some(first) = ids.insert(token, id) {
            return Err(Error::tokenizer(message!(
                "text.vocabulary_twice",
                "vocab.txt has {token:?} twice, in lines {first} and {second}; take the encoder's own vocab.txt",
                token = token,
                first = first + 1,
                second = id + 1
            )));
        }
        vocab.insert(token.into(), id.into());
    }
    if let Some(missing) = NEEDED.iter().find(|token| !ids.contains_key(*token)) {
        return Err(Error::tokenizer(message!(
            "text.vocabulary_special",
            "vocab.txt has no {token}; it must be a BERT encoder's, one token a line",
            token = *missing
        )));
    }
    let special = |token: &str| json!({"id": token, "ids": [ids[token]], "tokens": [token]});
    let added: Vec<Value> = SPECIAL
        .iter()
        .filter_map(|token| {
            let id = ids.get(token)?;
            Some(json!({"id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true}))
        })
        .collect();
    let single = |id: &str| json!({"SpecialToken": {"id": id, "type_id": 0}});
    let sequence = json!({"Sequence": {"id": "A", "type_id": 0}});
    let tokenizer = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": added,
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": settings.tokenize_chinese_chars,
            "strip_accents": settings.strip_accents, "lowercase": settings.do_lower_case},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing",
            "single": [single("[CLS]"), sequence, single("[SEP]")],
            "pair": [single("[CLS]"), sequence, single("[SEP]"), {"Sequence": {"id": "B", "type_id": 1}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
            "special_tokens": {"[CLS]": special("[CLS]"), "[SEP]": special("[SEP]")}},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocab},
    });
    Ok(tokenizer.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Tokenizer;

    const VOCABULARY: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\ncafe\nCafé\n##s\n中\n";

    fn ids(config: Option<&str>, text: &str) -> Vec<u32> {
        let json = tokenizer_of_vocabulary(VOCABULARY.as_bytes(), config.map(str::as_bytes)).unwrap();
        Tokenizer::from_json(&json, 16, 9).unwrap().encode(text).unwrap().input_ids
    }

    #[test]
    fn the_settings_of_tokenizer_config_count() {
        assert_eq!(ids(None, "Cafés 中中"), [2, 5, 7, 8, 8, 3]);
        assert_eq!(ids(Some(r#"{"do_lower_case": false}"#), "Cafés [MASK]"), [2, 6, 7, 4, 3]);
        assert_eq!(ids(Some(r#"{"strip_accents": false, "model_max_length": 512}"#), "Café"), [2, 1, 3]);
        assert_eq!(ids(Some(r#"{"tokenize_chinese_chars": false}"#), "中中"), [2, 1, 3]);
    }

    #[test]
    fn windows_line_ends_are_read() {
        let json = tokenizer_of_vocabulary(VOCABULARY.replace('\n', "\r\n").as_bytes(), None).unwrap();
        assert_eq!(Tokenizer::from_json(&json, 16, 9).unwrap().encode("cafe").unwrap().input_ids, [2, 5, 3]);
    }

    #[test]
    fn wrong_vocabularies_are_refused_in_a_sentence() {
        let fails = |vocabulary: &[u8], config: Option<&[u8]>| {
            tokenizer_of_vocabulary(vocabulary, config).unwrap_err().to_string()
        };
        assert_eq!(
            fails(b"[UNK]\n[CLS]\na\nb\na\n[SEP]", None),
            "tokenizer: vocab.txt has \"a\" twice, in lines 3 and 5; take the encoder's own vocab.txt"
        );
        assert_eq!(
            fails(b"{\"a\": 1}", None),
            "tokenizer: vocab.txt has no [UNK]; it must be a BERT encoder's, one token a line"
        );
        assert_eq!(fails(b"[UNK]\n\xff\n", None), "tokenizer: vocab.txt: line 2 is not UTF-8");
        assert!(fails(b"[UNK]", Some(b"no json")).starts_with("tokenizer: tokenizer_config.json cannot be read: "));
        assert_eq!(
            fails(b"version https://git-lfs.github.com/spec/v1\noid sha256:07\n", None),
            "tokenizer: vocab.txt is a Git LFS pointer, not the file: run \"git lfs pull\" in its folder, or download the file itself"
        );
    }
}
