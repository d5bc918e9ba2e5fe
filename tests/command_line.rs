//! The command as an operator meets it: every command and option, every exit status, what stands there afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::fs::{self, OpenOptions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

use assert_cmd::assert::OutputAssertExt;
use common::{BENEFICIARIES, EARNINGS, FILES, NIR, Night, Ran, beneficiary, names, table, versement};
use predicates::prelude::*;
use predicates::str::contains;
use serde_json::Value;
use tempfile::TempDir;
use versement::law::Law;

/// Runs the program with arguments, as on a terminal that is wide enough for any line.
fn run(arguments: &[&str]) -> assert_cmd::assert::Assert {
    versement().env("COLUMNS", "500").args(arguments).assert()
}

fn modified(folder: &Path) -> Vec<(String, SystemTime, Vec<u8>)> {
    let look = |name: String| {
        let path = folder.join(&name);
        (name, fs::metadata(&path).unwrap().modified().unwrap(), fs::read(path).unwrap())
    };
    names(folder).into_iter().map(look).collect()
}

fn sorted_files() -> Vec<&'static str> {
    let mut files = FILES.to_vec();
    files.sort_unstable();
    files
}

#[test]
fn every_help_text_has_examples_and_exit_statuses() {
    for arguments in [&["--help"][..], &["help"], &["run", "--help"], &["help", "run"]] {
        run(arguments)
            .success()
            .stdout(contains("Examples:").and(contains("Exit status: 0 ").and(contains("75 "))))
            .stderr("");
    }
    for command in [
        "run",
        "explain",
        "simulate",
        "law",
        "generate",
        "report",
        "export csv",
        "export xlsx",
        "doctor",
        "man",
        "completions",
    ] {
        run(&command.split(' ').chain(["--help"]).collect::<Vec<_>>())
            .success()
            .stdout(contains(format!("Examples:\n  versement {command} ")));
    }
    run(&["--version"]).success().stdout(format!("versement {}\n", env!("CARGO_PKG_VERSION")));
    // Without a command there is nothing to do.
    run(&[]).code(2).stderr(contains("Usage: versement <COMMAND>"));
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    // The files of the bank lie in a folder of their own.
    for name in names(from).into_iter().filter(|name| from.join(name).is_file()) {
        fs::copy(from.join(&name), to.join(&name)).unwrap();
    }
}

#[test]
fn the_examples_of_the_help_texts_work() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("my-law.toml"), Law::BUILT_IN).unwrap();
    fs::write(folder.path().join("crp-2010.toml"), Law::BUILT_IN).unwrap();
    let case = "procedure = 2008-12-01\ncontract-end = 2008-12-31\nseniority = 36\nsjr = \"60.00\"\nhours = 35\n";
    fs::write(folder.path().join("case.toml"), case).unwrap();
    let mut carried_out = 0;
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/fund.toml");
    fs::copy(example, folder.path().join("fund.toml")).unwrap();
    // The generate examples make what the run examples read.
    for command in [
        "generate",
        "law",
        "run",
        "explain",
        "simulate",
        "report",
        "export csv",
        "export xlsx",
        "doctor",
        "man",
        "completions",
    ] {
        if command == "report" {
            copy_folder(&folder.path().join("out/2009-05"), &folder.path().join("out/2009-04"));
        }
        let help = String::from_utf8(
            run(&command.split(' ').chain(["--help"]).collect::<Vec<_>>()).get_output().stdout.clone(),
        )
        .unwrap();
        for line in help.lines().filter(|line| line.starts_with("  versement ")) {
            let line = line.split(['|', '>']).next().unwrap();
            // The examples of run publish to one folder, for other ledgers and laws.
            let force = if line.starts_with("  versement run ") { " --force" } else { "" };
            let words = format!("{line}{force}");
            let status =
                versement().args(words.split_whitespace().skip(1)).current_dir(&folder).output().unwrap().status;
            assert!(matches!(status.code(), Some(0 | 1)), "{line}: {status}");
            carried_out += 1;
        }
    }
    assert!(carried_out >= 8, "{carried_out}");
}

