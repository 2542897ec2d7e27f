//! `polytask train`'s flags, and the recipe that they describe.

use std::path::PathBuf;

use clap::Args;
use polytask::data::presets;
use polytask::model::Polytask;
use polytask::recipe::{
    ClassWeights, DataFile, Freeze, HeadInit, Metric, OptimizerKind, Pooling, Preset, PresetLabels, Recipe, Schedule,
    Source, Task, Validation, WeightAveraging, Weighting,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Result, files};

/// Flags override what `--recipe` or `--preset` says.
#[derive(Debug, Default, Args)]
pub struct TrainArguments {
    /// A recipe.json, as the page exports it.
    #[arg(long, value_name = "F", help_heading = "Data")]
    pub recipe: Option<PathBuf>,
    #[arg(long, value_name = "NAME", conflicts_with_all = ["recipe", "data"], help_heading = "Data")]
    #[arg(help = format!("A built-in set, with the settings that suit it: {}", presets::NAMES.join(", ")))]
    pub preset: Option<String>,
    /// With the notebook preset: topic and sentiment labels that make sense instead of random ones.
    #[arg(long, help_heading = "Data")]
    pub sensible_labels: bool,
    /// A CSV, TSV, JSON or JSONL file, plain or compressed, or Parquet: one column of sentences, one column per task, blank where not labelled.
    #[arg(long, value_name = "F", conflicts_with = "recipe", help_heading = "Data")]
    pub data: Option<PathBuf>,
    /// The column that holds the sentences [default: text, or the only one that can be meant].
    #[arg(long, value_name = "COL", requires = "data", help_heading = "Data")]
    pub text: Option<String>,
    /// The label columns to train on, comma-separated [default: all that can be tasks].
    #[arg(long, value_name = "A,B", value_delimiter = ',', help_heading = "Data")]
    pub tasks: Vec<String>,
    /// A file of held-out sentences with columns of the same names.
    #[arg(long, value_name = "F", conflicts_with = "validation_fraction", help_heading = "Data")]
    pub validation: Option<PathBuf>,
    /// Share of the sentences to hold out, stratified [default: 0.25; notebook: 0].
    #[arg(long, value_name = "X", help_heading = "Data")]
    pub validation_fraction: Option<f64>,

    /// Encoder to start from, with new heads: a directory or a known name [default: all-MiniLM-L6-v2].
    #[arg(long, value_name = "DIR|NAME", conflicts_with = "model", help_heading = "Model")]
    pub encoder: Option<String>,
    /// A model saved by `train --out` to continue, heads and all.
    #[arg(long, value_name = "DIR", help_heading = "Model")]
    pub model: Option<PathBuf>,
    #[arg(long, value_name = "NAME", help_heading = "Model")]
    #[arg(help = choice::<Pooling>("How tokens become a sentence vector", ", or as --model was trained"))]
    pub pooling: Option<String>,
    /// Cut sentences to this many tokens [default: 128, or as --model was trained].
    #[arg(long, value_name = "N", help_heading = "Model")]
    pub max_length: Option<u32>,
    /// none, embeddings, layers:N or encoder (a linear probe) [default: none].
    #[arg(long, value_name = "WHAT", help_heading = "Model")]
    pub freeze: Option<String>,
    /// Begin with the heads alone; let one more layer train every N epochs, from the top down [default: all at once].
    #[arg(long, value_name = "N", help_heading = "Model")]
    pub gradual_unfreezing: Option<u32>,
    /// Dropout probability in [0, 1) [default: 0].
    #[arg(long, value_name = "X", help_heading = "Model")]
    pub dropout: Option<f64>,

