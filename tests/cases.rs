//! Golden cases, end to end through the command: `fixtures/cases` for people to read, `fixtures/anomalies` for each code.
//!
//! `VERSEMENT_RECORD=1 cargo test --test cases` writes what comes out now as what is expected.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use common::{fixtures, versement};
use serde_json::Value;
use tempfile::TempDir;
use versement::anomaly::Code;
use versement::law::Law;
use versement::publish::Table;

/// `case.toml`: how a case is run, one `key = value` a line.
struct Case {
    folder: PathBuf,
    keys: BTreeMap<String, String>,
}

impl Case {
    fn read(folder: PathBuf) -> Self {
        let text = fs::read_to_string(folder.join("case.toml")).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
        let key = |line: &str| {
            let (key, value) = line.split_once('=').unwrap_or_else(|| panic!("{folder:?}: {line}"));
            (key.trim().to_owned(), value.trim().trim_matches('"').to_owned())
        };
        let keys: BTreeMap<_, _> = text.lines().filter(|line| !line.is_empty()).map(key).collect();
        let known = |key: &String| ["month", "status", "encoding", "before"].contains(&&**key);
        assert!(keys.keys().all(known), "{folder:?}: case.toml knows month, status, encoding and before");
        Self { folder, keys }
    }

    /// A run of a month's exports, with a ledger if `before` says that a month was run before.
    fn run(&self, month: &str, exports: &str, to: &Path) -> Output {
        let mut command = versement();
        command.args(["run", "--quiet", "--month", month, "--exports"]).arg(self.folder.join(exports));
        command.arg("--out").arg(to.join(month));
        match self.keys.get("before") {
            Some(_) => command.arg("--ledger").arg(to.join("ledger")),
            None => command.arg("--no-ledger"),
        };
        if let Some(encoding) = self.keys.get("encoding") {
            command.args(["--encoding", encoding]);
        }
        command.output().unwrap()
    }

    /// Runs the case and tells how its results differ from what is expected.
    fn check(&self, record: bool) -> Vec<String> {
        let name = self.folder.file_name().unwrap().to_string_lossy();
        let folder = TempDir::new().unwrap();
        if let Some(exports) = self.keys.get("before") {
            let month = exports.strip_prefix("exports-").unwrap();
            let ran = self.run(month, exports, folder.path());
            assert!(matches!(ran.status.code(), Some(0 | 1)), "{name}: {month}: {ran:?}");
        }
        let month = &self.keys["month"];
        let out = folder.path().join(month);
        let ran = self.run(month, "exports", folder.path());
        let mut faults = Vec::new();
        if ran.status.code() != self.keys["status"].parse().ok() {
            faults.push(format!("{name}: {}, case.toml says {}", ran.status, self.keys["status"]));
        }
        if !ran.stdout.is_empty() || !ran.stderr.is_empty() {
            faults.push(format!(
                "{name}: {}{}",
                String::from_utf8_lossy(&ran.stdout),
                String::from_utf8_lossy(&ran.stderr)
            ));
            return faults;
        }
        let has_ledger = self.keys.contains_key("before");
        let tables = Table::of_run(has_ledger).iter().map(|table| table.file_name());
        // Contributions are there only where employers were exported.
        let tables = tables.filter(|&file| file != "contributions.csv" || out.join(file).exists());
        for file in tables.chain(["summary.json"]) {
            let found = fs::read(out.join(file)).unwrap();
            let found = if file == "summary.json" { stable(&found) } else { found };
            let path = self.folder.join("expected").join(file);
            if record {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, &found).unwrap();
            }
            let expected = fs::read(&path).unwrap_or_default();
            if expected != found {
                faults.push(format!(
                    "{name}/expected/{file} differs; this came out:\n{}",
                    String::from_utf8_lossy(&found)
                ));
            }
        }
        faults
    }
}

