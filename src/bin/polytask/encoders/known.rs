//! The encoders that are known by name, with their pinned hashes, and the small one, which is made of another.

use std::path::Path;

use polytask_blocks::{FILES, SMALL, small_encoder};

use super::fetch::hash;
use super::files_of::{CONFIG, TOKENIZER, WEIGHTS};
use crate::{Result, files};

/// An encoder known by name.
pub struct Known {
    pub name: &'static str,
    pub repository: &'static str,
    pub revision: &'static str,
    /// File and SHA-256.
    pub files: [(&'static str, &'static str); 3],
}

pub const KNOWN: [Known; 1] = [Known {
    name: "all-MiniLM-L6-v2",
    repository: "sentence-transformers/all-MiniLM-L6-v2",
    revision: "1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
    files: [
        ("config.json", "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
        ("tokenizer.json", "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
        ("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
    ],
}];

/// The SHA-256 of the small encoder's weights, which are the same wherever they are made.
const SMALL_WEIGHTS: &str = "bdc11ee02100f309b9f2db9b1ade8e319701d13f7900f83619faff53d13941f6";

/// Makes the small encoder in `directory` of the float one in `from`.
pub fn make_small(from: &Path, directory: &Path) -> Result<()> {
    let read = |name: &str| files::read(&from.join(name));
    let made = small_encoder(&read(CONFIG)?, &read(TOKENIZER)?, &read(WEIGHTS)?)
        .map_err(|why| format!("{}: {why}", from.display()))?;
    let found = hash(&made[2]);
    if found != SMALL_WEIGHTS {
        return Err(format!(
            "{}: {SMALL} is not what it should be: its weights' SHA-256 is {found}, expected {SMALL_WEIGHTS}; is this \
             another model's directory?",
            from.display()
        )
        .into());
    }
    let named: Vec<(&str, &[u8])> = FILES.iter().zip(&made).map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    files::write_all(directory, &named)
}
