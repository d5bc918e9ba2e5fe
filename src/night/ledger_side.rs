//! What the ledger adds to a night: the streams that join those of the exports, and what goes back into it.

use std::path::Path;

use crate::identity::BeneficiaryId;
use crate::ledger::{KeptBatch, KeptStream, Layouts, LedgerError, OpeningFile};
use crate::publish::staging::Staging;
use crate::revision::{Period, Stated};

/// How a night with a ledger is settled.
#[derive(Debug)]
pub struct LedgerPlan<'p> {
    /// Which run it is.
    pub period: Period,
    /// Counted over the runs of the month.
    pub sequence: u32,
    /// What the run before kept; `None` in the first one.
    pub kept: Option<&'p Path>,
    /// What the months before were stated to come to.
    pub opening: Option<&'p Path>,
    /// How the files of the ledger are written.
    pub layouts: Layouts,
    /// Where the results are published in the end: there too they are written at once, not copied behind the night.
    pub results: Option<&'p Staging>,
}

/// What the ledger holds of the beneficiaries of a batch.
#[derive(Debug, Default)]
pub struct Recalled {
    pub(super) kept: KeptBatch,
    pub(super) stated: Vec<(BeneficiaryId, Stated)>,
}

impl Recalled {
    pub(super) fn clear(&mut self) {
        self.kept.clear();
        self.stated.clear();
    }
}

/// The ledger's streams; without a ledger they are empty.
#[derive(Debug, Default)]
pub struct Recall {
    kept: Option<KeptStream>,
    opening: Option<OpeningFile>,
}

/// A batch recalls at most about so many bytes, even if the exports have rows of few of the beneficiaries.
const MOST_RECALLED: u64 = 1 << 20;

impl Recall {
    pub(super) fn open(plan: Option<&LedgerPlan<'_>>) -> Result<Self, LedgerError> {
        let Some(plan) = plan else { return Ok(Self::default()) };
        Ok(Self {
            kept: plan.kept.map(KeptStream::open).transpose()?,
            opening: plan.opening.map(OpeningFile::open).transpose()?,
        })
    }

    /// The last number that a batch may reach, if more is left than it may recall.
    pub(super) fn limit(&self) -> Option<BeneficiaryId> {
        self.kept.as_ref().and_then(|kept| kept.ahead(MOST_RECALLED))
    }

    /// Makes sure that all that is kept was recalled.
    pub(super) fn ended(&mut self) -> Result<(), LedgerError> {
        self.kept.as_mut().map_or(Ok(()), KeptStream::ended)
    }

    /// How many bytes are kept, and numbers that lie evenly among them.
    pub(super) fn samples(&self) -> (u64, Vec<BeneficiaryId>) {
        self.kept.as_ref().map_or((0, Vec::new()), |kept| (kept.bytes(), kept.samples().collect()))
    }

    /// Moves what has a number within to `out`.
    pub(super) fn take(
        &mut self,
        within: impl Fn(BeneficiaryId) -> bool,
        out: &mut Recalled,
    ) -> Result<(), LedgerError> {
        if let Some(kept) = &mut self.kept {
            kept.take(&within, &mut out.kept)?;
        }
        if let Some(opening) = &mut self.opening {
            opening.take(&within, &mut out.stated)?;
        }
        Ok(())
    }
}
