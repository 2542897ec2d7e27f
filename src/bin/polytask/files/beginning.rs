//! Looks at the first bytes of an input. A pipe may give them one at a time.

use std::io::{BufRead, Chain, Cursor, Read, Result};

/// An input whose first bytes have been looked at.
pub type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

/// Reads from `input` while what it gave is the beginning of one of `marks`. Returns the bytes read, and an input that gives them
/// again. It reads no further, since a short line may be all that comes for now.
pub fn beginning<R: BufRead>(mut input: R, marks: &[&[u8]]) -> Result<(Vec<u8>, Whole<R>)> {
    let mut start = Vec::new();
    while marks.iter().any(|mark| mark.len() > start.len() && mark.starts_with(&start)) {
        let Some(&byte) = input.fill_buf()?.first() else { break };
        input.consume(1);
        start.push(byte);
    }
    Ok((start.clone(), Cursor::new(start).chain(input)))
}
