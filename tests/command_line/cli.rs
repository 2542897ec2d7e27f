//! The command as a person meets it: what it prints, what it writes, and what it says of bad input.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use crate::command::{TRAIN, fails, polytask, succeeds, workplace};
use crate::tiny::Tiny;

#[test]
fn the_notebooks_job_prints_the_notebooks_lines() {
    let place = workplace();
    let out = succeeds(place.path(), TRAIN);
    let shape: String = out.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let epoch = "Epoch 0/0\nLoss Task A: 0.0000, Loss Task B: 0.0000, Total Loss: 0.0000\n";
    let end = "Task A Accuracy: 0.00, Task B Accuracy: 0.00\n";
    assert_eq!(shape, format!("{epoch}\n{epoch}\n{epoch}{end}"));
    assert_eq!(out, succeeds(place.path(), TRAIN), "the same recipe is the same run");
    assert_ne!(out, succeeds(place.path(), &format!("{TRAIN} --seed 1")));
}

/// For each flag of `train` that is a part of the recipe: the flag, with others that it needs; where recipe.json has it; and
/// what it has there. `|` stands for a space inside a word.
const IN_THE_RECIPE: [(&str, &str, &str); 43] = [
    ("--recipe given.json", "/seed", "5"),
    ("--preset tickets", "/data/preset/name", "\"tickets\""),
    ("--sensible-labels", "/data/preset/labels", "\"sensible\""),
    ("--data data.csv", "/data/file/path", "\"data.csv\""),
    ("--text words --data words.csv", "/data/file/text", "\"words\""),
    ("--tasks Task|B", "/tasks", "[{\"name\": \"Task B\", \"labels\": []}]"),
    ("--validation data.csv --data data.csv", "/validation/file/path", "\"data.csv\""),
    ("--validation-fraction 0.3 --data data.csv", "/validation/fraction", "0.3"),
    ("--encoder encoder", "/encoder", "\"encoder\""),
    ("--pooling cls", "/pooling", "\"cls\""),
    ("--max-length 12", "/training/max_length", "12"),
    ("--freeze layers:1", "/training/freeze", "\"layers:1\""),
    ("--gradual-unfreezing 1", "/training/gradual_unfreezing", "1"),
    ("--dropout 0.1", "/training/dropout", "0.1"),
    ("--head-init ridge", "/training/few_examples/head_init", "\"ridge\""),
    ("--label-names 3", "/training/few_examples/label_names", "3"),
    ("--contrastive-steps 2", "/training/few_examples/contrastive_steps", "2"),
    ("--contrastive-temperature 0.5", "/training/few_examples/contrastive_temperature", "0.5"),
    ("--epochs 2", "/training/epochs", "2"),
    ("--batch-size 2", "/training/batch_size", "2"),
    ("--gradient-accumulation-steps 2", "/training/gradient_accumulation_steps", "2"),
    ("--learning-rate 2e-3", "/training/learning_rate", "2e-3"),
    ("--head-learning-rate 1e-2", "/training/head_learning_rate", "1e-2"),
    ("--optimizer adamw", "/training/optimizer", "\"adamw\""),
    ("--weight-decay 0.01", "/training/weight_decay", "0.01"),
    ("--warmup 1", "/training/warmup", "1"),
    ("--schedule linear", "/training/schedule", "\"linear\""),
    ("--max-grad-norm 1", "/training/max_grad_norm", "1.0"),
    ("--label-smoothing 0.1", "/training/label_smoothing", "0.1"),
    ("--class-weights balanced", "/training/class_weights", "\"balanced\""),
    ("--weighting pcgrad", "/training/weighting", "\"pcgrad\""),
    ("--task-weight Task|B=0.5", "/training/task_weight/Task B", "0.5"),
    ("--tasks-per-step 1", "/training/tasks_per_step", "1"),
    ("--early-stopping-patience 2 --data data.csv", "/training/early_stopping_patience", "2"),
    ("--load-best-model-at-end --data data.csv", "/training/load_best_model_at_end", "true"),
    ("--metric-for-best-model macro_f1", "/training/metric_for_best_model", "\"macro_f1\""),
    ("--weight-averaging swa", "/training/weight_averaging", "\"swa:0.5\""),
    ("--seed 7", "/seed", "7"),
    ("--no-shuffle", "/training/shuffle", "false"),
    ("--gradients-every 3", "/diagnostics/gradients_every", "3"),
    ("--interference-every 4", "/diagnostics/interference_every", "4"),
    ("--map-every 2", "/diagnostics/map_every", "2"),
    ("--mistakes", "/diagnostics/mistakes", "true"),
];
#[test]
fn every_flag_of_training_is_taken() {
    let place = workplace();
    let at = place.path();
    Tiny::new().write(&at.join("cache/all-MiniLM-L6-v2"));
    fs::write(at.join("words.csv"), "words,topic\nw5,x\nw6,x\nw8,y\nw9,y\n").unwrap();
    fs::write(at.join("given.json"), r#"{"seed": 5}"#).unwrap();

    let help = succeeds(at, "train --help");
    let flag = |line: &str| {
        line.trim_start().strip_prefix("--").map(|flag| flag.split([' ', '[']).next().unwrap().to_string())
    };
    let mut flags: Vec<String> = help.lines().filter_map(flag).collect();
    let name = |given: &str| given[2..].split(' ').next().unwrap().to_string();
    let mut tried: Vec<String> = IN_THE_RECIPE.map(|(given, ..)| name(given)).to_vec();
    // The last two are tried in tests/command_line/resume.rs.
    let others = ["model", "device", "threads", "log", "out", "calibrate", "checkpoint-every", "resume"];
    tried.extend(others.map(String::from));
    flags.sort_unstable();
    tried.sort_unstable();
    assert_eq!(flags, tried, "each flag of the help is tried here");

    let recipe = |given: &str| -> serde_json::Value {
        let length = if given.starts_with("--max-length") { "" } else { "--max-length 16" };
        let words = format!("train {length} {given} --out model");
        let words = words.split_whitespace().map(|word| word.replace('|', " "));
        let output = polytask(at).args(words).output().expect("it runs");
        assert!(output.status.success(), "{given}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&fs::read(at.join("model/recipe.json")).unwrap()).unwrap()
    };
    let without = recipe("");
    for (given, pointer, value) in IN_THE_RECIPE {
        let value: serde_json::Value = serde_json::from_str(value).unwrap();
        assert_eq!(recipe(given).pointer(pointer), Some(&value), "{given}");
        assert_ne!(without.pointer(pointer), Some(&value), "{given}: it is so without it");
    }

    // What is no part of the recipe.
    assert_eq!(fails(at, "train --device nowhere"), "--device: \"nowhere\" is neither cpu nor cuda");
    assert_eq!(fails(at, "train --threads 0"), "--threads: is 0; at least 1 is needed");
    succeeds(at, "train --model model --log log.jsonl --out again");
    assert_eq!(log(at).last().unwrap()["type"], "end");
    let again: serde_json::Value = serde_json::from_slice(&fs::read(at.join("again/recipe.json")).unwrap()).unwrap();
    assert_eq!(again["encoder"], "model");
}

#[test]
fn many_flags_at_once_are_one_run() {
    let place = workplace();
    let flags = "--data data.csv --text text --tasks topic,tone --validation-fraction 0.3 --pooling cls --epochs 2 \
                 --batch-size 2 --learning-rate 1e-3 --head-learning-rate 1e-2 --optimizer adamw --weight-decay 0.01 \
                 --warmup 1 --schedule linear --max-grad-norm 1 --dropout 0.1 --freeze layers:1 --weighting sum \
                 --task-weight tone=0.5 --seed 7 --no-shuffle --device cpu --log log.jsonl --out model \
                 --gradual-unfreezing 1 --label-smoothing 0.1 --class-weights balanced --early-stopping-patience 2 \
                 --load-best-model-at-end --metric-for-best-model macro_f1";
    let out = succeeds(place.path(), &format!("{TRAIN} {flags}"));
    assert!(out.contains("Held out: topic Accuracy: "), "{out}");
    assert!(out.ends_with(" of 2 was the best on the held-out sentences; its parameters are kept\n"), "{out}");

    let log = fs::read_to_string(place.path().join("log.jsonl")).unwrap();
    let events: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events[0]["type"], "start");
    assert_eq!(events.last().unwrap()["type"], "end");
    let steps: Vec<_> = events.iter().filter(|e| e["type"] == "step").collect();
    assert_eq!(steps.len(), 4);
    // One step of warm-up has the full rate; then a straight line to 0.
    assert_eq!([0, 1].map(|i| steps[i]["learning_rate"].as_f64().unwrap()), [1e-3, 7.5e-4]);
    let evaluation = events.iter().rfind(|e| e["type"] == "evaluation").unwrap();
    for field in ["accuracy", "macro_f1", "loss", "confusion"] {
        assert!(!evaluation["tasks"]["topic"][field].is_null(), "{field}");
    }

    // The saved recipe is the same run; the saved model is in Hugging Face's layout.
    assert_eq!(out, succeeds(place.path(), "train --recipe model/recipe.json --threads 1"));
    let config: serde_json::Value =
        serde_json::from_slice(&fs::read(place.path().join("model/config.json")).unwrap()).unwrap();
    assert_eq!(config["polytask"]["pooling"], "cls");
    assert_eq!(config["polytask"]["tasks"][0]["labels"], serde_json::json!(["x", "y"]));
    assert_eq!(config["hidden_size"], 32);
    let names = fs::read(place.path().join("model/model.safetensors")).unwrap();
    let names = safetensors::SafeTensors::deserialize(&names).unwrap();
    for name in ["bert.embeddings.word_embeddings.weight", "heads.topic.weight", "heads.tone.bias"] {
        assert!(names.tensor(name).is_ok(), "{name}");
    }
}

#[test]
fn a_run_out_of_patience_stops_and_tells_which_epoch_is_kept() {
    let place = workplace();
    let flags = "--data data.csv --validation-fraction 0.3 --epochs 200 --learning-rate 0.02 \
                 --early-stopping-patience 2 --log log.jsonl";
    let out = succeeds(place.path(), &format!("{TRAIN} {flags}"));
    let events = log(place.path());
    let end = events.last().unwrap();
    let (epochs, best) = (end["epochs"].as_u64().unwrap(), end["best_epoch"].as_u64().unwrap());
    assert!(epochs < 200 && best == epochs - 2, "{end}");
    assert!(out.ends_with(&format!(
        "Epoch {best} of {epochs} was the best on the held-out sentences; its parameters are kept\n"
    )));
    let evaluation = events.iter().rfind(|event| event["type"] == "evaluation").unwrap();
    assert_eq!(evaluation["epoch"], best);
}

#[test]
fn a_run_on_own_data_ends_with_a_verdict_on_each_task() {
    let place = workplace();
    let at = place.path();
    let verdicts = |at: &Path| -> Vec<serde_json::Value> {
        log(at).into_iter().filter(|event| event["type"] == "verdict").collect()
    };
    let flags = "--data data.csv --validation-fraction 0 --epochs 40 --learning-rate 1e-2 --log log.jsonl";
    let out = succeeds(at, &format!("{TRAIN} {flags}"));
    // The last four lines: the accuracies, and what they mean.
    let [accuracies, topic, tone] = out.lines().rev().take(3).collect::<Vec<_>>()[..] else { panic!("{out}") };
    let (accuracies, tone) = (tone, accuracies);
    assert!(accuracies.starts_with("topic Accuracy: 1.00, tone Accuracy: "), "{out}");
    assert_eq!(
        topic,
        "topic: 100 % correct on its 6 training sentences, but no held-out sentence is labelled for it: nothing is known about \
         new ones. Label more sentences for it, and hold some of them out."
    );
    assert!(tone.starts_with("tone: "), "{out}");
    let told = verdicts(at);
    assert_eq!(told.iter().map(|verdict| &verdict["task"]).collect::<Vec<_>>(), ["topic", "tone"]);
    assert_eq!(told[0]["kind"], "nothing_held_out");
    assert_eq!(told[0]["message"]["code"], "verdict.nothing_held_out");
    assert_eq!(log(at).last().unwrap()["type"], "end");

    // A run that diverged says so, too: its error says what to try, and the log has it for each task.
    let flags = "--data data.csv --epochs 90 --optimizer sgd --learning-rate 10 --weight-decay 1e9 --max-grad-norm 1e9 --log log.jsonl";
    assert!(fails(at, &format!("{TRAIN} {flags}")).contains("try a learning rate ten times smaller than 1e1"));
    let told = verdicts(at);
    assert_eq!(told.iter().map(|verdict| &verdict["kind"]).collect::<Vec<_>>(), ["diverged", "diverged"]);
    assert_eq!(told[1]["next"]["change"], serde_json::json!({"learning_rate": 1.0}));
    assert_eq!(log(at).last().unwrap()["type"], "error");

    // The notebook's printout is fixed.
    succeeds(at, &format!("{TRAIN} --log log.jsonl"));
    assert!(verdicts(at).is_empty());
}

#[test]
fn a_saved_model_is_evaluated_predicted_with_and_continued() {
    let place = workplace();
    succeeds(
        place.path(),
        &format!("{TRAIN} --data data.csv --validation-fraction 0 --epochs 40 --learning-rate 1e-2 --out model"),
    );
    let out = succeeds(place.path(), "evaluate --model model --data data.csv --max-length 16");
    assert!(out.starts_with("topic Accuracy: 1.00, Macro-F1: 1.00, Loss: 0.0"), "{out}");
    assert!(out.contains(", 95 % interval: 0.61 to 1.00, ECE: 0.0"), "{out}");
    assert!(out.contains("   (columns: predicted)\nx     "), "{out}");
    let json: serde_json::Value =
        serde_json::from_str(&succeeds(place.path(), "evaluate --json --model model --data data.csv --max-length 16"))
            .unwrap();
    assert_eq!(json["topic"]["confusion"], serde_json::json!([[3, 0], [0, 3]]));
    assert_eq!(json["topic"]["calibration"]["bins"][0]["count"], 6);

    let mut predict = polytask(place.path());
    let output =
        predict.args(["predict", "--model", "model", "--max-length", "16", "--json", "w8 w9"]).output().unwrap();
    let prediction: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(prediction["tasks"]["topic"]["label"], "y");
    let mut predict = polytask(place.path());
    let output = predict
        .args(["predict", "--model", "model", "--max-length", "16"])
        .write_stdin("w5 w6\n\nw8 w9\n")
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.starts_with("w5 w6\n  topic: x (x "), "{out}");

    // Continuing starts where training ended: its first loss is already low.
    let more = "train --model model --data data.csv --validation-fraction 0 --max-length 16 --epochs 1 --threads 1";
    assert!(succeeds(place.path(), more).starts_with("Epoch 1/1\nLoss topic: 0.0"));
}

