//! The encoder's own tokeniser, from its `tokenizer.json`.

use std::ops::Range;
use std::sync::Arc;

use serde::Deserialize;
use tokenizers::ModelWrapper;

use super::pointer::git_lfs_pointer;
use super::words::Words;
use crate::compute::Context;
use crate::error::{message, shortened};
use crate::panics;
use crate::{Error, Result};

/// A sentence as the encoder reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// Token ids, `[CLS]` and `[SEP]` included, never padded. (T), 1 ≤ T ≤ max_length
    pub input_ids: Vec<u32>,
    /// How many tokens the sentence has uncut; more than T if it was truncated.
    pub full_length: usize,
}

/// What an encoder is given of a sentence beside the tokens that every sentence gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// At least one word or word piece of the vocabulary.
    Words,
    /// Only `[UNK]`: all such sentences of one length are the same to the encoder.
    OnlyUnknown,
    /// No token.
    Nothing,
}

/// One token of a sentence, for people to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The word piece, as the vocabulary spells it.
    pub piece: String,
    /// Its place in the vocabulary.
    pub id: u32,
    /// Which word of the sentence it belongs to, from 0; `None` for `[CLS]`, `[SEP]` and the like.
    pub word: Option<u32>,
    /// Its place in the sentence, in characters.
    pub characters: Range<usize>,
}

/// Turns text into token ids.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    max_length: usize,
    vocab_size: usize,
    /// The tokens that the tokeniser adds to every sentence.
    added: Vec<u32>,
    /// Words that were seen before, if this tokeniser reads each by itself.
    words: Option<Arc<Words>>,
}

impl Tokenizer {
    /// Reads `tokenizer.json`. Sentences are cut to `max_length` tokens; every id must be below `vocab_size`.
    ///
    /// A panic of the tokenizers library becomes an error, too. A program that does not want it printed gives its panic hook
    /// [`catches_panic`](crate::panics::catches_panic).
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or gives a token an id that is not below `vocab_size`.
    ///
    /// ```
    /// use polytask::text::Tokenizer;
    ///
    /// let json = r###"{
    ///     "version": "1.0", "added_tokens": [], "normalizer": null, "decoder": null,
    ///     "pre_tokenizer": {"type": "Whitespace"},
    ///     "post_processor": {"type": "BertProcessing", "cls": ["[CLS]", 0], "sep": ["[SEP]", 1]},
    ///     "model": {"type": "WordLevel", "unk_token": "[UNK]",
    ///         "vocab": {"[CLS]": 0, "[SEP]": 1, "[UNK]": 2, "good": 3, "soup": 4}}
    /// }"###;
    /// let tokenizer = Tokenizer::from_json(json.as_bytes(), 8, 5)?;
    /// assert_eq!(tokenizer.encode("good cold soup")?.input_ids, [0, 3, 2, 4, 1]);
    /// # Ok::<(), polytask::Error>(())
    /// ```
    pub fn from_json(json: &[u8], max_length: usize, vocab_size: usize) -> Result<Self> {
        let unreadable = |why: String| {
            Error::tokenizer(message!("text.tokenizer_unreadable", "tokenizer.json cannot be read: {why}", why = why))
        };
        if let Some(pointer) = git_lfs_pointer(json, "tokenizer.json") {
            return Err(Error::tokenizer(pointer));
        }
        let inner = caught("tokenizer.json".into(), || tokenizers::Tokenizer::from_bytes(json))?;
        let mut inner = inner.map_err(|e| unreadable(e.to_string()))?;
        let Declared { added_tokens } = serde_json::from_slice(json).map_err(|e| unreadable(e.to_string()))?;
        let vocab = inner.get_vocab(true);
        let added = added_tokens.iter().map(|token| (&token.content, token.id));
        if let Some((token, id)) = vocab.iter().map(|(token, &id)| (token, id)).chain(added).max_by_key(|(_, id)| *id)
            && id as usize >= vocab_size
        {
            return Err(beyond(token, id, vocab_size));
        }
        // The library passes over a declared id that is not the next free one, and gives its own.
        if let Some(AddedToken { content, id }) =
            added_tokens.iter().find(|token| vocab.get(&token.content).is_some_and(|&given| given != token.id))
        {
            return Err(Error::tokenizer(message!(
                "text.added_token_id",
                "tokenizer.json declares {token:?} as an added token with the id {id}, and its vocabulary leads to the id \
                 {other}; take the encoder's own tokenizer.json",
                token = content.as_str(),
                id = *id,
                other = vocab[content]
            )));
        }
        // The file may ask for both; a packed batch holds no padding, and `encode` cuts by itself, since it must know
        // how long the sentence was.
        inner.with_padding(None);
        let _ = inner.with_truncation(None);
        without_dropout(&mut inner);
        let words = caught("tokenizer.json".into(), || Words::new(&inner))?.map(Arc::new);
        let mut tokenizer = Self { inner, max_length, vocab_size, added: Vec::new(), words };
        // The post-processor adds its tokens to an empty text, too.
        let added = caught("tokenizer.json".into(), || tokenizer.inner.encode("", true))?;
        if let Ok(added) = added {
            tokenizer.check(&added)?;
            tokenizer.added = added.get_ids().to_vec();
        }
        Ok(tokenizer)
    }

