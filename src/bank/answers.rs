//! What a bank sends back: status reports (pain.002) and bookings (camt.053, camt.054), read as a stream.
//!
//! Only a booking settles a transfer or returns it: a report says what a bank means to do.

use std::io::BufRead;

use super::run::cents;
use super::xml::{Step, Walker, XmlFault};
use crate::calendar::Day;
use crate::money::Cents;

/// Which message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// pain.002, a status report.
    Report,
    /// camt.053, a statement.
    Statement,
    /// camt.054, a notification.
    Notification,
}

impl Kind {
    /// The name of the message.
    pub fn name(self) -> &'static str {
        match self {
            Self::Report => "pain.002",
            Self::Statement => "camt.053",
            Self::Notification => "camt.054",
        }
    }

    /// The message of a namespace, in a version that is read.
    fn of_namespace(namespace: &str) -> Option<Self> {
        let message = namespace.strip_prefix("urn:iso:std:iso:20022:tech:xsd:")?;
        let (name, version) = message.split_at_checked(8)?;
        let version: u8 = version.strip_prefix(".001.")?.parse().ok()?;
        match name {
            "pain.002" => (3..=10).contains(&version).then_some(Self::Report),
            "camt.053" => (2..=8).contains(&version).then_some(Self::Statement),
            "camt.054" => (2..=8).contains(&version).then_some(Self::Notification),
            _ => None,
        }
    }
}

/// What is said about a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Taken for execution.
    Accepted,
    /// Refused; no money leaves.
    Rejected,
    /// Debited.
    Settled,
    /// Credited again.
    Returned,
}

impl Told {
    /// The word that is kept and shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Settled => "settled",
            Self::Returned => "returned",
        }
    }
}

/// Whom an answer is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// One transfer, by its `EndToEndId`.
    Transfer(String),
    /// All transfers of a message, by its `MsgId` or `PmtInfId`.
    Message(String),
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whom it is about.
    pub about: About,
    /// What is said.
    pub told: Told,
    /// Why, in the bank's code.
    pub reason: Option<String>,
    /// What was booked.
    pub amount: Option<Cents>,
    /// When it was booked.
    pub day: Option<Day>,
}

/// A message as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Which message.
    pub kind: Kind,
    /// Its number.
    pub message_id: String,
    /// How many answers were in it.
    pub answers: u64,
    /// Booked entries and statuses that name no transfer.
    pub others: u64,
    /// Entries that are not booked yet, and statuses that say nothing final.
    pub pending: u64,
    /// Statements whose opening balance and entries do not come to the closing balance, with the difference.
    pub broken: Vec<(String, Cents)>,
}

/// Reads a message and hands over each answer in it.
///
/// # Errors
/// It is no such message, not whole, beyond the bounds, or `take` gives an error; what was handed over until then must not
/// count.
pub fn read<E: From<XmlFault>>(input: impl BufRead, mut take: impl FnMut(Answer) -> Result<(), E>) -> Result<Heard, E> {
    let mut walker = Walker::new(input);
    walker.step()?;
    let unknown = || {
        let namespace: String = walker.namespace().chars().take(80).collect();
        let read = "pain.002.001.03 to .10, camt.053 and camt.054.001.02 to .08";
        walker.fault(format!("found a message of {namespace:?}; read are {read}"))
    };
    let kind = Kind::of_namespace(walker.namespace()).filter(|_| walker.path() == "/Document").ok_or_else(unknown)?;
    let mut heard = Heard { kind, message_id: String::new(), answers: 0, others: 0, pending: 0, broken: Vec::new() };
    let (mut report, mut booking) = (Report::default(), Booking::default());
    let mut given = 0;
    loop {
        let step = walker.step()?;
        if step == Step::End {
            break;
        }
        let mut give = |answer: Answer| {
            given += 1;
            take(answer)
        };
        let path = walker.path();
        match kind {
            Kind::Report => {
                let Some(element) = path.strip_prefix("/Document/CstmrPmtStsRpt/") else { continue };
                report.step(step, element, walker.text(), &mut heard, &mut give)?;
            }
            Kind::Statement | Kind::Notification => {
                let root = if kind == Kind::Statement {
                    "/Document/BkToCstmrStmt/"
                } else {
                    "/Document/BkToCstmrDbtCdtNtfctn/"
                };
                let Some(element) = path.strip_prefix(root) else { continue };
                let text = walker.text();
                let euros = if walker.currency() == "EUR" { decimal(text) } else { None };
                booking.step(step, element, text, euros, &mut heard, &mut give)?;
            }
        }
    }
    heard.answers = given;
    if heard.message_id.is_empty() {
        return Err(walker.fault("the message has no number (MsgId); fetch it again").into());
    }
    Ok(heard)
}

