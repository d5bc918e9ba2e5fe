//! A run that is killed, cut off from power, or refused by the system at any of its calls that change files: afterwards the
//! same run again comes to the bytes of a run that nothing disturbed, pays once, and loses nothing.
//!
//! The faults come from outside: `tests/faults/shim.c` stands between the program and the C library, so every call is struck,
//! those of the database library too. Without a C compiler these tests say that they were skipped.
//!
//! `cargo test` tries some of the schedules. All of them: `LEDGER_FAULTS=all cargo test --test ledger_faults -- --nocapture`.
#![allow(
    clippy::cast_possible_truncation,
    clippy::manual_is_multiple_of,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a promise that is not kept must panic"
)]
#![cfg(target_os = "linux")]

#[allow(unreachable_pub, missing_docs, reason = "the tests share it")]
mod common;

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use common::{BENEFICIARIES, EARNINGS, EVENTS, table, versement};
use tempfile::TempDir;
use versement::ledger::Ledger;

/// The library of faults, compiled once; `None` without a compiler.
fn shim() -> Option<&'static Path> {
    static SHIM: OnceLock<Option<(TempDir, PathBuf)>> = OnceLock::new();
    let made = SHIM.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let library = folder.path().join("faults.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/shim.c");
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).args(["-ldl", "-lpthread"]);
        match compiler.stdout(Stdio::null()).stderr(Stdio::piped()).output() {
            Ok(output) => {
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
                Some((folder, library))
            }
            Err(error) => {
                println!("skipped: no C compiler ({error}); nothing was struck");
                None
            }
        }
    });
    made.as_ref().map(|(_, library)| library.as_path())
}

fn all() -> bool {
    std::env::var_os("LEDGER_FAULTS").is_some_and(|value| value == "all")
}

/// The seconds at which the clock stands still, so that two runs write the same bytes.
const CLOCK: i64 = 1_790_000_000;

// ---- The fund ----

/// What is struck: the second run of a ledger, or a run without one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    SecondRun,
    FirstRun,
    NoLedger,
}

/// A fund whose second month is run again and again from the same state.
struct Fund {
    kind: Kind,
    folder: TempDir,
    calls: u64,
    done: Ends,
}

/// Bytes of all that was published and of the ledger, with what its catalogue says.
type Ends = BTreeMap<String, Vec<u8>>;

fn job(id: usize, month: &str, base: u32, proof: bool) -> String {
    let proof = if proof { format!("{month}-28") } else { String::new() };
    format!("B{id:03},73282932000074,{month},2009-04-15,,35,{base}.00,{base}.00,{proof}")
}

