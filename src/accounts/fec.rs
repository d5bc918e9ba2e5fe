//! The books as a FEC (fichier des écritures comptables, article A47 A-1 of the Livre des procédures fiscales): 18 columns,
//! tabs, decimal comma, entries numbered without a gap.

use std::io::{self, Write};

use super::entries::{AccountsError, Book, Detail, Entry, JournalOf, letter, returned_on, settled_on};
use crate::bank::fund::Fund;
use crate::bank::run::RunFolder;
use crate::bank::store::{Store, Which};
use crate::calendar::Day;
use crate::money::Cents;

/// The header, in the order of the article.
pub const HEADER: &str = "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\tCompAuxLib\t\
                          PieceRef\tPieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\tValidDate\tMontantdevise\t\
                          Idevise\n";

/// The name of the file: SIREN, `FEC`, and the last day of the year of the last entry.
pub fn file_name(fund: &Fund, entries: &[Entry]) -> String {
    let year = entries.iter().map(|entry| entry.day.year()).max().unwrap_or_default();
    format!("{}FEC{year:04}1231.txt", fund.fund.siren)
}

/// One line on the account of what is to be paid: a beneficiary's.
struct Line {
    beneficiary: String,
    amount: Cents,
    letter: Option<(String, String)>,
}

/// Writes entries; what is to be paid stands there beneficiary by beneficiary, lettered where the bank debited it.
///
/// # Errors
/// A file can't be read or written, or the lines of an entry don't come to its sum.
pub fn write(
    out: &mut impl Write,
    fund: &Fund,
    entries: &[Entry],
    runs: &[RunFolder],
    store: &Store,
) -> Result<(), AccountsError> {
    out.write_all(HEADER.as_bytes())?;
    for (entry, number) in entries.iter().zip(1_u64..) {
        let Some(run) = runs.iter().find(|run| run.number == entry.run) else { continue };
        for posting in &entry.postings {
            let single = Line { beneficiary: String::new(), amount: posting.amount, letter: None };
            if posting.book != Book::Payable || entry.detail == Detail::Nothing {
                line(out, fund, entry, number, posting.book, &single)?;
                continue;
            }
            let mut sum = Cents::ZERO;
            let mut write_one = |one: &Line| -> Result<(), AccountsError> {
                sum += one.amount;
                Ok(line(out, fund, entry, number, Book::Payable, one)?)
            };
            match &entry.detail {
                Detail::Nothing => {}
                Detail::Payments => {
                    for payment in run.payments()? {
                        let payment = payment?;
                        write_one(&Line {
                            beneficiary: payment.beneficiary_id.to_string(),
                            amount: -payment.net,
                            letter: letter(store, &payment.end_to_end_id)?,
                        })?;
                    }
                }
                Detail::Settled(day) => store.transfers(Which::Run(run.number), |kept| {
                    let letter = settled_on(&kept).filter(|found| found == day);
                    let letter = letter.map(|day| (kept.end_to_end_id.clone(), day.to_owned()));
                    match letter {
                        None => Ok(()),
                        letter => write_one(&Line { beneficiary: kept.beneficiary, amount: kept.amount, letter }),
                    }
                })?,
                Detail::Returned(day) => store.transfers(Which::Run(run.number), |kept| {
                    if returned_on(&kept) != Some(day.as_str()) {
                        return Ok(());
                    }
                    let again = store.reissue_of(&kept.end_to_end_id)?;
                    let letter = again.map(|again| letter(store, &again.end_to_end_id)).transpose()?.flatten();
                    write_one(&Line { beneficiary: kept.beneficiary, amount: -kept.amount, letter })
                })?,
            }
            if sum != posting.amount {
                let what = "the beneficiaries' lines and the sum of an entry";
                return Err(AccountsError::Unbalanced { run: entry.run, what, left: sum, right: posting.amount });
            }
        }
    }
    Ok(())
}

fn line(out: &mut impl Write, fund: &Fund, entry: &Entry, number: u64, book: Book, line: &Line) -> io::Result<()> {
    let accounts = &fund.accounts;
    let journal = match entry.journal {
        JournalOf::Run => &accounts.run_journal,
        JournalOf::Bank => &accounts.bank_journal,
    };
    let account = book.account(accounts);
    let day = compact(entry.day);
    let (letter, letter_day) = line.letter.clone().unwrap_or_default();
    let letter_day = letter_day.replace('-', "");
    let auxiliary =
        if line.beneficiary.is_empty() { String::new() } else { format!("Allocataire {}", line.beneficiary) };
    writeln!(
        out,
        "{}\t{}\t{number}\t{day}\t{}\t{}\t{}\t{auxiliary}\tPASSAGE-{:04}\t{day}\t{}\t{}\t{}\t{letter}\t{letter_day}\t{day}\t\t",
        journal.code,
        journal.label,
        account.number,
        account.label,
        line.beneficiary,
        entry.run,
        entry.label,
        comma(line.amount.or_zero()),
        comma((-line.amount).or_zero()),
    )
}

fn comma(amount: Cents) -> String {
    amount.to_string().replace('.', ",")
}

fn compact(day: Day) -> String {
    day.to_string().replace('-', "")
}
