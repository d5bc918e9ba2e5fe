//! The Rust that one writes first: serde and the csv crate into Strings, rust_decimal, chrono, and maps to join.
//! Arguments: MONTH EXPORTS OUT.

mod law;

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

use chrono::{Datelike, Days, Months, NaiveDate};
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use law::{Right, cents, clock_end, half_up};

#[derive(Deserialize)]
struct Beneficiary {
    beneficiary_id: String,
    nir: String,
    name: String,
    iban: String,
    procedure_date: NaiveDate,
    contract_end: NaiveDate,
    seniority_months: u32,
    sjr: Option<Decimal>,
    reference_pay: Option<Decimal>,
    reference_days: Option<Decimal>,
    weekly_hours: Decimal,
    part_time_ratio: Option<Decimal>,
    are_days: Option<i64>,
    notice_daily: Option<Decimal>,
    pension_category: String,
    pension_monthly: Option<Decimal>,
    pension_start: Option<NaiveDate>,
    pension_end: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct Event {
    beneficiary_id: String,
    kind: String,
    start: NaiveDate,
    end: Option<NaiveDate>,
}

#[derive(Deserialize)]
struct Earning {
    beneficiary_id: String,
    employer: String,
    month: String,
    job_start: NaiveDate,
    job_end: Option<NaiveDate>,
    weekly_hours: Decimal,
    base_monthly_gross: Decimal,
    proof: Option<NaiveDate>,
}

#[derive(Serialize)]
struct Payment<'a> {
    beneficiary_id: &'a str,
    nir: String,
    name: &'a str,
    iban: String,
    month: &'a str,
    regime: &'a str,
    asr_days: i64,
    asr_gross: Decimal,
    pension_offset: Decimal,
    participation: Decimal,
    asr_net: Decimal,
    idr: Decimal,
    arrears: Decimal,
    recovered: Decimal,
    net: Decimal,
    end_to_end_id: String,
}

/// First and last day, both included.
#[derive(Clone, Copy)]
pub struct Span {
    first: NaiveDate,
    last: NaiveDate,
}

impl Span {
    fn open(first: Option<NaiveDate>, last: Option<NaiveDate>) -> Self {
        Self { first: first.unwrap_or(NaiveDate::MIN), last: last.unwrap_or(NaiveDate::MAX) }
    }

    fn common(self, other: Self) -> Self {
        Self { first: self.first.max(other.first), last: self.last.min(other.last) }
    }

    fn days(self) -> i64 {
        ((self.last - self.first).num_days() + 1).max(0)
    }
}

struct Job<'a> {
    span: Span,
    rows: Vec<&'a Earning>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [month, exports, out] = arguments.as_slice() else { return Err("say MONTH EXPORTS OUT".into()) };
    let first = format!("{month}-01").parse::<NaiveDate>()?;
    let this_month = Span { first, last: first + Months::new(1) - Days::new(1) };

    let mut beneficiaries: Vec<Beneficiary> = read(exports, "beneficiaries.csv")?;
    let events = by_beneficiary(read(exports, "events.csv")?, |event: &Event| &event.beneficiary_id);
    let earnings = by_beneficiary(read(exports, "earnings.csv")?, |earning: &Earning| &earning.beneficiary_id);
    beneficiaries.sort_by(|a, b| a.beneficiary_id.cmp(&b.beneficiary_id));

    let mut payments = csv::Writer::from_path(Path::new(out).join("payments.csv"))?;
    for beneficiary in &beneficiaries {
        let events = events.get(&beneficiary.beneficiary_id).map_or(&[][..], Vec::as_slice);
        let earnings = earnings.get(&beneficiary.beneficiary_id).map_or(&[][..], Vec::as_slice);
        if let Some(payment) = settle(beneficiary, events, earnings, month, this_month)? {
            payments.serialize(payment)?;
        }
    }
    payments.flush()?;
    Ok(())
}

fn read<T: DeserializeOwned>(exports: &str, name: &str) -> Result<Vec<T>, csv::Error> {
    csv::Reader::from_path(Path::new(exports).join(name))?.deserialize().collect()
}

