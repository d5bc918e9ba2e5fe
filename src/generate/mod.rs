//! Made-up exports: people, events and jobs as a fund's other systems would deliver them, for tests, benchmarks and
//! demonstrations. The same plan gives the same bytes on any machine; each beneficiary is drawn from the seed and
//! their number alone.

mod accounts;
mod cases;
mod damage;
mod employers;
mod events;
mod faults;
mod files;
mod followup;
mod jobs;
mod misprints;
mod names;
mod people;
mod random;
mod rows;
mod sample;
#[cfg(test)]
mod tests;
mod truth;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::str::FromStr;

use tempfile::NamedTempFile;

use crate::calendar::Month;
use files::Sink;
use rows::Export;
use sample::Source;
pub use truth::Truth;

/// What to make up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The month of the run that the exports are for, from 2005-06 to 2012-06.
    pub month: Month,
    /// How many beneficiaries, at most [`Plan::MOST_BENEFICIARIES`].
    pub beneficiaries: u64,
    /// Another seed gives other people.
    pub seed: u64,
    /// How many beneficiaries have a fault.
    pub faults: Share,
    /// Follow-up and employers are made up too, and some contrats de transition professionnelle.
    pub complete: bool,
    /// Rows stand in no order, instead of that of the beneficiaries' numbers.
    pub shuffled: bool,
}

impl Plan {
    /// The most beneficiaries whose numbers have the same length.
    pub const MOST_BENEFICIARIES: u64 = 9_999_999_999;
}

/// A share in parts of ten thousand: 5 % is 500.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(u32);

impl Share {
    /// So many parts of ten thousand, at most all of them.
    pub fn from_parts(parts: u32) -> Option<Self> {
        (parts <= 10_000).then_some(Self(parts))
    }

    /// The parts of ten thousand.
    pub fn parts(self) -> u32 {
        self.0
    }
}

/// What was given is no percentage from 0 to 100 with at most two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a percentage; write it as 5 or 0.25, at most 100")]
pub struct NotAShare;

impl FromStr for Share {
    type Err = NotAShare;

    /// Reads a percentage: `5`, `0.25`.
    fn from_str(text: &str) -> Result<Self, NotAShare> {
        let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, most| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole, 3) || !digits(rest, 2) {
            return Err(NotAShare);
        }
        let parts = format!("{whole}{rest:0<2}").parse().map_err(|_| NotAShare)?;
        Self::from_parts(parts).ok_or(NotAShare)
    }
}

/// What was written into one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileWritten {
    /// Rows, without the header.
    pub rows: u64,
    /// Bytes, with the header.
    pub bytes: u64,
}

/// What was written into each file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// `beneficiaries.csv`.
    pub beneficiaries: FileWritten,
    /// `events.csv`.
    pub events: FileWritten,
    /// `earnings.csv`.
    pub earnings: FileWritten,
    /// `followup.csv`, if it was asked for.
    pub followup: Option<FileWritten>,
    /// `employers.csv`, if it was asked for.
    pub employers: Option<FileWritten>,
    /// What the month comes to, as far as it was made up without a fault and in order.
    pub truth: Truth,
}

/// Why no exports, or only some of them, were written.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// Nobody was in the CRP that month, or no law is known for it.
    #[error("no exports can be made up for {0}; take a month from 2005-06 to 2012-06")]
    Month(Month),
    /// The numbers of beneficiaries have ten digits.
    #[error("{0} beneficiaries are too many; ask for at most 9999999999")]
    Beneficiaries(u64),
    /// The directory or a file in it can't be made.
    #[error("{file}: the file can't be made")]
    Create {
        /// Its path.
        file: String,
        /// What the system says.
        source: io::Error,
    },
    /// A file can't be written to its end.
    #[error("{file}: the file can't be written")]
    Write {
        /// Its path.
        file: String,
        /// What the system says.
        source: io::Error,
    },
}

/// Makes the directory where it is missing and writes `beneficiaries.csv`, `events.csv`, `earnings.csv` and, if asked for, the others
/// into it, in place of earlier ones; they get their names when all are complete. `progress` hears now and then how many of the
/// beneficiaries are done.
pub fn write_exports(plan: &Plan, dir: &Path, progress: impl FnMut(u64)) -> Result<Written, GenerateError> {
    check(plan)?;
    let failed = |path: &Path| {
        let file = path.display().to_string();
        move |source| GenerateError::Create { file, source }
    };
    fs::create_dir_all(dir).map_err(failed(dir))?;
    let temporary = || tempfile::Builder::new().prefix(".versement-generate-").tempfile_in(dir).map_err(failed(dir));
    let exports = exports(plan);
    let files = exports.iter().map(|_| temporary()).collect::<Result<Vec<_>, _>>()?;
    let open = |export: Export, file: &NamedTempFile| {
        let path = dir.join(export.file_name());
        let handle = file.as_file().try_clone().map_err(failed(&path))?;
        Ok(Sink::new(path.display().to_string(), handle, export))
    };
    let sinks = exports.iter().zip(&files).map(|(&export, file)| open(export, file)).collect::<Result<Vec<_>, _>>()?;
    let written = write(plan, sinks, progress)?;
    for (file, export) in files.into_iter().zip(exports) {
        let path = dir.join(export.file_name());
        file.persist(&path).map_err(|error| failed(&path)(error.error))?;
    }
    Ok(written)
}

/// Writes the three exports, in the order of [`Written`], to where the caller wants them.
pub fn write_to<W: Write>(plan: &Plan, outs: [W; 3], progress: impl FnMut(u64)) -> Result<Written, GenerateError> {
    check(plan)?;
    let sinks =
        outs.into_iter().zip(Export::ALL).map(|(out, export)| Sink::new(export.file_name().to_owned(), out, export));
    write(plan, sinks.collect(), progress)
}

/// The files of a plan.
fn exports(plan: &Plan) -> &'static [Export] {
    if plan.complete { &Export::ALL } else { &Export::ALL[..3] }
}

fn check(plan: &Plan) -> Result<(), GenerateError> {
    let months = Month::new(2005, 6)..=Month::new(2012, 6);
    if !months.contains(&Some(plan.month)) {
        return Err(GenerateError::Month(plan.month));
    }
    if plan.beneficiaries > Plan::MOST_BENEFICIARIES {
        return Err(GenerateError::Beneficiaries(plan.beneficiaries));
    }
    Ok(())
}

fn write<W: Write>(plan: &Plan, mut sinks: Vec<Sink<W>>, progress: impl FnMut(u64)) -> Result<Written, GenerateError> {
    let source =
        Source { month: plan.month.span(), seed: plan.seed, faults: plan.faults.parts(), complete: plan.complete };
    let mut truth = Truth::default();
    if plan.shuffled {
        files::shuffled(&source, plan.beneficiaries, &mut sinks, progress)?;
    } else {
        files::in_order(&source, plan.beneficiaries, &mut sinks, &mut truth, progress)?;
    }
    let mut written = sinks.into_iter().map(Sink::finish).collect::<Result<Vec<_>, _>>()?.into_iter();
    let mut next = || written.next();
    let none = FileWritten { rows: 0, bytes: 0 };
    let (beneficiaries, events, earnings) = (next().unwrap_or(none), next().unwrap_or(none), next().unwrap_or(none));
    Ok(Written { beneficiaries, events, earnings, followup: next(), employers: next(), truth })
}
