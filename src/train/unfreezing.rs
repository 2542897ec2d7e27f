//! Gradual unfreezing, from the heads down: Howard & Ruder 2018, "Universal Language Model Fine-tuning for Text
//! Classification".
//!
//! ```text
//! epochs 1 to n         the heads (and the pooler, where it pools)
//! epochs n+1 to 2n      the uppermost block too
//! …                     one block more every n epochs
//! (L+1)·n+1 onwards     the embeddings too
//! ```
//!
//! A parameter that does not train yet has no gradient, so the optimizer leaves it and its moments alone.

use crate::error::{Message, message};
use crate::recipe::{Freeze, Pooling, Recipe};

/// The frozen part of an encoder of `layers` blocks once `epochs` epochs are over: the part that the recipe freezes for the
/// whole run, and the blocks whose turn has not come.
pub(super) fn frozen(recipe: &Recipe, layers: usize, epochs: u32) -> Freeze {
    let Some(every) = recipe.training.gradual_unfreezing else {
        return recipe.training.freeze;
    };
    let parts = (epochs / every) as usize;
    let not_due = match parts {
        0 if recipe.pooling != Pooling::Pooler => Freeze::Encoder,
        _ if parts < layers => Freeze::Layers(layers - parts),
        _ if parts == layers => Freeze::Embeddings,
        _ => Freeze::None,
    };
    not_due.max(recipe.training.freeze)
}

/// The run's first stage, its last stage with a frozen part, and its last stage. From stage to stage only the number of
/// trained blocks grows, so one of these three needs the most memory.
pub(super) fn outermost(recipe: &Recipe, layers: usize) -> [Freeze; 3] {
    let last = recipe.training.epochs - 1;
    let every = u64::from(recipe.training.gradual_unfreezing.unwrap_or(1));
    let before_the_embeddings = (layers as u64).saturating_add(1).saturating_mul(every) - 1;
    let with_prefix = u32::try_from(before_the_embeddings).map_or(last, |epochs| epochs.min(last));
    [0, with_prefix, last].map(|epochs| frozen(recipe, layers, epochs))
}

