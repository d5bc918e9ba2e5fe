//! Golden cases of the ledger, end to end through the command: `fixtures/ledger`, for people to read.
//!
//! A case is a few steps on one ledger. `VERSEMENT_RECORD=1 cargo test --test ledger_cases` writes what comes out now as what is
//! expected.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;
mod explained;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{fixtures, names, versement};
use rayon::prelude::*;
use serde_json::Value;
use tempfile::TempDir;
use toml::de::{DeTable, DeValue};
use versement::law::Law;
use versement::publish::Table;

/// A step of `steps.toml`: a run of `month` on `exports`, or another `command`.
struct Step {
    keys: BTreeMap<String, String>,
    /// `law`: a line of the law data, and what stands there instead.
    law: Option<[String; 2]>,
}

const KEYS: [&str; 9] =
    ["month", "exports", "status", "command", "opening", "law", "says", "same_as", "as_without_ledger"];

impl Step {
    fn read(value: &DeValue<'_>) -> Self {
        let DeValue::Table(table) = value else { panic!("{value:?}") };
        let mut step = Self { keys: BTreeMap::new(), law: None };
        for (key, value) in table {
            let key = key.get_ref().to_string();
            assert!(KEYS.contains(&&*key), "{key} is no key of a step: {KEYS:?}");
            let text = match value.get_ref() {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.as_str().to_owned(),
                DeValue::Boolean(flag) => flag.to_string(),
                DeValue::Array(two) => {
                    let two: Vec<_> = two.iter().map(|one| one.get_ref().as_str().unwrap().to_owned()).collect();
                    step.law = Some(two.try_into().unwrap());
                    continue;
                }
                other => panic!("{key}: {other:?}"),
            };
            step.keys.insert(key, text);
        }
        step
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(String::as_str)
    }
}

struct Case {
    folder: PathBuf,
    name: String,
    steps: Vec<Step>,
    /// Where the ledger and the results stand.
    place: TempDir,
}

impl Case {
    fn read(folder: PathBuf) -> Self {
        let text = fs::read_to_string(folder.join("steps.toml")).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
        let table = DeTable::parse(&text).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
        let steps = table.get_ref().get("step").unwrap().get_ref().as_array().unwrap();
        let steps = steps.iter().map(|step| Step::read(step.get_ref())).collect();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        Self { folder, name, steps, place: TempDir::new().unwrap() }
    }

    /// The law of a step: that of the program, with one line replaced.
    fn law(&self, step: &Step) -> Option<PathBuf> {
        let [line, instead] = step.law.as_ref()?;
        assert_eq!(Law::BUILT_IN.matches(line.as_str()).count(), 1, "{}: {line}", self.name);
        let path = self.place.path().join("law.toml");
        fs::write(&path, Law::BUILT_IN.replace(line.as_str(), instead)).unwrap();
        Some(path)
    }

    fn run(&self, step: &Step, out: &Path, with_ledger: bool) -> Output {
        let mut command = versement();
        command.current_dir(self.place.path());
        if let Some(words) = step.get("command") {
            return command.args(words.split_whitespace()).output().unwrap();
        }
        command.args(["run", "--month", step.get("month").unwrap(), "--exports"]);
        command.arg(self.folder.join("exports").join(step.get("exports").unwrap())).arg("--out").arg(out);
        if !with_ledger {
            command.arg("--no-ledger");
        }
        if let Some(file) = step.get("opening") {
            command.arg("--opening").arg(self.folder.join(file));
        }
        if let Some(law) = self.law(step) {
            command.arg("--law").arg(law);
        }
        command.output().unwrap()
    }

    fn out(&self, number: usize) -> PathBuf {
        self.place.path().join(format!("out-{number}"))
    }

