//! The figures of a month against what the generator made, and the deadlines and figures whatever the threads and the order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "small counts")]

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;

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
