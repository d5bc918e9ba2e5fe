//! The books: each run as entries that balance to the cent, in the forms that accountants take.

mod entries;
pub mod fec;
pub mod hledger;

pub use entries::{AccountsError, Book, Detail, Entry, JournalOf, Posting, letter, of_run};
