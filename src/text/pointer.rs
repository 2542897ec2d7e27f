//! Git LFS pointers: the text of some 130 bytes that a repository cloned without git-lfs has in the place of a large file.

use crate::error::{Message, message};

/// How a pointer begins. No other file of an encoder begins with these eight bytes.
const START: &[u8] = b"version ";

/// The sentence with the remedy, if `front`, the first bytes of `file` (at least eight), are those of a pointer.
pub fn git_lfs_pointer(front: &[u8], file: &str) -> Option<Message> {
    let is_pointer = front.starts_with(START);
    is_pointer.then(|| {
        message!(
            "model.lfs_pointer",
            "{file} is a Git LFS pointer, not the file: run \"git lfs pull\" in its folder, or download the file itself",
            file = file
        )
    })
}
