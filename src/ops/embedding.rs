//! Embedding tables, and the sum of word, position and token-type embeddings.
//!
//! ```text
//! y (N,H) = word[idₙ] + position[pₙ] + token_type[0];  d word[idₙ] += dyₙ, and so on
//! ```
//!
//! A vocabulary's table is half of MiniLM, but a row that no training sentence uses has gradient 0, and Adam leaves
//! such a row exactly as it is. So a [`EmbeddingTable`] trains only the rows that can occur (R,H) and keeps the rest aside.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use candle_core::{CpuStorage, CustomOp3, Device, Layout, Shape, Tensor};

use super::bytes::write_le;
use super::kernel::{on_cpu, read, vectorised};
use super::linear::add_rows;
use super::parameter::Parameter;
use super::role::{ModelPart, ParameterKind, Role};
use crate::Result;
use crate::compute::{Context, Cpu};

/// Marks a row that does not train.
const UNTRAINED: u32 = u32::MAX;

/// An embedding table (V,H) of which some rows train.
#[derive(Debug)]
pub struct EmbeddingTable {
    full: Tensor,
    trained: Option<Trained>,
    /// The factor on the rows that do not train, as the bits of an f64.
    shrinkage: AtomicU64,
}

#[derive(Debug)]
struct Trained {
    parameter: Arc<Parameter>,
    /// The trained rows' places in the full table, ascending. (R)
    rows: Vec<u32>,
    /// For each row of the full table its place among the trained ones, or `UNTRAINED`. (V)
    places: Vec<u32>,
}

impl EmbeddingTable {
    /// A table of which `rows` (ascending, each below V) train; `None`: the whole table is frozen.
    ///
    /// # Errors
    ///
    /// If `values` are not V·H numbers, or the device has no room for them.
    ///
    /// # Panics
    ///
    /// If a row is not below V, or `values` end before a row that trains.
    pub fn new(
        name: &str,
        values: Vec<f32>,
        (v, h): (usize, usize),
        rows: Option<Vec<u32>>,
        device: &Device,
    ) -> Result<Self> {
        let trained = rows
            .map(|rows| -> Result<Trained> {
                let mut gathered = Vec::with_capacity(rows.len() * h);
                let mut places = vec![UNTRAINED; v];
                for (place, &row) in rows.iter().enumerate() {
                    gathered.extend_from_slice(&values[row as usize * h..][..h]);
                    places[row as usize] = place as u32;
                }
                let role = Role { part: ModelPart::Embeddings, kind: ParameterKind::Weight };
                let parameter = Parameter::trainable(name, role, gathered, (rows.len(), h), device)?;
                Ok(Trained { parameter: Arc::new(parameter), rows, places })
            })
            .transpose()?;
        let full = Tensor::from_vec(values, (v, h), device)?;
        Ok(Self { full, trained, shrinkage: AtomicU64::new(1.0_f64.to_bits()) })
    }

    /// The rows that train, as one parameter (R,H).
    pub fn parameter(&self) -> Option<&Arc<Parameter>> {
        self.trained.as_ref().map(|t| &t.parameter)
    }

    /// Which rows of the table [`EmbeddingTable::parameter`] holds, in its order. (R)
    pub fn rows(&self) -> &[u32] {
        self.trained.as_ref().map_or(&[], |t| &t.rows)
    }

    /// How many numbers the whole table holds.
    pub fn elem_count(&self) -> usize {
        self.full.elem_count()
    }

    /// The factor on the rows that do not train: the product of their decays so far.
    pub fn shrinkage(&self) -> f64 {
        f64::from_bits(self.shrinkage.load(Ordering::Relaxed))
    }

    /// Sets [`EmbeddingTable::shrinkage`].
    pub fn set_shrinkage(&self, factor: f64) {
        self.shrinkage.store(factor.to_bits(), Ordering::Relaxed);
    }

    /// Its shape, (V,H).
    pub fn dims(&self) -> &[usize] {
        self.full.dims()
    }

