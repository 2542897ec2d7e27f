//! The model card, `README.md`: what was trained on how much, how good it is on sentences that were held out, and how to load
//! it.

use std::fmt::Write;

use crate::metrics::TaskMetrics;
use crate::model::Polytask;
use crate::recipe::{Pooling, Recipe};

/// Facts for the card that are not in the model's config.
#[derive(Debug, Default)]
pub struct Card<'a> {
    /// The recipe, if it is known.
    pub recipe: Option<&'a Recipe>,
    /// The tasks' sentences and figures, in head order; empty if they are not known. (K)
    pub tasks: Vec<CardTask<'a>>,
    /// Sentences that trained.
    pub train_examples: Option<usize>,
    /// Optimizer steps taken.
    pub steps: Option<usize>,
    /// Whether the files hold the heads alone.
    pub heads_alone: bool,
}

/// One task in a card.
#[derive(Debug, Default, Clone)]
pub struct CardTask<'a> {
    /// Labelled sentences that trained.
    pub train_examples: usize,
    /// Figures on the sentences held out; `None` if none carries a label.
    pub held_out: Option<&'a TaskMetrics>,
}

/// Labels named for each task; the others are counted.
const MOST_LABELS: usize = 20;

impl Card<'_> {
    /// The card's Markdown, for a model of `polytask`'s tasks and pooling.
    pub fn to_markdown(&self, polytask: &Polytask) -> String {
        let mut text = String::from(
            "---\nlibrary_name: sentence-transformers\npipeline_tag: text-classification\ntags: [polytask, multi-task]\n---\n\n",
        );
        let names: Vec<String> = polytask.tasks.iter().map(|task| code(&task.name)).collect();
        let heads = if names.len() == 1 {
            "one classification head".into()
        } else {
            format!("{} classification heads", names.len())
        };
        let _ = writeln!(text, "# A sentence classifier: {}\n", names.join(", "));
        let _ = writeln!(
            text,
            "One sentence encoder with {heads}, fine-tuned together with [Polytask]({}).\n",
            env!("CARGO_PKG_REPOSITORY")
        );
        self.write_tasks(polytask, &mut text);
        self.write_training(polytask, &mut text);
        self.write_limits(&mut text);
        self.write_loading(polytask, &mut text);
        // Without an address of the project there is nothing to link to.
        text.replace("[Polytask]()", "Polytask")
    }

    fn write_tasks(&self, polytask: &Polytask, text: &mut String) {
        text.push_str("## Tasks\n\n| task | labels | trained on | held out | accuracy | 95 % interval | macro-F1 |\n|---|---|--:|--:|--:|--:|--:|\n");
        for (k, task) in polytask.tasks.iter().enumerate() {
            let known = self.tasks.get(k);
            let mut labels: Vec<String> = task.labels.iter().take(MOST_LABELS).map(|label| code(label)).collect();
            if task.labels.len() > MOST_LABELS {
                labels.push(format!("and {} more", task.labels.len() - MOST_LABELS));
            }
            let trained = known.map_or("not known".into(), |known| known.train_examples.to_string());
            let figures = match known.and_then(|known| known.held_out) {
                Some(metrics) => {
                    let n: u32 = metrics.confusion.iter().flatten().sum();
                    let [low, high] = metrics.interval;
                    format!("{n} | {:.3} | {low:.3} to {high:.3} | {:.3}", metrics.accuracy, metrics.macro_f1)
                }
                None => "– | – | – | –".into(),
            };
            let _ = writeln!(text, "| {} | {} | {trained} | {figures} |", code(&task.name), labels.join(", "));
        }
        text.push_str(
            "\nThe figures are of sentences that did not train. The interval says how far the accuracy may be from that on new \
             sentences of the same kind, by chance.\n\n",
        );
    }

    fn write_training(&self, polytask: &Polytask, text: &mut String) {
        let Some(recipe) = self.recipe else { return };
        let training = &recipe.training;
        text.push_str("## Training\n\n");
        let mut row = |name: &str, value: String| {
            let _ = writeln!(text, "- {name}: {value}");
        };
        row("encoder", code(&recipe.encoder));
        row("pooling", polytask.pooling.to_string());
        row("frozen", name_of(training.freeze));
        if let Some(n) = self.train_examples {
            row("sentences", n.to_string());
        }
        if let Some(n) = self.steps {
            row("steps", format!("{n}, in {} epochs of batches of {}", training.epochs, training.batch_size));
        }
        row("learning rate", format!("{:e}", training.learning_rate));
        row("optimizer", name_of(training.optimizer));
        row("weighting of the tasks", name_of(training.weighting));
        row("longest sentence", format!("{} tokens; longer ones are cut", training.max_length));
        row("seed", recipe.seed.to_string());
        text.push_str("\n`recipe.json` holds every setting, and the sentences themselves where they came from a table in the page: mind that before you share it.\n\n");
    }

    fn write_limits(&self, text: &mut String) {
        text.push_str(
            "## Limits\n\nIt gives one of the labels above for any text, also for one that fits none of them. It knows the language \
             and the kind of text that it was trained on; the encoder brings the biases of its own training texts. Probabilities \
             of a few sentences are rough: hold sentences out and check.\n\n",
        );
    }

    fn write_loading(&self, polytask: &Polytask, text: &mut String) {
        let first = polytask.tasks.first().map_or("task", |task| task.name.as_str());
        text.push_str(
            "## How to load it\n\nOn the command line:\n\n```\npolytask predict --model . \"a sentence\"\n```\n\n",
        );
        if self.heads_alone {
            text.push_str(
                "The files hold the heads alone. `config.json` names the encoder, which did not train, and the SHA-256 of its \
                 weights; Polytask finds it by that name.\n",
            );
            return;
        }
        let _ = write!(
            text,
            "In JavaScript, in a page:\n\n```js\nimport {{ load }} from './polytask/model.js';\n\nconst model = await \
             load('./model/');\nconsole.log(await model.predict(['a sentence']));\n```\n\nIn Python, with sentence-transformers:\n\n\
             ```python\nfrom safetensors.torch import load_file\nfrom sentence_transformers import SentenceTransformer\n\nencoder = \
             SentenceTransformer(\".\")\nheads = load_file(\"model.safetensors\")\nxs = encoder.encode([\"a sentence\"], \
             convert_to_tensor=True).cpu()\nlogits = xs @ heads[{weight}].T + heads[{bias}]\n```\n",
            weight = json(&format!("heads.{first}.weight")),
            bias = json(&format!("heads.{first}.bias")),
        );
        let temperatures: Vec<String> =
            polytask.temperature.iter().map(|(task, t)| format!("{} {t}", code(task))).collect();
        if !temperatures.is_empty() {
            let _ = write!(
                text,
                "\nDivide a task's logits by its temperature before the softmax, and its probabilities can be believed more: {}.\n",
                temperatures.join(", ")
            );
        }
        if polytask.pooling == Pooling::Pooler {
            text.push_str("\nThe pooler is BERT's own; sentence-transformers applies it as `2_Dense`.\n");
        }
    }
}

/// A name in Markdown, whatever it holds.
fn code(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let longest = plain.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 { " " } else { "" };
    // A bar would end a cell of a table.
    format!("{fence}{pad}{}{pad}{fence}", plain.replace('|', "\\|"))
}

/// A text as a string of Python.
fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A setting's name, as recipes spell it.
fn name_of(setting: impl serde::Serialize) -> String {
    let name = serde_json::to_value(setting).unwrap_or_default();
    name.as_str().map_or_else(|| name.to_string(), String::from)
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn names_stay_names() {
        assert_eq!(code("tone"), "`tone`");
        assert_eq!(code("a`b``c"), "``` a`b``c ```");
        assert_eq!(code("a|b\nc"), "`a\\|b c`");
        assert_eq!(code("<script>"), "`<script>`");
    }
}
