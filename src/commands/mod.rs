//! The command line: one file a command.

mod catch_up;
mod close;
mod contributions;
mod deadlines;
mod diff;
mod doctor;
mod explain;
mod export;
mod generate;
mod history;
mod import;
mod law;
mod man;
mod metrics;
mod outstanding;
mod panics;
mod progress;
mod reconcile;
mod redact;
mod reissue;
mod report;
mod results;
mod run;
mod runs;
mod simulate;
mod stats;
mod table;
mod verify;
mod watch;

use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Context;
use chrono::{SecondsFormat, Utc};
use clap::{Parser, Subcommand};

pub use panics::guarded;

use crate::ledger::LedgerError;
use crate::publish::staging::PublishError;

/// Pays one month of the allowances of the convention de reclassement personnalisé (CRP).
///
/// Reads the fund's exports of a month, works out by the law of the day what each beneficiary is owed (ASR and IDR), and
/// writes payments, anomalies and decisions.
#[derive(Debug, Parser)]
#[command(name = "versement", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "Examples:
  versement run --month 2009-05 --exports exports/2009-05 --out out/2009-05
  versement explain B0000000001 --month 2009-05 --exports exports/2009-05
  versement law --on 2009-11-07
  versement generate --month 2009-05 --beneficiaries 1000 --seed 1 --out exports/2009-05

Exit status: 0 all settled; 1 published, with payments held or rows refused; 2 nothing published; 75 another run is at work.";

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::RunLine),
    Prepare(run::Prepare),
    Merge(run::Merge),
    CatchUp(catch_up::CatchUp),
    Close(close::Close),
    Runs(runs::Runs),
    History(history::History),
    Diff(diff::Diff),
    Verify(verify::Verify),
    Doctor(doctor::Doctor),
    Explain(explain::Explain),
    Export(export::Export),
    Import(import::Import),
    Outstanding(outstanding::Outstanding),
    Reissue(reissue::Reissue),
    Reconcile(reconcile::Reconcile),
    Redact(redact::Redact),
    Simulate(simulate::Simulate),
    Deadlines(deadlines::Deadlines),
    Stats(stats::Stats),
    Contributions(contributions::Contributions),
    Law(law::Law),
    Generate(generate::Generate),
    Report(report::Report),
    Man(man::Man),
    Completions(man::Completions),
}

impl Command {
    fn carry_out(self) -> anyhow::Result<u8> {
        match self {
            Self::Run(run) => run.carry_out(),
            Self::Prepare(prepare) => prepare.carry_out(),
            Self::Merge(merge) => merge.carry_out(),
            Self::CatchUp(catch_up) => catch_up.carry_out(),
            Self::Close(close) => close.carry_out(),
            Self::Runs(runs) => runs.carry_out(),
            Self::History(history) => history.carry_out(),
            Self::Diff(diff) => diff.carry_out(),
            Self::Verify(verify) => verify.carry_out(),
            Self::Doctor(doctor) => doctor.carry_out(),
            Self::Explain(explain) => explain.carry_out(),
            Self::Export(export) => export.carry_out(),
            Self::Import(import) => import.carry_out(),
            Self::Outstanding(outstanding) => outstanding.carry_out(),
            Self::Reissue(reissue) => reissue.carry_out(),
            Self::Reconcile(reconcile) => reconcile.carry_out(),
            Self::Redact(redact) => redact.carry_out(),
            Self::Report(report) => report.carry_out(),
            Self::Man(man) => man.carry_out(),
            Self::Completions(completions) => completions.carry_out(),
            Self::Simulate(simulate) => simulate.carry_out(),
            Self::Deadlines(deadlines) => deadlines.carry_out(),
            Self::Stats(stats) => stats.carry_out(),
            Self::Contributions(contributions) => contributions.carry_out(),
            Self::Law(law) => law.carry_out(),
            Self::Generate(generate) => generate.carry_out(),
        }
    }
}

/// Now, in UTC.
fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// All settled.
const SETTLED: u8 = 0;
/// Published, with payments held or rows refused.
const WITH_TROUBLE: u8 = 1;
/// Nothing published.
const NOTHING: u8 = 2;
/// Another run is at work (`EX_TEMPFAIL`).
const BUSY: u8 = 75;

/// Prints to stdout. Who closed it wants no more to read; a full disk is told, or half a law file would pass for a whole one.
fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("stdout"),
        _ => Ok(()),
    }
}

/// Prints what was done to stdout; where that fails, it stays done, and the exit status says so.
fn say(text: &str) {
    if let Err(error) = print(text) {
        eprintln!("versement: {error:#}; what was written to files is whole");
    }
}

/// Carries out a command of this program for another one: its arguments from the name of the command on.
///
/// # Errors
/// The arguments are wrong, or nothing was published; see [`exit_status`].
pub fn carry_out(arguments: impl IntoIterator<Item = OsString>) -> anyhow::Result<u8> {
    let line = CommandLine::try_parse_from(std::iter::once("versement".into()).chain(arguments))?;
    line.command.carry_out()
}

/// Carries out the command line and returns its exit status.
pub fn main() -> ExitCode {
    let line = CommandLine::parse();
    ExitCode::from(panics::guarded(|| match line.command.carry_out() {
        Ok(status) => status,
        Err(error) => {
            eprintln!("versement: {error:#}");
            exit_status(&error)
        }
    }))
}

/// The exit status that an error stands for.
pub fn exit_status(error: &anyhow::Error) -> u8 {
    let busy = matches!(error.downcast_ref::<PublishError>(), Some(PublishError::Busy { .. }))
        || matches!(
            error.downcast_ref::<LedgerError>(),
            Some(LedgerError::Busy { .. } | LedgerError::Publish(PublishError::Busy { .. }))
        );
    if busy { BUSY } else { NOTHING }
}
