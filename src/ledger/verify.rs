//! Whether the ledger is as it was written: every file has its digest, none is missing, none is there in addition, and what is
//! kept follows from the lines that were posted.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::catalogue::CATALOGUE;
use super::{DOSSIERS, KeptBatch, KeptStream, Ledger, LedgerError, Posted, Run, State, StatementStream};
use crate::calendar::Month;
use crate::facts::KnownFacts;
use crate::identity::BeneficiaryId;
use crate::law::Law;
use crate::money::Cents;
use crate::publish::staging::SUMMARY;
use crate::publish::summary::{FileRecord, Summary};
use crate::revision::{Kept, Kind, Nature};
use crate::settle::{Amounts, Settlement, Settler};

/// One thing that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub told: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.told)
    }
}

impl Ledger {
    /// Compares every file with its digest in the catalogue, and the results that stand where they were published.
    ///
    /// # Errors
    /// The catalogue can't be read, or its records were altered.
    pub fn verify(&self) -> Result<Vec<Fault>, LedgerError> {
        let path = self.folder().join(CATALOGUE);
        let runs = self.runs()?;
        let told = self.catalogue_faults(&runs)?.into_iter();
        let mut faults: Vec<Fault> = told.map(|told| Fault { path: path.clone(), told }).collect();
        let mut known = BTreeSet::from(["lock".to_owned(), CATALOGUE.to_owned()]);
        known.extend(["-wal", "-shm"].map(|end| format!("{CATALOGUE}{end}")));
        known.extend(["bank.sqlite", "bank.sqlite-wal", "bank.sqlite-shm"].map(str::to_owned));
        known.extend(runs.iter().map(|run| format!("month={}", run.month)));
        tell_others(self.folder(), &known, &mut faults);
        for run in &runs {
            let of_month = runs.iter().filter(|other| other.month == run.month);
            let known = of_month.map(|run| format!("run={:04}", run.number)).collect();
            if let Some(month) = run.folder.parent().filter(|_| run.sequence == 1) {
                tell_others(month, &known, &mut faults);
            }
            for file in &run.record.files {
                compare(&run.folder.join(&file.name), file, &mut faults);
            }
            tell_others(&run.folder, &run.record.files.iter().map(|file| file.name.clone()).collect(), &mut faults);
            verify_results(run, &runs, &mut faults);
        }
        Ok(faults)
    }

    /// Runs whose results don't stand where they were published: they may have been moved, so that this is no fault.
    ///
    /// # Errors
    /// The catalogue can't be read.
    pub fn results_away(&self) -> Result<Vec<Fault>, LedgerError> {
        let is_away = |run: &Run| run.state == State::Published && !run.published_to.join(SUMMARY).exists();
        let away = self.runs()?.into_iter().filter(is_away);
        let told =
            |run: Run| Fault { told: format!("no results of run {} stand here", run.number), path: run.published_to };
        Ok(away.map(told).collect())
    }

    /// Works out anew what the last run kept: each position from the lines of all runs, and from the facts by the law.
    ///
    /// # Errors
    /// A file can't be read.
    pub fn rebuild(&self, law: &Law) -> Result<(u64, Vec<Fault>), LedgerError> {
        let runs = self.runs()?;
        let Some(last) = runs.last() else { return Ok((0, Vec::new())) };
        let path = last.folder.join(DOSSIERS);
        let mut kept = KeptStream::open(&path)?;
        let mut lines = Lines::open(&runs)?;
        let mut settler = Settler::new(law, last.month);
        let same_law = law.digest == last.record.summary.identity.law.sha256;
        let (mut count, mut faults, mut batch) = (0, Vec::new(), KeptBatch::default());
        while let Some(id) = kept.peek()? {
            batch.clear();
            kept.take(|next| next == id, &mut batch)?;
            let posted = lines.of(id)?;
            for bytes in batch.iter() {
                count += 1;
                let kept = bytes.decode()?;
                let tell = |told: String| Fault { path: path.clone(), told: format!("{id}: {told}") };
                faults.extend(follows_from_lines(&kept, &posted).map(tell));
                if same_law && !kept.unsettled && kept.opened {
                    faults.extend(follows_from_facts((id, &kept), &mut settler, last.month).map(tell));
                }
            }
        }
        Ok((count, faults))
    }
}

fn compare(path: &Path, known: &FileRecord, faults: &mut Vec<Fault>) {
    let told = match known.is_still(path) {
        Ok(true) => return,
        Ok(false) => "its digest is not that of its run".to_owned(),
        Err(error) => error.to_string(),
    };
    faults.push(Fault { path: path.to_owned(), told });
}

fn tell_others(folder: &Path, known: &BTreeSet<String>, faults: &mut Vec<Fault>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return faults.push(Fault { path: folder.to_owned(), told: error.to_string() }),
    };
    let mut others: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| !path.file_name().and_then(|name| name.to_str()).is_some_and(|name| known.contains(name)))
        .collect();
    others.sort();
    faults.extend(others.into_iter().map(|path| Fault { path, told: "no run made this".to_owned() }));
}

