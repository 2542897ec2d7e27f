//! The headers in a Parquet file, walked before the `parquet` crate reads them. Thrift's compact protocol:
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>.
//!
//! The crate skips fields that it does not know. For a list of booleans it reads nothing for an element, and a few bytes that
//! announce two billion of them keep it busy for seconds (apache/arrow-rs 9874). No header that it reads has such a list.

/// How deep structures and lists may lie in each other. The crate gives up at 64 below a field that it does not know.
const DEEPEST: usize = 100;

/// A header that was walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Header {
    Whole {
        /// The bytes that it takes.
        bytes: usize,
        /// Its second and third field, or 0. In a page's header they are the page's size, unpacked and packed. Only the lowest 32
        /// bits count, as in the crate.
        numbers: [i32; 2],
    },
    /// It cannot be read: the crate will say why.
    Broken,
    /// It has a list, a set or a map of booleans only.
    Booleans,
}

impl Header {
    /// Walks the structure that `bytes` begin with.
    pub fn walk(bytes: &[u8]) -> Self {
        let mut walk = Walk { rest: bytes };
        match walk.structure(0) {
            Ok(numbers) => Self::Whole { bytes: bytes.len() - walk.rest.len(), numbers },
            Err(Stop::Broken) => Self::Broken,
            Err(Stop::Booleans) => Self::Booleans,
        }
    }
}

struct Walk<'a> {
    rest: &'a [u8],
}

enum Stop {
    Broken,
    Booleans,
}

type Walked<T> = Result<T, Stop>;

/// A value's type, as a field or a list names it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Boolean,
    Byte,
    Integer,
    Double,
    Binary,
    List,
    Map,
    Structure,
    Uuid,
}

impl Kind {
    fn of(code: u8) -> Walked<Self> {
        Ok(match code & 0xf {
            1 | 2 => Self::Boolean,
            3 => Self::Byte,
            4..=6 => Self::Integer,
            7 => Self::Double,
            8 => Self::Binary,
            9 | 10 => Self::List,
            11 => Self::Map,
            12 => Self::Structure,
            13 => Self::Uuid,
            _ => return Err(Stop::Broken),
        })
    }
}

