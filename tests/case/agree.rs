//! Whether the program says what the oracle says; for the property tests and for the fuzz target that draws the cases.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use rust_decimal::Decimal;

use versement::anomaly::Code;
use versement::money::Cents;
use versement::settle::Outcome;

use super::{Answer, Typed, cents, code};
use crate::oracle::{self, Amounts, Facts, Reason, Worth, month_worth};

/// The last day that the law data was checked for.
const VERIFIED_UNTIL: NaiveDate = NaiveDate::from_ymd_opt(2012, 6, 30).unwrap();

pub fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?} instead of {expected:?}")) }
}

pub fn ensure(holds: bool, told: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(told()) }
}

/// Whether the program says of a month what the oracle says, to the cent.
pub fn agree(facts: &Facts, month: NaiveDate) -> Result<(), String> {
    let answer = Typed::new(facts, month).settle(month);
    answer.check_payment()?;
    match month_worth(facts, month) {
        Worth::Held(reason) => agree_on_hold(reason, &answer),
        Worth::Due(due) if due_but_for_an_unjudged_hire(facts, month, &due, &answer) => Ok(()),
        Worth::Due(due) => {
            same("held", answer.held(), Vec::new())?;
            let sums = answer.sums();
            same("asr_days", sums.asr_days, i64::from(due.asr_days))?;
            same("asr_gross", sums.asr_gross, cents(due.asr_gross))?;
            same("pension_offset", sums.pension_offset, cents(due.pension_offset))?;
            same("participation", sums.participation, cents(due.participation))?;
            same("asr_net", sums.asr_net(), cents(due.asr_net))?;
            same("idr", sums.idr, cents(due.idr))?;
            // Two jobs are told of every month that has them, the proof only where an amount waits for it.
            let two_jobs = facts.seniority_months >= 24 && two_jobs_in(facts, month);
            same("A304", answer.has(Code::TwoJobs), two_jobs)?;
            same("A501", answer.has(Code::ProofMissing), due.idr_held && !two_jobs)?;
            let held = answer.settlement.outcome == Outcome::Held;
            same("outcome held", held, answer.idr_held() && sums.net() == Cents::ZERO)
        }
    }
}

fn agree_on_hold(reason: Reason, answer: &Answer) -> Result<(), String> {
    same("outcome", answer.settlement.outcome, Outcome::Held)?;
    same("lines", answer.settlement.asr.len() + answer.settlement.idr.len(), 0)?;
    let held = answer.held();
    ensure(held.contains(&code(reason)), || format!("{reason:?}: {held:?}"))
}

/// A hire behind the last verified day is held whatever its pay, as the fall of 15 % that the law of that day may ask for
/// is not known; the oracle holds only those that fall by today's 15 %. Neither pays anything.
pub fn due_but_for_an_unjudged_hire(facts: &Facts, month: NaiveDate, due: &Amounts, answer: &Answer) -> bool {
    let hired_late = |row: &oracle::JobRow| row.month <= month && row.job_start > VERIFIED_UNTIL;
    answer.held() == ["A402"]
        && facts.seniority_months >= 24
        && facts.rows.iter().any(hired_late)
        && (due.asr_days, due.asr_net, due.idr) == (0, Decimal::ZERO, Decimal::ZERO)
}

/// Told day by day: the end of a job is that of its latest row up to the month.
fn two_jobs_in(facts: &Facts, month: NaiveDate) -> bool {
    let mut jobs: BTreeMap<(&str, NaiveDate), (NaiveDate, Option<NaiveDate>)> = BTreeMap::new();
    for row in facts.rows.iter().filter(|row| row.month <= month) {
        let latest = jobs.entry((&row.employer, row.job_start)).or_insert((row.month, row.job_end));
        if row.month >= latest.0 {
            *latest = (row.month, row.job_end);
        }
    }
    let next = month + Months::new(1);
    month.iter_days().take_while(|day| *day < next).any(|day| {
        let runs = |((_, start), (_, end)): (&(&str, NaiveDate), &(NaiveDate, Option<NaiveDate>))| {
            *start <= day && end.is_none_or(|end| day <= end)
        };
        jobs.iter().filter(|job| runs(*job)).count() > 1
    })
}
