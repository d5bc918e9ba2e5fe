//! What was paid, run by run, for ever: the folder, the catalogue, and what is kept of each beneficiary.

mod books;
mod codec;
mod kept_stream;
mod parquet_file;

use std::path::PathBuf;

pub use books::{Books, DOSSIERS, EncodedEntries, Entries, Layouts, STATEMENTS};
pub use kept_stream::{KeptBytes, KeptStream};

use crate::publish::staging::PublishError;

/// Why the ledger can't be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// A file is missing, torn or altered.
    #[error("{path}: {told}; the ledger is damaged: restore it from a backup, see `versement verify`", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        told: String,
    },
    /// A value does not fit the format.
    #[error("the ledger: {0}")]
    Format(String),
    /// A file can't be written.
    #[error(transparent)]
    Publish(#[from] PublishError),
}
