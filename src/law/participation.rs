//! R5: the participation in the complementary pensions.

use super::Law;
use super::allowance::Right;
use super::timeline::UnknownLaw;
use crate::calendar::Day;
use crate::money::Cents;

impl Law {
    /// R5.1, CRP convention art. 10 §4: 3 % of the reference wage (not of the allowance) is withheld each day, after the
    /// pension, never so that less than the minimum ARE is left (RG09 art. 19).
    ///
    /// # Errors
    /// No law for the day.
    // In the loop over a month's stretches its values would be read ahead of need, and put aside.
    #[inline(never)]
    pub fn participation(&self, right: &Right<'_>, after_pension: Cents, day: Day) -> Result<Cents, UnknownLaw> {
        let parameters = self.parameters(day)?;
        let rate = match parameters.participation {
            Some(rate) => rate,
            None => *self.participation.on(day)?,
        };
        let of_wage = rate.of(right.sjr).round(self.rounding);
        let minimum = right.part_time.of(parameters.minimum_are).round(self.rounding);
        let above_minimum = (after_pension - minimum).or_zero();
        Ok(of_wage.min(above_minimum))
    }
}
