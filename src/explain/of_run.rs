//! The statement of a month as a run of the ledger settled and paid it: the facts that the run kept, the lines that it posted.

use super::build::{Builder, sums};
use super::rules::Rules;
use super::statement::{PaidClaim, PaidLine, PaymentTold, Statement, Told};
use super::words::{Lang, told};
use crate::anomaly::Code;
use crate::calendar::Month;
use crate::facts::KnownFacts;
use crate::identity::BeneficiaryId;
use crate::law::Law;
use crate::money::Cents;
use crate::revision::Kept;
use crate::settle::{Amounts, NilReason, Settlement, Settler};

/// What a run says of one beneficiary in its files.
#[derive(Debug)]
pub struct RunTold<'a> {
    /// Its number in the ledger.
    pub run: u32,
    /// Its number among the runs of the month.
    pub sequence: u32,
    /// The month that it paid.
    pub month: Month,
    /// Whose.
    pub id: BeneficiaryId,
    /// `paid`, `nil`, `held`, `refused`; `absent` without a row in the exports.
    pub outcome: &'static str,
    /// The word of `decisions.csv` for a month that is nil.
    pub reason: Option<NilReason>,
    /// What it kept; none where the case was dropped, or never read.
    pub kept: Option<&'a Kept<'a>>,
    /// The code, the place and what was found, of each row of `anomalies.csv`.
    pub findings: Vec<(Code, String, String)>,
    /// What it paid for the month itself.
    pub current: Amounts,
    /// The rows of `arrears.csv`.
    pub arrears: Vec<PaidLine>,
    /// The rows of `claims.csv`, and the claims that are open besides.
    pub claims: Vec<PaidClaim>,
}

/// What was kept does not give what was posted: another program, or a damaged ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disagrees;

/// The statement of a beneficiary from what a run kept and posted. The amounts of the steps are what the month is worth; the
/// payment says what was paid in this run.
///
/// # Errors
/// The facts that were kept are worth something else than the run posted.
pub fn explain_run(law: &Law, run: RunTold<'_>, lang: Lang) -> Result<Statement, Disagrees> {
    let mut builder = Builder { law, month: run.month, rules: Rules::new(law, lang) };
    let mut statement = builder.empty(run.id);
    let mut worth = Amounts::default();
    if let Some(kept) = run.kept {
        let facts = KnownFacts::of(run.id, &kept.facts).ok_or(Disagrees)?;
        let dossier = facts.dossier(kept.opening);
        let mut settler = Settler::new(law, run.month);
        let mut settlement = Settlement::default();
        let was_settled = matches!(run.outcome, "paid" | "nil");
        let grounds = if was_settled {
            settler.settle(dossier, &mut Vec::new(), &mut settlement);
            settler.grounds(dossier, &settlement).ok().flatten()
        } else {
            None
        };
        let right = settler.right(dossier);
        statement.facts = right.map(|right| builder.facts(dossier, &right, grounds.as_ref()));
        if let Some(grounds) = grounds {
            builder.lines(dossier, &settlement, &grounds, &mut statement).map_err(|_| Disagrees)?;
        }
        worth = settlement.amounts;
        if was_settled && worth != kept.positions.of(run.month) {
            return Err(Disagrees);
        }
    }
    statement.outcome = run.outcome;
    statement.reason = run.reason.map(NilReason::name);
    statement.findings = run.findings.into_iter().map(|finding| told_again(finding, lang)).collect();
    statement.amounts = sums(&worth);
    statement.rules = builder.rules.into_rules();
    let arrears: Cents = run.arrears.iter().map(|line| line.amount).sum();
    let recovered: Cents = run.claims.iter().map(|claim| claim.recovered).sum();
    let more: Cents = run.arrears.iter().filter(|line| line.month == run.month).map(|line| line.amount).sum();
    let is_less = |claim: &&PaidClaim| claim.month == run.month && claim.raised == run.run;
    let less: Cents = run.claims.iter().filter(is_less).map(|claim| claim.amount).sum();
    statement.payment = Some(PaymentTold {
        run: run.run,
        sequence_in_month: run.sequence,
        paid_before: worth.net() - run.current.net() - more + less,
        current: sums(&run.current),
        arrears_net: arrears,
        recovered,
        net: run.current.net() + arrears - recovered,
        arrears: run.arrears,
        claims: run.claims,
    });
    Ok(statement)
}

/// A finding as `anomalies.csv` has it.
fn told_again((code, place, found): (Code, String, String), lang: Lang) -> Told {
    let entry = code.entry();
    let (meaning, remedy) = told(code, lang);
    Told {
        code: entry.code,
        effect: entry.effect.name(),
        place,
        meaning,
        found: super::build::may_be_told(entry.code).then_some(found),
        remedy: remedy.to_owned(),
        article: entry.article.to_string(),
    }
}
