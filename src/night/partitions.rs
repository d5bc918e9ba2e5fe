//! The partitions of unsorted exports: rows as they were read, each with its line, sorted when its turn comes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::NightError;
use super::batch::Bounds;
use super::gather::{Batches, lock};
use super::ledger_side::{Recall, Recalled};
use super::order::Numbered;
use super::progress::Progress;
use super::ranges::Ranges;
use super::spill::Spilled;
use crate::columns::Export;
use crate::exports::{Batch, Header, Row};
use crate::identity::BeneficiaryId;

/// The rows of unsorted exports by ranges of beneficiary numbers.
#[derive(Debug)]
pub(super) struct Partitions<'p> {
    spilled: Spilled,
    /// Buffers of threads that don't sort.
    idle: Mutex<Vec<[Numbered; Export::COUNT]>>,
    next: AtomicUsize,
    headers: &'p [Header; Export::COUNT],
    ranges: Ranges,
    recall: Mutex<Recall>,
    progress: &'p Progress,
}

/// In front of each row: its line; in the bits above it whether a quote stands in the row, how long its number is, and the export;
/// and its length. Seven bits stand in a byte: a head is ASCII, so that one look tells whether all rows of a partition are text.
const HEAD: usize = 12;
const QUOTED: u64 = 1 << 47;
const NUMBER_BITS: u32 = 48;
const EXPORT_BITS: u32 = 53;

/// What stands in front of a row with a number.
#[inline]
pub(super) fn head(export: Export, row: Row, (id, bytes): (BeneficiaryId, &[u8])) -> [u8; HEAD] {
    let quoted = if row.quoted { QUOTED } else { 0 };
    // Where the row doesn't begin with its number it is searched for again.
    let number = id.length_in_front_of(bytes) as u64;
    let head = row.line | quoted | number << NUMBER_BITS | (export as u64) << EXPORT_BITS;
    let mut text = [0; HEAD];
    let (first, then) = text.split_at_mut(8);
    first.copy_from_slice(&spread(head).to_le_bytes());
    // A row is far shorter than 2^28 bytes: see `BlockReader`.
    then.copy_from_slice(&spread(u64::from(row.length)).to_le_bytes()[..4]);
    text
}

/// The lower 56 bits of a number, seven in each byte.
fn spread(number: u64) -> u64 {
    let halves = number & 0xFFF_FFFF | (number & 0xFF_FFFF_F000_0000) << 4;
    let quarters = halves & 0x0000_3FFF_0000_3FFF | (halves & 0x0FFF_C000_0FFF_C000) << 2;
    quarters & 0x007F_007F_007F_007F | (quarters & 0x3F80_3F80_3F80_3F80) << 1
}

/// The number that was spread.
fn gathered(spread: u64) -> u64 {
    let quarters = spread & 0x007F_007F_007F_007F | (spread & 0x7F00_7F00_7F00_7F00) >> 1;
    let halves = quarters & 0x0000_3FFF_0000_3FFF | (quarters & 0x3FFF_0000_3FFF_0000) >> 2;
    halves & 0xFFF_FFFF | (halves & 0x0FFF_FFFF_0000_0000) >> 4
}

impl<'p> Partitions<'p> {
    pub(super) fn new(
        spilled: Spilled,
        ranges: Ranges,
        headers: &'p [Header; Export::COUNT],
        recall: Recall,
        progress: &'p Progress,
    ) -> Self {
        let (next, recall) = (AtomicUsize::new(0), Mutex::new(recall));
        Self { spilled, idle: Mutex::default(), next, headers, ranges, recall, progress }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.spilled.bytes()
    }
}

impl Batches for Partitions<'_> {
    type Ticket = usize;

    fn take(&self, batch: &mut Batch, recalled: &mut Recalled) -> Result<Option<usize>, NightError> {
        batch.rows.iter_mut().for_each(Vec::clear);
        recalled.clear();
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        if next >= self.ranges.count() {
            return Ok(None);
        }
        let end = self.ranges.end(next);
        lock(&self.recall).take(|id| end.is_none_or(|end| id < end), recalled)?;
        Ok(Some(next))
    }

    fn fill(&self, &partition: &usize, batch: &mut Batch) -> Result<Bounds, NightError> {
        self.spilled.read(partition, &mut batch.bytes).map_err(NightError::Spill)?;
        let mut numbered = lock(&self.idle).pop().unwrap_or_default();
        let mut at = 0;
        while let Some((export, row, number)) = record(&batch.bytes[at..], at) {
            let bytes = row.of(&batch.bytes);
            // Only rows with a readable number were scattered.
            let words = match bytes.get(..number) {
                Some(text @ [_, ..]) => Some(BeneficiaryId::words_of(text)),
                _ => self.headers[export].id_of(bytes, row.quoted).map(BeneficiaryId::words),
            };
            if let Some(words) = words {
                numbered[export].push(words, row);
            }
            at += HEAD + row.length as usize;
        }
        for (numbered, rows) in numbered.iter_mut().zip(&mut batch.rows) {
            numbered.sort_into(rows);
        }
        lock(&self.idle).push(numbered);
        self.progress.add_done(batch.bytes.len() as u64);
        Ok(Bounds::default())
    }
}

/// The record at the beginning of `bytes`, which stand at `at` in their batch: the export's number, the row, and
/// how long the beneficiary's number at its beginning is; 0 where it stands elsewhere.
fn record(bytes: &[u8], at: usize) -> Option<(usize, Row, usize)> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    let (length, _) = rest.split_first_chunk::<4>()?;
    let head = gathered(u64::from_le_bytes(*head));
    let line = head & (QUOTED - 1);
    let start = u32::try_from(at + HEAD).ok()?;
    let length = u32::try_from(gathered(u64::from(u32::from_le_bytes(*length)))).ok()?;
    let row = Row { line, start, length, quoted: head & QUOTED != 0 };
    Some(((head >> EXPORT_BITS) as usize, row, (head >> NUMBER_BITS) as usize & 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_from_behind_heads_of_ascii() {
        let id = BeneficiaryId::new(b"B1").unwrap();
        for export in Export::ALL {
            for (line, quoted) in [(2, false), (300, true), (1 << 40, false), ((1 << 47) - 1, true)] {
                for (text, expected) in [(b"B1,x,", 2), (b"B1   ", 2), (b" B1,x", 0), (b"x,B1,", 0), (b"\"B1\",", 0)] {
                    let row = Row { line, start: 7, length: 5, quoted };
                    let mut buffer = b"before".to_vec();
                    buffer.extend_from_slice(&head(export, row, (id, text)));
                    buffer.extend_from_slice(text);
                    assert!(buffer.is_ascii());
                    let (of, read, number) = record(&buffer[6..], 6).unwrap();
                    assert_eq!((of, read, number), (export as usize, Row { start: 6 + 12, ..row }, expected));
                    assert_eq!(read.of(&buffer), text);
                }
            }
        }
        for number in (0..56).map(|bit| (1 << bit) - 1).chain([64 << 20, 0x5A_1234_5678_9ABC]) {
            assert_eq!(gathered(spread(number)), number);
            assert!(spread(number).to_le_bytes().is_ascii());
        }
    }
}
