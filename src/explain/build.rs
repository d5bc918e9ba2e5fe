use rust_decimal::Decimal;

use super::pick::Picked;
use super::rules::Rules;
use super::statement::{
    AsrStep, Compared, Facts, FallStep, Frozen, IdrMonth, IdrPaid, IdrStep, LawUsed, Statement, Sums, Told, UnpaidStep,
};
use super::words::{Lang, told};
use crate::anomaly::Finding;
use crate::calendar::{Month, Span};
use crate::columns::Export;
use crate::dossier::Joined;
use crate::exports::{self, CursorBuffers, Encoding};
use crate::facts::{Dossier, PensionCategory, Wage};
use crate::identity::BeneficiaryId;
use crate::law::allowance::{Basis, InForce, RankedDay, Right};
use crate::law::regime::Population;
use crate::law::{Law, UnknownLaw, article};
use crate::money::Cents;
use crate::settle::{Amounts, AsrLine, Grounds, JobGrounds, NilReason, Outcome, Reason, Settlement, Settler};

/// The statement of the beneficiary whose rows were picked; `None` where `beneficiaries.csv` has none of it.
///
/// The lines are the settlement's, and so are the sums: the same [`Settler`] made them as in a run.
pub fn explain(law: &Law, month: Month, id: BeneficiaryId, picked: &Picked, lang: Lang) -> Option<Statement> {
    if picked.rows(Export::Beneficiaries) == 0 {
        return None;
    }
    let is_utf8 = picked.headers[0].dialect.encoding == Encoding::Utf8;
    let texts = if is_utf8 { picked.batch.texts() } else { [None; Export::COUNT] };
    let mut buffers: [CursorBuffers; Export::COUNT] = Default::default();
    let mut cursors = exports::cursors(&picked.headers, &picked.batch, texts, &mut buffers, &mut |_, _| ());
    let mut joined = Joined::default();
    // Every row that was picked has the number, so that none is anonymous.
    joined.gather(id, month, &mut cursors, &mut |_, _| ());
    let (dossier, findings) = joined.dossier();
    let mut settlement = Settlement::default();
    let mut builder = Builder { law, month, rules: Rules::new(law, lang) };
    let mut statement = builder.empty(id);
    match dossier {
        Some(dossier) => {
            let mut settler = Settler::new(law, month);
            settler.settle(dossier, findings, &mut settlement);
            let holds = findings.iter().any(Finding::holds);
            // Where no law is known there are no lines to explain; the finding says why.
            let grounds = if holds { None } else { settler.grounds(dossier, &settlement).ok().flatten() };
            let right = settler.right(dossier);
            statement.facts = right.map(|right| builder.facts(dossier, &right, grounds.as_ref()));
            if let Some(grounds) = grounds
                && builder.lines(dossier, &settlement, &grounds, &mut statement).is_err()
            {
                // The settlement valued these very days, so that their law is known.
                debug_assert!(false, "the law of a settled day");
            }
        }
        None => settlement.outcome = Outcome::Refused,
    }
    findings.sort_by_key(Finding::order);
    statement.findings = findings.iter().map(|finding| told_of(finding, lang)).collect();
    statement.outcome = settlement.outcome.name();
    statement.reason = if let Outcome::Nil(reason) = settlement.outcome { Some(NilReason::name(reason)) } else { None };
    statement.amounts = sums(&settlement.amounts);
    statement.rules = builder.rules.into_rules();
    Some(statement)
}

pub(super) fn sums(amounts: &Amounts) -> Sums {
    Sums {
        asr_days: amounts.asr_days,
        asr_gross: amounts.asr_gross,
        pension_offset: amounts.pension_offset,
        participation: amounts.participation,
        asr_net: amounts.asr_net(),
        idr: amounts.idr,
        net: amounts.net(),
    }
}

/// What stands in a faulty field may be a name, an account, a NIR: anomalies.csv has it, a statement has not.
pub(super) fn may_be_told(code: &str) -> bool {
    code >= "A204"
}

