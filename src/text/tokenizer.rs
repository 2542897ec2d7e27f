//! The encoder's own tokeniser, from its `tokenizer.json`.

use crate::{Error, Result};

/// A sentence as the encoder reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// Token ids, `[CLS]` and `[SEP]` included, never padded. (T), 1 ≤ T ≤ max_length
    pub input_ids: Vec<u32>,
    /// How many tokens the sentence has uncut; more than T if it was truncated.
    pub full_length: usize,
}

/// Turns text into token ids.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    max_length: usize,
}

impl Tokenizer {
    /// Reads `tokenizer.json`. Sentences are cut to `max_length` tokens; every id must be below `vocab_size`.
    pub fn from_json(json: &[u8], max_length: usize, vocab_size: usize) -> Result<Self> {
        let mut inner = tokenizers::Tokenizer::from_bytes(json)
            .map_err(|e| Error::Tokenizer(format!("tokenizer.json cannot be read: {e}")))?;
        if let Some((token, id)) = inner.get_vocab(true).into_iter().max_by_key(|(_, id)| *id)
            && id as usize >= vocab_size
        {
            return Err(Error::Tokenizer(format!(
                "tokenizer.json gives {token:?} the id {id} and the encoder's vocab_size is {vocab_size}; they belong to \
                 different models"
            )));
        }
        // The file may ask for both; a packed batch holds no padding, and `encode` cuts by itself, since it must know
        // how long the sentence was.
        inner.with_padding(None);
        let _ = inner.with_truncation(None);
        Ok(Self { inner, max_length })
    }

    /// Encodes one sentence.
    pub fn encode(&self, text: &str) -> Result<Encoding> {
        let encoding = self
            .inner
            .encode(text, true)
            .map_err(|e| Error::Tokenizer(format!("{:?} cannot be encoded: {e}", shortened(text))))?;
        let mut input_ids = encoding.get_ids().to_vec();
        if input_ids.is_empty() {
            return Err(Error::Tokenizer(format!(
                "{:?} gives no token at all; the tokeniser must add [CLS] and [SEP]",
                shortened(text)
            )));
        }
        let full_length = input_ids.len();
        if full_length > self.max_length {
            // What the tokeniser puts at the end, [SEP], stays at the end.
            let special = encoding.get_special_tokens_mask().iter().rev();
            let kept = special.take_while(|&&special| special == 1).count().min(self.max_length);
            input_ids.drain(self.max_length - kept..full_length - kept);
        }
        Ok(Encoding { input_ids, full_length })
    }
}

/// The beginning of a sentence, for messages.
pub(crate) fn shortened(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars.by_ref().take(40).collect();
    if chars.next().is_some() { start + "…" } else { start }
}
