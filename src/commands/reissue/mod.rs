mod accounts;
mod tally;
mod verdict;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

use self::accounts::Accounts;
use self::tally::Tally;
use self::verdict::Approval;
use super::explain::beneficiary;
use super::export::sepa::read_fund;
use super::table::grouped;
use super::{SETTLED, WITH_TROUBLE, say};
use crate::bank::files::{self, Pending, Subject, WriteError};
use crate::bank::fund::Fund;
use crate::bank::run::RunFolder;
use crate::bank::store::{Change, Failed, Failure, Store, Which};
use crate::bank::transfers::{Order, Transfer};
use crate::calendar::Day;
use crate::identity::{BeneficiaryId, Iban};

/// Pays again what the bank refused or sent back: of beneficiaries, or of a run.
///
/// Only to another account than the one that failed (--iban, or the account of the newest run), unless --approve says that
/// the same one is right. Never for a beneficiary who has died (MD07). What was paid again can't be paid a third time but if
/// that fails too.
///
/// With --run, --approve reaches what the bank refused with its whole file and what is not wrong with one account (AM04, TM01
/// …); closed and wrong accounts are left and told.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement reissue --beneficiary B0000000017 --ledger ledger --config fund.toml --execution 2009-07-02 --out bank/again
  versement reissue --beneficiary B0000000017 --iban FR7630004000010000020260138 --ledger ledger --config fund.toml \\
      --execution 2009-07-02 --out bank/again
  versement reissue --run 3 --file sepa-2009-05-run0003-001.xml --approve --ledger ledger --config fund.toml \\
      --execution 2009-06-15 --out bank/again

Exit status: 0 written; 1 written, and some of the run's were left; 2 nothing written.")]
pub(super) struct Reissue {
    /// The number of the beneficiary; may be given several times
    #[arg(long, value_name = "ID", required_unless_present = "run", conflicts_with = "run", value_parser = beneficiary)]
    beneficiary: Vec<BeneficiaryId>,
    /// All that failed of a run
    #[arg(long, value_name = "N")]
    run: Option<u32>,
    /// Of the run, what failed of this file for the bank only: its name or MsgId
    #[arg(long, value_name = "NAME", requires = "run")]
    file: Option<String>,
    /// Of the run, what was refused only, not what came back
    #[arg(long, requires = "run")]
    refused: bool,
    /// The new account of the beneficiary
    #[arg(long, value_name = "IBAN", conflicts_with = "run", value_parser = iban)]
    iban: Option<Iban>,
    /// Pay to the same account again: what was wrong with it, or with the file, is put right
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

impl Reissue {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        if self.iban.is_some() && self.beneficiary.len() > 1 {
            bail!("--iban is the account of one beneficiary; give one --beneficiary with it");
        }
        let fund = read_fund(&self.config)?;
        let runs = RunFolder::all(&self.ledger)?;
        let mut store = Store::open(&self.ledger)?;
        match self.run {
            Some(run) => self.of_run(&fund, &runs, &mut store, run),
            None => self.of_beneficiaries(&fund, &runs, &mut store),
        }
    }

    fn of_beneficiaries(&self, fund: &Fund, runs: &[RunFolder], store: &mut Store) -> anyhow::Result<u8> {
        let mut by_run: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for beneficiary in self.beneficiary.iter().map(ToString::to_string) {
            let failed = self.failed(store, &beneficiary)?;
            failed.into_iter().for_each(|run| by_run.entry(run).or_default().push(beneficiary.clone()));
        }
        let change = store.change()?;
        let mut tally = Tally::default();
        let mut waiting = Vec::new();
        for (number, (&run, beneficiaries)) in (change.next_reissue()?..).zip(&by_run) {
            let which = Failed { run, message: None, only_refused: false };
            let wanted = |failure: &Failure| beneficiaries.contains(&failure.kept.beneficiary);
            waiting.push(self.write(fund, runs, &change, (number, which), wanted, &mut tally)?);
        }
        // One that can't be paid again stops them all: each was named.
        if let Some(left) = tally.left.first() {
            bail!("{left}");
        }
        let mut text = self.publish(waiting, change)?;
        text.push_str(&tally.pairs());
        say(&text);
        Ok(SETTLED)
    }

