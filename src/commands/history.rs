use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::table::{grouped, text};
use super::{SETTLED, print};
use crate::identity::BeneficiaryId;
use crate::ledger::{DOSSIERS, KeptBatch, KeptStream, Ledger, Posted, StatementStream};
use crate::revision::{Kept, Nature};

/// Tells all that a ledger did for one beneficiary, run by run, and where it stands.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement history B0000000001
  versement history B0000000001 --ledger books")]
pub(super) struct History {
    /// The beneficiary's number
    #[arg(value_name = "BENEFICIARY")]
    beneficiary: String,
    /// The ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
}

impl History {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let Some(id) = BeneficiaryId::new(self.beneficiary.as_bytes()) else {
            bail!("{}: a beneficiary number has 1 to 20 of A-Z a-z 0-9 -", self.beneficiary);
        };
        let ledger = Ledger::open(&self.ledger)?;
        let runs = ledger.runs()?;
        let mut rows = Vec::new();
        for run in &runs {
            let mut stream = StatementStream::open(run, Some(id))?;
            while let Some(line) = stream.next_line()? {
                rows.push(row(run.number, &run.record.month, &line));
            }
        }
        let mut kept = None;
        if let Some(last) = runs.last() {
            let mut stream = KeptStream::open(&last.folder.join(DOSSIERS))?;
            stream.skip_before(id)?;
            let mut found = KeptBatch::default();
            stream.take(|next| next <= id, &mut found)?;
            if let Some(found) = found.iter().find(|found| found.id == id) {
                kept = Some(standing(&found.decode()?));
            }
        }
        if rows.is_empty() && kept.is_none() {
            bail!("{id}: the ledger does not know this beneficiary");
        }
        let heads = ["run", "of", "month", "kind", "", "days", "gross", "offset", "participation", "IDR", "net"];
        print(&text(&heads, &rows))?;
        print(&kept.unwrap_or_else(|| "\nthe case is over and was dropped\n".to_owned()))?;
        Ok(SETTLED)
    }
}

fn row(run: u32, of: &str, line: &Posted) -> [String; 11] {
    let amounts = &line.amounts;
    let sign = if matches!(line.nature, Nature::Claim | Nature::Recovered) { "-" } else { "" };
    let amount = |text: String| grouped(&text);
    [
        run.to_string(),
        of.to_owned(),
        line.month.to_string(),
        line.kind.name().to_owned(),
        line.nature.name().to_owned(),
        amounts.asr_days.to_string(),
        amount(amounts.asr_gross.to_string()),
        amount(amounts.pension_offset.to_string()),
        amount(amounts.participation.to_string()),
        amount(amounts.idr.to_string()),
        sign.to_owned() + &amount(amounts.net().to_string()),
    ]
}

/// Where the case stands: what was paid for each month in all, and what is claimed.
fn standing(kept: &Kept<'_>) -> String {
    let position = |position: &crate::revision::Position| {
        let amounts = &position.amounts;
        [
            position.month.to_string(),
            amounts.asr_days.to_string(),
            grouped(&amounts.asr_net().to_string()),
            grouped(&amounts.idr.to_string()),
        ]
    };
    let rows: Vec<_> = kept.positions.iter().map(|paid| position(&paid)).collect();
    let mut out = format!("\n{}", text(&["position of", "days", "ASR net", "IDR"], &rows));
    if !kept.claims.is_empty() {
        let claim = |claim: &crate::revision::Claim| {
            [
                claim.month.to_string(),
                claim.kind.name().to_owned(),
                claim.raised.0.to_string(),
                grouped(&claim.amount.to_string()),
                grouped(&claim.balance.to_string()),
            ]
        };
        let rows: Vec<_> = kept.claims.iter().map(claim).collect();
        out += &format!("\n{}", text(&["claim of", "kind", "raised by run", "amount", "balance"], &rows));
    }
    if kept.unsettled {
        out += "\na month was left open: held, or missing from the export\n";
    }
    if !kept.facts.row.was_read() {
        out += "\nits row of beneficiaries.csv could not be read in any run; what stands beside it is kept\n";
    } else if let Some(month) = kept.over_since {
        out += &format!("\nnothing can be owed any more since {month}\n");
    }
    out
}
