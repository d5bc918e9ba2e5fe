//! What `dist/` has for Slurm and Kubernetes: the scripts are run, with a scheduler that is made up; the real one's own checks
//! stand in `tests/outside.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{fixtures, names, versement};
use tempfile::TempDir;

fn dist(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("dist").join(name)
}

/// A folder that all machines see, with the exports of May 2009.
fn shared() -> TempDir {
    let shared = TempDir::new().unwrap();
    let exports = shared.path().join("exports/2009-05");
    fs::create_dir_all(&exports).unwrap();
    for name in names(&fixtures().join("exports/2009-05")) {
        fs::copy(fixtures().join("exports/2009-05").join(&name), exports.join(&name)).unwrap();
    }
    shared
}

/// A program that stands for another one.
fn stand_in(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[track_caller]
fn same_as_one_machine(shared: &Path) {
    let one = TempDir::new().unwrap();
    let mut run = versement();
    run.current_dir(one.path()).args(["run", "-q", "--month", "2009-05", "--out", "out", "--exports"]);
    assert_eq!(run.arg(fixtures().join("exports/2009-05")).status().unwrap().code(), Some(1));
    let (one, many) = (one.path().join("out"), shared.join("out/2009-05"));
    assert_eq!(names(&one), names(&many));
    for name in names(&one).iter().filter(|name| name.ends_with(".csv")) {
        assert!(fs::read(one.join(name)).unwrap() == fs::read(many.join(name)).unwrap(), "{name}");
    }
}

/// Runs what is submitted at once, the tasks of an array one after the other; a job behind one that failed never runs.
const SBATCH: &str = r#"#!/bin/sh
[ "$1" = --parsable ] || exit 9
shift
tasks=-
while [ $# -gt 1 ]; do
  case $1 in
    --dependency=afterok:*) [ -e "$TRIED/ok-${1#*afterok:}" ] || { echo "$(($(cat "$TRIED/last") + 1))" | tee "$TRIED/last"; exit 0; } ;;
    --array=0-*) tasks=$(seq 0 "${1#--array=0-}") ;;
    --kill-on-invalid-dep=yes) ;;
    *) exit 9 ;;
  esac
  shift
done
[ -z "$PASSED_OVER" ] || case $1 in *"$PASSED_OVER"*) tasks= ;; esac
job=$(($(cat "$TRIED/last" 2>/dev/null || echo 0) + 1))
echo "$job" >"$TRIED/last"
good=yes
for task in $tasks; do
  SLURM_ARRAY_TASK_ID=$task sh "$1" >>"$TRIED/log" 2>&1 || good=no
done
[ "$good" = no ] || : >"$TRIED/ok-$job"
# Some clusters say their name behind the number.
echo "$job;here"
"#;

fn slurm(shared: &Path, tried: &Path, passed_over: &str) -> Output {
    let path = format!("{}:{}", tried.display(), std::env::var("PATH").unwrap());
    let mut submit = Command::new(dist("slurm/month-by-parts"));
    submit.args(["2009-05", "3"]).current_dir(tried).env("PATH", path).env("TRIED", tried);
    submit
        .env("VERSEMENT", env!("CARGO_BIN_EXE_versement"))
        .env("VERSEMENT_SHARED", shared)
        .env("VERSEMENT_PAUSE", "0")
        .env("PASSED_OVER", passed_over);
    submit.output().unwrap()
}

#[test]
fn the_scripts_for_slurm_settle_a_month_and_the_merge_waits_for_all_parts() {
    let (shared, tried) = (shared(), TempDir::new().unwrap());
    stand_in(tried.path(), "sbatch", SBATCH);
    let ran = slurm(shared.path(), tried.path(), "");
    let told = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{told}");
    assert_eq!(told, "2009-05: prepare is job 1, 3 parts are job 2, merge is job 3\n");
    same_as_one_machine(shared.path());
    // Once more: nothing is done twice, and nothing fails.
    assert!(slurm(shared.path(), tried.path(), "").status.success());
    assert!(tried.path().join("ok-6").exists());

    // A part that can't be settled: the merge never runs.
    let place = |name: &str| shared.path().join(name);
    for name in ["ledger", "out", "prepared/2009-05/results"] {
        fs::remove_dir_all(place(name)).unwrap();
    }
    fs::write(place("prepared/2009-05/part-00001.parquet"), "altered").unwrap();
    // As prepare would find that too, it is passed over.
    let ran = slurm(shared.path(), tried.path(), "prepare.sbatch");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let ended = names(tried.path());
    assert!(ended.contains(&"ok-7".to_owned()) && !ended.contains(&"ok-8".to_owned()), "{ended:?}");
    let log = fs::read_to_string(tried.path().join("log")).unwrap();
    assert!(log.contains("part 1: attempt 3 failed") && log.contains("prepare the month again"), "{log}");
    assert_eq!(names(&place("prepared/2009-05/results")).len(), 4);
    assert!(!place("out").exists() && !place("ledger").exists());
}

