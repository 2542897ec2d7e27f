//! How a confusion matrix is written: whole where there are few classes. Of many classes nearly all of its C² cells are 0, so
//! only the others are written: as many as there are sentences at most.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// A matrix of so many classes is written whole.
const MOST_WHOLE: usize = 100;
/// A matrix of more classes is not read: it has 2.5 billion cells.
const MOST: usize = 50_000;

/// The cells of a large confusion matrix that are not 0.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct ConfusionCells {
    /// The number of classes C.
    pub classes: usize,
    /// For each cell the true class, the predicted class, and how many examples there are.
    pub cells: Vec<[u32; 3]>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Whole(Vec<Vec<u32>>),
    Cells(ConfusionCells),
}

/// Writes a matrix (C,C): whole up to 100 classes, else as [`ConfusionCells`].
pub fn serialize<S: Serializer>(confusion: &[Vec<u32>], serializer: S) -> Result<S::Ok, S::Error> {
    if confusion.len() <= MOST_WHOLE {
        return confusion.serialize(serializer);
    }
    let cells = confusion.iter().enumerate().flat_map(|(truth, row)| {
        let counted = row.iter().enumerate().filter(|&(_, &count)| count > 0);
        counted.map(move |(predicted, &count)| [truth as u32, predicted as u32, count])
    });
    ConfusionCells { classes: confusion.len(), cells: cells.collect() }.serialize(serializer)
}

/// Reads what [`serialize`] writes.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u32>>, D::Error> {
    let ConfusionCells { classes, cells } = match Written::deserialize(deserializer)? {
        Written::Whole(confusion) => return Ok(confusion),
        Written::Cells(cells) => cells,
    };
    if classes > MOST {
        return Err(D::Error::custom(format_args!("a confusion matrix of {classes} classes")));
    }
    let mut confusion = vec![vec![0; classes]; classes];
    for [truth, predicted, count] in cells {
        let cell = confusion.get_mut(truth as usize).and_then(|row| row.get_mut(predicted as usize));
        *cell.ok_or_else(|| D::Error::custom("a cell outside of the confusion matrix"))? = count;
    }
    Ok(confusion)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json, to_value};

    use super::super::TaskMetrics;

    fn metrics(confusion: Vec<Vec<u32>>) -> TaskMetrics {
        TaskMetrics { accuracy: 0.5, interval: [0.0, 1.0], macro_f1: 0.5, loss: 0.5, calibration: None, confusion }
    }

    /// A matrix of so many classes, with 7 sentences of class 2 predicted as 1 and one right.
    fn matrix(classes: usize) -> Vec<Vec<u32>> {
        let mut matrix = vec![vec![0; classes]; classes];
        matrix[2][1] = 7;
        matrix[classes - 1][classes - 1] = 1;
        matrix
    }

    fn written(confusion: Vec<Vec<u32>>) -> Value {
        to_value(metrics(confusion)).unwrap()["confusion"].clone()
    }

    #[test]
    fn a_small_matrix_is_written_whole_and_of_a_large_one_only_what_is_in_it() {
        assert_eq!(written(matrix(3)), json!([[0, 0, 0], [0, 0, 0], [0, 7, 1]]));
        assert_eq!(written(matrix(100)).as_array().unwrap().len(), 100);
        assert_eq!(written(matrix(1500)), json!({ "classes": 1500, "cells": [[2, 1, 7], [1499, 1499, 1]] }));
    }

    #[test]
    fn both_are_read_as_they_were() {
        for classes in [3, 100, 101, 1500] {
            let metrics = metrics(matrix(classes));
            assert_eq!(from_value::<TaskMetrics>(to_value(&metrics).unwrap()).unwrap(), metrics, "{classes} classes");
        }
    }

    #[test]
    fn cells_that_no_matrix_can_have_are_refused() {
        for cells in [
            json!({ "classes": 101, "cells": [[101, 0, 1]] }),
            json!({ "classes": 4_000_000_000_u32, "cells": [] }),
            json!({ "classes": 101, "cells": [[0, 1]] }),
        ] {
            let written = json!({ "accuracy": 0.5, "macro_f1": 0.5, "loss": 0.5, "confusion": cells });
            assert!(from_value::<TaskMetrics>(written).is_err(), "{cells}");
        }
    }
}
