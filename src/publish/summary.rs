//! `summary.json`: what was read, by which law, what came of it, and the digests of all files.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::anomaly::Code;
use crate::calendar::Month;
use crate::columns::Export;
use crate::exports::InputDigest;
use crate::intake::Exports;
use crate::law::Law;
use crate::revision::Payment;
use crate::settle::NilReason;
use crate::totals::{ClaimSums, Outcomes, Sums, Totals};

use super::staging::{SUMMARY, StagedFile};

/// Everything in `summary.json`; amounts are texts such as `1234.56`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// What tells a run from another.
    #[serde(flatten)]
    pub identity: Identity,
    /// When the run began, in UTC.
    pub started: String,
    /// When its files were complete, in UTC.
    pub finished: String,
    /// Milliseconds by stage, over all threads; absent in summaries of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stages: Option<BTreeMap<String, u64>>,
    /// Rows by what became of them.
    pub rows: BTreeMap<String, RowCounts>,
    /// Which run of which ledger; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunNumber>,
    /// Beneficiary rows by outcome; they add up to the rows read.
    pub outcomes: Outcomes,
    /// Beneficiary rows with nothing owed, by reason.
    pub nil_reasons: BTreeMap<String, u64>,
    /// The amounts of all payments.
    pub totals: AmountTexts,
    /// The amounts of the payments by regime.
    pub by_regime: BTreeMap<String, AmountTexts>,
    /// What the ledger holds of claims; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claims: Option<ClaimTexts>,
    /// What employers owe, where their export is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contributions: Option<ContributionTexts>,
    /// Findings by code.
    pub anomalies: BTreeMap<String, u64>,
    /// The published files but this one.
    pub outputs: Vec<FileRecord>,
}

/// Which run of a ledger it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunNumber {
    /// Counted over the whole ledger.
    pub number: u32,
    /// Counted over the runs of the month.
    pub sequence_in_month: u32,
    /// The run before, if there is one.
    pub previous: Option<u32>,
}

/// The claims of a ledger: opening + raised - recovered = closing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimTexts {
    /// Not recovered before the run.
    pub opening: String,
    /// Raised by it.
    pub raised: String,
    /// Recovered by it.
    pub recovered: String,
    /// Not recovered after it.
    pub closing: String,
}

impl ClaimTexts {
    fn new(sums: &ClaimSums) -> Self {
        let [opening, raised, recovered, closing] =
            [sums.opening, sums.raised, sums.recovered, sums.closing].map(|sum| sum.to_string());
        Self { opening, raised, recovered, closing }
    }
}

/// What tells a run from another: the same identity means the same payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// `versement` and its version.
    pub program: String,
    /// Name and digest of the law data.
    pub law: LawRecord,
    /// The month.
    pub month: String,
    /// Whether the month was not over yet.
    pub provisional: bool,
    /// How the bytes of the exports were read as letters.
    pub encoding: String,
    /// What the months before a ledger were said to come to, if that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opening: Option<FileRecord>,
    /// The exports.
    pub inputs: Vec<FileRecord>,
}

/// Which law data was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LawRecord {
    /// Its name.
    pub name: String,
    /// The last day that it was verified for.
    pub verified_until: String,
    /// SHA-256 of its text.
    pub sha256: String,
}

/// A file as it was read or published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecord {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256; absent when digests were off, and for the books of a ledger.
    #[serde(default)]
    pub sha256: Option<String>,
    /// BLAKE3, of the books of a ledger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blake3: Option<String>,
}

/// Rows of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowCounts {
    /// All of them, the header apart.
    pub read: u64,
    /// Ignored, as they are for later months.
    pub later_months: u64,
}

/// What employers owe, and the State adds (R8).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContributionTexts {
    /// Rows of `contributions.csv`.
    pub rows: u64,
    /// Rows of `employers.csv`.
    pub employers_rows: u64,
    /// R8.1.
    pub notice_due: String,
    /// R8.3.
    pub dif_due: String,
    /// R8.4.
    pub penalty_due: String,
    /// What employers owe the fund.
    pub due: String,
    /// R8.5.
    pub state_share: String,
    /// R8.2.
    pub employee_notice: String,
}

impl ContributionTexts {
    fn new(totals: &Totals) -> Self {
        let (rows, sums) = &totals.contributions;
        Self {
            rows: *rows,
            employers_rows: totals.rows[Export::Employers as usize],
            notice_due: sums.notice.to_string(),
            dif_due: sums.dif.to_string(),
            penalty_due: sums.penalty.to_string(),
            due: sums.due().to_string(),
            state_share: sums.state.to_string(),
            employee_notice: sums.employee_notice.to_string(),
        }
    }
}

/// The amounts of payments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmountTexts {
    /// How many.
    pub payments: u64,
    /// Indemnified days.
    pub asr_days: i64,
    /// R3.
    pub asr_gross: String,
    /// R4.
    pub pension_offset: String,
    /// R5.
    pub participation: String,
    /// R5.
    pub asr_net: String,
    /// R6.
    pub idr: String,
    /// Of earlier months; nothing without a ledger.
    pub arrears: String,
    /// Kept back for claims; nothing without a ledger.
    pub recovered: String,
    /// What is paid.
    pub net: String,
}

