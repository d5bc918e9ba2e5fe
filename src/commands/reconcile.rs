use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use super::table::{grouped, text};
use super::{SETTLED, WITH_TROUBLE, print};
use crate::accounts::{Book, Detail, Entry, of_run};
use crate::bank::run::{Payment, RunError, RunFolder, cents};
use crate::bank::store::{Kept, State, Store, Which};
use crate::calendar::Month;
use crate::money::Cents;
use crate::publish::summary::Summary;

/// Compares what was settled, paid, given to the bank, answered and entered in the books for a month.
///
/// One table a run: each line is equal to what it is compared with, or the difference is told, with the transfers that make
/// it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement reconcile --month 2009-05 --ledger ledger

Exit status: 0 all equal; 1 something differs or is unanswered; 2 the ledger can't be read.")]
pub(super) struct Reconcile {
    /// The month, as 2009-05
    #[arg(long, value_name = "MONTH")]
    month: Month,
    /// The folder of the ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
}

/// The most rows that are told of one difference.
const ROWS: usize = 20;

impl Reconcile {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let runs = RunFolder::all(&self.ledger)?;
        let runs: Vec<_> = runs.into_iter().filter(|run| run.month == self.month).collect();
        if runs.is_empty() {
            bail!("{}: no run of {} stands here", self.ledger.display(), self.month);
        }
        let store = Store::open(&self.ledger)?;
        let mut differs = false;
        for run in &runs {
            let mut sheet = Sheet::default();
            sheet.fill(run, &store)?;
            differs |= sheet.differs;
            let heads = ["", "number", "amount", ""];
            print(&format!("run {}, {}\n{}", run.number, run.month, text(&heads, &sheet.lines)))?;
            for row in &sheet.rows {
                print(&format!("  {row}\n"))?;
            }
            if sheet.more > 0 {
                print(&format!("  and {} more\n", sheet.more))?;
            }
        }
        print(if differs { "something differs\n" } else { "all equal\n" })?;
        Ok(if differs { WITH_TROUBLE } else { SETTLED })
    }
}

/// A number of payments and their sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    count: u64,
    amount: Cents,
}

impl Sum {
    fn add(&mut self, amount: Cents) {
        self.count += 1;
        self.amount += amount;
    }
}

/// The lines of a run, and the rows that make its differences.
#[derive(Debug, Default)]
struct Sheet {
    lines: Vec<[String; 4]>,
    rows: Vec<String>,
    more: usize,
    differs: bool,
}

impl Sheet {
    fn fill(&mut self, run: &RunFolder, store: &Store) -> anyhow::Result<()> {
        let summary = &run.summary;
        let read = summary.rows.get("beneficiaries.csv").map_or(0, |rows| rows.read);
        let outcomes = &summary.outcomes;
        let all = outcomes.paid + outcomes.nil + outcomes.held + outcomes.refused;
        self.number("rows of beneficiaries.csv read", read, None);
        self.number("paid, nil, held and refused", all, Some(read));
        self.number("paid", outcomes.paid, None);

        let mut payments = Sum::default();
        for payment in run.payments()? {
            payments.add(payment?.net);
        }
        self.number("rows of payments.csv", payments.count, Some(outcomes.paid));
        self.sum("payments.csv", payments, None);
        let on_disk = Summary::read(&run.path);
        let on_disk = on_disk.with_context(|| format!("{}: no summary.json that can be read", run.path.display()))?;
        for (what, summary) in [("summary.json", &on_disk), ("ledger", summary)] {
            let amount = cents(&summary.totals.net).with_context(|| format!("{what}: totals.net is no amount"))?;
            self.sum(what, Sum { count: summary.totals.payments, amount }, Some(payments));
        }

        if let Some(claims) = &summary.claims {
            let amount = |text: &str| cents(text).context("the ledger: a sum of claims is no amount");
            let mut left = amount(&claims.opening)?;
            for claim in run.claims()? {
                let claim = claim?;
                let raised = if claim.raised == run.number { claim.amount } else { Cents::ZERO };
                left += raised - claim.recovered;
            }
            self.amount("claims before the run, raised less recovered", left, None);
            self.amount("claims after the run, ledger", amount(&claims.closing)?, Some(left));
        }

        let (mut first, mut answered, mut states) = (Sum::default(), Sum::default(), Vec::new());
        for (state, is_reissue, count, amount) in store.by_state(run.number)? {
            let final_answer = state.was_debited() || state.failed();
            if !is_reissue {
                first = Sum { count: first.count + count, amount: first.amount + amount };
                if final_answer {
                    answered = Sum { count: answered.count + count, amount: answered.amount + amount };
                }
            }
            let what = format!("  {}{}", state.name(), if is_reissue { ", paid again" } else { "" });
            let number = grouped(&count.to_string());
            states.push([what, number, grouped(&amount.to_string()), String::new()]);
        }
        let files = store.files(run.number)?;
        let of_reissues = |id: &str| id.contains("-X");
        let mut written = Sum::default();
        for file in files.iter().filter(|file| !of_reissues(&file.message_id)) {
            written = Sum { count: written.count + file.transfers, amount: written.amount + file.amount };
        }
        self.sum("bank files, CtrlSum", written, Some(payments));
        self.sum("transfers", first, Some(payments));
        if first != payments {
            self.unlike(run, store)?;
        }

        let entries = of_run(run, store)?;
        self.books(&entries, payments);
        self.sum("answers of the bank", answered, Some(first));
        self.lines.extend(states);
        for file in files {
            let debited = store.debited(&file.message_id)?;
            if let Some(booked) = file.booked.filter(|&booked| booked != debited) {
                self.row(format!("{}: the bank debited {booked} at once, its transfers come to {debited}", file.name));
            }
        }
        self.contradictions(run, store)
    }

