//! The amounts that the rules compare, told one by one: for statements. What is paid comes from the rules themselves.

use rust_decimal::Decimal;

use super::Law;
use super::allowance::{Basis, Gross, RankedDay, Right};
use super::differential::Comparison;
use super::regime::Population;
use super::timeline::UnknownLaw;
use crate::calendar::Day;
use crate::facts::Pension;
use crate::money::{Cents, Rate};

/// R3.3: what the ARE of a day is made of, each to the cent. The ARE is the largest of the first three, never more than the
/// last; rounding keeps their order, so the ARE is one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AreParts {
    /// The rate of S without the fixed part.
    pub proportional: Cents,
    /// The rate of S with the fixed part.
    pub with_fixed_part: Cents,
    /// The minimum ARE.
    pub minimum: Cents,
    /// The most, a rate of S.
    pub most: Cents,
}

/// R5.1: what the participation of a day is the smaller of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParticipationParts {
    /// The rate of S.
    pub rate: Rate,
    /// 3 % of S.
    pub of_wage: Cents,
    /// What lies above the minimum ARE.
    pub above_minimum: Cents,
    /// The minimum ARE.
    pub minimum_are: Cents,
}

/// R6.2: both sides of the test of the fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fall {
    /// The former monthly pay, at the hours of the new job; to six decimals.
    pub former: Decimal,
    /// The most that the new pay may be; to six decimals.
    pub most: Decimal,
    /// The rate of the former pay that it is.
    pub rate: Rate,
    /// Whether the new base pay is low enough, compared exactly.
    pub qualifies: bool,
}

impl Law {
    /// R3.1, R3.2: the amounts of which [`Law::gross`] is the largest, in the order in which they are compared; of equal ones
    /// the first wins.
    ///
    /// # Errors
    /// No law for the day.
    pub fn compared_gross(&self, right: &Right<'_>, day: RankedDay) -> Result<Vec<Gross>, UnknownLaw> {
        let law_day = day.law_day();
        let are = Gross { amount: self.are(right.sjr, right.part_time, law_day)?, basis: Basis::Are };
        if right.population == Population::Article3 {
            return Ok(vec![are]);
        }
        let allowance = right.regime.allowance.on(law_day)?;
        let (rate, is_first) = allowance.rate_on(right.crp.first, day);
        let mut all = vec![Gross { amount: rate.of(right.sjr).round(self.rounding), basis: Basis::Rate(rate) }, are];
        if allowance.aref_floor {
            all.push(Gross { amount: *self.minimum_aref.on(law_day)?, basis: Basis::Aref });
        }
        if let Some(notice) = right.notice_daily.filter(|_| is_first || allowance.notice_throughout) {
            all.push(Gross { amount: allowance.notice_rate.of(notice).round(self.rounding), basis: Basis::Notice });
        }
        Ok(all)
    }

    /// R3.3: what [`Law::are`] is made of.
    ///
    /// # Errors
    /// No law for the day.
    pub fn are_parts(&self, right: &Right<'_>, day: Day) -> Result<AreParts, UnknownLaw> {
        let rates = self.are_rates.on(day)?;
        let fixed_part = right.part_time.of(*self.are_fixed_part.on(day)?);
        Ok(AreParts {
            proportional: rates.proportional.of(right.sjr).round(self.rounding),
            with_fixed_part: (rates.with_fixed_part.of(right.sjr) + fixed_part).round(self.rounding),
            minimum: self.minimum_are(right.part_time, day)?,
            most: rates.most.of(right.sjr).round(self.rounding),
        })
    }

    /// R4.1: what a day of the pension is worth, before it is bounded by the gross; `None` where it takes nothing that day.
    pub fn pension_daily(&self, pension: &Pension, day: Day) -> Option<Cents> {
        let daily = self.pension_offset(Cents::LARGEST, pension, day);
        (daily > Cents::ZERO).then_some(daily)
    }

    /// R5.1: what [`Law::participation`] is the smaller of.
    ///
    /// # Errors
    /// No law for the day.
    pub fn participation_parts(
        &self,
        right: &Right<'_>,
        after_pension: Cents,
        day: Day,
    ) -> Result<ParticipationParts, UnknownLaw> {
        let minimum_are = self.minimum_are(right.part_time, day)?;
        let rate = *self.participation.on(day)?;
        Ok(ParticipationParts {
            rate,
            of_wage: rate.of(right.sjr).round(self.rounding),
            above_minimum: (after_pension - minimum_are).or_zero(),
            minimum_are,
        })
    }

