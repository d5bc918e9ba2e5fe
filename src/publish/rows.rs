//! The rows of the published files, as bytes.

mod anomalies;
mod ledger;

pub use anomalies::anomaly;
pub use ledger::{arrears, changed_iban, claim, opening};

use super::piece::{self, AMOUNT, Piece, Spelling, WHOLE};
use crate::anomaly::{Code, Effect, Finding};
use crate::bytes::has_any;
use crate::calendar::Month;
use crate::facts::Beneficiary;
use crate::identity::BeneficiaryId;
use crate::money::Cents;
use crate::revision::Payment;
use crate::settle::Outcome;

/// A month as it stands in rows.
#[derive(Clone, Debug)]
pub struct MonthText {
    /// `,2009-05,`, as it stands between an account and a regime.
    iso: String,
    /// `-200905` and the end of the row; `-200905-2` in the second run that pays the month.
    reference: String,
    /// The same with zeros behind them, where they are as short as of any month and number of runs.
    padded: ([u8; 9], [u8; 24]),
}

/// What several rows of a beneficiary tell, spelt once.
#[derive(Clone, Copy, Debug)]
pub struct Spelt {
    id: ([u8; 24], usize),
    net: Spelling,
}

impl Spelt {
    /// Of a beneficiary and the payment, if there is one.
    #[inline]
    pub fn new(id: BeneficiaryId, payment: &Payment) -> Self {
        Self { id: id.padded(), net: Spelling::of(payment.net()) }
    }

    #[inline]
    pub(super) fn put_id<const SIZE: usize>(&self, piece: &mut Piece<'_, SIZE>) {
        let (text, length) = &self.id;
        piece.put(text, *length);
    }
}

impl MonthText {
    /// The texts of a month in its first run, its second one, and so on.
    pub fn new(month: Month, sequence: u32) -> Self {
        let suffix = if sequence > 1 { format!("-{sequence}") } else { String::new() };
        let digits = month.to_string().replace('-', "");
        let (iso, reference) = (format!(",{month},"), format!("-{digits}{suffix}\n"));
        let padded = (padded(&iso), padded(&reference));
        Self { iso, reference, padded }
    }

    /// `2009-05`.
    pub fn iso(&self) -> &str {
        self.iso.trim_matches(',')
    }

    /// `,2009-05,`.
    #[inline]
    pub(super) fn between_commas(&self) -> &[u8; 9] {
        &self.padded.0
    }
}

/// A text with zeros behind it.
fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut padded = [0; N];
    padded.iter_mut().zip(text.bytes()).for_each(|(place, byte)| *place = byte);
    padded
}

/// Appends a row of `payments.csv`. A payment has an account: without one (A202) it is held.
pub fn payment(
    out: &mut Vec<u8>,
    spelt: &Spelt,
    beneficiary: &Beneficiary<'_>,
    month: &MonthText,
    regime: Option<&str>,
    payment: &Payment,
) {
    let amounts = &payment.current;
    let (iso, reference) = &month.padded;
    let nir = &beneficiary.nir;
    piece::append::<48>(out, |piece| {
        spelt.put_id(piece);
        piece.all(b",");
        if nir.is_valid() {
            let (text, length) = nir.padded();
            piece.put(text, length);
            piece.all(b",");
        }
    });
    if !nir.is_valid() {
        text(out, &String::from_utf8_lossy(nir.as_bytes()));
        out.push(b',');
    }
    text(out, &beneficiary.name);
    piece::append::<48>(out, |piece| {
        piece.all(b",");
        if let Some(iban) = &beneficiary.iban {
            let (text, length) = iban.padded();
            piece.put(text, length);
        }
        piece.all(iso);
    });
    out.extend_from_slice(regime.unwrap_or_default().as_bytes());
    piece::append::<{ 1 + WHOLE + 8 * AMOUNT + 1 + 24 + 24 }>(out, |piece| {
        piece.all(b",");
        piece.whole(amounts.asr_days.unsigned_abs());
        piece.amount(amounts.asr_gross);
        piece.amount(amounts.pension_offset);
        piece.amount(amounts.participation);
        let others = [amounts.idr, payment.arrears, payment.recovered];
        if others == [Cents::ZERO; 3] {
            // Nearly always: what is paid is the ASR.
            piece.spelling(spelt.net);
            piece.all(b",0.00,0.00,0.00");
        } else {
            piece.amount(amounts.asr_net());
            others.into_iter().for_each(|amount| piece.amount(amount));
        }
        piece.spelling(spelt.net);
        piece.all(b",");
        // At most 20 + 1 + 6 + 1 + 4 of the 35 characters that a transfer's reference may have.
        spelt.put_id(piece);
        piece.put(reference, month.reference.len());
    });
}

