use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::explain::lang;
use super::results::{self, Which};
use super::{SETTLED, say};
use crate::explain::words::Lang;
use crate::report::{Figures, Files, html};

/// Writes the report of a run: one page that opens in any browser, without a network.
///
/// Outcomes, amounts by regime and kind, the distribution of net amounts, findings with what to do, the month before, arrears,
/// overpayments, times. It names no person and no account.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement report --results out/2009-05 --out report.html
  versement report --results out/2009-05 --before out/2009-04 --lang fr --out rapport.html
  versement report --run 1 --ledger ledger --out report.html

Exit status: 0 written; 2 the results can't be read, or don't add up.")]
pub(super) struct Report {
    #[command(flatten)]
    which: Which,
    /// The results of the month before, to compare with; found by itself in a ledger
    #[arg(long, value_name = "DIR", conflicts_with = "ledger")]
    before: Option<PathBuf>,
    /// The file to write; one that stands there is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The language of the report
    #[arg(long, default_value = "en", value_parser = lang())]
    lang: Lang,
}

impl Report {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let run = self.which.find()?;
        let before = match &self.before {
            Some(folder) => Some(results::summary(folder)?),
            None => self.which.before(&run.summary.identity.month)?,
        };
        let files = Files {
            payments: run.open("payments.csv")?,
            anomalies: run.open("anomalies.csv")?,
            arrears: run.open_if_there("arrears.csv")?,
            claims: run.open_if_there("claims.csv")?,
        };
        let folder = run.folder.display().to_string();
        let figures = Figures::gather(run.summary, run.run, before, files).with_context(|| folder)?;
        write_whole(&self.out, html(&figures, run.run, self.lang).as_bytes())?;
        say(&format!("written to {}\n", self.out.display()));
        Ok(SETTLED)
    }
}

/// Writes a file for its owner only, under a temporary name first: it stands whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let told = || format!("{}: can't be written", path.display());
    let mut file = beside(path)?;
    std::io::Write::write_all(&mut file, bytes).with_context(told)?;
    file.as_file().sync_all().with_context(told)?;
    file.persist(path).with_context(told)?;
    Ok(())
}

/// A temporary file in the folder that a file is to stand in.
pub(super) fn beside(path: &Path) -> anyhow::Result<tempfile::NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let made = tempfile::Builder::new().prefix(".versement-tmp-").tempfile_in(folder);
    made.with_context(|| format!("{}: can't be written", path.display()))
}
