//! Rows of the files that only a ledger fills: arrears, claims, changed accounts, openings.

use super::text;
use crate::calendar::Span;
use crate::identity::{BeneficiaryId, Iban};
use crate::money::{Cents, write_whole};
use crate::revision::{Claim, Line, Nature};
use crate::settle::Amounts;

/// Appends a row of `arrears.csv`.
pub fn arrears(out: &mut Vec<u8>, id: BeneficiaryId, line: &Line, reason: &str, changed: &str) {
    id.write(out);
    out.extend_from_slice(format!(",{},{},{}", line.month, line.kind.name(), line.amounts.asr_days).as_bytes());
    let Amounts { asr_gross, pension_offset, participation, .. } = line.amounts;
    amounts(out, &[asr_gross, pension_offset, participation, line.amounts.net()]);
    why(out, reason, changed);
}

/// Appends a row of `claims.csv`: a claim raised now, or recovered from.
pub fn claim(out: &mut Vec<u8>, id: BeneficiaryId, line: &Line, claim: &Claim, reason: &str, changed: &str) {
    let is_new = line.nature == Nature::Claim;
    let parts = if is_new { line.amounts } else { Amounts::default() };
    let recovered = if is_new { Cents::ZERO } else { line.amounts.net() };
    id.write(out);
    let start = format!(",{},{},{},{}", line.month, line.kind.name(), claim.raised.0, parts.asr_days);
    out.extend_from_slice(start.as_bytes());
    let Amounts { asr_gross, pension_offset, participation, .. } = parts;
    amounts(out, &[asr_gross, pension_offset, participation, claim.amount, recovered, claim.balance]);
    why(out, if is_new { reason } else { "recovered" }, if is_new { changed } else { "" });
}

/// Appends a row of `changed-ibans.csv`.
pub fn changed_iban(out: &mut Vec<u8>, id: BeneficiaryId, old: &Iban, new: &Iban) {
    id.write(out);
    out.push(b',');
    old.write(out);
    out.push(b',');
    new.write(out);
    out.push(b'\n');
}

/// Appends a row of `opening.csv`: the sums of the months before the ledger began, the cap and the clock.
pub fn opening(out: &mut Vec<u8>, id: BeneficiaryId, before: &Amounts, frozen: Option<(Cents, Span)>) {
    id.write(out);
    out.push(b',');
    write_whole(out, before.asr_days.unsigned_abs());
    amounts(out, &[before.asr_gross, before.pension_offset, before.participation, before.asr_net(), before.idr]);
    match frozen {
        Some((cap, clock)) => {
            amounts(out, &[cap]);
            out.extend_from_slice(format!(",{},{}", clock.first, clock.last).as_bytes());
        }
        None => out.extend_from_slice(b",,,"),
    }
    out.push(b'\n');
}

fn amounts(out: &mut Vec<u8>, amounts: &[Cents]) {
    for amount in amounts {
        out.push(b',');
        amount.write(out);
    }
}

fn why(out: &mut Vec<u8>, reason: &str, changed: &str) {
    out.push(b',');
    out.extend_from_slice(reason.as_bytes());
    out.push(b',');
    text(out, changed);
    out.push(b'\n');
}
