//! The partitions of unsorted exports: rows as they were read, each with its line, sorted when its turn comes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::NightError;
use super::batch::Bounds;
use super::gather::{Batches, lock};
use super::ledger_side::{Recall, Recalled};
use super::progress::Progress;
use super::spill::Spilled;
use crate::columns::Export;
use crate::exports::{Batch, Header, Row};
use crate::identity::BeneficiaryId;

/// The rows of unsorted exports by ranges of beneficiary numbers.
#[derive(Debug)]
pub(super) struct Partitions<'p> {
    spilled: Spilled,
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

/// What stands in front of a row.
#[inline]
pub(super) fn head(export: Export, row: Row) -> [u8; HEAD] {
    let quoted = if row.quoted { QUOTED } else { 0 };
    let head = row.line | quoted | (export as u64) << EXPORT_BITS;
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
        bounds: Vec<BeneficiaryId>,
        headers: &'p [Header; Export::COUNT],
        recall: Recall,
        progress: &'p Progress,
    ) -> Self {
        let (next, recall) = (AtomicUsize::new(0), Mutex::new(recall));
        Self { spilled, next, headers, bounds, recall, progress }
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
        if next > self.bounds.len() {
            return Ok(None);
        }
        let end = self.bounds.get(next);
        lock(&self.recall).take(|id| end.is_none_or(|&end| id < end), recalled)?;
        Ok(Some(next))
    }

    fn fill(&self, &partition: &usize, batch: &mut Batch) -> Result<Bounds, NightError> {
        self.spilled.read(partition, &mut batch.bytes).map_err(NightError::Spill)?;
        let mut numbered = <[Vec<(BeneficiaryId, Row)>; Export::COUNT]>::default();
        let mut at = 0;
        while let Some((export, row)) = record(&batch.bytes[at..], at) {
            // Only rows with a readable number were scattered.
            if let Some(id) = self.headers[export].id_of(row.of(&batch.bytes), row.quoted) {
                numbered[export].push((id, row));
            }
            at += HEAD + row.length as usize;
        }
        for (numbered, rows) in numbered.into_iter().zip(&mut batch.rows) {
            rows.clear();
            sort(numbered, rows);
        }
        self.progress.add_done(batch.bytes.len() as u64);
        Ok(Bounds::default())
    }
}

/// Appends rows in the order of their numbers, and of their lines.
fn sort(mut numbered: Vec<(BeneficiaryId, Row)>, rows: &mut Vec<Row>) {
    let words = || numbered.iter().map(|(id, _)| id.words());
    if let Some(window) = Window::of(words()) {
        let keys = words().map(|words| window.key(words));
        let mut keyed: Vec<_> = keys.zip(&numbered).map(|(key, &(_, row))| (key, row)).collect();
        keyed.sort_unstable_by_key(|(key, row)| u128::from(*key) << 64 | u128::from(row.line));
        rows.extend(keyed.into_iter().map(|(_, row)| row));
        return;
    }
    numbered.sort_unstable_by_key(|(id, row)| (*id, row.line));
    rows.extend(numbered.into_iter().map(|(_, row)| row));
}

/// 64 bits of the numbers' 192 which hold all in which they differ: they have the order of the numbers, and sorting them takes half of
/// the time. The numbers of a partition lie close to each other, so nearly always there is such a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    /// Its first bit, counted from the highest one; at most 128.
    first: u32,
}

impl Window {
    fn of(mut numbers: impl Iterator<Item = [u64; 3]>) -> Option<Self> {
        let one = numbers.next()?;
        let differ = numbers
            .fold([0; 3], |differ: [u64; 3], number| [0, 1, 2].map(|word| differ[word] | number[word] ^ one[word]));
        let word = differ.iter().position(|&word| word != 0).unwrap_or(0);
        let first = (64 * u32::try_from(word).ok()? + differ[word].leading_zeros()).min(128);
        let window = Self { first };
        // Where the window begins with the first bit in which they differ, nothing may be left behind its end.
        let ones = |words: [u64; 3]| words.iter().map(|word| word.count_ones()).sum::<u32>();
        (window.key(differ).count_ones() == ones(differ)).then_some(window)
    }

    #[inline]
    fn key(self, [upper, middle, lower]: [u64; 3]) -> u64 {
        let (high, low, skipped) =
            if self.first <= 64 { (upper, middle, self.first) } else { (middle, lower, self.first - 64) };
        #[expect(clippy::cast_possible_truncation, reason = "the lower half is the window")]
        let key = ((u128::from(high) << 64 | u128::from(low)) >> (64 - skipped)) as u64;
        key
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

    fn row(line: u64) -> Row {
        Row { line, start: 0, length: 0, quoted: false }
    }

    #[test]
    fn rows_stand_in_the_order_of_their_numbers_wherever_these_differ() {
        let near: Vec<_> = (0..300).map(|number| format!("B{:010}", 4_000_000 + number * 7919 % 300)).collect();
        let of_all_lengths =
            (1..=20).flat_map(|length| ["A", "Z"].map(|end| format!("{}{end}", "M".repeat(length - 1))));
        let at_the_end = (0..50).map(|number| format!("12345678901234567{:03}", number * 37 % 50));
        let lists = [
            near,
            of_all_lengths.collect(),
            at_the_end.collect(),
            vec!["SAME".to_owned(); 9],
            vec!["-".to_owned()],
            Vec::new(),
        ];
        let mut windows = Vec::new();
        for list in lists {
            // Each number on two lines, the later one first.
            let number =
                |(at, text): (u64, &String)| (BeneficiaryId::new(text.as_bytes()).unwrap(), row(at * 31 % 997));
            let twice = list.iter().chain(&list);
            let numbered: Vec<_> = (0..).zip(twice).map(number).collect();
            let mut expected = numbered.clone();
            expected.sort_by_key(|(id, row)| (id.to_string(), row.line));
            windows.push(Window::of(numbered.iter().map(|(id, _)| id.words())).is_some());
            let mut rows = Vec::new();
            sort(numbered, &mut rows);
            assert_eq!(rows, expected.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), "{list:?}");
        }
        assert_eq!(windows, [true, false, true, true, true, false]);
    }

    #[test]
    fn rows_come_back_from_behind_heads_of_ascii() {
        for export in Export::ALL {
            for (line, quoted) in [(2, false), (300, true), (1 << 40, false), ((1 << 52) - 1, true)] {
                let row = Row { line, start: 7, length: 5, quoted };
                let mut buffer = b"before".to_vec();
                buffer.extend_from_slice(&head(export, row));
                buffer.extend_from_slice(b"B1,x,");
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
