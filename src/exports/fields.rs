//! A row's fields: where each begins and ends, quotes and outer spaces taken off.

use std::ops::Range;

use crate::bytes::{Marks, last_digits, stretches_between};
use crate::columns::Column;

/// How many places for fields there are: one for each column, and the last one for fields that nobody asks for.
const PLACES: usize = 64;
/// The place of fields that nobody asks for.
pub(super) const UNKNOWN: u8 = 63;
const _: () = assert!(Column::COUNT <= UNKNOWN as usize && (UNKNOWN as usize) < PLACES);

/// The fields of one row after the other, by their columns; its buffers are used again.
#[derive(Debug)]
pub(super) struct Fields {
    /// Where the field of each column begins and ends; empty where the row has none.
    bounds: [[u32; 2]; PLACES],
    count: usize,
    /// The texts of a row with doubled quotes, without its quotes, a delimiter's width apart.
    unquoted: Vec<u8>,
    is_rewritten: bool,
}

impl Default for Fields {
    fn default() -> Self {
        Self { bounds: [[0; 2]; PLACES], count: 0, unquoted: Vec::new(), is_rewritten: false }
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

    /// Its bytes, if it has so many.
    #[inline]
    pub(super) fn exactly<const N: usize>(self) -> Option<&'s [u8; N]> {
        if self.length == N { self.up_to.last_chunk() } else { None }
    }

    /// See [`last_digits`].
    #[inline]
    pub(super) fn digits(self) -> Option<u64> {
        last_digits(self.up_to, self.length)
    }
}

impl Fields {
    /// Splits a row that stands among other bytes; fields are told by their distance from its beginning. `quoted` says that a
    /// quote stands in it; `columns` has the column of each field, or [`UNKNOWN`].
    #[inline]
    pub(super) fn split(&mut self, bytes: &[u8], row: Range<usize>, quoted: bool, delimiter: u8, columns: &[u8]) {
        if !quoted && stretches_between(delimiter, bytes, row.clone(), columns, &mut self.bounds) {
            self.is_rewritten = false;
            self.count = columns.len();
            return;
        }
        self.split_slowly(bytes.get(row).unwrap_or_default(), delimiter, columns);
    }

    /// Splits any row, also one with more or fewer fields than columns.
    #[inline(never)]
    fn split_slowly(&mut self, row: &[u8], delimiter: u8, columns: &[u8]) {
        self.clear();
        self.is_rewritten = !split_in_place(row, delimiter, &mut |field| self.add(field, columns));
        if self.is_rewritten {
            self.clear();
            let mut unquoted = std::mem::take(&mut self.unquoted);
            rewrite(row, delimiter, &mut unquoted, &mut |field| self.add(field, columns));
            self.unquoted = unquoted;
        }
    }

    /// The next field stands there.
    fn add(&mut self, field: Range<usize>, columns: &[u8]) {
        let column = columns.get(self.count).copied().unwrap_or(UNKNOWN);
        self.bounds[usize::from(column) % PLACES] = [place(field.start), place(field.end)];
        self.count += 1;
    }

    /// Forgets the row.
    pub(super) fn clear(&mut self) {
        self.bounds = [[0; 2]; PLACES];
        self.count = 0;
    }

    /// How many fields the row has.
    #[inline]
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// What the places of fields point into: the row, or its rewritten texts.
    #[inline]
    pub(super) fn base<'s>(&'s self, row: &'s [u8]) -> &'s [u8] {
        if self.is_rewritten { &self.unquoted } else { row }
    }

    /// A field of what [`Fields::base`] gives; empty where the row has none.
    #[inline]
    pub(super) fn get<'s>(&self, base: &'s [u8], column: Column) -> Field<'s> {
        let [start, end] = self.bounds[column as usize % PLACES];
        Field { up_to: &base[..end as usize], length: end.wrapping_sub(start) as usize }
    }

    /// Where a field stands in what [`Fields::base`] gives, outer spaces included.
    #[inline]
    pub(super) fn bounds(&self, column: Column) -> Range<usize> {
        let [start, end] = self.bounds[column as usize % PLACES];
        start as usize..end as usize
    }

    /// Whether fields are found in rewritten texts instead of the row.
    #[inline]
    pub(super) fn are_rewritten(&self) -> bool {
        self.is_rewritten
    }
}

/// The texts of a row's fields in their order, without their quotes, with their outer spaces.
pub(super) fn texts(row: &[u8], delimiter: u8) -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = Vec::new();
    if split_in_place(row, delimiter, &mut |field| texts.push(row[field].to_vec())) {
        return texts;
    }
    let (mut unquoted, mut fields) = (Vec::new(), Vec::new());
    rewrite(row, delimiter, &mut unquoted, &mut |field| fields.push(field));
    fields.into_iter().map(|field| unquoted[field].to_vec()).collect()
}

