//! Whatever is wrong, no NIR, name or account of a row is told on stdout or stderr, nor in the summary or the decisions. Names of
//! columns are told.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::fs;
use std::process::Command;

use common::{BENEFICIARIES, EARNINGS, EVENTS, IBAN, NAME, NIR, Night, beneficiary, table, versement};

const SECRETS: [&str; 3] = [NIR, NAME, IBAN];

/// Carries out a command, whatever it comes to, and looks at all that it told.
fn is_silent(command: &mut Command) -> Option<i32> {
    let ran = command.env("RUST_BACKTRACE", "1").output().unwrap();
    for told in [&ran.stdout, &ran.stderr].map(|bytes| String::from_utf8_lossy(bytes)) {
        for secret in SECRETS {
            assert!(!told.contains(secret), "{command:?} tells {secret}: {told}");
        }
    }
    ran.status.code()
}

/// One identifier in each field of each export, in turn.
fn misplaced() -> Vec<Night> {
    let mut nights = Vec::new();
    let good = beneficiary("B001");
    let earning = "B001,73282932000074,2009-05,2009-04-01,,35,1200.00,1200.00,".to_owned();
    let event = "B001,sickness,2009-05-01,".to_owned();
    for (file, header, row) in [
        ("beneficiaries.csv", BENEFICIARIES, &good),
        ("earnings.csv", EARNINGS, &earning),
        ("events.csv", EVENTS, &event),
    ] {
        for at in 0..header.split(',').count() {
            for secret in SECRETS {
                let put = |text: &str| {
                    let mut fields: Vec<_> = text.split(',').collect();
                    fields[at] = secret;
                    fields.join(",")
                };
                nights.push(Night::new().with(file, table(header, [put(row)])));
            }
        }
        // A row without its line end, one with a quote that never closes, one behind a closing quote, one too many fields.
        for row in
            [format!("{row},{NIR}"), format!("\"{NIR}{row}"), format!("\"{NAME}\"{row}"), format!("{NAME}\0{row}")]
        {
            nights.push(Night::new().with(file, format!("{header}\n{row}")));
        }
        // No header: the first row is taken for one.
        nights.push(Night::new().with(file, format!("{good}\n")));
        nights.push(Night::new().with(file, [header.as_bytes(), b"\n", NAME.as_bytes(), b"\xFF\n"].concat()));
    }
    nights
}

#[test]
fn no_run_tells_what_stands_in_a_row() {
    let nights = misplaced();
    assert!(nights.len() > 60, "{}", nights.len());
    let mut refused = 0;
    for night in nights {
        let status = is_silent(&mut night.command());
        assert!(matches!(status, Some(0..=2)), "{status:?}");
        refused += u32::from(status == Some(2));
        if status != Some(2) {
            for file in ["summary.json", "decisions.csv"] {
                // A beneficiary number is told; where an identifier stands in its place, it is one.
                let bytes = fs::read(night.exports().join("beneficiaries.csv")).unwrap();
                let as_number =
                    SECRETS.iter().any(|secret| String::from_utf8_lossy(&bytes).contains(&format!("\n{secret},")));
                let text = night.text(file);
                assert!(as_number || SECRETS.iter().all(|secret| !text.contains(secret)), "{file}: {text}");
            }
        }
        let mut doctor = versement();
        doctor
            .args(["doctor", "--month", "2009-05", "--exports"])
            .arg(night.exports())
            .arg("--out")
            .arg(night.folder.path());
        is_silent(&mut doctor);
        for format in ["text", "json", "html"] {
            let mut explain = versement();
            explain
                .args(["explain", "B001", "--month", "2009-05", "--format", format, "--exports"])
                .arg(night.exports());
            is_silent(&mut explain);
        }
    }
    assert_eq!(refused, 9, "three files with an open quote, text behind one, and no header");
}
