//! What a run of the ledger kept and posted for one beneficiary, read from its folder.

use std::fs::File;

use anyhow::{Context, bail};

use super::Explain;
use crate::anomaly::Code;
use crate::explain::{PaidClaim, PaidLine, RunTold, Statement, explain_run};
use crate::identity::BeneficiaryId;
use crate::law::Law;
use crate::ledger::{DOSSIERS, KeptBatch, KeptStream, Ledger, Run, StatementStream};
use crate::money::Cents;
use crate::publish::Table;
use crate::results::{Anomaly, Arrears, Claim, Rows};
use crate::revision::{Kept, Kind, Nature};
use crate::settle::{Amounts, NilReason};

impl Explain {
    /// The statement from the run that is asked for: by its number, or the last one of the month.
    pub(super) fn of_run(&self, ledger: &Ledger, law: &Law) -> anyhow::Result<Statement> {
        let run = match (self.run, self.month) {
            (Some(number), _) => ledger.run(number)?,
            (None, Some(month)) => {
                let last = ledger.last_run_of(month)?;
                last.with_context(|| format!("the ledger has no run of {month}; see `versement runs`"))?
            }
            (None, None) => bail!("say which run: --run N or --month M"),
        };
        let used = &run.record.summary.identity;
        if used.law.sha256 != law.digest {
            bail!(
                "run {} used other law data ({}, SHA-256 {}) than is given ({}, SHA-256 {}); give that file with --law",
                run.number,
                used.law.name,
                used.law.sha256,
                law.name,
                law.digest
            );
        }
        let id = self.beneficiary;
        let mut found = KeptBatch::default();
        let mut stream = KeptStream::open(&run.folder.join(DOSSIERS))?;
        stream.skip_before(id)?;
        stream.take(|next| next == id, &mut found)?;
        let kept = found.iter().next().map(|bytes| bytes.decode()).transpose()?;
        let kept = kept.filter(|kept| kept.facts.row.was_read());
        let decision = decision(&run, id)?;
        if kept.is_none() && decision.is_none() {
            bail!("{id} is not in run {} ({}): no row in its exports, and nothing kept", run.number, run.month);
        }
        let (outcome, reason) = decision.unwrap_or(("absent", None));
        let told = RunTold {
            run: run.number,
            sequence: run.sequence,
            month: run.month,
            id,
            outcome,
            reason,
            kept: kept.as_ref(),
            findings: findings(&run, id)?,
            current: current(&run, id)?,
            arrears: arrears(&run, id)?,
            claims: claims(&run, id, kept.as_ref())?,
        };
        explain_run(law, told, self.lang).map_err(|_| {
            anyhow::anyhow!(
                "what run {} kept of {id} does not give what it posted; it was made by program {}, this is {}: see \
                 `versement verify --rebuild`",
                run.number,
                used.program,
                env!("CARGO_PKG_VERSION")
            )
        })
    }
}

/// Goes through the rows of a beneficiary in a file of the run; its number is the first field but in `anomalies.csv`.
fn each(
    run: &Run,
    table: Table,
    id: BeneficiaryId,
    mut tell: impl FnMut(&Rows<File>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let path = run.folder.join(table.file_name());
    let file = File::open(&path).with_context(|| path.display().to_string())?;
    let mut rows = Rows::open(table.file_name(), file)?;
    let name = id.to_string();
    let place = rows.header().iter().position(|column| column == "beneficiary_id").unwrap_or(0);
    while rows.read()? {
        if rows.fields().get(place) == Some(&name) {
            tell(&rows)?;
        }
    }
    Ok(())
}

/// What became of the month. Where a row doubles another one, it has a decision of its own: that which paid counts.
fn decision(run: &Run, id: BeneficiaryId) -> anyhow::Result<Option<(&'static str, Option<NilReason>)>> {
    let mut best: Option<(usize, Option<NilReason>)> = None;
    const BEST_FIRST: [&str; 4] = ["paid", "held", "nil", "refused"];
    each(run, Table::Decisions, id, |rows| {
        let fields = rows.fields();
        let outcome = BEST_FIRST.iter().position(|&name| fields.get(2) == Some(name));
        let outcome = outcome.with_context(|| format!("decisions.csv of run {}: no known outcome", run.number))?;
        let reason = NilReason::ALL.into_iter().find(|reason| fields.get(3) == Some(reason.name()));
        if best.is_none_or(|(before, _)| outcome < before) {
            best = Some((outcome, reason));
        }
        Ok(())
    })?;
    Ok(best.map(|(at, reason)| (BEST_FIRST[at], reason)))
}

fn findings(run: &Run, id: BeneficiaryId) -> anyhow::Result<Vec<(Code, String, String)>> {
    let mut findings = Vec::new();
    each(run, Table::Anomalies, id, |rows| {
        let row: Anomaly<'_> = rows.row()?;
        let code = Code::ALL.iter().find(|code| code.entry().code == row.code);
        let code = *code.with_context(|| format!("anomalies.csv of run {}: {} is not known", run.number, row.code))?;
        let line = row.line.map_or_else(String::new, |line| format!(":{line}"));
        findings.push((code, format!("{}{line}", row.file), row.found.to_owned()));
        Ok(())
    })?;
    Ok(findings)
}

/// What was paid for the month itself.
fn current(run: &Run, id: BeneficiaryId) -> anyhow::Result<Amounts> {
    let mut current = Amounts::default();
    let mut lines = StatementStream::open(run, Some(id))?;
    while let Some(line) = lines.next_line()? {
        if line.nature == Nature::Current {
            current.add(&line.amounts);
        }
    }
    Ok(current)
}

fn kind(name: &str) -> anyhow::Result<&'static str> {
    let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
    kind.map(Kind::name).context("neither asr nor idr")
}

fn arrears(run: &Run, id: BeneficiaryId) -> anyhow::Result<Vec<PaidLine>> {
    let mut lines = Vec::new();
    each(run, Table::Arrears, id, |rows| {
        let row: Arrears<'_> = rows.row()?;
        let (month, kind) = (row.month.parse()?, kind(row.kind)?);
        let (reason, changed) = (row.reason.to_owned(), row.changed.to_owned());
        lines.push(PaidLine { month, kind, amount: row.amount, reason, changed });
        Ok(())
    })?;
    Ok(lines)
}

/// The claims that the run raised or recovered from, and those that it left as they were.
fn claims(run: &Run, id: BeneficiaryId, kept: Option<&Kept<'_>>) -> anyhow::Result<Vec<PaidClaim>> {
    let mut claims: Vec<PaidClaim> = Vec::new();
    each(run, Table::Claims, id, |rows| {
        let row: Claim<'_> = rows.row()?;
        claims.push(PaidClaim {
            month: row.month.parse()?,
            kind: kind(row.kind)?,
            raised: row.raised,
            amount: row.amount,
            recovered: row.recovered,
            balance: row.balance,
            reason: row.reason.to_owned(),
            changed: row.changed.to_owned(),
        });
        Ok(())
    })?;
    for claim in kept.map_or(&[][..], |kept| &kept.claims) {
        let key = (claim.month, claim.kind.name(), claim.raised.0);
        if claims.iter().all(|known| (known.month, known.kind, known.raised) != key) {
            let (month, kind, raised) = key;
            let (amount, balance, recovered) = (claim.amount, claim.balance, Cents::ZERO);
            let (reason, changed) = (String::new(), String::new());
            claims.push(PaidClaim { month, kind, raised, amount, recovered, balance, reason, changed });
        }
    }
    claims.sort_by_key(|claim| (claim.raised, claim.month, claim.kind));
    Ok(claims)
}
