//! The middle step: the parts of a prepared month become results, on the engine if that works, here if it does not.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use ballista_core::serde::protobuf::PartitionLocation;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::record_batch::RecordBatch;
use futures::{StreamExt, TryStreamExt};
use versement::night::Progress;
use versement::partition::{self, Answer, Manifest, PartitionError, ResultRow, ResultWriter, part_name};

use crate::address::Scheduler;
use crate::client::{Fetched, Job};
use crate::columns::Batch;
use crate::months::Prepared;
use crate::plan::{self, PartFile};
use crate::tls::Tls;

/// Rows of a batch: what a task holds in memory, and what is sent at once.
const BATCH: usize = 2048;
/// Results that are fetched at once.
const FETCHES: usize = 4;
/// How often the engine is tried.
const TRIES: u32 = 2;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Map {
    /// The folder of the prepared month, by the name that all machines know it by.
    pub prepared: PathBuf,
    /// Where the results go.
    pub results: PathBuf,
    /// Who hands out the parts.
    pub scheduler: Scheduler,
    /// What this machine proves itself with to the scheduler and the executors.
    pub tls: Option<Tls>,
    /// After how long the engine is given up, each time that it is tried.
    pub limit: Duration,
    /// How many parts are settled here at once, if the engine fails.
    pub threads: usize,
}

/// What is told on the way.
#[derive(Clone, Copy, Debug)]
pub enum Told<'t> {
    /// What was done.
    Step(&'t str),
    /// What went otherwise than it should.
    Trouble(&'t str),
}

/// How the parts were settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Parts by the engine.
    pub on_engine: u32,
    /// Parts by this machine.
    pub here: u32,
    /// Beneficiaries that came back from the engine.
    pub beneficiaries: u64,
    /// Bytes of answers that executors kept and sent.
    pub bytes: u64,
    /// How often the engine was tried.
    pub tries: u32,
}

