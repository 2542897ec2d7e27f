//! The token ids of words that were seen before. A sentence is then put together from its words, which takes a tenth of the time
//! that the tokenizers library needs for it: the library keeps the place of every character, and a file of a million rows asks
//! for none.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use tokenizers::{ModelWrapper, NormalizerWrapper, PreTokenizerWrapper};

/// Words are kept in this many maps, so that threads seldom wait for each other.
const SHARDS: usize = 32;
/// Each keeps at most this many words, and no longer ones: some 20 MB in all.
const MOST_WORDS: usize = 1 << 12;
const LONGEST: usize = 40;

/// Puts sentences together from words. A word is what stands between two spaces, with its punctuation.
#[derive(Debug)]
pub struct Words {
    /// The tokens that every sentence begins and ends with.
    before: Vec<u32>,
    after: Vec<u32>,
    /// The first characters of added tokens such as `[MASK]`, which the library looks for before it splits a text.
    added: Vec<u8>,
    known: Vec<RwLock<Known>>,
}

type Known = HashMap<Box<str>, Box<[u32]>>;

impl Words {
    /// `None` if this tokeniser might read a word otherwise in company than alone.
    pub fn new(tokenizer: &tokenizers::Tokenizer) -> Option<Self> {
        let alone = matches!(tokenizer.get_model(), ModelWrapper::WordPiece(_) | ModelWrapper::WordLevel(_))
            && matches!(tokenizer.get_normalizer(), None | Some(NormalizerWrapper::BertNormalizer(_)))
            && matches!(
                tokenizer.get_pre_tokenizer(),
                Some(
                    PreTokenizerWrapper::BertPreTokenizer(_)
                        | PreTokenizerWrapper::Whitespace(_)
                        | PreTokenizerWrapper::WhitespaceSplit(_)
                )
            );
        if !alone {
            return None;
        }
        let mut added = Vec::new();
        for token in tokenizer.get_added_tokens_decoder().values() {
            let first = *token.content.as_bytes().first()?;
            added.extend([first.to_ascii_lowercase(), first.to_ascii_uppercase()]);
        }
        added.sort_unstable();
        added.dedup();
        // The post-processor puts the same tokens around every text.
        let (word, sentence) = (tokenizer.encode_fast("a", false).ok()?, tokenizer.encode_fast("a", true).ok()?);
        let own = word.get_ids();
        let start = sentence.get_special_tokens_mask().iter().take_while(|&&special| special == 1).count();
        let end = start + own.len();
        if own.is_empty() || sentence.get_ids().get(start..end) != Some(own) {
            return None;
        }
        let (before, after) = (sentence.get_ids()[..start].to_vec(), sentence.get_ids()[end..].to_vec());
        Some(Self { before, after, added, known: (0..SHARDS).map(|_| RwLock::default()).collect() })
    }

    /// Number of tokens that every sentence ends with.
    pub fn at_the_end(&self) -> usize {
        self.after.len()
    }

    /// The ids of a sentence. `None` if the library must read it: it is not ASCII, where a word's characters depend on nothing
    /// around it, or may hold an added token, or `encode`, which is given a word that is new, has no ids for it.
    pub fn encode(&self, text: &str, encode: impl Fn(&str) -> Option<Vec<u32>>) -> Option<Vec<u32>> {
        if !text.bytes().all(|byte| byte.is_ascii() && self.added.binary_search(&byte).is_err()) {
            return None;
        }
        let mut ids = self.before.clone();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            if word.len() > LONGEST {
                ids.extend(encode(word)?);
                continue;
            }
            let shard = &self.known[shard(word)];
            if let Some(known) = shard.read().unwrap_or_else(PoisonError::into_inner).get(word) {
                ids.extend_from_slice(known);
                continue;
            }
            let new = encode(word)?;
            ids.extend_from_slice(&new);
            let mut words = shard.write().unwrap_or_else(PoisonError::into_inner);
            if words.len() < MOST_WORDS {
                words.insert(word.into(), new.into());
            }
        }
        ids.extend_from_slice(&self.after);
        Some(ids)
    }
}

fn shard(word: &str) -> usize {
    word.bytes().fold(word.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % SHARDS
}
