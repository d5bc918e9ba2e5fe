//! The files of a run, as they stand in the ledger's folder.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use crate::calendar::Month;
use crate::identity::{BeneficiaryId, Iban};
use crate::ledger::{Ledger, LedgerError, Run};
use crate::money::Cents;
use crate::publish::summary::Summary;

/// Why a file of a run can't be used.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The ledger can't be read, or has no such run.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The system refused.
    #[error("{path}: {error}", path = .path.display())]
    System {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// What stands in a file is not what a run writes.
    #[error("{path}:{line}: {message}; the file was changed since the run wrote it", path = .path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
}

/// A run in a ledger.
#[derive(Clone, Debug)]
pub struct RunFolder {
    /// Its number, counted over the whole ledger.
    pub number: u32,
    /// The month that it paid.
    pub month: Month,
    /// Where its files stand.
    pub path: PathBuf,
    /// What the catalogue of the ledger says that came of it.
    pub summary: Summary,
}

impl From<Run> for RunFolder {
    fn from(run: Run) -> Self {
        Self { number: run.number, month: run.month, path: run.folder, summary: run.record.summary }
    }
}

/// A row of `payments.csv`.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "each is the column of its name; docs/FORMATS.md says what stands in it")]
pub struct Payment {
    #[serde(deserialize_with = "beneficiary")]
    pub beneficiary_id: BeneficiaryId,
    pub name: String,
    #[serde(deserialize_with = "iban")]
    pub iban: Iban,
    #[serde(deserialize_with = "amount")]
    pub asr_gross: Cents,
    #[serde(deserialize_with = "amount")]
    pub pension_offset: Cents,
    #[serde(deserialize_with = "amount")]
    pub participation: Cents,
    #[serde(deserialize_with = "amount")]
    pub asr_net: Cents,
    #[serde(deserialize_with = "amount")]
    pub idr: Cents,
    #[serde(deserialize_with = "amount")]
    pub arrears: Cents,
    #[serde(deserialize_with = "amount")]
    pub recovered: Cents,
    #[serde(deserialize_with = "amount")]
    pub net: Cents,
    pub end_to_end_id: String,
}

/// What a line of arrears or of a claim is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Benefit {
    /// R3 to R5.
    Asr,
    /// R6.
    Idr,
}

/// A row of `arrears.csv`.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "each is the column of its name; docs/FORMATS.md says what stands in it")]
pub struct Arrears {
    pub kind: Benefit,
    #[serde(deserialize_with = "amount")]
    pub participation: Cents,
    #[serde(deserialize_with = "amount")]
    pub amount: Cents,
}

/// A row of `claims.csv`.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "each is the column of its name; docs/FORMATS.md says what stands in it")]
pub struct Claim {
    pub kind: Benefit,
    pub raised: u32,
    #[serde(deserialize_with = "amount")]
    pub participation: Cents,
    #[serde(deserialize_with = "amount")]
    pub amount: Cents,
    #[serde(deserialize_with = "amount")]
    pub recovered: Cents,
}

/// A row of `contributions.csv`.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "each is the column of its name; docs/FORMATS.md says what stands in it")]
pub struct Contribution {
    #[serde(deserialize_with = "amount")]
    pub notice_due: Cents,
    #[serde(deserialize_with = "amount")]
    pub dif_due: Cents,
    #[serde(deserialize_with = "amount")]
    pub penalty_due: Cents,
    #[serde(deserialize_with = "amount")]
    pub due: Cents,
    #[serde(deserialize_with = "amount")]
    pub state_share: Cents,
}

impl RunFolder {
    /// A run of a ledger.
    ///
    /// # Errors
    /// There is none of this number, or the ledger can't be read.
    pub fn find(ledger: &Path, number: u32) -> Result<Self, RunError> {
        Ok(Ledger::open(ledger)?.run(number)?.into())
    }

    /// All runs of a ledger in the order of their numbers.
    ///
    /// # Errors
    /// The ledger can't be read.
    pub fn all(ledger: &Path) -> Result<Vec<Self>, RunError> {
        Ok(Ledger::open(ledger)?.runs()?.into_iter().map(Self::from).collect())
    }

