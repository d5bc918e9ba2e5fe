//! How far a transfer came, and the transfer as it is kept.

use rusqlite::Row;

use crate::bank::answers::{About, Answer, Told};
use crate::bank::reasons;
use crate::money::Cents;

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

    pub(super) fn of(rank: i64) -> Self {
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

    pub(super) fn told(answer: &Answer) -> Self {
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

/// The columns that [`kept`] reads.
pub(super) const COLUMNS: &str = "end_to_end_id, beneficiary, run, month, amount, message_id, execution, reissue_of, state, reason, \
                       settled_on, returned_on, booked, was_rejected";

pub(super) fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
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
