use super::jobs::{Job, first_day_of_two};
use super::unpaid::UnpaidDays;
use super::{Case, IdrLine, Settlement, asr};
use crate::anomaly::{Code, Finding, Place};
use crate::calendar::{Day, Month, Span};
use crate::columns::{Column, Export};
use crate::facts::{Earning, Sourced};
use crate::law::differential::Comparison;
use crate::law::{Law, UnknownLaw, duration};
use crate::money::Cents;

/// R0.2, CRP convention art. 9 last al.: article 3 has no IDR; said once for each job of the month.
pub(super) fn refuse_article_3(month: Month, case: &Case<'_, '_>, jobs: &[Job], findings: &mut Vec<Finding>) {
    for row in jobs.iter().filter_map(|job| job.row(case.dossier.earnings, month)) {
        findings.push(finding(Code::Article3Job, case, row, Column::JobStart, row.fact.job_start.to_string()));
    }
}

/// What the first qualifying hire freezes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frozen {
    /// R6.5.
    pub(super) cap: Cents,
    /// R6.6.
    pub(super) clock: Span,
}

/// R6, CRP convention art. 9: the IDR of the month. Earlier months are gone through for what they used of the cap.
#[inline(never)]
pub(super) fn value(
    law: &Law,
    month: Month,
    case: &Case<'_, '_>,
    unpaid: &UnpaidDays,
    jobs: &[Job],
    findings: &mut Vec<Finding>,
    settlement: &mut Settlement<'_>,
) -> Result<(), UnknownLaw> {
    let earnings = case.dossier.earnings;
    if let Some(day) = first_day_of_two(jobs, month.span()) {
        let later = jobs.iter().rfind(|job| job.span.contains(day)).and_then(|job| job.rows(earnings).last());
        if let Some(row) = later {
            findings.push(finding(Code::TwoJobs, case, row, Column::JobStart, format!("two jobs on {day}")));
        }
    }
    let mut frozen = None;
    let mut qualifying = Vec::new();
    // A later hire says nothing of an earlier month that is settled again.
    let is_later = |job: &&Job| job.span.first > month.last_day() && job.rows(earnings)[0].fact.month > month;
    for job in jobs.iter().filter(|job| !is_later(job)) {
        if qualifies(law, month, case, unpaid, job, findings)? {
            if frozen.is_none() {
                frozen = Some(freeze(law, case, unpaid, job.span.first)?);
            }
            qualifying.push(*job);
        }
    }
    let Some(frozen) = frozen else { return Ok(()) };
    let opening = case.dossier.opening;
    let mut used = opening.map_or(Cents::ZERO, |opening| opening.idr_paid);
    let mut at = frozen.clock.first.month().max(opening.map_or(Day::BEFORE_ALL, |opening| opening.first).month());
    while at <= month {
        let held = first_day_of_two(jobs, at.span()).is_some();
        for (job, row) in qualifying.iter().filter_map(|job| job.row(earnings, at).map(|row| (job, row))) {
            let line = line(law, case, job, row, frozen, used)?;
            if at == month {
                // R3.3: held if this month needs a day behind the last verified one; an earlier one pays nothing now.
                if !line.days.is_empty() {
                    law.verified(line.days.last)?;
                }
                explain(case, row, job, &line, frozen.clock, held, findings);
            }
            // R6.7, R6.8: only a month that is proved and free of a second job is paid, and only what is paid uses the cap.
            if held || row.fact.proof.is_none() || line.amount == Cents::ZERO {
                continue;
            }
            used += line.amount;
            if at == month {
                settlement.idr.push(line);
            }
        }
        if at == month {
            tell_missing_rows(month, case, &qualifying, frozen.clock, findings);
        }
        // Behind the clock nothing uses the cap any more: only the month itself is left to be explained.
        at = if at < frozen.clock.last.month() { at.next() } else { at.next().max(month) };
    }
    Ok(())
}

/// R6.1, R6.2, art. 9 al. 1: hired between the start and the term, no final event before, and worse paid at hire by at least
/// 15 %. The test is made once, on the earliest row of the job.
pub(super) fn qualifies(
    law: &Law,
    month: Month,
    case: &Case<'_, '_>,
    unpaid: &UnpaidDays,
    job: &Job,
    findings: &mut Vec<Finding>,
) -> Result<bool, UnknownLaw> {
    let rows = job.rows(case.dossier.earnings);
    let hire = job.span.first;
    let of_month = job.row(case.dossier.earnings, month);
    let ended = unpaid.ended.filter(|&ended| ended <= hire);
    if !case.right.crp.contains(hire) || ended.is_some() {
        if let Some(row) = of_month {
            let found = hired_outside(hire, case.right.crp, ended);
            findings.push(finding(Code::HiredOutside, case, row, Column::JobStart, found));
        }
        return Ok(false);
    }
    let comparison = comparison(case, &rows[0].fact);
    let qualifies = law.fall_qualifies(&comparison, hire)?;
    if let Some(row) = of_month.filter(|_| !qualifies) {
        findings.push(finding(Code::FallTooSmall, case, row, Column::BaseMonthlyGross, pay_at_hire(&comparison)));
    }
    Ok(qualifies)
}

