//! Day-by-day oracle: what one month is worth to one beneficiary, for property tests only.
//!
//! Written from the rules R0-R6 and the choices in `docs/LAW.md` alone; it shares nothing with the
//! program that it judges. It is the obvious version: walk every day from the start of the CRP, ask
//! whether it is paid, count it, value it in exact decimals. No spans, no integer cents, no shortcuts.
//! Facts are taken as well typed and in order (codes A1xx, A2xx, A302 and A306 are upstream).

// Public to whoever includes the file, perhaps in a private module; a field says itself what it is.
#![allow(unreachable_pub, missing_docs)]
#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "an oracle that fails must panic; its counts are small"
)]

use chrono::{Datelike, Days, Months, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};

/// What is known of one beneficiary. Amounts in euros; spans include both ends, no end is open.
#[derive(Clone, Debug)]
pub struct Facts {
    pub procedure_date: NaiveDate,
    pub contract_end: NaiveDate,
    pub seniority_months: u32,
    /// S, a day.
    pub sjr: Decimal,
    /// Of the lost job, above zero.
    pub weekly_hours: Decimal,
    /// p; 1 where the file has none.
    pub part_time_ratio: Decimal,
    pub are_days: Option<u32>,
    /// Gross, a day.
    pub notice_daily: Option<Decimal>,
    pub pension: Option<Pension>,
    /// In any order.
    pub events: Vec<Event>,
    /// In any order, at most one a job and month.
    pub rows: Vec<JobRow>,
}

/// An invalidity pension; no start is open too.
#[derive(Clone, Debug)]
pub struct Pension {
    pub category: Category,
    pub monthly: Decimal,
    pub start: Option<NaiveDate>,
    pub end: Option<NaiveDate>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Category {
    One,
    Two,
    Three,
    Foreign,
}

#[derive(Clone, Debug)]
pub struct Event {
    pub kind: EventKind,
    pub start: NaiveDate,
    pub end: Option<NaiveDate>,
}

/// R2, without work: that is told from the job rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[rustfmt::skip]
pub enum EventKind {
    Sickness, Maternity, Accident, Parental, Presence, Abroad, CivicService, // pays again after the end
    BusinessCreation, Retirement, Exclusion, Ctp, // final
    Training, // does not interrupt
}

/// One job in one month; a job is (`employer`, `job_start`).
#[derive(Clone, Debug)]
pub struct JobRow {
    pub employer: String,
    /// The first day of the month.
    pub month: NaiveDate,
    pub job_start: NaiveDate,
    pub job_end: Option<NaiveDate>,
    pub weekly_hours: Decimal,
    pub base_monthly_gross: Decimal,
    /// Received, whenever that was.
    pub proof: bool,
}

/// What the month is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Nothing is computed. Of several reasons, the first in the order of [`Reason`].
    Held(Reason),
    /// The amounts of the month.
    Due(Amounts),
}

/// Why a case is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A401, R0.3: no regime for the procedure date.
    NoRegime,
    /// A403: article 3 without `are_days`.
    NoAreDays,
    /// A307: a civic service before 2010, or a business creation under crp-2005.
    EventUnknownToLaw,
    /// A303: a job starts before the CRP.
    JobBeforeCrp,
    /// A305, R3.4: S above the ceiling.
    SjrAboveCeiling,
    /// A402: no ceiling for the year, or the month needs a day after the verified law.
    LawUnknown,
}

/// The amounts of a month, in euros.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    pub asr_days: u32,
    pub asr_gross: Decimal,
    pub pension_offset: Decimal,
    pub participation: Decimal,
    pub asr_net: Decimal,
    pub idr: Decimal,
    /// Some IDR of the month, above zero and within cap and clock, waits for its proof (A501) or a
    /// review (A304). `idr` is then what the month's other jobs bring.
    pub idr_held: bool,
}

// ---- Values with dates, as `docs/LAW.md` writes them ----

