//! The workbook of a run, for accountants: a summary whose totals are formulas over the sheets, and the tables.

mod sheets;
mod summary;

use std::io::{Read, Seek, Write};
use std::path::Path;

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::explain::words::Lang;
use crate::publish::summary::Summary;
use crate::results::{ResultsError, Rows, columns};
use sheets::{Formats, ROWS, Written};

/// Why a workbook can't be written.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    /// A file of the run.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// The workbook.
    #[error("the workbook can't be written: {0}")]
    Xlsx(#[from] XlsxError),
    /// What the sheets add up to.
    #[error("{what}: the rows add up to {rows}, summary.json says {summary}; were the results changed since?")]
    Disagreement {
        /// Of which amount.
        what: &'static str,
        /// Of the rows.
        rows: String,
        /// Of the summary.
        summary: String,
    },
}

/// The files of a run, opened; the last two only a ledger has.
#[derive(Debug)]
pub struct Tables<R> {
    /// `payments.csv`.
    pub payments: R,
    /// `anomalies.csv`.
    pub anomalies: R,
    /// `arrears.csv`.
    pub arrears: Option<R>,
    /// `claims.csv`.
    pub claims: Option<R>,
}

/// Writes the workbook of a run; rows pass through temporary files in `folder`.
///
/// # Errors
/// A file can't be read, the workbook can't be written, or the rows don't add up to the summary.
pub fn write<R: Read, W: Write + Seek + Send>(
    summary: &Summary,
    tables: Tables<R>,
    lang: Lang,
    folder: &Path,
    out: W,
) -> Result<(), WorkbookError> {
    write_limited(summary, tables, lang, ROWS, folder, out)
}

fn write_limited<R: Read, W: Write + Seek + Send>(
    summary: &Summary,
    tables: Tables<R>,
    lang: Lang,
    limit: u32,
    folder: &Path,
    out: W,
) -> Result<(), WorkbookError> {
    let mut workbook = Workbook::new();
    workbook.set_tempdir(folder)?;
    let formats = Formats::new();
    let how = (&formats, lang, limit);
    let name = |english: &'static str, french: &'static str| if lang == Lang::Fr { french } else { english };
    workbook.add_worksheet().set_name(name("Summary", "Récapitulatif"))?;
    let payments = Rows::open("payments.csv", tables.payments)?;
    let payments = sheets::write(&mut workbook, name("Payments", "Paiements"), columns::PAYMENTS, payments, how)?;
    let anomalies = Rows::open("anomalies.csv", tables.anomalies)?;
    let anomalies = sheets::write(&mut workbook, name("Findings", "Constats"), columns::ANOMALIES, anomalies, how)?;
    let mut optional = |file, title, columns, input: Option<R>| -> Result<Option<Written>, WorkbookError> {
        let Some(input) = input else { return Ok(None) };
        sheets::write(&mut workbook, title, columns, Rows::open(file, input)?, how).map(Some)
    };
    let arrears = optional("arrears.csv", name("Arrears", "Rappels"), columns::ARREARS, tables.arrears)?;
    let claims = optional("claims.csv", name("Overpayments", "Trop-perçus"), columns::CLAIMS, tables.claims)?;
    let written = summary::Sheets { payments, anomalies, arrears, claims };
    summary::write(workbook.worksheet_from_index(0)?, summary, &written, &formats, lang)?;
    workbook.save_to_writer(out)?;
    Ok(())
}

#[cfg(test)]
mod tests;
