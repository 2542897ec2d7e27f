//! What the cells of a column look like: sentences, labels, or neither.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use super::sheet::{Cell, Format, Sheet};
use crate::error::{Message, message, shortened};

/// The name of the column of sentences in Polytask's own files.
pub(super) const TEXT: &str = "text";

/// Names that the column of sentences often has.
const KNOWN: &str = "text texts sentence sentences review comment message tweet utterance content body question query title \
                     headline description post document statement phrase input prompt abstract summary satz kommentar \
                     nachricht frage inhalt beschreibung";

/// With fewer labels than this, each may well be there once.
const FEW: usize = 8;
/// From so many labels on, nearly all different means all different.
const MANY: usize = 20;

/// What a column holds.
#[derive(Debug, Default)]
pub(super) struct Profile {
    /// Number of cells that are not blank, and of those that are lists or objects, or numbers or booleans of a JSON file.
    pub filled: usize,
    nested: usize,
    scalars: usize,
    words: usize,
    /// The first cell.
    first: String,
    /// Hashes of the different cells, with which a column of a million sentences needs no copy of them.
    values: HashSet<u64, Hasher>,
}

type Hasher = BuildHasherDefault<DefaultHasher>;

impl Profile {
    fn add(&mut self, cell: &Cell) {
        if self.filled == 0 {
            self.first = cell.text().into();
        }
        self.filled += 1;
        match cell {
            Cell::Nested(_) => self.nested += 1,
            Cell::Scalar(_) => self.scalars += 1,
            Cell::Text(text) => self.words += words(text),
        }
        self.values.insert(Hasher::default().hash_one(cell.text()));
    }

    /// Number of different cells.
    pub fn classes(&self) -> usize {
        self.values.len()
    }

    /// Whether a cell holds `text`.
    fn has(&self, text: &str) -> bool {
        self.values.contains(&Hasher::default().hash_one(text))
    }

    /// Whether most cells are different texts of three words or more.
    fn looks_like_sentences(&self) -> bool {
        let Self { filled, nested, scalars, words, .. } = self;
        *filled > 0 && *nested == 0 && scalars < filled && *words >= 3 * filled && 2 * self.classes() >= *filled
    }
}

pub(super) fn profiles(sheet: &Sheet) -> Vec<Profile> {
    let mut profiles: Vec<Profile> = sheet.columns.iter().map(|_| Profile::default()).collect();
    sheet.each(|record| record.cells.iter().for_each(|(column, cell)| profiles[*column].add(cell)));
    profiles
}

/// Number of words; of a script without spaces, two characters are one.
fn words(text: &str) -> usize {
    let is_dense =
        |char: &char| matches!(char, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{3040}'..='\u{9fff}');
    text.split_whitespace().count() + text.chars().filter(is_dense).count() / 2
}

/// The column that holds the sentences, where no name is given: `text`, or the only one that can be meant.
pub(super) fn guess_text(sheet: &Sheet, profiles: &[Profile]) -> Option<usize> {
    let only = |columns: Vec<usize>| if let [column] = columns[..] { Some(column) } else { None };
    let called =
        |is: &dyn Fn(&str) -> bool| (0..profiles.len()).filter(|&at| is(&sheet.columns[at])).collect::<Vec<_>>();
    if let Some(column) =
        only(called(&|name| name == TEXT)).or_else(|| only(called(&|name| name.eq_ignore_ascii_case(TEXT))))
    {
        return Some(column);
    }
    let known = called(&|name| KNOWN.split_whitespace().any(|known| name.eq_ignore_ascii_case(known)));
    let looks: Vec<usize> = (0..profiles.len()).filter(|&at| profiles[at].looks_like_sentences()).collect();
    let both: Vec<usize> = known.iter().copied().filter(|&at| profiles[at].looks_like_sentences()).collect();
    match (both.len(), looks.len()) {
        (0, 0) => only(known),
        (0, _) => only(looks),
        _ => only(both),
    }
}

/// Whether the first line of a delimited file is a row: it has a sentence, and beside it a label of the rows below.
pub(super) fn has_no_header(sheet: &Sheet, profiles: &[Profile], text: usize) -> bool {
    let is_label = |at: usize| at != text && profiles[at].has(&sheet.columns[at]);
    sheet.format != Format::Json && words(&sheet.columns[text]) >= 3 && (0..profiles.len()).any(is_label)
}

/// Why a column is no task, if it obviously is none.
pub(super) fn why_no_task(name: &str, profile: &Profile) -> Option<Message> {
    let Profile { filled, nested, first, .. } = profile;
    let classes = profile.classes();
    if is_unnamed(name) {
        return Some(message!("data.why_unnamed", "it has no name"));
    }
    if *filled == 0 {
        return Some(message!("data.why_blank", "it is blank in every row"));
    }
    if nested == filled {
        return Some(message!("data.why_nested", "it holds lists or objects"));
    }
    if classes == 1 {
        return Some(message!("data.why_constant", "it is never anything but {value:?}", value = shortened(first)));
    }
    let differs = (*filled >= FEW && classes == *filled) || (*filled >= MANY && classes * 10 >= filled * 9);
    differs.then(|| {
        message!(
            "data.why_different",
            "it has {classes} different values in {rows} rows",
            classes = classes,
            rows = *filled
        )
    })
}

/// Whether a name is none, or one that pandas gave.
fn is_unnamed(name: &str) -> bool {
    name.is_empty() || name.strip_prefix("Unnamed: ").is_some_and(|number| number.parse::<u32>().is_ok())
}
