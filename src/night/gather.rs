//! Batches, wherever they come from, become the bytes of the files, each at its place.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tempfile::SpooledTempFile;

use super::batch::{BatchSettler, Bounds, Output, Purpose, Task};
use super::ledger_side::{Recall, Recalled};
use super::progress::Progress;
use super::sorted::Merge;
use super::{NightError, Plan};
use crate::columns::Export;
use crate::exports::{Batch, BlockReader};
use crate::intake::Input;
use crate::ledger::Books;
use crate::pipeline::{self, Bell, Failure, Stages};
use crate::publish::staging::{StagedFile, StagedWriter, Staging};
use crate::publish::{Algorithm, Table};
use crate::totals::Totals;

/// About how many bytes of results are brought to the disk at once.
const SYNCED_AT_ONCE: u64 = 16 << 20;

/// Where batches come from.
pub(super) trait Batches: Sync {
    /// What tells one batch from another until it is filled.
    type Ticket: Send + Default;
    /// Takes the next batch, in order.
    fn take(&self, batch: &mut Batch, recalled: &mut Recalled) -> Result<Option<Self::Ticket>, NightError>;
    /// Fills it, in parallel.
    fn fill(&self, ticket: &Self::Ticket, batch: &mut Batch) -> Result<Bounds, NightError>;
}

/// Batches of sorted exports.
pub(super) struct Merged<'p> {
    merge: Mutex<(Merge<Input>, Recall)>,
    progress: &'p Progress,
}

impl<'p> Merged<'p> {
    pub(super) fn new(merge: Merge<Input>, recall: Recall, progress: &'p Progress) -> Self {
        Self { merge: Mutex::new((merge, recall)), progress }
    }

    pub(super) fn into_readers(self) -> Vec<BlockReader<Input>> {
        self.merge.into_inner().unwrap_or_else(PoisonError::into_inner).0.into_readers()
    }
}

impl Batches for Merged<'_> {
    type Ticket = Bounds;

    fn take(&self, batch: &mut Batch, recalled: &mut Recalled) -> Result<Option<Bounds>, NightError> {
        let (merge, recall) = &mut *lock(&self.merge);
        let bounds = merge.next(batch, recall, recalled)?;
        self.progress.set_done(merge.bytes_read());
        Ok(bounds)
    }

    fn fill(&self, bounds: &Bounds, _: &mut Batch) -> Result<Bounds, NightError> {
        Ok(*bounds)
    }
}

/// The time that each stage took, over all threads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timings {
    /// Rows of unsorted exports on their way to partitions.
    pub scattering: Duration,
    /// From the system's bytes to rows, digests of the inputs included.
    pub reading: Duration,
    /// From rows to the bytes of the files.
    pub settling: Duration,
    /// Waiting for the batch before, and digests of the outputs.
    pub placing: Duration,
    /// To the system.
    pub writing: Duration,
}

impl Timings {
    /// Adds those of another thread.
    pub fn add(&mut self, other: &Self) {
        self.scattering += other.scattering;
        self.reading += other.reading;
        self.settling += other.settling;
        self.placing += other.placing;
        self.writing += other.writing;
    }
}

/// What all batches came to.
pub(super) struct Gathered {
    pub(super) totals: Totals,
    /// By [`Table`].
    pub(super) files: Vec<StagedFile>,
    /// The Parquet files of the ledger.
    pub(super) books: Option<[StagedFile; 2]>,
    pub(super) anonymous: AnonymousRows,
    pub(super) timings: Timings,
}

