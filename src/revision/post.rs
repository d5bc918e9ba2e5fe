//! The difference between what a month is worth and what was paid for it becomes a payment, arrears, or a claim.

use super::{Claim, Kept, Kind};
use crate::calendar::Month;
use crate::law::claims::ClaimRules;
use crate::money::{Cents, Rate};
use crate::settle::Amounts;

/// What one run pays to one beneficiary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// Of the month of the run.
    pub current: Amounts,
    /// Of earlier months, and of the month itself where it was paid before.
    pub arrears: Cents,
    /// What is kept back for claims.
    pub recovered: Cents,
}

impl Payment {
    /// What is paid.
    pub fn net(&self) -> Cents {
        self.current.net() + self.arrears - self.recovered
    }
}

/// What a line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nature {
    /// Settled by the system before: nothing is paid.
    Opening,
    /// Paid for the month of the run.
    Current,
    /// Paid in addition.
    Arrears,
    /// Claimed back; the amounts are those by which the month is worth less.
    Claim,
    /// Recovered from this payment for a claim.
    Recovered,
    /// The parts of a net amount changed, not the amount.
    Restated,
}

impl Nature {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Opening, Self::Current, Self::Arrears, Self::Claim, Self::Recovered, Self::Restated];

    /// The word in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Current => "current",
            Self::Arrears => "arrears",
            Self::Claim => "claim",
            Self::Recovered => "recovered",
            Self::Restated => "restated",
        }
    }
}

/// One line of what a run did for a beneficiary: a month, a kind, an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The month of entitlement.
    pub month: Month,
    /// ASR or IDR.
    pub kind: Kind,
    /// What it does.
    pub nature: Nature,
    /// The amounts of the kind; those of a claim are positive.
    pub amounts: Amounts,
    /// Of a claim or its recovery: the run that raised it, what it was and what is left of it.
    pub claim: Option<Claim>,
}

/// What a run does for a beneficiary, and what it adds up to.
#[derive(Clone, Debug, Default)]
pub struct Posting {
    /// The payment.
    pub payment: Payment,
    /// All lines, by month and kind.
    pub lines: Vec<Line>,
}

impl Posting {
    pub(super) fn clear(&mut self) {
        self.payment = Payment::default();
        self.lines.clear();
    }

    /// Counts a month as settled by the system before.
    pub(super) fn open(&mut self, kept: &mut Kept<'_>, month: Month, worth: &Amounts) {
        for kind in Kind::ALL {
            let amounts = kind.of(worth);
            if amounts != Amounts::default() {
                self.lines.push(Line { month, kind, nature: Nature::Opening, amounts, claim: None });
            }
        }
        kept.positions.set(month, *worth);
    }

    /// Pays or claims what a month is worth more or less than its position, kind by kind; `run` and its month raise claims.
    pub(super) fn settle(&mut self, kept: &mut Kept<'_>, month: Month, worth: &Amounts, run: (u32, Month)) {
        let position = kept.positions.of(month);
        if position == *worth {
            return;
        }
        for kind in Kind::ALL {
            let (now, before) = (kind.of(worth), kind.of(&position));
            let mut line = Line { month, kind, nature: Nature::Restated, amounts: less(&now, &before), claim: None };
            if line.amounts == Amounts::default() {
                continue;
            }
            let more = line.amounts.net();
            if month == run.1 && before == Amounts::default() {
                line.nature = Nature::Current;
                self.payment.current.add(&line.amounts);
            } else if more > Cents::ZERO {
                line.nature = Nature::Arrears;
                self.payment.arrears += more;
            } else if more < Cents::ZERO {
                line.nature = Nature::Claim;
                line.amounts = less(&before, &now);
                let amount = line.amounts.net();
                let claim = Claim { month, kind, raised: run, amount, balance: amount };
                line.claim = Some(claim);
                kept.claims.push(claim);
            }
            self.lines.push(line);
        }
        kept.positions.set(month, *worth);
    }

    /// Keeps back a share of the month's net for the claims of earlier runs, the oldest first. Something is always paid.
    pub(super) fn recover(&mut self, kept: &mut Kept<'_>, rules: ClaimRules, run: (u32, Month)) {
        let net = self.payment.current.net();
        if rules.recovered_share == Rate::from_billionths(0) || net <= Cents::ZERO || kept.claims.is_empty() {
            return;
        }
        let mut left = rules.recovered_share.rounded(net, crate::money::Rounding::Down);
        for claim in &mut kept.claims {
            let due = claim.raised.1.last_day().plus_days(rules.delay_days);
            if claim.raised.0 == run.0 || due > run.1.last_day() || left <= Cents::ZERO {
                continue;
            }
            let amount = claim.balance.min(left);
            left -= amount;
            claim.balance -= amount;
            self.payment.recovered += amount;
            let recovered = match claim.kind {
                Kind::Asr => Amounts { asr_gross: amount, ..Amounts::default() },
                Kind::Idr => Amounts { idr: amount, ..Amounts::default() },
            };
            let (month, kind, nature) = (claim.month, claim.kind, Nature::Recovered);
            self.lines.push(Line { month, kind, nature, amounts: recovered, claim: Some(*claim) });
        }
        kept.claims.retain(|claim| claim.balance > Cents::ZERO);
    }
}

fn less(a: &Amounts, b: &Amounts) -> Amounts {
    Amounts {
        asr_days: a.asr_days - b.asr_days,
        asr_gross: a.asr_gross - b.asr_gross,
        pension_offset: a.pension_offset - b.pension_offset,
        participation: a.participation - b.participation,
        idr: a.idr - b.idr,
    }
}
