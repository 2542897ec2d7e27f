//! What is doubtful about texts and labels and shows without an encoder: texts that appear more than once, with other labels
//! or on both sides of a split, and labels that look alike.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unicode_normalization_alignments::UnicodeNormalization;

use super::Dataset;
use crate::recipe::Task;

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// A text that has different labels for one task at different places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Contradiction {
    /// The task.
    pub task: String,
    /// The rows with this text that are labelled for the task, ascending.
    pub rows: Vec<usize>,
    /// The label of each of them.
    pub labels: Vec<String>,
}

/// Two labels of a task that are probably meant to be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct LookAlike {
    /// The task.
    pub task: String,
    /// The rarer label.
    pub label: String,
    /// The more common one.
    pub like: String,
}

/// Groups of rows whose texts are equal after Unicode normalisation (NFKC), without differences in case, white space and
/// invisible characters; each group ascending, ordered by its first row.
pub fn same_texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<Vec<usize>> {
    same_fingerprints(&texts.into_iter().map(fingerprint).collect::<Vec<_>>())
}

/// 128 bits of a text's SHA-256, the same for texts that [`same_texts`] puts into one group; 0 for a text of invisible characters alone,
/// which is none.
pub fn fingerprint(text: &str) -> u128 {
    let folded = folded(text);
    if folded.is_empty() {
        return 0;
    }
    Sha256::digest(folded).iter().take(16).fold(0, |bits, &byte| bits << 8 | u128::from(byte))
}

/// The groups of [`same_texts`] from the texts' fingerprints.
pub fn same_fingerprints(fingerprints: &[u128]) -> Vec<Vec<usize>> {
    let mut rows: Vec<usize> = (0..fingerprints.len()).filter(|&row| fingerprints[row] != 0).collect();
    rows.sort_unstable_by_key(|&row| (fingerprints[row], row));
    let same = rows.chunk_by(|&one, &other| fingerprints[one] == fingerprints[other]);
    let mut groups: Vec<Vec<usize>> = same.filter(|rows| rows.len() > 1).map(<[usize]>::to_vec).collect();
    groups.sort_unstable();
    groups
}

/// The texts among `groups` of equal ones that have different labels for a task.
pub fn contradictions(data: &Dataset, groups: &[Vec<usize>]) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for group in groups {
        let tasks: BTreeSet<usize> =
            group.iter().flat_map(|&row| data.examples[row].labels.iter().map(|(task, _)| task)).collect();
        for task in tasks {
            let labelled = group.iter().filter_map(|&row| Some((row, *data.examples[row].labels.get(task)?)));
            let (rows, classes): (Vec<usize>, Vec<u32>) = labelled.unzip();
            if classes.iter().any(|class| *class != classes[0]) {
                let Task { name, labels } = &data.tasks[task];
                let labels = classes.iter().map(|&class| labels[class as usize].clone()).collect();
                found.push(Contradiction { task: name.clone(), rows, labels });
            }
        }
    }
    found
}

/// Each held-out row whose text also trains, with the first training row that has it. `splits` are the rows that train and
/// those held out, each ascending.
pub fn in_both_splits(groups: &[Vec<usize>], splits: &[Vec<usize>; 2]) -> Vec<[usize; 2]> {
    let [trains, is_held_out] = splits.each_ref().map(|rows| move |row: &&usize| rows.binary_search(row).is_ok());
    let mut pairs = Vec::new();
    for group in groups {
        let Some(&first) = group.iter().find(&trains) else { continue };
        pairs.extend(group.iter().filter(&is_held_out).map(|&row| [row, first]));
    }
    pairs.sort_unstable();
    pairs
}

/// Labels of each task that are probably meant to be one: equal without differences in case, spaces, `_` and `-`, in letters
/// of two scripts that look the same, or in how a number is written; or a rare label one typing error away from a label that
/// is at least ten times as common. `counts` are the rows of each label. (K,C_k)
pub fn look_alikes(data: &Dataset, counts: &[Vec<usize>]) -> Vec<LookAlike> {
    let mut found = Vec::new();
    for (task, counts) in data.tasks.iter().zip(counts) {
        for [rarer, other] in look_alike_classes(&task.labels, counts) {
            let name = |class: usize| task.labels[class].clone();
            found.push(LookAlike { task: task.name.clone(), label: name(rarer), like: name(other) });
        }
    }
    found
}

