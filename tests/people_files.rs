//! The files for people's own programs: workbooks, read back with another crate.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use calamine::{Data, Range, Reader, Xlsx, open_workbook};
use common::{Ran, fixtures, names, versement};
use tempfile::TempDir;

fn demonstration(folder: &Path) -> PathBuf {
    let out = folder.join("out");
    let mut command = versement();
    command
        .args(["run", "--no-ledger", "--quiet", "--month", "2009-05", "--exports"])
        .arg(fixtures().join("exports/2009-05"));
    Ran::of(command.arg("--out").arg(&out).output().unwrap()).has_status(1);
    out
}

fn export(form: &str, results: &Path, out: &Path, options: &[&str]) -> Ran {
    let mut command = versement();
    command.args(["export", form, "--results"]).arg(results).arg("--out").arg(out).args(options);
    Ran::of(command.output().unwrap())
}

fn rows(file: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn text(range: &Range<Data>, row: usize, column: usize) -> String {
    range.get((row, column)).map(ToString::to_string).unwrap_or_default()
}

#[test]
fn the_workbook_holds_the_payments_and_its_totals_agree_with_them() {
    let folder = TempDir::new().unwrap();
    let results = demonstration(folder.path());
    let path = folder.path().join("payments.xlsx");
    export("xlsx", &results, &path, &["--lang", "fr"]).has_status(0);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(names(folder.path()), ["out", "payments.xlsx"]);
    let mut book: Xlsx<_> = open_workbook(&path).unwrap();
    assert_eq!(book.sheet_names(), ["Récapitulatif", "Paiements", "Constats"]);

    let payments = rows(&results.join("payments.csv"));
    let sheet = book.worksheet_range("Paiements").unwrap();
    assert_eq!(sheet.rows().len(), payments.len() + 1);
    for (cells, fields) in sheet.rows().skip(1).zip(&payments) {
        for (at, (cell, field)) in cells.iter().zip(fields).enumerate() {
            match cell {
                // Identifiers, names and months are texts, with every zero.
                Data::String(text) => assert!(text == field && !(6..15).contains(&at), "{field}"),
                Data::Float(number) if at == 6 => assert_eq!(number.to_string(), *field),
                Data::Float(number) => assert_eq!(format!("{number:.2}"), *field),
                other => panic!("{other:?} for {field}"),
            }
        }
    }
    let anomalies = rows(&results.join("anomalies.csv"));
    assert_eq!(book.worksheet_range("Constats").unwrap().rows().len(), anomalies.len() + 1);

    // What the formulas come to stands with them, so that a reader that does not compute shows it too.
    let summary = book.worksheet_range("Récapitulatif").unwrap();
    let formulas = book.worksheet_formula("Récapitulatif").unwrap();
    let first = (0..20).find(|row| text(&summary, *row, 0) == "Paiements").unwrap();
    let mut compared = 0;
    for row in first..first + 10 {
        let (said, sum) = (text(&summary, row, 1), text(&summary, row, 2));
        assert_eq!(said.parse::<f64>().unwrap(), sum.parse::<f64>().unwrap(), "{}", text(&summary, row, 0));
        assert_eq!((text(&summary, row, 3).as_str(), text(&summary, row, 4).as_str()), ("0", "oui"));
        let formula = formulas.get_value((u32::try_from(row).unwrap(), 2)).unwrap();
        assert!(formula.starts_with("SUM('") || formula.starts_with("COUNTA('"), "{formula}");
        compared += 1;
    }
    assert_eq!(compared, 10);
    let net = payments.iter().map(|row| row[14].replace('.', "").parse::<i64>().unwrap()).sum::<i64>();
    let shown = (first..first + 10).find(|row| text(&summary, *row, 0) == "Net à payer").unwrap();
    assert_eq!(format!("{:.2}", text(&summary, shown, 2).parse::<f64>().unwrap()).replace('.', ""), net.to_string());
}

#[test]
fn the_workbook_is_made_to_be_worked_with() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("payments.xlsx");
    export("xlsx", &demonstration(folder.path()), &path, &[]).has_status(0);
    let archive = fs::File::open(&path).unwrap();
    let mut archive = zip::ZipArchive::new(archive).unwrap();
    let mut part = |name: &str| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
    for sheet in ["xl/worksheets/sheet2.xml", "xl/worksheets/sheet3.xml"] {
        let sheet = part(sheet);
        assert!(sheet.contains("state=\"frozen\"") && sheet.contains("<autoFilter"), "{}", &sheet[..600]);
    }
    assert!(part("xl/styles.xml").contains("#,##0.00\\ &quot;€&quot;"));
}

