//! One row made anonymous: what is at fault stays at fault, with the same codes at the same columns.

use super::key::Key;
use crate::anomaly::{Code, Finding};
use crate::calendar::{Day, Month};
use crate::columns::{Column, Export};
use crate::exports::{Cursor, CursorBuffers, Header, Row};

/// How often a row at fault is masked anew until it has the same faults.
const TRIES: u8 = 16;
/// No amount, date or number of the exports has more digits; what does is an identifier that got there.
const MOST_DIGITS: usize = 10;
/// Shorter identifiers turn up by chance as a field, or within one.
const TELLING: usize = 5;
const TELLING_WITHIN: usize = 8;

/// What a row is at fault with: codes and columns.
type Faults = Vec<(Code, Option<Column>)>;

/// Makes rows of one export anonymous.
#[derive(Debug)]
pub(super) struct Rows<'k> {
    key: &'k Key,
    header: Header,
    buffers: CursorBuffers,
    /// No row is of a later one.
    month: Month,
}

impl<'k> Rows<'k> {
    pub(super) fn new(key: &'k Key, header: Header) -> Self {
        Self { key, header, buffers: CursorBuffers::default(), month: Day::AFTER_ALL.month() }
    }

    /// The row, without its line end, or `None` where no try has the same faults and tells nothing.
    pub(super) fn redacted(&mut self, bytes: &[u8], row: Row) -> Option<Vec<u8>> {
        let faults = self.faults(bytes, row);
        let fields = self.header.fields(bytes);
        (0..TRIES).find_map(|tries| {
            let others = self.others(&fields, &faults, tries)?;
            let bytes = self.written(&others);
            let quoted = bytes.contains(&b'"');
            let same = self.faults(&bytes, Row { quoted, ..row }) == faults;
            (same && !self.tells(&fields, &others)).then_some(bytes)
        })
    }

    /// What is found in a row, whatever the month of the run.
    fn faults(&mut self, bytes: &[u8], row: Row) -> Faults {
        let row = Row { start: 0, length: u32::try_from(bytes.len()).unwrap_or(u32::MAX), ..row };
        let mut found: Vec<Finding> = Vec::new();
        let mut nobodys: Vec<Finding> = Vec::new();
        let rows = [row];
        let mut anonymous = |row: crate::exports::Anonymous<'_>| nobodys.extend_from_slice(row.findings);
        let cursor = Cursor::new(&self.header, (bytes, None), &rows, &mut self.buffers, &mut anonymous);
        if cursor.id().is_some() {
            match self.header.export {
                Export::Beneficiaries => _ = cursor.beneficiary(&mut found),
                Export::Events => _ = cursor.event(&mut found),
                Export::Earnings => _ = cursor.earning(self.month, &mut found),
                Export::Followup => _ = cursor.followup(&mut found),
                Export::Employers => _ = cursor.dismissal(&mut found),
            }
        }
        found.append(&mut nobodys);
        found.iter().map(|finding| (finding.code, finding.place.column)).collect()
    }

    fn others(&self, fields: &[Vec<u8>], faults: &Faults, tries: u8) -> Option<Vec<Vec<u8>>> {
        // Fields that can't be told apart, or no text, may hold anything.
        let encoding = self.header.dialect.encoding;
        let whole = fields.len() != self.header.count || !fields.iter().all(|field| encoding.is_text(field));
        let other = |(at, field): (usize, &Vec<u8>)| self.other(field, self.header.column(at), whole, faults, tries);
        fields.iter().enumerate().map(other).collect()
    }

    fn other(&self, field: &[u8], column: Option<Column>, whole: bool, faults: &Faults, tries: u8) -> Option<Vec<u8>> {
        let encoding = self.header.dialect.encoding;
        let text = trimmed(field);
        if text.is_empty() {
            return Some(field.to_vec());
        }
        let Some(column) = column.filter(|&column| !whole || column == Column::BeneficiaryId) else {
            // A column that the program does not know is of no use to it.
            return Some(if whole { self.key.masked("field", text, encoding, tries) } else { Vec::new() });
        };
        let refused = faults.iter().any(|&(code, at)| at == Some(column) && code.entry().code < "A200");
        Some(match column {
            Column::BeneficiaryId => self.key.beneficiary_id(text, encoding),
            Column::Nir => self.key.nir(text, encoding)?,
            Column::Iban => self.key.iban(text)?,
            Column::Employer => self.key.siret(text)?,
            Column::Name | Column::Adviser if !refused => self.key.name(text, encoding),
            Column::Name | Column::Adviser => self.key.masked("name", text, encoding, tries),
            _ if refused || text.iter().filter(|byte| byte.is_ascii_digit()).count() > MOST_DIGITS => {
                self.key.masked_number("field", text, encoding, tries)
            }
            _ => field.to_vec(),
        })
    }

    /// The fields as a row; one that needs quotes gets them.
    fn written(&self, fields: &[Vec<u8>]) -> Vec<u8> {
        let delimiter = self.header.dialect.delimiter.byte();
        let mut row = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            if at > 0 {
                row.push(delimiter);
            }
            if !field.iter().any(|byte| [b'"', b'\r', b'\n', delimiter].contains(byte)) {
                row.extend_from_slice(field);
                continue;
            }
            row.push(b'"');
            for &byte in field {
                row.extend_from_slice(if byte == b'"' { b"\"\"" } else { std::slice::from_ref(&byte) });
            }
            row.push(b'"');
        }
        if row.is_empty() {
            // A blank line is no row.
            row.extend_from_slice(b"\"\"");
        }
        row
    }

    /// Whether an identifier of the row still stands somewhere in what is to be written.
    fn tells(&self, fields: &[Vec<u8>], others: &[Vec<u8>]) -> bool {
        let personal =
            [Column::BeneficiaryId, Column::Nir, Column::Name, Column::Iban, Column::Employer, Column::Adviser];
        let places = personal.iter().filter_map(|&column| self.header.place(column));
        let secrets = places.filter_map(|at| fields.get(at)).map(|field| compact(field));
        let written: Vec<Vec<u8>> = others.iter().map(|field| compact(field)).collect();
        let mut telling = secrets.filter(|secret| secret.len() >= TELLING);
        telling.any(|secret| {
            let within = |field: &&Vec<u8>| memchr::memmem::find(field, &secret).is_some();
            written.iter().filter(within).any(|field| *field == secret || secret.len() >= TELLING_WITHIN)
        })
    }
}

/// As fields lose their outer spaces when they are read.
fn trimmed(mut field: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = field {
        field = rest;
    }
    field
}

/// The letters and digits of a text, in capitals: an identifier is the same with spaces or without.
fn compact(text: &[u8]) -> Vec<u8> {
    let kept = |byte: &&u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    text.iter().filter(kept).map(u8::to_ascii_uppercase).collect()
}