    /// Goes through the steps and tells how the results differ from what is expected.
    fn check(&self, record: bool) -> Vec<String> {
        if record {
            _ = fs::remove_dir_all(self.folder.join("expected"));
        }
        let mut faults = Vec::new();
        for (at, step) in self.steps.iter().enumerate() {
            let (number, out) = (at + 1, self.out(at + 1));
            let label = format!("{}, step {number}", self.name);
            let ran = self.run(step, &out, true);
            let told = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
            if ran.status.code().map(|code| code.to_string()).as_deref() != step.get("status") {
                faults.push(format!("{label}: {}, steps.toml says {:?}: {told}", ran.status, step.get("status")));
                continue;
            }
            let unwrapped = told.split_whitespace().collect::<Vec<_>>().join(" ");
            if step.get("says").is_some_and(|says| !unwrapped.contains(says)) {
                faults.push(format!("{label} does not say {:?}: {told}", step.get("says")));
            }
            if step.get("status") == Some("2") {
                assert!(step.get("says").is_some(), "{label}: what does it say?");
                assert!(names(&out).is_empty(), "{label}: {:?}", names(&out));
                continue;
            }
            if step.get("command").is_some() {
                continue;
            }
            let law = self.law(step);
            let explained = explained::explained(self.place.path(), &out, law.as_deref());
            faults.extend(explained.into_iter().map(|fault| format!("{label}: {fault}")));
            faults.extend(balances(&out).into_iter().map(|fault| format!("{label}: {fault}")));
            if let Some(other) = step.get("same_as") {
                let other = self.out(other.parse().unwrap());
                for name in names(&other) {
                    assert!(
                        fs::read(out.join(&name)).unwrap() == fs::read(other.join(&name)).unwrap(),
                        "{label}: {name}"
                    );
                }
                continue;
            }
            if step.get("as_without_ledger") == Some("true") {
                let without = self.place.path().join("without");
                _ = fs::remove_dir_all(&without);
                self.run(step, &without, false);
                for file in ["payments.csv", "anomalies.csv", "decisions.csv"] {
                    assert!(
                        fs::read(without.join(file)).unwrap() == fs::read(out.join(file)).unwrap(),
                        "{label}: {file}"
                    );
                }
            }
            let expected = self.folder.join("expected").join(format!("{number}-{}", step.get("month").unwrap()));
            faults.extend(compare(&out, &expected, record).into_iter().map(|fault| format!("{label}: {fault}")));
        }
        faults.extend(self.verify());
        faults
    }

