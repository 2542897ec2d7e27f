//! Splits the lines of CSV and TSV into fields, one line after the other.

use super::lines::{Fault, Lines};

/// The longest quoted field, in bytes: an open quote must not draw a large file into memory.
const LONGEST_FIELD: usize = 1 << 24;

/// The fields of one record, which goes on over several lines while a quoted field is open.
pub struct Fields {
    delimiter: char,
    /// Whether quotes enclose fields.
    quoting: bool,
    done: Vec<String>,
    /// The beginning of a quoted field that no line has closed yet.
    open: Option<String>,
}

impl Fields {
    pub fn new(delimiter: u8, quoting: bool) -> Self {
        Self { delimiter: delimiter.into(), quoting, done: Vec::new(), open: None }
    }

    /// The next record, and the line that it begins on. Blank lines between records are passed over.
    pub fn next(&mut self, lines: &mut Lines) -> Option<Result<(usize, Vec<String>), Fault>> {
        let mut since = None;
        while let Some(line) = lines.next() {
            let at = *since.get_or_insert(lines.number());
            let wrong = match line.and_then(|line| line.text()) {
                Ok(text) if self.open.is_none() && text.trim_matches(' ').is_empty() => {
                    since = None;
                    continue;
                }
                Ok(text) => match self.push(&text) {
                    Ok(Some(fields)) => return Some(Ok((at, fields))),
                    Ok(None) if self.open.as_ref().is_some_and(|field| field.len() < LONGEST_FIELD) => continue,
                    Ok(None) => {
                        lines.end();
                        break;
                    }
                    Err(wrong) => wrong.into(),
                },
                Err(fault) => fault.wrong,
            };
            (self.done, self.open) = (Vec::new(), None);
            return Some(Err(Fault { line: at, wrong }));
        }
        let wrong =
            "a stray double quote: the quoted field that begins here never ends; close it or write the quote twice";
        (self.done, self.open) = (Vec::new(), None);
        since.map(|line| Err(Fault { line, wrong: wrong.into() }))
    }

    /// Takes the next line, without its end. Returns the record's fields if it ends with this line.
    ///
    /// A field that begins with a quote ends at a lone quote; white space around the two is no part of it. In CSV it goes on
    /// over line ends. In TSV it is quoted only if the quote is closed in the same line; any other quote is text, since
    /// there quotes inside sentences are usual.
    pub fn push(&mut self, line: &str) -> Result<Option<Vec<String>>, &'static str> {
        let mut rest = line;
        loop {
            let (beginning, quoted) = match self.open.take() {
                Some(beginning) => (beginning + "\n", Some(rest)),
                None => (String::new(), rest.trim_start_matches(' ').strip_prefix('"').filter(|_| self.quoting)),
            };
            let after = match quoted.map(|quoted| (quoted, closing(quoted))) {
                Some((quoted, Some(quote))) if self.ends(&quoted[quote + 1..]) => {
                    self.done.push(beginning + &quoted[..quote].replace("\"\"", "\""));
                    quoted[quote + 1..].trim_start_matches(' ')
                }
                Some((_, Some(_))) if self.delimiter != '\t' => {
                    return Err(
                        "a stray double quote: text follows a closing quote; inside a quoted field write each quote twice",
                    );
                }
                Some((quoted, None)) if self.delimiter != '\t' => {
                    self.open = Some(beginning + &quoted.replace("\"\"", "\""));
                    return Ok(None);
                }
                _ => {
                    let end = rest.find(self.delimiter).unwrap_or(rest.len());
                    self.done.push(rest[..end].into());
                    &rest[end..]
                }
            };
            match after.strip_prefix(self.delimiter) {
                Some(next) => rest = next,
                None => return Ok(Some(std::mem::take(&mut self.done))),
            }
        }
    }

    /// Whether a field ends before `rest`.
    fn ends(&self, rest: &str) -> bool {
        let rest = rest.trim_start_matches(' ');
        rest.is_empty() || rest.starts_with(self.delimiter)
    }
}

