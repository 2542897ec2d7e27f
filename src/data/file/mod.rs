//! Files as other tools write them: spreadsheets, pandas, annotation tools.
//!
//! What can be read in one way only is read, and what was assumed is said in the table's notes. The rest is refused, with all
//! places at once. The bytes decide how a file is read; the ending of its name only breaks ties.

mod cells;
mod decode;
mod delimited;
mod guess;
mod inspect;
mod json;
#[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
mod parquet_file;
mod roles;
mod rows;
mod sheet;
#[cfg(not(target_arch = "wasm32"))]
mod streamed;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

pub use cells::{Cells, FileCells, read_cells};
pub use inspect::{ColumnSummary, Inspection, Role, inspect};
pub use sheet::Format;
#[cfg(not(target_arch = "wasm32"))]
pub use streamed::FileRows;

use self::roles::Roles;
use self::sheet::Sheet;
use super::table::Table;
use crate::Result;
use crate::recipe::{DataFile, Task};

/// Which columns of a file are used. The others are not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(deny_unknown_fields, default)]
pub struct Columns {
    /// The column that holds the sentences. Absent: `text`, or the only one that can be meant.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub text: Option<String>,
    /// The label columns, one a task. Absent: all that can be tasks. Empty: none, as a file for predictions has none.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub tasks: Option<Vec<String>>,
    /// Whether some of `tasks` may have no column: nothing is labelled for them then. One of them must have a column.
    pub blank_if_absent: bool,
    /// Whether a column that is blank in every row is a task: it is still to be labelled.
    pub blank_tasks: bool,
}

impl Columns {
    /// The columns of a training file: those of its recipe, or all that can be tasks.
    pub fn of_training(file: &DataFile, tasks: &[Task]) -> Self {
        let names = || tasks.iter().map(|task| task.name.clone()).collect();
        Self {
            text: file.text.clone(),
            tasks: (!tasks.is_empty()).then(names),
            blank_if_absent: false,
            blank_tasks: false,
        }
    }

    /// All columns that are tasks or can become tasks, of a file that is to be labelled.
    pub fn to_label() -> Self {
        Self { blank_tasks: true, ..Self::default() }
    }

    /// The columns of a file to evaluate `tasks` on; the file may lack some of them.
    pub fn of_evaluation(file: &DataFile, tasks: &[Task]) -> Self {
        Self { blank_if_absent: true, ..Self::of_training(file, tasks) }
    }
}

/// Reads a table from the bytes of a CSV, TSV, JSON or JSONL file. A blank label means "not labelled for this task". White
/// space around a sentence or label is removed; a number is its shortest form, so that 1 and 1.0 are one label.
///
/// # Errors
///
/// If the file is no table of text (a workbook, say), a column that is asked for is missing, it is not clear which column
/// holds the sentences or no column can be a task, no row has a sentence, or some rows cannot be read. The error names the
/// file, and all lines and columns as far as they are known.
///
/// ```
/// use polytask::data::{Columns, Dataset, read_table};
///
/// let csv = "id;Review;topic;tone\r\n1;Rain, again.;weather;\r\n2;Great soup, really!;food;positive\r\n\
///            3;The soup was cold.;food;negative\r\n";
/// let columns = Columns { tasks: Some(vec!["topic".into(), "tone".into()]), ..Columns::default() };
/// let table = read_table("mine.csv", csv.as_bytes(), &columns)?;
/// assert_eq!(table.notes[0].message, "mine.csv: its columns are separated by semicolons");
/// assert_eq!(table.text, "Review");
/// let data = Dataset::from_table(&table, &[])?;
/// assert_eq!(data.tasks[0].labels, ["food", "weather"]);
/// assert_eq!(data.examples[1].labels.get(0), Some(&0), "the first sentence about food");
/// assert_eq!(data.examples[0].labels.get(1), None, "not labelled for the tone");
/// # Ok::<(), polytask::Error>(())
/// ```
pub fn read_table(name: &str, bytes: &[u8], columns: &Columns) -> Result<Table> {
    let sheet = Sheet::read(name, bytes)?;
    let roles = Roles::new(&sheet, columns)?;
    rows::table(&sheet, &roles)
}
