//! What a month of made-up exports comes to, counted while they are made: nothing here asks the law.

use std::collections::BTreeMap;

use super::sample::Sample;
use crate::calendar::{Day, Span};
use crate::money::Cents;

/// The counts of beneficiaries without a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Truth {
    /// First days in the month.
    pub entries: u64,
    /// In the CRP on its last day.
    pub stock: u64,
    /// Ends in the month, by reason.
    pub exits: BTreeMap<&'static str, u64>,
    /// The reference daily wages of the stock.
    pub wages: BTreeMap<Cents, u64>,
    /// Terms in the month before.
    pub terms: u64,
    /// Of them, without work on the last day.
    pub without_work: u64,
    /// Proposals that are decided.
    pub proposals: u64,
    /// Of them, accepted in time.
    pub accepted: u64,
}

impl Truth {
    pub(super) fn count(&mut self, month: Span, sample: &Sample) {
        for row in &sample.followup {
            let accepted = row.acceptance.is_some_and(|day| day <= row.due && day <= month.last);
            self.proposals += u64::from(accepted || row.due <= month.last);
            self.accepted += u64::from(accepted);
        }
        let case = &sample.case;
        let is_final = |kind: &str| ["business_creation", "retirement", "exclusion", "ctp"].contains(&kind);
        let ended = sample.events.iter().filter(|event| is_final(event.kind)).min_by_key(|event| event.start);
        let ended = ended.filter(|event| event.start <= case.term);
        let last = ended.map_or(case.term, |event| event.start.eve());
        if last < case.start || case.start > month.last {
            return;
        }
        self.entries += u64::from(month.contains(case.start));
        if last >= month.last {
            self.stock += 1;
            *self.wages.entry(case.wage).or_default() += 1;
        }
        if month.contains(ended.map_or(case.term, |event| event.start)) {
            let both = works(sample, case.term) && works(sample, case.term.next());
            let reason = ended.map_or(if both { "job" } else { "term" }, |event| event.kind);
            *self.exits.entry(reason).or_default() += 1;
        }
        if ended.is_none() && case.term.month().next() == month.first.month() {
            let own = sample.followup.first();
            let reclassified = own.and_then(|row| row.reclassified_on).is_some_and(|day| day <= month.last);
            self.terms += 1;
            self.without_work += u64::from(!works(sample, month.last) && !reclassified);
        }
    }
}

/// Whether a job runs on a day; its end is that of its last row.
fn works(sample: &Sample, day: Day) -> bool {
    let rows = &sample.earnings;
    rows.iter().enumerate().any(|(at, row)| {
        let later =
            rows[at + 1..].iter().any(|other| (other.employer, other.job_start) == (row.employer, row.job_start));
        !later && row.job_start <= day && row.job_end.is_none_or(|end| end >= day)
    })
}
