//! `fund.toml`: who pays, from which account, in what form, and into which accounts of the books it goes.

use std::fmt;

use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};

use crate::calendar::{Day, Month};
use crate::identity::Iban;

/// The whole file. A key that is not known is refused.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fund {
    /// Who pays.
    pub fund: Debtor,
    /// The account that is debited, and the form of the files.
    pub bank: Bank,
    /// The accounts of the books.
    #[serde(default)]
    pub accounts: Accounts,
}

/// Who pays.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Debtor {
    /// The name in the files, up to 70 characters of the SEPA set.
    #[serde(deserialize_with = "name")]
    pub name: String,
    /// What the numbers of messages begin with: 1-12 capitals and digits.
    #[serde(deserialize_with = "code")]
    pub code: String,
    /// The SIREN, 9 digits with their Luhn key: the FEC is named after it.
    #[serde(deserialize_with = "siren")]
    pub siren: String,
}

/// The account that is debited, and the form of the files.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bank {
    /// The account that is debited, without spaces.
    #[serde(deserialize_with = "iban")]
    pub iban: String,
    /// Its bank; without it the IBAN tells.
    #[serde(default, deserialize_with = "bic")]
    pub bic: Option<String>,
    /// The version of the message.
    #[serde(default)]
    pub format: Format,
    /// Transfers are executed on this day of the month after the one that is paid, 1-28.
    #[serde(default = "tenth", deserialize_with = "execution_day")]
    pub execution_day: u32,
    /// Whether the bank books a file as one debit. Without the key the contract with the bank decides.
    #[serde(default)]
    pub batch_booking: Option<bool>,
    /// The most transfers in a file, 1-50,000.
    #[serde(default = "most_transfers", deserialize_with = "transfers")]
    pub max_transfers: usize,
    /// The most bytes of a file, 10,000-100,000,000.
    #[serde(default = "most_bytes", deserialize_with = "bytes")]
    pub max_bytes: usize,
    /// What the beneficiary reads, before the benefit and the month; up to 90 characters.
    #[serde(default = "remittance", deserialize_with = "remittance_text")]
    pub remittance: String,
}

/// The version of pain.001.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Format {
    /// Of 2019.
    #[default]
    #[serde(rename = "pain.001.001.09")]
    V9,
    /// Of 2009.
    #[serde(rename = "pain.001.001.03")]
    V3,
}

/// An account of the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its number in the plan comptable général, 3-12 digits.
    #[serde(deserialize_with = "number")]
    pub number: String,
    /// Its label.
    #[serde(deserialize_with = "label")]
    pub label: String,
}

/// The accounts that a run touches.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Accounts {
    /// R3, R4: the ASR less the pension's offset, an expense.
    pub asr: Account,
    /// R6: the IDR, an expense.
    pub idr: Account,
    /// R5: the 3 % withheld, owed to the pension funds.
    pub participation: Account,
    /// Overpayments to be recovered.
    pub claims: Account,
    /// What beneficiaries are to be paid.
    pub payable: Account,
    /// The bank account.
    pub bank: Account,
    /// Contributions that employers owe.
    pub employers: Account,
    /// What the State adds.
    pub state: Account,
    /// Contributions for the notice.
    pub notice: Account,
    /// Contributions for training rights (DIF).
    pub training: Account,
    /// Contributions of employers who did not propose the CRP.
    pub penalty: Account,
    /// The State's share.
    pub state_share: Account,
    /// The journal of a run in the FEC.
    pub run_journal: Journal,
    /// The journal of the bank in the FEC.
    pub bank_journal: Journal,
}

/// A journal of the FEC.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// Its code, 1-6 capitals and digits.
    #[serde(deserialize_with = "journal_code")]
    pub code: String,
    /// Its label.
    #[serde(deserialize_with = "label")]
    pub label: String,
}

impl Accounts {
    /// All of them.
    pub fn all(&self) -> [&Account; 12] {
        [
            &self.asr,
            &self.idr,
            &self.participation,
            &self.claims,
            &self.payable,
            &self.bank,
            &self.employers,
            &self.state,
            &self.notice,
            &self.training,
            &self.penalty,
            &self.state_share,
        ]
    }
}

