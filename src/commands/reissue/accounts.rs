//! The accounts that runs paid to, read side by side in the order of beneficiaries.

use std::iter::Peekable;

use crate::bank::run::{Payment, RunError, RunFolder};
use crate::identity::BeneficiaryId;

type Rows = Box<dyn Iterator<Item = Result<Payment, RunError>>>;

/// The payments of a run and of those behind it.
pub(super) struct Accounts {
    rows: Vec<Peekable<Rows>>,
}

/// What the runs say of a beneficiary.
pub(super) struct Found {
    /// The payment of the run itself.
    pub(super) first: Payment,
    /// The newest one.
    pub(super) newest: Payment,
}

impl Accounts {
    /// Opens a run and those behind it.
    pub(super) fn from(run: u32, runs: &[RunFolder]) -> Result<Self, RunError> {
        let rows = runs.iter().filter(|other| other.number >= run).map(|run| {
            let rows: Rows = Box::new(run.payments()?);
            Ok(rows.peekable())
        });
        Ok(Self { rows: rows.collect::<Result<_, RunError>>()? })
    }

    /// Goes on to a beneficiary, who stands behind the one before; `None` if the run itself does not pay the beneficiary.
    pub(super) fn of(&mut self, beneficiary: BeneficiaryId) -> Result<Option<Found>, RunError> {
        let (mut first, mut newest) = (None, None);
        for (at, rows) in self.rows.iter_mut().enumerate() {
            let before = |row: &Result<Payment, RunError>| {
                row.as_ref().map_or(true, |payment| payment.beneficiary_id < beneficiary)
            };
            while let Some(row) = rows.next_if(before) {
                row?;
            }
            let there = |row: &&Result<Payment, RunError>| {
                row.as_ref().is_ok_and(|payment| payment.beneficiary_id == beneficiary)
            };
            if let Some(Ok(payment)) = rows.peek().filter(there) {
                newest = Some(payment.clone());
                if at == 0 {
                    first.clone_from(&newest);
                }
            }
        }
        Ok(first.zip(newest).map(|(first, newest)| Found { first, newest }))
    }
}
