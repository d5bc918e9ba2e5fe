use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use super::progress::Bar;
use super::run::{EncodingName, flatten, threads};
use super::table::{figures, grouped, text};
use super::{SETTLED, WITH_TROUBLE, law, say};
use crate::calendar::Day;
use crate::columns::Export;
use crate::intake::Exports;
use crate::law::deadlines::Step;
use crate::night::{self, Phase, Plan, Progress, Purpose};
use crate::publish::staging::Staging;
use crate::publish::{ADVISERS_HEADER, Table, adviser};
use crate::totals::{Adviser, Totals};

/// Tells what is due by when on a day: answers, interviews, services, follow-up.
///
/// Writes deadlines.csv, a row a step, and advisers.csv, a row an adviser, to --out; prints what is late by kind, and the load of each
/// adviser. What was done after the day is not known on it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement deadlines --on 2009-05-31 --exports exports/2009-05 --out deadlines/2009-05

Exit status: 0 told; 1 told, with rows that were refused; 2 nothing written.")]
pub(super) struct Deadlines {
    /// The day to look from, as 2009-05-31
    #[arg(long, value_name = "DATE")]
    on: Day,
    /// The folder with the exports, followup.csv among them
    #[arg(long, value_name = "DIR")]
    exports: PathBuf,
    /// The folder to write to; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A law file instead of the one in the program (see `versement law`)
    #[arg(long, value_name = "FILE")]
    law: Option<PathBuf>,
    /// How many threads work; as many as the machine has processors if not given
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<NonZeroUsize>,
    /// The encoding of the exports
    #[arg(long, value_enum, default_value_t = EncodingName::Utf8)]
    encoding: EncodingName,
    /// Replace deadlines that stand in --out
    #[arg(long)]
    force: bool,
    /// Print nothing but trouble
    #[arg(long, short)]
    quiet: bool,
}

const ADVISERS: &str = "advisers.csv";

impl Deadlines {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let law = law::read(self.law.as_ref())?;
        let exports = Exports::find(&self.exports).with_context(|| self.exports.display().to_string())?;
        if !exports.has(Export::Followup) {
            bail!(
                "{}: no {} here; export the follow-up to tell its deadlines",
                self.exports.display(),
                Export::Followup
            );
        }
        let norm = law.follow_up(self.on.min(law.verified_until)).context("the law of the day")?.adviser_load;
        let staging = Staging::open(&self.out)?;
        let names = [Table::Deadlines.file_name(), ADVISERS];
        let standing = names.into_iter().find(|name| self.out.join(name).symlink_metadata().is_ok());
        if let Some(name) = standing.filter(|_| !self.force) {
            bail!(
                "{}: {name} stands here already; choose another --out, or replace it with --force",
                self.out.display()
            );
        }
        let plan = Plan {
            month: self.on.month(),
            purpose: Purpose::Deadlines(self.on),
            law: &law,
            exports: &exports,
            encoding: self.encoding.encoding(),
            threads: self.threads.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN),
            with_digests: false,
            batch_bytes: Plan::BATCH_BYTES,
            ledger: None,
        };
        let progress = Progress::default();
        let totals = std::thread::scope(|scope| {
            let _bar = Bar::follow(scope, &progress, self.quiet);
            let mut settled = night::settle(&plan, &staging, &progress).map_err(flatten)?;
            progress.start(Phase::Publishing, 0);
            let mut advisers = staging.file(ADVISERS, None)?;
            advisers.append(&advisers_csv(&settled.totals, norm))?;
            settled.files.push(advisers);
            staging.publish(settled.files)?;
            anyhow::Ok(settled.totals)
        })?;
        let refused = refused_rows(&totals);
        if !self.quiet {
            say(&people_table(self.on, &totals, norm, refused));
            say(&format!("\nwritten to {}\n", self.out.display()));
        }
        Ok(if refused > 0 { WITH_TROUBLE } else { SETTLED })
    }
}

/// Faults that keep a row from being used.
fn refused_rows(totals: &Totals) -> u64 {
    let refuses = totals.anomalies.iter().filter(|(code, _)| code.entry().effect == crate::anomaly::Effect::RowRefused);
    refuses.map(|(_, count)| count).sum()
}

fn is_over(adviser: &Adviser, norm: u32) -> bool {
    adviser.load > u64::from(norm)
}

fn advisers_csv(totals: &Totals, norm: u32) -> Vec<u8> {
    let mut out = ADVISERS_HEADER.as_bytes().to_vec();
    for (name, tally) in &totals.advisers {
        adviser(&mut out, name, tally.load, is_over(tally, norm), &tally.overdue);
    }
    out
}

fn people_table(on: Day, totals: &Totals, norm: u32, refused: u64) -> String {
    let sum =
        |of: fn(&Adviser) -> &[u64; 4], at: usize| totals.advisers.values().map(|tally| of(tally)[at]).sum::<u64>();
    let kinds = Step::ALL.map(|step| {
        let at = step as usize;
        let count = |number: u64| grouped(&number.to_string());
        [step.name().to_owned(), count(sum(|tally| &tally.overdue, at)), count(sum(|tally| &tally.done_late, at))]
    });
    let mut out = format!("deadlines on {on}\n\n") + &text(&["step", "overdue", "done late"], &kinds);
    let mut loads: Vec<_> = totals.advisers.iter().map(|(name, tally)| (tally.load, name, tally)).collect();
    loads.sort_by(|(load, name, _), (other, other_name, _)| other.cmp(load).then(name.cmp(other_name)));
    let shown = 40;
    let rows: Vec<_> = loads
        .iter()
        .take(shown)
        .map(|(load, name, tally)| {
            let name = if name.is_empty() { "(nobody)" } else { name.as_str() };
            let over = if is_over(tally, norm) { format!("over {norm}") } else { String::new() };
            [name.to_owned(), load.to_string(), tally.overdue.iter().sum::<u64>().to_string(), over]
        })
        .collect();
    out += "\n";
    out += &text(&["adviser", "load", "overdue steps", ""], &rows);
    if loads.len() > shown {
        out += &format!("and {} more, in {ADVISERS}\n", loads.len() - shown);
    }
    if refused > 0 {
        let row = ("faults that refuse a row (`versement run` tells them)".to_owned(), grouped(&refused.to_string()));
        out += "\n";
        out += &figures(&[row]);
    }
    out
}
