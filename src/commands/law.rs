use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::{NOTHING, SETTLED, print};
use crate::calendar::Day;
use crate::law;

/// Shows the law in force on a day with its sources, or checks an edited law file.
///
/// The law is data with dates. Without --on every entry is shown, with it what holds that day. The file itself comes from
/// `versement law --text`; an edited copy is checked with --check and used with `run --law`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement law --on 2009-11-07
  versement law --text > crp-2010.toml
  versement law --check crp-2010.toml")]
pub(super) struct Law {
    /// The day to show, as 2009-11-07; without it, every entry
    #[arg(long, value_name = "DATE")]
    on: Option<Day>,
    /// A law file instead of the one in the program
    #[arg(long, value_name = "FILE")]
    law: Option<PathBuf>,
    /// Tell every fault of a law file, with its line, and show nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["on", "law"])]
    check: Option<PathBuf>,
    /// Print the text of the law file, to edit a copy of it
    #[arg(long, conflicts_with_all = ["on", "law", "check"])]
    text: bool,
}

impl Law {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        if self.text {
            print(law::Law::BUILT_IN)?;
            return Ok(SETTLED);
        }
        if let Some(path) = &self.check {
            return check(path);
        }
        let law = read(self.law.as_ref())?;
        if let Some(day) = self.on {
            law.verified(day).context("nothing to show")?;
            if law.regime(day).is_err() {
                print(&format!("no CRP for procedures engaged on {day}\n\n"))?;
            }
        }
        let entries = match self.on {
            Some(day) => law.listing.in_force(day),
            None => law.listing.all().iter().collect(),
        };
        let rows = entries.iter().map(|entry| {
            let from = entry.from.map_or_else(|| "always".to_owned(), |from| from.to_string());
            [entry.name.clone(), from, entry.value.clone(), entry.source.clone()]
        });
        print(&super::table::text(&["what", "from", "value", "source"], &rows.collect::<Vec<_>>()))?;
        print(&format!("\nlaw {}, verified until {}, SHA-256 {}\n", law.name, law.verified_until, law.digest))?;
        Ok(SETTLED)
    }
}

/// The law in a file, or the program's own.
pub(super) fn read(path: Option<&PathBuf>) -> anyhow::Result<law::Law> {
    let Some(path) = path else {
        return law::Law::read(law::Law::BUILT_IN).map_err(|faults| anyhow::anyhow!(told("crp.toml", &faults)));
    };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("{name}: the law file can't be read"))?;
    law::Law::read(&text).map_err(|faults| {
        anyhow::anyhow!(
            "{}\nthe law file has faults; check it with `versement law --check {name}`",
            told(&name, &faults)
        )
    })
}

fn check(path: &PathBuf) -> anyhow::Result<u8> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("{name}: the law file can't be read"))?;
    match law::Law::read(&text) {
        Ok(law) => {
            print(&format!(
                "{name}: no fault; {} entries, verified until {}\n",
                law.listing.all().len(),
                law.verified_until
            ))?;
            Ok(SETTLED)
        }
        Err(faults) => {
            print(&(told(&name, &faults) + "\n"))?;
            Ok(NOTHING)
        }
    }
}

fn told(name: &str, faults: &[law::LawFault]) -> String {
    faults.iter().map(|fault| format!("{name}:{fault}")).collect::<Vec<_>>().join("\n")
}
