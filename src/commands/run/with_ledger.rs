//! A run that remembers: which month may be run, what the run before kept, and how the new one gets into the ledger.

use std::path::PathBuf;

use anyhow::{Context, bail};

use super::super::{now, progress::Bar, say};
use super::{Night, Run, flatten, stages, status};
use crate::calendar::Month;
use crate::ledger::{self, DOSSIERS, HeldLedger, Layouts, LedgerError, RunRecord, identity_digest};
use crate::night::{self, LedgerPlan, Phase, Progress};
use crate::publish::staging::{PublishError, SUMMARY, Staging};
use crate::publish::summary::{FileRecord, Identity, RunNumber, Summary};
use crate::revision::Period;

impl Run {
    pub(super) fn with_ledger(&self, mut night: Night<'_>) -> anyhow::Result<u8> {
        if let Some(file) = &self.opening {
            let record = FileRecord::of(file, "opening.csv").with_context(|| file.display().to_string())?;
            night.identity.opening = Some(record);
        }
        let holder = format!("process {} since {}", std::process::id(), night.started);
        let mut ledger = HeldLedger::hold(&self.ledger, &holder)?;
        if ledger.is_new && !self.quiet && !self.json {
            say(&format!("new ledger: {} remembers from now on what was paid\n\n", self.ledger.display()));
        }
        let runs = ledger.runs()?;
        if let Some(run) = self.same_run(&runs, &night)? {
            return self.done_before(&ledger, run, &night);
        }
        self.may_run(&runs, &ledger)?;
        self.may_replace(&runs)?;

        let last = runs.last();
        let number = last.map_or(1, |run| run.number + 1);
        let sequence = last.filter(|run| run.month == self.month).map_or(1, |run| run.sequence + 1);
        let first_month = runs.first().map_or(self.month, |run| run.month);
        let period = Period {
            month: self.month,
            run: number,
            first_month,
            settle_all: last.is_some_and(|run| !same_rules(&run.record.summary.identity, &night.identity)),
            rules: night.law.claim_rules(self.month.last_day()).ok(),
        };
        let kept = last.map(|run| run.folder.join(DOSSIERS));
        let known = last.and_then(|run| run.record.files.iter().find(|file| file.name == DOSSIERS)).cloned();
        let plan = LedgerPlan {
            period,
            sequence,
            kept: kept.as_deref(),
            opening: self.opening.as_deref(),
            layouts: Layouts::new()?,
        };
        let plan = self.plan(&night, Some(plan));
        let staging = ledger.prepare()?;
        let progress = Progress::default();
        let (settled, summary, run) = std::thread::scope(|scope| {
            let _bar = Bar::follow(scope, &progress, self.quiet);
            // What is read from the ledger is compared with its digest while it is used; nothing is committed before.
            let check = scope.spawn(|| unaltered(kept.as_ref(), known.as_ref()));
            let settled = night::settle(&plan, &staging, &progress).map_err(flatten);
            check.join().unwrap_or_else(|_| bail!("the ledger's file could not be checked"))?;
            let mut settled = settled?;
            progress.start(Phase::Publishing, 0);
            let times = (night.started, now());
            let numbers = RunNumber { number, sequence_in_month: sequence, previous: last.map(|run| run.number) };
            let mut summary = Summary::new(night.identity, times, &settled.totals, &settled.inputs, &settled.files)
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
            let mut file = staging.file(SUMMARY, true)?;
            file.append(summary.to_json()?.as_bytes())?;
            files.push(file);
            let record = RunRecord {
                number,
                month: self.month.to_string(),
                sequence,
                first_month: first_month.to_string(),
                files: Vec::new(),
                summary: summary.clone(),
            };
            let identity = identity_digest(&summary.identity, last.map_or("", |last| &last.digest))?;
            let run = ledger.commit(staging, files, (record, &identity), &self.out)?;
            anyhow::Ok((settled, summary, run))
        })?;
        ledger.publish(&run, &self.out).with_context(|| {
            format!(
                "run {number} is in the ledger; only its results are not in {} yet: run the same again",
                self.out.display()
            )
        })?;
        self.report(night.watched, night.fund.as_ref(), &summary, &settled)?;
        Ok(status(&settled))
    }

    /// The run of the same month, exports, law and program, if nothing came after it that paid the month otherwise: facts that
    /// are taken back are facts, and a new run.
    fn same_run<'r>(&self, runs: &'r [ledger::Run], night: &Night<'_>) -> anyhow::Result<Option<&'r ledger::Run>> {
        let Some(last) = runs.last() else { return Ok(None) };
        let may_be = |run: &&ledger::Run| run.record.summary.identity.may_be(&night.identity, night.exports);
        let is_latest = |run: &&ledger::Run| run.number == last.number || run.month < last.month;
        let mut candidates = runs.iter().filter(is_latest).filter(may_be).peekable();
        if candidates.peek().is_none() {
            return Ok(None);
        }
        let identity = night.identity.clone().with_inputs(night.exports).context("the exports can't be read")?;
        Ok(candidates.find(|run| run.record.summary.identity == identity))
    }

    /// The ledger has the run already: its results are put where they are asked for, if they don't stand there.
    fn done_before(&self, ledger: &HeldLedger, run: &ledger::Run, night: &Night<'_>) -> anyhow::Result<u8> {
        let summary = &run.record.summary;
        let stands = Summary::read(&self.out).is_some_and(|there| there == *summary && there.is_complete(&self.out));
        if !stands {
            self.may_replace(&ledger.runs()?)?;
            ledger.publish_again(run, &self.out)?;
        }
        let place = format!("run {} of {}", run.number, self.ledger.display());
        self.already_done(night.watched, night.fund.as_ref(), summary, &place)
    }

    /// Months are run in order, each as often as facts change, until it is closed.
    fn may_run(&self, runs: &[ledger::Run], ledger: &HeldLedger) -> anyhow::Result<()> {
        let Some(last) = runs.last() else { return Ok(()) };
        let (month, last) = (self.month, last.month);
        if self.opening.is_some() {
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

    /// What stands in --out may be replaced if the ledger has it too.
    fn may_replace(&self, runs: &[ledger::Run]) -> anyhow::Result<()> {
        let staging = Staging::open(&self.out)?;
        let standing = staging.standing();
        if self.force || standing.is_empty() || staging.was_cut_off() {
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

fn months(from: Month, to: Month) -> impl Iterator<Item = Month> {
    std::iter::successors(Some(from), |month| Some(month.next())).take_while(move |&month| month < to)
}

fn same_rules(before: &Identity, now: &Identity) -> bool {
    before.program == now.program && before.law.sha256 == now.law.sha256
}

fn unaltered(path: Option<&PathBuf>, known: Option<&FileRecord>) -> anyhow::Result<()> {
    let Some((path, known)) = path.zip(known) else { return Ok(()) };
    let damaged = |told: String| LedgerError::Damaged { path: path.clone(), told };
    let now = FileRecord::of(path, DOSSIERS).map_err(|error| damaged(error.to_string()))?;
    if now != *known {
        return Err(damaged("its SHA-256 is not that of its run".to_owned()).into());
    }
    Ok(())
}
