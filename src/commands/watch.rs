//! What a run tells those who watch it: events on stderr and a file of metrics. Counts, sums and codes only; never a row.

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Instant;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::Value;

use super::metrics;
use crate::calendar::Month;
use crate::publish::summary::Summary;

/// The options of those who watch.
#[derive(Debug, Args)]
pub(super) struct Watching {
    /// Write what the run came to as metrics in Prometheus' text form, for a node's textfile collector
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// Tell events on the standard error, each with the id of the run: start, stages, findings, published, end
    #[arg(long, value_enum, value_name = "NAME")]
    log_format: Option<LogFormat>,
}

/// The form of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// A run under watch, from its start to its end.
pub(super) struct Watched<'w> {
    options: &'w Watching,
    run: String,
    month: Month,
    began: Instant,
    summary: RefCell<Option<Summary>>,
}

/// An event; its fields stand behind the time, the run and the name.
#[derive(Serialize)]
struct Line<'l> {
    time: String,
    run: &'l str,
    event: &'l str,
    #[serde(flatten, serialize_with = "in_order")]
    fields: &'l [(&'l str, Value)],
}

fn in_order<S: serde::Serializer>(fields: &&[(&str, Value)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(fields.iter().map(|(name, value)| (name, value)))
}

impl Watching {
    /// The run of a month begins.
    pub(super) fn start(&self, month: Month) -> Watched<'_> {
        let now = Utc::now();
        let run = format!("{month}-{}-{}", now.format("%Y%m%dT%H%M%SZ"), std::process::id());
        let watched = Watched { options: self, run, month, began: Instant::now(), summary: RefCell::new(None) };
        let program = concat!("versement ", env!("CARGO_PKG_VERSION"));
        watched.tell("start", &[("program", program.into()), ("month", month.to_string().into())]);
        watched
    }
}

impl Watched<'_> {
    /// The results stand, from now on or since an earlier run.
    pub(super) fn published(&self, summary: &Summary, is_new: bool) {
        if is_new {
            for (stage, milliseconds) in summary.stages.iter().flatten() {
                self.tell("stage", &[("stage", stage.as_str().into()), ("milliseconds", (*milliseconds).into())]);
            }
        }
        for (code, count) in &summary.anomalies {
            self.tell("findings", &[("code", code.as_str().into()), ("count", (*count).into())]);
        }
        let outcomes = &summary.outcomes;
        self.tell(
            if is_new { "published" } else { "already-done" },
            &[
                ("paid", outcomes.paid.into()),
                ("nil", outcomes.nil.into()),
                ("held", outcomes.held.into()),
                ("refused", outcomes.refused.into()),
                ("net", summary.totals.net.as_str().into()),
                ("number", summary.run.as_ref().map_or(Value::Null, |run| run.number.into())),
                ("law", summary.identity.law.name.as_str().into()),
            ],
        );
        *self.summary.borrow_mut() = Some(summary.clone());
    }

    /// The run ends; its error is told as an event where events are JSON, so that every line of the log is one.
    pub(super) fn end(self, ended: anyhow::Result<u8>) -> anyhow::Result<u8> {
        let status = ended.as_ref().map_or_else(super::exit_status, |status| *status);
        let elapsed = self.began.elapsed();
        let mut fields = vec![
            ("status", status.into()),
            ("milliseconds", u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).into()),
        ];
        if let Err(error) = &ended {
            fields.push(("error", format!("{error:#}").into()));
        }
        self.tell("end", &fields);
        if let Some(path) = &self.options.metrics {
            let end = metrics::End { month: self.month, status, finished: Utc::now(), elapsed };
            if let Err(error) = metrics::write(path, &end, self.summary.borrow().as_ref()) {
                // What was published stays so; a file for watchers decides nothing.
                self.tell("metrics-not-written", &[("error", format!("{error:#}").into())]);
                if self.options.log_format.is_none() {
                    eprintln!("versement: {error:#}; the run itself is not concerned");
                }
            }
        }
        match ended {
            Err(_) if self.options.log_format == Some(LogFormat::Json) => Ok(status),
            ended => ended,
        }
    }

    fn tell(&self, event: &str, fields: &[(&str, Value)]) {
        let Some(format) = self.options.log_format else { return };
        let line = Line { time: stamp(Utc::now()), run: &self.run, event, fields };
        match format {
            LogFormat::Json => eprintln!("{}", serde_json::to_string(&line).unwrap_or_default()),
            LogFormat::Text => {
                let fields: String = fields.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                eprintln!("{} {} {event}{fields}", line.time, line.run);
            }
        }
    }
}

fn stamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
