//! A run that remembers: which month may be run, what the run before kept, and how the new one gets into the ledger.

use std::path::PathBuf;

use anyhow::{Context, bail};

use super::super::{now, progress::Bar, say};
use super::told::stages;
use super::{Begun, Night, Run, flatten, is_of, status};
use crate::calendar::Month;
use crate::intake::Exports;
use crate::law::Law;
use crate::ledger::{self, DOSSIERS, HeldLedger, Layouts, Ledger, LedgerError, RunRecord, identity_digest};
use crate::night::{self, LedgerPlan, Phase, Progress, Settled};
use crate::publish::Algorithm;
use crate::publish::staging::{self, PublishError, SUMMARY, StagedFile, Staging};
use crate::publish::summary::{FileRecord, Identity, RunNumber, Summary};
use crate::revision::Period;

impl Run {
    pub(super) fn with_ledger(&self, mut night: Night<'_>) -> anyhow::Result<u8> {
        if let Some(file) = &self.basis.opening {
            let record = FileRecord::of(file, "opening.csv").with_context(|| file.display().to_string())?;
            night.begun.identity.opening = Some(record);
        }
        let mut ledger = self.hold(&night.begun)?;
        let runs = ledger.runs()?;
        if let Some(run) = same_run(&runs, &night.begun.identity, night.exports)? {
            return self.done_before(&ledger, run, &night.begun);
        }
        may_run(self.month, self.basis.opening.is_some(), &runs, &ledger)?;
        let out = Staging::open(&self.out)?;
        self.may_replace(&runs, &out)?;

        let next = Successor::of(&runs, self.month);
        let period = next.period(night.law, &night.begun.identity);
        let (kept, known) = next.kept();
        let plan = LedgerPlan {
            period,
            sequence: next.sequence,
            kept: kept.as_deref(),
            opening: self.basis.opening.as_deref(),
            layouts: Layouts::new()?,
            results: Some(&out),
        };
        let plan = self.plan(&night, Some(plan));
        let staging = ledger.prepare()?;
        self.post(&mut ledger, (staging, &out), &next, &night.begun, |staging, progress| {
            std::thread::scope(|scope| {
                // What is read from the ledger is compared with its digest while it is used; nothing is committed before.
                let check = scope.spawn(|| unaltered(kept.as_ref(), known.as_ref()));
                let settled = night::settle(&plan, staging, progress).map_err(flatten);
                check.join().unwrap_or_else(|_| bail!("the ledger's file could not be checked"))?;
                settled
            })
        })
    }

    /// Holds the ledger for a run.
    pub(super) fn hold(&self, begun: &Begun<'_>) -> anyhow::Result<HeldLedger> {
        let ledger = HeldLedger::hold(&self.basis.ledger, &holder(&begun.started))?;
        if ledger.is_new && !self.basis.quiet && !self.json {
            say(&format!("new ledger: {} remembers from now on what was paid\n\n", self.basis.ledger.display()));
        }
        Ok(ledger)
    }

    /// Commits what is settled to the ledger, and publishes it.
    pub(super) fn post(
        &self,
        ledger: &mut HeldLedger,
        (staging, out): (Staging, &Staging),
        next: &Successor<'_>,
        begun: &Begun<'_>,
        settle: impl FnOnce(&Staging, &Progress) -> anyhow::Result<Settled>,
    ) -> anyhow::Result<u8> {
        let &Successor { number, sequence, first_month, last, .. } = next;
        let progress = Progress::default();
        let (settled, summary, run, twins) = std::thread::scope(|scope| {
            let _bar = Bar::follow(scope, &progress, self.basis.quiet);
            let mut settled = settle(&staging, &progress)?;
            progress.start(Phase::Publishing, 0);
            let (identity, times) = (begun.identity.clone(), (begun.started.clone(), now()));
            let numbers = RunNumber { number, sequence_in_month: sequence, previous: last.map(|run| run.number) };
            let mut summary = Summary::new(identity, times, &settled.totals, &settled.inputs, &settled.files)
                .with_ledger(numbers, &settled.totals.claims);
            summary.stages = Some(stages(&settled.timings));
            if let Some(before) = last.and_then(|run| run.record.summary.claims.as_ref())
                && Some(&before.closing) != summary.claims.as_ref().map(|claims| &claims.opening)
            {
                let told = "the claims that were kept are not those of the run before".to_owned();
                return Err(PublishError::Disagreement(told).into());
            }
            let mut files = std::mem::take(&mut settled.files);
            files.extend(settled.books.take().into_iter().flatten());
            let mut file = staging.file(SUMMARY, Some(Algorithm::Sha256))?.with_twin_in(out)?;
            file.append(summary.to_json()?.as_bytes())?;
            files.push(file);
            let twins: Vec<_> = files.iter_mut().filter_map(StagedFile::take_twin).collect();
            let record = RunRecord {
                number,
                month: self.month.to_string(),
                sequence,
                first_month: first_month.to_string(),
                files: Vec::new(),
                summary: summary.clone(),
            };
            // What is published behind the commit is waited for together with what is committed.
            staging::complete(&files.iter().chain(&twins).collect::<Vec<_>>())?;
            let identity = identity_digest(&summary.identity, last.map_or("", |last| &last.digest))?;
            let run = ledger.commit(staging, files, (record, &identity), &self.out)?;
            anyhow::Ok((settled, summary, run, twins))
        })?;
        ledger.publish(&run, out, twins).with_context(|| {
            format!(
                "run {number} is in the ledger; only its results are not in {} yet: run the same again",
                self.out.display()
            )
        })?;
        self.report(begun.watched, begun.fund.as_ref(), &summary, &settled)?;
        Ok(status(&settled))
    }

