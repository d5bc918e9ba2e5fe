//! One beneficiary in one run: which months are settled again, what is paid or claimed, and what is kept for the next run.

use super::{Kept, Nature, Positions, Posting, Unread};
use crate::anomaly::{Code, Finding, Place};
use crate::calendar::{Month, Span};
use crate::columns::{Column, Export};
use crate::dossier::{Change, Changes, Joined, KEPT};
use crate::facts::{Dossier, Facts, KnownFacts, Opening};
use crate::identity::{BeneficiaryId, Iban};
use crate::law::Law;
use crate::law::claims::ClaimRules;
use crate::money::Cents;
use crate::settle::{Amounts, NilReason, Outcome, Settlement, Settler};

/// Which run it is.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    /// Its month.
    pub month: Month,
    /// Its number in the ledger.
    pub run: u32,
    /// The month of the ledger's first run: months before it were settled by the system before.
    pub first_month: Month,
    /// Whether law or program are other than in the run before: every month is settled again.
    pub settle_all: bool,
    /// What becomes of claims, and how long a case may be corrected; `None` where the law for it is not known: nothing is
    /// recovered, and no case is dropped.
    pub rules: Option<ClaimRules>,
}

/// Why months before were settled again; the worst comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reason {
    /// The beneficiary was not known.
    NewCase,
    /// A month was left open.
    LeftOpen,
    /// A proof of execution came late, and nothing else changed.
    LateProof,
    /// Facts changed.
    #[default]
    ChangedFacts,
    /// The law data or the program changed.
    Law,
}

impl Reason {
    /// The word in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewCase => "new-case",
            Self::LeftOpen => "left-open",
            Self::LateProof => "late-proof",
            Self::ChangedFacts => "changed-facts",
            Self::Law => "law",
        }
    }
}

/// What came of one beneficiary besides the settlement of the month.
#[derive(Debug, Default)]
pub struct Revised<'a> {
    /// What is kept for the next run; `None` where nothing is.
    pub keep: Option<Kept<'a>>,
    /// Why earlier months were settled again.
    pub reason: Reason,
    /// What changed.
    pub changes: Changes,
    /// The account before, where it is another one now.
    pub old_iban: Option<Iban>,
    /// What the months before the ledger began came to, where they were counted as settled just now.
    pub opened: Option<Opened>,
}

/// What the months before a ledger came to for a beneficiary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Their sums.
    pub before: Amounts,
    /// R6.5, R6.6: the cap and the clock, if a hire froze them before.
    pub frozen: Option<(Cents, Span)>,
}

/// What the fund states of the months before a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Days of ASR.
    pub asr_days: i64,
    /// IDR paid.
    pub idr_paid: Cents,
    /// The cap and the clock.
    pub frozen: Option<(Cents, Span)>,
}

impl Stated {
    fn opening(&self, first_month: Month) -> Opening {
        let Self { asr_days, idr_paid, frozen } = *self;
        Opening { first: first_month.first_day(), asr_days, idr_paid, frozen }
    }
}

/// Revises one beneficiary after the other; its buffers are used again.
#[derive(Debug)]
pub struct Reviser<'l> {
    period: Period,
    settler: Settler<'l>,
    earlier: Settlement<'l>,
    scratch: Vec<Finding>,
    /// What the beneficiary revised last is paid, and why.
    pub posting: Posting,
}

impl<'l> Reviser<'l> {
    /// For one run.
    pub fn new(law: &'l Law, period: Period) -> Self {
        Self {
            period,
            settler: Settler::new(law, period.month),
            earlier: Settlement::default(),
            scratch: Vec::new(),
            posting: Posting::default(),
        }
    }

    /// The month of the run.
    pub fn month(&self) -> Month {
        self.period.month
    }

