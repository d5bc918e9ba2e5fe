//! What a run tells of itself: the table of the month, and what each stage took.

use std::collections::BTreeMap;

use super::super::table::{self, figures, grouped};
use crate::anomaly::Entry;
use crate::columns::Export;
use crate::night::{Settled, Timings};
use crate::publish::summary::Summary;

/// Milliseconds by stage, over all threads.
pub(super) fn stages(timings: &Timings) -> BTreeMap<String, u64> {
    let Timings { scattering, reading, settling, placing, writing } = *timings;
    let named = [
        ("reading", reading),
        ("scattering", scattering),
        ("settling", settling),
        ("placing", placing),
        ("writing", writing),
    ];
    named.map(|(stage, time)| (stage.to_owned(), u64::try_from(time.as_millis()).unwrap_or(u64::MAX))).into()
}

pub(super) fn people_table(summary: &Summary, settled: &Settled) -> String {
    let count = |number: u64| grouped(&number.to_string());
    let outcomes = &summary.outcomes;
    let totals = &summary.totals;
    let mut out = format!(
        "{} · law {} verified until {}\n\n",
        summary.identity.month, summary.identity.law.name, summary.identity.law.verified_until
    );
    let row = |name: &str, number: String| (name.to_owned(), number);
    let mut rows = vec![
        row("beneficiary rows read", count(outcomes.sum())),
        row("paid", count(outcomes.paid)),
        row("nil", count(outcomes.nil)),
        row("held", count(outcomes.held)),
        row("refused", count(outcomes.refused)),
        row("", String::new()),
        row("indemnified days", count(totals.asr_days.unsigned_abs())),
        row("ASR gross", grouped(&totals.asr_gross)),
        row("pension offset", less(&totals.pension_offset)),
        row("participation", less(&totals.participation)),
        row("ASR net", grouped(&totals.asr_net)),
        row("IDR", grouped(&totals.idr)),
    ];
    let net = row("net to pay", grouped(&totals.net));
    match &summary.claims {
        None => rows.push(net),
        Some(claims) => rows.extend([
            row("arrears", grouped(&totals.arrears)),
            row("recovered for claims", less(&totals.recovered)),
            net,
            row("", String::new()),
            row("claims before", grouped(&claims.opening)),
            row("claims raised", grouped(&claims.raised)),
            row("claims recovered", less(&claims.recovered)),
            row("claims after", grouped(&claims.closing)),
        ]),
    }
    out += &figures(&rows);
    if settled.inputs[Export::Events as usize].is_none() {
        out += "\n  no events.csv: no event interrupts anybody\n";
    }
    if !settled.totals.anomalies.is_empty() {
        out += "\n";
        let rows = settled.totals.anomalies.iter().map(|(code, number)| {
            let Entry { code, meaning, effect, .. } = code.entry();
            row(&format!("{code} {meaning} ({})", effect.name()), count(*number))
        });
        out += &figures(&rows.collect::<Vec<_>>());
    }
    out
}

/// An amount that is taken off.
fn less(amount: &str) -> String {
    if amount == "0.00" { amount.to_owned() } else { grouped(&format!("-{amount}")) }
}

pub(super) fn timings_table(summary: &Summary, settled: &Settled) -> String {
    let Timings { scattering, reading, settling, placing, writing } = settled.timings;
    let read: u64 = summary.identity.inputs.iter().map(|input| input.bytes).sum();
    let written: u64 = summary.outputs.iter().map(|output| output.bytes).sum();
    let rows: u64 = Export::ALL.iter().map(|&export| settled.totals.rows[export as usize]).sum();
    let time = |time: std::time::Duration| format!("{}.{:03}", time.as_secs(), time.subsec_millis());
    let order = if settled.were_sorted { "sorted, merged as streams" } else { "not sorted, partitioned" };
    let row = |stage: &str, seconds: String, bytes: u64, rows: u64| {
        [stage.to_owned(), seconds, grouped(&bytes.to_string()), grouped(&rows.to_string())]
    };
    let mut stages = vec![row("reading (rows cut, inputs digested)", time(reading), read, rows)];
    if !settled.were_sorted {
        stages.push(row("scattering to partitions", time(scattering), read, rows));
    }
    stages.push(row("settling (parse, join, law, format)", time(settling), read, rows));
    stages.push(row("placing (waiting, outputs digested)", time(placing), written, rows));
    stages.push(row("writing", time(writing), written, rows));
    format!("exports {order}\n") + &table::text(&["stage, over all threads", "seconds", "bytes", "rows"], &stages)
}
