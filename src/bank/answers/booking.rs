//! A statement or notification (camt.053, camt.054): entries with their details, and whether the balances fit.

use super::{About, Answer, Heard, Told};
use crate::bank::run::cents;
use crate::bank::xml::Step;
use crate::calendar::Day;
use crate::money::Cents;

/// What an entry says for all its details.
#[derive(Debug, Default)]
struct Entry {
    amount: Option<Cents>,
    is_debit: Option<bool>,
    is_reversal: bool,
    status: String,
    day: Option<Day>,
    message: String,
    /// Details that name a transfer, and those that don't.
    named: u64,
    unnamed: u64,
}

/// What one detail of an entry says.
#[derive(Debug, Default)]
struct Detail {
    id: String,
    message: String,
    amount: Option<Cents>,
    is_debit: Option<bool>,
    reason: String,
}

#[derive(Debug, Default)]
pub(super) struct Booking {
    entry: Entry,
    detail: Detail,
    /// The first detail of an entry waits until it is known whether it is the only one: then the entry's amount is its own.
    waiting: Option<Detail>,
    statement: Balance,
}

/// The balances of a statement.
#[derive(Debug, Default)]
struct Balance {
    id: String,
    code: String,
    amount: Option<Cents>,
    opening: Option<Cents>,
    closing: Option<Cents>,
    moved: Cents,
    unreadable: bool,
}

