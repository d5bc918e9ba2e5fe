//! What a run adds up to: counts by outcome and code, sums of every amount.

use std::collections::BTreeMap;

use crate::anomaly::{Code, Finding};
use crate::columns::Export;
use crate::law::contribution::Contribution;
use crate::money::Cents;
use crate::revision::{Line, Nature, Payment};
use crate::settle::{NilReason, Outcome};

/// Counts and sums; those of parts add up to those of the whole, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Rows accounted for, by export.
    pub rows: [u64; Export::COUNT],
    /// Rows of months behind that of the run, ignored.
    pub later: u64,
    /// Beneficiary rows by outcome.
    pub outcomes: Outcomes,
    /// Beneficiary rows with nothing owed, in the order of [`NilReason::ALL`].
    pub nil: [u64; NilReason::ALL.len()],
    /// All payments.
    pub paid: Sums,
    /// The payments by regime, in the order of its id: a few, looked through faster than a tree is.
    pub by_regime: Vec<(String, Sums)>,
    /// What the ledger holds of claims.
    pub claims: ClaimSums,
    /// R8: rows of `contributions.csv`, and their sums.
    pub contributions: (u64, Contribution),
    /// The figures of the month, where they are asked for.
    pub stats: crate::stats::Tally,
    /// R7: what each adviser has to do.
    pub advisers: BTreeMap<String, Adviser>,
    /// Findings by code.
    pub anomalies: BTreeMap<Code, u64>,
}

/// What an adviser has to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Adviser {
    /// Beneficiaries who are followed.
    pub load: u64,
    /// Steps that are overdue, in the order of [`Step::ALL`](crate::law::deadlines::Step::ALL).
    pub overdue: [u64; 4],
    /// Steps that were done late.
    pub done_late: [u64; 4],
}

/// Payments, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many.
    pub count: u64,
    /// What they pay.
    pub payment: Payment,
}

impl Sums {
    /// Adds those of another part.
    pub fn add(&mut self, other: &Self) {
        self.add_payments(other.count, &other.payment);
    }

    #[inline]
    fn add_payments(&mut self, count: u64, payment: &Payment) {
        self.count += count;
        self.payment.current.add(&payment.current);
        self.payment.arrears += payment.arrears;
        self.payment.recovered += payment.recovered;
    }
}

/// Claims, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClaimSums {
    /// Of the run before, not recovered.
    pub opening: Cents,
    /// Raised by this run.
    pub raised: Cents,
    /// Recovered by this run.
    pub recovered: Cents,
    /// Not recovered, as it is kept.
    pub closing: Cents,
}

impl ClaimSums {
    /// Counts a line of a posting.
    pub fn count(&mut self, line: &Line) {
        match line.nature {
            Nature::Claim => self.raised += line.amounts.net(),
            Nature::Recovered => self.recovered += line.amounts.net(),
            _ => {}
        }
    }

    fn add(&mut self, other: &Self) {
        self.opening += other.opening;
        self.raised += other.raised;
        self.recovered += other.recovered;
        self.closing += other.closing;
    }
}

/// Beneficiary rows by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Outcomes {
    /// Something is paid.
    pub paid: u64,
    /// Nothing is owed.
    pub nil: u64,
    /// Something has to be settled first.
    pub held: u64,
    /// The row can't be used.
    pub refused: u64,
}

impl Outcomes {
    /// All of them.
    pub fn sum(&self) -> u64 {
        self.paid + self.nil + self.held + self.refused
    }

    fn add(&mut self, other: &Self) {
        self.paid += other.paid;
        self.nil += other.nil;
        self.held += other.held;
        self.refused += other.refused;
    }
}

impl Totals {
    /// Adds rows by export, and those of later months among them.
    #[inline]
    pub fn add_rows(&mut self, rows: &[u64; Export::COUNT], later: u64) {
        for (own, rows) in self.rows.iter_mut().zip(rows) {
            *own += rows;
        }
        self.later += later;
    }

