//! One beneficiary in one run: which months are settled again, what is paid or claimed, and what is kept for the next run.

mod opening;
mod told;

use super::{Kept, Opened, Positions, Posting, Reason, Revised, Stated, Unread};
use crate::anomaly::{Code, Finding, Place};
use crate::calendar::Month;
use crate::columns::{Column, Export};
use crate::dossier::{Change, Changes, Joined};
use crate::facts::{Dossier, Facts, KnownFacts};
use crate::identity::BeneficiaryId;
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
                revised.old_iban = told::tell_changed_iban(joined, kept);
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
