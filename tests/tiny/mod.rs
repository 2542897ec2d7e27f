//! A tiny encoder as three files in memory: the reference model's weights under a word-level tokeniser of 64 words.

use std::path::{Path, PathBuf};

use polytask::model::{block_tensors, embedding_tensors, parse_config};
use polytask::random::Stream;
use safetensors::{Dtype, tensor::TensorView};
use serde_json::{Map, Value, json};

/// The encoder's files.
pub struct Tiny {
    pub config: Vec<u8>,
    pub tokenizer: Vec<u8>,
    pub weights: Vec<u8>,
}

impl Tiny {
    pub fn new() -> Self {
        let read = |file: &str| std::fs::read(reference(file)).expect("a committed golden");
        Self {
            config: read("tiny/config.json"),
            tokenizer: tokenizer(64).to_string().into_bytes(),
            weights: read("tiny/weights.safetensors"),
        }
    }

    /// A random BERT of `layers` blocks of hidden_size `h` for `words` words: large enough that what does not grow with an
    /// encoder is little beside it.
    #[allow(dead_code, reason = "not every test needs a larger one")]
    pub fn random(words: usize, h: usize, layers: usize) -> Self {
        let config = json!({
            "model_type": "bert", "vocab_size": words, "hidden_size": h, "num_hidden_layers": layers,
            "num_attention_heads": 4, "intermediate_size": 4 * h, "max_position_embeddings": 32
        });
        let config = config.to_string().into_bytes();
        let bert = parse_config(&config).expect("a config").bert;
        let blocks = (0..layers).flat_map(|i| block_tensors(&bert, i));
        let mut stream = Stream::new(5, "test");
        let tensors = embedding_tensors(&bert).into_iter().chain(blocks).map(|(name, shape)| {
            let n: usize = shape.iter().product();
            let centre = if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 };
            let bytes = (0..n).flat_map(|_| (centre + 0.1 * (stream.uniform() - 0.5)).to_le_bytes());
            (name, shape, bytes.collect::<Vec<u8>>())
        });
        let tensors: Vec<_> = tensors.collect();
        let views = tensors.iter().map(|(name, shape, bytes)| {
            (name, TensorView::new(Dtype::F32, shape.clone(), bytes).expect("as many as the shape says"))
        });
        let weights = safetensors::serialize(views, None).expect("tensors");
        Self { config, tokenizer: tokenizer(words).to_string().into_bytes(), weights }
    }

    /// Writes the three files.
    #[allow(dead_code, reason = "not every test needs files")]
    pub fn write(&self, directory: &Path) {
        std::fs::create_dir_all(directory).expect("a temporary directory");
        for (file, bytes) in
            [("config.json", &self.config), ("tokenizer.json", &self.tokenizer), ("model.safetensors", &self.weights)]
        {
            std::fs::write(directory.join(file), bytes).expect("a temporary file");
        }
    }
}

fn reference(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference").join(file)
}

/// `[CLS]` is 1, `[SEP]` 2, unknown words 3, and `w4` onwards are words.
fn tokenizer(size: usize) -> Value {
    let special = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"];
    let words = special.iter().map(|word| word.to_string()).chain((4..size).map(|i| format!("w{i}")));
    let vocab: Map<String, Value> = words.zip(0..).map(|(word, id): (String, u32)| (word, id.into())).collect();
    json!({
        "version": "1.0",
        "truncation": null,
        "padding": {
            "strategy": {"Fixed": 32}, "direction": "Right", "pad_to_multiple_of": null,
            "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]"
        },
        "added_tokens": [],
        "normalizer": null,
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
                {"SpecialToken": {"id": "[SEP]", "type_id": 0}}
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {
                "[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
                "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}
            }
        },
        "decoder": null,
        "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "[UNK]"}
    })
}
