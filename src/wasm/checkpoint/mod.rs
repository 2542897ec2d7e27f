//! A run's checkpoints in the browser's origin-private file system.

mod kept_file;

use std::io::{BufReader, BufWriter, Write};

use wasm_bindgen::prelude::*;
use web_sys::FileSystemSyncAccessHandle;

use self::kept_file::{KeptFile, PIECE};
use super::convert::{from_js, to_js};
use super::session::Session;
use crate::checkpoint::{Notes, Opened};

type Result<T> = std::result::Result<T, JsValue>;

#[wasm_bindgen]
impl Session {
    /// Writes the run's whole state into the file of `handle`, with `notes`, at any moment between two calls of
    /// [`Session::advance`]. Returns the file's size in bytes.
    ///
    /// # Errors
    ///
    /// If there is no run; or what the browser throws, such as `QuotaExceededError`: the file is then not a whole checkpoint.
    pub fn checkpoint(
        &mut self,
        handle: &FileSystemSyncAccessHandle,
        #[wasm_bindgen(unchecked_param_type = "Record<string, string>")] notes: JsValue,
    ) -> Result<f64> {
        let notes: Notes = from_js(notes)?;
        let checkpoint = self.run()?.checkpoint(&notes).map_err(thrown)?;
        let mut file = KeptFile::new(handle);
        let written = {
            let mut out = BufWriter::with_capacity(PIECE, &mut file);
            checkpoint.write_to(&mut out).and_then(|()| out.flush())
        };
        let written = written.and_then(|()| file.finish());
        written.map_err(|e| file.thrown.take().unwrap_or_else(|| js_sys::Error::new(&e.to_string()).into()))?;
        Ok(checkpoint.len() as f64)
    }

    /// Goes on from the checkpoint in the file of `handle`. The run must have begun with the same recipe, sentences and
    /// encoder, and must not have advanced yet.
    ///
    /// # Errors
    ///
    /// If there is no run, the file is no whole checkpoint, or one of another run; then the run is as it was.
    pub fn restore(&mut self, handle: &FileSystemSyncAccessHandle) -> Result<()> {
        Opened::verify(&mut reader(handle)).map_err(thrown)?;
        let mut file = reader(handle);
        let mut opened = Opened::new(&mut file).map_err(thrown)?;
        self.run()?.restore(&mut opened).map_err(thrown)
    }
}

/// The notes of the checkpoint in the file of `handle`, if it is whole.
///
/// # Errors
///
/// If it is no checkpoint, is damaged or ends too early.
#[wasm_bindgen(unchecked_return_type = "Record<string, string>")]
pub fn checkpoint_notes(handle: &FileSystemSyncAccessHandle) -> Result<JsValue> {
    Opened::verify(&mut reader(handle)).map_err(thrown)?;
    let mut file = reader(handle);
    let opened = Opened::new(&mut file).map_err(thrown)?;
    Ok(to_js(opened.notes())?)
}

fn reader(handle: &FileSystemSyncAccessHandle) -> BufReader<KeptFile<'_>> {
    BufReader::with_capacity(PIECE, KeptFile::new(handle))
}

fn thrown(error: crate::Error) -> JsValue {
    super::Thrown::from(error).into()
}
