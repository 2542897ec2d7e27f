//! Reading files with their name in every error, and writing them whole or not at all.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use polytask::data::{Columns, Table, read_table};
use polytask::error::Message;
use polytask::recipe::DataFile;

use crate::Result;

/// A file's bytes.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| format!("{}: cannot be read: {e}", path.display()).into())
}

/// A file to read in pieces.
pub fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|e| format!("{}: cannot be read: {e}", path.display()).into())
}

/// A data file's table.
pub fn table(file: &DataFile, columns: &Columns) -> polytask::Result<Table> {
    let bytes = std::fs::read(&file.path).map_err(|e| {
        polytask::Error::data(file.path.as_str(), Message::unexpected(&format!("the file cannot be read: {e}")))
    })?;
    read_table(&file.path, &bytes, columns)
}

/// Creates `directory` if needed, and checks that files can be written into it.
pub fn try_directory(directory: &Path) -> Result<()> {
    let wrong = |e: std::io::Error| format!("{}: cannot be written: {e}", directory.display());
    std::fs::create_dir_all(directory).map_err(wrong)?;
    tempfile::tempfile_in(directory).map_err(wrong)?;
    Ok(())
}

/// Writes `files` (name and bytes) under temporary names, and renames them once all are whole: a reader sees the old
/// files or the new ones, never a half.
pub fn write_all(directory: &Path, files: &[(&str, &[u8])]) -> Result<()> {
    std::fs::create_dir_all(directory).map_err(|e| format!("{}: cannot be written: {e}", directory.display()))?;
    let mut whole = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let path = directory.join(name);
        let wrong = |e: std::io::Error| format!("{}: cannot be written: {e}", path.display());
        let mut file = tempfile::NamedTempFile::new_in(directory).map_err(wrong)?;
        file.write_all(bytes).map_err(wrong)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // A temporary file is private to its owner; a model is not.
            file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).map_err(wrong)?;
        }
        whole.push((path, file));
    }
    for (path, file) in whole {
        file.persist(&path).map_err(|e| format!("{}: cannot be written: {}", path.display(), e.error))?;
    }
    Ok(())
}
