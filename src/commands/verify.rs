use std::path::PathBuf;

use clap::Args;

use super::{SETTLED, WITH_TROUBLE, law, print};
use crate::ledger::Ledger;

/// Compares every file of a ledger with its digest, and its results where they were published.
///
/// Each run's record carries the digest of the run before: a changed byte, a missing or an additional file is named.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement verify
  versement verify --ledger books --rebuild

Exit status: 0 all is as it was written; 1 something is not, and is named; 2 the ledger can't be read.")]
pub(super) struct Verify {
    /// The ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
    /// Work out anew what is kept, from the lines of all runs and from the facts, and compare
    #[arg(long)]
    rebuild: bool,
    /// The law file of the last run, if it was not the one in the program
    #[arg(long, value_name = "FILE", requires = "rebuild")]
    law: Option<PathBuf>,
}

impl Verify {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let ledger = Ledger::open(&self.ledger)?;
        let runs = ledger.runs()?.len();
        let mut faults = ledger.verify()?;
        let mut told = format!("{runs} runs compared with their digests\n");
        if self.rebuild {
            let (count, differing) = ledger.rebuild(&law::read(self.law.as_ref())?)?;
            told += &format!("{count} beneficiaries worked out anew\n");
            faults.extend(differing);
        }
        for fault in &faults {
            told += &format!("{fault}\n");
        }
        told += &match faults.len() {
            0 => "all is as it was written\n".to_owned(),
            1 => "1 fault\n".to_owned(),
            many => format!("{many} faults\n"),
        };
        print(&told)?;
        Ok(if faults.is_empty() { SETTLED } else { WITH_TROUBLE })
    }
}
