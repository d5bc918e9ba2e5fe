//! What only a ledger can tell of a beneficiary: another account, another amount, rows that could not be read before.

use super::Reviser;
use crate::anomaly::{Code, Finding, Place};
use crate::columns::{Column, Export};
use crate::dossier::{Change, Changes, Joined, KEPT};
use crate::identity::Iban;
use crate::money::Cents;
use crate::revision::{Kept, Unread};

impl Reviser<'_> {
    /// A603: what is paid differs by over 30 % from the month before.
    pub(super) fn tell_jump(&self, joined: &mut Joined<'_>, kept: Option<&Kept<'_>>) {
        const PERCENT: i64 = 30;
        let now = self.posting.payment.net();
        let before = kept.and_then(|kept| kept.paid).filter(|&(month, _)| month.next() == self.period.month);
        let Some((_, before)) = before.filter(|_| now > Cents::ZERO) else { return };
        if (now.0 - before.0).abs() * 100 > before.0 * PERCENT {
            let Some(row) = &joined.beneficiary else { return };
            let place = Place { export: Export::Beneficiaries, line: row.line, column: None };
            // Many are told each month: `789.30 after 315.72` without the machinery of formats.
            let mut found = Vec::with_capacity(32);
            now.write(&mut found);
            found.extend_from_slice(b" after ");
            before.write(&mut found);
            let found = String::from_utf8(found).unwrap_or_default();
            joined.findings.push(Finding::new(Code::NetJump, place, Some(row.fact.id), found));
        }
    }

    /// Rows of today's events and earnings that hold the payment and are not kept.
    pub(super) fn add_unread(&self, findings: &[Finding], unread: &mut Vec<Unread>) {
        let month = self.period.month;
        for export in [Export::Events, Export::Earnings] {
            let is_of = |finding: &Finding| {
                let Place { export: of, line, .. } = finding.place;
                of == export && line != KEPT && finding.holds()
            };
            if !unread.contains(&Unread { export, month }) && findings.iter().any(is_of) {
                unread.push(Unread { export, month });
            }
        }
    }

    /// A702: a row that could not be read in an earlier run holds until the export states it again.
    pub(super) fn tell_unread(
        &self,
        joined: &mut Joined<'_>,
        kept: &Kept<'_>,
        changes: &Changes,
        unread: &mut Vec<Unread>,
    ) {
        for &lost in kept.unread.iter().filter(|lost| lost.month < self.period.month) {
            let stated = match lost.export {
                Export::Events => changes.list.iter().any(|change| matches!(change, Change::Event(..))),
                _ => {
                    joined.states_earnings_up_to(lost.month)
                        || changes.list.iter().any(|change| matches!(change, Change::Job(_)))
                }
            };
            if stated || unread.iter().any(|today| today.export == lost.export) {
                continue;
            }
            unread.push(lost);
            let id = joined.beneficiary.as_ref().map(|row| row.fact.id);
            let place = Place { export: lost.export, line: 0, column: None };
            joined.findings.push(Finding::new(Code::RowNotSentAgain, place, id, format!("a row of {}", lost.month)));
        }
    }
}

/// A602: the account is another one than before.
pub(super) fn tell_changed_iban(joined: &mut Joined<'_>, kept: &Kept<'_>) -> Option<Iban> {
    let row = joined.beneficiary.as_ref()?;
    let old = kept.facts.row.iban()?;
    let new = row.fact.iban.filter(|new| *new != old)?;
    let last = |iban: &Iban| String::from_utf8_lossy(&iban.as_bytes()[iban.as_bytes().len() - 4..]).into_owned();
    let found = format!("…{} instead of …{}", last(&new), last(&old));
    let place = Place { export: Export::Beneficiaries, line: row.line, column: Some(Column::Iban) };
    joined.findings.push(Finding::new(Code::IbanChanged, place, Some(row.fact.id), found));
    Some(old)
}
