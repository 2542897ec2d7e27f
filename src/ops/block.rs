//! One block of the encoder, forward and backward as one operation, as Hugging Face's `BertLayer` computes it.
//!
//! ```text
//! x, y (N,H):  u = LayerNorm(x + O(attention(Q x, K x, V x))),  y = LayerNorm(u + W₂ act(W₁ u))
//! ```
//!
//! A graph of separate operations would allocate, clear and add a gradient for each arrow of this picture. Here the
//! backward walks the same steps in reverse, every gradient is computed where it is needed, and the activations between x
//! and y are in buffers that the next step uses again.

use std::sync::{Arc, OnceLock};

use candle_core::{CpuStorage, CustomOp2, Layout, Shape, Tensor};

use super::activation::{self, Activation, activate, multiply};
use super::attention::{self, Attention, Ragged};
use super::kernel::{f32s, on_cpu, read};
use super::layer_norm::{LayerNorm, Normalised};
use super::linear::Linear;
use super::matrix::WriteMode;
use super::passes::Passes;
use crate::Result;
use crate::compute::{Buffer, Context};

/// The parameters of a block, named as in the equation: Q, K, V and O are (H,H), W₁ (F,H), W₂ (H,F).
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Block {
    pub query: Linear,
    pub key: Linear,
    pub value: Linear,
    pub output: Linear,
    pub attention_norm: LayerNorm,
    pub up: Linear,
    pub down: Linear,
    pub output_norm: LayerNorm,
    /// A; H is a multiple of it.
    pub heads: usize,
    pub activation: Activation,
    /// Counts the backward passes that have added their gradients to the parameters.
    pub passes: Passes,
}

/// Dropout factors of one pass through a block: 0 where dropped, 1/(1−p) where kept.
#[derive(Debug, Clone)]
pub struct Masks {
    /// On the attention probabilities, [`Ragged::probabilities`] of them.
    pub probabilities: Vec<f32>,
    /// On the attention's output, before it is added to x. (N,H)
    pub attended: Vec<f32>,
    /// On the output of the two linear maps, before it is added to u. (N,H)
    pub output: Vec<f32>,
}

/// The part of a forward pass that a block keeps for the backward pass.
#[derive(Debug)]
pub enum Keep {
    /// Nothing: there is no backward pass.
    Nothing,
    /// The activations, of a forward pass with this dropout.
    Activations(Option<Masks>),
}

impl Block {
    /// `xs` (N,H) → (N,H).
    ///
    /// # Errors
    ///
    /// If `xs` does not fit the parameters or the sentences.
    pub fn forward(self: &Arc<Self>, xs: &Tensor, sentences: &Ragged, keep: Keep, context: &Context) -> Result<Tensor> {
        if !on_cpu(xs) {
            let masks = if let Keep::Activations(masks) = keep { masks } else { None };
            return self.composed(xs, sentences, masks.as_ref());
        }
        let keeps = matches!(keep, Keep::Activations(_));
        let op = BlockOp {
            block: self.clone(),
            sentences: sentences.clone(),
            keep,
            context: context.clone(),
            saved: OnceLock::new(),
        };
        // A trainable weight ties the operation into the graph even where x itself has no gradient.
        let anchor = self.query.weight.value();
        let anchor = if keeps { anchor.clone() } else { anchor.detach() };
        Ok(xs.contiguous()?.apply_op2(&anchor, op)?)
    }

    pub(super) fn composed(&self, xs: &Tensor, sentences: &Ragged, masks: Option<&Masks>) -> Result<Tensor> {
        let dropped = |xs: Tensor, mask: fn(&Masks) -> &Vec<f32>| -> Result<Tensor> {
            let Some(masks) = masks else { return Ok(xs) };
            Ok((&xs * Tensor::from_vec(mask(masks).clone(), xs.shape(), xs.device())?)?)
        };
        let attention =
            Attention { sentences, heads: self.heads, mask: masks.map(|masks| masks.probabilities.as_slice()) };
        let [q, k, v] = [self.query.composed(xs)?, self.key.composed(xs)?, self.value.composed(xs)?];
        let attended = self.output.composed(&attention::composed(&q, &k, &v, &attention)?)?;
        let us = self.attention_norm.composed(&dropped(attended, |masks| &masks.attended)?, Some(xs))?;
        let ys = activation::composed(&self.up.composed(&us)?, self.activation)?;
        self.output_norm.composed(&dropped(self.down.composed(&ys)?, |masks| &masks.output)?, Some(&us))
    }
}

