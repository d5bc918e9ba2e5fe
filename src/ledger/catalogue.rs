//! The catalogue: which runs there were, in which order, with which files, and which months are closed. A small SQLite file.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::LedgerError;
use super::run::{ClosedMonth, Run, RunRecord, State, identity_digest};
use crate::calendar::Month;

/// The file of the catalogue.
pub(super) const CATALOGUE: &str = "catalogue.sqlite";
/// The version of the tables.
const FORMAT: i64 = 1;

/// A run follows one run only, and is there once: the keys make a second payment of the same thing impossible.
const TABLES: &str = "
    CREATE TABLE runs (
        number       INTEGER PRIMARY KEY,
        month        TEXT NOT NULL,
        sequence     INTEGER NOT NULL,
        identity     TEXT NOT NULL UNIQUE,
        previous     TEXT NOT NULL UNIQUE,
        digest       TEXT NOT NULL UNIQUE,
        record       TEXT NOT NULL,
        state        TEXT NOT NULL CHECK (state IN ('committed', 'published')),
        published_to TEXT NOT NULL,
        UNIQUE (month, sequence)
    ) STRICT;
    CREATE TABLE closed_months (
        month  TEXT PRIMARY KEY,
        run    INTEGER NOT NULL REFERENCES runs (number),
        totals TEXT NOT NULL
    ) STRICT;
";

/// An open catalogue.
#[derive(Debug)]
pub(super) struct Catalogue {
    path: PathBuf,
    connection: Connection,
}

