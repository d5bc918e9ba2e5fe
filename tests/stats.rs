//! The figures of a month against what the generator made, and the deadlines and figures whatever the threads and the order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "small counts")]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use common::{EVENTS, Night, Ran, beneficiary, table, versement};
use serde_json::Value;
use tempfile::TempDir;
use versement::exports::Encoding;
use versement::generate::{self, Share, Truth};
use versement::intake::Exports;
use versement::law::Law;
use versement::money::Cents;
use versement::night::{self, Plan, Progress, Purpose};
use versement::publish::staging::Staging;
use versement::stats::Stats;

fn made(month: &str, faults: u32, shuffled: bool) -> (TempDir, Truth) {
    let folder = TempDir::new().unwrap();
    let faults = Share::from_parts(faults).unwrap();
    let month = month.parse().unwrap();
    let plan = generate::Plan { month, beneficiaries: 4000, seed: 5, faults, complete: true, shuffled };
    let written = generate::write_exports(&plan, folder.path(), |_| ()).unwrap();
    (folder, written.truth)
}

fn plan<'p>(law: &'p Law, exports: &'p Exports, month: &str, purpose: Purpose, threads: usize) -> Plan<'p> {
    let threads = NonZeroUsize::new(threads).unwrap();
    let (month, batch_bytes) = (month.parse().unwrap(), if threads.get() == 1 { 1 << 30 } else { 5000 });
    let encoding = Encoding::Utf8;
    Plan { month, purpose, law, exports, encoding, threads, with_digests: false, batch_bytes, ledger: None }
}

fn figures(folder: &Path, month: &str, threads: usize) -> Stats {
    let law = Law::read(Law::BUILT_IN).unwrap();
    let exports = Exports::find(folder).unwrap();
    night::figures(&plan(&law, &exports, month, Purpose::Stats, threads), &Progress::default()).unwrap()
}

/// Mean and median in cents, each half up, from a plain sorted list.
fn mean_and_median(amounts: &BTreeMap<Cents, u64>) -> (String, String) {
    let all: Vec<i64> =
        amounts.iter().flat_map(|(amount, count)| std::iter::repeat_n(amount.0, *count as usize)).collect();
    let half_up = |sum: i64, count: i64| Cents((2 * sum + count) / (2 * count)).to_string();
    let (low, high) = (all[(all.len() - 1) / 2], all[all.len() / 2]);
    (half_up(all.iter().sum(), all.len() as i64), half_up(low + high, 2))
}

#[test]
fn the_figures_are_what_was_made() {
    for month in ["2006-02", "2007-09", "2009-05", "2010-05", "2011-12"] {
        let (folder, truth) = made(month, 0, false);
        let stats = figures(folder.path(), month, 2);
        let all = &stats.all;
        assert_eq!((all.entries, all.stock), (truth.entries, truth.stock), "{month}");
        assert_eq!(all.exits, truth.exits, "{month}");
        let sjr = all.sjr.as_ref().unwrap();
        assert_eq!((sjr.mean.clone(), sjr.median.clone()), mean_and_median(&truth.wages), "{month}");
        let take_up = stats.take_up.as_ref().unwrap();
        assert_eq!((take_up.proposals, take_up.accepted), (truth.proposals, truth.accepted), "{month}");
        let after = all.after_term.as_ref().map_or((0, 0), |after| (after.cohort, after.without_work));
        assert_eq!(after, (truth.terms, truth.without_work), "{month}");
        assert!(truth.stock > 1000 && truth.accepted > 1000, "{month}: {truth:?}");
        for groups in [&stats.by_regime, &stats.by_cohort] {
            let sum = |of: fn(&versement::stats::Figures) -> u64| groups.values().map(of).sum::<u64>();
            assert_eq!(sum(|group| group.entries), all.entries);
            assert_eq!(sum(|group| group.stock), all.stock);
            assert_eq!(sum(|group| group.paid), all.paid);
        }
    }
}

