//! `bank.sqlite` in the ledger's folder: what was given to the bank, and what it answered.
//!
//! The state of a transfer is the furthest that any answer says, so that the order of answers, and how often each is read,
//! changes nothing.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::answers::{About, Answer, Heard, Told};
use super::reasons;
use super::transfers::Transfer;
use crate::calendar::{Day, Month};
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

/// How far a transfer came, in this order: what comes later counts, whichever answer arrives first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Written to a file; no answer.
    Sent = 0,
    /// Refused as sent twice: the first one counts.
    Duplicate = 1,
    /// Taken for execution.
    Accepted = 2,
    /// Debited as a part of its message, unless it was refused by itself.
    SettledInBatch = 3,
    /// Refused.
    Rejected = 4,
    /// Debited.
    Settled = 5,
    /// Credited again.
    Returned = 6,
}

impl State {
    /// The word that is shown.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Duplicate => "refused as duplicate",
            Self::Accepted => "accepted",
            Self::SettledInBatch | Self::Settled => "settled",
            Self::Rejected => "rejected",
            Self::Returned => "returned",
        }
    }

    /// Whether the bank debited it, be it that it came back.
    pub fn was_debited(self) -> bool {
        matches!(self, Self::SettledInBatch | Self::Settled | Self::Returned)
    }

    /// Whether the money did not stay with the beneficiary, so that it may be paid again.
    pub fn failed(self) -> bool {
        matches!(self, Self::Rejected | Self::Returned)
    }

    fn of(rank: i64) -> Self {
        match rank {
            1 => Self::Duplicate,
            2 => Self::Accepted,
            3 => Self::SettledInBatch,
            4 => Self::Rejected,
            5 => Self::Settled,
            6 => Self::Returned,
            _ => Self::Sent,
        }
    }

    fn told(answer: &Answer) -> Self {
        let in_batch = matches!(answer.about, About::Message(_));
        match answer.told {
            Told::Accepted => Self::Accepted,
            Told::Rejected if answer.reason.as_deref().is_some_and(reasons::is_duplicate) => Self::Duplicate,
            Told::Rejected => Self::Rejected,
            Told::Settled if in_batch => Self::SettledInBatch,
            Told::Settled => Self::Settled,
            Told::Returned => Self::Returned,
        }
    }
}

/// A transfer as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the column of its name")]
pub struct Kept {
    pub end_to_end_id: String,
    pub beneficiary: String,
    pub run: u32,
    pub month: String,
    pub amount: Cents,
    pub message_id: String,
    pub execution: String,
    /// The transfer that this one pays again.
    pub reissue_of: Option<String>,
    pub state: State,
    pub reason: Option<String>,
    pub settled_on: Option<String>,
    pub returned_on: Option<String>,
    /// What the bank booked, where it is another amount.
    pub booked: Option<Cents>,
    /// It was refused by itself; a debit all the same is a contradiction.
    pub was_rejected: bool,
}

/// A file of transfers as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// `MsgId`.
    pub message_id: String,
    /// Its name.
    pub name: String,
    /// How many transfers were read back from it.
    pub transfers: u64,
    /// `CtrlSum`, read back from it.
    pub amount: Cents,
    /// What the bank booked for the whole message, if it booked it so.
    pub booked: Option<Cents>,
}

/// A file of transfers that was written.
#[derive(Clone, Copy, Debug)]
pub struct Issued<'a> {
    /// The run that it pays.
    pub run: u32,
    /// `MsgId`.
    pub message_id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its SHA-256.
    pub sha256: &'a str,
    /// Its sum.
    pub amount: Cents,
    /// When the bank is to execute it.
    pub execution: Day,
}

/// What an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Answers that were not known.
    pub new: u64,
    /// Answers that were known.
    pub known: u64,
    /// Answers about transfers that are not in the ledger: the first hundred references.
    pub unknown: Vec<String>,
    /// How many of them.
    pub unknowns: u64,
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

