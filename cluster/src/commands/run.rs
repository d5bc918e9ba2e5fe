//! A month on the engine: prepared here, settled there, merged here.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use versement::commands::carry_out;
use versement::partition::{MANIFEST, Manifest, PartitionError};
use versement::publish::staging::PublishError;

use crate::address::Scheduler;
use crate::map::{self, Map};
use crate::months::LAW;
use crate::tls::Tls;

/// Settles a month like `versement run`, its parts on the engine; the published files have the same bytes.
///
/// The month is prepared in --prepared, which every executor sees by the same path. When the engine fails or its time is over, it is
/// tried once more, then the parts that are left are settled on this machine. Nothing is published unless every beneficiary came
/// back once and the totals are those that were prepared.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement-cluster run --scheduler df://10.0.0.5:50050 --prepared /shared/2009-05 --month 2009-05 --exports exports/2009-05 \\
    --out out/2009-05
  versement-cluster run --scheduler df://10.0.0.5:50050 --prepared /shared/what-if --parts 256 --time-limit 600 --month 2009-05 \\
    --exports exports/2009-05 --out out/what-if --law my-law.toml --no-ledger

Exit status: 0 all settled; 1 published, with payments held or rows refused; 2 nothing published; 75 another run is at work.")]
pub(super) struct Run {
    /// The scheduler that hands out the parts
    #[arg(long, value_name = "df://HOST:PORT")]
    scheduler: Scheduler,
    /// The folder with ca.pem, cert.pem and key.pem, if scheduler and executors have certificates
    #[arg(long, value_name = "DIR")]
    tls: Option<PathBuf>,
    /// The folder for the parts, made by the run, below the --prepared of every executor; removed after publishing
    #[arg(long, value_name = "DIR")]
    prepared: PathBuf,
    /// Leave the parts and their results where they are after publishing
    #[arg(long)]
    keep_prepared: bool,
    /// How many parts; three or more for each task that executors work on at once
    #[arg(long, value_name = "N", default_value_t = 64)]
    parts: u32,
    /// After how many seconds the engine is given up, each of the two times that it is tried
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    time_limit: u64,
    /// The month to pay, as 2009-05
    #[arg(long, value_name = "MONTH")]
    month: OsString,
    /// The folder with beneficiaries.csv, earnings.csv and, if there is one, events.csv
    #[arg(long, value_name = "DIR")]
    exports: PathBuf,
    /// The folder to publish to; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The folder that remembers what was paid; made by its first run
    #[arg(long, value_name = "DIR", default_value = "ledger", conflicts_with = "no_ledger")]
    ledger: PathBuf,
    /// Compute the month from the exports alone, and remember nothing
    #[arg(long)]
    no_ledger: bool,
    /// What the months before a new ledger came to: its opening.csv, corrected
    #[arg(long, value_name = "FILE", conflicts_with = "no_ledger")]
    opening: Option<PathBuf>,
    /// A law file instead of the one in the program; it is put beside the parts
    #[arg(long, value_name = "FILE")]
    law: Option<PathBuf>,
    /// How many threads work on this machine; as many as it has processors if not given
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// The encoding of the exports: utf-8 or windows-1252
    #[arg(long, value_name = "NAME")]
    encoding: Option<OsString>,
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
    /// Print how long each step took, and what was moved
    #[arg(long)]
    timings: bool,
    /// Write the tables a second time for people's spreadsheets, as payments.fr.csv and so on
    #[arg(long, value_name = "STYLE")]
    csv_style: Option<OsString>,
    /// Write the payments as SEPA credit transfers too, to the folder sepa in --out
    #[arg(long, requires = "config", conflicts_with_all = ["no_ledger", "provisional"])]
    sepa: bool,
    /// Who pays, and how, for --sepa: fund.toml
    #[arg(long, value_name = "FILE", requires = "sepa")]
    config: Option<PathBuf>,
    /// Write what the run came to as metrics in Prometheus' text form, for a node's textfile collector
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// Tell events on the standard error, each with the id of the run: text or json
    #[arg(long, value_name = "NAME")]
    log_format: Option<OsString>,
}

