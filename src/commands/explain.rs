mod of_run;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::run::EncodingName;
use super::{NOTHING, SETTLED, law as law_file, say};
use crate::calendar::Month;
use crate::columns::Export;
use crate::explain::words::Lang;
use crate::explain::{Picked, Statement, explain, html, pick, text};
use crate::exports::BlockReader;
use crate::identity::BeneficiaryId;
use crate::intake::Exports;
use crate::law::Law;
use crate::ledger::Ledger;

/// Explains what a month is worth to one beneficiary, line by line, with the rule and the article behind each.
///
/// From the exports, or from a run of the ledger: by the facts that the run kept, with its arrears, its claims and what it paid.
///
/// The lines are those that the payment is made of. Of other beneficiaries' rows nothing is kept. The statement goes to the
/// standard output; it names neither the person nor the account.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement explain B0000000001 --month 2009-05 --exports exports/2009-05
  versement explain B0000000001 --month 2009-05 --exports exports/2009-05 --lang fr
  versement explain B0000000001 --month 2009-05 --exports exports/2009-05 --format json | jq .amounts.net
  versement explain B0000000001 --month 2009-05 --exports exports/2009-05 --format html > statement.html
  versement explain B0000000001 --run 1
  versement explain B0000000001 --month 2009-05 --ledger ledger

Exit status: 0 explained; 2 not found, or its rows can't be read.")]
pub(super) struct Explain {
    /// The number of the beneficiary
    #[arg(value_name = "BENEFICIARY", value_parser = beneficiary)]
    beneficiary: BeneficiaryId,
    /// The month to explain, as 2009-05
    #[arg(long, value_name = "MONTH", required_unless_present = "run")]
    month: Option<Month>,
    /// The folder with beneficiaries.csv, earnings.csv and, if there is one, events.csv
    #[arg(long, value_name = "DIR", required_unless_present_any = ["ledger", "run"])]
    exports: Option<PathBuf>,
    /// The ledger, instead of exports: what its last run of the month settled and paid; ledger if only --run is given
    #[arg(long, value_name = "DIR", conflicts_with = "exports")]
    ledger: Option<PathBuf>,
    /// The number of a run of the ledger
    #[arg(long, value_name = "N", conflicts_with_all = ["month", "exports"])]
    run: Option<u32>,
    /// A law file instead of the one in the program (see `versement law`)
    #[arg(long, value_name = "FILE")]
    law: Option<PathBuf>,
    /// The encoding of the exports
    #[arg(long, value_enum, default_value_t = EncodingName::Utf8, conflicts_with_all = ["ledger", "run"])]
    encoding: EncodingName,
    /// Text for a terminal, a page to read and to print, or JSON for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The language of the statement
    #[arg(long, default_value = "en", value_parser = lang())]
    lang: Lang,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Html,
}

/// `en` or `fr`.
pub(super) fn lang() -> impl TypedValueParser<Value = Lang> {
    PossibleValuesParser::new(Lang::NAMES).map(|name| Lang::named(&name).unwrap_or_default())
}

pub(super) fn beneficiary(text: &str) -> Result<BeneficiaryId, &'static str> {
    BeneficiaryId::new(text.as_bytes()).ok_or("write 1 to 20 of A-Z a-z 0-9 and -")
}

impl Explain {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let law = law_file::read(self.law.as_ref())?;
        let by_default = self.run.map(|_| Path::new("ledger"));
        let statement = match self.ledger.as_deref().or(by_default) {
            Some(ledger) => self.of_run(&Ledger::open(ledger)?, &law)?,
            None => self.of_exports(&law)?,
        };
        say(&match self.format {
            Format::Text => text(&statement, self.lang),
            Format::Json => serde_json::to_string_pretty(&statement)? + "\n",
            Format::Html => html(&statement, self.lang),
        });
        let is_refused = statement.outcome == "refused";
        Ok(if is_refused { NOTHING } else { SETTLED })
    }

    fn of_exports(&self, law: &Law) -> anyhow::Result<Statement> {
        let (Some(month), Some(folder)) = (self.month, &self.exports) else { bail!("say --month and --exports") };
        let exports = Exports::find(folder).with_context(|| folder.display().to_string())?;
        let open = |export| BlockReader::open(export, exports.open(export)?, self.encoding.encoding(), false);
        let readers = Export::ALL.into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let picked = pick(readers, self.beneficiary)?;
        let statement = explain(law, month, self.beneficiary, &picked, self.lang);
        statement.with_context(|| {
            format!("{} is not in {}; looked at {}", self.beneficiary, folder.display(), looked_at(&picked))
        })
    }
}

/// What was looked through, and how many rows of the beneficiary's each export has.
fn looked_at(picked: &Picked) -> String {
    let look = |export: Export| {
        let (own, all) = (picked.rows(export), picked.seen[export as usize]);
        format!("{export} ({own} of {all} rows)")
    };
    Export::ALL.map(look).join(", ")
}