/// R3.3: from, F, M, AREF; amounts in cents.
const PARAMETERS: [(NaiveDate, u32, u32, u32); 8] = [
    (date(2003, 7, 1), 1015, 2476, 1774), // circ. Unédic 03-09
    (date(2004, 7, 1), 1025, 2501, 1792), // circ. 04-13; RG06 arts 23-25 (no rise in 2005, ASH 2464)
    (date(2006, 7, 1), 1046, 2551, 1828), // circ. 2006-13
    (date(2007, 7, 1), 1066, 2601, 1864), // circ. 2007-09
    (date(2008, 7, 1), 1093, 2666, 1911), // circ. 2008-04; ASH 2565
    (date(2009, 7, 1), 1104, 2693, 1930), // circ. 2009-17
    (date(2010, 7, 1), 1117, 2725, 1953), // circ. 2010-10
    (date(2011, 7, 1), 1134, 2766, 1982), // circ. 2011-28
];

/// R3.3: the last day for which these were verified.
const VERIFIED_UNTIL: NaiveDate = date(2012, 6, 30);

/// R3.4: the monthly social-security ceiling of a year, in euros.
#[rustfmt::skip]
const CEILINGS: [(i32, u32); 8] = [
    (2004, 2476), (2005, 2516), (2006, 2589), (2007, 2682),
    (2008, 2773), (2009, 2859), (2010, 2885), (2011, 2946),
];

/// AV1, JO 7 Nov 2009: from this day on crp-2009 pays 80 % throughout.
const AV1: NaiveDate = date(2009, 11, 7);

/// R2: civic service contracts exist from this day on.
const CIVIC_SERVICE: NaiveDate = date(2010, 1, 1);
/// R2: the first day of a CTP.
const CTP: NaiveDate = date(2006, 4, 15);

#[allow(clippy::expect_used, reason = "dates of the law, all written here")]
const fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
}

/// `digits` with the last `places` of them behind the point: `decimal(574, 3)` is 0.574.
const fn decimal(digits: u32, places: u32) -> Decimal {
    Decimal::from_parts(digits, 0, 0, false, places)
}

/// R3 r(x): to the cent, half up. No amount here is negative.
fn r(x: Decimal) -> Decimal {
    x.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// r(top / bottom) without the quotient, which may have no end: the cents are
/// floor((200 top + bottom) / (2 bottom)), and once the remainder is taken away the division is exact.
fn r_ratio(top: Decimal, bottom: Decimal) -> Decimal {
    let doubled = Decimal::from(200) * top + bottom;
    let divisor = Decimal::TWO * bottom;
    (doubled - doubled % divisor) / divisor * decimal(1, 2)
}

/// R1.2, R6.6: the last of `months` months date to date from `first`. An overflowing day takes the last
/// day of its month, as chrono does.
fn last_day(first: NaiveDate, months: u32) -> NaiveDate {
    first + Months::new(months) - Days::new(1)
}

fn days_of(month: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    days(month, last_day(month, 1))
}

fn days(first: NaiveDate, last: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    first.iter_days().take_while(move |day| *day <= last)
}

/// Both ends included, an absent end is open.
fn covers(start: NaiveDate, end: Option<NaiveDate>, day: NaiveDate) -> bool {
    start <= day && end.is_none_or(|end| day <= end)
}

/// R3.3: F, M and AREF of a day; outside the verified years there are none.
fn parameters(day: NaiveDate) -> Result<(Decimal, Decimal, Decimal), Reason> {
    match PARAMETERS.iter().rfind(|entry| entry.0 <= day) {
        Some((_, f, m, aref)) if day <= VERIFIED_UNTIL => Ok((decimal(*f, 2), decimal(*m, 2), decimal(*aref, 2))),
        _ => Err(Reason::LawUnknown),
    }
}

// ---- The case ----

#[derive(Clone, Copy, PartialEq, Eq)]
enum Regime {
    Crp2005,
    Crp2006,
    Crp2009,
}

impl Regime {
    /// R0.1: by the day on which the procedure was engaged.
    fn of(procedure: NaiveDate) -> Option<Self> {
        match procedure {
            day if day < date(2005, 5, 31) => None,
            day if day < date(2006, 1, 18) => Some(Self::Crp2005),
            day if day < date(2009, 4, 1) => Some(Self::Crp2006),
            day if day <= date(2011, 8, 31) => Some(Self::Crp2009),
            _ => None,
        }
    }

    /// R0.1: months of the CRP, and of IDR.
    fn months(self) -> u32 {
        match self {
            Self::Crp2005 | Self::Crp2006 => 8,
            Self::Crp2009 => 12,
        }
    }
}

impl Event {
    /// R2: whether it stops the ASR for good from its first day.
    fn is_final(&self) -> bool {
        use EventKind::{BusinessCreation, Ctp, Exclusion, Retirement};
        matches!(self.kind, BusinessCreation | Exclusion | Retirement | Ctp)
    }
}

/// A job as known in the month worked out; `rows` in order of months, never empty.
struct Job<'a> {
    start: NaiveDate,
    end: Option<NaiveDate>,
    rows: Vec<&'a JobRow>,
}

