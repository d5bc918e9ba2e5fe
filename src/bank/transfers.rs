//! Credit transfers as the bank takes them: pain.001, split at the limits of the bank, through the `sepa` crate.

use std::borrow::Cow;

use sepa::charset::{Transliteration, transliterate};
use sepa::pain001::CreditTransferSchema;
use sepa::purpose::{CategoryPurpose, Purpose};
use sepa::validate::truncate_chars;
use sepa::{CreditTransferEntry, CreditTransferGroup, IsoDate, Pain001Builder};

use super::fund::{Format, Fund};
use super::run::Payment;
use crate::calendar::{Day, Month};
use crate::identity::{BeneficiaryId, Iban};
use crate::money::Cents;

/// One transfer to one beneficiary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// What answers will name it by; up to 35 characters.
    pub end_to_end_id: String,
    /// Who is paid.
    pub beneficiary: BeneficiaryId,
    /// The name in the characters of SEPA, up to 70.
    pub name: String,
    /// The account that is credited.
    pub iban: Iban,
    /// In euros and cents, above zero.
    pub amount: Cents,
    /// What the beneficiary reads, up to 140 characters.
    pub remittance: String,
    /// The number of the transfer that this one pays again.
    pub pays_again: Option<String>,
}

impl Transfer {
    /// The transfer of a payment.
    pub fn new(fund: &Fund, month: Month, payment: &Payment) -> Self {
        Self {
            end_to_end_id: payment.end_to_end_id.clone(),
            beneficiary: payment.beneficiary_id,
            name: sepa_name(&payment.name),
            iban: payment.iban,
            amount: payment.net,
            remittance: remittance(&fund.bank.remittance, month, payment),
            pays_again: None,
        }
    }

    /// No more bytes than these stand in the file for it: the elements, and each text with every character escaped.
    fn most_bytes(&self) -> usize {
        let escaped = |text: &str| text.len() + 5 * text.bytes().filter(|byte| b"&<>'\"".contains(byte)).count();
        640 + self.end_to_end_id.len() + escaped(&self.name) + escaped(&self.remittance)
    }
}

/// A name in the characters of SEPA (EPC217-08), cut to 70.
pub fn sepa_name(name: &str) -> String {
    let letters: Cow<'_, str> = transliterate(name, Transliteration::Epc);
    truncate_chars(letters.trim(), 70).trim_end().to_owned()
}

/// The number of the transfer that pays another one again: the first one's with `R1`, `R2` … behind it. No number of a run's
/// own transfers ends so, as those end in a digit behind a hyphen.
pub fn again(end_to_end_id: &str, is_reissue: bool) -> String {
    let last = end_to_end_id.rsplit_once('R').filter(|_| is_reissue);
    let last = last.and_then(|(first, times)| Some((first, times.parse::<u32>().ok()?)));
    let (first, times) = last.unwrap_or((end_to_end_id, 0));
    format!("{first}R{}", times + 1)
}

/// What the beneficiary reads: the fund's words, the benefits, the month.
fn remittance(words: &str, month: Month, payment: &Payment) -> String {
    let mut text = words.to_owned();
    let parts = [(payment.asr_net > Cents::ZERO, " ASR"), (payment.idr > Cents::ZERO, " IDR")]
        .into_iter()
        .filter(|part| part.0);
    text.extend(parts.map(|part| part.1));
    text.push_str(&format!(" {:02}/{}", month.number(), month.year()));
    if payment.arrears > Cents::ZERO {
        text.push_str(", rappel");
    }
    if payment.recovered > Cents::ZERO {
        text.push_str(", apres retenue");
    }
    text
}

/// What is the same for all transfers of an export.
#[derive(Clone, Debug)]
pub struct Order<'f> {
    /// Who pays, and how.
    pub fund: &'f Fund,
    /// What the numbers of the messages begin with, behind the fund's code: month and run, or the reissue.
    pub number: String,
    /// When the run was complete, `2009-06-01T02:30:00Z`.
    pub created: String,
    /// When the bank is to execute them.
    pub execution: Day,
}

/// Why transfers can't be written.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// A rule of SEPA is broken. Which payment it is, is told by its number, not by its name or account.
    #[error("the transfer {end_to_end_id} breaks a rule of SEPA: {told}")]
    Transfer {
        /// Which transfer.
        end_to_end_id: String,
        /// Which rule.
        told: String,
    },
    /// A rule of SEPA is broken by what stands in `fund.toml` or the summary.
    #[error("the file breaks a rule of SEPA: {0}; correct fund.toml")]
    Message(String),
    /// A file came out longer than its transfers could be.
    #[error("a file has {0} bytes, more than the limit; this is a fault of the program, please report it")]
    Length(usize),
}

