use std::io::Read;

use crate::columns::Export;
use crate::exports::{Batch, BlockReader, Header, Refusal, Row};
use crate::identity::BeneficiaryId;

/// The rows of one beneficiary, in the order of their lines.
#[derive(Debug)]
pub struct Picked {
    /// The headers of the exports, in the order of [`Export::ALL`].
    pub headers: [Header; Export::COUNT],
    /// The rows.
    pub batch: Batch,
    /// How many rows each export has.
    pub seen: [u64; Export::COUNT],
}

impl Picked {
    /// How many rows of an export are the beneficiary's.
    pub fn rows(&self, export: Export) -> usize {
        self.batch.rows[export as usize].len()
    }
}

/// How much of an export is looked at at once.
const BLOCK_BYTES: usize = 256 << 10;

/// Goes through the exports, in the order of [`Export::ALL`] and sorted or not, and keeps the rows of one beneficiary only.
///
/// # Errors
/// An export can't be read, or its rows can't be told apart.
pub fn pick<R: Read>(readers: Vec<BlockReader<R>>, id: BeneficiaryId) -> Result<Picked, Refusal> {
    let mut picked = Batch::default();
    let mut seen = [0; Export::COUNT];
    let mut block = Batch::default();
    let headers = Export::ALL.map(|export| readers[export as usize].header().clone());
    for (export, mut reader) in Export::ALL.into_iter().zip(readers) {
        let at = export as usize;
        loop {
            reader.fill(BLOCK_BYTES)?;
            let count = reader.buffered().len();
            if count == 0 {
                break;
            }
            block.clear();
            reader.take(count, &mut block);
            seen[at] += count as u64;
            for &row in &block.rows[at] {
                let bytes = row.of(block.bytes_of(Export::ALL[at]));
                if headers[at].id_of(bytes, row.quoted) == Some(id) {
                    keep(&mut picked, at, row, bytes);
                }
            }
        }
    }
    Ok(Picked { headers, batch: picked, seen })
}

fn keep(picked: &mut Batch, export: usize, row: Row, bytes: &[u8]) {
    // One person's rows; those of a thousand people would not reach 4 GiB.
    let start = u32::try_from(picked.bytes.len()).unwrap_or(u32::MAX);
    picked.bytes.extend_from_slice(bytes);
    picked.rows[export].push(Row { start, ..row });
}