#[test]
fn a_run_that_is_not_there_or_was_changed_gives_no_workbook() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("payments.xlsx");
    export("xlsx", folder.path(), &path, &[]).has_status(2).tells(&["no results of a run stand here"]);
    let results = demonstration(folder.path());
    let payments = fs::read_to_string(results.join("payments.csv")).unwrap();
    let (kept, _) = payments.trim_end().rsplit_once('\n').unwrap();
    fs::write(results.join("payments.csv"), kept.to_owned() + "\n").unwrap();
    export("xlsx", &results, &path, &[]).has_status(2).tells(&["were the results changed since?"]);
    assert_eq!(names(folder.path()), ["out"]);
}

#[test]
fn the_french_tables_hold_the_same_values_and_the_machine_files_stay() {
    let folder = TempDir::new().unwrap();
    let results = demonstration(folder.path());
    let before: Vec<_> = names(&results).iter().map(|name| fs::read(results.join(name)).unwrap()).collect();
    let out = folder.path().join("tableur");
    export("csv", &results, &out, &[]).has_status(0);
    assert_eq!(names(&out), ["anomalies.fr.csv", "decisions.fr.csv", "payments.fr.csv"]);
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o7777, 0o700);
    let after: Vec<_> = names(&results).iter().map(|name| fs::read(results.join(name)).unwrap()).collect();
    assert_eq!(before, after);
    for table in ["payments", "anomalies", "decisions"] {
        let path = out.join(format!("{table}.fr.csv"));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        let bytes = fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"\xef\xbb\xbf") && bytes.ends_with(b"\r\n"));
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(&bytes[3..]);
        let french: Vec<_> = reader.records().map(Result::unwrap).collect();
        let machine = rows(&results.join(format!("{table}.csv")));
        assert_eq!(french.len(), machine.len());
        for (french, machine) in french.iter().zip(&machine) {
            for (shown, field) in french.iter().zip(machine) {
                let same = match shown.strip_prefix('\'') {
                    Some(shown) => shown == field && field.starts_with(['=', '+', '-', '@', '\t', '\r']),
                    None if table == "payments"
                        && field.contains('.')
                        && field.ends_with(|end: char| end.is_ascii_digit()) =>
                    {
                        shown.contains(',') && shown.replace(',', ".") == *field
                    }
                    None if field == "2009-05" => shown == "05/2009",
                    None => shown == field || shown.replace(',', ".") == *field,
                };
                assert!(same, "{shown} for {field}");
                assert!(!shown.starts_with(['=', '+', '@', '\t', '\r']), "{shown}");
            }
        }
    }
}

#[test]
fn a_run_writes_the_french_tables_beside_its_own_and_its_digests_stay() {
    let (plain, styled) = (common::Night::new(), common::Night::new().option("--csv-style=fr"));
    plain.run().has_status(0);
    styled.run().has_status(0);
    for file in &common::FILES[..3] {
        assert_eq!(plain.bytes(file), styled.bytes(file));
    }
    let french = styled.text("payments.fr.csv");
    assert!(french.contains(";05/2009;crp-2006;31;") && french.contains(";1426,20;"), "{french}");
    // A run that is done already writes them too.
    fs::remove_file(styled.out().join("payments.fr.csv")).unwrap();
    assert!(styled.run().has_status(0).stdout.starts_with("already done"));
    assert_eq!(styled.text("payments.fr.csv"), french);
}
