use crate::anomaly::{Code, Finding, Place};
use crate::calendar::{Day, Span};
use crate::columns::{Column, Export};
use crate::facts::{Dossier, Followup, Sourced};
use crate::law::deadlines::{Deadline, Silence, Standing, Step};
use crate::law::{Law, UnknownLaw};

/// R7: what a month has to say of deadlines. A late acceptance holds the payment; what advisers owe is told while it is overdue in
/// the CRP, and in the month in which it is done late or its last day passes.
pub(super) fn tell(
    law: &Law,
    month: Span,
    dossier: Dossier<'_>,
    crp: Span,
    followup: &Sourced<Followup<'_>>,
    findings: &mut Vec<Finding>,
) -> Result<(), UnknownLaw> {
    let beneficiary = &dossier.beneficiary.fact;
    let mut found = |code, column, found: String| {
        let place = Place { export: Export::Followup, line: followup.line, column: Some(column) };
        findings.push(Finding::new(code, place, Some(beneficiary.id), found));
    };
    let deadlines = law.deadlines(beneficiary.procedure_date, Some(crp.first), &followup.fact)?;
    for deadline in deadlines.into_iter().flatten() {
        let Deadline { step, due, done } = deadline;
        if step == Step::Answer {
            match done {
                Some(done) if done > due => {
                    found(Code::AcceptedLate, Column::AcceptanceDate, format!("{done}, last day {due}"));
                }
                None if due < month.last => {
                    let code = if law.silence() == Silence::Holds { Code::NoAnswerHeld } else { Code::NoAnswer };
                    found(code, Column::AcceptanceDate, format!("none, last day {due}"));
                }
                _ => {}
            }
            continue;
        }
        let standing = deadline.on(month.last);
        let is_told = match (step, standing) {
            (_, Standing::DoneLate(_)) => done.is_some_and(|done| month.contains(done)),
            (Step::FollowUp, Standing::Overdue(_)) => month.contains(due.next()),
            (_, Standing::Overdue(_)) => crp.meets(month),
            _ => false,
        };
        if is_told {
            let (code, column) = told_as(step);
            let done = done.filter(|&done| done <= month.last);
            let days = standing.late_days();
            found(code, column, format!("{}, last day {due}, {days} days late", day_or_none(done)));
        }
    }
    Ok(())
}

fn told_as(step: Step) -> (Code, Column) {
    match step {
        Step::Answer => (Code::AcceptedLate, Column::AcceptanceDate),
        Step::Interview => (Code::InterviewLate, Column::InterviewDate),
        Step::Services => (Code::ServicesLate, Column::PlanDate),
        Step::FollowUp => (Code::FollowUpMissing, Column::LastContact),
    }
}

fn day_or_none(day: Option<Day>) -> String {
    day.map_or_else(|| "none".to_owned(), |day| day.to_string())
}
