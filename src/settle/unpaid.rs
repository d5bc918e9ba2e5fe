use super::Case;
use super::jobs::Job;
use crate::calendar::{Day, Span};
use crate::facts::EventKind;
use crate::law::interruption::Interruption;
use crate::law::{Law, UnknownLaw};

/// R2: the days on which nothing is paid.
#[derive(Debug, Default)]
pub(super) struct UnpaidDays {
    /// In order, so that none meets the next; the last is [`END`].
    spans: Vec<Span>,
    /// The first day of a final event: nothing is paid from there on, and no later hire gets an IDR (R6.1).
    pub(super) ended: Option<Day>,
}

/// Behind all days: with it every paid span ends on the eve of an unpaid one.
const END: Span = Span { first: Day::AFTER_ALL, last: Day::AFTER_ALL };

impl UnpaidDays {
    /// From the events and jobs that begin up to the last day of the month.
    #[inline]
    pub(super) fn gather(
        &mut self,
        law: &Law,
        month_end: Day,
        case: &Case<'_, '_>,
        jobs: &[Job],
    ) -> Result<(), UnknownLaw> {
        self.spans.clear();
        self.ended = None;
        if !case.dossier.events.is_empty() || !jobs.is_empty() {
            self.add_all(law, month_end, case, jobs)?;
        }
        self.spans.push(END);
        Ok(())
    }

    #[inline(never)]
    fn add_all(&mut self, law: &Law, month_end: Day, case: &Case<'_, '_>, jobs: &[Job]) -> Result<(), UnknownLaw> {
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

    /// The paid spans of `within`, in order, and empty ones.
    pub(super) fn paid(&self, within: Span) -> impl Iterator<Item = Span> + '_ {
        let mut next = within.first;
        self.spans.iter().map(move |unpaid| {
            let paid = Span::new(next, unpaid.first.eve().min(within.last));
            next = next.max(unpaid.last.next());
            paid
        })
    }

    /// How many days of `within` are paid.
    #[inline]
    pub(super) fn count_paid(&self, within: Span) -> i64 {
        match self.spans.first() {
            Some(first) if first.first <= within.last => within.days() - self.count_unpaid(within),
            _ => within.days(),
        }
    }

    #[inline(never)]
    fn count_unpaid(&self, within: Span) -> i64 {
        self.spans.iter().map(|span| span.intersect(within).days()).sum()
    }
}
