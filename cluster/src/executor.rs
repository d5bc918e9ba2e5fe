//! The process that settles parts: it asks the scheduler for them, reads them from the folder that all share, and keeps what it
//! answers until the client has fetched it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};

use crate::address::{Bind, Scheduler};
use crate::function::{NAME, Settle};
use crate::guard::OnlySettlements;
use crate::months::Months;
use crate::scheduler::MESSAGE;
use crate::tls::Tls;

/// How an executor works.
#[derive(Clone, Debug)]
pub struct Executor {
    /// Whom it asks for work.
    pub scheduler: Scheduler,
    /// Where results are fetched from it.
    pub bind: Bind,
    /// What it answers is kept below this folder, which is this executor's alone; it is emptied at the start and at the end.
    pub work: PathBuf,
    /// Parts are read from below this folder only.
    pub prepared: PathBuf,
    /// How many parts it settles at once.
    pub tasks: usize,
    /// How long what it answered is kept at most, if neither client nor scheduler has it removed.
    pub keep: Duration,
    /// What it proves itself with; without, everybody who reaches it is believed.
    pub tls: Option<Tls>,
}

impl Executor {
    /// Works until the process is told to end. `ready` is told where it is reached.
    ///
    /// # Errors
    /// The scheduler or a folder can't be reached, or the engine ends.
    pub async fn work(&self, ready: impl FnOnce(Bind)) -> anyhow::Result<()> {
        let prepared = self.prepared.canonicalize().with_context(|| self.prepared.display().to_string())?;
        let months = Arc::new(Months::default());
        let kept = Kept::take(&self.work)?;
        let bind = self.bind.with_port().with_context(|| format!("{}: can't listen there", self.bind))?;
        let Some(work_dir) = kept.folder.to_str() else { bail!("{}: not a text", kept.folder.display()) };
        let config = ExecutorProcessConfig {
            bind_host: bind.address.to_string(),
            external_host: Some(bind.address.to_string()),
            port: bind.port,
            scheduler_host: self.scheduler.host.clone(),
            scheduler_port: self.scheduler.port,
            scheduler_connect_timeout_seconds: 30,
            vcores: self.tasks,
            task_scheduling_policy: TaskSchedulingPolicy::PullStaged,
            work_dir: Some(work_dir.to_owned()),
            job_data_ttl_seconds: self.keep.as_secs(),
            job_data_clean_up_interval_seconds: (self.keep.as_secs() / 4).max(1),
            grpc_max_decoding_message_size: MESSAGE,
            grpc_max_encoding_message_size: MESSAGE,
            override_function_registry: Some(Arc::new(functions(&months))),
            override_execution_engine: Some(Arc::new(OnlySettlements::new(prepared, months))),
            override_create_grpc_client_endpoint: self.tls.as_ref().map(Tls::endpoint),
            override_arrow_flight_service: self.tls.as_ref().map(Tls::flight),
            ..ExecutorProcessConfig::default()
        };
        ready(bind);
        start_executor_process(Arc::new(config)).await?;
        Ok(())
    }
}

/// The folder of one executor, for its eyes only: what stands in it is as confidential as the payments.
struct Kept {
    folder: PathBuf,
    /// Held as long as the process lives, however it ends.
    _lock: File,
}

impl Kept {
    /// Takes a folder, and removes what an executor before left there that was killed.
    fn take(work: &Path) -> anyhow::Result<Self> {
        let place = || work.display().to_string();
        DirBuilder::new().recursive(true).mode(0o700).create(work).with_context(place)?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(work.join("lock"));
        let lock = lock.with_context(place)?;
        if lock.try_lock().is_err() {
            bail!("{}: another executor works here; give each a folder of its own", work.display());
        }
        let folder = work.join("kept");
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error).with_context(place)?,
            _ => DirBuilder::new().mode(0o700).create(&folder).with_context(place)?,
        }
        Ok(Self { folder: folder.canonicalize().with_context(place)?, _lock: lock })
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("versement-cluster: {}: {error}; remove it by hand", self.folder.display());
        }
    }
}

/// The settlement, and no other function: nothing else is asked of an executor.
fn functions(months: &Arc<Months>) -> BallistaFunctionRegistry {
    let mut functions = BallistaFunctionRegistry::default();
    functions.scalar_functions.clear();
    functions.aggregate_functions.clear();
    functions.window_functions.clear();
    functions.higher_order_functions.clear();
    functions.scalar_functions.insert(NAME.to_owned(), Arc::new(Settle::working(Arc::clone(months))));
    functions
}
