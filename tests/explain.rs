//! Statements and calendars: what they say is what is paid, and they read as they should.
//!
//! `VERSEMENT_RECORD=1 cargo test --test explain` writes what comes out now as what is expected.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{BENEFICIARIES, IBAN, NAME, NIR, Night, Ran, beneficiary, fixtures, table, versement};
use serde_json::Value;
use tempfile::TempDir;
use versement::calendar::Month;
use versement::columns::Export;
use versement::explain::words::Lang;
use versement::explain::{Statement, explain, pick, text};
use versement::exports::{BlockReader, Encoding};
use versement::identity::BeneficiaryId;
use versement::intake::Exports;
use versement::law::Law;
use versement::money::Cents;

fn statement(law: &Law, folder: &Path, month: Month, id: &str, encoding: Encoding, lang: Lang) -> Option<Statement> {
    let exports = Exports::find(folder).unwrap();
    let open = |export| BlockReader::open(export, exports.open(export).unwrap(), encoding, false).unwrap();
    let readers = Export::ALL.map(open).into();
    let id = BeneficiaryId::new(id.as_bytes()).unwrap();
    explain(law, month, id, &pick(readers, id).unwrap(), lang)
}

/// The rows of a published file by beneficiary number; rows without one are left out.
fn rows(path: &Path) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows = reader.deserialize().map(|row: Result<BTreeMap<String, String>, _>| row.unwrap());
    rows.map(|row| (row["beneficiary_id"].clone(), row)).filter(|(id, _)| !id.is_empty()).collect()
}

/// Compares the statements of all beneficiaries with what was published; returns how many were paid.
fn compare(exports: &Path, published: &Path, month: Month, encoding: Encoding) -> usize {
    let law = Law::read(Law::BUILT_IN).unwrap();
    let payments = rows(&published.join("payments.csv"));
    let mut decisions = csv::Reader::from_path(published.join("decisions.csv")).unwrap();
    let mut seen = 0;
    for decision in decisions.records().map(Result::unwrap).filter(|decision| !decision[0].is_empty()) {
        let id = &decision[0];
        let told = statement(&law, exports, month, id, encoding, Lang::En).expect(id);
        let place = format!("{} {id}", exports.display());
        let payment = payments.get(id);
        let amounts = &told.amounts;
        let columns = [
            ("asr_gross", amounts.asr_gross),
            ("pension_offset", amounts.pension_offset),
            ("participation", amounts.participation),
            ("asr_net", amounts.asr_net),
            ("idr", amounts.idr),
            ("net", amounts.net),
        ];
        for (column, amount) in columns {
            assert_eq!(amount.to_string(), payment.map_or("0.00", |row| &row[column]), "{place}: {column}");
        }
        // Rows that double another one have a decision of their own.
        if decision[2] == *"paid" || payment.is_none() && !["A204"].iter().any(|code| decision[3].contains(code)) {
            assert_eq!(told.outcome, &decision[2], "{place}");
        }
        if told.reason.is_some() {
            assert_eq!(told.reason, Some(&decision[3]), "{place}");
        }
        // The steps add up to the sums, and every day of the month is told once.
        let lines = told.asr.iter().map(|step| step.total).chain(told.idr.iter().map(|step| step.amount));
        assert_eq!(lines.sum::<Cents>(), amounts.net, "{place}");
        if !told.asr.is_empty() || !told.unpaid.is_empty() {
            let mut spans: Vec<_> = told.asr.iter().map(|step| step.span).collect();
            spans.extend(told.unpaid.iter().map(|step| step.span));
            spans.sort_by_key(|span| span.first);
            assert!(spans.windows(2).all(|pair| pair[0].last.next() == pair[1].first), "{place}: {spans:?}");
            let (first, last) = (spans[0].first, spans[spans.len() - 1].last);
            assert_eq!((first, last), (month.first_day(), month.last_day()), "{place}");
        }
        for step in &told.asr {
            assert_eq!(step.compared.iter().filter(|one| one.wins).count(), 1, "{place}");
            assert_eq!(step.gross - step.pension_offset - step.participation, step.daily_net, "{place}");
            assert!(step.compared.iter().all(|one| one.amount <= step.gross), "{place}");
            assert_eq!(step.participation, step.participation_of_wage.min(step.above_minimum_are), "{place}");
        }
        // A statement may lie on a desk: it says neither who nor which account.
        for lang in [Lang::En, Lang::Fr] {
            let text = text(&told, lang);
            for secret in ["nir", "name", "iban"] {
                let secret = payment.map_or("", |row| &row[secret]);
                assert!(secret.is_empty() || !text.contains(secret), "{place}");
            }
        }
        seen += usize::from(payment.is_some());
    }
    seen
}