#[test]
fn a_calibrated_model_keeps_its_answers_and_divides_its_logits() {
    let place = workplace();
    let at = place.path();
    let rows = |from: usize, n: usize| {
        let row = |i: usize| format!("w{} w{},{}\n", 5 + i % 3 * 10, 6 + i % 7, ["x", "y", "z"][(i + i / 5 % 2) % 3]);
        (from..from + n).map(row).collect::<String>()
    };
    fs::write(at.join("train.csv"), format!("text,topic\n{}", rows(0, 40))).unwrap();
    fs::write(at.join("held.csv"), format!("text,topic\n{}", rows(40, 60))).unwrap();
    let train = format!(
        "{TRAIN} --data train.csv --validation held.csv --epochs 10 --learning-rate 1e-2 --head-init random \
         --contrastive-steps 0 --load-best-model-at-end=false"
    );
    let plain = succeeds(at, &format!("{train} --out plain"));
    let printed = succeeds(at, &format!("{train} --out calibrated --calibrate"));
    let line = printed.strip_prefix(&plain).expect("the same run, and a line for each task").trim_end();

    let config = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&fs::read(at.join(name).join("config.json")).unwrap()).unwrap()
    };
    assert_eq!(config("plain")["polytask"].get("temperature"), None);
    let temperature = config("calibrated")["polytask"]["temperature"]["topic"].as_f64().unwrap();
    assert!(temperature > 1.1, "it was far too sure: {temperature}");
    let evaluate = |name: &str| -> serde_json::Value {
        let figures = succeeds(at, &format!("evaluate --json --model {name} --data held.csv"));
        serde_json::from_str::<serde_json::Value>(&figures).unwrap()["topic"].take()
    };
    let (before, after) = (evaluate("plain"), evaluate("calibrated"));
    assert_eq!(before["confusion"], after["confusion"]);
    assert!(after["loss"].as_f64() < before["loss"].as_f64());
    let ece = |figures: &serde_json::Value| figures["calibration"]["ece"].as_f64().unwrap();
    assert!(ece(&after) < ece(&before));
    let expected =
        format!("topic Temperature: {temperature:.2}, ECE: {:.2} before, {:.2} with it", ece(&before), ece(&after));
    assert_eq!(line, expected);

    let probabilities = |name: &str| -> Vec<f64> {
        let answer = succeeds(at, &format!("predict --json --model {name} w5"));
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        serde_json::from_value(answer["tasks"]["topic"]["probabilities"].clone()).unwrap()
    };
    // log p is the logit, but for a number that all classes share.
    let logits = |name: &str| {
        let p = probabilities(name);
        [p[1].ln() - p[0].ln(), p[2].ln() - p[0].ln()]
    };
    for (raw, divided) in logits("plain").into_iter().zip(logits("calibrated")) {
        assert!(
            (raw / temperature - divided).abs() < 1e-3 * raw.abs().max(1.0),
            "{raw} / {temperature}, not {divided}"
        );
    }

    // Training goes on with the logits themselves, and without --calibrate nothing is said of temperatures.
    let more = "train --data train.csv --validation held.csv --max-length 16 --epochs 1 --threads 1";
    assert_eq!(
        succeeds(at, &format!("{more} --model plain --out again")),
        succeeds(at, &format!("{more} --model calibrated --out again"))
    );
    assert_eq!(config("again")["polytask"].get("temperature"), None);

    let path = at.join("calibrated/config.json");
    let text = fs::read_to_string(&path).unwrap();
    let mut wrong: serde_json::Value = serde_json::from_str(&text).unwrap();
    wrong["polytask"]["temperature"]["topic"] = 0.into();
    fs::write(&path, wrong.to_string()).unwrap();
    assert!(
        fails(at, "predict --model calibrated w5")
            .ends_with("polytask: temperature: task \"topic\" has 0, which is no number from 0.001 to 1000"),
    );
    assert_eq!(
        fails(at, &format!("{TRAIN} --data train.csv --validation-fraction 0 --calibrate")),
        "--calibrate: temperatures are fitted on held-out sentences, and there are none; hold out a share of the sentences \
         (--validation-fraction 0.25, say) or give a --validation file"
    );
}

