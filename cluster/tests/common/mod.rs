//! A scheduler and executors as real processes on loopback, which end with the test however it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, dead_code)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_versement-cluster");

/// A process that is killed and reaped when it goes out of scope.
pub struct Process {
    child: Child,
    /// The address that it told.
    pub address: String,
}

impl Process {
    pub fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
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

    /// Asks it to end.
    pub fn terminate(&mut self) {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, rustix::process::Signal::TERM).unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A scheduler and executors that read below `prepared`.
pub struct Cluster {
    pub scheduler: Process,
    pub executors: Vec<Process>,
}

impl Cluster {
    pub fn start(folder: &Path, prepared: &Path, executors: usize) -> Self {
        let scheduler = Process::start(&["scheduler", "--bind", "127.0.0.1:0", "--lost-after", "3"]);
        let mut cluster = Self { scheduler, executors: Vec::new() };
        for number in 0..executors {
            cluster.add(&folder.join(format!("work-{number}")), prepared);
        }
        cluster
    }

    pub fn add(&mut self, work: &Path, prepared: &Path) {
        let (work, prepared) = (work.to_str().unwrap(), prepared.to_str().unwrap());
        let scheduler = self.scheduler.address.as_str();
        let executor = ["executor", "--scheduler", scheduler, "--prepared", prepared, "--work", work, "--tasks", "1"];
        self.executors.push(Process::start(&executor));
    }
}
