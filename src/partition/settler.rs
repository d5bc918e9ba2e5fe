//! Settles the rows of parts, by the very code that settles a batch of exports.

use super::counts::{self, Control};
use super::manifest::Manifest;
use super::result::ResultRow;
use super::row::PartRow;
use super::schema::TABLES;
use super::{PartitionError, part_of};
use crate::columns::Export;
use crate::exports::Header;
use crate::law::Law;
use crate::ledger::{KeptBytes, Layouts};
use crate::night::{BatchSettler, LedgerPlan, Output, Purpose, Task};

/// What all parts of a run have in common; threads may share it.
#[derive(Debug)]
pub struct PartSetup {
    law: Law,
    month: crate::calendar::Month,
    headers: [Header; Export::COUNT],
    ledger: Option<LedgerPlan<'static>>,
    parts: u32,
}

impl PartSetup {
    /// For the parts of a manifest.
    ///
    /// # Errors
    /// The law is not the one that they were prepared for.
    pub fn new(manifest: &Manifest, law: Law) -> Result<Self, PartitionError> {
        let of = &manifest.identity.law;
        if of.sha256 != law.digest {
            let (of, now) = (of.sha256.clone(), law.digest);
            return Err(PartitionError::OtherLaw { of, now });
        }
        let sequence = manifest.ledger.as_ref().map_or(1, |ledger| ledger.sequence);
        let ledger = match manifest.period(&law)? {
            Some(period) => Some(LedgerPlan {
                period,
                sequence,
                kept: None,
                opening: None,
                layouts: Layouts::new()?,
                results: None,
            }),
            None => None,
        };
        let (month, headers) = (manifest.month()?, manifest.read_headers()?);
        Ok(Self { law, month, headers, ledger, parts: manifest.count() })
    }

    /// A settler of its own for each thread.
    pub fn settler(&self) -> PartSettler<'_> {
        let task = Task {
            law: &self.law,
            month: self.month,
            purpose: Purpose::Run,
            headers: &self.headers,
            ledger: self.ledger.as_ref(),
        };
        PartSettler { settler: BatchSettler::new(&task), output: Output::default(), parts: self.parts }
    }
}

/// Settles one row after the other; its buffers are used again.
#[derive(Debug)]
pub struct PartSettler<'r> {
    settler: BatchSettler<'r>,
    output: Output,
    parts: u32,
}

impl PartSettler<'_> {
    /// Settles a beneficiary, and writes what came of it over `out`. The row's facts are completed by what the ledger keeps, so
    /// that it can be settled once only.
    ///
    /// # Errors
    /// What the ledger keeps can't be read.
    pub fn settle(&mut self, row: &mut PartRow<'_>, out: &mut ResultRow) -> Result<(), PartitionError> {
        let control = Control::of(row);
        let PartRow { id, joined, kept, stated } = row;
        self.output.clear();
        let kept = kept.map(|bytes| KeptBytes::new(*id, bytes));
        self.settler.settle_one(*id, joined, (kept, stated.as_ref()), &mut self.output)?;
        out.clear();
        out.part = part_of(*id, self.parts);
        id.write(&mut out.beneficiary);
        for (rows, table) in out.tables.iter_mut().zip(TABLES) {
            rows.extend_from_slice(&self.output.tables[table as usize]);
        }
        out.kept.extend_from_slice(self.output.entries.kept());
        counts::put_lines(&mut out.lines, self.settler.lines().iter());
        let totals = std::mem::take(&mut self.settler.totals);
        counts::put(&mut out.totals, &totals, &control);
        Ok(())
    }
}