/// A row of `decisions.csv`.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'f> {
    /// Whose row, where that can be read.
    pub beneficiary: Option<BeneficiaryId>,
    /// The line of the row.
    pub line: u64,
    /// What became of it.
    pub outcome: Outcome,
    /// What was found about the beneficiary.
    pub findings: &'f [Finding],
    /// What is paid.
    pub net: Cents,
}

/// Appends the row of `decisions.csv` of a beneficiary who is paid and of whom nothing was found: of nearly all.
pub fn paid(out: &mut Vec<u8>, spelt: &Spelt, line: u64) {
    piece::append::<{ 24 + 1 + WHOLE + 6 + AMOUNT + 1 }>(out, |piece| {
        spelt.put_id(piece);
        piece.all(b",");
        piece.whole(line);
        piece.all(b",paid,");
        piece.spelling(spelt.net);
        piece.all(b"\n");
    });
}

/// Appends a row of `decisions.csv`; the reason is a word for nil, else the codes that hold or refuse.
pub fn decision(out: &mut Vec<u8>, decision: &Decision<'_>) {
    let nil = if let Outcome::Nil(reason) = decision.outcome { Some(reason.name()) } else { None };
    piece::append::<{ 24 + 1 + WHOLE + 1 + 8 + 1 + 16 }>(out, |piece| {
        if let Some(id) = decision.beneficiary {
            piece.id(id);
        }
        piece.all(b",");
        piece.whole(decision.line);
        piece.all(b",");
        piece.text(decision.outcome.name());
        piece.all(b",");
        piece.text(nil.unwrap_or_default());
    });
    if nil.is_none() && !decision.findings.is_empty() {
        reasons(out, decision);
    }
    piece::append::<{ AMOUNT + 1 }>(out, |piece| {
        piece.amount(decision.net);
        piece.all(b"\n");
    });
}

/// The codes of the findings with the worst effect, each once, in order.
fn reasons(out: &mut Vec<u8>, decision: &Decision<'_>) {
    let findings = decision.findings;
    let effect = |finding: &Finding| finding.code.entry().effect;
    let all_held = findings.iter().any(Finding::holds);
    let counts = |finding: &&Finding| match effect(finding) {
        // What drops a copy holds nobody.
        Effect::None => decision.outcome == Outcome::Refused && finding.code == Code::SameBeneficiary,
        Effect::IdrHeld => !all_held,
        Effect::RowRefused | Effect::PaymentHeld => finding.holds(),
    };
    let mut codes: Vec<_> = findings.iter().filter(counts).map(|finding| finding.code.entry().code).collect();
    codes.sort_unstable();
    codes.dedup();
    out.extend_from_slice(codes.join(" ").as_bytes());
}

/// Appends a text, in quotes where RFC 4180 asks for them.
pub fn text(out: &mut Vec<u8>, text: &str) {
    if !has_any(*b",\"\n\r", text.as_bytes()) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    doubled(out, text);
    out.push(b'"');
}

/// Appends a text with each quote in it doubled.
fn doubled(out: &mut Vec<u8>, text: &str) {
    let mut rest = text.as_bytes();
    while let Some(quote) = memchr::memchr(b'"', rest) {
        out.extend_from_slice(&rest[..=quote]);
        out.push(b'"');
        rest = &rest[quote + 1..];
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_row_of_who_is_paid_is_the_same_however_it_is_written() {
        let beneficiary = BeneficiaryId::new(b"B-7").unwrap();
        for net in [Cents(1), Cents(123_456), Cents(1_000_000), Cents::LARGEST] {
            let (mut short, mut long) = (Vec::new(), Vec::new());
            let payment = Payment { arrears: net, ..Payment::default() };
            paid(&mut short, &Spelt::new(beneficiary, &payment), 12_345);
            let row =
                Decision { beneficiary: Some(beneficiary), line: 12_345, outcome: Outcome::Paid, findings: &[], net };
            decision(&mut long, &row);
            assert_eq!(String::from_utf8_lossy(&short), format!("B-7,12345,paid,,{net}\n"));
            assert_eq!(short, long);
        }
    }

    #[test]
    fn texts_are_quoted_as_the_csv_crate_quotes_them() {
        for written in ["plain", "a,b", "say \"x\"", "two\nlines", "d'Été", "c\r"] {
            let mut out = Vec::new();
            text(&mut out, written);
            out.push(b'\n');
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record([written]).unwrap();
            assert_eq!(out, writer.into_inner().unwrap(), "{written:?}");
        }
    }
}
