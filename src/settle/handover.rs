use super::Case;
use super::jobs::Job;
use super::unpaid::UnpaidDays;
use crate::calendar::{Day, Span};
use crate::facts::EventKind;
use crate::law::handover::{End, Ended, Handover};
use crate::law::interruption::Interruption;
use crate::law::{Law, UnknownLaw};

/// The day of the CRP on which a final event ends it; one before the first day ends it on that day.
#[inline]
pub(super) fn ended_on(crp: Span, unpaid: &UnpaidDays) -> Option<Day> {
    unpaid.ended.map(|day| day.max(crp.first)).filter(|day| crp.contains(*day))
}

/// R1.6: the handover of a CRP that ends in the month. Without `is_settled` the case is held: its days are not known.
pub(super) fn value(
    law: &Law,
    case: &Case<'_, '_>,
    unpaid: &UnpaidDays,
    jobs: &[Job],
    is_settled: bool,
) -> Result<Handover, UnknownLaw> {
    let crp = case.right.crp;
    let ended_on = ended_on(crp, unpaid);
    let last = ended_on.map_or(crp.last, Day::eve);
    let over_term = jobs.iter().find(|job| job.span.contains(crp.last) && job.span.contains(crp.last.next()));
    let end = match ended_on {
        Some(_) => final_event(law, case)?,
        None if over_term.is_some() => End::Job,
        None => End::Term,
    };
    let asr_days = case.indemnified_before(last.next(), unpaid).min(super::asr::days_left(case, 0));
    let in_training =
        |kind, span: Span| kind == EventKind::Training && span.contains(last) && span.contains(last.next());
    let beneficiary = &case.dossier.beneficiary.fact;
    let ended = Ended {
        end,
        crp,
        last,
        job_last: over_term.map(|job| job.span.last).filter(|&last| last < Day::AFTER_ALL),
        population: case.right.population,
        in_training: case.dossier.events.iter().any(|event| in_training(event.fact.kind, event.fact.span)),
        are_days: beneficiary.are_days,
        asr_days: is_settled.then_some(asr_days),
    };
    law.handover(ended)
}

/// The first final event; of several on one day the first in the order of R1.6.
fn final_event(law: &Law, case: &Case<'_, '_>) -> Result<End, UnknownLaw> {
    let mut first: Option<(Day, End)> = None;
    for event in case.dossier.events {
        let (kind, day) = (event.fact.kind, event.fact.span.first);
        if law.interruption(kind, case.right.regime, day)? == Interruption::Ends {
            // A kind that only an edited law calls final has no handover of its own: what it leaves is what a term leaves.
            let found = (day, End::of_event(kind).unwrap_or(End::Term));
            first = Some(first.map_or(found, |first| first.min(found)));
        }
    }
    Ok(first.map_or(End::Term, |(_, end)| end))
}