#[test]
fn bad_data_and_settings_get_one_sentence_and_exit_code_2() {
    let place = workplace();
    let at = place.path();
    let write = |name: &str, text: &str| fs::write(at.join(name), text).unwrap();
    let train = |flags: &str| fails(at, &format!("{TRAIN} {flags}"));
    write("empty.csv", "");
    assert_eq!(
        train("--data empty.csv"),
        "empty.csv: the file is empty; it must hold a column of sentences and a label column per task"
    );
    assert_eq!(
        train("--data data.csv --text sentence"),
        "data.csv: there is no column \"sentence\" for the sentences; the columns are \"text\", \"topic\", \
         \"tone\"; --text names theirs"
    );
    assert_eq!(
        train("--data data.csv --tasks topic,colour"),
        "data.csv: there is no column for the tasks \"colour\"; the columns beside the sentences are \"topic\", \"tone\""
    );
    let columns: String = (0..1001).map(|i| format!(",c{i}")).collect();
    write("wide.csv", &format!("text{columns}\na{}\nb{}\n", ",x".repeat(1001), ",y".repeat(1001)));
    assert_eq!(train("--data wide.csv"), "tasks: there are 1001, and at most 1000 train together; name fewer");
    write("quote.csv", "text,topic\nw5,x\n\"w6, w7\" w8,y\n");
    assert_eq!(
        train("--data quote.csv"),
        "quote.csv, line 3: a stray double quote: text follows a closing quote; inside a quoted field write each quote \
         twice"
    );
    assert_eq!(
        train("--data nowhere.csv"),
        "nowhere.csv: the file cannot be read: No such file or directory (os error 2)"
    );
    write("other.csv", "text,topic\nw5,sideways\n");
    assert_eq!(
        train("--data data.csv --tasks topic --validation other.csv"),
        "other.csv, line 2, column \"topic\": the label \"sideways\" is not one of \"x\", \"y\"; correct it, \
         or leave it blank"
    );
    assert_eq!(
        train("--learning-rate 1e9"),
        "learning_rate: 1e9 is out of range; it must be above 0 and at most 10 (1e-3 is the notebook's, 2e-5 is usual \
         for BERT)"
    );
    assert_eq!(train("--epochs 0"), "epochs: is 0; train for at least 1 epoch");
    assert_eq!(fails(at, "train --threads 0"), "--threads: is 0; at least 1 is needed");
    assert_eq!(
        train("--preset tweets"),
        "preset: \"tweets\" is not one of \"notebook\", \"topic-sentiment\", \"tickets\""
    );
    assert_eq!(
        train("--weighting best"),
        "weighting: unknown name `best`, expected one of `sum`, `uncertainty`, `dwa`, `random`, `gradnorm`, `famo`, \
         `pcgrad`, `cagrad`, `mgda`, `imtl-g`, `nash-mtl`, `upgrad`, `aligned-mtl`"
    );
    assert_eq!(
        train("--task-weight Task=1"),
        "task_weight: there is no task \"Task\"; the tasks are \"Task A\", \"Task B\""
    );
    assert_eq!(
        train("--data data.csv --task-weight topic=-1"),
        "task_weight: -1 for task \"topic\" is not a number of at least 0"
    );
    assert_eq!(train("--class-weights rare"), "class_weights: unknown name `rare`, expected `none` or `balanced`");
    assert_eq!(
        train("--metric-for-best-model f1"),
        "metric_for_best_model: unknown name `f1`, expected one of `loss`, `accuracy`, `macro_f1`"
    );
    assert_eq!(
        train("--weight-averaging mean"),
        "weight_averaging: \"mean\" is not one of none, ema:DECAY with a decay in (0, 1), swa:START with a start in [0, 1)"
    );
    assert_eq!(train("--gradual-unfreezing 0"), "gradual_unfreezing: is 0; give at least 1, or leave it out");
    assert_eq!(
        train("--warmup 4"),
        "warmup: 4 steps of warm-up are more than the run has, 3; give at most 3, or train for \
         more epochs"
    );
    for flag in ["early-stopping-patience 1", "load-best-model-at-end"] {
        let name = flag.split(' ').next().unwrap().replace('-', "_");
        assert_eq!(
            train(&format!("--{flag}")),
            format!(
                "{name}: held-out sentences decide which epoch is best, and there are none; hold out a share of the \
                 sentences (a validation fraction of 0.25, say) or give a validation file"
            )
        );
    }
    assert_eq!(train("--device cuda"), "--device: this polytask was built without CUDA; build it with --features cuda");
    write("recipe.json", "{\"training\": {\"epoch\": 3}}");
    assert!(
        fails(at, "train --recipe recipe.json")
            .starts_with("recipe.json: recipe: unknown field `epoch`, expected one of `epochs`, ")
    );
    assert_eq!(
        fails(at, "serve"),
        "--directory: there is no target/site/index.html; ./build.sh makes the page in target/site"
    );
}