    /// Encodes one sentence.
    ///
    /// # Errors
    ///
    /// If the tokenizers library fails on `text`, or the result holds no token or an id that is not below `vocab_size`.
    pub fn encode(&self, text: &str) -> Result<Encoding> {
        if let Some(words) = &self.words
            && let Some(mut input_ids) = words.encode(text, |word| self.word(word))
            && !input_ids.is_empty()
        {
            let full_length = input_ids.len();
            input_ids.drain(self.cut(full_length, words.at_the_end()));
            return Ok(Encoding { input_ids, full_length });
        }
        // Without the tokens' places in the text, which nobody asks for here.
        let encoding = self.checked(text, || self.inner.encode_fast(text, true))?;
        let (ids, cut) = (encoding.get_ids(), self.cut(encoding.len(), special_at_the_end(&encoding)));
        let input_ids = [&ids[..cut.start], &ids[cut.end..]].concat();
        Ok(Encoding { input_ids, full_length: encoding.len() })
    }

    /// The ids of one word. `None` if there is something wrong with them, which the whole sentence's error then says.
    fn word(&self, word: &str) -> Option<Vec<u32>> {
        let encoding = caught(format!("{word:?}"), || self.inner.encode_fast(word, false)).ok()?.ok()?;
        self.check(&encoding).ok()?;
        Some(encoding.get_ids().to_vec())
    }

    /// Encodes sentences, natively on the context's threads.
    ///
    /// # Errors
    ///
    /// As [`Tokenizer::encode`], for the first sentence that fails.
    pub fn encode_all<T: AsRef<str> + Sync>(&self, texts: &[T], context: &Context) -> Result<Vec<Encoding>> {
        context.map(texts, |text| self.encode(text.as_ref())).into_iter().collect()
    }

    /// What the encoder is given of a sentence that was encoded here.
    pub fn reading(&self, encoding: &Encoding) -> Reading {
        let own = || encoding.input_ids.iter().filter(|id| !self.added.contains(id));
        let unknown = self.unknown();
        if own().next().is_none() {
            Reading::Nothing
        } else if own().all(|&id| Some(id) == unknown) {
            Reading::OnlyUnknown
        } else {
            Reading::Words
        }
    }

    /// The token that stands for every word that the vocabulary cannot spell.
    fn unknown(&self) -> Option<u32> {
        let token = match self.inner.get_model() {
            ModelWrapper::WordPiece(model) => Some(model.unk_token.as_str()),
            ModelWrapper::WordLevel(model) => Some(model.unk_token.as_str()),
            ModelWrapper::BPE(model) => model.unk_token.as_deref(),
            // The model keeps it to itself; this is its usual name.
            ModelWrapper::Unigram(_) => Some("<unk>"),
        };
        self.inner.token_to_id(token?)
    }