pub(super) fn run<B: Batches>(
    plan: &Plan<'_>,
    task: &Task<'_>,
    batches: &B,
    staging: &Staging,
    progress: &Progress,
) -> Result<Gathered, NightError> {
    let mut files = Vec::new();
    let tables = match plan.purpose {
        Purpose::Deadlines(_) => &Table::ALL[..],
        Purpose::Run | Purpose::Stats => Table::of_run(plan.ledger.is_some()),
    };
    for &table in tables {
        let mut file = staging.file(table.file_name(), plan.with_digests.then_some(Algorithm::Sha256))?;
        if let Some(results) = plan.ledger.as_ref().and_then(|ledger| ledger.results) {
            file = file.with_twin_in(results)?;
        }
        file.append(table.header().as_bytes())?;
        files.push(file);
    }
    let writers = files.iter().map(StagedFile::handle).collect::<Result<Vec<_>, _>>()?;
    let books = plan.ledger.as_ref().map(|ledger| Books::create(&ledger.layouts, staging)).transpose()?;
    let kept_writer = books.as_ref().map(Books::writer).transpose()?;
    let placed = Mutex::new(Placed { files, books, anonymous: AnonymousRows::new(staging) });
    // The disk is kept busy meanwhile: what it lacks at the end is waited for.
    let (ran, synced) = pipeline::beside(
        || writers.iter().chain(&kept_writer).try_for_each(StagedWriter::sync),
        |bell| {
            let written = AtomicU64::new(0);
            let (writers, kept_writer, placed) = (&writers, kept_writer.as_ref(), &placed);
            let stages = Gather { task, batches, writers, kept_writer, placed, progress, bell, written };
            pipeline::run(plan.threads, &stages)
        },
    );
    let workers = ran.map_err(night_error)?;
    synced?;
    let mut totals = Totals::default();
    let mut timings = Timings::default();
    for worker in &workers {
        totals.add(&worker.settler.totals);
        timings.add(&worker.timings);
    }
    let Placed { files, books, anonymous } = placed.into_inner().unwrap_or_else(PoisonError::into_inner);
    let books = books.map(Books::finish).transpose()?;
    Ok(Gathered { totals, files, books, anonymous, timings })
}

pub(super) fn night_error(failure: Failure<NightError>) -> NightError {
    match failure {
        Failure::Threads(error) => NightError::Threads(error),
        Failure::Batch(error) => error,
    }
}

struct Gather<'r, 's, B> {
    task: &'r Task<'r>,
    batches: &'s B,
    writers: &'s [StagedWriter],
    kept_writer: Option<&'s StagedWriter>,
    placed: &'s Mutex<Placed>,
    progress: &'s Progress,
    bell: &'s Bell,
    /// How many bytes were written to all files.
    written: AtomicU64,
}

struct Placed {
    files: Vec<StagedFile>,
    books: Option<Books>,
    anonymous: AnonymousRows,
}

struct Worker<'r, T> {
    ticket: T,
    batch: Batch,
    recalled: Recalled,
    settler: BatchSettler<'r>,
    output: Output,
    places: [u64; Table::COUNT],
    kept_place: u64,
    timings: Timings,
    waiting_since: Instant,
}

