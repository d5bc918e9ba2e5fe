//! One beneficiary, one month, one law: a statement. Pure; the same facts give the same lines anywhere, for ever.

mod asr;
mod deadlines;
mod examination;
mod grounds;
mod handover;
mod idr;
mod jobs;
mod statement;
mod unpaid;

pub use grounds::{FrozenGrounds, Grounds, JobGrounds, Reason, Unpaid};
pub use statement::{Amounts, AsrLine, IdrLine, NilReason, Outcome, Settlement};

use crate::anomaly::{Code, Finding, Place};
use crate::calendar::{Day, Month, Span};
use crate::columns::{Column, Export};
use crate::facts::{Dossier, Event, Sourced};
use crate::law::allowance::Right;
use crate::law::handover::Handover;
use crate::law::interruption::Interruption;
use crate::law::regime::Population;
use crate::law::{Law, UnknownLaw};

use jobs::Jobs;
use unpaid::UnpaidDays;

/// Settles one dossier after the other; its buffers are used again.
#[derive(Debug)]
pub struct Settler<'l> {
    law: &'l Law,
    month: Month,
    days: Span,
    jobs: Jobs,
    unpaid: UnpaidDays,
}

/// A dossier whose facts allow a computation.
#[derive(Clone, Copy, Debug)]
struct Case<'a, 'l> {
    dossier: &'a Dossier<'a>,
    right: Right<'l>,
}

impl Case<'_, '_> {
    /// R3: the days indemnified before a day of the CRP, or the day behind it; from the day of an opening on they are counted on
    /// from what it states.
    #[inline]
    fn indemnified_before(&self, day: Day, unpaid: &UnpaidDays) -> i64 {
        let start = self.right.crp.first;
        match self.dossier.opening.filter(|opening| opening.first <= day) {
            Some(opening) => opening.asr_days + unpaid.count_paid(Span::new(start.max(opening.first), day.eve())),
            None => unpaid.count_paid(Span::new(start, day.eve())),
        }
    }
}

impl<'l> Settler<'l> {
    /// For one month, by one law.
    pub fn new(law: &'l Law, month: Month) -> Self {
        Self { law, month, days: month.span(), jobs: Jobs::default(), unpaid: UnpaidDays::default() }
    }

    /// From now on for another month.
    pub fn for_month(&mut self, month: Month) {
        (self.month, self.days) = (month, month.span());
    }

    /// What the month is worth to a beneficiary, written over `settlement`; `findings` holds what was found about the
    /// beneficiary's rows so far, and gets what is found here.
    pub fn settle(&mut self, dossier: Dossier<'_>, findings: &mut Vec<Finding>, settlement: &mut Settlement<'l>) {
        settlement.clear();
        self.jobs.gather(dossier.earnings);
        let examined = self.examine(&dossier, findings);
        let may_pay = !findings.iter().any(Finding::holds);
        if let Some(case) = examined.as_ref().filter(|_| may_pay) {
            settlement.regime = Some(&case.right.regime.id);
            let known = findings.len();
            if let Err(unknown) = self.value(case, findings, settlement) {
                findings.truncate(known);
                settlement.clear_lines();
                findings.push(unknown_law(&dossier, &unknown));
            }
        } else if let Some(case) = &examined {
            // Its days are not known, but that it ends has to be told all the same.
            settlement.regime = Some(&case.right.regime.id);
            let gathered = self.unpaid.gather(self.law, self.days.last, case, self.jobs.all());
            if gathered.is_ok() && self.ends_in_month(case) {
                settlement.handover = self.handover(case, false).ok();
            }
        }
        settlement.conclude(findings);
    }

    /// The facts of a dossier as the rules take them, and the days of its CRP up to the term or the eve of a final event; `None`
    /// where no law is known for them.
    pub fn days_of_crp(&self, dossier: Dossier<'_>) -> Option<(Right<'l>, Span)> {
        let right = self.right(dossier)?;
        let ends = |event: &&Sourced<Event>| {
            self.law.interruption(event.fact.kind, right.regime, event.fact.span.first) == Ok(Interruption::Ends)
        };
        let ended = dossier.events.iter().filter(ends).map(|event| event.fact.span.first).min();
        let last = ended.map_or(right.crp.last, |day| day.eve().min(right.crp.last));
        let days = Span::new(right.crp.first, last);
        Some((right, days))
    }

    fn value(
        &mut self,
        case: &Case<'_, 'l>,
        findings: &mut Vec<Finding>,
        settlement: &mut Settlement<'l>,
    ) -> Result<(), UnknownLaw> {
        let law = self.law;
        self.unpaid.gather(law, self.days.last, case, self.jobs.all())?;
        asr::value(law, self.days, case, &self.unpaid, settlement)?;
        if !self.jobs.all().is_empty() {
            if case.right.population == Population::Article3 {
                idr::refuse_article_3(self.month, case, self.jobs.all(), findings);
            } else {
                idr::value(law, self.month, case, &self.unpaid, self.jobs.all(), findings, settlement)?;
            }
        }
        if self.ends_in_month(case) {
            settlement.handover = Some(self.handover(case, true)?);
        }
        Ok(())
    }

    fn ends_in_month(&self, case: &Case<'_, 'l>) -> bool {
        let crp = case.right.crp;
        self.days.contains(handover::ended_on(crp, &self.unpaid).unwrap_or(crp.last))
    }

    #[inline(never)]
    fn handover(&self, case: &Case<'_, 'l>, is_settled: bool) -> Result<Handover, UnknownLaw> {
        handover::value(self.law, case, &self.unpaid, self.jobs.all(), is_settled)
    }
}

#[cold]
fn unknown_law(dossier: &Dossier<'_>, unknown: &UnknownLaw) -> Finding {
    let beneficiary = dossier.beneficiary;
    let place = Place { export: Export::Beneficiaries, line: beneficiary.line, column: Some(Column::ContractEnd) };
    Finding::new(Code::UnknownLaw, place, Some(beneficiary.fact.id), unknown.to_string())
}
