//! What was paid, run by run, for ever: the folder, the catalogue, and what is kept of each beneficiary.

mod books;
mod catalogue;
mod codec;
mod dossier_file;
mod lines;
mod opening_file;
pub(crate) mod parquet_file;
mod run;
mod statements;
mod store;
mod verify;

use std::path::PathBuf;

pub use books::{Books, Entries, Layouts, STATEMENTS};
pub use codec::{decode as decode_kept, encode as encode_kept};
pub use dossier_file::{DOSSIERS, KeptBatch, KeptBytes, KeptStream};
pub use opening_file::OpeningFile;
pub use run::{ClosedMonth, Run, RunRecord, State, identity_digest};
pub use statements::{Posted, StatementStream};
pub use store::{HeldLedger, Ledger};
pub use verify::Fault;

use crate::identity::BeneficiaryId;
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
    /// The file given with `--opening` can't be used.
    #[error("{path}:{line}: {told}; nothing was published", path = .path.display())]
    Opening {
        /// The file.
        path: PathBuf,
        /// The line.
        line: u64,
        /// What is wrong, and what to do.
        told: String,
    },
    /// The file given with `--opening` names a beneficiary that the exports lack.
    #[error(
        "--opening: a row of {0}, who is not in the exports; take the row out, or export the beneficiary; nothing was published"
    )]
    OpeningOfNobody(BeneficiaryId),
    /// A value does not fit the format.
    #[error("the ledger: {0}")]
    Format(String),
    /// There is no ledger.
    #[error("{path}: no ledger stands here; `versement run` with --ledger makes one", path = .0.display())]
    Missing(PathBuf),
    /// Something else stands where a ledger is to be made.
    #[error("{path}: this folder holds other files and no ledger; choose another --ledger", path = .0.display())]
    NoLedger(PathBuf),
    /// There is no such run.
    #[error("there is no run {number}; the last one is {last}, see `versement runs`")]
    NoSuchRun {
        /// Asked for.
        number: u32,
        /// The last one.
        last: u32,
    },
    /// Another run holds the ledger.
    #[error("{path}: another run holds the ledger ({holder}); wait for it", path = .path.display())]
    Busy {
        /// The ledger.
        path: PathBuf,
        /// Who holds it, and since when.
        holder: String,
    },
    /// The system refused.
    #[error("{path}: {error}", path = .path.display())]
    System {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A file can't be written.
    #[error(transparent)]
    Publish(#[from] PublishError),
}
