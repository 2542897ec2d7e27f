//! The ways to make one update of K tasks, by name.

use serde::{Deserialize, Serialize};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// How K losses, or the gradients that they send into the encoder, become one update. The papers are listed in
/// [`crate::weighting`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Weighting {
    /// Σ wᵢLᵢ, the notebook's `loss_A + loss_B`.
    #[default]
    Sum,
    /// Learns how noisy each task is; noisier tasks get less weight.
    Uncertainty,
    /// Dynamic weight average: tasks whose loss fell least from epoch to epoch get more weight.
    Dwa,
    /// Random weights, drawn anew in each step.
    Random,
    /// Evens out the gradients at the last shared layer, so that the tasks train at similar rates.
    Gradnorm,
    /// Moves weight to the tasks whose loss fell least in the step before.
    Famo,
    /// Removes from each gradient its part along the gradients it conflicts with, in random order.
    Pcgrad,
    /// The update near the mean gradient that serves the worst-served task best.
    Cagrad,
    /// The shortest mixture of the gradients.
    Mgda,
    /// The update with equal projections onto all gradients.
    ImtlG,
    /// The Nash bargaining solution between the tasks.
    NashMtl,
    /// The mean of the gradients, each first projected to where it harms no task.
    Upgrad,
    /// The sum of the gradients after making them equally long and orthogonal.
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
