//! What was prepared: the run that it is of, its parts with their control totals, and what belongs to no part.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::cells::{self, Value};
use super::{Cell, Control, PartitionError};
use crate::anomaly::Effect;
use crate::calendar::Month;
use crate::columns::Export;
use crate::exports::{Encoding, Header};
use crate::law::Law;
use crate::publish::summary::{FileRecord, Identity};
use crate::revision::Period;
use crate::totals::Totals;

/// The file with the manifest.
pub const MANIFEST: &str = "manifest.json";
/// The form of what is prepared; another form is another number.
const FORMAT: u32 = 1;

/// Everything in `manifest.json`. The same exports, law and ledger give the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of what is prepared.
    pub format: u32,
    /// What tells the run from another, with its exports.
    #[serde(flatten)]
    pub identity: Identity,
    /// Which run of which ledger it is to be; absent without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger: Option<Succession>,
    /// The columns of each export in their order, by the names of FORMATS.md; null where the program knows none.
    pub headers: BTreeMap<String, Vec<Option<String>>>,
    /// The rows of each export that is there.
    pub rows: BTreeMap<String, u64>,
    /// Whether the exports were sorted by beneficiary number.
    pub sorted: bool,
    /// The parts, in the order of their numbers from 0 on.
    pub parts: Vec<PartRecord>,
    /// What belongs to no part.
    pub unread: Unread,
    /// The last beneficiary number of each batch as one machine takes them, so that the ledger's files have the same bytes.
    pub batches: Vec<String>,
    /// SHA-256 of the file's bytes; what a result answers to.
    #[serde(skip)]
    pub digest: String,
}

/// Which run of a ledger was prepared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Succession {
    /// Counted over the whole ledger.
    pub number: u32,
    /// Counted over the runs of the month.
    pub sequence: u32,
    /// The month of the ledger's first run.
    pub first_month: String,
    /// Whether every month is settled again, as law or program changed.
    pub settle_all: bool,
    /// The digest of the run before; empty for the first one.
    pub previous: String,
}

/// A part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartRecord {
    /// Its file, with its digest.
    #[serde(flatten)]
    pub file: FileRecord,
    /// What must come back.
    pub control: Control,
}

/// Rows without a readable beneficiary number, and what is found about files: ready rows, which end the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// The last rows of `anomalies.csv`.
    pub anomalies: Option<FileRecord>,
    /// The last rows of `decisions.csv`.
    pub decisions: Option<FileRecord>,
    /// Rows by export, in the order of the findings of FORMATS.md.
    pub rows: [u64; Export::COUNT],
    /// Rows of beneficiaries among them.
    pub refused: u64,
    /// Findings: code, effect, how many.
    pub findings: Vec<(String, String, u64)>,
}

impl Unread {
    pub(super) fn new(totals: &Totals) -> Self {
        let finding = |(code, count): (&crate::anomaly::Code, &u64)| {
            let entry = code.entry();
            (entry.code.to_owned(), entry.effect.name().to_owned(), *count)
        };
        Self {
            rows: totals.rows,
            refused: totals.outcomes.refused,
            findings: totals.anomalies.iter().map(finding).collect(),
            ..Self::default()
        }
    }

    /// What it adds to the totals; `None` if a finding is not in the catalogue.
    pub(super) fn totals(&self) -> Option<Totals> {
        let mut totals = Totals { rows: self.rows, ..Totals::default() };
        totals.outcomes.refused = self.refused;
        for (word, effect, count) in &self.findings {
            let effect = Effect::of(Cell::Bytes(effect.as_bytes()))?;
            totals.anomalies.insert(cells::code(word.as_bytes(), effect)?, *count);
        }
        Some(totals)
    }
}

/// The name of the file of a part, and of its result.
pub fn part_name(part: u32) -> String {
    format!("part-{part:05}.parquet")
}

