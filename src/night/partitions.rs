//! The partitions of unsorted exports: rows as they were read, each with its line, sorted when its turn comes.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::NightError;
use super::batch::Bounds;
use super::gather::{Batches, lock};
use super::ledger_side::{Recall, Recalled};
use super::progress::Progress;
use crate::columns::Export;
use crate::exports::{Batch, Header, Row};
use crate::identity::BeneficiaryId;

/// A stretch of the temporary file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub(super) partition: usize,
    pub(super) place: u64,
    pub(super) length: usize,
}

/// The rows of unsorted exports by ranges of beneficiary numbers.
#[derive(Debug)]
pub(super) struct Partitions<'p> {
    file: File,
    extents: Vec<Vec<Extent>>,
    next: AtomicUsize,
    headers: &'p [Header; Export::COUNT],
    /// The first number of each partition but the first one.
    bounds: Vec<BeneficiaryId>,
    recall: Mutex<Recall>,
    progress: &'p Progress,
}

/// In front of each row: its line, with the export and whether a quote stands in it in the upper bits, and its length. Seven
/// bits stand in a byte: a head is ASCII, so that one look tells whether all rows of a partition are text.
const HEAD: usize = 12;
const QUOTED: u64 = 1 << 52;
const EXPORT_BITS: u32 = 53;

/// Appends a row to what is gathered for a partition.
pub(super) fn push_record(buffer: &mut Vec<u8>, export: Export, row: Row, bytes: &[u8]) {
    let quoted = if row.quoted { QUOTED } else { 0 };
    let head = row.line | quoted | (export as u64) << EXPORT_BITS;
    let mut text = [0; HEAD];
    let (first, then) = text.split_at_mut(8);
    first.copy_from_slice(&spread(head).to_le_bytes());
    // A row is far shorter than 2^28 bytes: see `BlockReader`.
    then.copy_from_slice(&spread(u64::from(row.length)).to_le_bytes()[..4]);
    buffer.extend_from_slice(&text);
    buffer.extend_from_slice(bytes);
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
        file: File,
        bounds: Vec<BeneficiaryId>,
        all: Vec<Extent>,
        headers: &'p [Header; Export::COUNT],
        recall: Recall,
        progress: &'p Progress,
    ) -> Self {
        let mut extents = vec![Vec::new(); bounds.len() + 1];
        for extent in all {
            extents[extent.partition].push(extent);
        }
        let (next, recall) = (AtomicUsize::new(0), Mutex::new(recall));
        Self { file, extents, next, headers, bounds, recall, progress }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.extents.iter().flatten().map(|extent| extent.length as u64).sum()
    }

    fn load(&self, partition: usize, batch: &mut Batch) -> std::io::Result<()> {
        let length = self.extents[partition].iter().map(|extent| extent.length).sum();
        // Only what the buffer lacks is written before it is read into.
        batch.bytes.resize(length, 0);
        let mut rest = &mut batch.bytes[..];
        for extent in &self.extents[partition] {
            let (bytes, behind) = rest.split_at_mut(extent.length);
            self.file.read_exact_at(bytes, extent.place)?;
            rest = behind;
        }
        Ok(())
    }
}

impl Batches for Partitions<'_> {
    type Ticket = usize;

    fn take(&self, batch: &mut Batch, recalled: &mut Recalled) -> Result<Option<usize>, NightError> {
        batch.rows.iter_mut().for_each(Vec::clear);
        recalled.clear();
        let next = self.next.fetch_add(1, Ordering::Relaxed);
        if next >= self.extents.len() {
            return Ok(None);
        }
        let end = self.bounds.get(next);
        lock(&self.recall).take(|id| end.is_none_or(|&end| id < end), recalled)?;
        Ok(Some(next))
    }

    fn fill(&self, &partition: &usize, batch: &mut Batch) -> Result<Bounds, NightError> {
        self.load(partition, batch).map_err(NightError::Spill)?;
        let mut keyed = <[Vec<(BeneficiaryId, Row)>; Export::COUNT]>::default();
        let mut at = 0;
        while let Some((export, row)) = record(&batch.bytes[at..], at) {
            // Only rows with a readable number were scattered.
            if let Some(id) = self.headers[export].id_of(row.of(&batch.bytes), row.quoted) {
                keyed[export].push((id, row));
            }
            at += HEAD + row.length as usize;
        }
        for (mut keyed, rows) in keyed.into_iter().zip(&mut batch.rows) {
            keyed.sort_unstable_by_key(|(id, row)| (*id, row.line));
            rows.clear();
            rows.extend(keyed.into_iter().map(|(_, row)| row));
        }
        self.progress.add_done(batch.bytes.len() as u64);
        Ok(Bounds::default())
    }
}

/// The record at the beginning of `bytes`, which stand at `at` in their batch: the export's number and the row.
fn record(bytes: &[u8], at: usize) -> Option<(usize, Row)> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    let (length, _) = rest.split_first_chunk::<4>()?;
    let head = gathered(u64::from_le_bytes(*head));
    let line = head & (QUOTED - 1);
    let start = u32::try_from(at + HEAD).ok()?;
    let length = u32::try_from(gathered(u64::from(u32::from_le_bytes(*length)))).ok()?;
    let row = Row { line, start, length, quoted: head & QUOTED != 0 };
    Some(((head >> EXPORT_BITS) as usize, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_from_behind_heads_of_ascii() {
        for export in Export::ALL {
            for (line, quoted) in [(2, false), (300, true), (1 << 40, false), ((1 << 52) - 1, true)] {
                let row = Row { line, start: 7, length: 5, quoted };
                let mut buffer = b"before".to_vec();
                push_record(&mut buffer, export, row, b"B1,x,");
                assert!(buffer.is_ascii());
                let (number, read) = record(&buffer[6..], 6).unwrap();
                assert_eq!((number, read), (export as usize, Row { start: 6 + 12, ..row }));
                assert_eq!(read.of(&buffer), b"B1,x,");
            }
        }
        for number in (0..56).map(|bit| (1 << bit) - 1).chain([64 << 20, 0x5A_1234_5678_9ABC]) {
            assert_eq!(gathered(spread(number)), number);
            assert!(spread(number).to_le_bytes().is_ascii());
        }
    }
}
