use std::path::PathBuf;

use clap::Args;

use super::table::{grouped, text};
use super::{SETTLED, print};
use crate::ledger::{Ledger, State};

/// Lists the runs of a ledger.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement runs
  versement runs --ledger books --json")]
pub(super) struct Runs {
    /// The ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
    /// Print the records as JSON, one a line
    #[arg(long)]
    json: bool,
}

impl Runs {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let ledger = Ledger::open(&self.ledger)?;
        let runs = ledger.runs()?;
        if self.json {
            for run in &runs {
                print(&(serde_json::to_string(&run.record)? + "\n"))?;
            }
            return Ok(SETTLED);
        }
        let closed = ledger.closed_months()?;
        let rows: Vec<_> = runs
            .iter()
            .map(|run| {
                let summary = &run.record.summary;
                let claims = summary.claims.as_ref();
                let is_closed = closed.iter().any(|closed| closed.month == run.record.month);
                let state = match run.state {
                    _ if is_closed => "closed",
                    State::Published => "published",
                    State::Committed => "to be published: run it again",
                };
                [
                    run.number.to_string(),
                    format!("{} ({})", run.month, run.sequence),
                    grouped(&summary.totals.payments.to_string()),
                    grouped(&summary.totals.net),
                    grouped(&summary.totals.arrears),
                    claims.map_or_else(String::new, |claims| grouped(&claims.raised)),
                    claims.map_or_else(String::new, |claims| grouped(&claims.closing)),
                    summary.finished.clone(),
                    state.to_owned(),
                ]
            })
            .collect();
        let heads =
            ["run", "month", "payments", "net", "of it arrears", "claims raised", "claims open", "finished", "state"];
        print(&text(&heads, &rows))?;
        Ok(SETTLED)
    }
}