/// A line of arguments in the making.
struct Line(Vec<OsString>);

impl Line {
    fn of(command: &str) -> Self {
        Self(vec![command.into()])
    }

    fn with(mut self, option: &str, value: impl Into<OsString>) -> Self {
        self.0.extend([option.into(), value.into()]);
        self
    }

    fn maybe(self, option: &str, value: Option<&(impl Clone + Into<OsString>)>) -> Self {
        match value {
            Some(value) => self.with(option, value.clone()),
            None => self,
        }
    }

    fn flag(mut self, option: &str, is_set: bool) -> Self {
        self.0.extend(is_set.then(|| option.into()));
        self
    }
}

/// The largest share of a night that a step took.
struct Times {
    preparing: Duration,
    settling: Duration,
    merging: Duration,
}

impl Run {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let began = Instant::now();
        let tls = self.tls.as_deref().map(Tls::read).transpose()?;
        // Nobody settles on machines what one machine refuses to begin with.
        let prepared = self.prepare()?;
        let Some((prepared, manifest)) = prepared else {
            // The ledger has these inputs already: the one machine says so, and puts results where they are asked for.
            return carry_out(self.for_people(self.publishing(self.common("run"))).0);
        };
        let preparing = began.elapsed();
        let beneficiaries: u64 = manifest.parts.iter().map(|part| part.control.beneficiaries).sum();
        let bytes: u64 = manifest.parts.iter().map(|part| part.file.bytes).sum();
        self.say(&format!("{beneficiaries} beneficiaries are prepared in {} parts", manifest.count()));

        let began = Instant::now();
        let map = Map {
            results: map::results(&prepared),
            prepared: prepared.clone(),
            scheduler: self.scheduler.clone(),
            tls,
            limit: Duration::from_secs(self.time_limit),
            threads: self.threads.or_else(|| std::thread::available_parallelism().ok().map(usize::from)).unwrap_or(1),
        };
        let settled = map.settle(&manifest, &|what| self.tell(what)).with_context(|| self.left(&prepared))?;
        let settling = began.elapsed();

