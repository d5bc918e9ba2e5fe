//! A month on a scheduler and two executors, as real processes: the bytes of one machine, or nothing is published.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use common::{Cluster, MONTH, exports, names, nothing, one_machine, same, told};
use tempfile::TempDir;
use versement_cluster::client::Job;
use versement_cluster::map::{self, Map, Told};
use versement_cluster::plan::{self, PartFile};
use versement_cluster::tls::Tls;

/// Beneficiaries of the quick tests.
const FEW: u64 = 3000;

fn map(cluster: &Cluster, prepared: &Path) -> Map {
    Map {
        prepared: prepared.to_owned(),
        results: map::results(prepared),
        scheduler: cluster.scheduler.address.parse().unwrap(),
        tls: cluster.tls.as_deref().map(|folder| Tls::read(folder).unwrap()),
        limit: Duration::from_secs(120),
        threads: 2,
    }
}

#[test]
fn months_have_the_bytes_of_one_machine_though_an_executor_is_killed() {
    let folder = TempDir::new().unwrap();
    let mut cluster = Cluster::start(2);
    for (number, month) in ["2009-05", "2009-06"].into_iter().enumerate() {
        let facts = folder.path().join(month);
        // The second month is not sorted, and has arrears and claims.
        exports(month, FEW, number == 1, &facts);
        let (one, ledger) = (folder.path().join("one").join(month), folder.path().join("ledger"));
        let status = one_machine(
            &["run", "--quiet", "--month", month],
            &[("--exports", &facts), ("--out", &one), ("--ledger", &ledger)],
        );
        let mut run = cluster.run(month, &facts, month, &["--ledger", "ledger", "--parts", "24", "--timings"]);
        let run = run.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
        if number == 0 {
            // The parts stand there as soon as they are prepared; soon after, executors are at work.
            let began = Instant::now();
            while !cluster.shared().join(month).exists() && began.elapsed() < Duration::from_secs(60) {
                std::thread::sleep(Duration::from_millis(5));
            }
            std::thread::sleep(Duration::from_millis(300));
            cluster.executors[0].kill();
        }
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(status.into()), "{}", told(&output));
        assert!(told(&output).contains("24 parts by the engine"), "{}", told(&output));
        same(&one, &cluster.at(month), month);
        assert!(!cluster.shared().join(month).exists(), "parts are removed after publishing");
        if number == 0 {
            cluster.add_executor();
        }
    }
    same(&folder.path().join("ledger"), &cluster.at("ledger"), "ledger");

    // Asked again, the ledger has it already.
    let facts = folder.path().join("2009-06");
    let output = cluster.run("2009-06", &facts, "2009-06", &["--ledger", "ledger"]).output().unwrap();
    assert!(output.status.success() && told(&output).contains("already done"), "{}", told(&output));

    // What executors answered is gone, while they live and afterwards.
    for (number, executor) in cluster.executors.iter_mut().enumerate().skip(1) {
        assert!(executor.terminate());
        assert!(!folder.path().join(format!("work-{number}")).join("kept").exists());
    }
}

#[test]
fn the_plan_is_a_settlement_of_parts_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    exports(MONTH, 200, false, folder.path());
    let mut cluster = Cluster::start(2);
    let (prepared, manifest) = cluster.prepare(folder.path(), 8);
    let file = |(record, number): (&versement::partition::PartRecord, u32)| PartFile {
        number,
        path: prepared.join(&record.file.name),
        bytes: record.file.bytes,
    };
    let files: Vec<_> = manifest.parts.iter().zip(0..).map(file).collect();
    let plan = plan::settle(&prepared, &manifest.digest, &files, 100).unwrap();
    let scheduler = cluster.scheduler.address.parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (seen, rows) = runtime.block_on(async {
        let mut job = Job::send((&scheduler, None), "plan", &plan).await.unwrap();
        let locations = job.settled().await.unwrap();
        let mut rows = 0;
        for places in &locations {
            assert_eq!(places.len(), 1, "nobody was lost");
            rows += job.fetch(&places[0], |_| Ok(())).await.unwrap().rows;
        }
        let seen = job.stages().await.unwrap();
        job.forget().await.unwrap();
        (seen, rows)
    });
    assert_eq!(rows, manifest.parts.iter().map(|part| part.control.beneficiaries).sum::<u64>());
    // As the scheduler ran it: one stage, one partition a part, and the three nodes that are known.
    assert_eq!(seen.len(), 1, "{seen:?}");
    let nodes: Vec<_> = seen[0].operators.iter().map(|operator| operator.operator_type.as_str()).collect();
    assert_eq!(nodes, ["ShuffleWriterExec", "ProjectionExec", "DataSourceExec"]);
    assert_eq!(seen[0].partitions, 8);

    // Forgotten is forgotten: executors ask for what is to be removed as often as for work.
    let began = Instant::now();
    // Of the engine itself an empty folder remains.
    let kept = |executor: usize| -> Vec<_> {
        let kept = cluster.work(executor).join("kept");
        names(&kept).into_iter().filter(|name| !names(&kept.join(name)).is_empty()).collect()
    };
    while (0..2).any(|executor| !kept(executor).is_empty()) {
        assert!(began.elapsed() < Duration::from_secs(20), "still kept: {:?} {:?}", kept(0), kept(1));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(cluster.executors.iter_mut().all(common::Process::terminate));
    assert!((0..2).all(|executor| !cluster.work(executor).join("kept").exists()));
}

