//! Files of sentences: delimited, JSON and Parquet.

use polytask::data::{Columns, Dataset, FileRows, Table, inspect, read_cells, read_table};

/// The names that a file may have; the first byte of an input chooses.
const NAMES: [&str; 6] = ["a.csv", "a.tsv", "a.txt", "a.json", "a.jsonl", "a.csv.gz"];

/// The file's name and its bytes.
fn named(input: &[u8]) -> (&'static str, &[u8]) {
    match input.split_first() {
        Some((first, rest)) => (NAMES[usize::from(*first) % NAMES.len()], rest),
        None => (NAMES[0], input),
    }
}

/// Inspects and reads a file.
pub fn table(input: &[u8]) {
    let (name, bytes) = named(input);
    read(name, bytes);
}

/// The same for a Parquet file.
pub fn parquet(input: &[u8]) {
    read("a.parquet", input);
}

fn read(name: &str, bytes: &[u8]) {
    let _ = inspect(name, bytes);
    let columns = Columns::default();
    let whole = read_table(name, bytes, &columns).and_then(|table| Ok((Dataset::from_table(&table, &[])?, table)));
    let streamed = streamed(name, bytes, &columns);
    match (whole, streamed) {
        (Ok((data, table)), Ok((again, texts))) => compare(&data, &table, &again, &texts),
        (Err(one), Err(other)) => assert_eq!(one.to_string(), other.to_string(), "read as a whole and row by row"),
        (one, other) => panic!(
            "read as a whole: {:?}; row by row: {:?}",
            one.map(|(data, _)| data.examples.len()).map_err(|e| e.to_string()),
            other.map(|(data, _)| data.examples.len()).map_err(|e| e.to_string())
        ),
    }
}

fn streamed(name: &str, bytes: &[u8], columns: &Columns) -> polytask::Result<(Dataset, Vec<String>)> {
    let rows = FileRows::open(name, bytes, columns)?;
    let mut texts = Vec::new();
    let (data, _) = rows.read(&[], &mut |text| texts.push(text.to_owned()))?;
    assert!(texts.len() <= rows.rows(), "{} sentences in {} rows", texts.len(), rows.rows());
    Ok((data, texts))
}

/// A file means the same whether it is read as a whole or row by row.
fn compare(data: &Dataset, table: &Table, again: &Dataset, texts: &[String]) {
    assert_eq!(data.tasks, again.tasks);
    assert_eq!(data.examples.len(), again.examples.len());
    assert_eq!(table.rows.len(), texts.len());
    for ((example, same), text) in data.examples.iter().zip(&again.examples).zip(texts) {
        assert_eq!(&example.text, text);
        assert_eq!(example.labels, same.labels, "the labels of {text:?}");
        assert!(!text.trim().is_empty(), "a row without a sentence");
    }
}

/// Reads a file's cells as they are: for `predict`, `check` and the like.
pub fn cells(input: &[u8]) {
    let (name, bytes) = named(input);
    for text in [None, Some("text")] {
        let Ok(cells) = read_cells(name, bytes, text, "text") else { continue };
        for row in &cells.rows {
            assert_eq!(row.len(), cells.columns.len(), "a row has a cell for each column");
        }
    }
}