#[test]
fn spending_is_that_of_the_payments() {
    let month = "2009-05";
    let (folder, _) = made(month, 500, false);
    let stats = figures(folder.path(), month, 2);
    let law = Law::read(Law::BUILT_IN).unwrap();
    let exports = Exports::find(folder.path()).unwrap();
    let out = TempDir::new().unwrap();
    let staging = Staging::open(out.path()).unwrap();
    let settled = night::settle(&plan(&law, &exports, month, Purpose::Run, 2), &staging, &Progress::default()).unwrap();
    staging.publish(settled.files).unwrap();
    let mut sums = BTreeMap::<&str, i64>::new();
    let mut paid = 0;
    for row in csv::Reader::from_path(out.path().join("payments.csv")).unwrap().deserialize() {
        let row: BTreeMap<String, String> = row.unwrap();
        let columns = ["asr_gross", "pension_offset", "participation", "asr_net", "idr"];
        for column in columns {
            *sums.entry(column).or_default() += row[column].replace('.', "").parse::<i64>().unwrap();
        }
        *sums.entry("idr_taken").or_default() += i64::from(row["idr"] != "0.00");
        paid += 1;
    }
    let all = serde_json::to_value(&stats.all).unwrap();
    assert_eq!(all["paid"], paid);
    for (column, sum) in sums {
        let told = if column == "idr_taken" { Value::from(sum) } else { Value::from(Cents(sum).to_string()) };
        assert_eq!(all[column], told, "{column}");
    }
}

/// Deadlines as a command writes them, and the figures.
fn beside(folder: &Path, threads: usize) -> (Vec<u8>, Stats) {
    let law = Law::read(Law::BUILT_IN).unwrap();
    let exports = Exports::find(folder).unwrap();
    let purpose = Purpose::Deadlines("2009-05-20".parse().unwrap());
    let out = TempDir::new().unwrap();
    let staging = Staging::open(out.path()).unwrap();
    let settled =
        night::settle(&plan(&law, &exports, "2009-05", purpose, threads), &staging, &Progress::default()).unwrap();
    assert_eq!(settled.files.len(), 1);
    staging.publish(settled.files).unwrap();
    (std::fs::read(out.path().join("deadlines.csv")).unwrap(), figures(folder, "2009-05", threads))
}

#[test]
fn threads_batches_and_order_change_neither_deadlines_nor_figures() {
    let (sorted, shuffled) = (made("2009-05", 2000, false).0, made("2009-05", 2000, true).0);
    let expected = beside(sorted.path(), 1);
    assert!(expected.0.len() > 100_000);
    for (folder, threads) in [(&sorted, 2), (&sorted, 7), (&shuffled, 1), (&shuffled, 3)] {
        assert!(beside(folder.path(), threads) == expected, "{threads} threads");
    }
}

fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

fn cents(amount: &str) -> i64 {
    amount.replace('.', "").parse().unwrap()
}

