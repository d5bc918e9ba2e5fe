//! The months before a ledger: what the system before paid of them, and what the fund states.

use super::{Opened, Reviser, Stated};
use crate::calendar::Span;
use crate::dossier::Joined;
use crate::facts::{Dossier, Opening};
use crate::money::Cents;
use crate::revision::Nature;
use crate::settle::Amounts;

impl Reviser<'_> {
    /// The opening that is used instead of what the facts give, where the fund states another one.
    pub(super) fn correction(&mut self, joined: &mut Joined<'_>, stated: &Stated) -> Option<Opening> {
        let (dossier, _) = joined.dossier();
        let dossier = dossier?;
        let mut before = Amounts::default();
        let mut month = dossier.beneficiary.fact.contract_end.next().month();
        while month < self.period.first_month {
            before.add(&self.worth(dossier, month).unwrap_or_default());
            month = month.next();
        }
        let frozen = self.frozen(dossier);
        let differs = (before.asr_days, before.idr, frozen) != (stated.asr_days, stated.idr_paid, stated.frozen);
        differs.then(|| stated.opening(self.period.first_month))
    }

    /// What the months before the ledger came to, as it was posted or stated.
    pub(super) fn opened(&mut self, joined: &mut Joined<'_>) -> Option<Opened> {
        let (dossier, _) = joined.dossier();
        let dossier = dossier?;
        if dossier.beneficiary.fact.contract_end.next().month() >= self.period.first_month {
            return None;
        }
        if let Some(Opening { asr_days, idr_paid, frozen, .. }) = dossier.opening {
            return Some(Opened { before: Amounts { asr_days, idr: idr_paid, ..Amounts::default() }, frozen });
        }
        let mut before = Amounts::default();
        let opening = self.posting.lines.iter().filter(|line| line.nature == Nature::Opening);
        opening.for_each(|line| before.add(&line.amounts));
        Some(Opened { before, frozen: self.frozen(dossier) })
    }

    pub(super) fn frozen(&mut self, dossier: Dossier<'_>) -> Option<(Cents, Span)> {
        if dossier.earnings.is_empty() {
            return None;
        }
        self.settler.for_month(self.period.month);
        self.settler.frozen_before(dossier, self.period.first_month.first_day()).ok().flatten()
    }
}
