use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, bail};
use clap::{Args, FromArgMatches, ValueEnum};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use toml::de::{DeTable, DeValue};

use super::explain::lang;
use super::{SETTLED, law, say};
use crate::calendar::{Day, Span};
use crate::explain::calendar_text;
use crate::explain::simulation::{Case, Job, calendar};
use crate::explain::words::{Lang, told};
use crate::facts::{Beneficiary, Event, EventKind, Pension, PensionCategory, Wage, WeeklyHours};
use crate::identity::{BeneficiaryId, Nir};
use crate::money::{Cents, Rate};

/// Works out a made-up case, month by month, from its first day to the end of the CRP and of the IDR.
///
/// The case comes from options, or from a file with the same keys. All months of the jobs are taken as proved. No export is
/// read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  versement simulate --procedure 2008-12-01 --contract-end 2008-12-31 --seniority 36 --sjr 60.00 --hours 35
  versement simulate --procedure 2008-12-01 --contract-end 2008-12-31 --seniority 36 --sjr 60.00 --hours 35 \
--event sickness:2009-02-01..2009-02-10 --job 2009-05-01:35:1200.00
  versement simulate --file case.toml --lang fr

Exit status: 0 worked out; 2 the case has faults, or is held.")]
pub(super) struct Simulate {
    #[command(flatten)]
    facts: Option<FactOptions>,
    /// A TOML file with the case: the options of the case as keys, without their dashes
    #[arg(long, value_name = "FILE", conflicts_with = "FactOptions")]
    file: Option<PathBuf>,
    /// A law file instead of the one in the program (see `versement law`)
    #[arg(long, value_name = "FILE")]
    law: Option<PathBuf>,
    /// Text for people or JSON for programs
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The language of the calendar
    #[arg(long, default_value = "en", value_parser = lang())]
    lang: Lang,
}

/// The case, as options or as the keys of a file.
#[derive(Debug, Args)]
struct FactOptions {
    /// The day on which the dismissal procedure was engaged
    #[arg(long, value_name = "DATE")]
    procedure: Day,
    /// The last day of the contract
    #[arg(long, value_name = "DATE")]
    contract_end: Day,
    /// Seniority in months
    #[arg(long, value_name = "MONTHS")]
    seniority: u32,
    /// Reference daily wage
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    sjr: Cents,
    /// Weekly hours of the lost job
    #[arg(long, value_name = "HOURS", value_parser = hours)]
    hours: WeeklyHours,
    /// Part-time ratio
    #[arg(long, value_name = "RATIO", value_parser = ratio)]
    part_time: Option<Rate>,
    /// Days of ARE, needed with less than 24 months of seniority
    #[arg(long, value_name = "N")]
    are_days: Option<u32>,
    /// Gross notice indemnity a day
    #[arg(long, value_name = "AMOUNT", value_parser = amount)]
    notice: Option<Cents>,
    /// Invalidity pension: category 1, 2, 3 or F, amount a month, days if not all
    #[arg(long, value_name = "CATEGORY:AMOUNT[:FROM..TO]", value_parser = pension)]
    pension: Option<Pension>,
    /// Something that may interrupt the ASR; may be given several times
    #[arg(long, value_name = "KIND:FROM..[TO]", value_parser = event)]
    event: Vec<Event>,
    /// A job: first day and, if it ends, last; hours a week; base pay a month; may be given several times
    #[arg(long, value_name = "FROM[..TO]:HOURS:BASE", value_parser = job)]
    job: Vec<Job>,
}

/// What is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Simulate {
    pub(super) fn carry_out(&self) -> anyhow::Result<u8> {
        let law = law::read(self.law.as_ref())?;
        let calendar = match (&self.file, &self.facts) {
            (Some(path), _) => calendar(&law, &read(path)?.case()?),
            (None, Some(facts)) => calendar(&law, &facts.case()?),
            (None, None) => {
                bail!("say the case by options (--procedure …) or by --file; see `versement simulate --help`")
            }
        };
        let calendar = calendar.map_err(|findings| {
            let told = findings.iter().filter(|finding| finding.code.entry().effect.holds()).map(|finding| {
                let (meaning, remedy) = told(finding.code, self.lang);
                format!("{}: {meaning}: \"{}\"; {remedy}", finding.code, finding.found)
            });
            anyhow::anyhow!("{}", told.collect::<Vec<_>>().join("\n"))
        })?;
        say(&match self.format {
            Format::Text => calendar_text(&calendar, self.lang),
            Format::Json => serde_json::to_string_pretty(&calendar)? + "\n",
        });
        Ok(SETTLED)
    }
}

impl FactOptions {
    fn case(&self) -> anyhow::Result<Case> {
        if self.contract_end < self.procedure {
            bail!("the contract ends before its procedure was engaged");
        }
        let mut jobs = self.job.clone();
        // The settlement takes jobs in the order of their employers' numbers, which follow this one.
        jobs.sort_by_key(|job| job.span.first);
        Ok(Case {
            beneficiary: Beneficiary {
                id: BeneficiaryId::new(b"CASE").context("the number of a case")?,
                nir: Nir::new(b"0").context("the NIR of a case")?,
                name: Cow::Borrowed("-"),
                iban: None,
                procedure_date: self.procedure,
                contract_end: self.contract_end,
                seniority_months: self.seniority,
                wage: Wage::Stated(self.sjr),
                weekly_hours: self.hours,
                part_time: self.part_time.unwrap_or(Rate::ONE),
                are_days: self.are_days,
                notice_daily: self.notice,
                pension: self.pension,
            },
            events: self.event.clone(),
            jobs,
        })
    }
}