fn by_beneficiary<T>(rows: Vec<T>, id: impl Fn(&T) -> &String) -> HashMap<String, Vec<T>> {
    let mut map: HashMap<String, Vec<T>> = HashMap::new();
    for row in rows {
        map.entry(id(&row).clone()).or_default().push(row);
    }
    map
}

fn settle<'a>(
    beneficiary: &'a Beneficiary,
    events: &[Event],
    earnings: &[Earning],
    month: &'a str,
    this_month: Span,
) -> Result<Option<Payment<'a>>, Box<dyn Error>> {
    let right = right(beneficiary)?;
    let jobs = jobs(earnings, month);
    let unpaid = unpaid(events, &jobs, this_month);
    let ended = events.iter().filter(|event| is_final(&event.kind)).map(|event| event.start).min();

    let mut asr_days = 0;
    let (mut gross, mut offset, mut participation) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    let in_month = right.crp.common(this_month);
    if in_month.days() > 0 {
        let mut rank = 1 + count_paid(&unpaid, Span { first: right.crp.first, last: in_month.first - Days::new(1) });
        for paid in paid(&unpaid, in_month) {
            let mut first = paid.first;
            while first <= paid.last {
                let Some(same) = right.same_until(first, rank, first) else { break };
                let last = same.min(paid.last);
                let days = Span { first, last }.days();
                let daily = right.daily(first, rank, first);
                asr_days += days;
                gross += daily.gross * Decimal::from(days);
                offset += daily.offset * Decimal::from(days);
                participation += daily.participation * Decimal::from(days);
                rank += days;
                first = last + Days::new(1);
            }
        }
    }
    let asr_net = gross - offset - participation;
    let idr = idr(beneficiary, &right, &jobs, &unpaid, ended, month)?;
    let net = asr_net + idr;
    if net <= Decimal::ZERO {
        return Ok(None);
    }
    Ok(Some(Payment {
        beneficiary_id: &beneficiary.beneficiary_id,
        nir: beneficiary.nir.replace(' ', ""),
        name: &beneficiary.name,
        iban: beneficiary.iban.replace(' ', ""),
        month,
        regime: right.regime.name(),
        asr_days,
        asr_gross: cents(gross),
        pension_offset: cents(offset),
        participation: cents(participation),
        asr_net: cents(asr_net),
        idr: cents(idr),
        arrears: cents(Decimal::ZERO),
        recovered: cents(Decimal::ZERO),
        net: cents(net),
        end_to_end_id: format!("{}-{}", beneficiary.beneficiary_id, month.replace('-', "")),
    }))
}

fn right(beneficiary: &Beneficiary) -> Result<Right, Box<dyn Error>> {
    let sjr = match (beneficiary.sjr, beneficiary.reference_pay, beneficiary.reference_days) {
        (Some(sjr), ..) => sjr,
        (None, Some(pay), Some(days)) => half_up(pay / days),
        _ => return Err("no reference wage".into()),
    };
    let pension = match (beneficiary.pension_category.as_str(), beneficiary.pension_monthly) {
        ("2" | "3" | "F", Some(monthly)) => {
            let daily = half_up(monthly * Decimal::from(12) / Decimal::from(365));
            Some((daily, Span::open(beneficiary.pension_start, beneficiary.pension_end)))
        }
        _ => None,
    };
    let are_days = if beneficiary.seniority_months < 24 { beneficiary.are_days } else { None };
    let ratio = beneficiary.part_time_ratio.unwrap_or(Decimal::ONE);
    let start = beneficiary.contract_end + Days::new(1);
    Ok(Right::new(beneficiary.procedure_date, start, are_days, sjr, ratio, beneficiary.notice_daily, pension))
}

fn jobs<'a>(earnings: &'a [Earning], month: &str) -> Vec<Job<'a>> {
    let mut by_job: HashMap<(String, NaiveDate), Vec<&Earning>> = HashMap::new();
    for earning in earnings.iter().filter(|earning| earning.month.as_str() <= month) {
        by_job.entry((earning.employer.replace(' ', ""), earning.job_start)).or_default().push(earning);
    }
    let mut jobs: Vec<Job> = by_job
        .into_iter()
        .map(|((_, start), mut rows)| {
            rows.sort_by(|a, b| a.month.cmp(&b.month));
            let end = rows.last().and_then(|row| row.job_end);
            Job { span: Span::open(Some(start), end), rows }
        })
        .collect();
    jobs.sort_by_key(|job| job.span.first);
    jobs
}

