//! Exports that are not sorted: their rows are scattered over partitions in temporary files without names. A partition
//! holds a range of beneficiary numbers, all rows of each, and fits in memory.

use std::sync::Mutex;
use std::time::Instant;

use super::batch::{Task, Unread};
use super::gather::{AnonymousRows, Timings, lock, night_error};
use super::ledger_side::Recall;
use super::partitions::{Partitions, head};
use super::progress::Progress;
use super::ranges::Ranges;
use super::spill::{Gathering, Spill};
use super::{NightError, Plan};
use crate::columns::Export;
use crate::exports::{Batch, BlockReader, Cursor, CursorBuffers, InputDigest};
use crate::intake::Input;
use crate::pipeline::{self, Stages};
use crate::publish::staging::Staging;
use crate::totals::Totals;

/// All rows with a readable number, in partitions, and what the others came to.
pub(super) struct Scattered<'r> {
    pub(super) partitions: Partitions<'r>,
    pub(super) anonymous: AnonymousRows,
    pub(super) totals: Totals,
    pub(super) timings: Timings,
    pub(super) seen: Vec<InputDigest>,
}

pub(super) fn run<'r>(
    plan: &Plan<'_>,
    task: &'r Task<'r>,
    readers: Vec<BlockReader<Input>>,
    staging: &Staging,
    progress: &'r Progress,
) -> Result<Scattered<'r>, NightError> {
    let recall = Recall::open(plan.ledger.as_ref())?;
    let ranges = Ranges::choose(plan.exports, task.headers, &recall)?;
    let stages = Scatter {
        task,
        spill: Spill::new(staging.folder(), plan.threads, ranges.count()).map_err(NightError::Spill)?,
        ranges,
        source: Mutex::new(Source { readers, at: 0, batch_bytes: plan.batch_bytes, progress }),
        anonymous: Mutex::new(AnonymousRows::new(staging)),
    };
    let workers = pipeline::run(plan.threads, &stages).map_err(night_error)?;
    let mut totals = Totals::default();
    let mut timings = Timings::default();
    let mut gathered = Vec::new();
    for worker in workers {
        totals.add(&worker.totals);
        timings.add(&worker.timings);
        gathered.push(worker.gathering);
    }
    let Scatter { spill, ranges, source, anonymous, .. } = stages;
    let spilled = spill.finish(gathered).map_err(NightError::Spill)?;
    let seen = super::all_seen(into_inner(source).readers)?;
    let partitions = Partitions::new(spilled, ranges, task.headers, recall, progress);
    Ok(Scattered { partitions, anonymous: into_inner(anonymous), totals, timings, seen })
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct Scatter<'r> {
    task: &'r Task<'r>,
    ranges: Ranges,
    spill: Spill,
    source: Mutex<Source<'r>>,
    anonymous: Mutex<AnonymousRows>,
}

/// The exports, one after the other.
struct Source<'r> {
    readers: Vec<BlockReader<Input>>,
    at: usize,
    batch_bytes: usize,
    progress: &'r Progress,
}

struct Worker<'r> {
    export: Export,
    batch: Batch,
    gathering: Gathering,
    unread: Unread<'r>,
    cursor: CursorBuffers,
    totals: Totals,
    timings: Timings,
}

impl<'r> Stages for Scatter<'r> {
    type Worker = Worker<'r>;
    type Error = NightError;

    fn worker(&self) -> Worker<'r> {
        Worker {
            export: Export::Beneficiaries,
            batch: Batch::default(),
            gathering: self.spill.gathering(),
            unread: Unread::new(self.task.headers),
            cursor: CursorBuffers::default(),
            totals: Totals::default(),
            timings: Timings::default(),
        }
    }

    fn take(&self, worker: &mut Worker<'r>) -> Result<bool, NightError> {
        let start = Instant::now();
        worker.batch.clear();
        let mut source = lock(&self.source);
        let Source { readers, at, batch_bytes, progress } = &mut *source;
        while let Some(reader) = readers.get_mut(*at) {
            reader.fill(*batch_bytes)?;
            let count = reader.buffered().len();
            if count > 0 {
                reader.take(count, &mut worker.batch);
                worker.export = reader.header().export;
                break;
            }
            *at += 1;
        }
        progress.set_done(readers.iter().map(BlockReader::bytes_read).sum());
        worker.timings.reading += start.elapsed();
        Ok(!worker.batch.is_empty())
    }

    fn work(&self, worker: &mut Worker<'r>) -> Result<(), NightError> {
        let start = Instant::now();
        let Worker { export, batch, gathering, unread, cursor, totals, timings } = worker;
        unread.clear();
        let header = &self.task.headers[*export as usize];
        let all = batch.bytes_of(*export);
        for row in &batch.rows[*export as usize] {
            let bytes = row.of(all);
            let Some(id) = header.id_of(bytes, row.quoted) else {
                let only = std::slice::from_ref(row);
                Cursor::new(header, (all, None), only, cursor, &mut |row| unread.add(*export, row));
                continue;
            };
            let partition = self.ranges.of(id);
            let pushed = gathering.push(&self.spill, partition, &head(*export, *row, (id, bytes)), bytes);
            pushed.map_err(NightError::Spill)?;
        }
        totals.add(&std::mem::take(&mut unread.totals));
        timings.scattering += start.elapsed();
        Ok(())
    }

    fn place(&self, worker: &mut Worker<'r>) -> Result<(), NightError> {
        let Unread { anomalies, decisions, .. } = &worker.unread;
        lock(&self.anonymous).add(anomalies, decisions).map_err(NightError::Spill)
    }

    fn finish(&self, _: &mut Worker<'r>) -> Result<(), NightError> {
        Ok(())
    }
}
