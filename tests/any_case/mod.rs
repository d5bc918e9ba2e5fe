//! Cases for the property tests: facts and a month, with days, wages and pays gathered where the law changes its mind.
//!
//! A case is drawn as small choices relative to each other ([`Draft`] and what it holds), so that it shrinks to a case with
//! fewer events, jobs and oddities; [`Draft::case`] makes dates and amounts of them.

#![allow(unreachable_pub, missing_docs, reason = "only the test files that include it see it")]

use chrono::{Datelike, Days, Months, NaiveDate};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

use crate::oracle::{Category, Event, EventKind, Facts, JobRow, Pension};

/// Facts and the month to be settled (its first day).
#[derive(Clone, Debug)]
pub struct AnyCase {
    pub facts: Facts,
    #[allow(dead_code, reason = "histories have months of their own")]
    pub month: NaiveDate,
}

pub fn any_case() -> impl Strategy<Value = AnyCase> {
    draft().prop_map(|draft| draft.case())
}

// ---- What is drawn ----

#[derive(Clone, Debug)]
struct Draft {
    procedure: NaiveDate,
    notice_days: u64,
    contract_end: EndsOn,
    month: AMonth,
    seniority: u32,
    are_days: Option<u32>,
    wage: AWage,
    part_time: u32,
    hours: u32,
    notice: Option<ANotice>,
    pension: Option<APension>,
    events: Vec<AnEvent>,
    jobs: Vec<AJob>,
    lawful: bool,
}

/// The contract's last day is the first of this kind.
#[derive(Clone, Copy, Debug)]
enum EndsOn {
    AnyDay,
    MonthEnd,
    BeforeLastOfMonth,
    BeforeThe29th,
    AroundJuly,
}

#[derive(Clone, Copy, Debug)]
enum AMonth {
    FromStart(i32),
    OfHire(usize, i32),
    OfJobEnd(usize),
    Of(ADay),
}

/// A day, so many days from one that the law names.
#[derive(Clone, Copy, Debug)]
enum ADay {
    Start(i64),
    Term(i64),
    EightMonths(i64),
    July(i64),
    MonthEdge(u32, i64),
    Fixed(usize, i64),
}

/// AV1; the first civic service; the last verified day.
const FIXED: [(i32, u32, u32); 3] = [(2009, 11, 7), (2010, 1, 1), (2012, 6, 30)];

#[derive(Clone, Copy, Debug)]
enum AWage {
    /// Cents.
    Plain(i64),
    /// So many cents from the wage at which something changes.
    Near(WageEdge, i64),
}

#[derive(Clone, Copy, Debug)]
enum WageEdge {
    /// 80 %, 75 %, 70 %, or 77 % of it is the minimum ARE.
    MinimumIs(i64),
    /// 80 % or 75 % of it is the AREF minimum.
    ArefIs(i64),
    /// 40.4 % and the fixed part are the minimum ARE.
    FixedPartMeetsMinimum,
    /// 57.4 % is 40.4 % and the fixed part.
    ProportionalMeetsFixedPart,
    Ceiling,
}

#[derive(Clone, Copy, Debug)]
enum ANotice {
    NearWage(i64),
    Cents(i64),
}

#[derive(Clone, Debug)]
struct APension {
    category: Category,
    monthly: AMonthly,
    start: Option<ADay>,
    end: Option<ALength>,
}

#[derive(Clone, Copy, Debug)]
enum AMonthly {
    Cents(i64),
    /// So many cents from a pension that takes a percentage of the wage.
    OfWage(i64, i64),
}

#[derive(Clone, Copy, Debug)]
enum ALength {
    Days(u64),
    To(ADay),
}

#[derive(Clone, Copy, Debug)]
struct AnEvent {
    kind: EventKind,
    start: ADay,
    length: Option<ALength>,
}

#[derive(Clone, Debug)]
struct AJob {
    employer: &'static str,
    start: JobStart,
    length: Option<ALength>,
    /// Whether its end stands in its rows before it came.
    end_known: bool,
    hours: Option<u32>,
    base: ABase,
    odd_months: Vec<(u32, Odd)>,
}

#[derive(Clone, Copy, Debug)]
enum JobStart {
    On(ADay),
    /// Days from the end of the job before it; negative: they overlap.
    FromLastEnd(i64),
}

/// A base pay: cents from a percentage of the former pay.
#[derive(Clone, Copy, Debug)]
struct ABase {
    percent: i64,
    cents: i64,
}

#[derive(Clone, Copy, Debug)]
enum Odd {
    NoRow,
    NoProof,
    Base(ABase),
    Hours(u32),
    End(u64),
}