    #[arg(long, value_name = "NAME", help_heading = "Few examples")]
    #[arg(help = choice::<HeadInit>("Where the heads start; all but random are computed from the sentence vectors", ""))]
    pub head_init: Option<String>,
    /// How many examples of its class a label's name counts as, before the first epoch [default: 0].
    #[arg(long, value_name = "N", help_heading = "Few examples")]
    pub label_names: Option<u32>,
    /// Steps of supervised contrastive training of the encoder before the first epoch [default: 0].
    #[arg(long, value_name = "N", help_heading = "Few examples")]
    pub contrastive_steps: Option<u32>,
    /// Temperature of the contrastive loss [default: 0.1].
    #[arg(long, value_name = "X", help_heading = "Few examples")]
    pub contrastive_temperature: Option<f64>,

    /// Passes over the training sentences [default: 3].
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub epochs: Option<u32>,
    /// Sentences in a forward pass [default: 4].
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub batch_size: Option<u32>,
    /// Forward passes per step: a large batch in the memory of a small one [default: 1].
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub gradient_accumulation_steps: Option<u32>,
    /// Step size [default: 1e-3].
    #[arg(long, value_name = "X", help_heading = "Training")]
    pub learning_rate: Option<f64>,
    /// Step size of the heads [default: the learning rate].
    #[arg(long, value_name = "X", help_heading = "Training")]
    pub head_learning_rate: Option<f64>,
    #[arg(long, value_name = "NAME", help_heading = "Training", help = choice::<OptimizerKind>("The update rule", ""))]
    pub optimizer: Option<String>,
    /// adam, sgd: L2 term; adamw: decoupled decay [default: 0].
    #[arg(long, value_name = "X", help_heading = "Training")]
    pub weight_decay: Option<f64>,
    /// Steps over which the learning rate rises: 1/STEPS of it, 2/STEPS, … [default: 0].
    #[arg(long, value_name = "STEPS", help_heading = "Training")]
    pub warmup: Option<u32>,
    #[arg(long, value_name = "NAME", help_heading = "Training")]
    #[arg(help = choice::<Schedule>("The learning rate's course after warm-up", ""))]
    pub schedule: Option<String>,
    /// Clip all gradients together to this 2-norm [default: no clipping].
    #[arg(long, value_name = "X", help_heading = "Training")]
    pub max_grad_norm: Option<f64>,
    /// Share of each label to spread evenly over all classes, in [0, 1) [default: 0].
    #[arg(long, value_name = "X", help_heading = "Training")]
    pub label_smoothing: Option<f64>,
    #[arg(long, value_name = "NAME", help_heading = "Training")]
    #[arg(help = choice::<ClassWeights>("How much each class counts; balanced: rare ones as much as common ones", ""))]
    pub class_weights: Option<String>,
    #[arg(long, value_name = "NAME", help_heading = "Training")]
    #[arg(help = choice::<Weighting>("How the losses, or the gradients they send, become one update", ""))]
    pub weighting: Option<String>,
    /// Factor on a task's loss; repeatable.
    #[arg(long, value_name = "TASK=X", help_heading = "Training")]
    pub task_weight: Vec<String>,
    /// Train N tasks in a step, in turn; 1 alternates between them [default: all].
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub tasks_per_step: Option<u32>,
    /// Stop after N epochs without a better held-out figure, and go back to the best epoch [default: train to the end].
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub early_stopping_patience: Option<u32>,
    /// Go back to the epoch that was best on the held-out sentences in the end; =false: stay at the last one [default: false].
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(help_heading = "Training")]
    pub load_best_model_at_end: Option<bool>,
    #[arg(long, value_name = "NAME", help_heading = "Training")]
    #[arg(help = choice::<Metric>("What is best, as the mean over the tasks", ""))]
    pub metric_for_best_model: Option<String>,
    /// none, ema:DECAY or swa:START: evaluate and save the average of the weights over the steps, exponential or equal from
    /// that share of the run on [default: none].
    #[arg(long, value_name = "WHAT", help_heading = "Training")]
    pub weight_averaging: Option<String>,
    /// Seeds heads, order, dropout, split and random labels [default: 0].
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub seed: Option<u64>,
    /// Keep the sentences in the file's order.
    #[arg(long, help_heading = "Training")]
    pub no_shuffle: bool,

    /// Log lengths and angles of the tasks' gradients in the first step and every N steps after it [default: 0, never].
    #[arg(long, value_name = "N", help_heading = "Diagnostics")]
    pub gradients_every: Option<u32>,
    /// Log what a step on each task alone would do to every task's loss, before the first step and every N steps after
    /// it [default: 0, never].
    #[arg(long, value_name = "N", help_heading = "Diagnostics")]
    pub interference_every: Option<u32>,
    /// Log how the sentences' vectors have moved, before the first step, every N steps after it, and at the end [default:
    /// 0, never].
    #[arg(long, value_name = "N", help_heading = "Diagnostics")]
    pub map_every: Option<u32>,
    /// Log with each evaluation which sentences were classified wrongly.
    #[arg(long, help_heading = "Diagnostics")]
    pub mistakes: bool,

    /// cpu or cuda [default: cuda if it is built in and there is one, else cpu].
    #[arg(long, value_name = "NAME", help_heading = "Machine")]
    pub device: Option<String>,
    /// Threads on the CPU [default: all cores].
    #[arg(long, value_name = "N", help_heading = "Machine")]
    pub threads: Option<usize>,

    /// Write the training log: one JSON object a line.
    #[arg(long, value_name = "F.jsonl", help_heading = "Output")]
    pub log: Option<PathBuf>,
    /// Save the trained model here, in Hugging Face's layout, with its recipe.
    #[arg(long, value_name = "DIR", help_heading = "Output")]
    pub out: Option<PathBuf>,
    /// Every N steps, save in DIR/checkpoints what the run needs to go on [default: only when it is stopped with Ctrl+C].
    #[arg(long, value_name = "N", requires = "out", value_parser = clap::value_parser!(u32).range(1..))]
    #[arg(help_heading = "Output")]
    pub checkpoint_every: Option<u32>,
    /// Go on from the newest checkpoint in DIR/checkpoints, with the settings that the run began with; from the start if there
    /// is none.
    #[arg(long, requires = "out", help_heading = "Output")]
    pub resume: bool,
    /// At the end fit a temperature for each task on the held-out sentences, and save it with the model: its probabilities can
    /// be believed more.
    #[arg(long, help_heading = "Output")]
    pub calibrate: bool,
}

