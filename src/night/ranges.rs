//! Ranges of beneficiary numbers, one for each partition of unsorted exports.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use super::NightError;
use super::ledger_side::Recall;
use crate::columns::Export;
use crate::exports::{Header, Refusal};
use crate::identity::BeneficiaryId;
use crate::intake::Exports;

/// About how many bytes a partition holds; with its outputs it is in memory once for each thread.
const PARTITION_BYTES: u64 = 3 << 19;
const MOST_PARTITIONS: u64 = 1_024;
/// How many rows are looked at to choose the ranges, and how many bytes for each.
const SAMPLES: u64 = 4_096;
const SAMPLE_BYTES: usize = 2_048;

/// The ranges, in ascending order.
#[derive(Debug)]
pub(super) struct Ranges {
    /// The first number of each range but the first one.
    bounds: Vec<BeneficiaryId>,
}

impl Ranges {
    /// Ranges that hold about as many rows each.
    ///
    /// # Errors
    /// An export can't be read.
    pub(super) fn choose(
        exports: &Exports,
        headers: &[Header; Export::COUNT],
        recall: &Recall,
    ) -> Result<Self, NightError> {
        Ok(Self { bounds: choose_bounds(exports, headers, recall)? })
    }

    pub(super) fn count(&self) -> usize {
        self.bounds.len() + 1
    }

    /// The number before which a range ends; the last one has none.
    pub(super) fn end(&self, range: usize) -> Option<BeneficiaryId> {
        self.bounds.get(range).copied()
    }

    /// The range of a number.
    #[inline]
    pub(super) fn of(&self, id: BeneficiaryId) -> usize {
        self.bounds.partition_point(|&bound| bound.is_at_most(id))
    }
}

/// The ranges of the partitions, from numbers read at evenly spread places of all exports. Rows that a place falls into, and
/// numbers misread within a quoted text, only make ranges a little uneven.
fn choose_bounds(
    exports: &Exports,
    headers: &[Header; Export::COUNT],
    recall: &Recall,
) -> Result<Vec<BeneficiaryId>, NightError> {
    let (kept_bytes, kept_samples) = recall.samples();
    let all_bytes = exports.bytes() + kept_bytes;
    let partitions = all_bytes.div_ceil(PARTITION_BYTES).clamp(1, MOST_PARTITIONS);
    let mut seen = kept_samples;
    let mut buffer = [0; SAMPLE_BYTES];
    for export in Export::ALL {
        let Some(file) = exports.file(export)? else { continue };
        let size = exports.size(export);
        let samples = (SAMPLES * size).div_ceil(all_bytes.max(1)).min(size / SAMPLE_BYTES as u64 + 1);
        for sample in 0..samples {
            let read = read_at(&file, &mut buffer, size / samples * sample);
            let read = read.map_err(|error| Refusal::Unreadable { export, error })?;
            let mut lines = buffer[..read].split(|&byte| byte == b'\n').skip(1);
            let row = lines.next().map(|row| row.strip_suffix(b"\r").unwrap_or(row));
            seen.extend(row.and_then(|row| headers[export as usize].id_of(row, row.contains(&b'"'))));
        }
    }
    seen.sort_unstable();
    let count = seen.len() as u64;
    let mut bounds: Vec<_> = (1..partitions)
        .filter_map(|partition| seen.get(usize::try_from(count * partition / partitions).ok()?).copied())
        .collect();
    bounds.dedup();
    Ok(bounds)
}

fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    loop {
        match file.read_at(buffer, place) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_in_the_range_of_the_last_bound_that_is_not_above_it() {
        let number = |text: &str| BeneficiaryId::new(text.as_bytes()).unwrap();
        let all = ["A", "B0000200000", "B00002000001234567", "Z-9"];
        for bounds in [&all[..], &all[1..2], &[]] {
            let ranges = Ranges { bounds: bounds.iter().map(|bound| number(bound)).collect() };
            assert_eq!(ranges.count(), bounds.len() + 1);
            for text in all.iter().chain(&["1", "AA", "B0000200001", "a"]) {
                let expected = bounds.iter().filter(|bound| *bound <= text).count();
                assert_eq!(ranges.of(number(text)), expected, "{text} among {bounds:?}");
                assert!(ranges.end(expected).is_none_or(|end| number(text) < end));
            }
        }
    }
}
