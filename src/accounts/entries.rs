//! The entries of a run: what it owes, what the bank debited, what came back.

use std::collections::BTreeMap;

use crate::bank::fund::{Account, Accounts};
use crate::bank::run::{Benefit, RunError, RunFolder};
use crate::bank::store::{Kept, State, Store, StoreError, Which};
use crate::calendar::Day;
use crate::money::Cents;

/// Why a run can't be entered.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// A file of the run can't be read.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The bank's answers can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Debits and credits differ.
    #[error("run {run}: {what}: {left} is not {right}; the files of the run were changed since it wrote them")]
    Unbalanced {
        /// The run.
        run: u32,
        /// What was compared.
        what: &'static str,
        /// One side.
        left: Cents,
        /// The other.
        right: Cents,
    },
    /// It can't be written.
    #[error("{0}; nothing was written")]
    System(#[from] std::io::Error),
}

/// An account of the books, by what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each is the key of its name in fund.toml")]
pub enum Book {
    Asr,
    Idr,
    Participation,
    Claims,
    Payable,
    Bank,
    Employers,
    State,
    Notice,
    Training,
    Penalty,
    StateShare,
}

impl Book {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Asr,
        Self::Idr,
        Self::Participation,
        Self::Claims,
        Self::Payable,
        Self::Bank,
        Self::Employers,
        Self::State,
        Self::Notice,
        Self::Training,
        Self::Penalty,
        Self::StateShare,
    ];

    /// Its number and label.
    pub fn account(self, accounts: &Accounts) -> &Account {
        match self {
            Self::Asr => &accounts.asr,
            Self::Idr => &accounts.idr,
            Self::Participation => &accounts.participation,
            Self::Claims => &accounts.claims,
            Self::Payable => &accounts.payable,
            Self::Bank => &accounts.bank,
            Self::Employers => &accounts.employers,
            Self::State => &accounts.state,
            Self::Notice => &accounts.notice,
            Self::Training => &accounts.training,
            Self::Penalty => &accounts.penalty,
            Self::StateShare => &accounts.state_share,
        }
    }
}

/// A line of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub book: Book,
    /// A debit above zero, a credit below.
    pub amount: Cents,
}

/// Which journal an entry stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JournalOf {
    /// What the run owes.
    Run,
    /// What the bank booked.
    Bank,
}

/// Which transfers the line of [`Book::Payable`] is the sum of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// All payments of the run.
    Payments,
    /// None.
    Nothing,
    /// Those debited on this day.
    Settled(String),
    /// Those credited again on this day.
    Returned(String),
}

/// An entry: its postings add up to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The day that it is entered for.
    pub day: Day,
    /// Its journal.
    pub journal: JournalOf,
    /// The run that it is about.
    pub run: u32,
    /// What it is, for the reader of the books.
    pub label: String,
    /// Its lines.
    pub postings: Vec<Posting>,
    /// What the line of [`Book::Payable`] is made of.
    pub detail: Detail,
}

impl Entry {
    /// The sum of its debits.
    pub fn debits(&self) -> Cents {
        self.postings.iter().map(|posting| posting.amount.or_zero()).sum()
    }
}

/// The sums of a run that its entries are made of.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    asr: Cents,
    idr: Cents,
    participation: Cents,
    recovered: Cents,
    net: Cents,
}

/// The entries of a run, in the order of days.
///
/// The run is entered on the last day of its month, whenever it was made: that is the month it is owed for. Debits and
/// returns are entered on the day that the bank booked them.
///
/// # Errors
/// A file can't be read, or does not add up.
pub fn of_run(run: &RunFolder, store: &Store) -> Result<Vec<Entry>, AccountsError> {
    let mut entries = vec![owed(run)?];
    entries.extend(claims(run)?);
    entries.extend(contributions(run)?);
    entries.extend(bank(run, store)?);
    entries.sort_by(|a, b| (a.day, a.journal, &a.detail).cmp(&(b.day, b.journal, &b.detail)));
    for entry in &entries {
        let sum: Cents = entry.postings.iter().map(|posting| posting.amount).sum();
        if sum != Cents::ZERO {
            let left = entry.debits();
            let what = "debits and credits of an entry";
            return Err(AccountsError::Unbalanced { run: run.number, what, left, right: left - sum });
        }
    }
    Ok(entries)
}

fn entry(run: &RunFolder, label: String, detail: Detail, postings: &[(Book, Cents)]) -> Entry {
    let postings = postings.iter().filter(|(_, amount)| *amount != Cents::ZERO);
    Entry {
        day: run.month.last_day(),
        journal: JournalOf::Run,
        run: run.number,
        label,
        postings: postings.map(|&(book, amount)| Posting { book, amount }).collect(),
        detail,
    }
}

