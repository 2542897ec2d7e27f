//! `export MODEL FILE [8]`: writes the model in the directory MODEL, saved by `polytask train --out`, as the ONNX file FILE, with
//! 8-bit weights if the third argument says so.

use std::fs;
use std::path::Path;

use polytask_onnx::{Model, Precision, SourceError};
use safetensors::{Dtype, SafeTensors};

fn main() -> Result<(), SourceError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (from, to, precision) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [from, to] => (Path::new(from), to, Precision::Float32),
        [from, to, "8"] => (Path::new(from), to, Precision::Int8),
        _ => return Err("usage: export MODEL FILE [8]".into()),
    };
    let model = Model::from_config(&fs::read(from.join("config.json"))?)?;
    let bytes = fs::read(from.join("model.safetensors"))?;
    let file = SafeTensors::deserialize(&bytes)?;
    let numbers = |name: &str, _: &[usize]| {
        let tensor = file.tensor(&format!("bert.{name}")).or_else(|_| file.tensor(name))?;
        if tensor.dtype() != Dtype::F32 {
            return Err(format!("{name} holds {:?}, and this example reads F32", tensor.dtype()).into());
        }
        Ok(tensor.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    };
    model.write(precision, numbers, fs::File::create(to)?)?;
    Ok(())
}