/// Put together without the library's formatting, as the next one.
fn hired_outside(hire: Day, crp: Span, ended: Option<Day>) -> String {
    let found = match ended {
        Some(day) => [&hire.text()[..], b", CRP ended on ", &day.text()].concat(),
        None => [&hire.text()[..], b", CRP ", &crp.first.text(), b"..", &crp.last.text()].concat(),
    };
    String::from_utf8(found).unwrap_or_default()
}

/// Of one case in twelve: put together without the library's formatting.
fn pay_at_hire(Comparison { base, new_hours, .. }: &Comparison) -> String {
    let mut found = Vec::with_capacity(48);
    base.write(&mut found);
    found.extend_from_slice(b" for ");
    Cents(i64::from(new_hours.0)).write(&mut found);
    found.extend_from_slice(b" hours at hire");
    String::from_utf8(found).unwrap_or_default()
}

/// R6.5, R6.6: the cap and the clock, frozen at the first qualifying hire.
pub(super) fn freeze(law: &Law, case: &Case<'_, '_>, unpaid: &UnpaidDays, hire: Day) -> Result<Frozen, UnknownLaw> {
    if let Some((cap, clock)) = case.dossier.opening.and_then(|opening| opening.frozen) {
        return Ok(Frozen { cap, clock });
    }
    let cap = law.differential_cap(residual(law, case, unpaid, hire)?, hire)?;
    Ok(Frozen { cap, clock: duration::differential_clock(hire, case.right.regime) })
}

/// R6.5: the residual rights on the day of hire, after the days indemnified before it.
pub(super) fn residual(law: &Law, case: &Case<'_, '_>, unpaid: &UnpaidDays, hire: Day) -> Result<Cents, UnknownLaw> {
    let indemnified = case.indemnified_before(hire, unpaid);
    asr::residual(law, case, hire, indemnified)
}

/// R6.3, R6.4, art. 9 al. 2: by the base pay and the hours of the month's own row.
fn line(
    law: &Law,
    case: &Case<'_, '_>,
    job: &Job,
    row: &Sourced<Earning>,
    frozen: Frozen,
    used_before: Cents,
) -> Result<IdrLine, UnknownLaw> {
    let month = row.fact.month;
    let days = job.span.intersect(month.span()).intersect(frozen.clock);
    let mut monthly = Cents::ZERO;
    if !days.is_empty() {
        monthly = law.monthly_differential(&comparison(case, &row.fact), job.span.first)?;
    }
    let due = law.part_of_month(monthly, month, days);
    Ok(IdrLine {
        month,
        employer: row.fact.employer,
        job_start: job.span.first,
        monthly,
        days,
        due,
        cap: frozen.cap,
        used_before,
        // An opening may state more than the cap.
        amount: due.min((frozen.cap - used_before).or_zero()),
    })
}

/// R6.3: a month without a row of the job gives nothing; said of each job that runs in the month, within the clock.
fn tell_missing_rows(month: Month, case: &Case<'_, '_>, jobs: &[Job], clock: Span, findings: &mut Vec<Finding>) {
    let earnings = case.dossier.earnings;
    for job in jobs.iter().filter(|job| job.span.intersect(clock).meets(month.span())) {
        if let (None, Some(last)) = (job.row(earnings, month), job.rows(earnings).last()) {
            let found = format!("last row for {}", last.fact.month);
            findings.push(finding(Code::RowMissing, case, last, Column::Month, found));
        }
    }
}

pub(super) fn comparison(case: &Case<'_, '_>, earning: &Earning) -> Comparison {
    Comparison {
        sjr: case.right.sjr,
        old_hours: case.dossier.beneficiary.fact.weekly_hours,
        new_hours: earning.weekly_hours,
        base: earning.base,
    }
}

/// Why the month of a job gives less than its difference, or waits.
fn explain(
    case: &Case<'_, '_>,
    row: &Sourced<Earning>,
    job: &Job,
    line: &IdrLine,
    clock: Span,
    held: bool,
    findings: &mut Vec<Finding>,
) {
    if job.span.intersect(line.month.span()).last > clock.last {
        findings.push(finding(Code::ClockEnded, case, row, Column::Month, format!("clock {clock}")));
    }
    if line.due > line.amount {
        let found = format!("{} due, {} of {} used", line.due, line.used_before, line.cap);
        findings.push(finding(Code::CapReached, case, row, Column::BaseMonthlyGross, found));
    }
    if row.fact.proof.is_none() && line.amount > Cents::ZERO && !held {
        findings.push(finding(Code::ProofMissing, case, row, Column::Proof, format!("{} waiting", line.amount)));
    }
}

fn finding(code: Code, case: &Case<'_, '_>, row: &Sourced<Earning>, column: Column, found: String) -> Finding {
    let place = Place { export: Export::Earnings, line: row.line, column: Some(column) };
    Finding::new(code, place, Some(case.dossier.beneficiary.fact.id), found)
}
