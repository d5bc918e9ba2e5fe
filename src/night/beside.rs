//! What goes with the payments: contributions of employers, deadlines of advisers.

use super::batch::Task;
use crate::calendar::Day;
use crate::dossier::{Joined, RowFate};
use crate::facts::Followup;
use crate::identity::BeneficiaryId;
use crate::law::deadlines::Standing;
use crate::publish::rows::MonthText;
use crate::publish::{self, Followed};
use crate::settle::Settler;
use crate::totals::Totals;

/// Whether one row stands for the beneficiary: of rows that contradict each other none does.
pub(super) fn is_sure(joined: &Joined<'_>) -> bool {
    joined.rows.len() <= 1 || joined.rows.iter().all(|(_, fate)| matches!(fate, RowFate::Settled | RowFate::Copy))
}

/// R8: a dismissal is charged in the month in which the CRP begins; one that never led to a proposal, and has no beneficiary, in
/// the month whose exports tell it.
pub(super) fn contribution(
    task: &Task<'_>,
    id: BeneficiaryId,
    month: &MonthText,
    joined: &Joined<'_>,
    out: &mut Vec<u8>,
    totals: &mut Totals,
) {
    let Some(dismissal) = joined.dismissal().filter(|_| is_sure(joined)) else { return };
    let dismissal = &dismissal.fact;
    let (procedure, seniority) = match &joined.beneficiary {
        Some(beneficiary) if beneficiary.fact.contract_end.next().month() == task.month => {
            (beneficiary.fact.procedure_date, Some(beneficiary.fact.seniority_months))
        }
        None if joined.rows.is_empty() && !dismissal.proposed => {
            (task.month.last_day().min(task.law.verified_until), None)
        }
        _ => return,
    };
    // Without a law for the day the case is held, and says so (A401).
    let Ok(due) = task.law.contribution(dismissal, procedure, seniority) else { return };
    publish::contribution(out, id, month, (dismissal, seniority), &due);
    totals.contributions.0 += 1;
    totals.contributions.1.add(&due);
}

/// R7: the deadlines of whoever has a row of follow-up, or is in the CRP without one.
pub(super) fn deadlines(
    task: &Task<'_>,
    (id, on): (BeneficiaryId, Day),
    settler: &Settler<'_>,
    joined: &mut Joined<'_>,
    out: &mut Vec<u8>,
    totals: &mut Totals,
) {
    if !is_sure(joined) {
        return;
    }
    let (dossier, _) = joined.dossier();
    let nobody = Followup::default();
    let (followup, procedure, crp) = match dossier {
        Some(dossier) => {
            let Some((_, crp)) = settler.days_of_crp(dossier) else { return };
            let followup = dossier.followup.map(|row| &row.fact);
            let Some(followup) = followup.or_else(|| crp.contains(on).then_some(&nobody)) else { return };
            (followup, Some(dossier.beneficiary.fact.procedure_date), Some(crp))
        }
        None => match joined.followup() {
            Some(followup) if joined.rows.is_empty() => (followup, None, None),
            _ => return,
        },
    };
    // Of who is no beneficiary only the day of the proposal is known.
    let Some(procedure) = procedure.or(followup.proposal) else { return };
    let Ok(steps) = task.law.deadlines(procedure, crp.map(|crp| crp.first), followup) else { return };
    let followed = Followed { id, adviser: &followup.adviser, is_proposal: crp.is_none() };
    let standings = publish::deadlines(out, followed, &steps, on);
    let tally = match totals.advisers.get_mut(&*followup.adviser) {
        Some(tally) => tally,
        None => totals.advisers.entry(followup.adviser.to_string()).or_default(),
    };
    let months = task.law.follow_up(procedure).map_or(0, |rules| rules.after_months);
    let after = |day: Day| day <= on && on <= day.plus_months(months);
    let is_followed = crp.is_some_and(|crp| crp.contains(on) || followup.reclassified_on.is_some_and(after));
    tally.load += u64::from(is_followed);
    if crp.is_none() {
        return;
    }
    for (at, standing) in standings.into_iter().enumerate() {
        match standing {
            Some(Standing::Overdue(_)) => tally.overdue[at] += 1,
            Some(Standing::DoneLate(_)) => tally.done_late[at] += 1,
            _ => {}
        }
    }
}
