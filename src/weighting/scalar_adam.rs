//! Kingma & Ba 2015, "Adam: a method for stochastic optimization", for one number. Some methods train their
//! weights with it.
//!
//! ```text
//! m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,  x ← x − rate·(m/(1 − β₁ᵗ))/(√(v/(1 − β₂ᵗ)) + ε)
//! ```
//!
//! β = (0.9, 0.999), ε = 1e-8, as `torch.optim.Adam`. Each number counts its own steps t: a step in which its task
//! takes no part does not change it.

use crate::checkpoint::state;

/// Adam's state for one number: the moments m and v and the step count t.
#[derive(Debug, Clone, Default)]
pub(super) struct ScalarAdam {
    mean: f64,
    square: f64,
    steps: i32,
}

state!(ScalarAdam { mean, square, steps });

impl ScalarAdam {
    /// Moves `x` one step of about `rate` against `gradient`.
    pub fn step(&mut self, x: &mut f64, gradient: f64, rate: f64) {
        let (beta1, beta2) = (0.9, 0.999);
        self.steps = self.steps.saturating_add(1);
        self.mean = beta1 * self.mean + (1.0 - beta1) * gradient;
        self.square = beta2 * self.square + (1.0 - beta2) * gradient * gradient;
        let mean = self.mean / (1.0 - libm::pow(beta1, f64::from(self.steps)));
        let square = self.square / (1.0 - libm::pow(beta2, f64::from(self.steps)));
        *x -= rate * mean / (square.sqrt() + 1e-8);
    }
}

#[cfg(test)]
mod tests {
    use super::ScalarAdam;

    #[test]
    fn two_steps_by_hand() {
        let (mut adam, mut x) = (ScalarAdam::default(), 1.0);
        // The first step is ±rate whatever the gradient's size.
        adam.step(&mut x, -250.0, 0.1);
        assert!((x - 1.1).abs() < 1e-10, "{x}");
        // m = 0.9·(−25) + 0.1·100 = −12.5, over 1 − 0.81; v = 0.999·62.5 + 0.001·1e4 = 72.4375, over 1 − 0.998001.
        adam.step(&mut x, 100.0, 0.1);
        let expected = 1.1 + 0.1 * (12.5 / 0.19) / (72.4375_f64 / 0.001_999).sqrt();
        assert!((x - expected).abs() < 1e-10, "{x} against {expected}");
    }
}
