use std::path::PathBuf;
use std::time::Instant;

use anyhow::bail;
use clap::Args;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use super::table::grouped;
use super::{SETTLED, say};
use crate::calendar::Month;
use crate::columns::Export;
use crate::generate::{FileWritten, Plan, Share, write_exports};

/// Makes exports of people who don't exist: to try the program, to test it, to measure it.
///
/// The same arguments give the same bytes on any machine. The spread of cases, wages, pensions, events and jobs follows what was
/// published of the CRP.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement generate --month 2009-05 --beneficiaries 300 --seed 1 --out exports/2009-05
  versement generate --month 2009-05 --beneficiaries 9000 --seed 7 --faults 5 --shuffled --out hard")]
pub(super) struct Generate {
    /// The month that the exports are for, as 2009-05
    #[arg(long, value_name = "MONTH")]
    month: Month,
    /// How many beneficiaries
    #[arg(long, value_name = "N")]
    beneficiaries: u64,
    /// Other numbers give other people
    #[arg(long, value_name = "S")]
    seed: u64,
    /// The folder to write to; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// How many beneficiaries in a hundred have a fault, drawn from the codes that a row can have
    #[arg(long, value_name = "PERCENT", default_value = "0")]
    faults: Share,
    /// Make followup.csv and employers.csv too, and some contrats de transition professionnelle
    #[arg(long)]
    complete: bool,
    /// Write the rows in no order
    #[arg(long)]
    shuffled: bool,
    /// Replace exports that stand in --out
    #[arg(long)]
    force: bool,
    /// Print nothing but trouble
    #[arg(long, short)]
    quiet: bool,
}

impl Generate {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let plan = Plan {
            month: self.month,
            beneficiaries: self.beneficiaries,
            seed: self.seed,
            faults: self.faults,
            complete: self.complete,
            shuffled: self.shuffled,
        };
        let stands = |export: &Export| self.out.join(export.file_name()).symlink_metadata().is_ok();
        if let Some(export) = Export::ALL.into_iter().find(stands).filter(|_| !self.force) {
            let path = self.out.join(export.file_name());
            bail!("{}: exports stand here already; choose another --out, or replace them with --force", path.display());
        }
        let bar = if self.quiet { ProgressBar::hidden() } else { ProgressBar::new(self.beneficiaries) };
        let style = ProgressStyle::with_template(
            "generating [{bar:30}] {percent:>3} %  {human_pos}/{human_len}  {msg}  {eta} left",
        )?;
        bar.set_style(style.progress_chars("=> "));
        let started = Instant::now();
        let written = write_exports(&plan, &self.out, |done| {
            let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
            bar.set_message(format!("{}/s", HumanCount(done.saturating_mul(1000) / millis)));
            bar.set_position(done);
        })?;
        bar.finish_and_clear();
        if !self.quiet {
            let row = |name: &str, file: &FileWritten| {
                [name.to_owned(), grouped(&file.rows.to_string()), grouped(&file.bytes.to_string())]
            };
            let mut rows = vec![
                row("beneficiaries.csv", &written.beneficiaries),
                row("events.csv", &written.events),
                row("earnings.csv", &written.earnings),
            ];
            rows.extend(written.followup.as_ref().map(|file| row("followup.csv", file)));
            rows.extend(written.employers.as_ref().map(|file| row("employers.csv", file)));
            say(&super::table::text(&["file", "rows", "bytes"], &rows));
            say(&format!("\nwritten to {}\n", self.out.display()));
        }
        Ok(SETTLED)
    }
}
