//! A month settled part by part, on as many machines as there are: prepared on one, settled anywhere, merged on one.
//!
//! [`prepare`] joins the exports with what the ledger keeps and scatters the beneficiaries over parts, Parquet files with a row a
//! beneficiary. A [`PartSettler`] settles rows by the code that settles a batch of exports. [`merge`] puts the results together
//! in the order of one machine, so that what is published has the same bytes.

mod answers;
mod cells;
mod columns;
mod counts;
mod files;
mod manifest;
mod merge;
mod prepare;
mod result;
mod row;
pub mod schema;
mod settler;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use answers::{Answer, RESULTS, ResultWriter, each_row, settle_part};
pub use cells::{Cell, Cells};
pub use counts::{Control, digest, part_of};
pub use manifest::{MANIFEST, Manifest, PartRecord, Succession, Unread, part_name};
pub use merge::{Merging, merge};
pub use prepare::{MOST_PARTS, Prepared, prepare};
pub use result::{RESULT_COLUMNS, ResultRow};
pub use row::PartRow;
pub use settler::{PartSettler, PartSetup};

use crate::ledger::LedgerError;
use crate::night::NightError;
use crate::publish::staging::PublishError;

/// Why a month can't be prepared, settled by parts, or merged; nothing is published then.
#[derive(Debug, thiserror::Error)]
pub enum PartitionError {
    /// The system refused.
    #[error("{path}: {error}", path = .path.display())]
    System {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// There is no manifest, or it is not of this program.
    #[error("{path}: {told}; prepare the month again with `versement prepare`", path = .path.display())]
    Manifest {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        told: String,
    },
    /// A prepared file is missing, or not as it was prepared.
    #[error("{path}: {told}; prepare the month again with `versement prepare`", path = .path.display())]
    Altered {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        told: String,
    },
    /// The law is not the one that was prepared for.
    #[error(
        "the law is another one than the month was prepared for (SHA-256 {now} instead of {of}); give the law file that \
         `versement prepare` was given, or prepare the month again"
    )]
    OtherLaw {
        /// The digest of the law that was prepared for.
        of: String,
        /// That of the law now.
        now: String,
    },
    /// There is no such part.
    #[error("there is no part {part} of {asked}: {count} parts were prepared, 0/{count} to {last}/{count}", last = .count - 1)]
    NoSuchPart {
        /// Asked for.
        part: u32,
        /// Of so many.
        asked: u32,
        /// So many there are.
        count: u32,
    },
    /// Parts have no result.
    #[error(
        "{folder}: {missing} of {count} parts have no result: {first}; settle them with `versement run --partition`, then merge \
         again", folder = .folder.display()
    )]
    Missing {
        /// The folder of results.
        folder: PathBuf,
        /// So many lack one.
        missing: usize,
        /// Of so many.
        count: u32,
        /// The first of them.
        first: String,
    },
    /// A result can't be used.
    #[error("{path}: {told}; take it away and settle its part again with `versement run --partition`", path = .path.display())]
    Result {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        told: String,
    },
    /// A value does not fit the format.
    #[error("the parts: {0}")]
    Format(String),
    /// The exports can't be joined, or a part can't be settled.
    #[error(transparent)]
    Night(#[from] NightError),
    /// The ledger can't be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Files can't be written, or totals don't agree.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

impl From<parquet::errors::ParquetError> for PartitionError {
    fn from(error: parquet::errors::ParquetError) -> Self {
        Self::Format(error.to_string())
    }
}

/// An error of the system about a file or folder.
fn system(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> PartitionError + '_ {
    |error| PartitionError::System { path: path.to_owned(), error }
}
