//! A month by parts: whatever the parts, the bytes are those of one machine, or nothing is published.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::{Ran, fixtures, names, versement};
use rayon::prelude::*;
use tempfile::TempDir;
use versement::generate::{self, Share};
use versement::law::Law;
use versement::night::Progress;
use versement::partition::{
    Answer, Manifest, Merging, PartSetup, PartitionError, RESULTS, ResultRow, ResultWriter, merge, part_name,
    settle_part,
};
use versement::publish::staging::Staging;
use versement::publish::summary::Summary;

/// Two ways on the same exports: on one machine, and by parts; each has its ledger.
struct Twice {
    folder: TempDir,
    with_ledger: bool,
}

impl Twice {
    fn new(with_ledger: bool) -> Self {
        Self { folder: TempDir::new().unwrap(), with_ledger }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command that knows exports, month and ledger.
    fn command(&self, verb: &str, way: &str, (month, exports): (&str, &Path), more: &[&str]) -> Command {
        let mut command = versement();
        command.current_dir(self.folder.path()).args([verb, "--month", month, "--quiet", "--exports"]).arg(exports);
        if self.with_ledger {
            command.args(["--ledger", &format!("ledger-{way}")]);
        } else {
            command.arg("--no-ledger");
        }
        command.args(more);
        command
    }

    fn run(&self, of: (&str, &Path), out: &str, more: &[&str]) -> Ran {
        Ran::of(self.command("run", "one", of, &[&["--out", out], more].concat()).output().unwrap())
    }

    fn prepare(&self, of: (&str, &Path), parts: u32, more: &[&str]) -> Ran {
        let parts = parts.to_string();
        let more = [&["--out", "prepared", "--parts", &parts], more].concat();
        Ran::of(self.command("prepare", "many", of, &more).output().unwrap())
    }

    fn settle(&self, part: u32, more: &[&str]) -> Ran {
        let part = format!("{part}/{}", self.manifest().count());
        let mut command = versement();
        command.current_dir(self.folder.path()).args(["run", "--partition", &part, "--prepared", "prepared"]);
        Ran::of(command.args(more).output().unwrap())
    }

    fn settle_all(&self) {
        for part in 0..self.manifest().count() {
            self.settle(part, &[]).has_status(0);
        }
    }

    fn merge(&self, out: &str) -> Ran {
        let mut command = versement();
        command.current_dir(self.folder.path()).args(["merge", "--quiet", "--prepared", "prepared", "--out", out]);
        if self.with_ledger {
            command.args(["--ledger", "ledger-many"]);
        }
        Ran::of(command.output().unwrap())
    }

    fn manifest(&self) -> Manifest {
        Manifest::read(&self.at("prepared")).unwrap()
    }

    fn result(&self, part: u32) -> PathBuf {
        self.at("prepared").join(RESULTS).join(part_name(part))
    }

    /// Nothing was published, and nothing got into the ledger.
    #[track_caller]
    fn published_nothing(&self) {
        assert_eq!(names(&self.at("many")), [""; 0]);
        let ledger = self.at("ledger-many");
        assert!(names(&ledger).iter().all(|name| !name.starts_with("month=")), "{:?}", names(&ledger));
    }
}

/// What a folder holds, every file with its bytes; times left out of summaries.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            all.extend(contents(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else if name == "summary.json" {
            let summary = Summary::read(folder).unwrap();
            let (started, finished) = (String::new(), String::new());
            let summary = Summary { started, finished, stages: None, ..summary };
            all.push((name, summary.to_json().unwrap().into_bytes()));
        } else if name != "catalogue.sqlite" && name != "lock" {
            all.push((name, fs::read(&path).unwrap()));
        }
    }
    all
}