impl TrainArguments {
    /// The recipe that the flags describe.
    pub fn to_recipe(&self) -> Result<Recipe> {
        let labels = if self.sensible_labels { PresetLabels::Sensible } else { PresetLabels::Random };
        let mut recipe = match (&self.recipe, &self.preset, &self.data) {
            (Some(path), _, _) => {
                let text = String::from_utf8_lossy(&files::read(path)?).into_owned();
                Recipe::from_json(&text).map_err(|e| format!("{}: {e}", path.display()))?
            }
            (_, Some(preset), _) => presets::recommended(preset, labels)?,
            (_, _, Some(path)) => Recipe {
                data: Source::File(DataFile { path: path.display().to_string(), text: self.text.clone() }),
                ..Recipe::default()
            },
            _ => Recipe::default(),
        };
        if self.sensible_labels {
            match &mut recipe.data {
                Source::Preset(Preset { name, labels }) if name == "notebook" => *labels = PresetLabels::Sensible,
                _ => return Err("--sensible-labels: only the notebook preset has them".into()),
            }
        }
        if !self.tasks.is_empty() {
            let named = |name: &String| Task { name: name.trim().into(), labels: Vec::new() };
            recipe.tasks = self.tasks.iter().map(named).collect();
        }
        if let Some(path) = &self.validation {
            let text = match &recipe.data {
                Source::File(file) => file.text.clone(),
                _ => None,
            };
            recipe.validation = Some(Validation::File(DataFile { path: path.display().to_string(), text }));
        }
        if let Some(fraction) = self.validation_fraction {
            recipe.validation = Some(Validation::Fraction(fraction));
        }
        set(&mut recipe.encoder, &self.encoder);
        set(&mut recipe.seed, &self.seed);
        set(&mut recipe.pooling, &named::<Pooling>("pooling", &self.pooling)?);
        set(&mut recipe.diagnostics.gradients_every, &self.gradients_every);
        set(&mut recipe.diagnostics.interference_every, &self.interference_every);
        set(&mut recipe.diagnostics.map_every, &self.map_every);
        recipe.diagnostics.mistakes |= self.mistakes;
        self.set_training(&mut recipe)?;
        recipe.validate()?;
        Ok(recipe)
    }

