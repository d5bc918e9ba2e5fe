//! The tables of what goes with the payments: the handover, deadlines, contributions of employers.

use super::Dated;
use super::reader::{Reader, Row};
use crate::law::contribution::ContributionRules;
use crate::law::deadlines::{FollowUp, Reflexion};
use crate::law::handover::{End, Register, Registrations};
use crate::law::timeline::{Entry, Timeline};

impl Reader<'_> {
    /// R1.6: how long a CRP and the CTP that follows it last together.
    pub(super) fn transition_months(&mut self, root: &Row<'_>) -> Timeline<u32> {
        self.timeline(root, "transition", &["months"], |reader, row| reader.whole(row, "months").map(Some))
    }

    /// R1.6: when to register, by the reason of the end.
    pub(super) fn registrations(&mut self, root: &Row<'_>) -> Registrations {
        let known = End::ALL.map(End::name);
        let mut all = Vec::new();
        for row in &self.rows(root, "handover") {
            let kind = self.word(row, "kind", &known);
            let register = self.word(row, "register", &Register::ALL.map(Register::name));
            let Some((from, source)) = self.dated(row, "handover", &["kind", "register"]) else { continue };
            let (Some(kind), Some(register)) = (kind, register) else { continue };
            let entry = Entry { from, value: Some(Register::ALL[register]), source };
            all.push(Dated { name: known[kind].to_owned(), span: row.span.clone(), entry });
        }
        known.iter().map(|kind| self.named_timeline("handover", kind, &mut all, root)).collect()
    }

    /// R7.1.
    pub(super) fn reflexion(&mut self, root: &Row<'_>) -> Timeline<Reflexion> {
        self.timeline(root, "reflexion", &["days", "protected_days"], |reader, row| {
            let (days, protected_days) = (reader.whole(row, "days"), reader.whole(row, "protected_days"));
            Some(Some(Reflexion { days: i64::from(days?), protected_days: i64::from(protected_days?) }))
        })
    }

    /// R7.2 to R7.5.
    pub(super) fn follow_up(&mut self, root: &Row<'_>) -> Timeline<FollowUp> {
        let keys = ["interview_days", "services_months", "after_months", "adviser_load"];
        self.timeline(root, "follow_up", &keys, |reader, row| {
            let [interview_days, services_months, after_months, adviser_load] = keys.map(|key| reader.whole(row, key));
            Some(Some(FollowUp {
                interview_days: i64::from(interview_days?),
                services_months: services_months?,
                after_months: after_months?,
                adviser_load: adviser_load?,
            }))
        })
    }

    /// R8.
    pub(super) fn contribution(&mut self, root: &Row<'_>) -> Timeline<ContributionRules> {
        let wholes = ["notice_months", "not_proposed_months", "dif_hours_a_year", "dif_hours"];
        let keys: Vec<_> = wholes.into_iter().chain(["dif_rate", "state_rate"]).collect();
        self.timeline(root, "contribution", &keys, |reader, row| {
            let [notice, not_proposed, dif_a_year, dif] = wholes.map(|key| reader.whole(row, key));
            let (dif_rate, state_rate) = (reader.rate(row, "dif_rate"), reader.rate(row, "state_rate"));
            Some(Some(ContributionRules {
                notice_months: notice?,
                not_proposed_months: i64::from(not_proposed?),
                dif_hours_a_year: dif_a_year?,
                dif_hours: dif?,
                dif_rate: dif_rate?,
                state_rate: state_rate?,
            }))
        })
    }
}
