//! Sentences as a run needs them: their token ids, their labels, and a fingerprint of each text. The texts themselves are asked
//! for again by the few checks that quote them.

use std::ops::ControlFlow;

use xxhash_rust::xxh3::Xxh3;

use crate::compute::Context;
use crate::data::{Dataset, Labels, Texts, fingerprint};
use crate::text::{Encoding, Tokenizer};
use crate::{Error, Result};
#[cfg(not(target_arch = "wasm32"))]
use crate::{data::FileRows, error::Message, recipe::Task};

/// Sentences are tokenised in groups of at most this many bytes and sentences.
#[cfg(not(target_arch = "wasm32"))]
const GROUP: (usize, usize) = (1 << 22, 1 << 13);

/// A data set whose sentences are token ids.
#[derive(Debug)]
pub struct Sentences<'a> {
    /// The tasks and the labels. Texts of a file are blank.
    pub(super) data: Dataset,
    /// The tokens of each sentence.
    pub(super) encodings: Vec<Encoding>,
    /// [`fingerprint`] of each sentence.
    pub(super) fingerprints: Vec<u128>,
    /// What is wrong with the first sentence that could not be tokenised. A run is refused for it once its other settings
    /// are known to be right.
    pub(super) failure: Option<Error>,
    parts: Vec<Part<'a>>,
}

/// Sentences that come from one place.
#[derive(Debug)]
struct Part<'a> {
    rows: usize,
    /// Their texts; `None`: the data set has them.
    texts: Option<Box<dyn Texts + 'a>>,
}

impl<'a> Sentences<'a> {
    /// Tokenises the sentences of a data set.
    pub fn of_dataset(data: Dataset, tokenizer: &Tokenizer, context: &Context) -> Self {
        let encoded = context.map(&data.examples, |example| encoded(tokenizer, &example.text));
        let mut sentences = Self::none();
        sentences.extend(encoded);
        sentences.parts.push(Part { rows: data.examples.len(), texts: None });
        sentences.data = data;
        sentences
    }

    /// Reads a file's labels for `tasks` (none: all), and tokenises its sentences as they come, without keeping them. `progress`
    /// is given the number of rows after every few thousand. Returns also what was assumed to read it.
    ///
    /// # Errors
    ///
    /// As [`FileRows::read`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn of_file(
        rows: FileRows<'a>,
        tasks: &[Task],
        tokenizer: &Tokenizer,
        context: &Context,
        progress: &mut dyn FnMut(usize),
    ) -> Result<(Self, Vec<Message>)> {
        let mut sentences = Self::none();
        let mut group: Vec<String> = Vec::new();
        let mut bytes = 0;
        let (data, notes) = rows.read(tasks, &mut |text| {
            bytes += text.len();
            group.push(text.into());
            if bytes >= GROUP.0 || group.len() == GROUP.1 {
                sentences.extend(context.map(&group, |text| encoded(tokenizer, text)));
                progress(sentences.encodings.len());
                group.clear();
                bytes = 0;
            }
        })?;
        sentences.extend(context.map(&group, |text| encoded(tokenizer, text)));
        progress(sentences.encodings.len());
        sentences.data = data;
        sentences.parts.push(Part { rows: sentences.encodings.len(), texts: Some(Box::new(rows)) });
        Ok((sentences, notes))
    }

    fn none() -> Self {
        Self {
            data: Dataset { tasks: Vec::new(), examples: Vec::new() },
            encodings: Vec::new(),
            fingerprints: Vec::new(),
            failure: None,
            parts: Vec::new(),
        }
    }

    /// Adds the sentences of `other`, which have the same tasks, after these.
    pub(super) fn append(&mut self, other: Self) {
        self.data.examples.extend(other.data.examples);
        self.encodings.extend(other.encodings);
        self.fingerprints.extend(other.fingerprints);
        self.failure = self.failure.take().or(other.failure);
        self.parts.extend(other.parts);
    }

    fn extend(&mut self, encoded: Vec<(Result<Encoding>, u128)>) {
        self.encodings.reserve(encoded.len());
        self.fingerprints.reserve(encoded.len());
        for (encoding, fingerprint) in encoded {
            self.fingerprints.push(fingerprint);
            match encoding {
                Ok(encoding) => self.encodings.push(encoding),
                Err(error) => {
                    // It counts no token, as where settings are chosen for the data.
                    self.encodings.push(Encoding { input_ids: Vec::new(), full_length: 0 });
                    self.failure.get_or_insert(error);
                }
            }
        }
    }

    /// The tasks and the labels. A text is empty if it is not kept.
    pub fn data(&self) -> &Dataset {
        &self.data
    }

    /// Number of tokens of the sentence in `row`, as it is cut.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn tokens(&self, row: usize) -> usize {
        self.encodings[row].input_ids.len()
    }

    /// The same number for the same sentences, but for spaces and capitals, with the same labels in the same order.
    pub fn hash(&self) -> u64 {
        let mut hash = Xxh3::new();
        self.fingerprints.iter().for_each(|fingerprint| hash.update(&fingerprint.to_le_bytes()));
        for (row, example) in self.data.examples.iter().enumerate() {
            for (task, &class) in example.labels.iter() {
                [row, task, class as usize].iter().for_each(|part| hash.update(&(*part as u64).to_le_bytes()));
            }
        }
        hash.digest()
    }

    /// Number of sentences.
    pub fn len(&self) -> usize {
        self.encodings.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.encodings.is_empty()
    }

    /// The sentence in `row`.
    pub(super) fn text(&self, row: usize) -> String {
        let mut first = 0;
        for Part { rows, texts } in &self.parts {
            if let (true, Some(texts)) = ((first..first + rows).contains(&row), texts) {
                return texts.text_at(row - first);
            }
            first += rows;
        }
        self.data.examples[row].text.clone()
    }

    /// Calls `visit` with each sentence and its labels, in order.
    pub(super) fn each(&self, visit: &mut dyn FnMut(&str, &Labels<u32>)) {
        let mut examples = self.data.examples.iter();
        for Part { rows, texts } in &self.parts {
            let mut examples = examples.by_ref().take(*rows);
            match texts {
                None => examples.for_each(|example| visit(&example.text, &example.labels)),
                Some(texts) => texts.visit(&mut |text| match examples.next() {
                    Some(example) => {
                        visit(text, &example.labels);
                        ControlFlow::Continue(())
                    }
                    None => ControlFlow::Break(()),
                }),
            }
        }
    }
}

fn encoded(tokenizer: &Tokenizer, text: &str) -> (Result<Encoding>, u128) {
    (tokenizer.encode(text), fingerprint(text))
}