#[test]
fn with_a_ledger_the_spending_is_what_its_runs_paid() {
    let folder = TempDir::new().unwrap();
    let settle = |night: &Night, month: &str, out: &str| {
        let mut command = versement();
        command.args(["run", "--quiet", "--month", month, "--exports"]).arg(night.exports());
        command.arg("--ledger").arg(folder.path().join("ledger")).arg("--out").arg(folder.path().join(out));
        Ran::of(command.output().unwrap()).has_status(0);
    };
    settle(&Night::new(), "2009-04", "1");
    // In May it is known that B001 was sick for ten days of April; B002 comes late, and in the second run is sick too.
    let events = ["B001,sickness,2009-04-21,2009-04-30", "B002,sickness,2009-05-02,2009-05-11"];
    let may = |events: &[&str]| {
        Night::new().of(["B001", "B002"].map(beneficiary)).with("events.csv", table(EVENTS, events.iter()))
    };
    settle(&may(&events[..1]), "2009-05", "2");
    settle(&may(&events), "2009-05", "3");
    let exports = may(&events);
    let stats = |month: &str, format: &str| {
        let mut command = versement();
        command.args(["stats", "--month", month, "--format", format, "--exports"]).arg(exports.exports());
        Ran::of(command.arg("--ledger").arg(folder.path().join("ledger")).output().unwrap())
    };
    let told: Value = serde_json::from_str(&stats("2009-05", "json").has_status(0).stdout).unwrap();
    let spending = &told["spending"];
    assert_eq!(spending["runs"].to_string(), "[2,3]");
    let payments: Vec<_> =
        ["2", "3"].iter().flat_map(|out| rows(&folder.path().join(out).join("payments.csv"))).collect();
    for column in ["asr_net", "idr", "arrears", "recovered", "net"] {
        let paid: i64 = payments.iter().map(|row| cents(&row[column])).sum();
        assert_eq!(cents(spending[column].as_str().unwrap()), paid, "{column}");
    }
    assert!(cents(spending["arrears"].as_str().unwrap()) > 0);
    // Ten days of 46.20 each; those of May move its last day from the 92nd indemnified day, 40.20, to the 82nd: 6.00 less.
    assert_eq!((&spending["claims_raised"], &spending["claims_open"]), (&"918.00".into(), &"918.00".into()));
    let text = stats("2009-05", "text").has_status(0).stdout;
    assert!(text.contains("by run 2, 3") && text.contains("claims raised") && text.contains("918.00"), "{text}");
    stats("2009-06", "text").has_status(2).tells(&["no run of 2009-06"]);
}

#[test]
fn contributions_are_added_up_by_employer() {
    let (exports, _) = made("2009-05", 1_000, true);
    let folder = TempDir::new().unwrap();
    let (out, file) = (folder.path().join("out"), folder.path().join("by-employer.csv"));
    let mut command = versement();
    command.args(["run", "--no-ledger", "--quiet", "--month", "2009-05", "--exports"]).arg(exports.path());
    Ran::of(command.arg("--out").arg(&out).output().unwrap()).has_status(1);
    let add_up = || {
        let mut command = versement();
        command.arg("contributions").arg("--results").arg(&out).arg("--out").arg(&file);
        Ran::of(command.output().unwrap())
    };
    add_up().has_status(0);
    let columns = ["notice_due", "dif_due", "penalty_due", "due", "state_share", "employee_notice"];
    let mut expected: BTreeMap<String, (u64, [i64; 6])> = BTreeMap::new();
    for row in rows(&out.join("contributions.csv")) {
        let own = expected.entry(row["employer"].clone()).or_default();
        own.0 += 1;
        own.1.iter_mut().zip(columns).for_each(|(sum, column)| *sum += cents(&row[column]));
    }
    assert!(expected.len() > 5 && expected.values().any(|(dismissals, _)| *dismissals > 1), "{}", expected.len());
    let found = rows(&file);
    let read = |row: &BTreeMap<String, String>| {
        (row["employer"].clone(), (row["dismissals"].parse().unwrap(), columns.map(|column| cents(&row[column]))))
    };
    assert_eq!(found.iter().map(read).collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());

    // A file that was changed gives nothing, nor does a run without employers.csv.
    fs::remove_file(&file).unwrap();
    let text = fs::read_to_string(out.join("contributions.csv")).unwrap();
    let last = text.trim_end().rfind('\n').unwrap();
    fs::write(out.join("contributions.csv"), &text[..=last]).unwrap();
    add_up().has_status(2).tells(&["does not add up"]);
    assert!(!file.exists());
    let night = Night::new();
    night.run().has_status(0);
    let mut command = versement();
    command.arg("contributions").arg("--results").arg(night.out()).arg("--out").arg(&file);
    Ran::of(command.output().unwrap()).has_status(2).tells(&["no employers.csv"]);
}
