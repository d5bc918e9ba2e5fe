use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Parser};

use super::{CommandLine, SETTLED, say};
use crate::calendar::Month;
use crate::ledger::Ledger;

/// Runs the months that a ledger lacks, in order, each from its folder of exports.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement catch-up --to 2009-05 --exports-root exports --out-root out
  versement catch-up --from 2009-03 --to 2009-05 --exports-root exports --out-root out -- --threads 2 --quiet

Exit status: the worst of its runs; it stops at the first one that publishes nothing.")]
pub(super) struct CatchUp {
    /// The last month to run, as 2009-05
    #[arg(long, value_name = "MONTH")]
    to: Month,
    /// The first month to run, of a ledger that does not stand yet
    #[arg(long, value_name = "MONTH")]
    from: Option<Month>,
    /// The folder with one folder of exports a month, named 2009-05
    #[arg(long, value_name = "DIR")]
    exports_root: PathBuf,
    /// The folder to publish to, one folder a month
    #[arg(long, value_name = "DIR")]
    out_root: PathBuf,
    /// The ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
    /// Options of `versement run` for each month
    #[arg(last = true, value_name = "OPTIONS")]
    options: Vec<String>,
}

impl CatchUp {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let last = match Ledger::open(&self.ledger) {
            Ok(ledger) => ledger.runs()?.last().map(|run| run.month),
            Err(_) => None,
        };
        let first = match (last, self.from) {
            (Some(last), None) => last.next(),
            (Some(last), Some(from)) if from == last.next() => from,
            (Some(last), Some(_)) => bail!("the ledger goes on with {}; leave --from out", last.next()),
            (None, Some(from)) => from,
            (None, None) => bail!("{}: no ledger stands here yet; say --from which month", self.ledger.display()),
        };
        if first > self.to {
            say(&format!("nothing to catch up: {} was run\n", self.to));
            return Ok(SETTLED);
        }
        let months: Vec<Month> = std::iter::successors(Some(first), |month| Some(month.next()))
            .take_while(|month| *month <= self.to)
            .collect();
        let folder = |month: &Month| self.exports_root.join(month.to_string());
        let missing: Vec<_> = months
            .iter()
            .filter(|month| !folder(month).is_dir())
            .map(|month| folder(month).display().to_string())
            .collect();
        if !missing.is_empty() {
            bail!("no exports: {}; nothing was run", missing.join(", "));
        }
        let mut worst = SETTLED;
        for month in months {
            let text = |path: PathBuf| path.to_str().map(str::to_owned).context("a folder whose name is no text");
            let mut line = ["versement", "run", "--month"].map(str::to_owned).to_vec();
            line.extend([month.to_string(), "--exports".to_owned(), text(folder(&month))?]);
            line.extend(["--out".to_owned(), text(self.out_root.join(month.to_string()))?]);
            line.extend(["--ledger".to_owned(), text(self.ledger.clone())?]);
            line.extend(self.options.iter().cloned());
            let CommandLine { command } = CommandLine::try_parse_from(line)?;
            worst = worst.max(command.carry_out().with_context(|| format!("{month}"))?);
        }
        Ok(worst)
    }
}
