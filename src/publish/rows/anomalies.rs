//! Rows of `anomalies.csv`.

use std::sync::LazyLock;

use super::{doubled, text};
use crate::anomaly::{Code, Entry, Finding};
use crate::bytes::has_any;
use crate::exports::Header;
use crate::law::article::Article;
use crate::publish::piece::{self, WHOLE};

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
}