#[test]
fn a_wrong_option_suggests_the_right_one() {
    let cases = [
        (&["run", "--mont", "2009-05"][..], "--month"),
        (&["run", "--export", "x"], "--exports"),
        (&["run", "--no-digest"], "--no-digests"),
        (&["law", "--chek", "x"], "--check"),
        (&["generate", "--fault", "5"], "--faults"),
        (&["generat"], "generate"),
    ];
    for (arguments, right) in cases {
        run(arguments).code(2).stderr(contains("tip:").and(contains(format!("'{right}'")))).stdout("");
    }
}

#[test]
fn wrong_values_are_told_with_the_right_form() {
    let cases = [
        (&["run", "--month", "2009-13", "--exports", "x", "--out", "y"][..], "write it as 2009-05"),
        (&["run", "--month", "05/2009", "--exports", "x", "--out", "y"], "write it as 2009-05"),
        (&["run", "--month", "2009-05", "--exports", "x", "--out", "y", "--encoding", "latin1"], "windows-1252"),
        (&["run", "--month", "2009-05", "--exports", "x", "--out", "y", "--threads", "0"], "--threads"),
        (&["run", "--month", "2009-05", "--exports", "x"], "--out <DIR>"),
        (&["law", "--on", "07/11/2009"], "write it as 2009-05-31"),
        (&["law", "--check", "x", "--on", "2009-11-07"], "cannot be used with"),
        (
            &["generate", "--month", "2009-05", "--beneficiaries", "many", "--seed", "1", "--out", "x"],
            "--beneficiaries",
        ),
        (
            &["generate", "--month", "2009-05", "--beneficiaries", "1", "--seed", "1", "--out", "x", "--faults", "101"],
            "at most 100",
        ),
        (
            &["generate", "--month", "2012-07", "--beneficiaries", "1", "--seed", "1", "--out", "x"],
            "from 2005-06 to 2012-06",
        ),
    ];
    for (arguments, told) in cases {
        run(arguments).code(2).stderr(contains(told)).stdout("");
    }
}

#[test]
fn a_stdout_that_is_full_is_told_and_a_law_text_cut_off_is_no_success() {
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    for arguments in [&["law", "--text"][..], &["law", "--on", "2009-05-01"]] {
        let output = versement().args(arguments).stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("stdout: No space left on device"), "{output:?}");
    }
    let night = Night::new();
    let output = night.command().arg("--json").stdout(full()).output().unwrap();
    // The night itself is published.
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("what was written to files is whole"), "{output:?}");
}

#[test]
fn a_good_night_ends_with_0_and_a_table_on_stdout_alone() {
    let night = Night::new();
    let ran = night.run().has_status(0);
    assert_eq!(ran.stderr, "");
    for told in ["2009-05", "beneficiary rows read", "net to pay             1 426.20", "written to "] {
        assert!(ran.stdout.contains(told), "{told}: {}", ran.stdout);
    }
    assert_eq!(night.published(), sorted_files());
}

#[test]
fn held_or_refused_rows_end_with_1_and_are_counted() {
    let night = Night::new().of([beneficiary("B001"), beneficiary("B002").replace("60.00", "")]);
    let ran = night.run().has_status(1);
    assert!(ran.stdout.contains("A101 missing value (row-refused)"), "{}", ran.stdout);
    assert_eq!(ran.stderr, "");
    // An IDR that waits is trouble too, though the row is paid.
    let job = "B001,73282932000074,2009-05,2009-05-16,,35,1200.00,600.00,";
    let night = Night::new().with("earnings.csv", table(EARNINGS, [job]));
    night.run().has_status(1);
    assert_eq!(night.decisions(), ["B001 2 paid A501 693.00"]);
    // A warning alone is none.
    let night = Night::new().of([beneficiary("B001").replace(NIR, "151027510100288")]);
    night.run().has_status(0);
    assert_eq!(night.anomalies(), ["A201 beneficiaries.csv 2 2"]);
}

