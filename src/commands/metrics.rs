//! What a run came to, in Prometheus' text form.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::calendar::Month;
use crate::publish::summary::Summary;
use crate::results;

/// How a run ended.
pub(super) struct End {
    pub(super) month: Month,
    pub(super) status: u8,
    pub(super) finished: DateTime<Utc>,
    pub(super) elapsed: Duration,
}

type Labels = Vec<(&'static str, String)>;
type Counts = Family<Labels, Gauge>;
/// Seconds of clocks, which the format wants as floats; amounts are whole cents.
type Seconds = Family<Labels, Gauge<f64, AtomicU64>>;

/// Writes the metrics under a temporary name beside `path`, then renames them, as the collector may read at any time.
///
/// The collector is another user: the file is readable by all, and holds counts and sums only.
pub(super) fn write(path: &Path, end: &End, summary: Option<&Summary>) -> anyhow::Result<()> {
    let name = || format!("{}: the metrics can't be written", path.display());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let readable = std::fs::Permissions::from_mode(0o644);
    let mut file = tempfile::Builder::new()
        .prefix(".versement-tmp-")
        .permissions(readable)
        .tempfile_in(folder)
        .with_context(name)?;
    file.write_all(text(end, summary)?.as_bytes()).with_context(name)?;
    file.as_file().sync_all().with_context(name)?;
    file.persist(path).with_context(name)?;
    Ok(())
}

fn text(end: &End, summary: Option<&Summary>) -> anyhow::Result<String> {
    let mut registry = Registry::with_prefix("versement");
    let month = || vec![("month", end.month.to_string())];
    let of = |name: &'static str, value: &str| vec![("month", end.month.to_string()), (name, value.to_owned())];

    let status = count(&mut registry, "last_run_status", "Exit status of the last run: 0, 1, 2 or 75");
    set(&status, &month(), i64::from(end.status));
    let finished = count(&mut registry, "last_run_finished_timestamp_seconds", "When the last run ended");
    set(&finished, &month(), end.finished.timestamp());
    let took = seconds(&mut registry, "last_run_duration_seconds", "How long the last run took");
    took.get_or_create(&month()).set(end.elapsed.as_secs_f64());

    if let Some(summary) = summary {
        let rows = count(&mut registry, "beneficiary_rows", "Rows of beneficiaries.csv by outcome");
        let outcomes = &summary.outcomes;
        for (outcome, number) in
            [("paid", outcomes.paid), ("nil", outcomes.nil), ("held", outcomes.held), ("refused", outcomes.refused)]
        {
            set(&rows, &of("outcome", outcome), whole(number));
        }
        let amounts = count(&mut registry, "amount_cents", "Sums of all payments, in cents");
        let totals = &summary.totals;
        for (kind, amount) in [
            ("asr_gross", &totals.asr_gross),
            ("pension_offset", &totals.pension_offset),
            ("participation", &totals.participation),
            ("idr", &totals.idr),
            ("arrears", &totals.arrears),
            ("recovered", &totals.recovered),
            ("net", &totals.net),
        ] {
            if let Some(amount) = results::amount(amount) {
                set(&amounts, &of("kind", kind), amount.0);
            }
        }
        let findings = count(&mut registry, "findings", "Findings by code");
        for (code, number) in &summary.anomalies {
            set(&findings, &of("code", code), whole(*number));
        }
        let stages = seconds(&mut registry, "stage_seconds", "Time by stage, over all threads");
        for (stage, milliseconds) in summary.stages.iter().flatten() {
            stages.get_or_create(&of("stage", stage)).set(Duration::from_millis(*milliseconds).as_secs_f64());
        }
    }
    let mut out = String::new();
    encode(&mut out, &registry)?;
    Ok(out)
}

fn count(registry: &mut Registry, name: &str, help: &str) -> Counts {
    let family = Counts::default();
    registry.register(name, help, family.clone());
    family
}

fn seconds(registry: &mut Registry, name: &str, help: &str) -> Seconds {
    let family = Seconds::default();
    registry.register(name, help, family.clone());
    family
}

fn set(family: &Counts, labels: &Labels, number: i64) {
    family.get_or_create(labels).set(number);
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