impl Job<'_> {
    fn covers(&self, day: NaiveDate) -> bool {
        covers(self.start, self.end, day)
    }
}

/// Choice: rows after the month don't count, and the end of a job is that of its latest row.
fn jobs_known(facts: &Facts, month: NaiveDate) -> Vec<Job<'_>> {
    let mut rows: Vec<&JobRow> = facts.rows.iter().filter(|row| row.month <= month).collect();
    rows.sort_by_key(|row| (row.job_start, &row.employer, row.month));
    let jobs = rows.chunk_by(|a, b| (a.job_start, &a.employer) == (b.job_start, &b.employer));
    jobs.map(|rows| Job {
        start: rows[0].job_start, // chunk_by gives no empty chunk
        end: rows[rows.len() - 1].job_end,
        rows: rows.to_vec(),
    })
    .collect()
}

struct Case<'a> {
    facts: &'a Facts,
    regime: Regime,
    article_3: bool,
    start: NaiveDate,
    term: NaiveDate,
    jobs: Vec<Job<'a>>,
}

/// What `month` (its first day) is worth to the beneficiary, by the job rows up to that month.
pub fn month_worth(facts: &Facts, month: NaiveDate) -> Worth {
    match open_case(facts, month).and_then(|case| case.worth(month)) {
        Ok(amounts) => Worth::Due(amounts),
        Err(reason) => Worth::Held(reason),
    }
}

