//! What an executor knows of the months that it settles: manifest, law and headers, read once from the folder that all share.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use versement::law::Law;
use versement::partition::{Manifest, PartSetup, part_name};

/// The law of a prepared month, where it is not the one in the program; the client puts it beside the manifest.
pub const LAW: &str = "law.toml";

/// A month that was prepared, as it was when its manifest had the digest that the client told.
#[derive(Debug)]
pub struct Prepared {
    /// Where it stands.
    pub folder: PathBuf,
    /// What it is.
    pub manifest: Manifest,
    /// What settling its rows needs.
    pub setup: PartSetup,
}

/// The months that an executor settles.
#[derive(Debug, Default)]
pub struct Months {
    known: Mutex<BTreeMap<(PathBuf, String), Arc<Prepared>>>,
}

/// An executor remembers no more months than this.
const MOST: usize = 4;

impl Months {
    /// The month in a folder whose manifest has a digest.
    ///
    /// # Errors
    /// The manifest is not there, or another one; or the law is not the one that it was prepared for.
    pub fn get(&self, folder: &Path, digest: &str) -> anyhow::Result<Arc<Prepared>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (folder.to_owned(), digest.to_owned());
        if let Some(month) = known.get(&key) {
            return Ok(Arc::clone(month));
        }
        let month = Arc::new(Prepared::read(folder, digest)?);
        while known.len() >= MOST {
            known.pop_first();
        }
        known.insert(key, Arc::clone(&month));
        Ok(month)
    }
}

impl Prepared {
    /// Reads what was prepared.
    ///
    /// # Errors
    /// As those of [`Months::get`].
    pub fn read(folder: &Path, digest: &str) -> anyhow::Result<Self> {
        let manifest = Manifest::read(folder)?;
        if manifest.digest != digest {
            bail!("{}: the manifest is another one than the client's; prepare the month again", folder.display());
        }
        let setup = PartSetup::new(&manifest, law(folder)?)?;
        Ok(Self { folder: folder.to_owned(), manifest, setup })
    }

    /// Compares a part with what was prepared, and returns what tells later on whether it was touched since.
    ///
    /// # Errors
    /// There is no such part, or its file is missing, or not as it was prepared.
    pub fn check(&self, part: u32) -> anyhow::Result<Untouched> {
        let path = self.folder.join(part_name(part));
        let seen = Untouched::see(&path)?;
        self.manifest.open_part(&self.folder, part)?;
        Ok(seen)
    }
}

/// The law beside a manifest, or the one in the program.
fn law(folder: &Path) -> anyhow::Result<Law> {
    let path = folder.join(LAW);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Law::BUILT_IN.to_owned(),
        Err(error) => return Err(error).context(path.display().to_string()),
    };
    Law::read(&text).map_err(|faults| {
        let first = faults.first().map_or_else(String::new, ToString::to_string);
        anyhow::anyhow!("{}: {first}", path.display())
    })
}

/// A file as it was seen.
#[derive(Debug, PartialEq, Eq)]
pub struct Untouched {
    path: PathBuf,
    of: (u64, u64, i64, i64),
}

impl Untouched {
    fn see(path: &Path) -> anyhow::Result<Self> {
        let of = |known: Metadata| (known.ino(), known.len(), known.mtime(), known.mtime_nsec());
        let known = fs::metadata(path).with_context(|| path.display().to_string())?;
        Ok(Self { path: path.to_owned(), of: of(known) })
    }

    /// Refuses what was read of the file if it was touched meanwhile.
    ///
    /// # Errors
    /// It was.
    pub fn still(&self) -> anyhow::Result<()> {
        if Self::see(&self.path)? != *self {
            bail!("{}: it was touched while it was read; prepare the month again", self.path.display());
        }
        Ok(())
    }
}