impl Map {
    /// Settles every part of a manifest. `say` is told what is done, and above all what goes wrong.
    ///
    /// # Errors
    /// The parts are not as they were prepared, or a result can't be written: then no other way helps either.
    pub fn settle(&self, manifest: &Manifest, say: &dyn Fn(Told<'_>)) -> anyhow::Result<Settled> {
        self.look(manifest)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let mut settled = Settled::default();
        let mut left: Vec<u32> = (0..manifest.count()).collect();
        while settled.tries < TRIES && !left.is_empty() {
            settled.tries += 1;
            let began = Instant::now();
            let before = settled;
            let tried = runtime.block_on(self.on_engine(manifest, &mut left, &mut settled));
            let (parts, seconds) = (settled.on_engine - before.on_engine, began.elapsed().as_secs());
            match tried {
                Ok(()) => say(Told::Step(&format!("{parts} parts were settled by the engine in {seconds} s"))),
                Err(error) => {
                    let parts = left.len();
                    say(Told::Trouble(&format!(
                        "the engine failed after {seconds} s with {parts} parts left: {error:#}"
                    )));
                    if settled.tries < TRIES {
                        say(Told::Trouble("the engine is tried once more"));
                    }
                }
            }
        }
        // Whatever an executor still writes is of a job that is forgotten: nobody fetches it.
        drop(runtime);
        if !left.is_empty() {
            say(Told::Trouble(&format!("{} parts are settled here, without the engine", left.len())));
            settled.here = u32::try_from(left.len())?;
            self.here(manifest, &left)?;
        }
        Ok(settled)
    }

    /// A part that is missing or cut off helps nobody: it is told before anything is sent. Executors compare digests.
    fn look(&self, manifest: &Manifest) -> anyhow::Result<()> {
        for record in &manifest.parts {
            let path = self.prepared.join(&record.file.name);
            let told = |told: String| PartitionError::Altered { path: path.clone(), told };
            let bytes = path.metadata().map_err(|error| told(error.to_string()))?.len();
            if bytes != record.file.bytes {
                return Err(told(format!("it is not {} bytes long any more", record.file.bytes)).into());
            }
        }
        Ok(())
    }

    /// Sends the parts that are left to the engine, and takes away from them those whose results stand.
    async fn on_engine(&self, manifest: &Manifest, left: &mut Vec<u32>, settled: &mut Settled) -> anyhow::Result<()> {
        let file = |&number: &u32| {
            let record = manifest.parts.get(number as usize).context("a part without its record")?;
            Ok(PartFile { number, path: self.prepared.join(part_name(number)), bytes: record.file.bytes })
        };
        let files = left.iter().map(file).collect::<anyhow::Result<Vec<_>>>()?;
        let plan = plan::settle(&self.prepared, &manifest.digest, &files, BATCH)?;
        let name = format!("versement-{}-{}-{}", manifest.identity.month, std::process::id(), settled.tries);
        let deadline = tokio::time::Instant::now() + self.limit;
        let limit = || format!("the time limit of {} s is over", self.limit.as_secs());
        let job = tokio::time::timeout_at(deadline, Job::send((&self.scheduler, self.tls.as_ref()), &name, &plan));
        let mut job = job.await.with_context(limit)??;
        let fetched = tokio::time::timeout_at(deadline, self.fetch(&mut job, manifest, left, settled)).await;
        // The job is forgotten in any case; an engine that can't be told so forgets it when its time is over.
        let forgotten = tokio::time::timeout(Duration::from_secs(5), job.forget()).await;
        fetched.with_context(limit)??;
        if !matches!(forgotten, Ok(Ok(()))) {
            eprintln!(
                "versement-cluster: the executors could not be told to remove their answers; they do it by themselves later"
            );
        }
        Ok(())
    }

    async fn fetch(
        &self,
        job: &mut Job,
        manifest: &Manifest,
        left: &mut Vec<u32>,
        settled: &mut Settled,
    ) -> anyhow::Result<()> {
        let locations = job.settled().await?;
        let sent = left.clone();
        let job = &*job;
        let fetches = sent.iter().zip(&locations).map(async |(&part, places)| {
            let mut failed = anyhow!("it has no answer");
            for location in places {
                match self.fetch_part(job, manifest, part, location).await {
                    Ok(fetched) => return Ok((part, fetched)),
                    Err(error) => failed = error,
                }
            }
            Err(failed.context(format!("part {part}")))
        });
        let mut fetches = futures::stream::iter(fetches).buffer_unordered(FETCHES);
        while let Some((part, fetched)) = fetches.try_next().await? {
            left.retain(|&other| other != part);
            settled.on_engine += 1;
            settled.beneficiaries += fetched.rows;
            settled.bytes += fetched.bytes;
        }
        Ok(())
    }

    /// Writes the result of a part from one answer, if as many beneficiaries came back as were prepared; the merge compares the rest.
    /// Of an answer that breaks off nothing is left.
    async fn fetch_part(
        &self,
        job: &Job,
        manifest: &Manifest,
        part: u32,
        location: &PartitionLocation,
    ) -> anyhow::Result<Fetched> {
        let mut writer = ResultWriter::new(&self.results, manifest, part)?;
        let mut row = ResultRow::default();
        let fetched = job.fetch(location, |batch| write(batch, part, &mut row, &mut writer)).await?;
        let prepared = manifest.parts.get(part as usize).map_or(0, |record| record.control.beneficiaries);
        if fetched.rows != prepared {
            bail!("{} beneficiaries came back of the {prepared} that were prepared", fetched.rows);
        }
        writer.publish()?;
        Ok(fetched)
    }

    /// Settles parts on this machine, as `versement run --partition` does.
    ///
    /// # Errors
    /// A part is not as it was prepared, or a result can't be written.
    pub fn here(&self, manifest: &Manifest, parts: &[u32]) -> anyhow::Result<()> {
        let month = Arc::new(Prepared::read(&self.prepared, &manifest.digest)?);
        let (next, progress) = (AtomicU32::new(0), Progress::default());
        let work = || -> anyhow::Result<()> {
            while let Some(&part) = parts.get(next.fetch_add(1, Ordering::Relaxed) as usize) {
                let of = (self.prepared.as_path(), manifest);
                let answer = partition::settle_part(of, &month.setup, part, &self.results, &progress)?;
                debug_assert!(matches!(answer, Answer::Settled(_) | Answer::AlreadyDone));
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads.max(1)).map(|_| scope.spawn(work)).collect();
            threads.into_iter().try_for_each(|thread| match thread.join() {
                Ok(settled) => settled,
                Err(_) => bail!("a part could not be settled here"),
            })
        })
    }
}

fn write(batch: &RecordBatch, part: u32, row: &mut ResultRow, writer: &mut ResultWriter) -> anyhow::Result<()> {
    let column =
        batch.columns().first().and_then(|column| column.as_struct_opt()).context("a batch without results")?;
    let batch = Batch::of_result(column)?;
    for at in 0..batch.rows() {
        batch.read(at, row)?;
        if row.part != part {
            bail!("a row of part {} came back", row.part);
        }
        writer.add(row)?;
    }
    Ok(())
}

/// The folder of the results of a prepared month.
pub fn results(prepared: &Path) -> PathBuf {
    prepared.join(partition::RESULTS)
}
