//! A night: the exports of a month, settled and ready to be published.

mod batch;
mod beside;
mod gather;
mod joining;
mod ledger_side;
mod order;
mod partitions;
mod progress;
mod ranges;
mod scatter;
mod sorted;
mod spill;

pub use batch::{BatchSettler, Bounds, Output, Purpose, Task};
pub use gather::Timings;
pub use joining::{Joining, Rest, UNREAD, join};
pub use ledger_side::{LedgerPlan, Recall, Recalled};
pub use progress::{Phase, Progress};
pub use sorted::Merge;

use std::num::NonZeroUsize;

use crate::anomaly::{Code, Finding, Place};
use crate::calendar::Month;
use crate::columns::{Column, Export};
use crate::exports::{BlockReader, Encoding, Header, InputDigest, Refusal};
use crate::intake::{Exports, Input};
use crate::law::Law;
use crate::ledger::LedgerError;
use crate::publish::staging::{PublishError, StagedFile, Staging};
use crate::publish::{Table, rows};
use crate::stats::Stats;
use crate::totals::{Sums, Totals};

use gather::Gathered;

/// What is to be done.
#[derive(Debug)]
pub struct Plan<'p> {
    /// For which month.
    pub month: Month,
    /// To what end; only a run is published as one.
    pub purpose: Purpose,
    /// By which law.
    pub law: &'p Law,
    /// The exports.
    pub exports: &'p Exports,
    /// How their bytes are letters.
    pub encoding: Encoding,
    /// How many threads work; the results don't hang on it.
    pub threads: NonZeroUsize,
    /// Whether SHA-256 of inputs and outputs are taken.
    pub with_digests: bool,
    /// About how many bytes of the largest export a batch takes; the results don't hang on it.
    pub batch_bytes: usize,
    /// The ledger; without one the month is computed from the exports alone.
    pub ledger: Option<LedgerPlan<'p>>,
}

impl Plan<'_> {
    /// The size of a batch that fits the caches of today's processors.
    pub const BATCH_BYTES: usize = 256 << 10;

    /// How many bytes of each export a batch of sorted ones takes: as the sizes of the exports are to each other, and an eighth more of the
    /// smaller ones. What is read beyond the last beneficiary of a batch has to be moved to the next one.
    fn shares(&self) -> [usize; Export::COUNT] {
        const LEAST: usize = 8 << 10;
        let largest = Export::ALL.map(|export| self.exports.size(export)).into_iter().max().unwrap_or_default().max(1);
        Export::ALL.map(|export| {
            let share = self.batch_bytes as u128 * u128::from(self.exports.size(export)) / u128::from(largest);
            usize::try_from(share + share / 8).unwrap_or(usize::MAX).max(LEAST).min(self.batch_bytes)
        })
    }
}

/// What came of it; nothing is published yet.
#[derive(Debug)]
pub struct Settled {
    /// Counts and sums.
    pub totals: Totals,
    /// What was read, by export; `None` for an optional one that is not there.
    pub inputs: [Option<InputDigest>; Export::COUNT],
    /// The files, under temporary names.
    pub files: Vec<StagedFile>,
    /// The Parquet files of the ledger, under temporary names.
    pub books: Option<[StagedFile; 2]>,
    /// Whether the exports were sorted by beneficiary number.
    pub were_sorted: bool,
    /// The time that each stage took, over all threads.
    pub timings: Timings,
}

/// Why a night ends without results.
#[derive(Debug, thiserror::Error)]
pub enum NightError {
    /// An export is refused as a whole.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The ledger can't be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Files can't be written, or totals don't agree.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// A temporary file for unsorted exports can't be used.
    #[error("temporary file for unsorted exports: {0}; make room in the output folder")]
    Spill(std::io::Error),
    /// The system gave no threads.
    #[error("{0}; try fewer --threads")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    /// What was joined can't be written.
    #[error("the parts: {0}")]
    Parts(String),
    /// The exports are not sorted; only the way that needs it says so, and another is taken then.
    #[error("the exports are not sorted by beneficiary number")]
    Unsorted,
}

