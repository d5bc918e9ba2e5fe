//! What the tests of the whole command share: the command, folders of exports, and looks at what was published.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The published files.
pub const FILES: [&str; 4] = ["payments.csv", "anomalies.csv", "decisions.csv", "summary.json"];

pub const BENEFICIARIES: &str =
    "beneficiary_id,nir,name,iban,procedure_date,contract_end,seniority_months,sjr,weekly_hours";
pub const EARNINGS: &str =
    "beneficiary_id,employer,month,job_start,job_end,weekly_hours,base_monthly_gross,gross_paid,proof";
pub const EVENTS: &str = "beneficiary_id,kind,start,end";
/// What nobody may read outside the published files.
pub const NIR: &str = "151027510100289";
pub const NAME: &str = "SECRETAN";
pub const IBAN: &str = "FR7630004001010000002026421";

/// The program, away from any terminal.
pub fn versement() -> Command {
    Command::new(env!("CARGO_BIN_EXE_versement"))
}

/// The folder of fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// A row of `beneficiaries.csv` that is paid 1426.20 in May 2009 (30 days of 46.20, one of 40.20), without its line end.
pub fn beneficiary(id: &str) -> String {
    format!("{id},{NIR},{NAME} Anne,{IBAN},2009-01-05,2009-02-28,60,60.00,35")
}

/// A table from its header and rows, each with a line end.
pub fn table<S: AsRef<str>>(header: &str, rows: impl IntoIterator<Item = S>) -> Vec<u8> {
    let rows = rows.into_iter().map(|row| format!("{}\n", row.as_ref())).collect::<String>();
    format!("{header}\n{rows}").into_bytes()
}

/// Exports in a folder of their own, and a place to publish to.
pub struct Night {
    pub folder: TempDir,
    pub month: String,
    pub options: Vec<String>,
}

impl Night {
    /// Exports of one good beneficiary, for May 2009.
    pub fn new() -> Self {
        let night = Self { folder: TempDir::new().unwrap(), month: "2009-05".to_owned(), options: Vec::new() };
        std::fs::create_dir(night.exports()).unwrap();
        night
            .with("beneficiaries.csv", table(BENEFICIARIES, [beneficiary("B001")]))
            .with("earnings.csv", table(EARNINGS, [""; 0]))
    }

    /// With another text in a file.
    pub fn with(self, file: &str, bytes: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.exports().join(file), bytes).unwrap();
        self
    }

    /// With the rows of beneficiaries.
    pub fn of<S: AsRef<str>>(self, rows: impl IntoIterator<Item = S>) -> Self {
        self.with("beneficiaries.csv", table(BENEFICIARIES, rows))
    }

    /// For another month.
    pub fn month(mut self, month: &str) -> Self {
        self.month = month.to_owned();
        self
    }

    /// With one more option.
    pub fn option(mut self, option: &str) -> Self {
        self.options.push(option.to_owned());
        self
    }

    pub fn exports(&self) -> PathBuf {
        self.folder.path().join("exports")
    }

    pub fn out(&self) -> PathBuf {
        self.folder.path().join("out")
    }

    /// The command of this night.
    pub fn command(&self) -> Command {
        let mut command = versement();
        command.args(["run", "--no-ledger"]).arg("--month").arg(&self.month).arg("--exports").arg(self.exports());
        command.arg("--out").arg(self.out()).args(&self.options);
        command
    }

    /// Runs it.
    pub fn run(&self) -> Ran {
        Ran::of(self.command().output().unwrap())
    }

    /// A published file as text.
    pub fn text(&self, file: &str) -> String {
        String::from_utf8(self.bytes(file)).unwrap()
    }

    /// A published file.
    pub fn bytes(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.out().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// The rows of a published file as lists of fields, the header apart.
    pub fn rows(&self, file: &str) -> Vec<Vec<String>> {
        let bytes = self.bytes(file);
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(&bytes[..]);
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    /// `code line column` of each anomaly.
    pub fn anomalies(&self) -> Vec<String> {
        self.rows("anomalies.csv").iter().map(|row| format!("{} {} {} {}", row[0], row[4], row[5], row[6])).collect()
    }

    /// `id line outcome reason net` of each decision.
    pub fn decisions(&self) -> Vec<String> {
        self.rows("decisions.csv").iter().map(|row| row.join(" ")).collect()
    }

    /// The names in the folder of results but the lock's; none when the folder isn't there.
    pub fn published(&self) -> Vec<String> {
        names(&self.out())
    }
}

/// The sorted names in a folder but the lock's.
pub fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != ".versement-lock");
    names.sort();
    names
}

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Self { status: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) };
        ran.tells_nothing_personal();
        ran
    }

    /// No panic, and nothing about a person outside the published files.
    fn tells_nothing_personal(&self) {
        for told in [&self.stdout, &self.stderr] {
            for secret in [NIR, NAME, IBAN, "panicked", "RUST_BACKTRACE"] {
                assert!(!told.contains(secret), "{secret}: {told}");
            }
        }
    }

    #[track_caller]
    pub fn has_status(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{self:?}");
        self
    }

    /// stderr has each of these texts.
    #[track_caller]
    pub fn tells(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.stderr.contains(text), "{text}: {self:?}");
        }
        self
    }
}