/// `summary.json` without what changes from run to run or from version to version, each of which is checked here.
fn stable(summary: &[u8]) -> Vec<u8> {
    let mut summary: Value = serde_json::from_slice(summary).unwrap();
    let fields = summary.as_object_mut().unwrap();
    let program = concat!("versement ", env!("CARGO_PKG_VERSION"));
    assert_eq!(fields.remove("program").unwrap(), program);
    fields.remove("stages").unwrap();
    let [started, finished] = ["started", "finished"].map(|key| fields.remove(key).unwrap());
    let [started, finished] = [started.as_str().unwrap(), finished.as_str().unwrap()];
    let shape: String = finished.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00Z");
    assert!(started <= finished && started.len() == finished.len());
    let law = fields["law"].as_object_mut().unwrap();
    assert_eq!(law.remove("sha256").unwrap(), Law::read(Law::BUILT_IN).unwrap().digest.as_str());
    (serde_json::to_string_pretty(&summary).unwrap() + "\n").into_bytes()
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> = fs::read_dir(of).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders
}

fn check_all(kind: &str) {
    let record = std::env::var_os("VERSEMENT_RECORD").is_some_and(|value| value == "1");
    let cases: Vec<_> = folders(&fixtures().join(kind)).into_iter().map(Case::read).collect();
    assert!(cases.len() >= 14, "{} cases", cases.len());
    let faults: Vec<_> = cases.iter().flat_map(|case| case.check(record)).collect();
    assert!(faults.is_empty(), "\n{}\n(VERSEMENT_RECORD=1 records them anew)", faults.join("\n"));
}

#[test]
fn every_case_comes_out_as_expected() {
    check_all("cases");
}

#[test]
fn every_anomaly_comes_out_as_expected() {
    check_all("anomalies");
}

#[test]
fn every_case_has_a_note_with_its_amounts() {
    for folder in folders(&fixtures().join("cases")) {
        let note = fs::read_to_string(folder.join("note.md")).unwrap_or_default();
        assert!(note.starts_with("# "), "{folder:?}: note.md");
        let paid = fs::read_to_string(folder.join("expected/payments.csv")).unwrap();
        let mut rows = csv::Reader::from_reader(paid.as_bytes());
        for row in rows.records().map(Result::unwrap) {
            let net = grouped(&row[14]);
            assert!(note.contains(&net), "{folder:?}: the note does not work out {net} of {}", &row[0]);
        }
    }
}

/// `1234.56` as an accountant writes it, `1,234.56`.
fn grouped(amount: &str) -> String {
    let (euros, cents) = amount.split_once('.').unwrap();
    let mut text = String::new();
    for (at, digit) in euros.chars().enumerate() {
        if at > 0 && (euros.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text}.{cents}")
}

/// The folder of a code; the effect tells apart two entries of one code.
fn folder_name(code: Code) -> String {
    let entry = code.entry();
    let twins = Code::ALL.iter().filter(|other| other.entry().code == entry.code).count();
    if twins == 1 { entry.code.to_owned() } else { format!("{}-{}", entry.code, entry.effect.name()) }
}

#[test]
fn every_code_of_the_catalogue_has_a_folder_that_shows_it() {
    let folder = fixtures().join("anomalies");
    for &code in Code::ALL {
        // Only an edited law makes silence hold; `tests/deadlines.rs` shows it.
        if code == Code::NoAnswerHeld {
            continue;
        }
        let entry = code.entry();
        let name = folder_name(code);
        let path = folder.join(&name).join("expected/anomalies.csv");
        let expected = fs::read(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let rows: Vec<_> = csv::Reader::from_reader(&expected[..]).records().map(Result::unwrap).collect();
        let own = |row: &&csv::StringRecord| &row[0] == entry.code && &row[2] == entry.effect.name();
        let row = rows.iter().find(own).unwrap_or_else(|| panic!("{name} does not show its code: {rows:?}"));
        assert_eq!(&row[1], entry.severity.name(), "{name}");
        assert_eq!(&row[9], entry.article.to_string(), "{name}");
        // Place, code, what was found, what to do. What the ledger holds has no line in today's exports.
        let place = row.iter().skip(4).take(3).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(":") + ": ";
        let (found, message) = (&row[7], &row[8]);
        let told = format!("{place}{}: found \"{found}\"; ", entry.code);
        assert!(message.starts_with(&told), "{name}: {message}");
        assert!(message.len() > told.len() + 10, "{name}: what to do? {message}");
    }
    let known: BTreeSet<_> = Code::ALL.iter().map(|&code| folder_name(code)).collect();
    for path in folders(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(known.contains(&name), "{name} is no code of the catalogue");
    }
}
