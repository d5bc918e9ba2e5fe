//! The tables in the form that French spreadsheets open: semicolons, decimal commas, months as 05/2009, a byte order mark.

use std::borrow::Cow;
use std::io::{Read, Write};

use csv::{Terminator, WriterBuilder};

use super::columns::{Kind, TABLES};
use super::{ResultsError, Rows, amount};

/// Writes a published table anew for people; what has no column of its own is a text.
///
/// # Errors
/// The table can't be read, or what is written can't be.
pub fn in_french<R: Read, W: Write>(file: &'static str, input: R, mut output: W) -> Result<(), ResultsError> {
    let told = |what: String| ResultsError { file, place: String::new(), what };
    let mut rows = Rows::open(file, input)?;
    let known = TABLES.iter().find(|(name, _)| *name == file).map_or(&[][..], |(_, columns)| columns);
    let columns: Vec<_> =
        rows.header().iter().map(|head| (head.to_owned(), known.iter().find(|column| column.name == head))).collect();
    output.write_all("\u{feff}".as_bytes()).map_err(|error| told(error.to_string()))?;
    let mut writer = WriterBuilder::new().delimiter(b';').terminator(Terminator::CRLF).from_writer(output);
    let written = |result: csv::Result<()>| result.map_err(|error| told(error.to_string()));
    let heads = columns.iter().map(|(head, column)| column.map_or(head.as_str(), |column| column.heads[1]));
    written(writer.write_record(heads))?;
    while rows.read()? {
        for (field, (_, column)) in rows.fields().iter().zip(&columns) {
            written(writer.write_field(cell(field, column.map_or(Kind::Text, |column| column.kind)).as_bytes()))?;
        }
        written(writer.write_record(None::<&[u8]>))?;
    }
    writer.flush().map_err(|error| told(error.to_string()))
}

fn cell(field: &str, kind: Kind) -> Cow<'_, str> {
    match kind {
        Kind::Amount if amount(field).is_some() => Cow::Owned(field.replace('.', ",")),
        Kind::Whole if field.bytes().all(|byte| byte.is_ascii_digit()) => Cow::Borrowed(field),
        Kind::Month => match field.split_once('-') {
            Some((year, month)) if !year.is_empty() => Cow::Owned(format!("{month}/{year}")),
            _ => defused(field),
        },
        _ => defused(field),
    }
}

/// A text that a spreadsheet would take for a formula is kept from it by an apostrophe.
fn defused(field: &str) -> Cow<'_, str> {
    if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{field}"))
    } else {
        Cow::Borrowed(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn french(file: &'static str, text: &str) -> String {
        let mut out = Vec::new();
        in_french(file, text.as_bytes(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_and_months_are_french_and_texts_can_be_no_formulas() {
        let arrears = "beneficiary_id,month,kind,asr_days,asr_gross,amount,reason,other\n\
            -7,2009-05,asr,3,-120.00,117.50,=1+1,@x\n\
            0012,2009-04,idr,0,0.00,1.00,\"a;b\",\"\tx\"\n";
        let rows = [
            "\u{feff}Bénéficiaire;Mois;Nature;Jours d'ASR;ASR brute;Montant;Motif;other\r\n",
            "'-7;05/2009;asr;3;-120,00;117,50;'=1+1;'@x\r\n",
            "0012;04/2009;idr;0;0,00;1,00;\"a;b\";'\tx\r\n",
        ];
        assert_eq!(french("arrears.csv", arrears), rows.concat());
    }

    #[test]
    fn every_start_that_a_spreadsheet_computes_is_defused_and_no_other() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            assert_eq!(defused(&format!("{start}1")), format!("'{start}1"));
        }
        for text in ["", "a=1", "1", "'", "é", " =1"] {
            assert_eq!(defused(text), text);
        }
        // A column of numbers that holds no number is a text.
        assert_eq!(cell("=1", Kind::Amount), "'=1");
        assert_eq!(cell("-1", Kind::Whole), "'-1");
        assert_eq!(cell("-05", Kind::Month), "'-05");
    }
}