#[test]
fn bad_encoders_are_told_apart_and_an_old_model_is_kept() {
    let place = workplace();
    let at = place.path();
    succeeds(at, &format!("{TRAIN} --out model"));
    let before = fs::read(at.join("model/model.safetensors")).unwrap();
    let train = |flags: &str| fails(at, &format!("train --max-length 16 --out model {flags}"));
    let broken = |name: &str, file: &str, bytes: &[u8]| {
        Tiny::new().write(&at.join(name));
        fs::write(at.join(name).join(file), bytes).unwrap();
    };

    let whole = Tiny::new().weights;
    broken("cut", "model.safetensors", &whole[..whole.len() / 2]);
    assert_eq!(
        train("--encoder cut"),
        format!(
            "cut: encoder: model.safetensors ends too early, at {} bytes (its header describes more); fetch it again",
            whole.len() / 2
        )
    );
    broken("family", "config.json", b"{\"model_type\": \"roberta\"}");
    assert_eq!(
        train("--encoder family"),
        "family: encoder: config.json: model_type is \"roberta\", and only \"bert\" is supported (bert-base-uncased, \
         the MiniLMs, the small BERTs)"
    );
    let config = String::from_utf8(Tiny::new().config).unwrap();
    broken("deeper", "config.json", config.replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3").as_bytes());
    assert_eq!(
        train("--encoder deeper"),
        "deeper: encoder: model.safetensors: tensor \"encoder.layer.2.attention.self.query.weight\" is missing; the \
         file must hold a BERT encoder under Hugging Face's names"
    );
    broken("wider", "config.json", config.replace("\"intermediate_size\": 64", "\"intermediate_size\": 65").as_bytes());
    assert_eq!(
        train("--encoder wider"),
        "wider: encoder: model.safetensors: tensor \"encoder.layer.0.intermediate.dense.weight\" has shape [64, 32], \
         and the config asks for [65, 32]"
    );
    broken("mute", "tokenizer.json", b"{}");
    assert!(train("--encoder mute").starts_with("mute: tokenizer: tokenizer.json cannot be read: "));
    fs::remove_file(at.join("mute/tokenizer.json")).unwrap();
    assert!(train("--encoder mute").starts_with("mute: there is neither tokenizer.json nor vocab.txt; in Python, "));
    assert_eq!(
        train("--encoder ./nowhere"),
        "encoder: \"./nowhere\" is neither a directory nor a model of the hub (owner/name)"
    );
    assert_eq!(
        fails(at, "predict --model encoder hello"),
        "--model: encoder was not saved by polytask; it has no heads"
    );
    assert_eq!(fs::read(at.join("model/model.safetensors")).unwrap(), before, "nothing was lost");
}

#[test]
#[cfg(target_os = "linux")] // Elsewhere the command does not know how much memory there is.
fn a_run_that_memory_cannot_hold_is_refused_before_it_starts() {
    let place = workplace();
    let config = String::from_utf8(Tiny::new().config).unwrap();
    let long = config.replace("\"max_position_embeddings\": 16", "\"max_position_embeddings\": 500000");
    assert_ne!(config, long);
    fs::write(place.path().join("encoder/config.json"), long).unwrap();
    let recipe = serde_json::json!({
        "data": {"examples": [
            {"text": "w5 ".repeat(300_000), "labels": {"topic": "x"}},
            {"text": "w8 ".repeat(300_000), "labels": {"topic": "y"}}
        ]},
        "validation": {"fraction": 0},
        "training": {"batch_size": 100_000, "max_length": 400_000}
    });
    fs::write(place.path().join("recipe.json"), recipe.to_string()).unwrap();
    let error = fails(place.path(), "train --recipe recipe.json --encoder encoder --out model");
    assert!(error.starts_with("memory: this run needs about 6.6 TB ("), "{error}");
    assert!(error.contains(" MB for weights, gradients and Adam, 6.6 TB for a batch of 2 sentences), and "), "{error}");
    assert!(
        error.ends_with(": use a smaller batch_size or max_length, freeze some layers, or take a smaller encoder"),
        "{error}"
    );
    assert!(!place.path().join("model").exists());
}

fn minilm() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/all-MiniLM-L6-v2")
}

