//! What the lines of a month rest on, for a statement: worked out anew by the functions that made the lines.

use super::jobs::{Job, first_day_of_two};
use super::{Case, Settlement, Settler, asr, idr};
use crate::anomaly::Finding;
use crate::calendar::{Day, Month, Span};
use crate::facts::{Dossier, Earning, EventKind, Sourced};
use crate::identity::Siret;
use crate::law::allowance::Right;
use crate::law::differential::Comparison;
use crate::law::interruption::Interruption;
use crate::law::regime::Population;
use crate::law::{Law, UnknownLaw};
use crate::money::Cents;

/// What the lines of a month rest on.
#[derive(Clone, Debug)]
pub struct Grounds<'l> {
    /// The facts as the rules take them.
    pub right: Right<'l>,
    /// R3: the days indemnified before the month.
    pub indemnified_before: i64,
    /// R1.3: for article 3, the days of ARE left at the beginning of the month.
    pub are_days_left: Option<i64>,
    /// The days of the month that are not paid, in order.
    pub unpaid: Vec<Unpaid>,
    /// The jobs of the month, and earlier ones that started the clock.
    pub jobs: Vec<JobGrounds>,
    /// R6.5, R6.6: what the first qualifying hire froze.
    pub frozen: Option<FrozenGrounds>,
    /// R6.8: the first day of the month on which two jobs run.
    pub two_jobs: Option<Day>,
}

/// Days that are not paid for the same reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpaid {
    /// The days.
    pub days: Span,
    /// Why; more than one reason may hold.
    pub reasons: Vec<Reason>,
}

/// Why a day is not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
pub enum Reason {
    /// R1.1: the CRP has not begun.
    BeforeStart,
    /// R1.2: it is over.
    AfterTerm,
    /// R2.
    Event {
        /// Its kind.
        kind: EventKind,
        /// Its days.
        span: Span,
        /// Its line in `events.csv`.
        line: u64,
        /// Whether nothing is paid from its first day on, for good.
        is_final: bool,
    },
    /// R2, `work`.
    Job {
        /// Who employs.
        employer: Siret,
        /// Its days.
        span: Span,
    },
    /// R1.3.
    AreDaysUsed,
}

/// A job and what R6 asks of it.
#[derive(Clone, Copy, Debug)]
pub struct JobGrounds {
    /// Who employs.
    pub employer: Siret,
    /// Its days.
    pub span: Span,
    /// R6.1: whether the hire lies between the start and the term, with no final event before it.
    pub is_within: bool,
    /// R6.1: the first day of a final event up to the hire.
    pub ended: Option<Day>,
    /// R6.2: what was compared at hire; `None` where R6.1 or article 3 excludes the job already.
    pub at_hire: Option<Comparison>,
    /// The row of the month.
    pub row: Option<Sourced<Earning>>,
    /// R6.3: what is compared in the month.
    pub in_month: Option<Comparison>,
}

/// R6.5, R6.6: what the first qualifying hire froze.
#[derive(Clone, Copy, Debug)]
pub struct FrozenGrounds {
    /// The first qualifying hire.
    pub hire: Day,
    /// The residual rights on that day.
    pub residual: Cents,
    /// The most that all IDR may be.
    pub cap: Cents,
    /// The days for which it may be paid.
    pub clock: Span,
}

impl<'l> Settler<'l> {
    /// The facts of a dossier as the rules take them, even where something holds its payment; `None` where no law is known
    /// for them.
    pub fn right(&self, dossier: Dossier<'_>) -> Option<Right<'l>> {
        self.examine(&dossier, &mut Vec::new()).map(|case| case.right)
    }

    /// What the lines of a dossier that was settled just now rest on.
    ///
    /// # Errors
    /// No law for the month: there are no lines.
    pub fn grounds(
        &mut self,
        dossier: Dossier<'_>,
        settlement: &Settlement<'l>,
    ) -> Result<Option<Grounds<'l>>, UnknownLaw> {
        let Some(case) = self.examine(&dossier, &mut Vec::new()) else { return Ok(None) };
        let law = self.law;
        self.jobs.gather(dossier.earnings);
        self.unpaid.gather(law, self.days.last, &case, self.jobs.all())?;
        let crp = case.right.crp;
        let before = Span::new(crp.first, self.days.first.eve().min(crp.last));
        let indemnified = if before.is_empty() { 0 } else { case.indemnified_before(before.last.next(), &self.unpaid) };
        let is_article_3 = case.right.population == Population::Article3;
        let are_days_left = is_article_3.then(|| asr::days_left(&case, indemnified));
        let mut grounds = Grounds {
            right: case.right,
            indemnified_before: are_days_left.map_or(indemnified, |_| self.indemnified_article_3(&case, indemnified)),
            are_days_left,
            unpaid: unpaid_days(law, self.days, &case, self.jobs.all(), settlement)?,
            jobs: Vec::new(),
            frozen: None,
            two_jobs: first_day_of_two(self.jobs.all(), self.days),
        };
        self.judge_jobs(&case, &mut grounds)?;
        Ok(Some(grounds))
    }