impl Manifest {
    pub(super) fn new(identity: Identity, ledger: Option<Succession>, headers: &[Header; Export::COUNT]) -> Self {
        let headers = headers.iter().map(|header| {
            let column = |at| header.column(at).map(|column| column.name().to_owned());
            (header.export.file_name().to_owned(), (0..header.count).map(column).collect())
        });
        Self {
            format: FORMAT,
            identity,
            ledger,
            headers: headers.collect(),
            rows: BTreeMap::new(),
            sorted: true,
            parts: Vec::new(),
            unread: Unread::default(),
            batches: Vec::new(),
            digest: String::new(),
        }
    }

    /// The manifest of a folder.
    ///
    /// # Errors
    /// There is none, or it is not of this program.
    pub fn read(folder: &Path) -> Result<Self, PartitionError> {
        let path = folder.join(MANIFEST);
        let told = |path: &PathBuf, told: String| PartitionError::Manifest { path: path.clone(), told };
        let text = std::fs::read(&path).map_err(|error| told(&path, error.to_string()))?;
        let mut manifest: Self = serde_json::from_slice(&text).map_err(|error| told(&path, error.to_string()))?;
        manifest.digest = crate::hexadecimal(&Sha256::digest(&text));
        let program = concat!("versement ", env!("CARGO_PKG_VERSION"));
        if manifest.format != FORMAT || manifest.identity.program != program {
            let of = &manifest.identity.program;
            return Err(told(&path, format!("it was prepared by {of}, form {}, not {program}", manifest.format)));
        }
        if manifest.parts.is_empty() {
            return Err(told(&path, "it names no part".to_owned()));
        }
        Ok(manifest)
    }

    pub(super) fn to_json(&self) -> Result<String, PartitionError> {
        serde_json::to_string_pretty(self)
            .map(|text| text + "\n")
            .map_err(|error| PartitionError::Format(error.to_string()))
    }

    /// How many parts there are.
    pub fn count(&self) -> u32 {
        u32::try_from(self.parts.len()).unwrap_or(u32::MAX)
    }

    /// The month that is paid.
    ///
    /// # Errors
    /// What stands there is none.
    pub fn month(&self) -> Result<Month, PartitionError> {
        month(&self.identity.month)
    }

    /// Whether an export is there.
    pub fn has(&self, export: Export) -> bool {
        self.identity.inputs.iter().any(|input| input.name == export.file_name())
    }

    /// Which run of the ledger it is, by a law.
    ///
    /// # Errors
    /// A month is none.
    pub(super) fn period(&self, law: &Law) -> Result<Option<Period>, PartitionError> {
        let Some(Succession { number, first_month, settle_all, .. }) = &self.ledger else { return Ok(None) };
        let month = self.month()?;
        Ok(Some(Period {
            month,
            run: *number,
            first_month: self::month(first_month)?,
            settle_all: *settle_all,
            rules: law.claim_rules(month.last_day()).ok(),
        }))
    }

    /// The headers of the exports: a finding tells the number that a column has in its file.
    ///
    /// # Errors
    /// They are not those of exports.
    pub(super) fn read_headers(&self) -> Result<[Header; Export::COUNT], PartitionError> {
        let mut headers = Vec::new();
        for export in Export::ALL {
            let columns = self.headers.get(export.file_name()).map_or(&[][..], Vec::as_slice);
            // A name that no column has stands for one that the program does not know.
            let names: Vec<_> = (columns.iter().zip(1..))
                .map(|(name, number)| name.clone().unwrap_or_else(|| format!("unknown {number}")))
                .collect();
            let header = Header::read(export, names.join(",").as_bytes(), Encoding::Utf8);
            headers.push(header.map_err(|error| PartitionError::Format(error.to_string()))?);
        }
        headers.try_into().map_err(|_| PartitionError::Format("headers of exports".to_owned()))
    }
}

/// The month of a text.
fn month(text: &str) -> Result<Month, PartitionError> {
    text.parse().map_err(|_| PartitionError::Format(format!("{text} is no month")))
}
