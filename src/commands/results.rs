//! Where the results of a run are: in a ledger by its number, or in a folder.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use crate::calendar::Month;
use crate::ledger::Ledger;
use crate::publish::summary::Summary;

/// Which run.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// The number of the run in the ledger
    #[arg(long, value_name = "N", required_unless_present = "results")]
    run: Option<u32>,
    /// The folder of the ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
    /// A folder of results, instead of a run of a ledger
    #[arg(long, value_name = "DIR", conflicts_with = "run")]
    results: Option<PathBuf>,
}

/// The results of a run.
pub(super) struct Results {
    /// Its number in the ledger.
    pub(super) run: Option<u32>,
    /// Where its files are.
    pub(super) folder: PathBuf,
    /// Its summary.
    pub(super) summary: Summary,
}

impl Which {
    /// Finds the run and reads its summary.
    pub(super) fn find(&self) -> anyhow::Result<Results> {
        let folder = match (self.run, &self.results) {
            (Some(run), _) => Ledger::open(&self.ledger)?.run(run)?.folder,
            (None, Some(results)) => results.clone(),
            (None, None) => bail!("say which run: --run N, or --results DIR"),
        };
        let summary = summary(&folder)?;
        Ok(Results { run: summary.run.as_ref().map(|run| run.number), folder, summary })
    }

    /// The summary of the last run of the month before, where the ledger has one.
    pub(super) fn before(&self, month: &str) -> anyhow::Result<Option<Summary>> {
        let (Some(_), Ok(month)) = (self.run, month.parse::<Month>()) else { return Ok(None) };
        let run = Ledger::open(&self.ledger)?.last_run_of(month.minus(1))?;
        Ok(run.map(|run| run.record.summary))
    }
}

impl Results {
    /// Opens a file of the run.
    pub(super) fn open(&self, name: &str) -> anyhow::Result<File> {
        let path = self.folder.join(name);
        File::open(&path).with_context(|| path.display().to_string())
    }

    /// Opens a file that only runs of a ledger have.
    pub(super) fn open_if_there(&self, name: &str) -> anyhow::Result<Option<File>> {
        if self.folder.join(name).exists() { self.open(name).map(Some) } else { Ok(None) }
    }
}

/// The summary of a folder of results.
pub(super) fn summary(folder: &Path) -> anyhow::Result<Summary> {
    let found = Summary::read(folder);
    found.with_context(|| format!("{}: no results of a run stand here (no summary.json)", folder.display()))
}
