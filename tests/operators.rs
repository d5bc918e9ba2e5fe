//! What operators install and watch: metrics, events, manual pages, completions, units of systemd.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{IBAN, NAME, NIR, Night, Ran, beneficiary, names, versement};
use serde_json::Value;
use tempfile::TempDir;

/// A night with trouble of many kinds, a fault of each field that holds something personal among them.
fn troubled() -> Night {
    Night::new().of([
        beneficiary("B001"),
        beneficiary("B002").replace("60.00", NAME),
        beneficiary("B003").replace(IBAN, &IBAN.replace("FR76", "FR77")),
        beneficiary("B004").replace(NIR, &NIR.replace("15102", "15103")),
        beneficiary("B005").replace("2009-02-28", IBAN),
        beneficiary("B006").replace("35", NIR),
        format!("{NAME} {NIR},{}", beneficiary("B007")),
    ])
}

/// The samples of a text file of metrics: `name{labels}` and value; every name has its help and type.
fn samples(text: &str) -> BTreeMap<String, String> {
    let mut typed = Vec::new();
    let mut samples = BTreeMap::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let words: Vec<_> = rest.splitn(3, ' ').collect();
            match words[..] {
                ["HELP", _, help] => assert!(help.len() > 5, "{line}"),
                ["TYPE", name, kind] => {
                    assert_eq!(kind, "gauge");
                    typed.push(name.to_owned());
                }
                ["EOF"] => assert_eq!(text.lines().last(), Some("# EOF")),
                _ => panic!("{line}"),
            }
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        let name = sample.split('{').next().unwrap();
        assert!(typed.iter().any(|typed| typed == name), "{name} has no type");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        if let Some(labels) = sample.strip_prefix(name).unwrap().strip_prefix('{') {
            for label in labels.strip_suffix('}').unwrap().split(',') {
                let (_, value) = label.split_once("=\"").unwrap();
                assert!(value.ends_with('"'), "{line}");
            }
        }
        value.parse::<f64>().unwrap();
        assert!(samples.insert(sample.to_owned(), value.to_owned()).is_none(), "{sample} stands twice");
    }
    samples
}

#[test]
fn metrics_are_whole_and_say_what_the_summary_says() {
    let night = troubled();
    let path = night.folder.path().join("versement.prom");
    let night = night.option("--metrics").option(&path.display().to_string());
    night.run().has_status(1);
    let text = fs::read_to_string(&path).unwrap();
    let found = samples(&text);
    let summary: Value = serde_json::from_slice(&night.bytes("summary.json")).unwrap();
    let of = |sample: &str| found.get(sample).unwrap_or_else(|| panic!("{sample}: {text}")).clone();
    assert_eq!(of("versement_last_run_status{month=\"2009-05\"}"), "1");
    for outcome in ["paid", "nil", "held", "refused"] {
        let sample = format!("versement_beneficiary_rows{{month=\"2009-05\",outcome=\"{outcome}\"}}");
        assert_eq!(of(&sample), summary["outcomes"][outcome].to_string());
    }
    let net = summary["totals"]["net"].as_str().unwrap().replace('.', "");
    assert_eq!(of("versement_amount_cents{month=\"2009-05\",kind=\"net\"}"), net);
    for (code, count) in summary["anomalies"].as_object().unwrap() {
        assert_eq!(of(&format!("versement_findings{{month=\"2009-05\",code=\"{code}\"}}")), count.to_string());
    }
    for secret in [NIR, NAME, IBAN, "B00"] {
        assert!(!text.contains(secret), "{secret}");
    }
    // Another user collects it; nothing temporary stays beside it.
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o644);
    assert_eq!(names(night.folder.path()), ["exports", "out", "versement.prom"]);
    // A run that is done already says so again, and one that publishes nothing replaces the file.
    night.run().has_status(0);
    assert_eq!(samples(&fs::read_to_string(&path).unwrap())["versement_last_run_status{month=\"2009-05\"}"], "0");
    let night = night.of([beneficiary("B009")]);
    night.run().has_status(2);
    let found = samples(&fs::read_to_string(&path).unwrap());
    assert_eq!(found["versement_last_run_status{month=\"2009-05\"}"], "2");
    assert!(!found.keys().any(|sample| sample.starts_with("versement_amount_cents")));
}

#[test]
fn metrics_that_cannot_be_written_are_told_and_the_night_stands() {
    let night = Night::new().option("--metrics=/proc/no/such/file");
    night.run().has_status(0).tells(&["/proc/no/such/file: the metrics can't be written"]);
    assert_eq!(night.rows("payments.csv").len(), 1);
}

#[test]
fn events_are_one_json_object_a_line_with_the_run_on_each() {
    let night = troubled().option("--log-format=json").option("--quiet");
    let ran = night.run().has_status(1);
    assert_eq!(ran.stdout, "");
    let events: Vec<Value> = ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let run = events[0]["run"].as_str().unwrap();
    assert!(run.starts_with("2009-05-"), "{run}");
    let told: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!((told[0], *told.last().unwrap()), ("start", "end"));
    for event in ["stage", "findings", "published"] {
        assert!(told.contains(&event), "{event}: {told:?}");
    }
    for event in &events {
        assert_eq!(event["run"], run);
        assert!(event["time"].as_str().unwrap().ends_with('Z'));
    }
    assert_eq!(events.last().unwrap()["status"], 1);
    // What ends a run is an event too, and nothing else is on the standard error.
    let night = night.of([beneficiary("B009")]);
    let ran = night.run().has_status(2);
    let events: Vec<Value> = ran.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let end = events.last().unwrap();
    assert_eq!(end["status"], 2);
    assert!(end["error"].as_str().unwrap().contains("the results of another run stand here"), "{end}");
}

