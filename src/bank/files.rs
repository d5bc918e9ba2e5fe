//! Writes files of transfers: under temporary names, read back and compared, then all of them or none.

use std::fs::{DirBuilder, File};
use std::io::{self, BufReader, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::pain001::read_back;
use super::run::RunError;
use super::store::{Change, Issued, StoreError};
use super::transfers::{Message, Order, OrderError, Transfer};
use super::xml::XmlFault;
use crate::calendar::Month;
use crate::money::Cents;

/// Why no files were written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The files of the run can't be read.
    #[error(transparent)]
    Run(#[from] RunError),
    /// A transfer can't be written.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The record of what was issued refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system refused.
    #[error("{path}: {error}; no file was written", path = .path.display())]
    System {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// What was written reads otherwise.
    #[error("{name}: {fault}; no file was written; this is a fault of the program, please report it")]
    ReadBack {
        /// The file.
        name: String,
        /// What differs.
        fault: XmlFault,
    },
}

/// A file of transfers that stands in the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Its name.
    pub name: String,
    /// How many transfers were read back.
    pub transfers: u64,
    /// Their sum, read back.
    pub amount: Cents,
    /// Whether it was written before, with the same bytes.
    pub again: bool,
}

/// Files that wait for their names.
#[derive(Debug)]
pub struct Pending {
    folder: PathBuf,
    prefix: String,
    files: Vec<(NamedTempFile, Written)>,
}

/// What the files are about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The run that is paid.
    pub run: u32,
    /// Its month.
    pub month: Month,
    /// What the files' names begin with.
    pub name: &'a str,
}

/// Writes transfers to files under temporary names in a folder, and keeps them in a change that is still to be kept.
///
/// # Errors
/// A transfer can't be read or written, a file reads otherwise than it was written, or it was issued otherwise before.
pub fn write(
    folder: &Path,
    order: &Order<'_>,
    subject: Subject<'_>,
    transfers: impl Iterator<Item = Result<Transfer, WriteError>>,
    change: &Change<'_>,
) -> Result<Pending, WriteError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| WriteError::System { path, error }
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))?;
    let mut files = Vec::new();
    order.write(transfers, |message: Message| -> Result<(), WriteError> {
        let name = format!("{}-{:03}.xml", subject.name, files.len() + 1);
        let path = folder.join(&name);
        if path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
            return Err(at(&path)(io::Error::other("something that is no file stands here; move it away")));
        }
        let mut file = tempfile::Builder::new().prefix(".versement-tmp-").tempfile_in(folder).map_err(at(&path))?;
        file.write_all(message.xml.as_bytes()).map_err(at(&path))?;
        file.as_file().sync_all().map_err(at(&path))?;
        let written = File::open(file.path()).map_err(at(&path))?;
        let sums = read_back(BufReader::new(written), &message.transfers);
        let sums = sums.map_err(|fault| WriteError::ReadBack { name: name.clone(), fault })?;
        let issued = Issued {
            run: subject.run,
            message_id: &message.id,
            name: &name,
            sha256: &crate::hexadecimal(&Sha256::digest(message.xml.as_bytes())),
            amount: sums.amount,
            execution: order.execution,
        };
        let again = change.issue(&issued, subject.month, &message.transfers)?;
        files.push((file, Written { name, transfers: sums.transfers, amount: sums.amount, again }));
        Ok(())
    })?;
    Ok(Pending { folder: folder.to_owned(), prefix: format!("{}-", subject.name), files })
}

impl Pending {
    /// How many transfers stand in the files, and their sum.
    pub fn sums(&self) -> (u64, Cents) {
        let written = self.files.iter().map(|(_, written)| written);
        (written.clone().map(|written| written.transfers).sum(), written.map(|written| written.amount).sum())
    }

    /// Gives the files their names. Files of the same run that were split otherwise are taken away: given to the bank too, they
    /// would pay twice.
    ///
    /// # Errors
    /// The system refuses.
    pub fn publish(self) -> Result<Vec<Written>, WriteError> {
        let at = |error| WriteError::System { path: self.folder.clone(), error };
        let mut all = Vec::new();
        for (file, written) in self.files {
            file.persist(self.folder.join(&written.name)).map_err(|failed| at(failed.error))?;
            all.push(written);
        }
        for entry in std::fs::read_dir(&self.folder).map_err(at)? {
            let entry = entry.map_err(at)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let of_run = name.starts_with(&self.prefix) && name.ends_with(".xml");
            if of_run && all.iter().all(|written| written.name != name) {
                std::fs::remove_file(entry.path()).map_err(at)?;
            }
        }
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(at)?;
        Ok(all)
    }
}