// ---- How it is drawn ----

fn days_from(first: NaiveDate, last: NaiveDate) -> impl Strategy<Value = NaiveDate> {
    (0..=(last - first).num_days()).prop_map(move |days| first + chrono::Duration::days(days))
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
}

fn procedure() -> impl Strategy<Value = NaiveDate> {
    let borders = [(2005, 5, 31), (2006, 1, 17), (2006, 1, 18), (2009, 3, 31), (2009, 4, 1), (2011, 8, 31)];
    let outside = [(2005, 5, 30), (2011, 9, 1)];
    let of = |days: &[(i32, u32, u32)]| select(days.iter().map(|&(y, m, d)| date(y, m, d)).collect::<Vec<_>>());
    prop_oneof![
        30 => days_from(date(2005, 5, 31), date(2011, 8, 31)),
        15 => days_from(date(2009, 3, 1), date(2009, 8, 31)),
        10 => of(&borders),
        5 => days_from(date(2011, 5, 1), date(2011, 8, 31)),
        1 => of(&outside),
    ]
}

fn a_day() -> impl Strategy<Value = ADay> {
    prop_oneof![
        8 => (-20..400_i64).prop_map(ADay::Start),
        2 => (-2..=2_i64).prop_map(ADay::Start),
        3 => (87..=94_i64).prop_map(ADay::Start),
        3 => (-3..=2_i64).prop_map(ADay::Term),
        2 => (-2..=2_i64).prop_map(ADay::EightMonths),
        3 => (-2..=2_i64).prop_map(ADay::July),
        4 => (0..14_u32, -1..=1_i64).prop_map(|(months, days)| ADay::MonthEdge(months, days)),
        2 => (select(vec![0, 0, 1, 2]), -2..=2_i64).prop_map(|(which, days)| ADay::Fixed(which, days)),
    ]
}

fn a_length() -> impl Strategy<Value = Option<ALength>> {
    prop_oneof![
        2 => (0..3_u64).prop_map(|days| Some(ALength::Days(days))),
        4 => (0..45_u64).prop_map(|days| Some(ALength::Days(days))),
        2 => (0..250_u64).prop_map(|days| Some(ALength::Days(days))),
        3 => a_day().prop_map(|day| Some(ALength::To(day))),
        3 => Just(None),
    ]
}

fn a_month() -> impl Strategy<Value = AMonth> {
    prop_oneof![
        6 => (-1..14_i32).prop_map(AMonth::FromStart),
        1 => (-3..30_i32).prop_map(AMonth::FromStart),
        6 => (0..3_usize, 0..13_i32).prop_map(|(job, months)| AMonth::OfHire(job, months)),
        2 => (0..3_usize).prop_map(AMonth::OfJobEnd),
        3 => a_day().prop_map(AMonth::Of),
    ]
}

fn a_wage() -> impl Strategy<Value = AWage> {
    let edge = prop_oneof![
        select(vec![70, 75, 77, 80]).prop_map(WageEdge::MinimumIs),
        select(vec![75, 80]).prop_map(WageEdge::ArefIs),
        Just(WageEdge::FixedPartMeetsMinimum),
        Just(WageEdge::ProportionalMeetsFixedPart),
        Just(WageEdge::Ceiling),
    ];
    prop_oneof![
        6 => (2_000..15_000_i64).prop_map(AWage::Plain),
        1 => (1..33_000_i64).prop_map(AWage::Plain),
        4 => (edge, -5..=3_i64).prop_map(|(edge, cents)| AWage::Near(edge, cents)),
    ]
}

fn a_pension() -> impl Strategy<Value = APension> {
    let category = select(vec![Category::Two, Category::Two, Category::Three, Category::Foreign, Category::One]);
    let monthly = prop_oneof![
        2 => (0..300_000_i64).prop_map(AMonthly::Cents),
        2 => (select(vec![10, 30, 70, 75, 80]), -40..=40_i64).prop_map(|(percent, cents)| AMonthly::OfWage(percent, cents)),
    ];
    (category, monthly, weighted(0.6, a_day()), weighted(0.5, a_length()))
        .prop_map(|(category, monthly, start, end)| APension { category, monthly, start, end: end.flatten() })
}

fn an_event() -> impl Strategy<Value = AnEvent> {
    use EventKind::*;
    let kind = prop_oneof![
        10 => select(vec![Sickness, Maternity, Accident, Parental, Presence, Abroad]),
        2 => select(vec![CivicService, Training]),
        4 => select(vec![BusinessCreation, Retirement, Exclusion, Ctp]),
    ];
    (kind, a_day(), a_length()).prop_map(|(kind, start, length)| AnEvent { kind, start, length })
}