/// A warning if the run ends before every layer has trained that should.
pub(super) fn warning(recipe: &Recipe, layers: usize) -> Option<Message> {
    let training = &recipe.training;
    let every = training.gradual_unfreezing?;
    let last = frozen(recipe, layers, training.epochs - 1);
    if last == training.freeze {
        return None;
    }
    let blocks_and_more = match training.freeze {
        Freeze::None => (layers as u64).saturating_add(1),
        Freeze::Embeddings => layers as u64,
        Freeze::Layers(n) => layers.saturating_sub(n) as u64,
        Freeze::Encoder => 0,
    };
    // If only the heads are above the blocks, the first stage freezes all blocks whatever `freeze` says.
    let parts = if recipe.pooling == Pooling::Pooler { blocks_and_more } else { blocks_and_more.max(1) };
    Some(message!(
        "train.unfreezing",
        "gradual_unfreezing: the run's {epochs} epochs do not reach every layer; what freeze calls {last:?} stays as it is \
         ({enough} epochs would reach all)",
        epochs = training.epochs,
        last = last.to_string(),
        enough = parts.saturating_mul(every.into()).saturating_add(1)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(training: &str, pooling: &str) -> Recipe {
        Recipe::from_json(&format!(r#"{{"pooling": "{pooling}", "training": {{{training}}}}}"#)).unwrap()
    }

    /// All stages of the run, one after the other.
    fn course(recipe: &Recipe, layers: usize) -> Vec<Freeze> {
        let mut course: Vec<Freeze> =
            (0..recipe.training.epochs).map(|epochs| frozen(recipe, layers, epochs)).collect();
        course.dedup();
        course
    }

    fn names(recipe: &Recipe) -> Vec<String> {
        course(recipe, 3).iter().map(Freeze::to_string).collect()
    }

    fn some_recipes() -> impl Iterator<Item = Recipe> {
        let settings = [1, 2, 3].into_iter().flat_map(|every| (1..14).map(move |epochs| (every, epochs)));
        settings.flat_map(|(every, epochs)| {
            let freezes = ["none", "embeddings", "layers:0", "layers:1", "layers:3", "encoder"];
            freezes.into_iter().flat_map(move |freeze| {
                let training = format!(r#""gradual_unfreezing": {every}, "epochs": {epochs}, "freeze": "{freeze}""#);
                ["mean", "pooler"].map(|pooling| recipe(&training, pooling))
            })
        })
    }

    #[test]
    fn from_the_heads_down_to_what_is_frozen_for_good() {
        let all = ["encoder", "layers:2", "layers:1", "embeddings", "none"];
        assert_eq!(names(&recipe(r#""gradual_unfreezing": 1, "epochs": 9"#, "mean")), all);
        assert_eq!(names(&recipe(r#""gradual_unfreezing": 1, "epochs": 9"#, "pooler"))[0], "layers:3");
        assert_eq!(names(&recipe(r#""gradual_unfreezing": 3, "epochs": 7"#, "mean")), all[..3]);
        for (freeze, stages) in
            [("layers:1", &all[..3]), ("layers:0", &["encoder", "layers:2", "layers:1", "layers:0"])]
        {
            let training = format!(r#""gradual_unfreezing": 2, "epochs": 20, "freeze": "{freeze}""#);
            assert_eq!(names(&recipe(&training, "mean")), stages);
        }
        assert_eq!(names(&recipe(r#""gradual_unfreezing": 1, "epochs": 9, "freeze": "encoder""#, "pooler")), all[..1]);
        assert_eq!(names(&recipe(r#""epochs": 9, "freeze": "layers:1""#, "mean")), ["layers:1"]);
    }

    #[test]
    fn each_part_joins_after_so_many_epochs() {
        let recipe = recipe(r#""gradual_unfreezing": 2, "epochs": 9"#, "mean");
        let epochs: Vec<String> = (0..9).map(|epochs| frozen(&recipe, 3, epochs).to_string()).collect();
        let expected =
            ["encoder", "encoder", "layers:2", "layers:2", "layers:1", "layers:1", "embeddings", "embeddings"];
        assert_eq!(epochs[..8], expected);
        assert_eq!(epochs[8], "none");
        assert_eq!(warning(&recipe, 3), None);
    }

    #[test]
    fn a_run_too_short_is_warned_of() {
        let recipe = recipe(r#""gradual_unfreezing": 2, "epochs": 8"#, "mean");
        assert_eq!(
            warning(&recipe, 3).unwrap().message,
            "gradual_unfreezing: the run's 8 epochs do not reach every layer; what freeze calls \"embeddings\" stays as \
             it is (9 epochs would reach all)"
        );
    }

    #[test]
    fn the_outermost_stages_are_the_first_the_last_frozen_one_and_the_last() {
        for recipe in some_recipes() {
            let course = course(&recipe, 3);
            let with_prefix = course.iter().rev().find(|&&stage| stage != Freeze::None);
            let last = course[course.len() - 1];
            let expected = [course[0], *with_prefix.unwrap_or(&last), last];
            assert_eq!(outermost(&recipe, 3), expected, "{:?}", recipe.training);
        }
        let whole = recipe(r#""epochs": 9, "freeze": "layers:1""#, "mean");
        assert_eq!(outermost(&whole, 3), [Freeze::Layers(1); 3]);
    }

    #[test]
    fn the_epochs_that_would_reach_all_are_the_first_that_do() {
        for mut recipe in some_recipes() {
            let Some(warning) = warning(&recipe, 3) else {
                assert_eq!(course(&recipe, 3).last(), Some(&recipe.training.freeze));
                continue;
            };
            let told = (recipe.training.epochs + 1..)
                .find(|epochs| warning.message.contains(&format!("({epochs} epochs would")));
            recipe.training.epochs = told.expect("more epochs than there were");
            assert_eq!(frozen(&recipe, 3, recipe.training.epochs - 1), recipe.training.freeze, "{warning}");
            assert_ne!(frozen(&recipe, 3, recipe.training.epochs - 2), recipe.training.freeze, "{warning}");
        }
    }

    #[test]
    fn an_encoder_of_any_depth_takes_no_longer() {
        for layers in [u32::MAX as usize - 1, u32::MAX as usize, usize::MAX] {
            let recipe = recipe(r#""gradual_unfreezing": 1, "epochs": 4294967295"#, "mean");
            assert_eq!(outermost(&recipe, layers)[0], Freeze::Encoder);
            assert_eq!(outermost(&recipe, layers)[2], frozen(&recipe, layers, u32::MAX - 1));
            assert_eq!(warning(&recipe, layers).is_some(), layers >= u32::MAX as usize - 1);
        }
    }
}
