use crate::calendar::Month;
use crate::columns::Export;
use crate::facts::{Facts, Opening};
use crate::money::Cents;
use crate::settle::Amounts;

use super::Positions;

/// What is kept of one beneficiary from run to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept<'a> {
    /// The facts as last known.
    pub facts: Facts<'a>,
    /// What was stated when the ledger began.
    pub opening: Option<Opening>,
    /// What was paid, or claimed back, for each month so far, in order.
    pub positions: Positions<'a>,
    /// The claims that are not recovered, in the order in which they were raised.
    pub claims: Vec<Claim>,
    /// Whether the months before the ledger began were counted as settled.
    pub opened: bool,
    /// Whether a month was left open, as the payment was held or the beneficiary was missing.
    pub unsettled: bool,
    /// Exports with rows that could not be read and were not sent again.
    pub unread: Vec<Unread>,
    /// The month of the latest payment, and all that was paid in its runs.
    pub paid: Option<(Month, Cents)>,
    /// The first month since which nothing can be owed any more.
    pub over_since: Option<Month>,
}

/// What was paid and was not owed (trop-perçu), to be recovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The month of entitlement.
    pub month: Month,
    /// ASR or IDR.
    pub kind: Kind,
    /// The number of the run that raised it, and that run's month.
    pub raised: (u32, Month),
    /// What was claimed, above zero.
    pub amount: Cents,
    /// What of it is not recovered, above zero.
    pub balance: Cents,
}

/// What an amount is paid as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The specific reclassification allowance (R1-R5), net.
    Asr,
    /// The differential indemnity (R6).
    Idr,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Asr, Self::Idr];

    /// The word in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asr => "asr",
            Self::Idr => "idr",
        }
    }

    /// The amounts of this kind alone.
    pub fn of(self, amounts: &Amounts) -> Amounts {
        match self {
            Self::Asr => Amounts { idr: Cents::ZERO, ..*amounts },
            Self::Idr => Amounts { idr: amounts.idr, ..Amounts::default() },
        }
    }
}

/// A row of an export that could not be read, or contradicts another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unread {
    /// Events or earnings.
    pub export: Export,
    /// The month of the run that read it.
    pub month: Month,
}
