//! Multi-head self-attention on packed sentences: each sentence attends to exactly its own tokens.
//!
//! ```text
//! q, k, v (N,H), head a of sentence b: Q, K, V (T,D)
//! P (T,T) = softmax(Q·Kᵀ/√D),  O (T,D) = P·V → o (N,H)
//! dV = Pᵀ·dO,  dP = dO·Vᵀ,  dS = P∘(dP − rowsum(P∘dP)),  dQ = dS·K/√D,  dK = dSᵀ·Q/√D
//! ```
//!
//! (Vaswani et al. 2017.) With dropout, P above is P∘mask where it multiplies V. No padding exists on the CPU; the
//! fallback pads inside itself and hides the padding from the softmax.

use std::ops::Range;
use std::sync::Arc;

use candle_core::{D, Tensor};

use super::kernel::{exp, largest, sum, sum_pairs, vectorised};
use super::matmul::matmul;
use super::matrix::{Strides, WriteMode};
use crate::Result;
use crate::compute::{Cpu, each_item};

/// The offsets of a batch's sentences: sentence b is rows `offsets[b]..offsets[b+1]`. (B+1)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ragged(Arc<[usize]>);

impl Ragged {
    /// Sentences of these lengths, end to end.
    pub fn from_lengths(lengths: impl IntoIterator<Item = usize>) -> Self {
        let mut end = 0;
        let ends = lengths.into_iter().map(|length| {
            end += length;
            end
        });
        Self(std::iter::once(0).chain(ends).collect())
    }

    /// B, the number of sentences.
    pub fn sentences(&self) -> usize {
        self.0.len() - 1
    }

    /// N, the number of tokens.
    pub fn tokens(&self) -> usize {
        self.0[self.sentences()]
    }

    /// Each sentence's rows.
    pub fn ranges(&self) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
        self.0.windows(2).map(|pair| pair[0]..pair[1])
    }

    /// The first `sentences` of them.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn first(&self, sentences: usize) -> Self {
        Self(self.0[..=sentences].into())
    }

    /// A·ΣT², the number of attention probabilities: sentence by sentence, head by head, row by row.
    pub fn probabilities(&self, heads: usize) -> usize {
        self.ranges().map(|r| heads * r.len() * r.len()).sum()
    }
}

/// The settings of one call: the sentences, the number of heads, and the dropout.
#[derive(Debug, Clone, Copy)]
pub struct Attention<'a> {
    /// The sentences' rows.
    pub sentences: &'a Ragged,
    /// A
    pub heads: usize,
    /// Dropout factors on the probabilities, [`Ragged::probabilities`] of them.
    pub mask: Option<&'a [f32]>,
}

pub(super) fn composed(q: &Tensor, k: &Tensor, v: &Tensor, attention: &Attention) -> Result<Tensor> {
    let &Attention { sentences, heads, mask } = attention;
    let device = q.device();
    let (n, h) = q.dims2()?;
    let b = sentences.sentences();
    let t = sentences.ranges().map(|r| r.len()).max().unwrap_or(0);
    let d = h / heads;
    // Row `n` of the extended tensors is the padding.
    let mut gather = vec![n as u32; b * t];
    let mut hidden = vec![f32::NEG_INFINITY; b * t];
    let mut scatter = Vec::with_capacity(n);
    let mut dropout = vec![1.0; b * heads * t * t];
    let mut read = 0;
    for (s, range) in sentences.ranges().enumerate() {
        let length = range.len();
        for (i, row) in range.enumerate() {
            gather[s * t + i] = row as u32;
            hidden[s * t + i] = 0.0;
            scatter.push((s * t + i) as u32);
        }
        if let Some(mask) = mask {
            for a in 0..heads {
                for i in 0..length {
                    let to = ((s * heads + a) * t + i) * t;
                    dropout[to..to + length].copy_from_slice(&mask[read..read + length]);
                    read += length;
                }
            }
        }
    }
    let gather = Tensor::new(gather, device)?;
    let padded = |xs: &Tensor| -> Result<Tensor> {
        Ok(xs
            .pad_with_zeros(0, 0, 1)?
            .index_select(&gather, 0)?
            .reshape((b, t, heads, d))?
            .transpose(1, 2)?
            .contiguous()?)
    };
    let (q, k, v) = (padded(q)?, padded(k)?, padded(v)?);
    let scores = (q.matmul(&k.t()?)? * (1.0 / (d as f64).sqrt()))?;
    let scores = scores.broadcast_add(&Tensor::from_vec(hidden, (b, 1, 1, t), device)?)?;
    let mut probabilities = candle_nn::ops::softmax(&scores, D::Minus1)?;
    if mask.is_some() {
        probabilities = (probabilities * Tensor::from_vec(dropout, (b, heads, t, t), device)?)?;
    }
    Ok(probabilities
        .matmul(&v)?
        .transpose(1, 2)?
        .reshape((b * t, h))?
        .index_select(&Tensor::new(scatter, device)?, 0)?)
}

