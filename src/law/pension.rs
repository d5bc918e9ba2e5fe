//! R4: an invalidity pension is deducted from the ASR.

use super::Law;
use crate::calendar::Day;
use crate::facts::{Pension, PensionCategory};
use crate::money::Cents;

/// R4.1: how a monthly pension becomes a daily one; no text says, so the law data does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PensionDaily {
    /// Twelve months over 365 days.
    TwelveMonthsOf365Days,
    /// A month over 30 days.
    MonthOf30Days,
}

impl Law {
    /// R4.1, CRP convention art. 10 §3: what a pension takes from a day's gross ASR: nothing in category 1, else the daily
    /// pension, never more than the gross.
    pub fn pension_offset(&self, gross: Cents, pension: &Pension, day: Day) -> Cents {
        if pension.category == PensionCategory::First || !pension.span.contains(day) {
            return Cents::ZERO;
        }
        let daily = match self.pension_daily {
            PensionDaily::TwelveMonthsOf365Days => self.rounding.fraction(pension.monthly, 12, 365),
            PensionDaily::MonthOf30Days => self.rounding.fraction(pension.monthly, 1, 30),
        };
        daily.min(gross)
    }
}

/// The last day up to which a pension covers, or does not cover, every day from `day` on.
pub fn same_cover_until(pension: &Pension, day: Day) -> Day {
    if day < pension.span.first {
        pension.span.first.eve()
    } else if day <= pension.span.last {
        pension.span.last
    } else {
        Day::AFTER_ALL
    }
}