struct BlockOp {
    block: Arc<Block>,
    sentences: Ragged,
    keep: Keep,
    context: Context,
    /// Set by the forward, for the backward.
    saved: OnceLock<BlockActivations>,
}

/// The activations that the gradients need.
#[derive(Debug)]
struct BlockActivations {
    /// Q x, K x, V x (N,H)
    qkv: [Buffer; 3],
    probabilities: Buffer,
    /// attention(…) (N,H)
    attended: Buffer,
    attention_norm: Normalised,
    /// u (N,H)
    us: Buffer,
    /// act(W₁ u) and act′(W₁ u) (N,F)
    activated: Buffer,
    slopes: Buffer,
    output_norm: Normalised,
}

impl BlockOp {
    fn masks(&self) -> Option<&Masks> {
        match &self.keep {
            Keep::Activations(masks) => masks.as_ref(),
            Keep::Nothing => None,
        }
    }

    fn attention(&self) -> Attention<'_> {
        let mask = self.masks().map(|masks| masks.probabilities.as_slice());
        Attention { sentences: &self.sentences, heads: self.block.heads, mask }
    }

    /// `ys` (N,H) ← the block's output for `xs` (N,H).
    fn forward(&self, xs: &[f32], ys: &mut [f32]) -> candle_core::Result<BlockActivations> {
        let Block { query, key, value, output, attention_norm, up, down, output_norm, heads, activation, .. } =
            &*self.block;
        let (cpu, take) = (self.context.cpu(), |len| self.context.buffer(len));
        let n = self.sentences.tokens();

        let mut qkv = [take(xs.len()), take(xs.len()), take(xs.len())];
        for (linear, ys) in [query, key, value].into_iter().zip(&mut qkv) {
            linear.apply(cpu, xs, ys)?;
        }
        let mut probabilities = take(self.sentences.probabilities(*heads));
        let mut attended = take(xs.len());
        self.attention().forward(cpu, qkv.each_ref().map(|xs| &**xs), &mut probabilities, &mut attended);

        let mut added = take(xs.len());
        output.apply(cpu, &attended, &mut added)?;
        if let Some(masks) = self.masks() {
            multiply(cpu, &mut added, &masks.attended);
        }
        let mut us = take(xs.len());
        let attention_norm = attention_norm.apply(added, Some(xs), &mut us, &self.context)?;

        let f = up.bias.value().elem_count();
        let (mut activated, mut slopes) = (take(n * f), take(n * f));
        up.apply(cpu, &us, &mut activated)?;
        activate(cpu, *activation, &mut activated, &mut slopes);
        let mut added = take(xs.len());
        down.apply(cpu, &activated, &mut added)?;
        if let Some(masks) = self.masks() {
            multiply(cpu, &mut added, &masks.output);
        }
        let output_norm = output_norm.apply(added, Some(&us), ys, &self.context)?;
        Ok(BlockActivations { qkv, probabilities, attended, attention_norm, us, activated, slopes, output_norm })
    }

    /// Accumulates the parameters' gradients; `dxs` (N,H) ← the gradient of x if it is `wanted`,
    /// else only the part of it that comes by the residual.
    fn backward(
        &self,
        saved: &BlockActivations,
        xs: &[f32],
        dys: &[f32],
        dxs: &mut [f32],
        wanted: bool,
    ) -> candle_core::Result<()> {
        let Block { query, key, value, output, attention_norm, up, down, output_norm, .. } = &*self.block;
        let BlockActivations { qkv, probabilities, attended, us, activated, slopes, .. } = saved;
        let (cpu, take) = (self.context.cpu(), |len| self.context.buffer(len));

        // y = LayerNorm(u + dropped(W₂ act(W₁ u)))
        let mut dus = take(xs.len());
        output_norm.backward(cpu, dys, &saved.output_norm, &mut dus)?;
        let mut dactivated = take(activated.len());
        {
            // This buffer must go back to the workspace before one of the same length is taken below.
            let dadded = self.dropped(&dus, |masks| &masks.output);
            let dadded: &[f32] = dadded.as_deref().unwrap_or(&dus);
            down.accumulate(cpu, activated, dadded)?;
            down.input_gradient(cpu, dadded, &mut dactivated, WriteMode::Overwrite)?;
        }
        multiply(cpu, &mut dactivated, slopes);
        up.accumulate(cpu, us, &dactivated)?;
        up.input_gradient(cpu, &dactivated, &mut dus, WriteMode::Add)?;
        drop(dactivated);

        // u = LayerNorm(x + dropped(O(attention)))
        attention_norm.backward(cpu, &dus, &saved.attention_norm, dxs)?;
        let dadded = self.dropped(dxs, |masks| &masks.attended);
        let dadded: &[f32] = dadded.as_deref().unwrap_or(dxs);
        output.accumulate(cpu, attended, dadded)?;
        let mut dattended = dus;
        output.input_gradient(cpu, dadded, &mut dattended, WriteMode::Overwrite)?;

        // One buffer for all three, so that it can be the one that `dactivated` had; three small requests would not get it.
        let mut dqkv = take(3 * xs.len());
        let (dquery, dkey_value) = dqkv.split_at_mut(xs.len());
        let (dkey, dvalue) = dkey_value.split_at_mut(xs.len());
        let mut dqkv = [dquery, dkey, dvalue];
        let gradients = dqkv.each_mut().map(|gradient| &mut **gradient);
        self.attention().backward(cpu, qkv.each_ref().map(|xs| &**xs), probabilities, &dattended, gradients);
        for (linear, gradient) in [query, key, value].into_iter().zip(&dqkv) {
            linear.accumulate(cpu, xs, gradient)?;
            if wanted {
                linear.input_gradient(cpu, gradient, dxs, WriteMode::Add)?;
            }
        }
        Ok(())
    }

    /// `gradient` times the dropout mask of the forward pass; `None` if there was no dropout.
    fn dropped(&self, gradient: &[f32], mask: fn(&Masks) -> &Vec<f32>) -> Option<Buffer> {
        let masks = self.masks()?;
        let mut dropped = self.context.buffer(gradient.len());
        dropped.copy_from_slice(gradient);
        multiply(self.context.cpu(), &mut dropped, mask(masks));
        Some(dropped)
    }
}

