//! `opening.csv` given back: what the months before the ledger came to, as the fund states it.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::LedgerError;
use crate::calendar::{Day, Span};
use crate::identity::BeneficiaryId;
use crate::money::Cents;
use crate::publish::Table;
use crate::revision::Stated;

/// Streams the rows in ascending order.
#[derive(Debug)]
pub struct OpeningFile {
    path: PathBuf,
    reader: csv::Reader<File>,
    record: csv::StringRecord,
    next: Option<(BeneficiaryId, Stated)>,
}

impl OpeningFile {
    /// Opens the file and checks its header.
    ///
    /// # Errors
    /// It can't be read, or has other columns than `opening.csv`.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let fault = |line, told: String| LedgerError::Opening { path: path.to_owned(), line, told };
        let file = File::open(path).map_err(|error| fault(1, error.to_string()))?;
        let mut reader = csv::Reader::from_reader(file);
        let header = reader.headers().map_err(|error| fault(1, error.to_string()))?;
        let expected = Table::Opening.header().trim_end();
        if header.iter().collect::<Vec<_>>().join(",") != expected {
            return Err(fault(1, format!("the header must be {expected}")));
        }
        let mut opened = Self { path: path.to_owned(), reader, record: csv::StringRecord::new(), next: None };
        opened.advance()?;
        Ok(opened)
    }

    /// Moves rows to `out` as long as their numbers are within.
    ///
    /// # Errors
    /// A row can't be read, or stands out of order.
    pub fn take(
        &mut self,
        within: impl Fn(BeneficiaryId) -> bool,
        out: &mut Vec<(BeneficiaryId, Stated)>,
    ) -> Result<(), LedgerError> {
        while let Some(row) = self.next.filter(|(id, _)| within(*id)) {
            out.push(row);
            self.advance()?;
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<(), LedgerError> {
        let before = self.next.take().map(|(id, _)| id);
        let line = self.reader.position().line();
        let fault = |told: &str| LedgerError::Opening { path: self.path.clone(), line, told: told.to_owned() };
        if !self.reader.read_record(&mut self.record).map_err(|error| fault(&error.to_string()))? {
            return Ok(());
        }
        let field = |at: usize| self.record.get(at).unwrap_or_default();
        let id = BeneficiaryId::new(field(0).as_bytes()).ok_or_else(|| fault("no beneficiary number"))?;
        if before.is_some_and(|before| before >= id) {
            return Err(fault("the rows must stand in ascending order of beneficiary numbers, each once"));
        }
        let asr_days = field(1).parse().ok().filter(|days| (0..=400).contains(days));
        let asr_days = asr_days.ok_or_else(|| fault("asr_days must be a number of days from 0 to 400"))?;
        let idr_paid = amount(field(6)).ok_or_else(|| fault("idr_paid must be an amount such as 1234.56"))?;
        let frozen = match (field(7), field(8), field(9)) {
            ("", "", "") => None,
            (cap, first, last) => {
                let cap = amount(cap).ok_or_else(|| fault("idr_cap must be an amount such as 1234.56"))?;
                let day = |text: &str| text.parse::<Day>().map_err(|error| fault(&error.to_string()));
                Some((cap, Span::new(day(first)?, day(last)?)))
            }
        };
        self.next = Some((id, Stated { asr_days, idr_paid, frozen }));
        Ok(())
    }
}

/// Euros with two decimals, at most a billion.
fn amount(text: &str) -> Option<Cents> {
    let (euros, cents) = text.split_once('.')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if cents.len() != 2 || euros.is_empty() || euros.len() > 9 || !digits(euros) || !digits(cents) {
        return None;
    }
    Some(Cents(euros.parse::<i64>().ok()? * 100 + cents.parse::<i64>().ok()?))
}