    /// The runs whose transfers of the beneficiary failed and were not paid again.
    fn failed(&self, store: &Store, beneficiary: &str) -> anyhow::Result<Vec<u32>> {
        let mut all = Vec::new();
        store.transfers(Which::Beneficiary(beneficiary), |kept| {
            all.push(kept);
            anyhow::Ok(())
        })?;
        if all.is_empty() {
            bail!("{beneficiary}: no transfer of this beneficiary was exported");
        }
        let again = |id: &String| all.iter().any(|other| other.reissue_of.as_ref() == Some(id));
        let failed = all.iter().filter(|kept| kept.state.failed() && !again(&kept.end_to_end_id));
        let runs: Vec<u32> = failed.map(|kept| kept.run).collect();
        if runs.is_empty() {
            bail!(
                "{beneficiary}: nothing was refused or sent back that is not paid again already; see `versement outstanding`"
            );
        }
        Ok(runs)
    }

    fn of_run(&self, fund: &Fund, runs: &[RunFolder], store: &mut Store, run: u32) -> anyhow::Result<u8> {
        let message = self.file.as_ref().map(|name| message(store, run, name)).transpose()?;
        let change = store.change()?;
        let which = Failed { run, message: message.as_deref(), only_refused: self.refused };
        let mut tally = Tally::default();
        let job = (change.next_reissue()?, which);
        let pending = self.write(fund, runs, &change, job, |_| true, &mut tally)?;
        if tally.is_empty() {
            bail!("run {run}: nothing of it failed that is not paid again already; see `versement outstanding`");
        }
        let (written, _) = pending.sums();
        if written == 0 {
            say(&tally.table());
            bail!("run {run}: nothing is paid again; --approve says that the accounts are right");
        }
        let text = self.publish(vec![pending], change)?;
        say(&format!("{text}{}", tally.table()));
        Ok(if tally.left.is_empty() { SETTLED } else { WITH_TROUBLE })
    }

    /// Writes the transfers that pay again what failed of a run, one message in memory at a time.
    fn write(
        &self,
        fund: &Fund,
        runs: &[RunFolder],
        change: &Change<'_>,
        (number, which): (u32, Failed<'_>),
        wanted: impl Fn(&Failure) -> bool,
        tally: &mut Tally,
    ) -> anyhow::Result<Pending> {
        let run = runs.iter().find(|run| run.number == which.run);
        let run = run.with_context(|| format!("{}: no run {} stands here", self.ledger.display(), which.run))?;
        let approval = Approval { iban: self.iban, approve: self.approve, of_many: self.run.is_some() };
        let mut accounts = Accounts::from(run.number, runs)?;
        let mut judge = |failure: Failure| -> Result<Option<Transfer>, WriteError> {
            let found = match BeneficiaryId::new(failure.kept.beneficiary.as_bytes()) {
                Some(beneficiary) => accounts.of(beneficiary)?,
                None => None,
            };
            let judged = approval.judge(&failure, found);
            tally.add(&failure.kept, judged.as_ref().map_err(|left| *left));
            Ok(judged.ok())
        };
        let order = Order {
            fund,
            number: format!("X{number:04}"),
            created: format!("{}T00:00:00Z", self.execution),
            execution: self.execution,
        };
        let name = format!("sepa-reissue{number:04}");
        let subject = Subject { run: run.number, month: run.month, name: &name };
        let written = change.failed(which, |failures| {
            let transfers = failures.filter_map(|failure| match failure {
                Ok(failure) if wanted(&failure) => judge(failure).transpose(),
                Ok(_) => None,
                Err(error) => Some(Err(error.into())),
            });
            files::write(&self.out, &order, subject, transfers, change)
        })?;
        Ok(written?)
    }

    fn publish(&self, waiting: Vec<Pending>, change: Change<'_>) -> anyhow::Result<String> {
        let mut text = String::new();
        for pending in waiting {
            for file in pending.publish()? {
                let (transfers, amount) = (grouped(&file.transfers.to_string()), grouped(&file.amount.to_string()));
                text.push_str(&format!("{}: {transfers} transfers, {amount}\n", file.name));
            }
        }
        change
            .keep()
            .context("files were written, but not kept in the ledger: don't give them to the bank; reissue again")?;
        Ok(text)
    }
}

/// The number of a file of a run.
fn message(store: &Store, run: u32, name: &str) -> anyhow::Result<String> {
    let files = store.files(run)?;
    let names: Vec<_> = files.iter().map(|file| file.name.as_str()).collect();
    let found = files.iter().find(|file| file.name == name || file.message_id == name);
    let found = found.with_context(|| match names[..] {
        [] => format!("run {run}: no files for the bank were written"),
        _ => format!("run {run} has no file {name}; its files are {}", names.join(", ")),
    });
    found.map(|file| file.message_id.clone())
}