    /// The tokens of one sentence, with the ids of [`Tokenizer::encode`], and whether the sentence was cut.
    ///
    /// # Errors
    ///
    /// As [`Tokenizer::encode`].
    pub fn tokens(&self, text: &str) -> Result<(Vec<Token>, bool)> {
        let encoding = self.checked(text, || self.inner.encode_char_offsets(text, true))?;
        let token = |i: usize| Token {
            piece: encoding.get_tokens()[i].clone(),
            id: encoding.get_ids()[i],
            word: encoding.get_word_ids()[i],
            characters: encoding.get_offsets()[i].0..encoding.get_offsets()[i].1,
        };
        let mut tokens: Vec<Token> = (0..encoding.len()).map(token).collect();
        let cut = self.cut(encoding.len(), special_at_the_end(&encoding));
        tokens.drain(cut.clone());
        Ok((tokens, !cut.is_empty()))
    }

    /// The result of `encode` for `text`, checked.
    fn checked(
        &self,
        text: &str,
        encode: impl FnOnce() -> tokenizers::Result<tokenizers::Encoding>,
    ) -> Result<tokenizers::Encoding> {
        let text = shortened(text);
        let encoding = caught(format!("{text:?}"), encode)?.map_err(|e| {
            Error::tokenizer(message!(
                "text.not_encoded",
                "{text:?} cannot be encoded: {why}",
                text = text.as_str(),
                why = e.to_string()
            ))
        })?;
        if encoding.is_empty() {
            return Err(Error::tokenizer(message!(
                "text.no_token",
                "{text:?} gives no token at all; the tokeniser must add [CLS] and [SEP]",
                text = text
            )));
        }
        self.check(&encoding)?;
        Ok(encoding)
    }

    /// Refuses ids that the encoder has no embedding for, and tokens without ids.
    fn check(&self, encoding: &tokenizers::Encoding) -> Result<()> {
        let (ids, tokens) = (encoding.get_ids(), encoding.get_tokens());
        if ids.len() != tokens.len() {
            return Err(Error::tokenizer(message!(
                "text.ids_and_tokens",
                "tokenizer.json's post-processor makes {ids} ids and {tokens} tokens of one sentence; each of its special \
                 tokens must have as many ids as tokens",
                ids = ids.len(),
                tokens = tokens.len()
            )));
        }
        match ids.iter().zip(tokens).find(|(id, _)| **id as usize >= self.vocab_size) {
            Some((&id, token)) => Err(beyond(token, id, self.vocab_size)),
            None => Ok(()),
        }
    }

    /// The tokens that are removed so that no more than `max_length` are left. The tokeniser's special tokens at the end,
    /// `[SEP]`, stay at the end.
    fn cut(&self, full_length: usize, special_at_the_end: usize) -> Range<usize> {
        let start = self.max_length.min(full_length);
        if start == full_length {
            return start..full_length;
        }
        let kept = special_at_the_end.min(start);
        start - kept..full_length - kept
    }
}

fn special_at_the_end(encoding: &tokenizers::Encoding) -> usize {
    encoding.get_special_tokens_mask().iter().rev().take_while(|&&special| special == 1).count()
}

/// Fields of tokenizer.json that are checked here, beside the library's own reading.
#[derive(Deserialize)]
struct Declared {
    #[serde(default)]
    added_tokens: Vec<AddedToken>,
}

#[derive(Deserialize)]
struct AddedToken {
    content: String,
    id: u32,
}

fn beyond(token: &str, id: u32, vocab_size: usize) -> Error {
    Error::tokenizer(message!(
        "text.id_beyond",
        "tokenizer.json gives {token:?} the id {id} and the encoder's vocab_size is {size}; they belong to different models",
        token = token,
        id = id,
        size = vocab_size
    ))
}

/// Turns off BPE's dropout, which encodes a sentence differently each time: the same recipe must give the same run.
fn without_dropout(tokenizer: &mut tokenizers::Tokenizer) {
    if let ModelWrapper::BPE(bpe) = tokenizer.get_model()
        && bpe.dropout.is_some()
    {
        let mut bpe = bpe.clone();
        bpe.dropout = None;
        tokenizer.with_model(bpe);
    }
}

