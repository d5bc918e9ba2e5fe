//! The two files that a run adds to the ledger: what is kept of each beneficiary, and the lines that were posted.

use std::io::{self, Write};

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::data_type::ByteArray;

use super::LedgerError;
use super::dossier_file::{self, DossierFile};
use super::parquet_file::{Columns, Encoded, Form, Layout, Values, Writer};
use crate::identity::BeneficiaryId;
use crate::publish::Algorithm;
use crate::publish::staging::{PublishError, StagedFile, StagedWriter, Staging};
use crate::revision::{Kept, Line};

/// The file with the lines that the run posted.
pub const STATEMENTS: &str = "statements.parquet";

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

/// How the lines are written.
#[derive(Clone, Debug)]
pub struct Layouts {
    statements: Layout,
}

impl Layouts {
    /// The layout of this version.
    ///
    /// # Errors
    /// None that is known; the format could refuse a column.
    pub fn new() -> Result<Self, LedgerError> {
        // Lines are mostly zeros.
        let statements = Layout::new("statements", STATEMENT_COLUMNS, Compression::LZ4_RAW);
        Ok(Self { statements: statements.map_err(format_error)? })
    }
}

fn format_error(error: parquet::errors::ParquetError) -> LedgerError {
    LedgerError::Format(error.to_string())
}

/// What a batch adds to both files.
#[derive(Debug, Default)]
pub struct Entries {
    kept: Vec<u8>,
    ids: Vec<u8>,
    lines: Vec<((usize, usize), Line)>,
}

impl Entries {
    /// Forgets all and keeps the buffers.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.ids.clear();
        self.lines.clear();
    }

    /// Adds what is kept of a beneficiary, and what was posted; beneficiaries come in ascending order.
    pub fn add(&mut self, id: BeneficiaryId, kept: Option<&Kept<'_>>, lines: &[Line]) {
        if !lines.is_empty() {
            let start = self.ids.len();
            id.write(&mut self.ids);
            let id = (start, self.ids.len());
            self.lines.extend(lines.iter().map(|&line| (id, line)));
        }
        if let Some(kept) = kept {
            dossier_file::push_record(&mut self.kept, id, kept);
        }
    }

    /// Adds what another batch added for a beneficiary: its record as [`Entries::kept`] gave it, empty where nothing is kept, and
    /// its lines.
    ///
    /// # Errors
    /// The record is not that of this beneficiary.
    pub fn add_record(
        &mut self,
        id: BeneficiaryId,
        record: &[u8],
        lines: impl ExactSizeIterator<Item = Line>,
    ) -> Result<(), LedgerError> {
        if lines.len() > 0 {
            let start = self.ids.len();
            id.write(&mut self.ids);
            let place = (start, self.ids.len());
            self.lines.extend(lines.map(|line| (place, line)));
        }
        if record.is_empty() || dossier_file::push_known_record(&mut self.kept, id, record) {
            return Ok(());
        }
        Err(LedgerError::Format(format!("what is to be kept of {id} is not its record")))
    }

    /// The lines, in order.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &Line> {
        self.lines.iter().map(|(_, line)| line)
    }

    /// What is kept, as it stands in its file.
    pub fn kept(&self) -> &[u8] {
        &self.kept
    }
}

/// A month as a number that people can read: 200905.
fn month_number(line: &Line) -> i32 {
    line.month.year() * 100 + line.month.number().cast_signed()
}

/// Lines that wait until there are enough of them.
#[derive(Debug, Default)]
struct Waiting {
    ids: Vec<u8>,
    lines: Vec<((usize, usize), Line)>,
}

impl Waiting {
    /// About so many lines are written together. What the format keeps of each such group stays in memory to the end of the file: a
    /// group a batch took 4 MiB a million beneficiaries.
    const ENOUGH: usize = 32 << 10;

    fn add(&mut self, entries: &Entries) {
        let behind = self.ids.len();
        self.ids.extend_from_slice(&entries.ids);
        self.lines.extend(entries.lines.iter().map(|&((start, end), line)| ((start + behind, end + behind), line)));
    }

