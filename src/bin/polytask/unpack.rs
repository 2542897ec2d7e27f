//! A model's zip, unpacked into a temporary directory.

use std::fs::File;
use std::io::{Read, copy};
use std::path::{Component, Path};

use tempfile::TempDir;
use zip::ZipArchive;

use crate::Result;

/// Bytes up to which a file may be packed as it likes.
const HARMLESS: u64 = 1 << 20;
/// The most bytes that a larger file may unpack to for one that is packed: no model's file comes near.
const MOST_RATIO: u64 = 100;

/// Unpacks all files of a zip.
///
/// # Errors
///
/// If it is no zip, a file in it is damaged, has a name that leads elsewhere, or unpacks to far more than a model's would.
pub fn unpack(path: &Path) -> Result<TempDir> {
    let wrong = |why: &dyn std::fmt::Display| format!("{}: cannot be read as a model's zip: {why}", path.display());
    let file = File::open(path).map_err(|e| format!("{}: cannot be read: {e}", path.display()))?;
    let mut zip = ZipArchive::new(file).map_err(|e| wrong(&e))?;
    let directory = tempfile::tempdir().map_err(|e| format!("no temporary directory can be made: {e}"))?;
    for place in 0..zip.len() {
        let mut entry = zip.by_index(place).map_err(|e| wrong(&e))?;
        let name = entry.name().map_err(|e| wrong(&e))?.into_owned();
        let is_plain = Path::new(&name).components().all(|part| matches!(part, Component::Normal(_)));
        if !is_plain || name.contains(['\\', ':']) || entry.is_symlink() {
            return Err(wrong(&format!("the name {name:?} leads out of it; take the zip as it was saved")).into());
        }
        if entry.is_dir() {
            continue;
        }
        let (size, packed) = (entry.size(), entry.compressed_size());
        if size > HARMLESS && size / MOST_RATIO > packed {
            return Err(wrong(&format!(
                "{name:?} would unpack from {packed} to {size} bytes, as no model does; take the zip as it was saved"
            ))
            .into());
        }
        let target = directory.path().join(&name);
        let unwritten = |e: std::io::Error| format!("{}: cannot be written: {e}", target.display());
        std::fs::create_dir_all(target.parent().unwrap_or(directory.path())).map_err(unwritten)?;
        let mut out = File::create(&target).map_err(unwritten)?;
        // The checksum is compared at the end of an entry.
        copy(&mut entry.by_ref().take(size + 1), &mut out).map_err(|e| wrong(&format!("{name:?} is damaged: {e}")))?;
    }
    Ok(directory)
}
