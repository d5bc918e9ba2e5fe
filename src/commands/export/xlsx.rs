use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use crate::commands::explain::lang;
use crate::commands::report::beside;
use crate::commands::results::Which;
use crate::commands::{SETTLED, say};
use crate::explain::words::Lang;
use crate::workbook::{self, Tables};

/// Writes a run as a workbook for accountants.
///
/// Control totals as formulas over the sheets, beside those of the run; payments, findings, arrears and overpayments with filters;
/// identifiers as text, amounts as numbers. A table longer than a sheet goes on on the next one.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement export xlsx --results out/2009-05 --out payments.xlsx
  versement export xlsx --run 1 --ledger ledger --lang fr --out paiements.xlsx

Exit status: 0 written; 2 the results can't be read, or don't add up.")]
pub(in crate::commands) struct Xlsx {
    #[command(flatten)]
    which: Which,
    /// The file to write; one that stands there is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The language of heads and sheets
    #[arg(long, default_value = "en", value_parser = lang())]
    lang: Lang,
}

impl Xlsx {
    pub(in crate::commands) fn carry_out(&self) -> anyhow::Result<u8> {
        let run = self.which.find()?;
        let tables = Tables {
            payments: run.open("payments.csv")?,
            anomalies: run.open("anomalies.csv")?,
            arrears: run.open_if_there("arrears.csv")?,
            claims: run.open_if_there("claims.csv")?,
        };
        let told = || format!("{}: can't be written", self.out.display());
        let mut file = beside(&self.out)?;
        let folder = file.path().parent().unwrap_or(Path::new(".")).to_owned();
        let named = || run.folder.display().to_string();
        workbook::write(&run.summary, tables, self.lang, &folder, BufWriter::new(file.as_file_mut()))
            .with_context(named)?;
        file.as_file().sync_all().with_context(told)?;
        file.persist(&self.out).with_context(told)?;
        say(&format!("written to {}\n", self.out.display()));
        Ok(SETTLED)
    }
}
