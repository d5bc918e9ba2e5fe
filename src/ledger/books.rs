//! The two Parquet files of a run: what is kept of each beneficiary, and the lines that were posted.

use std::io::{self, Write};

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::data_type::ByteArray;

use super::LedgerError;
use super::codec;
use super::parquet_file::{Columns, Encoded, Form, Layout, Values, Writer};
use crate::identity::BeneficiaryId;
use crate::publish::staging::{PublishError, StagedFile, Staging};
use crate::revision::{Kept, Line};

/// The file with what is kept of each beneficiary.
pub const DOSSIERS: &str = "dossiers.parquet";
/// The file with the lines that the run posted.
pub const STATEMENTS: &str = "statements.parquet";

const DOSSIER_COLUMNS: Columns = &[
    ("beneficiary_id", Form::Text),
    ("over", Form::Flag),
    ("unsettled", Form::Flag),
    ("claims", Form::Amount),
    ("kept", Form::Bytes),
];

const STATEMENT_COLUMNS: Columns = &[
    ("beneficiary_id", Form::Text),
    ("month", Form::Number),
    ("kind", Form::Text),
    ("nature", Form::Text),
    ("asr_days", Form::Number),
    ("asr_gross", Form::Amount),
    ("pension_offset", Form::Amount),
    ("participation", Form::Amount),
    ("idr", Form::Amount),
    ("net", Form::Amount),
];

/// How both files are written.
#[derive(Clone, Debug)]
pub struct Layouts {
    dossiers: Layout,
    statements: Layout,
}

impl Layouts {
    /// The layouts of this version.
    ///
    /// # Errors
    /// None that is known; the format could refuse a column.
    pub fn new() -> Result<Self, LedgerError> {
        // What is kept is dense already; lines are mostly zeros.
        let dossiers = Layout::new("dossiers", DOSSIER_COLUMNS, Compression::UNCOMPRESSED);
        let statements = Layout::new("statements", STATEMENT_COLUMNS, Compression::LZ4_RAW);
        Ok(Self { dossiers: dossiers.map_err(format_error)?, statements: statements.map_err(format_error)? })
    }
}

fn format_error(error: parquet::errors::ParquetError) -> LedgerError {
    LedgerError::Format(error.to_string())
}

/// The rows that a batch adds to both files.
#[derive(Debug, Default)]
pub struct Entries {
    ids: Vec<u8>,
    dossiers: Vec<KeptRow>,
    kept: Vec<u8>,
    lines: Vec<(IdPlace, Line)>,
}

type IdPlace = (usize, usize);

#[derive(Debug)]
struct KeptRow {
    id: IdPlace,
    over: bool,
    unsettled: bool,
    claims: i64,
    kept: (usize, usize),
}

impl Entries {
    /// Forgets all rows and keeps the buffers.
    pub fn clear(&mut self) {
        self.ids.clear();
        self.dossiers.clear();
        self.kept.clear();
        self.lines.clear();
    }

    /// Adds what is kept of a beneficiary and what was posted; beneficiaries come in ascending order.
    pub fn add(&mut self, id: BeneficiaryId, kept: Option<&Kept<'_>>, lines: &[Line]) {
        let start = self.ids.len();
        id.write(&mut self.ids);
        let id = (start, self.ids.len());
        self.lines.extend(lines.iter().map(|&line| (id, line)));
        let Some(kept) = kept else { return };
        let start = self.kept.len();
        codec::encode(&mut self.kept, kept);
        self.dossiers.push(KeptRow {
            id,
            over: kept.over_since.is_some(),
            unsettled: kept.unsettled,
            claims: kept.claims.iter().map(|claim| claim.balance.0).sum(),
            kept: (start, self.kept.len()),
        });
    }

