mod for_bank;
mod merge;
mod options;
mod partition;
mod prepare;
mod told;
mod with_ledger;

pub(super) use merge::Merge;
pub(super) use options::{EncodingName, threads};
pub(super) use prepare::Prepare;

use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::{Context, bail};
use chrono::Utc;
use clap::Args;

use super::export::csv::{self, CsvStyle};
use super::results::Results;
use super::watch::{Watched, Watching};
use super::{SETTLED, WITH_TROUBLE, law as law_file, now, progress::Bar, say};
use crate::bank::fund::Fund;
use crate::calendar::{Day, Month};
use crate::intake::Exports;
use crate::law::Law;
use crate::night::{self, LedgerPlan, Phase, Plan, Progress, Purpose, Settled};
use crate::publish::staging::{SUMMARY, Staging};
use crate::publish::summary::{Identity, Summary};

use options::Options;
use told::{people_table, stages, timings_table};

/// Settles a month: reads its exports, applies the law of the day, publishes payments and anomalies.
///
/// Writes payments.csv, anomalies.csv, decisions.csv and summary.json to --out, all of them or none. The same exports give the
/// same bytes, whatever the threads and the order of the rows.
///
/// The ledger remembers what was paid: a month that is run again with other facts pays the difference only, late proofs and
/// corrections of earlier months are paid as arrears or claimed, and nothing is paid twice.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement run --month 2009-05 --exports exports/2009-05 --out out/2009-05
  versement run --month 2009-05 --exports exports/2009-05 --out out/2009-05 --json | jq .totals.net
  versement run --month 2009-05 --exports exports/2009-05 --out out/2009-05 --ledger books
  versement run --month 2009-05 --exports exports/2009-05 --out out/2009-05 --sepa --config fund.toml
  versement run --month 2009-05 --exports exports/2009-05 --out out/what-if --law my-law.toml --no-ledger
  versement run --month 2009-05 --exports exports/2009-05 --out out/2009-05 --quiet --log-format json --metrics versement.prom

Exit status: 0 all settled; 1 published, with payments held or rows refused; 2 nothing published; 75 another run is at work.")]
pub(super) struct RunLine {
    /// The month to pay, as 2009-05
    #[arg(long, value_name = "MONTH", required_unless_present = "partition")]
    month: Option<Month>,
    /// The folder with beneficiaries.csv, earnings.csv and, if there is one, events.csv
    #[arg(long, value_name = "DIR", required_unless_present = "partition")]
    exports: Option<PathBuf>,
    /// The folder to publish to; made if it is missing
    #[arg(long, value_name = "DIR", required_unless_present = "partition")]
    out: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
    #[command(flatten)]
    partition: partition::PartOptions,
    #[command(flatten)]
    watching: Watching,
}

/// The run of a month, whole.
#[derive(Debug)]
pub(super) struct Run {
    month: Month,
    exports: PathBuf,
    out: PathBuf,
    options: Options,
}

impl std::ops::Deref for Run {
    type Target = Options;

    fn deref(&self) -> &Options {
        &self.options
    }
}

impl RunLine {
    pub(super) fn carry_out(self) -> anyhow::Result<u8> {
        let Self { month, exports, out, options, partition, watching } = self;
        if let Some(part) = partition.partition {
            return partition.settle(part, options.basis.law.as_ref(), options.basis.quiet);
        }
        let Some(((month, exports), out)) = month.zip(exports).zip(out) else {
            bail!("--month, --exports and --out say what is to be settled, and where it is published");
        };
        let watched = watching.start(month);
        let ended = Run { month, exports, out, options }.settle(&watched);
        watched.end(ended)
    }
}

/// Whether a month can be settled today by a law.
fn may_settle(month: Month, provisional: bool, law: &Law) -> anyhow::Result<()> {
    if !provisional && month.last_day() >= today() {
        bail!("{month} is not over yet: its facts may still change; settle it later, or say --provisional");
    }
    if let Some(first) = law.first_day().filter(|&first| month.last_day() < first) {
        bail!("{month}: no CRP before {first}; give the month to pay, as 2009-05");
    }
    Ok(())
}

