use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::catalogue;
use crate::calendar::Month;
use crate::publish::summary::{FileRecord, Summary};

/// What the catalogue says of a run; nothing of it ever changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Counted over the whole ledger.
    pub number: u32,
    /// The month that it paid.
    pub month: String,
    /// Counted over the runs of the month.
    pub sequence: u32,
    /// The month of the ledger's first run.
    pub first_month: String,
    /// Every file of the run's folder.
    pub files: Vec<FileRecord>,
    /// What the run read and what came of it.
    pub summary: Summary,
}

/// How far a run got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It happened; its results may not stand in their folder yet.
    Committed,
    /// Its results were published.
    Published,
}

/// A run of a ledger.
#[derive(Clone, Debug)]
pub struct Run {
    /// Counted over the whole ledger.
    pub number: u32,
    /// The month that it paid.
    pub month: Month,
    /// Counted over the runs of the month.
    pub sequence: u32,
    /// The folder with its files.
    pub folder: PathBuf,
    /// How far it got.
    pub state: State,
    /// Where its results were published.
    pub published_to: PathBuf,
    /// What the catalogue says of it.
    pub record: RunRecord,
    /// The digest of the record, chained to the run before.
    pub digest: String,
    /// The digest of the run before; empty for the first.
    pub previous: String,
}

impl Run {
    pub(super) fn new(
        ledger: &Path,
        record: RunRecord,
        state: State,
        published_to: PathBuf,
        digest: String,
        previous: String,
    ) -> Option<Self> {
        let month = catalogue::month(&record.month)?;
        let folder = folder(ledger, month, record.number);
        let (number, sequence) = (record.number, record.sequence);
        Some(Self { number, month, sequence, folder, state, published_to, record, digest, previous })
    }
}

/// The folder of a run, in the layout that query tools read as partitions.
pub(super) fn folder(ledger: &Path, month: Month, number: u32) -> PathBuf {
    ledger.join(format!("month={month}")).join(format!("run={number:04}"))
}

/// A month that is closed, with its control totals: opening + raised - recovered = closing, paid = the sum of its runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedMonth {
    /// The month.
    pub month: String,
    /// Its last run.
    pub run: u32,
    /// Its runs.
    pub runs: Vec<u32>,
    /// What they paid.
    pub paid: String,
    /// Payments.
    pub payments: u64,
    /// Claims before its first run.
    pub claims_opening: String,
    /// Raised in its runs.
    pub claims_raised: String,
    /// Recovered in its runs.
    pub claims_recovered: String,
    /// Claims after its last run.
    pub claims_closing: String,
}
