//! What the run before kept, beneficiary by beneficiary in ascending order: the stream that joins those of the exports.

use std::collections::VecDeque;
use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use super::LedgerError;
use super::codec;
use crate::identity::BeneficiaryId;
use crate::revision::Kept;

/// The columns with the number and with what is kept.
const ID: usize = 0;
const KEPT: usize = 4;

/// What is kept of one beneficiary, as bytes.
#[derive(Clone, Debug)]
pub struct KeptBytes {
    /// Whose it is.
    pub id: BeneficiaryId,
    bytes: ByteArray,
}

impl KeptBytes {
    /// What is kept.
    ///
    /// # Errors
    /// The bytes are not what this program writes.
    pub fn decode(&self) -> Result<Kept<'_>, LedgerError> {
        codec::decode(self.bytes.data())
            .ok_or_else(|| LedgerError::Format("what is kept of a beneficiary can't be read".to_owned()))
    }
}

/// Streams the file of one run.
pub struct KeptStream {
    path: PathBuf,
    reader: SerializedFileReader<File>,
    next_group: usize,
    buffered: VecDeque<KeptBytes>,
}

impl std::fmt::Debug for KeptStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptStream").field("path", &self.path).finish_non_exhaustive()
    }
}

impl KeptStream {
    /// Opens the file.
    ///
    /// # Errors
    /// It is missing, or no file of the format.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let at =
            |error: &dyn std::fmt::Display| LedgerError::Damaged { path: path.to_owned(), told: error.to_string() };
        let file = File::open(path).map_err(|error| at(&error))?;
        let reader = SerializedFileReader::new(file).map_err(|error| at(&error))?;
        Ok(Self { path: path.to_owned(), reader, next_group: 0, buffered: VecDeque::new() })
    }

    /// The number of the beneficiary `ahead` places on, if there are so many; what lies before it is buffered.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn peek(&mut self, ahead: usize) -> Result<Option<BeneficiaryId>, LedgerError> {
        while self.buffered.len() <= ahead && self.next_group < self.reader.num_row_groups() {
            self.read_group()?;
        }
        Ok(self.buffered.get(ahead).map(|kept| kept.id))
    }

    /// Moves beneficiaries to `out` as long as their numbers are within.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn take(
        &mut self,
        within: impl Fn(BeneficiaryId) -> bool,
        out: &mut Vec<KeptBytes>,
    ) -> Result<(), LedgerError> {
        while self.peek(0)?.is_some_and(&within) {
            out.extend(self.buffered.pop_front());
        }
        Ok(())
    }

    /// The first number of each row group: even samples of the whole file.
    pub fn samples(&self) -> Vec<BeneficiaryId> {
        let groups = self.reader.metadata().row_groups().iter();
        groups.filter_map(|group| group.column(ID).statistics()?.min_bytes_opt().and_then(BeneficiaryId::new)).collect()
    }

    /// The file's bytes.
    pub fn bytes(&self) -> u64 {
        let groups = self.reader.metadata().row_groups().iter();
        groups.map(|group| group.compressed_size().unsigned_abs()).sum()
    }

    fn read_group(&mut self) -> Result<(), LedgerError> {
        let path = self.path.clone();
        let damaged = |told: String| LedgerError::Damaged { path: path.clone(), told };
        let group = self.reader.get_row_group(self.next_group).map_err(|error| damaged(error.to_string()))?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let ids = column(&*group, ID, rows).map_err(|error| damaged(error.to_string()))?;
        let kept = column(&*group, KEPT, rows).map_err(|error| damaged(error.to_string()))?;
        for (id, bytes) in ids.into_iter().zip(kept) {
            let id = BeneficiaryId::new(id.data())
                .ok_or_else(|| damaged("a beneficiary number can't be read".to_owned()))?;
            if self.buffered.back().is_some_and(|last| last.id >= id) {
                return Err(damaged("beneficiaries stand out of order".to_owned()));
            }
            self.buffered.push_back(KeptBytes { id, bytes });
        }
        self.next_group += 1;
        Ok(())
    }
}

fn column(group: &dyn RowGroupReader, at: usize, rows: usize) -> parquet::errors::Result<Vec<ByteArray>> {
    let mut values = Vec::with_capacity(rows);
    if let ColumnReader::ByteArrayColumnReader(mut reader) = group.get_column_reader(at)? {
        reader.read_records(rows, None, None, &mut values)?;
    }
    if values.len() != rows {
        return Err(parquet::errors::ParquetError::General("a column is not complete".to_owned()));
    }
    Ok(values)
}
