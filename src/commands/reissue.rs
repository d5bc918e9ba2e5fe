use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use super::explain::beneficiary;
use super::export::sepa::read_fund;
use super::table::grouped;
use super::{SETTLED, say};
use crate::bank::files::{self, Subject};
use crate::bank::reasons::DECEASED;
use crate::bank::run::{Payment, RunFolder};
use crate::bank::store::{Kept, Store, Which};
use crate::bank::transfers::{Order, Transfer, again, sepa_name};
use crate::calendar::{Day, Month};
use crate::identity::{BeneficiaryId, Iban};

/// Pays again what the bank refused or sent back.
///
/// Only to another account than the one that failed (--iban, or the account of the newest run), unless --approve says that
/// the same one is right. Never for a beneficiary who has died (MD07). What was paid again can't be paid a third time but if
/// that fails too.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement reissue --beneficiary B0000000017 --ledger ledger --config fund.toml --execution 2009-07-02 --out bank/again
  versement reissue --beneficiary B0000000017 --iban FR7630004000010000020260138 --ledger ledger --config fund.toml \\
      --execution 2009-07-02 --out bank/again

Exit status: 0 written; 2 nothing written.")]
pub(super) struct Reissue {
    /// The number of the beneficiary; may be given several times
    #[arg(long, value_name = "ID", required = true, value_parser = beneficiary)]
    beneficiary: Vec<BeneficiaryId>,
    /// The new account of the beneficiary
    #[arg(long, value_name = "IBAN", value_parser = iban)]
    iban: Option<Iban>,
    /// Pay to the same account again: what was wrong with it is put right
    #[arg(long)]
    approve: bool,
    /// The folder of the ledger
    #[arg(long, value_name = "DIR", default_value = "ledger")]
    ledger: PathBuf,
    /// Who pays, and how: fund.toml
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The day of execution, as 2009-07-02
    #[arg(long, value_name = "DATE")]
    execution: Day,
    /// The folder to write to; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

fn iban(text: &str) -> Result<Iban, String> {
    Iban::new(text.as_bytes()).ok_or_else(|| "write the IBAN of a SEPA country".to_owned())
}

/// A transfer that failed, and the one that pays it again.
type Pair = (Kept, Transfer);

impl Reissue {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        if self.iban.is_some() && self.beneficiary.len() > 1 {
            bail!("--iban is the account of one beneficiary; give one --beneficiary with it");
        }
        let fund = read_fund(&self.config)?;
        let runs = RunFolder::all(&self.ledger)?;
        let mut store = Store::open(&self.ledger)?;
        let mut by_run: BTreeMap<(u32, Month), Vec<Pair>> = BTreeMap::new();
        for &beneficiary in &self.beneficiary {
            for kept in self.failed(&store, beneficiary)? {
                let month = kept.month.parse().context("a month in bank.sqlite")?;
                let transfer = self.transfer(&store, &runs, beneficiary, &kept)?;
                by_run.entry((kept.run, month)).or_default().push((kept, transfer));
            }
        }
        let first = store.next_reissue()?;
        let change = store.change()?;
        let mut waiting = Vec::new();
        for (number, ((run, month), pairs)) in (first..).zip(&by_run) {
            let created = format!("{}T00:00:00Z", self.execution);
            let order = Order { fund: &fund, number: format!("X{number:04}"), created, execution: self.execution };
            let name = format!("sepa-reissue{number:04}");
            let subject = Subject { run: *run, month: *month, name: &name };
            let transfers = pairs.iter().map(|(_, transfer)| Ok(transfer.clone()));
            waiting.push(files::write(&self.out, &order, subject, transfers, &change)?);
            for (failed, transfer) in pairs {
                change.mark_reissue(&failed.end_to_end_id, transfer)?;
            }
        }
        let mut text = String::new();
        for pending in waiting {
            for file in pending.publish()? {
                let amount = grouped(&file.amount.to_string());
                text.push_str(&format!("{}: {} transfers, {amount}\n", file.name, file.transfers));
            }
        }
        change
            .keep()
            .context("files were written, but not kept in the ledger: don't give them to the bank; reissue again")?;
        for (failed, transfer) in by_run.values().flatten() {
            text.push_str(&format!("{} pays {} again\n", transfer.end_to_end_id, failed.end_to_end_id));
        }
        say(&text);
        Ok(SETTLED)
    }

    /// The beneficiary's transfers that failed and were not paid again.
    fn failed(&self, store: &Store, beneficiary: BeneficiaryId) -> anyhow::Result<Vec<Kept>> {
        let mut all = Vec::new();
        store.transfers(Which::Beneficiary(&beneficiary.to_string()), |kept| {
            all.push(kept);
            anyhow::Ok(())
        })?;
        if all.is_empty() {
            bail!("{beneficiary}: no transfer of this beneficiary was exported");
        }
        if all.iter().any(|kept| kept.reason.as_deref() == Some(DECEASED)) {
            bail!("{beneficiary}: the bank says that the beneficiary has died ({DECEASED}); settle with the estate");
        }
        let again = |kept: &Kept| all.iter().any(|other| other.reissue_of.as_ref() == Some(&kept.end_to_end_id));
        let failed: Vec<_> = all.iter().filter(|kept| kept.state.failed() && !again(kept)).cloned().collect();
        if failed.is_empty() {
            bail!(
                "{beneficiary}: nothing was refused or sent back that is not paid again already; see `versement outstanding`"
            );
        }
        if let Some(odd) = failed.iter().find(|kept| kept.was_rejected && kept.settled_on.is_some()) {
            bail!(
                "{}: the bank says both rejected and settled; ask it which is true before paying again",
                odd.end_to_end_id
            );
        }
        Ok(failed)
    }

    fn transfer(
        &self,
        store: &Store,
        runs: &[RunFolder],
        beneficiary: BeneficiaryId,
        kept: &Kept,
    ) -> anyhow::Result<Transfer> {
        let newest = runs.iter().rev().find_map(|run| payment(run, beneficiary).transpose()).transpose()?;
        let newest = newest.with_context(|| format!("{beneficiary}: no run in the ledger pays this beneficiary"))?;
        let old = match store.account(&kept.end_to_end_id)? {
            Some(text) => Iban::new(text.as_bytes()),
            None => {
                let run = runs.iter().find(|run| run.number == kept.run);
                run.map(|run| payment(run, beneficiary)).transpose()?.flatten().map(|payment| payment.iban)
            }
        };
        let old = old.with_context(|| format!("{}: the account that it went to is not known", kept.end_to_end_id))?;
        let new = self.iban.unwrap_or(newest.iban);
        if new == old && !self.approve {
            bail!(
                "{}: the account is still the one that failed ({}); give the new one with --iban, or say --approve if it is right",
                kept.end_to_end_id,
                kept.reason.as_deref().unwrap_or("no reason given")
            );
        }
        Ok(Transfer {
            end_to_end_id: again(&kept.end_to_end_id, kept.reissue_of.is_some()),
            beneficiary,
            name: sepa_name(&newest.name),
            iban: new,
            amount: kept.amount,
            remittance: format!("Nouvel envoi de {}", kept.end_to_end_id),
        })
    }
}

/// The payment of a beneficiary in a run.
fn payment(run: &RunFolder, beneficiary: BeneficiaryId) -> anyhow::Result<Option<Payment>> {
    for payment in run.payments()? {
        let payment = payment?;
        // Rows stand in the order of numbers.
        if payment.beneficiary_id >= beneficiary {
            return Ok(Some(payment).filter(|payment| payment.beneficiary_id == beneficiary));
        }
    }
    Ok(None)
}
