//! The ways to make one update of K tasks, by name.

use serde::{Deserialize, Serialize};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// How K losses, or the gradients that they send into the encoder, become one update. The papers stand in
/// [`crate::weighting`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Weighting {
    /// Σ wᵢLᵢ, the notebook's `loss_A + loss_B`.
    #[default]
    Sum,
    /// Learns how noisy each task is, and weighs it the less.
    Uncertainty,
    /// Dynamic weight average: more for tasks whose loss fell least from epoch to epoch.
    Dwa,
    /// New weights by lot in each step.
    Random,
    /// Evens out the gradients at the last shared layer, so that the tasks train at like rates.
    Gradnorm,
    /// Moves weight to the tasks that gained least by the step before.
    Famo,
    /// Projects each gradient off those it conflicts with, in random order.
    Pcgrad,
    /// The update near the mean gradient that serves the worst-served task best.
    Cagrad,
    /// The shortest mixture of the gradients.
    Mgda,
    /// The update with equal projections onto all gradients.
    ImtlG,
    /// The update that a fair bargain between the tasks ends in.
    NashMtl,
    /// The mean of the gradients, each first projected to where it harms no task.
    Upgrad,
    /// The sum of the gradients, first made equally long and at right angles.
    AlignedMtl,
}

impl Weighting {
    /// All of them, simplest first.
    pub const ALL: [Self; 13] = [
        Self::Sum,
        Self::Uncertainty,
        Self::Dwa,
        Self::Random,
        Self::Gradnorm,
        Self::Famo,
        Self::Pcgrad,
        Self::Cagrad,
        Self::Mgda,
        Self::ImtlG,
        Self::NashMtl,
        Self::Upgrad,
        Self::AlignedMtl,
    ];

    /// Whether it gives every task the factor 1.
    pub fn is_sum(self) -> bool {
        self == Self::Sum
    }
}
