//! The tensors of a `model.safetensors` file. A model takes each one out once, so no tensor is in memory twice.

use super::header::Header;
use crate::Result;
use crate::error::message;

/// The tensors that were read from a `model.safetensors` file, found by Hugging Face's names.
///
/// A name is found with or without the `bert.` prefix, and `LayerNorm.weight`/`.bias` also under the old names
/// `gamma`/`beta`.
#[derive(Debug)]
pub struct Weights {
    header: Header,
    /// For each of the header's entries its numbers; `None` if the tensor was skipped while reading or has been taken.
    values: Vec<Option<Vec<f32>>>,
    hash: u64,
}

impl Weights {
    pub(super) fn new(header: Header, values: Vec<Option<Vec<f32>>>, hash: u64) -> Self {
        Self { header, values, hash }
    }

    /// A hash (XXH3) of the file's bytes.
    pub fn hash(&self) -> u64 {
        self.hash
    }

    /// Whether the file has a tensor of this name.
    pub fn has(&self, name: &str) -> bool {
        self.header.place(name).is_some()
    }

    /// Moves out the numbers of the tensor `name`, which must have `shape`. Tensors of f16 and bf16 have become f32.
    ///
    /// # Errors
    ///
    /// If the tensor is missing, has another shape, does not hold f32, f16 or bf16, holds a number that is not finite, was
    /// skipped while reading (see [`Wanted`](super::Wanted)), or was taken before.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let place = self.header.find(name, shape)?;
        let values = self.values[place].take().ok_or_else(|| {
            crate::Error::encoder(message!(
                "model.tensor_taken",
                "model.safetensors: tensor {name:?} was skipped, or has already been taken",
                name = name
            ))
        })?;
        // Compilers make no vectors of a search, which stops at the first: it is for the number that is there.
        let are_finite = values.iter().fold(true, |all, x| all & x.is_finite());
        if !are_finite && let Some(place) = values.iter().position(|x| !x.is_finite()) {
            return Err(crate::Error::encoder(message!(
                "model.tensor_not_finite",
                "model.safetensors: tensor {name:?} holds {value} at place {place}, and every number must be finite; the file is \
                 damaged, or its training diverged",
                name = name,
                value = values[place].to_string(),
                place = place
            )));
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::Dtype;
    use safetensors::tensor::TensorView;

    fn file(tensors: &[(&str, &[usize], &[f32])]) -> Vec<u8> {
        let bytes: Vec<Vec<u8>> =
            tensors.iter().map(|(_, _, values)| values.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
        let views = tensors
            .iter()
            .zip(&bytes)
            .map(|((name, shape, _), bytes)| (*name, TensorView::new(Dtype::F32, shape.to_vec(), bytes).unwrap()));
        safetensors::serialize(views, None).unwrap()
    }

    #[test]
    fn finds_names_with_and_without_prefix_and_the_old_ones() {
        let bytes = file(&[
            ("bert.pooler.dense.bias", &[2], &[1.0, 2.0]),
            ("embeddings.LayerNorm.gamma", &[1], &[3.0]),
            ("bert.embeddings.LayerNorm.beta", &[1], &[4.0]),
        ]);
        let mut weights = Weights::from_safetensors(&bytes).unwrap();
        assert_eq!(weights.take("pooler.dense.bias", &[2]).unwrap(), [1.0, 2.0]);
        assert_eq!(weights.take("embeddings.LayerNorm.weight", &[1]).unwrap(), [3.0]);
        assert_eq!(weights.take("embeddings.LayerNorm.bias", &[1]).unwrap(), [4.0]);
    }

    #[test]
    fn missing_and_misshapen_tensors_have_their_own_errors() {
        let mut weights = Weights::from_safetensors(&file(&[("a", &[2], &[1.0, 2.0])])).unwrap();
        assert_eq!(
            weights.take("b", &[2]).unwrap_err().to_string(),
            "encoder: model.safetensors: tensor \"b\" is missing; the file must hold a BERT encoder under Hugging \
             Face's names"
        );
        assert_eq!(
            weights.take("a", &[3]).unwrap_err().to_string(),
            "encoder: model.safetensors: tensor \"a\" has shape [2], and the config asks for [3]"
        );
    }
}
