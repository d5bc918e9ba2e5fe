//! R1.6: what is handed over to the unemployment insurance when a CRP ends.

use super::Law;
use super::regime::Population;
use super::timeline::{Timeline, UnknownLaw};
use crate::calendar::{Day, Span};
use crate::facts::EventKind;

/// Why a CRP is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// R1.2: its term came.
    Term,
    /// Its term came while a job ran on.
    Job,
    /// R2: business creation.
    BusinessCreation,
    /// R2: full-rate pension.
    Retirement,
    /// R2: exclusion.
    Exclusion,
    /// R2: a contrat de transition professionnelle took its place.
    Ctp,
}

impl End {
    /// All reasons, in the order of R1.6.
    pub const ALL: [Self; 6] =
        [Self::Term, Self::Job, Self::BusinessCreation, Self::Retirement, Self::Exclusion, Self::Ctp];

    /// The name in files and in the law data.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Term => "term",
            Self::Job => "job",
            Self::BusinessCreation => EventKind::BusinessCreation.name(),
            Self::Retirement => EventKind::Retirement.name(),
            Self::Exclusion => EventKind::Exclusion.name(),
            Self::Ctp => EventKind::Ctp.name(),
        }
    }

    /// The reason that a final event is; `None` for a kind that the law data alone calls final.
    pub fn of_event(kind: EventKind) -> Option<Self> {
        Self::ALL.into_iter().find(|end| end.name() == kind.name())
    }
}

/// When to register with the unemployment insurance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// On the day after the last day of the CRP.
    DayAfter,
    /// On the day after the job, once it is known.
    AfterJob,
    /// On the day after the CTP.
    AfterCtp,
    /// Not at all.
    No,
}

impl Register {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::DayAfter, Self::AfterJob, Self::AfterCtp, Self::No];

    /// The name in the law data.
    pub const fn name(self) -> &'static str {
        match self {
            Self::DayAfter => "day-after",
            Self::AfterJob => "after-job",
            Self::AfterCtp => "after-ctp",
            Self::No => "none",
        }
    }
}

/// The entries of each reason, in the order of [`End::ALL`].
pub(super) type Registrations = Vec<Timeline<Register>>;

/// What pays after the CRP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The ARE.
    Are,
    /// The ARE while a training that began in the CRP goes on (art. 8).
    AreFormation,
    /// Article 3 without days of ARE left, in training: the allocation de fin de formation may be given (art. 8).
    EndOfTraining,
    /// The job.
    Job,
    /// The CTP.
    Ctp,
    /// The pension.
    Retirement,
    /// The new business.
    Business,
    /// No day of ARE is left.
    Nothing,
}

impl Next {
    /// The word in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Are => "are",
            Self::AreFormation => "are-formation",
            Self::EndOfTraining => "fin-de-formation",
            Self::Job => "job",
            Self::Ctp => "ctp",
            Self::Retirement => "retirement",
            Self::Business => "business",
            Self::Nothing => "none",
        }
    }
}

/// How a CRP ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Why.
    pub end: End,
    /// From the first day to the term.
    pub crp: Span,
    /// Its last day; the eve of a final event.
    pub last: Day,
    /// The last day of the job that runs over the term, if it is known.
    pub job_last: Option<Day>,
    /// Ordinary or article 3.
    pub population: Population,
    /// Whether a training runs over the last day.
    pub in_training: bool,
    /// Days of ARE, as the fund states them.
    pub are_days: Option<u32>,
    /// Indemnified days of the whole CRP; `None` where the case is held.
    pub asr_days: Option<i64>,
}

/// R1.6: what the unemployment insurance is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handover {
    /// How the CRP ended.
    pub ended: Ended,
    /// Days of ARE left; `None` where the days of ARE or of ASR are not known.
    pub are_days_left: Option<i64>,
    /// What pays next.
    pub next: Next,
    /// The day to register, if there is one and it is known.
    pub register_on: Option<Day>,
    /// The days of the CTP.
    pub ctp: Option<Span>,
}

impl Law {
    /// R1.6, ASH 2410 and CRP convention art. 8: days of ARE left are the ARE duration less the indemnified days of ASR, never
    /// below zero; a training that goes on is paid by them; there is no waiting time and no deferral.
    ///
    /// # Errors
    /// No law for the end of the CRP.
    pub fn handover(&self, ended: Ended) -> Result<Handover, UnknownLaw> {
        let left = |(are, asr): (u32, i64)| (i64::from(are) - asr).max(0);
        let are_days_left = ended.are_days.zip(ended.asr_days).map(left);
        let ctp = if ended.end == End::Ctp { Some(self.transition(ended.crp.first, ended.last.next())?) } else { None };
        let next = match ended.end {
            End::Job => Next::Job,
            End::Ctp => Next::Ctp,
            End::Retirement => Next::Retirement,
            End::BusinessCreation => Next::Business,
            End::Term | End::Exclusion => match (are_days_left, ended.in_training) {
                (Some(0), true) if ended.population == Population::Article3 => Next::EndOfTraining,
                (Some(0), _) => Next::Nothing,
                (_, true) if ended.end == End::Term => Next::AreFormation,
                _ => Next::Are,
            },
        };
        let registration = self.registrations[ended.end as usize].on(ended.last.next().min(self.verified_until))?;
        let register_on = match registration {
            Register::DayAfter => Some(ended.last.next()),
            Register::AfterJob => ended.job_last.map(Day::next),
            Register::AfterCtp => ctp.map(|ctp| ctp.last.next()),
            Register::No => None,
        };
        Ok(Handover { ended, are_days_left, next, register_on, ctp })
    }

    /// R1.6: the CTP begins on the day of its event and lasts 12 months date to date less the time since the CRP began; empty
    /// where nothing of them is left.
    ///
    /// # Errors
    /// No CTP on that day.
    pub fn transition(&self, crp_start: Day, event: Day) -> Result<Span, UnknownLaw> {
        let months = *self.transition_months.on(event.min(self.verified_until))?;
        Ok(Span::new(event, super::duration::months_from(crp_start, months).last))
    }
}
