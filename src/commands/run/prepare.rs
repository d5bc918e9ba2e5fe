use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;

use super::super::{SETTLED, law as law_file, now, progress::Bar, say};
use super::options::Basis;
use super::partition::{parts, told};
use super::with_ledger::{Successor, holder, may_run, same_run, unaltered};
use super::{available, is_of, may_settle};
use crate::calendar::Month;
use crate::intake::Exports;
use crate::law::Law;
use crate::ledger::{self, HeldLedger, Layouts, Ledger, LedgerError};
use crate::night::{LedgerPlan, Plan, Progress, Purpose};
use crate::partition::{self, MANIFEST, Manifest, Succession};
use crate::publish::summary::{FileRecord, Identity};

/// Prepares a month for many machines: joins its exports, and scatters the beneficiaries over parts.
///
/// Each part is settled by `versement run --partition`, on any machine that sees --out; `versement merge` publishes what came of
/// all of them, with the same bytes as `versement run`. Another law file is named there too. Nothing is paid, and nothing gets
/// into the ledger, before the merge.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement prepare --month 2009-05 --exports exports/2009-05 --parts 8 --out prepared/2009-05
  versement prepare --month 2009-05 --exports exports/2009-05 --parts 8 --out prepared/2009-05 --ledger books
  versement run --partition 0/8 --prepared prepared/2009-05
  versement merge --prepared prepared/2009-05 --out out/2009-05 --ledger books

Exit status: 0 prepared, or done already; 2 nothing prepared; 75 another run is at work.")]
pub(in crate::commands) struct Prepare {
    /// The month to pay, as 2009-05
    #[arg(long, value_name = "MONTH")]
    month: Month,
    /// The folder with beneficiaries.csv, earnings.csv and, if there is one, events.csv
    #[arg(long, value_name = "DIR")]
    exports: PathBuf,
    /// How many parts
    #[arg(long, value_name = "N", value_parser = parts)]
    parts: u32,
    /// The folder for the parts and their manifest; made by the command
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    basis: Basis,
}

/// What the ledger says of a run that is to be prepared.
struct OfLedger {
    runs: Vec<ledger::Run>,
    /// As long as the run is prepared nobody else may post.
    held: Option<HeldLedger>,
}

impl Prepare {
    pub(in crate::commands) fn carry_out(&self) -> anyhow::Result<u8> {
        let law = law_file::read(self.basis.law.as_ref())?;
        may_settle(self.month, self.basis.provisional, &law)?;
        let exports = Exports::find(&self.exports).with_context(|| self.exports.display().to_string())?;
        let mut identity = Identity::new(&law, self.month, self.basis.provisional, self.basis.encoding.name());
        if let Some(file) = &self.basis.opening {
            let record = FileRecord::of(file, "opening.csv").with_context(|| file.display().to_string())?;
            identity.opening = Some(record);
        }
        if self.basis.no_ledger {
            return self.prepare((&law, &exports), identity, None);
        }
        let ledger = self.hold()?;
        if let Some(run) = same_run(&ledger.runs, &identity, &exports)? {
            let place = self.basis.ledger.display();
            self.say(&format!(
                "already done: run {} of {place} is of these inputs; nothing was prepared\n",
                run.number
            ));
            return Ok(SETTLED);
        }
        if let Some(held) = &ledger.held {
            may_run(self.month, self.basis.opening.is_some(), &ledger.runs, held)?;
        }
        let next = Successor::of(&ledger.runs, self.month);
        self.prepare((&law, &exports), identity, Some(&next))
    }

    /// Holds the ledger, if there is one; the merge makes it otherwise.
    fn hold(&self) -> anyhow::Result<OfLedger> {
        match Ledger::open(&self.basis.ledger) {
            Err(LedgerError::Missing(_)) => return Ok(OfLedger { runs: Vec::new(), held: None }),
            stands => drop(stands?),
        }
        let held = HeldLedger::hold(&self.basis.ledger, &holder(&now()))?;
        Ok(OfLedger { runs: held.runs()?, held: Some(held) })
    }

    fn prepare(
        &self,
        (law, exports): (&Law, &Exports),
        identity: Identity,
        next: Option<&Successor<'_>>,
    ) -> anyhow::Result<u8> {
        let period = next.map(|next| (next.period(law, &identity), next));
        let succession = period.map(|(period, next)| Succession {
            number: next.number,
            sequence: next.sequence,
            first_month: next.first_month.to_string(),
            settle_all: period.settle_all,
            previous: next.last.map(|run| run.digest.clone()).unwrap_or_default(),
        });
        if self.stands(&identity, exports, succession.as_ref())? {
            self.say(&format!("already done: {} holds these inputs in {} parts\n", self.out.display(), self.parts));
            return Ok(SETTLED);
        }
        let (kept, known) = next.map_or((None, None), Successor::kept);
        let ledger = match period {
            None => None,
            Some((period, next)) => Some(LedgerPlan {
                period,
                sequence: next.sequence,
                kept: kept.as_deref(),
                opening: self.basis.opening.as_deref(),
                layouts: Layouts::new()?,
                results: None,
            }),
        };
        let plan = Plan {
            month: self.month,
            purpose: Purpose::Run,
            law,
            exports,
            encoding: self.basis.encoding.encoding(),
            threads: available(self.basis.threads),
            with_digests: true,
            batch_bytes: Plan::BATCH_BYTES,
            ledger,
        };
        let progress = Progress::default();
        let manifest = std::thread::scope(|scope| {
            let _bar = Bar::follow(scope, &progress, self.basis.quiet);
            let check = scope.spawn(|| unaltered(kept.as_ref(), known.as_ref()));
            let prepared = partition::prepare(&plan, (identity, succession), self.parts, &self.out, &progress);
            check.join().unwrap_or_else(|_| bail!("the ledger's file could not be checked"))?;
            prepared.and_then(partition::Prepared::publish).map_err(told)
        })?;
        let count: u64 = manifest.parts.iter().map(|part| part.control.beneficiaries).sum();
        let (out, parts, last) = (self.out.display(), self.parts, self.parts - 1);
        self.say(&format!(
            "{} prepared: {count} beneficiaries in {parts} parts, in {out}\nsettle each with `versement run --partition 0/{parts} \
             --prepared {out}` to {last}/{parts}, then `versement merge --prepared {out}`\n",
            self.month
        ));
        Ok(SETTLED)
    }

    /// Whether the same was prepared before and stands there whole; an error if something else does.
    fn stands(&self, identity: &Identity, exports: &Exports, ledger: Option<&Succession>) -> anyhow::Result<bool> {
        let folder: &Path = &self.out;
        if !folder.join(MANIFEST).exists() {
            let is_free = folder.read_dir().map_or(true, |mut entries| entries.next().is_none());
            if !is_free {
                bail!("{}: other files stand here; choose another --out", folder.display());
            }
            return Ok(false);
        }
        let manifest = Manifest::read(folder)?;
        let is_same = manifest.ledger.as_ref() == ledger && manifest.count() == self.parts;
        if !is_same || !is_of(&manifest.identity, identity, exports)? {
            bail!("{}: something else was prepared here; take it away, or choose another --out", folder.display());
        }
        manifest.check(folder)?;
        Ok(true)
    }

    fn say(&self, text: &str) {
        if !self.basis.quiet {
            say(text);
        }
    }
}