    /// Whether a flag or the recipe file says how to pool.
    pub fn gives_pooling(&self) -> Result<bool> {
        Ok(self.pooling.is_some() || self.recipe_file()?.pointer("/pooling").is_some())
    }

    /// The recipe file as JSON; null if there is none.
    fn recipe_file(&self) -> Result<serde_json::Value> {
        match &self.recipe {
            Some(path) => Ok(serde_json::from_slice(&files::read(path)?)?),
            None => Ok(serde_json::Value::Null),
        }
    }

    /// Takes pooling and max_length from a saved model that is trained on, where neither a flag nor the recipe file gives
    /// them.
    pub fn go_on_as(&self, saved: &Polytask, recipe: &mut Recipe) -> Result<()> {
        if !self.gives_pooling()? {
            recipe.pooling = saved.pooling;
        }
        if self.max_length.is_none() && self.recipe_file()?.pointer("/training/max_length").is_none() {
            set(&mut recipe.training.max_length, &saved.max_length);
        }
        Ok(())
    }

    /// Sets what the flags give.
    pub fn set_training(&self, recipe: &mut Recipe) -> Result<()> {
        let training = &mut recipe.training;
        set(&mut training.max_length, &self.max_length);
        set(&mut training.dropout, &self.dropout);
        let few = &mut training.few_examples;
        set(&mut few.head_init, &named::<HeadInit>("head_init", &self.head_init)?);
        set(&mut few.label_names, &self.label_names);
        set(&mut few.contrastive_steps, &self.contrastive_steps);
        set(&mut few.contrastive_temperature, &self.contrastive_temperature);
        set(&mut training.epochs, &self.epochs);
        set(&mut training.batch_size, &self.batch_size);
        set(&mut training.gradient_accumulation_steps, &self.gradient_accumulation_steps);
        set(&mut training.learning_rate, &self.learning_rate);
        set(&mut training.weight_decay, &self.weight_decay);
        set(&mut training.warmup, &self.warmup);
        set(&mut training.label_smoothing, &self.label_smoothing);
        set(&mut training.class_weights, &named::<ClassWeights>("class_weights", &self.class_weights)?);
        set(
            &mut training.metric_for_best_model,
            &named::<Metric>("metric_for_best_model", &self.metric_for_best_model)?,
        );
        set(&mut training.optimizer, &named::<OptimizerKind>("optimizer", &self.optimizer)?);
        set(&mut training.schedule, &named::<Schedule>("schedule", &self.schedule)?);
        set(&mut training.weighting, &named::<Weighting>("weighting", &self.weighting)?);
        training.head_learning_rate = self.head_learning_rate.or(training.head_learning_rate);
        training.max_grad_norm = self.max_grad_norm.or(training.max_grad_norm);
        training.gradual_unfreezing = self.gradual_unfreezing.or(training.gradual_unfreezing);
        training.tasks_per_step = self.tasks_per_step.or(training.tasks_per_step);
        training.early_stopping_patience = self.early_stopping_patience.or(training.early_stopping_patience);
        set(&mut training.load_best_model_at_end, &self.load_best_model_at_end);
        training.shuffle &= !self.no_shuffle;
        if let Some(freeze) = &self.freeze {
            training.freeze = freeze.parse::<Freeze>()?;
        }
        if let Some(averaging) = &self.weight_averaging {
            training.weight_averaging = averaging.parse::<WeightAveraging>()?;
        }
        for text in &self.task_weight {
            let (task, x) = text
                .rsplit_once('=')
                .and_then(|(task, x)| Some((task, x.parse().ok()?)))
                .ok_or_else(|| format!("--task-weight: {text:?} is not of the form task=number"))?;
            training.task_weight.insert(task.into(), x);
        }
        Ok(())
    }
}

