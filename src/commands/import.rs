use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::table::grouped;
use super::{NOTHING, SETTLED, WITH_TROUBLE, say};
use crate::bank::answers::{self, Heard};
use crate::bank::store::{Imported, Store, StoreError};
use crate::bank::xml::XmlFault;
use crate::ledger::Ledger;
use crate::publish::summary::FileRecord;

/// Reads what the bank answers: status reports (pain.002), statements (camt.053) and notifications (camt.054).
///
/// Each answer is kept in the ledger once. Files may come in any order and more than once. A file that can't be read whole
/// changes nothing.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement import --ledger ledger answers/pain002-1.xml answers/camt053-2009-06-10.xml

Exit status: 0 all read, every reference known; 1 read, with references that no transfer has or statements that don't add up;
2 a file could not be read: nothing of it was kept.")]
pub(super) struct Import {
    /// Files of the bank
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The folder of the ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
}

#[derive(Debug, thiserror::Error)]
enum ImportError {
    #[error(transparent)]
    Xml(#[from] XmlFault),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Import {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        Ledger::open(&self.ledger)?;
        let mut store = Store::open(&self.ledger)?;
        let mut status = SETTLED;
        for path in &self.files {
            match import(&mut store, path) {
                Ok((heard, imported)) => {
                    say(&told(path, &heard, &imported));
                    if imported.unknowns > 0 || !heard.broken.is_empty() {
                        status = status.max(WITH_TROUBLE);
                    }
                }
                Err(error) => {
                    eprintln!("versement: {}: {error:#}; nothing of this file was kept", path.display());
                    status = NOTHING;
                }
            }
        }
        Ok(status)
    }
}

fn import(store: &mut Store, path: &Path) -> anyhow::Result<(Heard, Imported)> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // The number of the message is known only when all of it is read: the digest stands for the file.
    let digest = FileRecord::of(path, &name).context("the file can't be read")?.sha256.unwrap_or_default();
    let change = store.change()?;
    let mut imported = Imported::default();
    let file = BufReader::with_capacity(1 << 18, File::open(path).context("the file can't be opened")?);
    let heard = answers::read(file, |answer| -> Result<(), ImportError> {
        Ok(change.answer(&digest, &answer, &mut imported)?)
    })?;
    change.heard(&digest, &name, &heard)?;
    change.keep()?;
    Ok((heard, imported))
}

fn told(path: &Path, heard: &Heard, imported: &Imported) -> String {
    let number = |count: u64| grouped(&count.to_string());
    let mut text = format!(
        "{}: {} {}: {} answers, {} of them new",
        path.display(),
        heard.kind.name(),
        heard.message_id,
        number(heard.answers),
        number(imported.new)
    );
    for (count, what) in [(heard.pending, "not final yet"), (heard.others, "about no transfer")] {
        if count > 0 {
            text.push_str(&format!(", {} {what}", number(count)));
        }
    }
    text.push('\n');
    for (statement, difference) in &heard.broken {
        text.push_str(&format!(
            "  statement {statement}: the entries do not lead from the opening to the closing balance, {difference} is missing; \
             ask the bank for the whole statement\n"
        ));
    }
    if imported.unknowns > 0 {
        text.push_str(&format!("  {} references that no transfer has:\n", number(imported.unknowns)));
        for reference in &imported.unknown {
            text.push_str(&format!("    {reference}\n"));
        }
        let more = imported.unknowns - imported.unknown.len() as u64;
        if more > 0 {
            text.push_str(&format!("    and {} more\n", number(more)));
        }
    }
    text
}
