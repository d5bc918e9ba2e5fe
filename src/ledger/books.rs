//! The two files that a run adds to the ledger: what is kept of each beneficiary, and the lines that were posted.

use std::io::{self, Write};

use parquet::basic::Compression;

use super::LedgerError;
use super::dossier_file::{self, DossierFile};
use super::lines::{COLUMNS, Group, Lines};
use super::parquet_file::{Layout, Writer};
use crate::identity::BeneficiaryId;
use crate::publish::Algorithm;
use crate::publish::staging::{PublishError, StagedFile, StagedWriter, Staging};
use crate::revision::{Kept, Line};

/// The file with the lines that the run posted.
pub const STATEMENTS: &str = "statements.parquet";

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
        let statements = Layout::new("statements", COLUMNS, Compression::UNCOMPRESSED);
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
    lines: Lines,
}

impl Entries {
    /// Forgets all and keeps the buffers.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.lines.clear();
    }

    /// Adds what is kept of a beneficiary, and what was posted; beneficiaries come in ascending order.
    pub fn add(&mut self, id: BeneficiaryId, kept: Option<&Kept<'_>>, lines: &[Line]) {
        lines.iter().for_each(|line| self.lines.add(id, line));
        if let Some(kept) = kept {
            dossier_file::push_record(&mut self.kept, id, kept);
        }
    }

    /// Adds what another batch added for a beneficiary: its record as [`Entries::kept`] gave it, empty where nothing is kept, and
    /// its lines.
    ///
    /// # Errors
    /// The record is not that of this beneficiary.
    pub fn add_record(&mut self, id: BeneficiaryId, record: &[u8], lines: &[Line]) -> Result<(), LedgerError> {
        lines.iter().for_each(|line| self.lines.add(id, line));
        if record.is_empty() || dossier_file::push_known_record(&mut self.kept, id, record) {
            return Ok(());
        }
        Err(LedgerError::Format(format!("what is to be kept of {id} is not its record")))
    }

    /// Makes of the lines what stands in their file; else [`Books::place`] does it, where others may wait for it.
    ///
    /// # Errors
    /// None that is known; the format could refuse them.
    pub fn complete(&mut self) -> Result<(), LedgerError> {
        self.lines.make_pages().map_err(format_error)
    }

    /// What is kept, as it stands in its file.
    pub fn kept(&self) -> &[u8] {
        &self.kept
    }
}

/// Both files of a run that is being made.
#[derive(Debug)]
pub struct Books {
    dossiers: DossierFile,
    layouts: Layouts,
    statements: Writer<Sink>,
    waiting: Group,
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
        Ok(Self { dossiers, layouts, statements, waiting: Group::default() })
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
    pub fn place(&mut self, entries: &mut Entries) -> Result<u64, LedgerError> {
        self.waiting.add(&mut entries.lines).map_err(format_error)?;
        if self.waiting.is_full() {
            self.write_lines()?;
        }
        Ok(self.dossiers.place(&entries.kept))
    }

    fn write_lines(&mut self) -> Result<(), LedgerError> {
        let encoded = self.waiting.encode(&self.layouts.statements).map_err(format_error)?;
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