fn told_of(finding: &Finding, lang: Lang) -> Told {
    let entry = finding.code.entry();
    let (meaning, remedy) = told(finding.code, lang);
    let own_remedy = lang == Lang::En && finding.detail != entry.remedy;
    Told {
        code: entry.code,
        effect: entry.effect.name(),
        place: finding.place.to_string(),
        meaning,
        found: may_be_told(entry.code).then(|| finding.found.clone()),
        remedy: if own_remedy { finding.detail.to_string() } else { remedy.to_owned() },
        article: entry.article.to_string(),
    }
}

/// With two decimals at least.
fn exact(mut amount: Decimal) -> String {
    if amount.scale() < 2 {
        amount.rescale(2);
    }
    amount.to_string()
}

pub(super) struct Builder<'l> {
    pub(super) law: &'l Law,
    pub(super) month: Month,
    pub(super) rules: Rules<'l>,
}

impl Builder<'_> {
    pub(super) fn empty(&self, id: BeneficiaryId) -> Statement {
        let law = self.law;
        Statement {
            beneficiary_id: id,
            month: self.month,
            law: LawUsed { name: law.name.clone(), verified_until: law.verified_until, sha256: law.digest.clone() },
            outcome: Outcome::Refused.name(),
            reason: None,
            facts: None,
            asr: Vec::new(),
            unpaid: Vec::new(),
            idr: Vec::new(),
            findings: Vec::new(),
            amounts: sums(&Amounts::default()),
            payment: None,
            rules: Vec::new(),
        }
    }

    pub(super) fn facts(&mut self, dossier: Dossier<'_>, right: &Right<'_>, grounds: Option<&Grounds<'_>>) -> Facts {
        let fact = &dossier.beneficiary.fact;
        self.rules.cite(article::REGIME, fact.procedure_date, &["regime"]);
        self.rules.cite(article::POPULATION, fact.procedure_date, &["eligibility"]);
        self.rules.cite(article::START, right.crp.first, &[]);
        self.rules.cite(article::TERM, right.crp.first, &["choice term_extension"]);
        let names = ["social_security_ceiling", "limits", "choice wage_revaluation"];
        self.rules.cite(article::REFERENCE_WAGE, fact.contract_end, &names);
        if right.population == Population::Article3 {
            self.rules.cite(article::ARE_DAYS, right.crp.first, &[]);
        }
        let category = |category| match category {
            PensionCategory::First => "1",
            PensionCategory::Second => "2",
            PensionCategory::Third => "3",
            PensionCategory::Foreign => "F",
        };
        Facts {
            line: dossier.beneficiary.line,
            procedure_date: fact.procedure_date,
            regime: right.regime.id.clone(),
            seniority_months: fact.seniority_months,
            population: match right.population {
                Population::Ordinary => "ordinary",
                Population::Article3 => "article-3",
            },
            contract_end: fact.contract_end,
            crp: right.crp,
            sjr: right.sjr,
            reference: match fact.wage {
                Wage::Stated(_) => None,
                Wage::Earned { pay, days } => Some((pay, days)),
            },
            part_time_ratio: right.part_time,
            weekly_hours: fact.weekly_hours,
            are_days: fact.are_days,
            are_days_left: grounds.and_then(|grounds| grounds.are_days_left),
            notice_daily: fact.notice_daily,
            pension: fact.pension.map(|pension| (category(pension.category), pension.monthly, pension.span)),
            indemnified_before: grounds.map(|grounds| grounds.indemnified_before),
        }
    }

    pub(super) fn lines(
        &mut self,
        dossier: Dossier<'_>,
        settlement: &Settlement<'_>,
        grounds: &Grounds<'_>,
        statement: &mut Statement,
    ) -> Result<(), UnknownLaw> {
        for line in &settlement.asr {
            statement.asr.push(self.asr(dossier, &grounds.right, line)?);
        }
        for unpaid in &grounds.unpaid {
            for reason in &unpaid.reasons {
                self.cite_reason(*reason);
            }
            let why = unpaid.reasons.clone();
            statement.unpaid.push(UnpaidStep { span: unpaid.days, days: unpaid.days.days(), why });
        }
        for job in &grounds.jobs {
            statement.idr.push(self.idr(settlement, grounds, job)?);
        }
        Ok(())
    }

    fn asr(&mut self, dossier: Dossier<'_>, right: &Right<'_>, line: &AsrLine) -> Result<AsrStep, UnknownLaw> {
        let day = line.span.first;
        let ranked = RankedDay { day, rank: line.first_rank, by: InForce::ThatDay };
        let compared = self.law.compared_gross(right, ranked)?;
        let after_pension = line.gross.amount - line.offset;
        let parts = self.law.participation_parts(right, after_pension, day)?;
        let pension = dossier.beneficiary.fact.pension.as_ref();

        self.rules.cite(article::EVERY_DAY, day, &[]);
        if right.population == Population::Article3 {
            self.rules.cite(article::ARTICLE_3_GROSS, day, &[]);
        } else {
            let mut names = vec![format!("allowance {}", right.regime.id)];
            names.extend(compared.iter().any(|one| one.basis == Basis::Aref).then(|| "minimum_aref".to_owned()));
            self.rules.cite(article::ORDINARY_GROSS, day, &names.iter().map(String::as_str).collect::<Vec<_>>());
        }
        self.rules.cite(article::ARE, day, &["are_rates", "are_fixed_part", "minimum_are", "choice rounding"]);
        if pension.is_some() {
            self.rules.cite(article::PENSION, day, &["choice pension_daily"]);
        }
        self.rules.cite(article::PARTICIPATION, day, &["participation", "minimum_are"]);

        let days = line.span.days();
        let daily_net = after_pension - line.participation;
        Ok(AsrStep {
            span: line.span,
            days,
            ranks: (line.first_rank, line.first_rank + days - 1),
            compared: compared
                .iter()
                .map(|one| Compared {
                    basis: match one.basis {
                        Basis::Rate(_) => "rate",
                        Basis::Are => "are",
                        Basis::Aref => "aref",
                        Basis::Notice => "notice",
                    },
                    rate: if let Basis::Rate(rate) = one.basis { Some(rate) } else { None },
                    amount: one.amount,
                    wins: *one == line.gross,
                })
                .collect(),
            are: self.law.are_parts(right, day)?,
            gross: line.gross.amount,
            pension_daily: pension.and_then(|pension| self.law.pension_daily(pension, day)),
            pension_offset: line.offset,
            participation_rate: parts.rate,
            participation_of_wage: parts.of_wage,
            above_minimum_are: parts.above_minimum,
            minimum_are: parts.minimum_are,
            participation: line.participation,
            daily_net,
            total: daily_net.times_days(days),
        })
    }

    /// Names the rule behind a day that is not paid.
    fn cite_reason(&mut self, reason: Reason) {
        let (kind, first) = match reason {
            Reason::BeforeStart | Reason::AfterTerm | Reason::AreDaysUsed => return,
            Reason::Event { kind, span, .. } => (kind.name(), span.first),
            Reason::Job { span, .. } => ("work", span.first),
        };
        self.rules.cite(article::INTERRUPTIONS, first, &[&format!("interruption {kind}")]);
    }

    /// R6.3, R6.4: what a month that is not paid would be, before the cap; `None` behind the clock or without an IDR.
    fn waiting(
        &self,
        grounds: &Grounds<'_>,
        job: &JobGrounds,
        qualifies: bool,
    ) -> Result<Option<(Cents, Span, Cents)>, UnknownLaw> {
        let (Some(frozen), Some(in_month), true) = (grounds.frozen, &job.in_month, qualifies) else { return Ok(None) };
        let days = job.span.intersect(self.month.span()).intersect(frozen.clock);
        if days.is_empty() {
            return Ok(None);
        }
        let monthly = self.law.monthly_differential(in_month, job.span.first)?;
        Ok(Some((monthly, days, self.law.part_of_month(monthly, self.month, days))))
    }

    fn idr(
        &mut self,
        settlement: &Settlement<'_>,
        grounds: &Grounds<'_>,
        job: &JobGrounds,
    ) -> Result<IdrStep, UnknownLaw> {
        let hire = job.span.first;
        let fall = match &job.at_hire {
            Some(at_hire) => Some((at_hire, self.law.fall(at_hire, hire)?)),
            None => None,
        };
        let qualifies = fall.is_some_and(|(_, fall)| fall.qualifies);
        let is_job = |line: &&crate::settle::IdrLine| line.employer == job.employer && line.job_start == hire;
        let line = settlement.idr.iter().find(is_job);

        if grounds.right.population == Population::Article3 {
            self.rules.cite(article::DIFFERENTIAL_ARTICLE_3, hire, &[]);
        } else {
            self.rules.cite(article::DIFFERENTIAL_WHO, hire, &[]);
        }
        if let Some((at_hire, _)) = &fall {
            let rescaled = at_hire.old_hours != at_hire.new_hours;
            let names = ["differential", "choice rescaled_hours"];
            self.rules.cite(article::DIFFERENTIAL_FALL, hire, &names[..1 + usize::from(rescaled)]);
        }
        if qualifies {
            self.rules.cite(article::DIFFERENTIAL_CAP, hire, &["differential"]);
            self.rules.cite(article::DIFFERENTIAL_CLOCK, hire, &[]);
            self.rules.cite(article::DIFFERENTIAL_PROOF, hire, &[]);
            self.rules.cite(article::DIFFERENTIAL_AMOUNT, hire, &[]);
        }
        let all = self.month.span();
        let waits_in_part = qualifies && job.row.is_some() && job.span.intersect(all) != all;
        if line.map_or(waits_in_part, |line| line.days != all) {
            self.rules.cite(article::DIFFERENTIAL_PART, hire, &[]);
        }
        if grounds.two_jobs.is_some() {
            self.rules.cite(article::DIFFERENTIAL_TWO_JOBS, hire, &[]);
        }

        let mut month = None;
        if let Some(row) = &job.row {
            let former = match job.in_month.as_ref().filter(|_| qualifies) {
                Some(in_month) => Some(exact(self.law.fall(in_month, hire)?.former)),
                None => None,
            };
            let worth = match line {
                Some(line) => Some((line.monthly, line.days, line.due)),
                None => self.waiting(grounds, job, qualifies)?,
            };
            month = Some(IdrMonth {
                line: row.line,
                base: row.fact.base,
                weekly_hours: row.fact.weekly_hours,
                proof: row.fact.proof,
                former,
                monthly: worth.map(|(monthly, ..)| monthly),
                days: worth.map(|(_, days, _)| days),
                due: worth.map(|(.., due)| due),
                paid: line.map(|line| IdrPaid {
                    cap: line.cap,
                    used_before: line.used_before,
                    left: line.cap - line.used_before - line.amount,
                }),
            });
        }
        Ok(IdrStep {
            employer: job.employer,
            span: job.span,
            is_within: job.is_within,
            ended: job.ended,
            fall: fall.map(|(at_hire, fall)| FallStep {
                base: at_hire.base,
                weekly_hours: at_hire.new_hours,
                former: exact(fall.former),
                rate: fall.rate,
                most: exact(fall.most),
                qualifies: fall.qualifies,
            }),
            month,
            frozen: grounds.frozen.filter(|_| qualifies).map(|frozen| Frozen {
                hire: frozen.hire,
                residual: frozen.residual,
                cap: frozen.cap,
                clock: frozen.clock,
            }),
            two_jobs: grounds.two_jobs.filter(|_| qualifies),
            amount: line.map_or(Cents::ZERO, |line| line.amount),
        })
    }
}
