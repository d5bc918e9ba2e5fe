//! A row's fields: where each begins and ends, quotes and outer spaces taken off.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr_iter;

/// The fields of one row after the other; its buffers are used again.
#[derive(Debug, Default)]
pub(super) struct Fields {
    bounds: Vec<Range<u32>>,
    /// The texts of a row with doubled quotes, which become single ones here.
    unquoted: Vec<u8>,
    is_rewritten: bool,
}

impl Fields {
    /// Splits a row; `quoted` says that a quote stands in it.
    pub(super) fn split(&mut self, row: &[u8], quoted: bool, delimiter: u8) {
        self.bounds.clear();
        self.is_rewritten = false;
        if quoted {
            return self.split_quoted(row, delimiter);
        }
        let mut start = 0;
        for end in memchr_iter(delimiter, row) {
            self.bounds.push(start..place(end));
            start = place(end) + 1;
        }
        self.bounds.push(start..place(row.len()));
    }

    #[cold]
    fn split_quoted(&mut self, row: &[u8], delimiter: u8) {
        self.unquoted.clear();
        self.is_rewritten = true;
        let mut rest = row;
        loop {
            let start = place(self.unquoted.len());
            let behind = match rest.strip_prefix(b"\"") {
                Some(text) => self.unquote(text),
                None => {
                    let end = memchr::memchr(delimiter, rest).unwrap_or(rest.len());
                    self.unquoted.extend_from_slice(&rest[..end]);
                    &rest[end..]
                }
            };
            self.bounds.push(start..place(self.unquoted.len()));
            // The scan of rows made sure that a delimiter or nothing follows a closing quote.
            match behind.split_first() {
                Some((_, next)) => rest = next,
                None => return,
            }
        }
    }

    /// Appends a quoted text and returns what stands behind its closing quote.
    fn unquote<'r>(&mut self, mut text: &'r [u8]) -> &'r [u8] {
        while let Some(quote) = memchr::memchr(b'"', text) {
            let doubled = text.get(quote + 1) == Some(&b'"');
            self.unquoted.extend_from_slice(&text[..quote + usize::from(doubled)]);
            text = &text[(quote + 1 + usize::from(doubled)).min(text.len())..];
            if !doubled {
                return text;
            }
        }
        self.unquoted.extend_from_slice(text);
        &[]
    }

    /// How many fields the row has.
    pub(super) fn count(&self) -> usize {
        self.bounds.len()
    }

    /// A field without outer spaces; empty where the row has none at that place.
    pub(super) fn get<'s>(&'s self, row: &'s [u8], at: usize) -> &'s [u8] {
        self.field(at, if self.is_rewritten { &self.unquoted } else { row })
    }

    /// A field without outer spaces, as long as the row lives.
    pub(super) fn get_owned<'r>(&self, row: &'r [u8], at: usize) -> Cow<'r, [u8]> {
        if self.is_rewritten {
            Cow::Owned(self.field(at, &self.unquoted).to_vec())
        } else {
            Cow::Borrowed(self.field(at, row))
        }
    }

    fn field<'s>(&self, at: usize, base: &'s [u8]) -> &'s [u8] {
        match self.bounds.get(at) {
            Some(bounds) => trimmed(&base[bounds.start as usize..bounds.end as usize]),
            None => &[],
        }
    }
}

fn place(at: usize) -> u32 {
    // A row is at most `BlockReader::LONGEST_ROW` bytes long, far below 4 GiB.
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The one way in which fields lose their outer spaces: a number read in two places must be the same in both.
pub(super) fn trimmed(field: &[u8]) -> &[u8] {
    match field {
        [b' ' | b'\t', ..] | [.., b' ' | b'\t'] => field.trim_ascii(),
        _ => field,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(row: &str) -> Vec<String> {
        let mut fields = Fields::default();
        fields.split(row.as_bytes(), row.contains('"'), b',');
        (0..fields.count()).map(|at| String::from_utf8_lossy(fields.get(row.as_bytes(), at)).into_owned()).collect()
    }

    #[test]
    fn fields_lose_their_quotes_and_outer_spaces() {
        assert_eq!(fields("a,b,c"), ["a", "b", "c"]);
        assert_eq!(fields(""), [""]);
        assert_eq!(fields("a,,"), ["a", "", ""]);
        assert_eq!(fields(" a ,\tb,c d"), ["a", "b", "c d"]);
        assert_eq!(fields("\"a,b\",\"\"\"x\"\"\",5\" pipe,\"\""), ["a,b", "\"x\"", "5\" pipe", ""]);
        assert_eq!(fields("a,\"b\""), ["a", "b"]);
        assert_eq!(fields("\"a\","), ["a", ""]);
    }

    #[test]
    fn the_csv_crate_reads_the_same_fields() {
        for row in ["a,b,c", "\"a,b\",\"\"\"x\"\"\",z", "\"a\",", "a,\"b\nc\",d", ",,", "é,\"ü\""] {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(row.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            assert_eq!(fields(row), record.iter().collect::<Vec<_>>(), "{row:?}");
        }
    }
}
