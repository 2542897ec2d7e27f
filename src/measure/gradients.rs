//! Gradient geometry: lengths and angles of the tasks' gradients in a step, and the projection of the update on them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Observer, is_turn};
use crate::Result;
use crate::recipe::Diagnostics;
use crate::train::{Extras, Moment, Sizes, Trainer};
use crate::weighting::Gram;

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// Lengths and angles of K tasks' gradients, from their inner products alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Geometry {
    /// gᵢ·gⱼ. (K,K)
    pub gram: Vec<Vec<f64>>,
    /// ‖gᵢ‖. (K)
    pub norms: Vec<f64>,
    /// cos ∠(gᵢ, gⱼ), in [−1, 1]; 0 where a gradient is zero. (K,K)
    pub cosines: Vec<Vec<f64>>,
    /// Whether any two of them conflict: a cosine below 0.
    pub conflict: bool,
}

/// The tasks' gradients in one step, with respect to the parameters that they share. K counts the tasks that took part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Gradients {
    /// The step, from 1.
    pub step: usize,
    /// The tasks that took part, in head order. (K)
    pub tasks: Vec<String>,
    /// Over all shared parameters.
    pub whole: Geometry,
    /// Over each layer's parameters: those of `embeddings`, `layer.0`, …, `pooler` that train.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Geometry>"))]
    pub layers: IndexMap<String, Geometry>,
    /// The factor wᵢ that the weighting gave to each task. (K)
    pub weights: Vec<f64>,
    /// ‖Σ wᵢgᵢ‖.
    pub combined_norm: f64,
    /// The optimizer's update from Σ wᵢgᵢ.
    pub update: Projection,
}

/// The change Δθ of the shared parameters in a step, in relation to the gradients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Projection {
    /// ‖Δθ‖.
    pub norm: f64,
    /// Δθ·gᵢ: to first order, by how much this step changes each task's loss. (K)
    pub products: Vec<f64>,
    /// pᵢ of the projection Σ pᵢgᵢ of Δθ on the gradients' span. (K)
    pub coefficients: Vec<f64>,
    /// ‖Σ pᵢgᵢ‖ ÷ ‖Δθ‖, in [0, 1]: the share of the step within that span (with two tasks: within their plane).
    pub share: f64,
}

/// Reports [`Gradients`] in the first step and in every `gradients_every`-th step after it.
#[derive(Debug, Default)]
pub struct GradientObserver {
    every: u32,
}

impl<E: From<Gradients>> Observer<E> for GradientObserver {
    fn configure(&mut self, diagnostics: &Diagnostics) {
        self.every = diagnostics.gradients_every;
    }

    fn extras(&self, _sizes: &Sizes) -> Extras {
        Extras { task_gradients: self.every > 0, ..Extras::default() }
    }

    fn needs_task_gradients(&self, trainer: &Trainer) -> bool {
        is_turn(self.every, trainer.steps())
    }

    fn inside(&mut self, moment: &Moment) -> Result<Option<E>> {
        let Moment::Update(view) = moment else { return Ok(None) };
        let trainer = view.trainer;
        if !is_turn(self.every, trainer.steps()) {
            return Ok(None);
        }
        let (square, products) = view.project_update()?;
        let gradients = Gradients {
            step: trainer.steps() + 1,
            tasks: trainer.task_names(view.tasks),
            whole: geometry(view.gram),
            layers: view.layers.iter().map(|(layer, gram)| (layer.clone(), geometry(gram))).collect(),
            combined_norm: view.gram.combined_norm(view.weights),
            update: projection(view.gram, square, products),
            weights: view.weights.to_vec(),
        };
        Ok(Some(gradients.into()))
    }
}

