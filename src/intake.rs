//! The folder with the exports of a month.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::columns::Export;
use crate::exports::Refusal;

/// The exports that a folder holds.
#[derive(Clone, Debug)]
pub struct Exports {
    folder: PathBuf,
    /// The sizes of the files that are there, by export.
    sizes: [Option<u64>; Export::COUNT],
}

/// An export that is read from its first byte on: a file, or a header without rows for an optional one that is not there.
///
/// Boxed, so that the file's own way of reading into buffers not yet filled is taken; an enum of ours would have them zeroed
/// before each read.
pub type Input = Box<dyn Read + Send>;

impl Exports {
    /// Looks what is there.
    ///
    /// # Errors
    /// A required export is missing, or what stands in its place is no regular file.
    pub fn find(folder: &Path) -> Result<Self, Refusal> {
        let mut sizes = [None; Export::COUNT];
        for export in Export::ALL {
            let refused = |error| Refusal::Unreadable { export, error };
            let path = folder.join(export.file_name());
            match fs::metadata(&path) {
                Ok(found) if found.is_file() => sizes[export as usize] = Some(found.len()),
                Ok(_) => return Err(refused(io::Error::other("not a regular file"))),
                // A link to nowhere is no absent export: its rows are somewhere, and leaving them out would pay too much.
                Err(error)
                    if error.kind() == io::ErrorKind::NotFound
                        && export.is_optional()
                        && path.symlink_metadata().is_err() => {}
                Err(error) => return Err(refused(error)),
            }
        }
        Ok(Self { folder: folder.to_owned(), sizes })
    }

    /// Whether an export is there.
    pub fn has(&self, export: Export) -> bool {
        self.sizes[export as usize].is_some()
    }

    /// The path of an export.
    pub fn path(&self, export: Export) -> PathBuf {
        self.folder.join(export.file_name())
    }

    /// The size of an export; 0 where it is not there.
    pub fn size(&self, export: Export) -> u64 {
        self.sizes[export as usize].unwrap_or_default()
    }

    /// The bytes of all exports.
    pub fn bytes(&self) -> u64 {
        self.sizes.iter().flatten().sum()
    }

    /// Opens an export.
    ///
    /// # Errors
    /// The system refuses.
    pub fn open(&self, export: Export) -> Result<Input, Refusal> {
        match self.file(export)? {
            Some(file) => Ok(Box::new(file)),
            None => Ok(Box::new(io::Cursor::new(export.empty()))),
        }
    }

    /// The file of an export; `None` where an optional one is not there.
    ///
    /// # Errors
    /// The system refuses.
    pub fn file(&self, export: Export) -> Result<Option<File>, Refusal> {
        let opened = self.has(export).then(|| File::open(self.path(export))).transpose();
        opened.map_err(|error| Refusal::Unreadable { export, error })
    }
}
