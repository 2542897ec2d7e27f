//! Initializers: numbers that are part of the file. Their sizes follow from the model's shape, so the file's framing is known
//! before any number is read, and each tensor is asked for when its turn comes.
//!
//! ```text
//! codes of a row w of (O,I):  scale S = max|w|/L,  code = round(w/S) in −L…L,  w ≈ S·code,  total Σ S·code
//! ```

use std::io::Write;

use prost::Message;

use crate::proto::{DataType, RAW_DATA, TensorProto};
use crate::write::{Numbers, frame, framed_len, key, key_len, put};
use crate::{Error, Result};

/// L of a table whose rows are looked up.
const TABLE: f32 = 127.0;
/// L of a matrix whose codes are multiplied by codes from 0 to 255. onnxruntime adds two such products in 16 bits where the
/// processor has AVX2 and not VNNI, and 2·255·64 is the most that fits.
const MATRIX: f32 = 64.0;

/// Bytes that are handed to the writer at a time.
const PIECE: usize = 1 << 18;

/// One initializer, or those of a tensor in codes.
#[derive(Debug)]
pub enum Initializer {
    /// Known before any tensor is read.
    Constant(TensorProto),
    /// The f32 numbers of a tensor.
    Floats { head: TensorProto, of: Source, layout: Layout },
    /// The codes (M,N) of a table (M,N) and its rows' scales (M,1).
    Table { codes: TensorProto, scales: TensorProto, of: Source },
    /// The codes (I,O) of a matrix (O,I), and its rows' scales and totals (O).
    Matrix { codes: TensorProto, scales: TensorProto, totals: TensorProto, of: Source },
}

/// A tensor of the model.
#[derive(Debug)]
pub struct Source {
    name: String,
    shape: Vec<usize>,
}

/// Which numbers of a tensor are written, in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// All, as they are.
    Rows,
    /// (O,I) → (I,O): PyTorch multiplies by the transposed matrix, ONNX by the matrix.
    Transposed,
    /// (M,N) → (N)
    FirstRow,
}

impl Layout {
    fn dims(self, shape: &[usize]) -> Vec<usize> {
        match self {
            Self::Rows => shape.into(),
            Self::Transposed => shape.iter().rev().copied().collect(),
            Self::FirstRow => shape[1..].into(),
        }
    }
}

/// A [`TensorProto`] without its numbers.
fn head(name: &str, data_type: DataType, dims: &[usize]) -> TensorProto {
    TensorProto {
        name: name.into(),
        data_type: data_type as i32,
        dims: dims.iter().map(|&dim| dim as i64).collect(),
        raw_data: Vec::new(),
    }
}

impl Initializer {
    pub fn constant(name: &str, data_type: DataType, dims: &[usize], raw_data: Vec<u8>) -> Self {
        Self::Constant(TensorProto { raw_data, ..head(name, data_type, dims) })
    }

    pub fn floats(name: &str, of: &str, shape: &[usize], layout: Layout) -> Self {
        let of = Source { name: of.into(), shape: shape.into() };
        Self::Floats { head: head(name, DataType::Float, &layout.dims(shape)), of, layout }
    }

    pub fn table([codes, scales]: [&str; 2], of: &str, shape: [usize; 2]) -> Self {
        Self::Table {
            codes: head(codes, DataType::Int8, &shape),
            scales: head(scales, DataType::Float, &[shape[0], 1]),
            of: Source { name: of.into(), shape: shape.into() },
        }
    }

    pub fn matrix([codes, scales, totals]: [&str; 3], of: &str, shape: [usize; 2]) -> Self {
        Self::Matrix {
            codes: head(codes, DataType::Int8, &Layout::Transposed.dims(&shape)),
            scales: head(scales, DataType::Float, &shape[..1]),
            totals: head(totals, DataType::Float, &shape[..1]),
            of: Source { name: of.into(), shape: shape.into() },
        }
    }

    /// Bytes in the graph.
    pub fn len(&self) -> u64 {
        match self {
            Self::Constant(tensor) => framed_len(tensor.encoded_len() as u64),
            Self::Floats { head, .. } => framed_len(tensor_len(head)),
            Self::Table { codes, scales, .. } => [codes, scales].map(|head| framed_len(tensor_len(head))).iter().sum(),
            Self::Matrix { codes, scales, totals, .. } => {
                [codes, scales, totals].map(|head| framed_len(tensor_len(head))).iter().sum()
            }
        }
    }

    /// Writes it, with the numbers that `numbers` gives.
    pub fn write(&self, numbers: &mut Numbers, to: &mut dyn Write) -> Result<()> {
        match self {
            Self::Constant(tensor) => {
                frame(tensor.encoded_len() as u64, to)?;
                put(tensor, to)
            }
            Self::Floats { head, of, layout } => {
                let values = of.take(numbers)?;
                begin(head, to)?;
                emit(&values, of.columns(), *layout, to, |_, x| x.to_le_bytes())
            }
            Self::Table { codes, scales, of } => {
                let quantised = Quantised::new(of.take(numbers)?, of.columns(), TABLE);
                quantised.write_codes(codes, Layout::Rows, to)?;
                write_floats(scales, &quantised.scales, to)
            }
            Self::Matrix { codes, scales, totals, of } => {
                let quantised = Quantised::new(of.take(numbers)?, of.columns(), MATRIX);
                quantised.write_codes(codes, Layout::Transposed, to)?;
                write_floats(scales, &quantised.scales, to)?;
                write_floats(totals, &quantised.totals(), to)
            }
        }
    }
}