/// A message with its number.
#[derive(Debug)]
pub struct Message {
    /// `MsgId` and `PmtInfId`.
    pub id: String,
    /// The transfers in it.
    pub transfers: Vec<Transfer>,
    /// The text of the file.
    pub xml: String,
}

impl Order<'_> {
    /// The number of a message: fund, month and run, message; nothing of a clock.
    fn message_id(&self, index: usize) -> String {
        format!("{}-{}-{index:03}", self.fund.fund.code, self.number)
    }

    /// Writes transfers into messages within the limits, one message in memory at a time.
    ///
    /// # Errors
    /// A transfer can't be read or written, or `take` gives an error.
    pub fn write<E: From<OrderError>>(
        &self,
        transfers: impl Iterator<Item = Result<Transfer, E>>,
        mut take: impl FnMut(Message) -> Result<(), E>,
    ) -> Result<(), E> {
        let limits = &self.fund.bank;
        // The header has the fund's name three times at most, escaped, and some fixed elements.
        let header = 4_000;
        let (mut pending, mut bytes, mut index) = (Vec::new(), header, 1);
        for transfer in transfers {
            let transfer = transfer?;
            let more = transfer.most_bytes();
            if !pending.is_empty() && (pending.len() == limits.max_transfers || bytes + more > limits.max_bytes) {
                take(self.message(index, std::mem::take(&mut pending))?)?;
                (bytes, index) = (header, index + 1);
            }
            bytes += more;
            pending.push(transfer);
        }
        if pending.is_empty() { Ok(()) } else { take(self.message(index, pending)?) }
    }

    fn message(&self, index: usize, transfers: Vec<Transfer>) -> Result<Message, OrderError> {
        let bank = &self.fund.bank;
        let id = self.message_id(index);
        let general = |told: String| OrderError::Message(told);
        let debtor = sepa::validate_iban(&bank.iban).map_err(|error| general(error.to_string()))?;
        let execution: IsoDate =
            self.execution.to_string().parse().map_err(|error: sepa::DateError| general(error.to_string()))?;
        let mut group = CreditTransferGroup::new(&self.fund.fund.name, &debtor, execution)
            .payment_info_id(&id)
            .category_purpose(CategoryPurpose::Ssbe);
        if let Some(bic) = &bank.bic {
            group = group.debtor_bic(sepa::validate_bic(bic).map_err(|error| general(error.to_string()))?);
        }
        if let Some(batch) = bank.batch_booking {
            group = group.batch_booking(batch);
        }
        for transfer in &transfers {
            let of_transfer =
                |told: String| OrderError::Transfer { end_to_end_id: transfer.end_to_end_id.clone(), told };
            let account = sepa::validate_iban(&String::from_utf8_lossy(transfer.iban.as_bytes()));
            let account = account.map_err(|_| of_transfer("the account is not one".to_owned()))?;
            group = group.add_entry(
                CreditTransferEntry::new(&transfer.name, account, transfer.amount.0, &transfer.end_to_end_id)
                    .with_description(&transfer.remittance)
                    .with_purpose(Purpose::Bene),
            );
        }
        let created = self.created.parse().map_err(|error: sepa::DateTimeError| general(error.to_string()))?;
        let schema = match bank.format {
            Format::V9 => CreditTransferSchema::IsoV9,
            Format::V3 => CreditTransferSchema::IsoV3,
        };
        let builder =
            Pain001Builder::new(&self.fund.fund.name, &id).created_at(created).schema(schema).add_group(group);
        let xml = builder.build().map_err(|error| {
            // The crate's message may repeat a name; the place and the field are enough.
            match error.location.transaction.and_then(|at| transfers.get(at)) {
                Some(transfer) => OrderError::Transfer {
                    end_to_end_id: transfer.end_to_end_id.clone(),
                    told: "a name, amount or text is not allowed".to_owned(),
                },
                None => general(error.to_string()),
            }
        })?;
        if transfers.len() > 1 && xml.len() > bank.max_bytes {
            return Err(OrderError::Length(xml.len()));
        }
        Ok(Message { id, transfers, xml })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reissue_refers_to_the_first_transfer() {
        assert_eq!(again("B0R1-200905", false), "B0R1-200905R1");
        assert_eq!(again("B0R1-200905R1", true), "B0R1-200905R2");
        assert_eq!(again("B-200905-2R9", true), "B-200905-2R10");
    }

    #[test]
    fn names_are_written_in_the_letters_of_sepa_and_cut() {
        assert_eq!(sepa_name("  Zoë LEFÈVRE-Œuvrard & Cie "), "Zoe LEFEVRE-Ouvrard + Cie");
        let long = sepa_name(&"É".repeat(80));
        assert_eq!(long, "E".repeat(70));
    }
}