impl CustomOp2 for BlockOp {
    fn name(&self) -> &'static str {
        "block"
    }

    fn cpu_fwd(
        &self,
        xs: &CpuStorage,
        layout: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let xs = f32s(xs, layout)?;
        let mut ys = vec![0.0; xs.len()];
        let saved = self.forward(xs, &mut ys)?;
        if matches!(self.keep, Keep::Activations(_)) {
            // Set once: an operation is in one graph and runs forward once.
            let _ = self.saved.set(saved);
        }
        Ok((CpuStorage::F32(ys), layout.shape().clone()))
    }

    fn bwd(
        &self,
        xs: &Tensor,
        _: &Tensor,
        _ys: &Tensor,
        dys: &Tensor,
    ) -> candle_core::Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(saved) = self.saved.get() else {
            candle_core::bail!("block: backward without activations kept by a forward");
        };
        let wanted = xs.track_op();
        let mut dxs = vec![0.0; xs.elem_count()];
        self.backward(saved, &read(xs)?, &read(&dys.contiguous()?)?, &mut dxs, wanted)?;
        self.block.passes.add();
        Ok((wanted.then(|| Tensor::from_vec(dxs, xs.shape(), xs.device())).transpose()?, None))
    }
}

#[cfg(test)]
mod tests {
    use super::super::matmul::tests::recorded;
    use super::super::testing::{ROLE, agrees, numbers, parameter, variable};
    use super::*;
    use crate::compute::Arithmetic;
    use crate::ops::Parameter;

    fn block(h: usize, f: usize, heads: usize, activation: Activation) -> Result<Block> {
        let mut seed = 0;
        // Small weights, so that the softmax is not saturated and differences over a finite step are near derivatives.
        let mut small = |name: &str, shape: &[usize]| -> Result<Arc<Parameter>> {
            seed += 1;
            let values = numbers(seed, shape.iter().product()).iter().map(|x| x * 0.3).collect();
            Ok(Arc::new(Parameter::trainable(name, ROLE, values, shape, &candle_core::Device::Cpu)?))
        };
        let mut linear = |o: usize, i: usize| -> Result<Linear> {
            Ok(Linear { weight: small("w", &[o, i])?, bias: small("b", &[o])? })
        };
        let norm = |seed| -> Result<LayerNorm> {
            let (weight, bias) = (Arc::new(parameter(seed, "w", h)?), Arc::new(parameter(seed + 1, "b", h)?));
            Ok(LayerNorm { weight, bias, eps: 1e-12 })
        };
        Ok(Block {
            query: linear(h, h)?,
            key: linear(h, h)?,
            value: linear(h, h)?,
            output: linear(h, h)?,
            attention_norm: norm(100)?,
            up: linear(f, h)?,
            down: linear(h, f)?,
            output_norm: norm(200)?,
            heads,
            activation,
            passes: Passes::default(),
        })
    }

