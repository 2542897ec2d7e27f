//! Git LFS pointers: the text of some 130 bytes that a repository cloned without git-lfs has in the place of a large file.

use crate::error::{Message, message};

/// The first bytes of a pointer, as many as tell it from every file of an encoder.
const START: &[u8] = b"version ";

/// Whether these first bytes of a file, at least eight, are those of a pointer.
pub(crate) fn is_pointer(front: &[u8]) -> bool {
    front.starts_with(START)
}

/// The sentence with the remedy.
pub(crate) fn message(file: &str) -> Message {
    message!(
        "model.lfs_pointer",
        "{file} is a Git LFS pointer, not the file: run \"git lfs pull\" in its folder, or download the file itself",
        file = file
    )
}
