//! What a bank sends back: status reports (pain.002) and bookings (camt.053, camt.054), read as a stream.
//!
//! Only a booking settles a transfer or returns it: a report says what a bank means to do.

mod booking;
mod report;

use std::io::BufRead;

use self::booking::{Booking, decimal};
use self::report::Report;
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
