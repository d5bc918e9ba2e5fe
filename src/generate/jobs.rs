//! Jobs that beneficiaries take, one after the other, as monthly rows.

use super::accounts;
use super::cases::{Band, Case, minimum_pay};
use super::damage::Damage;
use super::random::Random;
use crate::calendar::{Day, Month, Span};
use crate::money::Cents;

/// One row: a job and a month.
#[derive(Clone, Copy, Debug)]
pub(super) struct Earning {
    pub(super) employer: u64,
    /// The employer's number is written in groups.
    pub(super) spaced: bool,
    pub(super) month: Month,
    pub(super) job_start: Day,
    pub(super) job_end: Option<Day>,
    /// Hundredths of an hour.
    pub(super) hours: i64,
    pub(super) base: Cents,
    pub(super) paid: Cents,
    pub(super) proof: Option<Day>,
    /// The row names a beneficiary that nobody knows.
    pub(super) orphan: bool,
    pub(super) damage: Option<Damage>,
}

/// The most rows that are drawn for one beneficiary: a CRP of 12 months and as many days again as `cases` lets pass.
pub(super) const MOST: u64 = 26;

/// A job, before it is cut into months.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    pub(super) employer: u64,
    pub(super) start: Day,
    pub(super) end: Option<Day>,
    /// The end was known from the start.
    pub(super) fixed_term: bool,
    pub(super) hours: i64,
    pub(super) base: Cents,
    /// Parts of a thousand of the months, that of the run and those before it, that were proved.
    pub(super) proved: (u32, u32),
}

const USUAL_PROOF: (u32, u32) = (800, 965);

/// Base pay as parts of a thousand of the former one.
const PAY: [(u32, (i64, i64)); 6] =
    [(330, (500, 849)), (30, (850, 850)), (20, (851, 851)), (220, (852, 950)), (270, (951, 1050)), (130, (1051, 1350))];

/// The most rows of those who are not past their term: 395 days lie in 14 months at most, and two jobs may share one.
const MOST_INSIDE: u64 = 15;

/// How many rows a beneficiary may have at most, told from the first number of their run. Who is past the term and
/// still in the exports has often found a job.
pub(super) fn at_most(random: &mut Random, band: Band) -> u64 {
    let (chance, most) = match band {
        Band::Before => (0, 0),
        Band::Inside => (170, MOST_INSIDE),
        Band::Past => (400, MOST),
    };
    if random.chance(chance) { most } else { 0 }
}

/// The rows of one job or two; none where the first number says so, unless a job is wished for.
pub(super) fn draw(random: &mut Random, case: &Case, month: Span, wished: bool, rows: &mut Vec<Earning>) {
    let works = at_most(random, case.band) > 0;
    if !(works || wished) || case.start > month.last {
        return;
    }
    let past = case.term < month.first;
    let late = case.term < month.last && random.chance(if past { 100 } else { 200 });
    let earliest = if late { case.term.next() } else { case.start.plus_days(5).min(month.last) };
    let latest = if late { month.last } else { case.term.min(month.last) };
    let start = earliest.plus_days(random.between(0, Span::new(earliest, latest).days() - 1));
    let (hours, base) = contract(random, case, start);
    let employer = accounts::siret(random);
    let mut job = Job { employer, start, end: None, fixed_term: false, hours, base, proved: USUAL_PROOF };
    let left = Span::new(start, month.last).days();
    if left > 50 && random.chance(200) {
        job.end = Some(start.plus_days(random.between(10, left - 20)));
        let next = job.end.unwrap_or(start).plus_days(random.between(1, 45)).min(month.last);
        fill(random, &job, month, rows);
        let (hours, base) = contract(random, case, next);
        let employer = if random.chance(100) { employer } else { accounts::siret(random) };
        job = Job { employer, start: next, end: None, hours, base, ..job };
    }
    match random.below(100) {
        0..62 => {}
        62..88 => (job.end, job.fixed_term) = (Some(job.start.plus_days(random.between(20, 270))), true),
        _ => job.end = Some(job.start.plus_days(random.between(5, left.max(6)))),
    }
    fill(random, &job, month, rows);
}

/// Weekly hours and base pay at hire.
fn contract(random: &mut Random, case: &Case, start: Day) -> (i64, Cents) {
    let hours = match random.below(100) {
        0..70 => case.hours,
        70..86 => 3500,
        86..90 => 3900,
        _ => random.pick(&[1750, 2000, 2400, 2800]),
    };
    let pay = random.weighted(&PAY);
    let base = share_of_former(case, hours, random.between(pay.0, pay.1));
    (hours, base.max(minimum_pay(start.year(), hours)))
}

/// Parts of a thousand of the former pay (R6.2), in cents rounded down.
pub(super) fn share_of_former(case: &Case, hours: i64, parts: i64) -> Cents {
    Cents((30 * case.wage.0 * hours * parts / (case.hours * 1000)).max(100))
}

/// The rows of a job, from its start to its end or to the month of the run.
pub(super) fn fill(random: &mut Random, job: &Job, month: Span, rows: &mut Vec<Earning>) {
    let last = job.end.unwrap_or(month.last).min(month.last).month();
    let months = i64::from(last.since(job.start.month()));
    let change = random.chance(90).then(|| random.between(1, months.max(1)));
    let raise = random.weighted(&[(700, (1020, 1000)), (150, (1100, 1000)), (100, (800, 800)), (50, (1150, 1150))]);
    let renewed = (job.fixed_term && random.chance(150)).then(|| random.between(0, months - 1));
    let spaced = random.chance(150);
    let mut at = job.start.month();
    for place in 0..=months {
        let (mut hours, mut base) = (job.hours, job.base);
        if change.is_some_and(|change| place >= change) {
            base = Cents(base.0 * raise.0 / 1000);
            hours = (hours * raise.1 / 1000).min(4800);
        }
        let days = at.span().intersect(Span::open(Some(job.start), job.end)).days();
        let bonus = if random.chance(80) { random.between(5000, 30_000) } else { 0 };
        let proved = if at == month.last.month() { job.proved.0 } else { job.proved.1 };
        let job_end = match renewed {
            Some(renewal) if place <= renewal => Some(at.last_day()).min(job.end),
            _ if job.fixed_term || place == months => job.end,
            _ => None,
        };
        rows.push(Earning {
            employer: job.employer,
            spaced,
            month: at,
            job_start: job.start,
            job_end,
            hours,
            base,
            paid: Cents(base.0 * days / at.span().days() + bonus),
            proof: random.chance(proved).then(|| at.last_day().plus_days(random.between(1, 20))),
            orphan: false,
            damage: None,
        });
        at = at.next();
    }
}