fn hours() -> impl Strategy<Value = u32> {
    prop_oneof![
        4 => Just(3_500_u32),
        2 => select(vec![3_900, 4_800, 2_000, 1_750, 2_800]),
        2 => 100..=4_800_u32,
        1 => 1..=4_800_u32,
    ]
}

fn a_base() -> impl Strategy<Value = ABase> {
    prop_oneof![
        4 => (30..=85_i64, 0..100_i64),
        3 => (0..30_i64, 0..100_i64),
        3 => (Just(85_i64), -2..=2_i64),
        1 => (Just(100_i64), -2..=2_i64),
        1 => (0..130_i64, 0..100_i64),
    ]
    .prop_map(|(percent, cents)| ABase { percent, cents })
}

fn a_job() -> impl Strategy<Value = AJob> {
    let start = prop_oneof![
        5 => a_day().prop_map(JobStart::On),
        5 => (1..25_i64).prop_map(JobStart::FromLastEnd),
        2 => (-30..=1_i64).prop_map(JobStart::FromLastEnd),
    ];
    let odd = prop_oneof![
        2 => Just(Odd::NoRow),
        3 => Just(Odd::NoProof),
        2 => a_base().prop_map(Odd::Base),
        1 => hours().prop_map(Odd::Hours),
        1 => (0..40_u64).prop_map(Odd::End),
    ];
    let odd_months = prop::collection::vec((0..13_u32, odd), 0..4);
    let employer = select(vec!["A", "B", "C"]);
    (employer, start, a_length(), any::<bool>(), weighted(0.4, hours()), a_base(), odd_months).prop_map(
        |(employer, start, length, end_known, hours, base, odd_months)| AJob {
            employer,
            start,
            length,
            end_known,
            hours,
            base,
            odd_months,
        },
    )
}

fn draft() -> impl Strategy<Value = Draft> {
    let contract_end = prop_oneof![
        4 => Just(EndsOn::AnyDay),
        2 => Just(EndsOn::MonthEnd),
        1 => Just(EndsOn::BeforeLastOfMonth),
        1 => Just(EndsOn::BeforeThe29th),
        1 => Just(EndsOn::AroundJuly),
    ];
    let seniority = prop_oneof![5 => 24..400_u32, 1 => Just(24_u32), 1 => Just(23_u32), 1 => 0..24_u32];
    let are_days = prop_oneof![
        3 => (0..400_u32).prop_map(Some),
        1 => (0..70_u32).prop_map(Some),
        1 => (240..=246_u32).prop_map(Some),
        1 => Just(None),
    ];
    let part_time = prop_oneof![
        6 => Just(1_000_000_000_u32),
        1 => select(vec![500_000_000, 800_000_000, 571_428_571]),
        1 => 1..=1_000_000_000_u32,
    ];
    let notice = prop_oneof![
        (-3..=3_i64).prop_map(ANotice::NearWage),
        (0..20_000_i64).prop_map(ANotice::Cents),
        (0..12_000_i64).prop_map(ANotice::NearWage),
    ];
    let person =
        (seniority, are_days, a_wage(), part_time, hours(), weighted(0.3, notice), weighted(0.35, a_pension()));
    let events = prop_oneof![
        3 => prop::collection::vec(an_event(), 0..=1),
        2 => prop::collection::vec(an_event(), 0..=5),
    ];
    let jobs = prop_oneof![
        3 => prop::collection::vec(a_job(), 0..=1),
        3 => prop::collection::vec(a_job(), 1..=3),
    ];
    let lawful = prop::bool::weighted(0.95);
    (procedure(), 0..150_u64, contract_end, a_month(), person, events, jobs, lawful).prop_map(
        |(procedure, notice_days, contract_end, month, person, events, jobs, lawful)| {
            let (seniority, are_days, wage, part_time, hours, notice, pension) = person;
            Draft {
                procedure,
                notice_days,
                contract_end,
                month,
                seniority,
                are_days,
                wage,
                part_time,
                hours,
                notice,
                pension,
                events,
                jobs,
                lawful,
            }
        },
    )
}

// ---- What is made of it ----

/// What days are told from.
#[derive(Clone, Copy)]
struct Calendar {
    start: NaiveDate,
    term: NaiveDate,
}

fn plus(day: NaiveDate, days: i64) -> NaiveDate {
    day + chrono::Duration::days(days)
}

fn first_of(day: NaiveDate) -> NaiveDate {
    date(day.year(), day.month(), 1)
}

