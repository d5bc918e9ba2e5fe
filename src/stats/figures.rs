use std::collections::BTreeMap;

use serde::Serialize;

use super::tally::{Amounted, Group, Tally};
use crate::calendar::Month;
use crate::law::handover::End;
use crate::money::{Cents, Rounding};

/// The figures of a month; amounts are texts such as `1234.56`, shares per cent with one decimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// The month.
    pub month: String,
    /// The name of the law data.
    pub law: String,
    /// All beneficiaries.
    pub all: Figures,
    /// By the convention that governs them (R0.1).
    pub by_regime: BTreeMap<String, Figures>,
    /// By the month of their first day in the CRP.
    pub by_cohort: BTreeMap<String, Figures>,
    /// How many proposals were accepted, where proposals are exported.
    pub take_up: Option<TakeUp>,
    /// Rows that the figures lack amounts of, or lack altogether.
    pub left_out: LeftOut,
    /// What the runs of the month paid, where a ledger is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spending: Option<Spending>,
}

/// What the runs of a month paid: `asr_net + idr + arrears - recovered = net`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spending {
    /// Their numbers.
    pub runs: Vec<u32>,
    /// For the month itself, R3 to R5.
    pub asr_net: String,
    /// For the month itself, R6.
    pub idr: String,
    /// For earlier months, or in addition for the month.
    pub arrears: String,
    /// Kept back for claims.
    pub recovered: String,
    /// All payments.
    pub net: String,
    /// Claims raised.
    pub claims_raised: String,
    /// Claims that are open behind the last of the runs.
    pub claims_open: String,
}

/// The figures of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// First days in the CRP in the month.
    pub entries: u64,
    /// In the CRP on the last day of the month.
    pub stock: u64,
    /// CRPs that ended in the month, by reason (R1.6).
    pub exits: BTreeMap<&'static str, u64>,
    /// The reference daily wage of the stock.
    pub sjr: Option<Spread>,
    /// The net ASR of the last indemnified day of the month, of those who are paid some.
    pub net_daily_asr: Option<Spread>,
    /// Payments.
    pub paid: u64,
    /// R3, of all payments.
    pub asr_gross: String,
    /// R4.
    pub pension_offset: String,
    /// R5.
    pub participation: String,
    /// R5.
    pub asr_net: String,
    /// R6.
    pub idr: String,
    /// Payments with an IDR.
    pub idr_taken: u64,
    /// Those whose term was in the month before.
    pub after_term: Option<AfterTerm>,
}

/// Mean and median of amounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// Of how many.
    pub count: u64,
    /// To the cent, half up.
    pub mean: String,
    /// The middle one; of an even number the mean of the middle two, half up.
    pub median: String,
}

/// Who is still without work at the end of the month after the term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AfterTerm {
    /// CRPs that came to their term in the month before.
    pub cohort: u64,
    /// Of them, without a job on the last day of the month.
    pub without_work: u64,
    /// Per cent.
    pub share: String,
}

/// What became of proposals whose delay is over, or that were accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakeUp {
    /// How many.
    pub proposals: u64,
    /// Of them, accepted in time.
    pub accepted: u64,
    /// Per cent.
    pub share: String,
}

/// What the figures lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Held: counted, without amounts.
    pub held: u64,
    /// Refused: not counted.
    pub refused: u64,
}

impl Stats {
    /// From what a night counted.
    pub fn new(month: Month, law: &str, tally: &Tally) -> Self {
        let Tally { all, by_regime, by_cohort, proposals, accepted, held, refused } = tally;
        let take_up = TakeUp { proposals: *proposals, accepted: *accepted, share: per_cent(*accepted, *proposals) };
        Self {
            month: month.to_string(),
            law: law.to_owned(),
            all: figures(all),
            by_regime: by_regime.iter().map(|(name, group)| (name.clone(), figures(group))).collect(),
            by_cohort: by_cohort.iter().map(|(month, group)| (month.to_string(), figures(group))).collect(),
            take_up: Some(take_up).filter(|take_up| take_up.proposals > 0),
            left_out: LeftOut { held: *held, refused: *refused },
            spending: None,
        }
    }
}

fn figures(group: &Group) -> Figures {
    let amounts = &group.amounts;
    let exits = End::ALL.into_iter().map(|end| (end.name(), group.exits[end as usize]));
    let after_term = AfterTerm {
        cohort: group.terms,
        without_work: group.without_work,
        share: per_cent(group.without_work, group.terms),
    };
    Figures {
        entries: group.entries,
        stock: group.stock,
        exits: exits.filter(|(_, count)| *count > 0).collect(),
        sjr: spread(&group.sjr),
        net_daily_asr: spread(&group.net_daily),
        paid: group.paid,
        asr_gross: amounts.asr_gross.to_string(),
        pension_offset: amounts.pension_offset.to_string(),
        participation: amounts.participation.to_string(),
        asr_net: amounts.asr_net().to_string(),
        idr: amounts.idr.to_string(),
        idr_taken: group.idr_taken,
        after_term: Some(after_term).filter(|after| after.cohort > 0),
    }
}

fn spread(amounts: &Amounted) -> Option<Spread> {
    let count: u64 = amounts.values().sum();
    let of = |rank: u64| {
        let mut seen = 0;
        let at = amounts.iter().find(|(_, number)| {
            seen += **number;
            seen > rank
        });
        at.map_or(Cents::ZERO, |(amount, _)| *amount)
    };
    if count == 0 {
        return None;
    }
    let sum: i128 = amounts.iter().map(|(amount, number)| i128::from(amount.0) * i128::from(*number)).sum();
    let mean = Rounding::HalfUp.wide_quotient(sum, i128::from(count));
    let median = Rounding::HalfUp.quotient((of((count - 1) / 2) + of(count / 2)).0, 2);
    Some(Spread { count, mean: Cents(mean).to_string(), median: Cents(median).to_string() })
}

/// Per cent with one decimal, half up; `0.0` of nothing.
fn per_cent(part: u64, whole: u64) -> String {
    let tenths = if whole == 0 { 0 } else { (u128::from(part) * 2000 + u128::from(whole)) / (u128::from(whole) * 2) };
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cents: &[i64]) -> Option<(String, String)> {
        let mut amounts = Amounted::new();
        cents.iter().for_each(|&amount| *amounts.entry(Cents(amount)).or_default() += 1);
        spread(&amounts).map(|spread| (spread.mean, spread.median))
    }

    #[test]
    fn mean_and_median_by_hand() {
        let told = |mean: &str, median: &str| Some((mean.to_owned(), median.to_owned()));
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[5_500]), told("55.00", "55.00"));
        assert_eq!(of(&[100, 200]), told("1.50", "1.50"));
        assert_eq!(of(&[100, 101]), told("1.01", "1.01"));
        assert_eq!(of(&[100, 100, 900]), told("3.67", "1.00"));
        assert_eq!(of(&[100, 300, 300, 1_000]), told("4.25", "3.00"));
        assert_eq!(of(&[100, 200, 300, 1_000]), told("4.00", "2.50"));
    }

    #[test]
    fn shares_have_one_decimal_half_up() {
        for (part, whole, share) in
            [(0, 0, "0.0"), (1, 3, "33.3"), (2, 3, "66.7"), (1, 8, "12.5"), (1, 2000, "0.1"), (3, 3, "100.0")]
        {
            assert_eq!(per_cent(part, whole), share, "{part} of {whole}");
        }
    }
}