impl Default for Accounts {
    fn default() -> Self {
        let account = |number: &str, label: &str| Account { number: number.to_owned(), label: label.to_owned() };
        let journal = |code: &str, label: &str| Journal { code: code.to_owned(), label: label.to_owned() };
        Self {
            asr: account("657100", "Allocation spécifique de reclassement"),
            idr: account("657200", "Indemnité différentielle de reclassement"),
            participation: account("437800", "Participation de 3 % due aux caisses de retraite"),
            claims: account("467200", "Allocataires, trop-perçus à recouvrer"),
            payable: account("467100", "Allocataires, net à payer"),
            bank: account("512000", "Banque"),
            employers: account("411000", "Employeurs, contributions CRP"),
            state: account("441700", "État, participation CRP à recevoir"),
            notice: account("756100", "Contributions au titre du préavis"),
            training: account("756200", "Contributions au titre du DIF"),
            penalty: account("756300", "Contributions pour CRP non proposée"),
            state_share: account("741000", "Participation de l'État"),
            run_journal: journal("CRP", "Allocations CRP"),
            bank_journal: journal("BQ", "Banque"),
        }
    }
}

/// A fault of `fund.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FundFault {
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for FundFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for FundFault {}

impl Fund {
    /// Reads the text of the file.
    ///
    /// # Errors
    /// The first fault, with its place.
    pub fn read(text: &str) -> Result<Self, FundFault> {
        let fund: Self = toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start.min(text.len()));
            let before = text.get(..start).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
            FundFault { line, column, message: error.message().replace('\n', " ") }
        })?;
        let mut numbers: Vec<_> = fund.accounts.all().map(|account| &account.number).into();
        numbers.sort();
        let same = numbers.windows(2).find(|pair| pair[0] == pair[1]);
        if let Some(pair) = same {
            let before = text.split(pair[0].as_str()).next().unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let message = format!("two accounts have the number {}; give each its own", pair[0]);
            return Err(FundFault { line, column: 1, message });
        }
        Ok(fund)
    }

    /// The day on which the transfers of a month are executed, if no other is said.
    pub fn execution(&self, month: Month) -> Day {
        month.next().first_day().plus_days(i64::from(self.bank.execution_day) - 1)
    }
}

fn tenth() -> u32 {
    10
}

fn most_transfers() -> usize {
    50_000
}

fn most_bytes() -> usize {
    50_000_000
}

fn remittance() -> String {
    "CRP".to_owned()
}

/// A text of the file that passes a check, trimmed.
fn text<'de, D: Deserializer<'de>>(from: D, fits: impl Fn(&str) -> bool, told: &str) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let trimmed = text.trim();
    if fits(trimmed) { Ok(trimmed.to_owned()) } else { Err(D::Error::custom(told)) }
}

fn whole<'de, D: Deserializer<'de>>(from: D, least: usize, most: usize) -> Result<usize, D::Error> {
    let number = i64::deserialize(from)?;
    let fits = usize::try_from(number).ok().filter(|number| (least..=most).contains(number));
    fits.ok_or_else(|| D::Error::custom(format!("found {number}; write a number from {least} to {most}")))
}

fn all(text: &str, lengths: std::ops::RangeInclusive<usize>, allowed: impl Fn(char) -> bool) -> bool {
    lengths.contains(&text.chars().count()) && text.chars().all(allowed)
}

fn name<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let fits = |text: &str| all(text, 1..=70, sepa::charset::is_sepa_char);
    text(from, fits, "write the name in 1 to 70 letters without accents, digits, spaces and / - ? : ( ) . , ' +")
}

fn code<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let fits = |text: &str| all(text, 1..=12, |c| c.is_ascii_uppercase() || c.is_ascii_digit());
    text(from, fits, "write 1 to 12 capitals and digits")
}