impl Source {
    /// Its numbers, which are as many as its shape says, and all finite.
    fn take(&self, numbers: &mut Numbers) -> Result<Vec<f32>> {
        let Self { name, shape } = self;
        let values = numbers(name, shape).map_err(Error::Source)?;
        let expected: usize = shape.iter().product();
        if values.len() != expected {
            return Err(Error::Tensor(format!(
                "model.safetensors: tensor {name:?} has {} numbers, and the config asks for {expected}, of shape {shape:?}",
                values.len()
            )));
        }
        if let Some(place) = values.iter().position(|x| !x.is_finite()) {
            return Err(Error::Tensor(format!(
                "model.safetensors: tensor {name:?} has {} at place {place}, and every number must be finite; the training \
                 diverged, or the file is damaged",
                values[place]
            )));
        }
        Ok(values)
    }

    fn columns(&self) -> usize {
        self.shape.last().copied().unwrap_or(1)
    }
}

/// A tensor with a scale for each of its rows.
struct Quantised {
    values: Vec<f32>,
    columns: usize,
    /// L
    limit: f32,
    /// S of each row.
    scales: Vec<f32>,
}

impl Quantised {
    fn new(values: Vec<f32>, columns: usize, limit: f32) -> Self {
        let scale = |row: &[f32]| {
            let largest = row.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
            // A row of zeros, or of numbers so small that their quotient has lost its digits, is all zeros.
            Some(largest / limit).filter(|scale| scale.is_normal()).unwrap_or(1.0)
        };
        let scales = values.chunks_exact(columns).map(scale).collect();
        Self { values, columns, limit, scales }
    }

    /// The code of number `x` of row `row`.
    fn code(&self, row: usize, x: f32) -> i8 {
        (x / self.scales[row]).round_ties_even().clamp(-self.limit, self.limit) as i8
    }

    /// Σ S·code of each row.
    fn totals(&self) -> Vec<f32> {
        let total = |(row, values): (usize, &[f32])| {
            let codes: i64 = values.iter().map(|&x| i64::from(self.code(row, x))).sum();
            codes as f32 * self.scales[row]
        };
        self.values.chunks_exact(self.columns).enumerate().map(total).collect()
    }

    fn write_codes(&self, head: &TensorProto, layout: Layout, to: &mut dyn Write) -> Result<()> {
        begin(head, to)?;
        emit(&self.values, self.columns, layout, to, |row, x| self.code(row, x).to_le_bytes())
    }
}

fn write_floats(head: &TensorProto, values: &[f32], to: &mut dyn Write) -> Result<()> {
    begin(head, to)?;
    emit(values, 1, Layout::Rows, to, |_, x| x.to_le_bytes())
}

/// Bytes of one number of a tensor.
fn width(head: &TensorProto) -> u64 {
    if head.data_type == DataType::Int8 as i32 { 1 } else { 4 }
}

/// Bytes of a tensor's numbers.
fn raw_len(head: &TensorProto) -> u64 {
    head.dims.iter().map(|&dim| dim as u64).product::<u64>() * width(head)
}

/// Bytes of the whole tensor that begins with `head`.
fn tensor_len(head: &TensorProto) -> u64 {
    let raw = raw_len(head);
    head.encoded_len() as u64 + key_len(RAW_DATA, raw) + raw
}

/// Writes everything of the tensor before its numbers.
fn begin(head: &TensorProto, to: &mut dyn Write) -> Result<()> {
    frame(tensor_len(head), to)?;
    put(head, to)?;
    key(RAW_DATA, raw_len(head), to)
}

