use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use clap::Args;

use super::run::{EncodingName, today};
use super::table::grouped;
use super::{NOTHING, SETTLED, WITH_TROUBLE, law, say};
use crate::calendar::Month;
use crate::columns::Export;
use crate::doctor::{Look, look};
use crate::exports::{Delimiter, Encoding};
use crate::intake::Exports;
use crate::law::Law;
use crate::night::{self, Plan, Progress, Purpose};
use crate::publish::staging::Staging;

/// Looks through a month's exports before the night, and publishes nothing.
///
/// Reads every row once: columns, delimiter, encoding, order, faults with their places, rows of the month. Then settles the first
/// megabytes into a temporary folder, to tell how long the night will take and how much room it needs. Faults between files,
/// such as doubles and unknown beneficiaries, show in the run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement doctor --exports exports/2009-05
  versement doctor --exports exports/2009-05 --month 2009-05 --out out

Exit status: 0 nothing to do; 1 a run would publish, with faults to look at; 2 a run would publish nothing.")]
pub(super) struct Doctor {
    /// The folder with beneficiaries.csv, earnings.csv and, if there is one, events.csv
    #[arg(long, value_name = "DIR")]
    exports: PathBuf,
    /// The month that is to be paid, as 2009-05; the month before today if not given
    #[arg(long, value_name = "MONTH")]
    month: Option<Month>,
    /// The folder that the run is to publish to, for its room; the working folder if not given
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// The encoding of the exports
    #[arg(long, value_enum, default_value_t = EncodingName::Utf8)]
    encoding: EncodingName,
    /// A law file instead of the one in the program (see `versement law`)
    #[arg(long, value_name = "FILE")]
    law: Option<PathBuf>,
}

/// How much of each export is settled to measure a night.
const SAMPLE: u64 = 8 << 20;

/// What has to be told, and how bad it is.
#[derive(Default)]
struct Told {
    lines: Vec<String>,
    status: u8,
}

impl Told {
    fn tell(&mut self, status: u8, line: String) {
        self.lines.push(line);
        self.status = self.status.max(status);
    }
}

