//! The files for the bank, written by the run itself.

use anyhow::{Context, bail};

use super::Run;
use crate::bank::fund::Fund;
use crate::commands::export::sepa;
use crate::publish::summary::Summary;

/// The folder in --out.
const FOLDER: &str = "sepa";

impl Run {
    /// Who pays; read before anything is settled, so that a fault in it is told first.
    pub(super) fn fund(&self) -> anyhow::Result<Option<Fund>> {
        match &self.config {
            Some(config) if self.sepa => sepa::read_fund(config).map(Some),
            _ => Ok(None),
        }
    }

    /// Writes the files of a published run, if they are asked for, and tells which.
    pub(super) fn for_bank(&self, fund: Option<&Fund>, summary: &Summary) -> anyhow::Result<String> {
        let Some(fund) = fund else { return Ok(String::new()) };
        let Some(run) = &summary.run else { bail!("--sepa: only a run of a ledger can be given to the bank") };
        let folder = self.out.join(FOLDER);
        sepa::export(fund, &self.basis.ledger, run.number, &folder, None, false).with_context(|| {
            format!(
                "run {} is published; only its files for the bank are missing: write them with `versement export sepa --run {}`",
                run.number, run.number
            )
        })
    }
}