/// A text as it is compared: equal texts stay equal, whatever tool wrote them.
fn folded(text: &str) -> String {
    let visible = text.nfkc().map(|(c, _)| c).filter(|&c| !is_invisible(c));
    let lower: String = visible.flat_map(char::to_lowercase).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a character has neither ink nor width: joiners, marks of direction, the soft hyphen, the byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Small Cyrillic and Greek letters, and the Latin ones that they look like.
const ALIKE: [(char, char); 20] = [
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ѕ', 's'),
    ('һ', 'h'),
    ('ԁ', 'd'),
    ('к', 'k'),
    ('м', 'm'),
    ('т', 't'),
    ('α', 'a'),
    ('ο', 'o'),
    ('ν', 'v'),
    ('ρ', 'p'),
    ('υ', 'u'),
];

/// A label as it looks at a glance.
fn looks(label: &str) -> String {
    let folded = folded(label);
    // A longer number is a name, and f64 would round it.
    if folded.len() < 16
        && folded.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && let Ok(number) = folded.parse::<f64>()
    {
        // −0 is 0.
        return (number + 0.0).to_string();
    }
    let latin = |c| ALIKE.iter().find(|(other, _)| *other == c).map_or(c, |&(_, latin)| latin);
    let spaced: String = folded.chars().map(|c| if c == '_' || c == '-' { ' ' } else { latin(c) }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A label with at most this many rows may be a typing error.
const RARE: usize = 2;

/// What a rare label is taken for has at least this many times its rows.
const COMMON: usize = 10;

/// In shorter labels one letter makes another word.
const SHORTEST: usize = 5;

/// Pairs of classes (the rarer, the more common) that look alike.
fn look_alike_classes(labels: &[String], counts: &[usize]) -> Vec<[usize; 2]> {
    let looks: Vec<String> = labels.iter().map(|label| looks(label)).collect();
    let mut by_looks: HashMap<&str, Vec<usize>> = HashMap::new();
    looks.iter().enumerate().for_each(|(class, looks)| by_looks.entry(looks).or_default().push(class));
    let mut pairs = Vec::new();
    for classes in by_looks.values() {
        // Of labels that are as common the first stays.
        let most =
            classes.iter().copied().reduce(|most, class| if counts[class] > counts[most] { class } else { most });
        pairs
            .extend(most.iter().flat_map(|&most| classes.iter().filter(move |&&c| c != most).map(move |&c| [c, most])));
    }
    let letters: Vec<Vec<char>> = looks.iter().map(|looks| looks.chars().collect()).collect();
    let rare =
        (0..labels.len()).filter(|&class| (1..=RARE).contains(&counts[class]) && letters[class].len() >= SHORTEST);
    let common: Vec<usize> = (0..labels.len()).filter(|&class| counts[class] >= COMMON).collect();
    for class in rare {
        let meant = common
            .iter()
            .find(|&&other| counts[other] >= COMMON * counts[class] && is_one_error(&letters[class], &letters[other]));
        pairs.extend(meant.map(|&other| [class, other]));
    }
    pairs.sort_unstable();
    pairs
}

/// Whether one text becomes the other by one letter more, less or other, or by two neighbours exchanged. Digits do not count:
/// they tell labels apart.
fn is_one_error(a: &[char], b: &[char]) -> bool {
    if a.len() > b.len() {
        return is_one_error(b, a);
    }
    if b.len() - a.len() > 1 || a == b {
        return false;
    }
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[start..], &b[start..]);
    let differ = |letters: &[char]| letters.iter().all(|c| c.is_alphabetic());
    if a.len() < b.len() {
        return a == &b[1..] && differ(&b[..1]);
    }
    let other = a[1..] == b[1..] && differ(&a[..1]) && differ(&b[..1]);
    let exchanged = a.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..] && differ(&a[..2]);
    other || exchanged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Columns, Table, read_table};

    fn dataset(csv: &str) -> Dataset {
        let table: Table = read_table("a.csv", csv.as_bytes(), &Columns::default()).unwrap();
        Dataset::from_table(&table, &[]).unwrap()
    }

    fn texts(data: &Dataset) -> Vec<Vec<usize>> {
        same_texts(data.examples.iter().map(|example| example.text.as_str()))
    }

    #[test]
    fn texts_are_the_same_whatever_tool_wrote_them() {
        let same = ["Ｃafé  au lait", "cafe\u{301} au\u{a0}lait", "CAFÉ\u{200b} AU LAIT", "\u{feff}caf\u{e9} au lait"];
        let other = ["cafe au lait", "café aulait", "café au lait!"];
        assert_eq!(same_texts(same.into_iter().chain(other)), [[0, 1, 2, 3]]);
        assert!(same_texts(["\u{200b}", "\u{2060}\u{200d}"]).is_empty(), "no text at all");
        assert_eq!(same_texts(["b", "a", "B", "A", "c", "b "]), [vec![0, 2, 5], vec![1, 3]]);
    }

    #[test]
    fn a_text_contradicts_itself_only_within_a_task() {
        let data = dataset("text,topic,tone\nsoup,food,\nSoup,,good\nsoup ,food,bad\nrain,sky,bad\nrain,food,bad\n");
        let found = contradictions(&data, &texts(&data));
        let of = |task: &str, rows: &[usize], labels: [&str; 2]| Contradiction {
            task: task.into(),
            rows: rows.to_vec(),
            labels: labels.map(String::from).to_vec(),
        };
        assert_eq!(found, [of("tone", &[1, 2], ["good", "bad"]), of("topic", &[3, 4], ["sky", "food"])]);
    }

    #[test]
    fn a_held_out_text_that_also_trains_is_found() {
        let groups = [vec![0, 2, 5], vec![1, 3]];
        assert_eq!(in_both_splits(&groups, &[vec![0, 1, 2, 3], vec![4, 5]]), [[5, 0]]);
        assert_eq!(in_both_splits(&groups, &[vec![2, 3], vec![0, 1, 4, 5]]), [[0, 2], [1, 3], [5, 2]]);
        assert!(in_both_splits(&groups, &[vec![0, 2, 5], vec![1, 3]]).is_empty());
    }

    /// The pairs of labels that look alike, each with its number of rows.
    fn pairs(labels: &[(&str, usize)]) -> Vec<[String; 2]> {
        let names: Vec<String> = labels.iter().map(|(label, _)| label.to_string()).collect();
        let counts: Vec<usize> = labels.iter().map(|&(_, n)| n).collect();
        let pairs = look_alike_classes(&names, &counts);
        pairs.into_iter().map(|pair| pair.map(|class| names[class].clone())).collect()
    }

    #[test]
    fn labels_that_look_alike_are_found() {
        // The second has a Cyrillic а.
        let found = pairs(&[("Bad", 3), ("bаd", 1), ("bad", 40), ("good", 50)]);
        assert_eq!(found, [["Bad", "bad"], ["bаd", "bad"]]);
        assert_eq!(
            pairs(&[("top_up", 9), ("top-up", 8), ("Top  up", 7)]),
            [["top-up", "top_up"], ["Top  up", "top_up"]]
        );
        assert_eq!(pairs(&[("1", 10), ("1.0", 2), ("01", 1), ("2", 9)]), [["1.0", "1"], ["01", "1"]]);
        for typo in ["negatve", "negattive", "negatibe", "engative"] {
            assert_eq!(pairs(&[(typo, 2), ("negative", 20), ("positive", 20)]), [[typo, "negative"]], "{typo}");
        }
    }

    #[test]
    fn labels_of_their_own_are_left_alone() {
        let none: [[String; 2]; 0] = [];
        // Both common; both rare; a digit tells them apart; too short; two errors away.
        assert_eq!(pairs(&[("lost_card", 16), ("last_card", 16)]), none);
        assert_eq!(pairs(&[("lost_card", 2), ("last_card", 9)]), none);
        assert_eq!(pairs(&[("class 1", 1), ("class 2", 50), ("class 12", 50)]), none);
        assert_eq!(pairs(&[("cat", 1), ("bat", 50), ("cart", 50)]), none);
        assert_eq!(pairs(&[("positive", 1), ("negative", 50)]), none);
        assert_eq!(pairs(&[("-1", 5), ("1", 5), ("c", 5), ("c++", 5), ("c#", 5)]), none);
        assert_eq!(pairs(&[("inf", 5), ("infinity", 5), ("да", 5), ("нет", 5)]), none);
    }

    #[test]
    fn the_presets_are_clean() {
        use crate::data::presets::{NAMES, preset};
        use crate::recipe::PresetLabels;
        for name in NAMES {
            let (table, tasks) = preset(name, PresetLabels::Sensible, 0).unwrap();
            let data = Dataset::from_table(&table, &tasks).unwrap();
            let rows: Vec<usize> = (0..data.examples.len()).collect();
            assert!(texts(&data).is_empty() && look_alikes(&data, &data.class_counts(&rows)).is_empty(), "{name}");
        }
    }

    #[test]
    fn findings_take_time_in_proportion_to_the_data() {
        use crate::data::testing::assert_linear;
        assert_linear(20_000, |n| {
            let csv: String = (0..n).map(|i| format!("sentence {},label {}\n", i / 2, i % 7)).collect();
            let data = dataset(&format!("text,topic\n{csv}"));
            let groups = texts(&data);
            (contradictions(&data, &groups), in_both_splits(&groups, &[(0..n / 2).collect(), (n / 2..n).collect()]))
        });
    }
}
