//! The command that tells what is due by when, and what the choice about silence does in a run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::fs;

use common::{Night, Ran, table, versement};

const FOLLOWUP: &str =
    "beneficiary_id,adviser,proposal_date,acceptance_date,interview_date,plan_date,reclassified_on,last_contact";
const OTHERS: &str = ",,,";

/// The beneficiary of [`Night::new`]: procedure of 5 January 2009, CRP from 1 March 2009.
fn night(rows: &[&str]) -> Night {
    Night::new().with("followup.csv", table(FOLLOWUP, rows))
}

fn deadlines(night: &Night, on: &str, more: &[&str]) -> Ran {
    let mut command = versement();
    command.args(["deadlines", "--on", on, "--exports"]).arg(night.exports()).arg("--out").arg(night.out());
    Ran::of(command.args(more).output().unwrap())
}

fn lines(night: &Night, file: &str) -> Vec<String> {
    fs::read_to_string(night.out().join(file)).unwrap().lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn each_step_is_told_with_its_last_day_and_the_next_step() {
    let night = night(&[
        "B001,C12,2009-01-05,2009-01-19,2009-03-10,,,",
        "B002,C12,2009-01-05,,,,,",
        "B003,C14,2009-05-10,,,,,",
    ]);
    let ran = deadlines(&night, "2009-05-20", &[]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert_eq!(
        lines(&night, "deadlines.csv"),
        [
            "B001,C12,answer,R7.1,2009-01-19,2009-01-19,done,0,services",
            "B001,C12,interview,R7.2,2009-03-09,2009-03-10,done-late,1,services",
            "B001,C12,services,R7.3,2009-04-10,,overdue,40,services",
            "B002,C12,answer,R7.1,2009-01-19,,refused,121,none",
            "B003,C14,answer,R7.1,2009-05-31,,open,0,answer",
        ]
    );
    assert_eq!(lines(&night, "advisers.csv"), ["C12,1,no,0,0,1,0", "C14,0,no,0,0,0,0"]);
    // What stands there is left alone, and told.
    let again = deadlines(&night, "2009-05-21", &[]);
    assert_eq!(again.status, Some(2), "{again:?}");
    assert_eq!(deadlines(&night, "2009-05-21", &["--force", "--quiet"]).status, Some(0));
    assert!(lines(&night, "deadlines.csv")[2].contains(",overdue,41,"));
}

#[test]
fn the_load_of_an_adviser_is_compared_with_the_norm() {
    for (many, over) in [(110, "no"), (111, "yes")] {
        let ids: Vec<_> = (0..many).map(|at| format!("B{at:03}")).collect();
        let rows: Vec<_> = ids.iter().map(|id| format!("{id},C12,2009-01-05,2009-01-19{OTHERS},")).collect();
        let rows: Vec<_> = rows.iter().map(String::as_str).collect();
        let night = night(&rows).of(ids.iter().map(|id| common::beneficiary(id)));
        assert_eq!(deadlines(&night, "2009-05-20", &["--quiet"]).status, Some(0));
        assert_eq!(lines(&night, "advisers.csv"), [format!("C12,{many},{over},0,{many},0,0")]);
    }
}

#[test]
fn without_a_follow_up_there_is_nothing_to_tell() {
    let ran = deadlines(&Night::new(), "2009-05-20", &[]);
    assert_eq!(ran.status, Some(2));
    assert!(ran.stderr.contains("no followup.csv here"), "{ran:?}");
}

#[test]
fn silence_holds_the_payment_by_strict_law_data_only() {
    let silent = &["B001,C12,2009-01-05,,2009-03-05,2009-03-20,,"];
    let night_of_warning = night(silent);
    assert_eq!(night_of_warning.run().status, Some(0));
    assert_eq!(night_of_warning.rows("anomalies.csv")[0][..3], ["D702", "warning", "none"]);

    let strict = night(silent);
    let law = versement::law::Law::BUILT_IN
        .replace("[choice.silence]\nvalue = \"warns\"", "[choice.silence]\nvalue = \"holds\"");
    let file = strict.folder.path().join("strict.toml");
    fs::write(&file, law).unwrap();
    let strict = strict.option("--law").option(file.to_str().unwrap());
    assert_eq!(strict.run().status, Some(1));
    assert_eq!(strict.rows("anomalies.csv")[0][..3], ["D702", "error", "payment-held"]);
    assert!(strict.rows("payments.csv").is_empty());
}
