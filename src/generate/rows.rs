//! The files' columns, and a made-up beneficiary's rows as bytes.

use super::cases::{Case, Stated};
use super::damage;
use super::events::Event;
use super::jobs::Earning;
use super::people;
use super::random::{Random, Topic};
use super::sample::{Copy, Sample};
use super::{accounts, cases};
use crate::calendar::{Day, Month, Span};
use crate::money::Cents;

/// One of the exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Export {
    Beneficiaries,
    Events,
    Earnings,
    Followup,
    Employers,
}

impl Export {
    pub(super) const ALL: [Self; 5] =
        [Self::Beneficiaries, Self::Events, Self::Earnings, Self::Followup, Self::Employers];

    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::Beneficiaries => "beneficiaries.csv",
            Self::Events => "events.csv",
            Self::Earnings => "earnings.csv",
            Self::Followup => "followup.csv",
            Self::Employers => "employers.csv",
        }
    }

    /// The header row.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::Beneficiaries => {
                "beneficiary_id,nir,name,iban,procedure_date,contract_end,seniority_months,sjr,reference_pay,\
                 reference_days,weekly_hours,part_time_ratio,are_days,notice_daily,pension_category,pension_monthly,\
                 pension_start,pension_end"
            }
            Self::Events => "beneficiary_id,kind,start,end",
            Self::Earnings => {
                "beneficiary_id,employer,month,job_start,job_end,weekly_hours,base_monthly_gross,gross_paid,proof"
            }
            Self::Followup => {
                "beneficiary_id,adviser,proposal_date,acceptance_date,protected_decision_date,interview_date,plan_date,\
                 reclassified_on,last_contact"
            }
            Self::Employers => {
                "beneficiary_id,employer,notice_months,monthly_pay_with_charges,monthly_gross_average,dif_hours,\
                 net_hourly_pay,proposed"
            }
        }
    }
}

/// The days of twenty years as text: writing one is a copy.
pub(super) struct DayTexts {
    first: Day,
    texts: Vec<[u8; 10]>,
}

impl DayTexts {
    pub(super) fn new() -> Self {
        let first = cases::day(1995, 1, 1);
        let mut texts = vec![[0; 10]; 7306];
        let mut day = first;
        for text in &mut texts {
            text.copy_from_slice(&day.to_string().as_bytes()[..10]);
            day = day.next();
        }
        Self { first, texts }
    }

    fn write(&self, day: Day, length: usize, out: &mut Vec<u8>) {
        let place = usize::try_from(Span::new(self.first, day).days() - 1).ok();
        match place.and_then(|place| self.texts.get(place)) {
            Some(text) => out.extend_from_slice(&text[..length]),
            None => out.extend_from_slice(&day.to_string().as_bytes()[..length]),
        }
    }

    pub(super) fn day(&self, day: Option<Day>, out: &mut Vec<u8>) {
        if let Some(day) = day {
            self.write(day, 10, out);
        }
    }

    fn month(&self, month: Month, out: &mut Vec<u8>) {
        self.write(month.first_day(), 7, out);
    }
}

/// Appends the number of a beneficiary: all have the same length, so that their order is that of the bytes.
pub(super) fn id(index: u64, out: &mut Vec<u8>) {
    let mut text = *b"B0000000000";
    accounts::digits(&mut text[1..], index + 1);
    out.extend_from_slice(&text);
}