/// Calls the tokenizers library, with `subject` for the sentence of its panics.
fn caught<R>(subject: String, call: impl FnOnce() -> R) -> Result<R> {
    let failure = |subject: &str, why: serde_json::Value| {
        Error::tokenizer(message!(
            "text.tokenizers_failed",
            "{subject} makes the tokenizers library fail ({why}); take the encoder's own tokenizer.json",
            subject = subject,
            why = why
        ))
    };
    panics::caught(failure, subject, call)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lower-cased word pieces, as BERT's.
    fn tokenizer(max_length: usize) -> Tokenizer {
        let json = r###"{
            "version": "1.0", "added_tokens": [],
            "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                "strip_accents": null, "lowercase": true},
            "pre_tokenizer": {"type": "BertPreTokenizer"},
            "post_processor": {"type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                    {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
                "pair": [],
                "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [1], "tokens": ["[CLS]"]},
                    "[SEP]": {"id": "[SEP]", "ids": [2], "tokens": ["[SEP]"]}}},
            "decoder": null,
            "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100,
                "vocab": {"[PAD]": 0, "[CLS]": 1, "[SEP]": 2, "[UNK]": 3, "un": 4, "##usual": 5, "##ly": 6, "cafe": 7,
                    "!": 8}}
        }"###;
        Tokenizer::from_json(json.as_bytes(), max_length, 9).unwrap()
    }

    #[test]
    fn tokens_know_their_words_and_their_places_in_the_sentence() {
        let text = "Unusually  café — Unusual!";
        let (tokens, cut) = tokenizer(16).tokens(text).unwrap();
        let characters: Vec<char> = text.chars().collect();
        let seen: Vec<(&str, Option<u32>, String)> = tokens
            .iter()
            .map(|t| (t.piece.as_str(), t.word, characters[t.characters.clone()].iter().collect()))
            .collect();
        let expected = [
            ("[CLS]", None, ""),
            ("un", Some(0), "Un"),
            ("##usual", Some(0), "usual"),
            ("##ly", Some(0), "ly"),
            ("cafe", Some(1), "café"),
            ("[UNK]", Some(2), "—"),
            ("un", Some(3), "Un"),
            ("##usual", Some(3), "usual"),
            ("!", Some(4), "!"),
            ("[SEP]", None, ""),
        ];
        assert_eq!(seen, expected.map(|(piece, word, slice)| (piece, word, slice.to_string())));
        assert!(!cut);
    }

    #[test]
    fn tokens_are_cut_as_ids_are() {
        let text = "unusually cafe unusually cafe";
        for max_length in 1..12 {
            let tokenizer = tokenizer(max_length);
            let (tokens, cut) = tokenizer.tokens(text).unwrap();
            let ids: Vec<u32> = tokens.iter().map(|t| t.id).collect();
            let encoding = tokenizer.encode(text).unwrap();
            assert_eq!(ids, encoding.input_ids, "{max_length}");
            assert_eq!((ids.len(), cut), (max_length.min(10), max_length < 10), "{max_length}");
            assert_eq!(ids.last(), Some(&2), "{max_length}: [SEP] stays");
            assert_eq!(encoding.full_length, 10);
        }
        let (tokens, cut) = tokenizer(4).tokens("").unwrap();
        assert_eq!(tokens.iter().map(|t| t.piece.as_str()).collect::<Vec<_>>(), ["[CLS]", "[SEP]"]);
        assert!(!cut);
    }

    #[test]
    fn sentences_that_the_vocabulary_cannot_spell_are_told_from_empty_ones() {
        let tokenizer = tokenizer(8);
        let reading = |text| tokenizer.reading(&tokenizer.encode(text).unwrap());
        assert_eq!(reading("ምግቡ ጥሩ ነበር"), Reading::OnlyUnknown);
        assert_eq!(reading("🙂"), Reading::OnlyUnknown);
        assert_eq!(reading("🙂 cafe"), Reading::Words);
        assert_eq!(reading("!"), Reading::Words);
        assert_eq!(reading("\u{200b}\u{2060}"), Reading::Nothing);
    }
}