impl Catalogue {
    /// Opens the catalogue of a ledger, or makes it.
    pub(super) fn open(ledger: &Path) -> Result<Self, LedgerError> {
        let path = ledger.join(CATALOGUE);
        let opened = Connection::open(&path).and_then(|connection| {
            connection.pragma_update(None, "journal_mode", "WAL")?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "foreign_keys", true)?;
            connection.pragma_update(None, "trusted_schema", false)?;
            Ok(connection)
        });
        let catalogue = Self { connection: opened.map_err(|error| damaged(&path, &error))?, path };
        catalogue.make_tables()?;
        Ok(catalogue)
    }

    fn make_tables(&self) -> Result<(), LedgerError> {
        let format: i64 = self.told(self.connection.pragma_query_value(None, "user_version", |row| row.get(0)))?;
        match format {
            FORMAT => Ok(()),
            0 => {
                let text = format!("BEGIN; {TABLES} PRAGMA user_version = {FORMAT}; COMMIT;");
                self.told(self.connection.execute_batch(&text))
            }
            other => Err(LedgerError::Damaged {
                path: self.path.clone(),
                told: format!("its tables have version {other}, this program knows {FORMAT}"),
            }),
        }
    }

    fn told<T>(&self, result: rusqlite::Result<T>) -> Result<T, LedgerError> {
        result.map_err(|error| damaged(&self.path, &error))
    }

    /// All runs in order.
    pub(super) fn runs(&self, ledger: &Path) -> Result<Vec<Run>, LedgerError> {
        let sql = "SELECT record, state, published_to, digest, previous FROM runs ORDER BY number";
        let mut statement = self.told(self.connection.prepare(sql))?;
        let rows = statement.query_map([], |row| {
            let fields: (String, String, String, String, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            Ok(fields)
        });
        let mut runs = Vec::new();
        for row in self.told(rows)? {
            let (text, state, published_to, digest, previous) = self.told(row)?;
            let unreadable = |told: String| LedgerError::Damaged { path: self.path.clone(), told };
            if chained(&previous, &text) != digest {
                return Err(unreadable(format!("the record of run {} was altered", runs.len() + 1)));
            }
            let record: RunRecord = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
            let state = if state == "published" { State::Published } else { State::Committed };
            runs.push(
                Run::new(ledger, record, state, published_to.into(), digest, previous)
                    .ok_or_else(|| unreadable("a record can't be read".to_owned()))?,
            );
        }
        Ok(runs)
    }

    /// Commits a run: from here on it happened.
    pub(super) fn commit(
        &mut self,
        record: &RunRecord,
        identity: &str,
        previous: &str,
        out: &Path,
    ) -> Result<String, LedgerError> {
        let text = serde_json::to_string(record).map_err(|error| LedgerError::Format(error.to_string()))?;
        let digest = chained(previous, &text);
        let insert = || -> rusqlite::Result<()> {
            let transaction = self.connection.unchecked_transaction()?;
            transaction.execute(
                "INSERT INTO runs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'committed', ?8)",
                params![
                    record.number,
                    record.month,
                    record.sequence,
                    identity,
                    previous,
                    digest,
                    text,
                    out.to_string_lossy(),
                ],
            )?;
            transaction.commit()
        };
        self.told(insert())?;
        Ok(digest)
    }

    /// A run's results stand in their folder.
    pub(super) fn set_published(&self, number: u32, out: &Path) -> Result<(), LedgerError> {
        let sql = "UPDATE runs SET state = 'published', published_to = ?2 WHERE number = ?1";
        self.told(self.connection.execute(sql, params![number, out.to_string_lossy()])).map(|_| ())
    }

    /// Closes a month for good.
    pub(super) fn close(&self, closed: &ClosedMonth) -> Result<(), LedgerError> {
        let totals = serde_json::to_string(closed).map_err(|error| LedgerError::Format(error.to_string()))?;
        let sql = "INSERT INTO closed_months VALUES (?1, ?2, ?3)";
        self.told(self.connection.execute(sql, params![closed.month, closed.run, totals])).map(|_| ())
    }

    /// The closed months in order.
    pub(super) fn closed_months(&self) -> Result<Vec<ClosedMonth>, LedgerError> {
        let mut statement = self.told(self.connection.prepare("SELECT totals FROM closed_months ORDER BY month"))?;
        let rows = self.told(statement.query_map([], |row| row.get::<_, String>(0)))?;
        let unreadable =
            |error: serde_json::Error| LedgerError::Damaged { path: self.path.clone(), told: error.to_string() };
        rows.map(|row| serde_json::from_str(&self.told(row)?).map_err(unreadable)).collect()
    }

    /// What SQLite itself finds wrong with the file, and what in it does not follow from the records of the runs.
    pub(super) fn faults(&self, runs: &[Run]) -> Result<Vec<String>, LedgerError> {
        let mut statement = self.told(self.connection.prepare("PRAGMA integrity_check"))?;
        let rows = self.told(statement.query_map([], |row| row.get::<_, String>(0)))?;
        let told: Vec<String> = self.told(rows.collect())?;
        let mut faults: Vec<String> = told.into_iter().filter(|line| line != "ok").collect();
        self.compare_schema(&mut faults)?;
        self.compare_keys(runs, &mut faults)?;
        self.compare_closed_months(runs, &mut faults)?;
        Ok(faults)
    }

    /// The tables are those that this program makes.
    fn compare_schema(&self, faults: &mut Vec<String>) -> Result<(), LedgerError> {
        // As bytes: an altered one may be no letter any more.
        let entries = |connection: &Connection| -> rusqlite::Result<Vec<[Option<Vec<u8>>; 4]>> {
            let mut statement = connection.prepare(
                "SELECT CAST(type AS BLOB), CAST(name AS BLOB), CAST(tbl_name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema \
                 ORDER BY rowid",
            )?;
            statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))?.collect()
        };
        let made =
            Connection::open_in_memory().and_then(|made| made.execute_batch(TABLES).and_then(|()| entries(&made)));
        if self.told(made)? != self.told(entries(&self.connection))? {
            faults.push("its tables are not those that the program makes".to_owned());
        }
        Ok(())
    }

    /// The columns beside a record say what the record says.
    fn compare_keys(&self, runs: &[Run], faults: &mut Vec<String>) -> Result<(), LedgerError> {
        let mut statement = self.told(
            self.connection.prepare("SELECT number, month, sequence, identity, state FROM runs ORDER BY number"),
        )?;
        let rows = statement.query_map([], |row| {
            let keys: (u32, String, u32, String, String) =
                (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            Ok(keys)
        });
        let keys: Vec<_> = self.told(self.told(rows)?.collect::<rusqlite::Result<_>>())?;
        for (at, (run, keys)) in (1..).zip(runs.iter().zip(keys)) {
            let RunRecord { number, month, sequence, summary, .. } = &run.record;
            let identity = identity_digest(&summary.identity, &run.previous)?;
            let state = if run.state == State::Published { "published" } else { "committed" };
            let expected = (*number, month.clone(), *sequence, identity, state.to_owned());
            if keys != expected || run.number != at {
                faults.push(format!("the keys of run {at} are not those of its record"));
            }
        }
        Ok(())
    }

    /// The totals of closed months follow from the records of their runs.
    fn compare_closed_months(&self, runs: &[Run], faults: &mut Vec<String>) -> Result<(), LedgerError> {
        let mut statement = self.told(self.connection.prepare("SELECT month, run, totals FROM closed_months"))?;
        let rows = statement.query_map([], |row| {
            let fields: (String, u32, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(fields)
        });
        for row in self.told(rows)? {
            let (name, run, totals) = self.told(row)?;
            let of_month = runs.iter().filter(|run| run.record.month == name);
            let worked_out = month(&name).and_then(|month| ClosedMonth::of(month, of_month));
            let stated = serde_json::from_str::<ClosedMonth>(&totals).ok();
            let written = worked_out.as_ref().and_then(|closed| serde_json::to_string(closed).ok());
            if written.as_ref() != Some(&totals) || stated.is_none_or(|stated| stated.run != run) {
                faults.push(format!("the totals of the closed month {name} are not those of its runs"));
            }
        }
        Ok(())
    }
}

fn damaged(path: &Path, error: &rusqlite::Error) -> LedgerError {
    LedgerError::Damaged { path: path.to_owned(), told: error.to_string() }
}

/// The digest of a run's record, chained to the run before.
pub(super) fn chained(previous: &str, record: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(previous);
    digest.update("\n");
    digest.update(record);
    crate::hexadecimal(&digest.finalize())
}

/// A month as it stands in the catalogue.
pub(super) fn month(text: &str) -> Option<Month> {
    text.parse().ok()
}
