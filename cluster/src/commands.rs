//! The command line of `versement-cluster`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::{Args, Parser, Subcommand};
use versement::commands::{exit_status, guarded};

use crate::address::{Bind, Scheduler};
use crate::tls::Tls;
use crate::{executor, scheduler, warnings};

mod run;

/// Settles a month on many machines, with the results of one.
///
/// One machine prepares the month and merges what came of it; executors on many machines settle its parts, a scheduler hands them out.
#[derive(Debug, Parser)]
#[command(name = "versement-cluster", version, arg_required_else_help = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Scheduler(ServeScheduler),
    Executor(WorkAsExecutor),
    Run(Box<run::Run>),
}

/// Hands out parts to executors, until it is ended.
#[derive(Debug, Args)]
struct ServeScheduler {
    /// Where it listens: one address of this machine, and a port (0 for one that is free)
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:50050")]
    bind: Bind,
    /// After how many seconds without a word an executor is lost, and its parts are given to others
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    lost_after: u64,
    /// How often a part is tried before the job fails
    #[arg(long, value_name = "TIMES", default_value_t = 4)]
    attempts: usize,
    #[command(flatten)]
    network: Network,
}

/// Settles parts that a scheduler hands out, until it is ended.
#[derive(Debug, Args)]
struct WorkAsExecutor {
    /// The scheduler it asks for work
    #[arg(long, value_name = "df://HOST:PORT")]
    scheduler: Scheduler,
    /// Parts are read below this folder only, which all machines share under one name
    #[arg(long, value_name = "DIR")]
    prepared: PathBuf,
    /// The folder of this executor alone, for what it answered; emptied at its start and end
    #[arg(long, value_name = "DIR")]
    work: PathBuf,
    /// Where results are fetched from it: one address of this machine, and a port (0 for one that is free)
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    bind: Bind,
    /// How many parts it settles at once; as many as the machine has processors if not given
    #[arg(long, value_name = "N")]
    tasks: Option<usize>,
    /// How many seconds it keeps at most what nobody had removed; no shorter than the --time-limit of runs
    #[arg(long, value_name = "SECONDS", default_value_t = 7200)]
    keep: u64,
    #[command(flatten)]
    network: Network,
}

/// Who is believed on the network.
#[derive(Debug, Args)]
struct Network {
    /// The folder with ca.pem, cert.pem and key.pem: connections are encrypted, and both sides prove who they are
    #[arg(long, value_name = "DIR")]
    tls: Option<PathBuf>,
    /// Listen beyond this machine without --tls, where everybody who reaches the port may read and change what is moved
    #[arg(long, conflicts_with = "tls")]
    trusted_network: bool,
}

impl Network {
    fn tls(&self, bind: Bind) -> anyhow::Result<Option<Tls>> {
        match &self.tls {
            Some(folder) => Tls::read(folder).map(Some),
            None if bind.address.is_loopback() || self.trusted_network => Ok(None),
            None => bail!(
                "{bind}: nothing asks there who comes; name certificates with --tls, or say --trusted-network if nobody else \
                 reaches it"
            ),
        }
    }
}

impl Command {
    fn carry_out(self) -> anyhow::Result<u8> {
        let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build();
        match self {
            Self::Run(run) => return run.carry_out(),
            Self::Scheduler(ServeScheduler { bind, lost_after, attempts, network }) => {
                warnings::tell();
                let (tls, lost_after) = (network.tls(bind)?, Duration::from_secs(lost_after));
                let scheduler = scheduler::Scheduler { bind, lost_after, attempts, tls };
                runtime()?.block_on(scheduler.serve(|at| println!("scheduler: df://{at}")))?;
            }
            Self::Executor(WorkAsExecutor { scheduler, prepared, work, bind, tasks, keep, network }) => {
                warnings::tell();
                let tls = network.tls(bind)?;
                let tasks = tasks.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1);
                let keep = Duration::from_secs(keep);
                let executor = executor::Executor { scheduler, bind, work, prepared, tasks, keep, tls };
                runtime()?.block_on(executor.work(|at| println!("executor: {at}")))?;
            }
        }
        Ok(0)
    }
}

/// Carries out the command line and returns its exit status.
pub fn main() -> ExitCode {
    let line = CommandLine::parse();
    // Whatever a process writes is for the eyes of its user only.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    ExitCode::from(guarded(|| match line.command.carry_out() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("versement-cluster: {error:#}");
            exit_status(&error)
        }
    }))
}
