//! Exports that are sorted by beneficiary number are merged as streams.

use std::io::Read;

use super::NightError;
use super::batch::Bounds;
use super::ledger_side::{Recall, Recalled};
use crate::columns::Export;
use crate::exports::{Batch, BlockReader};
use crate::identity::BeneficiaryId;

/// How many bytes of rows of one beneficiary a stream takes.
const LARGEST_GROUP: usize = 8 << 20;

/// Cuts three sorted streams into batches that hold all rows of their beneficiaries.
///
/// Whether the streams are sorted is not checked here: who works on a batch finds that its rows leave its bounds.
#[derive(Debug)]
pub struct Merge<R> {
    readers: Vec<BlockReader<R>>,
    shares: [usize; Export::COUNT],
    above: Option<BeneficiaryId>,
}

impl<R: Read> Merge<R> {
    /// From readers behind their headers; a batch takes about so many bytes of each.
    pub fn new(readers: Vec<BlockReader<R>>, shares: [usize; Export::COUNT]) -> Self {
        Self { readers, shares, above: None }
    }

    /// The next batch; `None` when all rows were taken.
    ///
    /// # Errors
    /// A file can't be read, rows can't be told apart, or one beneficiary's rows are too many for a stream.
    pub fn next(
        &mut self,
        batch: &mut Batch,
        recall: &mut Recall,
        recalled: &mut Recalled,
    ) -> Result<Option<Bounds>, NightError> {
        batch.clear();
        recalled.clear();
        let mut up_to = recall.limit();
        for (reader, share) in self.readers.iter_mut().zip(self.shares) {
            if let Some(id) = last_whole_group(reader, share)? {
                up_to = Some(up_to.map_or(id, |up_to: BeneficiaryId| up_to.min(id)));
            }
        }
        for reader in &mut self.readers {
            let count = up_to.map_or(reader.buffered().len(), |up_to| rows_up_to(reader, up_to));
            reader.take(count, batch);
        }
        recall.take(|id| up_to.is_none_or(|up_to| id <= up_to), recalled)?;
        if batch.is_empty() && recalled.kept.is_empty() {
            // Either all was read, or rows are left that can't be cut by number: they leave the bounds, which whoever works
            // on them finds.
            for reader in &mut self.readers {
                reader.take(reader.buffered().len(), batch);
            }
        }
        if batch.is_empty() && recalled.kept.is_empty() {
            recall.ended()?;
            return Ok(None);
        }
        let bounds = Bounds { above: self.above, up_to };
        self.above = up_to;
        Ok(Some(bounds))
    }

    /// The readers, once all was read.
    pub fn into_readers(self) -> Vec<BlockReader<R>> {
        self.readers
    }

    /// How many bytes were read so far.
    pub fn bytes_read(&self) -> u64 {
        self.readers.iter().map(BlockReader::bytes_read).sum()
    }
}

/// The last number of which all rows are buffered, as the row of another number follows; `None` at the end of the file,
/// where everything is.
fn last_whole_group<R: Read>(
    reader: &mut BlockReader<R>,
    mut wanted: usize,
) -> Result<Option<BeneficiaryId>, NightError> {
    loop {
        reader.fill(wanted)?;
        if reader.is_at_end() {
            return Ok(None);
        }
        let mut ids = reader.buffered().iter().rev().filter_map(|&row| reader.id_of(row));
        let last = ids.next();
        if let Some(whole) = ids.find(|&id| Some(id) != last) {
            return Ok(Some(whole));
        }
        // One beneficiary, or rows of nobody, fill the buffer. The rows of a beneficiary must come together; where they are
        // too many to be kept three times over, the way of unsorted exports takes less.
        if wanted > LARGEST_GROUP {
            return Err(NightError::Unsorted);
        }
        wanted *= 2;
    }
}

/// How many buffered rows come before the first one of a higher number.
fn rows_up_to<R: Read>(reader: &BlockReader<R>, up_to: BeneficiaryId) -> usize {
    let rows = reader.buffered();
    let (mut low, mut high) = (0, rows.len());
    while low < high {
        let middle = low + (high - low) / 2;
        // Rows without a readable number go with the row before them.
        let readable = rows[low..=middle].iter().rposition(|&row| reader.id_of(row).is_some());
        match readable.map(|at| low + at) {
            Some(at) if reader.id_of(rows[at]) > Some(up_to) => high = at,
            _ => low = middle + 1,
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exports::Encoding;

    #[test]
    fn rows_in_no_order_are_handed_out_even_if_none_lies_within_the_bounds() {
        // The last whole number that is buffered lies below all before it: nothing can be cut, and the first version took
        // that for the end of the files.
        let (many, more) = ("B5,,,\n".repeat(40_000), "B9,,,\n".repeat(20_000));
        let unsorted = format!("beneficiary_id,kind,start,end\n{many}B1,,,\n{more}");
        let readers = (0..3).map(|_| BlockReader::open(Export::Events, unsorted.as_bytes(), Encoding::Utf8, false));
        let mut merge = Merge::new(readers.collect::<Result<_, _>>().unwrap(), [1; Export::COUNT]);
        let mut batch = Batch::default();
        let bounds = merge.next(&mut batch, &mut Recall::default(), &mut Recalled::default()).unwrap().unwrap();
        assert!(!batch.is_empty() && bounds.above.is_none());
    }
}
