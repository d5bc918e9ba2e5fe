//! A scheduler and executors as real processes on loopback, which end with the test however it ends; exports, and what one machine
//! makes of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code, unreachable_pub)]

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;
use versement::generate::{self, Share};
use versement::partition::Manifest;
use versement::publish::summary::Summary;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_versement-cluster");
pub const MONTH: &str = "2009-05";

/// A process that is killed and reaped when it goes out of scope.
pub struct Process {
    child: Child,
    /// The address that it told.
    pub address: String,
}

impl Process {
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().split_once(": ").map(|(_, address)| address.to_owned());
        let Some(address) = address else {
            child.kill().ok();
            panic!("{arguments:?} told {line:?}; it ended with {:?}", child.wait());
        };
        Self { child, address }
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().ok();
        self.child.wait().unwrap();
    }

    /// Asks it to end, and waits until it did.
    pub fn terminate(&mut self) -> bool {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap().success()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A scheduler and executors that read below the folder `shared`.
pub struct Cluster {
    pub folder: TempDir,
    pub scheduler: Process,
    pub executors: Vec<Process>,
    started: usize,
    /// The folder with the certificates of all, if they have any.
    pub tls: Option<PathBuf>,
}

impl Cluster {
    pub fn start(executors: usize) -> Self {
        Self::start_in(TempDir::new().unwrap(), None, executors)
    }

    pub fn with_certificates(executors: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let tls = folder.path().join("certificates");
        certificates(&tls);
        Self::start_in(folder, Some(tls), executors)
    }

    fn start_in(folder: TempDir, tls: Option<PathBuf>, executors: usize) -> Self {
        let mut line = vec!["scheduler", "--bind", "127.0.0.1:0", "--lost-after", "3"];
        line.extend(tls.as_ref().map(|tls| ["--tls", tls.to_str().unwrap()]).into_iter().flatten());
        let scheduler = Process::start(&line);
        let mut cluster = Self { folder, scheduler, executors: Vec::new(), started: 0, tls };
        fs::create_dir(cluster.shared()).unwrap();
        (0..executors).for_each(|_| cluster.add_executor());
        cluster
    }

    /// The folder that all see; its name is no simple one.
    pub fn shared(&self) -> PathBuf {
        self.folder.path().join("parts à régler")
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder of an executor that was started as the n-th, from 0 on.
    pub fn work(&self, executor: usize) -> PathBuf {
        self.at(&format!("work-{executor}"))
    }

    pub fn add_executor(&mut self) {
        let work = self.work(self.started);
        self.started += 1;
        let (shared, scheduler) = (self.shared(), self.scheduler.address.clone());
        let (work, shared) = (work.to_str().unwrap(), shared.to_str().unwrap());
        let mut line =
            vec!["executor", "--scheduler", &scheduler, "--prepared", shared, "--work", work, "--tasks", "1"];
        line.extend(self.tls.as_ref().map(|tls| ["--tls", tls.to_str().unwrap()]).into_iter().flatten());
        let executor = Process::start(&line);
        self.executors.push(executor);
    }

    /// The command that settles exports of a month on this cluster.
    pub fn run(&self, month: &str, exports: &Path, out: &str, more: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command.args(["run", "--scheduler", &self.scheduler.address, "--month", month, "--out", out]);
        command.arg("--exports").arg(exports).arg("--prepared").arg(self.shared().join(out)).args(more);
        command
    }

    /// The parts of exports, prepared below the shared folder.
    pub fn prepare(&self, exports: &Path, parts: u32) -> (PathBuf, Manifest) {
        let prepared = self.shared().join("prepared");
        let parts = parts.to_string();
        let line = ["prepare", "--quiet", "--no-ledger", "--month", MONTH, "--parts", &parts];
        assert_eq!(one_machine(&line, &[("--exports", exports), ("--out", &prepared)]), 0);
        (prepared.canonicalize().unwrap(), Manifest::read(&prepared).unwrap())
    }
}

/// An authority made for the moment, and one certificate for whoever is on this machine.
pub fn certificates(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let own = authority.self_signed(&key).unwrap();
    let issuer = rcgen::Issuer::new(authority, key);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &issuer).unwrap();
    fs::write(folder.join("ca.pem"), own.pem()).unwrap();
    fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
    let path = folder.join("key.pem");
    fs::write(&path, key.serialize_pem()).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Carries out a command of the program on this machine, and returns its exit status.
pub fn one_machine(line: &[&str], paths: &[(&str, &Path)]) -> u8 {
    let mut all: Vec<OsString> = line.iter().map(OsString::from).collect();
    all.extend(paths.iter().flat_map(|(option, path)| [OsString::from(option), OsString::from(path)]));
    versement::commands::carry_out(all).unwrap()
}

/// Exports with every kind of fault in a third of the beneficiaries.
pub fn exports(month: &str, beneficiaries: u64, shuffled: bool, folder: &Path) {
    write_exports(month, beneficiaries, Share::from_parts(3300).unwrap(), (true, shuffled), folder);
}

/// Beneficiaries, earnings and events, sorted and without faults: what the figures of one machine are of as well.
pub fn plain_exports(month: &str, beneficiaries: u64, folder: &Path) {
    write_exports(month, beneficiaries, Share::from_parts(0).unwrap(), (false, false), folder);
}

fn write_exports(month: &str, beneficiaries: u64, faults: Share, (complete, shuffled): (bool, bool), folder: &Path) {
    let month = month.parse().unwrap();
    let plan = generate::Plan { month, beneficiaries, seed: 11, faults, complete, shuffled };
    fs::create_dir_all(folder).unwrap();
    generate::write_exports(&plan, folder, |_| ()).unwrap();
}

/// What stands in a folder, locks apart.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != ".versement-lock");
    names.sort();
    names
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

/// Every file of both folders has the same bytes.
#[track_caller]
pub fn same(one: &Path, many: &Path, what: &str) {
    let (one, many) = (contents(one), contents(many));
    let of = |all: &[(String, Vec<u8>)]| all.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert!(!one.is_empty(), "{what}");
    assert_eq!(of(&one), of(&many), "{what}");
    for ((name, one), (_, many)) in one.iter().zip(&many) {
        assert!(one == many, "{what}: {name} differs");
    }
}

/// Nothing was published.
#[track_caller]
pub fn nothing(out: &Path) {
    assert_eq!(names(out), [""; 0]);
}

/// What was told, for a test that failed, and for those that look for words.
pub fn told(output: &Output) -> String {
    format!(
        "{}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}