/// Appends a row of beneficiaries.csv: the first one, or the copy of it.
pub(super) fn beneficiary(sample: &Sample, copy: bool, days: &DayTexts, out: &mut Vec<u8>) {
    let from = out.len();
    let mut case = sample.case;
    if copy && sample.copy == Some(Copy::Different) {
        case.wage += Cents(100);
    }
    let mut random = Random::new(sample.seed, sample.index, Topic::Person);
    id(sample.index, out);
    out.push(b',');
    people::write_nir(&mut random, &case, out);
    out.push(b',');
    people::write_name(&mut random, &case, out);
    out.push(b',');
    accounts::write_iban(&mut random, out);
    out.push(b',');
    days.day(Some(case.procedure), out);
    out.push(b',');
    days.day(Some(case.contract_end), out);
    out.push(b',');
    whole(Some(case.seniority), out);
    wage(&case, out);
    hours(case.hours, case.terse, out);
    out.push(b',');
    if let Some(ratio) = case.ratio {
        decimals(ratio, 4, case.terse, out);
    }
    out.push(b',');
    whole(case.are_days, out);
    out.push(b',');
    if let Some(notice) = case.notice {
        notice.write(out);
    }
    out.push(b',');
    if let Some(pension) = case.pension {
        out.extend_from_slice(pension.category.as_bytes());
        out.push(b',');
        pension.monthly.write(out);
        out.push(b',');
        days.day(pension.start, out);
        out.push(b',');
        days.day(pension.end, out);
    } else {
        out.extend_from_slice(b",,,");
    }
    if let Some(damage) = sample.damage.filter(|_| !copy) {
        damage::inflict(damage, Export::Beneficiaries, out, from);
    }
    out.push(b'\n');
}

/// `,sjr,reference_pay,reference_days,`
fn wage(case: &Case, out: &mut Vec<u8>) {
    out.push(b',');
    if case.stated != Stated::Reference {
        case.wage.write(out);
    }
    out.push(b',');
    if case.stated == Stated::Wage {
        out.extend_from_slice(b",,");
        return;
    }
    // A pay that is no whole multiple of the days calls for the rounding of R3.4.
    (case.wage.times_days(case.reference_days) + Cents(37)).write(out);
    out.push(b',');
    whole(Some(case.reference_days), out);
    out.push(b',');
}

/// Appends a row of events.csv.
pub(super) fn event(sample: &Sample, event: &Event, days: &DayTexts, out: &mut Vec<u8>) {
    let from = out.len();
    owner(sample.index, event.orphan, out);
    out.extend_from_slice(event.kind.as_bytes());
    out.push(b',');
    days.day(Some(event.start), out);
    out.push(b',');
    days.day(event.end, out);
    if let Some(damage) = event.damage {
        damage::inflict(damage, Export::Events, out, from);
    }
    out.push(b'\n');
}

/// Appends a row of earnings.csv.
pub(super) fn earning(sample: &Sample, row: &Earning, days: &DayTexts, out: &mut Vec<u8>) {
    let from = out.len();
    owner(sample.index, row.orphan, out);
    let mut employer = [0; 14];
    accounts::digits(&mut employer, row.employer);
    for (place, &digit) in employer.iter().enumerate() {
        if row.spaced && matches!(place, 3 | 6 | 9) {
            out.push(b' ');
        }
        out.push(digit);
    }
    out.push(b',');
    days.month(row.month, out);
    out.push(b',');
    days.day(Some(row.job_start), out);
    out.push(b',');
    days.day(row.job_end, out);
    out.push(b',');
    hours(row.hours, sample.case.terse, out);
    out.push(b',');
    row.base.write(out);
    out.push(b',');
    row.paid.write(out);
    out.push(b',');
    days.day(row.proof, out);
    if let Some(damage) = row.damage {
        damage::inflict(damage, Export::Earnings, out, from);
    }
    out.push(b'\n');
}

/// The number and a comma. One that nobody knows sorts behind that of the sample and before the next one.
fn owner(index: u64, orphan: bool, out: &mut Vec<u8>) {
    id(index, out);
    out.extend_from_slice(if orphan { b"A," } else { b"," });
}

fn whole(value: Option<i64>, out: &mut Vec<u8>) {
    if let Some(value) = value {
        out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
    }
}

fn hours(hundredths: i64, terse: bool, out: &mut Vec<u8>) {
    decimals(hundredths, 2, terse, out);
}

/// A number with so many decimals (at most four), or without idle zeros.
pub(super) fn decimals(value: i64, places: usize, terse: bool, out: &mut Vec<u8>) {
    let one = if places == 2 { 100 } else { 10_000 };
    whole(Some(value / one), out);
    out.push(b'.');
    let mut rest = [b'0'; 4];
    accounts::digits(&mut rest[..places], (value % one).unsigned_abs());
    out.extend_from_slice(&rest[..places]);
    while terse && out.ends_with(b"0") {
        out.pop();
    }
    if out.ends_with(b".") {
        out.pop();
    }
}
