//! R3: the daily gross ASR.

use super::Law;
use super::parameters::Parameters;
use super::regime::{Population, Regime};
use super::timeline::UnknownLaw;
use crate::calendar::{Day, Span};
use crate::money::{Cents, Rate};

/// What a beneficiary's daily ASR hangs on, apart from the day.
#[derive(Clone, Copy, Debug)]
pub struct Right<'a> {
    /// R0.1.
    pub regime: &'a Regime,
    /// R0.2.
    pub population: Population,
    /// R1: from the first day to the term.
    pub crp: Span,
    /// S, the reference daily wage.
    pub sjr: Cents,
    /// p, the part-time ratio.
    pub part_time: Rate,
    /// Gross notice indemnity a day.
    pub notice_daily: Option<Cents>,
}

/// A day to be valued.
#[derive(Clone, Copy, Debug)]
pub struct RankedDay {
    /// The day.
    pub day: Day,
    /// n: its rank among the indemnified days, from 1.
    pub rank: i64,
    /// By which law.
    pub by: InForce,
}

/// The law and parameters by which a day is valued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InForce {
    /// Those of the day itself.
    ThatDay,
    /// R6.5: those of one day, the hire's, for every day.
    On(Day),
}

impl RankedDay {
    pub(super) fn law_day(self) -> Day {
        match self.by {
            InForce::ThatDay => self.day,
            InForce::On(day) => day,
        }
    }
}

/// R3.1: how the rate of a day is found; the rates and limits are the law data's.
#[derive(Clone, Copy, Debug)]
pub(super) enum Formula {
    ByIndemnifiedDays { first: Rate, days: i64, second: Rate },
    ByMonths { first: Rate, months: u32, second: Rate },
    OneRate { rate: Rate },
}

/// R3.1: a row of its table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    pub(super) formula: Formula,
    pub(super) aref_floor: bool,
    pub(super) notice_rate: Rate,
    pub(super) notice_throughout: bool,
}

/// R3.3: the rates of the ARE.
#[derive(Clone, Copy, Debug)]
pub struct AreRates {
    /// Never more than this rate of S.
    pub most: Rate,
    /// The rate without the fixed part.
    pub proportional: Rate,
    /// The rate to which the fixed part is added.
    pub with_fixed_part: Rate,
}

/// A daily gross amount and which of the compared amounts it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gross {
    /// The amount.
    pub amount: Cents,
    /// The one that won.
    pub basis: Basis,
}

/// Which of the amounts that R3 compares is the gross one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The rate of the reference wage.
    Rate(Rate),
    /// The ARE.
    Are,
    /// The minimum AREF.
    Aref,
    /// The notice indemnity.
    Notice,
}

/// Days that are worth the same, if all of them are indemnified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// What each of them is worth.
    pub gross: Gross,
    /// The last of them.
    pub until: Day,
}

/// The rate of a day and the last day that shares it, if every day up to there is indemnified.
struct Tier {
    rate: Rate,
    is_first: bool,
    last: Day,
}

impl Allowance {
    /// The rate of a day, and whether it is the first of the regime's rates.
    pub(super) fn rate_on(&self, start: Day, day: RankedDay) -> (Rate, bool) {
        let tier = self.tier(start, day);
        (tier.rate, tier.is_first)
    }

    // One caller is in a night's way; the other ones explain.
    #[inline(always)]
    fn tier(&self, start: Day, day: RankedDay) -> Tier {
        match self.formula {
            Formula::ByIndemnifiedDays { first, days, .. } if day.rank <= days => {
                Tier { rate: first, is_first: true, last: day.day.plus_days(days - day.rank) }
            }
            Formula::ByMonths { first, months, .. } if day.day < start.plus_months(months) => {
                Tier { rate: first, is_first: true, last: start.plus_months(months).eve() }
            }
            Formula::ByIndemnifiedDays { second: rate, .. } | Formula::ByMonths { second: rate, .. } => {
                Tier { rate, is_first: false, last: Day::AFTER_ALL }
            }
            Formula::OneRate { rate } => Tier { rate, is_first: true, last: Day::AFTER_ALL },
        }
    }
}

impl Law {
    /// R3.1, R3.2: the gross of a day alone; see [`Law::stretch`].
    ///
    /// # Errors
    /// No law for the day.
    pub fn gross(&self, right: &Right<'_>, day: RankedDay) -> Result<Gross, UnknownLaw> {
        self.stretch(right, day).map(|stretch| stretch.gross)
    }

    /// R3.1, R3.2, CRP convention art. 10 §§1-2: article 3 gets the ARE; an ordinary beneficiary the rate of the reference
    /// wage, never below the ARE, the minimum AREF (crp-2006), or 80 % of the notice indemnity.
    ///
    /// # Errors
    /// No law for the day.
    #[inline]
    pub fn stretch(&self, right: &Right<'_>, day: RankedDay) -> Result<Stretch, UnknownLaw> {
        let law_day = day.law_day();
        let allowance = match right.population {
            Population::Ordinary => Some(right.regime.allowance.on(law_day)?),
            Population::Article3 => None,
        };
        let parameters = self.parameters(law_day)?;
        let until = match day.by {
            InForce::ThatDay => parameters.until,
            InForce::On(_) => Day::AFTER_ALL,
        };
        let are = Gross { amount: self.are_by(parameters, right.sjr, right.part_time), basis: Basis::Are };
        let Some(allowance) = allowance else { return Ok(Stretch { gross: are, until }) };
        let tier = allowance.tier(right.crp.first, day);
        let at_rate = tier.rate.of(right.sjr).round(self.rounding);
        let mut best = Gross { amount: at_rate, basis: Basis::Rate(tier.rate) };
        let mut compare = |amount, basis| {
            if amount > best.amount {
                best = Gross { amount, basis };
            }
        };
        compare(are.amount, are.basis);
        if allowance.aref_floor {
            compare(*self.minimum_aref.on(law_day)?, Basis::Aref);
        }
        if let Some(notice) = right.notice_daily.filter(|_| tier.is_first || allowance.notice_throughout) {
            compare(allowance.notice_rate.of(notice).round(self.rounding), Basis::Notice);
        }
        Ok(Stretch { gross: best, until: until.min(tier.last) })
    }

    /// R3.3, RG06 arts 23-25, RG09 arts 15-17: the ARE of a day,
    /// `r(min(0.75 S, max(0.574 S, 0.404 S + F p, M p)))`, rounded once.
    ///
    /// # Errors
    /// No law for the day.
    pub fn are(&self, sjr: Cents, part_time: Rate, day: Day) -> Result<Cents, UnknownLaw> {
        Ok(self.are_by(self.parameters(day)?, sjr, part_time))
    }

    // As for the tier: one caller is in a night's way.
    #[inline(always)]
    fn are_by(&self, parameters: &Parameters, sjr: Cents, part_time: Rate) -> Cents {
        let rates = &parameters.are_rates;
        let with_fixed_part = rates.with_fixed_part.of(sjr) + part_time.of(parameters.are_fixed_part);
        let minimum = part_time.of(parameters.minimum_are);
        let wanted = rates.proportional.of(sjr).max(with_fixed_part).max(minimum);
        wanted.min(rates.most.of(sjr)).round(self.rounding)
    }

    /// R5.1: the minimum ARE of a day at a part-time ratio.
    ///
    /// # Errors
    /// No law for the day.
    pub fn minimum_are(&self, part_time: Rate, day: Day) -> Result<Cents, UnknownLaw> {
        Ok(part_time.of(*self.minimum_are.on(day)?).round(self.rounding))
    }
}
