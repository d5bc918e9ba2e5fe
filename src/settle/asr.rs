use super::unpaid::UnpaidDays;
use super::{AsrLine, Case, NilReason, Settlement};
use crate::calendar::{Day, Span};
use crate::law::allowance::{Gross, InForce, RankedDay, Stretch};
use crate::law::pension::same_cover_until;
use crate::law::regime::Population;
use crate::law::{Law, UnknownLaw};
use crate::money::Cents;

/// R1.4: the month's ASR is the sum over its indemnified days; days that are worth the same share a line.
pub(super) fn value(
    law: &Law,
    month: Span,
    case: &Case<'_, '_>,
    unpaid: &UnpaidDays,
    settlement: &mut Settlement<'_>,
) -> Result<(), UnknownLaw> {
    let crp = case.right.crp;
    let in_month = crp.intersect(month);
    if in_month.is_empty() {
        let not_started = crp.first > month.last;
        settlement.nil_reason = if not_started { NilReason::NotStarted } else { NilReason::TermPassed };
        return Ok(());
    }
    let before = case.indemnified_before(in_month.first, unpaid);
    let mut left = days_left(case, before);
    settlement.nil_reason = if left == 0 { NilReason::AreDaysUsed } else { NilReason::Interrupted };
    let mut rank = before + 1;
    for paid in unpaid.paid(in_month) {
        let mut first = paid.first;
        while first <= paid.last && left > 0 {
            let day = RankedDay { day: first, rank, by: InForce::ThatDay };
            let worth = worth(law, case, day)?;
            // Each step takes a day at least, whatever the law data says: a night must end.
            let last = worth.until.max(first).min(paid.last).min(first.plus_days(left - 1));
            let participation = law.participation(&case.right, worth.gross.amount - worth.offset, first)?;
            let span = Span::new(first, last);
            let days = span.days();
            let Worth { gross, offset, .. } = worth;
            settlement.asr.push(AsrLine { span, first_rank: rank, gross, offset, participation });
            settlement.nil_reason = NilReason::PensionCovers;
            (rank, left, first) = (rank + days, left - days, last.next());
        }
    }
    Ok(())
}

/// R1.3, CRP convention art. 11 al. 2: article 3 stops once `are_days` days were indemnified.
pub(super) fn days_left(case: &Case<'_, '_>, indemnified: i64) -> i64 {
    let limit = case.dossier.beneficiary.fact.are_days.filter(|_| case.right.population == Population::Article3);
    limit.map_or(i64::from(i32::MAX), |limit| (i64::from(limit) - indemnified).max(0))
}

/// What a day is worth, and the last day up to which every day is worth the same, if all are indemnified.
struct Worth {
    gross: Gross,
    offset: Cents,
    until: Day,
}

// A call of its own would copy what it answers once more.
#[inline(always)]
fn worth(law: &Law, case: &Case<'_, '_>, day: RankedDay) -> Result<Worth, UnknownLaw> {
    let Stretch { gross, until } = law.stretch(&case.right, day)?;
    let Some(pension) = &case.dossier.beneficiary.fact.pension else {
        return Ok(Worth { gross, offset: Cents::ZERO, until });
    };
    let offset = law.pension_offset(gross.amount, pension, day.day);
    Ok(Worth { gross, offset, until: until.min(same_cover_until(pension, day.day)) })
}

/// R6.5: the residual rights on the day of hire: gross less pension of each day from there to the term, the ranks going on
/// from the days indemnified before, by the law of the day of hire.
pub(super) fn residual(law: &Law, case: &Case<'_, '_>, hire: Day, indemnified: i64) -> Result<Cents, UnknownLaw> {
    let by = InForce::On(hire);
    let mut day = RankedDay { day: hire, rank: indemnified + 1, by };
    let mut residual = Cents::ZERO;
    while day.day <= case.right.crp.last {
        let worth = worth(law, case, day)?;
        let last = worth.until.max(day.day).min(case.right.crp.last);
        let days = Span::new(day.day, last).days();
        residual += (worth.gross.amount - worth.offset).times_days(days);
        day = RankedDay { day: last.next(), rank: day.rank + days, by };
    }
    Ok(residual)
}
