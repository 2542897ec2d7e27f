//! The loop that the page shows in Rust (`www/views/loop-code.js`, for two tasks) compiles and leaves the same bits as the
//! trainer. `tests/node/loop.test.mjs` holds the page's text against the lines between the marks.

use crate::runs::{self, recipe, run_to_end};
use crate::tiny::Tiny;
use polytask::compute::Context;
use polytask::data::Dataset;
use polytask::model::{Loading, Model, Pass, Weights, parse_config};
use polytask::ops::cross_entropy;
use polytask::random::Stream;
use polytask::recipe::{Freeze, Recipe};
use polytask::text::{Batch, Encoding, Tokenizer};
use polytask::train::Optimizer;

const TRAINING: &str = r#""epochs": 3, "batch_size": 4, "shuffle": false, "learning_rate": 1e-2, "dropout": 0,
    "warmup": 0, "schedule": "constant""#;

/// The recipe's run as somebody would write it who has the crate and no trainer.
fn by_hand(recipe: &Recipe) -> polytask::Result<Model> {
    let files = Tiny::new();
    let config = parse_config(&files.config)?;
    let Dataset { tasks, examples } =
        Dataset::from_recipe(recipe, |_| unreachable!("the sentences are in the recipe"))?;
    let tokenizer = Tokenizer::from_json(&files.tokenizer, 16, config.bert.vocab_size)?;
    let encodings: Vec<Encoding> =
        examples.iter().map(|example| tokenizer.encode(&example.text)).collect::<polytask::Result<_>>()?;
    let loading = Loading {
        freeze: Freeze::None,
        pooling: recipe.pooling,
        word_rows: None,
        positions: None,
        keep_heads: false,
        context: &Context::default(),
    };
    let weights = Weights::from_safetensors(&files.weights)?;
    let model = Model::load(&config, weights, &tasks, &loading, &mut Stream::new(recipe.seed, "init"))?;
    let mut optimizer = Optimizer::new(&recipe.training, &model)?;
    let order: Vec<usize> = (0..examples.len()).collect();
    let (batch_size, learning_rate) = (recipe.training.batch_size as usize, recipe.training.learning_rate);

    for _ in 0..recipe.training.epochs {
        // the loop
        for rows in order.chunks(batch_size) {
            let batch = Batch::of_examples(&encodings, &examples, rows, 2);
            let logits = model.forward(&batch, Pass::Training(None))?;

            let loss_a = cross_entropy(&logits[0], &batch.labels[0])?.expect("labels");
            let loss_b = cross_entropy(&logits[1], &batch.labels[1])?.expect("labels");
            let total = (loss_a + loss_b)?;

            model.backward(&total)?;
            let gradients = model.take_gradients();
            optimizer.step(gradients, learning_rate)?;
        }
        // end of the loop
    }
    Ok(model)
}

#[test]
fn the_page_s_loop_is_the_trainers() {
    let recipe = recipe(TRAINING);
    let (run, _) = run_to_end(&recipe).unwrap();
    let model = by_hand(&recipe).unwrap();
    let files = model.to_files(run.trainer().tasks(), recipe.training.max_length).unwrap();
    let (own, expected) = (files.weights, run.trainer().to_files().unwrap().weights);
    assert!(own == expected, "the parameters differ");
    assert!(
        own != run_to_end(&runs::recipe(r#""epochs": 1, "learning_rate": 1e-2"#))
            .unwrap()
            .0
            .trainer()
            .to_files()
            .unwrap()
            .weights
    );
}
