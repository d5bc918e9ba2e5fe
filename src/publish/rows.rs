//! The rows of the published files, as bytes.

use crate::anomaly::{Effect, Finding};
use crate::calendar::Month;
use crate::exports::Header;
use crate::facts::Beneficiary;
use crate::identity::BeneficiaryId;
use crate::money::Cents;
use crate::settle::{Outcome, Settlement};

/// The header of `payments.csv`.
pub const PAYMENTS_HEADER: &str = "beneficiary_id,nir,name,iban,month,regime,asr_days,asr_gross,pension_offset,\
participation,asr_net,idr,arrears,recovered,net,end_to_end_id\n";
/// The header of `anomalies.csv`.
pub const ANOMALIES_HEADER: &str = "code,severity,effect,beneficiary_id,file,line,column,found,message,article\n";
/// The header of `decisions.csv`.
pub const DECISIONS_HEADER: &str = "beneficiary_id,line,outcome,reason,net\n";

/// A month as it stands in rows.
#[derive(Clone, Debug)]
pub struct MonthText {
    /// `2009-05`.
    iso: String,
    /// `200905`.
    digits: String,
}

impl MonthText {
    /// The texts of a month.
    pub fn new(month: Month) -> Self {
        let iso = month.to_string();
        let digits = iso.replace('-', "");
        Self { iso, digits }
    }
}

/// Appends a row of `payments.csv`. A payment has an account: without one (A202) it is held.
pub fn payment(out: &mut Vec<u8>, beneficiary: &Beneficiary<'_>, month: &MonthText, settlement: &Settlement<'_>) {
    let amounts = &settlement.amounts;
    beneficiary.id.write(out);
    out.push(b',');
    out.extend_from_slice(beneficiary.nir.as_bytes());
    out.push(b',');
    text(out, &beneficiary.name);
    out.push(b',');
    if let Some(iban) = &beneficiary.iban {
        out.extend_from_slice(iban.as_bytes());
    }
    out.push(b',');
    out.extend_from_slice(month.iso.as_bytes());
    out.push(b',');
    out.extend_from_slice(settlement.regime.unwrap_or_default().as_bytes());
    out.push(b',');
    out.extend_from_slice(itoa::Buffer::new().format(amounts.asr_days).as_bytes());
    let (arrears, recovered) = (Cents::ZERO, Cents::ZERO);
    for amount in [
        amounts.asr_gross,
        amounts.pension_offset,
        amounts.participation,
        amounts.asr_net(),
        amounts.idr,
        arrears,
        recovered,
        amounts.net(),
    ] {
        out.push(b',');
        amount.write(out);
    }
    out.push(b',');
    // At most 20 + 1 + 6 of the 35 characters that a transfer's reference may have; a ledger's run number fits behind.
    beneficiary.id.write(out);
    out.push(b'-');
    out.extend_from_slice(month.digits.as_bytes());
    out.push(b'\n');
}

/// Appends a row of `anomalies.csv`.
pub fn anomaly(out: &mut Vec<u8>, finding: &Finding, header: &Header) {
    let entry = finding.code.entry();
    let number = finding.place.column.and_then(|column| header.number(column));
    for word in [entry.code, entry.severity.name(), entry.effect.name()] {
        out.extend_from_slice(word.as_bytes());
        out.push(b',');
    }
    if let Some(id) = finding.beneficiary {
        id.write(out);
    }
    out.push(b',');
    out.extend_from_slice(finding.place.export.file_name().as_bytes());
    out.push(b',');
    out.extend_from_slice(itoa::Buffer::new().format(finding.place.line).as_bytes());
    out.push(b',');
    if let Some(number) = number {
        out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
    }
    out.push(b',');
    text(out, &finding.found);
    out.push(b',');
    text(out, &finding.message(number));
    out.push(b',');
    text(out, &entry.article.to_string());
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

/// Appends a row of `decisions.csv`; the reason is a word for nil, else the codes that hold or refuse.
pub fn decision(out: &mut Vec<u8>, decision: &Decision<'_>) {
    if let Some(id) = decision.beneficiary {
        id.write(out);
    }
    out.push(b',');
    out.extend_from_slice(itoa::Buffer::new().format(decision.line).as_bytes());
    out.push(b',');
    out.extend_from_slice(decision.outcome.name().as_bytes());
    out.push(b',');
    if let Outcome::Nil(reason) = decision.outcome {
        out.extend_from_slice(reason.name().as_bytes());
    } else if !decision.findings.is_empty() {
        reasons(out, decision.findings);
    }
    out.push(b',');
    decision.net.write(out);
    out.push(b'\n');
}

/// The codes of the findings with the worst effect, each once, in order.
fn reasons(out: &mut Vec<u8>, findings: &[Finding]) {
    let effect = |finding: &Finding| finding.code.entry().effect;
    let holds = |effect| matches!(effect, Effect::RowRefused | Effect::PaymentHeld);
    let all_held = findings.iter().any(|finding| holds(effect(finding)));
    let counts = |finding: &&Finding| match effect(finding) {
        Effect::None => false,
        Effect::IdrHeld => !all_held,
        Effect::RowRefused | Effect::PaymentHeld => true,
    };
    let mut codes: Vec<_> = findings.iter().filter(counts).map(|finding| finding.code.entry().code).collect();
    codes.sort_unstable();
    codes.dedup();
    out.extend_from_slice(codes.join(" ").as_bytes());
}

/// Appends a text, in quotes where RFC 4180 asks for them.
pub fn text(out: &mut Vec<u8>, text: &str) {
    let needs_quotes = |byte: u8| matches!(byte, b',' | b'"' | b'\n' | b'\r');
    if !text.bytes().any(needs_quotes) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

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
