//! The values of the law data: each is read, or its fault is told with its line and column.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::calendar::Day;
use crate::facts::WeeklyHours;
use crate::law::listing::Listed;
use crate::money::{Cents, Rate};

/// A fault of the law data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LawFault {
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for LawFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) faults: Vec<LawFault>,
    pub(super) listing: Vec<Listed>,
    pub(super) verified_until: Day,
}

/// The largest amount of a law. With [`most`] it bounds what anybody can be paid, so that no sum over a fund overflows: see
/// docs/RELIABILITY.md.
const LARGEST: Cents = Cents(10_000_000);

/// The largest whole number under a key.
fn most(key: &str) -> u32 {
    match key {
        "months" | "idr_months" => 120,
        "wage_days" => 366,
        "wage_ceiling_multiple" | "notice_ceiling_multiple" => 100,
        "notice_months" | "not_proposed_months" => 24,
        "dif_hours" => 240,
        _ => 10_000,
    }
}

/// One entry of a table, and where it stands.
pub(super) struct Row<'a> {
    pub(super) table: &'a DeTable<'a>,
    pub(super) span: Range<usize>,
}

impl Reader<'_> {
    pub(super) fn fault(&mut self, span: Range<usize>, message: String) {
        let before = &self.text[..span.start.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        self.faults.push(LawFault { line, column, message });
    }

    pub(super) fn rows<'a>(&mut self, root: &Row<'a>, table: &str) -> Vec<Row<'a>> {
        let Some(value) = root.table.get(table) else {
            self.fault(0..0, format!("the table `{table}` is missing"));
            return Vec::new();
        };
        let DeValue::Array(array) = value.get_ref() else {
            self.fault(value.span(), format!("write `{table}` as [[{table}]] entries"));
            return Vec::new();
        };
        let mut rows = Vec::new();
        for entry in array {
            match entry.get_ref() {
                DeValue::Table(table) => rows.push(Row { table, span: entry.span() }),
                _ => self.fault(entry.span(), format!("an entry of `{table}` is not a table")),
            }
        }
        rows
    }

    /// What every dated entry has: its day and its source; lists the entry for people.
    pub(super) fn dated(&mut self, row: &Row<'_>, table: &str, keys: &[&str]) -> Option<(Day, String)> {
        let known: Vec<&str> = ["from", "source"].into_iter().chain(keys.iter().copied()).collect();
        self.only_keys(row, &known);
        let (from, source) = (self.day(row, "from"), self.text(row, "source"));
        let (from, source) = (from?, source?);
        let told_apart = ["regime", "kind"].into_iter().find_map(|key| row.table.get(key)?.get_ref().as_str());
        let name = [table.to_owned()].into_iter().chain(told_apart.map(str::to_owned));
        let values = keys.iter().filter(|key| !matches!(**key, "regime" | "kind")).filter_map(|key| {
            let value = plain(row.table.get(*key)?.get_ref());
            Some(if *key == "value" { value } else { format!("{key} {value}") })
        });
        self.listing.push(Listed {
            name: name.collect::<Vec<_>>().join(" "),
            from: Some(from),
            value: values.collect::<Vec<_>>().join(", "),
            source: source.clone(),
        });
        Some((from, source))
    }

    pub(super) fn only_keys(&mut self, row: &Row<'_>, known: &[&str]) {
        for (key, _) in row.table {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                self.fault(key.span(), format!("unknown key `{name}`; known here are {}", known.join(", ")));
            }
        }
    }

    pub(super) fn get<'a>(&mut self, row: &Row<'a>, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        let value = row.table.get(key);
        if value.is_none() {
            self.fault(row.span.clone(), format!("the key `{key}` is missing"));
        }
        value
    }

    pub(super) fn text(&mut self, row: &Row<'_>, key: &str) -> Option<String> {
        let value = self.get(row, key)?;
        let text = value.get_ref().as_str().map(str::trim).filter(|text| !text.is_empty());
        if text.is_none() {
            self.fault(value.span(), format!("`{key}` is not a text, or an empty one"));
        }
        text.map(str::to_owned)
    }

    pub(super) fn texts(&mut self, row: &Row<'_>, key: &str) -> Vec<String> {
        let Some(value) = row.table.get(key) else { return Vec::new() };
        let texts = value.get_ref().as_array().map(|array| {
            array.iter().map(|text| text.get_ref().as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        texts.flatten().unwrap_or_else(|| {
            self.fault(value.span(), format!("`{key}` is not a list of texts"));
            Vec::new()
        })
    }

    /// Which of the known words stands there.
    pub(super) fn word(&mut self, row: &Row<'_>, key: &str, known: &[&str]) -> Option<usize> {
        let value = self.get(row, key)?;
        let found = value.get_ref().as_str().and_then(|word| known.iter().position(|known| *known == word));
        if found.is_none() {
            let message = format!("`{key}` is {}; the program knows {}", plain(value.get_ref()), known.join(", "));
            self.fault(value.span(), message);
        }
        found
    }

    pub(super) fn flag(&mut self, row: &Row<'_>, key: &str) -> Option<bool> {
        let value = self.get(row, key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.fault(value.span(), format!("`{key}` is neither true nor false"));
        }
        flag
    }

    pub(super) fn day(&mut self, row: &Row<'_>, key: &str) -> Option<Day> {
        let value = self.get(row, key)?;
        let day = match value.get_ref() {
            DeValue::Datetime(datetime) if datetime.time.is_none() && datetime.offset.is_none() => datetime
                .date
                .and_then(|date| Day::from_ymd(i32::from(date.year), u32::from(date.month), u32::from(date.day))),
            _ => None,
        };
        if day.is_none() {
            self.fault(value.span(), format!("`{key}` is not a day; write it as 2009-05-31, without quotes"));
        }
        day
    }

    pub(super) fn whole(&mut self, row: &Row<'_>, key: &str) -> Option<u32> {
        let value = self.get(row, key)?;
        let whole = value
            .get_ref()
            .as_integer()
            .and_then(|integer| u32::from_str_radix(integer.as_str(), integer.radix()).ok())
            .filter(|whole| (1..=most(key)).contains(whole));
        if whole.is_none() {
            self.fault(value.span(), format!("`{key}` is not a whole number from 1 to {}", most(key)));
        }
        whole
    }

    pub(super) fn is_unknown(&self, row: &Row<'_>, key: &str) -> bool {
        row.table.get(key).and_then(|value| value.get_ref().as_str()) == Some("unknown")
    }

    pub(super) fn cents(&mut self, row: &Row<'_>, key: &str) -> Option<Cents> {
        let cents = |amount: Decimal| {
            let cents = amount.checked_mul(Decimal::ONE_HUNDRED).filter(Decimal::is_integer)?.to_i64()?;
            (0..=LARGEST.0).contains(&cents).then_some(Cents(cents))
        };
        self.decimal(row, key, "an amount such as \"26.66\", in quotes, up to 100000.00", cents)
    }

    pub(super) fn hours(&mut self, row: &Row<'_>, key: &str) -> Option<WeeklyHours> {
        let hours = |hours: Decimal| {
            let hundredths = hours.checked_mul(Decimal::ONE_HUNDRED).filter(Decimal::is_integer)?.to_u32()?;
            (1..=16_800).contains(&hundredths).then_some(WeeklyHours(hundredths))
        };
        self.decimal(row, key, "weekly hours such as \"48.00\", in quotes", hours)
    }

    pub(super) fn rate(&mut self, row: &Row<'_>, key: &str) -> Option<Rate> {
        self.decimal(row, key, "a rate from 0 to 1 such as \"0.574\", in quotes", Rate::from_decimal)
    }

    pub(super) fn decimal<T>(
        &mut self,
        row: &Row<'_>,
        key: &str,
        wanted: &str,
        read: impl Fn(Decimal) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(row, key)?;
        let digits = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let text = value.get_ref().as_str().filter(digits);
        let found = text.and_then(|text| Decimal::from_str(text).ok()).and_then(read);
        if found.is_none() {
            self.fault(value.span(), format!("`{key}` is {}; write {wanted}", plain(value.get_ref())));
        }
        found
    }
}

fn plain(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(integer) => integer.as_str().to_owned(),
        DeValue::Float(float) => float.as_str().to_owned(),
        DeValue::Boolean(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        DeValue::Datetime(datetime) => datetime.to_string(),
        DeValue::Array(array) => array.iter().map(|value| plain(value.get_ref())).collect::<Vec<_>>().join(" and "),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
