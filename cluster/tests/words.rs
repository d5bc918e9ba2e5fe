//! What is said of the member: its README names every option, and none of `versement run` is lost on the way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

/// Options of `versement run` that have no place here: parts are what this is about, and results always have digests.
const LEFT_OUT: [&str; 3] = ["--partition", "--results", "--no-digests"];

fn options(of: &str) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_versement-cluster")).args([of, "--help"]).output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(help.contains("Options:"), "{of}: {help}");
    named(&help)
}

fn named(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let mut all: Vec<_> = words.filter(|word| word.starts_with("--") && word.len() > 2).map(str::to_owned).collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn the_readme_names_every_option() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let told = named(&readme);
    for command in ["scheduler", "executor", "run"] {
        for option in options(command) {
            assert!(option == "--help" || told.contains(&option), "README.md does not tell of {command} {option}");
        }
    }
}

#[test]
fn a_run_takes_what_a_run_on_one_machine_takes() {
    let here = options("run");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/GUIDE.md");
    let guide = std::fs::read_to_string(source).unwrap();
    // The guide has a table of the options of each command; a test of the program sees to that.
    let behind =
        guide.split_once("\n`versement run`\n").expect("options of run").1.split("\n`versement ").next().unwrap();
    let rows = behind.lines().filter(|line| line.starts_with("| `--"));
    let of_run: Vec<_> = rows.flat_map(|line| named(line.split('|').nth(1).unwrap())).collect();
    assert!(of_run.len() > 10, "{of_run:?}");
    for option in of_run {
        let is_known = here.contains(&option) || LEFT_OUT.contains(&option.as_str());
        assert!(is_known, "versement-cluster run does not know {option}");
    }
}
