//! Where rows begin and end: quotes hide line breaks and delimiters, as in RFC 4180.

use memchr::{memchr, memchr_iter, memchr2};

/// A row within the bytes of its batch; line end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The physical line on which it starts; the header is line 1.
    pub line: u64,
    /// Where it begins.
    pub start: u32,
    /// How long it is.
    pub length: u32,
    /// Whether a quote stands in it.
    pub quoted: bool,
}

impl Row {
    /// Its bytes.
    #[inline]
    pub fn of(self, bytes: &[u8]) -> &[u8] {
        &bytes[self.range()]
    }

    /// Where it stands among the bytes.
    #[inline]
    pub fn range(self) -> std::ops::Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }
}

/// What the scan for the end of a row came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scanned {
    /// A row of `length` bytes; the next one begins `next` bytes behind its beginning, `lines` lines further down.
    Row { length: usize, next: usize, lines: u64, quoted: bool },
    /// The bytes end within the row. A quote may be open since `quote` bytes behind its beginning.
    Partial { quote: Option<usize> },
    /// Text stands behind the quote that closes the field opened at `quote`.
    TextBehindQuote { quote: usize },
}

/// Finds the end of the row at the beginning of `bytes`; `last` says that no bytes follow them in the file.
pub(super) fn scan(bytes: &[u8], delimiter: u8, last: bool) -> Scanned {
    let (mut at, mut lines, mut quoted) = (0, 1, false);
    loop {
        let Some(found) = memchr2(b'"', b'\n', &bytes[at..]).map(|found| at + found) else {
            if !last || bytes.is_empty() {
                return Scanned::Partial { quote: None };
            }
            return Scanned::Row { length: without_return(bytes), next: bytes.len(), lines, quoted };
        };
        if bytes[found] == b'\n' {
            return Scanned::Row { length: without_return(&bytes[..found]), next: found + 1, lines, quoted };
        }
        quoted = true;
        let opens = found == 0 || bytes[found - 1] == delimiter;
        if !opens {
            at = found + 1;
            continue;
        }
        match closing_quote(bytes, found + 1, last) {
            Closing::At(close) => match bytes.get(close + 1) {
                Some(&byte) if byte != delimiter && byte != b'\n' && !is_line_end(&bytes[close + 1..], last) => {
                    return Scanned::TextBehindQuote { quote: found };
                }
                _ => {
                    lines += memchr_iter(b'\n', &bytes[found..close]).count() as u64;
                    at = close + 1;
                }
            },
            Closing::NotYet => return Scanned::Partial { quote: Some(found) },
        }
    }
}

enum Closing {
    At(usize),
    NotYet,
}

/// The quote that closes a field whose text begins at `from`; doubled quotes belong to the text.
fn closing_quote(bytes: &[u8], from: usize, last: bool) -> Closing {
    let mut at = from;
    while let Some(found) = memchr(b'"', &bytes[at..]).map(|found| at + found) {
        match bytes.get(found + 1) {
            Some(b'"') => at = found + 2,
            // What follows may be a doubled quote or a line end; only the end of the file settles it without more bytes.
            None | Some(b'\r') if !last && found + 2 >= bytes.len() => return Closing::NotYet,
            _ => return Closing::At(found),
        }
    }
    Closing::NotYet
}

fn is_line_end(bytes: &[u8], last: bool) -> bool {
    bytes.starts_with(b"\r\n") || (last && bytes == b"\r")
}

fn without_return(row: &[u8]) -> usize {
    row.len() - usize::from(row.last() == Some(&b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(text: &str, last: bool) -> Scanned {
        scan(text.as_bytes(), b',', last)
    }

    #[test]
    fn rows_end_at_line_ends_outside_quotes() {
        let cases = [
            ("a,b\nc", 3, 4, 1),
            ("a,b\r\nc", 3, 5, 1),
            ("a,\"x\ny\"\nc", 7, 8, 2),
            ("\"a\"\"\n\",b\n", 8, 9, 2),
            ("a,5\" pipe\nc", 9, 10, 1),
            ("\n", 0, 1, 1),
        ];
        for (text, length, next, lines) in cases {
            let quoted = text.contains('"');
            assert_eq!(row(text, false), Scanned::Row { length, next, lines, quoted }, "{text:?}");
        }
    }

    #[test]
    fn the_last_row_may_lack_its_line_end() {
        assert_eq!(row("a,b", true), Scanned::Row { length: 3, next: 3, lines: 1, quoted: false });
        assert_eq!(row("a,\"b\"", true), Scanned::Row { length: 5, next: 5, lines: 1, quoted: true });
        assert_eq!(row("a,\"b\"\r", true), Scanned::Row { length: 5, next: 6, lines: 1, quoted: true });
        assert_eq!(row("a,b", false), Scanned::Partial { quote: None });
    }

    #[test]
    fn a_quote_at_the_end_of_the_bytes_waits_for_more() {
        for text in ["a,\"b\"", "a,\"b\"\r", "a,\"b\"\"", "a,\"b"] {
            assert_eq!(row(text, false), Scanned::Partial { quote: Some(2) }, "{text:?}");
        }
    }

    #[test]
    fn open_quotes_and_text_behind_them_are_told_with_their_place() {
        assert_eq!(row("a,\"b\nc", true), Scanned::Partial { quote: Some(2) });
        for text in ["a,\"b\"x\n", "a,\"b\" ,c\n", "a,\"b\"\rx\n"] {
            assert_eq!(row(text, false), Scanned::TextBehindQuote { quote: 2 }, "{text:?}");
        }
    }
}
