mod for_bank;
mod merge;
mod partition;
mod prepare;
mod with_ledger;

pub(super) use merge::Merge;
pub(super) use prepare::Prepare;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::{Context, bail};
use chrono::Utc;
use clap::{Args, ValueEnum};

use super::export::csv::{self, CsvStyle};
use super::results::Results;
use super::table::{figures, grouped};
use super::watch::{Watched, Watching};
use super::{SETTLED, WITH_TROUBLE, law as law_file, now, progress::Bar, say};
use crate::anomaly::Entry;
use crate::bank::fund::Fund;
use crate::calendar::{Day, Month};
use crate::columns::Export;
use crate::exports;
use crate::intake::Exports;
use crate::law::Law;
use crate::night::{self, LedgerPlan, Phase, Plan, Progress, Purpose, Settled, Timings};
use crate::publish::staging::{SUMMARY, Staging};
use crate::publish::summary::{Identity, Summary};

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

/// What a run may be told besides.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The folder that remembers what was paid; made by its first run
    #[arg(long, value_name = "DIR", default_value = "ledger", conflicts_with = "no_ledger")]
    pub(super) ledger: PathBuf,
    /// Compute the month from the exports alone, and remember nothing
    #[arg(long)]
    no_ledger: bool,
    /// What the months before a new ledger came to: its opening.csv, corrected
    #[arg(long, value_name = "FILE", conflicts_with = "no_ledger")]
    opening: Option<PathBuf>,
    /// A law file instead of the one in the program (see `versement law`)
    #[arg(long, value_name = "FILE")]
    law: Option<PathBuf>,
    /// How many threads work; as many as the machine has processors if not given
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<NonZeroUsize>,
    /// The encoding of the exports
    #[arg(long, value_enum, default_value_t = EncodingName::Utf8)]
    encoding: EncodingName,
    /// Settle a month that is not over yet
    #[arg(long)]
    provisional: bool,
    /// Replace the results of other inputs that stand in --out
    #[arg(long)]
    force: bool,
    /// Print the summary as JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Print nothing but trouble
    #[arg(long, short)]
    quiet: bool,
    /// Print the time, bytes and rows of each stage
    #[arg(long)]
    timings: bool,
    /// Take no SHA-256 of inputs and outputs; a later run then can't tell that it is done already
    #[arg(long, requires = "no_ledger")]
    no_digests: bool,
    /// Write the tables a second time for people's spreadsheets, as payments.fr.csv and so on
    #[arg(long, value_enum, value_name = "STYLE")]
    csv_style: Option<CsvStyle>,
    /// Write the payments as SEPA credit transfers too, to the folder sepa in --out
    #[arg(long, requires = "config", conflicts_with_all = ["no_ledger", "provisional"])]
    sepa: bool,
    /// Who pays, and how, for --sepa: fund.toml
    #[arg(long, value_name = "FILE", requires = "sepa")]
    config: Option<PathBuf>,
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

/// More threads than any machine for this job has would only cost memory.
const MOST_THREADS: usize = 256;

pub(super) fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let threads = text.parse().ok().filter(|threads: &NonZeroUsize| threads.get() <= MOST_THREADS);
    threads.ok_or_else(|| format!("write a number from 1 to {MOST_THREADS}"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum EncodingName {
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "windows-1252")]
    Windows1252,
}

impl EncodingName {
    pub(super) fn encoding(self) -> exports::Encoding {
        match self {
            Self::Utf8 => exports::Encoding::Utf8,
            Self::Windows1252 => exports::Encoding::Windows1252,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Windows1252 => "windows-1252",
        }
    }
}

