//! Files of rows: written with their digest, a row group at a time; opened only where their digest is the one that is known.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use parquet::basic::Compression;
use parquet::file::reader::{FileReader, SerializedFileReader};
use sha2::{Digest, Sha256};

use super::columns::{Gathered, Group, has_fields};
use super::schema::{self, Field};
use super::{PartitionError, system};
use crate::ledger::parquet_file::{Encoded, Layout, Writer};
use crate::publish::summary::FileRecord;

/// About how much memory the row groups of all parts take together, where all are gathered or read at once.
const ALL_GROUPS: usize = 128 << 20;
/// A row group is no smaller, as each costs some kilobytes of its own, and no larger, as one is read at once.
const GROUP: (usize, usize) = (256 << 10, 8 << 20);

/// About how many bytes a row group takes in memory, where there are so many parts.
pub(super) fn group_bytes(parts: u32) -> usize {
    (ALL_GROUPS / usize::try_from(parts.max(1)).unwrap_or(1)).clamp(GROUP.0, GROUP.1)
}

/// How rows of some fields are written.
pub(super) fn layout(name: &str, fields: &[Field]) -> Result<Layout, PartitionError> {
    Ok(Layout::of(name, schema::parquet(fields)?, Compression::LZ4_RAW, Some("beneficiary_id"))?)
}

/// A file as the format writes to it, in small pieces; its digest is taken on the way.
#[derive(Debug)]
pub(super) struct DigestFile {
    file: File,
    buffer: Vec<u8>,
    digest: Sha256,
    length: u64,
}

impl DigestFile {
    const LARGEST: usize = 256 << 10;

    pub(super) fn new(file: File) -> Self {
        Self { file, buffer: Vec::new(), digest: Sha256::new(), length: 0 }
    }

    /// The file is complete: it is brought to the disk, and told by its name, length and digest.
    pub(super) fn finish(mut self, name: &str) -> io::Result<FileRecord> {
        self.flush()?;
        self.file.sync_all()?;
        let sha256 = Some(crate::hexadecimal(&self.digest.finalize()));
        Ok(FileRecord { name: name.to_owned(), bytes: self.length, sha256, blake3: None })
    }
}

impl Write for DigestFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > Self::LARGEST {
            self.flush()?;
        }
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.buffer)?;
        self.digest.update(&self.buffer);
        self.length += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// A file of rows that is written.
#[derive(Debug)]
pub(super) struct RowFile {
    path: PathBuf,
    writer: Writer<DigestFile>,
}

impl RowFile {
    pub(super) fn new(path: &Path, file: File, layout: &Layout) -> Result<Self, PartitionError> {
        Ok(Self { path: path.to_owned(), writer: layout.writer(DigestFile::new(file))? })
    }

    /// Appends a row group.
    pub(super) fn append(&mut self, encoded: Encoded) -> Result<(), PartitionError> {
        Ok(self.writer.append(encoded)?)
    }

    /// Gathers nothing any more, says what the file is, and completes it.
    pub(super) fn finish(mut self, name: &str, notes: &[(&str, String)]) -> Result<FileRecord, PartitionError> {
        for (key, value) in notes {
            self.writer.note(key, value.clone());
        }
        self.writer.finish()?.finish(name).map_err(system(&self.path))
    }
}

/// Row groups of a file, one after the other.
pub(super) struct Groups {
    reader: SerializedFileReader<File>,
    fields: &'static [Field],
    next: usize,
}

impl std::fmt::Debug for Groups {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Groups").field("next", &self.next).finish_non_exhaustive()
    }
}

impl Groups {
    /// Opens a file whose digest was found right.
    pub(super) fn open(file: File, fields: &'static [Field]) -> Result<Self, String> {
        let told = |error: parquet::errors::ParquetError| error.to_string();
        let reader = SerializedFileReader::new(file).map_err(told)?;
        if !has_fields(&reader, fields).map_err(told)? {
            return Err("its columns are not those of this program".to_owned());
        }
        Ok(Self { reader, fields, next: 0 })
    }

    /// What the file says of itself.
    pub(super) fn note(&self, key: &str) -> Option<&str> {
        let notes = self.reader.metadata().file_metadata().key_value_metadata()?;
        notes.iter().find(|note| note.key == key)?.value.as_deref()
    }

    /// The next row group with rows in it.
    pub(super) fn next_group(&mut self) -> Result<Option<Group>, String> {
        while self.next < self.reader.num_row_groups() {
            self.next += 1;
            let group = Group::read(&self.reader, self.next - 1, self.fields).map_err(|error| error.to_string())?;
            if group.rows() > 0 {
                return Ok(Some(group));
            }
        }
        Ok(None)
    }
}

/// A file, if it is as long and has the digest that are known of it; what is wrong with it otherwise.
pub(super) fn open_known(path: &Path, known: &FileRecord) -> Result<File, String> {
    let failed = |error: io::Error| error.to_string();
    let mut file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.len() != known.bytes {
        return Err(format!("it is not {} bytes long any more", known.bytes));
    }
    if Some(digest_of(&mut file).map_err(failed)?) != known.sha256 {
        return Err("its SHA-256 is not the one that was written down".to_owned());
    }
    Ok(file)
}

/// SHA-256 of a file from its beginning on, in hexadecimal digits; the file stands at its beginning afterwards.
pub(super) fn digest_of(file: &mut File) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => digest.update(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    file.rewind()?;
    Ok(crate::hexadecimal(&digest.finalize()))
}

/// Encodes gathered rows, and leaves nothing of them.
pub(super) fn encode(
    gathered: &mut Gathered,
    fields: &'static [Field],
    layout: &Layout,
) -> parquet::errors::Result<Encoded> {
    std::mem::replace(gathered, Gathered::new(fields)).encode(layout)
}
