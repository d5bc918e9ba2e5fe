//! `versement verify` tells every altered byte by the name of its file: in the folders of the runs, in the catalogue, in the results
//! where they were published, in the law file. Bytes that it does not tell say nothing: what the catalogue holds is unchanged.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a promise that is not kept must panic")]
#![cfg(target_os = "linux")]

#[allow(unreachable_pub, missing_docs, reason = "the tests share it")]
mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{BENEFICIARIES, EARNINGS, Ran, table, versement};
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;
use versement::ledger::Ledger;

/// Two months in a ledger, the first of them closed.
struct Fund(TempDir);

impl Fund {
    fn new() -> Self {
        let fund = Self(TempDir::new().unwrap());
        for month in ["2009-05", "2009-06"] {
            let exports = fund.path(month);
            fs::create_dir(&exports).unwrap();
            let people = (0..4).map(|id| common::beneficiary(&format!("B{id:03}")));
            fs::write(exports.join("beneficiaries.csv"), table(BENEFICIARIES, people)).unwrap();
            let job = format!("B001,73282932000074,{month},2009-04-15,,35,1000.00,1000.00,{month}-28");
            fs::write(exports.join("earnings.csv"), table(EARNINGS, [job])).unwrap();
            let out = format!("out/{month}");
            let arguments =
                ["run", "--quiet", "--month", month, "--exports", month, "--out", &out, "--ledger", "ledger"];
            let ran = Ran::of(fund.command().args(arguments).output().unwrap());
            assert!(matches!(ran.status, Some(0 | 1)), "{ran:?}");
        }
        Ran::of(fund.command().args(["close", "2009-05", "--ledger", "ledger"]).output().unwrap()).has_status(0);
        fund.verify(&[]).has_status(0);
        fund
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = versement();
        command.current_dir(self.0.path());
        command
    }

    fn verify(&self, options: &[&str]) -> Ran {
        Ran::of(self.command().args(["verify", "--ledger", "ledger"]).args(options).output().unwrap())
    }

    /// What is told, in this process; `None` where all is said to be as it was written.
    fn told(&self) -> Option<String> {
        let checked = Ledger::open(&self.path("ledger")).and_then(|ledger| {
            let (faults, away) = (ledger.verify()?, ledger.results_away()?);
            Ok(faults.iter().chain(&away).map(|told| format!("{told}\n")).collect::<String>())
        });
        let told = checked.unwrap_or_else(|error| error.to_string());
        Some(told).filter(|told| !told.is_empty())
    }

    fn catalogue(&self) -> PathBuf {
        self.path("ledger/catalogue.sqlite")
    }
}

/// All files of some folders.
fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, out) } else { out.push(path) }
    }
    out.sort();
}

/// So many bytes of a file, all of them if `LEDGER_FAULTS=all`.
fn places(length: usize, few: usize) -> impl Iterator<Item = usize> {
    let all = std::env::var_os("LEDGER_FAULTS").is_some_and(|value| value == "all");
    (0..length).step_by(if all { 1 } else { (length / few).max(1) })
}

/// Each of these bytes of a file flipped, and set back.
fn with_each_flipped(file: &Path, few: usize, mut check: impl FnMut(usize)) -> usize {
    let bytes = fs::read(file).unwrap();
    let mut count = 0;
    for at in places(bytes.len(), few) {
        let mut other = bytes.clone();
        other[at] ^= [0x01, 0x80, 0xFF, 0x10][at % 4];
        fs::write(file, &other).unwrap();
        check(at);
        count += 1;
    }
    fs::write(file, &bytes).unwrap();
    count
}

#[test]
fn a_flipped_byte_of_any_file_of_a_run_is_told_by_its_name() {
    let fund = Fund::new();
    let mut paths = Vec::new();
    files(&fund.path("ledger/month=2009-05"), &mut paths);
    files(&fund.path("ledger/month=2009-06"), &mut paths);
    assert!(paths.len() > 20, "{paths:?}");
    let mut count = 0;
    for path in paths {
        count += with_each_flipped(&path, 12, |at| {
            let told = fund.told().unwrap_or_else(|| panic!("{}: byte {at} is not told", path.display()));
            assert!(told.starts_with(&format!("{}: ", path.display())), "{told}");
        });
    }
    println!("{count} flipped bytes of files of runs: all told");
    assert_eq!(fund.told(), None);
}

