//! One beneficiary's case: dates, wage, hours, rights, pension.

use super::random::Random;
use crate::calendar::{Day, Month, Span};
use crate::money::Cents;

/// Where a case stands in the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Band {
    /// The contract ends after the month.
    Before,
    /// At least one day of the month lies between start and term.
    Inside,
    /// The term lies before the month.
    Past,
}

/// R0.1, as far as made-up cases need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Regime {
    Crp2005,
    Crp2006,
    Crp2009,
}

/// How a row states the reference daily wage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    Wage,
    Reference,
    Both,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Pension {
    pub(super) category: &'static str,
    pub(super) monthly: Cents,
    pub(super) start: Option<Day>,
    pub(super) end: Option<Day>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    /// Where the case was meant to stand; its own dates may not allow it.
    pub(super) band: Band,
    pub(super) female: bool,
    pub(super) born: Month,
    pub(super) procedure: Day,
    pub(super) contract_end: Day,
    pub(super) start: Day,
    pub(super) term: Day,
    pub(super) regime: Regime,
    pub(super) seniority: i64,
    pub(super) wage: Cents,
    pub(super) stated: Stated,
    pub(super) reference_days: i64,
    /// Hundredths of an hour.
    pub(super) hours: i64,
    /// Ten-thousandths.
    pub(super) ratio: Option<i64>,
    pub(super) are_days: Option<i64>,
    pub(super) notice: Option<Cents>,
    pub(super) pension: Option<Pension>,
    /// Numbers are written without idle zeros.
    pub(super) terse: bool,
}

const BANDS: [(u32, Band); 3] = [(40, Band::Before), (70, Band::Past), (890, Band::Inside)];

/// Days from the procedure to the end of the contract: two weeks to think it over (three from 2009), then whatever
/// the notices took.
const GAPS: [(u32, (i64, i64)); 4] = [(600, (14, 21)), (200, (22, 30)), (150, (31, 60)), (50, (61, 110))];

const AGES: [(u32, (i64, i64)); 5] =
    [(60, (20, 24)), (280, (25, 34)), (310, (35, 44)), (250, (45, 54)), (100, (55, 60))];

/// Quantiles of the reference daily wage in cents, from law.md: mean about 62, median 55, 5th percentile 35. The
/// largest stays below every year's ceiling (R3.4).
const WAGES: [(i64, i64); 11] = [
    (0, 1800),
    (10, 2600),
    (50, 3500),
    (100, 4000),
    (250, 4700),
    (500, 5500),
    (750, 6700),
    (900, 8600),
    (950, 10_600),
    (990, 18_000),
    (1000, 32_500),
];

const SENIORITIES: [(i64, i64); 6] = [(0, 24), (300, 48), (600, 96), (850, 200), (970, 320), (1000, 480)];

const FULL_HOURS: [(u32, i64); 6] = [(640, 3500), (190, 3900), (60, 3700), (50, 3850), (40, 3750), (20, 4000)];
const PART_HOURS: [i64; 8] = [1750, 2000, 2100, 2400, 2500, 2800, 3000, 3200];

/// Hourly minimum wage (SMIC) in cents from July of each year, from 2004.
const SMIC: [i64; 9] = [761, 803, 827, 844, 871, 882, 886, 900, 922];

/// The monthly minimum wage for so many hundredths of weekly hours: 151.67 hours a month for 35 a week.
pub(super) fn minimum_pay(year: i32, hours: i64) -> Cents {
    let year = usize::try_from(year - 2004).unwrap_or(0).min(SMIC.len() - 1);
    Cents(SMIC[year] * 15_167 * hours / 350_000)
}

impl Case {
    /// A case whose place in the month is drawn, or wished for. The wish is met where the CRP's own dates allow it.
    pub(super) fn draw(random: &mut Random, month: Span, wish: Option<Band>) -> Self {
        let drawn = Self::band(random);
        let band = wish.unwrap_or(drawn);
        let (procedure, start, regime) = dates(random, month, band);
        let duration = if regime == Regime::Crp2009 { 12 } else { 8 };
        let (youngest, oldest) = random.weighted(&AGES);
        let age = random.between(youngest, oldest);
        let born = start.month().minus(i32::try_from(age * 12 + random.between(0, 11)).unwrap_or(0));
        let article_three = random.chance(175);
        let seniority = match article_three {
            true => random.between(4, 23),
            false => random.quantile(&SENIORITIES).min((age - 17) * 12),
        };
        let wage = Cents(random.quantile(&WAGES));
        let hours = hours(random, wage, start.year());
        let part_time = hours < 3500;
        let mut case = Self {
            band,
            female: random.chance(440),
            born,
            procedure,
            contract_end: start.eve(),
            start,
            term: start.plus_months(duration).eve(),
            regime,
            seniority,
            wage,
            stated: random.weighted(&[(110, Stated::Reference), (30, Stated::Both), (860, Stated::Wage)]),
            reference_days: random.weighted(&[(600, 365), (400, 0)]),
            hours,
            ratio: random.chance(if part_time { 900 } else { 30 }).then_some((hours * 10_000 / 3500).min(10_000)),
            are_days: None,
            notice: random.chance(50).then_some(Cents(wage.0 * random.between(850, 1150) / 1000)),
            pension: None,
            terse: random.chance(150),
        };
        if case.reference_days == 0 {
            case.reference_days = random.between(150, 364);
        }
        if article_three || random.chance(500) {
            case.are_days = Some(are_days(random, &case));
        }
        case.pension = pension(random, &case);
        case
    }

