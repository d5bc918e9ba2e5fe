//! Reads a file of credit transfers back, as the bank will, to compare it with what was to be paid.

use std::io::BufRead;

use super::run::cents;
use super::transfers::Transfer;
use super::xml::{Step, Walker, XmlFault};
use crate::money::Cents;

/// What stands in a file of credit transfers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// `MsgId`.
    pub message_id: String,
    /// How many transfers there are.
    pub transfers: u64,
    /// The sum of their amounts.
    pub amount: Cents,
    /// `NbOfTxs` of the header.
    pub stated_transfers: u64,
    /// `CtrlSum` of the header.
    pub stated_amount: Cents,
}

/// Reads a file back and compares each transfer with what it should be.
///
/// # Errors
/// It can't be read, or does not say what it should: then no file may be given to the bank.
pub fn read_back(input: impl BufRead, expected: &[Transfer]) -> Result<Sums, XmlFault> {
    let mut walker = Walker::new(input);
    let mut sums = Sums::default();
    let mut expected = expected.iter();
    let (mut id, mut account, mut amount, mut payments) = (String::new(), String::new(), None, (0, Cents::ZERO));
    loop {
        let step = walker.step()?;
        if step == Step::End {
            break;
        }
        let text = walker.text();
        let differs =
            |walker: &Walker<_>, what: &str| walker.fault(format!("read back, {what} is not what was written"));
        let Some(element) = walker.path().strip_prefix("/Document/CstmrCdtTrfInitn/") else { continue };
        match (step, element) {
            (Step::Close, "GrpHdr/MsgId") => text.clone_into(&mut sums.message_id),
            (Step::Close, "GrpHdr/NbOfTxs") => sums.stated_transfers = text.parse().unwrap_or(0),
            (Step::Close, "GrpHdr/CtrlSum") => sums.stated_amount = cents(text).unwrap_or(Cents::ZERO),
            (Step::Close, "PmtInf/NbOfTxs") => payments.0 += text.parse().unwrap_or(0),
            (Step::Close, "PmtInf/CtrlSum") => payments.1 += cents(text).unwrap_or(Cents::ZERO),
            (Step::Close, "PmtInf/CdtTrfTxInf/PmtId/EndToEndId") => text.clone_into(&mut id),
            (Step::Close, "PmtInf/CdtTrfTxInf/CdtrAcct/Id/IBAN") => text.clone_into(&mut account),
            (Step::Close, "PmtInf/CdtTrfTxInf/Amt/InstdAmt") => {
                amount = cents(text).filter(|_| walker.currency() == "EUR");
            }
            (Step::Close, "PmtInf/CdtTrfTxInf") => {
                let found = amount.take().ok_or_else(|| differs(&walker, "an amount"))?;
                sums.transfers += 1;
                sums.amount += found;
                let same = expected.next().is_some_and(|transfer| {
                    transfer.end_to_end_id == id
                        && transfer.amount == found
                        && transfer.iban.as_bytes() == account.as_bytes()
                });
                if !same {
                    return Err(differs(&walker, &format!("the transfer {id}")));
                }
            }
            _ => {}
        }
    }
    let all = expected.next().is_none();
    let counted = (sums.transfers, sums.amount);
    if !all || counted != (sums.stated_transfers, sums.stated_amount) || counted != payments {
        return Err(walker.fault("read back, the number or sum of the transfers is not what was written"));
    }
    Ok(sums)
}