fn available(threads: Option<NonZeroUsize>) -> NonZeroUsize {
    threads.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

impl Run {
    fn settle(&self, watched: &Watched<'_>) -> anyhow::Result<u8> {
        let started = now();
        let fund = self.fund()?;
        let law = law_file::read(self.basis.law.as_ref())?;
        may_settle(self.month, self.basis.provisional, &law)?;
        let exports = Exports::find(&self.exports).with_context(|| self.exports.display().to_string())?;
        let identity = Identity::new(&law, self.month, self.basis.provisional, self.basis.encoding.name());
        let night = Night { law: &law, exports: &exports, begun: Begun { identity, started, watched, fund } };
        if self.basis.no_ledger { self.without_ledger(night) } else { self.with_ledger(night) }
    }

    fn without_ledger(&self, night: Night<'_>) -> anyhow::Result<u8> {
        let staging = Staging::open(&self.out)?;
        let identity = &night.begun.identity;
        if let Some(summary) = self.standing(&staging, |standing| is_of(standing, identity, night.exports))? {
            return self.already_done(night.begun.watched, None, &summary, &self.out.display().to_string());
        }
        let plan = self.plan(&night, None);
        self.publish_alone(&staging, &night.begun, |progress| night::settle(&plan, &staging, progress).map_err(flatten))
    }

    /// Publishes what is settled without a ledger.
    fn publish_alone(
        &self,
        staging: &Staging,
        begun: &Begun<'_>,
        settle: impl FnOnce(&Progress) -> anyhow::Result<Settled>,
    ) -> anyhow::Result<u8> {
        let progress = Progress::default();
        let (settled, summary) = std::thread::scope(|scope| {
            let _bar = Bar::follow(scope, &progress, self.basis.quiet);
            let mut settled = settle(&progress)?;
            progress.start(Phase::Publishing, 0);
            let (identity, times) = (begun.identity.clone(), (begun.started.clone(), now()));
            let mut summary = Summary::new(identity, times, &settled.totals, &settled.inputs, &settled.files);
            summary.stages = Some(stages(&settled.timings));
            let mut file = staging.file(SUMMARY, None)?;
            file.append(summary.to_json()?.as_bytes())?;
            settled.files.push(file);
            staging.publish(std::mem::take(&mut settled.files))?;
            anyhow::Ok((settled, summary))
        })?;
        self.report(begun.watched, None, &summary, &settled)?;
        Ok(status(&settled))
    }

    fn plan<'p>(&self, night: &Night<'p>, ledger: Option<LedgerPlan<'p>>) -> Plan<'p> {
        Plan {
            month: self.month,
            purpose: Purpose::Run,
            law: night.law,
            exports: night.exports,
            encoding: self.basis.encoding.encoding(),
            threads: available(self.basis.threads),
            with_digests: !self.no_digests,
            batch_bytes: Plan::BATCH_BYTES,
            ledger,
        }
    }

    /// The summary of the same run, if its results stand in --out whole; an error if those of another run do, unless --force
    /// replaces them.
    fn standing(
        &self,
        staging: &Staging,
        is_of_this_run: impl Fn(&Identity) -> anyhow::Result<bool>,
    ) -> anyhow::Result<Option<Summary>> {
        let standing = staging.standing();
        if standing.is_empty() || staging.was_cut_off() {
            return Ok(None);
        }
        let of_this_run = match Summary::read(staging.folder()) {
            Some(summary) if is_of_this_run(&summary.identity)? => Some(summary),
            _ => None,
        };
        let was_changed = match of_this_run {
            Some(summary) if summary.is_complete(staging.folder()) => return Ok(Some(summary)),
            changed => changed.is_some(),
        };
        let out = self.out.display();
        match (self.force, was_changed) {
            (true, _) => Ok(None),
            (false, true) => bail!(
                "{out}: the results of this run stand here, but were changed since (SHA-256 differ from {SUMMARY}); publish to \
                 another folder, or write them anew with --force"
            ),
            (false, false) => bail!(
                "{out}: the results of another run stand here ({}); publish to another folder, or replace them with --force",
                standing.join(", ")
            ),
        }
    }

    /// Writes the tables again for people, if they are asked for. They are no part of what is published.
    fn for_people(&self, summary: &Summary) -> anyhow::Result<()> {
        let Some(CsvStyle::Fr) = self.csv_style else { return Ok(()) };
        let run = Results { run: None, folder: self.out.clone(), summary: summary.clone() };
        csv::write(&run, &self.out)
            .context("the results are published; only the tables for spreadsheets are missing")?;
        Ok(())
    }

    fn already_done(
        &self,
        watched: &Watched<'_>,
        fund: Option<&Fund>,
        summary: &Summary,
        place: &str,
    ) -> anyhow::Result<u8> {
        watched.published(summary, false);
        self.for_people(summary)?;
        let files = self.for_bank(fund, summary)?;
        if self.json {
            say(&summary.to_json()?);
        } else if !self.basis.quiet {
            let since = &summary.finished;
            say(&format!(
                "already done: {place} holds the results of these inputs since {since}; nothing was touched\n"
            ));
            say(&files);
        }
        Ok(SETTLED)
    }

    fn report(
        &self,
        watched: &Watched<'_>,
        fund: Option<&Fund>,
        summary: &Summary,
        settled: &Settled,
    ) -> anyhow::Result<()> {
        watched.published(summary, true);
        self.for_people(summary)?;
        let files = self.for_bank(fund, summary)?;
        if self.json {
            say(&summary.to_json()?);
        } else if !self.basis.quiet {
            say(&people_table(summary, settled));
            say(&format!("\nwritten to {}\n{files}", self.out.display()));
        }
        if self.timings {
            eprint!("{}", timings_table(summary, settled));
        }
        Ok(())
    }
}

/// Whether an identity is that of a run of exports; they are read only if their sizes allow it.
fn is_of(standing: &Identity, of: &Identity, exports: &Exports) -> anyhow::Result<bool> {
    if !standing.may_be(of, exports) {
        return Ok(false);
    }
    Ok(*standing == of.clone().with_inputs(exports).context("the exports can't be read")?)
}

/// What a run begins with.
struct Night<'n> {
    law: &'n Law,
    exports: &'n Exports,
    begun: Begun<'n>,
}

/// Which run it is, and who wants to know of it.
struct Begun<'n> {
    identity: Identity,
    started: String,
    watched: &'n Watched<'n>,
    /// Who pays, where the files for the bank are asked for.
    fund: Option<Fund>,
}

fn status(settled: &Settled) -> u8 {
    if settled.totals.has_trouble() { WITH_TROUBLE } else { SETTLED }
}

/// A refused export or a publishing error is told as such, so that the exit status can be too.
pub(super) fn flatten(error: night::NightError) -> anyhow::Error {
    match error {
        night::NightError::Publish(error) => error.into(),
        night::NightError::Ledger(error) => error.into(),
        night::NightError::Refused(error) => error.into(),
        error => error.into(),
    }
}

pub(super) fn today() -> Day {
    Day::from_date(Utc::now().date_naive())
}
