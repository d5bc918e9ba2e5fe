//! R0: which convention governs a beneficiary, and which population it belongs to.

use super::Law;
use super::allowance::Allowance;
use super::timeline::{Timeline, UnknownLaw};
use crate::calendar::Day;

/// A convention: R0.1's table.
#[derive(Clone, Debug)]
pub struct Regime {
    /// Its id in files: `crp-2005`, `crp-2006`, `crp-2009`.
    pub id: String,
    /// How many months the CRP lasts.
    pub months: u32,
    /// For how many months the IDR may be paid.
    pub idr_months: u32,
    /// R3.1: how a day's ordinary ASR is made.
    pub(super) allowance: Timeline<Allowance>,
}

/// R0.2: two populations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Population {
    /// Article 2: enough seniority with the employer.
    Ordinary,
    /// Article 3: less.
    Article3,
}

impl Law {
    /// R0.1, CRP convention art. 22 §2: the day on which the procedure was engaged decides, for good.
    ///
    /// # Errors
    /// R0.3: no regime for the day.
    #[inline]
    pub fn regime(&self, procedure_date: Day) -> Result<&Regime, UnknownLaw> {
        self.regime_by_day.on(procedure_date).map(|&at| &self.regimes[at])
    }

    /// R0.2, CRP convention arts 2 and 3: by months of seniority, under the law of the day of the procedure.
    ///
    /// # Errors
    /// No law for the day.
    #[inline]
    pub fn population(&self, seniority_months: u32, procedure_date: Day) -> Result<Population, UnknownLaw> {
        let ordinary = seniority_months >= *self.ordinary_seniority.on(procedure_date)?;
        Ok(if ordinary { Population::Ordinary } else { Population::Article3 })
    }

    /// The first day on which a procedure could be engaged under any regime.
    pub fn first_day(&self) -> Option<Day> {
        self.regime_by_day.entries().first().map(|entry| entry.from)
    }

    /// The regimes in the order of their first days.
    pub fn regimes(&self) -> &[Regime] {
        &self.regimes
    }
}