impl Booking {
    pub(super) fn step<E>(
        &mut self,
        step: Step,
        element: &str,
        text: &str,
        euros: Option<Cents>,
        heard: &mut Heard,
        give: &mut impl FnMut(Answer) -> Result<(), E>,
    ) -> Result<(), E> {
        if step == Step::Close && element == "GrpHdr/MsgId" {
            text.clone_into(&mut heard.message_id);
            return Ok(());
        }
        let Some((_, element)) = element.split_once('/') else {
            if step == Step::Close && matches!(element, "Stmt" | "Ntfctn") {
                self.statement.close(heard);
            }
            return Ok(());
        };
        let Some(element) = element.strip_prefix("Ntry") else {
            if step == Step::Close {
                self.statement.step(element, text, euros);
            }
            return Ok(());
        };
        let element = element.strip_prefix('/').unwrap_or(element);
        let (entry, detail) = (&mut self.entry, &mut self.detail);
        if step == Step::Open {
            match element {
                "" => (*entry, self.waiting) = (Entry::default(), None),
                "NtryDtls/TxDtls" => *detail = Detail::default(),
                _ => {}
            }
            return Ok(());
        }
        match element {
            "" => self.close_entry(heard, give)?,
            "Amt" => entry.amount = euros,
            "CdtDbtInd" => entry.is_debit = is_debit(text),
            "RvslInd" => entry.is_reversal = text == "true" || text == "1",
            // A code in its own element since 2013; before, the text itself.
            "Sts" if entry.status.is_empty() => text.clone_into(&mut entry.status),
            "Sts/Cd" => text.clone_into(&mut entry.status),
            "BookgDt/Dt" | "BookgDt/DtTm" => entry.day = text.get(..10).and_then(|day| day.parse().ok()),
            "NtryDtls/Btch/PmtInfId" => text.clone_into(&mut entry.message),
            "NtryDtls/Btch/MsgId" if entry.message.is_empty() => text.clone_into(&mut entry.message),
            "NtryDtls/TxDtls/Refs/EndToEndId" => text.clone_into(&mut detail.id),
            "NtryDtls/TxDtls/Refs/PmtInfId" => text.clone_into(&mut detail.message),
            "NtryDtls/TxDtls/Refs/MsgId" if detail.message.is_empty() => text.clone_into(&mut detail.message),
            "NtryDtls/TxDtls/Amt" => detail.amount = euros,
            "NtryDtls/TxDtls/AmtDtls/TxAmt/Amt" if detail.amount.is_none() => detail.amount = euros,
            "NtryDtls/TxDtls/CdtDbtInd" => detail.is_debit = is_debit(text),
            "NtryDtls/TxDtls/RtrInf/Rsn/Cd" | "NtryDtls/TxDtls/RtrInf/Rsn/Prtry" => text.clone_into(&mut detail.reason),
            "NtryDtls/TxDtls" => {
                let detail = std::mem::take(detail);
                if detail.id.is_empty() || detail.id == "NOTPROVIDED" {
                    entry.unnamed += 1;
                    if entry.message.is_empty() {
                        entry.message = detail.message;
                    }
                } else {
                    entry.named += 1;
                    if let Some(first) = self.waiting.replace(detail) {
                        self.give(first, heard, give)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn close_entry<E>(&mut self, heard: &mut Heard, give: &mut impl FnMut(Answer) -> Result<(), E>) -> Result<(), E> {
        if self.entry.status == "BOOK" {
            self.statement.book(&self.entry);
        }
        if let Some(mut last) = self.waiting.take() {
            if self.entry.named + self.entry.unnamed == 1 {
                last.amount = last.amount.or(self.entry.amount);
            }
            return self.give(last, heard, give);
        }
        let entry = &mut self.entry;
        if entry.status != "BOOK" {
            heard.pending += 1;
            return Ok(());
        }
        if entry.message.is_empty() || entry.is_debit != Some(true) || entry.is_reversal {
            heard.others += 1;
            return Ok(());
        }
        // One debit for a whole message.
        let about = About::Message(std::mem::take(&mut entry.message));
        give(Answer { about, told: Told::Settled, reason: None, amount: entry.amount, day: entry.day })
    }

    fn give<E>(
        &self,
        detail: Detail,
        heard: &mut Heard,
        give: &mut impl FnMut(Answer) -> Result<(), E>,
    ) -> Result<(), E> {
        let entry = &self.entry;
        if entry.status != "BOOK" {
            heard.pending += 1;
            return Ok(());
        }
        let told = match (detail.is_debit.or(entry.is_debit), entry.is_reversal) {
            (Some(true), false) => Told::Settled,
            (Some(false), _) => Told::Returned,
            _ => {
                heard.others += 1;
                return Ok(());
            }
        };
        let reason = Some(detail.reason).filter(|reason| !reason.is_empty() && told == Told::Returned);
        give(Answer { about: About::Transfer(detail.id), told, reason, amount: detail.amount, day: entry.day })
    }
}

impl Balance {
    fn step(&mut self, element: &str, text: &str, euros: Option<Cents>) {
        match element {
            "Id" => text.clone_into(&mut self.id),
            "Bal/Tp/CdOrPrtry/Cd" => text.clone_into(&mut self.code),
            "Bal/Amt" => self.amount = euros,
            "Bal/CdtDbtInd" => self.amount = self.amount.map(|amount| if text == "DBIT" { -amount } else { amount }),
            "Bal" => {
                match self.code.as_str() {
                    "OPBD" | "PRCD" => self.opening = self.amount,
                    "CLBD" => self.closing = self.amount,
                    _ => {}
                }
                self.amount = None;
            }
            _ => {}
        }
    }

    fn book(&mut self, entry: &Entry) {
        match (entry.amount, entry.is_debit) {
            (Some(amount), Some(true)) => self.moved = Cents(self.moved.0.saturating_sub(amount.0)),
            (Some(amount), Some(false)) => self.moved = Cents(self.moved.0.saturating_add(amount.0)),
            _ => self.unreadable = true,
        }
    }

    fn close(&mut self, heard: &mut Heard) {
        let balance = std::mem::take(self);
        if let (Some(opening), Some(closing), false) = (balance.opening, balance.closing, balance.unreadable) {
            let difference = closing.0.saturating_sub(opening.0).saturating_sub(balance.moved.0);
            // A hundred of them tell enough.
            if difference != 0 && heard.broken.len() < 100 {
                heard.broken.push((balance.id, Cents(difference)));
            }
        }
    }
}

fn is_debit(text: &str) -> Option<bool> {
    match text {
        "DBIT" => Some(true),
        "CRDT" => Some(false),
        _ => None,
    }
}

/// An amount as ISO 20022 writes it, with up to five decimals, of which euros have two: `100`, `100.5`, `100.50000`.
pub(super) fn decimal(text: &str) -> Option<Cents> {
    let (euros, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > 2 {
        return None;
    }
    cents(&format!("{euros}.{decimals:0<2}")).filter(|amount| *amount >= Cents::ZERO)
}
