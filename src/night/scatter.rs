//! Exports that are not sorted: their rows are scattered over partitions of one temporary file without a name. A partition
//! holds a range of beneficiary numbers, all rows of each, and fits in memory.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Mutex;
use std::time::Instant;

use super::batch::{Task, Unread};
use super::gather::{AnonymousRows, Timings, lock, night_error};
use super::ledger_side::Recall;
use super::partitions::{Partitions, head};
use super::progress::Progress;
use super::spill::{Gathering, Spill};
use super::{NightError, Plan};
use crate::columns::Export;
use crate::exports::{Batch, BlockReader, Cursor, CursorBuffers, Header, InputDigest};
use crate::identity::BeneficiaryId;
use crate::intake::{Exports, Input};
use crate::pipeline::{self, Stages};
use crate::publish::staging::Staging;
use crate::totals::Totals;

/// About how many bytes a partition holds; with its outputs it is in memory once for each thread.
const PARTITION_BYTES: u64 = 3 << 19;
const MOST_PARTITIONS: u64 = 1_024;
/// How many rows are looked at to choose the ranges, and how many bytes for each.
const SAMPLES: u64 = 4_096;
const SAMPLE_BYTES: usize = 2_048;

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
    let file = tempfile::tempfile_in(staging.folder()).map_err(NightError::Spill)?;
    let recall = Recall::open(plan.ledger.as_ref())?;
    let bounds = choose_bounds(plan.exports, task.headers, &recall)?;
    let stages = Scatter {
        task,
        spill: Spill::new(file, plan.threads.get(), bounds.len() + 1),
        bounds,
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
    let Scatter { spill, bounds, source, anonymous, .. } = stages;
    let spilled = spill.finish(gathered).map_err(NightError::Spill)?;
    let seen = super::all_seen(into_inner(source).readers)?;
    let partitions = Partitions::new(spilled, bounds, task.headers, recall, progress);
    Ok(Scattered { partitions, anonymous: into_inner(anonymous), totals, timings, seen })
}

fn into_inner<T>(mutex: Mutex<T>) -> T {
    mutex.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct Scatter<'r> {
    task: &'r Task<'r>,
    /// The first number of each partition but the first one.
    bounds: Vec<BeneficiaryId>,
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
            gathering: self.spill.gathering(self.bounds.len() + 1),
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
            let partition = self.bounds.partition_point(|&first| first.is_at_most(id));
            let pushed = gathering.push(&self.spill, partition, &head(*export, *row), bytes);
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

/// The ranges of the partitions, from numbers read at evenly spread places of all exports. Rows that a place falls into, and
/// numbers misread within a quoted text, only make ranges a little uneven.
fn choose_bounds(
    exports: &Exports,
    headers: &[Header; Export::COUNT],
    recall: &Recall,
) -> Result<Vec<BeneficiaryId>, NightError> {
    let (kept_bytes, kept_samples) = recall.samples();
    let all_bytes = exports.bytes() + kept_bytes;
    let partitions = all_bytes.div_ceil(PARTITION_BYTES).clamp(1, MOST_PARTITIONS);
    let mut seen = kept_samples;
    let mut buffer = [0; SAMPLE_BYTES];
    for export in Export::ALL {
        let Some(file) = exports.file(export)? else { continue };
        let size = exports.size(export);
        let samples = (SAMPLES * size).div_ceil(all_bytes.max(1)).min(size / SAMPLE_BYTES as u64 + 1);
        for sample in 0..samples {
            let read = read_at(&file, &mut buffer, size / samples * sample);
            let read = read.map_err(|error| crate::exports::Refusal::Unreadable { export, error })?;
            let mut lines = buffer[..read].split(|&byte| byte == b'\n').skip(1);
            let row = lines.next().map(|row| row.strip_suffix(b"\r").unwrap_or(row));
            seen.extend(row.and_then(|row| headers[export as usize].id_of(row, row.contains(&b'"'))));
        }
    }
    seen.sort_unstable();
    let count = seen.len() as u64;
    let mut bounds: Vec<_> = (1..partitions)
        .filter_map(|partition| seen.get(usize::try_from(count * partition / partitions).ok()?).copied())
        .collect();
    bounds.dedup();
    Ok(bounds)
}

fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    loop {
        match file.read_at(buffer, place) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}
