//! What the engine costs: run by `cluster/measure`, which says where the table goes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::float_arithmetic,
    clippy::cast_precision_loss
)]

mod common;

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use common::{Cluster, MONTH, one_machine, plain_exports, same};
use tempfile::TempDir;
use versement::partition::{Manifest, RESULTS};
use versement_cluster::map::Map;

fn seconds(began: Instant) -> f64 {
    began.elapsed().as_secs_f64()
}

fn numbers(name: &str, otherwise: &str) -> Vec<u64> {
    let text = std::env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    text.split(',').map(|number| number.trim().parse().unwrap()).collect()
}

/// The files of a folder, in bytes.
fn size(folder: &Path) -> u64 {
    std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

struct Measured {
    beneficiaries: u64,
    parts: u64,
    local: f64,
    preparing: f64,
    here: f64,
    engine: f64,
    merging: f64,
    sent: u64,
    answered: u64,
}

fn measure(beneficiaries: u64, all_parts: &[u64], cluster: &Cluster) -> Vec<Measured> {
    let folder = TempDir::new().unwrap();
    let (facts, one, many) = (folder.path().join("exports"), folder.path().join("one"), folder.path().join("many"));
    plain_exports(MONTH, beneficiaries, &facts);
    let run = ["run", "--quiet", "--no-ledger", "--month", MONTH];
    let began = Instant::now();
    one_machine(&run, &[("--exports", &facts), ("--out", &one)]);
    let local = seconds(began);
    let mut measured = Vec::new();
    for &parts in all_parts {
        let prepared = cluster.shared().join("measured");
        let text = parts.to_string();
        let line = ["prepare", "--quiet", "--no-ledger", "--month", MONTH, "--parts", &text];
        let began = Instant::now();
        one_machine(&line, &[("--exports", &facts), ("--out", &prepared)]);
        let preparing = seconds(began);
        let prepared = prepared.canonicalize().unwrap();
        let manifest = Manifest::read(&prepared).unwrap();
        let sent = manifest.parts.iter().map(|part| part.file.bytes).sum();
        let map = Map {
            prepared: prepared.clone(),
            results: prepared.join(RESULTS),
            scheduler: cluster.scheduler.address.parse().unwrap(),
            tls: None,
            limit: Duration::from_secs(3600),
            threads: cluster.executors.len(),
        };
        let began = Instant::now();
        map.here(&manifest, &(0..manifest.count()).collect::<Vec<_>>()).unwrap();
        let here = seconds(began);
        std::fs::remove_dir_all(&map.results).unwrap();
        let began = Instant::now();
        let settled = map.settle(&manifest, &|told| eprintln!("{told:?}")).unwrap();
        let engine = seconds(began);
        assert_eq!((u64::from(settled.on_engine), settled.tries), (parts, 1));
        let began = Instant::now();
        one_machine(&["merge", "--quiet"], &[("--prepared", &prepared), ("--out", &many)]);
        let merging = seconds(began);
        same(&one, &many, "measured");
        eprintln!("{beneficiaries} in {parts} parts: {} bytes of exports", size(&facts));
        std::fs::remove_dir_all(&many).unwrap();
        std::fs::remove_dir_all(&prepared).unwrap();
        let answered = settled.bytes;
        measured.push(Measured { beneficiaries, parts, local, preparing, here, engine, merging, sent, answered });
    }
    measured
}

#[test]
#[ignore = "minutes; run by cluster/measure"]
fn costs() {
    let cluster = Cluster::start(2);
    let parts = numbers("VERSEMENT_PARTS", "16,64,256");
    let mut table = String::from(
        "| beneficiaries | parts | one machine | prepare | settle here, 2 threads | settle on 2 executors | merge | by parts, all | \
         MB of parts | MB of answers |\n|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for beneficiaries in numbers("VERSEMENT_BENEFICIARIES", "1000000") {
        for row in measure(beneficiaries, &parts, &cluster) {
            let Measured { beneficiaries, parts, local, preparing, here, engine, merging, sent, answered } = row;
            let all = preparing + engine + merging;
            let megabytes = |bytes: u64| bytes as f64 / 1e6;
            writeln!(
                table,
                "| {beneficiaries} | {parts} | {local:.1} s | {preparing:.1} s | {here:.1} s | {engine:.1} s | {merging:.1} s | {all:.1} s | \
                 {:.0} | {:.0} |",
                megabytes(sent),
                megabytes(answered)
            )
            .unwrap();
        }
    }
    println!("{table}");
    if let Ok(path) = std::env::var("VERSEMENT_TABLE") {
        std::fs::write(path, table).unwrap();
    }
}
