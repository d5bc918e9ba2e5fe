use super::Case;
use super::jobs::Job;
use crate::calendar::{Day, Span};
use crate::facts::EventKind;
use crate::law::interruption::Interruption;
use crate::law::{Law, UnknownLaw};

/// R2: the days on which nothing is paid, as spans in order that don't meet.
#[derive(Debug, Default)]
pub(super) struct UnpaidDays {
    spans: Vec<Span>,
    /// The first day of a final event: nothing is paid from there on, and no later hire gets an IDR (R6.1).
    pub(super) ended: Option<Day>,
}

impl UnpaidDays {
    /// From the events and jobs that begin up to the last day of the month.
    pub(super) fn gather(
        &mut self,
        law: &Law,
        month_end: Day,
        case: &Case<'_, '_>,
        jobs: &[Job],
    ) -> Result<(), UnknownLaw> {
        self.spans.clear();
        self.ended = None;
        if case.dossier.events.is_empty() && jobs.is_empty() {
            return Ok(());
        }
        let seen = Span::new(case.right.crp.first, case.right.crp.last.min(month_end));
        for event in case.dossier.events.iter().filter(|event| event.fact.span.first <= seen.last) {
            let effect = law.interruption(event.fact.kind, case.right.regime, event.fact.span.first)?;
            if effect == Interruption::Ends {
                self.ended = Some(self.ended.map_or(event.fact.span.first, |day| day.min(event.fact.span.first)));
            }
            self.spans.extend(effect.unpaid(event.fact.span));
        }
        for job in jobs.iter().filter(|job| job.span.first <= seen.last) {
            let effect = law.interruption(EventKind::Work, case.right.regime, job.span.first)?;
            self.spans.extend(effect.unpaid(job.span));
        }
        self.spans.sort_unstable_by_key(|span| span.first);
        self.spans.dedup_by(|next, span| {
            let joins = next.first <= span.last;
            if joins {
                span.last = span.last.max(next.last);
            }
            joins
        });
        Ok(())
    }

    /// The paid spans of `within`, in order.
    pub(super) fn paid(&self, within: Span) -> impl Iterator<Item = Span> + '_ {
        let mut next = within.first;
        let ends = self.spans.iter().copied().chain([Span::new(Day::AFTER_ALL, Day::AFTER_ALL)]);
        ends.filter_map(move |unpaid| {
            let paid = Span::new(next, unpaid.first.eve().min(within.last));
            next = next.max(unpaid.last.next());
            (!paid.is_empty()).then_some(paid)
        })
    }

    /// How many days of `within` are paid.
    pub(super) fn count_paid(&self, within: Span) -> i64 {
        let unpaid = self.spans.iter().map(|span| span.intersect(within).days()).sum::<i64>();
        within.days() - unpaid
    }
}
