//! `polytask-blocks FROM TO`: makes the small encoder in the directory TO of the encoder in FROM.

use std::error::Error;
use std::path::Path;

use polytask_blocks::{FILES, small_encoder};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = arguments.as_slice() else {
        return Err("usage: polytask-blocks FROM TO".into());
    };
    let read = |name: &str| {
        let path = Path::new(from).join(name);
        std::fs::read(&path).map_err(|e| format!("{}: cannot be read: {e}", path.display()))
    };
    let made = small_encoder(&read("config.json")?, &read("tokenizer.json")?, &read("model.safetensors")?)?;
    std::fs::create_dir_all(to).map_err(|e| format!("{to}: cannot be made: {e}"))?;
    for (name, bytes) in FILES.iter().zip(&made) {
        let path = Path::new(to).join(name);
        std::fs::write(&path, bytes).map_err(|e| format!("{}: cannot be written: {e}", path.display()))?;
    }
    Ok(())
}