#[test]
fn no_log_names_a_person_or_an_account() {
    for format in ["--log-format=text", "--log-format=json"] {
        for options in [&["--timings"][..], &["--timings", "--json"], &["--quiet", "--encoding=windows-1252"]] {
            let night = options.iter().fold(troubled().option(format), |night, option| night.option(option));
            // `Ran` looks for the NIR, the name and the IBAN in all that is printed.
            let ran = night.run().has_status(1);
            assert!(ran.stderr.contains("published") && ran.stderr.contains("2009-05-"), "{}", ran.stderr);
            assert!(night.text("anomalies.csv").contains(NAME), "the search would find nothing anywhere");
        }
    }
}

#[test]
fn manual_pages_are_made_of_the_command_line() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("man1");
    Ran::of(versement().args(["man", "--out"]).arg(&out).output().unwrap()).has_status(0);
    let pages = names(&out);
    for page in ["versement.1", "versement-run.1", "versement-explain.1", "versement-law.1"] {
        assert!(pages.iter().any(|name| name == page), "{page}: {pages:?}");
    }
    let page = fs::read_to_string(out.join("versement-run.1")).unwrap();
    for told in [".TH", "\\-\\-log\\-format", "\\-\\-metrics", "Exit status: 0 all settled"] {
        assert!(page.contains(told), "{told}");
    }
}

#[test]
fn completions_name_every_command() {
    let commands = ["run", "explain", "simulate", "law", "generate", "man", "completions"];
    for shell in ["bash", "zsh", "fish"] {
        let ran = Ran::of(versement().args(["completions", shell]).output().unwrap()).has_status(0);
        for told in commands.into_iter().chain(["log-format"]) {
            assert!(ran.stdout.contains(told), "{shell}: {told}");
        }
    }
    let ran = Ran::of(versement().args(["completions", "bash"]).output().unwrap());
    let mut check = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut check.stdin.take().unwrap(), ran.stdout.as_bytes()).unwrap();
    assert!(check.wait().unwrap().success());
}

fn dist() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("dist")
}

#[test]
fn the_units_are_right() {
    let folder = TempDir::new().unwrap();
    for name in names(&dist()).into_iter().filter(|name| dist().join(name).is_file()) {
        let text = fs::read_to_string(dist().join(&name)).unwrap();
        // The programs are not installed where the tests run.
        let program = env!("CARGO_BIN_EXE_versement");
        let text = text.replace("/usr/lib/versement/month-end", program).replace("/usr/bin/logger", program);
        fs::write(folder.path().join(name), text).unwrap();
    }
    let timer = fs::read_to_string(folder.path().join("versement.timer")).unwrap();
    assert!(timer.contains("Persistent=true"));
    let service = fs::read_to_string(folder.path().join("versement.service")).unwrap();
    for told in ["OnFailure=versement-failure@", "ProtectSystem=strict", "PrivateNetwork=yes", "UMask=0077"] {
        assert!(service.contains(told), "{told}");
    }
    let mut verify = Command::new("systemd-analyze");
    verify.args(["verify", "--man=no", "--recursive-errors=no"]);
    verify.args(["versement.service", "versement.timer"].map(|name| folder.path().join(name)));
    let failure = folder.path().join("versement-failure@.service");
    fs::rename(&failure, folder.path().join("versement-failure@x.service")).unwrap();
    verify.arg(folder.path().join("versement-failure@x.service"));
    match verify.output() {
        Ok(told) => {
            let said = String::from_utf8_lossy(&told.stderr).into_owned();
            assert!(told.status.success() && !said.contains("versement"), "{said}");
        }
        Err(error) => println!("skipped: the units were not verified, as systemd-analyze can't be run ({error})"),
    }
}

#[test]
fn the_month_end_script_settles_the_month_before() {
    let night = Night::new();
    let folder = night.folder.path();
    fs::rename(night.exports(), folder.join("2009-05")).unwrap();
    let mut script = Command::new(dist().join("month-end"));
    script.arg("2009-05").env("VERSEMENT", env!("CARGO_BIN_EXE_versement"));
    script.env("VERSEMENT_EXPORTS", folder).env("VERSEMENT_OUT", folder.join("out")).env("VERSEMENT_METRICS", folder);
    script.env("VERSEMENT_LEDGER", folder.join("ledger"));
    let ran = Ran::of(script.output().unwrap()).has_status(0);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("\"event\":\"published\""), "{}", ran.stderr);
    assert_eq!(names(folder), ["2009-05", "ledger", "out", "versement.prom"]);
    assert_eq!(names(&folder.join("out")), ["2009-05"]);
    assert!(folder.join("out/2009-05/payments.csv").is_file());
}
