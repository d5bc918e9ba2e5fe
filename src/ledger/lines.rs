//! The lines that a run posted, as columns of a Parquet file. A batch is a page of each column, made by the thread that settled the
//! batch; the pages of many batches make a row group.

use bytes::Bytes;
use parquet::basic::{Compression, Encoding};
use parquet::column::page::{CompressedPage, Page, PageWriter};
use parquet::errors::{ParquetError, Result};
use parquet::file::writer::{SerializedPageWriter, TrackedWrite};

use super::parquet_file::{Chunk, Columns, Encoded, Form, Layout};
use crate::identity::BeneficiaryId;
use crate::revision::Line;

/// The columns of the file.
pub(super) const COLUMNS: Columns = &[
    ("beneficiary_id", Form::Text),
    ("month", Form::Number),
    ("kind", Form::Text),
    ("nature", Form::Text),
    ("asr_days", Form::Number),
    ("asr_gross", Form::Amount),
    ("pension_offset", Form::Amount),
    ("participation", Form::Amount),
    ("idr", Form::Amount),
    ("net", Form::Amount),
];
const COUNT: usize = COLUMNS.len();

/// Columns with mostly the same values are packed; numbers of beneficiaries and amounts that differ from line to line lose little by it,
/// and it takes longer than all else.
const COMPRESSION: [Compression; COUNT] = {
    let (packed, plain) = (Compression::LZ4_RAW, Compression::UNCOMPRESSED);
    [plain, packed, packed, packed, packed, plain, packed, packed, packed, plain]
};

/// The lines of a batch: plain values, and the pages that are made of them.
#[derive(Debug, Default)]
pub(super) struct Lines {
    values: [Vec<u8>; COUNT],
    count: u32,
    /// Of the first line and of the last one.
    ids: Option<(BeneficiaryId, BeneficiaryId)>,
    pages: Option<[Made; COUNT]>,
}

/// A page with its head, and how long both are where nothing is packed.
#[derive(Debug, Default)]
struct Made {
    bytes: Vec<u8>,
    plain_length: usize,
}

impl Lines {
    pub(super) fn clear(&mut self) {
        self.values.iter_mut().for_each(Vec::clear);
        (self.count, self.ids, self.pages) = (0, None, None);
    }

    pub(super) fn add(&mut self, id: BeneficiaryId, line: &Line) {
        let [ids, months, kinds, natures, days, gross, offset, participation, idr, net] = &mut self.values;
        put_text(ids, |out| id.write(out));
        months.extend_from_slice(&month_number(line).to_le_bytes());
        put_text(kinds, |out| out.extend_from_slice(line.kind.name().as_bytes()));
        put_text(natures, |out| out.extend_from_slice(line.nature.name().as_bytes()));
        days.extend_from_slice(&i32::try_from(line.amounts.asr_days).unwrap_or(i32::MAX).to_le_bytes());
        let amounts = &line.amounts;
        for (column, amount) in [
            (gross, amounts.asr_gross),
            (offset, amounts.pension_offset),
            (participation, amounts.participation),
            (idr, amounts.idr),
            (net, amounts.net()),
        ] {
            column.extend_from_slice(&amount.0.to_le_bytes());
        }
        self.count += 1;
        self.ids = Some((self.ids.map_or(id, |(first, _)| first), id));
    }

    /// Makes the pages, if it was not done yet.
    pub(super) fn make_pages(&mut self) -> Result<()> {
        if self.pages.is_some() || self.count == 0 {
            return Ok(());
        }
        let mut pages: [Made; COUNT] = Default::default();
        for ((values, compression), page) in self.values.iter().zip(COMPRESSION).zip(&mut pages) {
            *page = match compression {
                Compression::UNCOMPRESSED => make_page(values, values.len(), self.count)?,
                _ => make_page(&lz4_flex::block::compress(values), values.len(), self.count)?,
            };
        }
        self.pages = Some(pages);
        Ok(())
    }
}

/// A text behind its length.
fn put_text(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    const LENGTH: usize = size_of::<u32>();
    let start = out.len();
    out.extend_from_slice(&[0; LENGTH]);
    write(out);
    // Words and numbers of beneficiaries have at most 20 characters.
    let length = u32::try_from(out.len() - start - LENGTH).unwrap_or(u32::MAX);
    out[start..start + LENGTH].copy_from_slice(&length.to_le_bytes());
}

/// A month as a number that people can read: 200905.
fn month_number(line: &Line) -> i32 {
    line.month.year() * 100 + line.month.number().cast_signed()
}

fn make_page(values: &[u8], plain_length: usize, count: u32) -> Result<Made> {
    let page = Page::DataPage {
        buf: Bytes::copy_from_slice(values),
        num_values: count,
        encoding: Encoding::PLAIN,
        // Each line has a value: there are no levels.
        def_level_encoding: Encoding::RLE,
        rep_level_encoding: Encoding::RLE,
        statistics: None,
    };
    let mut sink = TrackedWrite::new(Vec::with_capacity(values.len() + 64));
    let written = SerializedPageWriter::new(&mut sink).write_page(CompressedPage::new(page, plain_length))?;
    Ok(Made { bytes: sink.into_inner()?, plain_length: written.uncompressed_size })
}

/// The pages of batches until there are enough lines for a row group.
#[derive(Debug, Default)]
pub(super) struct Group {
    columns: [Made; COUNT],
    count: usize,
    ids: Option<(BeneficiaryId, BeneficiaryId)>,
}

impl Group {
    /// About so many lines are written together. What the format keeps of each such group stays in memory to the end of the file: a
    /// group a batch took 4 MiB a million beneficiaries.
    const ENOUGH: usize = 32 << 10;

    /// Adds the lines of a batch; they come in the order of beneficiaries.
    pub(super) fn add(&mut self, lines: &mut Lines) -> Result<()> {
        lines.make_pages()?;
        for (column, page) in self.columns.iter_mut().zip(lines.pages.iter().flatten()) {
            column.bytes.extend_from_slice(&page.bytes);
            column.plain_length += page.plain_length;
        }
        self.count += lines.count as usize;
        self.ids = match (self.ids, lines.ids) {
            (Some((first, _)), Some((_, last))) => Some((first, last)),
            (one, other) => one.or(other),
        };
        Ok(())
    }

    pub(super) fn is_full(&self) -> bool {
        self.count >= Self::ENOUGH
    }

    /// The row group; nothing waits any more.
    pub(super) fn encode(&mut self, layout: &Layout) -> Result<Encoded> {
        let group = std::mem::take(self);
        let too_many = |_| ParquetError::General("too many bytes for a column".to_owned());
        let text = |id: BeneficiaryId| {
            let mut text = Vec::new();
            id.write(&mut text);
            text
        };
        let mut bounds = group.ids.map(|(first, last)| (text(first), text(last)));
        let columns = group.columns.into_iter().zip(COMPRESSION).map(|(column, compression)| {
            Ok(Chunk {
                plain_length: i64::try_from(column.plain_length).map_err(too_many)?,
                bytes: column.bytes.into(),
                compression,
                // The numbers of beneficiaries tell where to look for one of them.
                bounds: bounds.take(),
            })
        });
        layout.of_chunks(group.count, columns.collect::<Result<Vec<_>>>()?)
    }
}