/// Status and reason of a message, a group or a transfer in a report.
#[derive(Debug, Default)]
struct Stated {
    id: String,
    status: String,
    reason: String,
}

impl Stated {
    fn answer<E>(
        &mut self,
        is_transfer: bool,
        heard: &mut Heard,
        give: &mut impl FnMut(Answer) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { id, status, reason } = std::mem::take(self);
        let told = match status.as_str() {
            "ACCP" | "ACSP" | "ACSC" | "ACWC" | "ACCC" => Told::Accepted,
            "RJCT" | "CANC" => Told::Rejected,
            // Partly accepted: the transfers say which. No status at all: only those below have one.
            "PART" | "" => return Ok(()),
            // Received, pending, syntax checked.
            _ => {
                heard.pending += 1;
                return Ok(());
            }
        };
        if id.is_empty() || id == "NOTPROVIDED" {
            heard.others += 1;
            return Ok(());
        }
        let about = if is_transfer { About::Transfer(id) } else { About::Message(id) };
        let reason = Some(reason).filter(|reason| !reason.is_empty() && told == Told::Rejected);
        give(Answer { about, told, reason, amount: None, day: None })
    }
}

#[derive(Debug, Default)]
struct Report {
    message: Stated,
    group: Stated,
    transfer: Stated,
}