impl Fund {
    fn new(kind: Kind, shim: &Path) -> Self {
        let mut fund = Self { kind, folder: TempDir::new().unwrap(), calls: 0, done: Ends::new() };
        let write = |month: &str, file: &str, bytes: Vec<u8>| {
            let folder = fund.path("exports").join(month);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(file), bytes).unwrap();
        };
        let people = || (0..24).map(|id| common::beneficiary(&format!("B{id:03}")));
        write("2009-05", "beneficiaries.csv", table(BENEFICIARIES, people()));
        // A late proof, and a base pay that is corrected downwards: arrears and claims.
        let may = |id: usize| job(id, "2009-05", 1_000, id % 4 != 0);
        write("2009-05", "earnings.csv", table(EARNINGS, (0..12).map(may)));
        write("2009-06", "beneficiaries.csv", table(BENEFICIARIES, people().skip(1)));
        let june = |id: usize| {
            [job(id, "2009-05", if id % 3 == 0 { 1_400 } else { 1_000 }, true), job(id, "2009-06", 1_000, true)]
        };
        write("2009-06", "earnings.csv", table(EARNINGS, (1..12).flat_map(june)));
        write("2009-06", "events.csv", table(EVENTS, ["B020,sickness,2009-05-20,2009-05-25"]));
        if kind == Kind::SecondRun {
            fund.ran(fund.command("2009-05", Some(shim), "state/out-5"), &[0, 1]);
        }
        std::fs::create_dir_all(fund.path("state")).unwrap();
        std::fs::rename(fund.path("state"), fund.path("base")).unwrap();
        // The run that nothing disturbs.
        fund.begin();
        let mut command = fund.struck(shim, &[]);
        command.env("FAULT_COUNT", fund.path("calls"));
        fund.ran(command, &[0, 1]);
        fund.calls = std::fs::read_to_string(fund.path("calls")).unwrap().trim().parse().unwrap();
        fund.done = fund.ends();
        fund
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, month: &str, shim: Option<&Path>, out: &str) -> Command {
        let mut command = versement();
        command.current_dir(self.folder.path()).args(["run", "--quiet", "--threads", "1", "--month", month]);
        command.args(["--exports", &format!("exports/{month}"), "--out", out]);
        match self.kind {
            Kind::NoLedger => command.arg("--no-ledger"),
            _ => command.args(["--ledger", "state/ledger"]),
        };
        if let Some(shim) = shim {
            command.env("LD_PRELOAD", shim).env("FAULT_CLOCK", CLOCK.to_string());
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    }

    /// The run with faults: where, and which.
    fn struck(&self, shim: &Path, faults: &[(u64, &str)]) -> Command {
        let month = if self.kind == Kind::SecondRun { "2009-06" } else { "2009-05" };
        let mut command = self.command(month, Some(shim), "state/out");
        for ((at, fault), (at_name, fault_name)) in faults.iter().zip([("FAULT_AT", "FAULT"), ("FAULT_AT2", "FAULT2")])
        {
            command.env(at_name, at.to_string()).env(fault_name, fault);
        }
        command
    }

    #[track_caller]
    fn ran(&self, mut command: Command, statuses: &[i32]) {
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code().is_some_and(|code| statuses.contains(&code)), "{:?}: {stderr}", output.status);
    }

    /// Back to the state before the run.
    fn begin(&self) {
        _ = std::fs::remove_dir_all(self.path("state"));
        copy(&self.path("base"), &self.path("state"));
    }

    fn ends(&self) -> Ends {
        let mut ends = Ends::new();
        read(&self.path("state"), "", &mut ends);
        if self.kind != Kind::NoLedger {
            // The catalogue is compared by what it says: its pages may lie otherwise.
            let ledger = Ledger::open(&self.path("state/ledger")).unwrap();
            for run in ledger.runs().unwrap() {
                let place = run.published_to.file_name().map(|name| name.to_owned());
                let told = format!("{:?} {place:?} {:?}", run.state, (run.record, run.digest, run.previous));
                ends.insert(format!("run {}", run.number), told.into_bytes());
            }
            assert_eq!(ledger.catalogue_faults(&ledger.runs().unwrap()).unwrap(), Vec::<String>::new());
        }
        ends
    }

    /// What stands in the folder of results, if anything does: nothing, what stood before, or all of the run.
    fn check_published(&self, told: &str) {
        let out = self.path("state/out");
        let Ok(summary) = std::fs::read(out.join("summary.json")) else { return };
        assert_eq!(Some(&summary), self.done.get("out/summary.json"), "{told}");
        for (name, bytes) in self.done.iter().filter(|(name, _)| name.starts_with("out/") && !name.ends_with('/')) {
            assert_eq!(&std::fs::read(self.path("state").join(name)).unwrap(), bytes, "{told}: {name}");
        }
    }

    /// Strikes a run, looks at what stands, and runs it again.
    fn try_schedule(&self, shim: &Path, faults: &[(u64, &str)]) -> Came {
        self.begin();
        let output = self.struck(shim, faults).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        let told = format!("{:?} {faults:?}: {:?} {stderr}", self.kind, output.status);
        assert!(!stderr.contains("panicked"), "{told}");
        self.check_published(&told);
        let came = match (output.status.code(), output.status.signal()) {
            (Some(0 | 1), _) => {
                // A temporary file that could not be removed is no result; the next run removes it.
                for entry in std::fs::read_dir(self.path("state/out")).unwrap() {
                    let path = entry.unwrap().path();
                    if path.file_name().unwrap().to_string_lossy().starts_with(".versement-tmp-") {
                        std::fs::remove_file(path).unwrap();
                    }
                }
                self.same_ends(&format!("{told}: said to be done"));
                Came::Done
            }
            (Some(2), _) => Came::Refused,
            (None, Some(9)) => Came::Killed,
            _ => panic!("{told}"),
        };
        let again = self.struck(shim, &[]).output().unwrap();
        let stderr = String::from_utf8_lossy(&again.stderr);
        assert!(matches!(again.status.code(), Some(0 | 1)), "{told}; again: {:?} {stderr}", again.status);
        self.same_ends(&told);
        came
    }

    #[track_caller]
    fn same_ends(&self, told: &str) {
        let ends = self.ends();
        let names = |ends: &Ends| ends.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&ends), names(&self.done), "{told}");
        for (name, bytes) in &self.done {
            assert!(ends[name] == *bytes, "{told}: {name} differs:\n{}", String::from_utf8_lossy(&ends[name]));
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    Done,
    Refused,
    Killed,
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// All files but the locks and the catalogue's own.
fn read(folder: &Path, under: &str, ends: &mut Ends) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{under}{name}");
        if entry.file_type().unwrap().is_dir() {
            ends.insert(format!("{path}/"), Vec::new());
            read(&entry.path(), &format!("{path}/"), ends);
        } else if !(name == "lock" || name == ".versement-lock" || name.starts_with("catalogue.sqlite")) {
            ends.insert(path, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// Numbers out of a seed, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Tries schedules and tells what they came to, fault by fault.
fn try_all(fund: &Fund, shim: &Path, schedules: impl Iterator<Item = Vec<(u64, &'static str)>>) {
    let mut counts: BTreeMap<(String, Came), u32> = BTreeMap::new();
    for faults in schedules {
        let came = fund.try_schedule(shim, &faults);
        let name = faults.iter().map(|(_, fault)| *fault).collect::<Vec<_>>().join("+");
        *counts.entry((if faults.len() > 1 { "pairs".to_owned() } else { name }, came)).or_default() += 1;
    }
    println!("{:?}: {} calls, schedules: {counts:?}", fund.kind, fund.calls);
    let sum: u32 = counts.values().sum();
    assert!(sum > 0, "nothing was tried");
}

const FAULTS: [&str; 7] = ["kill", "power", "enospc", "full", "eio", "eintr", "short"];

fn each_call(kind: Kind) {
    let Some(shim) = shim() else { return };
    let fund = Fund::new(kind, shim);
    assert!(fund.calls > 20, "{} calls", fund.calls);
    // Seven faults a call, so that every 31st schedule brings each of them.
    let step = if all() { 1 } else { 31 };
    let singles = (1..=fund.calls + 1).flat_map(|at| FAULTS.map(|fault| vec![(at, fault)]));
    try_all(&fund, shim, singles.step_by(step));
}

#[test]
fn the_second_run_of_a_ledger_survives_a_fault_at_each_call() {
    each_call(Kind::SecondRun);
}

#[test]
fn the_first_run_of_a_ledger_survives_a_fault_at_each_call() {
    each_call(Kind::FirstRun);
}

#[test]
fn a_run_without_a_ledger_survives_a_fault_at_each_call() {
    each_call(Kind::NoLedger);
}

#[test]
fn two_faults_in_one_run_are_survived() {
    let Some(shim) = shim() else { return };
    for (kind, seed, many) in [(Kind::SecondRun, 4, 1_400), (Kind::NoLedger, 5, 600)] {
        let fund = Fund::new(kind, shim);
        let mut random = Random(seed);
        let many = if all() { many } else { 8 };
        let schedules = (0..many).map(|_| {
            let mut fault = || {
                let fault = FAULTS[random.below(7) as usize];
                (1 + random.below(fund.calls + 1), fault)
            };
            vec![fault(), fault()]
        });
        try_all(&fund, shim, schedules.collect::<Vec<_>>().into_iter());
    }
}

#[test]
fn a_run_that_is_killed_while_it_is_made_good_is_made_good_the_next_time() {
    let Some(shim) = shim() else { return };
    let fund = Fund::new(Kind::SecondRun, shim);
    let mut random = Random(6);
    for _ in 0..if all() { 300 } else { 4 } {
        fund.begin();
        let mut told = Vec::new();
        for _ in 0..3 {
            let fault = ["kill", "power"][random.below(2) as usize];
            let fault = (1 + random.below(fund.calls + 20), fault);
            told.push(fault);
            let output = fund.struck(shim, &[fault]).output().unwrap();
            assert!(
                matches!((output.status.code(), output.status.signal()), (Some(0 | 1), _) | (None, Some(9))),
                "{told:?}: {output:?}"
            );
            fund.check_published(&format!("{told:?}"));
        }
        fund.ran(fund.struck(shim, &[]), &[0, 1]);
        fund.same_ends(&format!("{told:?}"));
    }
}

// ---- Killed at any time ----

#[test]
fn a_run_of_many_threads_is_killed_at_any_time() {
    let Some(shim) = shim() else { return };
    let folder = TempDir::new().unwrap();
    let people = if all() { "8000" } else { "3000" };
    for (month, seed) in [("2009-05", "1"), ("2009-06", "1")] {
        let mut command = versement();
        command.current_dir(folder.path()).args([
            "generate",
            "--month",
            month,
            "--beneficiaries",
            people,
            "--seed",
            seed,
        ]);
        let output = command.args(["--out", &format!("exports/{month}")]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let root = folder.path().to_owned();
    let fund = Fund { kind: Kind::SecondRun, folder, calls: 0, done: Ends::new() };
    let run = |month: &str, out: &str| {
        let mut command = versement();
        command.current_dir(&root).args(["run", "--quiet", "--threads", "3", "--month", month, "--out", out]);
        command.args(["--exports", &format!("exports/{month}"), "--ledger", "state/ledger"]);
        command.env("LD_PRELOAD", shim).env("FAULT_CLOCK", CLOCK.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command
    };
    fund.ran(run("2009-05", "state/out-5"), &[0, 1]);
    std::fs::rename(fund.path("state"), fund.path("base")).unwrap();
    fund.begin();
    let start = Instant::now();
    fund.ran(run("2009-06", "state/out"), &[0, 1]);
    let whole = start.elapsed();
    let fund = Fund { done: fund.ends(), ..fund };
    let mut random = Random(7);
    let many = if all() { 500 } else { 8 };
    let (mut killed, mut committed) = (0, 0);
    while killed < many {
        fund.begin();
        let mut child = run("2009-06", "state/out").spawn().unwrap();
        std::thread::sleep(Duration::from_micros(random.below(u64::try_from(whole.as_micros()).unwrap())));
        child.kill().unwrap();
        if child.wait().unwrap().signal() != Some(9) {
            continue;
        }
        killed += 1;
        fund.check_published("killed");
        committed += u32::from(Ledger::open(&fund.path("state/ledger")).unwrap().runs().unwrap().len() == 2);
        fund.ran(run("2009-06", "state/out"), &[0, 1]);
        fund.same_ends("killed");
    }
    println!("killed {killed} times within {} ms, {committed} of them behind the commit", whole.as_millis());
}
