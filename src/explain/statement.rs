use serde::Serialize;

use super::rules::Rule;
use crate::calendar::{Day, Month, Span};
use crate::facts::WeeklyHours;
use crate::identity::{BeneficiaryId, Siret};
use crate::law::compared::AreParts;
use crate::money::{Cents, Rate};
use crate::settle::Reason;

/// What a month is worth to a beneficiary, step by step.
#[derive(Clone, Debug, Serialize)]
pub struct Statement {
    /// Whose.
    pub beneficiary_id: BeneficiaryId,
    /// For which month.
    pub month: Month,
    /// By which law.
    pub law: LawUsed,
    /// `paid`, `nil`, `held` or `refused`; of a run in the ledger also `absent`: no row in its exports.
    pub outcome: &'static str,
    /// Why nothing is owed, as in `decisions.csv`.
    pub reason: Option<&'static str>,
    /// The facts that were used; none where the row can't be read or no law is known for it.
    pub facts: Option<Facts>,
    /// The indemnified days.
    pub asr: Vec<AsrStep>,
    /// The days of the month that are not paid.
    pub unpaid: Vec<UnpaidStep>,
    /// The jobs.
    pub idr: Vec<IdrStep>,
    /// What was found.
    pub findings: Vec<Told>,
    /// What the month is worth: the sums of the steps.
    pub amounts: Sums,
    /// What was paid, where a run of the ledger is explained; otherwise all that the month is worth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentTold>,
    /// Every rule that was applied, and the values in force.
    pub rules: Vec<Rule>,
}

/// The law data.
#[derive(Clone, Debug, Serialize)]
pub struct LawUsed {
    /// Its name.
    pub name: String,
    /// Its last verified day.
    pub verified_until: Day,
    /// SHA-256.
    pub sha256: String,
}

/// The facts as the rules take them.
#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    /// Its line in `beneficiaries.csv`; 0 where the ledger kept the facts.
    pub line: u64,
    /// R0.1.
    pub procedure_date: Day,
    /// R0.1.
    pub regime: String,
    /// R0.2.
    pub seniority_months: u32,
    /// R0.2: `ordinary` or `article-3`.
    pub population: &'static str,
    /// R1.1.
    pub contract_end: Day,
    /// R1.1, R1.2.
    pub crp: Span,
    /// R3.4: S.
    pub sjr: Cents,
    /// R3.4: pay and days that S comes from, where it is not stated.
    pub reference: Option<(Cents, u32)>,
    /// p.
    pub part_time_ratio: Rate,
    /// Of the lost job.
    pub weekly_hours: WeeklyHours,
    /// R1.3.
    pub are_days: Option<u32>,
    /// R1.3: left at the beginning of the month.
    pub are_days_left: Option<i64>,
    /// R3.1.
    pub notice_daily: Option<Cents>,
    /// R4.1: category, amount a month, days.
    pub pension: Option<(&'static str, Cents, Span)>,
    /// R3: days indemnified before the month.
    pub indemnified_before: Option<i64>,
}

/// One amount that was compared.
#[derive(Clone, Debug, Serialize)]
pub struct Compared {
    /// `rate`, `are`, `aref` or `notice`.
    pub basis: &'static str,
    /// The rate of S.
    pub rate: Option<Rate>,
    /// The amount a day.
    pub amount: Cents,
    /// Whether it is the gross.
    pub wins: bool,
}

/// Indemnified days that are worth the same.
#[derive(Clone, Debug, Serialize)]
pub struct AsrStep {
    /// The days.
    pub span: Span,
    /// How many.
    pub days: i64,
    /// n of the first and of the last.
    pub ranks: (i64, i64),
    /// R3.1, R3.2: what was compared.
    pub compared: Vec<Compared>,
    /// R3.3: what the ARE is made of.
    #[serde(serialize_with = "are")]
    pub are: AreParts,
    /// The daily gross.
    pub gross: Cents,
    /// R4.1: a day of the pension, where it is deducted.
    pub pension_daily: Option<Cents>,
    /// R4.1: what it takes.
    pub pension_offset: Cents,
    /// R5.1: the rate of S.
    pub participation_rate: Rate,
    /// R5.1: 3 % of S.
    pub participation_of_wage: Cents,
    /// R5.1: what lies above the minimum ARE.
    pub above_minimum_are: Cents,
    /// R5.1: the minimum ARE.
    pub minimum_are: Cents,
    /// R5.1: what is withheld.
    pub participation: Cents,
    /// The daily net.
    pub daily_net: Cents,
    /// Of all days.
    pub total: Cents,
}

/// Days that are not paid.
#[derive(Clone, Debug, Serialize)]
pub struct UnpaidStep {
    /// The days.
    pub span: Span,
    /// How many.
    pub days: i64,
    /// Why.
    pub why: Vec<Reason>,
}

/// A job and its differential indemnity.
#[derive(Clone, Debug, Serialize)]
pub struct IdrStep {
    /// Who employs.
    pub employer: Siret,
    /// Its days.
    pub span: Span,
    /// R6.1: whether hired within the CRP, with no final event before.
    pub is_within: bool,
    /// R6.1: the final event before.
    pub ended: Option<Day>,
    /// R6.2.
    pub fall: Option<FallStep>,
    /// R6.3, R6.4, R6.5: the month, where there is a row.
    pub month: Option<IdrMonth>,
    /// R6.5, R6.6: what the first qualifying hire froze, where this job qualifies.
    pub frozen: Option<Frozen>,
    /// R6.8: the first day of the month on which two jobs run.
    pub two_jobs: Option<Day>,
    /// What is paid.
    pub amount: Cents,
}