impl Report {
    fn step<E>(
        &mut self,
        step: Step,
        element: &str,
        text: &str,
        heard: &mut Heard,
        give: &mut impl FnMut(Answer) -> Result<(), E>,
    ) -> Result<(), E> {
        if step != Step::Close {
            return Ok(());
        }
        let keep = |into: &mut String| {
            if into.is_empty() {
                text.clone_into(into);
            }
        };
        match element {
            "GrpHdr/MsgId" => keep(&mut heard.message_id),
            "OrgnlGrpInfAndSts/OrgnlMsgId" => keep(&mut self.message.id),
            "OrgnlGrpInfAndSts/GrpSts" => keep(&mut self.message.status),
            "OrgnlGrpInfAndSts/StsRsnInf/Rsn/Cd" | "OrgnlGrpInfAndSts/StsRsnInf/Rsn/Prtry" => {
                keep(&mut self.message.reason);
            }
            "OrgnlGrpInfAndSts" => self.message.answer(false, heard, give)?,
            "OrgnlPmtInfAndSts/OrgnlPmtInfId" => keep(&mut self.group.id),
            "OrgnlPmtInfAndSts/PmtInfSts" => keep(&mut self.group.status),
            "OrgnlPmtInfAndSts/StsRsnInf/Rsn/Cd" | "OrgnlPmtInfAndSts/StsRsnInf/Rsn/Prtry" => {
                keep(&mut self.group.reason);
            }
            "OrgnlPmtInfAndSts" => self.group.answer(false, heard, give)?,
            "OrgnlPmtInfAndSts/TxInfAndSts/OrgnlEndToEndId" => keep(&mut self.transfer.id),
            "OrgnlPmtInfAndSts/TxInfAndSts/TxSts" => keep(&mut self.transfer.status),
            "OrgnlPmtInfAndSts/TxInfAndSts/StsRsnInf/Rsn/Cd" | "OrgnlPmtInfAndSts/TxInfAndSts/StsRsnInf/Rsn/Prtry" => {
                keep(&mut self.transfer.reason);
            }
            "OrgnlPmtInfAndSts/TxInfAndSts" => self.transfer.answer(true, heard, give)?,
            _ => {}
        }
        Ok(())
    }
}

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
struct Booking {
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
    fn step<E>(
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
fn decimal(text: &str) -> Option<Cents> {
    let (euros, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = decimals.trim_end_matches('0');
    if decimals.len() > 2 {
        return None;
    }
    cents(&format!("{euros}.{decimals:0<2}")).filter(|amount| *amount >= Cents::ZERO)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STATEMENT: &str = "<?xml version=\"1.0\"?><n:Document xmlns:n=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">\
        <n:BkToCstmrStmt><n:GrpHdr><n:MsgId>M</n:MsgId></n:GrpHdr><n:Stmt><n:Id>S</n:Id><n:Ntry><n:Amt Ccy=\"EUR\">3.5</n:Amt>\
        <n:CdtDbtInd>DBIT</n:CdtDbtInd><n:Sts>BOOK</n:Sts><n:BookgDt><n:DtTm>2009-06-10T12:00:00</n:DtTm></n:BookgDt>\
        <n:NtryDtls><n:TxDtls><n:Refs><n:EndToEndId>A-1</n:EndToEndId></n:Refs><n:AmtDtls><n:TxAmt>\
        <n:Amt Ccy=\"EUR\">1.50</n:Amt></n:TxAmt></n:AmtDtls></n:TxDtls><n:TxDtls><n:Refs><n:EndToEndId>B-1</n:EndToEndId>\
        </n:Refs><n:AmtDtls><n:TxAmt><n:Amt Ccy=\"EUR\">2.00</n:Amt></n:TxAmt></n:AmtDtls></n:TxDtls></n:NtryDtls></n:Ntry>\
        </n:Stmt></n:BkToCstmrStmt></n:Document>";
    const REPORT: &str = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt><GrpHdr><MsgId>R\
        </MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>M</OrgnlMsgId><GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>DUPL</Cd></Rsn>\
        </StsRsnInf></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>";

    fn answers(bytes: &[u8]) -> Result<(Heard, Vec<Answer>), XmlFault> {
        let mut all = Vec::new();
        let heard = read(bytes, |answer| {
            all.push(answer);
            Ok::<(), XmlFault>(())
        })?;
        Ok((heard, all))
    }

    #[test]
    fn the_version_of_2009_with_prefixes_and_several_details_is_read() {
        let (heard, answers) = answers(STATEMENT.as_bytes()).unwrap();
        assert_eq!((heard.kind, heard.message_id.as_str(), heard.answers), (Kind::Statement, "M", 2));
        let told: Vec<_> = answers.iter().map(|answer| (answer.told, answer.amount, answer.day)).collect();
        let day = Day::from_ymd(2009, 6, 10);
        assert_eq!(told, [(Told::Settled, Some(Cents(150)), day), (Told::Settled, Some(Cents(200)), day)]);
    }

    #[test]
    fn a_pending_entry_settles_nothing() {
        let (heard, answers) = answers(STATEMENT.replace("BOOK", "PDNG").as_bytes()).unwrap();
        assert!(answers.is_empty() && heard.pending == 2);
    }

    #[test]
    fn a_refused_file_is_told_with_its_reason() {
        let (_, answers) = answers(REPORT.as_bytes()).unwrap();
        let [Answer { about, told, reason, .. }] = &answers[..] else { panic!("{answers:?}") };
        assert_eq!((about, *told, reason.as_deref()), (&About::Message("M".to_owned()), Told::Rejected, Some("DUPL")));
    }

    #[test]
    fn amounts_have_up_to_five_decimals_of_which_two_count() {
        let cases =
            [("1", Some(100)), ("1.5", Some(150)), ("1.50000", Some(150)), ("1.505", None), ("-1", None), ("", None)];
        for (text, expected) in cases {
            assert_eq!(decimal(text), expected.map(Cents), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn no_bytes_make_it_panic(
            is_report: bool, at in 0..2_000_usize, length in 0..40_usize, bytes in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let mut text = if is_report { REPORT } else { STATEMENT }.as_bytes().to_vec();
            let at = at.min(text.len());
            let end = (at + length).min(text.len());
            text.splice(at..end, bytes);
            if let Ok((heard, answers)) = answers(&text) {
                prop_assert_eq!(heard.answers, answers.len() as u64);
            }
        }
    }
}
