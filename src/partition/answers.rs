//! The folder of results: each file answers one part of one manifest, and its digest stands beside it.

use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::columns::Gathered;
use super::files::{self, Groups, RowFile};
use super::manifest::{Manifest, PartRecord, part_name};
use super::row::PartRow;
use super::schema::{PART, RESULT};
use super::settler::PartSetup;
use super::{PartitionError, ResultRow, system};
use crate::ledger::parquet_file::Layout;
use crate::night::Progress;

/// The folder of results within what was prepared, where no other one is given.
pub const RESULTS: &str = "results";

const TEMPORARY: &str = ".versement-tmp-";
/// What a file of results says of itself: the digest of the manifest that it answers, and its part.
const PREPARED: &str = "versement.prepared";
const OF_PART: &str = "versement.part";

/// What became of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// So many beneficiaries were settled.
    Settled(u64),
    /// It was answered before, and nothing was touched.
    AlreadyDone,
}

/// What stands in the place of a result.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing, or a file that was not completed.
    Nothing,
    /// The result.
    Result(Groups),
    /// A file that is not what was written, and what is wrong with it.
    Torn(String),
    /// The result of another part, or of something else that was prepared.
    Foreign(String),
}

/// The file with the digest of a result, in the form of `sha256sum`.
fn digest_name(part: u32) -> String {
    part_name(part).replace(".parquet", ".sha256")
}

/// Looks what stands in the place of the result of a part.
pub(super) fn look(folder: &Path, manifest: &Manifest, part: u32) -> Result<Found, PartitionError> {
    let name = part_name(part);
    let path = folder.join(&name);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(system(&path)(error)),
    };
    let digest = match fs::read_to_string(folder.join(digest_name(part))) {
        Ok(digest) => digest,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Ok(Found::Torn(error.to_string())),
    };
    if digest != digest_line(&files::digest_of(&mut file).map_err(system(&path))?, &name) {
        return Ok(Found::Torn("its SHA-256 is not the one that stands beside it".to_owned()));
    }
    let groups = match Groups::open(file, RESULT) {
        Ok(groups) => groups,
        Err(told) => return Ok(Found::Torn(told)),
    };
    Ok(if groups.note(PREPARED) != Some(&manifest.digest) {
        Found::Foreign("it answers something else than what was prepared".to_owned())
    } else if groups.note(OF_PART) != Some(&part.to_string()) {
        Found::Foreign(format!("it is the result of part {}", groups.note(OF_PART).unwrap_or_default()))
    } else {
        Found::Result(groups)
    })
}

fn digest_line(sha256: &str, name: &str) -> String {
    format!("{sha256}  {name}\n")
}

/// Writes the result of a part; nothing stands in its place before it is complete.
#[derive(Debug)]
pub struct ResultWriter {
    folder: PathBuf,
    part: u32,
    prepared: String,
    limit: usize,
    layout: Layout,
    gathered: Gathered,
    file: RowFile,
    path: tempfile::TempPath,
    rows: u64,
}

impl ResultWriter {
    /// Begins the result of a part.
    ///
    /// # Errors
    /// There is no such part, or the system refuses.
    pub fn new(results: &Path, manifest: &Manifest, part: u32) -> Result<Self, PartitionError> {
        record(manifest, part)?;
        DirBuilder::new().recursive(true).mode(0o700).create(results).map_err(system(results))?;
        let temporary = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(results).map_err(system(results))?;
        let (file, path) = temporary.into_parts();
        let layout = files::layout("result", RESULT)?;
        Ok(Self {
            folder: results.to_owned(),
            part,
            prepared: manifest.digest.clone(),
            limit: files::group_bytes(manifest.count()),
            file: RowFile::new(&path, file, &layout)?,
            path,
            gathered: Gathered::new(RESULT),
            layout,
            rows: 0,
        })
    }

