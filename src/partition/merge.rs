//! Merges the results of all parts in the order of one machine, and checks that nobody got lost, doubled or altered on the way.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::answers::{self, Found};
use super::columns::Group;
use super::counts::{self, Control};
use super::files::Groups;
use super::manifest::{Manifest, part_name};
use super::result::KnownResult;
use super::schema::TABLES;
use super::{PartitionError, part_of, system};
use crate::columns::Export;
use crate::exports::InputDigest;
use crate::identity::BeneficiaryId;
use crate::ledger::{Books, Entries, Layouts};
use crate::night::{Phase, Progress, Settled, Timings, check_totals};
use crate::publish::staging::{PublishError, StagedFile, StagedWriter, Staging};
use crate::publish::{Algorithm, Table};
use crate::totals::Totals;

/// What is merged.
#[derive(Clone, Copy, Debug)]
pub struct Merging<'m> {
    /// What was prepared.
    pub prepared: &'m Path,
    /// Its manifest.
    pub manifest: &'m Manifest,
    /// The folder of results.
    pub results: &'m Path,
}

/// Merges the results into files under temporary names, as a night leaves them; nothing is published yet.
///
/// # Errors
/// A result is missing, altered, of another part or of something else that was prepared; beneficiaries are missing, doubled or in
/// another part than theirs; the control totals are not those of the manifest; files can't be written.
pub fn merge(merging: Merging<'_>, staging: &Staging, progress: &Progress) -> Result<Settled, PartitionError> {
    let Merging { prepared, manifest, results } = merging;
    progress.start(Phase::Merging, manifest.parts.len() as u64);
    let mut streams = open(manifest, results, progress)?;
    let mut made = Made::new(manifest, staging)?;
    let mut heap = BinaryHeap::new();
    for (at, stream) in streams.iter_mut().enumerate() {
        heap.extend(stream.advance()?.map(|id| Reverse((id, at))));
    }
    let mut batches = manifest.batches.iter().filter_map(|last| BeneficiaryId::new(last.as_bytes())).peekable();
    let mut before = None;
    while let Some(Reverse((id, at))) = heap.pop() {
        let stream = &mut streams[at];
        if before >= Some(id) {
            return Err(stream.told(format!("{id} stands in two parts, or twice in one")));
        }
        before = Some(id);
        while batches.next_if(|&last| last < id).is_some() {
            made.place()?;
        }
        made.add(stream)?;
        heap.extend(stream.advance()?.map(|next| Reverse((next, at))));
    }
    made.place()?;
    for (stream, record) in streams.iter().zip(&manifest.parts) {
        if let Some(told) = record.control.differs(&stream.control) {
            return Err(stream.told(format!("the control totals are not those of the manifest: {told}")));
        }
    }
    made.complete(prepared, manifest)
}

/// The results of one part, as they are read.
struct Stream {
    path: PathBuf,
    part: u32,
    parts: u32,
    groups: Groups,
    group: Option<Group>,
    /// The row behind the one that is read.
    next: usize,
    id: Option<BeneficiaryId>,
    control: Control,
}

/// Opens all results, if there is one of each part and nothing else.
fn open(manifest: &Manifest, results: &Path, progress: &Progress) -> Result<Vec<Stream>, PartitionError> {
    let parts = manifest.count();
    let known: Vec<_> = (0..parts).map(part_name).collect();
    for entry in std::fs::read_dir(results).into_iter().flatten() {
        let name = entry.map_err(system(results))?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".parquet") && !known.contains(&name) {
            let told = format!("{parts} parts were prepared, and it is the result of none of them");
            return Err(PartitionError::Result { path: results.join(name), told });
        }
    }
    let (mut streams, mut missing) = (Vec::new(), Vec::new());
    for part in 0..parts {
        let path = results.join(part_name(part));
        match answers::look(results, manifest, part)? {
            Found::Nothing => missing.push(part),
            Found::Torn(told) | Found::Foreign(told) => return Err(PartitionError::Result { path, told }),
            Found::Result(groups) => {
                let (group, control) = (None, Control::default());
                streams.push(Stream { path, part, parts, groups, group, next: 0, id: None, control });
            }
        }
        progress.add_done(1);
    }
    if !missing.is_empty() {
        const TOLD: usize = 10;
        let first: Vec<_> = missing.iter().take(TOLD).map(|part| format!("{part}/{parts}")).collect();
        let more = if missing.len() > TOLD { " …" } else { "" };
        return Err(PartitionError::Missing {
            folder: results.to_owned(),
            missing: missing.len(),
            count: parts,
            first: first.join(" ") + more,
        });
    }
    Ok(streams)
}

impl Stream {
    fn told(&self, told: impl Into<String>) -> PartitionError {
        PartitionError::Result { path: self.path.clone(), told: told.into() }
    }

