//! Reads an export in blocks of whole rows, in order, into buffers that are used again.

use std::io::Read;

use sha2::{Digest, Sha256};

use super::batch::Batch;
use super::header::Header;
use super::rows::{Row, Scanned, scan};
use super::{Encoding, Refusal};
use crate::bytes::Marks;
use crate::columns::Export;
use crate::identity::BeneficiaryId;

/// What was read of a file, for the summary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputDigest {
    /// Its size.
    pub bytes: u64,
    /// Its rows without the header.
    pub rows: u64,
    /// SHA-256 in hexadecimal digits; `None` when digests are off.
    pub sha256: Option<String>,
    /// The line of the last row, if no line end follows it.
    pub cut_at: Option<u64>,
}

/// Reads one export in blocks of whole rows.
#[derive(Debug)]
pub struct BlockReader<R> {
    input: R,
    header: Header,
    buffer: Vec<u8>,
    /// Up to where rows were taken from the buffer, and up to where it is cut into rows.
    taken: usize,
    scanned: usize,
    /// The line at `scanned`.
    line: u64,
    /// The rows between `taken` and `scanned`.
    rows: Vec<Row>,
    at_end: bool,
    digest: Option<Sha256>,
    seen: InputDigest,
}

/// The longest row, in bytes.
const LONGEST_ROW: usize = 64 << 20;
/// How much is asked of the system at once.
const READ_SIZE: usize = 256 << 10;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

