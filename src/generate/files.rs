//! Rows to sinks, in order or shuffled, with a fixed amount of memory.

use std::io::Write;

use super::random::Shuffle;
use super::rows::{self, DayTexts, Export};
use super::sample::{Sample, Source};
use super::truth::Truth;
use super::{FileWritten, GenerateError};

/// A file as far as it is written.
pub(super) struct Sink<W> {
    name: String,
    out: W,
    buffer: Vec<u8>,
    rows: u64,
    bytes: u64,
}

impl<W: Write> Sink<W> {
    const FULL: usize = 1 << 18;

    /// A sink that begins with the header. The name stands in errors.
    pub(super) fn new(name: String, out: W, export: Export) -> Self {
        let mut buffer = Vec::with_capacity(Self::FULL + (1 << 14));
        buffer.extend_from_slice(export.header().as_bytes());
        buffer.push(b'\n');
        Self { name, out, buffer, rows: 0, bytes: 0 }
    }

    fn flush(&mut self) -> Result<(), GenerateError> {
        self.bytes += self.buffer.len() as u64;
        let written = self.out.write_all(&self.buffer).and_then(|()| self.out.flush());
        self.buffer.clear();
        written.map_err(|source| GenerateError::Write { file: self.name.clone(), source })
    }

    fn row(&mut self, sample: &Sample, export: Export, place: usize, days: &DayTexts) -> Result<(), GenerateError> {
        let out = &mut self.buffer;
        match export {
            Export::Beneficiaries => rows::beneficiary(sample, place > 0, days, out),
            Export::Events => rows::event(sample, &sample.events[place], days, out),
            Export::Earnings => rows::earning(sample, &sample.earnings[place], days, out),
            Export::Followup => sample.followup[place].write(sample, days, out),
            Export::Employers => sample.dismissals[place].write(sample, out),
        }
        self.rows += 1;
        if self.buffer.len() < Self::FULL { Ok(()) } else { self.flush() }
    }

    /// Writes what is left.
    pub(super) fn finish(mut self) -> Result<FileWritten, GenerateError> {
        self.flush()?;
        Ok(FileWritten { rows: self.rows, bytes: self.bytes })
    }
}

/// How many beneficiaries lie between two reports of progress.
const REPORT: u64 = 1 << 13;

/// All rows in the order of the beneficiaries.
pub(super) fn in_order<W: Write>(
    source: &Source,
    count: u64,
    sinks: &mut [Sink<W>],
    truth: &mut Truth,
    mut progress: impl FnMut(u64),
) -> Result<(), GenerateError> {
    let days = DayTexts::new();
    let mut sample = source.sample(0);
    for index in 0..count {
        source.draw(index, &mut sample);
        truth.count(source.month, &sample);
        for (sink, export) in sinks.iter_mut().zip(Export::ALL) {
            for place in 0..sample.rows(export) {
                sink.row(&sample, export, place, &days)?;
            }
        }
        if (index + 1) % REPORT == 0 || index + 1 == count {
            progress(index + 1);
        }
    }
    Ok(())
}

/// A beneficiary's rows share this many places of a shuffled file at most: only rows that lie so far apart may follow
/// each other. Each place costs a look at every beneficiary.
const PLACES: u32 = 7;

/// All rows of each file by a permutation of the places that rows could have, most of them empty.
pub(super) fn shuffled<W: Write>(
    source: &Source,
    count: u64,
    sinks: &mut [Sink<W>],
    mut progress: impl FnMut(u64),
) -> Result<(), GenerateError> {
    let days = DayTexts::new();
    let mut sample = source.sample(0);
    let places_each = |export| Sample::most_rows(export).min(u64::from(PLACES));
    let all: u64 = Export::ALL.into_iter().take(sinks.len()).map(places_each).sum();
    let mut done = 0;
    for (sink, export) in sinks.iter_mut().zip(Export::ALL) {
        let places = count * places_each(export);
        let shuffle = Shuffle::new(places, source.seed.wrapping_add(places));
        for place in 0..places {
            let place = shuffle.at(place);
            let (index, first) = (place % count, place / count);
            if source.may_have(export, index, first) {
                source.draw(index, &mut sample);
                let first = usize::try_from(first).unwrap_or(usize::MAX);
                for row in (first..sample.rows(export)).step_by(PLACES as usize) {
                    sink.row(&sample, export, row, &days)?;
                }
            }
            done += 1;
            if done % (REPORT * all) == 0 {
                progress(done / all);
            }
        }
    }
    progress(count);
    Ok(())
}