fn plus_months(day: NaiveDate, months: i32) -> NaiveDate {
    let count = Months::new(months.unsigned_abs());
    if months < 0 { day - count } else { day + count }
}

impl EndsOn {
    fn on_or_after(self, day: NaiveDate) -> NaiveDate {
        let fits = |day: &NaiveDate| {
            let next = *day + Days::new(1);
            match self {
                Self::AnyDay => true,
                Self::MonthEnd => next.day() == 1,
                Self::BeforeLastOfMonth => (next + Days::new(1)).day() == 1,
                Self::BeforeThe29th => matches!(next.day(), 29 | 30),
                Self::AroundJuly => (next.month(), next.day()) >= (6, 29) && (next.month(), next.day()) <= (7, 2),
            }
        };
        day.iter_days().find(fits).expect("every kind comes each year")
    }
}

impl Calendar {
    fn day(self, day: ADay) -> NaiveDate {
        match day {
            ADay::Start(days) => plus(self.start, days),
            ADay::Term(days) => plus(self.term, days),
            ADay::EightMonths(days) => plus(plus_months(self.start, 8), days),
            ADay::July(days) => {
                let year = self.start.year() + i32::from(self.start.month() >= 7);
                plus(date(year, 7, 1), days)
            }
            ADay::MonthEdge(months, days) => plus(first_of(self.start) + Months::new(months), days),
            ADay::Fixed(which, days) => {
                let (year, month, day) = FIXED[which];
                plus(date(year, month, day), days)
            }
        }
    }

    /// The last day of something; never before its first.
    fn end(self, first: NaiveDate, length: Option<ALength>) -> Option<NaiveDate> {
        length.map(|length| match length {
            ALength::Days(days) => first + Days::new(days),
            ALength::To(day) => self.day(day).max(first),
        })
    }
}

/// F, M and AREF of a day in cents, only to find wages near them.
fn parameters(day: NaiveDate) -> (i64, i64, i64) {
    let july = day.year() - i32::from(day.month() < 7);
    match july {
        ..=2005 => (1_025, 2_501, 1_792),
        2006 => (1_046, 2_551, 1_828),
        2007 => (1_066, 2_601, 1_864),
        2008 => (1_093, 2_666, 1_911),
        2009 => (1_104, 2_693, 1_930),
        2010 => (1_117, 2_725, 1_953),
        _ => (1_134, 2_766, 1_982),
    }
}

fn wage(wage: AWage, day: NaiveDate, part_time: u32) -> i64 {
    let (edge, cents) = match wage {
        AWage::Plain(cents) => return cents,
        AWage::Near(edge, cents) => (edge, cents),
    };
    let (f, m, aref) = parameters(day);
    let part = |amount: i64| amount * i64::from(part_time) / 1_000_000_000;
    let near = match edge {
        WageEdge::MinimumIs(percent) => part(m) * 100 / percent,
        WageEdge::ArefIs(percent) => aref * 100 / percent,
        WageEdge::FixedPartMeetsMinimum => part(m - f) * 1_000 / 404,
        WageEdge::ProportionalMeetsFixedPart => part(f) * 1_000 / 170,
        WageEdge::Ceiling => {
            let ceilings = [2_476, 2_516, 2_589, 2_682, 2_773, 2_859, 2_885, 2_946];
            let year = (day.year() - 2004).clamp(0, 7);
            ceilings[usize::try_from(year).expect("clamped")] * 4_800 / 365
        }
    };
    (near + cents).max(1)
}

