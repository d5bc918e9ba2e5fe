//! Whether a transfer that failed is paid again, and to which account.

use super::accounts::Found;
use crate::bank::reasons::{DECEASED, is_of_beneficiary};
use crate::bank::store::Failure;
use crate::bank::transfers::{Transfer, again, sepa_name};
use crate::identity::Iban;

/// What the command says about all of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Approval {
    /// The new account, of one beneficiary.
    pub(super) iban: Option<Iban>,
    /// The same account may be paid again.
    pub(super) approve: bool,
    /// The beneficiaries were not named.
    pub(super) of_many: bool,
}

/// Why a transfer is not paid again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Left {
    /// MD07.
    Died,
    /// Refused and debited.
    Contradiction,
    /// Nobody gave another account or said that the old one is right.
    SameAccount,
    /// An approval of many does not reach what is wrong with one account.
    OfBeneficiary,
    /// The files of the run don't have it.
    NotPaid,
}

impl Left {
    /// In a table.
    pub(super) fn short(self) -> &'static str {
        match self {
            Self::Died => "left: has died",
            Self::Contradiction => "left: refused and debited",
            Self::SameAccount | Self::OfBeneficiary => "left: same account",
            Self::NotPaid => "left: not in payments.csv",
        }
    }

    /// What to do.
    pub(super) fn told(self, reason: &str) -> String {
        match self {
            Self::Died => {
                format!("the bank says that the beneficiary has died ({DECEASED}); settle with the estate")
            }
            Self::Contradiction => {
                "the bank says both rejected and settled; ask it which is true before paying again".to_owned()
            }
            Self::SameAccount => format!(
                "the account is still the one that failed ({reason}); give the new one with --iban, or say --approve if it is right"
            ),
            Self::OfBeneficiary => format!(
                "the account is still the one that failed ({reason}); give the new one with --beneficiary and --iban, or \
                 --beneficiary and --approve if it is right"
            ),
            Self::NotPaid => {
                "the account that it went to is not known: payments.csv of its run does not have it".to_owned()
            }
        }
    }
}

impl Approval {
    /// The transfer that pays a failed one again.
    pub(super) fn judge(&self, failure: &Failure, found: Option<Found>) -> Result<Transfer, Left> {
        let kept = &failure.kept;
        if failure.has_died {
            return Err(Left::Died);
        }
        if failure.is_in_doubt {
            return Err(Left::Contradiction);
        }
        let Found { first, newest } = found.ok_or(Left::NotPaid)?;
        let old = match &failure.iban {
            Some(text) => Iban::new(text.as_bytes()).ok_or(Left::NotPaid)?,
            None => first.iban,
        };
        let new = self.iban.unwrap_or(newest.iban);
        if new == old && !self.approve {
            return Err(Left::SameAccount);
        }
        let of_beneficiary = || kept.reason.as_deref().is_some_and(is_of_beneficiary) && !failure.is_of_file;
        if new == old && self.of_many && of_beneficiary() {
            return Err(Left::OfBeneficiary);
        }
        Ok(Transfer {
            end_to_end_id: again(&kept.end_to_end_id, kept.reissue_of.is_some()),
            beneficiary: first.beneficiary_id,
            name: sepa_name(&newest.name),
            iban: new,
            amount: kept.amount,
            remittance: format!("Nouvel envoi de {}", kept.end_to_end_id),
            pays_again: Some(kept.end_to_end_id.clone()),
        })
    }
}
