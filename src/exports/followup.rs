use std::borrow::Cow;

use super::cells::Cells;
use crate::anomaly::Code;
use crate::bytes::has_control;
use crate::columns::Column;
use crate::facts::{Followup, Sourced};

/// The longest name or number of an adviser, in characters.
const LONGEST_ADVISER: usize = 40;

impl<'r> Cells<'r, '_> {
    /// A row of `followup.csv`; `None` when it is refused, with every fault told.
    pub(super) fn followup(&mut self) -> Option<Sourced<Followup<'r>>> {
        let fact = Followup {
            adviser: self.adviser(),
            proposal: self.date(Column::ProposalDate),
            acceptance: self.date(Column::AcceptanceDate),
            protected_decision: self.date(Column::ProtectedDecisionDate),
            interview: self.date(Column::InterviewDate),
            plan: self.date(Column::PlanDate),
            reclassified_on: self.date(Column::ReclassifiedOn),
            last_contact: self.date(Column::LastContact),
        };
        if let (Some(proposal), Some(acceptance)) = (fact.proposal, fact.acceptance)
            && acceptance < proposal
        {
            let found = format!("accepted on {acceptance}, proposed on {proposal}");
            self.find_text(Code::DatesOutOfOrder, Some(Column::AcceptanceDate), found, None);
        }
        (!self.refused).then_some(Sourced { line: self.row.line, fact })
    }

    fn adviser(&mut self) -> Cow<'r, str> {
        let adviser = self.text(Column::Adviser);
        if adviser.len() > LONGEST_ADVISER && adviser.chars().count() > LONGEST_ADVISER {
            self.find(Code::OutOfRange, Column::Adviser, Some("an adviser has at most 40 characters; shorten it"));
        }
        if has_control(adviser.as_bytes()) && adviser.chars().any(char::is_control) {
            self.find(Code::NotText, Column::Adviser, Some("control characters stand in it; export it again"));
        }
        adviser
    }
}
