//! A training log: one JSON object a line, written as it comes.

use std::fs::{File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::Result;
use crate::processes::note;

/// A log whose file may be on a full disk: lines that cannot be written are kept in memory, and tried again with the next line.
pub struct Log {
    path: PathBuf,
    file: File,
    /// Bytes in the file.
    written: u64,
    /// Lines, or the rest of one, that could not be written yet.
    waiting: Vec<u8>,
    /// Why the latest line could not be written.
    fault: Option<std::io::Error>,
}

impl Log {
    /// Opens the log at `path`. The first `kept` bytes of an existing file stay, and the rest is cut off.
    pub fn open(path: &Path, kept: u64) -> Result<Self> {
        let open = || {
            let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
            let there = file.metadata()?.len();
            if there < kept {
                note(format!(
                    "Warning: --log: {}: {} bytes of the run so far are missing",
                    path.display(),
                    kept - there
                ));
            }
            let kept = kept.min(there);
            // A pipe or a device has no length, and keeps nothing.
            if there > kept {
                file.set_len(kept)?;
            }
            if kept > 0 {
                file.seek(SeekFrom::Start(kept))?;
            }
            Ok(Self { path: path.into(), file, written: kept, waiting: Vec::new(), fault: None })
        };
        open().map_err(|e: std::io::Error| format!("--log: {}: cannot be written: {e}", path.display()).into())
    }

    /// Adds a line. Prints a warning when lines begin to be kept in memory.
    pub fn add(&mut self, line: &impl Serialize) -> Result<()> {
        serde_json::to_writer(&mut self.waiting, line)?;
        self.waiting.push(b'\n');
        let was_well = self.fault.is_none();
        self.fault = self.write_what_waits().err();
        if let Some(fault) = self.fault.as_ref().filter(|_| was_well) {
            note(format!("Warning: --log: {}: cannot be written: {fault}; the run goes on", self.path.display()));
        }
        Ok(())
    }

    fn write_what_waits(&mut self) -> std::io::Result<()> {
        while !self.waiting.is_empty() {
            match self.file.write(&self.waiting) {
                Ok(0) => return Err(std::io::ErrorKind::WriteZero.into()),
                Ok(n) => {
                    self.written += n as u64;
                    self.waiting.drain(..n);
                }
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }

    /// The length in bytes, with the lines that could not be written yet.
    pub fn len(&self) -> u64 {
        self.written + self.waiting.len() as u64
    }

    /// Ends the log.
    ///
    /// # Errors
    ///
    /// If lines are still waiting.
    pub fn end(&self) -> Result<()> {
        let Some(fault) = &self.fault else { return Ok(()) };
        let missing = self.waiting.iter().filter(|&&byte| byte == b'\n').count();
        Err(format!("--log: {}: its last lines, {missing}, are missing: {fault}", self.path.display()).into())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn lines_that_a_full_disk_refused_are_written_once_there_is_room() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log.jsonl");
        let mut log = Log::open(Path::new("/dev/full"), 0).unwrap();
        log.add(&1).unwrap();
        log.add(&[2]).unwrap();
        assert_eq!(log.len(), 6);
        assert_eq!(
            log.end().unwrap_err().to_string(),
            "--log: /dev/full: its last lines, 2, are missing: No space left on device (os error 28)"
        );
        log.file = File::create(&path).unwrap();
        log.add(&"three").unwrap();
        log.end().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "1\n[2]\n\"three\"\n");
        assert_eq!(log.len(), 14);

        let mut log = Log::open(&path, 2).unwrap();
        log.add(&4).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "1\n4\n",
            "a run goes on after what its checkpoint knows of"
        );
        Log::open(&path, 4).unwrap().add(&5).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "1\n4\n5\n", "and after the whole log");
    }
}
