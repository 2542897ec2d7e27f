//! A check of a delimited file's quotes. The `csv` crate reads a stray quote as best it can, which can swallow the rest of
//! a file into one sentence; and it takes a quote after white space for text.

use crate::error::{Message, message};

/// What the quotes of a file look like by RFC 4180.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Lines with a quote that cannot be read, ascending.
    pub faults: Vec<(usize, Message)>,
    /// The text without the white space around quoted cells, if there is any.
    pub tidied: Option<String>,
    /// Number of cells that begin with a quote.
    pub cells: usize,
}

/// Looks at all quotes. A quoted cell ends at a lone quote, which only white space may separate from the delimiter or the
/// line end. `escaped`: a backslash inside a quoted cell takes the next character for text.
pub(super) fn scan(text: &str, delimiter: u8, escaped: bool) -> Scan {
    let bytes = text.as_bytes();
    let mut scan = Scan::default();
    let (mut at, mut line, mut kept) = (0, 1, 0);
    let is_end = |at: usize| bytes.get(at).is_none_or(|&byte| byte == delimiter || byte == b'\n' || byte == b'\r');
    let skip_space = |mut at: usize| {
        while bytes.get(at).is_some_and(|&byte| (byte == b' ' || byte == b'\t') && byte != delimiter) {
            at += 1;
        }
        at
    };
    while at < bytes.len() {
        let quote = skip_space(at);
        let mut next = quote;
        if bytes.get(quote) == Some(&b'"') {
            let close = closing(bytes, quote + 1, escaped);
            let after = close.map(|close| skip_space(close + 1));
            match (close, after) {
                (Some(close), Some(after)) if is_end(after) => {
                    scan.cells += 1;
                    for (from, to) in [(at, quote), (close + 1, after)] {
                        if from < to {
                            scan.tidied.get_or_insert_default().push_str(&text[kept..from]);
                            kept = to;
                        }
                    }
                    line += bytes[quote..after].iter().filter(|&&byte| byte == b'\n').count();
                    next = after;
                }
                // White space before a quote that does not enclose the cell: an ordinary cell.
                _ if quote > at => {}
                (Some(close), _) => {
                    scan.cells += 1;
                    let wrong = message!(
                        "data.text_after_quote",
                        "a stray double quote: text follows a closing quote; inside a quoted field write each quote twice"
                    );
                    scan.faults.push((line, wrong));
                    line += bytes[quote..close].iter().filter(|&&byte| byte == b'\n').count();
                    next = close + 1;
                }
                (None, _) => {
                    scan.cells += 1;
                    let wrong = message!(
                        "data.quote_open",
                        "a stray double quote: the quoted field that begins here never ends; close it or write the quote \
                         twice"
                    );
                    scan.faults.push((line, wrong));
                    break;
                }
            }
        }
        while !is_end(next) {
            next += 1;
        }
        line += usize::from(bytes.get(next) == Some(&b'\n'));
        at = next + 1;
    }
    if let Some(tidied) = &mut scan.tidied {
        tidied.push_str(&text[kept..]);
    }
    scan
}

/// Where the quote is that ends the cell whose inside begins at `at`.
fn closing(bytes: &[u8], mut at: usize, escaped: bool) -> Option<usize> {
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if escaped => at += 2,
            b'"' if bytes.get(at + 1) == Some(&b'"') => at += 2,
            b'"' => return Some(at),
            _ => at += 1,
        }
    }
    None
}
