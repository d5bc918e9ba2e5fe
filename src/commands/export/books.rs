use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::sepa::read_fund;
use crate::accounts::{Entry, fec, hledger, of_run};
use crate::bank::fund::Fund;
use crate::bank::run::RunFolder;
use crate::bank::store::Store;
use crate::commands::table::grouped;
use crate::commands::{SETTLED, print, say};
use crate::money::Cents;

/// Writes the entries of runs as a journal of hledger.
///
/// The journal passes `hledger check --strict`: accounts and currency are declared, each close asserts its balances.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement export hledger --run 3 --ledger ledger --config fund.toml --out books/run3.journal
  versement export hledger --run 3 --run 4 --ledger ledger --config fund.toml | hledger -f - balance

Exit status: 0 written; 2 nothing written.")]
pub(in crate::commands) struct Hledger {
    #[command(flatten)]
    runs: Runs,
    /// The file to write to; the standard output if not given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Writes the entries of runs as a FEC (fichier des écritures comptables).
///
/// 18 columns with tabs, a line for each beneficiary on the account of what is to be paid, lettered where the bank debited
/// it. The file is named after the fund's SIREN and the end of the year.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement export fec --run 3 --ledger ledger --config fund.toml --out books
  versement export fec --run 3 --run 4 --ledger ledger --config fund.toml --out books --encoding iso-8859-15

Exit status: 0 written; 2 nothing written.")]
pub(in crate::commands) struct Fec {
    #[command(flatten)]
    runs: Runs,
    /// The folder to write to; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The encoding of the file
    #[arg(long, value_enum, default_value_t = FecEncoding::Utf8)]
    encoding: FecEncoding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FecEncoding {
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "iso-8859-15")]
    Iso885915,
}

/// Which runs, of which ledger, into which accounts.
#[derive(Debug, Args)]
struct Runs {
    /// The number of the run; may be given several times
    #[arg(long, value_name = "N", required = true)]
    run: Vec<u32>,
    /// The folder of the ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
    /// The accounts of the books: fund.toml
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

struct Books {
    fund: Fund,
    runs: Vec<RunFolder>,
    store: Store,
    entries: Vec<Entry>,
}

impl Runs {
    fn books(&self) -> anyhow::Result<Books> {
        let fund = read_fund(&self.config)?;
        let mut numbers = self.run.clone();
        numbers.sort_unstable();
        numbers.dedup();
        let runs = numbers.iter().map(|&number| RunFolder::find(&self.ledger, number));
        let runs = runs.collect::<Result<Vec<_>, _>>()?;
        let store = Store::open(&self.ledger)?;
        let mut entries = Vec::new();
        for run in &runs {
            entries.extend(of_run(run, &store)?);
        }
        entries.sort_by_key(|entry| (entry.day, entry.journal, entry.run));
        Ok(Books { fund, runs, store, entries })
    }
}

impl Books {
    fn told(&self, name: &str) -> String {
        let debits: Cents = self.entries.iter().map(Entry::debits).sum();
        format!("{name}: {} entries, debits and credits {}\n", self.entries.len(), grouped(&debits.to_string()))
    }
}

impl Hledger {
    pub(in crate::commands) fn carry_out(&self) -> anyhow::Result<u8> {
        let books = self.runs.books()?;
        let mut journal = Vec::new();
        hledger::write(&mut journal, &books.fund, &books.entries)?;
        let Some(path) = &self.out else {
            print(&String::from_utf8_lossy(&journal))?;
            return Ok(SETTLED);
        };
        replace(path, |out| Ok(out.write_all(&journal)?))?;
        say(&books.told(&path.display().to_string()));
        Ok(SETTLED)
    }
}

impl Fec {
    pub(in crate::commands) fn carry_out(&self) -> anyhow::Result<u8> {
        let books = self.runs.books()?;
        let name = fec::file_name(&books.fund, &books.entries);
        let path = self.out.join(&name);
        replace(&path, |out| {
            let mut out = Encoded { out, encoding: self.encoding };
            Ok(fec::write(&mut out, &books.fund, &books.entries, &books.runs, &books.store)?)
        })?;
        say(&books.told(&name));
        Ok(SETTLED)
    }
}

/// Writes a file under a temporary name, then gives it its own.
fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let at = || path.display().to_string();
    if !folder.exists() {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).with_context(at)?;
    }
    let mut file = tempfile::Builder::new().prefix(".versement-tmp-").tempfile_in(folder).with_context(at)?;
    let mut out = BufWriter::with_capacity(1 << 18, file.as_file_mut());
    write(&mut out)?;
    out.flush().with_context(at)?;
    drop(out);
    file.as_file().sync_all().with_context(at)?;
    file.persist(path).map_err(|failed| failed.error).with_context(at)?;
    Ok(())
}

/// Writes UTF-8 in another encoding; each call holds whole characters.
struct Encoded<W> {
    out: W,
    encoding: FecEncoding,
}

impl<W: Write> Write for Encoded<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.encoding {
            FecEncoding::Utf8 => self.out.write_all(bytes)?,
            FecEncoding::Iso885915 => {
                let text = str::from_utf8(bytes).map_err(std::io::Error::other)?;
                let (encoded, _, lost) = encoding_rs::ISO_8859_15.encode(text);
                if lost {
                    return Err(std::io::Error::other("a label of fund.toml has a letter that ISO-8859-15 lacks"));
                }
                self.out.write_all(&encoded)?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}
