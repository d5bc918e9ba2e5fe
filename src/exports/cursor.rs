//! Goes through the rows of one export in a batch, beneficiary by beneficiary.

use super::batch::Batch;
use super::cells::Cells;
use super::dialect::Encoding;
use super::earnings::LaterMonth;
use super::fields::Fields;
use super::header::Header;
use super::rows::Row;
use crate::anomaly::{Code, Finding, shortened};
use crate::calendar::Month;
use crate::columns::{Column, Export};
use crate::facts::{Beneficiary, Dismissal, Earning, Event, Followup, Sourced};
use crate::identity::BeneficiaryId;

/// What a row came to.
#[derive(Debug)]
pub enum Read<T> {
    /// Its fact; findings that don't refuse it may have been added.
    Fact(T),
    /// It is refused; findings say why.
    Refused,
    /// It is for a month behind that of the run.
    LaterMonth,
}

/// A row whose beneficiary number can't be read, and what was found about it.
#[derive(Debug)]
pub struct Anonymous<'s> {
    /// Where it stands.
    pub row: Row,
    /// What was found; at least one finding refuses the row.
    pub findings: &'s [Finding],
}

/// The place among the rows of one export.
#[derive(Debug)]
pub struct Cursor<'b, 's> {
    header: &'s Header,
    bytes: &'b [u8],
    /// All bytes as text, if they are UTF-8: each row is then a part of it.
    text: Option<&'b str>,
    rows: std::slice::Iter<'b, Row>,
    row: Row,
    id: Option<BeneficiaryId>,
    fields: &'s mut CursorBuffers,
}

/// Buffers of a cursor, used again for the next batch.
#[derive(Debug, Default)]
pub struct CursorBuffers {
    fields: Fields,
    findings: Vec<Finding>,
}

