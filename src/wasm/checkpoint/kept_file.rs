//! A file of the browser's origin-private file system, read and written through a sync access handle.

use std::io::{Error, Read, Result, Write};

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use web_sys::{FileSystemReadWriteOptions, FileSystemSyncAccessHandle};

/// Bytes that cross to JavaScript at a time.
pub const PIECE: usize = 1 << 20;

/// A file at a position. The bytes pass through an array of JavaScript's own: handles take no memory that threads share.
pub struct KeptFile<'a> {
    handle: &'a FileSystemSyncAccessHandle,
    at: u64,
    piece: Uint8Array,
    /// What the browser threw.
    pub thrown: Option<JsValue>,
}

impl<'a> KeptFile<'a> {
    /// At the file's first byte.
    pub fn new(handle: &'a FileSystemSyncAccessHandle) -> Self {
        Self { handle, at: 0, piece: Uint8Array::new_with_length(PIECE as u32), thrown: None }
    }

    /// Ends the file here and waits until it is on the disk.
    pub fn finish(&mut self) -> Result<()> {
        let done = self.handle.truncate_with_f64(self.at as f64).and_then(|()| self.handle.flush());
        done.map_err(|thrown| self.failed(thrown))
    }

    fn options(&self) -> FileSystemReadWriteOptions {
        let options = FileSystemReadWriteOptions::new();
        options.set_at(self.at as f64);
        options
    }

    fn failed(&mut self, thrown: JsValue) -> Error {
        self.thrown = Some(thrown);
        Error::other("the browser refused it")
    }
}

impl Write for KeptFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let n = bytes.len().min(PIECE);
        let piece = self.piece.subarray(0, n as u32);
        piece.copy_from(&bytes[..n]);
        let written = self.handle.write_with_buffer_source_and_options(&piece, &self.options());
        let written = written.map_err(|thrown| self.failed(thrown))? as usize;
        self.at += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Read for KeptFile<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize> {
        let n = bytes.len().min(PIECE);
        let piece = self.piece.subarray(0, n as u32);
        let read = self.handle.read_with_buffer_source_and_options(&piece, &self.options());
        let read = read.map_err(|thrown| self.failed(thrown))? as usize;
        piece.subarray(0, read as u32).copy_to(&mut bytes[..read]);
        self.at += read as u64;
        Ok(read)
    }
}