    /// Adds a beneficiary; in ascending order of numbers.
    ///
    /// # Errors
    /// It can't be written.
    pub fn add(&mut self, row: &ResultRow) -> Result<(), PartitionError> {
        row.write(&mut self.gathered);
        self.rows += 1;
        if self.gathered.bytes() >= self.limit {
            self.file.append(files::encode(&mut self.gathered, RESULT, &self.layout)?)?;
        }
        Ok(())
    }

    /// Completes the result, gives it its name, and puts its digest beside it; tells how many beneficiaries it holds.
    ///
    /// # Errors
    /// The system refuses.
    pub fn publish(mut self) -> Result<u64, PartitionError> {
        self.file.append(files::encode(&mut self.gathered, RESULT, &self.layout)?)?;
        let name = part_name(self.part);
        let notes = [(PREPARED, self.prepared), (OF_PART, self.part.to_string())];
        let record = self.file.finish(&name, &notes)?;
        let folder = &self.folder;
        let digest = digest_line(&record.sha256.unwrap_or_default(), &name);
        let mut beside = tempfile::Builder::new().prefix(TEMPORARY).tempfile_in(folder).map_err(system(folder))?;
        let written = beside.write_all(digest.as_bytes()).and_then(|()| beside.as_file().sync_all());
        written.map_err(system(folder))?;
        self.path.persist(folder.join(&name)).map_err(|failed| system(folder)(failed.error))?;
        beside.persist(folder.join(digest_name(self.part))).map_err(|failed| system(folder)(failed.error))?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(system(folder))?;
        Ok(self.rows)
    }
}

/// Settles a part, unless that was done before.
///
/// # Errors
/// The part is not as it was prepared, the result of something else stands in the place of its result, or the system refuses.
pub fn settle_part(
    (prepared, manifest): (&Path, &Manifest),
    setup: &PartSetup,
    part: u32,
    results: &Path,
    progress: &Progress,
) -> Result<Answer, PartitionError> {
    record(manifest, part)?;
    match look(results, manifest, part)? {
        Found::Result(_) => return Ok(Answer::AlreadyDone),
        Found::Foreign(told) => return Err(PartitionError::Result { path: results.join(part_name(part)), told }),
        // What a killed or torn one left is written anew.
        Found::Nothing | Found::Torn(_) => {}
    }
    let mut writer = ResultWriter::new(results, manifest, part)?;
    each_row((prepared, manifest), setup, part, |row| {
        progress.add_beneficiaries(1);
        writer.add(row)
    })?;
    writer.publish().map(Answer::Settled)
}

/// Settles the beneficiaries of a part one after the other, in ascending order of their numbers.
///
/// # Errors
/// The part is not as it was prepared, or what the ledger keeps can't be read; the first error of `each`.
pub fn each_row(
    (prepared, manifest): (&Path, &Manifest),
    setup: &PartSetup,
    part: u32,
    mut each: impl FnMut(&ResultRow) -> Result<(), PartitionError>,
) -> Result<(), PartitionError> {
    let record = record(manifest, part)?;
    let path = prepared.join(&record.file.name);
    let altered = |told: String| PartitionError::Altered { path: path.clone(), told };
    let file = manifest.open(prepared, &record.file)?;
    let mut groups = Groups::open(file, PART).map_err(altered)?;
    let mut settler = setup.settler();
    let mut out = ResultRow::default();
    while let Some(group) = groups.next_group().map_err(altered)? {
        let unread = || altered("a row can't be read".to_owned());
        let mut row = PartRow::read(&group, 0).ok_or_else(unread)?;
        for at in 0..group.rows() {
            row.read_again(&group, at).ok_or_else(unread)?;
            settler.settle(&mut row, &mut out)?;
            each(&out)?;
        }
    }
    Ok(())
}

fn record(manifest: &Manifest, part: u32) -> Result<&PartRecord, PartitionError> {
    let count = manifest.count();
    manifest.parts.get(part as usize).ok_or(PartitionError::NoSuchPart { part, asked: count, count })
}
