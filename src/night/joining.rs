//! The exports of a month joined and not settled: for whoever settles them elsewhere, or at another time.

use std::num::NonZeroUsize;
use std::sync::Mutex;

use super::batch::{Task, Unread, each_joined};
use super::gather::{AnonymousRows, Batches, Merged, lock, night_error};
use super::ledger_side::{Recall, Recalled};
use super::progress::{Phase, Progress};
use super::sorted::Merge;
use super::{NightError, Plan, all_seen, append_unread, open, scatter};
use crate::columns::Export;
use crate::dossier::Joined;
use crate::exports::{Batch, CursorBuffers, Header, InputDigest};
use crate::identity::BeneficiaryId;
use crate::ledger::KeptBytes;
use crate::pipeline::{self, Stages};
use crate::publish::Algorithm;
use crate::publish::staging::{PublishError, StagedFile, Staging};
use crate::revision::Stated;
use crate::totals::Totals;

/// Takes what was joined, batch by batch.
pub trait Joining: Sync {
    /// What one thread keeps: the rows of its batch, its buffers.
    type Worker: Send;

    /// What a thread starts with.
    fn worker(&self) -> Self::Worker;
    /// Takes a beneficiary; in ascending order of numbers within a batch. In parallel.
    fn add(
        &self,
        worker: &mut Self::Worker,
        id: BeneficiaryId,
        joined: &Joined<'_>,
        kept: Option<KeptBytes<'_>>,
        stated: Option<&Stated>,
    );
    /// Places a batch. One thread at a time, in ascending order of numbers.
    ///
    /// # Errors
    /// Whatever keeps it from being placed.
    fn place(&self, worker: &mut Self::Worker) -> Result<(), NightError>;
    /// Brings it to its place. In parallel.
    ///
    /// # Errors
    /// Whatever keeps it from getting there.
    fn finish(&self, worker: &mut Self::Worker) -> Result<(), NightError>;
}

/// What belongs to no beneficiary, and what was read.
#[derive(Debug)]
pub struct Rest {
    /// The headers of the exports.
    pub headers: [Header; Export::COUNT],
    /// Rows without a readable number, and what was found about files.
    pub totals: Totals,
    /// What was read of each export.
    pub seen: Vec<InputDigest>,
    /// Whether the exports were sorted by beneficiary number.
    pub were_sorted: bool,
    /// The last rows of `anomalies.csv`, under a temporary name.
    pub anomalies: StagedFile,
    /// The last rows of `decisions.csv`, under a temporary name.
    pub decisions: StagedFile,
}

/// The names of the files with what belongs to no beneficiary.
pub const UNREAD: [&str; 2] = ["unread.anomalies.csv", "unread.decisions.csv"];

/// Joins the exports of a month with what the ledger keeps; `new` makes who takes it, anew where the exports turn out not to be
/// sorted.
///
/// # Errors
/// As those of [`settle`](super::settle).
pub fn join<J: Joining>(
    plan: &Plan<'_>,
    staging: &Staging,
    progress: &Progress,
    new: impl Fn() -> Result<J, NightError>,
) -> Result<(J, Rest), NightError> {
    match join_sorted(plan, staging, progress, new()?) {
        Err(NightError::Unsorted) => {
            progress.start(Phase::Sorting, plan.exports.bytes());
            join_unsorted(plan, staging, progress, new()?)
        }
        joined => joined,
    }
}

fn task<'r>(plan: &'r Plan<'_>, headers: &'r [Header; Export::COUNT]) -> Task<'r> {
    Task { law: plan.law, month: plan.month, purpose: plan.purpose, headers, ledger: plan.ledger.as_ref() }
}

fn join_sorted<J: Joining>(
    plan: &Plan<'_>,
    staging: &Staging,
    progress: &Progress,
    joining: J,
) -> Result<(J, Rest), NightError> {
    progress.start(Phase::Preparing, plan.exports.bytes());
    let (readers, headers) = open(plan)?;
    let recall = Recall::open(plan.ledger.as_ref())?;
    let merge = Merged::new(Merge::new(readers, plan.shares()), recall, progress);
    let ran = run(plan, &task(plan, &headers), &merge, &joining, staging, progress)?;
    let seen = all_seen(merge.into_readers())?;
    Ok((joining, rest(plan, headers, ran, (seen, true), staging)?))
}

fn join_unsorted<J: Joining>(
    plan: &Plan<'_>,
    staging: &Staging,
    progress: &Progress,
    joining: J,
) -> Result<(J, Rest), NightError> {
    let (readers, headers) = open(plan)?;
    let (ran, seen) = {
        let task = task(plan, &headers);
        let scattered = scatter::run(plan, &task, readers, staging, progress)?;
        progress.start(Phase::Preparing, scattered.partitions.bytes());
        let mut ran = run(plan, &task, &scattered.partitions, &joining, staging, progress)?;
        ran.unread.add(&scattered.totals);
        ran.anonymous.prepend(scattered.anonymous).map_err(NightError::Spill)?;
        (ran, scattered.seen)
    };
    Ok((joining, rest(plan, headers, ran, (seen, false), staging)?))
}