    #[test]
    fn kernel_and_fallback_agree_with_and_without_dropout() -> Result<()> {
        let sentences = Ragged::from_lengths([3, 1, 4]);
        let (n, h, heads) = (sentences.tokens(), 6, 2);
        let mask = |seed, len| numbers(seed, len).iter().map(|x| if *x < -1.0 { 0.0 } else { 1.25 }).collect();
        let masks = Masks {
            probabilities: mask(7, sentences.probabilities(heads)),
            attended: mask(8, n * h),
            output: mask(9, n * h),
        };
        let context = Context::default();
        for masks in [None, Some(masks)] {
            let block = Arc::new(block(h, 10, heads, Activation::Gelu)?);
            let xs = variable(50, (n, h))?;
            let Block { query, key, value, output, attention_norm, up, down, output_norm, .. } = &*block;
            let linears = [query, key, value, output, up, down].map(|l| [&l.weight, &l.bias]);
            let norms = [attention_norm, output_norm].map(|l| [&l.weight, &l.bias]);
            agrees(
                &[&xs],
                &[linears.as_flattened(), norms.as_flattened()].concat(),
                || block.forward(&xs, &sentences, Keep::Activations(masks.clone()), &context),
                || block.composed(&xs, &sentences, masks.as_ref()),
            )?;
            let kept = block.forward(&xs, &sentences, Keep::Activations(None), &context)?;
            let unkept = block.forward(&xs, &sentences, Keep::Nothing, &context)?;
            assert_eq!(kept.to_vec2::<f32>()?, unkept.to_vec2::<f32>()?);
        }
        Ok(())
    }

    #[test]
    fn contexts_of_unlike_arithmetic_take_turns_and_each_keeps_its_own() -> Result<()> {
        let sentences = Ragged::from_lengths([3, 1, 4]);
        let fast = Context::default();
        let reproducible = fast.clone().with_arithmetic(Arithmetic::Reproducible);
        let block = Arc::new(block(6, 10, 2, Activation::Gelu)?);
        let forward = |context: &Context| -> Result<Tensor> {
            let xs = variable(50, (sentences.tokens(), 6))?;
            Ok(block.forward(&xs, &sentences, Keep::Activations(None), context)?.sum_all()?)
        };
        let expect = |arithmetic: Arithmetic| {
            let products = recorded();
            assert!(products.len() > 6, "{products:?}");
            assert!(products.iter().all(|&found| found == arithmetic), "not {arithmetic:?}: {products:?}");
        };
        recorded();
        let first = forward(&reproducible)?;
        expect(Arithmetic::Reproducible);
        let second = forward(&fast)?;
        expect(Arithmetic::Fast);
        first.backward()?;
        expect(Arithmetic::Reproducible);
        second.backward()?;
        expect(Arithmetic::Fast);
        Ok(())
    }

    #[test]
    fn equal_steps_take_the_buffers_of_the_first() -> Result<()> {
        let sentences = Ragged::from_lengths([3, 1, 4]);
        let (n, h, heads) = (sentences.tokens(), 8, 2);
        let masks = Masks {
            probabilities: vec![1.0; sentences.probabilities(heads)],
            attended: vec![1.0; n * h],
            output: vec![1.0; n * h],
        };
        for masks in [None, Some(masks)] {
            let context = Context::default();
            let blocks = [0; 3].map(|_| block(h, 4 * h, heads, Activation::Gelu).map(Arc::new));
            let step = || -> Result<usize> {
                let mut xs = variable(50, (n, h))?;
                for block in &blocks {
                    let block = block.as_ref().expect("a block of these sizes");
                    xs = block.forward(&xs, &sentences, Keep::Activations(masks.clone()), &context)?;
                }
                xs.sum_all()?.backward()?;
                Ok(context.buffers_made())
            };
            step()?;
            let made = step()?;
            for _ in 0..10 {
                assert_eq!(step()?, made, "buffers made, dropout: {}", masks.is_some());
            }
        }
        Ok(())
    }
}
