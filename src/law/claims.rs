//! What becomes of amounts that were paid and not owed (trop-perçu).

use super::Law;
use super::timeline::UnknownLaw;
use crate::calendar::Day;
use crate::money::Rate;

/// How claims are recovered, and how long a case may be corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimRules {
    /// The share of a month's net that may be kept back, below 1; zero if nothing is.
    pub recovered_share: Rate,
    /// How many days after the month of the run that raised a claim.
    pub delay_days: i64,
    /// How many months after its end a case may still be corrected.
    pub correction_months: u32,
}

impl Law {
    /// The rules in force on a day.
    ///
    /// # Errors
    /// No law for the day.
    pub fn claim_rules(&self, day: Day) -> Result<ClaimRules, UnknownLaw> {
        self.claims.on(day).copied()
    }
}