#[test]
fn without_an_engine_the_parts_are_settled_here_and_it_is_said() {
    let folder = TempDir::new().unwrap();
    let facts = folder.path().join("exports");
    exports(MONTH, 500, true, &facts);
    let one = folder.path().join("one");
    let status =
        one_machine(&["run", "--quiet", "--no-ledger", "--month", MONTH], &[("--exports", &facts), ("--out", &one)]);
    let mut cluster = Cluster::start(0);

    // A scheduler without executors: the time limit ends the waiting, twice.
    let limited = ["--no-ledger", "--quiet", "--parts", "5", "--time-limit", "2"];
    let output = cluster.run(MONTH, &facts, "limit", &limited).output().unwrap();
    assert_eq!(output.status.code(), Some(status.into()), "{}", told(&output));
    for words in ["the time limit of 2 s is over", "the engine is tried once more", "5 parts are settled here"] {
        assert!(told(&output).contains(words), "{words}: {}", told(&output));
    }
    same(&one, &cluster.at("limit"), "after the time limit");

    // No scheduler.
    cluster.scheduler.kill();
    let output = cluster.run(MONTH, &facts, "nobody", &["--no-ledger", "--quiet", "--parts", "5"]).output().unwrap();
    assert_eq!(output.status.code(), Some(status.into()), "{}", told(&output));
    assert!(told(&output).contains("no scheduler is reached there"), "{}", told(&output));
    same(&one, &cluster.at("nobody"), "without a scheduler");
}

#[test]
fn parts_that_are_missing_altered_or_doubled_publish_nothing() {
    let folder = TempDir::new().unwrap();
    exports(MONTH, 400, false, folder.path());
    let cluster = Cluster::start(1);
    let (prepared, manifest) = cluster.prepare(folder.path(), 3);
    let part = |number: u32| prepared.join(versement::partition::part_name(number));
    let whole = fs::read(part(1)).unwrap();
    let mut altered = whole.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    let other = fs::read(part(0)).unwrap();
    let damages =
        [(None, "missing"), (Some(altered), "altered"), (Some(other), "doubled"), (Some(Vec::new()), "empty")];
    for (bytes, what) in damages {
        match &bytes {
            Some(bytes) => fs::write(part(1), bytes).unwrap(),
            None => fs::remove_file(part(1)).unwrap(),
        }
        let troubles = std::cell::RefCell::new(Vec::new());
        let tell = |told: Told<'_>| troubles.borrow_mut().push(format!("{told:?}"));
        let error = format!("{:#}", map(&cluster, &prepared).settle(&manifest, &tell).unwrap_err());
        assert!(error.contains("part-00001.parquet"), "{what}: {error}");
        // A file of the right length is found out by the executors.
        let found_out = troubles.borrow().iter().any(|told| told.contains("SHA-256"));
        assert_eq!(found_out, what == "altered", "{what}: {troubles:?}");
        let out = folder.path().join("out");
        let merge = ["merge", "--quiet"].map(std::ffi::OsString::from);
        let paths = ["--prepared".into(), prepared.clone().into(), "--out".into(), out.clone().into_os_string()];
        assert!(versement::commands::carry_out(merge.into_iter().chain(paths)).is_err(), "{what}");
        nothing(&out);
        fs::write(part(1), &whole).unwrap();
    }
    let settled = map(&cluster, &prepared).settle(&manifest, &|_| ()).unwrap();
    assert_eq!((settled.on_engine, settled.here, settled.tries), (3, 0, 1));
}

#[test]
fn with_certificates_only_who_has_one_is_heard() {
    let folder = TempDir::new().unwrap();
    exports(MONTH, 300, false, folder.path());
    let cluster = Cluster::with_certificates(2);
    let (prepared, manifest) = cluster.prepare(folder.path(), 6);
    let of = map(&cluster, &prepared);
    let settled = of.settle(&manifest, &|_| ()).unwrap();
    assert_eq!((settled.on_engine, settled.here, settled.tries), (6, 0, 1));
    fs::remove_dir_all(&of.results).unwrap();

    // Without a certificate, or with one of another authority, the engine hears nobody: the parts are settled here.
    let foreign = folder.path().join("foreign");
    common::certificates(&foreign);
    for tls in [None, Some(Tls::read(&foreign).unwrap())] {
        let of = Map { tls, limit: Duration::from_secs(10), ..of.clone() };
        let settled = of.settle(&manifest, &|_| ()).unwrap();
        assert_eq!((settled.on_engine, settled.here, settled.tries), (0, 6, 2));
        fs::remove_dir_all(&of.results).unwrap();
    }

    // A key that others may read is no secret.
    fs::set_permissions(foreign.join("key.pem"), fs::Permissions::from_mode(0o640)).unwrap();
    assert!(Tls::read(&foreign).unwrap_err().to_string().contains("others may read it"));
}

#[test]
fn ports_beyond_this_machine_need_certificates_or_a_word() {
    for command in ["scheduler", "executor"] {
        let mut line = std::process::Command::new(common::PROGRAM);
        line.args([command, "--bind", "192.0.2.1:0"]);
        if command == "executor" {
            line.args(["--scheduler", "df://127.0.0.1:1", "--prepared", "/", "--work", "/nowhere"]);
        }
        let output = line.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(told(&output).contains("--trusted-network"), "{}", told(&output));
    }
}