    /// The ledger has the run already: its results are put where they are asked for, if they don't stand there.
    pub(super) fn done_before(&self, ledger: &HeldLedger, run: &ledger::Run, begun: &Begun<'_>) -> anyhow::Result<u8> {
        let summary = &run.record.summary;
        let stands = Summary::read(&self.out).is_some_and(|there| there == *summary && there.is_complete(&self.out));
        if !stands {
            self.may_replace(&ledger.runs()?, &Staging::open(&self.out)?)?;
            ledger.publish_again(run, &self.out)?;
        }
        let place = format!("run {} of {}", run.number, self.basis.ledger.display());
        self.already_done(begun.watched, begun.fund.as_ref(), summary, &place)
    }

    /// What stands in --out may be replaced if the ledger has it too.
    pub(super) fn may_replace(&self, runs: &[ledger::Run], out: &Staging) -> anyhow::Result<()> {
        let standing = out.standing();
        if self.force || standing.is_empty() || out.was_cut_off() {
            return Ok(());
        }
        let there = Summary::read(&self.out);
        if there.is_some_and(|there| runs.iter().any(|run| run.record.summary == there)) {
            return Ok(());
        }
        bail!(
            "{}: results stand here that are not in the ledger ({}); publish to another folder, or replace them with --force",
            self.out.display(),
            standing.join(", ")
        )
    }
}

/// Who holds a ledger, and since when.
pub(super) fn holder(since: &str) -> String {
    format!("process {} since {since}", std::process::id())
}

/// The place of a run behind those of a ledger.
pub(super) struct Successor<'r> {
    pub(super) month: Month,
    pub(super) number: u32,
    pub(super) sequence: u32,
    pub(super) first_month: Month,
    pub(super) last: Option<&'r ledger::Run>,
}

impl<'r> Successor<'r> {
    pub(super) fn of(runs: &'r [ledger::Run], month: Month) -> Self {
        let last = runs.last();
        Self {
            month,
            number: last.map_or(1, |run| run.number + 1),
            sequence: last.filter(|run| run.month == month).map_or(1, |run| run.sequence + 1),
            first_month: runs.first().map_or(month, |run| run.month),
            last,
        }
    }

    pub(super) fn period(&self, law: &Law, identity: &Identity) -> Period {
        Period {
            month: self.month,
            run: self.number,
            first_month: self.first_month,
            settle_all: self.last.is_some_and(|run| !same_rules(&run.record.summary.identity, identity)),
            rules: law.claim_rules(self.month.last_day()).ok(),
        }
    }

    /// The file with what the run before kept, and what is known of it.
    pub(super) fn kept(&self) -> (Option<PathBuf>, Option<FileRecord>) {
        let kept = self.last.map(|run| run.folder.join(DOSSIERS));
        let known = self.last.and_then(|run| run.record.files.iter().find(|file| file.name == DOSSIERS)).cloned();
        (kept, known)
    }
}

/// The runs of a ledger after which no other one paid their month otherwise: facts that are taken back are facts, and a new run.
pub(super) fn latest(runs: &[ledger::Run]) -> impl Iterator<Item = &ledger::Run> {
    let last = runs.last();
    runs.iter().filter(move |run| last.is_some_and(|last| run.number == last.number || run.month < last.month))
}

/// The latest run of the same month, exports, law and program.
pub(super) fn same_run<'r>(
    runs: &'r [ledger::Run],
    identity: &Identity,
    exports: &Exports,
) -> anyhow::Result<Option<&'r ledger::Run>> {
    for run in latest(runs) {
        if is_of(&run.record.summary.identity, identity, exports)? {
            return Ok(Some(run));
        }
    }
    Ok(None)
}

/// Months are run in order, each as often as facts change, until it is closed.
pub(super) fn may_run(month: Month, is_opening: bool, runs: &[ledger::Run], ledger: &Ledger) -> anyhow::Result<()> {
    let Some(last) = runs.last() else { return Ok(()) };
    let last = last.month;
    if is_opening {
        bail!("--opening: this ledger was opened with {}; leave the option out", runs[0].month);
    }
    if month < last {
        bail!(
            "{month} comes before {last}, which was run already: correct it by rows of {month} in the exports of {last} or \
             later, they are paid as arrears or claimed"
        );
    }
    if month > last.next() {
        let missing = months(last.next(), month).map(|month| month.to_string()).collect::<Vec<_>>();
        bail!(
            "{month} can't be run yet: {} missing; run {} first, or all with `versement catch-up --to {month}`",
            missing.join(", ") + if missing.len() > 1 { " are" } else { " is" },
            if missing.len() > 1 { "them in order" } else { "it" },
        );
    }
    if ledger.closed_months()?.iter().any(|closed| closed.month == month.to_string()) {
        bail!(
            "{month} is closed: give its corrections as rows of {month} in the exports of {}, they are paid as arrears or \
             claimed",
            month.next()
        );
    }
    Ok(())
}

fn months(from: Month, to: Month) -> impl Iterator<Item = Month> {
    std::iter::successors(Some(from), |month| Some(month.next())).take_while(move |&month| month < to)
}

fn same_rules(before: &Identity, now: &Identity) -> bool {
    before.program == now.program && before.law.sha256 == now.law.sha256
}

pub(super) fn unaltered(path: Option<&PathBuf>, known: Option<&FileRecord>) -> anyhow::Result<()> {
    let Some((path, known)) = path.zip(known) else { return Ok(()) };
    let damaged = |told: String| LedgerError::Damaged { path: path.clone(), told };
    if !known.is_still(path).map_err(|error| damaged(error.to_string()))? {
        return Err(damaged("its digest is not that of its run".to_owned()).into());
    }
    Ok(())
}
