//! Typed rows of the files; columns are found by name, so a file may have more of them.

use std::io::Read;

use csv::{ReaderBuilder, StringRecord};
use serde::{Deserialize, Deserializer, de};

use super::{ResultsError, amount};
use crate::money::Cents;

/// The rows of one file.
#[derive(Debug)]
pub struct Rows<R> {
    file: &'static str,
    reader: csv::Reader<R>,
    header: StringRecord,
    record: StringRecord,
}

impl<R: Read> Rows<R> {
    /// Reads the header of a file.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn open(file: &'static str, input: R) -> Result<Self, ResultsError> {
        let mut reader = ReaderBuilder::new().from_reader(input);
        let header = reader.headers().map_err(|error| told(file, &error))?.clone();
        Ok(Self { file, reader, header, record: StringRecord::new() })
    }

    /// Goes to the next row; `false` behind the last one.
    ///
    /// # Errors
    /// The file can't be read, or the row has another number of fields than the header.
    pub fn read(&mut self) -> Result<bool, ResultsError> {
        self.reader.read_record(&mut self.record).map_err(|error| told(self.file, &error))
    }

    /// The row at hand.
    ///
    /// # Errors
    /// A column is missing, or a field is not what its column holds.
    pub fn row<'r, T: Deserialize<'r>>(&'r self) -> Result<T, ResultsError> {
        self.record.deserialize(Some(&self.header)).map_err(|error| told(self.file, &error))
    }

    /// The fields of the row at hand.
    pub fn fields(&self) -> &StringRecord {
        &self.record
    }

    /// The header.
    pub fn header(&self) -> &StringRecord {
        &self.header
    }
}

/// The place and the kind of an error. What stood in a field may be personal, and is left out.
fn told(file: &'static str, error: &csv::Error) -> ResultsError {
    let place = error.position().map_or_else(String::new, |place| format!(":{}", place.line()));
    let what = match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("{len} fields instead of {expected_len}"),
        csv::ErrorKind::Deserialize { err, .. } => match err.field() {
            Some(field) => format!("field {} is not what its column holds", field + 1),
            None => "a column is missing".to_owned(),
        },
        _ => "no table".to_owned(),
    };
    ResultsError { file, place, what }
}

fn cents<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cents, D::Error> {
    let text = <&str>::deserialize(deserializer)?;
    amount(text).ok_or_else(|| de::Error::custom("not an amount"))
}

/// A row of `payments.csv`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "each is the column of its name")]
pub struct Payment<'r> {
    pub beneficiary_id: &'r str,
    pub nir: &'r str,
    pub name: &'r str,
    pub iban: &'r str,
    pub month: &'r str,
    pub regime: &'r str,
    pub asr_days: i64,
    #[serde(deserialize_with = "cents")]
    pub asr_gross: Cents,
    #[serde(deserialize_with = "cents")]
    pub pension_offset: Cents,
    #[serde(deserialize_with = "cents")]
    pub participation: Cents,
    #[serde(deserialize_with = "cents")]
    pub asr_net: Cents,
    #[serde(deserialize_with = "cents")]
    pub idr: Cents,
    #[serde(deserialize_with = "cents")]
    pub arrears: Cents,
    #[serde(deserialize_with = "cents")]
    pub recovered: Cents,
    #[serde(deserialize_with = "cents")]
    pub net: Cents,
    pub end_to_end_id: &'r str,
}

/// A row of `anomalies.csv`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "each is the column of its name")]
pub struct Anomaly<'r> {
    pub code: &'r str,
    pub severity: &'r str,
    pub effect: &'r str,
    pub beneficiary_id: &'r str,
    pub file: &'r str,
    /// None where the ledger tells of what it keeps.
    pub line: Option<u64>,
    pub column: Option<u64>,
    pub found: &'r str,
    pub message: &'r str,
    pub article: &'r str,
}

/// A row of `arrears.csv`: what a month before is worth more than was paid for it.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "each is the column of its name")]
pub struct Arrears<'r> {
    pub beneficiary_id: &'r str,
    pub month: &'r str,
    pub kind: &'r str,
    #[serde(deserialize_with = "cents")]
    pub amount: Cents,
    pub reason: &'r str,
    #[serde(default)]
    pub changed: &'r str,
}

/// A row of `claims.csv`: an overpayment that was raised or recovered from in the run.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "each is the column of its name")]
pub struct Claim<'r> {
    pub beneficiary_id: &'r str,
    pub month: &'r str,
    pub kind: &'r str,
    pub raised: u32,
    #[serde(deserialize_with = "cents")]
    pub amount: Cents,
    #[serde(deserialize_with = "cents")]
    pub recovered: Cents,
    #[serde(deserialize_with = "cents")]
    pub balance: Cents,
    pub reason: &'r str,
    #[serde(default)]
    pub changed: &'r str,
}

/// A row of `contributions.csv`.
#[derive(Debug, Deserialize)]
#[allow(missing_docs, reason = "each is the column of its name")]
pub struct Contribution<'r> {
    pub employer: &'r str,
    #[serde(deserialize_with = "cents")]
    pub notice_due: Cents,
    #[serde(deserialize_with = "cents")]
    pub dif_due: Cents,
    #[serde(deserialize_with = "cents")]
    pub penalty_due: Cents,
    #[serde(deserialize_with = "cents")]
    pub due: Cents,
    #[serde(deserialize_with = "cents")]
    pub state_share: Cents,
    #[serde(deserialize_with = "cents")]
    pub employee_notice: Cents,
}