fn is_final(kind: &str) -> bool {
    matches!(kind, "business_creation" | "retirement" | "exclusion")
}

/// Spans without pay, in order, that don't overlap.
fn unpaid(events: &[Event], jobs: &[Job], this_month: Span) -> Vec<Span> {
    let of_events = events.iter().filter(|event| event.kind != "training" && event.start <= this_month.last);
    let mut spans: Vec<Span> = of_events
        .map(|event| Span::open(Some(event.start), event.end.filter(|_| !is_final(&event.kind))))
        .chain(jobs.iter().map(|job| job.span))
        .collect();
    spans.sort_by_key(|span| span.first);
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.first <= last.last => last.last = last.last.max(span.last),
            _ => merged.push(span),
        }
    }
    merged
}

fn count_paid(unpaid: &[Span], within: Span) -> i64 {
    within.days() - unpaid.iter().map(|span| span.common(within).days()).sum::<i64>()
}

fn paid(unpaid: &[Span], within: Span) -> Vec<Span> {
    let mut paid = Vec::new();
    let mut next = within.first;
    for span in unpaid.iter().filter(|span| span.last >= within.first && span.first <= within.last) {
        if span.first > next {
            paid.push(Span { first: next, last: span.first - Days::new(1) });
        }
        if span.last >= within.last {
            return paid;
        }
        next = span.last + Days::new(1);
    }
    paid.push(Span { first: next, last: within.last });
    paid
}

fn idr(
    beneficiary: &Beneficiary,
    right: &Right,
    jobs: &[Job],
    unpaid: &[Span],
    ended: Option<NaiveDate>,
    month: &str,
) -> Result<Decimal, Box<dyn Error>> {
    if right.are_days.is_some() {
        return Ok(Decimal::ZERO);
    }
    let former = |hours: Decimal| Decimal::from(30) * right.sjr * hours / beneficiary.weekly_hours;
    let qualifies = |job: &&Job| {
        let row = job.rows[0];
        let new = row.base_monthly_gross * beneficiary.weekly_hours;
        let old = Decimal::new(85, 2) * Decimal::from(30) * right.sjr * row.weekly_hours;
        let hire = job.span.first;
        hire >= right.crp.first && hire <= right.crp.last && ended.is_none_or(|ended| ended > hire) && new <= old
    };
    let qualifying: Vec<&Job> = jobs.iter().filter(qualifies).collect();
    let Some(hire) = qualifying.first().map(|job| job.span.first) else { return Ok(Decimal::ZERO) };
    let before = count_paid(unpaid, Span { first: right.crp.first, last: hire - Days::new(1) });
    let cap = half_up(right.residual(hire, before) * Decimal::new(5, 1));
    let clock = Span { first: hire, last: clock_end(hire, right.regime) };

    let mut rows: Vec<(&Earning, Span)> =
        qualifying.iter().flat_map(|job| job.rows.iter().map(|row| (*row, job.span))).collect();
    rows.sort_by(|(a, _), (b, _)| (&a.month, a.job_start).cmp(&(&b.month, b.job_start)));
    let (mut used, mut idr) = (Decimal::ZERO, Decimal::ZERO);
    for (row, span) in rows.into_iter().filter(|(row, _)| row.proof.is_some()) {
        let first = format!("{}-01", row.month).parse::<NaiveDate>()?;
        let of_month = Span { first, last: first + Months::new(1) - Days::new(1) };
        let two_jobs = jobs.iter().enumerate().any(|(place, job)| {
            jobs[place + 1..].iter().any(|other| job.span.common(other.span).common(of_month).days() > 0)
        });
        if two_jobs {
            continue;
        }
        let monthly = half_up((former(row.weekly_hours) - row.base_monthly_gross).max(Decimal::ZERO));
        let days = span.common(of_month).common(clock).days();
        let due = half_up(monthly * Decimal::from(days) / Decimal::from(of_month.last.day()));
        let amount = due.min(cap - used);
        used += amount;
        if row.month == month {
            idr += amount;
        }
    }
    Ok(idr)
}
