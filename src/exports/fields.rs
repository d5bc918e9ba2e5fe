//! A row's fields: where each begins and ends, quotes and outer spaces taken off.

use std::ops::Range;

use crate::bytes::{last_digits, stretches_between};

/// The fields of one row after the other; its buffers are used again.
#[derive(Debug)]
pub(super) struct Fields {
    /// Where each field begins and ends; the places behind the last field are empty. With room for the row with the most fields
    /// so far.
    bounds: Vec<[u32; 2]>,
    count: usize,
    /// The texts of a row with quotes, without them, a delimiter's width apart.
    unquoted: Vec<u8>,
    is_rewritten: bool,
}

impl Default for Fields {
    fn default() -> Self {
        Self { bounds: vec![[0; 2]; 32], count: 0, unquoted: Vec::new(), is_rewritten: false }
    }
}

/// A field, outer spaces included.
#[derive(Clone, Copy)]
pub(super) struct Field<'s> {
    /// The row up to its end.
    up_to: &'s [u8],
    length: usize,
}

impl<'s> Field<'s> {
    const NONE: Self = Self { up_to: &[], length: 0 };

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.length == 0
    }

    #[inline]
    pub(super) fn len(self) -> usize {
        self.length
    }

    /// Its text.
    #[inline]
    pub(super) fn text(self) -> &'s [u8] {
        self.up_to.len().checked_sub(self.length).and_then(|start| self.up_to.get(start..)).unwrap_or_default()
    }

    /// Its text without outer spaces.
    #[inline]
    pub(super) fn trimmed(self) -> &'s [u8] {
        trimmed(self.text())
    }

    /// See [`last_digits`].
    #[inline]
    pub(super) fn digits(self) -> Option<u64> {
        last_digits(self.up_to, self.length)
    }
}

impl Fields {
    /// Splits a row; `quoted` says that a quote stands in it.
    pub(super) fn split(&mut self, row: &[u8], quoted: bool, delimiter: u8) {
        self.split_within(row, 0..row.len(), quoted, delimiter);
    }

    /// Splits a row that stands among other bytes; fields are told by their distance from its beginning.
    #[inline]
    pub(super) fn split_within(&mut self, bytes: &[u8], row: Range<usize>, quoted: bool, delimiter: u8) {
        self.is_rewritten = quoted;
        if quoted {
            return self.split_quoted(bytes.get(row).unwrap_or_default(), delimiter);
        }
        let known = self.count;
        self.count = loop {
            match stretches_between(delimiter, bytes, row.clone(), &mut self.bounds) {
                Some(count) => break count,
                None => self.widen(),
            }
        };
        if known > self.count {
            self.clear_behind();
        }
    }

    /// A field begins and ends at places.
    fn add_field(&mut self, start: usize, end: usize) {
        if self.count == self.bounds.len() {
            self.widen();
        }
        self.bounds[self.count] = [place(start), place(end)];
        self.count += 1;
    }

    #[cold]
    fn clear_behind(&mut self) {
        self.bounds.iter_mut().skip(self.count).for_each(|bounds| *bounds = [0; 2]);
    }

    #[cold]
    fn widen(&mut self) {
        self.bounds.resize(2 * self.bounds.len() + 2, [0; 2]);
    }

    #[inline(never)]
    fn split_quoted(&mut self, row: &[u8], delimiter: u8) {
        self.count = 0;
        self.unquoted.clear();
        let mut rest = row;
        loop {
            let start = self.unquoted.len();
            let behind = match rest.strip_prefix(b"\"") {
                Some(text) => self.unquote(text),
                None => {
                    let end = memchr::memchr(delimiter, rest).unwrap_or(rest.len());
                    self.unquoted.extend_from_slice(&rest[..end]);
                    &rest[end..]
                }
            };
            self.add_field(start, self.unquoted.len());
            self.unquoted.push(delimiter);
            // The scan of rows made sure that a delimiter or nothing follows a closing quote.
            match behind.split_first() {
                Some((_, next)) => rest = next,
                None => return self.clear_behind(),
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
        self.count
    }

    /// What the places of fields point into: the row, or its rewritten texts.
    pub(super) fn base<'s>(&'s self, row: &'s [u8]) -> &'s [u8] {
        if self.is_rewritten { &self.unquoted } else { row }
    }

    /// A field of what [`Fields::base`] gives; empty where the row has none at that place.
    #[inline]
    pub(super) fn get<'s>(&self, base: &'s [u8], at: usize) -> Field<'s> {
        let field = |Range { start, end }: Range<usize>| {
            Some(Field { up_to: base.get(..end)?, length: end.wrapping_sub(start) })
        };
        self.bounds(at).and_then(field).unwrap_or(Field::NONE)
    }

    /// Where a field stands in what [`Fields::base`] gives, outer spaces included.
    #[inline]
    pub(super) fn bounds(&self, at: usize) -> Option<Range<usize>> {
        self.bounds.get(at).map(|&[start, end]| start as usize..end as usize)
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
            .map(|at| String::from_utf8_lossy(fields.get(fields.base(row.as_bytes()), at).trimmed()).into_owned())
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
    fn a_row_may_have_any_number_of_fields() {
        for count in [1, 2, 31, 32, 33, 64, 65, 500] {
            let row = vec!["x"; count].join(",");
            assert_eq!(fields(&row).len(), count);
            assert!(fields(&row).iter().all(|field| field == "x"));
        }
        let mut fields = Fields::default();
        for row in ["a,b,c,d", "a,b", "a,\"b\",c", "a", "a,b,c", "a,\"b\""] {
            fields.split(row.as_bytes(), row.contains('"'), b',');
            assert!((fields.count()..40).all(|at| fields.get(fields.base(row.as_bytes()), at).is_empty()), "{row}");
        }
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
