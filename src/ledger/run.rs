use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{LedgerError, catalogue};
use crate::calendar::Month;
use crate::money::Cents;
use crate::publish::summary::{FileRecord, Identity, Summary};

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

impl ClosedMonth {
    /// What the records of a month's runs come to; `None` if there is no run, one without claims, or an amount that can't be read.
    pub fn of<'r>(month: Month, runs: impl IntoIterator<Item = &'r Run>) -> Option<Self> {
        let runs: Vec<&RunRecord> = runs.into_iter().map(|run| &run.record).collect();
        let (first, last) = (runs.first()?, runs.last()?);
        let sum = |text: fn(&Summary) -> Option<&str>| {
            let mut amounts = runs.iter().map(|run| text(&run.summary).and_then(cents));
            amounts.try_fold(Cents::ZERO, |sum, amount| Some(sum + amount?))
        };
        Some(Self {
            month: month.to_string(),
            run: last.number,
            runs: runs.iter().map(|run| run.number).collect(),
            paid: sum(|summary| Some(&summary.totals.net))?.to_string(),
            payments: runs.iter().map(|run| run.summary.totals.payments).sum(),
            claims_opening: first.summary.claims.as_ref()?.opening.clone(),
            claims_raised: sum(|summary| Some(&summary.claims.as_ref()?.raised))?.to_string(),
            claims_recovered: sum(|summary| Some(&summary.claims.as_ref()?.recovered))?.to_string(),
            claims_closing: last.summary.claims.as_ref()?.closing.clone(),
        })
    }

    /// Whether opening + raised - recovered = closing.
    pub fn is_balanced(&self) -> bool {
        let amounts = [&self.claims_opening, &self.claims_raised, &self.claims_recovered, &self.claims_closing];
        let [opening, raised, recovered, closing] = amounts.map(|text| cents(text));
        let after =
            opening.zip(raised).zip(recovered).map(|((opening, raised), recovered)| opening + raised - recovered);
        after.is_some() && after == closing
    }
}

/// `1234.56` as cents; at most a hundred million billions.
fn cents(text: &str) -> Option<Cents> {
    let (euros, cents) = text.split_once('.').filter(|(euros, cents)| cents.len() == 2 && euros.len() <= 15)?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = euros.parse::<i64>().ok().filter(|_| digits(euros) && digits(cents))?;
    Some(Cents(whole * 100 + cents.parse::<i64>().ok()?))
}

/// The digest of a run's identity and of the run that it follows: the catalogue has each once.
///
/// # Errors
/// The identity can't be written.
pub fn identity_digest(identity: &Identity, previous: &str) -> Result<String, LedgerError> {
    let text = serde_json::to_string(identity).map_err(|error| LedgerError::Format(error.to_string()))?;
    Ok(crate::hexadecimal(&Sha256::digest(text + previous)))
}