/// One head of one sentence.
struct Head {
    /// T
    t: usize,
    /// Its first number, counted from the first one of this thread's sentences.
    here: usize,
    /// Its first number, counted from the batch's first one.
    start: usize,
    /// The places of its probabilities, counted in the same two ways.
    probabilities_here: Range<usize>,
    probabilities: Range<usize>,
}

impl Attention<'_> {
    /// The first number of each sentence among those of all rows of `h`, and its first probability. (B+1)
    fn starts(&self, h: usize) -> Vec<[usize; 2]> {
        let mut at = [0, 0];
        let mut starts = vec![at];
        for range in self.sentences.ranges() {
            at[0] += range.len() * h;
            at[1] += self.heads * range.len() * range.len();
            starts.push(at);
        }
        starts
    }

    /// Every head of the sentences `range`.
    fn heads<'a>(&'a self, range: Range<usize>, starts: &'a [[usize; 2]], h: usize) -> impl Iterator<Item = Head> + 'a {
        let [first, first_probability] = starts[range.start];
        range.flat_map(move |sentence| {
            let [start, probability] = starts[sentence];
            let t = (starts[sentence + 1][0] - start) / h;
            (0..self.heads).map(move |head| {
                let probability = probability + head * t * t;
                let start = start + head * (h / self.heads);
                Head {
                    t,
                    here: start - first,
                    start,
                    probabilities_here: probability - first_probability..probability - first_probability + t * t,
                    probabilities: probability..probability + t * t,
                }
            })
        })
    }

    /// The probabilities as they multiply V.
    fn dropped<'a>(&self, p: &'a [f32], at: Range<usize>) -> std::borrow::Cow<'a, [f32]> {
        match &self.mask {
            None => p.into(),
            Some(mask) => p.iter().zip(&mask[at]).map(|(p, m)| p * m).collect(),
        }
    }

    /// `os` (N,H) ← attention of `q`, `k`, `v` (N,H) each; the probabilities before dropout go to `probabilities`, which has
    /// [`Ragged::probabilities`] numbers.
    ///
    /// # Panics
    ///
    /// If a slice is too short.
    pub fn forward(&self, cpu: Cpu, [q, k, v]: [&[f32]; 3], probabilities: &mut [f32], os: &mut [f32]) {
        let h = os.len() / self.sentences.tokens().max(1);
        let (starts, rows) = (self.starts(h), Strides::rows);
        let d = h / self.heads;
        let scale = 1.0 / (d as f32).sqrt();
        let cost = os.len() + probabilities.len() * d;
        let (wide, over) = (rows(h), WriteMode::Overwrite);
        each_item(cpu, self.sentences.sentences(), cost, [os, probabilities], &|s| starts[s], &|range, [os, ps]| {
            for Head { t, here, start, probabilities_here, probabilities } in self.heads(range, &starts, h) {
                let p = &mut ps[probabilities_here];
                matmul(
                    cpu,
                    (t, t, d),
                    (p, rows(t)),
                    over,
                    (&q[start..], wide),
                    (&k[start..], wide.transposed()),
                    scale,
                );
                softmax_in_place(p, t);
                let p = self.dropped(p, probabilities);
                matmul(cpu, (t, d, t), (&mut os[here..], wide), over, (&p, rows(t)), (&v[start..], wide), 1.0);
            }
        });
    }

    /// `dqkv` ← the gradients of q, k and v, (N,H) each, for the gradient `dos` (N,H) of the output.
    ///
    /// # Panics
    ///
    /// If a slice is too short.
    pub fn backward(
        &self,
        cpu: Cpu,
        [q, k, v]: [&[f32]; 3],
        probabilities: &[f32],
        dos: &[f32],
        dqkv: [&mut [f32]; 3],
    ) {
        let h = dos.len() / self.sentences.tokens().max(1);
        let (starts, rows) = (self.starts(h), Strides::rows);
        let d = h / self.heads;
        let scale = 1.0 / (d as f32).sqrt();
        let cost = dos.len() + probabilities.len() * d;
        let (wide, over) = (rows(h), WriteMode::Overwrite);
        each_item(cpu, self.sentences.sentences(), cost, dqkv, &|s| [starts[s][0]; 3], &|range, [dq, dk, dv]| {
            let mut ds = Vec::new();
            for Head { t, here, start, probabilities: at, .. } in self.heads(range, &starts, h) {
                let p = &probabilities[at.clone()];
                let columns = rows(t).transposed();
                let (dq, dk, dv) = (&mut dq[here..], &mut dk[here..], &mut dv[here..]);
                let dos = &dos[start..];
                let dropped = self.dropped(p, at.clone());
                matmul(cpu, (t, d, t), (dv, wide), over, (&dropped, columns), (dos, wide), 1.0);
                ds.resize(t * t, 0.0);
                matmul(cpu, (t, t, d), (&mut ds, rows(t)), over, (dos, wide), (&v[start..], wide.transposed()), 1.0);
                if let Some(mask) = &self.mask {
                    ds.iter_mut().zip(&mask[at]).for_each(|(dp, m)| *dp *= m);
                }
                softmax_gradient_in_place(&mut ds, p, t);
                matmul(cpu, (t, d, t), (dq, wide), over, (&ds, rows(t)), (&k[start..], wide), scale);
                matmul(cpu, (t, d, t), (dk, wide), over, (&ds, columns), (&q[start..], wide), scale);
            }
        });
    }
}

