//! A ledger whose files were altered, torn, taken away or replaced by links; two runs at once; other clocks, zones, locales and
//! file masks. What a run uses is refused with its name; nobody is paid twice; nothing outside is touched.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a promise that is not kept must panic")]
#![cfg(target_os = "linux")]

#[allow(unreachable_pub, missing_docs, reason = "the tests share it")]
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use common::{BENEFICIARIES, EARNINGS, EVENTS, table, versement};
use tempfile::TempDir;
use versement::ledger::Ledger;

/// A fund with two months of exports; the first is in the ledger.
struct Fund(TempDir);

impl Fund {
    fn new() -> Self {
        let fund = Self(TempDir::new().unwrap());
        for month in ["2009-05", "2009-06"] {
            let folder = fund.path("exports").join(month);
            fs::create_dir_all(&folder).unwrap();
            let people = (0..40).map(|id| common::beneficiary(&format!("B{id:03}")));
            fs::write(folder.join("beneficiaries.csv"), table(BENEFICIARIES, people)).unwrap();
            let job = |id: usize| format!("B{id:03},73282932000074,{month},2009-04-15,,35,1000.00,1000.00,{month}-28");
            fs::write(folder.join("earnings.csv"), table(EARNINGS, (0..20).map(job))).unwrap();
            fs::write(folder.join("events.csv"), table(EVENTS, ["B030,sickness,2009-04-20,2009-04-25"])).unwrap();
        }
        fund
    }

    fn with_a_run() -> Self {
        let fund = Self::new();
        fund.ran("2009-05");
        fund
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, month: &str) -> Command {
        let mut command = versement();
        command.current_dir(self.0.path()).args(["run", "--quiet", "--month", month]);
        command.args([
            "--exports",
            &format!("exports/{month}"),
            "--out",
            &format!("out/{month}"),
            "--ledger",
            "ledger",
        ]);
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, month: &str) -> Ran {
        Ran::of(&self.command(month).output().unwrap())
    }

    #[track_caller]
    fn ran(&self, month: &str) {
        let ran = self.run(month);
        assert!(matches!(ran.status, Some(0 | 1)), "{ran:?}");
    }

    fn runs(&self) -> usize {
        Ledger::open(&self.path("ledger")).unwrap().runs().unwrap().len()
    }

    fn of_first_run(&self, file: &str) -> PathBuf {
        self.path("ledger/month=2009-05/run=0001").join(file)
    }

    /// The tables that a month published.
    fn tables(&self, month: &str) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.path("out").join(month)).unwrap().map(|entry| entry.unwrap().path());
        let tables = entries.filter(|path| path.extension().is_some_and(|extension| extension == "csv"));
        tables.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap())).collect()
    }
}

#[derive(Debug)]
struct Ran {
    status: Option<i32>,
    stderr: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        let stderr = String::from_utf8(output.stderr.clone()).unwrap();
        for secret in [common::NIR, common::NAME, common::IBAN, "panicked"] {
            assert!(!stderr.contains(secret), "{secret}: {stderr}");
        }
        Self { status: output.status.code(), stderr }
    }

    #[track_caller]
    fn is_refused_for(&self, name: &str) {
        assert_eq!(self.status, Some(2), "{self:?}");
        assert!(self.stderr.contains(name), "{name}: {self:?}");
    }
}

fn many(few: usize) -> usize {
    if std::env::var_os("LEDGER_FAULTS").is_some_and(|value| value == "all") { few * 40 } else { few }
}

/// Every so many-th byte of a file, and what it becomes.
fn flips(length: usize, many: usize) -> impl Iterator<Item = (usize, u8)> {
    let step = (length / many).max(1);
    (0..length).step_by(step).enumerate().map(|(count, at)| (at, [0x01, 0x80, 0xFF, 0x10][count % 4]))
}

// ---- Bytes ----

#[test]
fn a_flipped_byte_in_what_is_kept_is_refused_with_the_name_of_the_file() {
    let fund = Fund::with_a_run();
    let file = fund.of_first_run("dossiers.bin");
    let bytes = fs::read(&file).unwrap();
    let mut count = 0;
    for (at, flip) in flips(bytes.len(), many(60)) {
        let mut other = bytes.clone();
        other[at] ^= flip;
        fs::write(&file, &other).unwrap();
        fund.run("2009-06").is_refused_for("dossiers.bin");
        count += 1;
    }
    println!("{count} flips of {} bytes", bytes.len());
    assert!(!fund.path("out/2009-06/payments.csv").exists());
    fs::write(&file, &bytes).unwrap();
    fund.ran("2009-06");
    assert_eq!(fund.runs(), 2);
}

