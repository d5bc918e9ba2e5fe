use crate::calendar::{Day, Month, Span};
use crate::facts::{Earning, Sourced};

/// One job: a beneficiary, an employer, a first day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Job {
    /// From its first day to its last; the end in its latest month's row holds.
    pub(super) span: Span,
    /// Where its rows stand among the earnings.
    first_row: usize,
    rows: usize,
}

impl Job {
    /// Its rows in the order of their months.
    pub(super) fn rows<'a>(&self, earnings: &'a [Sourced<Earning>]) -> &'a [Sourced<Earning>] {
        &earnings[self.first_row..self.first_row + self.rows]
    }

    /// Its row for a month.
    pub(super) fn row<'a>(&self, earnings: &'a [Sourced<Earning>], month: Month) -> Option<&'a Sourced<Earning>> {
        self.rows(earnings).iter().find(|row| row.fact.month == month)
    }
}

/// The jobs of a beneficiary in the order of their first days.
#[derive(Debug, Default)]
pub(super) struct Jobs(Vec<Job>);

impl Jobs {
    /// From earnings that stand by job and month.
    #[inline]
    pub(super) fn gather(&mut self, earnings: &[Sourced<Earning>]) {
        self.0.clear();
        if !earnings.is_empty() {
            self.add_all(earnings);
        }
    }

    #[inline(never)]
    fn add_all(&mut self, earnings: &[Sourced<Earning>]) {
        let mut first_row = 0;
        for group in earnings.chunk_by(|a, b| {
            (a.fact.employer.number(), a.fact.job_start) == (b.fact.employer.number(), b.fact.job_start)
        }) {
            let end = group.last().and_then(|row| row.fact.job_end);
            let span = Span::new(group[0].fact.job_start, end.unwrap_or(Day::AFTER_ALL));
            self.0.push(Job { span, first_row, rows: group.len() });
            first_row += group.len();
        }
        self.0.sort_by_key(|job| job.span.first);
    }

    pub(super) fn all(&self) -> &[Job] {
        &self.0
    }
}

/// The first day within `within` on which two jobs run, if there is one; the jobs stand in the order of their first days.
pub(super) fn first_day_of_two(jobs: &[Job], within: Span) -> Option<Day> {
    let mut latest_end = Day::BEFORE_ALL;
    let mut first = None;
    for job in jobs {
        // Of the jobs that began before, the one that ends last shares the most days with this one.
        let shared = Span::new(job.span.first, job.span.last.min(latest_end)).intersect(within);
        if !shared.is_empty() {
            first = Some(first.map_or(shared.first, |first: Day| first.min(shared.first)));
        }
        latest_end = latest_end.max(job.span.last);
    }
    first
}