#[test]
fn minilm_does_the_notebooks_job_and_learns_topic_and_sentiment() {
    let place = workplace();
    let train = |flags: &str| {
        let out = succeeds(place.path(), &format!("train --encoder {} --log log.jsonl {flags}", minilm().display()));
        (out, log(place.path()))
    };
    let (out, events) = train("--threads 2");
    // The tiny encoder's products are too small to be shared out between threads; these are not.
    assert_eq!(events, train("--threads 1").1, "a number of threads changes no bit");
    assert_eq!(out.matches("Epoch ").count(), 3);
    let totals = events.iter().filter(|e| e["type"] == "epoch").map(|e| e["total"].as_f64().unwrap());
    assert!(totals.is_sorted_by(|a, b| a > b), "{out}");

    let (_, events) = train("--preset topic-sentiment");
    let held_out = events.iter().rfind(|e| e["split"] == "validation").unwrap();
    let accuracy = |task: &str| held_out["tasks"][task]["accuracy"].as_f64().unwrap();
    // The commonest class alone gives 0.34 and 0.51.
    assert!(accuracy("topic") > 0.9 && accuracy("sentiment") > 0.6, "{held_out}");
}

/// The training log `log.jsonl`.
fn log(directory: &Path) -> Vec<serde_json::Value> {
    let log = fs::read_to_string(directory.join("log.jsonl")).unwrap();
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_validation_file_is_evaluated() {
    let place = workplace();
    fs::write(place.path().join("held.csv"), "text,topic,tone\nw5 w6,x,\nw8 w9,y,\n").unwrap();
    succeeds(place.path(), &format!("{TRAIN} --data data.csv --validation held.csv --log log.jsonl"));
    let events = log(place.path());
    let last = events.iter().rfind(|e| e["split"] == "validation").unwrap();
    assert_eq!(last["tasks"]["topic"]["confusion"].as_array().unwrap().len(), 2);
    assert!(last["tasks"].as_object().unwrap()["tone"].is_null(), "a task that the file does not label has no figures");
    fs::write(place.path().join("blank.csv"), "text,topic,tone\nw5 w6,,\n").unwrap();
    assert_eq!(
        fails(place.path(), &format!("{TRAIN} --data data.csv --validation blank.csv")),
        "the validation file: none of its sentences carries a label"
    );
}

#[test]
fn a_presets_task_that_is_only_named_keeps_its_label_set() {
    let place = workplace();
    // Whatever the seed draws, Task B has two classes.
    for seed in ["4", "5", "6"] {
        let mut train = polytask(place.path());
        let train = train.args(TRAIN.split(' ')).args(["--tasks", "Task B", "--seed", seed]);
        assert!(train.output().unwrap().status.success(), "seed {seed}");
    }
}

#[test]
fn an_outcome_is_saved_even_if_nobody_listens_and_a_bad_place_is_told_before_training() {
    let place = workplace();
    fs::write(place.path().join("afile"), "").unwrap();
    assert!(fails(place.path(), &format!("{TRAIN} --out afile")).starts_with("--out: afile: cannot be written: "));
    // A reader that takes one line and leaves.
    let mut child = std::process::Command::new(assert_cmd::cargo::cargo_bin("polytask"))
        .args(TRAIN.split(' '))
        .args(["--epochs", "200", "--out", "kept"])
        .current_dir(place.path())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "Epoch 1/200\n");
    assert!(child.wait().unwrap().success());
    assert!(place.path().join("kept/model.safetensors").is_file());
}

