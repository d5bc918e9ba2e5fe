//! A row's fields: where each begins and ends, quotes and outer spaces taken off.

use std::ops::Range;

use crate::bytes::places_of;

/// The fields of one row after the other; its buffers are used again.
#[derive(Debug, Default)]
pub(super) struct Fields {
    /// Where each field ends; the next one begins a delimiter further on.
    ends: Vec<u32>,
    /// The texts of a row with quotes, without them, a delimiter's width apart.
    unquoted: Vec<u8>,
    is_rewritten: bool,
}

impl Fields {
    /// Splits a row; `quoted` says that a quote stands in it.
    #[inline]
    pub(super) fn split(&mut self, row: &[u8], quoted: bool, delimiter: u8) {
        self.ends.clear();
        self.is_rewritten = quoted;
        if quoted {
            return self.split_quoted(row, delimiter);
        }
        places_of(delimiter, row, &mut self.ends);
        self.ends.push(place(row.len()));
    }

    fn split_quoted(&mut self, row: &[u8], delimiter: u8) {
        self.unquoted.clear();
        let mut rest = row;
        loop {
            let behind = match rest.strip_prefix(b"\"") {
                Some(text) => self.unquote(text),
                None => {
                    let end = memchr::memchr(delimiter, rest).unwrap_or(rest.len());
                    self.unquoted.extend_from_slice(&rest[..end]);
                    &rest[end..]
                }
            };
            self.ends.push(place(self.unquoted.len()));
            self.unquoted.push(delimiter);
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
        self.ends.len()
    }

    /// What the places of fields point into: the row, or its rewritten texts.
    pub(super) fn base<'s>(&'s self, row: &'s [u8]) -> &'s [u8] {
        if self.is_rewritten { &self.unquoted } else { row }
    }

    /// A field without outer spaces; empty where the row has none at that place.
    #[inline]
    pub(super) fn get<'s>(&self, base: &'s [u8], at: usize) -> &'s [u8] {
        self.bounds(at).map_or(&[], |bounds| trimmed(&base[bounds]))
    }

    /// Where a field stands in what [`Fields::base`] gives, outer spaces included.
    #[inline]
    pub(super) fn bounds(&self, at: usize) -> Option<Range<usize>> {
        let end = *self.ends.get(at)? as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize + 1 };
        Some(start..end)
    }

    /// Whether fields are found in rewritten texts instead of the row.
    pub(super) fn are_rewritten(&self) -> bool {
        self.is_rewritten
    }
}

fn place(at: usize) -> u32 {
    // A row is at most `BlockReader::LONGEST_ROW` bytes long, far below 4 GiB.
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The one way in which fields lose their outer spaces and tabs: a number read in two places must be the same in both.
#[inline]
pub(super) fn trimmed(mut field: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = field {
        field = rest;
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(row: &str) -> Vec<String> {
        let mut fields = Fields::default();
        fields.split(row.as_bytes(), row.contains('"'), b',');
        (0..fields.count())
            .map(|at| String::from_utf8_lossy(fields.get(fields.base(row.as_bytes()), at)).into_owned())
            .collect()
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
