use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

use super::explain::lang;
use super::results::{self, Which};
use super::run::EncodingName;
use super::stats::count;
use super::{SETTLED, law, say};
use crate::explain::words::Lang;
use crate::intake::Exports;
use crate::publish::summary::{Identity, Summary};
use crate::report::{Figures, Files, html};
use crate::stats::Stats;

/// Writes the report of a run: one page that opens in any browser, without a network.
///
/// Outcomes, amounts by regime and kind, the distribution of net amounts, findings with what to do, the month before, arrears,
/// overpayments, times. It names no person and no account.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement report --results out/2009-05 --out report.html
  versement report --results out/2009-05 --before out/2009-04 --lang fr --out rapport.html
  versement report --run 1 --ledger ledger --out report.html
  versement report --results out/2009-05 --exports exports/2009-05 --out report.html

Exit status: 0 written; 2 the results can't be read, or don't add up.")]
pub(super) struct Report {
    #[command(flatten)]
    which: Which,
    /// The results of the month before, to compare with; found by itself in a ledger
    #[arg(long, value_name = "DIR", conflicts_with = "ledger")]
    before: Option<PathBuf>,
    /// The exports of the run, to count entries, stock, exits and wages from them as `versement stats` does
    #[arg(long, value_name = "DIR")]
    exports: Option<PathBuf>,
    /// The law file of the run, if it was not the one in the program
    #[arg(long, value_name = "FILE", requires = "exports")]
    law: Option<PathBuf>,
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
        let month = self.exports.as_ref().map(|exports| self.month(exports, &run.summary)).transpose()?;
        let mut figures = Figures::gather(run.summary, run.run, before, files).with_context(|| folder)?;
        figures.month = month;
        write_whole(&self.out, html(&figures, run.run, self.lang).as_bytes())?;
        say(&format!("written to {}\n", self.out.display()));
        Ok(SETTLED)
    }
}

impl Report {
    /// The figures of the month of a run, from the exports that it read and by its law.
    fn month(&self, exports: &Path, summary: &Summary) -> anyhow::Result<Stats> {
        let law = law::read(self.law.as_ref())?;
        let identity = &summary.identity;
        if law.digest != identity.law.sha256 {
            bail!(
                "the run used other law data ({}) than is given ({}); give that file with --law",
                identity.law.name,
                law.name
            );
        }
        let place = exports.display().to_string();
        let exports = Exports::find(exports).with_context(|| place.clone())?;
        let now =
            Identity { inputs: Vec::new(), ..identity.clone() }.with_inputs(&exports).with_context(|| place.clone())?;
        let known = identity.inputs.iter().map(|file| (&file.name, file.bytes, file.sha256.as_ref()));
        let same = now.inputs.len() == identity.inputs.len()
            && known.zip(&now.inputs).all(|((name, bytes, digest), file)| {
                (name, bytes) == (&file.name, file.bytes)
                    && digest.is_none_or(|digest| Some(digest) == file.sha256.as_ref())
            });
        if !same {
            bail!("{place}: these are not the exports that the run read; give those, or leave --exports out");
        }
        let month = identity.month.parse().context("the month in summary.json")?;
        let encoding = EncodingName::from_str(&identity.encoding, false);
        let encoding = encoding.map_err(|_| anyhow::anyhow!("the encoding in summary.json is not known"))?;
        count(&law, &exports, month, encoding, None, true)
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