/// Where the first lone quote is.
fn closing(quoted: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let quote = from + quoted[from..].find('"')?;
        if !quoted[quote + 1..].starts_with('"') {
            return Some(quote);
        }
        from = quote + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn split(delimiter: u8, text: &str) -> Vec<String> {
        let mut fields = Fields::new(delimiter, true);
        let lines: Vec<&str> = text.split('\n').collect();
        let (last, first) = lines.split_last().unwrap();
        for line in first {
            assert_eq!(fields.push(line), Ok(None), "{text:?}");
        }
        fields.push(last).unwrap().expect("a whole record")
    }

    #[test]
    fn fields_are_split_as_the_csv_crate_splits_them() {
        for text in [
            "a,b,c",
            ",",
            "a,,",
            "\"a, b\",c",
            "\"say \"\"no\"\"\",x",
            "\"\",x",
            "x,\"\"",
            "\"\"\"\",x",
            "a 5\" screen,x",
            "\"one\ntwo\",x",
            "\"one\n\nthree \"\"\n\"\"\",x",
            "é,\"ü, ö\"",
            " a , b ",
        ] {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
            let theirs = reader.records().next().unwrap().unwrap();
            assert_eq!(split(b',', text), theirs.iter().collect::<Vec<_>>(), "{text:?}");
        }
        assert_eq!(split(b';', "a, b;\"c;d\""), ["a, b", "c;d"]);
    }

    #[test]
    fn white_space_around_a_quoted_field_is_no_part_of_it() {
        assert_eq!(split(b',', "a, \"b, c\" , d"), ["a", "b, c", " d"]);
        assert_eq!(split(b',', "\"a\nb\" ,c"), ["a\nb", "c"]);
    }

    #[test]
    fn a_quote_in_tsv_is_text_unless_its_field_is_quoted_in_its_own_line() {
        assert_eq!(split(b'\t', "\"He left.\tx"), ["\"He left.", "x"]);
        assert_eq!(split(b'\t', "She said \"no\".\tx"), ["She said \"no\".", "x"]);
        assert_eq!(split(b'\t', "\"No\", she said.\tx"), ["\"No\", she said.", "x"]);
        assert_eq!(split(b'\t', "\"a \"\"b\"\"\tc\"\tx"), ["a \"b\"\tc", "x"]);
    }

    #[test]
    fn records_know_their_lines_and_a_fault_costs_one_record() {
        let text = "text,tone\n\n\"two\nlines\",x\nfine,y\n\"closed\" early,x\r\nlast,z\n\"open,x\nmore,y\n";
        let mut lines = Lines::new(text.as_bytes()).unwrap();
        let mut fields = Fields::new(b',', true);
        let all: Vec<_> = std::iter::from_fn(|| fields.next(&mut lines))
            .map(|record| record.map(|(line, fields)| (line, fields.join("|"))).map_err(|fault| fault.to_string()))
            .collect();
        let early =
            "line 6: a stray double quote: text follows a closing quote; inside a quoted field write each quote twice";
        let never = "line 8: a stray double quote: the quoted field that begins here never ends; close it or write the quote \
                     twice";
        let expected = [
            Ok((1, "text|tone".to_string())),
            Ok((3, "two\nlines|x".into())),
            Ok((5, "fine|y".into())),
            Err(early.into()),
            Ok((7, "last|z".into())),
            Err(never.into()),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_quote_that_never_ends_draws_no_large_file_into_memory() {
        let text = format!("text,tone\n\"open,x\n{}", "some row,x\n".repeat(3_000_000));
        let mut lines = Lines::new(std::io::Cursor::new(text)).unwrap();
        let mut fields = Fields::new(b',', true);
        assert!(fields.next(&mut lines).unwrap().is_ok());
        assert_eq!(fields.next(&mut lines).unwrap().unwrap_err().line, 2);
        assert!(fields.next(&mut lines).is_none());
        assert!(lines.number() < 1_600_000, "{}", lines.number());
    }
}
