//! Measurements beside the training: gradient geometry, interference, the map of sentence vectors, saliency, mistakes.

pub(crate) mod geometry;
mod interference;
pub(crate) mod map;
pub(crate) mod mistakes;
mod principal_components;
mod saliency;