/// Replaces each row of `scores` (T,T) by its softmax.
fn softmax_in_place(scores: &mut [f32], t: usize) {
    vectorised(
        #[inline(always)]
        || {
            for row in scores.chunks_exact_mut(t) {
                let most = largest(row);
                for x in row.iter_mut() {
                    *x = exp(*x - most);
                }
                let scale = 1.0 / sum(row);
                for x in row.iter_mut() {
                    *x *= scale;
                }
            }
        },
    );
}

/// Replaces each row of dP (T,T) by that of dS.
fn softmax_gradient_in_place(gradient: &mut [f32], probabilities: &[f32], t: usize) {
    vectorised(
        #[inline(always)]
        || {
            for (dp, p) in gradient.chunks_exact_mut(t).zip(probabilities.chunks_exact(t)) {
                let dot = sum_pairs(p, dp, |p, dp| p * dp);
                for (dp, p) in dp.iter_mut().zip(p) {
                    *dp = p * (*dp - dot);
                }
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Differentiable, agrees, numbers, variable};
    use super::*;
    use crate::compute::Context;

    #[test]
    fn kernel_and_fallback_agree_with_and_without_dropout() -> Result<()> {
        let sentences = Ragged::from_lengths([3, 1, 20, 5]);
        let shape = (sentences.tokens(), 12);
        let (q, k, v) = (variable(1, shape)?, variable(2, shape)?, variable(3, shape)?);
        let mask: Vec<f32> =
            numbers(4, sentences.probabilities(3)).iter().map(|x| if *x < -0.5 { 0.0 } else { 1.25 }).collect();
        let cpu = Context::default().cpu();
        for mask in [None, Some(mask)] {
            let owned = (sentences.clone(), mask.clone());
            let forward = move |qkv: [&[f32]; 3]| {
                let (sentences, mask) = &owned;
                let mut probabilities = vec![0.0; sentences.probabilities(3)];
                let mut os = vec![0.0; qkv[0].len()];
                let attention = Attention { sentences, heads: 3, mask: mask.as_deref() };
                attention.forward(cpu, qkv, &mut probabilities, &mut os);
                (os, probabilities)
            };
            let owned = (sentences.clone(), mask.clone());
            let backward = move |probabilities: &Vec<f32>, qkv: [&[f32]; 3], dos: &[f32]| {
                let (sentences, mask) = &owned;
                let mut gradients = [(); 3].map(|()| vec![0.0; dos.len()]);
                let attention = Attention { sentences, heads: 3, mask: mask.as_deref() };
                attention.backward(cpu, qkv, probabilities, dos, gradients.each_mut().map(Vec::as_mut_slice));
                gradients
            };
            let kernel = Differentiable::new(forward, backward);
            let attention = Attention { sentences: &sentences, heads: 3, mask: mask.as_deref() };
            agrees(&[&q, &k, &v], &[], || kernel.apply([&q, &k, &v]), || composed(&q, &k, &v, &attention))?;
        }
        Ok(())
    }

    #[test]
    fn huge_scores_give_finite_probabilities() {
        let sentences = Ragged::from_lengths([4]);
        let q: Vec<f32> = numbers(1, 32).iter().map(|x| x * 1e4).collect();
        let (mut probabilities, mut os) = (vec![0.0; 32], vec![0.0; 32]);
        let attention = Attention { sentences: &sentences, heads: 2, mask: None };
        attention.forward(Context::default().cpu(), [&q, &q, &q], &mut probabilities, &mut os);
        assert!(os.iter().all(|o| o.is_finite()));
    }
}
