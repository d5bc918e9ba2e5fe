//! The folder of a ledger: who holds it, what a killed run left, and how a run gets in: prepared, committed, published.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::LedgerError;
use super::catalogue::{CATALOGUE, Catalogue};
use super::run::{self, ClosedMonth, Run, RunRecord, State};
use crate::calendar::Month;
use crate::publish::Table;
use crate::publish::staging::{SUMMARY, StagedFile, Staging};
use crate::publish::summary::FileRecord;

const LOCK: &str = "lock";
/// The folder in which a run is made before it is committed.
const PREPARING: &str = "preparing";

/// A ledger that is read.
#[derive(Debug)]
pub struct Ledger {
    folder: PathBuf,
    catalogue: Catalogue,
}

/// A ledger that nobody else may write to.
#[derive(Debug)]
pub struct HeldLedger {
    ledger: Ledger,
    /// Whether it was made just now.
    pub is_new: bool,
    _lock: File,
}

impl std::ops::Deref for HeldLedger {
    type Target = Ledger;

    fn deref(&self) -> &Ledger {
        &self.ledger
    }
}

fn system(path: &Path) -> impl FnOnce(std::io::Error) -> LedgerError + '_ {
    |error| LedgerError::System { path: path.to_owned(), error }
}

impl Ledger {
    /// Opens a ledger that stands there, to read it.
    ///
    /// # Errors
    /// There is none, or it can't be read.
    pub fn open(folder: &Path) -> Result<Self, LedgerError> {
        if !folder.join(CATALOGUE).is_file() {
            return Err(LedgerError::Missing(folder.to_owned()));
        }
        Ok(Self { folder: folder.to_owned(), catalogue: Catalogue::open(folder)? })
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All runs in order; every record was compared with its digest.
    ///
    /// # Errors
    /// The catalogue can't be read, or was altered.
    pub fn runs(&self) -> Result<Vec<Run>, LedgerError> {
        let runs = self.catalogue.runs(&self.folder)?;
        let mut previous = "";
        for run in &runs {
            if run.previous != previous {
                let told = format!("run {} does not follow the run before it", run.number);
                return Err(LedgerError::Damaged { path: self.folder.join(CATALOGUE), told });
            }
            previous = &run.digest;
        }
        Ok(runs)
    }

    /// One run.
    ///
    /// # Errors
    /// There is no such run, or the catalogue can't be read.
    pub fn run(&self, number: u32) -> Result<Run, LedgerError> {
        let runs = self.runs()?;
        let last = runs.last().map_or(0, |run| run.number);
        runs.into_iter().find(|run| run.number == number).ok_or(LedgerError::NoSuchRun { number, last })
    }

    /// The last run of a month.
    ///
    /// # Errors
    /// The catalogue can't be read.
    pub fn last_run_of(&self, month: Month) -> Result<Option<Run>, LedgerError> {
        Ok(self.runs()?.into_iter().rfind(|run| run.month == month))
    }

    /// The closed months in order.
    ///
    /// # Errors
    /// The catalogue can't be read.
    pub fn closed_months(&self) -> Result<Vec<ClosedMonth>, LedgerError> {
        self.catalogue.closed_months()
    }

    /// What is wrong with the catalogue's file itself, and what in it does not follow from the records of the runs.
    ///
    /// # Errors
    /// It can't be read.
    pub fn catalogue_faults(&self, runs: &[Run]) -> Result<Vec<String>, LedgerError> {
        self.catalogue.faults(runs)
    }
}

impl HeldLedger {
    /// Holds a ledger, makes it where there is none, clears away what a killed run left, and finishes what a killed run had
    /// committed. `holder` says who holds it, and since when.
    ///
    /// # Errors
    /// Another run holds it, or it can't be read or written.
    pub fn hold(folder: &Path, holder: &str) -> Result<Self, LedgerError> {
        let is_new = !folder.join(CATALOGUE).exists();
        if is_new && folder.read_dir().is_ok_and(|mut entries| entries.any(|entry| !is_ours(&entry))) {
            return Err(LedgerError::NoLedger(folder.to_owned()));
        }
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(system(folder))?;
        let lock = lock(folder, holder)?;
        // SQLite gives its other files the permissions of this one.
        let path = folder.join(CATALOGUE);
        no_link(&path)?;
        OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(system(&path))?;
        let ledger = Ledger { folder: folder.to_owned(), catalogue: Catalogue::open(folder)? };
        let held = Self { ledger, is_new, _lock: lock };
        held.recover()?;
        Ok(held)
    }

    /// What was not committed is removed; what was committed is published.
    fn recover(&self) -> Result<(), LedgerError> {
        let preparing = self.folder.join(PREPARING);
        if preparing.symlink_metadata().is_ok() {
            fs::remove_dir_all(&preparing).map_err(system(&preparing))?;
        }
        let runs = self.runs()?;
        let next = runs.last().map_or(1, |run| run.number + 1);
        for month in fs::read_dir(&self.folder).map_err(system(&self.folder))? {
            let month = month.map_err(system(&self.folder))?;
            let name = month.file_name();
            let Some(of) = name.to_str().and_then(|name| name.strip_prefix("month=")).and_then(|of| of.parse().ok())
            else {
                continue;
            };
            // A link is followed to read what was moved elsewhere, never to remove or to write.
            if !month.file_type().map_err(system(&self.folder))?.is_dir() {
                continue;
            }
            let orphan = run::folder(&self.folder, of, next);
            if orphan.symlink_metadata().is_ok() {
                fs::remove_dir_all(&orphan).map_err(system(&orphan))?;
            }
        }
        for run in runs.iter().filter(|run| run.state == State::Committed) {
            self.publish_again(run, &run.published_to)?;
        }
        Ok(())
    }