/// R1.6: how the CRP that ends in `month` is handed over, in the words of the law tables; `none` where it doesn't end there.
/// Only for a case that is not held.
#[allow(dead_code, reason = "each test binary uses a part of the oracle")]
pub fn handover(facts: &Facts, month: NaiveDate) -> Result<String, Reason> {
    let case = open_case(facts, month)?;
    let final_event = |day: NaiveDate| case.facts.events.iter().any(|event| event.is_final() && event.start <= day);
    let over = days(case.start, case.term).find(|&day| final_event(day));
    let day_of_end = over.unwrap_or(case.term);
    if day_of_end < month || day_of_end > last_day(month, 1) {
        return Ok("none".to_owned());
    }
    let last = if over.is_some() { day_of_end.pred_opt().unwrap() } else { case.term };
    let first_final = || {
        let events = case.facts.events.iter().filter(|event| event.is_final());
        let order = |event: &&Event| match event.kind {
            EventKind::BusinessCreation => (event.start, 0),
            EventKind::Retirement => (event.start, 1),
            EventKind::Exclusion => (event.start, 2),
            _ => (event.start, 3),
        };
        events.min_by_key(order).map(|event| event.kind)
    };
    let after = last + Days::new(1);
    let job = case.jobs.iter().find(|job| job.covers(case.term) && job.covers(case.term + Days::new(1)));
    let training = |event: &Event| {
        event.kind == EventKind::Training
            && covers(event.start, event.end, last)
            && covers(event.start, event.end, after)
    };
    let training = case.facts.events.iter().any(training);
    let asr_days = case.indemnified_days(last).len() as u32;
    let left = case.facts.are_days.map(|are| are.saturating_sub(asr_days));
    let are = match (left, training) {
        (Some(0), true) if case.article_3 => "fin-de-formation",
        (Some(0), _) => "none",
        (_, true) if over.is_none() => "are-formation",
        _ => "are",
    };
    let (mut ctp, mut register) = (None, None);
    let (reason, next) = match (over.is_some(), first_final()) {
        (true, Some(EventKind::BusinessCreation)) => ("business_creation", "business"),
        (true, Some(EventKind::Retirement)) => ("retirement", "retirement"),
        (true, Some(EventKind::Ctp)) => {
            let end = last_day(case.start, 12);
            (ctp, register) = (Some(end), Some(end + Days::new(1)));
            ("ctp", "ctp")
        }
        (true, _) => {
            register = Some(after);
            ("exclusion", are)
        }
        (false, _) => match job {
            Some(job) => {
                register = job.end.map(|end| end + Days::new(1));
                ("job", "job")
            }
            None => {
                register = Some(after);
                ("term", are)
            }
        },
    };
    fn known<T: ToString>(value: Option<T>) -> String {
        value.map_or_else(|| "-".to_owned(), |value| value.to_string())
    }
    let (left, register, ctp) = (known(left), known(register), known(ctp));
    Ok(format!("reason={reason} last={last} asr_days={asr_days} left={left} next={next} register={register} ctp={ctp}"))
}

fn open_case(facts: &Facts, month: NaiveDate) -> Result<Case<'_>, Reason> {
    let regime = Regime::of(facts.procedure_date).ok_or(Reason::NoRegime)?; // R0.3
    let article_3 = facts.seniority_months < 24; // R0.2
    if article_3 && facts.are_days.is_none() {
        return Err(Reason::NoAreDays); // A403
    }
    let unknown_to_law = |event: &Event| match event.kind {
        EventKind::CivicService => event.start < CIVIC_SERVICE,
        EventKind::BusinessCreation => regime == Regime::Crp2005,
        EventKind::Ctp => event.start < CTP,
        _ => false,
    };
    if facts.events.iter().any(unknown_to_law) {
        return Err(Reason::EventUnknownToLaw); // A307
    }
    let start = facts.contract_end + Days::new(1); // R1.1: no waiting day
    let jobs = jobs_known(facts, month);
    if jobs.iter().any(|job| job.start < start) {
        return Err(Reason::JobBeforeCrp); // A303
    }
    // R3.4: S above 4 x ceiling x 12 / 365 of the year the contract ended, multiplied out.
    let year = facts.contract_end.year();
    let ceiling = CEILINGS.iter().find(|entry| entry.0 == year);
    let (_, ceiling) = ceiling.ok_or(Reason::LawUnknown)?; // A402
    if facts.sjr * Decimal::from(365) > Decimal::from(4 * 12 * ceiling) {
        return Err(Reason::SjrAboveCeiling); // A305
    }
    let term = last_day(start, regime.months()); // R1.2; R1.5: nothing moves it
    #[rustfmt::skip]
    let case = Case { facts, regime, article_3, start, term, jobs };
    Ok(case)
}