#[test]
fn a_head_goes_on_only_with_its_own_labels() {
    let place = workplace();
    succeeds(place.path(), &format!("{TRAIN} --data data.csv --out model"));
    let recipe = r#"{"data": {"file": {"path": "data.csv"}}, "tasks": [{"name": "topic", "labels": ["y", "x"]}]}"#;
    fs::write(place.path().join("recipe.json"), recipe).unwrap();
    assert_eq!(
        fails(place.path(), "train --model model --recipe recipe.json --max-length 16"),
        "--model: its task \"topic\" has the labels \"x\", \"y\", and the recipe has \"y\", \"x\"; a head can only go on with its own"
    );
}

#[test]
fn a_saved_model_goes_on_with_the_length_and_pooling_that_it_was_trained_with() {
    let place = workplace();
    let at = place.path();
    succeeds(at, &format!("{} --data data.csv --pooling cls --out model", TRAIN.replace("16", "8")));
    let trained_as = |flags: &str| {
        succeeds(at, &format!("train --data data.csv --model model --epochs 1 --out more {flags}"));
        let read = |file: &str| -> serde_json::Value {
            serde_json::from_slice(&fs::read(at.join("more").join(file)).unwrap()).unwrap()
        };
        let (recipe, saved) = (read("recipe.json"), &read("config.json")["polytask"]);
        assert_eq!(recipe["training"]["max_length"], saved["max_length"]);
        assert_eq!(recipe["pooling"], saved["pooling"]);
        (saved["max_length"].as_u64().unwrap(), saved["pooling"].as_str().unwrap().to_string())
    };
    assert_eq!(trained_as(""), (8, "cls".into()));
    assert_eq!(trained_as("--max-length 12 --pooling mean"), (12, "mean".into()));
    let trained_by = |recipe: &str| {
        fs::write(at.join("recipe.json"), recipe).unwrap();
        succeeds(at, "train --recipe recipe.json --model model --out more");
        let config: serde_json::Value =
            serde_json::from_slice(&fs::read(at.join("more/config.json")).unwrap()).unwrap();
        (config["polytask"]["max_length"].as_u64().unwrap(), config["polytask"]["pooling"].clone())
    };
    let data = r#""data": {"file": {"path": "data.csv"}}"#;
    assert_eq!(trained_by(&format!("{{{data}}}")), (8, "cls".into()));
    let given = format!("{{{data}, \"pooling\": \"mean\", \"training\": {{\"max_length\": 12}}}}");
    assert_eq!(trained_by(&given), (12, "mean".into()));
}