    /// A place to make the next run in.
    ///
    /// # Errors
    /// It can't be made.
    pub fn prepare(&self) -> Result<Staging, LedgerError> {
        Ok(Staging::open(&self.folder.join(PREPARING))?)
    }

    /// Commits a run whose files are complete; before it returns nothing happened, afterwards everything did.
    ///
    /// # Errors
    /// The files can't be synced, or the catalogue can't be written: the run did not happen.
    pub fn commit(
        &mut self,
        staging: Staging,
        files: Vec<StagedFile>,
        (mut record, identity): (RunRecord, &str),
        out: &Path,
    ) -> Result<Run, LedgerError> {
        let previous = self.runs()?.pop().map(|run| run.digest).unwrap_or_default();
        record.files = files.iter().map(staged_record).collect::<Result<_, _>>()?;
        staging.publish(files)?;
        let preparing = staging.close()?;
        let number = record.number;
        let month = record.month.parse().map_err(|_| LedgerError::Format(format!("no month: {}", record.month)))?;
        let folder = run::folder(&self.folder, month, number);
        let parent = folder.parent().unwrap_or(&self.folder);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(system(parent))?;
        if !parent.symlink_metadata().map_err(system(parent))?.is_dir() {
            let error = std::io::Error::other("a link stands where a folder is to be; move it away");
            return Err(LedgerError::System { path: parent.to_owned(), error });
        }
        fs::rename(&preparing, &folder).map_err(system(&folder))?;
        for folder in [parent, &self.folder] {
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(system(folder))?;
        }
        let out = std::path::absolute(out).map_err(system(out))?;
        let digest = self.ledger.catalogue.commit(&record, identity, &previous, &out)?;
        Run::new(&self.folder, record, State::Committed, out, digest, previous)
            .ok_or_else(|| LedgerError::Format("a record can't be read back".to_owned()))
    }

    /// Publishes the results of a run in their folder: the twins that were written there with them, and copies of those that
    /// have none.
    ///
    /// # Errors
    /// They can't be written, or are not what was committed; the run happened all the same, and the next start tries again.
    pub fn publish(&self, run: &Run, out: &Staging, mut twins: Vec<StagedFile>) -> Result<(), LedgerError> {
        let mut files = Vec::new();
        // Contributions are there only where employers were exported.
        let was_made = |name: &&str| run.record.files.iter().any(|known| known.name == **name);
        let tables = Table::of_run(true).iter().map(|table| table.file_name()).filter(was_made);
        for name in tables.chain([SUMMARY]) {
            let path = run.folder.join(name);
            let file = match twins.iter().position(|twin| twin.name() == name) {
                Some(at) => twins.swap_remove(at),
                None => out.copy(name, &path)?,
            };
            let known = run.record.files.iter().find(|known| known.name == name);
            if known.is_none_or(|known| known.bytes != file.length()) {
                let told = "it is not as long as when it was committed".to_owned();
                return Err(LedgerError::Damaged { path, told });
            }
            files.push(file);
        }
        out.publish(files)?;
        let folder = std::path::absolute(out.folder()).map_err(system(out.folder()))?;
        self.catalogue.set_published(run.number, &folder)
    }

    /// Publishes what an earlier start of the program committed, if it is what was committed.
    ///
    /// # Errors
    /// It is not, or can't be read, or the results can't be written.
    pub fn publish_again(&self, run: &Run, out: &Path) -> Result<(), LedgerError> {
        for known in &run.record.files {
            let path = run.folder.join(&known.name);
            let damaged = |told: String| LedgerError::Damaged { path: path.clone(), told };
            if !known.is_still(&path).map_err(|error| damaged(error.to_string()))? {
                return Err(damaged("its digest is not that of its run".to_owned()));
            }
        }
        self.publish(run, &Staging::open(out)?, Vec::new())
    }

    /// Closes a month for good.
    ///
    /// # Errors
    /// The catalogue can't be written.
    pub fn close(&self, closed: &ClosedMonth) -> Result<(), LedgerError> {
        self.catalogue.close(closed)
    }
}

fn staged_record(file: &StagedFile) -> Result<FileRecord, LedgerError> {
    let record = file.record();
    if record.sha256.is_none() && record.blake3.is_none() {
        return Err(LedgerError::Format(format!("{} has no digest", file.name())));
    }
    Ok(record)
}

/// What a ledger may have besides its catalogue when it is made: what a killed first run left.
fn is_ours(entry: &std::io::Result<fs::DirEntry>) -> bool {
    entry.as_ref().is_ok_and(|entry| entry.file_name() == LOCK || entry.file_name() == PREPARING)
}

fn no_link(path: &Path) -> Result<(), LedgerError> {
    if path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
        let error = std::io::Error::other("something that is no file stands here; move it away");
        return Err(LedgerError::System { path: path.to_owned(), error });
    }
    Ok(())
}

/// The lock dies with the process that holds it; the text in it is for the one who finds it held.
fn lock(folder: &Path, holder: &str) -> Result<File, LedgerError> {
    let path = folder.join(LOCK);
    no_link(&path)?;
    let mut options = OpenOptions::new();
    let opened = options.create(true).truncate(false).read(true).write(true).mode(0o600).open(&path);
    let mut lock = opened.map_err(system(&path))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Who holds it may be writing its name just now.
            _ = lock.take(200).read_to_string(&mut holder);
            return Err(LedgerError::Busy { path: folder.to_owned(), holder: holder.trim().to_owned() });
        }
        Err(TryLockError::Error(error)) => return Err(LedgerError::System { path, error }),
    }
    let written = lock.set_len(0).and_then(|()| lock.rewind()).and_then(|()| writeln!(lock, "{holder}"));
    written.map_err(system(&path))?;
    Ok(lock)
}