    fn books(&mut self, entries: &[Entry], payments: Sum) {
        let debits: Cents = entries.iter().map(Entry::debits).sum();
        let posted = entries.iter().flat_map(|entry| entry.postings.iter().map(move |posting| (entry, posting)));
        let credits: Cents = posted.clone().map(|(_, posting)| (-posting.amount).or_zero()).sum();
        let payable =
            posted.filter(|(entry, posting)| entry.detail == Detail::Payments && posting.book == Book::Payable);
        let payable: Cents = payable.map(|(_, posting)| -posting.amount).sum();
        self.amount("journal, net to pay", payable, Some(payments.amount));
        self.amount("journal, debits", debits, None);
        self.amount("journal, credits", credits, Some(debits));
    }

    /// The payments that were not given to the bank as they are, and the transfers that no payment asks for.
    fn unlike(&mut self, run: &RunFolder, store: &Store) -> anyhow::Result<()> {
        let mut payments = run.payments()?.peekable();
        let mut rows = Vec::new();
        let mut missing = |payments: &mut std::iter::Peekable<_>, until: Option<&str>| -> anyhow::Result<()> {
            while let Some(payment) = payments.next_if(|row: &Result<Payment, RunError>| match (row, until) {
                (Ok(row), Some(until)) => row.beneficiary_id.to_string().as_str() < until,
                _ => true,
            }) {
                let payment: Payment = payment?;
                rows.push(format!("{}: {} in payments.csv, not given to the bank", payment.end_to_end_id, payment.net));
            }
            Ok(())
        };
        let mut others = Vec::new();
        store.transfers(Which::Run(run.number), |kept| -> anyhow::Result<()> {
            if kept.reissue_of.is_some() {
                return Ok(());
            }
            missing(&mut payments, Some(&kept.beneficiary))?;
            let same = payments.next_if(|row| row.as_ref().is_ok_and(|row| row.end_to_end_id == kept.end_to_end_id));
            match same.transpose()? {
                Some(payment) if payment.net == kept.amount => {}
                Some(payment) => {
                    let (id, net) = (&payment.end_to_end_id, payment.net);
                    others.push(format!("{id}: {net} in payments.csv, {} given to the bank", kept.amount));
                }
                None => others
                    .push(format!("{}: {} given to the bank, not in payments.csv", kept.end_to_end_id, kept.amount)),
            }
            Ok(())
        })?;
        missing(&mut payments, None)?;
        for row in rows.into_iter().chain(others) {
            self.row(row);
        }
        Ok(())
    }

    /// What the bank left unanswered, and what does not fit together in its answers.
    fn contradictions(&mut self, run: &RunFolder, store: &Store) -> anyhow::Result<()> {
        store.transfers(Which::Run(run.number), |kept| -> anyhow::Result<()> {
            let Kept { end_to_end_id: id, amount, state, .. } = &kept;
            if matches!(state, State::Sent | State::Duplicate | State::Accepted) {
                self.row(format!("{id}: {amount}, {}, and no final answer", state.name()));
            }
            if let Some(booked) = kept.booked {
                self.row(format!("{id}: {amount} given to the bank, {booked} booked"));
            }
            if kept.was_rejected && *state == State::Settled {
                self.row(format!("{id}: {amount}, rejected and yet settled"));
            }
            if *state == State::Returned && kept.settled_on.is_none() {
                self.row(format!("{id}: {amount}, returned, and no debit was imported"));
            }
            if *state == State::Settled && store.reissue_of(id)?.is_some() {
                self.row(format!("{id}: {amount}, settled, and yet paid again: ask for one of both back"));
            }
            Ok(())
        })
    }

    fn row(&mut self, row: String) {
        self.differs = true;
        if self.rows.len() < ROWS {
            self.rows.push(row);
        } else {
            self.more += 1;
        }
    }

    fn line(&mut self, what: &str, number: Option<u64>, amount: Option<Cents>, verdict: String) {
        let number = number.map_or_else(String::new, |number| grouped(&number.to_string()));
        let amount = amount.map_or_else(String::new, |amount| grouped(&amount.to_string()));
        self.lines.push([what.to_owned(), number, amount, verdict]);
    }

    fn number(&mut self, what: &str, number: u64, with: Option<u64>) {
        let verdict =
            self.verdict(with.map(|with| (number == with, format!("{}", i128::from(with) - i128::from(number)))));
        self.line(what, Some(number), None, verdict);
    }

    fn amount(&mut self, what: &str, amount: Cents, with: Option<Cents>) {
        let verdict = self.verdict(with.map(|with| (amount == with, format!("{}", with - amount))));
        self.line(what, None, Some(amount), verdict);
    }

    fn sum(&mut self, what: &str, sum: Sum, with: Option<Sum>) {
        let verdict = self.verdict(with.map(|with| {
            let missing = i128::from(with.count) - i128::from(sum.count);
            (sum == with, format!("{missing} of {}", with.amount - sum.amount))
        }));
        self.line(what, Some(sum.count), Some(sum.amount), verdict);
    }

    fn verdict(&mut self, compared: Option<(bool, String)>) -> String {
        match compared {
            None => String::new(),
            Some((true, _)) => "equal".to_owned(),
            Some((false, difference)) => {
                self.differs = true;
                format!("differs: {difference} missing")
            }
        }
    }
}
