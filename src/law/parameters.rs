//! The values that every day's ASR hangs on, put together: for each stretch of days on which none of them changes.

use super::Law;
use super::allowance::AreRates;
use super::timeline::{Entry, Timeline, UnknownLaw};
use crate::calendar::Day;
use crate::money::{Cents, Rate};

/// What the law data says of a day, apart from the regime's allowance.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameters {
    /// R3.3.
    pub(super) are_rates: AreRates,
    /// R3.3: F.
    pub(super) are_fixed_part: Cents,
    /// R3.3, R5.1: M.
    pub(super) minimum_are: Cents,
    /// R5.1, where it is known.
    pub(super) participation: Option<Rate>,
    /// The last day up to which they, the minimum AREF and all allowances are the same, and verified.
    pub(super) until: Day,
}

impl Law {
    /// The values of each stretch between two of `changes`, out of their own timelines.
    pub(super) fn put_parameters_together(&mut self, changes: &[Day]) {
        let stretch = |(at, &from): (usize, &Day)| {
            let until = changes.get(at + 1).map_or(Day::AFTER_ALL, |next| next.eve());
            Entry { from, value: self.parameters_apart(from, until).ok(), source: String::new() }
        };
        let stretches = changes.iter().enumerate().map(stretch).collect();
        self.parameters = Timeline::new("parameters", stretches, self.verified_until);
    }

    /// # Errors
    /// One of them is not known on the day; that may be said of the participation when it is asked for.
    #[inline]
    pub(super) fn parameters(&self, day: Day) -> Result<&Parameters, UnknownLaw> {
        // Only the timeline of the value that is missing knows what to say of it.
        self.parameters.on(day).map_err(|unknown| self.parameters_apart(day, day).err().unwrap_or(unknown))
    }

    #[cold]
    fn parameters_apart(&self, day: Day, until: Day) -> Result<Parameters, UnknownLaw> {
        Ok(Parameters {
            are_rates: *self.are_rates.on(day)?,
            are_fixed_part: *self.are_fixed_part.on(day)?,
            minimum_are: *self.minimum_are.on(day)?,
            participation: self.participation.on(day).ok().copied(),
            until,
        })
    }
}