/// Hands on where the fields of a row stand in it, less the quotes around them; `false` where that is not enough, as one of them
/// has doubled quotes. Fields may have been handed on then.
fn split_in_place(row: &[u8], delimiter: u8, add: &mut impl FnMut(Range<usize>)) -> bool {
    let (mut start, mut is_quoted, mut is_open) = (0, false, false);
    for mark in Marks::new([b'"', delimiter], row, 0) {
        if row[mark] == delimiter {
            if !is_open {
                add(if is_quoted { start + 1..mark - 1 } else { start..mark });
                (start, is_quoted) = (mark + 1, false);
            }
        } else if is_open {
            if row.get(mark + 1).is_some_and(|&next| next != delimiter) {
                return false;
            }
            is_open = false;
        } else if mark == start {
            (is_quoted, is_open) = (true, true);
        }
    }
    add(if is_quoted && !is_open { start + 1..row.len() - 1 } else { start..row.len() });
    !is_open
}

/// Writes the texts of a row's fields without quotes, a delimiter's width apart, and hands on where each stands.
fn rewrite(row: &[u8], delimiter: u8, unquoted: &mut Vec<u8>, add: &mut impl FnMut(Range<usize>)) {
    unquoted.clear();
    let mut rest = row;
    loop {
        let start = unquoted.len();
        let behind = match rest.strip_prefix(b"\"") {
            Some(text) => unquote(text, unquoted),
            None => {
                let end = memchr::memchr(delimiter, rest).unwrap_or(rest.len());
                unquoted.extend_from_slice(&rest[..end]);
                &rest[end..]
            }
        };
        add(start..unquoted.len());
        unquoted.push(delimiter);
        // The scan of rows made sure that a delimiter or nothing follows a closing quote.
        match behind.split_first() {
            Some((_, next)) => rest = next,
            None => return,
        }
    }
}

/// Appends a quoted text and returns what stands behind its closing quote.
fn unquote<'r>(mut text: &'r [u8], unquoted: &mut Vec<u8>) -> &'r [u8] {
    while let Some(quote) = memchr::memchr(b'"', text) {
        let doubled = text.get(quote + 1) == Some(&b'"');
        unquoted.extend_from_slice(&text[..quote + usize::from(doubled)]);
        text = &text[(quote + 1 + usize::from(doubled)).min(text.len())..];
        if !doubled {
            return text;
        }
    }
    unquoted.extend_from_slice(text);
    &[]
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
        texts(row.as_bytes(), b',').iter().map(|text| String::from_utf8_lossy(trimmed(text)).into_owned()).collect()
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
        let columns = [Column::BeneficiaryId as u8, UNKNOWN, Column::End as u8];
        for count in [1, 2, 3, 4, 32, 65, 500] {
            let row = vec!["x"; count].join(",");
            assert_eq!(fields(&row).len(), count);
            let mut fields = Fields::default();
            fields.split(row.as_bytes(), 0..row.len(), false, b',', &columns);
            assert_eq!(fields.count(), count);
            assert_eq!(fields.get(row.as_bytes(), Column::End).text(), if count > 2 { &b"x"[..] } else { b"" });
        }
    }

    #[test]
    fn nothing_of_a_row_stays_for_the_next_one() {
        let columns = [Column::BeneficiaryId, Column::Kind, Column::Start, Column::End];
        let mut fields = Fields::default();
        for row in ["a,b,c,d", "a,b", "a,\"b\",c", "a,\"b\"\"\",c,d,e", "a", "a,b,c", "a,\"b\"", "a,b,c,d,e", ""] {
            fields.split(row.as_bytes(), 0..row.len(), row.contains('"'), b',', &columns.map(|column| column as u8));
            let expected = texts(row.as_bytes(), b',');
            assert_eq!(fields.count(), expected.len(), "{row}");
            for (at, column) in columns.into_iter().enumerate() {
                let field = fields.get(fields.base(row.as_bytes()), column);
                assert_eq!(field.text(), expected.get(at).map_or(&b""[..], |text| text), "{row} {at}");
            }
        }
    }

    #[test]
    fn the_csv_crate_reads_the_same_fields() {
        for row in ["a,b,c", "\"a,b\",\"\"\"x\"\"\",z", "\"a\",", "a,\"b\nc\",d", ",,", "é,\"ü\"", "\"\",\",\",\"\""]
        {
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(row.as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            assert_eq!(fields(row), record.iter().collect::<Vec<_>>(), "{row:?}");
        }
    }
}
