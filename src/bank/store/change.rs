//! What is written to the file: transfers that are issued, answers that come in.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{State, StoreError};
use crate::bank::answers::{About, Answer, Heard};
use crate::bank::transfers::Transfer;
use crate::calendar::{Day, Month};
use crate::money::Cents;

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

/// A change that is under way; it is undone unless it is kept.
#[derive(Debug)]
pub struct Change<'s> {
    pub(super) transaction: Transaction<'s>,
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
            "INSERT INTO transfers \
             (end_to_end_id, beneficiary, run, month, amount, message_id, execution, reissue_of, iban) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        let (month, execution) = (month.to_string(), file.execution.to_string());
        for transfer in transfers {
            let beneficiary = transfer.beneficiary.to_string();
            // The account of a run's own transfers stands in payments.csv.
            let again = transfer.pays_again.as_deref();
            let account = again.map(|_| String::from_utf8_lossy(transfer.iban.as_bytes()));
            let inserted = insert.execute(params![
                transfer.end_to_end_id,
                beneficiary,
                file.run,
                month,
                transfer.amount.0,
                file.message_id,
                execution,
                again,
                account
            ]);
            if let Err(rusqlite::Error::SqliteFailure(failure, _)) = &inserted
                && failure.code == rusqlite::ErrorCode::ConstraintViolation
            {
                return Err(StoreError::Refused(match again {
                    Some(first) => format!("{first} is paid again already"),
                    None => format!(
                        "the transfer {} was exported before in another file: if that was never given to the bank, replace \
                         it with --replace",
                        transfer.end_to_end_id
                    ),
                }));
            }
            inserted?;
        }
        Ok(false)
    }

    /// The next number of a file of reissues.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn next_reissue(&self) -> Result<u32, StoreError> {
        let query = "SELECT 1 + count(DISTINCT message_id) FROM transfers WHERE reissue_of IS NOT NULL";
        Ok(self.transaction.query_row(query, [], |row| row.get(0))?)
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