    /// Where a case stands without a wish: the first number of its run.
    pub(super) fn band(random: &mut Random) -> Band {
        random.weighted(&BANDS)
    }

    /// Full years of age at the start.
    pub(super) fn age(&self) -> i32 {
        self.start.month().since(self.born) / 12
    }
}

/// The day of the procedure, the start, and the regime.
fn dates(random: &mut Random, month: Span, band: Band) -> (Day, Day, Regime) {
    let legal = Span::new(day(2005, 5, 31), day(2011, 8, 31));
    // No ceiling is known for a contract that ends in 2012 (R3.4).
    let starts = Span::new(legal.first.plus_days(15), day(2012, 1, 1));
    let within = |first, last| Span::new(month.last.plus_days(first), month.last.plus_days(last)).intersect(starts);
    let inside = within(-395, 0);
    let range = match band {
        Band::Before => within(1, 40),
        Band::Inside => inside,
        Band::Past => within(-700, -244),
    };
    let range = if range.is_empty() { inside } else { range };
    let mut tries = 0;
    loop {
        let start = range.first.plus_days(random.between(0, range.days() - 1));
        let gap = random.weighted(&GAPS);
        let procedure = start.eve().plus_days(-random.between(gap.0, gap.1));
        let procedure = procedure.min(month.last).max(legal.first).min(legal.last);
        let (regime, months) = match procedure {
            early if early < day(2006, 1, 18) => (Regime::Crp2005, 8),
            early if early < day(2009, 4, 1) => (Regime::Crp2006, 8),
            _ => (Regime::Crp2009, 12),
        };
        let past = start.plus_months(months) <= month.first;
        tries += 1;
        if past == (band == Band::Past) || tries == 12 {
            return (procedure, start, regime);
        }
    }
}

/// A day that stands in this file.
pub(super) fn day(year: i32, month: u32, day: u32) -> Day {
    Day::from_ymd(year, month, day).unwrap_or(Day::AFTER_ALL)
}

/// Whoever earned less than the minimum wage of a full-time job had a part-time one.
fn hours(random: &mut Random, wage: Cents, year: i32) -> i64 {
    let full = minimum_pay(year, 3500).0;
    let monthly = wage.0 * 365 / 12;
    if monthly < full {
        return (3500 * monthly / full / 50 * 50).max(1000);
    }
    if random.chance(60) { random.pick(&PART_HOURS) } else { random.weighted(&FULL_HOURS) }
}

/// The durations of the ARE: classes of the 2006 convention, a day for a day in that of 2009.
fn are_days(random: &mut Random, case: &Case) -> i64 {
    let months = case.seniority + random.between(0, 8);
    let senior = case.age() >= 50;
    if case.regime == Regime::Crp2009 {
        return (months * 304 / 10).clamp(122, if senior { 1095 } else { 730 });
    }
    match months {
        ..12 => 213,
        12..16 => 365,
        27.. if senior => 1095,
        _ => 700,
    }
}

fn pension(random: &mut Random, case: &Case) -> Option<Pension> {
    let category = random.weighted(&[(5, "2"), (1, "3"), (2, "F"), (7, "1"), (985, "")]);
    if category.is_empty() {
        return None;
    }
    let start = match random.below(20) {
        0..3 => None,
        3..15 => Some(case.start.plus_days(-random.between(30, 3000))),
        _ => Some(case.start.plus_days(random.between(1, 240))),
    };
    let first = start.unwrap_or(case.start).max(case.start);
    let end = random.chance(150).then(|| first.plus_days(random.between(20, 500)));
    Some(Pension { category, monthly: Cents(random.between(25_000, 110_000)), start, end })
}