    /// The ledger is as it was written, and what it keeps follows from the facts.
    fn verify(&self) -> Option<String> {
        let mut command: Command = versement();
        command.current_dir(self.place.path()).args(["verify", "--rebuild"]);
        let last = self.steps.iter().rfind(|step| step.get("month").is_some() && step.get("status") != Some("2"));
        if let Some(law) = last.and_then(|step| self.law(step)) {
            command.arg("--law").arg(law);
        }
        let ran = command.output().unwrap();
        let told = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
        (!ran.status.success()).then(|| format!("{}, verify --rebuild: {told}", self.name))
    }
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

fn cents(amount: &str) -> i64 {
    amount.replace('.', "").parse().unwrap()
}

/// Whether what is paid to each is what the files beside `payments.csv` say, and the claims add up.
fn balances(out: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    let mut sums: BTreeMap<String, [i64; 2]> = BTreeMap::new();
    let files = [("arrears.csv", "amount"), ("claims.csv", "recovered")];
    for (at, (file, column)) in files.into_iter().enumerate() {
        for row in rows(&out.join(file)) {
            sums.entry(row["beneficiary_id"].clone()).or_default()[at] += cents(&row[column]);
        }
    }
    for row in rows(&out.join("payments.csv")) {
        let [arrears, recovered] = sums.remove(&row["beneficiary_id"]).unwrap_or_default();
        let net = cents(&row["asr_net"]) + cents(&row["idr"]) + arrears - recovered;
        if (cents(&row["arrears"]), cents(&row["recovered"]), cents(&row["net"])) != (arrears, recovered, net) {
            faults.push(format!("{row:?} does not agree with {arrears} arrears and {recovered} recovered"));
        }
    }
    if sums.values().any(|sums| *sums != [0, 0]) {
        faults.push(format!("arrears or recoveries without a payment: {sums:?}"));
    }
    let summary: Value = serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    let claims = |key: &str| cents(summary["claims"][key].as_str().unwrap());
    if claims("opening") + claims("raised") - claims("recovered") != claims("closing") || claims("closing") < 0 {
        faults.push(format!("{}", summary["claims"]));
    }
    faults
}

/// The files that have rows, and the control totals of the run; files that are not expected have a header only.
fn compare(out: &Path, expected: &Path, record: bool) -> Vec<String> {
    let mut faults = Vec::new();
    // Contributions are written where employers are exported.
    let written = Table::ALL.into_iter().map(Table::file_name).filter(|file| out.join(file).exists());
    let tables = written.map(|file| (file, fs::read_to_string(out.join(file)).unwrap()));
    let with_rows = tables.filter(|(_, text)| text.lines().count() > 1);
    let found: BTreeMap<_, _> = with_rows.chain([("control.txt", control(out))]).collect();
    if record {
        fs::create_dir_all(expected).unwrap();
        for (file, text) in &found {
            fs::write(expected.join(file), text).unwrap();
        }
    }
    for name in names(expected).iter().filter(|name| !found.contains_key(name.as_str())) {
        faults.push(format!("{name} has no rows"));
    }
    for (file, text) in found {
        if fs::read_to_string(expected.join(file)).unwrap_or_default() != text {
            faults.push(format!("{file} differs; this came out:\n{text}"));
        }
    }
    faults
}

/// The control totals of a run, as an accountant reads them.
fn control(out: &Path) -> String {
    let summary: Value = serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap();
    let of = |path: &str| {
        let value = summary.pointer(path).unwrap();
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    };
    let [number, sequence] = ["number", "sequence_in_month"].map(|key| of(&format!("/run/{key}")));
    let [payments, arrears, recovered, net] =
        ["payments", "arrears", "recovered", "net"].map(|key| of(&format!("/totals/{key}")));
    let [opening, raised, settled, closing] =
        ["opening", "raised", "recovered", "closing"].map(|key| of(&format!("/claims/{key}")));
    let [paid, nil, held, refused] = ["paid", "nil", "held", "refused"].map(|key| of(&format!("/outcomes/{key}")));
    format!(
        "run {number} of the ledger, run {sequence} of {}\n\
         rows: {paid} paid, {nil} nil, {held} held, {refused} refused\n\
         payments: {payments}, net {net}, of it arrears {arrears}; recovered {recovered}\n\
         claims: {opening} before + {raised} raised - {settled} recovered = {closing} after\n",
        of("/month")
    )
}

fn cases() -> Vec<Case> {
    let mut folders: Vec<_> =
        fs::read_dir(fixtures().join("ledger")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.into_iter().map(Case::read).collect()
}

#[test]
fn every_case_comes_out_as_expected() {
    let record = std::env::var_os("VERSEMENT_RECORD").is_some_and(|value| value == "1");
    let cases = cases();
    assert!(cases.len() >= 20, "{} cases", cases.len());
    let faults: Vec<_> = cases.par_iter().flat_map_iter(|case| case.check(record)).collect();
    assert!(faults.is_empty(), "\n{}\n(VERSEMENT_RECORD=1 records them anew)", faults.join("\n"));
}

#[test]
fn every_case_has_a_note_that_works_out_its_amounts() {
    for case in cases() {
        let note = fs::read_to_string(case.folder.join("note.md")).unwrap_or_default();
        assert!(note.starts_with("# "), "{}: note.md", case.name);
        let files =
            [("payments.csv", "net"), ("arrears.csv", "amount"), ("claims.csv", "amount"), ("claims.csv", "balance")];
        let steps = names(&case.folder.join("expected"));
        for (step, (file, column)) in steps.iter().flat_map(|step| files.map(|file| (step, file))) {
            let path = case.folder.join("expected").join(step).join(file);
            let rows = if path.exists() { rows(&path) } else { Vec::new() };
            for row in rows.iter().filter(|row| row[column] != "0.00") {
                let amount = grouped(&row[column]);
                assert!(note.contains(&amount), "{}: the note does not work out {amount} ({step}/{file})", case.name);
            }
        }
    }
}

/// `1234.56` as an accountant writes it, `1,234.56`.
fn grouped(amount: &str) -> String {
    let (euros, cents) = amount.split_once('.').unwrap();
    match euros.len() {
        0..=3 => amount.to_owned(),
        digits => format!("{},{}.{cents}", &euros[..digits - 3], &euros[digits - 3..]),
    }
}
