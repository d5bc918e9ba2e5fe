//! The tables of what goes with the payments: the handover, deadlines, contributions of employers.

use super::Dated;
use super::reader::{Reader, Row};
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
}
