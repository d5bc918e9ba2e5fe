//! The program against the day-by-day oracle: the bytes are choices of which facts are made.

use chrono::{Datelike, Days, Months, NaiveDate};
use rust_decimal::Decimal;

use crate::case::agree::agree;
use crate::case::{Rows, Typed};
use crate::oracle::{Category, Event, EventKind, Facts, JobRow, Pension};

/// Choices, a byte or a few each; behind the last byte every choice is the first one.
struct Choices<'d>(&'d [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    /// A number below another one.
    fn below(&mut self, most: u32) -> u32 {
        let mut value = u64::from(self.byte());
        let mut reach = 256;
        while reach < u64::from(most) {
            value = value << 8 | u64::from(self.byte());
            reach <<= 8;
        }
        u32::try_from(value % u64::from(most)).unwrap_or(0)
    }

    fn among<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(u32::try_from(all.len()).unwrap_or(1)) as usize]
    }

    fn yes(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.yes().then(|| value(self))
    }

    /// From so many before to so many behind.
    fn around(&mut self, days: u32) -> i64 {
        i64::from(self.below(2 * days + 1)) - i64::from(days)
    }
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

fn plus(day: NaiveDate, days: i64) -> NaiveDate {
    day + chrono::Duration::days(days)
}

fn first_of(day: NaiveDate) -> NaiveDate {
    date(day.year(), day.month(), 1)
}

fn months(day: NaiveDate, count: i32) -> NaiveDate {
    let months = Months::new(count.unsigned_abs());
    if count < 0 { day - months } else { day + months }
}

fn hundredths(value: u32) -> Decimal {
    Decimal::new(i64::from(value), 2)
}

/// Days that the law names.
#[derive(Clone, Copy)]
struct Calendar {
    start: NaiveDate,
    term: NaiveDate,
}

impl Calendar {
    fn day(self, choices: &mut Choices<'_>) -> NaiveDate {
        match choices.below(8) {
            0 | 1 => plus(self.start, choices.around(200) + 180),
            2 => plus(self.start, choices.around(4)),
            3 => plus(self.start, 90 + choices.around(4)),
            4 => plus(self.term, choices.around(3)),
            5 => plus(months(self.start, 8), choices.around(2)),
            6 => plus(date(self.start.year() + i32::from(self.start.month() >= 7), 7, 1), choices.around(2)),
            _ => plus(choices.among(&[date(2009, 11, 7), date(2010, 1, 1), date(2012, 6, 30)]), choices.around(2)),
        }
    }

    /// Never before the first day.
    fn end(self, first: NaiveDate, choices: &mut Choices<'_>) -> Option<NaiveDate> {
        match choices.below(4) {
            0 => None,
            1 => Some(first + Days::new(u64::from(choices.below(4)))),
            2 => Some(first + Days::new(u64::from(choices.below(256)))),
            _ => Some(self.day(choices).max(first)),
        }
    }
}

/// The facts and the month; `lawful` keeps jobs behind the start and kinds of events where they are known.
fn case(choices: &mut Choices<'_>) -> (Facts, NaiveDate) {
    let lawful = choices.byte() & 7 != 0;
    let procedure_date = match choices.below(3) {
        0 => date(2005, 5, 31) + Days::new(u64::from(choices.below(2_285))),
        1 => plus(choices.among(&[date(2006, 1, 18), date(2009, 4, 1), date(2011, 8, 31)]), choices.around(3)),
        _ => date(2009, 3, 1) + Days::new(u64::from(choices.below(256))),
    };
    let contract_end = procedure_date + Days::new(u64::from(choices.below(150)));
    let start = contract_end + Days::new(1);
    let length = if procedure_date < date(2009, 4, 1) { 8 } else { 12 };
    let calendar = Calendar { start, term: months(start, length) - Days::new(1) };
    let seniority_months = choices.below(48);
    let are_days = choices.maybe(|choices| choices.below(400)).or((lawful && seniority_months < 24).then_some(213));
    let sjr = 1 + choices.below(40_000);
    let hours = match choices.yes() {
        true => 1 + choices.below(4_800),
        false => 3_500,
    };
    let part_time_ratio = match choices.below(4) {
        0 => Decimal::new(i64::from(1 + choices.below(1_000_000_000)), 9),
        1 => Decimal::new(5, 1),
        _ => Decimal::ONE,
    };
    let notice_daily = choices.maybe(|choices| hundredths(choices.below(40_000)));
    let pension = choices.maybe(|choices| {
        let category = choices.among(&[Category::Two, Category::Three, Category::Foreign, Category::One]);
        let start = choices.maybe(|choices| calendar.day(choices));
        let end = calendar.end(start.unwrap_or(calendar.start), choices);
        Pension { category, monthly: hundredths(choices.below(1 << 20)), start, end }
    });
    let events = (0..choices.below(6)).map(|_| event(choices, calendar, procedure_date, lawful)).collect();
    let run = first_of(if choices.yes() {
        calendar.day(choices)
    } else {
        months(start, choices.below(16).cast_signed() - 1)
    });
    let mut rows: Vec<JobRow> = Vec::new();
    for _ in 0..choices.below(4) {
        let job = job(choices, calendar, (sjr, hours), lawful);
        let is_known = |row: &JobRow| {
            job.first().is_some_and(|new| (new.job_start, &new.employer) == (row.job_start, &row.employer))
        };
        if !rows.iter().any(is_known) {
            rows.extend(job);
        }
    }
    rows.retain(|row| row.month <= months(run, 2));
    let facts = Facts {
        procedure_date,
        contract_end,
        seniority_months,
        sjr: hundredths(sjr),
        weekly_hours: hundredths(hours),
        part_time_ratio,
        are_days,
        notice_daily,
        pension,
        events,
        rows,
    };
    (facts, run)
}

