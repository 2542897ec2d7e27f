//! The small files that tell transformers and sentence-transformers how to open a model directory.

use serde_json::{Map, Value, json};

use super::ModelFile;
use crate::error::Message;
use crate::recipe::Pooling;
use crate::{Error, Result};

/// Roles of special tokens in transformers, with the tokens that BERT-like vocabularies have for them.
const SPECIAL: [(&str, [&str; 2]); 5] = [
    ("cls_token", ["[CLS]", "<s>"]),
    ("mask_token", ["[MASK]", "<mask>"]),
    ("pad_token", ["[PAD]", "<pad>"]),
    ("sep_token", ["[SEP]", "</s>"]),
    ("unk_token", ["[UNK]", "<unk>"]),
];

/// `tokenizer_config.json` and `sentence_bert_config.json`.
pub(super) fn tokenizer_files(tokenizer: &[u8], max_length: Option<u32>) -> Result<[ModelFile; 2]> {
    let tokenizer: Value = serde_json::from_slice(tokenizer).map_err(|e| Error::tokenizer(Message::unexpected(&e)))?;
    let mut config = Map::from_iter([
        // The class that takes tokenizer.json as it is.
        ("tokenizer_class".to_string(), json!("PreTrainedTokenizerFast")),
        ("model_input_names".into(), json!(["input_ids", "token_type_ids", "attention_mask"])),
    ]);
    if let Some(max_length) = max_length {
        config.insert("model_max_length".into(), json!(max_length));
    }
    for (role, tokens) in SPECIAL {
        if let Some(token) = tokens.into_iter().find(|token| has(&tokenizer, token)) {
            config.insert(role.into(), json!(token));
        }
    }
    let sentences = json!({ "max_seq_length": max_length, "do_lower_case": false });
    Ok([file("tokenizer_config.json", &json!(config)), file("sentence_bert_config.json", &sentences)])
}

/// Whether a `tokenizer.json` knows `token`.
fn has(tokenizer: &Value, token: &str) -> bool {
    let vocab = &tokenizer["model"]["vocab"];
    let added = tokenizer["added_tokens"].as_array().into_iter().flatten();
    vocab.get(token).is_some() || added.into_iter().any(|added| added["content"] == token)
}

/// `modules.json` and the configs of its modules, for sentence vectors of `h` numbers. A module that is not of
/// sentence-transformers' own names, or an activation that is not of PyTorch's, would be refused or replaced.
pub(super) fn sentence_transformers_files(pooling: Pooling, h: usize) -> Vec<ModelFile> {
    let module = |idx: usize, path: &str, kind: &str| json!({ "idx": idx, "name": idx.to_string(), "path": path, "type": format!("sentence_transformers.models.{kind}") });
    let mut modules = vec![module(0, "", "Transformer"), module(1, "1_Pooling", "Pooling")];
    let mean = pooling == Pooling::Mean;
    let config = json!({
        "word_embedding_dimension": h,
        "pooling_mode_cls_token": !mean,
        "pooling_mode_mean_tokens": mean,
        "pooling_mode_max_tokens": false,
        "pooling_mode_mean_sqrt_len_tokens": false,
    });
    let mut files = vec![file("1_Pooling/config.json", &config)];
    if pooling == Pooling::Pooler {
        modules.push(module(2, "2_Dense", "Dense"));
        let activation = "torch.nn.modules.activation.Tanh";
        let config = json!({ "in_features": h, "out_features": h, "bias": true, "activation_function": activation });
        files.push(file("2_Dense/config.json", &config));
    }
    files.push(file("modules.json", &json!(modules)));
    files
}

fn file(path: &str, content: &Value) -> ModelFile {
    // A value always serialises; two spaces as Hugging Face's tools write it.
    ModelFile::new(path, format!("{content:#}\n").into_bytes())
}
