//! `polytask train`'s flags, and the recipe that they describe.

use std::path::PathBuf;

use clap::Args;
use polytask::recipe::{
    ClassWeights, DataFile, Freeze, Metric, OptimizerKind, Pooling, Preset, PresetLabels, Recipe, Schedule, Source,
    Task, Validation, Weighting,
};
use polytask::{Error, data::presets};
use serde::de::DeserializeOwned;

use crate::{Result, files};

/// Flags override what `--recipe` or `--preset` says.
#[derive(Debug, Default, Args)]
pub struct TrainArguments {
    /// A recipe.json, as the page exports it.
    #[arg(long, value_name = "F", help_heading = "Data")]
    pub recipe: Option<PathBuf>,
    /// A built-in set: notebook, topic-sentiment or tickets, with the settings that suit it.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["recipe", "data"], help_heading = "Data")]
    pub preset: Option<String>,
    /// With the notebook preset: topic and sentiment labels that make sense instead of random ones.
    #[arg(long, help_heading = "Data")]
    pub sensible_labels: bool,
    /// A CSV, TSV or JSONL file: one column of sentences, one column per task, blank where not labelled.
    #[arg(long, value_name = "F", conflicts_with = "recipe", help_heading = "Data")]
    pub data: Option<PathBuf>,
    /// The column that holds the sentences [default: text].
    #[arg(long, value_name = "COL", requires = "data", help_heading = "Data")]
    pub text: Option<String>,
    /// The label columns to train on, comma-separated [default: all but the text].
    #[arg(long, value_name = "A,B", value_delimiter = ',', help_heading = "Data")]
    pub tasks: Vec<String>,
    /// A file of held-out sentences with the same columns.
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
    /// mean, cls or pooler [default: mean].
    #[arg(long, value_name = "NAME", help_heading = "Model")]
    pub pooling: Option<String>,
    /// Cut sentences to this many tokens [default: 128].
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
    /// adam, adamw or sgd [default: adam].
    #[arg(long, value_name = "NAME", help_heading = "Training")]
    pub optimizer: Option<String>,
    /// adam, sgd: L2 term; adamw: decoupled decay [default: 0].
    #[arg(long, value_name = "X", help_heading = "Training")]
    pub weight_decay: Option<f64>,
    /// Steps over which the learning rate rises from 0 [default: 0].
    #[arg(long, value_name = "STEPS", help_heading = "Training")]
    pub warmup: Option<u32>,
    /// constant, linear or cosine [default: constant].
    #[arg(long, value_name = "NAME", help_heading = "Training")]
    pub schedule: Option<String>,
    /// Clip all gradients together to this 2-norm [default: no clipping].
    #[arg(long, value_name = "X", help_heading = "Training")]
    pub max_grad_norm: Option<f64>,
    /// Share of each label to spread evenly over all classes, in [0, 1) [default: 0].
    #[arg(long, value_name = "X", help_heading = "Training")]
    pub label_smoothing: Option<f64>,
    /// none or balanced: let rare classes count for as much as common ones [default: none].
    #[arg(long, value_name = "NAME", help_heading = "Training")]
    pub class_weights: Option<String>,
    /// How the losses become one update: sum [default: sum].
    #[arg(long, value_name = "NAME", help_heading = "Training")]
    pub weighting: Option<String>,
    /// Factor on a task's loss; repeatable.
    #[arg(long, value_name = "TASK=X", help_heading = "Training")]
    pub task_weight: Vec<String>,
    /// Train so many tasks in a step, in turn; 1 alternates between them [default: all].
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub tasks_per_step: Option<u32>,
    /// Stop after N epochs without a better held-out figure, and go back to the best epoch [default: train to the end].
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub early_stopping_patience: Option<u32>,
    /// Go back to the epoch that was best on the held-out sentences in the end.
    #[arg(long, help_heading = "Training")]
    pub load_best_model_at_end: bool,
    /// What is best: loss, accuracy or macro_f1, as the mean over the tasks [default: loss].
    #[arg(long, value_name = "NAME", help_heading = "Training")]
    pub metric_for_best_model: Option<String>,
    /// Seeds heads, order, dropout, split and random labels [default: 0].
    #[arg(long, value_name = "N", help_heading = "Training")]
    pub seed: Option<u64>,
    /// Keep the sentences in the file's order.
    #[arg(long, help_heading = "Training")]
    pub no_shuffle: bool,

    /// Log how the tasks' gradients lie to each other in the first step and every N steps after it [default: 0, never].
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
                data: Source::File(DataFile {
                    path: path.display().to_string(),
                    text: self.text.clone().unwrap_or_else(|| "text".into()),
                }),
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
                _ => "text".into(),
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

    fn set_training(&self, recipe: &mut Recipe) -> Result<()> {
        let training = &mut recipe.training;
        set(&mut training.max_length, &self.max_length);
        set(&mut training.dropout, &self.dropout);
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
        training.load_best_model_at_end |= self.load_best_model_at_end;
        training.shuffle &= !self.no_shuffle;
        if let Some(freeze) = &self.freeze {
            training.freeze = freeze.parse::<Freeze>()?;
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

/// The weighting called `name`; `flag` is what gave it.
pub fn weighting_named(flag: &str, name: &str) -> Result<Weighting> {
    let weighting = named::<Weighting>(flag, &Some(name.trim().into()))?;
    weighting.ok_or_else(|| format!("--{flag}: a name is missing").into())
}

/// A weighting's name, as recipes and flags spell it.
pub fn name_of(weighting: Weighting) -> String {
    let name = serde_json::to_value(weighting).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or_default().into()
}

/// One of a recipe's named choices, by the name that the recipe uses for it.
fn named<T: DeserializeOwned>(flag: &str, name: &Option<String>) -> Result<Option<T>> {
    let parse = |name: &String| {
        serde_json::from_value(name.as_str().into()).map_err(|e| {
            // serde's own sentence: unknown variant `x`, expected one of `mean`, `cls`, `pooler`
            Error::setting(flag, e.to_string().replace("unknown variant", "unknown name"))
        })
    };
    Ok(name.as_ref().map(parse).transpose()?)
}
