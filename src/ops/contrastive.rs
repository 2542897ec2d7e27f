//! The supervised contrastive loss (Khosla et al. 2020, equation 2, "L_out"), with Candle's differentiable operations: its
//! tensors are (B,B), small beside the encoder's.
//!
//! ```text
//! z_i = e_i/‖e_i‖,   s_ij = z_i·z_j/τ,   P(i) = the other sentences with i's label
//! L = mean over i with P(i) not empty of   −1/|P(i)| Σ_{p∈P(i)} log( exp(s_ip) / Σ_{a≠i} exp(s_ia) )
//! ```

use candle_core::{D, Tensor};

use super::IGNORE;
use crate::Result;

/// Added to a sentence's similarity to itself, so that its share is 0.
const SELF: f32 = -1e9;

/// The loss of the sentence vectors `embeddings` (B,H) with one label each, −100 for none (B); `None` if no two sentences
/// share a label.
///
/// # Errors
///
/// If a tensor operation fails.
///
/// # Panics
///
/// If there is not one label for each sentence.
pub fn contrastive_loss(embeddings: &Tensor, labels: &[i64], temperature: f64) -> Result<Option<Tensor>> {
    assert_eq!(embeddings.dim(0)?, labels.len(), "one label a sentence");
    let rows: Vec<usize> = (0..labels.len()).filter(|&row| labels[row] != IGNORE).collect();
    let b = rows.len();
    let same = |i: usize, j: usize| i != j && labels[rows[i]] == labels[rows[j]];
    let partners: Vec<usize> = (0..b).map(|i| (0..b).filter(|&j| same(i, j)).count()).collect();
    let anchors = partners.iter().filter(|&&n| n > 0).count();
    if anchors == 0 {
        return Ok(None);
    }
    // Each pair's share of the loss: 1/(anchors · |P(i)|).
    let share = |i: usize, j: usize| if same(i, j) { 1.0 / (anchors * partners[i]) as f32 } else { 0.0 };
    let shares: Vec<f32> = (0..b * b).map(|at| share(at / b, at % b)).collect();
    let myself: Vec<f32> = (0..b * b).map(|at| if at / b == at % b { SELF } else { 0.0 }).collect();

    let device = embeddings.device();
    let chosen = Tensor::from_vec(rows.iter().map(|&row| row as u32).collect::<Vec<u32>>(), b, device)?;
    let xs = embeddings.index_select(&chosen, 0)?;
    let lengths = (xs.sqr()?.sum_keepdim(D::Minus1)? + 1e-12)?.sqrt()?;
    let zs = xs.broadcast_div(&lengths)?;
    let similarities = (zs.matmul(&zs.t()?)? / temperature)?;
    let similarities = (similarities + Tensor::from_vec(myself, (b, b), device)?)?;
    // The largest similarity is taken off for the exponentials' sake alone; it cancels, and so does its gradient.
    let shifted = similarities.broadcast_sub(&similarities.detach().max_keepdim(D::Minus1)?)?;
    let logs = shifted.broadcast_sub(&shifted.exp()?.sum_keepdim(D::Minus1)?.log()?)?;
    Ok(Some((logs * Tensor::from_vec(shares, (b, b), device)?)?.sum_all()?.neg()?))
}