    /// R6.5, R6.6: the cap and the clock that the first qualifying hire froze, if it lies before a day.
    ///
    /// # Errors
    /// No law for a day that they hang on.
    pub fn frozen_before(&mut self, dossier: Dossier<'_>, day: Day) -> Result<Option<(Cents, Span)>, UnknownLaw> {
        let Some(case) = self.examine(&dossier, &mut Vec::new()) else { return Ok(None) };
        if case.right.population == Population::Article3 {
            return Ok(None);
        }
        self.jobs.gather(dossier.earnings);
        self.unpaid.gather(self.law, self.days.last, &case, self.jobs.all())?;
        for job in self.jobs.all().iter().filter(|job| job.span.first < day) {
            if idr::qualifies(self.law, self.month, &case, &self.unpaid, job, &mut Vec::new())? {
                let frozen = idr::freeze(self.law, &case, &self.unpaid, job.span.first)?;
                return Ok(Some((frozen.cap, frozen.clock)));
            }
        }
        Ok(None)
    }

    /// R1.3: never more than the days of ARE.
    fn indemnified_article_3(&self, case: &Case<'_, '_>, indemnified: i64) -> i64 {
        case.dossier.beneficiary.fact.are_days.map_or(indemnified, |limit| indemnified.min(i64::from(limit)))
    }

    fn judge_jobs(&self, case: &Case<'_, 'l>, grounds: &mut Grounds<'l>) -> Result<(), UnknownLaw> {
        let scratch: &mut Vec<Finding> = &mut Vec::new();
        for job in self.jobs.all() {
            let rows = job.rows(case.dossier.earnings);
            let row = job.row(case.dossier.earnings, self.month).copied();
            let hire = job.span.first;
            let ended = self.unpaid.ended.filter(|&ended| ended <= hire);
            let is_within = case.right.crp.contains(hire) && ended.is_none();
            let may_have = is_within && case.right.population == Population::Ordinary;
            let starts_clock = may_have
                && grounds.frozen.is_none()
                && idr::qualifies(self.law, self.month, case, &self.unpaid, job, scratch)?;
            if starts_clock {
                let residual = idr::residual(self.law, case, &self.unpaid, hire)?;
                let frozen = idr::freeze(self.law, case, &self.unpaid, hire)?;
                grounds.frozen = Some(FrozenGrounds { hire, residual, cap: frozen.cap, clock: frozen.clock });
            }
            if row.is_some() || job.span.meets(self.days) || starts_clock {
                grounds.jobs.push(JobGrounds {
                    employer: rows[0].fact.employer,
                    span: job.span,
                    is_within,
                    ended,
                    at_hire: may_have.then(|| idr::comparison(case, &rows[0].fact)),
                    row,
                    in_month: row.map(|row| idr::comparison(case, &row.fact)),
                });
            }
        }
        Ok(())
    }
}

/// Day by day: a month has few, and several reasons may meet on one.
fn unpaid_days(
    law: &Law,
    month: Span,
    case: &Case<'_, '_>,
    jobs: &[Job],
    settlement: &Settlement<'_>,
) -> Result<Vec<Unpaid>, UnknownLaw> {
    let mut unpaid: Vec<Unpaid> = Vec::new();
    let mut day = month.first;
    while day <= month.last {
        if !settlement.asr.iter().any(|line| line.span.contains(day)) {
            let reasons = reasons(law, case, jobs, day)?;
            match unpaid.last_mut().filter(|last| last.days.last.next() == day && last.reasons == reasons) {
                Some(last) => last.days.last = day,
                None => unpaid.push(Unpaid { days: Span::new(day, day), reasons }),
            }
        }
        day = day.next();
    }
    Ok(unpaid)
}

fn reasons(law: &Law, case: &Case<'_, '_>, jobs: &[Job], day: Day) -> Result<Vec<Reason>, UnknownLaw> {
    let crp = case.right.crp;
    if day < crp.first {
        return Ok(vec![Reason::BeforeStart]);
    }
    if day > crp.last {
        return Ok(vec![Reason::AfterTerm]);
    }
    let mut reasons = Vec::new();
    for event in case.dossier.events.iter().filter(|event| event.fact.span.first <= day) {
        let effect = law.interruption(event.fact.kind, case.right.regime, event.fact.span.first)?;
        if effect.unpaid(event.fact.span).is_some_and(|span| span.contains(day)) {
            let is_final = effect == Interruption::Ends;
            let (kind, span) = (event.fact.kind, event.fact.span);
            reasons.push(Reason::Event { kind, span, line: event.line, is_final });
        }
    }
    for job in jobs.iter().filter(|job| job.span.first <= day) {
        let effect = law.interruption(EventKind::Work, case.right.regime, job.span.first)?;
        if effect.unpaid(job.span).is_some_and(|span| span.contains(day)) {
            let employer = job.rows(case.dossier.earnings)[0].fact.employer;
            reasons.push(Reason::Job { employer, span: job.span });
        }
    }
    if reasons.is_empty() {
        reasons.push(Reason::AreDaysUsed);
    }
    Ok(reasons)
}

impl Grounds<'_> {
    /// The days of the CRP in a month; empty where it has none.
    pub fn crp_in(&self, month: Month) -> Span {
        self.right.crp.intersect(month.span())
    }
}
