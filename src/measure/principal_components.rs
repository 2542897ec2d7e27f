//! The first two principal components of vectors: the leading eigenvectors of their covariance.
//!
//! ```text
//! C = 1/n Σ x·xᵀ − m·mᵀ,  m = 1/n Σ x
//! V (H,2) ← orthonormal(C·V), then turned so that VᵀCV is diagonal
//! ```
//!
//! Orthogonal iteration with a Rayleigh–Ritz step (Golub & Van Loan, Matrix Computations, §8.2). When vectors are added, it
//! starts from the axes before and turns them as little as possible, so that a picture drawn along V neither flips nor swaps
//! its axes. Plain loops in f64: the same bits in every browser.

use crate::Result;
use crate::checkpoint::{Archive, State, state};
use crate::random::Stream;

/// Maximum number of iterations per call; the next call continues from there.
const ITERATIONS: usize = 100;

/// The iteration stops when ‖C·v − λ·v‖ is below this share of the larger λ.
const TOLERANCE: f64 = 1e-6;

/// Running sums for the mean and the covariance of vectors of H numbers.
#[derive(Debug, Default)]
pub(super) struct Covariance {
    n: f64,
    /// Σ x. (H)
    sum: Vec<f64>,
    /// Σ x·xᵀ, the lower triangle row after row.
    products: Vec<f64>,
}

state!(Covariance { n, sum, products });

impl Covariance {
    /// No vector yet; vectors have `h` numbers.
    pub fn new(h: usize) -> Self {
        Self { n: 0.0, sum: vec![0.0; h], products: vec![0.0; h * (h + 1) / 2] }
    }

    /// Adds `vectors` (B,H), row after row.
    pub fn add(&mut self, vectors: &[f32]) {
        let h = self.sum.len();
        let vectors: Vec<f64> = vectors.iter().map(|&x| f64::from(x)).collect();
        let vectors = || vectors.chunks_exact(h);
        self.n += vectors().len() as f64;
        for x in vectors() {
            self.sum.iter_mut().zip(x).for_each(|(sum, x)| *sum += x);
        }
        let mut rest = self.products.as_mut_slice();
        for i in 0..h {
            let (row, below) = rest.split_at_mut(i + 1);
            for x in vectors() {
                row.iter_mut().zip(x).for_each(|(product, xj)| *product += x[i] * xj);
            }
            rest = below;
        }
    }

    fn mean(&self) -> Vec<f64> {
        self.sum.iter().map(|sum| sum / self.n).collect()
    }

    /// C·v for two vectors at once.
    fn times(&self, [v, w]: &[Vec<f64>; 2]) -> [Vec<f64>; 2] {
        let h = self.sum.len();
        let (mut cv, mut cw) = (vec![0.0; h], vec![0.0; h]);
        let mut rest = self.products.as_slice();
        for i in 0..h {
            let (row, below) = rest.split_at(i + 1);
            let (mut sum_v, mut sum_w) = (row[i] * v[i], row[i] * w[i]);
            for j in 0..i {
                sum_v += row[j] * v[j];
                sum_w += row[j] * w[j];
                cv[j] += row[j] * v[i];
                cw[j] += row[j] * w[i];
            }
            cv[i] += sum_v;
            cw[i] += sum_w;
            rest = below;
        }
        let mean = self.mean();
        for (product, vector) in [(&mut cv, v), (&mut cw, w)] {
            let along = dot(&mean, vector);
            product.iter_mut().zip(&mean).for_each(|(x, m)| *x = *x / self.n - m * along);
        }
        [cv, cw]
    }
}

/// Two orthonormal directions. (2)(H)
#[derive(Debug, Default)]
pub(super) struct Axes([Vec<f64>; 2]);

impl State for Axes {
    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        self.0.visit(archive)
    }
}

impl Axes {
    /// The principal axes, the one of larger variance first. The first iteration starts at random axes from `stream`, which
    /// decide the signs.
    pub fn new(covariance: &Covariance, stream: &mut Stream) -> Self {
        let mut draw = || -> Vec<f64> { covariance.sum.iter().map(|_| f64::from(stream.uniform()) - 0.5).collect() };
        let drawn = [draw(), draw()];
        let none = [vec![0.0; covariance.sum.len()], vec![0.0; covariance.sum.len()]];
        let mut axes = Self(orthonormal(drawn, none));
        let [first, second] = axes.follow(covariance);
        if first < second {
            axes.0.swap(0, 1);
        }
        axes
    }