/// What the run owes: expense, what is withheld from it, and what is left to pay.
fn owed(run: &RunFolder) -> Result<Entry, AccountsError> {
    let mut sums = Sums::default();
    let (mut arrears, mut in_claims) = (Cents::ZERO, Cents::ZERO);
    for payment in run.payments()? {
        let payment = payment?;
        sums.asr += payment.asr_gross - payment.pension_offset;
        sums.idr += payment.idr;
        sums.participation += payment.participation;
        sums.recovered += payment.recovered;
        sums.net += payment.net;
        arrears += payment.arrears;
    }
    for line in run.arrears()? {
        let line = line?;
        arrears -= line.amount;
        match line.kind {
            // The gross less the offset is what is paid and what is withheld.
            Benefit::Asr => sums.asr += line.amount + line.participation,
            Benefit::Idr => sums.idr += line.amount,
        }
        sums.participation += line.participation;
    }
    for claim in run.claims()? {
        in_claims += claim?.recovered;
    }
    let unbalanced = |what, left, right| Err(AccountsError::Unbalanced { run: run.number, what, left, right });
    if arrears != Cents::ZERO {
        return unbalanced("payments.csv less arrears.csv", arrears, Cents::ZERO);
    }
    if run.path.join("claims.csv").exists() && in_claims != sums.recovered {
        return unbalanced("recovered in payments.csv and in claims.csv", sums.recovered, in_claims);
    }
    let postings = [
        (Book::Asr, sums.asr),
        (Book::Idr, sums.idr),
        (Book::Participation, -sums.participation),
        (Book::Claims, -sums.recovered),
        (Book::Payable, -sums.net),
    ];
    Ok(entry(run, format!("Allocations CRP {}, passage {}", run.month, run.number), Detail::Payments, &postings))
}

/// Overpayments found in this run: the expense and what was withheld go back, the beneficiary owes the rest.
fn claims(run: &RunFolder) -> Result<Option<Entry>, AccountsError> {
    let (mut asr, mut idr, mut participation, mut owed) = (Cents::ZERO, Cents::ZERO, Cents::ZERO, Cents::ZERO);
    for claim in run.claims()? {
        let claim = claim?;
        if claim.raised != run.number {
            continue;
        }
        owed += claim.amount;
        participation += claim.participation;
        match claim.kind {
            Benefit::Asr => asr += claim.amount + claim.participation,
            Benefit::Idr => idr += claim.amount,
        }
    }
    let postings = [(Book::Claims, owed), (Book::Participation, participation), (Book::Asr, -asr), (Book::Idr, -idr)];
    let label = format!("Trop-perçus constatés {}, passage {}", run.month, run.number);
    Ok((owed != Cents::ZERO).then(|| entry(run, label, Detail::Nothing, &postings)))
}

/// What employers and the State owe the fund.
fn contributions(run: &RunFolder) -> Result<Option<Entry>, AccountsError> {
    let [mut notice, mut training, mut penalty, mut due, mut state] = [Cents::ZERO; 5];
    for row in run.contributions()? {
        let row = row?;
        notice += row.notice_due;
        training += row.dif_due;
        penalty += row.penalty_due;
        due += row.due;
        state += row.state_share;
    }
    let postings = [
        (Book::Employers, due),
        (Book::State, state),
        (Book::Notice, -notice),
        (Book::Training, -training),
        (Book::Penalty, -penalty),
        (Book::StateShare, -state),
    ];
    let label = format!("Contributions des employeurs {}, passage {}", run.month, run.number);
    Ok((due + state != Cents::ZERO).then(|| entry(run, label, Detail::Nothing, &postings)))
}

/// What the bank debited and credited again, by day.
fn bank(run: &RunFolder, store: &Store) -> Result<Vec<Entry>, AccountsError> {
    let mut by_day: BTreeMap<Detail, Cents> = BTreeMap::new();
    store.transfers(Which::Run(run.number), |kept| -> Result<(), AccountsError> {
        if let Some(day) = settled_on(&kept) {
            *by_day.entry(Detail::Settled(day.to_owned())).or_default() += kept.amount;
        }
        if let Some(day) = returned_on(&kept) {
            *by_day.entry(Detail::Returned(day.to_owned())).or_default() += kept.amount;
        }
        Ok(())
    })?;
    let entries = by_day.into_iter().filter_map(|(detail, amount)| {
        let (day, amount, what) = match &detail {
            Detail::Settled(day) => (day, amount, "Virements débités"),
            Detail::Returned(day) => (day, -amount, "Virements revenus"),
            Detail::Payments | Detail::Nothing => return None,
        };
        Some(Entry {
            day: day.parse().ok()?,
            journal: JournalOf::Bank,
            run: run.number,
            label: format!("{what}, CRP {}, passage {}", run.month, run.number),
            postings: vec![Posting { book: Book::Payable, amount }, Posting { book: Book::Bank, amount: -amount }],
            detail,
        })
    });
    Ok(entries.collect())
}

/// The day on which a transfer was debited, as far as the bank told.
pub(super) fn settled_on(kept: &Kept) -> Option<&str> {
    kept.settled_on.as_deref().filter(|_| kept.state.was_debited())
}

/// The day on which a transfer that had been debited was credited again.
pub(super) fn returned_on(kept: &Kept) -> Option<&str> {
    settled_on(kept)?;
    kept.returned_on.as_deref().filter(|_| kept.state == State::Returned)
}

/// The lettrage of what is to be paid: the transfer that paid it, be it a reissue, and the day of the debit.
///
/// # Errors
/// The bank's answers can't be read.
pub fn letter(store: &Store, end_to_end_id: &str) -> Result<Option<(String, String)>, StoreError> {
    let mut next = store.transfer(end_to_end_id)?;
    while let Some(kept) = next {
        if let Some(day) = settled_on(&kept) {
            let day = day.to_owned();
            return Ok(Some((kept.end_to_end_id, day)));
        }
        next = store.reissue_of(&kept.end_to_end_id)?;
    }
    Ok(None)
}