impl RunLine {
    pub(super) fn carry_out(self) -> anyhow::Result<u8> {
        let Self { month, exports, out, options, partition, watching } = self;
        if let Some(part) = partition.partition {
            return partition.settle(part, options.law.as_ref(), options.quiet);
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
        let law = law_file::read(self.law.as_ref())?;
        may_settle(self.month, self.provisional, &law)?;
        let exports = Exports::find(&self.exports).with_context(|| self.exports.display().to_string())?;
        let identity = Identity::new(&law, self.month, self.provisional, self.encoding.name());
        let night = Night { law: &law, exports: &exports, begun: Begun { identity, started, watched, fund } };
        if self.no_ledger { self.without_ledger(night) } else { self.with_ledger(night) }
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
            let _bar = Bar::follow(scope, &progress, self.quiet);
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
            encoding: self.encoding.encoding(),
            threads: available(self.threads),
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
        } else if !self.quiet {
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
        } else if !self.quiet {
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

/// Milliseconds by stage, over all threads.
fn stages(timings: &Timings) -> BTreeMap<String, u64> {
    let Timings { scattering, reading, settling, placing, writing } = *timings;
    let named = [
        ("reading", reading),
        ("scattering", scattering),
        ("settling", settling),
        ("placing", placing),
        ("writing", writing),
    ];
    named.map(|(stage, time)| (stage.to_owned(), u64::try_from(time.as_millis()).unwrap_or(u64::MAX))).into()
}

fn people_table(summary: &Summary, settled: &Settled) -> String {
    let count = |number: u64| grouped(&number.to_string());
    let outcomes = &summary.outcomes;
    let totals = &summary.totals;
    let mut out = format!(
        "{} · law {} verified until {}\n\n",
        summary.identity.month, summary.identity.law.name, summary.identity.law.verified_until
    );
    let row = |name: &str, number: String| (name.to_owned(), number);
    let mut rows = vec![
        row("beneficiary rows read", count(outcomes.sum())),
        row("paid", count(outcomes.paid)),
        row("nil", count(outcomes.nil)),
        row("held", count(outcomes.held)),
        row("refused", count(outcomes.refused)),
        row("", String::new()),
        row("indemnified days", count(totals.asr_days.unsigned_abs())),
        row("ASR gross", grouped(&totals.asr_gross)),
        row("pension offset", less(&totals.pension_offset)),
        row("participation", less(&totals.participation)),
        row("ASR net", grouped(&totals.asr_net)),
        row("IDR", grouped(&totals.idr)),
    ];
    let net = row("net to pay", grouped(&totals.net));
    match &summary.claims {
        None => rows.push(net),
        Some(claims) => rows.extend([
            row("arrears", grouped(&totals.arrears)),
            row("recovered for claims", less(&totals.recovered)),
            net,
            row("", String::new()),
            row("claims before", grouped(&claims.opening)),
            row("claims raised", grouped(&claims.raised)),
            row("claims recovered", less(&claims.recovered)),
            row("claims after", grouped(&claims.closing)),
        ]),
    }
    out += &figures(&rows);
    if settled.inputs[Export::Events as usize].is_none() {
        out += "\n  no events.csv: no event interrupts anybody\n";
    }
    if !settled.totals.anomalies.is_empty() {
        out += "\n";
        let rows = settled.totals.anomalies.iter().map(|(code, number)| {
            let Entry { code, meaning, effect, .. } = code.entry();
            row(&format!("{code} {meaning} ({})", effect.name()), count(*number))
        });
        out += &figures(&rows.collect::<Vec<_>>());
    }
    out
}

/// An amount that is taken off.
fn less(amount: &str) -> String {
    if amount == "0.00" { amount.to_owned() } else { grouped(&format!("-{amount}")) }
}

fn timings_table(summary: &Summary, settled: &Settled) -> String {
    let Timings { scattering, reading, settling, placing, writing } = settled.timings;
    let read: u64 = summary.identity.inputs.iter().map(|input| input.bytes).sum();
    let written: u64 = summary.outputs.iter().map(|output| output.bytes).sum();
    let rows: u64 = Export::ALL.iter().map(|&export| settled.totals.rows[export as usize]).sum();
    let time = |time: std::time::Duration| format!("{}.{:03}", time.as_secs(), time.subsec_millis());
    let order = if settled.were_sorted { "sorted, merged as streams" } else { "not sorted, partitioned" };
    let row = |stage: &str, seconds: String, bytes: u64, rows: u64| {
        [stage.to_owned(), seconds, grouped(&bytes.to_string()), grouped(&rows.to_string())]
    };
    let mut stages = vec![row("reading (rows cut, inputs digested)", time(reading), read, rows)];
    if !settled.were_sorted {
        stages.push(row("scattering to partitions", time(scattering), read, rows));
    }
    stages.push(row("settling (parse, join, law, format)", time(settling), read, rows));
    stages.push(row("placing (waiting, outputs digested)", time(placing), written, rows));
    stages.push(row("writing", time(writing), written, rows));
    format!("exports {order}\n")
        + &super::table::text(&["stage, over all threads", "seconds", "bytes", "rows"], &stages)
}
