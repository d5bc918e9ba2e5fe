//! R3.4: the reference daily wage (SJR) and what is plausible for it.

use super::Law;
use super::timeline::UnknownLaw;
use crate::calendar::Day;
use crate::facts::{Wage, WeeklyHours};
use crate::money::Cents;

/// What is plausible; beyond it a case is held.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Contributions are paid on at most so many times the ceiling.
    pub wage_ceiling_multiple: u32,
    /// A choice: a notice indemnity of more is looked at by a person. It is not capped as contributions are, so the multiple
    /// is far above that of wages; a lost decimal point lies beyond it.
    pub notice_ceiling_multiple: u32,
    /// More hours a week than the law allows.
    pub weekly_hours: WeeklyHours,
}

impl Law {
    /// R3.4: as the fund states it, or pay over days, to the cent.
    #[inline]
    pub fn reference_wage(&self, wage: Wage) -> Cents {
        match wage {
            Wage::Stated(sjr) => sjr,
            Wage::Earned { pay, days } => Cents(self.rounding.quotient(pay.0, i64::from(days))),
        }
    }

    /// R3.4: whether a reference daily wage lies above 4 × ceiling × 12 / 365, compared exactly.
    ///
    /// # Errors
    /// The ceiling of the year in which the contract ended is not known.
    #[inline]
    pub fn wage_is_above_ceiling(&self, sjr: Cents, contract_end: Day) -> Result<bool, UnknownLaw> {
        self.is_above(sjr, self.limits.on(contract_end)?.wage_ceiling_multiple, contract_end)
    }

    /// Whether a daily notice indemnity is more than any that a person should pay without a look at it.
    ///
    /// # Errors
    /// The ceiling of the year in which the contract ended is not known.
    pub fn notice_is_implausible(&self, notice_daily: Cents, contract_end: Day) -> Result<bool, UnknownLaw> {
        self.is_above(notice_daily, self.limits.on(contract_end)?.notice_ceiling_multiple, contract_end)
    }

    #[inline]
    fn is_above(&self, daily: Cents, multiple: u32, contract_end: Day) -> Result<bool, UnknownLaw> {
        let ceiling = self.social_security_ceiling.on(contract_end)?;
        Ok(daily.0 * 365 > ceiling.0 * 12 * i64::from(multiple))
    }

    /// What is plausible on a day.
    ///
    /// # Errors
    /// No law for the day.
    #[inline]
    pub fn limits(&self, day: Day) -> Result<&Limits, UnknownLaw> {
        self.limits.on(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R3.4, a choice, by hand: 40 times 2516.00 times 12 over 365 are 3308.71 a day (3308.7123).
    #[test]
    fn a_notice_above_forty_ceilings_is_looked_at() {
        let law = Law::read(Law::BUILT_IN).unwrap();
        let on: Day = "2005-06-30".parse().unwrap();
        for (daily, implausible) in [(330_871, false), (330_872, true)] {
            assert_eq!(law.notice_is_implausible(Cents(daily), on), Ok(implausible), "{daily}");
        }
    }

    /// R3.4, by hand, at an invented ceiling: 4 times 3650.00 times 12 over 365 are 480.00, which is not above it.
    #[test]
    fn a_wage_at_the_ceiling_is_not_above_it() {
        let law = Law::read(&Law::BUILT_IN.replace("\"2516.00\"", "\"3650.00\"")).unwrap();
        let on: Day = "2005-06-30".parse().unwrap();
        for (daily, above) in [(48_000, false), (48_001, true)] {
            assert_eq!(law.wage_is_above_ceiling(Cents(daily), on), Ok(above), "{daily}");
        }
    }
}
