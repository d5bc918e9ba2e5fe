//! R7: how long there is to accept a CRP, and what its advisers owe the beneficiary by when.

use super::Law;
use super::timeline::UnknownLaw;
use crate::calendar::Day;
use crate::facts::Followup;

/// R7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reflexion {
    /// Days from the proposal.
    pub days: i64,
    /// Protected employees: days from the notice of the administrative decision.
    pub protected_days: i64,
}

/// R7.2 to R7.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowUp {
    /// Days from the first day of the CRP to the interview.
    pub interview_days: i64,
    /// Months from the interview to the offer of services.
    pub services_months: u32,
    /// Months of follow-up after the reclassification.
    pub after_months: u32,
    /// How many beneficiaries an adviser follows.
    pub adviser_load: u32,
}

/// What a blank acceptance of somebody in the CRP does once the delay is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// It is told.
    Warns,
    /// It holds the payment, as the refusal that the law takes it for.
    Holds,
}

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// R7.1: the answer to the proposal.
    Answer,
    /// R7.2: the pre-assessment interview.
    Interview,
    /// R7.3: the offer of services.
    Services,
    /// R7.4: the follow-up after the reclassification.
    FollowUp,
}

impl Step {
    /// All of them, in the order in which they come.
    pub const ALL: [Self; 4] = [Self::Answer, Self::Interview, Self::Services, Self::FollowUp];

    /// The word in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Interview => "interview",
            Self::Services => "services",
            Self::FollowUp => "follow-up",
        }
    }

    /// The rule.
    pub const fn rule(self) -> &'static str {
        match self {
            Self::Answer => "R7.1",
            Self::Interview => "R7.2",
            Self::Services => "R7.3",
            Self::FollowUp => "R7.4",
        }
    }
}

/// A step, the last day for it, and the day on which it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    /// Which one.
    pub step: Step,
    /// The last day on which it is in time.
    pub due: Day,
    /// When it was done, as far as the exports go.
    pub done: Option<Day>,
}

/// How a step stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Done in time.
    Done,
    /// Done, so many days late.
    DoneLate(i64),
    /// Not done, and the last day is not over.
    Open,
    /// Not done, so many days after the last one.
    Overdue(i64),
}

impl Standing {
    /// The word in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::DoneLate(_) => "done-late",
            Self::Open => "open",
            Self::Overdue(_) => "overdue",
        }
    }

    /// Days late, 0 where it is not.
    pub const fn late_days(self) -> i64 {
        match self {
            Self::Done | Self::Open => 0,
            Self::DoneLate(days) | Self::Overdue(days) => days,
        }
    }
}

impl Deadline {
    /// How it stands on a day; what was done after that day is not known yet.
    pub fn on(&self, day: Day) -> Standing {
        match self.done.filter(|&done| done <= day) {
            // A contact after the six months shows that the follow-up went to their end.
            Some(done) if done <= self.due || self.step == Step::FollowUp => Standing::Done,
            Some(done) => Standing::DoneLate(days_from(self.due, done)),
            None if day <= self.due => Standing::Open,
            None => Standing::Overdue(days_from(self.due, day)),
        }
    }
}

fn days_from(due: Day, day: Day) -> i64 {
    crate::calendar::Span::new(due.next(), day).days()
}

impl Law {
    /// What a blank acceptance does once the delay is over.
    pub fn silence(&self) -> Silence {
        self.silence
    }

    /// R7.1: the last day on which a proposal can be accepted, the day of the proposal not counted. For a protected employee
    /// it is at least the day after the administrative decision was notified.
    ///
    /// # Errors
    /// No law for the day of the procedure.
    pub fn last_day_to_accept(
        &self,
        procedure: Day,
        proposal: Day,
        protected_decision: Option<Day>,
    ) -> Result<Day, UnknownLaw> {
        let reflexion = self.reflexion.on(procedure)?;
        let last = proposal.plus_days(reflexion.days);
        Ok(protected_decision.map_or(last, |decision| last.max(decision.plus_days(reflexion.protected_days))))
    }

    /// R7.2 to R7.5, by the day of the procedure.
    ///
    /// # Errors
    /// No law for it.
    pub fn follow_up(&self, procedure: Day) -> Result<&FollowUp, UnknownLaw> {
        self.follow_up.on(procedure)
    }

    /// R7: every deadline that is known, in the order of [`Step`]; `crp_start` is that of somebody who is in the CRP.
    ///
    /// # Errors
    /// No law for the day of the procedure.
    pub fn deadlines(
        &self,
        procedure: Day,
        crp_start: Option<Day>,
        followup: &Followup<'_>,
    ) -> Result<[Option<Deadline>; 4], UnknownLaw> {
        let rules = *self.follow_up(procedure)?;
        let answer = match followup.proposal {
            Some(proposal) => Some(self.last_day_to_accept(procedure, proposal, followup.protected_decision)?),
            None => None,
        };
        let interview = crp_start.map(|start| start.plus_days(rules.interview_days));
        let services = followup.interview.map(|interview| interview.plus_months(rules.services_months));
        let follow_up = followup.reclassified_on.map(|day| day.plus_months(rules.after_months));
        let contact = followup.last_contact.zip(followup.reclassified_on);
        let contact = contact.filter(|(contact, since)| contact >= since).map(|(contact, _)| contact);
        let steps = [
            (Step::Answer, answer, followup.acceptance),
            (Step::Interview, interview, followup.interview),
            (Step::Services, services.filter(|_| crp_start.is_some()), followup.plan),
            (Step::FollowUp, follow_up.filter(|_| crp_start.is_some()), contact),
        ];
        Ok(steps.map(|(step, due, done)| due.map(|due| Deadline { step, due, done })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_names_its_rule() {
        assert_eq!(Step::ALL.map(Step::rule), ["R7.1", "R7.2", "R7.3", "R7.4"]);
    }
}