#[test]
fn a_label_that_appears_once_trains_with_a_warning() {
    let place = workplace();
    let train = |rows: &str| {
        fs::write(place.path().join("once.csv"), format!("text,topic,tone\n{rows}")).unwrap();
        let mut command = polytask(place.path());
        let output =
            command.args(TRAIN.split(' ')).args(["--data", "once.csv", "--log", "log.jsonl"]).output().unwrap();
        assert!(output.status.success());
        let stderr = String::from_utf8(output.stderr).unwrap();
        let (settings, warnings) = stderr.split_once('\n').unwrap();
        assert!(settings.starts_with("Settings for "), "{settings}");
        warnings.to_string()
    };
    let warning = "Warning: these labels appear once, so their sentence trains and no held-out one checks them: ";
    assert_eq!(
        train("w5,x,p\nw6,x,q\nw7,y,p\nw8,z,q\nw9,z,p\nw4,x,r\n"),
        format!("{warning}\"topic: y\", \"tone: r\"\n")
    );
    let many: String = (0..30).map(|i| format!("w{},{},p\nw{},x,q\n", 4 + i, 100 + i, 4 + i)).collect();
    assert!(train(&many).ends_with("\"topic: 108\", \"topic: 109\", … (+20)\n"));
    // Where nothing can be held out, that is said too, and the run goes on.
    assert_eq!(
        train("w5,x,p\nw6,y,q\n"),
        format!(
            "{warning}\"topic: x\", \"topic: y\", \"tone: p\", \"tone: q\"\nWarning: no sentence could be held out: each \
             is the only training example of one of its labels\n"
        )
    );
    assert_eq!(log(place.path())[0]["validation_examples"], 0);
}