fn euros(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

impl Draft {
    fn case(&self) -> AnyCase {
        let contract_end = self.contract_end.on_or_after(self.procedure + Days::new(self.notice_days));
        let start = contract_end + Days::new(1);
        let months = if self.procedure < date(2009, 4, 1) { 8 } else { 12 };
        let calendar = Calendar { start, term: plus_months(start, months) - Days::new(1) };
        let sjr = wage(self.wage, start, self.part_time);
        let (jobs, spans) = self.jobs(calendar, sjr);
        let of_job = |job: usize| if spans.is_empty() { (start, start) } else { spans[job % spans.len()] };
        let month = first_of(match self.month {
            AMonth::FromStart(months) => plus_months(first_of(start), months),
            AMonth::OfHire(job, months) => plus_months(first_of(of_job(job).0), months),
            AMonth::OfJobEnd(job) => of_job(job).1,
            AMonth::Of(day) => calendar.day(day),
        });
        let facts = Facts {
            procedure_date: self.procedure,
            contract_end,
            seniority_months: self.seniority,
            sjr: euros(sjr),
            weekly_hours: euros(self.hours.into()),
            part_time_ratio: Decimal::new(self.part_time.into(), 9),
            are_days: self.are_days.or((self.lawful && self.seniority < 24).then_some(213)),
            notice_daily: self.notice.map(|notice| match notice {
                ANotice::Cents(cents) => euros(cents),
                ANotice::NearWage(cents) => euros((sjr + cents).max(0)),
            }),
            pension: self.pension.as_ref().map(|pension| pension.of(calendar, sjr)),
            events: self.events.iter().map(|event| self.event(event, calendar)).collect(),
            // Rows of later months come too: they must be ignored.
            rows: jobs.into_iter().filter(|row| row.month <= month + Months::new(2)).collect(),
        };
        AnyCase { facts, month }
    }

    fn event(&self, event: &AnEvent, calendar: Calendar) -> Event {
        let AnEvent { kind, start, length } = *event;
        let start = calendar.day(start);
        let known = match kind {
            EventKind::CivicService => start >= date(2010, 1, 1),
            EventKind::BusinessCreation => self.procedure >= date(2006, 1, 18),
            EventKind::Ctp => start >= date(2006, 4, 15),
            _ => true,
        };
        let kind = if known || !self.lawful { kind } else { EventKind::Sickness };
        Event { kind, start, end: calendar.end(start, length) }
    }

    /// The rows of the jobs, and the jobs' first and last days; no two jobs have employer and first day in common.
    fn jobs(&self, calendar: Calendar, sjr: i64) -> (Vec<JobRow>, Vec<(NaiveDate, NaiveDate)>) {
        let (mut rows, mut spans, mut seen) = (Vec::new(), Vec::new(), Vec::new());
        let mut last_end = calendar.start;
        for job in &self.jobs {
            let start = match job.start {
                JobStart::On(day) => calendar.day(day),
                JobStart::FromLastEnd(days) => plus(last_end, days),
            };
            let start = if self.lawful { start.max(calendar.start) } else { start };
            let end = calendar.end(start, job.length);
            last_end = end.unwrap_or(start);
            if seen.contains(&(job.employer, start)) {
                continue;
            }
            seen.push((job.employer, start));
            spans.push((start, last_end));
            rows.extend(job.rows(start, end, sjr, self.hours));
        }
        (rows, spans)
    }
}

impl APension {
    fn of(&self, calendar: Calendar, sjr: i64) -> Pension {
        let start = self.start.map(|day| calendar.day(day));
        let monthly = match self.monthly {
            AMonthly::Cents(cents) => cents,
            AMonthly::OfWage(percent, cents) => (sjr * percent * 365 / 1_200 + cents).max(0),
        };
        let end = calendar.end(start.unwrap_or(calendar.start), self.end);
        Pension { category: self.category, monthly: euros(monthly), start, end }
    }
}

impl ABase {
    /// In cents; the former pay is 30 S, rescaled to the hours.
    fn of(self, sjr: i64, old_hours: u32, new_hours: u32) -> i64 {
        let former = i128::from(sjr) * 30 * i128::from(new_hours) / i128::from(old_hours);
        let base = former * i128::from(self.percent) / 100 + i128::from(self.cents);
        i64::try_from(base.clamp(1, 999_999_999)).expect("clamped")
    }
}

impl AJob {
    /// A row for each month from the first day to the end, at most 26 of them.
    fn rows(&self, job_start: NaiveDate, end: Option<NaiveDate>, sjr: i64, old_hours: u32) -> Vec<JobRow> {
        let first = first_of(job_start);
        let months = (0..26).map(|count| (count, first + Months::new(count)));
        let of_job = months.take_while(|(_, month)| end.is_none_or(|end| *month <= end));
        let mut rows = Vec::new();
        'months: for (count, month) in of_job {
            let is_last = end.is_some_and(|end| first_of(end) == month);
            let mut job_end = end.filter(|_| self.end_known || is_last);
            let (mut hours, mut base, mut proof) = (self.hours.unwrap_or(old_hours), self.base, true);
            for (_, odd) in self.odd_months.iter().filter(|(odd_month, _)| *odd_month == count) {
                match *odd {
                    Odd::NoRow => continue 'months,
                    Odd::NoProof => proof = false,
                    Odd::Base(other) => base = other,
                    Odd::Hours(other) => hours = other,
                    Odd::End(days) => job_end = Some(month.max(job_start) + Days::new(days)),
                }
            }
            rows.push(JobRow {
                employer: self.employer.to_owned(),
                month,
                job_start,
                job_end,
                weekly_hours: euros(hours.into()),
                base_monthly_gross: euros(base.of(sjr, old_hours, hours)),
                proof,
            });
        }
        rows
    }
}