/// What a pod of a job runs.
fn script(job: &str) -> String {
    let lines = job.lines().skip_while(|line| line.trim() != "- |").skip(1);
    let lines = lines.take_while(|line| line.starts_with("              ")).map(|line| &line[14..]);
    lines.collect::<Vec<_>>().join("\n")
}

/// Keeps the jobs that are applied; each is complete at once.
const KUBECTL: &str = r#"#!/bin/sh
case $1 in
  apply) cat >>"$TRIED/applied"; echo --- >>"$TRIED/applied" ;;
  wait) case $2 in --for=condition=complete) echo "$4" >>"$TRIED/waited" ;; *) exit 1 ;; esac ;;
  *) exit 9 ;;
esac
"#;

#[test]
fn the_jobs_for_kubernetes_settle_a_month() {
    let (shared, tried) = (shared(), TempDir::new().unwrap());
    stand_in(tried.path(), "kubectl", KUBECTL);
    let program = Path::new(env!("CARGO_BIN_EXE_versement")).parent().unwrap();
    let path = format!("{}:{}:{}", tried.path().display(), program.display(), std::env::var("PATH").unwrap());
    let mut apply = Command::new(dist("kubernetes/month-by-parts"));
    let status = apply.args(["2009-05", "3"]).env("PATH", &path).env("TRIED", tried.path()).status().unwrap();
    assert!(status.success());
    let waited = fs::read_to_string(tried.path().join("waited")).unwrap();
    let jobs = ["prepare", "settle", "merge"].map(|step| format!("job/versement-{step}-2009-05\n"));
    assert_eq!(waited, jobs.concat());

    let applied = fs::read_to_string(tried.path().join("applied")).unwrap();
    let jobs: Vec<_> = applied.split("---\n").filter(|job| !job.is_empty()).collect();
    assert_eq!(jobs.len(), 3);
    for job in &jobs {
        // What a namespace that enforces "restricted" asks for, and what personal data asks for.
        for line in [
            "runAsNonRoot: true",
            "seccompProfile: {type: RuntimeDefault}",
            "allowPrivilegeEscalation: false",
            "capabilities: {drop: [ALL]}",
            "readOnlyRootFilesystem: true",
            "automountServiceAccountToken: false",
            "umask 077",
            "- {name: PARTS, value: \"3\"}",
        ] {
            assert!(job.contains(line), "{line}\n{job}");
        }
    }
    for line in ["completionMode: Indexed", "completions: 3", "parallelism: 3", "backoffLimitPerIndex: 3"] {
        assert!(jobs[1].contains(line), "{line}\n{}", jobs[1]);
    }
    let run = |job: &str, index: &str| {
        let mut pod = Command::new("sh");
        pod.args(["-euc", &script(job)]).current_dir(shared.path()).env("PATH", &path);
        pod.envs([("MONTH", "2009-05"), ("PARTS", "3"), ("JOB_COMPLETION_INDEX", index)]).output().unwrap()
    };
    for (job, indexes) in jobs.iter().zip([&[""][..], &["2", "0", "1"], &[""]]) {
        for index in indexes {
            let ran = run(job, index);
            assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        }
    }
    same_as_one_machine(shared.path());
}

#[test]
fn the_scripts_are_scripts() {
    for folder in ["slurm", "kubernetes"] {
        for name in names(&dist(folder)).iter().filter(|name| !name.ends_with(".yaml")) {
            let path = dist(folder).join(name);
            assert!(Command::new("sh").arg("-n").arg(&path).status().unwrap().success(), "{name}");
            if name == "month-by-parts" {
                let ran = Command::new(&path).arg("2009-05").output().unwrap();
                assert_eq!((ran.status.code(), ran.stdout.len()), (Some(2), 0), "{name}");
                assert!(String::from_utf8_lossy(&ran.stderr).starts_with("usage: "));
            }
        }
    }
}