#[test]
fn a_task_without_labels_has_no_figures() {
    let place = workplace();
    let at = place.path();
    succeeds(at, &format!("{TRAIN} --data data.csv --out model"));
    fs::write(at.join("blank.csv"), "text,topic,tone\nw5 w6,x,\nw8 w9,y, \n").unwrap();
    let out = succeeds(at, "evaluate --model model --data blank.csv");
    assert!(out.starts_with("topic Accuracy: ") && out.ends_with("\n\ntone: no labelled sentence\n"), "{out}");
    let json: serde_json::Value =
        serde_json::from_str(&succeeds(at, "evaluate --json --model model --data blank.csv")).unwrap();
    assert_eq!(json["tone"], serde_json::Value::Null);
    assert!(json.as_object().unwrap().contains_key("tone") && json["topic"]["loss"].is_number(), "{json}");

    // Going on with a model on sentences that leave one of its tasks blank trains the others.
    let flags = "--model model --data blank.csv --validation-fraction 0 --epochs 1 --log log.jsonl";
    let out = succeeds(at, &format!("train {flags}"));
    assert!(out.contains(", tone Accuracy: no labels\n") && !out.contains("Loss tone"), "{out}");
    assert!(out.ends_with("\ntone: No training sentence is labelled for it, so its head has learned nothing. Label some sentences for it.\n"), "{out}");
    let events = log(at);
    let evaluation = events.iter().find(|e| e["type"] == "evaluation").unwrap();
    assert!(evaluation["tasks"].as_object().unwrap()["tone"].is_null());
    let warned = events.iter().any(|e| {
        e["message"] == "task \"tone\": no training sentence is labelled \"p\", \"q\", so it cannot be learnt"
    });
    assert!(warned, "{events:?}");
}

/// `polytask serve` of `target/site` in a place.
struct Server(std::process::Child, String);

impl Server {
    fn of(place: &Path) -> Self {
        let mut server = std::process::Command::new(assert_cmd::cargo::cargo_bin("polytask"))
            .args(["serve", "--port", "0"])
            .current_dir(place)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self(server, address.trim().to_string())
    }

    /// The status and the body for a path as it is: libraries would tidy it.
    fn get(&self, path: &str, host: &str) -> (u16, String) {
        let at = self.1.trim_start_matches("http://").trim_end_matches('/');
        let mut stream = std::net::TcpStream::connect(at).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn serve_answers_with_the_page() {
    let place = workplace();
    fs::create_dir_all(place.path().join("target/site")).unwrap();
    fs::write(place.path().join("target/site/index.html"), "<title>hello</title>").unwrap();
    fs::write(place.path().join("target/site/a.wasm"), "").unwrap();
    let server = Server::of(place.path());
    let page = ureq::get(&server.1).call().unwrap();
    let wasm = ureq::get(format!("{}a.wasm", server.1)).call().unwrap();
    assert_eq!(wasm.headers()["content-type"], "application/wasm");
    for headers in [page.headers(), wasm.headers()] {
        assert_eq!(headers["access-control-allow-origin"], "*");
        assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
        assert_eq!(headers["cross-origin-embedder-policy"], "require-corp");
        assert_eq!(headers["cross-origin-resource-policy"], "cross-origin");
    }
    assert_eq!(page.into_body().read_to_string().unwrap(), "<title>hello</title>");
}

#[cfg(unix)]
#[test]
fn serve_gives_nothing_outside_of_its_directory_and_nothing_to_other_hosts() {
    let place = workplace();
    let site = place.path().join("target/site");
    fs::create_dir_all(site.join("sub")).unwrap();
    fs::write(site.join("index.html"), "hello").unwrap();
    fs::write(place.path().join("target/secret.txt"), "secret").unwrap();
    std::os::unix::fs::symlink("../secret.txt", site.join("link.txt")).unwrap();
    std::os::unix::fs::symlink("..", site.join("up")).unwrap();
    std::os::unix::fs::symlink("index.html", site.join("within.html")).unwrap();
    let server = Server::of(place.path());
    for path in [
        "/../secret.txt",
        "/sub/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "//../secret.txt",
        "/link.txt",
        "/up/secret.txt",
        "/up/site/../secret.txt",
        "/INDEX.HTML",
        "/%ff",
        "/index.html%00.txt",
    ] {
        let (status, body) = server.get(path, "localhost");
        assert!((400..500).contains(&status) && !body.contains("secret"), "{path}: {status} {body}");
    }
    for (path, host) in
        [("/", "localhost"), ("/within.html", "127.0.0.1:8080"), ("/index.html", "[::1]:1"), ("/", "LOCALHOST")]
    {
        assert_eq!(server.get(path, host), (200, "hello".into()), "{path} of {host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "user@localhost.evil",
        "",
    ] {
        let (status, body) = server.get("/", host);
        assert_eq!(status, 421, "{host}");
        assert_eq!(body, "This server answers for localhost only: open it as http://localhost, with its port.\n");
    }
}