#[test]
fn a_flipped_byte_of_published_results_is_told_by_its_name() {
    let fund = Fund::new();
    let mut paths = Vec::new();
    files(&fund.path("out"), &mut paths);
    paths.retain(|path| !path.ends_with(".versement-lock"));
    assert!(paths.len() > 14, "{paths:?}");
    let mut count = 0;
    for path in paths {
        count += with_each_flipped(&path, 40, |at| {
            let told = fund.told().unwrap_or_else(|| panic!("{}: byte {at} is not told", path.display()));
            assert!(told.starts_with(&format!("{}: ", path.display())), "{told}");
        });
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert!(fund.told().is_some_and(|told| told.contains(&path.display().to_string())), "{}", path.display());
        fs::write(&path, bytes).unwrap();
    }
    println!("{count} flipped bytes of published results: all told");
    fund.verify(&[]).has_status(0);
    // Results may be moved away; that is told, and is no fault.
    fs::rename(fund.path("out"), fund.path("archive")).unwrap();
    let moved = fund.verify(&[]).has_status(0);
    assert!(moved.stdout.contains("no results of run 1 stand here"), "{moved:?}");
}

/// Everything that a catalogue holds.
fn content(catalogue: &Path) -> Vec<Vec<Value>> {
    let connection = Connection::open(catalogue).unwrap();
    let mut all = Vec::new();
    for query in [
        "SELECT * FROM runs ORDER BY number",
        "SELECT * FROM closed_months ORDER BY month",
        "SELECT CAST(type AS BLOB), CAST(name AS BLOB), CAST(tbl_name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema ORDER BY rowid",
        "SELECT user_version FROM pragma_user_version",
    ] {
        let mut statement = connection.prepare(query).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|at| row.get::<_, Value>(at)).collect()).unwrap();
        all.extend(rows.map(|row: rusqlite::Result<Vec<Value>>| row.unwrap()));
    }
    all
}

#[test]
fn a_flipped_byte_of_the_catalogue_is_told_or_says_nothing() {
    let fund = Fund::new();
    let catalogue = fund.catalogue();
    let before = content(&catalogue);
    let (mut told, mut idle) = (0, 0);
    let bytes = fs::read(&catalogue).unwrap();
    with_each_flipped(&catalogue, 500, |at| {
        match fund.told() {
            Some(text) => {
                told += 1;
                assert!(text.contains("catalogue.sqlite") || text.contains("no results of run"), "byte {at}: {text}");
            }
            None => {
                idle += 1;
                assert_eq!(content(&catalogue), before, "byte {at} is not told, and says something else");
            }
        }
        for end in ["-wal", "-shm"] {
            _ = fs::remove_file(fund.path(&format!("ledger/catalogue.sqlite{end}")));
        }
    });
    println!("{told} flipped bytes of {} in the catalogue told, {idle} in bytes that say nothing", bytes.len());
    assert!(told > 0);
    assert_eq!(fund.told(), None);
}

#[test]
fn what_follows_from_the_records_is_told_when_it_was_altered() {
    for (altered, told) in [
        (
            "UPDATE closed_months SET totals = replace(totals, '\"payments\":4', '\"payments\":5')",
            "closed month 2009-05",
        ),
        ("UPDATE closed_months SET run = 2", "closed month 2009-05"),
        ("UPDATE closed_months SET month = '2009-06'", "closed month 2009-06"),
        ("UPDATE runs SET identity = 'x' WHERE number = 2", "keys of run 2"),
        ("UPDATE runs SET month = '2009-07' WHERE number = 2", "keys of run 2"),
        ("UPDATE runs SET sequence = 9 WHERE number = 1", "keys of run 1"),
        ("DELETE FROM runs WHERE number = 2", "no run made this"),
        ("CREATE INDEX one ON runs (month)", "its tables are not those"),
        // SQLite reads the index all the same, and finds nothing wrong.
        (
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET type = CAST(x'8B6E646578' AS TEXT) WHERE name = \
             'sqlite_autoindex_runs_1'",
            "its tables are not those",
        ),
    ] {
        let fund = Fund::new();
        let connection = Connection::open(fund.catalogue()).unwrap();
        connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        connection.execute_batch(altered).unwrap();
        drop(connection);
        let found = fund.verify(&[]);
        let text = format!("{}{}", found.stdout, found.stderr);
        assert!(matches!(found.status, Some(1 | 2)) && text.contains(told), "{altered}: {found:?}");
    }
}

#[test]
fn an_altered_law_file_is_told_by_its_name() {
    let fund = Fund::new();
    let law = fund.path("law.toml");
    fs::write(&law, versement::law::Law::BUILT_IN).unwrap();
    fund.verify(&["--law", "law.toml"]).has_status(0);
    fund.verify(&["--law", "law.toml", "--rebuild"]).has_status(0);
    let (mut refused, mut other) = (0, 0);
    with_each_flipped(&law, 40, |at| {
        let found = fund.verify(&["--law", "law.toml"]);
        let text = format!("{}{}", found.stdout, found.stderr);
        assert!(text.contains("law.toml"), "byte {at}: {found:?}");
        match found.status {
            Some(1) => other += 1,
            Some(2) => refused += 1,
            _ => panic!("byte {at}: {found:?}"),
        }
    });
    println!("{other} flipped bytes of the law told as another law, {refused} as no law");
}
