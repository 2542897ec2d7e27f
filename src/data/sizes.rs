//! What the rule that chooses settings knows of a data set.

use super::{Dataset, stratified_split};
use crate::recipe::{DataSizes, Freeze, Recipe};

impl Dataset {
    /// The sizes that settings are chosen from, for a run of `recipe` on these sentences. `validation` are held-out sentences
    /// of their own, `count` counts a sentence's tokens, and `keeps_heads` says whether the heads are those of a saved model.
    pub fn sizes(
        &self,
        recipe: &Recipe,
        validation: Option<&Dataset>,
        keeps_heads: bool,
        count: impl Fn(&str) -> usize,
    ) -> DataSizes {
        self.sizes_by(recipe, validation, keeps_heads, |row| count(&self.examples[row].text))
    }

    /// The same, where `count` counts the tokens of the sentence in a row.
    pub fn sizes_by(
        &self,
        recipe: &Recipe,
        validation: Option<&Dataset>,
        keeps_heads: bool,
        count: impl Fn(usize) -> usize,
    ) -> DataSizes {
        let labelled =
            |data: &Dataset| (0..data.examples.len()).filter(|&row| data.is_labelled(row)).collect::<Vec<_>>();
        let (training, held_out) = match validation {
            Some(validation) => (labelled(self), validation.class_counts(&labelled(validation))),
            None => {
                let (training, held_out) = stratified_split(self, recipe.validation_fraction(), recipe.seed);
                (training, self.class_counts(&held_out))
            }
        };
        // Of two splits only a task that both have labels for can tell the best epoch.
        let counts = self.class_counts(&training);
        let has = |classes: &[usize]| classes.iter().any(|&n| n > 0);
        let both = counts.iter().zip(&held_out).any(|(own, held_out)| has(own) && has(held_out));
        let tokens: usize = training.iter().map(|&row| count(row)).sum();
        DataSizes {
            sentences: training.len(),
            tasks: self.tasks.len(),
            classes: self.tasks.iter().map(|task| task.labels.len()).max().unwrap_or(0),
            tokens: tokens.div_ceil(training.len().max(1)),
            frozen: recipe.training.freeze == Freeze::Encoder || recipe.training.gradual_unfreezing.is_some(),
            keeps_heads,
            held_out: both,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Columns, read_table};

    #[test]
    fn labelled_sentences_that_train_are_counted() {
        let csv = "text,topic,tone\na b c,x,\nd,y,p\ne f,,q\ng,,\nh i,x,p\n";
        let data =
            Dataset::from_table(&read_table("a.csv", csv.as_bytes(), &Columns::default()).unwrap(), &[]).unwrap();
        let words = |text: &str| text.split(' ').count();
        let mut recipe = Recipe { validation: Some(crate::recipe::Validation::Fraction(0.25)), ..Recipe::default() };
        let expected = DataSizes {
            sentences: 3,
            tasks: 2,
            classes: 2,
            tokens: 2,
            frozen: false,
            keeps_heads: false,
            held_out: true,
        };
        assert_eq!(data.sizes(&recipe, None, false, words), expected);
        recipe.training.freeze = Freeze::Encoder;
        let own = data.sizes(&recipe, Some(&data), true, words);
        assert_eq!(own, DataSizes { sentences: 4, frozen: true, keeps_heads: true, ..expected });
        recipe.validation = Some(crate::recipe::Validation::Fraction(0.0));
        assert!(!data.sizes(&recipe, None, false, words).held_out);
    }
}
