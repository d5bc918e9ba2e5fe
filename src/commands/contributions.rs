use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use super::report::write_whole;
use super::results::Which;
use super::table::grouped;
use super::{SETTLED, say};
use crate::money::Cents;
use crate::publish::Table;
use crate::results::{Contribution, Rows};

/// Adds up what each employer owes in a month: one row an employer, in the order of their numbers.
///
/// The rows of contributions.csv are read one at a time; a sum for each employer is kept in memory, about 200 bytes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement contributions --results out/2009-05 --out contributions-by-employer.csv
  versement contributions --run 1 --ledger ledger --out contributions-by-employer.csv

Exit status: 0 written; 2 nothing written: the run had no employers.csv, or its files were changed.")]
pub(super) struct Contributions {
    #[command(flatten)]
    which: Which,
    /// The file to write; one that stands there is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// The amounts of a row, in the order of the columns.
const AMOUNTS: usize = 6;

#[derive(Default)]
struct Sums {
    dismissals: u64,
    amounts: [Cents; AMOUNTS],
}

impl Sums {
    fn add(&mut self, dismissals: u64, amounts: [Cents; AMOUNTS]) {
        self.dismissals += dismissals;
        self.amounts.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount);
    }

    fn row(&self, employer: &str) -> String {
        let amounts = self.amounts.map(|amount| amount.to_string()).join(",");
        format!("{employer},{},{amounts}\n", self.dismissals)
    }
}

impl Contributions {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let run = self.which.find()?;
        let folder = run.folder.display().to_string();
        let Some(told) = &run.summary.contributions else {
            bail!("{folder}: the run read no employers.csv, and has no contributions");
        };
        let file = Table::Contributions.file_name();
        let mut rows = Rows::open(file, run.open(file)?).with_context(|| folder.clone())?;
        let mut by_employer: BTreeMap<String, Sums> = BTreeMap::new();
        let mut all = Sums::default();
        while rows.read().with_context(|| folder.clone())? {
            let row: Contribution<'_> = rows.row().with_context(|| folder.clone())?;
            let amounts = [row.notice_due, row.dif_due, row.penalty_due, row.due, row.state_share, row.employee_notice];
            match by_employer.get_mut(row.employer) {
                Some(sums) => sums.add(1, amounts),
                None => by_employer.entry(row.employer.to_owned()).or_default().add(1, amounts),
            }
            all.add(1, amounts);
        }
        let summary =
            [&told.notice_due, &told.dif_due, &told.penalty_due, &told.due, &told.state_share, &told.employee_notice];
        if all.dismissals != told.rows || all.amounts.iter().zip(summary).any(|(sum, told)| sum.to_string() != *told) {
            bail!("{folder}: {file} does not add up to what summary.json says; it was changed since the run");
        }
        let mut text =
            "employer,dismissals,notice_due,dif_due,penalty_due,due,state_share,employee_notice\n".to_owned();
        text.extend(by_employer.iter().map(|(employer, sums)| sums.row(employer)));
        write_whole(&self.out, text.as_bytes())?;
        say(&format!(
            "{} employers, {} dismissals: {} due to the fund, {} added by the State\nwritten to {}\n",
            grouped(&by_employer.len().to_string()),
            grouped(&all.dismissals.to_string()),
            grouped(&told.due),
            grouped(&told.state_share),
            self.out.display()
        ));
        Ok(SETTLED)
    }
}