        let began = Instant::now();
        let merge = || carry_out(self.merge(&prepared).0);
        let status = match merge() {
            Err(error) if settled.on_engine > 0 && is_of_results(&error) => {
                tell_trouble(&format!("what the engine answered can't be merged: {error:#}"));
                tell_trouble("all parts are settled here, without the engine");
                fs::remove_dir_all(&map.results).with_context(|| map.results.display().to_string())?;
                map.here(&manifest, &(0..manifest.count()).collect::<Vec<_>>())
                    .with_context(|| self.left(&prepared))?;
                merge()
            }
            merged => merged,
        };
        let status = status.with_context(|| self.left(&prepared))?;
        let times = Times { preparing, settling, merging: began.elapsed() };
        if self.timings {
            eprint!("{}", timings(&times, &settled, bytes));
        }
        if !self.keep_prepared {
            remove(&prepared)?;
        }
        if self.sepa || self.csv_style.is_some() {
            // The run is in its place now; only what people and the bank get is written besides.
            let written =
                carry_out(self.for_people(self.common("run").with("--out", &self.out)).flag("--quiet", true).0);
            written.context("the results are published; only the files for spreadsheets and the bank are missing")?;
        }
        Ok(status)
    }

    /// Prepares the month; nothing if the ledger has these inputs already.
    fn prepare(&self) -> anyhow::Result<Option<(PathBuf, Manifest)>> {
        let line = self.common("prepare").with("--out", &self.prepared).with("--parts", self.parts.to_string());
        carry_out(line.flag("--quiet", true).0)?;
        if !self.prepared.join(MANIFEST).exists() {
            return Ok(None);
        }
        let prepared = self.prepared.canonicalize().with_context(|| self.prepared.display().to_string())?;
        if prepared.to_str().is_none() {
            bail!("{}: the engine takes names in UTF-8 only", prepared.display());
        }
        if let Some(law) = &self.law {
            fs::copy(law, prepared.join(LAW)).with_context(|| prepared.join(LAW).display().to_string())?;
        }
        Ok(Some((prepared.clone(), Manifest::read(&prepared)?)))
    }

    /// What is told of the exports to whoever reads them.
    fn common(&self, command: &str) -> Line {
        let line = Line::of(command).with("--month", &self.month).with("--exports", &self.exports);
        let line = match self.no_ledger {
            true => line.flag("--no-ledger", true),
            false => line.with("--ledger", &self.ledger),
        };
        let threads = self.threads.map(|threads| threads.to_string());
        line.maybe("--opening", self.opening.as_ref())
            .maybe("--law", self.law.as_ref())
            .maybe("--threads", threads.as_ref())
            .maybe("--encoding", self.encoding.as_ref())
            .flag("--provisional", self.provisional)
    }

    /// What is told to whoever publishes.
    fn publishing(&self, line: Line) -> Line {
        line.with("--out", &self.out)
            .flag("--force", self.force)
            .flag("--json", self.json)
            .flag("--quiet", self.quiet)
            .maybe("--metrics", self.metrics.as_ref())
            .maybe("--log-format", self.log_format.as_ref())
    }

    fn merge(&self, prepared: &Path) -> Line {
        let line = self.publishing(Line::of("merge").with("--prepared", prepared));
        if self.no_ledger { line } else { line.with("--ledger", &self.ledger) }
    }

    /// What is told to whoever writes for people and for the bank.
    fn for_people(&self, line: Line) -> Line {
        line.maybe("--csv-style", self.csv_style.as_ref())
            .flag("--sepa", self.sepa)
            .maybe("--config", self.config.as_ref())
    }

    fn left(&self, prepared: &Path) -> String {
        format!("nothing is published; what was prepared stays in {}", prepared.display())
    }

    fn say(&self, what: &str) {
        if !self.quiet {
            eprintln!("versement-cluster: {what}");
        }
    }

    fn tell(&self, what: map::Told<'_>) {
        match what {
            map::Told::Step(what) => self.say(what),
            map::Told::Trouble(what) => tell_trouble(what),
        }
    }
}

/// What went otherwise than it should is told however quiet the run is.
fn tell_trouble(what: &str) {
    eprintln!("versement-cluster: {what}");
}

/// Whether an error is about the results that came back, so that other results may help.
fn is_of_results(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref::<PartitionError>(),
        Some(PartitionError::Result { .. } | PartitionError::Missing { .. } | PartitionError::Format(_))
    ) || matches!(error.downcast_ref::<PublishError>(), Some(PublishError::Disagreement(_)))
}

/// Removes what was prepared: it is as confidential as the exports.
fn remove(prepared: &Path) -> anyhow::Result<()> {
    fs::remove_dir_all(prepared)
        .with_context(|| format!("the results are published; only {} could not be removed", prepared.display()))
}

fn timings(times: &Times, settled: &map::Settled, parts: u64) -> String {
    let Times { preparing, settling, merging } = times;
    let map::Settled { on_engine, here, beneficiaries, bytes, tries } = settled;
    let seconds = |time: &Duration| format!("{}.{:03} s", time.as_secs(), time.subsec_millis());
    format!(
        "preparing  {}, {parts} bytes of parts\nsettling   {}, {on_engine} parts by the engine ({tries} tries), {here} here\nfetching   \
         within settling: {beneficiaries} beneficiaries, {bytes} bytes of answers\nmerging    {}\n",
        seconds(preparing),
        seconds(settling),
        seconds(merging),
    )
}
