//! Prepares a month: joins its exports with what the ledger keeps, and scatters the beneficiaries over parts.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use super::columns::Gathered;
use super::files::{self, RowFile};
use super::manifest::{MANIFEST, Manifest, PartRecord, Succession, Unread, part_name};
use super::schema::PART;
use super::{Control, PartitionError, part_of, row, system};
use crate::columns::Export;
use crate::dossier::Joined;
use crate::identity::BeneficiaryId;
use crate::ledger::KeptBytes;
use crate::ledger::parquet_file::{Encoded, Layout};
use crate::night::{self, Joining, NightError, Plan, Progress, UNREAD};
use crate::publish::staging::Staging;
use crate::publish::summary::{FileRecord, Identity};
use crate::revision::Stated;

/// The most parts: the row groups of all of them are gathered at once.
pub const MOST_PARTS: u32 = 512;

const TEMPORARY: &str = ".versement-tmp-";

/// What was prepared, under a temporary name until it is published; removed otherwise.
#[derive(Debug)]
pub struct Prepared {
    folder: TempDir,
    out: PathBuf,
    /// What it is.
    pub manifest: Manifest,
}

/// Prepares the month of a plan for a run of that identity (the digests of its exports apart), in so many parts. Nothing stands in
/// `out` before it is published.
///
/// # Errors
/// An export is refused, what the ledger holds can't be read, files can't be written, or rows got lost.
pub fn prepare(
    plan: &Plan<'_>,
    (identity, ledger): (Identity, Option<Succession>),
    parts: u32,
    out: &Path,
    progress: &Progress,
) -> Result<Prepared, PartitionError> {
    let out = std::path::absolute(out).map_err(system(out))?;
    let parent = out.parent().unwrap_or(&out);
    DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(system(parent))?;
    let own = fs::Permissions::from_mode(0o700);
    let folder =
        tempfile::Builder::new().prefix(TEMPORARY).permissions(own).tempdir_in(parent).map_err(system(parent))?;
    let staging = Staging::open(folder.path())?;
    let new = || Parts::new(folder.path(), parts).map_err(|error| NightError::Parts(error.to_string()));
    let (joined, rest) = night::join(plan, &staging, progress, new)?;
    let (records, batches) = joined.complete()?;

    let mut manifest = Manifest::new(identity, ledger, &rest.headers);
    manifest.sorted = rest.were_sorted;
    manifest.batches = batches.iter().map(ToString::to_string).collect();
    manifest.parts = records;
    manifest.unread = Unread::new(&rest.totals);
    manifest.unread.anomalies = Some(rest.anomalies.record());
    manifest.unread.decisions = Some(rest.decisions.record());
    let present = Export::ALL.into_iter().zip(&rest.seen).filter(|(export, _)| plan.exports.has(*export));
    let mut rows = BTreeMap::new();
    for (export, seen) in present {
        let name = export.file_name().to_owned();
        rows.insert(name.clone(), seen.rows);
        manifest.identity.inputs.push(FileRecord {
            name,
            bytes: seen.bytes,
            sha256: seen.sha256.clone(),
            blake3: None,
        });
    }
    manifest.rows = rows;
    staging.publish(vec![rest.anomalies, rest.decisions])?;
    let path = folder.path().join(MANIFEST);
    let mut file = new_file(&path)?;
    file.write_all(manifest.to_json()?.as_bytes()).and_then(|()| file.sync_all()).map_err(system(&path))?;
    staging.close()?;
    let manifest = Manifest::read(folder.path())?;
    Ok(Prepared { folder, out, manifest })
}

impl Prepared {
    /// Gives it its name.
    ///
    /// # Errors
    /// Something stands there already, or the system refuses.
    pub fn publish(self) -> Result<Manifest, PartitionError> {
        let Self { folder, out, manifest } = self;
        let sync = |path: &Path| File::open(path).and_then(|folder| folder.sync_all()).map_err(system(path));
        sync(folder.path())?;
        // A folder takes the place of an empty one only.
        fs::rename(folder.path(), &out).map_err(system(&out))?;
        // What it was called is gone; nothing is left to be removed.
        _ = folder.keep();
        sync(out.parent().unwrap_or(&out))?;
        Ok(manifest)
    }
}

impl Manifest {
    /// Whether everything that was prepared stands in a folder as it was written.
    ///
    /// # Errors
    /// Something does not.
    pub fn check(&self, folder: &Path) -> Result<(), PartitionError> {
        let unread = [&self.unread.anomalies, &self.unread.decisions].into_iter().flatten();
        for record in self.parts.iter().map(|part| &part.file).chain(unread) {
            self.open(folder, record)?;
        }
        Ok(())
    }

    /// Opens a part, if it is as it was prepared.
    ///
    /// # Errors
    /// There is no such part, or its file is missing or altered.
    pub fn open_part(&self, folder: &Path, part: u32) -> Result<File, PartitionError> {
        let count = self.count();
        let record = usize::try_from(part).ok().and_then(|part| self.parts.get(part));
        let record = record.ok_or(PartitionError::NoSuchPart { part, asked: count, count })?;
        self.open(folder, &record.file)
    }

