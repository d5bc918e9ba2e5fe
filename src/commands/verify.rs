use std::path::PathBuf;

use clap::Args;

use super::{SETTLED, WITH_TROUBLE, law, print};
use crate::law::Law;
use crate::ledger::{DOSSIERS, Fault, Ledger, Run, STATEMENTS};

/// Compares every file of a ledger with its digest, and its results where they were published.
///
/// Each run's record carries the digest of the run before: a changed byte, a missing or an additional file is named. So is a law
/// file that is not the one of the last run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement verify
  versement verify --ledger books --rebuild
  versement verify --law my-law.toml

Exit status: 0 all is as it was written; 1 something is not, and is named; 2 the ledger can't be read.")]
pub(super) struct Verify {
    /// The ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
    /// Work out anew what is kept, from the lines of all runs and from the facts, and compare
    #[arg(long)]
    rebuild: bool,
    /// The law file of the last run, if it was not the one in the program; compared with its digest
    #[arg(long, value_name = "FILE")]
    law: Option<PathBuf>,
}

impl Verify {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let ledger = Ledger::open(&self.ledger)?;
        let runs = ledger.runs()?;
        let mut faults = ledger.verify()?;
        let mut told = format!("{} runs compared with their digests\n", runs.len());
        // What is read to work anything out anew is what was written.
        let is_sound = !faults.iter().any(|fault| fault.path.ends_with(DOSSIERS) || fault.path.ends_with(STATEMENTS));
        let law = if self.rebuild || self.law.is_some() { Some(law::read(self.law.as_ref())?) } else { None };
        if let Some((law, last)) = law.as_ref().zip(runs.last()) {
            faults.extend(law_fault(law, last, self.law.as_ref()));
        }
        match law.filter(|_| self.rebuild) {
            Some(law) if is_sound => {
                let (count, differing) = ledger.rebuild(&law)?;
                told += &format!("{count} beneficiaries worked out anew\n");
                faults.extend(differing);
            }
            Some(_) => told += "nothing worked out anew: restore the files first\n",
            None => {}
        }
        for note in ledger.results_away()? {
            told += &format!("{note}; nothing was compared there\n");
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

/// The law at hand is not the one of the last run.
fn law_fault(law: &Law, last: &Run, file: Option<&PathBuf>) -> Option<Fault> {
    let used = &last.record.summary.identity.law;
    let told = match file {
        Some(_) => format!("it is not the law of run {}: its SHA-256 is not {}", last.number, used.sha256),
        None => format!("not compared with the facts: run {} used another law; give it with --law", last.number),
    };
    let path = file.cloned().unwrap_or_else(|| last.folder.join(DOSSIERS));
    (law.digest != used.sha256).then_some(Fault { path, told })
}
