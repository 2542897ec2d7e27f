//! What an input begins with, although a pipe may give it one byte at a time.

use std::io::{BufRead, Chain, Cursor, Read, Result};

/// An input whose first bytes have been looked at.
pub type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

/// The first bytes of `input`, as many as agree with the beginning of one of `marks`, and one more if that ends it; and the whole
/// input. Waits for no other byte: a short line may be all that comes for now.
pub fn beginning<R: BufRead>(mut input: R, marks: &[&[u8]]) -> Result<(Vec<u8>, Whole<R>)> {
    let mut start = Vec::new();
    while marks.iter().any(|mark| mark.len() > start.len() && mark.starts_with(&start)) {
        let Some(&byte) = input.fill_buf()?.first() else { break };
        input.consume(1);
        start.push(byte);
    }
    Ok((start.clone(), Cursor::new(start).chain(input)))
}