    /// Both files' rows, encoded.
    ///
    /// # Errors
    /// None that is known; the format could refuse a value.
    pub fn encode(&mut self, layouts: &Layouts) -> Result<EncodedEntries, LedgerError> {
        // The buffers go into the columns without a copy.
        let ids = Bytes::from(std::mem::take(&mut self.ids));
        let kept = Bytes::from(std::mem::take(&mut self.kept));
        let part = |bytes: &Bytes, (start, end): (usize, usize)| ByteArray::from(bytes.slice(start..end));
        let rows = &self.dossiers;
        let dossiers = [
            Values::Bytes(rows.iter().map(|row| part(&ids, row.id)).collect()),
            Values::Flags(rows.iter().map(|row| row.over).collect()),
            Values::Flags(rows.iter().map(|row| row.unsettled).collect()),
            Values::Amounts(rows.iter().map(|row| row.claims).collect()),
            Values::Bytes(rows.iter().map(|row| part(&kept, row.kept)).collect()),
        ];
        let lines = &self.lines;
        let word = |word: &'static str| ByteArray::from(Bytes::from_static(word.as_bytes()));
        let amounts = |of: fn(&Line) -> i64| Values::Amounts(lines.iter().map(|(_, line)| of(line)).collect());
        let statements = [
            Values::Bytes(lines.iter().map(|&(id, _)| part(&ids, id)).collect()),
            Values::Numbers(lines.iter().map(|(_, line)| month_number(line)).collect()),
            Values::Bytes(lines.iter().map(|(_, line)| word(line.kind.name())).collect()),
            Values::Bytes(lines.iter().map(|(_, line)| word(line.nature.name())).collect()),
            Values::Numbers(
                lines.iter().map(|(_, line)| i32::try_from(line.amounts.asr_days).unwrap_or(i32::MAX)).collect(),
            ),
            amounts(|line| line.amounts.asr_gross.0),
            amounts(|line| line.amounts.pension_offset.0),
            amounts(|line| line.amounts.participation.0),
            amounts(|line| line.amounts.idr.0),
            amounts(|line| line.amounts.net().0),
        ];
        Ok(EncodedEntries {
            dossiers: layouts.dossiers.encode(&dossiers).map_err(format_error)?,
            statements: layouts.statements.encode(&statements).map_err(format_error)?,
        })
    }
}

/// A month as a number that people can read: 200905.
fn month_number(line: &Line) -> i32 {
    line.month.year() * 100 + line.month.number().cast_signed()
}

/// The rows of a batch as they stand in both files.
#[derive(Debug, Default)]
pub struct EncodedEntries {
    dossiers: Encoded,
    statements: Encoded,
}

/// Both files of a run that is being made.
#[derive(Debug)]
pub struct Books {
    dossiers: Writer<Sink>,
    statements: Writer<Sink>,
}

impl Books {
    /// New files under temporary names.
    ///
    /// # Errors
    /// They can't be made.
    pub fn create(layouts: &Layouts, staging: &Staging) -> Result<Self, LedgerError> {
        let sink = |name| staging.file(name, true).map(Sink);
        Ok(Self {
            dossiers: layouts.dossiers.writer(sink(DOSSIERS)?).map_err(format_error)?,
            statements: layouts.statements.writer(sink(STATEMENTS)?).map_err(format_error)?,
        })
    }

    /// Appends a batch; batches come in ascending order.
    ///
    /// # Errors
    /// It can't be written.
    pub fn append(&mut self, entries: EncodedEntries) -> Result<(), LedgerError> {
        self.dossiers.append(entries.dossiers).map_err(format_error)?;
        self.statements.append(entries.statements).map_err(format_error)
    }

    /// Completes both files.
    ///
    /// # Errors
    /// They can't be written.
    pub fn finish(self) -> Result<[StagedFile; 2], LedgerError> {
        let dossiers = self.dossiers.finish().map_err(format_error)?;
        let statements = self.statements.finish().map_err(format_error)?;
        Ok([dossiers.0, statements.0])
    }
}

/// A staged file as the format writes to it.
#[derive(Debug)]
struct Sink(StagedFile);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.append(bytes).map_err(|error| match error {
            PublishError::System { error, .. } => error,
            error => io::Error::other(error),
        })?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