#[test]
fn another_run_that_holds_the_folder_ends_with_75_and_touches_nothing() {
    let night = Night::new();
    night.run().has_status(0);
    let before = modified(&night.out());
    let lock = OpenOptions::new().write(true).open(night.out().join(".versement-lock")).unwrap();
    lock.lock().unwrap();
    let night = night.of([beneficiary("B002")]).option("--force");
    night.run().has_status(75).tells(&["another run is publishing here", &night.out().display().to_string()]);
    assert_eq!(modified(&night.out()), before);
    lock.unlock().unwrap();
    night.run().has_status(0);
    assert_eq!(night.decisions(), ["B002 2 paid  1426.20"]);
}

#[test]
fn what_is_done_already_is_left_alone() {
    let night = Night::new();
    night.run().has_status(0);
    let before = modified(&night.out());
    let again = night.run().has_status(0);
    assert!(again.stdout.starts_with("already done: "), "{}", again.stdout);
    assert_eq!(again.stderr, "");
    let night = night.option("--force");
    assert!(night.run().has_status(0).stdout.starts_with("already done: "));
    let night = night.option("--quiet");
    assert_eq!(night.run().has_status(0).stdout, "");
    let night = night.option("--json").option("--threads=2");
    let told: Value = serde_json::from_str(&night.run().has_status(0).stdout).unwrap();
    assert_eq!(told, serde_json::from_slice::<Value>(&night.bytes("summary.json")).unwrap());
    assert_eq!(modified(&night.out()), before);
}

#[test]
fn results_of_other_inputs_are_replaced_by_force_only() {
    let other_law = TempDir::new().unwrap();
    let path = other_law.path().join("law.toml");
    fs::write(&path, format!("# the same law, other bytes\n{}", Law::BUILT_IN)).unwrap();
    let changes: [fn(Night, &Path) -> Night; 5] = [
        |night, _| night.of([beneficiary("B002")]),
        |night, _| night.with("events.csv", "beneficiary_id,kind,start,end\n"),
        |night, _| night.month("2009-04"),
        |night, law| night.option("--law").option(&law.display().to_string()),
        |night, _| night.option("--encoding=windows-1252"),
    ];
    for change in changes {
        let night = Night::new();
        night.run().has_status(0);
        let before = modified(&night.out());
        let night = change(night, &path);
        night.run().has_status(2).tells(&["the results of another run stand here", "--force", "payments.csv"]);
        assert_eq!(modified(&night.out()), before);
        let night = night.option("--force");
        night.run().has_status(0);
        assert_ne!(night.bytes("summary.json"), before[3].2);
        assert_eq!(night.published(), sorted_files());
    }
}

#[test]
fn results_that_were_changed_are_told_and_written_anew_by_force_only() {
    for file in ["payments.csv", "anomalies.csv", "decisions.csv"] {
        let night = Night::new();
        night.run().has_status(0);
        let whole = night.bytes(file);
        let faults: [&dyn Fn(&Path); 2] =
            [&|path| fs::write(path, "changed").unwrap(), &|path| fs::remove_file(path).unwrap()];
        for fault in faults {
            fault(&night.out().join(file));
            night.run().has_status(2).tells(&["changed since", "--force"]);
            let forced = night.command().arg("--force").output().unwrap();
            Ran::of(forced).has_status(0);
            assert_eq!(night.bytes(file), whole);
        }
    }
    // Without its summary nobody can tell what stands there.
    let night = Night::new();
    night.run().has_status(0);
    fs::remove_file(night.out().join("summary.json")).unwrap();
    night.run().has_status(2).tells(&["stand here (payments.csv, anomalies.csv, decisions.csv, handover.csv)"]);
}

#[test]
fn a_month_that_is_not_over_needs_provisional() {
    let night = Night::new().month("2199-12");
    night.run().has_status(2).tells(&["2199-12 is not over yet", "--provisional"]);
    assert!(!night.out().exists());
    let night = night.option("--provisional");
    night.run().has_status(0);
    let summary: Value = serde_json::from_slice(&night.bytes("summary.json")).unwrap();
    assert_eq!(summary["provisional"], true);
    assert_eq!(night.decisions(), ["B001 2 nil term-passed 0.00"]);
}

