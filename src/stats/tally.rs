use std::collections::BTreeMap;

use crate::calendar::{Day, Month, Span};
use crate::dossier::{Joined, RowFate};
use crate::facts::Followup;
use crate::law::Law;
use crate::law::allowance::Right;
use crate::law::handover::End;
use crate::money::Cents;
use crate::settle::{Amounts, Outcome, Settlement, Settler};

/// Counts and sums; those of parts add up to those of the whole, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub(super) all: Group,
    pub(super) by_regime: BTreeMap<String, Group>,
    pub(super) by_cohort: BTreeMap<Month, Group>,
    /// Proposals that are decided, and those accepted in time.
    pub(super) proposals: u64,
    pub(super) accepted: u64,
    pub(super) held: u64,
    pub(super) refused: u64,
}

/// Amounts and how often each occurs: their number is bounded by the amounts that the law lets through.
pub(super) type Amounted = BTreeMap<Cents, u64>;

/// The counts of a group of beneficiaries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) entries: u64,
    pub(super) stock: u64,
    /// In the order of [`End::ALL`].
    pub(super) exits: [u64; End::ALL.len()],
    pub(super) sjr: Amounted,
    pub(super) net_daily: Amounted,
    pub(super) paid: u64,
    pub(super) amounts: Amounts,
    pub(super) idr_taken: u64,
    /// Terms of the month before, and those of them without work now.
    pub(super) terms: u64,
    pub(super) without_work: u64,
}

impl Group {
    fn add(&mut self, other: &Self) {
        self.entries += other.entries;
        self.stock += other.stock;
        self.exits.iter_mut().zip(other.exits).for_each(|(own, other)| *own += other);
        for (own, other) in [(&mut self.sjr, &other.sjr), (&mut self.net_daily, &other.net_daily)] {
            other.iter().for_each(|(amount, count)| *own.entry(*amount).or_default() += count);
        }
        self.paid += other.paid;
        self.amounts.add(&other.amounts);
        self.idr_taken += other.idr_taken;
        self.terms += other.terms;
        self.without_work += other.without_work;
    }
}

/// What is counted of one beneficiary.
struct Facts<'f, 'l> {
    month: Month,
    right: Right<'l>,
    /// From the first day to the term or the eve of a final event.
    crp: Span,
    settlement: &'f Settlement<'l>,
    is_without_work: bool,
}

impl Facts<'_, '_> {
    fn count(&self, group: &mut Group) {
        let last = self.month.last_day();
        group.entries += u64::from(self.crp.first.month() == self.month);
        if self.crp.contains(last) {
            group.stock += 1;
            *group.sjr.entry(self.right.sjr).or_default() += 1;
        }
        if let Some(handover) = &self.settlement.handover {
            group.exits[handover.ended.end as usize] += 1;
        }
        if self.settlement.outcome == Outcome::Paid {
            group.paid += 1;
            group.amounts.add(&self.settlement.amounts);
            group.idr_taken += u64::from(self.settlement.amounts.idr > Cents::ZERO);
            if let Some(line) = self.settlement.asr.last() {
                let net = line.gross.amount - line.offset - line.participation;
                *group.net_daily.entry(net).or_default() += 1;
            }
        }
        if self.crp.last == self.right.crp.last && self.crp.last.month().next() == self.month {
            group.terms += 1;
            group.without_work += u64::from(self.is_without_work);
        }
    }
}

impl Tally {
    /// Counts a beneficiary, or a proposal that nobody became one by, as it stands at the end of a month.
    pub fn count<'l>(
        &mut self,
        law: &Law,
        month: Month,
        settler: &Settler<'l>,
        settlement: &Settlement<'l>,
        joined: &mut Joined<'_>,
        is_sure: bool,
    ) {
        let procedure = joined.beneficiary.as_ref().map(|row| row.fact.procedure_date);
        if let Some(followup) = joined.followup() {
            self.count_proposal(law, month.last_day(), procedure, followup);
        }
        let refused = joined.rows.iter().filter(|(_, fate)| *fate == RowFate::Refused).count();
        self.refused += refused as u64;
        let (Some(dossier), _) = joined.dossier() else { return };
        self.held += u64::from(settlement.outcome == Outcome::Held);
        let Some((right, crp)) = settler.days_of_crp(dossier).filter(|_| is_sure) else { return };
        if crp.is_empty() || crp.first > month.last_day() {
            return;
        }
        let last = month.last_day();
        let end_of_job = |row: &crate::facts::Earning| {
            // The end in the latest month's row holds.
            let same = |other: &&crate::facts::Sourced<crate::facts::Earning>| {
                (other.fact.employer.number(), other.fact.job_start) == (row.employer.number(), row.job_start)
            };
            dossier.earnings.iter().filter(same).max_by_key(|other| other.fact.month).and_then(|row| row.fact.job_end)
        };
        let works = dossier
            .earnings
            .iter()
            .any(|row| row.fact.job_start <= last && end_of_job(&row.fact).is_none_or(|end| end >= last));
        let reclassified = dossier.followup.and_then(|row| row.fact.reclassified_on).is_some_and(|day| day <= last);
        let regime = right.regime.id.clone();
        let facts = Facts { month, right, crp, settlement, is_without_work: !works && !reclassified };
        facts.count(&mut self.all);
        facts.count(self.by_regime.entry(regime).or_default());
        facts.count(self.by_cohort.entry(crp.first.month()).or_default());
    }

    fn count_proposal(&mut self, law: &Law, on: Day, procedure: Option<Day>, followup: &Followup<'_>) {
        let Some(proposal) = followup.proposal else { return };
        let due = law.last_day_to_accept(procedure.unwrap_or(proposal), proposal, followup.protected_decision);
        let Ok(due) = due else { return };
        let is_accepted = followup.acceptance.is_some_and(|day| day <= due && day <= on);
        self.proposals += u64::from(is_accepted || due <= on);
        self.accepted += u64::from(is_accepted);
    }

    /// Adds those of another part.
    pub fn add(&mut self, other: &Self) {
        self.all.add(&other.all);
        for (name, group) in &other.by_regime {
            self.by_regime.entry(name.clone()).or_default().add(group);
        }
        for (month, group) in &other.by_cohort {
            self.by_cohort.entry(*month).or_default().add(group);
        }
        self.proposals += other.proposals;
        self.accepted += other.accepted;
        self.held += other.held;
        self.refused += other.refused;
    }
}
