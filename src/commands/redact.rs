use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{BufWriter, ErrorKind, Read, Write};
use std::num::NonZeroUsize;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Args;

use super::run::{EncodingName, flatten};
use super::{SETTLED, WITH_TROUBLE, explain, law, say};
use crate::anomaly::Code;
use crate::calendar::Month;
use crate::columns::Export;
use crate::exports::BlockReader;
use crate::identity::BeneficiaryId;
use crate::intake::Exports;
use crate::law::Law;
use crate::night::{self, Plan, Progress, Purpose};
use crate::publish::Table;
use crate::publish::staging::Staging;
use crate::redact::{Key, Sampled, Wanted, redact};

/// Makes a small sample of exports to show to others: the same faults and amounts, nobody's identifiers.
///
/// Numbers, NIR, names, accounts and employers are replaced by pseudonyms that hang on a secret key: the same value gets the same
/// pseudonym, right check digits stay right and wrong ones wrong. What can't be read is masked, and still can't be read, with the
/// same code. Amounts and dates stay, or the law would give other amounts: whoever knows a wage or a hire may recognise a person.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  (umask 077; head -c 32 /dev/urandom > sample.key)
  versement redact --exports exports/2009-05 --beneficiary B0000000001 --out sample --key sample.key
  versement redact --exports exports/2009-05 --anomaly A103 --month 2009-05 --out sample --key sample.key
  versement run --month 2009-05 --exports sample --out out/sample --no-ledger

Exit status: 0 all wanted rows are in the sample; 1 some could not be made anonymous and were left out; 2 nothing written.")]
pub(super) struct Redact {
    /// The folder with the exports
    #[arg(long, value_name = "DIR")]
    exports: PathBuf,
    /// The numbers of beneficiaries to show
    #[arg(long, value_name = "ID", num_args = 1.., value_parser = explain::beneficiary, required_unless_present = "anomaly")]
    beneficiary: Vec<BeneficiaryId>,
    /// A code to show: the rows that a run of --month without a ledger finds at fault with it, and all others of their beneficiaries
    #[arg(long, value_name = "CODE", value_parser = code, conflicts_with = "beneficiary", requires = "month")]
    anomaly: Option<&'static str>,
    /// With --anomaly: the month to settle, as 2009-05
    #[arg(long, value_name = "MONTH", requires = "anomaly")]
    month: Option<Month>,
    /// With --anomaly: of how many findings, from the first one on
    #[arg(long, value_name = "N", default_value = "10", requires = "anomaly")]
    most: NonZeroUsize,
    /// With --anomaly: a law file instead of the one in the program (see `versement law`)
    #[arg(long, value_name = "FILE", requires = "anomaly")]
    law: Option<PathBuf>,
    /// The folder to write the sample to; made if it is missing
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A file of at least 32 random bytes that only its owner can read; never to be given away with the sample
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Put blank lines before rows, so that each stands on its line of the original
    #[arg(long)]
    keep_lines: bool,
    /// The encoding of the exports, and of the sample
    #[arg(long, value_enum, default_value_t = EncodingName::Utf8)]
    encoding: EncodingName,
}

fn code(text: &str) -> Result<&'static str, &'static str> {
    let known = Code::ALL.iter().map(|code| code.entry().code).find(|code| code.eq_ignore_ascii_case(text));
    known.ok_or("this is no code; docs/FORMATS.md has them all, such as A103")
}