impl<R: Read> BlockReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// The file can't be read, or its header refuses it.
    pub fn open(export: Export, input: R, encoding: Encoding, with_digest: bool) -> Result<Self, Refusal> {
        let digest = with_digest.then(Sha256::new);
        let mut reader = Self {
            input,
            header: Header::none(export, encoding),
            buffer: Vec::new(),
            taken: 0,
            scanned: 0,
            line: 1,
            rows: Vec::new(),
            at_end: false,
            digest,
            seen: InputDigest::default(),
        };
        reader.read_header(encoding)?;
        Ok(reader)
    }

    fn read_header(&mut self, encoding: Encoding) -> Result<(), Refusal> {
        let export = self.header.export;
        let mut wanted = READ_SIZE;
        loop {
            self.read_up_to(wanted)?;
            if encoding == Encoding::Utf8 && self.buffer.starts_with(BYTE_ORDER_MARK) {
                self.taken = BYTE_ORDER_MARK.len();
            }
            let delimiter = Header::delimiter(&self.buffer[self.taken..]);
            match scan(&self.buffer[self.taken..], delimiter.byte(), self.at_end) {
                Scanned::Row { length, next, lines, .. } => {
                    let row = &self.buffer[self.taken..self.taken + length];
                    self.header = Header::read(export, row, encoding)?;
                    self.taken += next;
                    self.scanned = self.taken;
                    self.line += lines;
                    return Ok(());
                }
                Scanned::Partial { .. } if self.buffer.is_empty() || self.taken == self.buffer.len() => {
                    return Err(Refusal::Empty { export });
                }
                Scanned::Partial { quote } if self.at_end || wanted > LONGEST_ROW => {
                    return Err(self.partial(self.taken, quote));
                }
                Scanned::Partial { .. } => wanted *= 2,
                Scanned::TextBehindQuote { quote } => return Err(self.text_behind_quote(self.taken, quote)),
            }
        }
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What was read, once everything was taken; `None` when something was not.
    pub fn seen(mut self) -> Option<InputDigest> {
        if !self.at_end || self.taken < self.buffer.len() {
            return None;
        }
        self.seen.sha256 = self.digest.map(|digest| crate::hexadecimal(&digest.finalize()));
        Some(self.seen)
    }

    /// How many bytes were read so far.
    pub fn bytes_read(&self) -> u64 {
        self.seen.bytes
    }

    /// Whether no rows follow those that are buffered.
    pub fn is_at_end(&self) -> bool {
        self.at_end && self.scanned == self.buffer.len()
    }

    /// The buffered rows.
    pub fn buffered(&self) -> &[Row] {
        &self.rows
    }

    /// The beneficiary number of a buffered row, where it can be read.
    pub fn id_of(&self, row: Row) -> Option<BeneficiaryId> {
        self.header.id_of(row.of(&self.buffer), row.quoted)
    }

    /// Reads until `wanted` bytes of rows are buffered, or the file ends.
    ///
    /// # Errors
    /// The file can't be read, or rows can't be told apart.
    pub fn fill(&mut self, wanted: usize) -> Result<(), Refusal> {
        if self.is_at_end() || self.scanned - self.taken >= wanted {
            return Ok(());
        }
        // Bytes are moved to the front only when at least as many were taken.
        if self.taken > self.buffer.len() / 2 {
            self.compact();
        }
        let mut size = (self.taken + wanted).max(self.buffer.len() + 1);
        loop {
            self.read_up_to(size)?;
            self.cut_rows()?;
            if self.at_end || !self.rows.is_empty() {
                return Ok(());
            }
            size = size.saturating_mul(2).max(READ_SIZE);
        }
    }

    /// Moves the first `count` buffered rows to a batch.
    pub fn take(&mut self, count: usize, batch: &mut Batch) {
        let end = match self.rows.get(count) {
            Some(row) => row.start as usize,
            None => self.scanned,
        };
        let Some(first) = self.rows.first().filter(|_| count > 0).map(|row| row.start as usize) else { return };
        self.seen.rows += count as u64;
        let export = self.header.export as usize;
        let (bytes, rows) = (&mut batch.read[export], &mut batch.rows[export]);
        if bytes.is_empty() && rows.is_empty() && self.buffer.len() - end < end - first {
            // The batch gets the buffer, and what is behind its rows goes to the buffer of a batch before.
            bytes.extend_from_slice(&self.buffer[end..]);
            std::mem::swap(bytes, &mut self.buffer);
            bytes.truncate(end);
            let gone = place(end);
            rows.extend(self.rows[count..].iter().map(|row| Row { start: row.start - gone, ..*row }));
            std::mem::swap(rows, &mut self.rows);
            rows.truncate(count);
            self.scanned -= end;
            self.taken = 0;
            return;
        }
        let base = bytes.len();
        bytes.extend_from_slice(&self.buffer[first..end]);
        rows.extend(self.rows.drain(..count).map(|row| Row { start: place(row.start as usize - first + base), ..row }));
        self.taken = end;
    }

    fn compact(&mut self) {
        if self.taken == 0 {
            return;
        }
        let gone = self.taken;
        self.buffer.copy_within(gone.., 0);
        self.buffer.truncate(self.buffer.len() - gone);
        for row in &mut self.rows {
            row.start -= place(gone);
        }
        self.scanned -= gone;
        self.taken = 0;
    }

    fn read_up_to(&mut self, size: usize) -> Result<(), Refusal> {
        while self.buffer.len() < size && !self.at_end {
            let before = self.buffer.len();
            let limit = (size - before) as u64;
            self.buffer.reserve(size - before);
            let read = self.input.by_ref().take(limit).read_to_end(&mut self.buffer);
            let read = read.map_err(|error| Refusal::Unreadable { export: self.header.export, error })?;
            self.at_end = (read as u64) < limit;
            if let Some(digest) = &mut self.digest {
                digest.update(&self.buffer[before..]);
            }
            self.seen.bytes += read as u64;
        }
        Ok(())
    }

    fn cut_rows(&mut self) -> Result<(), Refusal> {
        self.cut_plain_rows();
        while self.scanned < self.buffer.len() {
            let delimiter = self.header.dialect.delimiter.byte();
            match scan(&self.buffer[self.scanned..], delimiter, self.at_end) {
                Scanned::Row { length, next, lines, quoted } => {
                    let whole = self.buffer[self.scanned + next - 1] == b'\n';
                    if !whole && self.at_end {
                        self.seen.cut_at = Some(self.line);
                    }
                    if length > 0 {
                        let row = Row { line: self.line, start: place(self.scanned), length: place(length), quoted };
                        self.rows.push(row);
                    }
                    self.scanned += next;
                    self.line += lines;
                    self.cut_plain_rows();
                }
                Scanned::Partial { quote } if self.at_end || self.buffer.len() - self.scanned > LONGEST_ROW => {
                    return Err(self.partial(self.scanned, quote));
                }
                Scanned::Partial { .. } => break,
                Scanned::TextBehindQuote { quote } => return Err(self.text_behind_quote(self.scanned, quote)),
            }
        }
        Ok(())
    }

    /// Cuts rows up to the first one with a quote; each ends at its line end.
    fn cut_plain_rows(&mut self) {
        let (bytes, mut start, mut line) = (&self.buffer[..], self.scanned, self.line);
        for mark in Marks::new([b'"', b'\n'], bytes, start) {
            let Some(row) = bytes.get(start..mark).filter(|_| bytes.get(mark) == Some(&b'\n')) else { break };
            let length = row.len() - usize::from(row.last() == Some(&b'\r'));
            if length > 0 {
                self.rows.push(Row { line, start: place(start), length: place(length), quoted: false });
            }
            (start, line) = (mark + 1, line + 1);
        }
        (self.scanned, self.line) = (start, line);
    }

    /// Where a quote stands: its physical line and the number of its field.
    fn place_of(&self, row: usize, quote: usize) -> (u64, usize) {
        let before = &self.buffer[row..row + quote];
        let line = self.line + memchr::memchr_iter(b'\n', before).count() as u64;
        (line, self.header.fields(before).len())
    }

    #[cold]
    fn partial(&self, row: usize, quote: Option<usize>) -> Refusal {
        let export = self.header.export;
        match quote {
            Some(quote) => {
                let (line, column) = self.place_of(row, quote);
                Refusal::UnclosedQuote { export, line, column }
            }
            None => Refusal::RowTooLong { export, line: self.line, limit: LONGEST_ROW },
        }
    }

    #[cold]
    fn text_behind_quote(&self, row: usize, quote: usize) -> Refusal {
        let (line, column) = self.place_of(row, quote);
        Refusal::TextBehindQuote { export: self.header.export, line, column }
    }
}

/// A place in a buffer; buffers are a few times [`LONGEST_ROW`] at most, far below 4 GiB.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