    /// To the next row; its number, if there is one.
    fn advance(&mut self) -> Result<Option<BeneficiaryId>, PartitionError> {
        self.next += 1;
        if self.group.as_ref().is_none_or(|group| self.next > group.rows()) {
            self.group = None;
            self.group = self.groups.next_group().map_err(|told| self.told(told))?;
            self.next = 1;
        }
        let id = match self.row()? {
            None => None,
            Some(row) if row.part != self.part || part_of(row.id, self.parts) != self.part => {
                return Err(self.told(format!("{} belongs to part {}", row.id, part_of(row.id, self.parts))));
            }
            Some(row) if self.id.is_some_and(|before| before >= row.id) => {
                return Err(self.told(format!("{} stands twice, or out of order", row.id)));
            }
            Some(row) => Some(row.id),
        };
        self.id = id;
        Ok(id)
    }

    fn row(&self) -> Result<Option<KnownResult<'_>>, PartitionError> {
        let Some(group) = &self.group else { return Ok(None) };
        KnownResult::read(group, self.next - 1).map(Some).ok_or_else(|| self.told("a row can't be read"))
    }
}

/// The files that are made.
struct Made {
    files: Vec<StagedFile>,
    tables: &'static [Table],
    books: Option<(Books, StagedWriter)>,
    /// The rows of a batch.
    rows: [Vec<u8>; TABLES.len()],
    entries: Entries,
    totals: Totals,
}

impl Made {
    fn new(manifest: &Manifest, staging: &Staging) -> Result<Self, PartitionError> {
        let tables = Table::of_run(manifest.ledger.is_some());
        let mut files = Vec::new();
        for table in tables {
            let mut file = staging.file(table.file_name(), Some(Algorithm::Sha256))?;
            file.append(table.header().as_bytes())?;
            files.push(file);
        }
        let books = match manifest.ledger {
            None => None,
            Some(_) => {
                let layouts = Layouts::new()?;
                let books = Books::create(&layouts, staging)?;
                let writer = books.writer()?;
                Some((books, writer))
            }
        };
        let (rows, entries, totals) = (Default::default(), Entries::default(), Totals::default());
        Ok(Self { files, tables, books, rows, entries, totals })
    }

    /// Adds the row that a stream stands at to the batch.
    fn add(&mut self, stream: &mut Stream) -> Result<(), PartitionError> {
        let mut control = stream.control;
        if let Some(row) = stream.row()? {
            for (table, rows) in self.rows.iter_mut().zip(row.tables) {
                table.extend_from_slice(rows);
            }
            let added = counts::add(row.totals, row.id, &mut self.totals, &mut control);
            added.ok_or_else(|| stream.told("the totals of a row can't be read"))?;
            let lines = counts::lines(row.lines).ok_or_else(|| stream.told("the lines of a row can't be read"))?;
            self.entries.add_record(row.id, row.kept, &lines)?;
        }
        stream.control = control;
        Ok(())
    }

    /// Puts a batch behind those before it.
    fn place(&mut self) -> Result<(), PartitionError> {
        for (table, rows) in TABLES.into_iter().zip(&mut self.rows) {
            match self.tables.iter().position(|&made| made == table) {
                Some(at) => self.files[at].append(rows)?,
                None if rows.is_empty() => {}
                None => {
                    let told = format!("rows of {} without a ledger", table.file_name());
                    return Err(PublishError::Disagreement(told).into());
                }
            }
            rows.clear();
        }
        if let Some((books, writer)) = &mut self.books {
            let place = books.place(&mut self.entries)?;
            writer.write_at(self.entries.kept(), place)?;
        }
        self.entries.clear();
        Ok(())
    }

    /// Appends what belongs to no part, and checks the totals.
    fn complete(self, prepared: &Path, manifest: &Manifest) -> Result<Settled, PartitionError> {
        let Self { mut files, tables, books, mut totals, .. } = self;
        let unread = &manifest.unread;
        for (table, record) in [(Table::Anomalies, &unread.anomalies), (Table::Decisions, &unread.decisions)] {
            let (Some(record), Some(at)) = (record, tables.iter().position(|&made| made == table)) else { continue };
            append(manifest.open(prepared, record)?, &mut files[at]).map_err(|error| match error {
                PartitionError::System { error, .. } => {
                    PartitionError::System { path: prepared.join(&record.name), error }
                }
                error => error,
            })?;
        }
        let unread = unread.totals();
        totals.add(&unread.ok_or_else(|| PartitionError::Format("a finding is not in the catalogue".to_owned()))?);
        let seen = Export::ALL.map(|export| {
            let input = manifest.identity.inputs.iter().find(|input| input.name == export.file_name());
            let rows = manifest.rows.get(export.file_name()).copied().unwrap_or_default();
            let (bytes, sha256) = input.map_or((0, None), |input| (input.bytes, input.sha256.clone()));
            InputDigest { bytes, rows, sha256, cut_at: None }
        });
        check_totals(&totals, &seen)?;
        files.retain(|file| file.name() != Table::Contributions.file_name() || manifest.has(Export::Employers));
        let mut inputs = seen.into_iter();
        let inputs = Export::ALL.map(|export| inputs.next().filter(|_| manifest.has(export)));
        let books = books.map(|(books, ..)| books.finish()).transpose()?;
        Ok(Settled { totals, inputs, files, books, were_sorted: manifest.sorted, timings: Timings::default() })
    }
}

fn append(mut from: File, to: &mut StagedFile) -> Result<(), PartitionError> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => to.append(&buffer[..read])?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(system(Path::new(""))(error)),
        }
    }
}
