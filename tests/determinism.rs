//! The same facts give the same bytes, whatever the threads, the batches, the order of the rows and the line ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub, missing_docs)]

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;

use tempfile::TempDir;
use versement::calendar::Month;
use versement::exports::Encoding;
use versement::generate::{self, Share};
use versement::intake::Exports;
use versement::law::Law;
use versement::night::{self, Plan, Progress};
use versement::publish::staging::Staging;
use versement::totals::Totals;

const EXPORTS: [&str; 3] = ["beneficiaries.csv", "events.csv", "earnings.csv"];
const FILES: [&str; 3] = ["payments.csv", "anomalies.csv", "decisions.csv"];
const BENEFICIARIES: u64 = 3000;

fn month() -> Month {
    "2009-11".parse().unwrap()
}

/// Exports with every kind of fault: every third beneficiary has one.
fn exports(shuffled: bool) -> TempDir {
    let folder = TempDir::new().unwrap();
    let faults = Share::from_parts(3300).unwrap();
    let plan = generate::Plan { month: month(), beneficiaries: BENEFICIARIES, seed: 11, faults, shuffled };
    generate::write_exports(&plan, folder.path(), |_| ()).unwrap();
    folder
}

struct Settled {
    files: [Vec<u8>; 3],
    were_sorted: bool,
    totals: Totals,
}

fn settle(exports: &Path, threads: usize, batch_bytes: usize) -> Settled {
    let out = TempDir::new().unwrap();
    let law = Law::read(Law::BUILT_IN).unwrap();
    let plan = Plan {
        month: month(),
        law: &law,
        exports: &Exports::find(exports).unwrap(),
        encoding: Encoding::Utf8,
        threads: NonZeroUsize::new(threads).unwrap(),
        with_digests: threads % 2 == 1,
        batch_bytes,
        ledger: None,
    };
    let staging = Staging::open(out.path()).unwrap();
    let settled = night::settle(&plan, &staging, &Progress::default()).unwrap();
    staging.publish(settled.files).unwrap();
    let files = FILES.map(|file| fs::read(out.path().join(file)).unwrap());
    Settled { files, were_sorted: settled.were_sorted, totals: settled.totals }
}

#[track_caller]
fn same(found: &Settled, expected: &Settled, what: &str) {
    for ((file, found), expected) in FILES.iter().zip(&found.files).zip(&expected.files) {
        let line = found.split(|&byte| byte == b'\n').zip(expected.split(|&byte| byte == b'\n'));
        let first = line.enumerate().find(|(_, (found, expected))| found != expected);
        let told = first.map(|(at, (found, expected))| {
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            format!("{what}: {file}:{}: {} instead of {}", at + 1, text(found), text(expected))
        });
        assert!(found == expected, "{}", told.unwrap_or_else(|| format!("{what}: {file}: cut")));
    }
    assert_eq!(found.totals, expected.totals, "{what}");
}

/// The whole night in one batch of one thread.
fn plain(exports: &Path) -> Settled {
    settle(exports, 1, 1 << 30)
}

#[test]
fn threads_and_batches_change_no_byte() {
    for shuffled in [false, true] {
        let exports = exports(shuffled);
        let expected = plain(exports.path());
        assert_eq!(expected.were_sorted, !shuffled);
        let codes = expected.totals.anomalies.len();
        assert!(codes >= 24, "only {codes} codes show");
        let outcomes = expected.totals.outcomes;
        let rare = outcomes.paid.min(outcomes.nil).min(outcomes.held).min(outcomes.refused);
        assert!(rare > 100 && outcomes.sum() >= BENEFICIARIES, "{outcomes:?}");
        for threads in [1, 2, 7] {
            for batch_bytes in [1, 97, 4096, Plan::BATCH_BYTES] {
                let found = settle(exports.path(), threads, batch_bytes);
                assert_eq!(found.were_sorted, !shuffled);
                same(&found, &expected, &format!("{threads} threads, batches of {batch_bytes}, shuffled {shuffled}"));
            }
        }
    }
}

#[test]
fn the_order_of_the_rows_changes_no_payment_and_only_line_numbers_of_the_rest() {
    let (sorted, shuffled) = (exports(false), exports(true));
    let (sorted, shuffled) = (plain(sorted.path()), plain(shuffled.path()));
    assert!(sorted.files[0] == shuffled.files[0], "payments.csv");
    assert_eq!(sorted.totals, shuffled.totals);
    for (at, file) in FILES.iter().enumerate().skip(1) {
        let (sorted, shuffled) = (without_lines(&sorted.files[at]), without_lines(&shuffled.files[at]));
        let differs = sorted.iter().zip(&shuffled).find(|(sorted, shuffled)| sorted != shuffled);
        assert!(sorted == shuffled, "{file}: {differs:?}");
    }
}

/// The rows without their line numbers, sorted.
fn without_lines(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    let line = reader.headers().unwrap().iter().position(|name| name == "line").unwrap();
    let message = reader.headers().unwrap().iter().position(|name| name == "message");
    let mut rows = Vec::new();
    for row in reader.records().map(Result::unwrap) {
        let mut row: Vec<_> = row.iter().map(str::to_owned).collect();
        let number = std::mem::replace(&mut row[line], "LINE".to_owned());
        if let Some(message) = message {
            row[message] = row[message].replacen(&format!(":{number}:"), ":LINE:", 1);
            // Doubles name the lines of both rows.
            if row[message - 1].starts_with("lines ") {
                row[message] = row[message].replace(&row[message - 1], "lines");
                row[message - 1] = "lines".to_owned();
            }
        }
        // That two rows differ (A204) is told of the later one; a refused row has it among its reasons only if it is that.
        if row.get(2).is_some_and(|outcome| outcome == "refused") {
            row[3] = row[3].split(' ').filter(|&code| code != "A204").collect::<Vec<_>>().join(" ");
        }
        rows.push(row);
    }
    rows.sort();
    rows
}

#[test]
fn line_ends_and_the_byte_order_mark_change_no_byte() {
    let lf = exports(false);
    let crlf = TempDir::new().unwrap();
    for file in EXPORTS {
        let text = fs::read(lf.path().join(file)).unwrap();
        let mut other = b"\xEF\xBB\xBF".to_vec();
        for line in text.split_inclusive(|&byte| byte == b'\n') {
            other.extend_from_slice(line.strip_suffix(b"\n").unwrap());
            other.extend_from_slice(b"\r\n");
        }
        fs::write(crlf.path().join(file), other).unwrap();
    }
    let expected = plain(lf.path());
    for (threads, batch_bytes) in [(1, 1 << 30), (2, 97)] {
        same(&settle(crlf.path(), threads, batch_bytes), &expected, "CRLF");
    }
}

#[test]
fn one_beneficiary_may_fill_many_batches() {
    let folder = TempDir::new().unwrap();
    let exports = exports(false);
    for file in EXPORTS {
        let text = fs::read(exports.path().join(file)).unwrap();
        let mut rows = Vec::new();
        for row in text.split_inclusive(|&byte| byte == b'\n') {
            // The rows of ten beneficiaries 300 times, between those of the others.
            rows.extend(row.repeat(if row.starts_with(b"B000000120") { 300 } else { 1 }));
        }
        assert_ne!(rows.len(), text.len(), "{file}");
        fs::write(folder.path().join(file), rows).unwrap();
    }
    let expected = plain(folder.path());
    for (threads, batch_bytes) in [(1, 1), (2, 64), (7, 1000)] {
        same(&settle(folder.path(), threads, batch_bytes), &expected, &format!("{threads}, {batch_bytes}"));
    }
}