impl<'r, B: Batches> Stages for Gather<'r, '_, B> {
    type Worker = Worker<'r, B::Ticket>;
    type Error = NightError;

    fn worker(&self) -> Self::Worker {
        Worker {
            ticket: B::Ticket::default(),
            batch: Batch::default(),
            recalled: Recalled::default(),
            settler: BatchSettler::new(self.task),
            output: Output::default(),
            places: [0; Table::COUNT],
            kept_place: 0,
            timings: Timings::default(),
            waiting_since: Instant::now(),
        }
    }

    fn spare_workers(&self, threads: NonZeroUsize) -> usize {
        threads.get() / 2
    }

    fn take(&self, worker: &mut Self::Worker) -> Result<bool, NightError> {
        let start = Instant::now();
        let taken = self.batches.take(&mut worker.batch, &mut worker.recalled)?;
        worker.timings.reading += start.elapsed();
        let any = taken.is_some();
        worker.ticket = taken.unwrap_or_default();
        Ok(any)
    }

    fn work(&self, worker: &mut Self::Worker) -> Result<(), NightError> {
        let start = Instant::now();
        let bounds = self.batches.fill(&worker.ticket, &mut worker.batch)?;
        let filled = Instant::now();
        worker.settler.settle(&worker.batch, &worker.recalled, bounds, &mut worker.output)?;
        worker.output.entries.complete()?;
        self.progress.add_beneficiaries(worker.batch.rows[Export::Beneficiaries as usize].len() as u64);
        worker.timings.reading += filled - start;
        worker.timings.settling += filled.elapsed();
        worker.waiting_since = Instant::now();
        Ok(())
    }

    fn place(&self, worker: &mut Self::Worker) -> Result<(), NightError> {
        let output = &worker.output;
        let mut placed = lock(self.placed);
        for ((file, bytes), place) in placed.files.iter_mut().zip(&output.tables).zip(&mut worker.places) {
            *place = file.place(bytes);
        }
        placed.anonymous.add(&output.anonymous_anomalies, &output.anonymous_decisions).map_err(NightError::Spill)?;
        if let Some(books) = &mut placed.books {
            worker.kept_place = books.place(&mut worker.output.entries)?;
        }
        Ok(())
    }

    fn finish(&self, worker: &mut Self::Worker) -> Result<(), NightError> {
        let start = Instant::now();
        worker.timings.placing += start - worker.waiting_since;
        let output = &worker.output;
        for ((writer, bytes), place) in self.writers.iter().zip(&output.tables).zip(worker.places) {
            writer.write_at(bytes, place)?;
        }
        if let Some(writer) = self.kept_writer {
            writer.write_at(output.entries.kept(), worker.kept_place)?;
        }
        let bytes = output.tables.iter().map(|bytes| bytes.len() as u64).sum();
        let before = self.written.fetch_add(bytes, Ordering::Relaxed);
        if before / SYNCED_AT_ONCE != (before + bytes) / SYNCED_AT_ONCE {
            self.bell.ring();
        }
        worker.timings.writing += start.elapsed();
        Ok(())
    }
}

/// Rows without a readable beneficiary number, kept back for the ends of the files; in memory as long as they are few,
/// else in temporary files without a name.
pub(super) struct AnonymousRows {
    anomalies: [SpooledTempFile; Export::COUNT],
    decisions: SpooledTempFile,
}

impl AnonymousRows {
    const IN_MEMORY: usize = 256 << 10;

    pub(super) fn new(staging: &Staging) -> Self {
        let spool = || tempfile::spooled_tempfile_in(Self::IN_MEMORY, staging.folder());
        Self { anomalies: std::array::from_fn(|_| spool()), decisions: spool() }
    }

    pub(super) fn add(&mut self, anomalies: &[Vec<u8>; Export::COUNT], decisions: &[u8]) -> io::Result<()> {
        for (spool, bytes) in self.anomalies.iter_mut().zip(anomalies) {
            spool.write_all(bytes)?;
        }
        self.decisions.write_all(decisions)
    }

    /// Puts those of an earlier pass in front of these.
    pub(super) fn prepend(&mut self, mut earlier: Self) -> io::Result<()> {
        let pairs = earlier.anomalies.iter_mut().zip(&mut self.anomalies);
        for (first, then) in pairs.chain([(&mut earlier.decisions, &mut self.decisions)]) {
            then.rewind()?;
            io::copy(then, first)?;
        }
        *self = earlier;
        Ok(())
    }

    pub(super) fn append_anomalies(&mut self, export: Export, file: &mut StagedFile) -> Result<(), NightError> {
        append(&mut self.anomalies[export as usize], file)
    }

    pub(super) fn append_decisions(&mut self, file: &mut StagedFile) -> Result<(), NightError> {
        append(&mut self.decisions, file)
    }
}

fn append(spool: &mut SpooledTempFile, file: &mut StagedFile) -> Result<(), NightError> {
    spool.seek(SeekFrom::Start(0)).map_err(NightError::Spill)?;
    let mut buffer = vec![0; 64 << 10];
    loop {
        match spool.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => file.append(&buffer[..read])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(NightError::Spill(error)),
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