#[test]
fn a_month_behind_the_verified_law_is_held() {
    let row = beneficiary("B001").replace("2009-01-05,2009-02-28", "2011-08-01,2011-08-31");
    for month in ["2012-06", "2012-07", "2012-08"] {
        let night = Night::new().of([&row]).month(month);
        if month == "2012-06" {
            night.run().has_status(0);
            assert_eq!(night.decisions(), ["B001 2 paid  1386.00"]);
        } else {
            night.run().has_status(1);
            assert_eq!(night.decisions(), ["B001 2 held A402 0.00"]);
            assert!(night.text("anomalies.csv").contains("not verified after 2012-06-30"));
        }
    }
}

#[test]
fn json_is_the_summary_and_nothing_else() {
    let night = Night::new().option("--json");
    let ran = night.run().has_status(0);
    assert_eq!(ran.stdout.as_bytes(), night.bytes("summary.json"));
    let summary: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(summary["totals"]["net"], "1426.20");
    assert_eq!(summary["outcomes"]["paid"], 1);
    assert_eq!(summary["by_regime"]["crp-2006"]["asr_days"], 31);
    assert_eq!(summary["inputs"][0]["name"], "beneficiaries.csv");
    assert_eq!(summary["outputs"].as_array().unwrap().len(), 4);
    for output in summary["outputs"].as_array().unwrap() {
        let bytes = night.bytes(output["name"].as_str().unwrap());
        assert_eq!(output["bytes"], bytes.len());
        assert_eq!(output["sha256"].as_str().unwrap().len(), 64);
    }
}

#[test]
fn quiet_prints_nothing_and_timings_go_to_stderr() {
    let night = Night::new().option("--quiet");
    let ran = night.run().has_status(0);
    assert_eq!((ran.stdout, ran.stderr), (String::new(), String::new()));
    let night = Night::new().option("-q").option("--timings").option("--threads=3");
    let ran = night.run().has_status(0).tells(&["seconds", "settling", "exports sorted"]);
    assert_eq!(ran.stdout, "");
    let night = Night::new().of([beneficiary("B002"), beneficiary("B001")]).option("--timings");
    night.run().has_status(0).tells(&["exports not sorted", "scattering"]);
}

#[test]
fn without_digests_the_payments_are_the_same() {
    let (with, without) = (Night::new(), Night::new().option("--no-digests"));
    with.run().has_status(0);
    without.run().has_status(0);
    let summary: Value = serde_json::from_slice(&without.bytes("summary.json")).unwrap();
    assert_eq!(summary["inputs"][0]["sha256"], Value::Null);
    for file in &FILES[..3] {
        assert_eq!(with.bytes(file), without.bytes(file));
    }
}

#[test]
fn results_are_for_their_owner_only() {
    let night = Night::new();
    night.run().has_status(0);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&night.out()), 0o700);
    for name in sorted_files().into_iter().chain([".versement-lock"]) {
        assert_eq!(mode(&night.out().join(name)), 0o600, "{name}");
    }
}

#[test]
fn what_a_killed_run_left_is_cleared_away() {
    let rows = (0..1000).map(|at| beneficiary(&format!("B{at:04}")));
    let night = Night::new().of(rows);
    let own = night.command();
    // The system ends the program with SIGXFSZ in the middle of its writing.
    let mut killed = Command::new("sh");
    killed.args(["-c", "ulimit -c 0; ulimit -f 8; exec \"$0\" \"$@\""]).arg(own.get_program()).args(own.get_args());
    let status = killed.output().unwrap().status;
    assert_eq!(status.signal(), Some(25), "{status}");
    let left = night.published();
    assert!(!left.is_empty() && left.iter().all(|name| name.starts_with(".versement-tmp-")), "{left:?}");
    night.run().has_status(0);
    assert_eq!(night.published(), sorted_files());
}

#[test]
fn a_run_cut_off_while_files_got_their_names_is_made_good() {
    let whole = Night::new();
    whole.run().has_status(0);
    // Some files of the new night, some of the one before, no summary: as a power cut would leave them.
    let night = Night::new();
    fs::create_dir(night.out()).unwrap();
    fs::write(night.out().join("payments.csv"), whole.bytes("payments.csv")).unwrap();
    fs::write(night.out().join("anomalies.csv"), "of another night\n").unwrap();
    fs::write(night.out().join(".versement-tmp-abc"), "half").unwrap();
    fs::write(night.out().join(".versement-publishing"), "").unwrap();
    night.run().has_status(0);
    assert_eq!(night.published(), sorted_files());
    for file in &FILES[..3] {
        assert_eq!(night.bytes(file), whole.bytes(file));
    }
}