#[test]
fn what_is_kept_torn_off_or_missing_is_refused_with_its_name() {
    let fund = Fund::with_a_run();
    let file = fund.of_first_run("dossiers.bin");
    let bytes = fs::read(&file).unwrap();
    for length in (0..bytes.len()).step_by(bytes.len() / many(12)) {
        fs::write(&file, &bytes[..length]).unwrap();
        fund.run("2009-06").is_refused_for("dossiers.bin");
    }
    fs::write(&file, [&bytes[..], b"\0"].concat()).unwrap();
    fund.run("2009-06").is_refused_for("dossiers.bin");
    fs::remove_file(&file).unwrap();
    fund.run("2009-06").is_refused_for("dossiers.bin");
    assert_eq!(fund.runs(), 1);
}

#[test]
fn results_that_were_altered_in_the_ledger_are_not_published_again() {
    let fund = Fund::with_a_run();
    let file = fund.of_first_run("payments.csv");
    let bytes = fs::read(&file).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    fs::write(&file, text.replacen("1426.20", "9426.20", 1)).unwrap();
    assert_ne!(fs::read(&file).unwrap(), bytes);
    fs::remove_dir_all(fund.path("out")).unwrap();
    fund.run("2009-05").is_refused_for("payments.csv");
    assert!(!fund.path("out/2009-05/payments.csv").exists());
    fs::write(&file, &bytes).unwrap();
    fund.ran("2009-05");
    assert_eq!(fs::read(fund.path("out/2009-05/payments.csv")).unwrap(), bytes);
    assert_eq!(fund.runs(), 1);
}

#[test]
fn a_flipped_byte_in_the_catalogue_is_refused_or_says_nothing_else() {
    let sound = Fund::with_a_run();
    sound.ran("2009-06");
    let fund = Fund::with_a_run();
    let file = fund.path("ledger/catalogue.sqlite");
    let bytes = fs::read(&file).unwrap();
    let (mut refused, mut unharmed) = (0, 0);
    for (at, flip) in flips(bytes.len(), many(60)) {
        let mut other = bytes.clone();
        other[at] ^= flip;
        fs::write(&file, &other).unwrap();
        let ran = fund.run("2009-06");
        match ran.status {
            Some(0 | 1) => {
                unharmed += 1;
                assert_eq!(fund.tables("2009-06"), sound.tables("2009-06"), "byte {at}");
                fs::remove_dir_all(fund.path("ledger/month=2009-06")).unwrap();
            }
            _ => {
                refused += 1;
                ran.is_refused_for("catalogue.sqlite");
            }
        }
        _ = fs::remove_dir_all(fund.path("out/2009-06"));
        for end in ["-wal", "-shm"] {
            _ = fs::remove_file(fund.path(&format!("ledger/catalogue.sqlite{end}")));
        }
    }
    println!("{refused} flips refused, {unharmed} in bytes that say nothing");
    assert!(refused > 0);
    fs::write(&file, &bytes).unwrap();
    fund.ran("2009-06");
    assert_eq!((fund.runs(), fund.tables("2009-06")), (2, sound.tables("2009-06")));
}

// ---- Two at once ----

#[test]
fn two_runs_at_once_pay_once() {
    let mut busy = 0;
    for _ in 0..many(4) {
        let fund = Fund::with_a_run();
        let start = || fund.command("2009-06").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let both = [start(), start()].map(|child| Ran::of(&child.wait_with_output().unwrap()));
        for ran in &both {
            assert!(matches!(ran.status, Some(0 | 1 | 75)), "{ran:?}");
            busy += usize::from(ran.status == Some(75));
        }
        assert!(both.iter().any(|ran| ran.status != Some(75)), "{both:?}");
        assert_eq!(fund.runs(), 2);
        fund.ran("2009-06");
        assert_eq!(fund.runs(), 2);
    }
    println!("{busy} found the ledger held");
}

#[test]
fn a_lock_that_a_dead_process_left_holds_nobody() {
    let fund = Fund::with_a_run();
    fs::write(fund.path("ledger/lock"), "process 1 since 2009-06-30T22:00:00Z\n").unwrap();
    fund.ran("2009-06");
}