    /// Counts a beneficiary row.
    pub fn count_outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Paid => self.outcomes.paid += 1,
            Outcome::Nil(reason) => {
                self.outcomes.nil += 1;
                self.nil[reason as usize] += 1;
            }
            Outcome::Held => self.outcomes.held += 1,
            Outcome::Refused => self.outcomes.refused += 1,
        }
    }

    /// Adds a payment.
    pub fn add_payment(&mut self, regime: Option<&str>, payment: &Payment) {
        self.paid.add_payments(1, payment);
        self.of_regime(regime.unwrap_or_default()).add_payments(1, payment);
    }

    /// The sums of a regime.
    #[inline]
    pub fn of_regime(&mut self, regime: &str) -> &mut Sums {
        let found = self.by_regime.iter().position(|(id, _)| id == regime);
        let at = found.unwrap_or_else(|| self.begin_regime(regime));
        &mut self.by_regime[at].1
    }

    #[cold]
    fn begin_regime(&mut self, regime: &str) -> usize {
        let at = self.by_regime.partition_point(|(id, _)| **id < *regime);
        self.by_regime.insert(at, (regime.to_owned(), Sums::default()));
        at
    }

    /// Why nothing is owed, as often as it happened, where it happened.
    pub fn nil_reasons(&self) -> impl Iterator<Item = (NilReason, u64)> {
        NilReason::ALL.into_iter().zip(self.nil).filter(|(_, count)| *count > 0)
    }

    /// Counts findings by code.
    pub fn count_findings(&mut self, findings: &[Finding]) {
        for finding in findings {
            *self.anomalies.entry(finding.code).or_default() += 1;
        }
    }

    /// Adds the totals of another part.
    pub fn add(&mut self, other: &Self) {
        self.add_rows(&other.rows, other.later);
        self.outcomes.add(&other.outcomes);
        for (own, other) in self.nil.iter_mut().zip(other.nil) {
            *own += other;
        }
        self.paid.add(&other.paid);
        for (regime, sums) in &other.by_regime {
            self.of_regime(regime).add(sums);
        }
        self.claims.add(&other.claims);
        self.stats.add(&other.stats);
        self.contributions.0 += other.contributions.0;
        self.contributions.1.add(&other.contributions.1);
        for (name, other) in &other.advisers {
            let own = self.advisers.entry(name.clone()).or_default();
            own.load += other.load;
            for at in 0..other.overdue.len() {
                own.overdue[at] += other.overdue[at];
                own.done_late[at] += other.done_late[at];
            }
        }
        for (code, count) in &other.anomalies {
            *self.anomalies.entry(*code).or_default() += count;
        }
    }

    /// Whether somebody is not paid who might be: the night is published all the same, with exit status 1.
    pub fn has_trouble(&self) -> bool {
        use crate::anomaly::Effect;
        self.outcomes.held + self.outcomes.refused > 0
            || self.anomalies.keys().any(|code| code.entry().effect != Effect::None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regimes_stand_in_order_and_parts_add_up_however_payments_come() {
        let payment = |cents| Payment { arrears: Cents(cents), ..Payment::default() };
        let of = |payments: &[(&str, i64)]| {
            let mut totals = Totals::default();
            payments.iter().for_each(|&(regime, cents)| totals.add_payment(Some(regime), &payment(cents)));
            totals
        };
        let whole = of(&[("crp-2009", 1), ("crp-2005", 2), ("crp-2006", 3), ("crp-2005", 4)]);
        let sums = |cents, count| Sums { count, payment: payment(cents) };
        let expected = [("crp-2005", sums(6, 2)), ("crp-2006", sums(3, 1)), ("crp-2009", sums(1, 1))];
        assert_eq!(whole.by_regime, expected.map(|(regime, sums)| (regime.to_owned(), sums)));
        assert_eq!(whole.paid, sums(10, 4));
        let mut parts = of(&[("crp-2006", 3), ("crp-2009", 1)]);
        parts.add(&of(&[("crp-2005", 6)]));
        parts.paid.count += 1;
        parts.of_regime("crp-2005").count += 1;
        assert_eq!(parts, whole);
    }

    #[test]
    fn only_reasons_that_there_were_are_told() {
        let mut totals = Totals::default();
        for reason in [NilReason::PaidBefore, NilReason::TermPassed, NilReason::PaidBefore] {
            totals.count_outcome(Outcome::Nil(reason));
        }
        assert_eq!(totals.outcomes, Outcomes { nil: 3, ..Outcomes::default() });
        let told: Vec<_> = totals.nil_reasons().collect();
        assert_eq!(told, [(NilReason::TermPassed, 1), (NilReason::PaidBefore, 2)]);
    }
}
