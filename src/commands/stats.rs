use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

use super::progress::Bar;
use super::run::{EncodingName, flatten, threads};
use super::table::{figures, grouped, text};
use super::{SETTLED, law as law_file, print};
use crate::calendar::Month;
use crate::intake::Exports;
use crate::law::Law;
use crate::ledger::Ledger;
use crate::money::Cents;
use crate::night::{self, Plan, Progress, Purpose};
use crate::publish::summary::Summary;
use crate::results::amount;
use crate::stats::{self, Figures, Spending};

/// Tells the figures of a month: entries, stock, exits, wages, spending, work after the term.
///
/// Everything is counted from the exports; nothing is published. With --ledger, what the runs of the month paid is told too.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement stats --month 2009-05 --exports exports/2009-05
  versement stats --month 2009-05 --exports exports/2009-05 --ledger ledger
  versement stats --month 2009-05 --exports exports/2009-05 --format json | jq .all.stock

Exit status: 0 told; 2 the exports can't be read.")]
pub(super) struct Stats {
    /// The month to count, as 2009-05
    #[arg(long, value_name = "MONTH")]
    month: Month,
    /// The folder with the exports of the month
    #[arg(long, value_name = "DIR")]
    exports: PathBuf,
    /// The ledger: what its runs of the month paid, with arrears, claims and recoveries
    #[arg(long, value_name = "DIR")]
    ledger: Option<PathBuf>,
    /// A law file instead of the one in the program (see `versement law`)
    #[arg(long, value_name = "FILE")]
    law: Option<PathBuf>,
    /// How many threads work; as many as the machine has processors if not given
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<NonZeroUsize>,
    /// The encoding of the exports
    #[arg(long, value_enum, default_value_t = EncodingName::Utf8)]
    encoding: EncodingName,
    /// Text for people or JSON for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Stats {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let law = law_file::read(self.law.as_ref())?;
        let spending = self.ledger.as_ref().map(|ledger| spending(ledger, self.month)).transpose()?;
        let exports = Exports::find(&self.exports).with_context(|| self.exports.display().to_string())?;
        let quiet = self.format == Format::Json;
        let mut stats = count(&law, &exports, self.month, self.encoding, self.threads, quiet)?;
        stats.spending = spending;
        print(&match self.format {
            Format::Text => people_text(&stats),
            Format::Json => serde_json::to_string_pretty(&stats)? + "\n",
        })?;
        Ok(SETTLED)
    }
}

/// Counts the figures of a month.
pub(super) fn count(
    law: &Law,
    exports: &Exports,
    month: Month,
    encoding: EncodingName,
    threads: Option<NonZeroUsize>,
    quiet: bool,
) -> anyhow::Result<stats::Stats> {
    let plan = Plan {
        month,
        purpose: Purpose::Stats,
        law,
        exports,
        encoding: encoding.encoding(),
        threads: threads.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN),
        with_digests: false,
        batch_bytes: Plan::BATCH_BYTES,
        ledger: None,
    };
    let progress = Progress::default();
    std::thread::scope(|scope| {
        let _bar = Bar::follow(scope, &progress, quiet);
        night::figures(&plan, &progress).map_err(flatten)
    })
}

/// What the runs of a month paid.
fn spending(ledger: &Path, month: Month) -> anyhow::Result<Spending> {
    let runs: Vec<_> = Ledger::open(ledger)?.runs()?.into_iter().filter(|run| run.month == month).collect();
    let sum = |of: fn(&Summary) -> Option<&String>| -> anyhow::Result<String> {
        let amounts = runs.iter().filter_map(|run| of(&run.record.summary)).map(|text| amount(text));
        let sum = amounts.sum::<Option<Cents>>().context("an amount in the ledger's catalogue")?;
        Ok(sum.to_string())
    };
    let Some(last) = runs.last() else { bail!("{}: the ledger has no run of {month}", ledger.display()) };
    Ok(Spending {
        runs: runs.iter().map(|run| run.number).collect(),
        asr_net: sum(|summary| Some(&summary.totals.asr_net))?,
        idr: sum(|summary| Some(&summary.totals.idr))?,
        arrears: sum(|summary| Some(&summary.totals.arrears))?,
        recovered: sum(|summary| Some(&summary.totals.recovered))?,
        net: sum(|summary| Some(&summary.totals.net))?,
        claims_raised: sum(|summary| summary.claims.as_ref().map(|claims| &claims.raised))?,
        claims_open: last.record.summary.claims.as_ref().map_or_else(String::new, |claims| claims.closing.clone()),
    })
}

