//! R6: the differential indemnity (IDR) for a worse-paid job.

use super::Law;
use super::timeline::UnknownLaw;
use crate::calendar::{Day, Month, Span};
use crate::facts::WeeklyHours;
use crate::money::{Cents, Rate};

/// R6: the figures of art. 9.
#[derive(Clone, Copy, Debug)]
pub struct DifferentialRates {
    /// The former monthly pay is so many times the reference daily wage.
    pub wage_days: i64,
    /// R6.2: the new pay is at most this rate of the former one.
    pub most_of_former_pay: Rate,
    /// R6.5: all IDR is at most this rate of the residual rights.
    pub cap_of_residual: Rate,
}

/// R6.2: what the former pay is where the weekly hours differ; no CRP text says, so the law data does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RescaledHours {
    /// In proportion to the hours, as for the twin ADR.
    Proportional,
    /// As it was.
    AsIs,
}

/// What the pay of a new job is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    /// S, the reference daily wage.
    pub sjr: Cents,
    /// Weekly hours of the lost job, above zero.
    pub old_hours: WeeklyHours,
    /// Weekly hours of the new job.
    pub new_hours: WeeklyHours,
    /// Gross monthly base pay of the new job.
    pub base: Cents,
}

impl Law {
    /// R6.2, CRP convention art. 9 al. 1: whether the base pay at hire is lower than the former pay by at least 15 %,
    /// compared exactly: a fall of just 15 % qualifies.
    ///
    /// # Errors
    /// No law for the day of hire.
    pub fn fall_qualifies(&self, comparison: &Comparison, hire: Day) -> Result<bool, UnknownLaw> {
        let rates = self.differential.on(hire)?;
        let (former, parts) = self.former_pay(comparison, rates);
        let most = i128::from(former) * i128::from(rates.most_of_former_pay.billionths());
        Ok(i128::from(comparison.base.0) * i128::from(parts) * i128::from(Rate::ONE.billionths()) <= most)
    }

    /// R6.3, CRP convention art. 9 al. 2: `r(former − base)` a month, never negative.
    ///
    /// # Errors
    /// No law for the day of hire.
    pub fn monthly_differential(&self, comparison: &Comparison, hire: Day) -> Result<Cents, UnknownLaw> {
        let (former, parts) = self.former_pay(comparison, self.differential.on(hire)?);
        let difference = (former - comparison.base.0 * parts).max(0);
        Ok(Cents(self.rounding.quotient(difference, parts)))
    }

    /// The former monthly pay in parts of a cent, and how many parts make one.
    pub(super) fn former_pay(&self, comparison: &Comparison, rates: &DifferentialRates) -> (i64, i64) {
        let Comparison { sjr, old_hours, new_hours, .. } = *comparison;
        let full = sjr.0 * rates.wage_days;
        if old_hours == new_hours || self.rescaled_hours == RescaledHours::AsIs {
            return (full, 1);
        }
        (full * i64::from(new_hours.0), i64::from(old_hours.0))
    }

    /// R6.4: the part of a monthly amount for the days under contract in the month, `r(monthly × days / its days)`.
    pub fn part_of_month(&self, monthly: Cents, month: Month, under_contract: Span) -> Cents {
        let all = month.span();
        self.rounding.fraction(monthly, under_contract.intersect(all).days(), all.days())
    }

    /// R6.5, CRP convention art. 9 al. 3: `r(0.50 × residual)`, the most that all IDR together may be.
    ///
    /// # Errors
    /// No law for the day of hire.
    pub fn differential_cap(&self, residual: Cents, hire: Day) -> Result<Cents, UnknownLaw> {
        let rate = self.differential.on(hire)?.cap_of_residual;
        Ok(rate.rounded(residual, self.rounding))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R6.2, R6.3, by hand: former pay 30 times 60.00; in proportion 900.00 at half the hours, which no pay above 765.00 falls short
    /// of by 15 %; as it was 1800.00, less 1200.00.
    #[test]
    fn former_pay_at_other_hours_is_as_the_law_data_chooses() {
        let on: Day = "2005-11-01".parse().unwrap();
        let comparison = Comparison {
            sjr: Cents(6_000),
            old_hours: WeeklyHours(3_500),
            new_hours: WeeklyHours(1_750),
            base: Cents(120_000),
        };
        let proportional = Law::read(Law::BUILT_IN).unwrap();
        let choice = "[choice.rescaled_hours]\nvalue = \"proportional\"";
        assert!(Law::BUILT_IN.contains(choice));
        let as_is = Law::read(&Law::BUILT_IN.replace(choice, "[choice.rescaled_hours]\nvalue = \"as-is\"")).unwrap();
        for (law, qualifies, monthly) in [(&proportional, false, 0), (&as_is, true, 60_000)] {
            assert_eq!(law.fall_qualifies(&comparison, on), Ok(qualifies));
            assert_eq!(law.monthly_differential(&comparison, on), Ok(Cents(monthly)));
        }
    }

    /// R6.5: half of the residual, whatever its size.
    #[test]
    fn a_cap_of_millions_is_half_of_the_residual() {
        let law = Law::read(Law::BUILT_IN).unwrap();
        let on: Day = "2005-11-01".parse().unwrap();
        for (residual, cap) in [(504_000, 252_000), (2_500_000_002, 1_250_000_001), (3_000_000_000, 1_500_000_000)] {
            assert_eq!(law.differential_cap(Cents(residual), on), Ok(Cents(cap)));
        }
    }
}
