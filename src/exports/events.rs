use super::cells::Cells;
use crate::anomaly::Code;
use crate::calendar::Span;
use crate::columns::Column;
use crate::facts::{Event, EventKind, Sourced};

const KNOWN_KINDS: &str = "write one of sickness, maternity, accident, parental, presence, abroad, civic_service, \
    business_creation, retirement, exclusion, training, ctp";

impl Cells<'_, '_> {
    /// A row of `events.csv`; `None` when it is refused, with every fault told.
    pub(super) fn event(&mut self) -> Option<Sourced<Event>> {
        let kind = self.kind();
        let start = self.required_date(Column::Start);
        let end = self.date(Column::End);
        if let (Some(start), Some(end)) = (start, end)
            && end < start
        {
            let found = format!("{end} before {start}");
            self.find_text(Code::DatesOutOfOrder, Some(Column::End), found, None);
        }
        if self.refused {
            return None;
        }
        Some(Sourced { line: self.row.line, fact: Event { kind: kind?, span: Span::open(start, end) } })
    }

    /// R2's kinds; `work` comes from the jobs in `earnings.csv` alone.
    fn kind(&mut self) -> Option<EventKind> {
        let kind = EventKind::named(self.required(Column::Kind)?).filter(|&kind| kind != EventKind::Work);
        if kind.is_none() {
            self.find(Code::UnknownKind, Column::Kind, Some(KNOWN_KINDS));
        }
        kind
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_but_work_is_named_in_the_remedy() {
        let names: Vec<_> = EventKind::ALL[1..].iter().map(|kind| kind.name()).collect();
        assert_eq!(KNOWN_KINDS, format!("write one of {}", names.join(", ")));
    }
}
