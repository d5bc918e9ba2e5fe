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
    sizes: [Option<u64>; 3],
}

/// An export that is read from its first byte on.
#[derive(Debug)]
pub enum Input {
    /// A file.
    File(File),
    /// An optional export that is not there: a header without rows.
    Absent(&'static [u8]),
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Absent(rest) => rest.read(buffer),
        }
    }
}

impl Exports {
    /// Looks what is there.
    ///
    /// # Errors
    /// A required export is missing, or what stands in its place is no regular file.
    pub fn find(folder: &Path) -> Result<Self, Refusal> {
        let mut sizes = [None; 3];
        for export in Export::ALL {
            let refused = |error| Refusal::Unreadable { export, error };
            let path = folder.join(export.file_name());
            match fs::metadata(&path) {
                Ok(found) if found.is_file() => sizes[export as usize] = Some(found.len()),
                Ok(_) => return Err(refused(io::Error::other("not a regular file"))),
                // A link to nowhere is no absent export: its rows are somewhere, and leaving them out would pay too much.
                Err(error)
                    if error.kind() == io::ErrorKind::NotFound
                        && export == Export::Events
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
        if !self.has(export) {
            return Ok(Input::Absent(b"beneficiary_id,kind,start,end\n"));
        }
        File::open(self.path(export)).map(Input::File).map_err(|error| Refusal::Unreadable { export, error })
    }
}
