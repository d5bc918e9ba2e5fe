//! The lines that a run posted, read back in the order of beneficiaries.

use std::fs::File;
use std::path::PathBuf;

use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use super::{LedgerError, Run, STATEMENTS};
use crate::calendar::Month;
use crate::identity::BeneficiaryId;
use crate::money::Cents;
use crate::publish::summary::FileRecord;
use crate::revision::{Kind, Nature};
use crate::settle::Amounts;

/// A line that a run posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Whose it is.
    pub id: BeneficiaryId,
    /// The month of entitlement.
    pub month: Month,
    /// ASR or IDR.
    pub kind: Kind,
    /// What it does.
    pub nature: Nature,
    /// Its amounts.
    pub amounts: Amounts,
}

/// Streams the lines of one run.
pub struct StatementStream {
    path: PathBuf,
    reader: SerializedFileReader<File>,
    next_group: usize,
    buffered: std::vec::IntoIter<Posted>,
    only: Option<BeneficiaryId>,
}

impl std::fmt::Debug for StatementStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StatementStream").field("path", &self.path).finish_non_exhaustive()
    }
}

impl StatementStream {
    /// Opens the lines of a run: all, or those of one beneficiary. Its digest is compared first: the crate that reads the format
    /// panics on bytes that were altered.
    ///
    /// # Errors
    /// The file is missing, is not the one that the run wrote, or no file of the format.
    pub fn open(run: &Run, only: Option<BeneficiaryId>) -> Result<Self, LedgerError> {
        let path = run.folder.join(STATEMENTS);
        let at = |error: &dyn std::fmt::Display| LedgerError::Damaged { path: path.clone(), told: error.to_string() };
        let now = FileRecord::of(&path, STATEMENTS).map_err(|error| at(&error))?;
        if !run.record.files.contains(&now) {
            return Err(at(&"its SHA-256 is not that of its run"));
        }
        let file = File::open(&path).map_err(|error| at(&error))?;
        let reader = SerializedFileReader::new(file).map_err(|error| at(&error))?;
        Ok(Self { path, reader, next_group: 0, buffered: Vec::new().into_iter(), only })
    }

    /// The next line.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn next_line(&mut self) -> Result<Option<Posted>, LedgerError> {
        loop {
            let only = self.only;
            if let Some(line) = self.buffered.find(|line| only.is_none_or(|only| line.id == only)) {
                return Ok(Some(line));
            }
            if self.next_group == self.reader.num_row_groups() {
                return Ok(None);
            }
            let at = self.next_group;
            self.next_group += 1;
            if self.may_hold(at) {
                let told = |told: String| LedgerError::Damaged { path: self.path.clone(), told };
                let group = self.reader.get_row_group(at).map_err(|error| told(error.to_string()))?;
                let lines = read(&*group).map_err(|error| told(error.to_string()))?;
                let lines = lines.ok_or_else(|| told("a line can't be read".to_owned()))?;
                self.buffered = lines.into_iter();
            }
        }
    }

    fn may_hold(&self, group: usize) -> bool {
        let Some(only) = self.only else { return true };
        let statistics = self.reader.metadata().row_group(group).column(0).statistics();
        let bound = |bytes: Option<&[u8]>| bytes.and_then(BeneficiaryId::new);
        let least = statistics.and_then(|found| bound(found.min_bytes_opt()));
        let most = statistics.and_then(|found| bound(found.max_bytes_opt()));
        least.is_none_or(|least| least <= only) && most.is_none_or(|most| only <= most)
    }
}

fn read(group: &dyn RowGroupReader) -> parquet::errors::Result<Option<Vec<Posted>>> {
    let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
    let texts = |at: usize| -> parquet::errors::Result<Vec<ByteArray>> {
        let mut values = Vec::with_capacity(rows);
        if let ColumnReader::ByteArrayColumnReader(mut reader) = group.get_column_reader(at)? {
            reader.read_records(rows, None, None, &mut values)?;
        }
        Ok(values)
    };
    let numbers = |at: usize| -> parquet::errors::Result<Vec<i32>> {
        let mut values = Vec::with_capacity(rows);
        if let ColumnReader::Int32ColumnReader(mut reader) = group.get_column_reader(at)? {
            reader.read_records(rows, None, None, &mut values)?;
        }
        Ok(values)
    };
    let amounts = |at: usize| -> parquet::errors::Result<Vec<i64>> {
        let mut values = Vec::with_capacity(rows);
        if let ColumnReader::Int64ColumnReader(mut reader) = group.get_column_reader(at)? {
            reader.read_records(rows, None, None, &mut values)?;
        }
        Ok(values)
    };
    let (ids, months, kinds, natures, days) = (texts(0)?, numbers(1)?, texts(2)?, texts(3)?, numbers(4)?);
    let (gross, offset, participation, idr) = (amounts(5)?, amounts(6)?, amounts(7)?, amounts(8)?);
    let line = |at: usize| {
        let month = months.get(at)?;
        let amount = |of: &[i64]| of.get(at).map(|&cents| Cents(cents));
        Some(Posted {
            id: BeneficiaryId::new(ids.get(at)?.data())?,
            month: Month::new(month / 100, (month % 100).try_into().ok()?)?,
            kind: Kind::ALL
                .into_iter()
                .find(|kind| Some(kind.name().as_bytes()) == kinds.get(at).map(ByteArray::data))?,
            nature: Nature::ALL
                .into_iter()
                .find(|nature| Some(nature.name().as_bytes()) == natures.get(at).map(ByteArray::data))?,
            amounts: Amounts {
                asr_days: i64::from(*days.get(at)?),
                asr_gross: amount(&gross)?,
                pension_offset: amount(&offset)?,
                participation: amount(&participation)?,
                idr: amount(&idr)?,
            },
        })
    };
    Ok((0..rows).map(line).collect())
}