#[test]
fn every_statement_of_the_demonstration_says_what_is_paid() {
    let exports = fixtures().join("exports/2009-05");
    let out = TempDir::new().unwrap();
    let mut run = versement();
    run.args(["run", "--no-ledger", "--quiet", "--month", "2009-05", "--exports"])
        .arg(&exports)
        .arg("--out")
        .arg(out.path());
    assert!(matches!(run.status().unwrap().code(), Some(0 | 1)));
    let paid = compare(&exports, out.path(), "2009-05".parse().unwrap(), Encoding::Utf8);
    assert!(paid > 100, "{paid}");
}

#[test]
fn every_statement_of_the_cases_says_what_is_paid() {
    let mut paid = 0;
    for kind in ["cases", "anomalies"] {
        for entry in fs::read_dir(fixtures().join(kind)).unwrap() {
            let folder = entry.unwrap().path();
            let case = fs::read_to_string(folder.join("case.toml")).unwrap();
            // What a ledger held before is not in the exports.
            if case.contains("before =") {
                continue;
            }
            let month = case.split("month = \"").nth(1).unwrap()[..7].parse().unwrap();
            let encoding = if case.contains("windows-1252") { Encoding::Windows1252 } else { Encoding::Utf8 };
            paid += compare(&folder.join("exports"), &folder.join("expected"), month, encoding);
        }
    }
    assert!(paid > 60, "{paid}");
}

#[test]
fn statements_read_as_recorded() {
    let record = std::env::var_os("VERSEMENT_RECORD").is_some_and(|value| value == "1");
    let law = Law::read(Law::BUILT_IN).unwrap();
    for (case, month, id) in [
        ("idr-first-month", "2005-11", "B002"),
        ("idr-first-month", "2005-11", "B004"),
        ("idr-proof-missing", "2005-11", "B002"),
        ("article-3-runs-out", "2009-06", "B001"),
        ("interruptions", "2009-03", "B006"),
        ("invalidity-pensions", "2005-07", "B003"),
    ] {
        let exports = fixtures().join("cases").join(case).join("exports");
        for (lang, name) in [Lang::En, Lang::Fr].into_iter().zip(Lang::NAMES) {
            let told = statement(&law, &exports, month.parse().unwrap(), id, Encoding::Utf8, lang).unwrap();
            let found = text(&told, lang);
            let path = fixtures().join("statements").join(format!("{case}-{id}.{name}.txt"));
            if record {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, &found).unwrap();
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(found, expected, "{} (VERSEMENT_RECORD=1 records it anew)", path.display());
        }
    }
}

fn ran(arguments: &[&str]) -> Ran {
    Ran::of(versement().env("COLUMNS", "500").args(arguments).output().unwrap())
}

