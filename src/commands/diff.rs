use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;

use super::table::{figures, grouped};
use super::{SETTLED, print};
use crate::calendar::Month;
use crate::identity::BeneficiaryId;
use crate::ledger::{DOSSIERS, KeptBatch, KeptStream, Ledger};
use crate::money::Cents;
use crate::revision::Kind;
use crate::settle::Amounts;

/// Tells how two runs differ: what each beneficiary was paid for each month, after the one and after the other.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement diff 3 4
  versement diff 3 4 --ledger books --rows differences.csv")]
pub(super) struct Diff {
    /// The earlier run
    #[arg(value_name = "RUN")]
    before: u32,
    /// The later run
    #[arg(value_name = "RUN")]
    after: u32,
    /// The ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
    /// Write all differing rows to a CSV file
    #[arg(long, value_name = "FILE")]
    rows: Option<PathBuf>,
}

/// How many rows are printed; --rows writes them all.
const SHOWN: usize = 20;
const HEADER: &str = "beneficiary_id,month,kind,difference,fields,net_before,net_after";

#[derive(Default)]
struct Sums {
    count: u64,
    net: Cents,
}

impl Diff {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let ledger = Ledger::open(&self.ledger)?;
        let runs = [ledger.run(self.before)?, ledger.run(self.after)?];
        let mut positions = Positions::default();
        let mut streams =
            [KeptStream::open(&runs[0].folder.join(DOSSIERS))?, KeptStream::open(&runs[1].folder.join(DOSSIERS))?];
        let mut file = self.rows.as_deref().map(create).transpose()?;
        let mut shown = Vec::new();
        let mut sums: BTreeMap<&'static str, Sums> = BTreeMap::new();
        let mut totals = [Cents::ZERO; 2];
        loop {
            let next = [streams[0].peek()?, streams[1].peek()?];
            let Some(id) = next.into_iter().flatten().min() else { break };
            positions.read(id, &mut streams)?;
            for ((month, kind), [before, after]) in &positions.by_month {
                let nets = [before.net(), after.net()];
                totals[0] += nets[0];
                totals[1] += nets[1];
                let difference = match (*before == Amounts::default(), *after == Amounts::default()) {
                    _ if before == after => continue,
                    (true, _) => "new",
                    (_, true) => "gone",
                    _ => "changed",
                };
                let sum = sums.entry(difference).or_default();
                sum.count += 1;
                sum.net += nets[1] - nets[0];
                let row = format!(
                    "{id},{month},{},{difference},{},{},{}",
                    kind.name(),
                    fields(before, after),
                    nets[0],
                    nets[1]
                );
                if let Some((path, file)) = &mut file {
                    writeln!(file, "{row}").with_context(|| path.display().to_string())?;
                }
                if shown.len() < SHOWN {
                    shown.push(row);
                }
            }
        }
        if let Some((path, file)) = &mut file {
            file.flush().with_context(|| path.display().to_string())?;
        }
        print(&self.text(&sums, totals, &shown))?;
        Ok(SETTLED)
    }

    fn text(&self, sums: &BTreeMap<&'static str, Sums>, totals: [Cents; 2], shown: &[String]) -> String {
        let mut rows = vec![(format!("paid after run {}", self.before), grouped(&totals[0].to_string()))];
        for (difference, sum) in sums {
            rows.push((format!("{difference} ({})", sum.count), grouped(&sum.net.to_string())));
        }
        rows.push((format!("paid after run {}", self.after), grouped(&totals[1].to_string())));
        let mut out = figures(&rows);
        let count: u64 = sums.values().map(|sum| sum.count).sum();
        if count > 0 {
            out += &format!("\n{HEADER}\n{}\n", shown.join("\n"));
        }
        if count > shown.len() as u64 {
            out += &format!("… {count} in all; --rows FILE writes them\n");
        }
        out
    }
}

fn create(path: &Path) -> anyhow::Result<(PathBuf, BufWriter<std::fs::File>)> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = BufWriter::new(file.with_context(|| path.display().to_string())?);
    writeln!(file, "{HEADER}").with_context(|| path.display().to_string())?;
    Ok((path.to_owned(), file))
}

/// The fields that differ, with both values: `asr_days 31>24`.
fn fields(before: &Amounts, after: &Amounts) -> String {
    let fields = [
        ("asr_days", before.asr_days.to_string(), after.asr_days.to_string()),
        ("asr_gross", before.asr_gross.to_string(), after.asr_gross.to_string()),
        ("pension_offset", before.pension_offset.to_string(), after.pension_offset.to_string()),
        ("participation", before.participation.to_string(), after.participation.to_string()),
        ("idr", before.idr.to_string(), after.idr.to_string()),
    ];
    let differing = fields.iter().filter(|(_, before, after)| before != after);
    differing.map(|(name, before, after)| format!("{name} {before}>{after}")).collect::<Vec<_>>().join(" ")
}

/// What was paid to one beneficiary, by month and kind, after each of two runs.
#[derive(Default)]
struct Positions {
    by_month: BTreeMap<(Month, Kind), [Amounts; 2]>,
    found: KeptBatch,
}

impl Positions {
    fn read(&mut self, id: BeneficiaryId, streams: &mut [KeptStream; 2]) -> anyhow::Result<()> {
        self.by_month.clear();
        for (at, stream) in streams.iter_mut().enumerate() {
            self.found.clear();
            stream.take(|next| next == id, &mut self.found)?;
            for kept in self.found.iter() {
                for position in kept.decode()?.positions.iter() {
                    for kind in Kind::ALL {
                        let amounts = kind.of(&position.amounts);
                        if amounts != Amounts::default() {
                            self.by_month.entry((position.month, kind)).or_default()[at] = amounts;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}
