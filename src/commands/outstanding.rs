use std::path::PathBuf;

use chrono::Utc;
use clap::Args;

use super::explain::lang;
use super::table::grouped;
use super::{SETTLED, WITH_TROUBLE, print};
use crate::bank::reasons;
use crate::bank::store::{Kept, State, Store, Which};
use crate::calendar::{Day, Span};
use crate::explain::words::Lang;
use crate::ledger::Ledger;
use crate::money::Cents;

/// Lists the transfers that the bank has not settled, and those that came back and were not paid again, the oldest first.
///
/// Beneficiaries are named by their numbers. The age is counted from the day of execution.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement outstanding --ledger ledger
  versement outstanding --ledger ledger --run 3 --on 2009-07-01 --lang fr

Exit status: 0 nothing is outstanding; 1 something is; 2 the ledger can't be read.")]
pub(super) struct Outstanding {
    /// The folder of the ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
    /// Of this run only
    #[arg(long, value_name = "N")]
    run: Option<u32>,
    /// The day that ages are counted to, as 2009-07-01; today if not given
    #[arg(long, value_name = "DATE")]
    on: Option<Day>,
    /// The language of the remedies
    #[arg(long, default_value = "en", value_parser = lang())]
    lang: Lang,
}

impl Outstanding {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        Ledger::open(&self.ledger)?;
        let store = Store::open(&self.ledger)?;
        let on = self.on.unwrap_or_else(|| Day::from_date(Utc::now().date_naive()));
        let (mut count, mut sum) = (0_u64, Cents::ZERO);
        store.transfers(Which::Outstanding(self.run), |kept| -> anyhow::Result<()> {
            if count == 0 {
                print("  days  transfer                             run        amount  state\n")?;
            }
            count += 1;
            sum += kept.amount;
            print(&line(&kept, on, self.lang))
        })?;
        print(&format!("{} outstanding, {}\n", grouped(&count.to_string()), grouped(&sum.to_string())))?;
        Ok(if count == 0 { SETTLED } else { WITH_TROUBLE })
    }
}

fn line(kept: &Kept, on: Day, lang: Lang) -> String {
    let days = kept.execution.parse().map_or(0, |execution: Day| Span::new(execution.next(), on).days());
    let Kept { end_to_end_id, run, amount, state, .. } = kept;
    let amount = grouped(&amount.to_string());
    let mut text = format!("{days:>6}  {end_to_end_id:<35}  {run:>3}  {amount:>12}  {}", state.name());
    if let Some(reason) = &kept.reason {
        let remedy = reasons::remedy(reason);
        let remedy = if lang == Lang::Fr { remedy.french } else { remedy.english };
        text.push_str(&format!(" {reason}: {remedy}"));
    } else if *state == State::Sent {
        text.push_str(match lang {
            Lang::En => ": no answer; import the bank's files, then ask the bank",
            Lang::Fr => " : sans réponse ; importer les fichiers de la banque, puis l'interroger",
        });
    }
    text.push('\n');
    text
}