/// Settles the exports of a month into files under temporary names.
///
/// Sorted exports are merged as streams. The first row that is out of order sends all of them another way: scattered over
/// partitions in temporary files, then settled partition by partition.
///
/// # Errors
/// An export is refused as a whole, a file can't be written, or the control totals don't agree.
pub fn settle(plan: &Plan<'_>, staging: &Staging, progress: &Progress) -> Result<Settled, NightError> {
    match settle_sorted(plan, staging, progress) {
        Err(NightError::Unsorted) => {
            progress.start(Phase::Sorting, plan.exports.bytes());
            settle_unsorted(plan, staging, progress)
        }
        settled => settled,
    }
}

/// The figures of the month of a plan, from its exports alone. Nothing of the beneficiaries is written anywhere but the rows of
/// unsorted exports, to temporary files without names.
///
/// # Errors
/// As those of [`settle`].
pub fn figures(plan: &Plan<'_>, progress: &Progress) -> Result<Stats, NightError> {
    let failed = |error| PublishError::System { path: std::env::temp_dir(), error };
    let folder = tempfile::tempdir().map_err(failed)?;
    let settled = settle(plan, &Staging::open(folder.path())?, progress)?;
    Ok(Stats::new(plan.month, &plan.law.name, &settled.totals.stats))
}

fn open(plan: &Plan<'_>) -> Result<(Vec<BlockReader<Input>>, [Header; Export::COUNT]), NightError> {
    let mut readers = Vec::new();
    for export in Export::ALL {
        let input = plan.exports.open(export)?;
        readers.push(BlockReader::open(export, input, plan.encoding, plan.with_digests)?);
    }
    let headers = Export::ALL.map(|export| readers[export as usize].header().clone());
    Ok((readers, headers))
}

fn settle_sorted(plan: &Plan<'_>, staging: &Staging, progress: &Progress) -> Result<Settled, NightError> {
    progress.start(Phase::Settling, plan.exports.bytes());
    let (readers, headers) = open(plan)?;
    let task = Task {
        law: plan.law,
        month: plan.month,
        purpose: plan.purpose,
        headers: &headers,
        ledger: plan.ledger.as_ref(),
    };
    let recall = Recall::open(plan.ledger.as_ref())?;
    let merge = gather::Merged::new(Merge::new(readers, plan.shares()), recall, progress);
    let gathered = gather::run(plan, &task, &merge, staging, progress)?;
    let seen = all_seen(merge.into_readers())?;
    finish(plan, &headers, gathered, seen, true)
}

fn settle_unsorted(plan: &Plan<'_>, staging: &Staging, progress: &Progress) -> Result<Settled, NightError> {
    let (readers, headers) = open(plan)?;
    let task = Task {
        law: plan.law,
        month: plan.month,
        purpose: plan.purpose,
        headers: &headers,
        ledger: plan.ledger.as_ref(),
    };
    let scattered = scatter::run(plan, &task, readers, staging, progress)?;
    progress.start(Phase::Settling, scattered.partitions.bytes());
    let mut gathered = gather::run(plan, &task, &scattered.partitions, staging, progress)?;
    gathered.totals.add(&scattered.totals);
    gathered.timings.add(&scattered.timings);
    gathered.anonymous.prepend(scattered.anonymous).map_err(NightError::Spill)?;
    finish(plan, &headers, gathered, scattered.seen, false)
}

/// What was read of each export, if all of it was.
fn all_seen(readers: Vec<BlockReader<Input>>) -> Result<Vec<InputDigest>, PublishError> {
    let seen = readers.into_iter().map(BlockReader::seen).collect::<Option<_>>();
    seen.ok_or_else(|| PublishError::Disagreement("an export was not read to its end".to_owned()))
}

