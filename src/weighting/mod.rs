//! How K task losses, or the K gradients that they send into the shared encoder, become one update.
//!
//! Every method here ends in one factor per task: the update of the encoder is Σ wᵢgᵢ. Methods that look at losses choose
//! the factors before the backward pass, so that a step costs no more than with the plain sum; methods that look at
//! gradients need one backward pass through the encoder per task, and of the gradients only their inner products
//! ([`Gram`]).
//!
//! `methods/` has one file a method, its paper first; `linalg/` has the linear algebra that several of them share.
//!
//! ```
//! use polytask::recipe::Weighting;
//! use polytask::weighting::{Gram, StepInfo, method};
//!
//! // Two tasks whose gradients are opposed: g₁ = (1, 0), g₂ = (−1, 1).
//! let gram = Gram::new(2, |i, j| [[1.0, -1.0], [-1.0, 2.0]][i][j]);
//! let step = StepInfo {
//!     tasks: &[0, 1],
//!     losses: &[0.7, 0.9],
//!     gram: Some(&gram),
//!     last_layer: Some(&gram),
//!     learning_rate: 1e-3,
//! };
//! // PCGrad takes from each gradient its conflict with the other: 2·g₁ + 1.5·g₂.
//! let chosen = method(Weighting::Pcgrad, 2, 0).choose(&step);
//! assert_eq!(chosen.weights, [2.0, 1.5]);
//! ```

mod linalg;
mod method;
mod methods;
#[cfg(test)]
mod properties;
mod scalar_adam;
#[cfg(test)]
mod testing;

pub use linalg::Gram;
#[cfg(test)]
pub(crate) use linalg::eigen;
pub use method::{Chosen, Dependency, Method, StepInfo};
pub use methods::method;