fn event(choices: &mut Choices<'_>, calendar: Calendar, procedure: NaiveDate, lawful: bool) -> Event {
    use EventKind::*;
    let all = [
        Sickness,
        Maternity,
        Accident,
        Parental,
        Presence,
        Abroad,
        CivicService,
        BusinessCreation,
        Retirement,
        Exclusion,
        Ctp,
        Training,
    ];
    let kind = choices.among(&all);
    let start = calendar.day(choices);
    let known = match kind {
        CivicService => start >= date(2010, 1, 1),
        BusinessCreation => procedure >= date(2006, 1, 18),
        Ctp => start >= date(2006, 4, 15),
        _ => true,
    };
    let kind = if known || !lawful { kind } else { Sickness };
    Event { kind, start, end: calendar.end(start, choices) }
}

/// The rows of a job, one a month; some months lack one, a proof, or have another pay, other hours, another end.
fn job(choices: &mut Choices<'_>, calendar: Calendar, (sjr, old_hours): (u32, u32), lawful: bool) -> Vec<JobRow> {
    let employer = choices.among(&["A", "B", "C"]).to_owned();
    let start = calendar.day(choices);
    let job_start = if lawful { start.max(calendar.start) } else { start };
    let end = calendar.end(job_start, choices);
    let end_known = choices.yes();
    let hours = choices.maybe(|choices| 1 + choices.below(4_800)).unwrap_or(old_hours);
    let pay = |choices: &mut Choices<'_>, hours: u32| {
        let former = u64::from(sjr) * 30 * u64::from(hours) / u64::from(old_hours);
        let base = former * u64::from(choices.below(120)) / 100 + u64::from(choices.below(4));
        u32::try_from(base.clamp(1, 999_999_999)).unwrap_or(1)
    };
    let base = pay(choices, hours);
    let mut rows = Vec::new();
    for count in 0..1 + choices.below(20) {
        let month = months(first_of(job_start), count.cast_signed());
        if end.is_some_and(|end| month > end) {
            break;
        }
        let is_last = end.is_some_and(|end| first_of(end) == month);
        let mut row = JobRow {
            employer: employer.clone(),
            month,
            job_start,
            job_end: end.filter(|_| end_known || is_last),
            weekly_hours: hundredths(hours),
            base_monthly_gross: hundredths(base),
            proof: true,
        };
        match choices.below(12) {
            1 => continue,
            2 => row.proof = false,
            3 => row.base_monthly_gross = hundredths(pay(choices, hours)),
            4 => row.weekly_hours = hundredths(1 + choices.below(4_800)),
            5 => row.job_end = Some(month.max(job_start) + Days::new(u64::from(choices.below(40)))),
            _ => {}
        }
        rows.push(row);
    }
    rows
}

/// The program says what the oracle says, and reads the same from the rows of exports.
pub fn settle(data: &[u8]) {
    let (facts, month) = case(&mut Choices(data));
    if let Err(told) = agree(&facts, month) {
        panic!("{month}: {told}: {facts:#?}");
    }
    let typed = Typed::new(&facts, month).settle(month).in_words();
    assert_eq!(Rows::new(&facts).settle(month).in_words(), typed, "{month}: {facts:#?}");
}
