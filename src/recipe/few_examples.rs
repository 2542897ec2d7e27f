//! Settings that make the most of few examples: where the heads start, and a contrastive phase before the first epoch.

use serde::{Deserialize, Serialize};

use crate::error::{message, number};
use crate::{Error, Result};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// What happens before the first epoch to make the most of few examples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(deny_unknown_fields, default)]
pub struct FewExamples {
    /// Where the heads start.
    pub head_init: HeadInit,
    /// How many examples of its class a label's name counts as where the heads start, and whether the contrastive phase reads
    /// it: a label is often a word that says what the class is about. 0: names are not read. At most 100.
    pub label_names: u32,
    /// Steps of the contrastive phase, which trains the encoder alone to bring sentences of a class together and to part those
    /// of different classes; 0: no such phase, and there is none while the encoder is frozen. Supervised contrastive loss, Khosla et al. 2020.
    pub contrastive_steps: u32,
    /// The contrastive loss's temperature τ, in (0, ∞): the lower, the more the nearest sentences count.
    pub contrastive_temperature: f64,
}

/// Where the heads start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum HeadInit {
    /// Uniform in ±1/√H, as `torch.nn.Linear`.
    #[default]
    Random,
    /// The nearest class mean (Snell, Swersky & Zemel 2017, prototypical networks).
    ClassMeans,
    /// The ridge regression of the classes on the sentence vectors (Hoerl & Kennard 1970).
    Ridge,
    /// Logistic regression on the sentence vectors, as the last stage of SetFit (Tunstall et al. 2022).
    LogisticRegression,
}

impl std::fmt::Display for HeadInit {
    /// The name that recipes and flags use.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Random => "random",
            Self::ClassMeans => "class_means",
            Self::Ridge => "ridge",
            Self::LogisticRegression => "logistic_regression",
        })
    }
}

impl Default for FewExamples {
    /// Random heads and no contrastive phase.
    fn default() -> Self {
        Self { head_init: HeadInit::Random, label_names: 0, contrastive_steps: 0, contrastive_temperature: 0.1 }
    }
}

impl FewExamples {
    /// Whether anything happens before the first epoch.
    pub fn prepares(&self) -> bool {
        self.contrastive_steps > 0 || self.head_init != HeadInit::Random
    }

    /// Whether label names are read.
    pub fn reads_names(&self) -> bool {
        self.label_names > 0 && self.prepares()
    }

    pub(super) fn validate(&self) -> Result<()> {
        let tau = self.contrastive_temperature;
        if !(tau.is_finite() && tau > 0.0) {
            let wrong = message!("recipe.not_positive", "{x} is not above 0", x = number(tau));
            return Err(Error::setting("contrastive_temperature", wrong));
        }
        if self.label_names > 100 {
            let wrong = message!(
                "recipe.label_names",
                "{n} is out of range; a label's name counts as 0 to 100 examples of its class",
                n = self.label_names
            );
            return Err(Error::setting("label_names", wrong));
        }
        Ok(())
    }
}
