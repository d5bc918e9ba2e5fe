//! The law of the CRP: dated data, and one file of pure functions for each rule of `docs/LAW.md`.
//!
//! Nothing here reads a file or a clock; the same facts, law and month give the same statement anywhere, for ever.

pub mod allowance;
pub mod article;
pub mod claims;
pub mod compared;
pub mod contribution;
mod data;
pub mod deadlines;
pub mod differential;
pub mod duration;
pub mod handover;
pub mod interruption;
pub mod listing;
mod parameters;
pub mod participation;
pub mod pension;
pub mod reference_wage;
pub mod regime;
pub mod timeline;

pub use data::LawFault;
pub use timeline::UnknownLaw;

use crate::calendar::Day;
use crate::money::{Cents, Rate, Rounding};

use allowance::AreRates;
use claims::ClaimRules;
use contribution::{ContributionChoices, ContributionRules};
use deadlines::{FollowUp, Reflexion, Silence};
use differential::{DifferentialRates, RescaledHours};
use handover::Registrations;
use interruption::Interruptions;
use parameters::Parameters;
use pension::PensionDaily;
use reference_wage::Limits;
use regime::Regime;
use timeline::{Missing, Timeline};

/// Everything that the law data says, ready to be asked for a day.
#[derive(Clone, Debug)]
pub struct Law {
    /// The name in the law data.
    pub name: String,
    /// SHA-256 of the law data, in hexadecimal digits.
    pub digest: String,
    /// The last day for which the data was checked.
    pub verified_until: Day,
    /// R3: how exact amounts become cents.
    pub rounding: Rounding,
    /// Every entry, for `versement law`.
    pub listing: listing::Listing,
    regimes: Vec<Regime>,
    regime_by_day: Timeline<usize>,
    ordinary_seniority: Timeline<u32>,
    interruptions: Interruptions,
    transition_months: Timeline<u32>,
    registrations: Registrations,
    are_rates: Timeline<AreRates>,
    are_fixed_part: Timeline<Cents>,
    minimum_are: Timeline<Cents>,
    minimum_aref: Timeline<Cents>,
    social_security_ceiling: Timeline<Cents>,
    participation: Timeline<Rate>,
    differential: Timeline<DifferentialRates>,
    limits: Timeline<Limits>,
    claims: Timeline<ClaimRules>,
    pension_daily: PensionDaily,
    rescaled_hours: RescaledHours,
    reflexion: Timeline<Reflexion>,
    follow_up: Timeline<FollowUp>,
    silence: Silence,
    contribution: Timeline<ContributionRules>,
    contribution_choices: ContributionChoices,
    parameters: Timeline<Parameters>,
}

impl Law {
    /// The text of the law data that the program carries.
    pub const BUILT_IN: &str = include_str!("crp.toml");

    /// Reads law data.
    ///
    /// # Errors
    /// Every fault of the text, with its line and column.
    pub fn read(text: &str) -> Result<Self, Vec<LawFault>> {
        data::read(text)
    }
}

impl Law {
    /// Whether the law was checked up to a day.
    ///
    /// # Errors
    /// It was not.
    pub fn verified(&self, day: Day) -> Result<(), UnknownLaw> {
        if day <= self.verified_until {
            return Ok(());
        }
        Err(Missing::AfterLastCheck { name: self.name.clone(), day, last: self.verified_until }.into())
    }
}