impl AmountTexts {
    fn new(sums: &Sums) -> Self {
        let Payment { current: amounts, arrears, recovered } = &sums.payment;
        Self {
            payments: sums.count,
            asr_days: amounts.asr_days,
            asr_gross: amounts.asr_gross.to_string(),
            pension_offset: amounts.pension_offset.to_string(),
            participation: amounts.participation.to_string(),
            asr_net: amounts.asr_net().to_string(),
            idr: amounts.idr.to_string(),
            arrears: arrears.to_string(),
            recovered: recovered.to_string(),
            net: sums.payment.net().to_string(),
        }
    }
}

impl Identity {
    /// The identity of a run but for the digests of its exports.
    pub fn new(law: &Law, month: Month, provisional: bool, encoding: &str) -> Self {
        let law = LawRecord {
            name: law.name.clone(),
            verified_until: law.verified_until.to_string(),
            sha256: law.digest.clone(),
        };
        let program = concat!("versement ", env!("CARGO_PKG_VERSION")).to_owned();
        let encoding = encoding.to_owned();
        Self { program, law, month: month.to_string(), provisional, encoding, opening: None, inputs: Vec::new() }
    }

    /// Whether another identity, without its exports, and exports of these sizes may come to this one: told without reading
    /// them.
    pub fn may_be(&self, other: &Self, exports: &Exports) -> bool {
        let standing = Export::ALL.into_iter().filter(|&export| exports.has(export));
        let sizes = standing.map(|export| (export.file_name(), exports.size(export)));
        let known = self.inputs.iter().map(|input| (input.name.as_str(), input.bytes));
        let has_digests = self.inputs.iter().all(|input| input.sha256.is_some());
        let without_inputs = Self { inputs: Vec::new(), ..self.clone() };
        has_digests && without_inputs == *other && known.eq(sizes)
    }

    /// With the exports as they are in a folder now.
    ///
    /// # Errors
    /// One can't be read.
    pub fn with_inputs(mut self, exports: &Exports) -> std::io::Result<Self> {
        for export in Export::ALL.into_iter().filter(|&export| exports.has(export)) {
            self.inputs.push(FileRecord::of(&exports.path(export), export.file_name())?);
        }
        Ok(self)
    }
}

impl Summary {
    /// The summary of a run whose files are complete.
    pub fn new(
        mut identity: Identity,
        (started, finished): (String, String),
        totals: &Totals,
        inputs: &[Option<InputDigest>; Export::COUNT],
        files: &[StagedFile],
    ) -> Self {
        identity.inputs.clear();
        let mut rows = BTreeMap::new();
        for (export, input) in Export::ALL.into_iter().zip(inputs) {
            let Some(input) = input else { continue };
            let name = export.file_name().to_owned();
            let later_months = if export == Export::Earnings { totals.later } else { 0 };
            rows.insert(name.clone(), RowCounts { read: input.rows, later_months });
            identity.inputs.push(FileRecord { name, bytes: input.bytes, sha256: input.sha256.clone(), blake3: None });
        }
        let named = |(reason, count): (NilReason, u64)| (reason.name().to_owned(), count);
        Self {
            identity,
            started,
            finished,
            stages: None,
            rows,
            outcomes: totals.outcomes,
            nil_reasons: totals.nil_reasons().map(named).collect(),
            run: None,
            totals: AmountTexts::new(&totals.paid),
            by_regime: totals.by_regime.iter().map(|(id, sums)| (id.clone(), AmountTexts::new(sums))).collect(),
            claims: None,
            contributions: inputs[Export::Employers as usize].as_ref().map(|_| ContributionTexts::new(totals)),
            anomalies: anomalies_by_code(totals),
            outputs: files.iter().map(StagedFile::record).collect(),
        }
    }

    /// The summary of a run of a ledger.
    pub fn with_ledger(self, run: RunNumber, claims: &ClaimSums) -> Self {
        Self { run: Some(run), claims: Some(ClaimTexts::new(claims)), ..self }
    }

    /// Reads `summary.json` of a folder; `None` when there is none, or what stands there is no summary.
    pub fn read(folder: &Path) -> Option<Self> {
        let text = std::fs::read(folder.join(SUMMARY)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Whether every file that it names stands in a folder with its digest.
    pub fn is_complete(&self, folder: &Path) -> bool {
        self.outputs.iter().all(|output| output.is_still(&folder.join(&output.name)).unwrap_or(false))
    }

    /// The text of the file.
    ///
    /// # Errors
    /// None that is known; the format could refuse a value.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

/// Findings by the code in the files, which two entries of the catalogue may share.
pub fn anomalies_by_code(totals: &Totals) -> BTreeMap<String, u64> {
    let mut by_code = BTreeMap::new();
    for (code, count) in &totals.anomalies {
        *by_code.entry(Code::entry(*code).code.to_owned()).or_default() += count;
    }
    by_code
}
