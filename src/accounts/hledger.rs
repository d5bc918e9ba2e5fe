//! The books as a journal of hledger, strict: every account and the currency are declared, and each close asserts its
//! balances.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::entries::{Book, Entry, JournalOf};
use crate::bank::fund::{Accounts, Fund};
use crate::money::Cents;

/// Writes entries.
///
/// What is owed, withheld and claimed stands in an account of its run, so that the balances that a close asserts hold in this
/// journal alone and in one that includes others.
///
/// # Errors
/// They can't be written.
pub fn write(out: &mut impl Write, fund: &Fund, entries: &[Entry]) -> io::Result<()> {
    writeln!(out, "; {}, CRP\ncommodity 1000.00 EUR", fund.fund.name)?;
    let mut names: BTreeMap<String, char> = BTreeMap::new();
    for entry in entries {
        for posting in &entry.postings {
            names.insert(name(&fund.accounts, posting.book, entry.run), kind(posting.book));
        }
    }
    for (name, kind) in &names {
        writeln!(out, "account {name}  ; type:{kind}")?;
    }
    let mut last: BTreeMap<u32, usize> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        last.insert(entry.run, at);
    }
    let mut balances: BTreeMap<(u32, Book), Cents> = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        writeln!(out, "\n{} * (RUN-{:04}) {}", entry.day, entry.run, entry.label)?;
        for posting in &entry.postings {
            writeln!(out, "    {}    {} EUR", name(&fund.accounts, posting.book, entry.run), posting.amount)?;
            *balances.entry((entry.run, posting.book)).or_default() += posting.amount;
        }
        let closes_month = entry.journal == JournalOf::Run
            && entries.get(at + 1).is_none_or(|next| next.run != entry.run || next.journal == JournalOf::Bank);
        if closes_month || last.get(&entry.run) == Some(&at) {
            writeln!(out, "\n{} * (RUN-{:04}) Soldes à la clôture", entry.day, entry.run)?;
            for (&(run, book), balance) in &balances {
                if run == entry.run && of_run(book) {
                    writeln!(out, "    {}    0.00 EUR = {balance} EUR", name(&fund.accounts, book, run))?;
                }
            }
        }
    }
    Ok(())
}

/// Whether an account is kept run by run.
fn of_run(book: Book) -> bool {
    matches!(book, Book::Participation | Book::Claims | Book::Payable | Book::Employers | Book::State)
}

fn name(accounts: &Accounts, book: Book, run: u32) -> String {
    let account = book.account(accounts);
    let name = format!("{} {}", account.number, account.label);
    if of_run(book) { format!("{name}:passage {run:04}") } else { name }
}

/// hledger's type of an account: asset, liability, expense, revenue.
fn kind(book: Book) -> char {
    match book {
        Book::Asr | Book::Idr => 'X',
        Book::Participation | Book::Payable => 'L',
        Book::Claims | Book::Bank | Book::Employers | Book::State => 'A',
        Book::Notice | Book::Training | Book::Penalty | Book::StateShare => 'R',
    }
}
