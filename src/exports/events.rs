use super::cells::Cells;
use crate::anomaly::Code;
use crate::calendar::Span;
use crate::columns::Column;
use crate::facts::{Event, EventKind, Sourced};

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
        if self.is_missing(Column::Kind) {
            return None;
        }
        let kind = EventKind::named(self.raw(Column::Kind)).filter(|&kind| kind != EventKind::Work);
        if kind.is_none() {
            let known: Vec<_> = EventKind::ALL[1..].iter().map(|kind| kind.name()).collect();
            self.find(Code::UnknownKind, Column::Kind, Some(&format!("write one of {}", known.join(", "))));
        }
        kind
    }
}