    /// Settles the month of the run for a beneficiary with rows in the export, completed by what is kept; pays or claims the
    /// difference for this month, and for earlier months where they may be worth something else now. What came of it is
    /// put into `revised`.
    pub fn revise<'a>(
        &mut self,
        joined: &mut Joined<'a>,
        kept: Option<&Kept<'a>>,
        stated: Option<&Stated>,
        settlement: &mut Settlement<'l>,
        revised: &mut Revised<'a>,
    ) {
        self.posting.clear();
        // Field by field: it is large, and mostly empty already.
        let Revised { keep, reason, changes, old_iban, opened } = revised;
        (*keep, *reason, *changes, *old_iban, *opened) = (None, Reason::default(), Changes::default(), None, None);
        let mut unread = Vec::new();
        if let Some(kept) = kept {
            joined.opening = kept.opening;
            let lost = |export| kept.unread.iter().any(|unread| unread.export == export);
            revised.changes = joined.complete(&kept.facts, self.period.month, lost);
            // Not before: an event that is withdrawn is no row that could not be read.
            self.add_unread(&joined.findings, &mut unread);
            self.tell_unread(joined, kept, &revised.changes, &mut unread);
            if revised.changes.other_row {
                revised.old_iban = tell_changed_iban(joined, kept);
            }
        } else if let Some(stated) = stated {
            joined.opening = self.correction(joined, stated);
        }
        let (dossier, findings) = joined.dossier();
        let Some(dossier) = dossier else {
            settlement.clear();
            settlement.outcome = Outcome::Refused;
            self.add_unread(&joined.findings, &mut unread);
            revised.keep = self.keep_refused(joined, kept, stated, unread);
            return;
        };
        self.settler.for_month(self.period.month);
        self.settler.settle(dossier, findings, settlement);
        // Rows that the settlement holds are not kept either.
        self.add_unread(findings, &mut unread);
        let may_post = !findings.iter().any(crate::anomaly::Finding::holds);
        let Some(facts) = joined.facts_to_keep(kept.map(|kept| &kept.facts)) else { return };
        // In its place at once: it is large, and each move of it is told in the time of a night.
        let next = revised.keep.insert(Kept {
            facts,
            opening: joined.opening,
            positions: kept.map(|kept| kept.positions.clone()).unwrap_or_default(),
            claims: kept.map_or_else(Vec::new, |kept| kept.claims.clone()),
            opened: kept.is_some_and(|kept| kept.opened),
            unsettled: !may_post,
            unread,
            paid: kept.and_then(|kept| kept.paid),
            over_since: None,
        });
        if may_post {
            let all = self.reason(kept, &revised.changes);
            revised.reason = all.unwrap_or_default();
            if let (Some(dossier), _) = joined.dossier() {
                self.post(dossier, next, all.is_some(), settlement);
            }
            if !next.opened {
                revised.opened = self.opened(joined);
                next.opened = true;
            }
            self.conclude(next, settlement);
            self.tell_jump(joined, kept);
        }
        let is_over = is_over(settlement, &joined.findings);
        let over_before = kept.filter(|kept| kept.facts.row.was_read()).and_then(|kept| kept.over_since);
        next.over_since = is_over.then(|| over_before.unwrap_or(self.period.month));
        if !self.is_needed(next) {
            revised.keep = None;
        }
    }

    /// What is kept of a beneficiary whose own row can't be read: what was known before, and what stands beside the row. Of a new one
    /// nothing can be owed yet, as far as is known: it is not missed where the export leaves it out again. What was stated of its
    /// months before the ledger holds without a look at what the facts give.
    fn keep_refused<'a>(
        &self,
        joined: &mut Joined<'a>,
        kept: Option<&Kept<'a>>,
        stated: Option<&Stated>,
        unread: Vec<Unread>,
    ) -> Option<Kept<'a>> {
        let facts = joined.facts_to_keep(kept.map(|kept| &kept.facts));
        let is_told_of = !joined.rows.is_empty() && (!unread.is_empty() || stated.is_some());
        let facts = facts.or_else(|| is_told_of.then(Facts::default))?;
        Some(match kept {
            Some(kept) => Kept { facts, unsettled: true, unread, ..kept.clone() },
            None => Kept {
                facts,
                opening: stated.map(|stated| stated.opening(self.period.first_month)),
                positions: Positions::default(),
                claims: Vec::new(),
                opened: false,
                unsettled: true,
                unread,
                paid: None,
                over_since: Some(self.period.month),
            },
        })
    }

    /// A beneficiary without a row of its own: an open case is told and left open, a case that is over stays as it is.
    pub fn miss<'a>(
        &mut self,
        id: BeneficiaryId,
        kept: &Kept<'a>,
        findings: &mut Vec<Finding>,
        settlement: &mut Settlement<'l>,
    ) -> Option<Kept<'a>> {
        self.posting.clear();
        let mut next = kept.clone();
        next.unsettled |= self.period.settle_all;
        self.add_unread(findings, &mut next.unread);
        if kept.over_since.is_none() {
            if self.is_over_by_facts(id, kept, settlement) {
                next.over_since = Some(self.period.month);
            } else {
                next.unsettled = true;
                let place = Place { export: Export::Beneficiaries, line: 0, column: None };
                findings.push(Finding::new(Code::CaseMissing, place, Some(id), "no row"));
            }
        }
        settlement.clear();
        self.is_needed(&next).then_some(next)
    }

    /// Whether nothing can be owed any more by the facts that are kept alone.
    fn is_over_by_facts(&mut self, id: BeneficiaryId, kept: &Kept<'_>, settlement: &mut Settlement<'l>) -> bool {
        let Some(facts) = KnownFacts::of(id, &kept.facts) else { return false };
        self.scratch.clear();
        self.settler.for_month(self.period.month);
        self.settler.settle(facts.dossier(kept.opening), &mut self.scratch, settlement);
        is_over(settlement, &self.scratch)
    }

    /// The opening that is used instead of what the facts give, where the fund states another one.
    fn correction(&mut self, joined: &mut Joined<'_>, stated: &Stated) -> Option<Opening> {
        let (dossier, _) = joined.dossier();
        let dossier = dossier?;
        let mut before = Amounts::default();
        let mut month = dossier.beneficiary.fact.contract_end.next().month();
        while month < self.period.first_month {
            before.add(&self.worth(dossier, month).unwrap_or_default());
            month = month.next();
        }
        let frozen = self.frozen(dossier);
        let differs = (before.asr_days, before.idr, frozen) != (stated.asr_days, stated.idr_paid, stated.frozen);
        differs.then(|| stated.opening(self.period.first_month))
    }

    /// What the months before the ledger came to, as it was posted or stated.
    fn opened(&mut self, joined: &mut Joined<'_>) -> Option<Opened> {
        let (dossier, _) = joined.dossier();
        let dossier = dossier?;
        if dossier.beneficiary.fact.contract_end.next().month() >= self.period.first_month {
            return None;
        }
        if let Some(Opening { asr_days, idr_paid, frozen, .. }) = dossier.opening {
            return Some(Opened { before: Amounts { asr_days, idr: idr_paid, ..Amounts::default() }, frozen });
        }
        let mut before = Amounts::default();
        let opening = self.posting.lines.iter().filter(|line| line.nature == Nature::Opening);
        opening.for_each(|line| before.add(&line.amounts));
        Some(Opened { before, frozen: self.frozen(dossier) })
    }

    fn frozen(&mut self, dossier: Dossier<'_>) -> Option<(Cents, Span)> {
        if dossier.earnings.is_empty() {
            return None;
        }
        self.settler.for_month(self.period.month);
        self.settler.frozen_before(dossier, self.period.first_month.first_day()).ok().flatten()
    }

    /// Why all months are settled again; `None` if only that of the run is.
    fn reason(&self, kept: Option<&Kept<'_>>, changes: &Changes) -> Option<Reason> {
        let Some(kept) = kept else { return Some(Reason::NewCase) };
        let month = self.period.month;
        let late_proof = |change: &Change| match *change {
            Change::Earning(of, column) => of == month || column == Some(Column::Proof),
            _ => false,
        };
        if kept.unsettled || !kept.opened {
            Some(Reason::LeftOpen)
        } else if changes.touch_earlier && changes.list.iter().all(late_proof) {
            Some(Reason::LateProof)
        } else if changes.touch_earlier {
            Some(Reason::ChangedFacts)
        } else {
            self.period.settle_all.then_some(Reason::Law)
        }
    }

    /// Posts the months before, if they are settled again, and that of the run.
    fn post(&mut self, dossier: Dossier<'_>, next: &mut Kept<'_>, all: bool, settlement: &Settlement<'l>) {
        let Period { month, run, first_month, rules, .. } = self.period;
        let run = (run, month);
        if all {
            let start = dossier.beneficiary.fact.contract_end.next();
            let mut earlier = start.max(dossier.opening.map_or(start, |opening| opening.first)).month();
            // A contract that ends later than was known leaves months behind that were paid and are worth nothing.
            if let Some(paid) = next.positions.iter().next() {
                earlier = earlier.min(paid.month);
            }
            // A case that is long over is not kept: what was paid for it is not known any more, and can't be corrected.
            let too_old =
                |of: Month| rules.is_some_and(|rules| month.since(of).unsigned_abs() > rules.correction_months);
            while earlier < month {
                if let Some(worth) = self.worth(dossier, earlier) {
                    if !next.opened && (earlier < first_month || too_old(earlier)) {
                        self.posting.open(next, earlier, &worth);
                    } else {
                        self.posting.settle(next, earlier, &worth, run);
                    }
                } else {
                    next.unsettled = true;
                }
                earlier = earlier.next();
            }
        }
        self.posting.settle(next, month, &settlement.amounts, run);
        if let Some(rules) = rules {
            self.posting.recover(next, rules, run);
        }
    }

    /// What an earlier month is worth by today's facts; `None` where that can't be known.
    fn worth(&mut self, dossier: Dossier<'_>, month: Month) -> Option<Amounts> {
        self.scratch.clear();
        self.settler.for_month(month);
        self.settler.settle(dossier, &mut self.scratch, &mut self.earlier);
        let held = self.scratch.iter().any(|finding| finding.code.entry().effect.holds());
        (!held).then_some(self.earlier.amounts)
    }

    /// The outcome and the amounts of the run: what is paid now, not what the month is worth.
    fn conclude(&self, next: &mut Kept<'_>, settlement: &mut Settlement<'l>) {
        let payment = &self.posting.payment;
        let net = payment.net();
        settlement.amounts = payment.current;
        if net > Cents::ZERO {
            settlement.outcome = Outcome::Paid;
            let before = next.paid.filter(|&(month, _)| month == self.period.month).map_or(Cents::ZERO, |(_, net)| net);
            next.paid = Some((self.period.month, before + net));
        } else if settlement.outcome == Outcome::Paid {
            settlement.outcome = Outcome::Nil(NilReason::PaidBefore);
        }
    }

    /// A603: what is paid differs by over 30 % from the month before.
    fn tell_jump(&self, joined: &mut Joined<'_>, kept: Option<&Kept<'_>>) {
        const PERCENT: i64 = 30;
        let now = self.posting.payment.net();
        let before = kept.and_then(|kept| kept.paid).filter(|&(month, _)| month.next() == self.period.month);
        let Some((_, before)) = before.filter(|_| now > Cents::ZERO) else { return };
        if (now.0 - before.0).abs() * 100 > before.0 * PERCENT {
            let Some(row) = &joined.beneficiary else { return };
            let place = Place { export: Export::Beneficiaries, line: row.line, column: None };
            // Many are told each month: `789.30 after 315.72` without the machinery of formats.
            let mut found = Vec::with_capacity(32);
            now.write(&mut found);
            found.extend_from_slice(b" after ");
            before.write(&mut found);
            let found = String::from_utf8(found).unwrap_or_default();
            joined.findings.push(Finding::new(Code::NetJump, place, Some(row.fact.id), found));
        }
    }

    /// Rows of today's events and earnings that hold the payment and are not kept.
    fn add_unread(&self, findings: &[Finding], unread: &mut Vec<Unread>) {
        let month = self.period.month;
        for export in [Export::Events, Export::Earnings] {
            let is_of = |finding: &Finding| {
                let Place { export: of, line, .. } = finding.place;
                of == export && line != KEPT && finding.holds()
            };
            if !unread.contains(&Unread { export, month }) && findings.iter().any(is_of) {
                unread.push(Unread { export, month });
            }
        }
    }

    /// A702: a row that could not be read in an earlier run holds until the export states it again.
    fn tell_unread(&self, joined: &mut Joined<'_>, kept: &Kept<'_>, changes: &Changes, unread: &mut Vec<Unread>) {
        for &lost in kept.unread.iter().filter(|lost| lost.month < self.period.month) {
            let stated = match lost.export {
                Export::Events => changes.list.iter().any(|change| matches!(change, Change::Event(..))),
                _ => {
                    joined.states_earnings_up_to(lost.month)
                        || changes.list.iter().any(|change| matches!(change, Change::Job(_)))
                }
            };
            if stated || unread.iter().any(|today| today.export == lost.export) {
                continue;
            }
            unread.push(lost);
            let id = joined.beneficiary.as_ref().map(|row| row.fact.id);
            let place = Place { export: lost.export, line: 0, column: None };
            joined.findings.push(Finding::new(Code::RowNotSentAgain, place, id, format!("a row of {}", lost.month)));
        }
    }

    fn is_needed(&self, kept: &Kept<'_>) -> bool {
        let month = self.period.month;
        let months_over = kept.over_since.map_or(0, |since| month.since(since)).unsigned_abs();
        let long_over = self.period.rules.is_some_and(|rules| months_over > rules.correction_months);
        !long_over || kept.unsettled || !kept.claims.is_empty()
    }
}

fn is_over(settlement: &Settlement<'_>, findings: &[Finding]) -> bool {
    matches!(settlement.outcome, Outcome::Nil(NilReason::TermPassed | NilReason::AreDaysUsed))
        && !findings.iter().any(|finding| finding.code == Code::RowMissing)
}

/// A602: the account is another one than before.
fn tell_changed_iban(joined: &mut Joined<'_>, kept: &Kept<'_>) -> Option<Iban> {
    let row = joined.beneficiary.as_ref()?;
    let old = kept.facts.row.iban()?;
    let new = row.fact.iban.filter(|new| *new != old)?;
    let last = |iban: &Iban| String::from_utf8_lossy(&iban.as_bytes()[iban.as_bytes().len() - 4..]).into_owned();
    let found = format!("…{} instead of …{}", last(&new), last(&old));
    let place = Place { export: Export::Beneficiaries, line: row.line, column: Some(Column::Iban) };
    joined.findings.push(Finding::new(Code::IbanChanged, place, Some(row.fact.id), found));
    Some(old)
}
