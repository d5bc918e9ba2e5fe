use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::super::{now, watch::Watched, watch::Watching};
use super::options::{Basis, EncodingName, Options};
use super::partition::told;
use super::with_ledger::{Successor, latest, may_run};
use super::{Begun, Run};
use crate::partition::{self, Manifest, Merging, RESULTS, Succession};
use crate::publish::staging::Staging;

/// Merges the results of all parts of a prepared month, and publishes them as `versement run` does.
///
/// Nothing is published unless every part was settled, each beneficiary came back once, and the totals are those that were
/// prepared. The ledger must stand where it stood when the month was prepared.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement merge --prepared prepared/2009-05 --out out/2009-05
  versement merge --prepared prepared/2009-05 --out out/2009-05 --ledger books --results scratch/2009-05

Exit status: 0 all settled; 1 published, with payments held or rows refused; 2 nothing published; 75 another run is at work.")]
pub(in crate::commands) struct Merge {
    /// What `versement prepare` wrote
    #[arg(long, value_name = "DIR")]
    prepared: PathBuf,
    /// The folder with the results of the parts; `results` in --prepared if not given
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
    /// The folder to publish to; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The folder that remembers what was paid, as `versement prepare` was told; `ledger` if not given
    #[arg(long, value_name = "DIR")]
    ledger: Option<PathBuf>,
    /// Replace the results of other inputs that stand in --out
    #[arg(long)]
    force: bool,
    /// Print the summary as JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Print nothing but trouble
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    watching: Watching,
}

impl Merge {
    pub(in crate::commands) fn carry_out(&self) -> anyhow::Result<u8> {
        let manifest = Manifest::read(&self.prepared)?;
        let watched = self.watching.start(manifest.month()?);
        let ended = self.merge(&manifest, &watched);
        watched.end(ended)
    }

    fn merge(&self, manifest: &Manifest, watched: &Watched<'_>) -> anyhow::Result<u8> {
        if manifest.ledger.is_none() && self.ledger.is_some() {
            bail!("--ledger: the month was prepared with --no-ledger; prepare it again with the ledger");
        }
        let run = self.as_run(manifest)?;
        let begun = Begun { identity: manifest.identity.clone(), started: now(), watched, fund: None };
        let results = self.results.clone().unwrap_or_else(|| self.prepared.join(RESULTS));
        let merging = Merging { prepared: &self.prepared, manifest, results: &results };
        match &manifest.ledger {
            None => without_ledger(&run, &begun, merging),
            Some(succession) => with_ledger(&run, &begun, merging, succession),
        }
    }

    /// The run whose results are merged: from where it is settled on, everything goes the same way.
    fn as_run(&self, manifest: &Manifest) -> anyhow::Result<Run> {
        let basis = Basis {
            ledger: self.ledger.clone().unwrap_or_else(|| "ledger".into()),
            no_ledger: manifest.ledger.is_none(),
            opening: None,
            law: None,
            threads: None,
            encoding: EncodingName::Utf8,
            provisional: manifest.identity.provisional,
            quiet: self.quiet,
        };
        let options = Options {
            basis,
            force: self.force,
            json: self.json,
            timings: false,
            no_digests: false,
            csv_style: None,
            sepa: false,
            config: None,
        };
        Ok(Run { month: manifest.month()?, exports: PathBuf::new(), out: self.out.clone(), options })
    }
}

fn without_ledger(run: &Run, begun: &Begun<'_>, merging: Merging<'_>) -> anyhow::Result<u8> {
    let staging = Staging::open(&run.out)?;
    if let Some(summary) = run.standing(&staging, |standing| Ok(*standing == begun.identity))? {
        return run.already_done(begun.watched, None, &summary, &run.out.display().to_string());
    }
    run.publish_alone(&staging, begun, |progress| partition::merge(merging, &staging, progress).map_err(told))
}

fn with_ledger(run: &Run, begun: &Begun<'_>, merging: Merging<'_>, succession: &Succession) -> anyhow::Result<u8> {
    let mut ledger = run.hold(begun)?;
    let runs = ledger.runs()?;
    if let Some(same) = latest(&runs).find(|known| known.record.summary.identity == begun.identity) {
        return run.done_before(&ledger, same, begun);
    }
    let next = Successor::of(&runs, run.month);
    let last = next.last.map_or("", |last| &last.digest);
    if last != succession.previous || next.number != succession.number {
        bail!(
            "{}: the ledger is not where it was when the month was prepared, before its run {} (it has {} now); prepare the month \
             again",
            run.basis.ledger.display(),
            succession.number,
            runs.len(),
        );
    }
    // A month may have been closed meanwhile.
    may_run(run.month, begun.identity.opening.is_some(), &runs, &ledger)?;
    let out = Staging::open(&run.out)?;
    run.may_replace(&runs, &out)?;
    let staging = ledger.prepare()?;
    run.post(&mut ledger, (staging, &out), &next, begun, |staging, progress| {
        partition::merge(merging, staging, progress).map_err(told)
    })
}