/// Appends what has no beneficiary number, and checks that every row read is accounted for.
fn finish(
    plan: &Plan<'_>,
    headers: &[Header; Export::COUNT],
    gathered: Gathered,
    seen: Vec<InputDigest>,
    were_sorted: bool,
) -> Result<Settled, NightError> {
    let Gathered { mut totals, mut files, books, mut anonymous, timings } = gathered;
    let anomalies = &mut files[Table::Anomalies as usize];
    append_unread(plan.month, headers, &seen, &mut totals, &mut anonymous, anomalies)?;
    anonymous.append_decisions(&mut files[Table::Decisions as usize])?;
    check_totals(&totals, &seen)?;
    let is_made = |table: Table| match (plan.purpose, table) {
        (Purpose::Deadlines(_), table) => table == Table::Deadlines,
        (Purpose::Stats, _) => false,
        (Purpose::Run, Table::Contributions) => plan.exports.has(Export::Employers),
        (Purpose::Run, table) => table != Table::Deadlines,
    };
    files.retain(|file| Table::ALL.into_iter().any(|table| table.file_name() == file.name() && is_made(table)));
    let mut seen = seen.into_iter();
    let inputs = Export::ALL.map(|export| seen.next().filter(|_| plan.exports.has(export)));
    Ok(Settled { totals, inputs, files, books, were_sorted, timings })
}

/// Appends what was found about files, and about rows without a beneficiary number, in the order of the exports.
fn append_unread(
    month: Month,
    headers: &[Header; Export::COUNT],
    seen: &[InputDigest],
    totals: &mut Totals,
    anonymous: &mut gather::AnonymousRows,
    anomalies: &mut StagedFile,
) -> Result<(), NightError> {
    for export in Export::ALL {
        let at = export as usize;
        let mut notices = Vec::new();
        notices.extend(headers[at].unknown.iter().map(|(number, name)| unknown_column(export, *number, name)));
        if export == Export::Earnings && totals.later > 0 {
            let place = Place { export, line: 1, column: Some(Column::Month) };
            let found = format!("rows after {month}: {}", totals.later);
            notices.push(Finding::new(Code::LaterMonth, place, None, found));
        }
        append(anomalies, &notices, &headers[at])?;
        anonymous.append_anomalies(export, anomalies)?;
        let cut = seen[at].cut_at.map(|line| {
            let place = Place { export, line, column: None };
            Finding::new(Code::NoLineEnd, place, None, "end of file")
        });
        append(anomalies, cut.as_slice(), &headers[at])?;
        totals.count_findings(&notices);
        totals.count_findings(cut.as_slice());
    }
    Ok(())
}

fn unknown_column(export: Export, number: usize, name: &str) -> Finding {
    let place = Place { export, line: 1, column: None };
    Finding::new(Code::UnknownColumn, place, None, format!("column {number}, {name}"))
}

fn append(file: &mut StagedFile, findings: &[Finding], header: &Header) -> Result<(), PublishError> {
    let mut bytes = Vec::new();
    for finding in findings {
        rows::anomaly(&mut bytes, finding, header);
    }
    file.append(&bytes)
}

/// Nothing vanishes: the rows that the readers cut equal the rows that were accounted for, and every beneficiary row has
/// one outcome; the payments by regime add up to all payments.
///
/// # Errors
/// They don't: the fault is told, and nothing may be published.
pub fn check_totals(totals: &Totals, seen: &[InputDigest]) -> Result<(), PublishError> {
    for (export, seen) in Export::ALL.into_iter().zip(seen) {
        let accounted = totals.rows[export as usize];
        if seen.rows != accounted {
            let told = format!("{export} has {} rows, {accounted} are accounted for", seen.rows);
            return Err(PublishError::Disagreement(told));
        }
    }
    let (rows, outcomes) = (totals.rows[Export::Beneficiaries as usize], totals.outcomes.sum());
    if rows != outcomes {
        return Err(PublishError::Disagreement(format!("{rows} beneficiary rows, {outcomes} outcomes")));
    }
    let mut by_regime = Sums::default();
    totals.by_regime.iter().for_each(|(_, sums)| by_regime.add(sums));
    if by_regime != totals.paid || totals.paid.count != totals.outcomes.paid {
        return Err(PublishError::Disagreement("the payments by regime do not add up to all payments".to_owned()));
    }
    let claims = &totals.claims;
    if claims.opening + claims.raised - claims.recovered != claims.closing
        || claims.recovered != totals.paid.payment.recovered
    {
        return Err(PublishError::Disagreement("claims: opening + raised - recovered is not closing".to_owned()));
    }
    Ok(())
}
