//! R1: the first day of the CRP and its term.

use super::regime::Regime;
use crate::calendar::{Day, Span};

/// R1.1, R1.2, CRP convention art. 11: from the day after the contract ends, without a waiting day, for the regime's
/// months date to date. Interruptions never move the term (R1.5, a choice).
#[inline]
pub fn crp(contract_end: Day, regime: &Regime) -> Span {
    months_from(contract_end.next(), regime.months)
}

/// R6.6, CRP convention art. 9 al. 3: the IDR's clock runs date to date from the first qualifying hire, past the term
/// of the CRP if need be.
pub fn differential_clock(hire: Day, regime: &Regime) -> Span {
    months_from(hire, regime.idr_months)
}

/// R1.2: so many months date to date, less a day; a day that the last month lacks counts as that month's last.
#[inline]
pub fn months_from(first: Day, months: u32) -> Span {
    Span::new(first, first.plus_months(months).eve())
}