/// A case file becomes the options that it stands for, so that both are read by the same parsers.
fn read(path: &Path) -> anyhow::Result<FactOptions> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("{name}: the case file can't be read"))?;
    let table = DeTable::parse(&text).map_err(|error| anyhow::anyhow!("{name}: {error}"))?;
    let mut arguments = vec!["case".to_owned()];
    for (key, value) in table.get_ref() {
        let values = match value.get_ref() {
            DeValue::Array(all) => all.iter().map(|one| plain(one.get_ref())).collect(),
            one => vec![plain(one)],
        };
        for value in values {
            let value =
                value.with_context(|| format!("{name}: {}: write a text, a number or a date", key.get_ref()))?;
            arguments.push(format!("--{}={value}", key.get_ref()));
        }
    }
    let command = FactOptions::augment_args(clap::Command::new("case").disable_help_flag(true));
    let matches = command.try_get_matches_from(arguments);
    let facts = matches.and_then(|matches| FactOptions::from_arg_matches(&matches));
    facts.map_err(|error| {
        let told = error.render().to_string();
        let first = told.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        anyhow::anyhow!("{name}: {first}")
    })
}

fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Datetime(day) => Some(day.to_string()),
        _ => None,
    }
}

/// Hundredths of a number with at most two decimals, above zero.
fn hundredths(text: &str) -> Option<i64> {
    let number = Decimal::from_str(text).ok().filter(|number| number.normalize().scale() <= 2)?;
    let number = number.checked_mul(Decimal::ONE_HUNDRED)?.to_i64()?;
    (1..=Cents::LARGEST.0).contains(&number).then_some(number)
}

fn amount(text: &str) -> Result<Cents, &'static str> {
    hundredths(text).map(Cents).ok_or("write euros and cents as 1234.56")
}

fn hours(text: &str) -> Result<WeeklyHours, &'static str> {
    let hours = hundredths(text).and_then(|hours| u32::try_from(hours).ok());
    hours.map(WeeklyHours).ok_or("write hours as 35 or 17.50")
}

fn ratio(text: &str) -> Result<Rate, &'static str> {
    let ratio = Decimal::from_str(text).ok().and_then(Rate::from_decimal);
    ratio.filter(|ratio| ratio.billionths() > 0).ok_or("write a ratio above 0, up to 1, as 0.8")
}

/// `FROM..TO`, `FROM..`, `..TO`.
fn span(text: &str) -> Option<Span> {
    let (first, last) = text.split_once("..")?;
    let end = |text: &str| if text.is_empty() { Some(None) } else { text.parse::<Day>().ok().map(Some) };
    let span = Span::open(end(first)?, end(last)?);
    (!span.is_empty()).then_some(span)
}

fn pension(text: &str) -> Result<Pension, &'static str> {
    let mut parts = text.splitn(3, ':');
    let mut read = || {
        let category = match parts.next()? {
            "1" => PensionCategory::First,
            "2" => PensionCategory::Second,
            "3" => PensionCategory::Third,
            "F" => PensionCategory::Foreign,
            _ => return None,
        };
        let monthly = hundredths(parts.next()?).map(Cents)?;
        let span = parts.next().map_or(Some(Span::open(None, None)), span)?;
        Some(Pension { category, monthly, span })
    };
    read().ok_or("write a pension as 2:450.00 or 2:450.00:2009-02-01..2009-04-30")
}

fn event(text: &str) -> Result<Event, String> {
    let read = text.split_once(':').and_then(|(kind, days)| {
        let kind = EventKind::named(kind.as_bytes()).filter(|kind| *kind != EventKind::Work)?;
        let span = span(days).filter(|span| span.first > Day::BEFORE_ALL)?;
        Some(Event { kind, span })
    });
    read.ok_or_else(|| {
        let kinds: Vec<_> = EventKind::ALL[1..].iter().map(|kind| kind.name()).collect();
        format!(
            "write an event as sickness:2009-02-01..2009-02-10, its end may be left out; kinds: {}",
            kinds.join(", ")
        )
    })
}

fn job(text: &str) -> Result<Job, &'static str> {
    let parts: Vec<_> = text.split(':').collect();
    let read = || {
        let [days, hours, base] = parts[..] else { return None };
        let days = if days.contains("..") { Cow::Borrowed(days) } else { Cow::Owned(format!("{days}..")) };
        let span = span(&days).filter(|span| span.first > Day::BEFORE_ALL)?;
        let hours = self::hours(hours).ok()?;
        Some(Job { span, weekly_hours: hours, base: hundredths(base).map(Cents)? })
    };
    read().ok_or("write a job as 2009-05-01:35:1200.00 or 2009-05-01..2009-07-15:35:1200.00")
}