fn journal_code<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let fits = |text: &str| all(text, 1..=6, |c| c.is_ascii_uppercase() || c.is_ascii_digit());
    text(from, fits, "write 1 to 6 capitals and digits")
}

fn number<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let fits = |text: &str| all(text, 3..=12, |c| c.is_ascii_digit()) && text.starts_with(|c| ('1'..='8').contains(&c));
    text(from, fits, "write an account of the plan comptable: 3 to 12 digits, of a class from 1 to 8")
}

fn label<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    // Two spaces, a semicolon or a bracket would end or change the name of an account in a journal of hledger.
    let fits = |text: &str| {
        let plain = |c: char| !c.is_control() && !matches!(c, '|' | ';' | ':' | '(' | ')' | '[' | ']' | '"');
        all(text, 1..=100, plain) && !text.contains("  ")
    };
    text(from, fits, "write 1 to 100 characters, without tabs, double spaces and | ; : ( ) [ ] \"")
}

fn siren<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let luhn = |text: &str| {
        let digits = text.bytes().rev().enumerate().map(|(place, byte)| {
            let digit = u32::from(byte - b'0') * if place % 2 == 1 { 2 } else { 1 };
            digit / 10 + digit % 10
        });
        digits.sum::<u32>() % 10 == 0
    };
    let fits = |text: &str| all(text, 9..=9, |c| c.is_ascii_digit()) && luhn(text);
    text(from, fits, "write the SIREN, 9 digits with their key")
}

fn iban<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let iban = Iban::new(text.as_bytes()).ok_or_else(|| D::Error::custom("write the IBAN of a SEPA country"))?;
    Ok(String::from_utf8_lossy(iban.as_bytes()).into_owned())
}

fn bic<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    text(from, |text| sepa::validate_bic(text).is_ok(), "write a BIC of 8 or 11 capitals and digits").map(Some)
}

fn execution_day<'de, D: Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
    whole(from, 1, 28).map(|day| u32::try_from(day).unwrap_or(1))
}

fn transfers<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    whole(from, 1, 50_000)
}

fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    whole(from, 10_000, 100_000_000)
}

fn remittance_text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let fits = |text: &str| all(text, 1..=90, sepa::charset::is_sepa_char);
    text(from, fits, "write 1 to 90 letters without accents, digits, spaces and / - ? : ( ) . , ' +")
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../examples/fund.toml");

    #[test]
    fn the_example_is_read() {
        let fund = Fund::read(EXAMPLE).unwrap();
        assert_eq!(fund.bank.format, Format::V9);
        assert_eq!(fund.bank.max_transfers, 50_000);
        assert_eq!(fund.execution("2009-12".parse().unwrap()).to_string(), "2010-01-10");
        assert_eq!(fund.accounts.payable.number, "467100");
    }

    #[test]
    fn faults_are_told_with_their_place() {
        let cases = [
            ("code = \"CRPEX\"", "code = \"crp\"", "3:", "capitals"),
            ("siren = \"", "siren = \"1", "4:", "SIREN"),
            ("[bank]", "[bank]\nspeed = 3", "7:1: ", "unknown field `speed`"),
            ("execution-day = 10", "execution-day = 31", "9:", "found 31; write a number from 1 to 28"),
            ("execution-day = 10", "execution-day = ", "9:", ""),
            ("iban = \"FR76", "iban = \"FR77", "7:", "IBAN"),
            ("format = \"pain.001.001.09\"", "format = \"pain.001.001.10\"", ":", "pain.001.001.03"),
        ];
        for (found, instead, place, told) in cases {
            assert!(EXAMPLE.contains(found), "{found}");
            let fault = Fund::read(&EXAMPLE.replace(found, instead)).unwrap_err().to_string();
            assert!(fault.contains(told) && fault.contains(place), "{instead}: {fault}");
        }
        let twice = format!("{EXAMPLE}\n[accounts.bank]\nnumber = \"657100\"\nlabel = \"B\"\n");
        assert!(Fund::read(&twice).unwrap_err().message.contains("two accounts"), "{twice}");
    }
}
