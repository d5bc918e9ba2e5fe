//! One part of a month that was prepared, settled by itself: on any machine, as often as it is asked for.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::Context;
use clap::Args;

use super::super::{SETTLED, law as law_file, progress::Bar, say};
use super::flatten;
use crate::night::{Phase, Progress};
use crate::partition::{self, Answer, Manifest, PartSetup, PartitionError, RESULTS};

/// Which part, and where it stands.
#[derive(Debug, Args)]
pub(super) struct PartOptions {
    /// Settle only part I, counted from 0, of the N parts of --prepared
    #[arg(
        long,
        value_name = "I/N",
        requires = "prepared",
        conflicts_with_all = [
            "month", "exports", "out", "ledger", "no_ledger", "opening", "threads", "encoding", "provisional", "force",
            "json", "timings", "no_digests", "csv_style", "sepa", "config", "metrics", "log_format",
        ]
    )]
    pub(super) partition: Option<Part>,
    /// What `versement prepare` wrote
    #[arg(long, value_name = "DIR", requires = "partition")]
    prepared: Option<PathBuf>,
    /// The folder for the results of the parts; `results` in --prepared if not given
    #[arg(long, value_name = "DIR", requires = "partition")]
    results: Option<PathBuf>,
}

/// A part, of so many.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    number: u32,
    of: u32,
}

impl FromStr for Part {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let part = text
            .split_once('/')
            .and_then(|(number, of)| Some(Self { number: number.parse().ok()?, of: of.parse().ok()? }));
        part.filter(|part| part.number < part.of)
            .ok_or("write the number of the part from 0 on, and how many there are, as 0/8")
    }
}

impl PartOptions {
    pub(super) fn settle(&self, part: Part, law: Option<&PathBuf>, quiet: bool) -> anyhow::Result<u8> {
        let prepared = self.prepared.as_deref().context("--prepared says where the parts stand")?;
        let manifest = Manifest::read(prepared)?;
        let Part { number, of } = part;
        if of != manifest.count() {
            return Err(PartitionError::NoSuchPart { part: number, asked: of, count: manifest.count() }.into());
        }
        let setup = PartSetup::new(&manifest, law_file::read(law)?)?;
        let results = self.results.clone().unwrap_or_else(|| prepared.join(RESULTS));
        let progress = Progress::default();
        progress.start(Phase::Settling, 0);
        let answer = std::thread::scope(|scope| {
            let _bar = Bar::follow(scope, &progress, quiet);
            partition::settle_part((prepared, &manifest), &setup, number, &results, &progress).map_err(told)
        })?;
        if !quiet {
            let month = &manifest.identity.month;
            say(&match answer {
                Answer::Settled(count) => format!("part {number}/{of} of {month}: {count} beneficiaries settled\n"),
                Answer::AlreadyDone => format!("part {number}/{of} of {month}: already done; nothing was touched\n"),
            });
        }
        Ok(SETTLED)
    }
}

/// A publishing error is told as such, so that the exit status can be too.
pub(super) fn told(error: PartitionError) -> anyhow::Error {
    match error {
        PartitionError::Night(error) => flatten(error),
        PartitionError::Ledger(error) => error.into(),
        PartitionError::Publish(error) => error.into(),
        error => error.into(),
    }
}

/// How many parts: as many as may be gathered at once.
pub(super) fn parts(text: &str) -> Result<u32, String> {
    let most = partition::MOST_PARTS;
    text.parse()
        .ok()
        .filter(|parts| (1..=most).contains(parts))
        .ok_or_else(|| format!("write a number from 1 to {most}"))
}