const COLUMNS: &str = "end_to_end_id, beneficiary, run, month, amount, message_id, execution, reissue_of, state, reason, \
                       settled_on, returned_on, booked, was_rejected";

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

    /// The account that a reissue went to; `None` for a transfer of a run, whose account stands in `payments.csv`.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn account(&self, end_to_end_id: &str) -> Result<Option<String>, StoreError> {
        let query = "SELECT iban FROM transfers WHERE end_to_end_id = ?1";
        Ok(self.connection.query_row(query, [end_to_end_id], |row| row.get(0)).optional()?.flatten())
    }

    /// What was debited of a message, transfer by transfer.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn debited(&self, message_id: &str) -> Result<Cents, StoreError> {
        let query = "SELECT coalesce(sum(amount), 0) FROM transfers WHERE message_id = ?1 AND state IN (3, 5, 6)";
        Ok(Cents(self.connection.query_row(query, [message_id], |row| row.get(0))?))
    }

    /// The next number of a file of reissues.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn next_reissue(&self) -> Result<u32, StoreError> {
        let query = "SELECT 1 + count(DISTINCT message_id) FROM transfers WHERE reissue_of IS NOT NULL";
        Ok(self.connection.query_row(query, [], |row| row.get(0))?)
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

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept {
        end_to_end_id: row.get(0)?,
        beneficiary: row.get(1)?,
        run: row.get(2)?,
        month: row.get(3)?,
        amount: Cents(row.get(4)?),
        message_id: row.get(5)?,
        execution: row.get(6)?,
        reissue_of: row.get(7)?,
        state: State::of(row.get(8)?),
        reason: row.get(9)?,
        settled_on: row.get(10)?,
        returned_on: row.get(11)?,
        booked: row.get::<_, Option<i64>>(12)?.map(Cents),
        was_rejected: row.get(13)?,
    })
}

/// A change that is under way; it is undone unless it is kept.
#[derive(Debug)]
pub struct Change<'s> {
    transaction: Transaction<'s>,
}

