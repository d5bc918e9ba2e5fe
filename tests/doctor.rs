//! The look at exports before a night.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::fs;

use common::{BENEFICIARIES, EARNINGS, EVENTS, NAME, Night, Ran, beneficiary, names, table, versement};

fn doctor(night: &Night, options: &[&str]) -> Ran {
    let mut command = versement();
    command.arg("doctor").arg("--exports").arg(night.exports()).args(["--month", &night.month]);
    Ran::of(command.arg("--out").arg(night.folder.path()).args(options).output().unwrap())
}

#[test]
fn exports_without_a_fault_leave_nothing_to_do_and_nothing_behind() {
    let night = Night::new();
    let ran = doctor(&night, &[]).has_status(0);
    for told in [
        "beneficiaries.csv  ",
        "comma, UTF-8",
        "sorted",
        "none: no event",
        "nothing to do",
        " s for the night",
        "MB free",
    ] {
        assert!(ran.stdout.contains(told), "{told}: {}", ran.stdout);
    }
    assert_eq!(names(night.folder.path()), ["exports"]);
}

#[test]
fn faults_are_told_with_their_places_and_without_what_stands_there() {
    let rows = [
        beneficiary("B002").replace("60.00", NAME),
        beneficiary("B001").replace(",35", ""),
        beneficiary("B003").replace("60.00", NAME),
    ];
    let night = Night::new().of(rows).with("events.csv", table(EVENTS, ["B001,sick,2009-05-01,"]));
    // `Ran` looks for anything personal.
    let ran = doctor(&night, &[]).has_status(1);
    for told in [
        "not sorted, from line 3 on",
        "beneficiaries.csv: 2 × A103 not an amount, at 2:8, 4:8; write euros and cents",
        "beneficiaries.csv: 1 × A105 wrong number of fields, at 3;",
        "events.csv: 1 × A108 unknown kind or category, at 2:2;",
    ] {
        assert!(ran.stdout.contains(told), "{told}: {}", ran.stdout);
    }
}

#[test]
fn what_keeps_a_run_from_publishing_is_told_for_all_files_at_once() {
    let night = Night::new()
        .with("beneficiaries.csv", "beneficiary_id,nir\nB001,1\n")
        .with("earnings.csv", format!("{EARNINGS}\n\"B001,7\n"));
    let ran = doctor(&night, &[]).has_status(2);
    assert!(ran.stdout.contains("beneficiaries.csv:1: missing column"), "{}", ran.stdout);
    assert!(ran.stdout.contains("earnings.csv:2:1: this quote never closes"), "{}", ran.stdout);
    doctor(&Night::new().month("2199-12"), &[]).has_status(2);
    let nowhere = Night::new();
    fs::remove_file(nowhere.exports().join("earnings.csv")).unwrap();
    doctor(&nowhere, &[]).has_status(2).tells(&["earnings.csv"]);
}

#[test]
fn the_month_and_the_encoding_are_checked() {
    let job = "B001,73282932000074,2009-04,2009-04-16,,35,1200.00,600.00,";
    let night = Night::new().with("earnings.csv", table(EARNINGS, [job]));
    let ran = doctor(&night, &[]).has_status(1);
    assert!(ran.stdout.contains("earnings.csv: no row is for 2009-05"), "{}", ran.stdout);
    let mut latin = table(BENEFICIARIES, [beneficiary("B001")]);
    let at = latin.windows(4).position(|word| word == b"Anne").unwrap();
    latin[at + 3] = 0xE9;
    let night = Night::new().with("beneficiaries.csv", latin);
    let ran = doctor(&night, &[]).has_status(1);
    assert!(ran.stdout.contains("look again with --encoding windows-1252"), "{}", ran.stdout);
    doctor(&night, &["--encoding=windows-1252"]).has_status(0);
}

#[test]
fn what_it_says_of_rows_is_what_the_run_finds() {
    let exports = common::fixtures().join("exports/2009-05");
    let mut command = versement();
    let ran = Ran::of(command.args(["doctor", "--month", "2009-05", "--exports"]).arg(&exports).output().unwrap());
    let ran = ran.has_status(1);
    let folder = tempfile::TempDir::new().unwrap();
    let mut command = versement();
    command.args(["run", "--no-ledger", "--month", "2009-05", "--json", "--exports"]).arg(&exports).arg("--out");
    let run = Ran::of(command.arg(folder.path().join("out")).output().unwrap());
    let summary: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    for code in ["A101", "A102", "A103", "A104", "A105", "A106", "A107", "A108", "A201", "A202", "A203"] {
        let numbers = ran.stdout.lines().filter_map(|line| {
            let (_, rest) = line.split_once(".csv: ")?;
            let (number, rest) = rest.split_once(" × ")?;
            rest.starts_with(code).then(|| number.replace(' ', "").parse::<u64>().unwrap())
        });
        let found = summary["anomalies"][code].as_u64().unwrap_or(0);
        assert_eq!(numbers.sum::<u64>(), found, "{code}: {}", ran.stdout);
    }
}
