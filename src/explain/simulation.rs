//! A made-up case, month by month, from its first day to the end of the CRP and of the IDR.

use serde::Serialize;

use crate::anomaly::{Code, Finding};
use crate::calendar::{Day, Month, Span};
use crate::facts::{Beneficiary, Dossier, Earning, Event, Sourced, WeeklyHours};
use crate::identity::Siret;
use crate::law::Law;
use crate::money::Cents;
use crate::settle::{Amounts, Settlement, Settler};

/// A case: a beneficiary, its events, its jobs.
#[derive(Clone, Debug)]
pub struct Case {
    /// The beneficiary.
    pub beneficiary: Beneficiary<'static>,
    /// Its events.
    pub events: Vec<Event>,
    /// Its jobs, all of whose months are proved.
    pub jobs: Vec<Job>,
}

/// A job whose hours and pay don't change.
#[derive(Clone, Copy, Debug)]
pub struct Job {
    /// Its days.
    pub span: Span,
    /// Hours a week.
    pub weekly_hours: WeeklyHours,
    /// Gross monthly base pay.
    pub base: Cents,
}

/// What each month comes to.
#[derive(Clone, Debug, Serialize)]
pub struct Calendar {
    /// The id of the regime.
    pub regime: String,
    /// `ordinary` or `article-3`.
    pub population: &'static str,
    /// From the first day to the term.
    pub crp: Span,
    /// R6.5: the cap, once a job qualified.
    pub cap: Option<Cents>,
    /// R6.6: the clock, once a job qualified.
    pub clock: Option<Span>,
    /// The months.
    pub months: Vec<MonthRow>,
    /// Their sums.
    pub asr_days: i64,
    /// See `asr_days`.
    pub asr_net: Cents,
    /// See `asr_days`.
    pub idr: Cents,
    /// See `asr_days`.
    pub net: Cents,
    /// The last verified day, where the case runs on behind it.
    pub cut_at: Option<Day>,
}

/// A month of the calendar.
#[derive(Clone, Debug, Serialize)]
pub struct MonthRow {
    /// Which.
    pub month: Month,
    /// Indemnified days.
    pub asr_days: i64,
    /// Gross less pension less participation.
    pub asr_net: Cents,
    /// R6.
    pub idr: Cents,
    /// What is paid.
    pub net: Cents,
    /// R6.5: left of the cap behind the month.
    pub cap_left: Option<Cents>,
    /// The codes of what was found.
    pub codes: Vec<&'static str>,
}

/// Any employers: they only tell jobs apart.
const FIRST_EMPLOYER: u64 = 10_000_000_000_000;

/// Works a case out, a month at a time, by the same [`Settler`] as a run.
///
/// # Errors
/// What holds the case.
pub fn calendar(law: &Law, case: &Case) -> Result<Calendar, Vec<Finding>> {
    let beneficiary = Sourced { line: 2, fact: case.beneficiary.clone() };
    let events = case.events.iter().zip(2..).map(|(&fact, line)| Sourced { line, fact }).collect::<Vec<_>>();
    let first = case.beneficiary.contract_end.next().month();
    let mut calendar = Calendar {
        regime: String::new(),
        population: "",
        crp: Span::new(Day::AFTER_ALL, Day::BEFORE_ALL),
        cap: None,
        clock: None,
        months: Vec::new(),
        asr_days: 0,
        asr_net: Cents::ZERO,
        idr: Cents::ZERO,
        net: Cents::ZERO,
        cut_at: None,
    };
    let mut month = first;
    loop {
        let earnings = earnings(&case.jobs, month);
        let dossier = Dossier {
            beneficiary: &beneficiary,
            events: &events,
            earnings: &earnings,
            opening: None,
            followup: None,
            dismissal: None,
        };
        let mut settler = Settler::new(law, month);
        let mut settlement = Settlement::default();
        let mut findings = Vec::new();
        settler.settle(dossier, &mut findings, &mut settlement);
        if findings.iter().any(|finding| finding.code.entry().effect.holds()) {
            let only_unknown = findings.iter().all(|finding| finding.code == Code::UnknownLaw);
            if only_unknown && month > first && month.last_day() > law.verified_until {
                calendar.cut_at = Some(law.verified_until);
                return Ok(calendar);
            }
            return Err(findings);
        }
        // A settlement that nothing holds had its facts examined and its month valued.
        let Ok(Some(grounds)) = settler.grounds(dossier, &settlement) else { return Err(findings) };
        calendar.crp = grounds.right.crp;
        calendar.regime.clone_from(&grounds.right.regime.id);
        calendar.population = match grounds.right.population {
            crate::law::regime::Population::Ordinary => "ordinary",
            crate::law::regime::Population::Article3 => "article-3",
        };
        if let Some(frozen) = grounds.frozen {
            (calendar.cap, calendar.clock) = (Some(frozen.cap), Some(frozen.clock));
        }
        calendar.add(month, &settlement.amounts, &findings);
        let last = calendar.clock.map_or(calendar.crp.last, |clock| clock.last.max(calendar.crp.last));
        if month >= last.month() {
            return Ok(calendar);
        }
        month = month.next();
    }
}

impl Calendar {
    fn add(&mut self, month: Month, amounts: &Amounts, findings: &[Finding]) {
        self.asr_days += amounts.asr_days;
        self.asr_net += amounts.asr_net();
        self.idr += amounts.idr;
        self.net += amounts.net();
        let mut codes: Vec<_> = findings.iter().map(|finding| finding.code.entry().code).collect();
        codes.sort_unstable();
        codes.dedup();
        self.months.push(MonthRow {
            month,
            asr_days: amounts.asr_days,
            asr_net: amounts.asr_net(),
            idr: amounts.idr,
            net: amounts.net(),
            cap_left: self.cap.map(|cap| cap - self.idr),
            codes,
        });
    }
}

/// The rows of the jobs up to a month, as an export of it would have them.
fn earnings(jobs: &[Job], month: Month) -> Vec<Sourced<Earning>> {
    let mut rows = Vec::new();
    for (job, number) in jobs.iter().zip(FIRST_EMPLOYER..) {
        let employer = Siret::new(number.to_string().as_bytes());
        let job_end = (job.span.last < Day::AFTER_ALL).then_some(job.span.last);
        let last = job.span.last.min(month.last_day()).month();
        let mut at = job.span.first.month();
        while at <= last {
            let fact = Earning {
                employer,
                month: at,
                job_start: job.span.first,
                job_end,
                weekly_hours: job.weekly_hours,
                base: job.base,
                gross_paid: job.base,
                proof: Some(at.last_day()),
            };
            rows.push(Sourced { line: rows.len() as u64 + 2, fact });
            at = at.next();
        }
    }
    rows
}