/// R6.2: the test at hire.
#[derive(Clone, Debug, Serialize)]
pub struct FallStep {
    /// The base pay at hire.
    pub base: Cents,
    /// Weekly hours at hire.
    pub weekly_hours: WeeklyHours,
    /// The former pay at these hours.
    pub former: String,
    /// The rate of it that the pay may be.
    pub rate: Rate,
    /// That rate of it.
    pub most: String,
    /// Whether it is low enough.
    pub qualifies: bool,
}

/// R6.5, R6.6.
#[derive(Clone, Debug, Serialize)]
pub struct Frozen {
    /// The first qualifying hire.
    pub hire: Day,
    /// The residual rights.
    pub residual: Cents,
    /// The cap.
    pub cap: Cents,
    /// The clock.
    pub clock: Span,
}

/// R6.3, R6.4, R6.5, R6.7: the month of a job.
#[derive(Clone, Debug, Serialize)]
pub struct IdrMonth {
    /// Its line in `earnings.csv`; 0 where the ledger kept the facts.
    pub line: u64,
    /// The base pay of the month.
    pub base: Cents,
    /// Weekly hours of the month.
    pub weekly_hours: WeeklyHours,
    /// R6.7.
    pub proof: Option<Day>,
    /// The former pay at these hours.
    pub former: Option<String>,
    /// R6.3: of a whole month; none where the job does not qualify.
    pub monthly: Option<Cents>,
    /// R6.4: the days under contract within the clock.
    pub days: Option<Span>,
    /// R6.4: of these days; the cap, a missing proof or a second job may keep it from being paid.
    pub due: Option<Cents>,
    /// What it uses of the cap; none where nothing is paid.
    pub paid: Option<IdrPaid>,
}

/// A paid month of a job.
#[derive(Clone, Debug, Serialize)]
pub struct IdrPaid {
    /// R6.5.
    pub cap: Cents,
    /// R6.5.
    pub used_before: Cents,
    /// R6.5: left behind this month.
    pub left: Cents,
}

/// Something found.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// Its code.
    pub code: &'static str,
    /// What it does.
    pub effect: &'static str,
    /// The file and the physical line.
    pub place: String,
    /// What it means.
    pub meaning: &'static str,
    /// What was found; none where that may be personal data.
    pub found: Option<String>,
    /// What to do.
    pub remedy: String,
    /// The rule behind it.
    pub article: String,
}

/// The sums of the lines.
#[derive(Clone, Debug, Serialize)]
pub struct Sums {
    /// Indemnified days.
    pub asr_days: i64,
    /// R3.
    pub asr_gross: Cents,
    /// R4.
    pub pension_offset: Cents,
    /// R5.
    pub participation: Cents,
    /// Gross less pension less participation.
    pub asr_net: Cents,
    /// R6.
    pub idr: Cents,
    /// What is paid.
    pub net: Cents,
}

/// What one run of the ledger paid.
#[derive(Clone, Debug, Serialize)]
pub struct PaymentTold {
    /// The number of the run.
    pub run: u32,
    /// Its number among the runs of the month.
    pub sequence_in_month: u32,
    /// What earlier runs had paid for the month, less what was claimed back.
    pub paid_before: Cents,
    /// What this run paid for the month itself.
    pub current: Sums,
    /// What it paid in addition, by month and kind.
    pub arrears: Vec<PaidLine>,
    /// The sum of that.
    pub arrears_net: Cents,
    /// The claims that it raised or recovered from, and those that are open besides.
    pub claims: Vec<PaidClaim>,
    /// What it kept back for claims.
    pub recovered: Cents,
    /// What it paid, as in `payments.csv`.
    pub net: Cents,
}

/// A row of `arrears.csv`.
#[derive(Clone, Debug, Serialize)]
pub struct PaidLine {
    /// The month of entitlement.
    pub month: Month,
    /// `asr` or `idr`.
    pub kind: &'static str,
    /// What is paid.
    pub amount: Cents,
    /// The word for why.
    pub reason: String,
    /// What changed.
    pub changed: String,
}

/// A claim (trop-perçu), as it stands behind the run.
#[derive(Clone, Debug, Serialize)]
pub struct PaidClaim {
    /// The month of entitlement.
    pub month: Month,
    /// `asr` or `idr`.
    pub kind: &'static str,
    /// The number of the run that raised it.
    pub raised: u32,
    /// What was claimed.
    pub amount: Cents,
    /// What this run kept back for it.
    pub recovered: Cents,
    /// What is left of it.
    pub balance: Cents,
    /// The word for why, where this run raised it.
    pub reason: String,
    /// What changed.
    pub changed: String,
}

fn are<S: serde::Serializer>(parts: &AreParts, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeStruct;
    let mut fields = serializer.serialize_struct("AreParts", 4)?;
    fields.serialize_field("proportional", &parts.proportional)?;
    fields.serialize_field("with_fixed_part", &parts.with_fixed_part)?;
    fields.serialize_field("minimum", &parts.minimum)?;
    fields.serialize_field("most", &parts.most)?;
    fields.end()
}
