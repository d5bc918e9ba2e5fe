//! What came of one beneficiary in a run besides the settlement of the month, and what the fund stated of it before.

use super::Kept;
use crate::calendar::{Month, Span};
use crate::dossier::Changes;
use crate::facts::Opening;
use crate::identity::Iban;
use crate::money::Cents;
use crate::settle::Amounts;

/// Why months before were settled again; the worst comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reason {
    /// The beneficiary was not known.
    NewCase,
    /// A month was left open.
    LeftOpen,
    /// A proof of execution came late, and nothing else changed.
    LateProof,
    /// Facts changed.
    #[default]
    ChangedFacts,
    /// The law data or the program changed.
    Law,
}

impl Reason {
    /// The word in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NewCase => "new-case",
            Self::LeftOpen => "left-open",
            Self::LateProof => "late-proof",
            Self::ChangedFacts => "changed-facts",
            Self::Law => "law",
        }
    }
}

/// What came of one beneficiary besides the settlement of the month.
#[derive(Debug, Default)]
pub struct Revised<'a> {
    /// What is kept for the next run; `None` where nothing is.
    pub keep: Option<Kept<'a>>,
    /// Why earlier months were settled again.
    pub reason: Reason,
    /// What changed.
    pub changes: Changes,
    /// The account before, where it is another one now.
    pub old_iban: Option<Iban>,
    /// What the months before the ledger began came to, where they were counted as settled just now.
    pub opened: Option<Opened>,
}

/// What the months before a ledger came to for a beneficiary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Their sums.
    pub before: Amounts,
    /// R6.5, R6.6: the cap and the clock, if a hire froze them before.
    pub frozen: Option<(Cents, Span)>,
}

/// What the fund states of the months before a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Days of ASR.
    pub asr_days: i64,
    /// IDR paid.
    pub idr_paid: Cents,
    /// The cap and the clock.
    pub frozen: Option<(Cents, Span)>,
}

impl Stated {
    pub(super) fn opening(&self, first_month: Month) -> Opening {
        let Self { asr_days, idr_paid, frozen } = *self;
        Opening { first: first_month.first_day(), asr_days, idr_paid, frozen }
    }
}
