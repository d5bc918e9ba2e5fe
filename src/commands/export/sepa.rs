use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use crate::bank::files::{self, Subject, WriteError};
use crate::bank::fund::Fund;
use crate::bank::run::RunFolder;
use crate::bank::store::Store;
use crate::bank::transfers::{Order, Transfer};
use crate::calendar::Day;
use crate::commands::table::grouped;
use crate::commands::{SETTLED, say};

/// Writes the payments of a run as SEPA credit transfers (pain.001).
///
/// The files are split at the limits of the bank, read back and compared with the payments, and kept in the ledger, so that
/// the bank's answers find them. The same run gives the same bytes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement export sepa --run 3 --ledger ledger --config fund.toml --out bank/2009-05
  versement export sepa --run 3 --ledger ledger --config fund.toml --out bank/2009-05 --execution 2009-06-12

Exit status: 0 written; 2 nothing written.")]
pub(in crate::commands) struct Sepa {
    /// The number of the run
    #[arg(long, value_name = "N")]
    run: u32,
    /// The folder of the ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
    /// Who pays, and how: fund.toml
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The folder to write to; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The day of execution, as 2009-06-10; execution-day of the month after the one that is paid if not given
    #[arg(long, value_name = "DATE")]
    execution: Option<Day>,
    /// Write files anew that were exported with other content and never given to the bank
    #[arg(long)]
    replace: bool,
}

impl Sepa {
    pub(in crate::commands) fn carry_out(&self) -> anyhow::Result<u8> {
        let fund = read_fund(&self.config)?;
        say(&export(&fund, &self.ledger, self.run, &self.out, self.execution, self.replace)?);
        Ok(SETTLED)
    }
}

/// Reads `fund.toml`.
pub(in crate::commands) fn read_fund(path: &Path) -> anyhow::Result<Fund> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("{name}: the file can't be read"))?;
    Fund::read(&text).map_err(|fault| anyhow::anyhow!("{name}:{fault}"))
}

/// Writes the transfers of a run to a folder, and tells which files it wrote.
pub(in crate::commands) fn export(
    fund: &Fund,
    ledger: &Path,
    run: u32,
    out: &Path,
    execution: Option<Day>,
    replace: bool,
) -> anyhow::Result<String> {
    let run = RunFolder::find(ledger, run)?;
    let summary = &run.summary;
    if summary.identity.provisional {
        bail!("run {} is provisional: its month was not over; settle the month, then export", run.number);
    }
    let order = Order {
        fund,
        number: format!("{:04}{:02}-R{:04}", run.month.year(), run.month.number(), run.number),
        created: summary.finished.clone(),
        execution: execution.unwrap_or_else(|| fund.execution(run.month)),
    };
    let name = format!("sepa-{}-run{:04}", run.month, run.number);
    let subject = Subject { run: run.number, month: run.month, name: &name };
    let mut store = Store::open(ledger)?;
    let change = store.change()?;
    if replace {
        change.forget(run.number)?;
    }
    let transfers = run.payments()?.map(|payment| {
        let payment = payment.map_err(WriteError::from)?;
        Ok(Transfer::new(fund, run.month, &payment))
    });
    let pending = files::write(out, &order, subject, transfers, &change)?;
    let (count, amount) = pending.sums();
    if count != summary.totals.payments || amount.to_string() != summary.totals.net {
        bail!(
            "run {}: {count} transfers of {amount} in all, but the ledger has {} of {}; nothing was written; the files of the run were \
             changed since it wrote them",
            run.number,
            summary.totals.payments,
            summary.totals.net
        );
    }
    let written = pending.publish()?;
    change.keep().context("the files were written, but not kept in the ledger; export again")?;
    let mut text = String::new();
    for file in &written {
        let again = if file.again { ", the same as before" } else { "" };
        let amount = grouped(&file.amount.to_string());
        text.push_str(&format!("{}: {} transfers, {amount}{again}\n", file.name, grouped(&file.transfers.to_string())));
    }
    let amount = grouped(&amount.to_string());
    text.push_str(&format!(
        "{} transfers, {amount}, to be executed on {}\n",
        grouped(&count.to_string()),
        order.execution
    ));
    Ok(text)
}
