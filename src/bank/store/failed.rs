//! The transfers that failed and were not paid again, and what speaks against paying them again.

use super::state::{COLUMNS, Kept, kept};
use super::{Change, StoreError};
use crate::bank::reasons::DECEASED;

/// Which failed transfers.
#[derive(Clone, Copy, Debug)]
pub struct Failed<'a> {
    /// Of this run.
    pub run: u32,
    /// Of the file with this `MsgId` only.
    pub message: Option<&'a str>,
    /// Only those that were refused, not those that came back.
    pub only_refused: bool,
}

/// A transfer that failed and was not paid again.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The transfer.
    pub kept: Kept,
    /// The account of a reissue; that of a run's own transfer stands in `payments.csv`.
    pub iban: Option<String>,
    /// The bank says of one of the beneficiary's transfers that the beneficiary has died.
    pub has_died: bool,
    /// It was refused with its whole file, for the reason of the file.
    pub is_of_file: bool,
    /// The bank says of its file both that the transfer was refused and that it was debited.
    pub is_in_doubt: bool,
}

impl Change<'_> {
    /// Hands over the failed transfers in the order of beneficiaries, one at a time. What `take` issues meanwhile is not
    /// among them: it has not failed.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn failed<R>(
        &self,
        which: Failed<'_>,
        take: impl FnOnce(&mut dyn Iterator<Item = Result<Failure, StoreError>>) -> R,
    ) -> Result<R, StoreError> {
        // A transfer that is refused by itself and with its file keeps one reason; the answers have both. One debit for a
        // file settles what was not refused: the sum tells whether the bank left the refused ones out.
        let query = format!(
            "WITH died AS MATERIALIZED (
                 SELECT beneficiary FROM transfers WHERE reason = '{DECEASED}'
                 UNION SELECT beneficiary FROM answers JOIN transfers ON end_to_end_id = about
                     WHERE answers.reason = '{DECEASED}'),
             doubtful AS MATERIALIZED (
                 SELECT message_id FROM files WHERE run = ?1 AND booked <> (
                     SELECT coalesce(sum(amount), 0) FROM transfers AS debited
                     WHERE debited.message_id = files.message_id AND state IN (3, 5, 6)))
             SELECT {COLUMNS}, iban, beneficiary IN (SELECT beneficiary FROM died),
                 EXISTS (SELECT 1 FROM answers WHERE about = transfers.message_id AND told = 'rejected'
                     AND reason = coalesce(transfers.reason, '')),
                 (was_rejected AND state = 6)
                     OR (settled_on IS NOT NULL AND state = 4 AND message_id IN (SELECT message_id FROM doubtful))
             FROM transfers
             WHERE run = ?1 AND (state = 4 OR (state = 6 AND NOT ?3)) AND (?2 IS NULL OR message_id = ?2)
                 AND NOT EXISTS (SELECT 1 FROM transfers AS later WHERE later.reissue_of = transfers.end_to_end_id)
             ORDER BY beneficiary, end_to_end_id"
        );
        let mut statement = self.transaction.prepare(&query)?;
        let rows = statement.query_map((which.run, which.message, which.only_refused), |row| {
            Ok(Failure {
                kept: kept(row)?,
                iban: row.get(14)?,
                has_died: row.get(15)?,
                is_of_file: row.get(16)?,
                is_in_doubt: row.get(17)?,
            })
        })?;
        Ok(take(&mut rows.map(|row| row.map_err(StoreError::from))))
    }
}
