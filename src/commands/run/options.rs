//! What a run may be told besides its month and folders.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::export::csv::CsvStyle;
use crate::exports;

/// By what a month is settled or prepared.
#[derive(Debug, Args)]
pub(super) struct Basis {
    /// The folder that remembers what was paid; made by its first run
    #[arg(long, value_name = "DIR", default_value = "ledger", conflicts_with = "no_ledger")]
    pub(super) ledger: PathBuf,
    /// Compute the month from the exports alone, and remember nothing
    #[arg(long)]
    pub(super) no_ledger: bool,
    /// What the months before a new ledger came to: its opening.csv, corrected
    #[arg(long, value_name = "FILE", conflicts_with = "no_ledger")]
    pub(super) opening: Option<PathBuf>,
    /// A law file instead of the one in the program (see `versement law`)
    #[arg(long, value_name = "FILE")]
    pub(super) law: Option<PathBuf>,
    /// How many threads work; as many as the machine has processors if not given
    #[arg(long, value_name = "N", value_parser = threads)]
    pub(super) threads: Option<NonZeroUsize>,
    /// The encoding of the exports
    #[arg(long, value_enum, default_value_t = EncodingName::Utf8)]
    pub(super) encoding: EncodingName,
    /// Settle a month that is not over yet
    #[arg(long)]
    pub(super) provisional: bool,
    /// Print nothing but trouble
    #[arg(long, short)]
    pub(super) quiet: bool,
}

/// What a run may be told besides.
#[derive(Debug, Args)]
pub(in crate::commands) struct Options {
    #[command(flatten)]
    pub(super) basis: Basis,
    /// Replace the results of other inputs that stand in --out
    #[arg(long)]
    pub(super) force: bool,
    /// Print the summary as JSON instead of a table
    #[arg(long)]
    pub(super) json: bool,
    /// Print the time, bytes and rows of each stage
    #[arg(long)]
    pub(super) timings: bool,
    /// Take no SHA-256 of inputs and outputs; a later run then can't tell that it is done already
    #[arg(long, requires = "no_ledger")]
    pub(super) no_digests: bool,
    /// Write the tables a second time for people's spreadsheets, as payments.fr.csv and so on
    #[arg(long, value_enum, value_name = "STYLE")]
    pub(super) csv_style: Option<CsvStyle>,
    /// Write the payments as SEPA credit transfers too, to the folder sepa in --out
    #[arg(long, requires = "config", conflicts_with_all = ["no_ledger", "provisional"])]
    pub(super) sepa: bool,
    /// Who pays, and how, for --sepa: fund.toml
    #[arg(long, value_name = "FILE", requires = "sepa")]
    pub(super) config: Option<PathBuf>,
}

/// More threads than any machine for this job has would only cost memory.
const MOST_THREADS: usize = 256;

pub(in crate::commands) fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let threads = text.parse().ok().filter(|threads: &NonZeroUsize| threads.get() <= MOST_THREADS);
    threads.ok_or_else(|| format!("write a number from 1 to {MOST_THREADS}"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::commands) enum EncodingName {
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "windows-1252")]
    Windows1252,
}

impl EncodingName {
    pub(in crate::commands) fn encoding(self) -> exports::Encoding {
        match self {
            Self::Utf8 => exports::Encoding::Utf8,
            Self::Windows1252 => exports::Encoding::Windows1252,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Windows1252 => "windows-1252",
        }
    }
}