    /// The rows of `payments.csv`, one after the other.
    ///
    /// # Errors
    /// The file can't be opened.
    pub fn payments(&self) -> Result<impl Iterator<Item = Result<Payment, RunError>> + use<>, RunError> {
        self.rows("payments.csv")
    }

    /// The rows of `arrears.csv`; none where the file is missing.
    ///
    /// # Errors
    /// The file can't be opened.
    pub fn arrears(&self) -> Result<impl Iterator<Item = Result<Arrears, RunError>> + use<>, RunError> {
        self.rows_if_there("arrears.csv")
    }

    /// The rows of `claims.csv`; none where the file is missing.
    ///
    /// # Errors
    /// The file can't be opened.
    pub fn claims(&self) -> Result<impl Iterator<Item = Result<Claim, RunError>> + use<>, RunError> {
        self.rows_if_there("claims.csv")
    }

    /// The rows of `contributions.csv`; none where the file is missing.
    ///
    /// # Errors
    /// The file can't be opened.
    pub fn contributions(&self) -> Result<impl Iterator<Item = Result<Contribution, RunError>> + use<>, RunError> {
        self.rows_if_there("contributions.csv")
    }

    fn rows_if_there<T>(&self, name: &str) -> Result<impl Iterator<Item = Result<T, RunError>> + use<T>, RunError>
    where
        T: for<'de> Deserialize<'de>,
    {
        let there = self.path.join(name).exists();
        Ok(there.then(|| self.rows(name)).transpose()?.into_iter().flatten())
    }

    fn rows<T>(&self, name: &str) -> Result<impl Iterator<Item = Result<T, RunError>> + use<T>, RunError>
    where
        T: for<'de> Deserialize<'de>,
    {
        let path = self.path.join(name);
        let file = File::open(&path).map_err(|error| RunError::System { path: path.clone(), error })?;
        let reader = csv::ReaderBuilder::new().buffer_capacity(1 << 18).from_reader(file);
        Ok(reader.into_deserialize::<T>().map(move |row| {
            row.map_err(|error| {
                let line = error.position().map_or(0, csv::Position::line);
                // The crate's message repeats what stands in the row, which may be a name or an account.
                let message = match error.kind() {
                    csv::ErrorKind::Deserialize { err, .. } => format!(
                        "field {}: not what stands there",
                        err.field().map_or_else(|| "missing".to_owned(), |at| (at + 1).to_string())
                    ),
                    csv::ErrorKind::UnequalLengths { .. } => "another number of fields".to_owned(),
                    _ => "can't be read".to_owned(),
                };
                RunError::Content { path: path.clone(), line, message }
            })
        }))
    }
}

/// `1234.56` as cents; nothing else is an amount.
pub fn cents(text: &str) -> Option<Cents> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (euros, cents) = digits.split_once('.')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(euros) || !digits(cents) || cents.len() != 2 {
        return None;
    }
    let whole: i64 = euros.parse().ok()?;
    let cents: i64 = cents.parse().ok()?;
    whole.checked_mul(100)?.checked_add(cents)?.checked_mul(sign).map(Cents)
}

fn amount<'de, D: Deserializer<'de>>(from: D) -> Result<Cents, D::Error> {
    let text = String::deserialize(from)?;
    cents(&text).ok_or_else(|| D::Error::custom("no amount"))
}

fn beneficiary<'de, D: Deserializer<'de>>(from: D) -> Result<BeneficiaryId, D::Error> {
    let text = String::deserialize(from)?;
    BeneficiaryId::new(text.as_bytes()).ok_or_else(|| D::Error::custom("no beneficiary number"))
}

fn iban<'de, D: Deserializer<'de>>(from: D) -> Result<Iban, D::Error> {
    let text = String::deserialize(from)?;
    Iban::new(text.as_bytes()).ok_or_else(|| D::Error::custom("no account"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_they_are_written() {
        for amount in [0, 1, -1, 99, 100, 123_456, -100_000_000, i64::MAX] {
            assert_eq!(cents(&Cents(amount).to_string()), Some(Cents(amount)));
        }
        for text in ["", "1", "1.5", ".50", "1.500", "+1.00", "1,00", " 1.00", "--1.00", "99999999999999999999.00"] {
            assert_eq!(cents(text), None, "{text}");
        }
    }
}