    /// Opens a prepared file, if it is as it was written.
    pub(super) fn open(&self, folder: &Path, record: &FileRecord) -> Result<File, PartitionError> {
        // A manifest names files of its own folder only.
        let is_ours = record.name.starts_with("part-") || UNREAD.contains(&record.name.as_str());
        let path = folder.join(&record.name);
        if !is_ours || record.name.contains('/') {
            return Err(PartitionError::Altered { path, told: "this is no prepared file".to_owned() });
        }
        files::open_known(&path, record).map_err(|told| PartitionError::Altered { path, told })
    }
}

fn new_file(path: &Path) -> Result<File, PartitionError> {
    // Parts of a first pass over exports that turned out not to be sorted are written over.
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(0o600).open(path).map_err(system(path))
}

/// The parts while they are written.
struct Parts {
    limit: usize,
    layout: Layout,
    gathered: Mutex<Placing>,
    files: Vec<Mutex<PartFile>>,
}

#[derive(Debug)]
struct Placing {
    parts: Vec<Open>,
    batches: Vec<BeneficiaryId>,
}

/// What is gathered for the next row group of a part.
#[derive(Debug)]
struct Open {
    gathered: Gathered,
    control: Control,
    /// How many row groups came before.
    groups: u64,
}

impl Open {
    fn new() -> Self {
        Self { gathered: Gathered::new(PART), control: Control::default(), groups: 0 }
    }
}

struct PartFile {
    file: RowFile,
    /// The row group that comes next, and those that were encoded before their turn: at most as many as there are threads.
    next: u64,
    waiting: BTreeMap<u64, Encoded>,
}

/// What one thread gathers of its batch, by part.
struct Worker {
    parts: Vec<Open>,
    last: Option<BeneficiaryId>,
    full: Vec<(usize, u64, Gathered)>,
}

fn parts_error(error: impl Into<PartitionError>) -> NightError {
    NightError::Parts(error.into().to_string())
}

impl Parts {
    fn new(folder: &Path, parts: u32) -> Result<Self, PartitionError> {
        let layout = files::layout("part", PART)?;
        let mut files = Vec::new();
        for part in 0..parts {
            let path = folder.join(part_name(part));
            let file = RowFile::new(&path, new_file(&path)?, &layout)?;
            files.push(Mutex::new(PartFile { file, next: 0, waiting: BTreeMap::new() }));
        }
        let gathered = Mutex::new(Placing { parts: files.iter().map(|_| Open::new()).collect(), batches: Vec::new() });
        Ok(Self { limit: files::group_bytes(parts), layout, gathered, files })
    }

    /// Completes the files; the last number of each batch comes with them.
    fn complete(self) -> Result<(Vec<PartRecord>, Vec<BeneficiaryId>), PartitionError> {
        let Self { layout, gathered, files, .. } = self;
        let Placing { parts, batches } = gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut records = Vec::new();
        for ((mut open, file), part) in parts.into_iter().zip(files).zip(0..) {
            let mut file = file.into_inner().unwrap_or_else(PoisonError::into_inner).file;
            file.append(files::encode(&mut open.gathered, PART, &layout)?)?;
            let name = part_name(part);
            records.push(PartRecord { file: file.finish(&name, &[])?, control: open.control });
        }
        Ok((records, batches))
    }
}

impl Joining for Parts {
    type Worker = Worker;

    fn worker(&self) -> Worker {
        Worker { parts: self.files.iter().map(|_| Open::new()).collect(), last: None, full: Vec::new() }
    }

    fn add(
        &self,
        worker: &mut Worker,
        id: BeneficiaryId,
        joined: &Joined<'_>,
        kept: Option<KeptBytes<'_>>,
        stated: Option<&Stated>,
    ) {
        let kept = kept.map(KeptBytes::bytes);
        let part = part_of(id, u32::try_from(worker.parts.len()).unwrap_or(u32::MAX));
        let open = &mut worker.parts[part as usize];
        row::write(&mut open.gathered, id, joined, kept, stated);
        open.control.add(&Control::of_facts(id, joined, kept, stated));
        worker.last = Some(id);
    }

    fn place(&self, worker: &mut Worker) -> Result<(), NightError> {
        let mut placing = self.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        placing.batches.extend(worker.last.take());
        for (at, (open, own)) in placing.parts.iter_mut().zip(&mut worker.parts).enumerate() {
            if own.gathered.rows() == 0 {
                continue;
            }
            open.gathered.append(&mut own.gathered);
            open.control.add(&std::mem::take(&mut own.control));
            if open.gathered.bytes() >= self.limit {
                let full = std::mem::replace(&mut open.gathered, Gathered::new(PART));
                worker.full.push((at, open.groups, full));
                open.groups += 1;
            }
        }
        Ok(())
    }

    fn finish(&self, worker: &mut Worker) -> Result<(), NightError> {
        for (at, order, full) in worker.full.drain(..) {
            let encoded = full.encode(&self.layout).map_err(parts_error)?;
            let mut part = self.files[at].lock().unwrap_or_else(PoisonError::into_inner);
            part.waiting.insert(order, encoded);
            let PartFile { file, next, waiting } = &mut *part;
            while let Some(encoded) = waiting.remove(next) {
                file.append(encoded).map_err(parts_error)?;
                *next += 1;
            }
        }
        Ok(())
    }
}