impl Walk<'_> {
    /// Walks a structure; gives its second and its third field, or 0 for them.
    fn structure(&mut self, depth: usize) -> Walked<[i32; 2]> {
        let (mut id, mut numbers) = (0_i64, [0; 2]);
        loop {
            let head = self.byte()?;
            if head & 0xf == 0 {
                return Ok(numbers);
            }
            id = match head >> 4 {
                0 => self.integer()?,
                step => id.saturating_add(i64::from(step)),
            };
            let kind = Kind::of(head)?;
            match kind {
                Kind::Boolean => {} // the type says which
                Kind::Integer if id == 2 || id == 3 => numbers[id as usize - 2] = self.integer()? as i32,
                _ => self.value(kind, depth + 1)?,
            }
        }
    }

    /// Walks a field's value or an element.
    fn value(&mut self, kind: Kind, depth: usize) -> Walked<()> {
        if depth > DEEPEST {
            return Err(Stop::Broken);
        }
        match kind {
            Kind::Boolean => Ok(()),
            Kind::Byte => self.skip(1),
            Kind::Integer => self.integer().map(drop),
            Kind::Double => self.skip(8),
            Kind::Uuid => self.skip(16),
            Kind::Binary => {
                let bytes = self.number()?;
                self.skip(bytes)
            }
            Kind::Structure => self.structure(depth).map(drop),
            Kind::List => {
                let head = self.byte()?;
                let count = match head >> 4 {
                    15 => self.number()?,
                    count => u64::from(count),
                };
                self.elements(count, &[head], depth)
            }
            Kind::Map => match self.number()? {
                0 => Ok(()),
                count => {
                    let head = self.byte()?;
                    self.elements(count, &[head >> 4, head], depth)
                }
            },
        }
    }

    /// Walks a list's elements, or a map's, of two kinds in turn.
    fn elements(&mut self, count: u64, codes: &[u8], depth: usize) -> Walked<()> {
        if count == 0 {
            return Ok(());
        }
        let kinds = codes.iter().map(|&code| Kind::of(code)).collect::<Walked<Vec<_>>>()?;
        if kinds.iter().all(|&kind| kind == Kind::Boolean) {
            return Err(Stop::Booleans);
        }
        // Each takes a byte at least, so that the bytes end before this goes on for long.
        for _ in 0..count {
            for &kind in &kinds {
                self.value(kind, depth + 1)?;
            }
        }
        Ok(())
    }

    fn byte(&mut self) -> Walked<u8> {
        let (&first, rest) = self.rest.split_first().ok_or(Stop::Broken)?;
        self.rest = rest;
        Ok(first)
    }

    fn skip(&mut self, bytes: u64) -> Walked<()> {
        let bytes = usize::try_from(bytes).map_err(|_| Stop::Broken)?;
        self.rest = self.rest.get(bytes..).ok_or(Stop::Broken)?;
        Ok(())
    }

    /// A number of seven bits a byte, the lowest first.
    fn number(&mut self) -> Walked<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Stop::Broken)
    }

    /// A number with its sign in the lowest bit.
    fn integer(&mut self) -> Walked<i64> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fields as pyarrow writes those of a page's header: type 0, 300 and 200 bytes.
    const PAGE: [u8; 9] = [0x15, 0x00, 0x15, 0xd8, 0x04, 0x15, 0x90, 0x03, 0x00];

    #[test]
    fn a_header_says_what_it_takes_and_how_large_the_page_is() {
        let bytes = [&PAGE[..], b"the page"].concat();
        assert_eq!(Header::walk(&bytes), Header::Whole { bytes: 9, numbers: [300, 200] });
        // 2³² more.
        let long = [0x25, 0xd8, 0x84, 0x80, 0x80, 0x20, 0x15, 0x90, 0x03, 0x00];
        assert_eq!(Header::walk(&long), Header::Whole { bytes: 10, numbers: [300, 200] });
    }

    #[test]
    fn what_ends_early_or_has_no_type_is_broken() {
        for cut in 0..PAGE.len() {
            assert_eq!(Header::walk(&PAGE[..cut]), Header::Broken, "{cut} bytes");
        }
        assert_eq!(Header::walk(&[0x1e, 0]), Header::Broken);
        assert_eq!(
            Header::walk(&[0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0]),
            Header::Broken
        );
    }

    #[test]
    fn two_billion_elements_are_refused_or_end_with_the_bytes() {
        let many = [0xff, 0xff, 0xff, 0xff, 0x07];
        let header = |head: &[u8], kinds: &[u8]| Header::walk(&[head, &many, kinds, &[0; 64]].concat());
        for boolean in [0xf1, 0xf2] {
            assert_eq!(header(&[0x59, boolean], &[]), Header::Booleans, "a list");
            assert_eq!(header(&[0x5a, boolean], &[]), Header::Booleans, "a set");
        }
        assert_eq!(header(&[0x5b], &[0x12]), Header::Booleans, "a map");
        assert_eq!(header(&[0x5b], &[0x13]), Header::Broken, "a map from booleans to bytes");
        for kind in 3..=13 {
            assert_eq!(header(&[0x59, 0xf0 | kind], &[]), Header::Broken, "a list of type {kind}");
        }
        // Inside a structure in a list.
        assert_eq!(header(&[0x59, 0x1c, 0x19, 0xf1], &[]), Header::Booleans);
    }

    #[test]
    fn depth_ends() {
        assert_eq!(Header::walk(&[0x1c; 100_000]), Header::Broken);
        assert_eq!(Header::walk(&[vec![0x19], vec![0x19; 100_000]].concat()), Header::Broken);
    }
}
