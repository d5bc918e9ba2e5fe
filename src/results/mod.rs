//! The published files of a run, read back one row at a time, for reports and exports to people.

pub(crate) mod columns;
mod french;
mod rows;

pub use french::in_french;
pub use rows::{Anomaly, Arrears, Claim, Contribution, Payment, Rows};

use crate::money::Cents;

/// Why a file of results can't be read; it holds no content of a row.
#[derive(Debug, thiserror::Error)]
#[error("{file}{place}: {what}; are these the results of a run, and were they changed since?")]
pub struct ResultsError {
    /// Its name.
    pub file: &'static str,
    /// `:` and the line, where one is meant.
    pub place: String,
    /// What is wrong.
    pub what: String,
}

/// An amount as it stands in a file of results: `1234.56`, below zero with a minus.
pub fn amount(text: &str) -> Option<Cents> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (euros, cents) = digits.split_once('.')?;
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if cents.len() != 2 || !is_number(euros) || !is_number(cents) {
        return None;
    }
    let euros: i64 = euros.parse().ok()?;
    let cents: i64 = cents.parse().ok()?;
    euros.checked_mul(100)?.checked_add(cents).map(|all| Cents(sign * all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_they_are_written_and_in_no_other_form() {
        for cents in [0, 1, 99, 100, -1, -12_345, 123_456_789] {
            assert_eq!(amount(&Cents(cents).to_string()), Some(Cents(cents)));
        }
        for wrong in
            ["", "1", "1.5", "1.234", "1,50", ".50", "1.", "+1.00", "--1.00", "1.-5", "99999999999999999999.00"]
        {
            assert_eq!(amount(wrong), None, "{wrong}");
        }
    }
}