/// What all batches came to but for what was taken.
struct Ran {
    /// Of rows without a number.
    unread: Totals,
    /// Rows of beneficiaries, by export, and those of later months among them.
    rows: [u64; Export::COUNT],
    later: u64,
    anonymous: AnonymousRows,
}

fn rest(
    plan: &Plan<'_>,
    headers: [Header; Export::COUNT],
    ran: Ran,
    (seen, were_sorted): (Vec<InputDigest>, bool),
    staging: &Staging,
) -> Result<Rest, NightError> {
    let Ran { unread: mut totals, rows, later, mut anonymous } = ran;
    for (export, seen) in Export::ALL.into_iter().zip(&seen) {
        let accounted = rows[export as usize] + totals.rows[export as usize];
        if seen.rows != accounted {
            let told = format!("{export} has {} rows, {accounted} are accounted for", seen.rows);
            return Err(PublishError::Disagreement(told).into());
        }
    }
    let [anomalies, decisions] = UNREAD.map(|name| staging.file(name, Some(Algorithm::Sha256)));
    let (mut anomalies, mut decisions) = (anomalies?, decisions?);
    totals.later = later;
    append_unread(plan.month, &headers, &seen, &mut totals, &mut anonymous, &mut anomalies)?;
    anonymous.append_decisions(&mut decisions)?;
    Ok(Rest { headers, totals, seen, were_sorted, anomalies, decisions })
}

struct Gather<'r, B, J> {
    task: &'r Task<'r>,
    batches: &'r B,
    joining: &'r J,
    anonymous: &'r Mutex<AnonymousRows>,
    progress: &'r Progress,
}

struct Worker<'r, T, W> {
    ticket: T,
    batch: Batch,
    recalled: Recalled,
    cursors: [CursorBuffers; Export::COUNT],
    unread: Unread<'r>,
    taken: W,
    totals: Totals,
    rows: [u64; Export::COUNT],
    later: u64,
}

fn run<B: Batches, J: Joining>(
    plan: &Plan<'_>,
    task: &Task<'_>,
    batches: &B,
    joining: &J,
    staging: &Staging,
    progress: &Progress,
) -> Result<Ran, NightError> {
    let anonymous = Mutex::new(AnonymousRows::new(staging));
    let stages = Gather { task, batches, joining, anonymous: &anonymous, progress };
    let workers = pipeline::run(plan.threads, &stages).map_err(night_error)?;
    let (mut unread, mut rows, mut later) = (Totals::default(), [0; Export::COUNT], 0);
    for worker in &workers {
        unread.add(&worker.totals);
        rows.iter_mut().zip(worker.rows).for_each(|(all, rows)| *all += rows);
        later += worker.later;
    }
    drop(workers);
    let anonymous = anonymous.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(Ran { unread, rows, later, anonymous })
}

impl<'r, B: Batches, J: Joining> Stages for Gather<'r, B, J> {
    type Worker = Worker<'r, B::Ticket, J::Worker>;
    type Error = NightError;

    fn worker(&self) -> Self::Worker {
        Worker {
            ticket: B::Ticket::default(),
            batch: Batch::default(),
            recalled: Recalled::default(),
            cursors: Default::default(),
            unread: Unread::new(self.task.headers),
            taken: self.joining.worker(),
            totals: Totals::default(),
            rows: [0; Export::COUNT],
            later: 0,
        }
    }

    fn spare_workers(&self, threads: NonZeroUsize) -> usize {
        threads.get() / 2
    }

    fn take(&self, worker: &mut Self::Worker) -> Result<bool, NightError> {
        let taken = self.batches.take(&mut worker.batch, &mut worker.recalled)?;
        let any = taken.is_some();
        worker.ticket = taken.unwrap_or_default();
        Ok(any)
    }

    fn work(&self, worker: &mut Self::Worker) -> Result<(), NightError> {
        let bounds = self.batches.fill(&worker.ticket, &mut worker.batch)?;
        let Worker { batch, recalled, cursors, unread, taken, totals, rows, later, .. } = worker;
        unread.clear();
        each_joined(self.task, (batch, recalled, bounds), cursors, unread, |id, joined, kept, stated| {
            rows.iter_mut().zip(joined.counts).for_each(|(all, rows)| *all += rows);
            *later += joined.later;
            self.joining.add(taken, id, joined, kept, stated);
            Ok(())
        })?;
        totals.add(&std::mem::take(&mut unread.totals));
        self.progress.add_beneficiaries(batch.rows[Export::Beneficiaries as usize].len() as u64);
        Ok(())
    }

    fn place(&self, worker: &mut Self::Worker) -> Result<(), NightError> {
        let Unread { anomalies, decisions, .. } = &worker.unread;
        lock(self.anonymous).add(anomalies, decisions).map_err(NightError::Spill)?;
        self.joining.place(&mut worker.taken)
    }

    fn finish(&self, worker: &mut Self::Worker) -> Result<(), NightError> {
        self.joining.finish(&mut worker.taken)
    }
}