/// Lengths, angles and conflict.
fn geometry(gram: &Gram) -> Geometry {
    let tasks = || 0..gram.len();
    let cosines: Vec<Vec<f64>> = tasks().map(|i| tasks().map(|j| gram.cosine(i, j)).collect()).collect();
    Geometry {
        gram: gram.rows().map(<[f64]>::to_vec).collect(),
        norms: tasks().map(|i| gram.norm(i)).collect(),
        conflict: cosines.iter().flatten().any(|&cosine| cosine < 0.0),
        cosines,
    }
}

/// Projects a change Δθ with `square` = ‖Δθ‖² and `products` = Δθ·gᵢ on the gradients' span.
///
/// Gram–Schmidt in coordinates: vᵢ = gᵢ less its projections on the earlier v, each v a combination of the g. A gradient
/// that adds no direction of its own (identical tasks, a zero gradient) is left out.
fn projection(gram: &Gram, square: f64, products: Vec<f64>) -> Projection {
    let k = gram.len();
    let mut coefficients = vec![0.0; k];
    let mut inside = 0.0;
    let mut basis: Vec<(Vec<f64>, f64)> = Vec::new();
    for i in 0..k {
        let mut v = vec![0.0; k];
        v[i] = 1.0;
        for (u, square) in &basis {
            let along = gram.combined_dot(u, i) / square;
            v.iter_mut().zip(u).for_each(|(v, u)| *v -= along * u);
        }
        let square = gram.combined_norm(&v).powi(2);
        if square <= 1e-10 * gram.dot(i, i) {
            continue;
        }
        let along: f64 = v.iter().zip(&products).map(|(v, product)| v * product).sum();
        coefficients.iter_mut().zip(&v).for_each(|(p, v)| *p += along / square * v);
        inside += along * along / square;
        basis.push((v, square));
    }
    let share = if square > 0.0 { (inside / square).sqrt().min(1.0) } else { 0.0 };
    Projection { norm: square.sqrt(), products, coefficients, share }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gram(vectors: &[[f64; 3]]) -> Gram {
        Gram::new(vectors.len(), |i, j| dot(&vectors[i], &vectors[j]))
    }

    fn dot(x: &[f64; 3], y: &[f64; 3]) -> f64 {
        x.iter().zip(y).map(|(x, y)| x * y).sum()
    }

    #[test]
    fn angles_and_conflict() {
        let geometry = geometry(&gram(&[[2.0, 0.0, 0.0], [-1.0, 1.0, 0.0]]));
        assert_eq!(geometry.gram, [[4.0, -2.0], [-2.0, 2.0]]);
        assert_eq!(geometry.norms, [2.0, 2.0_f64.sqrt()]);
        assert!((geometry.cosines[0][1] + 0.5_f64.sqrt()).abs() < 1e-15 && geometry.conflict);
        assert!(!super::geometry(&gram(&[[2.0, 0.0, 0.0], [0.0, 1.0, 0.0]])).conflict);
    }

    #[test]
    fn the_projection_on_a_plane_by_hand() {
        let vectors = [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]];
        // (3, 4, 12) lies over (3, 4, 0) = −1·(1, 0, 0) + 4·(1, 1, 0).
        let change = [3.0, 4.0, 12.0];
        let products = vectors.iter().map(|g| dot(g, &change)).collect();
        let found = projection(&gram(&vectors), 169.0, products);
        assert!((found.coefficients[0] + 1.0).abs() < 1e-12 && (found.coefficients[1] - 4.0).abs() < 1e-12);
        assert!((found.share - 5.0 / 13.0).abs() < 1e-12);
        assert_eq!((found.norm, found.products), (13.0, vec![3.0, 7.0]));
    }

    #[test]
    fn gradients_without_a_direction_of_their_own_are_left_out() {
        let vectors = [[1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]];
        let found = projection(&gram(&vectors), 25.0, vec![3.0, 6.0, 0.0]);
        assert_eq!(found.coefficients, [3.0, 0.0, 0.0]);
        assert!((found.share - 0.6).abs() < 1e-12);
        assert_eq!(projection(&gram(&vectors), 0.0, vec![0.0; 3]).share, 0.0);
    }
}
