use super::{Case, Settler, deadlines, unknown_law};
use crate::anomaly::{Code, Finding, Place};
use crate::calendar::Day;
use crate::columns::{Column, Export};
use crate::facts::{Dossier, WeeklyHours};
use crate::law::allowance::Right;
use crate::law::regime::Population;
use crate::law::{UnknownLaw, duration};

impl<'l> Settler<'l> {
    /// What must be right before anything is computed (R0, R3.4, R6.2); every fault is told, not only the first.
    pub(super) fn examine<'a>(&self, dossier: &'a Dossier<'a>, findings: &mut Vec<Finding>) -> Option<Case<'a, 'l>> {
        let beneficiary = &dossier.beneficiary.fact;
        let law = self.law;

        if !dossier.earnings.is_empty() {
            tell_early_jobs(dossier, beneficiary.contract_end.next(), findings);
        }
        let Ok(regime) = law.regime(beneficiary.procedure_date) else {
            let found = beneficiary.procedure_date.to_string();
            findings.push(told(dossier, Code::NoRegime, Column::ProcedureDate, found));
            return None;
        };
        let sjr = law.reference_wage(beneficiary.wage);
        let mut tell_unknown = |unknown: &UnknownLaw| {
            // One value of the law that is missing is enough to hold the case; the checks that don't need it go on.
            findings.push(unknown_law(dossier, unknown));
        };
        let above_ceiling = law.wage_is_above_ceiling(sjr, beneficiary.contract_end).map_err(|e| tell_unknown(&e)).ok();
        let limits = law.limits(beneficiary.contract_end).map_err(|e| tell_unknown(&e)).ok();
        let population = law.population(beneficiary.seniority_months, beneficiary.procedure_date);
        let population = population.map_err(|e| tell_unknown(&e)).ok();
        if above_ceiling == Some(true) {
            findings.push(told(dossier, Code::WageAboveCeiling, Column::Sjr, sjr.to_string()));
        }
        if let Some(notice) = beneficiary.notice_daily
            && law.notice_is_implausible(notice, beneficiary.contract_end) == Ok(true)
        {
            findings.push(told(dossier, Code::NoticeImplausible, Column::NoticeDaily, notice.to_string()));
        }
        if let Some(limits) = limits {
            let limit = limits.weekly_hours;
            if beneficiary.weekly_hours > limit {
                let found = beneficiary.weekly_hours.to_string();
                findings.push(told(dossier, Code::HoursAboveLimit, Column::WeeklyHours, found));
            }
            if !dossier.earnings.is_empty() {
                tell_long_hours(dossier, limit, findings);
            }
        }
        if population == Some(Population::Article3) && beneficiary.are_days.is_none() {
            let found = format!("{} months of seniority", beneficiary.seniority_months);
            findings.push(told(dossier, Code::AreDaysMissing, Column::AreDays, found));
        }
        for event in dossier.events {
            if let Err(unknown) = law.interruption(event.fact.kind, regime, event.fact.span.first) {
                let place = Place { export: Export::Events, line: event.line, column: Some(Column::Kind) };
                findings.push(Finding::new(Code::KindNotInForce, place, Some(beneficiary.id), unknown.to_string()));
            }
        }
        let right = Right {
            regime,
            population: population?,
            crp: duration::crp(beneficiary.contract_end, regime),
            sjr,
            part_time: beneficiary.part_time,
            notice_daily: beneficiary.notice_daily,
        };
        if let Some(followup) = dossier.followup
            && let Err(unknown) = deadlines::tell(law, self.days, *dossier, right.crp, followup, findings)
        {
            findings.push(unknown_law(dossier, &unknown));
        }
        Some(Case { dossier, right })
    }
}

/// A finding about the beneficiary's own row.
#[cold]
fn told(dossier: &Dossier<'_>, code: Code, column: Column, found: String) -> Finding {
    let sourced = &dossier.beneficiary;
    let place = Place { export: Export::Beneficiaries, line: sourced.line, column: Some(column) };
    Finding::new(code, place, Some(sourced.fact.id), found)
}

/// A303.
#[inline(never)]
fn tell_early_jobs(dossier: &Dossier<'_>, crp_start: Day, findings: &mut Vec<Finding>) {
    for row in dossier.earnings.iter().filter(|row| row.fact.job_start < crp_start) {
        let place = Place { export: Export::Earnings, line: row.line, column: Some(Column::JobStart) };
        let found = format!("{} before {crp_start}", row.fact.job_start);
        findings.push(Finding::new(Code::JobBeforeStart, place, Some(dossier.beneficiary.fact.id), found));
    }
}

/// A306, of jobs.
#[inline(never)]
fn tell_long_hours(dossier: &Dossier<'_>, limit: WeeklyHours, findings: &mut Vec<Finding>) {
    for row in dossier.earnings.iter().filter(|row| row.fact.weekly_hours > limit) {
        let place = Place { export: Export::Earnings, line: row.line, column: Some(Column::WeeklyHours) };
        let found = row.fact.weekly_hours.to_string();
        findings.push(Finding::new(Code::HoursAboveLimit, place, Some(dossier.beneficiary.fact.id), found));
    }
}
