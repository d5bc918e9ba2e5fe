//! The rules of a day.

use chrono::{Days, Months, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::Span;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Regime {
    Crp2005,
    Crp2006,
    Crp2009,
}

impl Regime {
    pub fn name(self) -> &'static str {
        match self {
            Self::Crp2005 => "crp-2005",
            Self::Crp2006 => "crp-2006",
            Self::Crp2009 => "crp-2009",
        }
    }

    fn months(self) -> Months {
        Months::new(if self == Self::Crp2009 { 12 } else { 8 })
    }
}

pub struct Right {
    pub regime: Regime,
    pub crp: Span,
    /// Article 3 only.
    pub are_days: Option<i64>,
    pub sjr: Decimal,
    ratio: Decimal,
    notice: Option<Decimal>,
    pension: Option<(Decimal, Span)>,
}

pub struct Daily {
    pub gross: Decimal,
    pub offset: Decimal,
    pub participation: Decimal,
}

pub fn half_up(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

/// With two decimals when written.
pub fn cents(mut amount: Decimal) -> Decimal {
    amount.rescale(2);
    amount
}

pub fn clock_end(hire: NaiveDate, regime: Regime) -> NaiveDate {
    hire + regime.months() - Days::new(1)
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day of the calendar")
}

/// Fixed part, minimum ARE, AREF minimum; they change on the first of a month only.
fn values(day: NaiveDate) -> (Decimal, Decimal, Decimal) {
    const VALUES: [(i32, i64, i64, i64); 8] = [
        (2003, 1015, 2476, 1774),
        (2004, 1025, 2501, 1792),
        (2006, 1046, 2551, 1828),
        (2007, 1066, 2601, 1864),
        (2008, 1093, 2666, 1911),
        (2009, 1104, 2693, 1930),
        (2010, 1117, 2725, 1953),
        (2011, 1134, 2766, 1982),
    ];
    let in_force = VALUES.iter().rfind(|(year, ..)| date(*year, 7, 1) <= day);
    let &(_, fixed, minimum, aref) = in_force.expect("a day since July 2003");
    (Decimal::new(fixed, 2), Decimal::new(minimum, 2), Decimal::new(aref, 2))
}

impl Right {
    pub fn new(
        procedure: NaiveDate,
        start: NaiveDate,
        are_days: Option<i64>,
        sjr: Decimal,
        ratio: Decimal,
        notice: Option<Decimal>,
        pension: Option<(Decimal, Span)>,
    ) -> Self {
        let regime = match procedure {
            early if early < date(2006, 1, 18) => Regime::Crp2005,
            early if early < date(2009, 4, 1) => Regime::Crp2006,
            _ => Regime::Crp2009,
        };
        let crp = Span { first: start, last: start + regime.months() - Days::new(1) };
        Self { regime, crp, are_days, sjr, ratio, notice, pension }
    }

    fn are(&self, day: NaiveDate) -> Decimal {
        let (fixed, minimum, _) = values(day);
        let wanted = (Decimal::new(574, 3) * self.sjr)
            .max(Decimal::new(404, 3) * self.sjr + fixed * self.ratio)
            .max(minimum * self.ratio);
        half_up(wanted.min(Decimal::new(75, 2) * self.sjr))
    }

    /// Whether a day is in the first tier, and the last day that is in the same one, if all are indemnified.
    fn tier(&self, day: NaiveDate, rank: i64, law: NaiveDate) -> (bool, NaiveDate) {
        if self.regime != Regime::Crp2009 {
            return match rank {
                1..=91 => (true, day + Days::new(91 - rank.unsigned_abs())),
                _ => (false, NaiveDate::MAX),
            };
        }
        let second = self.crp.first + Months::new(8);
        match law < date(2009, 11, 7) {
            true if day < second => (true, second - Days::new(1)),
            true => (false, NaiveDate::MAX),
            false => (true, NaiveDate::MAX),
        }
    }

    fn gross(&self, day: NaiveDate, rank: i64, law: NaiveDate) -> Decimal {
        let are = self.are(law);
        if self.are_days.is_some() {
            return are;
        }
        let (first_tier, _) = self.tier(day, rank, law);
        let rate = if first_tier { Decimal::new(80, 2) } else { Decimal::new(70, 2) };
        let mut gross = half_up(rate * self.sjr).max(are);
        if self.regime == Regime::Crp2006 {
            gross = gross.max(values(law).2);
        }
        if let Some(notice) = self.notice.filter(|_| first_tier || self.regime == Regime::Crp2009) {
            gross = gross.max(half_up(Decimal::new(80, 2) * notice));
        }
        gross
    }

    fn offset(&self, day: NaiveDate, gross: Decimal) -> Decimal {
        match self.pension {
            Some((daily, span)) if span.first <= day && day <= span.last => daily.min(gross),
            _ => Decimal::ZERO,
        }
    }

    pub fn daily(&self, day: NaiveDate, rank: i64, law: NaiveDate) -> Daily {
        let gross = self.gross(day, rank, law);
        let offset = self.offset(day, gross);
        let above = (gross - offset - half_up(values(law).1 * self.ratio)).max(Decimal::ZERO);
        Daily { gross, offset, participation: half_up(Decimal::new(3, 2) * self.sjr).min(above) }
    }

    /// The last day up to which all days are worth the same by one law, if all are indemnified; `None` once the ARE days
    /// are used.
    pub fn same_until(&self, day: NaiveDate, rank: i64, law: NaiveDate) -> Option<NaiveDate> {
        let mut last = NaiveDate::MAX;
        match self.are_days {
            Some(are_days) if rank > are_days => return None,
            Some(are_days) => last = last.min(day + Days::new((are_days - rank).unsigned_abs())),
            None => last = last.min(self.tier(day, rank, law).1),
        }
        match self.pension {
            Some((_, span)) if day < span.first => last = last.min(span.first - Days::new(1)),
            Some((_, span)) if day <= span.last => last = last.min(span.last),
            _ => {}
        }
        Some(last)
    }

    /// Gross less pension of each day from the hire to the term, by the law of the day of hire.
    pub fn residual(&self, hire: NaiveDate, before: i64) -> Decimal {
        let (mut day, mut rank, mut residual) = (hire, before + 1, Decimal::ZERO);
        while day <= self.crp.last {
            let Some(same) = self.same_until(day, rank, hire) else { break };
            let last = same.min(self.crp.last);
            let days = Span { first: day, last }.days();
            let gross = self.gross(day, rank, hire);
            residual += (gross - self.offset(day, gross)) * Decimal::from(days);
            rank += days;
            day = last + Days::new(1);
        }
        residual
    }
}