fn people_text(stats: &stats::Stats) -> String {
    let count = |number: u64| grouped(&number.to_string());
    let mut out = format!("{} · law {}\n\n", stats.month, stats.law);
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, value: String| rows.push((name.to_owned(), value));
    let all = &stats.all;
    row("entries", count(all.entries));
    row("stock on the last day", count(all.stock));
    row("exits", count(all.exits.values().sum()));
    for (reason, number) in &all.exits {
        row(&format!("  {reason}"), count(*number));
    }
    for (name, spread) in [("S of the stock", &all.sjr), ("net daily ASR", &all.net_daily_asr)] {
        if let Some(spread) = spread {
            row(&format!("{name}, mean"), spread.mean.clone());
            row(&format!("{name}, median"), spread.median.clone());
        }
    }
    row("payments", count(all.paid));
    row("ASR gross", grouped(&all.asr_gross));
    row("pension offset", grouped(&all.pension_offset));
    row("participation", grouped(&all.participation));
    row("ASR net", grouped(&all.asr_net));
    row("IDR", grouped(&all.idr));
    row("payments with an IDR", count(all.idr_taken));
    if let Some(after) = &all.after_term {
        row("terms of the month before", count(after.cohort));
        row("still without work, per cent", after.share.clone());
    }
    if let Some(take_up) = &stats.take_up {
        row("proposals decided", count(take_up.proposals));
        row("accepted, per cent", take_up.share.clone());
    }
    row("held, without amounts", count(stats.left_out.held));
    row("refused, not counted", count(stats.left_out.refused));
    out += &figures(&rows);
    if let Some(paid) = &stats.spending {
        let runs = paid.runs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let row = |name: &str, value: &str| (name.to_owned(), grouped(value));
        out += &format!("\npaid in the ledger, by run {runs}\n\n");
        out += &figures(&[
            row("ASR net", &paid.asr_net),
            row("IDR", &paid.idr),
            row("arrears", &paid.arrears),
            row("kept back for claims", &paid.recovered),
            row("net", &paid.net),
            row("claims raised", &paid.claims_raised),
            row("claims open after it", &paid.claims_open),
        ]);
    }
    for (kind, groups) in [("regime", &stats.by_regime), ("cohort", &stats.by_cohort)] {
        let rows: Vec<_> = groups.iter().map(|(name, figures)| group_row(name, figures)).collect();
        if !rows.is_empty() {
            let heads =
                [kind, "entries", "stock", "exits", "median S", "net daily", "ASR net", "IDR", "without work %"];
            out += "\n";
            out += &text(&heads, &rows);
        }
    }
    out
}

fn group_row(name: &str, figures: &Figures) -> [String; 9] {
    let median =
        |spread: &Option<stats::Spread>| spread.as_ref().map_or_else(String::new, |spread| spread.median.clone());
    [
        name.to_owned(),
        figures.entries.to_string(),
        figures.stock.to_string(),
        figures.exits.values().sum::<u64>().to_string(),
        median(&figures.sjr),
        median(&figures.net_daily_asr),
        grouped(&figures.asr_net),
        grouped(&figures.idr),
        figures.after_term.as_ref().map_or_else(String::new, |after| after.share.clone()),
    ]
}
