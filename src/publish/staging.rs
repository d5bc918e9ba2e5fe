//! Files come into being under a temporary name, and get their own only when everything agrees.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::digest::Digester;
use super::summary::FileRecord;
use super::{Algorithm, Table};

/// The file that says what was published, with digests; it gets its name last, and says that the others are complete.
pub const SUMMARY: &str = "summary.json";

const LOCK: &str = ".versement-lock";
/// Stands while files get their names: a run that finds it knows that another one was cut off there.
const PUBLISHING: &str = ".versement-publishing";
const TEMPORARY: &str = ".versement-tmp-";

/// Why nothing was published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// The system refused.
    #[error("{path}: {error}; nothing was published", path = .path.display())]
    System {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The system refused after the first file got its name.
    #[error("{path}: {error}; publishing was cut off and the files here are not complete; run again", path = .path.display())]
    CutOff {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Another run publishes there.
    #[error("{path}: another run is publishing here; wait for it, or choose another --out", path = .path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// What was counted on different ways does not agree.
    #[error(
        "the control totals do not agree: {0}; nothing was published; this is a fault of the program, please report it"
    )]
    Disagreement(String),
}

/// The folder that a run publishes to; nobody else does as long as this stands.
#[derive(Debug)]
pub struct Staging {
    folder: PathBuf,
    _lock: File,
}

impl Staging {
    /// Makes the folder where it is missing, takes its lock, and clears away what a killed run left.
    ///
    /// # Errors
    /// The folder can't be written, or another run holds it.
    pub fn open(folder: &Path) -> Result<Self, PublishError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |error| PublishError::System { path, error }
        };
        if folder.metadata().is_ok_and(|found| !found.is_dir()) {
            let error = io::Error::other("this is no folder; choose another --out");
            return Err(PublishError::System { path: folder.to_owned(), error });
        }
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at(folder))?;
        let path = folder.join(LOCK);
        no_link(&path)?;
        let mut options = OpenOptions::new();
        let lock = options.create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(at(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(PublishError::Busy { path: folder.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(PublishError::System { path, error }),
        }
        clear(folder)?;
        Ok(Self { folder: folder.to_owned(), _lock: lock })
    }

    /// Whether a run was cut off while its files got their names.
    pub fn was_cut_off(&self) -> bool {
        self.folder.join(PUBLISHING).exists()
    }

    /// The published files that stand there.
    pub fn standing(&self) -> Vec<&'static str> {
        let names = Table::of_run(true).iter().map(|table| table.file_name()).chain([SUMMARY]);
        names.filter(|name| self.folder.join(name).symlink_metadata().is_ok()).collect()
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new file under a temporary name, readable by its owner only.
    ///
    /// # Errors
    /// It can't be made.
    pub fn file(&self, name: &'static str, digest: Option<Algorithm>) -> Result<StagedFile, PublishError> {
        let temporary = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(&self.folder);
        let temporary = temporary.map_err(|error| PublishError::System { path: self.folder.join(name), error })?;
        let digest = digest.map(Digester::new);
        Ok(StagedFile { name, path: self.folder.join(name), temporary, length: 0, digest, twin: None })
    }

    /// A file under a temporary name with the bytes of another one.
    ///
    /// # Errors
    /// It can't be copied.
    pub fn copy(&self, name: &'static str, from: &Path) -> Result<StagedFile, PublishError> {
        let mut file = self.file(name, None)?;
        let copied = File::open(from).and_then(|mut from| io::copy(&mut from, &mut file.temporary.as_file()));
        file.length = copied.map_err(|error| PublishError::System { path: from.to_owned(), error })?;
        Ok(file)
    }

    /// Gives the folder free, its lock removed, and tells where it is.
    ///
    /// # Errors
    /// The lock, or a temporary file that could not be removed before, can't be removed.
    pub fn close(self) -> Result<PathBuf, PublishError> {
        clear(&self.folder)?;
        let lock = self.folder.join(LOCK);
        fs::remove_file(&lock).map_err(|error| PublishError::System { path: lock, error })?;
        Ok(self.folder)
    }

    /// Gives the files their names, the summary's last.
    ///
    /// # Errors
    /// A file is not as long as what was written to it, or the system refuses.
    pub fn publish(&self, files: Vec<StagedFile>) -> Result<(), PublishError> {
        complete(&files.iter().collect::<Vec<_>>())?;
        for file in &files {
            // Nothing but a file of an earlier run is replaced; told before anything is.
            no_link(&file.path)?;
        }
        let marker = self.folder.join(PUBLISHING);
        no_link(&marker)?;
        let at = |path: &Path| {
            let path = path.to_owned();
            move |error| PublishError::System { path, error }
        };
        File::create(&marker).and_then(|file| file.sync_all()).map_err(at(&marker))?;
        self.sync()?;
        let is_run = files.iter().any(|file| file.name == SUMMARY);
        let absent = |table: &Table| is_run && files.iter().all(|file| file.name != table.file_name());
        let stale: Vec<_> =
            Table::of_run(true).iter().filter(|table| absent(table)).map(|table| table.file_name()).collect();
        let summary = self.folder.join(SUMMARY);
        if is_run && let Err(error) = remove(&summary) {
            // Nothing was replaced yet: the earlier results stand whole, and without the mark.
            _ = fs::remove_file(&marker);
            return Err(at(&summary)(error));
        }
        let renamed = (|| {
            for StagedFile { path, temporary, .. } in files {
                temporary.persist(path).map_err(|failed| failed.error)?;
            }
            // What an earlier run left here and this one does not make would pass for a part of it.
            stale.iter().try_for_each(|name| remove(&self.folder.join(name)))?;
            File::open(&self.folder)?.sync_all()?;
            fs::remove_file(&marker)?;
            File::open(&self.folder)?.sync_all()
        })();
        renamed.map_err(|error| PublishError::CutOff { path: self.folder.clone(), error })
    }

    fn sync(&self) -> Result<(), PublishError> {
        let synced = File::open(&self.folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| PublishError::System { path: self.folder.clone(), error })
    }
}

/// Brings files to the disk, all at once: a disk that is waited for takes little longer for many files than for one.
///
/// # Errors
/// A file is not as long as what was written to it, or the system refuses.
pub fn complete(files: &[&StagedFile]) -> Result<(), PublishError> {
    crate::pipeline::at_once(files, |file| file.complete())
}

/// Removes a file, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes what stands there under temporary names.
fn clear(folder: &Path) -> Result<(), PublishError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| PublishError::System { path, error }
    };
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        if entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            fs::remove_file(entry.path()).map_err(at(&entry.path()))?;
        }
    }
    Ok(())
}