fn json(arguments: &[&str]) -> Value {
    let ran = ran(arguments).has_status(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn who_is_not_there_is_looked_for_in_all_files() {
    let folder = fixtures().join("exports/2009-05");
    let folder = folder.to_str().unwrap();
    let options = ["--month", "2009-05", "--exports", folder];
    let missing = ran(&[&["explain", "NOBODY"][..], &options].concat()).has_status(2);
    missing.tells(&["NOBODY is not in ", "beneficiaries.csv (0 of ", "events.csv (0 of ", "earnings.csv (0 of "]);
    ran(&[&["explain", "NO BODY"][..], &options].concat()).has_status(2).tells(&["write 1 to 20 of A-Z a-z 0-9 and -"]);
    let nowhere = ran(&["explain", "B0000000001", "--month", "2009-05", "--exports", "/nowhere"]).has_status(2);
    nowhere.tells(&["/nowhere", "beneficiaries.csv"]);
}

#[test]
fn a_row_that_cannot_be_read_is_told_without_its_contents() {
    let row = format!("B001,{NIR},{NAME} Anne,{IBAN},{NAME},2009-02-28,60,60.00,35");
    let night = Night::new().of([row]);
    let exports = night.exports();
    let told = ran(&["explain", "B001", "--month", "2009-05", "--exports", exports.to_str().unwrap()]).has_status(2);
    assert!(told.stdout.contains("A102 not a date or a month (beneficiaries.csv:2 (procedure_date))"), "{told:?}");
    assert!(told.stdout.contains("outcome: refused"), "{told:?}");
}

#[test]
fn a_held_payment_is_explained_by_its_finding() {
    let row = beneficiary("B001").replace(IBAN, "FR00");
    let night = Night::new().with("beneficiaries.csv", table(BENEFICIARIES, [row]));
    let exports = night.exports();
    let options = ["explain", "B001", "--month", "2009-05", "--exports", exports.to_str().unwrap(), "--format", "json"];
    let told = json(&[&options[..], &["--lang", "fr"]].concat());
    assert_eq!(told["outcome"], "held");
    assert_eq!(told["findings"][0]["code"], "A202");
    assert_eq!(told["findings"][0]["meaning"], "IBAN erroné");
    assert_eq!(told["findings"][0]["found"], Value::Null);
    assert_eq!(told["facts"]["regime"], "crp-2006");
    assert_eq!(told["amounts"]["net"], "0.00");
}

const EXAMPLE: [&str; 11] = [
    "simulate",
    "--procedure",
    "2005-06-01",
    "--contract-end",
    "2005-06-30",
    "--seniority",
    "36",
    "--sjr",
    "60.00",
    "--hours",
    "35",
];

fn calendar(more: &[&str]) -> Value {
    json(&[&EXAMPLE[..], more, &["--format", "json"]].concat())
}

fn months(calendar: &Value) -> BTreeMap<&str, [&str; 2]> {
    let rows = calendar["months"].as_array().unwrap().iter();
    rows.map(|row| (row["month"].as_str().unwrap(), ["asr_net", "idr"].map(|key| row[key].as_str().unwrap()))).collect()
}

#[test]
fn a_calendar_of_eight_months() {
    let calendar = calendar(&[]);
    assert_eq!(calendar["crp"]["last"], "2006-02-28");
    let months = months(&calendar);
    assert_eq!(months.len(), 8);
    assert_eq!(months["2005-07"], ["1432.20", "0.00"]);
    assert_eq!(months["2005-09"], ["1380.00", "0.00"]);
    assert_eq!(months["2005-10"], ["1246.20", "0.00"]);
    // 91 days of 46.20 and 152 of 40.20.
    assert_eq!((&calendar["asr_days"], &calendar["net"]), (&Value::from(243), &Value::from("10314.60")));
}

#[test]
fn a_calendar_that_the_clock_ends() {
    let calendar = calendar(&["--job", "2005-11-01:35:1500.00"]);
    let months = months(&calendar);
    assert_eq!(months.keys().last(), Some(&"2006-06"));
    for month in ["2005-11", "2006-02", "2006-03", "2006-06"] {
        assert_eq!(months[month], ["0.00", "300.00"], "{month}");
    }
    assert_eq!((&calendar["cap"], &calendar["idr"]), (&Value::from("2520.00"), &Value::from("2400.00")));
    assert_eq!(calendar["months"][11]["cap_left"], "120.00");
}

#[test]
fn a_calendar_that_the_cap_ends() {
    let calendar = calendar(&["--job", "2005-11-01:35:1200.00"]);
    let months = months(&calendar);
    let idr: Vec<_> = months.values().map(|amounts| amounts[1]).skip(4).collect();
    assert_eq!(idr, ["600.00", "600.00", "600.00", "600.00", "120.00", "0.00", "0.00", "0.00"]);
    assert_eq!(calendar["months"][8]["codes"][0], "A504");
    assert_eq!(calendar["idr"], "2520.00");
}

#[test]
fn a_case_file_has_the_keys_of_the_options() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("case.toml");
    let name = path.to_str().unwrap();
    let case = "procedure = 2005-06-01\ncontract-end = \"2005-06-30\"\nseniority = 36\nsjr = \"60.00\"\nhours = 35\n";
    fs::write(
        &path,
        format!("{case}job = [\"2005-11-01:35:1200.00\"]\nevent = [\"sickness:2005-08-01..2005-08-10\"]\n"),
    )
    .unwrap();
    let options = ["--job", "2005-11-01:35:1200.00", "--event", "sickness:2005-08-01..2005-08-10"];
    let of_file = json(&["simulate", "--file", name, "--format", "json"]);
    assert_eq!(of_file, calendar(&options));
    assert_eq!(months(&of_file)["2005-08"], ["970.20", "0.00"]);

    for (more, told) in [
        ("sjrr = 3\n", "unexpected argument '--sjrr'"),
        ("are-days = \"many\"\n", "invalid value 'many'"),
        ("notice = [[1]]\n", "notice: write a text, a number or a date"),
        ("law = \"other.toml\"\n", "unexpected argument '--law'"),
    ] {
        fs::write(&path, format!("{case}{more}")).unwrap();
        ran(&["simulate", "--file", name]).has_status(2).tells(&["case.toml: ", told]);
    }
}

#[test]
fn a_case_that_is_held_or_runs_behind_the_verified_law_says_so() {
    let held = ["simulate", "--procedure", "2008-12-01", "--contract-end", "2008-12-31", "--seniority", "6", "--sjr"];
    ran(&[&held[..], &["60.00", "--hours", "35"]].concat()).has_status(2).tells(&["A403", "fill in the days of ARE"]);
    let late = ["simulate", "--procedure", "2011-08-01", "--contract-end", "2011-11-30", "--seniority", "60", "--sjr"];
    let late = ran(&[&late[..], &["60.00", "--hours", "35"]].concat()).has_status(0);
    assert!(late.stdout.ends_with("the law is not verified after 2012-06-30\n"), "{late:?}");
    for (option, value, told) in [
        ("--event", "work:2005-08-01..", "write an event as"),
        ("--job", "2005-11-01:35", "write a job as"),
        ("--pension", "4:450.00", "write a pension as"),
        ("--part-time", "1.2", "write a ratio"),
        ("--notice", "1.234", "write euros and cents"),
    ] {
        ran(&[&EXAMPLE[..], &[option, value]].concat()).has_status(2).tells(&[told]);
    }
}

/// A ledger with April and May of 2009; in May, B002 has no row any more.
fn ledger(folder: &Path) -> std::path::PathBuf {
    let ledger = folder.join("ledger");
    for (month, people, status) in [("2009-04", &["B001", "B002"][..], 0), ("2009-05", &["B001"], 1)] {
        let night = Night::new().of(people.iter().map(|id| beneficiary(id)));
        let mut command = versement();
        command.args(["run", "--quiet", "--month", month, "--exports"]).arg(night.exports());
        command.arg("--ledger").arg(&ledger).arg("--out").arg(folder.join(month));
        Ran::of(command.output().unwrap()).has_status(status);
    }
    ledger
}

#[test]
fn a_run_of_a_ledger_is_explained_without_exports() {
    let folder = TempDir::new().unwrap();
    let ledger = ledger(folder.path());
    let told = |id: &str, options: &[&str]| {
        let mut command = versement();
        command.args(["explain", id, "--ledger"]).arg(&ledger).args(options);
        Ran::of(command.output().unwrap())
    };
    // The last run of a month is that run.
    let april = told("B001", &["--run", "1"]).has_status(0).stdout;
    assert_eq!(april, told("B001", &["--month", "2009-04"]).has_status(0).stdout);
    assert!(april.contains("the month is worth") && april.contains("1386.00"), "{april}");
    for personal in [NIR, NAME, IBAN] {
        assert!(!april.contains(personal));
    }
    let mut command = versement();
    let ran = command.current_dir(folder.path()).args(["explain", "B001", "--run", "1"]).output().unwrap();
    assert_eq!(april, Ran::of(ran).has_status(0).stdout);
    // A case without a row is told as such, and has no payment.
    let absent = told("B002", &["--run", "2", "--format", "json"]).has_status(0).stdout;
    let absent: Value = serde_json::from_str(&absent).unwrap();
    assert_eq!((&absent["outcome"], &absent["payment"]["net"]), (&"absent".into(), &"0.00".into()));
    assert_eq!(absent["findings"][0]["place"], "beneficiaries.csv");
    told("B002", &["--run", "2", "--lang", "fr"]).has_status(0).stdout.find("absent des exports").unwrap();

    told("B009", &["--run", "1"]).has_status(2).tells(&["B009 is not in run 1 (2009-04)"]);
    told("B001", &["--run", "7"]).has_status(2).tells(&["there is no run 7"]);
    told("B001", &["--month", "2009-06"]).has_status(2).tells(&["no run of 2009-06"]);
    told("B001", &["--run", "1", "--exports", "."]).has_status(2);
    let law = folder.path().join("law.toml");
    fs::write(&law, Law::BUILT_IN.replace("recovered_share = \"0.00\"", "recovered_share = \"0.20\"")).unwrap();
    told("B001", &["--run", "1", "--law", law.to_str().unwrap()]).has_status(2).tells(&["run 1 used other law data"]);
}