    /// Moves each axis to the nearest principal axis of the vectors so far. Returns the variance along each.
    pub fn follow(&mut self, covariance: &Covariance) -> [f64; 2] {
        let axes = &mut self.0;
        let mut images = covariance.times(axes);
        let mut left = ITERATIONS;
        loop {
            turn(axes, &mut images);
            let variances = [dot(&axes[0], &images[0]), dot(&axes[1], &images[1])];
            let errors = [0, 1].map(|i| {
                let error =
                    axes[i].iter().zip(&images[i]).map(|(v, cv)| (cv - variances[i] * v) * (cv - variances[i] * v));
                error.sum::<f64>().sqrt()
            });
            if left == 0 || errors[0].max(errors[1]) <= TOLERANCE * variances[0].max(variances[1]) {
                return variances;
            }
            left -= 1;
            *axes = orthonormal(images, std::mem::take(axes));
            images = covariance.times(axes);
        }
    }

    /// The coordinates of `vectors` (B,H) along the axes, from the mean of all vectors. (B)(2)
    pub fn project(&self, covariance: &Covariance, vectors: &[f32]) -> Vec<[f32; 2]> {
        let origins = self.0.each_ref().map(|axis| dot(&covariance.mean(), axis));
        let along = |x: &[f32], axis: &[f64]| -> f64 { x.iter().zip(axis).map(|(&x, a)| f64::from(x) * a).sum() };
        let point = |x| [0, 1].map(|i| (along(x, &self.0[i]) - origins[i]) as f32);
        vectors.chunks_exact(covariance.sum.len()).map(point).collect()
    }
}

fn dot(xs: &[f64], ys: &[f64]) -> f64 {
    xs.iter().zip(ys).map(|(x, y)| x * y).sum()
}