/// Whether a path is free or a file; a link could lead to a file that is none of ours.
fn no_link(path: &Path) -> Result<(), PublishError> {
    if path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
        let error = io::Error::other("something that is no file stands here; move it away");
        return Err(PublishError::System { path: path.to_owned(), error });
    }
    Ok(())
}

/// A file that is being written under a temporary name.
#[derive(Debug)]
pub struct StagedFile {
    name: &'static str,
    path: PathBuf,
    temporary: NamedTempFile,
    length: u64,
    digest: Option<Digester>,
    /// Where the same bytes go too, and the name that they get there.
    twin: Option<(PathBuf, NamedTempFile)>,
}

impl StagedFile {
    /// The same file in another folder too: all that is written goes there at once.
    ///
    /// # Errors
    /// It can't be made there.
    pub fn with_twin_in(mut self, other: &Staging) -> Result<Self, PublishError> {
        let twin = other.file(self.name, None)?;
        self.twin = Some((twin.path, twin.temporary));
        Ok(self)
    }

    /// Parts with the file in the other folder.
    pub fn take_twin(&mut self) -> Option<Self> {
        let (path, temporary) = self.twin.take()?;
        Some(Self { name: self.name, path, temporary, length: self.length, digest: None, twin: None })
    }

    /// Its name once published.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// How long it is to be.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The handle to write to from any thread, at places that [`StagedFile::place`] gave.
    ///
    /// # Errors
    /// The system gives none.
    pub fn handle(&self) -> Result<StagedWriter, PublishError> {
        let mut files = Vec::new();
        for (path, temporary) in self.both() {
            let file = temporary.as_file().try_clone();
            files.push((path.clone(), file.map_err(|error| PublishError::System { path: path.clone(), error })?));
        }
        Ok(StagedWriter(files))
    }

    fn both(&self) -> impl Iterator<Item = (&PathBuf, &NamedTempFile)> {
        let twin = self.twin.as_ref().map(|(path, temporary)| (path, temporary));
        std::iter::once((&self.path, &self.temporary)).chain(twin)
    }

    /// The place of bytes that come next; they enter the digest now and must be written there.
    pub fn place(&mut self, bytes: &[u8]) -> u64 {
        let place = self.length;
        self.length += bytes.len() as u64;
        if let Some(digest) = &mut self.digest {
            digest.update(bytes);
        }
        place
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// They can't be written.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), PublishError> {
        let place = self.place(bytes);
        self.both().try_for_each(|(path, temporary)| {
            let written = temporary.as_file().write_all_at(bytes, place);
            written.map_err(|error| PublishError::System { path: path.clone(), error })
        })
    }

    /// What was placed, with its digest unless digests are off.
    pub fn record(&self) -> FileRecord {
        let without = || FileRecord { name: self.name.to_owned(), bytes: self.length, sha256: None, blake3: None };
        self.digest.as_ref().map_or_else(without, |digest| digest.record(self.name, self.length))
    }

    fn complete(&self) -> Result<(), PublishError> {
        let at = |error| PublishError::System { path: self.path.clone(), error };
        let file = self.temporary.as_file();
        file.sync_all().map_err(at)?;
        let written = file.metadata().map_err(at)?.len();
        if written != self.length {
            let told = format!("{} has {written} bytes instead of {}", self.name, self.length);
            return Err(PublishError::Disagreement(told));
        }
        Ok(())
    }
}

/// Writes to a staged file, and to its twin if it has one, at given places.
#[derive(Debug)]
pub struct StagedWriter(Vec<(PathBuf, File)>);

impl StagedWriter {
    /// Writes bytes at their place.
    ///
    /// # Errors
    /// They can't be written.
    pub fn write_at(&self, bytes: &[u8], place: u64) -> Result<(), PublishError> {
        self.each(|file| file.write_all_at(bytes, place))
    }

    /// Brings what was written so far to the disk.
    ///
    /// # Errors
    /// The system can't; it tells so once, so that nobody may overhear it.
    pub fn sync(&self) -> Result<(), PublishError> {
        self.each(File::sync_data)
    }

    fn each(&self, call: impl Fn(&File) -> io::Result<()>) -> Result<(), PublishError> {
        self.0
            .iter()
            .try_for_each(|(path, file)| call(file).map_err(|error| PublishError::System { path: path.clone(), error }))
    }
}
