//! The proof at size: some hundred thousand beneficiaries, and what goes wrong on the way at random moments. Takes minutes to an hour:
//! `cluster/proof` runs it. The bytes of one machine, or an exit status other than its own and nothing published, never else.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

use common::{Cluster, MONTH, exports, nothing, one_machine, same, told};
use tempfile::TempDir;

/// How many beneficiaries, unless `VERSEMENT_BENEFICIARIES` says so.
const BENEFICIARIES: u64 = 300_000;
const PARTS: &str = "48";

fn beneficiaries() -> u64 {
    std::env::var("VERSEMENT_BENEFICIARIES").map_or(BENEFICIARIES, |text| text.parse().unwrap())
}

/// Exports, and what one machine makes of them.
struct Facts {
    folder: TempDir,
    status: u8,
}

impl Facts {
    fn new(shuffled: bool) -> Self {
        let folder = TempDir::new().unwrap();
        let (facts, one) = (folder.path().join("exports"), folder.path().join("one"));
        exports(MONTH, beneficiaries(), shuffled, &facts);
        let ledger = folder.path().join("ledger");
        let paths = [("--exports", facts.as_path()), ("--out", &one), ("--ledger", &ledger)];
        let status = one_machine(&["run", "--quiet", "--month", MONTH], &paths);
        Self { folder, status }
    }

    fn exports(&self) -> PathBuf {
        self.folder.path().join("exports")
    }

    /// Runs on the cluster while something goes wrong, and holds the promise. Tells whether it was published.
    fn hold(&self, cluster: &mut Cluster, out: &str, go_wrong: impl FnOnce(&mut Cluster, &Path)) -> (bool, Output) {
        let ledger = format!("ledger-{out}");
        let mut run =
            cluster.run(MONTH, &self.exports(), out, &["--quiet", "--timings", "--parts", PARTS, "--ledger", &ledger]);
        let run = run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let prepared = cluster.shared().join(out);
        while !prepared.exists() {
            std::thread::sleep(Duration::from_millis(2));
        }
        go_wrong(cluster, &prepared);
        let output = run.wait_with_output().unwrap();
        let is_published = output.status.code() == Some(self.status.into());
        let place = cluster.at(out);
        if is_published {
            same(&self.folder.path().join("one"), &place, &told(&output));
            same(&self.folder.path().join("ledger"), &cluster.at(&ledger), &told(&output));
            std::fs::remove_dir_all(cluster.at(&ledger)).unwrap();
            std::fs::remove_dir_all(&place).unwrap();
        } else {
            assert_eq!(output.status.code(), Some(2), "{}", told(&output));
            nothing(&place);
            assert!(!cluster.at(&ledger).join("catalogue.sqlite").exists(), "{}", told(&output));
            std::fs::remove_dir_all(&prepared).unwrap();
        }
        (is_published, output)
    }
}

/// Moments that nobody chose: xorshift from the clock, told so that a failure can be looked at.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let seed = u64::from(now.subsec_nanos()) << 32 | now.as_secs() | 1;
        eprintln!("chance begins with {seed}");
        Self(seed)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end.max(1)
    }
}

fn wait(moment: u64) {
    std::thread::sleep(Duration::from_millis(moment));
}

/// The milliseconds that a run says it took to settle its parts: `settling   5.484 s, 48 parts by the engine`.
fn settling(told: &str) -> u64 {
    let line = told.lines().find(|line| line.starts_with("settling")).unwrap();
    let seconds = line.split_whitespace().nth(1).unwrap();
    let (whole, thousandths) = seconds.split_once('.').unwrap();
    whole.parse::<u64>().unwrap() * 1000 + thousandths.parse::<u64>().unwrap()
}

#[test]
#[ignore = "minutes; run by cluster/proof"]
fn sorted_and_not_with_an_executor_killed_at_ten_moments_and_the_scheduler_killed() {
    for shuffled in [false, true] {
        let facts = Facts::new(shuffled);
        let mut cluster = Cluster::start(2);
        let began = Instant::now();
        let (is_published, output) = facts.hold(&mut cluster, "undisturbed", |_, _| ());
        assert!(is_published, "{}", told(&output));
        assert!(told(&output).contains(", 0 here"), "{}", told(&output));
        let whole = began.elapsed().as_millis();
        // Before and after it no executor is needed: a kill there would prove little.
        let settling = settling(&told(&output));
        eprintln!("shuffled {shuffled}: the same bytes in {whole} ms\n{}", told(&output));
        if shuffled {
            continue;
        }
        let mut chance = Chance::new();
        for number in 0..10 {
            let (moment, victim) = (chance.below(settling), chance.below(2));
            let name = format!("killed-{number}");
            let (is_published, output) = facts.hold(&mut cluster, &name, |cluster, _| {
                wait(moment);
                let last = cluster.executors.len() - 1 - usize::try_from(victim).unwrap();
                cluster.executors[last].kill();
            });
            eprintln!("an executor killed after {moment} ms: published {is_published}\n{}", told(&output));
            // The dead one makes room for a new one.
            let last = cluster.executors.len() - 1 - usize::try_from(victim).unwrap();
            cluster.executors.remove(last);
            cluster.add_executor();
        }
        for number in 0..2 {
            let moment = chance.below(settling);
            let (is_published, output) = facts.hold(&mut cluster, &format!("alone-{number}"), |cluster, _| {
                wait(moment);
                cluster.scheduler.kill();
            });
            eprintln!("the scheduler killed after {moment} ms: published {is_published}\n{}", told(&output));
            cluster = Cluster::start(2);
        }
    }
}

#[test]
#[ignore = "minutes; run by cluster/proof"]
fn parts_that_change_at_any_moment() {
    let facts = Facts::new(false);
    let mut cluster = Cluster::start(2);
    let mut chance = Chance::new();
    for (number, kind) in ["missing", "altered", "doubled"].into_iter().cycle().take(9).enumerate() {
        let (moment, part) = (chance.below(1500), chance.below(48));
        let (is_published, output) = facts.hold(&mut cluster, &format!("{kind}-{number}"), |_, prepared| {
            wait(moment);
            let path = |part: u64| prepared.join(format!("part-{part:05}.parquet"));
            // Where the run is over already, nothing stands there any more.
            match kind {
                "missing" => std::fs::remove_file(path(part)).ok(),
                "doubled" => std::fs::copy(path((part + 1) % 48), path(part)).ok().map(drop),
                _ => std::fs::read(path(part)).ok().and_then(|mut bytes| {
                    let at = usize::try_from(chance.below(bytes.len() as u64)).unwrap();
                    bytes[at] ^= 1;
                    std::fs::write(path(part), bytes).ok()
                }),
            };
        });
        eprintln!("part {part} {kind} after {moment} ms: published {is_published}\n{}", told(&output));
    }
}