#[test]
fn other_files_in_the_folder_are_left_alone() {
    let night = Night::new();
    fs::create_dir(night.out()).unwrap();
    fs::write(night.out().join("letter.txt"), "to keep").unwrap();
    night.run().has_status(0);
    assert_eq!(fs::read(night.out().join("letter.txt")).unwrap(), b"to keep");
}

#[test]
fn law_shows_entries_their_sources_and_the_last_verified_day() {
    let all = run(&["law"]).success().stderr("").stdout(contains("verified until 2012-06-30").and(contains("SHA-256")));
    let all = String::from_utf8(all.get_output().stdout.clone()).unwrap();
    let on = |day: &str| {
        let shown = run(&["law", "--on", day]).success().stderr("");
        String::from_utf8(shown.get_output().stdout.clone()).unwrap()
    };
    let line = |text: &str, name: &str| {
        text.lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(line(&all, "minimum_are ").len(), 8);
    for (day, value) in [("2009-06-30", "26.66"), ("2009-07-01", "26.93"), ("2012-06-30", "27.66")] {
        let [shown] = &line(&on(day), "minimum_are ")[..] else { panic!("{day}") };
        assert!(shown.contains(value) && shown.contains("circ. Unédic"), "{shown}");
    }
    assert!(line(&on("2009-11-06"), "allowance crp-2009")[0].contains("0.70"));
    assert!(!line(&on("2009-11-07"), "allowance crp-2009")[0].contains("0.70"));
    run(&["law", "--on", "2012-07-01"]).code(2).stderr(contains("not verified after 2012-06-30")).stdout("");
}

#[test]
fn the_text_of_the_law_is_a_law_file_without_fault() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("law.toml");
    let text = versement().args(["law", "--text"]).output().unwrap().stdout;
    assert_eq!(text, Law::BUILT_IN.as_bytes());
    fs::write(&path, text).unwrap();
    versement().args(["law", "--check"]).arg(&path).assert().success().stdout(contains("no fault"));
    let shown = versement().args(["law", "--law"]).arg(&path).output().unwrap();
    assert_eq!(shown.stdout, versement().arg("law").output().unwrap().stdout);
}

#[test]
fn check_tells_every_fault_of_a_law_file_with_its_line() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("law.toml");
    let faults = [
        ("value = \"26.66\"", "value = \"26,66\""),
        (
            "effect = \"ends\"\nsource = \"RG06 and RG09: conditions",
            "effect = \"ended\"\nsource = \"RG06 and RG09: conditions",
        ),
        ("source = \"circ. Unédic 03-09\"", "origin = \"circ. Unédic 03-09\""),
        ("wage_days = 30", "wage_days = \"thirty\""),
        ("value = \"half-up\"", "value = \"up\""),
    ];
    let mut text = Law::BUILT_IN.to_owned();
    for (right, wrong) in faults {
        assert!(text.contains(right), "{right}");
        text = text.replacen(right, wrong, 1);
    }
    fs::write(&path, &text).unwrap();
    let checked = versement().args(["law", "--check"]).arg(&path).output().unwrap();
    assert_eq!(checked.status.code(), Some(2));
    let told = String::from_utf8(checked.stdout).unwrap();
    for (_, wrong) in faults {
        let wrong = wrong.split('\n').next().unwrap();
        let line = text.lines().position(|line| line == wrong).unwrap() + 1;
        let place = format!("{}:{line}:", path.display());
        assert!(told.lines().any(|told| told.starts_with(&place)), "{place} ({wrong}) in\n{told}");
    }
    // A run by such a law tells the same, and publishes nothing.
    let night = Night::new().option("--law").option(&path.display().to_string());
    night.run().has_status(2).tells(&[told.trim_end(), "versement law --check"]);
    assert!(!night.out().exists());
    // No TOML at all, and no file at all.
    fs::write(&path, "[[regime]\nfrom = ").unwrap();
    versement().args(["law", "--check"]).arg(&path).assert().code(2).stdout(contains(format!("{}:1:", path.display())));
    run(&["law", "--check", "nowhere.toml"]).code(2).stderr(contains("nowhere.toml: the law file can't be read"));
}

