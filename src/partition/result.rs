//! What came of one beneficiary: the rows of each file as they are published, what the ledger is to keep, and what it adds up to.

use super::cells::{Cell, Cells, RowReader, Value};
use super::columns::Gathered;
use super::schema::TABLES;
use crate::identity::BeneficiaryId;

/// What came of one beneficiary; its buffers are used again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResultRow {
    /// The part in which it stands.
    pub part: u32,
    /// The beneficiary's number.
    pub beneficiary: Vec<u8>,
    /// The rows of each of [`TABLES`], with their line ends.
    pub tables: [Vec<u8>; TABLES.len()],
    /// The record of the ledger; empty where nothing is kept.
    pub kept: Vec<u8>,
    /// The lines that were posted.
    pub lines: Vec<u8>,
    /// What it adds to the totals, and to the control totals of its part.
    pub totals: Vec<u8>,
}

/// How many columns a result has.
pub const RESULT_COLUMNS: usize = TABLES.len() + 5;

impl ResultRow {
    /// Forgets all and keeps the buffers.
    pub fn clear(&mut self) {
        let Self { part, beneficiary, tables, kept, lines, totals } = self;
        *part = 0;
        tables.iter_mut().chain([beneficiary, kept, lines, totals]).for_each(Vec::clear);
    }

    /// Its values, in the order of [`RESULT`](super::schema::RESULT).
    pub fn cells(&self) -> [Cell<'_>; RESULT_COLUMNS] {
        let Self { part, beneficiary, tables, kept, lines, totals } = self;
        let mut all = [Cell::Null; RESULT_COLUMNS];
        let texts = [beneficiary].into_iter().chain(tables).chain([kept, lines, totals]);
        let cells = [part.cell()].into_iter().chain(texts.map(|bytes| Cell::Bytes(bytes)));
        all.iter_mut().zip(cells).for_each(|(place, cell)| *place = cell);
        all
    }

    pub(super) fn write(&self, out: &mut Gathered) {
        let mut row = out.row();
        self.cells().into_iter().for_each(|cell| row.put(cell));
        row.end();
    }
}

/// The same as it stands in columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct KnownResult<'c> {
    pub(super) part: u32,
    pub(super) id: BeneficiaryId,
    pub(super) tables: [&'c [u8]; TABLES.len()],
    pub(super) kept: &'c [u8],
    pub(super) lines: &'c [u8],
    pub(super) totals: &'c [u8],
}

impl<'c> KnownResult<'c> {
    /// A row of some columns; `None` if they hold no such row.
    pub(super) fn read(cells: &'c impl Cells, row: usize) -> Option<Self> {
        let mut from = RowReader::new(cells, row);
        let part = from.take()?;
        let id = BeneficiaryId::new(from.take()?)?;
        let mut tables = [&[][..]; TABLES.len()];
        for table in &mut tables {
            *table = from.take()?;
        }
        Some(Self { part, id, tables, kept: from.take()?, lines: from.take()?, totals: from.take()? })
    }
}
