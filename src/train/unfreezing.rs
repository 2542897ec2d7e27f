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

use crate::recipe::{Freeze, Pooling, Recipe};

/// What is frozen in the epoch after `epochs` epochs, of an encoder with so many `layers`: what the recipe freezes for
/// good, and whatever is not due yet.
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

/// What is frozen in the course of the run, first to last.
pub(super) fn course(recipe: &Recipe, layers: usize) -> Vec<Freeze> {
    let every = recipe.training.gradual_unfreezing.unwrap_or(recipe.training.epochs);
    let starts = (0..=layers as u32 + 1).map(|parts| parts.saturating_mul(every));
    let in_the_run = starts.take_while(|&epochs| epochs < recipe.training.epochs);
    let mut course: Vec<Freeze> = in_the_run.map(|epochs| frozen(recipe, layers, epochs)).collect();
    course.dedup();
    course
}

/// A sentence for the reader if the run ends before everything has trained that should.
pub(super) fn warning(recipe: &Recipe, layers: usize) -> Option<String> {
    let training = &recipe.training;
    let every = training.gradual_unfreezing?;
    let last = frozen(recipe, layers, training.epochs - 1);
    let parts = (0..=layers as u32 + 1)
        .find(|parts| frozen(recipe, layers, parts.saturating_mul(every)) == training.freeze)
        .filter(|_| last != training.freeze)?;
    Some(format!(
        "gradual_unfreezing: the run's {} epochs do not reach every layer; what freeze calls \"{last}\" stays as it is \
         ({} epochs would reach all)",
        training.epochs,
        parts.saturating_mul(every).saturating_add(1)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(training: &str, pooling: &str) -> Recipe {
        Recipe::from_json(&format!(r#"{{"pooling": "{pooling}", "training": {{{training}}}}}"#)).unwrap()
    }

    fn names(recipe: &Recipe) -> Vec<String> {
        course(recipe, 3).iter().map(Freeze::to_string).collect()
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
    fn a_run_too_short_is_told_of() {
        let recipe = recipe(r#""gradual_unfreezing": 2, "epochs": 8"#, "mean");
        assert_eq!(
            warning(&recipe, 3).unwrap(),
            "gradual_unfreezing: the run's 8 epochs do not reach every layer; what freeze calls \"embeddings\" stays as \
             it is (9 epochs would reach all)"
        );
    }
}