#[test]
fn another_law_gives_other_payments_and_another_digest() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("law.toml");
    fs::write(&path, Law::BUILT_IN.replace("rate = \"0.03\"", "rate = \"0.04\"")).unwrap();
    let night = Night::new().option("--law").option(&path.display().to_string());
    night.run().has_status(0);
    // 31 days at 2.40 instead of 1.80.
    assert_eq!(night.decisions(), ["B001 2 paid  1407.60"]);
    let summary: Value = serde_json::from_slice(&night.bytes("summary.json")).unwrap();
    assert_ne!(summary["law"]["sha256"], Law::read(Law::BUILT_IN).unwrap().digest.as_str());
}

#[test]
fn generate_makes_exports_that_run_reads() {
    let folder = TempDir::new().unwrap();
    let make = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let mut command = versement();
        command
            .args(["generate", "--month", "2009-05", "--beneficiaries", "200", "--seed", "3", "--out"])
            .arg(&out)
            .args(more);
        (out, command.assert().success().stderr(""))
    };
    let (plain, told) = make("plain", &[]);
    told.stdout(contains("beneficiaries.csv  200").and(contains("written to ")));
    let (faulty, told) = make("faulty", &["--faults", "50", "--quiet"]);
    told.stdout("");
    let (shuffled, _) = make("shuffled", &["--shuffled"]);
    let read = |folder: &Path| fs::read(folder.join("beneficiaries.csv")).unwrap();
    assert_ne!(read(&plain), read(&faulty));
    assert_ne!(read(&plain), read(&shuffled));
    let pay = |exports: &Path, out: &str| {
        let out = folder.path().join(out);
        let mut command = versement();
        let ran = command
            .args(["run", "--no-ledger", "--month", "2009-05", "--exports"])
            .arg(exports)
            .arg("--out")
            .arg(&out)
            .output()
            .unwrap();
        assert!(matches!(ran.status.code(), Some(0 | 1)));
        fs::read(out.join("payments.csv")).unwrap()
    };
    assert_eq!(pay(&plain, "1"), pay(&shuffled, "2"));
    assert_ne!(pay(&plain, "1"), pay(&faulty, "3"));
}

#[test]
fn the_demonstration_exports_are_those_that_generate_makes() {
    let folder = TempDir::new().unwrap();
    let demonstration = common::fixtures().join("exports/2009-05");
    let mut command = versement();
    command.args([
        "generate",
        "--month",
        "2009-05",
        "--beneficiaries",
        "300",
        "--seed",
        "21",
        "--faults",
        "30",
        "--quiet",
    ]);
    command.arg("--out").arg(folder.path()).assert().success();
    for file in ["beneficiaries.csv", "events.csv", "earnings.csv"] {
        assert!(fs::read(folder.path().join(file)).unwrap() == fs::read(demonstration.join(file)).unwrap(), "{file}");
    }
    // Most codes show in it, and people of every outcome.
    let out = folder.path().join("out");
    let ran = versement()
        .args(["run", "--no-ledger", "--json", "--month", "2009-05", "--exports"])
        .arg(&demonstration)
        .arg("--out")
        .arg(&out)
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(1));
    let summary: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let codes = summary["anomalies"].as_object().unwrap().len();
    assert!(codes >= 24, "{codes}: {}", summary["anomalies"]);
    for outcome in ["paid", "nil", "held", "refused"] {
        assert!(summary["outcomes"][outcome].as_u64().unwrap() >= 5, "{}", summary["outcomes"]);
    }
}

#[test]
fn the_first_line_of_a_file_may_be_a_header_in_any_case() {
    let night = Night::new().with("beneficiaries.csv", table(&BENEFICIARIES.to_uppercase(), [beneficiary("B001")]));
    night.run().has_status(0);
    assert_eq!(night.rows("payments.csv").len(), 1);
}