/// The results of a run where they were published, unless those of another run stand there now, or none: they may be moved.
fn verify_results(run: &Run, runs: &[Run], faults: &mut Vec<Fault>) {
    let out = &run.published_to;
    if run.state == State::Committed {
        let told = format!("run {} is not published yet; run it again", run.number);
        return faults.push(Fault { path: out.clone(), told });
    }
    let results = || run.record.files.iter().filter(|file| file.name.ends_with(".csv") || file.name == SUMMARY);
    let is_there = match Summary::read(out) {
        // Either tells whose they are, so that an altered byte in one of them does not hide the others.
        Some(there) => there.run == run.record.summary.run || there.identity == run.record.summary.identity,
        None => {
            let is_last = !runs.iter().any(|later| later.number > run.number && later.published_to == *out);
            is_last && results().any(|file| out.join(&file.name).exists())
        }
    };
    if is_there {
        results().for_each(|file| compare(&out.join(&file.name), file, faults));
    }
}

/// The lines of all runs, beneficiary by beneficiary.
struct Lines(Vec<(StatementStream, Option<Posted>)>);

impl Lines {
    fn open(runs: &[Run]) -> Result<Self, LedgerError> {
        let mut streams = Vec::new();
        for run in runs {
            let mut stream = StatementStream::open(run, None)?;
            let first = stream.next_line()?;
            streams.push((stream, first));
        }
        Ok(Self(streams))
    }

    /// The lines of a beneficiary, run by run; those before are passed over: their cases were dropped.
    fn of(&mut self, id: BeneficiaryId) -> Result<Vec<Posted>, LedgerError> {
        let mut posted = Vec::new();
        for (stream, next) in &mut self.0 {
            while let Some(line) = next.filter(|line| line.id <= id) {
                if line.id == id {
                    posted.push(line);
                }
                *next = stream.next_line()?;
            }
        }
        Ok(posted)
    }
}

fn follows_from_lines(kept: &Kept<'_>, posted: &[Posted]) -> impl Iterator<Item = String> {
    let mut told = Vec::new();
    let mut months: Vec<Month> = posted.iter().map(|line| line.month).collect();
    months.extend(kept.positions.iter().map(|position| position.month));
    months.sort_unstable();
    months.dedup();
    for month in months {
        let mut sum = Amounts::default();
        for line in posted.iter().filter(|line| line.month == month) {
            match line.nature {
                Nature::Claim => subtract(&mut sum, &line.amounts),
                Nature::Recovered => {}
                _ => sum.add(&line.amounts),
            }
        }
        if sum != kept.positions.of(month) {
            told.push(format!("the position of {month} is not the sum of its lines"));
        }
    }
    let sum = |nature: Nature| -> Cents {
        posted.iter().filter(|line| line.nature == nature).map(|line| line.amounts.net()).sum()
    };
    let balance: Cents = kept.claims.iter().map(|claim| claim.balance).sum();
    if sum(Nature::Claim) - sum(Nature::Recovered) != balance {
        told.push("the claims are not what was raised less what was recovered".to_owned());
    }
    told.into_iter()
}

fn subtract(sum: &mut Amounts, amounts: &Amounts) {
    sum.asr_days -= amounts.asr_days;
    sum.asr_gross -= amounts.asr_gross;
    sum.pension_offset -= amounts.pension_offset;
    sum.participation -= amounts.participation;
    sum.idr -= amounts.idr;
}

fn follows_from_facts(
    (id, kept): (BeneficiaryId, &Kept<'_>),
    settler: &mut Settler<'_>,
    last: Month,
) -> impl Iterator<Item = String> {
    let (mut settlement, mut findings, mut told) = (Settlement::default(), Vec::new(), Vec::new());
    let Some(facts) = KnownFacts::of(id, &kept.facts) else {
        return vec!["its row can't be read".to_owned()].into_iter();
    };
    let dossier = facts.dossier(kept.opening);
    let start = dossier.beneficiary.fact.contract_end.next().month();
    let first = kept.positions.iter().next().map_or(start, |position| position.month.min(start));
    let mut month = kept.opening.map_or(first, |opening| first.max(opening.first.month()));
    while month <= last {
        findings.clear();
        settler.for_month(month);
        settler.settle(dossier, &mut findings, &mut settlement);
        let held = findings.iter().any(|finding| finding.code.entry().effect.holds());
        if !held && settlement.amounts != kept.positions.of(month) {
            let differing =
                Kind::ALL.into_iter().find(|kind| kind.of(&settlement.amounts) != kind.of(&kept.positions.of(month)));
            told.push(format!("{month} is worth something else by its facts ({})", differing.map_or("", Kind::name)));
        }
        month = month.next();
    }
    told.into_iter()
}