impl Change<'_> {
    /// Keeps the change.
    ///
    /// # Errors
    /// The database can't write it.
    pub fn keep(self) -> Result<(), StoreError> {
        Ok(self.transaction.commit()?)
    }

    /// Forgets the files of a run, if no answer about them came.
    ///
    /// # Errors
    /// There are answers, or reissues.
    pub fn forget(&self, run: u32) -> Result<(), StoreError> {
        let answered = "SELECT count(*) FROM transfers WHERE run = ?1 AND (state > 0 OR reissue_of IS NOT NULL)";
        let answered: i64 = self.transaction.query_row(answered, [run], |row| row.get(0))?;
        if answered > 0 {
            return Err(StoreError::Refused(format!(
                "the bank answered to {answered} transfers of run {run}: its files were sent and can't be replaced"
            )));
        }
        self.transaction.execute("DELETE FROM transfers WHERE run = ?1", [run])?;
        self.transaction.execute("DELETE FROM files WHERE run = ?1", [run])?;
        Ok(())
    }

    /// Keeps a file of transfers. Gives whether it was known already, with the same bytes.
    ///
    /// # Errors
    /// A file with other bytes is kept under this number, or one of the transfers is in another file.
    pub fn issue(&self, file: &Issued<'_>, month: Month, transfers: &[Transfer]) -> Result<bool, StoreError> {
        let known =
            self.transaction.query_row("SELECT sha256 FROM files WHERE message_id = ?1", [file.message_id], |row| {
                row.get::<_, String>(0)
            });
        match known.optional()? {
            Some(digest) if digest == file.sha256 => return Ok(true),
            Some(_) => {
                return Err(StoreError::Refused(format!(
                    "{} was exported before with other content (another fund.toml or --execution): if it was never given to \
                     the bank, replace it with --replace",
                    file.message_id
                )));
            }
            None => {}
        }
        let count = i64::try_from(transfers.len()).unwrap_or(i64::MAX);
        self.transaction.execute(
            "INSERT INTO files (message_id, run, name, sha256, transfers, amount) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![file.message_id, file.run, file.name, file.sha256, count, file.amount.0],
        )?;
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO transfers (end_to_end_id, beneficiary, run, month, amount, message_id, execution) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let (month, execution) = (month.to_string(), file.execution.to_string());
        for transfer in transfers {
            let beneficiary = transfer.beneficiary.to_string();
            let inserted = insert.execute(params![
                transfer.end_to_end_id,
                beneficiary,
                file.run,
                month,
                transfer.amount.0,
                file.message_id,
                execution
            ]);
            if let Err(rusqlite::Error::SqliteFailure(failure, _)) = &inserted
                && failure.code == rusqlite::ErrorCode::ConstraintViolation
            {
                return Err(StoreError::Refused(format!(
                    "the transfer {} was exported before in another file: if that was never given to the bank, replace it \
                     with --replace",
                    transfer.end_to_end_id
                )));
            }
            inserted?;
        }
        Ok(false)
    }

    /// Marks a transfer as paying another one again, to an account of its own.
    ///
    /// # Errors
    /// The other one is paid again already.
    pub fn mark_reissue(&self, of: &str, transfer: &Transfer) -> Result<(), StoreError> {
        let marked = self.transaction.execute(
            "UPDATE transfers SET reissue_of = ?1, iban = ?2 WHERE end_to_end_id = ?3",
            params![of, String::from_utf8_lossy(transfer.iban.as_bytes()), transfer.end_to_end_id],
        );
        match marked {
            Ok(1) => Ok(()),
            _ => Err(StoreError::Refused(format!("{of} is paid again already"))),
        }
    }

    /// Takes in an answer of a message of the bank.
    ///
    /// # Errors
    /// The database refuses.
    pub fn answer(&self, message_id: &str, answer: &Answer, imported: &mut Imported) -> Result<(), StoreError> {
        let (about, condition) = match &answer.about {
            About::Transfer(id) => (id, "end_to_end_id = ?1"),
            About::Message(id) => (id, "message_id = ?1"),
        };
        let state = State::told(answer) as i64;
        let reason = answer.reason.as_deref();
        let day = answer.day.map(|day| day.to_string());
        let amount = answer.amount.map(|amount| amount.0);
        // Of two answers that say the same, the earlier day and the first reason count, whichever comes first.
        let query = format!(
            "UPDATE transfers SET
                 reason = CASE WHEN ?2 > state THEN ?3 WHEN ?2 = state THEN min(coalesce(reason, ?3), coalesce(?3, reason))
                               ELSE reason END,
                 settled_on = CASE WHEN ?2 IN (3, 5) THEN min(coalesce(settled_on, ?4), coalesce(?4, settled_on))
                                   ELSE settled_on END,
                 returned_on = CASE WHEN ?2 = 6 THEN min(coalesce(returned_on, ?4), coalesce(?4, returned_on))
                                    ELSE returned_on END,
                 booked = CASE WHEN ?2 IN (5, 6) AND ?5 <> amount THEN ?5 ELSE booked END,
                 was_rejected = max(was_rejected, ?2 = 4),
                 state = max(state, ?2)
             WHERE {condition}"
        );
        let changed = self.transaction.prepare_cached(&query)?.execute(params![about, state, reason, day, amount])?;
        if changed == 0 {
            imported.unknowns += 1;
            if imported.unknown.len() < 100 {
                imported.unknown.push(about.clone());
            }
            return Ok(());
        }
        if state == State::SettledInBatch as i64 {
            self.transaction.execute(
                "UPDATE files SET booked = max(coalesce(booked, 0), coalesce(?2, 0)) WHERE message_id = ?1",
                params![about, amount],
            )?;
        }
        let mut insert = self.transaction.prepare_cached(
            "INSERT OR IGNORE INTO answers (about, message_id, told, reason, day, amount) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let (reason, day) = (reason.unwrap_or_default(), day.unwrap_or_default());
        let inserted = insert.execute(params![about, message_id, answer.told.name(), reason, day, amount])?;
        if inserted == 0 {
            imported.known += 1
        } else {
            imported.new += 1
        }
        Ok(())
    }

    /// Keeps that a message of the bank was read.
    ///
    /// # Errors
    /// The database refuses.
    pub fn heard(&self, sha256: &str, name: &str, heard: &Heard) -> Result<(), StoreError> {
        self.transaction.execute(
            "INSERT OR IGNORE INTO imports (sha256, name, kind, message_id, answers) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                sha256,
                name,
                heard.kind.name(),
                heard.message_id,
                i64::try_from(heard.answers).unwrap_or(i64::MAX)
            ],
        )?;
        Ok(())
    }
}