// ---- Clock, zone, locale ----

#[test]
fn another_zone_locale_or_year_gives_the_same_bytes() {
    let sound = Fund::with_a_run();
    sound.ran("2009-06");
    let fund = Fund::with_a_run();
    let mut command = fund.command("2009-06");
    command.env("TZ", "Pacific/Kiritimati").env("LC_ALL", "ar_EG.UTF-8").env("LANG", "tr_TR.UTF-8");
    // A year back, where there is a C compiler.
    let library = fund.path("clock.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shim.c");
    let compiled =
        Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).args(["-ldl"]).status();
    if compiled.is_ok_and(|status| status.success()) {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        command.env("LD_PRELOAD", &library).env("FAULT_CLOCK", (now - 366 * 86_400).to_string());
    } else {
        println!("skipped: no C compiler; the clock was not set back");
    }
    let ran = Ran::of(&command.output().unwrap());
    assert!(matches!(ran.status, Some(0 | 1)), "{ran:?}");
    assert_eq!(fund.tables("2009-06"), sound.tables("2009-06"));
    fund.ran("2009-06");
    assert_eq!(fund.runs(), 2);
}

// ---- Who may read ----

fn modes(folder: &Path, out: &mut Vec<(PathBuf, u32)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        out.push((entry.path(), mode));
        if entry.file_type().unwrap().is_dir() {
            modes(&entry.path(), out);
        }
    }
}

#[test]
fn only_the_owner_may_read_whatever_the_mask() {
    for mask in ["000", "022", "077"] {
        let fund = Fund::new();
        for month in ["2009-05", "2009-06"] {
            let of = fund.command(month);
            let mut command = Command::new("sh");
            command.current_dir(fund.0.path()).args(["-c", &format!("umask {mask}; exec \"$@\""), "sh"]);
            command.arg(of.get_program()).args(of.get_args()).stdin(Stdio::null());
            let ran = Ran::of(&command.output().unwrap());
            assert!(matches!(ran.status, Some(0 | 1)), "{ran:?}");
        }
        let mut found = Vec::new();
        for folder in ["ledger", "out"] {
            found.push((fund.path(folder), fs::metadata(fund.path(folder)).unwrap().permissions().mode() & 0o777));
            modes(&fund.path(folder), &mut found);
        }
        assert!(found.len() > 20);
        for (path, mode) in found {
            assert_eq!(mode, if path.is_dir() { 0o700 } else { 0o600 }, "umask {mask}: {}", path.display());
        }
    }
}

// ---- Links ----

/// Everything outside: names and bytes.
fn outside(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = Vec::new();
    modes(folder, &mut all);
    all.into_iter().map(|(path, _)| (path.clone(), fs::read(&path).unwrap_or_default())).collect()
}

#[test]
fn no_link_is_followed_to_write_or_remove_anything() {
    let links: [(&str, &str); 12] = [
        ("ledger/catalogue.sqlite", "file"),
        ("ledger/catalogue.sqlite-wal", "file"),
        ("ledger/catalogue.sqlite-shm", "file"),
        ("ledger/lock", "file"),
        ("ledger/preparing", "folder"),
        ("ledger/month=2009-06", "folder"),
        ("ledger/month=2009-06/run=0002", "folder"),
        ("out/2009-06/payments.csv", "file"),
        ("out/2009-06/summary.json", "file"),
        ("out/2009-06/.versement-lock", "file"),
        ("out/2009-06/.versement-publishing", "file"),
        ("out/2009-06/.versement-tmp-aaaaaa", "file"),
    ];
    let mut followed = Vec::new();
    for (link, target) in links {
        let fund = Fund::with_a_run();
        let away = fund.path("away");
        fs::create_dir_all(away.join("folder/run=0002")).unwrap();
        fs::write(away.join("folder/run=0002/theirs"), "theirs").unwrap();
        fs::write(away.join("file"), "theirs").unwrap();
        let before = outside(&away);
        let link = fund.path(link);
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        _ = fs::remove_file(&link);
        symlink(away.join(target), &link).unwrap();
        let ran = fund.run("2009-06");
        if outside(&away) != before {
            followed.push((link, ran.status, ran.stderr));
        }
    }
    assert!(followed.is_empty(), "{followed:#?}");
}