#[track_caller]
fn same(one: &Path, many: &Path, what: &str) {
    let (one, many) = (contents(one), contents(many));
    let of = |all: &[(String, Vec<u8>)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(of(&one), of(&many), "{what}");
    for ((name, one), (_, many)) in one.iter().zip(&many) {
        let first = one.split(|&byte| byte == b'\n').zip(many.split(|&byte| byte == b'\n')).position(|(a, b)| a != b);
        assert!(one == many, "{what}: {name} differs, first in line {:?}", first.map(|at| at + 1));
    }
}

/// Exports with every kind of fault: every third beneficiary has one.
fn generated(month: &str, beneficiaries: u64, shuffled: bool) -> TempDir {
    let folder = TempDir::new().unwrap();
    let faults = Share::from_parts(3300).unwrap();
    let month = month.parse().unwrap();
    let plan = generate::Plan { month, beneficiaries, seed: 11, faults, complete: true, shuffled };
    generate::write_exports(&plan, folder.path(), |_| ()).unwrap();
    folder
}

fn fixture() -> PathBuf {
    fixtures().join("exports/2009-05")
}

/// Whoever settles the parts: in this process, in any order.
fn settle_here(twice: &Twice, law: &str) {
    let (prepared, manifest) = (twice.at("prepared"), twice.manifest());
    let setup = PartSetup::new(&manifest, Law::read(law).unwrap()).unwrap();
    let results = prepared.join(RESULTS);
    for part in (0..manifest.count()).rev() {
        let settle = || settle_part((&prepared, &manifest), &setup, part, &results, &Progress::default());
        assert_eq!(settle().unwrap(), Answer::Settled(manifest.parts[part as usize].control.beneficiaries));
        let before = fs::read(twice.result(part)).unwrap();
        assert_eq!(settle().unwrap(), Answer::AlreadyDone);
        assert_eq!(before, fs::read(twice.result(part)).unwrap());
    }
}

#[test]
fn sorted_or_not_and_however_many_the_parts_the_bytes_are_those_of_one_machine() {
    for shuffled in [false, true] {
        // Enough for more than one batch, and for more than one partition of unsorted exports.
        let exports = generated("2009-11", 8_000, shuffled);
        let of = ("2009-11", exports.path());
        let twice = Twice::new(false);
        twice.run(of, "one", &[]).has_status(1);
        for (parts, threads) in [(1, "2"), (3, "1"), (16, "3")] {
            let what = format!("{parts} parts, shuffled: {shuffled}");
            twice.prepare(of, parts, &["--threads", threads]).has_status(0);
            assert_eq!(twice.manifest().sorted, !shuffled);
            assert!(twice.manifest().batches.len() > 1, "{what}");
            settle_here(&twice, Law::BUILT_IN);
            twice.merge("many").has_status(1);
            same(&twice.at("one"), &twice.at("many"), &what);
            fs::remove_dir_all(twice.at("prepared")).unwrap();
            fs::remove_dir_all(twice.at("many")).unwrap();
        }
    }
}

#[test]
fn the_ledger_has_the_bytes_of_one_machine_month_after_month() {
    let twice = Twice::new(true);
    for (month, shuffled, parts) in [("2009-10", false, 5), ("2009-11", true, 2), ("2009-11", false, 7)] {
        let exports = generated(month, 5_000, shuffled);
        if parts == 7 {
            correct_wages(exports.path());
        }
        twice.run((month, exports.path()), &format!("one-{parts}"), &[]).has_status(1);
        twice.prepare((month, exports.path()), parts, &[]).has_status(0);
        settle_here(&twice, Law::BUILT_IN);
        twice.merge(&format!("many-{parts}")).has_status(1);
        same(&twice.at(&format!("one-{parts}")), &twice.at(&format!("many-{parts}")), month);
        fs::remove_dir_all(twice.at("prepared")).unwrap();
    }
    same(&twice.at("ledger-one"), &twice.at("ledger-many"), "ledger");
    let rows = |file: &str| fs::read_to_string(twice.at("many-7").join(file)).unwrap().lines().count();
    assert!(rows("claims.csv") > 1 && rows("arrears.csv") > 1 && rows("payments.csv") > 1);
    let mut verify = versement();
    verify.args(["verify", "--ledger"]).arg(twice.at("ledger-many"));
    Ran::of(verify.output().unwrap()).has_status(0);
}

/// Every tenth stated wage is another one, higher and lower in turns.
fn correct_wages(exports: &Path) {
    let path = exports.join("beneficiaries.csv");
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_path(&path).unwrap();
    let header = reader.headers().unwrap().clone();
    let at = header.iter().position(|name| name == "sjr").unwrap();
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(&header).unwrap();
    for (record, number) in reader.byte_records().zip(0..) {
        let mut fields: Vec<Vec<u8>> = record.unwrap().iter().map(<[u8]>::to_vec).collect();
        if number % 10 == 0 && fields.get(at).is_some_and(|sjr| sjr.len() == 5) {
            fields[at] = if number % 20 == 0 { b"88.88".to_vec() } else { b"44.44".to_vec() };
        }
        writer.write_record(&fields).unwrap();
    }
    fs::write(path, writer.into_inner().unwrap()).unwrap();
}

/// A step of a golden case of the ledger, as far as it is needed here.
fn steps(case: &Path) -> Vec<toml::Table> {
    let table: toml::Table = fs::read_to_string(case.join("steps.toml")).unwrap().parse().unwrap();
    table["step"].as_array().unwrap().iter().map(|step| step.as_table().unwrap().clone()).collect()
}

#[test]
fn the_golden_cases_of_the_ledger_come_out_the_same_by_parts() {
    let mut cases: Vec<_> =
        fs::read_dir(fixtures().join("ledger")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() > 15);
    let settled: usize = cases.par_iter().map(|case| golden(case)).sum();
    assert!(settled > 30, "{settled}");
}

/// Goes through the steps of a case both ways; how many months were settled by parts.
fn golden(case: &Path) -> usize {
    let twice = Twice::new(true);
    let mut settled = 0;
    for (step, number) in steps(case).iter().zip(1..) {
        let what = format!("{}, step {number}", case.display());
        let get = |key: &str| step.get(key).and_then(toml::Value::as_str);
        if let Some(command) = get("command") {
            for way in ["one", "many"] {
                // The commands of the cases know the ledger by its usual name.
                let mut words: Vec<_> = command.split_whitespace().collect();
                let ledger = format!("ledger-{way}");
                words.extend(["--ledger", &ledger]);
                versement().current_dir(twice.folder.path()).args(&words).output().unwrap();
            }
            continue;
        }
        let (month, exports) = (get("month").unwrap(), case.join("exports").join(get("exports").unwrap()));
        let mut more = Vec::new();
        let mut law = Law::BUILT_IN.to_owned();
        if let Some(change) = step.get("law").and_then(toml::Value::as_array) {
            law = law.replace(change[0].as_str().unwrap(), change[1].as_str().unwrap());
            fs::write(twice.at("law.toml"), &law).unwrap();
            more.extend(["--law".to_owned(), "law.toml".to_owned()]);
        }
        if let Some(opening) = get("opening") {
            more.extend(["--opening".to_owned(), case.join(opening).display().to_string()]);
        }
        let more: Vec<_> = more.iter().map(String::as_str).collect();
        let (one, many) = (format!("one-{number}"), format!("many-{number}"));
        let ran = twice.run((month, &exports), &one, &more);
        let prepared = twice.prepare((month, &exports), 3, &more);
        if ran.status == Some(2) || !twice.at("prepared").exists() {
            // Refused, or done already: there is nothing to prepare either.
            assert_eq!(prepared.status, ran.status, "{what}: {prepared:?}");
            continue;
        }
        settle_here(&twice, &law);
        assert_eq!(twice.merge(&many).status, ran.status, "{what}");
        same(&twice.at(&one), &twice.at(&many), &what);
        fs::remove_dir_all(twice.at("prepared")).unwrap();
        settled += 1;
    }
    same(&twice.at("ledger-one"), &twice.at("ledger-many"), &case.display().to_string());
    settled
}

/// The fixture, prepared in three parts for a ledger.
fn prepared() -> Twice {
    let twice = Twice::new(true);
    twice.prepare(("2009-05", &fixture()), 3, &[]).has_status(0);
    twice
}

/// The fixture, settled too.
fn settled() -> Twice {
    let twice = prepared();
    settle_here(&twice, Law::BUILT_IN);
    twice
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// The digest of a result is written anew, as by somebody who wants a file to pass.
fn sign(twice: &Twice, part: u32) {
    let name = part_name(part);
    let sha256 = sha256(&fs::read(twice.result(part)).unwrap());
    let beside = twice.result(part).with_extension("sha256");
    fs::write(beside, format!("{sha256}  {name}\n")).unwrap();
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn what_is_done_already_is_told_and_not_done_again() {
    let twice = prepared();
    twice.run(("2009-05", &fixture()), "one", &[]).has_status(1);
    let before = contents(&twice.at("prepared"));
    twice.prepare(("2009-05", &fixture()), 3, &[]).has_status(0);
    assert!(before == contents(&twice.at("prepared")));
    twice.prepare(("2009-05", &fixture()), 4, &[]).has_status(2).tells(&["something else was prepared here"]);

    let settled = twice.settle(0, &[]).has_status(0).stdout;
    assert!(settled.starts_with("part 0/3 of 2009-05: "), "{settled}");
    assert!(twice.settle(0, &[]).has_status(0).stdout.contains("already done"));
    twice.settle_all();
    twice.merge("many").has_status(1);
    same(&twice.at("one"), &twice.at("many"), "merged");
    let ledger = contents(&twice.at("ledger-many"));
    twice.merge("many").has_status(0);
    twice.prepare(("2009-05", &fixture()), 3, &[]).has_status(0);
    assert!(ledger == contents(&twice.at("ledger-many")));
}

#[test]
fn the_same_exports_give_the_same_parts() {
    let (one, other) = (prepared(), prepared());
    assert!(contents(&one.at("prepared")) == contents(&other.at("prepared")));
    let more = Twice::new(true);
    more.prepare(("2009-05", &fixture()), 3, &["--threads", "5"]).has_status(0);
    assert!(contents(&one.at("prepared")) == contents(&more.at("prepared")));
}

#[test]
fn parts_and_results_are_readable_by_their_owner_only() {
    fn look(folder: &Path) {
        assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700, "{folder:?}");
        for name in names(folder) {
            let path = folder.join(name);
            if path.is_dir() {
                look(&path);
            } else {
                assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
            }
        }
    }
    look(&settled().at("prepared"));
}

#[test]
fn a_result_that_is_missing_altered_doubled_or_foreign_is_refused() {
    // Missing, or not complete.
    let twice = settled();
    fs::remove_file(twice.result(1)).unwrap();
    let folder = twice.at("prepared").join(RESULTS);
    fs::write(folder.join(".versement-tmp-abc"), "cut off").unwrap();
    twice.merge("many").has_status(2).tells(&["1 of 3 parts have no result: 1/3"]);
    let twice = settled();
    fs::remove_file(twice.result(2).with_extension("sha256")).unwrap();
    twice.merge("many").has_status(2).tells(&["2/3"]);
    twice.published_nothing();
    // Altered; it is settled again.
    flip(&twice.result(0));
    twice.merge("many").has_status(2).tells(&["part-00000.parquet", "SHA-256"]);
    twice.published_nothing();
    twice.settle_all();
    twice.merge("many").has_status(1);
    // Doubled, with a digest that is right, and as one part more.
    let twice = settled();
    fs::copy(twice.result(0), twice.result(1)).unwrap();
    twice.merge("many").has_status(2).tells(&["part-00001.parquet", "SHA-256"]);
    sign(&twice, 1);
    twice.merge("many").has_status(2).tells(&["it is the result of part 0"]);
    twice.settle(1, &[]).has_status(2).tells(&["it is the result of part 0"]);
    fs::remove_file(twice.result(1)).unwrap();
    twice.settle(1, &[]).has_status(0);
    fs::copy(twice.result(0), twice.result(3)).unwrap();
    twice.merge("many").has_status(2).tells(&["part-00003.parquet", "none of them"]);
    twice.published_nothing();
    // Of something else that was prepared.
    let (twice, other) = (settled(), Twice::new(true));
    other.prepare(("2009-06", &fixture()), 3, &[]).has_status(0);
    settle_here(&other, Law::BUILT_IN);
    fs::copy(other.result(2), twice.result(2)).unwrap();
    sign(&twice, 2);
    twice.merge("many").has_status(2).tells(&["answers something else"]);
    twice.published_nothing();
}

#[test]
fn what_was_prepared_is_used_as_it_was_prepared_or_not_at_all() {
    let twice = prepared();
    flip(&twice.at("prepared").join(part_name(1)));
    twice.settle(1, &[]).has_status(2).tells(&["part-00001.parquet", "SHA-256", "prepare the month again"]);
    fs::remove_file(twice.at("prepared").join(part_name(1))).unwrap();
    twice.settle(1, &[]).has_status(2).tells(&["prepare the month again"]);
    twice.prepare(("2009-05", &fixture()), 3, &[]).has_status(2).tells(&["part-00001.parquet"]);
    fs::copy(twice.at("prepared").join(part_name(0)), twice.at("prepared").join(part_name(1))).unwrap();
    twice.settle(1, &[]).has_status(2).tells(&["prepare the month again"]);
    assert_eq!(names(&twice.at("prepared").join(RESULTS)), [""; 0]);

    let twice = settled();
    flip(&twice.at("prepared").join("unread.anomalies.csv"));
    twice.merge("many").has_status(2).tells(&["unread.anomalies.csv", "SHA-256"]);
    let twice = settled();
    let path = twice.at("prepared").join("manifest.json");
    fs::write(&path, fs::read_to_string(&path).unwrap().replacen("\"jobs\": ", "\"jobs\": 1", 1)).unwrap();
    twice.merge("many").has_status(2).tells(&["answers something else"]);
    twice.published_nothing();

    let no_part = twice.at("prepared");
    let mut command = versement();
    command.args(["run", "--partition", "0/4", "--prepared"]).arg(&no_part);
    Ran::of(command.output().unwrap()).has_status(2).tells(&["3 parts were prepared, 0/3 to 2/3"]);
}

/// What an engine might do to the rows of a part, those of another part at hand.
type Change = fn(&mut Vec<ResultRow>, &[ResultRow]);

#[test]
fn rows_that_got_lost_doubled_or_astray_on_the_way_are_found() {
    // A part as an engine might bring it back: rows left out, given twice, or from another part.
    let tried: [(&str, Change); 6] = [
        ("beneficiaries: ", |rows, _| _ = rows.remove(7)),
        ("stands twice, or out of order", |rows, _| rows.insert(7, rows[7].clone())),
        ("stands twice, or out of order", |rows, _| rows.swap(3, 4)),
        ("belongs to part 1", |rows, other| rows.push(other.last().unwrap().clone())),
        ("the totals of a row can't be read", |rows, _| rows[5].totals.push(0)),
        ("control totals", |rows, _| rows[5].totals = rows[6].totals.clone()),
    ];
    for (told, change) in tried {
        let twice = prepared();
        let (prepared, manifest) = (twice.at("prepared"), twice.manifest());
        let setup = PartSetup::new(&manifest, Law::read(Law::BUILT_IN).unwrap()).unwrap();
        let results = prepared.join(RESULTS);
        let mut rows = rows_of(&twice, &manifest, &setup);
        let other = rows[1].clone();
        change(&mut rows[0], &other);
        for (part, rows) in rows.iter().enumerate() {
            let mut writer = ResultWriter::new(&results, &manifest, u32::try_from(part).unwrap()).unwrap();
            rows.iter().for_each(|row| writer.add(row).unwrap());
            assert_eq!(writer.publish().unwrap(), rows.len() as u64);
        }
        let out = TempDir::new().unwrap();
        let merging = Merging { prepared: &prepared, manifest: &manifest, results: &results };
        let error = merge(merging, &Staging::open(out.path()).unwrap(), &Progress::default()).unwrap_err();
        assert!(matches!(error, PartitionError::Result { .. }) && error.to_string().contains(told), "{told}: {error}");
        twice.merge("many").has_status(2).tells(&[told]);
        twice.published_nothing();
    }
}

/// The rows of all results.
fn rows_of(twice: &Twice, manifest: &Manifest, setup: &PartSetup) -> Vec<Vec<ResultRow>> {
    (0..manifest.count())
        .map(|part| {
            let mut rows = Vec::new();
            versement::partition::each_row((&twice.at("prepared"), manifest), setup, part, |row| {
                rows.push(row.clone());
                Ok(())
            })
            .unwrap();
            rows
        })
        .collect()
}

#[test]
fn a_part_that_was_killed_is_settled_again() {
    let exports = generated("2009-11", 3_000, false);
    let of = ("2009-11", exports.path());
    let twice = Twice::new(false);
    twice.run(of, "one", &[]).has_status(1);
    twice.prepare(of, 2, &[]).has_status(0);
    for wait in [0, 5, 20, 60] {
        let mut command = versement();
        command.current_dir(twice.folder.path()).args(["run", "--partition", "0/2", "--prepared", "prepared", "-q"]);
        let mut child = command.spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        _ = child.kill();
        child.wait().unwrap();
        // Whatever it left is no result, or a whole one.
        if !twice.result(0).with_extension("sha256").exists() {
            twice.merge("many").has_status(2).tells(&["have no result"]);
        }
    }
    twice.settle_all();
    twice.merge("many").has_status(1);
    same(&twice.at("one"), &twice.at("many"), "after kills");
}

#[test]
fn law_and_ledger_must_be_those_that_the_month_was_prepared_for() {
    let twice = prepared();
    fs::write(twice.at("law.toml"), Law::BUILT_IN.replace("value = \"26.66\"", "value = \"28.00\"")).unwrap();
    twice.settle(0, &["--law", "law.toml"]).has_status(2).tells(&["the law is another one"]);
    assert!(!twice.result(0).exists());
    settle_here(&twice, Law::BUILT_IN);
    // Another run gets into the ledger before the merge.
    let other = generated("2009-05", 20, false);
    let many = |out: &str, exports: &Path, month: &str| {
        let mut command = twice.command("run", "many", (month, exports), &["--out", out]);
        Ran::of(command.output().unwrap())
    };
    many("other", other.path(), "2009-05");
    twice.merge("many").has_status(2).tells(&["the ledger is not where it was", "prepare the month again"]);
    assert_eq!(names(&twice.at("many")), [""; 0]);
    // The month is closed after it was prepared.
    fs::remove_dir_all(twice.at("prepared")).unwrap();
    twice.prepare(("2009-05", &fixture()), 3, &[]).has_status(0);
    settle_here(&twice, Law::BUILT_IN);
    let mut close = versement();
    close.current_dir(twice.folder.path()).args(["close", "2009-05", "--ledger", "ledger-many"]);
    Ran::of(close.output().unwrap()).has_status(0);
    twice.merge("many").has_status(2).tells(&["2009-05 is closed"]);
    assert_eq!(names(&twice.at("many")), [""; 0]);
    // And a month that can't be run can't be prepared.
    fs::remove_dir_all(twice.at("prepared")).unwrap();
    twice.prepare(("2009-08", &fixture()), 3, &[]).has_status(2).tells(&["can't be run yet"]);
    assert!(!twice.at("prepared").exists());
}

#[test]
fn options_that_say_nothing_of_a_part_are_refused() {
    for (words, told) in [
        (&["run", "--partition", "3/3", "--prepared", "x"][..], "from 0 on"),
        (&["run", "--partition", "0/3"], "--prepared"),
        (&["run", "--partition", "0/3", "--prepared", "x", "--month", "2009-05"], "--month"),
        (&["run", "--prepared", "x"], "--partition"),
        (&["run", "--month", "2009-05"], "--exports"),
        (&["prepare", "--month", "2009-05", "--exports", "x", "--out", "y", "--parts", "0"], "from 1 to"),
        (&["merge", "--prepared", "nowhere", "--out", "x"], "manifest.json"),
    ] {
        let ran = Ran::of(versement().current_dir(std::env::temp_dir()).args(words).output().unwrap());
        ran.has_status(2).tells(&[told]);
    }
}