/// A cursor for each export of a batch, in the order of [`Export::ALL`]; `texts` has their bytes where they are known to be UTF-8.
/// Rows without a readable number go to `anonymous`.
pub fn cursors<'b, 's>(
    headers: &'s [Header; Export::COUNT],
    batch: &'b Batch,
    texts: [Option<&'b str>; Export::COUNT],
    buffers: &'s mut [CursorBuffers; Export::COUNT],
    anonymous: &mut impl FnMut(Export, Anonymous<'_>),
) -> [Cursor<'b, 's>; Export::COUNT] {
    let mut at = 0;
    buffers.each_mut().map(|buffers| {
        let (export, header, text, rows) = (Export::ALL[at], &headers[at], texts[at], &batch.rows[at]);
        at += 1;
        Cursor::new(header, (batch.bytes_of(export), text), rows, buffers, &mut |row| anonymous(export, row))
    })
}

impl<'b, 's> Cursor<'b, 's> {
    /// At the first row with a readable number; those before it go to `anonymous`.
    pub fn new(
        header: &'s Header,
        (bytes, text): (&'b [u8], Option<&'b str>),
        rows: &'b [Row],
        buffers: &'s mut CursorBuffers,
        anonymous: &mut impl FnMut(Anonymous<'_>),
    ) -> Self {
        let row = Row { line: 0, start: 0, length: 0, quoted: false };
        buffers.fields.clear();
        let mut cursor = Self { header, bytes, text, rows: rows.iter(), row, id: None, fields: buffers };
        cursor.advance(anonymous);
        cursor
    }

    /// The number in the current row; `None` behind the last one.
    pub fn id(&self) -> Option<BeneficiaryId> {
        self.id
    }

    /// Where the current row stands.
    pub fn row(&self) -> Row {
        self.row
    }

    /// To the next row with a readable number; those before it go to `anonymous`.
    pub fn advance(&mut self, anonymous: &mut impl FnMut(Anonymous<'_>)) {
        while let Some(&row) = self.rows.next() {
            let bytes = row.of(self.bytes);
            self.row = row;
            let delimiter = self.header.dialect.delimiter.byte();
            self.fields.fields.split(self.bytes, row.range(), row.quoted, delimiter, &self.header.columns);
            let fields = &self.fields.fields;
            let field = fields.get(fields.base(bytes), Column::BeneficiaryId);
            self.id = match BeneficiaryId::new(field.text()) {
                None => BeneficiaryId::new(field.trimmed()),
                id => id,
            };
            if self.id.is_some() {
                return;
            }
            self.tell_anonymous(anonymous);
        }
        self.id = None;
    }

    #[cold]
    fn tell_anonymous(&mut self, anonymous: &mut impl FnMut(Anonymous<'_>)) {
        let mut findings = std::mem::take(&mut self.fields.findings);
        findings.clear();
        let export = self.header.export;
        let mut cells = self.cells(&mut findings);
        if cells.is_row() {
            if cells.required(Column::BeneficiaryId).is_some() {
                let detail = "write 1 to 20 of A-Z a-z 0-9 and -";
                cells.find(Code::OutOfRange, Column::BeneficiaryId, Some(detail));
            }
            // Only what is found counts: without a number there is nobody whose fact it could be.
            match export {
                Export::Beneficiaries => _ = cells.beneficiary(),
                Export::Events => _ = cells.event(),
                Export::Earnings => {
                    let month = cells.required_month(Column::Month);
                    _ = cells.earning(month);
                }
                Export::Followup => _ = cells.followup(),
                Export::Employers => _ = cells.dismissal(),
            }
        }
        findings.sort_by_key(Finding::order);
        anonymous(Anonymous { row: self.row, findings: &findings });
        self.fields.findings = findings;
    }

    #[inline]
    fn cells<'c>(&'c self, findings: &'c mut Vec<Finding>) -> Cells<'b, 'c> {
        Cells {
            header: self.header,
            fields: &self.fields.fields,
            bytes: self.row.of(self.bytes),
            base: self.fields.fields.base(self.row.of(self.bytes)),
            text: self.text,
            text_from: self.row.start as usize,
            row: &self.row,
            id: &self.id,
            findings,
            refused: false,
        }
    }

    /// The current row as one of `beneficiaries.csv`.
    ///
    /// `None` where it is refused; findings say why.
    pub fn beneficiary(&self, findings: &mut Vec<Finding>) -> Option<Sourced<Beneficiary<'b>>> {
        let mut cells = self.cells(findings);
        if !cells.is_row() {
            return None;
        }
        cells.beneficiary()
    }

    /// The same, read to its place, which is blank.
    pub fn read_beneficiary(&self, place: &mut Option<Sourced<Beneficiary<'b>>>, findings: &mut Vec<Finding>) {
        let mut cells = self.cells(findings);
        if cells.is_row() {
            cells.read_beneficiary(place);
        }
    }

    /// The current row as one of `events.csv`.
    pub fn event(&self, findings: &mut Vec<Finding>) -> Read<Sourced<Event>> {
        let mut cells = self.cells(findings);
        if !cells.is_row() {
            return Read::Refused;
        }
        cells.event().map_or(Read::Refused, Read::Fact)
    }

    /// The current row as one of `followup.csv`.
    pub fn followup(&self, findings: &mut Vec<Finding>) -> Read<Sourced<Followup<'b>>> {
        let mut cells = self.cells(findings);
        if !cells.is_row() {
            return Read::Refused;
        }
        cells.followup().map_or(Read::Refused, Read::Fact)
    }

    /// The current row as one of `employers.csv`.
    pub fn dismissal(&self, findings: &mut Vec<Finding>) -> Read<Sourced<Dismissal>> {
        let mut cells = self.cells(findings);
        if !cells.is_row() {
            return Read::Refused;
        }
        cells.dismissal().map_or(Read::Refused, Read::Fact)
    }

    /// The current row as one of `earnings.csv`, in a run of `month`.
    pub fn earning(&self, month: Month, findings: &mut Vec<Finding>) -> Read<Sourced<Earning>> {
        let mut cells = self.cells(findings);
        if !cells.is_row() {
            return Read::Refused;
        }
        match cells.month_up_to(month) {
            Ok(of_row) => cells.earning(of_row).map_or(Read::Refused, Read::Fact),
            Err(LaterMonth) => Read::LaterMonth,
        }
    }
}

impl Cells<'_, '_> {
    /// Whether the row is text and has as many fields as the header; told as A106 and A105.
    #[inline]
    fn is_row(&mut self) -> bool {
        (self.text.is_some() && self.fields.count() == self.header.count) || self.is_row_at_second_look()
    }

    #[inline(never)]
    fn is_row_at_second_look(&mut self) -> bool {
        let encoding = self.header.dialect.encoding;
        if self.text.is_none() && encoding == Encoding::Utf8 {
            (self.text, self.text_from) = (str::from_utf8(self.bytes).ok(), 0);
        }
        if self.text.is_none() && !encoding.is_text(self.bytes) {
            let at = self.first_column_without_text();
            match at {
                Some(column) => self.find(Code::NotText, column, None),
                None => self.find_text(Code::NotText, None, shortened(encoding.decode(self.bytes).into_owned()), None),
            }
        }
        if self.fields.count() != self.header.count {
            let found = format!("{} fields instead of {}", self.fields.count(), self.header.count);
            self.find_text(Code::FieldCount, None, found, None);
        }
        !self.refused
    }

    fn first_column_without_text(&self) -> Option<Column> {
        let encoding = self.header.dialect.encoding;
        self.header.export.columns().iter().copied().find(|&column| !encoding.is_text(self.raw(column)))
    }
}