fn set<T: Clone>(field: &mut T, flag: &Option<T>) {
    if let Some(value) = flag {
        field.clone_from(value);
    }
}

/// The help of a flag that takes one of a recipe's named choices: all names and the default.
pub fn choice<T: DeserializeOwned + Serialize + Default>(what: &str, default: &str) -> String {
    format!("{what}: {} [default: {}{default}]", names_of::<T>().join(", "), name_of(T::default()))
}

/// The names of a recipe's choices, as serde's complaint of a wrong name lists them in backticks.
fn names_of<T: DeserializeOwned>() -> Vec<String> {
    let complaint = serde_json::from_value::<T>("".into()).err().map(|e| e.to_string()).unwrap_or_default();
    // In backticks is every second piece; the first of them is the wrong name.
    complaint.split('`').skip(3).step_by(2).map(String::from).collect()
}

/// The weighting called `name`. An error names `flag`.
pub fn weighting_named(flag: &str, name: &str) -> Result<Weighting> {
    let weighting = named::<Weighting>(flag, &Some(name.trim().into()))?;
    weighting.ok_or_else(|| format!("--{flag}: a name is missing").into())
}

/// The name of one of a recipe's choices, as recipes and flags spell it.
pub fn name_of(choice: impl Serialize) -> String {
    let name = serde_json::to_value(choice).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().into()
}

/// One of a recipe's named choices, by the name that the recipe uses for it.
pub fn named<T: DeserializeOwned>(flag: &str, name: &Option<String>) -> Result<Option<T>> {
    let parse = |name: &String| {
        serde_json::from_value(name.as_str().into()).map_err(|e| {
            // serde's own sentence: unknown variant `x`, expected one of `mean`, `cls`, `pooler`
            format!("{flag}: {}", e.to_string().replace("unknown variant", "unknown name")).into()
        })
    };
    name.as_ref().map(parse).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_the_recipes_own_choices_and_defaults() {
        let recipe = serde_json::to_value(Recipe::default()).unwrap();
        let command = TrainArguments::augment_args(clap::Command::new("train"));
        let mut checked = 0;
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            let Some((_, default)) = help.split_once("[default: ") else { continue };
            let default = default.trim_end_matches(']').split(',').next().unwrap_or_default();
            let name = argument.get_id().as_str();
            let few = &recipe["training"]["few_examples"];
            let fields = [&few[name], &recipe["training"][name], &recipe["diagnostics"][name], &recipe[name]];
            match fields.into_iter().find(|field| !field.is_null()) {
                Some(serde_json::Value::String(value)) => assert_eq!(default, value, "--{name}"),
                Some(value) => assert_eq!(default.parse::<f64>().ok(), value.as_f64(), "--{name}"),
                None => continue,
            }
            checked += 1;
        }
        assert!(checked >= 20, "{checked}");
        let data = Source::File(DataFile { path: "d.csv".into(), text: None });
        assert_eq!(Recipe { data, ..Recipe::default() }.validation_fraction(), 0.25, "as --validation-fraction says");

        let weightings = names_of::<Weighting>();
        assert_eq!(weightings, Weighting::ALL.map(name_of));
        let help =
            |name: &str| command.get_arguments().find(|a| a.get_id() == name).unwrap().get_help().unwrap().to_string();
        assert!(help("weighting").contains(&weightings.join(", ")), "{}", help("weighting"));
        assert!(help("pooling").contains(": mean, cls, pooler [default: mean, "), "{}", help("pooling"));
        assert!(help("class_weights").contains(": none, balanced [default: none]"), "{}", help("class_weights"));
    }
}