impl Redact {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let key = read_key(&self.key, &self.out)?;
        let law = law::read(self.law.as_ref())?;
        let exports = Exports::find(&self.exports).with_context(|| self.exports.display().to_string())?;
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.out)
            .with_context(|| self.out.display().to_string())?;
        let wanted = match (self.anomaly, self.month) {
            (Some(code), Some(month)) => self.at_fault(code, &self.findings(&law, month, &exports)?)?,
            _ => Wanted { beneficiaries: self.beneficiary.iter().copied().collect(), ..Wanted::default() },
        };
        for export in Export::ALL {
            let path = self.out.join(export.file_name());
            ensure!(path.symlink_metadata().is_err(), "{} stands there already; choose another --out", path.display());
        }
        let beside = tempfile::Builder::new().prefix(".versement-tmp-").tempdir_in(&self.out)?;
        let sampled = self.sample(&exports, &wanted, &key, beside.path())?;
        let found: BTreeSet<_> = sampled.iter().flat_map(|(_, sampled)| sampled.found.iter().copied()).collect();
        if let Some(missing) = wanted.beneficiaries.iter().find(|id| !found.contains(id)) {
            bail!("{missing} is not in {}; check the number", self.exports.display());
        }
        if let (Some(code), Some(month)) = (self.anomaly, self.month) {
            let findings = self.findings(&law, month, &Exports::find(beside.path())?)?;
            ensure!(
                findings.iter().any(|finding| finding.code == code),
                "the sample does not show {code}; nothing was written"
            );
        }
        for (export, _) in &sampled {
            let name = export.file_name();
            fs::rename(beside.path().join(name), self.out.join(name))
                .with_context(|| self.out.join(name).display().to_string())?;
        }
        Ok(self.tell(&sampled))
    }

    fn sample(
        &self,
        exports: &Exports,
        wanted: &Wanted,
        key: &Key,
        folder: &Path,
    ) -> anyhow::Result<Vec<(Export, Sampled)>> {
        let mut all = Vec::new();
        for export in Export::ALL.into_iter().filter(|&export| exports.has(export)) {
            let reader = BlockReader::open(export, exports.open(export)?, self.encoding.encoding(), false)?;
            let path = folder.join(export.file_name());
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            let mut out = BufWriter::new(file);
            let sampled = redact(reader, wanted, key, self.keep_lines, &mut out)?;
            out.flush().and_then(|()| out.get_ref().sync_all()).with_context(|| path.display().to_string())?;
            all.push((export, sampled));
        }
        Ok(all)
    }

    /// What a run without a ledger finds; its results are written to a folder of their own and thrown away.
    fn findings(&self, law: &Law, month: Month, exports: &Exports) -> anyhow::Result<Vec<Found>> {
        let folder = tempfile::Builder::new().prefix(".versement-tmp-").tempdir_in(&self.out)?;
        let staging = Staging::open(folder.path())?;
        let plan = Plan {
            month,
            purpose: Purpose::Run,
            law,
            exports,
            encoding: self.encoding.encoding(),
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            with_digests: false,
            batch_bytes: Plan::BATCH_BYTES,
            ledger: None,
        };
        let settled = night::settle(&plan, &staging, &Progress::default()).map_err(flatten)?;
        staging.publish(settled.files)?;
        let mut rows = csv::Reader::from_path(folder.path().join(Table::Anomalies.file_name()))?;
        rows.records().map(|row| Ok(Found::of(&row?))).collect()
    }

    fn at_fault(&self, code: &str, findings: &[Found]) -> anyhow::Result<Wanted> {
        let mut wanted = Wanted::default();
        for finding in findings.iter().filter(|finding| finding.code == code).take(self.most.get()) {
            match finding.beneficiary {
                Some(id) => _ = wanted.beneficiaries.insert(id),
                None => _ = finding.row.map(|row| wanted.lines.insert(row)),
            }
        }
        let found = !wanted.beneficiaries.is_empty() || !wanted.lines.is_empty();
        ensure!(found, "{code} is not found in a row by a run without a ledger; name beneficiaries with --beneficiary");
        Ok(wanted)
    }

    fn tell(&self, sampled: &[(Export, Sampled)]) -> u8 {
        let mut told = String::new();
        for (export, sampled) in sampled {
            told += &format!("{export}: {} of {} rows\n", sampled.written, sampled.read);
        }
        let mut status = SETTLED;
        for (export, sampled) in sampled {
            for line in &sampled.left_out {
                eprintln!(
                    "versement: {export}:{line}: left out, as it could not be made anonymous with the same faults"
                );
                status = WITH_TROUBLE;
            }
        }
        say(&format!("{told}written to {}; look at it before you give it away\n", self.out.display()));
        status
    }
}

/// A row of `anomalies.csv`.
struct Found {
    code: String,
    beneficiary: Option<BeneficiaryId>,
    row: Option<(Export, u64)>,
}

impl Found {
    fn of(row: &csv::StringRecord) -> Self {
        let field = |at| row.get(at).unwrap_or_default();
        let export = Export::ALL.into_iter().find(|export| export.file_name() == field(4));
        Self {
            code: field(0).to_owned(),
            beneficiary: BeneficiaryId::new(field(3).as_bytes()),
            row: export.zip(field(5).parse().ok()),
        }
    }
}

/// The key: of its owner alone, and not among what is given away.
fn read_key(path: &Path, out: &Path) -> anyhow::Result<Key> {
    let told = || path.display().to_string();
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("{}: no such file; make a key with (umask 077; head -c 32 /dev/urandom > FILE)", told())
        }
        file => file.with_context(told)?,
    };
    let found = file.metadata().with_context(told)?;
    ensure!(found.is_file(), "{}: not a regular file", told());
    ensure!(found.mode() & 0o077 == 0, "{}: others may read it; chmod 600 it, or make a new key", told());
    let folder = path.canonicalize().with_context(told)?;
    let inside = out.canonicalize().is_ok_and(|out| folder.starts_with(out));
    ensure!(!inside, "{}: it stands in --out and would be given away with the sample; move it", told());
    let mut bytes = Vec::new();
    file.take(4096).read_to_end(&mut bytes).with_context(told)?;
    Key::new(&bytes).with_context(|| format!("{}: a key has at least {} bytes", told(), Key::LENGTH))
}