impl Case<'_> {
    fn worth(&self, month: NaiveDate) -> Result<Amounts, Reason> {
        let mut amounts = self.asr(month)?;
        (amounts.idr, amounts.idr_held) = self.idr(month)?;
        Ok(amounts)
    }

    /// R2: whether something keeps this day from being paid.
    fn interrupted(&self, day: NaiveDate) -> bool {
        let stops = |event: &Event| match event.kind {
            EventKind::Training => false,
            _ if event.is_final() => event.start <= day,
            _ => covers(event.start, event.end, day),
        };
        self.facts.events.iter().any(stops) || self.jobs.iter().any(|job| job.covers(day))
    }

    /// R1.3, R1.4: the indemnified days up to `last`, each with its rank n.
    fn indemnified_days(&self, last: NaiveDate) -> Vec<(u32, NaiveDate)> {
        let are_days = self.facts.are_days.filter(|_| self.article_3);
        let mut indemnified = Vec::new();
        let mut n = 0;
        for day in days(self.start, self.term.min(last)) {
            let used_up = are_days.is_some_and(|are_days| n >= are_days);
            if !used_up && !self.interrupted(day) {
                n += 1;
                indemnified.push((n, day));
            }
        }
        indemnified
    }

    /// R1.4: the sum over the month's indemnified days.
    fn asr(&self, month: NaiveDate) -> Result<Amounts, Reason> {
        let mut sum = Amounts::default();
        for (n, day) in self.indemnified_days(last_day(month, 1)) {
            if day < month {
                continue; // counts in n, paid before
            }
            let gross = self.gross(n, day, day)?;
            let offset = self.offset(day, gross);
            let participation = self.participation(day, gross - offset)?;
            sum.asr_days += 1;
            sum.asr_gross += gross;
            sum.pension_offset += offset;
            sum.participation += participation;
            sum.asr_net += gross - offset - participation;
        }
        Ok(sum)
    }

    /// R3.1-R3.3: gross of the day of rank n, by the law of `law_day`: the day itself, or the day of
    /// hire for the cap (R6.5).
    fn gross(&self, n: u32, day: NaiveDate, law_day: NaiveDate) -> Result<Decimal, Reason> {
        let (s, p) = (self.facts.sjr, self.facts.part_time_ratio);
        let (f, m, aref) = parameters(law_day)?;
        let floors = (decimal(404, 3) * s + f * p).max(m * p);
        let are = r((decimal(75, 2) * s).min((decimal(574, 3) * s).max(floors)));
        if self.article_3 {
            return Ok(are); // R3.2
        }
        let first_tier = match self.regime {
            Regime::Crp2005 | Regime::Crp2006 => n <= 91,
            Regime::Crp2009 => law_day >= AV1 || day <= last_day(self.start, 8),
        };
        let rate = decimal(if first_tier { 80 } else { 70 }, 2); // R3.1
        let mut gross = r(rate * s).max(are);
        if self.regime == Regime::Crp2006 {
            gross = gross.max(aref);
        }
        if self.regime == Regime::Crp2009 || n <= 91 {
            let notice = self.facts.notice_daily.unwrap_or_default(); // no notice, no floor
            gross = gross.max(r(decimal(80, 2) * notice));
        }
        Ok(gross)
    }

    /// R4.1: what a pension of category 2 or 3, or a foreign one, takes from the day.
    fn offset(&self, day: NaiveDate, gross: Decimal) -> Decimal {
        let Some(pension) = &self.facts.pension else {
            return Decimal::ZERO;
        };
        let start = pension.start.unwrap_or(NaiveDate::MIN);
        if pension.category == Category::One || !covers(start, pension.end, day) {
            return Decimal::ZERO;
        }
        let a_year = pension.monthly * Decimal::from(12);
        gross.min(r_ratio(a_year, Decimal::from(365)))
    }

    /// R5.1: 3 % of S, never so that less than the minimum ARE is left.
    fn participation(&self, day: NaiveDate, after_offset: Decimal) -> Result<Decimal, Reason> {
        let (_, m, _) = parameters(day)?;
        let above_minimum = Decimal::ZERO.max(after_offset - r(m * self.facts.part_time_ratio));
        Ok(r(decimal(3, 2) * self.facts.sjr).min(above_minimum))
    }

    /// R6.1, R6.2: whether the job opens an IDR; the pay is that of its earliest row.
    fn qualifies(&self, job: &Job<'_>) -> bool {
        let within_crp = covers(self.start, Some(self.term), job.start);
        let ends = |event: &Event| event.is_final() && event.start <= job.start;
        let (base, former) = self.base_and_former(job.rows[0]); // never empty
        let fell_by_15_percent = base <= decimal(85, 2) * former;
        let ended = self.facts.events.iter().any(ends);
        !self.article_3 && within_crp && !ended && fell_by_15_percent
    }

    /// R6.2: the base, and the former pay 30 S x new hours / old hours: both times the old hours, so
    /// that nothing is divided.
    fn base_and_former(&self, row: &JobRow) -> (Decimal, Decimal) {
        let former = Decimal::from(30) * self.facts.sjr * row.weekly_hours;
        (row.base_monthly_gross * self.facts.weekly_hours, former)
    }

    /// R6.3: the amount of a whole month at this row's pay and hours, never negative.
    fn monthly_idr(&self, row: &JobRow) -> Decimal {
        let (base, former) = self.base_and_former(row);
        r_ratio(Decimal::ZERO.max(former - base), self.facts.weekly_hours)
    }

    /// R6.5: half of what the days from the hire to the term would bring, by the law of that hire.
    fn cap(&self, hire: NaiveDate) -> Result<Decimal, Reason> {
        let before = self.indemnified_days(hire - Days::new(1));
        let mut n = before.last().map_or(0, |(n, _)| *n);
        let mut residual = Decimal::ZERO;
        for day in days(hire, self.term) {
            n += 1;
            let gross = self.gross(n, day, hire)?;
            residual += gross - self.offset(day, gross);
        }
        Ok(r(decimal(50, 2) * residual))
    }

    /// A304: whether two jobs, qualifying or not, are on one day of the month.
    fn two_jobs_in(&self, month: NaiveDate) -> bool {
        days_of(month).any(|day| self.jobs.iter().filter(|job| job.covers(day)).count() > 1)
    }

    /// R6: the IDR of the month, and whether some of it is held. The rows of earlier months are
    /// gone through again for what they used of the cap.
    fn idr(&self, month: NaiveDate) -> Result<(Decimal, bool), Reason> {
        let (mut idr, mut held) = (Decimal::ZERO, false);
        let qualifying = || self.jobs.iter().filter(|job| self.qualifies(job));
        let Some(hire) = qualifying().map(|job| job.start).min() else {
            return Ok((idr, held));
        };
        let clock_end = last_day(hire, self.regime.months()); // R6.6
        // Of a hire later than the verified law no cap is known; the days of it are A402 below.
        let mut left = self.cap(hire).unwrap_or_default();
        // R6.3: a month with no row gives nothing. In order of months, then of job_start.
        let mut rows: Vec<(&Job<'_>, &JobRow)> =
            qualifying().flat_map(|job| job.rows.iter().map(move |row| (job, *row))).collect();
        rows.sort_by_key(|(job, row)| (row.month, job.start));
        for (job, row) in rows {
            // R6.4: the days under contract, to the end of the clock.
            let under_contract = |day: &NaiveDate| job.covers(*day) && *day <= clock_end;
            let days: Vec<NaiveDate> = days_of(row.month).filter(under_contract).collect();
            if row.month == month && days.iter().any(|day| *day > VERIFIED_UNTIL) {
                return Err(Reason::LawUnknown); // A402
            }
            let calendar_days = Decimal::from(days_of(row.month).count());
            let of_those_days = self.monthly_idr(row) * Decimal::from(days.len());
            let due = r_ratio(of_those_days, calendar_days).min(left);
            if !row.proof || self.two_jobs_in(row.month) {
                held |= row.month == month && !due.is_zero(); // R6.7, R6.8: uses no cap
                continue;
            }
            left -= due;
            if row.month == month {
                idr += due; // the parts of one month add up
            }
        }
        Ok((idr, held))
    }
}