    /// Writes the current values at these places of the whole table, row after row, those of trained rows among them.
    ///
    /// # Errors
    ///
    /// Those of `out`, or if the table cannot be read from its device.
    ///
    /// # Panics
    ///
    /// If a place is beyond the table's end.
    pub fn write_le(&self, places: Range<usize>, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        let on_cpu = |xs: &Tensor| xs.detach().to_device(&Device::Cpu).map_err(std::io::Error::other);
        let full = on_cpu(&self.full)?;
        let Some(trained) = &self.trained else {
            return write_le(&full, places, out);
        };
        let learnt = on_cpu(trained.parameter.value())?;
        let (full, learnt) =
            (read(&full).map_err(std::io::Error::other)?, read(&learnt).map_err(std::io::Error::other)?);
        let h = self.dims()[1];
        let shrinkage = self.shrinkage() as f32;
        let mut bytes = Vec::with_capacity(4 * h);
        let mut next = places.start;
        while next < places.end {
            let (row, column) = (next / h, next % h);
            let end = (next + h - column).min(places.end);
            bytes.clear();
            match trained.places[row] {
                UNTRAINED => bytes.extend(full[next..end].iter().flat_map(|x| (x * shrinkage).to_le_bytes())),
                place => {
                    let numbers = &learnt[place as usize * h + column..][..end - next];
                    bytes.extend(numbers.iter().flat_map(|x| x.to_le_bytes()));
                }
            }
            out.write_all(&bytes)?;
            next = end;
        }
        Ok(())
    }

    /// The tensor that connects the table to Candle's graph.
    fn anchor(&self) -> &Tensor {
        self.parameter().map_or(&self.full, |p| p.value())
    }

    fn place(&self, id: u32) -> Option<usize> {
        let place = self.trained.as_ref()?.places[id as usize];
        (place != UNTRAINED).then_some(place as usize)
    }

    /// ys[n] += table[ids[n]], on the CPU.
    fn add_to(&self, ids: &[u32], ys: &mut [f32], h: usize) -> candle_core::Result<()> {
        let (full, learnt) = (read(&self.full)?, read(self.anchor())?);
        let shrinkage = self.shrinkage() as f32;
        for (y, &id) in ys.chunks_exact_mut(h).zip(ids) {
            let (row, factor) = match self.place(id) {
                Some(place) => (&learnt[place * h..][..h], 1.0),
                None => (&full[id as usize * h..][..h], shrinkage),
            };
            for (y, x) in y.iter_mut().zip(row) {
                *y += x * factor;
            }
        }
        Ok(())
    }

    /// dtable[ids[n]] += dys[n], on the CPU.
    fn accumulate(&self, ids: &[u32], dys: &[f32], h: usize) -> candle_core::Result<()> {
        let Some(trained) = &self.trained else {
            return Ok(());
        };
        trained.parameter.accumulate(|table| {
            vectorised(
                #[inline(always)]
                || {
                    for (dy, &id) in dys.chunks_exact(h).zip(ids) {
                        if let Some(place) = self.place(id) {
                            for (x, dy) in table[place * h..][..h].iter_mut().zip(dy) {
                                *x += dy;
                            }
                        }
                    }
                },
            );
        })
    }

    fn composed(&self, ids: &[u32]) -> Result<Tensor> {
        let device = self.full.device();
        let frozen = (self.full.index_select(&Tensor::new(ids, device)?, 0)? * self.shrinkage())?;
        let Some(trained) = &self.trained else {
            return Ok(frozen);
        };
        let (places, learnt): (Vec<u32>, Vec<f32>) =
            ids.iter().map(|&id| self.place(id).map_or((0, 0.0), |p| (p as u32, 1.0))).unzip();
        let learnt = Tensor::from_vec(learnt, (ids.len(), 1), device)?;
        let rows = trained.parameter.value().index_select(&Tensor::new(places, device)?, 0)?;
        let kept = frozen.broadcast_mul(&(1.0 - &learnt)?)?;
        Ok((rows.broadcast_mul(&learnt)? + kept)?)
    }
}