    /// R6.2: both sides of [`Law::fall_qualifies`].
    ///
    /// # Errors
    /// No law for the day of hire.
    pub fn fall(&self, comparison: &Comparison, hire: Day) -> Result<Fall, UnknownLaw> {
        let rates = self.differential.on(hire)?;
        let (former, parts) = self.former_pay(comparison, rates);
        let former = Decimal::new(former, 2) / Decimal::from(parts);
        let most = (former * rates.most_of_former_pay.decimal()).round_dp(6).normalize();
        Ok(Fall {
            former: former.round_dp(6).normalize(),
            most,
            rate: rates.most_of_former_pay,
            qualifies: self.fall_qualifies(comparison, hire)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::allowance::InForce;
    use super::super::duration;
    use super::*;
    use crate::calendar::Span;
    use crate::facts::{PensionCategory, WeeklyHours};

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_compared_leads_to_what_is_paid() {
        let law = Law::read(Law::BUILT_IN).unwrap();
        let ends = ["2005-06-30", "2006-09-30", "2009-06-30"];
        for (regime, end) in law.regimes().iter().filter(|regime| regime.id != "none").zip(ends) {
            for (sjr, notice, population, ratio) in [
                (6000, None, Population::Ordinary, 1_000_000_000),
                (1500, None, Population::Ordinary, 500_000_000),
                (3050, Some(Cents(9000)), Population::Ordinary, 1_000_000_000),
                // R3.1: 80 % of S and of the notice are the same; the first one counts.
                (6000, Some(Cents(6000)), Population::Ordinary, 1_000_000_000),
                (2333, Some(Cents(2333)), Population::Article3, 700_000_000),
            ] {
                let right = Right {
                    regime,
                    population,
                    crp: duration::crp(day(end), regime),
                    sjr: Cents(sjr),
                    part_time: Rate::from_billionths(ratio),
                    notice_daily: notice,
                };
                for rank in [1, 91, 92, 240] {
                    let at = right.crp.first.plus_days(rank - 1);
                    let ranked = RankedDay { day: at, rank, by: InForce::ThatDay };
                    let gross = law.gross(&right, ranked).unwrap();
                    let compared = law.compared_gross(&right, ranked).unwrap();
                    let largest = compared.iter().map(|one| one.amount).max().unwrap();
                    assert_eq!(compared.iter().find(|one| one.amount == largest), Some(&gross), "{right:?} {rank}");
                    let parts = law.are_parts(&right, at).unwrap();
                    let wanted = parts.proportional.max(parts.with_fixed_part).max(parts.minimum).min(parts.most);
                    assert_eq!(wanted, law.are(right.sjr, right.part_time, at).unwrap());
                    let taken = law.participation_parts(&right, gross.amount, at).unwrap();
                    let paid = law.participation(&right, gross.amount, at).unwrap();
                    assert_eq!(taken.of_wage.min(taken.above_minimum), paid);
                }
            }
        }
    }

    /// By hand: R6.2, 30 times 60.00 are 1800.00, and 85 % of them 1530.00; at half the hours 900.00 and 765.00. A third of the
    /// hours ends after six decimals.
    #[test]
    fn both_sides_of_the_fall_are_told() {
        let law = Law::read(Law::BUILT_IN).unwrap();
        let decimal = |text: &str| text.parse::<Decimal>().unwrap();
        for (new_hours, base, former, most, qualifies) in [
            (3_500, 153_000, "1800", "1530", true),
            (3_500, 153_001, "1800", "1530", false),
            (1_750, 76_500, "900", "765", true),
            (1_000, 40_000, "514.285714", "437.142857", true),
        ] {
            let comparison = Comparison {
                sjr: Cents(6_000),
                old_hours: WeeklyHours(3_500),
                new_hours: WeeklyHours(new_hours),
                base: Cents(base),
            };
            let fall = law.fall(&comparison, day("2005-11-01")).unwrap();
            assert_eq!((fall.former, fall.most, fall.qualifies), (decimal(former), decimal(most), qualifies));
            assert_eq!(fall.rate, Rate::from_decimal(decimal("0.85")).unwrap());
        }
    }

    /// By hand: R4.1, 450.00 times 12 over 365 are 14.79 a day; nothing in category 1 and on other days.
    #[test]
    fn a_day_of_the_pension_is_told_where_it_takes_something() {
        let law = Law::read(Law::BUILT_IN).unwrap();
        let of = |category, monthly| Pension {
            category,
            monthly: Cents(monthly),
            span: Span::new(day("2005-08-01"), day("2005-08-31")),
        };
        let pension = of(PensionCategory::Second, 45_000);
        for (on, daily) in [
            ("2005-07-31", None),
            ("2005-08-01", Some(Cents(1_479))),
            ("2005-08-31", Some(Cents(1_479))),
            ("2005-09-01", None),
        ] {
            assert_eq!(law.pension_daily(&pension, day(on)), daily, "{on}");
        }
        for pension in [of(PensionCategory::First, 45_000), of(PensionCategory::Third, 0)] {
            assert_eq!(law.pension_daily(&pension, day("2005-08-15")), None);
        }
    }
}
