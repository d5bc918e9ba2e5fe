//! The rows of the published files, as bytes.

use std::sync::LazyLock;

use super::piece::{self, AMOUNT, Piece, Spelling, WHOLE};
use crate::anomaly::{Code, Effect, Entry, Finding};
use crate::bytes::has_any;
use crate::calendar::{Month, Span};
use crate::exports::Header;
use crate::facts::Beneficiary;
use crate::identity::{BeneficiaryId, Iban};
use crate::law::article::Article;
use crate::money::{Cents, write_whole};
use crate::revision::{Claim, Line, Nature, Payment};
use crate::settle::{Amounts, Outcome};

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

/// The parts of a row of `anomalies.csv` that its code alone decides.
struct OfCode {
    /// Up to the number of the beneficiary.
    start: String,
    /// Behind what was found, to the end.
    end: String,
}

static OF_CODES: LazyLock<Vec<OfCode>> = LazyLock::new(|| {
    let of_code = |code: &Code| {
        let Entry { code, severity, effect, article, remedy, .. } = code.entry();
        let start = format!("{code},{},{},", severity.name(), effect.name());
        OfCode { start, end: end_of_anomaly(remedy, article) }
    };
    Code::ALL.iter().map(of_code).collect()
});

fn end_of_anomaly(detail: &str, article: &Article) -> String {
    let mut end = b"\"\"; ".to_vec();
    doubled(&mut end, detail);
    end.extend_from_slice(b"\",");
    text(&mut end, &article.to_string());
    end.push(b'\n');
    String::from_utf8_lossy(&end).into_owned()
}

/// Appends a row of `anomalies.csv`. The message is always quoted, as what was found stands in quotes in it; see
/// [`Finding::message`].
pub fn anomaly(out: &mut Vec<u8>, finding: &Finding, header: &Header) {
    let Finding { code, place, beneficiary, found, detail } = finding;
    let entry = code.entry();
    let file = place.export.file_name();
    // What the ledger keeps stands on no line of today's exports.
    let line = Some(place.line).filter(|&line| line > 0);
    let column = place.column.filter(|_| line.is_some()).and_then(|column| header.number(column));
    let column = column.map(|number| number as u64);
    let of_code = &OF_CODES[*code as usize];
    out.extend_from_slice(of_code.start.as_bytes());
    piece::append::<{ 24 + 1 + 24 + 2 * (1 + WHOLE) + 1 }>(out, |piece| {
        if let Some(id) = *beneficiary {
            piece.id(id);
        }
        piece.all(b",");
        piece.text(file);
        for number in [line, column] {
            piece.all(b",");
            if let Some(number) = number {
                piece.whole(number);
            }
        }
        piece.all(b",");
    });
    let is_plain = !has_any(*b",\"\n\r", found.as_bytes());
    if is_plain {
        out.extend_from_slice(found.as_bytes());
    } else {
        text(out, found);
    }
    piece::append::<{ 2 + 24 + 2 * (1 + WHOLE) + 24 }>(out, |piece| {
        piece.all(b",\"");
        piece.text(file);
        for number in [line, column].into_iter().flatten() {
            piece.all(b":");
            piece.whole(number);
        }
        piece.all(b": ");
        piece.text(entry.code);
        piece.all(b": found \"\"");
    });
    if is_plain {
        out.extend_from_slice(found.as_bytes());
    } else {
        doubled(out, found);
    }
    if *detail == entry.remedy {
        out.extend_from_slice(of_code.end.as_bytes());
    } else {
        out.extend_from_slice(end_of_anomaly(detail, &entry.article).as_bytes());
    }
}

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
    fn the_message_of_an_anomaly_is_its_findings_message() {
        use crate::anomaly::{Code, Place};
        use crate::columns::{Column, Export};
        let header = "beneficiary_id,kind,start,end";
        let header = Header::read(Export::Events, header.as_bytes(), crate::exports::Encoding::Utf8).unwrap();
        for column in [None, Some(Column::Kind), Some(Column::Sjr)] {
            for code in Code::ALL {
                let place = Place { export: Export::Events, line: 7, column };
                let found = "a \"b\", c\nd";
                let own = Finding::with_detail(*code, place, None, found, "not \"e\"; write f");
                for finding in [Finding::new(*code, place, None, found), own] {
                    let mut out = Vec::new();
                    anomaly(&mut out, &finding, &header);
                    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&out[..]);
                    let record = reader.records().next().unwrap().unwrap();
                    assert_eq!(record.len(), 10);
                    let number = column.and_then(|column| header.number(column));
                    assert_eq!(record[8], finding.message(number));
                    assert_eq!(record[9], code.entry().article.to_string());
                }
            }
        }
    }

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