/// Writes the numbers `values`, in rows of `columns`, in the order of `layout`, a piece at a time. `encode` gets the number and
/// its row.
fn emit<const N: usize>(
    values: &[f32],
    columns: usize,
    layout: Layout,
    to: &mut dyn Write,
    encode: impl Fn(usize, f32) -> [u8; N],
) -> Result<()> {
    let rows = values.len() / columns;
    let mut piece = Vec::new();
    match layout {
        Layout::Rows | Layout::FirstRow => {
            let written = if layout == Layout::Rows { rows } else { 1 };
            for (i, row) in values.chunks_exact(columns).take(written).enumerate() {
                for part in row.chunks(PIECE / N) {
                    if piece.len() + part.len() * N > PIECE {
                        to.write_all(&piece)?;
                        piece.clear();
                    }
                    piece.extend(part.iter().flat_map(|&x| encode(i, x)));
                }
            }
            to.write_all(&piece)?;
        }
        Layout::Transposed => {
            let width = (PIECE / (rows * N)).clamp(1, columns);
            for first in (0..columns).step_by(width) {
                let width = width.min(columns - first);
                piece.resize(width * rows * N, 0);
                for (i, row) in values.chunks_exact(columns).enumerate() {
                    for (j, &x) in row[first..first + width].iter().enumerate() {
                        piece[(j * rows + i) * N..][..N].copy_from_slice(&encode(i, x));
                    }
                }
                to.write_all(&piece)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{graph, initializer, numbers, tiny, values, written};
    use crate::{Pooling, Precision};

    fn bytes(values: &[f32], columns: usize, layout: Layout) -> Vec<u8> {
        let mut to = Vec::new();
        emit(values, columns, layout, &mut to, |_, x| x.to_le_bytes()).unwrap();
        to
    }

    #[test]
    fn more_than_a_piece_is_written_in_order() {
        // 1.2 MB, so several pieces either way; and rows that are longer than a piece.
        for (rows, columns) in [(600, 500), (2, 150_000), (150_000, 2)] {
            let values: Vec<f32> = (0..rows * columns).map(|i| i as f32).collect();
            let plain: Vec<u8> = values.iter().flat_map(|x| x.to_le_bytes()).collect();
            assert!(bytes(&values, columns, Layout::Rows) == plain, "{rows} × {columns}");
            assert!(bytes(&values, columns, Layout::FirstRow) == plain[..4 * columns], "{rows} × {columns}");
            let transposed = (0..columns).flat_map(|j| (0..rows).map(move |i| (i * columns + j) as f32));
            let transposed: Vec<u8> = transposed.flat_map(f32::to_le_bytes).collect();
            assert!(bytes(&values, columns, Layout::Transposed) == transposed, "{rows} × {columns}, transposed");
        }
    }

    #[test]
    fn floats_are_written_as_they_are_and_matrices_transposed() {
        let graph = graph(&written(&tiny(Pooling::Mean), Precision::Float32));
        let words = initializer(&graph, "embeddings.word_embeddings.weight");
        assert_eq!(words.dims, [11, 8]);
        assert_eq!(values(words), numbers(&words.name, &[11, 8]));
        let kind = initializer(&graph, "embeddings.token_type_embeddings.weight/first");
        assert_eq!(kind.dims, [8]);
        assert_eq!(values(kind), numbers("embeddings.token_type_embeddings.weight", &[2, 8])[..8]);
        let up = initializer(&graph, "encoder.layer.1.intermediate.dense.weight");
        assert_eq!(up.dims, [8, 12]);
        let (given, up) = (numbers(&up.name, &[12, 8]), values(up));
        assert_eq!((up[0], up[1], up[12], up[95]), (given[0], given[8], given[1], given[95]));
        let head = initializer(&graph, "heads.topic.weight");
        assert_eq!((head.dims.as_slice(), values(head)), (&[3, 8][..], numbers(&head.name, &[3, 8])));
    }

    #[test]
    fn codes_times_scales_are_the_numbers() {
        let graph = graph(&written(&tiny(Pooling::Pooler), Precision::Int8));
        for (name, rows, columns, limit) in [
            ("embeddings.word_embeddings.weight", 11, 8, TABLE),
            ("encoder.layer.0.output.dense.weight", 8, 12, MATRIX),
            ("pooler.dense.weight", 8, 8, MATRIX),
        ] {
            let given = numbers(name, &[rows, columns]);
            let [codes, scales] = ["codes", "scales"].map(|part| initializer(&graph, &format!("{name}/{part}")));
            let is_table = limit == TABLE;
            let (dims, scale_dims) =
                if is_table { ([rows, columns], vec![rows, 1]) } else { ([columns, rows], vec![rows]) };
            assert_eq!(codes.dims, dims.map(|dim| dim as i64), "{name}");
            assert_eq!(scales.dims, scale_dims.iter().map(|&dim| dim as i64).collect::<Vec<_>>(), "{name}");
            let (codes, scales) = (values(codes), values(scales));
            for (row, numbers) in given.chunks_exact(columns).enumerate() {
                let of = |column: usize| codes[if is_table { row * columns + column } else { column * rows + row }];
                let mut sum = 0.0;
                for (column, x) in numbers.iter().enumerate() {
                    let read = of(column) * scales[row];
                    assert!((x - read).abs() <= scales[row] * 0.5001, "{name}: {x} became {read}");
                    sum += read;
                }
                assert_eq!((0..columns).map(|j| of(j).abs()).fold(0.0, f32::max), limit, "{name}, row {row}");
                if !is_table {
                    let totals = values(initializer(&graph, &format!("{name}/totals")));
                    assert!((totals[row] - sum).abs() < 1e-5, "{name}: {sum} became {}", totals[row]);
                }
            }
        }
    }

    #[test]
    fn rows_of_nothing_become_zeros() {
        let quantised = Quantised::new(vec![0.0, 0.0, 1e-44, -1e-44, -3.0, 1.5], 2, MATRIX);
        let codes: Vec<i8> = quantised.values.iter().zip(0..).map(|(&x, i)| quantised.code(i / 2, x)).collect();
        assert_eq!(codes, [0, 0, 0, 0, -64, 32]);
        assert_eq!(quantised.totals(), [0.0, 0.0, -1.5]);
    }
}
