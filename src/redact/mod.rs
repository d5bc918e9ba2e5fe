//! A sample of exports to show to others: it has the faults and the amounts of the original, and nobody's identifiers.

mod identifiers;
mod key;
mod rows;

pub use key::Key;

use std::collections::BTreeSet;
use std::io::{self, Read, Write};

use crate::columns::Export;
use crate::exports::{Batch, BlockReader, Header, Refusal};
use crate::identity::BeneficiaryId;

/// Which rows a sample is made of.
#[derive(Debug, Default)]
pub struct Wanted {
    /// The beneficiaries whose rows it has.
    pub beneficiaries: BTreeSet<BeneficiaryId>,
    /// Rows by their line, for those without a readable number.
    pub lines: BTreeSet<(Export, u64)>,
}

/// What came of one export.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sampled {
    /// How many rows were looked at.
    pub read: u64,
    /// How many the sample has.
    pub written: u64,
    /// The lines of wanted rows that could not be made anonymous with the same faults; they are not in the sample.
    pub left_out: Vec<u64>,
    /// The beneficiaries whose rows were found.
    pub found: BTreeSet<BeneficiaryId>,
}

/// Why there is no sample.
#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    /// The export is refused as a whole; its rows can't be told apart, so nothing of it can be made anonymous.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The sample can't be written.
    #[error("sample of {export}: {error}; make room")]
    Unwritten {
        /// Of which export.
        export: Export,
        /// What the system says.
        error: io::Error,
    },
}

/// How much is read at once.
const BLOCK_BYTES: usize = 256 << 10;

/// Writes the wanted rows of an export, made anonymous, in their order; `keep_lines` puts blank lines before them, so that each
/// stands on the line of the original. Amounts and dates stay: with others the law would give other amounts.
///
/// # Errors
/// The export can't be read, or the sample not written.
pub fn redact<R: Read>(
    mut reader: BlockReader<R>,
    wanted: &Wanted,
    key: &Key,
    keep_lines: bool,
    out: &mut impl Write,
) -> Result<Sampled, RedactError> {
    let header = reader.header().clone();
    let export = header.export;
    let unwritten = |error| RedactError::Unwritten { export, error };
    let mut rows = rows::Rows::new(key, header.clone());
    let mut sampled = Sampled::default();
    let (mut block, mut line, mut last) = (Batch::default(), 1, 0);
    out.write_all(&names(&header)).map_err(unwritten)?;
    loop {
        reader.fill(BLOCK_BYTES)?;
        let count = reader.buffered().len();
        if count == 0 {
            break;
        }
        block.clear();
        reader.take(count, &mut block);
        sampled.read += count as u64;
        for &row in &block.rows[export as usize] {
            let bytes = row.of(block.bytes_of(export));
            let id = header.id_of(bytes, row.quoted);
            let is_wanted = id.is_some_and(|id| wanted.beneficiaries.contains(&id));
            if !is_wanted && !wanted.lines.contains(&(export, row.line)) {
                continue;
            }
            sampled.found.extend(id);
            let Some(redacted) = rows.redacted(bytes, row) else {
                sampled.left_out.push(row.line);
                continue;
            };
            // The line end of the row before comes with the row: the last one of a file may have none.
            loop {
                out.write_all(b"\n").map_err(unwritten)?;
                line += 1;
                if !keep_lines || line >= row.line {
                    break;
                }
            }
            out.write_all(&redacted).map_err(unwritten)?;
            line += memchr::memchr_iter(b'\n', &redacted).count() as u64;
            sampled.written += 1;
            last = row.line;
        }
    }
    if reader.seen().and_then(|seen| seen.cut_at) != Some(last) {
        out.write_all(b"\n").map_err(unwritten)?;
    }
    Ok(sampled)
}

/// The header by the program's own names; a name that it does not know could be anything.
fn names(header: &Header) -> Vec<u8> {
    let name = |at| header.column(at).map_or_else(|| format!("unknown_{}", at + 1), |column| column.name().to_owned());
    let names: Vec<_> = (0..header.count).map(name).collect();
    names.join(if header.dialect.delimiter.byte() == b';' { ";" } else { "," }).into_bytes()
}
