//! The limited-memory BFGS method for a smooth convex function (Nocedal & Wright, Numerical Optimization, algorithms 7.4 and
//! 3.1): a quasi-Newton direction from the last few steps, and a step that is halved until the function falls enough.

use std::collections::VecDeque;

/// Steps from which the direction is made.
const MEMORY: usize = 10;

/// Maximum number of steps.
const STEPS: usize = 500;

/// Maximum number of halvings of one step.
const HALVINGS: usize = 25;

/// A step must lower the function by this share of what its slope promises.
const ENOUGH: f64 = 1e-4;

/// The function's rounding error, as a share of its value. Where a step changes no more, only the slope tells whether it leads
/// down (Hager & Zhang 2005, "A New Conjugate Gradient Method with Guaranteed Descent", the approximate Wolfe conditions).
const ROUNDING: f64 = 1e-6;

/// One step: its change of the variables and of the gradient, and 1/(change · change of the gradient).
struct Step {
    moved: Vec<f64>,
    turned: Vec<f64>,
    scale: f64,
}

/// Moves `x` to a minimum of `f`, which returns its value at a point and writes its gradient there. Ends when no derivative is
/// larger than `tolerance`, when rounding leaves nothing to gain, or after 500 steps.
pub fn minimise(x: &mut [f64], tolerance: f64, mut f: impl FnMut(&[f64], &mut [f64]) -> f64) {
    let n = x.len();
    let (mut gradient, mut next_gradient) = (vec![0.0; n], vec![0.0; n]);
    let mut value = f(x, &mut gradient);
    let mut steps: VecDeque<Step> = VecDeque::with_capacity(MEMORY);
    for _ in 0..STEPS {
        if gradient.iter().all(|g| g.abs() <= tolerance) {
            return;
        }
        let direction = direction(&gradient, &steps);
        let slope = dot(&gradient, &direction);
        // Without a past step the direction has the gradient's length, which says nothing about the distance.
        let mut rate = if steps.is_empty() { 1.0 / dot(&gradient, &gradient).sqrt().max(1.0) } else { 1.0 };
        let mut accepted = None;
        for _ in 0..HALVINGS {
            let next: Vec<f64> = x.iter().zip(&direction).map(|(x, d)| x + rate * d).collect();
            let next_value = f(&next, &mut next_gradient);
            let falls = next_value <= value + ENOUGH * rate * slope;
            let next_slope = dot(&next_gradient, &direction);
            if falls || (next_value <= value + ROUNDING * value.abs() && next_slope <= (2.0 * ENOUGH - 1.0) * slope) {
                accepted = Some((next, next_value));
                break;
            }
            rate *= 0.5;
        }
        let Some((next, next_value)) = accepted else { return };
        let moved: Vec<f64> = next.iter().zip(&*x).map(|(next, x)| next - x).collect();
        let turned: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(next, g)| next - g).collect();
        let curvature = dot(&moved, &turned);
        // A convex function curves upwards; where rounding says otherwise, the step teaches nothing.
        if curvature > f64::EPSILON * dot(&turned, &turned) {
            if steps.len() == MEMORY {
                steps.pop_front();
            }
            steps.push_back(Step { moved, turned, scale: 1.0 / curvature });
        }
        x.copy_from_slice(&next);
        value = next_value;
        std::mem::swap(&mut gradient, &mut next_gradient);
    }
}

/// The direction of the next step: minus the gradient, times the inverse of the Hessian as the past `steps` show it.
fn direction(gradient: &[f64], steps: &VecDeque<Step>) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut alphas = Vec::with_capacity(steps.len());
    for Step { moved, turned, scale } in steps.iter().rev() {
        let alpha = scale * dot(moved, &q);
        add(&mut q, -alpha, turned);
        alphas.push(alpha);
    }
    if let Some(Step { turned, scale, .. }) = steps.back() {
        let size = 1.0 / (scale * dot(turned, turned));
        q.iter_mut().for_each(|x| *x *= size);
    }
    for (Step { moved, turned, scale }, alpha) in steps.iter().zip(alphas.into_iter().rev()) {
        let beta = scale * dot(turned, &q);
        add(&mut q, alpha - beta, moved);
    }
    q
}

fn dot(xs: &[f64], ys: &[f64]) -> f64 {
    xs.iter().zip(ys).map(|(x, y)| x * y).sum()
}

/// `xs` += `factor` · `ys`.
fn add(xs: &mut [f64], factor: f64, ys: &[f64]) {
    xs.iter_mut().zip(ys).for_each(|(x, y)| *x += factor * y);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrow_valley_is_followed_to_its_end() {
        // Rosenbrock's function; its minimum is at (1, 1).
        let mut x = [-1.2, 1.0];
        minimise(&mut x, 1e-9, |x, gradient| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            gradient.copy_from_slice(&[-2.0 * a - 400.0 * x[0] * b, 200.0 * b]);
            a * a + 100.0 * b * b
        });
        assert!((x[0] - 1.0).abs() < 1e-6 && (x[1] - 1.0).abs() < 1e-6, "{x:?}");
    }

    #[test]
    fn a_minimum_is_left_as_it_is() {
        let mut x = [2.0];
        minimise(&mut x, 0.0, |x, gradient| {
            gradient[0] = x[0] - 2.0;
            0.5 * gradient[0] * gradient[0]
        });
        assert_eq!(x, [2.0]);
        minimise(&mut [], 0.0, |_, _| 0.0);
    }
}
