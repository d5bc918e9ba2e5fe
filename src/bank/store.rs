//! `bank.sqlite` in the ledger's folder: what was given to the bank, and what it answered.
//!
//! The state of a transfer is the furthest that any answer says, so that the order of answers, and how often each is read,
//! changes nothing.

mod change;
mod failed;
mod state;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

pub use self::change::{Change, Imported, Issued};
pub use self::failed::{Failed, Failure};
use self::state::{COLUMNS, kept};
pub use self::state::{Kept, KeptFile, State};
use crate::money::Cents;

/// The name of the file.
pub const BANK: &str = "bank.sqlite";

/// Why the file can't be used, or what was asked can't be done.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused.
    #[error("{path}: {error}", path = .path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// The database refused.
    #[error("{BANK}: {0}; nothing was changed")]
    Database(#[from] rusqlite::Error),
    /// Something else stands there.
    #[error("{0}")]
    Refused(String),
}

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS files (
    message_id TEXT PRIMARY KEY, run INTEGER NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL,
    transfers INTEGER NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0), booked INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS transfers (
    end_to_end_id TEXT PRIMARY KEY, beneficiary TEXT NOT NULL, run INTEGER NOT NULL, month TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0), message_id TEXT NOT NULL REFERENCES files, execution TEXT NOT NULL,
    reissue_of TEXT UNIQUE REFERENCES transfers, iban TEXT,
    state INTEGER NOT NULL DEFAULT 0, reason TEXT, settled_on TEXT, returned_on TEXT, booked INTEGER,
    was_rejected INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS transfers_by_message ON transfers (message_id);
CREATE INDEX IF NOT EXISTS transfers_by_run ON transfers (run, beneficiary);
CREATE TABLE IF NOT EXISTS imports (
    sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, message_id TEXT NOT NULL, answers INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    about TEXT NOT NULL, message_id TEXT NOT NULL, told TEXT NOT NULL, reason TEXT NOT NULL, day TEXT NOT NULL,
    amount INTEGER,
    PRIMARY KEY (about, message_id, told, reason, day)
) STRICT, WITHOUT ROWID;
";

/// The file, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
}

impl Store {
    /// Opens the file in a ledger's folder; makes it where it is missing, readable by its owner only.
    ///
    /// # Errors
    /// It can't be opened or is something else.
    pub fn open(ledger: &Path) -> Result<Self, StoreError> {
        let path = ledger.join(BANK);
        let made = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        made.map_err(|error| StoreError::System { path: path.clone(), error })?;
        let connection = Connection::open(&path)?;
        connection.busy_timeout(std::time::Duration::from_secs(30))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection })
    }

    /// Begins a change: all of it is kept, or nothing.
    ///
    /// # Errors
    /// Another command is changing the file for over 30 seconds.
    pub fn change(&mut self) -> Result<Change<'_>, StoreError> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(Change { transaction })
    }

    /// Hands over transfers in the order of runs and of numbers, reissues behind what they pay again.
    ///
    /// # Errors
    /// The file can't be read, or `take` gives an error.
    pub fn transfers<E: From<StoreError>>(
        &self,
        which: Which<'_>,
        mut take: impl FnMut(Kept) -> Result<(), E>,
    ) -> Result<(), E> {
        let database = |error| E::from(StoreError::Database(error));
        let (condition, value): (_, &dyn rusqlite::ToSql) = match &which {
            Which::Run(run) => ("run = ?1", run),
            Which::Beneficiary(beneficiary) => ("beneficiary = ?1", beneficiary),
            Which::Reissued(run) => ("run = ?1 AND reissue_of IS NOT NULL", run),
            Which::Outstanding(run) => (
                "(?1 IS NULL OR run = ?1) AND state IN (0, 1, 2, 4, 6) AND NOT EXISTS
                     (SELECT 1 FROM transfers AS later WHERE later.reissue_of = transfers.end_to_end_id)",
                run,
            ),
        };
        let order = match which {
            Which::Outstanding(_) => "execution, run, beneficiary, end_to_end_id",
            _ => "run, beneficiary, length(end_to_end_id), end_to_end_id",
        };
        let query = format!("SELECT {COLUMNS} FROM transfers WHERE {condition} ORDER BY {order}");
        let mut statement = self.connection.prepare(&query).map_err(database)?;
        let mut rows = statement.query([value]).map_err(database)?;
        while let Some(row) = rows.next().map_err(database)? {
            take(kept(row).map_err(database)?)?;
        }
        Ok(())
    }

    /// The transfers of a run by state and by whether they pay again: how many, and how much.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn by_state(&self, run: u32) -> Result<Vec<(State, bool, u64, Cents)>, StoreError> {
        let query = "SELECT state, reissue_of IS NOT NULL, count(*), sum(amount) FROM transfers WHERE run = ?1 \
                     GROUP BY 1, 2 ORDER BY 1, 2";
        let mut statement = self.connection.prepare(query)?;
        let rows = statement.query_map([run], |row| {
            Ok((State::of(row.get(0)?), row.get(1)?, row.get::<_, i64>(2)?.unsigned_abs(), Cents(row.get(3)?)))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The files of a run.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn files(&self, run: u32) -> Result<Vec<KeptFile>, StoreError> {
        let query = "SELECT message_id, name, transfers, amount, booked FROM files WHERE run = ?1 ORDER BY message_id";
        let mut statement = self.connection.prepare(query)?;
        let rows = statement.query_map([run], |row| {
            Ok(KeptFile {
                message_id: row.get(0)?,
                name: row.get(1)?,
                transfers: row.get::<_, i64>(2)?.unsigned_abs(),
                amount: Cents(row.get(3)?),
                booked: row.get::<_, Option<i64>>(4)?.map(Cents),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The transfer of this number.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn transfer(&self, end_to_end_id: &str) -> Result<Option<Kept>, StoreError> {
        let query = format!("SELECT {COLUMNS} FROM transfers WHERE end_to_end_id = ?1");
        Ok(self.connection.prepare_cached(&query)?.query_row([end_to_end_id], kept).optional()?)
    }

    /// The transfer that pays another one again.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn reissue_of(&self, end_to_end_id: &str) -> Result<Option<Kept>, StoreError> {
        let query = format!("SELECT {COLUMNS} FROM transfers WHERE reissue_of = ?1");
        Ok(self.connection.prepare_cached(&query)?.query_row([end_to_end_id], kept).optional()?)
    }

    /// What was debited of a message, transfer by transfer.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn debited(&self, message_id: &str) -> Result<Cents, StoreError> {
        let query = "SELECT coalesce(sum(amount), 0) FROM transfers WHERE message_id = ?1 AND state IN (3, 5, 6)";
        Ok(Cents(self.connection.query_row(query, [message_id], |row| row.get(0))?))
    }
}

/// Which transfers.
#[derive(Clone, Copy, Debug)]
pub enum Which<'a> {
    /// Those that pay a run, reissues too.
    Run(u32),
    /// The reissues of a run.
    Reissued(u32),
    /// Those of a beneficiary.
    Beneficiary(&'a str),
    /// Those without an answer that settles them, and those that failed and were not paid again; of a run, or of all.
    Outstanding(Option<u32>),
}
