//! Reading files with their name in every error, and writing them whole or not at all.

mod beginning;
mod log;
mod packed;
mod source;
mod stamp;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use polytask::data::{Columns, Table, read_table};
use polytask::export::ModelFile;
use polytask::recipe::DataFile;
use tempfile::NamedTempFile;

use crate::Result;

pub use beginning::beginning;
pub use log::Log;
pub use packed::unpacked;
pub use source::Source;
pub use stamp::Stamp;

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
    read_table(&file.path, &Source::open(&file.path)?, columns)
}

/// Creates `directory` if needed, and checks that files can be written into it.
pub fn try_directory(directory: &Path) -> Result<()> {
    let wrong = |e: std::io::Error| format!("{}: cannot be written: {e}", directory.display());
    std::fs::create_dir_all(directory).map_err(wrong)?;
    temporary_in(directory).map_err(wrong)?;
    Ok(())
}

/// A file that gets its name only once it is whole: a reader sees the old file or the new one, never a half.
pub struct Unfinished {
    path: PathBuf,
    pub file: NamedTempFile,
}

impl Unfinished {
    /// Begins the file that will be at `path`.
    pub fn create(path: &Path) -> Result<Self> {
        let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let wrong = |e: std::io::Error| format!("{}: cannot be written: {e}", path.display());
        let file = temporary_in(directory).map_err(wrong)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // A temporary file is private to its owner; this one is not.
            file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644)).map_err(wrong)?;
        }
        Ok(Self { path: path.into(), file })
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let wrong = |e| format!("{}: cannot be written: {e}", self.path.display());
        Ok(self.file.as_file_mut().write_all(bytes).map_err(wrong)?)
    }

    /// Gives the file its name.
    pub fn finish(self) -> Result<()> {
        let wrong = |e: tempfile::PersistError| format!("{}: cannot be written: {}", self.path.display(), e.error);
        self.file.persist(&self.path).map_err(wrong)?;
        Ok(())
    }
}

/// A new file in `directory`. Its error leaves out the temporary name, which tells the reader nothing.
pub fn temporary_in(directory: &Path) -> std::io::Result<NamedTempFile> {
    NamedTempFile::new_in(directory).map_err(|e| e.kind().into())
}

/// Writes a model's files as [`Unfinished`] ones, and finishes them once all are whole.
pub fn write_model(directory: &Path, files: &[ModelFile]) -> Result<()> {
    let mut whole = Vec::with_capacity(files.len());
    for file in files {
        let path = directory.join(&file.path);
        let wrong = |e: std::io::Error| format!("{}: cannot be written: {e}", path.display());
        std::fs::create_dir_all(path.parent().unwrap_or(directory)).map_err(wrong)?;
        let unfinished = Unfinished::create(&path)?;
        let mut out = BufWriter::with_capacity(1 << 20, unfinished.file.as_file());
        file.write_to(&mut out).and_then(|()| out.flush()).map_err(wrong)?;
        drop(out);
        whole.push(unfinished);
    }
    whole.into_iter().try_for_each(Unfinished::finish)
}

/// Writes `files` (name and bytes) as [`Unfinished`] ones, and finishes them once all are whole.
pub fn write_all(directory: &Path, files: &[(&str, &[u8])]) -> Result<()> {
    std::fs::create_dir_all(directory).map_err(|e| format!("{}: cannot be written: {e}", directory.display()))?;
    let mut whole = Vec::with_capacity(files.len());
    for (name, bytes) in files {
        let mut file = Unfinished::create(&directory.join(name))?;
        file.write(bytes)?;
        whole.push(file);
    }
    whole.into_iter().try_for_each(Unfinished::finish)
}