/// `ids` (N) and `positions` (N) → (N,H), the sum of the three embeddings; every token is of type 0.
/// The tokeniser and the batch guarantee that every id is below the table's V.
///
/// # Errors
///
/// If a tensor operation fails.
///
/// # Panics
///
/// If an id or a position is not below its table's V.
pub fn embedding(
    word: &Arc<EmbeddingTable>,
    ids: &[u32],
    position: &Arc<EmbeddingTable>,
    positions: &[u32],
    token_type: &Arc<Parameter>,
    context: &Context,
) -> Result<Tensor> {
    if !on_cpu(&word.full) {
        return composed(word, ids, position, positions, token_type);
    }
    let op = EmbeddingOp {
        word: word.clone(),
        ids: ids.to_vec(),
        position: position.clone(),
        positions: positions.to_vec(),
        token_type: token_type.clone(),
        cpu: context.cpu(),
    };
    Ok(word.anchor().apply_op3(position.anchor(), token_type.value(), op)?)
}

fn composed(
    word: &EmbeddingTable,
    ids: &[u32],
    position: &EmbeddingTable,
    positions: &[u32],
    token_type: &Parameter,
) -> Result<Tensor> {
    let sum = (word.composed(ids)? + position.composed(positions)?)?;
    Ok(sum.broadcast_add(&token_type.value().narrow(0, 0, 1)?)?)
}

struct EmbeddingOp {
    word: Arc<EmbeddingTable>,
    ids: Vec<u32>,
    position: Arc<EmbeddingTable>,
    positions: Vec<u32>,
    token_type: Arc<Parameter>,
    cpu: Cpu,
}

impl CustomOp3 for EmbeddingOp {
    fn name(&self) -> &'static str {
        "embedding"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        word_layout: &Layout,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let (_, h) = word_layout.shape().dims2()?;
        let n = self.ids.len();
        let mut ys = read(self.token_type.value())?[..h].repeat(n);
        self.word.add_to(&self.ids, &mut ys, h)?;
        self.position.add_to(&self.positions, &mut ys, h)?;
        Ok((CpuStorage::F32(ys), (n, h).into()))
    }

    fn bwd(
        &self,
        _: &Tensor,
        _: &Tensor,
        _: &Tensor,
        _ys: &Tensor,
        dys: &Tensor,
    ) -> candle_core::Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let (_, h) = dys.dims2()?;
        let dys = dys.contiguous()?;
        let dys: &[f32] = &read(&dys)?;
        self.word.accumulate(&self.ids, dys, h)?;
        self.position.accumulate(&self.positions, dys, h)?;
        if self.token_type.is_trainable() {
            self.token_type.accumulate(|rows| add_rows(self.cpu, &mut rows[..h], dys))?;
        }
        Ok((None, None, None))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{agrees, numbers, parameter};
    use super::*;

    #[test]
    fn kernel_and_fallback_agree_with_some_rows_frozen() -> Result<()> {
        let table =
            |seed, v, rows| EmbeddingTable::new("t", numbers(seed, v * 6), (v, 6), rows, &Device::Cpu).map(Arc::new);
        let word = table(1, 9, Some(vec![1, 4, 8]))?;
        let position = table(2, 4, Some(vec![0, 1, 2, 3]))?;
        let token_type = Arc::new(parameter(3, "type", (2, 6))?);
        let (ids, positions) = ([1, 4, 0, 4, 8, 5], [0, 1, 2, 3, 0, 1]);
        word.set_shrinkage(0.5);
        let trained: Vec<&Arc<Parameter>> =
            [&word, &position].iter().filter_map(|t| t.parameter()).chain([&token_type]).collect();
        agrees(
            &[],
            &trained,
            || embedding(&word, &ids, &position, &positions, &token_type, &Context::default()),
            || composed(&word, &ids, &position, &positions, &token_type),
        )
    }

    #[test]
    fn assembling_puts_trained_rows_back() -> Result<()> {
        let values = numbers(1, 12);
        let table = EmbeddingTable::new("t", values.clone(), (4, 3), Some(vec![1, 3]), &Device::Cpu)?;
        let mut bytes = Vec::new();
        table.write_le(0..12, &mut bytes).expect("memory takes all");
        let back: Vec<f32> = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        assert_eq!(back, values);
        for (start, end) in [(0, 5), (2, 3), (4, 11), (6, 6), (11, 12)] {
            let mut some = Vec::new();
            table.write_le(start..end, &mut some).expect("memory takes all");
            assert_eq!(some, bytes[4 * start..4 * end], "{start}..{end}");
        }
        Ok(())
    }
}
