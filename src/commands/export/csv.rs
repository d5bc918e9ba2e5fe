use std::io::BufWriter;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};

use crate::commands::report::beside;
use crate::commands::results::{Results, Which};
use crate::commands::{SETTLED, say};
use crate::results::in_french;

/// Writes the tables of a run in the form that spreadsheets of a country open.
///
/// The style `fr`: semicolons, decimal commas, months as 05/2009, UTF-8 with a byte order mark; texts that a spreadsheet would take
/// for formulas are kept from it. The files are for people: other systems read those of the run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement export csv --results out/2009-05 --out tableur
  versement export csv --run 1 --ledger ledger --out tableur

Exit status: 0 written; 2 the results can't be read.")]
pub(in crate::commands) struct Csv {
    #[command(flatten)]
    which: Which,
    /// The style of numbers, months and delimiters
    #[arg(long, value_enum, value_name = "STYLE", default_value_t = CsvStyle::Fr)]
    csv_style: CsvStyle,
    /// The folder to write to; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// The styles that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::commands) enum CsvStyle {
    /// As French spreadsheets do
    Fr,
}

impl Csv {
    pub(in crate::commands) fn carry_out(&self) -> anyhow::Result<u8> {
        let run = self.which.find()?;
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.out);
        made.with_context(|| self.out.display().to_string())?;
        let CsvStyle::Fr = self.csv_style;
        let written = write(&run, &self.out)?;
        say(&format!("written to {}: {}\n", self.out.display(), written.join(", ")));
        Ok(SETTLED)
    }
}

/// The tables that a run may have, and their names in the style `fr`.
const TABLES: [(&str, &str); 6] = [
    ("payments.csv", "payments.fr.csv"),
    ("anomalies.csv", "anomalies.fr.csv"),
    ("decisions.csv", "decisions.fr.csv"),
    ("arrears.csv", "arrears.fr.csv"),
    ("claims.csv", "claims.fr.csv"),
    ("changed-ibans.csv", "changed-ibans.fr.csv"),
];

/// Writes the tables that a run has to a folder; returns their names.
pub(in crate::commands) fn write(run: &Results, folder: &Path) -> anyhow::Result<Vec<&'static str>> {
    let mut written = Vec::new();
    for (table, name) in TABLES {
        let Some(input) = run.open_if_there(table)? else { continue };
        let path = folder.join(name);
        let told = || path.display().to_string();
        let mut file = beside(&path)?;
        in_french(table, input, BufWriter::new(file.as_file_mut())).with_context(told)?;
        file.as_file().sync_all().with_context(told)?;
        file.persist(&path).with_context(told)?;
        written.push(name);
    }
    Ok(written)
}