impl Doctor {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let law = law::read(self.law.as_ref())?;
        let month = self.month.unwrap_or_else(|| today().month().minus(1));
        let exports = Exports::find(&self.exports).with_context(|| self.exports.display().to_string())?;
        let mut told = Told { lines: Vec::new(), status: SETTLED };
        let mut table = Vec::new();
        let mut is_sorted = true;
        let mut is_whole = true;
        for export in Export::ALL {
            if !exports.has(export) {
                // The other exports are for those who have them.
                if export != Export::Events {
                    continue;
                }
                let none = "none: no event interrupts anybody".to_owned();
                table.push([export.to_string(), none, String::new(), String::new(), String::new()]);
                continue;
            }
            match look(export, exports.open(export)?, self.encoding.encoding(), month) {
                Ok(look) => {
                    is_sorted &= look.unsorted_at.is_none();
                    table.push(row(export, exports.size(export), &look));
                    self.tell(export, month, &look, &mut told);
                }
                Err(refusal) => {
                    is_whole = false;
                    told.tell(NOTHING, format!("{refusal}"));
                }
            }
        }
        if month.last_day() >= today() {
            told.tell(NOTHING, format!("{month} is not over yet: a run needs --provisional"));
        }
        if law.first_day().is_some_and(|first| month.last_day() < first) {
            told.tell(NOTHING, format!("{month}: the law has no CRP yet; check --month"));
        }
        if let Err(unknown) = law.verified(month.last_day()) {
            told.tell(WITH_TROUBLE, format!("{unknown}: payments that need it are held (A402)"));
        }
        let mut out = super::table::text(&["file", "bytes", "rows", "form", "order"], &table);
        if is_whole {
            out += &self.night(&law, month, &exports, is_sorted, &mut told)?;
        }
        if told.lines.is_empty() {
            out += "\nnothing to do: a run can begin\n";
        } else {
            out += &format!("\n{}\n", told.lines.join("\n"));
        }
        say(&out);
        Ok(told.status)
    }

    fn tell(&self, export: Export, month: Month, look: &Look, told: &mut Told) {
        for (number, name) in &look.header.unknown {
            told.tell(SETTLED, format!("{export}:1:{number}: column {name} is not known and will be ignored (A110)"));
        }
        for (code, faults) in &look.faults {
            let entry = code.entry();
            let status = if entry.effect == crate::anomaly::Effect::None { SETTLED } else { WITH_TROUBLE };
            let place = |(line, column): &(u64, Option<usize>)| match column {
                Some(column) => format!("{line}:{column}"),
                None => line.to_string(),
            };
            let places: Vec<_> = faults.places.iter().map(place).collect();
            let more = if faults.number > places.len() as u64 { ", …" } else { "" };
            let (number, places) = (grouped(&faults.number.to_string()), places.join(", "));
            let (code, meaning, remedy) = (entry.code, entry.meaning, entry.remedy);
            told.tell(status, format!("{export}: {number} × {code} {meaning}, at {places}{more}; {remedy}"));
        }
        if let Some(line) = look.cut_at {
            told.tell(
                SETTLED,
                format!("{export}:{line}: no line end behind the last row (A112); check that the file is whole"),
            );
        }
        if export == Export::Earnings && look.rows > 0 && look.of_month == 0 {
            told.tell(WITH_TROUBLE, format!("{export}: no row is for {month}; is this the export of another month?"));
        }
        if look.later > 0 {
            let later = grouped(&look.later.to_string());
            told.tell(
                SETTLED,
                format!("{export}: {later} rows are for months after {month} and will be ignored (A111)"),
            );
        }
        // Two systems wrote a file in which a few rows are not text; in one of another encoding it is every accented letter.
        let not_text = look.faults.get(&crate::anomaly::Code::NotText).map_or(0, |faults| faults.number);
        if not_text * 50 > look.rows && self.encoding.encoding() == Encoding::Utf8 {
            told.tell(WITH_TROUBLE, format!("{export}: this is hardly UTF-8; look again with --encoding windows-1252"));
        }
    }

    /// How long the night will take and how much room it needs, from a sample that is settled and thrown away.
    fn night(
        &self,
        law: &Law,
        month: Month,
        exports: &Exports,
        is_sorted: bool,
        told: &mut Told,
    ) -> anyhow::Result<String> {
        let out = existing(&self.out);
        let free = rustix::fs::statvfs(out).with_context(|| out.display().to_string())?;
        let free = free.f_bavail.saturating_mul(free.f_frsize);
        let Some(sample) = self.measure(law, month, exports)? else {
            return Ok("\nthe night was not measured: the first rows can't be settled on their own\n".to_owned());
        };
        let all = exports.bytes().max(1);
        let whole = |part: u128| part * u128::from(all) / u128::from(sample.read.max(1));
        let millis = whole(sample.took.as_millis());
        let written = u64::try_from(whole(u128::from(sample.written))).unwrap_or(u64::MAX);
        let sorting = if is_sorted { 0 } else { all + all / 5 };
        let needed = written.saturating_add(sorting);
        let mega = |bytes: u64| grouped(&bytes.div_ceil(1_000_000).to_string());
        if needed > free {
            let line = format!(
                "{}: {} MB are free, about {} MB are needed; make room",
                out.display(),
                mega(free),
                mega(needed)
            );
            told.tell(NOTHING, line);
        }
        Ok(format!(
            "\nabout {}.{} s for the night, measured on {} MB of {} MB; about {} MB of room needed, {} MB free\n",
            millis / 1000,
            millis % 1000 / 100,
            mega(sample.read),
            mega(all),
            mega(needed),
            mega(free),
        ))
    }

    fn measure(&self, law: &Law, month: Month, exports: &Exports) -> anyhow::Result<Option<Sample>> {
        let folder = tempfile::Builder::new().prefix(".versement-tmp-").tempdir_in(existing(&self.out))?;
        let mut read = 0;
        for export in Export::ALL {
            if let Some(file) = exports.file(export)? {
                read += begin(file, &folder.path().join(export.file_name()))?;
            }
        }
        let exports = Exports::find(folder.path())?;
        let staging = Staging::open(&folder.path().join("out"))?;
        let plan = Plan {
            month,
            purpose: Purpose::Run,
            law,
            exports: &exports,
            encoding: self.encoding.encoding(),
            threads: std::thread::available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN),
            with_digests: true,
            batch_bytes: Plan::BATCH_BYTES,
            ledger: None,
        };
        let began = Instant::now();
        let Ok(settled) = night::settle(&plan, &staging, &Progress::default()) else { return Ok(None) };
        let written = settled.files.iter().map(crate::publish::staging::StagedFile::length).sum();
        Ok(Some(Sample { read, written, took: began.elapsed() }))
    }
}

/// What a sample came to.
struct Sample {
    read: u64,
    written: u64,
    took: Duration,
}

fn row(export: Export, bytes: u64, look: &Look) -> [String; 5] {
    let dialect = &look.header.dialect;
    let delimiter = match dialect.delimiter {
        Delimiter::Comma => "comma",
        Delimiter::Semicolon => "semicolon",
    };
    let encoding = match dialect.encoding {
        Encoding::Utf8 => "UTF-8",
        Encoding::Windows1252 => "Windows-1252",
    };
    let order = look.unsorted_at.map_or_else(|| "sorted".to_owned(), |line| format!("not sorted, from line {line} on"));
    let figures = [bytes, look.rows].map(|number| grouped(&number.to_string()));
    let [bytes, rows] = figures;
    [export.to_string(), bytes, rows, format!("{delimiter}, {encoding}"), order]
}

/// Copies the first rows of a file, and says how many bytes they are.
fn begin(mut file: std::fs::File, to: &Path) -> anyhow::Result<u64> {
    let told = || to.display().to_string();
    file.seek(SeekFrom::Start(0)).with_context(told)?;
    let mut bytes = Vec::new();
    file.take(SAMPLE + 1).read_to_end(&mut bytes).with_context(told)?;
    if bytes.len() as u64 > SAMPLE
        && let Some(end) = memchr::memrchr(b'\n', &bytes)
    {
        bytes.truncate(end + 1);
    }
    std::fs::File::create(to).and_then(|mut copy| copy.write_all(&bytes)).with_context(told)?;
    Ok(bytes.len() as u64)
}

/// A folder, or the nearest one above it that is there.
fn existing(folder: &Path) -> &Path {
    let found = folder.ancestors().find(|above| above.is_dir() && !above.as_os_str().is_empty());
    found.unwrap_or(Path::new("."))
}
