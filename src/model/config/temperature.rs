//! The temperatures of a saved model: the number by which a task's logits are divided before the softmax, so that its
//! probabilities can be believed (Guo et al. 2017). No answer changes.

use candle_core::Tensor;
use indexmap::IndexMap;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::Result;
use crate::error::shortened;
use crate::model::Model;
use crate::recipe::Task;

/// Temperatures within these keep every probability a number.
const LIMITS: std::ops::RangeInclusive<f64> = 1e-3..=1e3;

/// Reads `"temperature": {"topic": 1.5}`. The error names the field and the task.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<IndexMap<String, f64>, D::Error> {
    let given = Value::deserialize(deserializer)?;
    let Value::Object(given) = given else {
        return Err(D::Error::custom(format!(
            "temperature: {} is not an object with a number for each task",
            text(&given)
        )));
    };
    let temperature = |(task, value): (String, Value)| match value.as_f64().filter(|t| LIMITS.contains(t)) {
        Some(temperature) => Ok((task, temperature)),
        None => {
            let (task, value) = (shortened(&task), text(&value));
            Err(D::Error::custom(format!(
                "temperature: task {task:?} has {value}, which is no number from 0.001 to 1000"
            )))
        }
    };
    given.into_iter().map(temperature).collect()
}

fn text(value: &Value) -> String {
    shortened(&value.to_string())
}

impl Model {
    /// Sets the temperatures that [`Model::calibrated`] divides by, by task; a task that is not named has 1.
    pub fn set_temperatures(&mut self, temperatures: IndexMap<String, f64>) {
        self.temperatures = temperatures;
    }

    /// Each task's `logits` divided by its temperature; `tasks` are the heads, in order. (K)(B,C_k)
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn calibrated(&self, logits: Vec<Tensor>, tasks: &[Task]) -> Result<Vec<Tensor>> {
        let divided = |(logits, task): (Tensor, &Task)| match self.temperatures.get(&task.name) {
            Some(temperature) => Ok((logits / *temperature)?),
            None => Ok(logits),
        };
        logits.into_iter().zip(tasks).map(divided).collect()
    }
}
