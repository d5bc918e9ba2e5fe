//! A look at one export before its night: how it is written, whether it is sorted, what its rows are at fault with. No settlement, and
//! nothing that needs two files: unknown beneficiaries and doubles show in the run.

use std::collections::BTreeMap;
use std::io::Read;

use crate::anomaly::{Code, Finding};
use crate::calendar::Month;
use crate::columns::Export;
use crate::exports::{Batch, BlockReader, Cursor, CursorBuffers, Encoding, Header, Read as Row, Refusal};

/// How many places of a code are told.
pub const PLACES: usize = 3;
/// How much is read at once.
const BLOCK_BYTES: usize = 256 << 10;

/// What was seen of an export.
#[derive(Debug)]
pub struct Look {
    /// How it is written.
    pub header: Header,
    /// Rows without the header.
    pub rows: u64,
    /// The first line that stands before one above it, by beneficiary number.
    pub unsorted_at: Option<u64>,
    /// Rows of the month, where rows have one.
    pub of_month: u64,
    /// Rows of later months.
    pub later: u64,
    /// Whether a last line end is missing.
    pub cut_at: Option<u64>,
    /// What the rows are at fault with, by code.
    pub faults: BTreeMap<Code, Faults>,
}

/// The faults of a code.
#[derive(Debug, Default)]
pub struct Faults {
    /// How many.
    pub number: u64,
    /// The first ones: line, and column where one is meant. What stood there may be personal.
    pub places: Vec<(u64, Option<usize>)>,
}

impl Look {
    /// Whether a row is refused, or a payment held, for what stands in this file alone.
    pub fn has_trouble(&self) -> bool {
        self.faults.keys().any(|code| code.entry().effect != crate::anomaly::Effect::None)
    }

    fn count(&mut self, findings: &[Finding]) {
        for finding in findings {
            let faults = self.faults.entry(finding.code).or_default();
            faults.number += 1;
            if faults.places.len() < PLACES {
                let column = finding.place.column.and_then(|column| self.header.number(column));
                faults.places.push((finding.place.line, column));
            }
        }
    }
}

/// Reads an export from its first to its last row, as a run of `month` would.
///
/// # Errors
/// It can't be read, or is refused as a whole.
pub fn look<R: Read>(export: Export, input: R, encoding: Encoding, month: Month) -> Result<Look, Refusal> {
    let mut reader = BlockReader::open(export, input, encoding, false)?;
    let header = reader.header().clone();
    let mut look = Look {
        header: header.clone(),
        rows: 0,
        unsorted_at: None,
        of_month: 0,
        later: 0,
        cut_at: None,
        faults: BTreeMap::new(),
    };
    let (mut block, mut buffers, mut findings) = (Batch::default(), CursorBuffers::default(), Vec::new());
    let mut last = None;
    loop {
        reader.fill(BLOCK_BYTES)?;
        let count = reader.buffered().len();
        if count == 0 {
            break;
        }
        block.clear();
        reader.take(count, &mut block);
        let bytes = block.bytes_of(export);
        let text = Some(bytes).filter(|_| encoding == Encoding::Utf8).and_then(|bytes| str::from_utf8(bytes).ok());
        let mut nobodys: Vec<Finding> = Vec::new();
        let mut keep = |row: crate::exports::Anonymous<'_>| nobodys.extend_from_slice(row.findings);
        let rows = &block.rows[export as usize];
        let mut cursor = Cursor::new(&header, (bytes, text), rows, &mut buffers, &mut keep);
        while let Some(id) = cursor.id() {
            if last.is_some_and(|last| id < last) && look.unsorted_at.is_none() {
                look.unsorted_at = Some(cursor.row().line);
            }
            last = Some(id);
            findings.clear();
            match export {
                Export::Beneficiaries => _ = cursor.beneficiary(&mut findings),
                Export::Events => _ = cursor.event(&mut findings),
                Export::Followup => _ = cursor.followup(&mut findings),
                Export::Employers => _ = cursor.dismissal(&mut findings),
                Export::Earnings => match cursor.earning(month, &mut findings) {
                    Row::Fact(earning) if earning.fact.month == month => look.of_month += 1,
                    Row::LaterMonth => look.later += 1,
                    _ => {}
                },
            }
            look.count(&findings);
            cursor.advance(&mut keep);
        }
        look.count(&nobodys);
    }
    if let Some(seen) = reader.seen() {
        look.rows = seen.rows;
        look.cut_at = seen.cut_at;
    }
    Ok(look)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &[u8]) -> Look {
        look(Export::Events, text, Encoding::Utf8, "2009-05".parse().unwrap()).unwrap()
    }

    #[test]
    fn order_faults_and_ends_are_seen() {
        let look =
            events(b"beneficiary_id;kind;start;end;more\nB2;sickness;2009-05-01;;\nB1;sick;x;;\n;abroad;2009-05-01;;");
        assert_eq!((look.rows, look.unsorted_at, look.cut_at), (3, Some(3), Some(4)));
        assert_eq!(look.header.unknown, [(5, "more".to_owned())]);
        assert_eq!(look.faults[&Code::UnknownKind].places, [(3, Some(2))]);
        assert_eq!(look.faults[&Code::Date].places, [(3, Some(3))]);
        assert_eq!(look.faults[&Code::MissingValue].places, [(4, Some(1))]);
        assert!(look.has_trouble());
    }

    #[test]
    fn of_many_faults_the_first_places_are_kept() {
        let rows: String = (0..9).map(|at| format!("B{at},sick,2009-05-01,\n")).collect();
        let look = events(format!("beneficiary_id,kind,start,end\n{rows}").as_bytes());
        let faults = &look.faults[&Code::UnknownKind];
        assert_eq!((faults.number, faults.places.len(), look.unsorted_at), (9, PLACES, None));
    }
}