/// Rotates two directions in their plane, and their images with them, so that the covariance between them becomes 0: by the
/// smallest such angle, at most 45°.
fn turn(axes: &mut [Vec<f64>; 2], images: &mut [Vec<f64>; 2]) {
    let between = dot(&axes[0], &images[1]);
    if between == 0.0 {
        return;
    }
    let tau = (dot(&axes[1], &images[1]) - dot(&axes[0], &images[0])) / (2.0 * between);
    let t = 1.0_f64.copysign(tau) / (tau.abs() + (1.0 + tau * tau).sqrt());
    let c = 1.0 / (1.0 + t * t).sqrt();
    let s = t * c;
    for [first, second] in [axes, images] {
        for (x, y) in first.iter_mut().zip(second) {
            (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
        }
    }
}

/// Two orthonormal directions in the plane of two vectors, the first along the first. Gram–Schmidt, done twice because of
/// rounding.
/// A vector that is zero or parallel to the first keeps the direction that it had before, made orthogonal.
fn orthonormal([first, second]: [Vec<f64>; 2], [first_before, second_before]: [Vec<f64>; 2]) -> [Vec<f64>; 2] {
    let first = unit(first).unwrap_or(first_before);
    let aside = |mut vector: Vec<f64>| {
        for _ in 0..2 {
            let along = dot(&first, &vector);
            vector.iter_mut().zip(&first).for_each(|(x, f)| *x -= along * f);
        }
        unit(vector)
    };
    let second = aside(second).or_else(|| aside(second_before)).unwrap_or_else(|| vec![0.0; first.len()]);
    [first, second]
}

fn unit(mut vector: Vec<f64>) -> Option<Vec<f64>> {
    let norm = dot(&vector, &vector).sqrt();
    vector.iter_mut().for_each(|x| *x /= norm);
    (norm > 0.0).then_some(vector)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::{Gram, eigen};

    fn stream() -> Stream {
        Stream::new(3, "map")
    }

    fn covariance(h: usize, vectors: &[f32]) -> Covariance {
        let mut covariance = Covariance::new(h);
        covariance.add(vectors);
        covariance
    }

    /// Points of an ellipse with half axes 3 and 1 in the plane of (2,1,2)/3 and (−2,2,1)/3 about (5,5,5), turned by `angle`.
    fn ellipse(angle: f64) -> Vec<f32> {
        let (c, s) = (angle.cos(), angle.sin());
        let point = |i: i32| {
            let t = f64::from(i) * std::f64::consts::TAU / 40.0;
            let (x, y) = (3.0 * t.cos(), t.sin());
            let (x, y) = ((c * x - s * y) / 3.0, (s * x + c * y) / 3.0);
            [5.0 + 2.0 * x - 2.0 * y, 5.0 + x + 2.0 * y, 5.0 + 2.0 * x + y].map(|x| x as f32)
        };
        (0..40).flat_map(point).collect()
    }

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!((found - expected).abs() < tolerance, "{found}, expected {expected}");
    }

    #[test]
    fn the_axes_of_an_ellipse() {
        let vectors = ellipse(0.0);
        let covariance = covariance(3, &vectors);
        let mut axes = Axes::new(&covariance, &mut stream());
        let [first, second] = axes.follow(&covariance);
        close(first, 4.5, 1e-5);
        close(second, 0.5, 1e-5);
        close(dot(&axes.0[0], &[2.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0]).abs(), 1.0, 1e-10);
        close(dot(&axes.0[1], &[-2.0 / 3.0, 2.0 / 3.0, 1.0 / 3.0]).abs(), 1.0, 1e-10);
        for (i, point) in axes.project(&covariance, &vectors).into_iter().enumerate() {
            let t = i as f64 * std::f64::consts::TAU / 40.0;
            close(f64::from(point[0].abs()), (3.0 * t.cos()).abs(), 1e-5);
            close(f64::from(point[1].abs()), t.sin().abs(), 1e-5);
        }
    }

    #[test]
    fn as_jacobi_finds_them() {
        let (h, n) = (9, 50);
        let mut draws = Stream::new(7, "init");
        let vectors: Vec<f32> = (0..n * h).map(|i| draws.uniform() * [9.0, 1.0, 6.0][i % 3] + (i % h) as f32).collect();
        let mean = |j: usize| vectors.chunks_exact(h).map(|x| f64::from(x[j])).sum::<f64>() / n as f64;
        let gram = Gram::new(h, |i, j| {
            let products = vectors.chunks_exact(h).map(|x| (f64::from(x[i]) - mean(i)) * (f64::from(x[j]) - mean(j)));
            products.sum::<f64>() / n as f64
        });
        let mut expected = eigen(&gram);
        expected.sort_by(|a, b| b.0.total_cmp(&a.0));
        let covariance = covariance(h, &vectors);
        let mut axes = Axes::new(&covariance, &mut stream());
        let variances = axes.follow(&covariance);
        for i in 0..2 {
            close(variances[i], expected[i].0, 1e-5 * expected[0].0);
            close(dot(&axes.0[i], &expected[i].1).abs(), 1.0, 1e-5);
        }
    }

    #[test]
    fn axes_follow_without_flips_or_swaps() {
        let mut axes = Axes::new(&covariance(3, &ellipse(0.0)), &mut stream());
        let first = axes.0.clone();
        for step in 1..=40 {
            let before = axes.0.clone();
            let angle = f64::from(step) * std::f64::consts::TAU / 40.0;
            let covariance = covariance(3, &ellipse(angle));
            let variances = axes.follow(&covariance);
            assert!(variances[0] > variances[1], "the first axis stays the longer one");
            for (now, before) in axes.0.iter().zip(&before) {
                close(dot(now, before), (std::f64::consts::TAU / 40.0).cos(), 1e-6);
            }
        }
        // Once round.
        close(dot(&axes.0[0], &first[0]), 1.0, 1e-6);
        close(dot(&axes.0[1], &first[1]), 1.0, 1e-6);
    }

    #[test]
    fn what_varies_in_fewer_directions_has_a_flat_picture() {
        for vectors in [vec![0.0; 12], vec![1.5; 12], vec![1.0, 2.0, 3.0]] {
            let covariance = covariance(3, &vectors);
            let axes = Axes::new(&covariance, &mut stream());
            for point in axes.project(&covariance, &vectors) {
                assert!(point.iter().all(|x| x.abs() < 1e-6), "{point:?}");
            }
        }
        let line = [0.0, 0.0, 0.0, 2.0, 1.0, 2.0, 4.0, 2.0, 4.0];
        let pooled_line = covariance(3, &line);
        let points = Axes::new(&pooled_line, &mut stream()).project(&pooled_line, &line);
        assert!(points.iter().all(|point| point[1].abs() < 1e-6), "{points:?}");
        close(f64::from(points[2][0] - points[0][0]).abs(), 6.0, 1e-5);
        // A plane cannot be found in one dimension.
        let pooled_number = covariance(1, &[1.0, 2.0, 3.0]);
        let points = Axes::new(&pooled_number, &mut stream()).project(&pooled_number, &[1.0, 2.0, 3.0]);
        assert!(points.iter().all(|point| point[1] == 0.0) && points[1][0] == 0.0 && points[0][0].abs() == 1.0);
    }
}