    /// The lines, encoded; none wait any more.
    fn encode(&mut self, layouts: &Layouts) -> Result<Encoded, LedgerError> {
        // The buffer goes into the column without a copy.
        let ids = Bytes::from(std::mem::take(&mut self.ids));
        let part = |(start, end): (usize, usize)| ByteArray::from(ids.slice(start..end));
        let lines = &self.lines;
        let word = |word: &'static str| ByteArray::from(Bytes::from_static(word.as_bytes()));
        let amounts = |of: fn(&Line) -> i64| Values::Amounts(lines.iter().map(|(_, line)| of(line)).collect());
        let days = |line: &Line| i32::try_from(line.amounts.asr_days).unwrap_or(i32::MAX);
        let statements = [
            Values::Texts(lines.iter().map(|&(id, _)| part(id)).collect()),
            Values::Numbers(lines.iter().map(|(_, line)| month_number(line)).collect()),
            Values::Texts(lines.iter().map(|(_, line)| word(line.kind.name())).collect()),
            Values::Texts(lines.iter().map(|(_, line)| word(line.nature.name())).collect()),
            Values::Numbers(lines.iter().map(|(_, line)| days(line)).collect()),
            amounts(|line| line.amounts.asr_gross.0),
            amounts(|line| line.amounts.pension_offset.0),
            amounts(|line| line.amounts.participation.0),
            amounts(|line| line.amounts.idr.0),
            amounts(|line| line.amounts.net().0),
        ];
        let encoded = layouts.statements.encode(&statements).map_err(format_error)?;
        self.lines.clear();
        Ok(encoded)
    }
}

/// Both files of a run that is being made.
#[derive(Debug)]
pub struct Books {
    dossiers: DossierFile,
    layouts: Layouts,
    statements: Writer<Sink>,
    waiting: Waiting,
}

impl Books {
    /// New files under temporary names.
    ///
    /// # Errors
    /// They can't be made.
    pub fn create(layouts: &Layouts, staging: &Staging) -> Result<Self, LedgerError> {
        let sink = Sink { file: staging.file(STATEMENTS, Some(Algorithm::Blake3))?, buffer: Vec::new() };
        let statements = layouts.statements.writer(sink).map_err(format_error)?;
        let (dossiers, layouts) = (DossierFile::create(staging)?, layouts.clone());
        Ok(Self { dossiers, layouts, statements, waiting: Waiting::default() })
    }

    /// The handle for what is kept, to write to from any thread.
    ///
    /// # Errors
    /// The system gives none.
    pub fn writer(&self) -> Result<StagedWriter, LedgerError> {
        Ok(self.dossiers.writer()?)
    }

    /// Appends the lines of a batch and tells the place of what is kept, which must be written there; batches come in ascending
    /// order.
    ///
    /// # Errors
    /// The lines can't be written.
    pub fn place(&mut self, entries: &Entries) -> Result<u64, LedgerError> {
        self.waiting.add(entries);
        if self.waiting.lines.len() >= Waiting::ENOUGH {
            self.write_lines()?;
        }
        Ok(self.dossiers.place(&entries.kept))
    }

    fn write_lines(&mut self) -> Result<(), LedgerError> {
        let encoded = self.waiting.encode(&self.layouts)?;
        self.statements.append(encoded).map_err(format_error)
    }

    /// Completes both files.
    ///
    /// # Errors
    /// They can't be written.
    pub fn finish(mut self) -> Result<[StagedFile; 2], LedgerError> {
        self.write_lines()?;
        let dossiers = self.dossiers.finish()?;
        let mut sink = self.statements.finish().map_err(format_error)?;
        sink.empty().map_err(|error| LedgerError::Format(error.to_string()))?;
        Ok([dossiers, sink.file])
    }
}

/// A staged file as the format writes to it: in small pieces.
#[derive(Debug)]
struct Sink {
    file: StagedFile,
    buffer: Vec<u8>,
}

impl Sink {
    const LARGEST: usize = 256 << 10;
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > Self::LARGEST {
            self.empty()?;
        }
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink {
    fn empty(&mut self) -> io::Result<()> {
        let appended = self.file.append(&self.buffer);
        self.buffer.clear();
        appended.map_err(|error| match error {
            PublishError::System { error, .. } => error,
            error => io::Error::other(error),
        })
    }
}
