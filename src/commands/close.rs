use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use super::table::{figures, grouped};
use super::{SETTLED, now, say};
use crate::calendar::Month;
use crate::ledger::{ClosedMonth, HeldLedger, Run};
use crate::money::Cents;
use crate::publish::Table;

/// Closes a month: it is not run any more, its corrections are paid or claimed in later months.
///
/// Prints the month's control totals, added up anew from the payments of its runs.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement close 2009-05
  versement close 2009-05 --ledger books

Exit status: 0 closed, or closed before; 2 not closed, as the totals don't agree or the month was not run; 75 a run holds the ledger.")]
pub(super) struct Close {
    /// The month, as 2009-05
    #[arg(value_name = "MONTH")]
    month: Month,
    /// The ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
}

impl Close {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        if !self.ledger.exists() {
            bail!("{}: no ledger stands here", self.ledger.display());
        }
        let ledger = HeldLedger::hold(&self.ledger, &format!("close, process {} since {}", std::process::id(), now()))?;
        let month = self.month.to_string();
        if let Some(closed) = ledger.closed_months()?.into_iter().find(|closed| closed.month == month) {
            say(&format!("{month} was closed before\n\n{}", totals(&closed)));
            return Ok(SETTLED);
        }
        let all = ledger.runs()?;
        let runs: Vec<&Run> = all.iter().filter(|run| run.month == self.month).collect();
        if runs.is_empty() {
            bail!("{month} was not run; there is nothing to close");
        }
        let closed_before = ledger.closed_months()?;
        let is_open = |run: &&Run| closed_before.iter().all(|closed| closed.month != run.record.month);
        if let Some(earlier) = all.iter().filter(|run| run.month < self.month).find(is_open) {
            bail!("{} is open; close it first", earlier.month);
        }
        add_up(&runs)?;
        let closed =
            ClosedMonth::of(self.month, runs).context("a run without totals of claims, or an amount in them")?;
        if !closed.is_balanced() {
            let ClosedMonth { claims_opening, claims_raised, claims_recovered, claims_closing, .. } = closed;
            bail!(
                "claims: {claims_opening} + {claims_raised} - {claims_recovered} is not {claims_closing}; nothing was closed; \
                 see `versement verify`"
            );
        }
        ledger.close(&closed)?;
        say(&format!("{} is closed\n\n{}", self.month, totals(&closed)));
        Ok(SETTLED)
    }
}

/// Adds the payments of the runs up from their files, and compares each sum with what its run said.
fn add_up(runs: &[&Run]) -> anyhow::Result<()> {
    for run in runs {
        let path = run.folder.join(Table::Payments.file_name());
        let (paid, payments) = sum(&path).with_context(|| path.display().to_string())?;
        let totals = &run.record.summary.totals;
        if (paid.to_string(), payments) != (totals.net.clone(), totals.payments) {
            bail!(
                "{}: {payments} payments of {paid}, the run says {} of {}; nothing was closed; see `versement verify`",
                path.display(),
                totals.payments,
                totals.net
            );
        }
    }
    Ok(())
}

fn sum(path: &Path) -> anyhow::Result<(Cents, u64)> {
    let mut reader = csv::Reader::from_path(path)?;
    let column = reader.headers()?.iter().position(|name| name == "net").context("no column net")?;
    let (mut record, mut paid, mut count) = (csv::ByteRecord::new(), Cents::ZERO, 0);
    while reader.read_byte_record(&mut record)? {
        let text = record.get(column).and_then(|field| std::str::from_utf8(field).ok()).unwrap_or_default();
        paid += cents(text).with_context(|| format!("no amount: {text}"))?;
        count += 1;
    }
    Ok((paid, count))
}

/// `1234.56` as cents.
fn cents(text: &str) -> Option<Cents> {
    let (euros, cents) = text.split_once('.').filter(|(_, cents)| cents.len() == 2)?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = euros.parse::<i64>().ok().filter(|_| digits(euros) && digits(cents))?;
    whole.checked_mul(100)?.checked_add(cents.parse().ok()?).map(Cents)
}

fn totals(closed: &ClosedMonth) -> String {
    let row = |name: &str, number: &str| (name.to_owned(), grouped(number));
    let runs = closed.runs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    figures(&[
        ("runs".to_owned(), runs),
        row("payments", &closed.payments.to_string()),
        row("paid", &closed.paid),
        (String::new(), String::new()),
        row("claims before", &closed.claims_opening),
        row("+ raised", &closed.claims_raised),
        row("- recovered", &closed.claims_recovered),
        row("= claims after", &closed.claims_closing),
    ])
}
