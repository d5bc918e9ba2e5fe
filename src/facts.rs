//! What is known of a beneficiary, typed: the rows of the exports once they were read.

mod kept;

pub use kept::{Facts, KeptList, KeptRow, KnownFacts, Listed};

use std::borrow::Cow;
use std::fmt;

use crate::calendar::{Day, Month, Span};
use crate::identity::{BeneficiaryId, Iban, Nir, Siret};
use crate::money::{Cents, Rate};

/// A fact and the line of its file on which it starts.
#[derive(Clone, Copy, Debug)]
pub struct Sourced<T> {
    /// The physical line; the header is line 1.
    pub line: u64,
    /// What the row says.
    pub fact: T,
}

/// A row of `beneficiaries.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beneficiary<'a> {
    /// The fund's number.
    pub id: BeneficiaryId,
    /// Social security number.
    pub nir: Nir,
    /// Name, for the transfer.
    pub name: Cow<'a, str>,
    /// Account; `None` when what stands there is no SEPA account (A202 then holds the payment).
    pub iban: Option<Iban>,
    /// The day on which the dismissal procedure was engaged; it decides the regime (R0.1).
    pub procedure_date: Day,
    /// The last day of the contract.
    pub contract_end: Day,
    /// Seniority with the employer, in months.
    pub seniority_months: u32,
    /// Where the reference daily wage comes from.
    pub wage: Wage,
    /// Weekly hours of the lost job.
    pub weekly_hours: WeeklyHours,
    /// Hours of the lost job over the legal hours; 1 where nothing is said.
    pub part_time: Rate,
    /// Days of ARE; needed for article 3.
    pub are_days: Option<u32>,
    /// Gross notice indemnity a day.
    pub notice_daily: Option<Cents>,
    /// Invalidity pension.
    pub pension: Option<Pension>,
}

/// Where the reference daily wage (SJR) comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wage {
    /// The fund states it.
    Stated(Cents),
    /// R3.4: reference pay over the days in which it was earned.
    Earned {
        /// Pay of the twelve months.
        pay: Cents,
        /// Days of membership, above zero.
        days: u32,
    },
}

/// Hours a week, in hundredths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WeeklyHours(pub u32);

impl fmt::Display for WeeklyHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Cents(i64::from(self.0)).fmt(f)
    }
}

/// An invalidity pension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pension {
    /// Its category.
    pub category: PensionCategory,
    /// Its amount a month.
    pub monthly: Cents,
    /// The days that it covers.
    pub span: Span,
}

/// The category of an invalidity pension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PensionCategory {
    /// Category 1: able to work, not deducted.
    First,
    /// Category 2.
    Second,
    /// Category 3.
    Third,
    /// Acquired abroad, of any degree.
    Foreign,
}

/// A row of `events.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// From its first day to its last.
    pub span: Span,
}

/// What may interrupt the ASR (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the kind of its name; docs/LAW.md R2 says what it is")]
pub enum EventKind {
    Work,
    Sickness,
    Maternity,
    Accident,
    Parental,
    Presence,
    Abroad,
    CivicService,
    BusinessCreation,
    Retirement,
    Exclusion,
    Training,
    Ctp,
}

impl EventKind {
    /// All kinds, in the order of R2.
    pub const ALL: [Self; 13] = [
        Self::Work,
        Self::Sickness,
        Self::Maternity,
        Self::Accident,
        Self::Parental,
        Self::Presence,
        Self::Abroad,
        Self::CivicService,
        Self::BusinessCreation,
        Self::Retirement,
        Self::Exclusion,
        Self::Training,
        Self::Ctp,
    ];

    /// The name in files and in the law data.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Sickness => "sickness",
            Self::Maternity => "maternity",
            Self::Accident => "accident",
            Self::Parental => "parental",
            Self::Presence => "presence",
            Self::Abroad => "abroad",
            Self::CivicService => "civic_service",
            Self::BusinessCreation => "business_creation",
            Self::Retirement => "retirement",
            Self::Exclusion => "exclusion",
            Self::Training => "training",
            Self::Ctp => "ctp",
        }
    }

    /// The kind of that name.
    pub fn named(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name().as_bytes() == name)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A row of `earnings.csv`: one month of one job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earning {
    /// Who employs.
    pub employer: Siret,
    /// The month that the pay is for.
    pub month: Month,
    /// First day of the job.
    pub job_start: Day,
    /// Last day of the job, as known in that month.
    pub job_end: Option<Day>,
    /// Weekly hours of the contract in that month.
    pub weekly_hours: WeeklyHours,
    /// Gross monthly base pay of the contract in that month.
    pub base: Cents,
    /// What was paid.
    pub gross_paid: Cents,
    /// The day on which the proof of execution was received.
    pub proof: Option<Day>,
}

/// What the system before had done when the ledger began, as the fund states it: from there on the ledger counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The first day that is settled here.
    pub first: Day,
    /// R3: the days of ASR indemnified before.
    pub asr_days: i64,
    /// R6.5: the IDR paid before, which uses the cap.
    pub idr_paid: Cents,
    /// R6.5, R6.6: the cap and the clock, where a hire froze them before.
    pub frozen: Option<(Cents, Span)>,
}

/// A row of `followup.csv`: what an adviser knows of a beneficiary's way into and through the CRP.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followup<'a> {
    /// Who follows; blank where nobody does yet.
    pub adviser: Cow<'a, str>,
    /// The day on which the CRP was proposed.
    pub proposal: Option<Day>,
    /// The day on which it was accepted.
    pub acceptance: Option<Day>,
    /// Protected employees: the day on which the administrative decision was notified.
    pub protected_decision: Option<Day>,
    /// The pre-assessment interview.
    pub interview: Option<Day>,
    /// The day on which services were offered.
    pub plan: Option<Day>,
    /// The day on which the beneficiary found work for good.
    pub reclassified_on: Option<Day>,
    /// The last day on which the adviser spoke with the beneficiary.
    pub last_contact: Option<Day>,
}

/// A row of `employers.csv`: what the employer of the lost job owes hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dismissal {
    /// Who employed.
    pub employer: Siret,
    /// Months of notice, in hundredths.
    pub notice_months: u32,
    /// A month's pay with the charges on it.
    pub monthly_pay: Cents,
    /// A month's gross pay, on average.
    pub monthly_gross: Cents,
    /// Hours of the individual right to training (DIF) that were not used, in hundredths.
    pub dif_hours: u32,
    /// Net pay an hour.
    pub net_hourly: Cents,
    /// Whether the employer proposed the CRP.
    pub proposed: bool,
}

/// All that is known of one beneficiary.
#[derive(Clone, Copy, Debug)]
pub struct Dossier<'a> {
    /// Its row.
    pub beneficiary: &'a Sourced<Beneficiary<'a>>,
    /// Its events, in any order.
    pub events: &'a [Sourced<Event>],
    /// Its earnings of months up to the month of the run, by job and month, one row each.
    pub earnings: &'a [Sourced<Earning>],
    /// What was stated when the ledger began; `None` where everything is worked out from the facts.
    pub opening: Option<Opening>,
    /// Its way into and through the CRP, where that is exported.
    pub followup: Option<&'a Sourced<Followup<'a>>>,
    /// Its dismissal, where that is exported.
    pub dismissal: Option<&'a Sourced<Dismissal>>,
}
