//! Aligned rows, and how amounts and days look to a person.

use super::words::{Lang, Word};
use crate::calendar::{Day, Month, Span};
use crate::identity::Siret;

/// A label, a value to the right, a remark, and the rules.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) value: String,
    pub(super) note: String,
    pub(super) rules: &'static str,
}

/// The employer as its number; what is no number of 14 digits is not told.
pub(super) fn employer(siret: Siret) -> String {
    if siret.number() < 100_000_000_000_000 { format!("{:014}", siret.number()) } else { "?".to_owned() }
}

/// How a language writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style(pub(super) Lang);

impl Style {
    pub(super) fn word(self, word: Word) -> &'static str {
        word.in_lang(self.0)
    }

    /// French sets a space before it.
    pub(super) fn colon(self) -> &'static str {
        match self.0 {
            Lang::En => ": ",
            Lang::Fr => " : ",
        }
    }

    /// An amount or a rate: with a point in English, a comma in French.
    pub(super) fn number(self, number: impl std::fmt::Display) -> String {
        match self.0 {
            Lang::En => number.to_string(),
            Lang::Fr => number.to_string().replace('.', ","),
        }
    }

    pub(super) fn day(self, day: Day) -> String {
        let iso = day.to_string();
        match (self.0, iso.split('-').collect::<Vec<_>>().as_slice()) {
            (Lang::Fr, [year, month, day]) => format!("{day}/{month}/{year}"),
            _ => iso,
        }
    }

    pub(super) fn month(self, month: Month) -> String {
        let iso = month.to_string();
        match (self.0, iso.split_once('-')) {
            (Lang::Fr, Some((year, month))) => format!("{month}/{year}"),
            _ => iso,
        }
    }

    pub(super) fn span(self, span: Span) -> String {
        match (span.first > Day::BEFORE_ALL, span.last < Day::AFTER_ALL) {
            (true, true) => format!("{} {} {}", self.day(span.first), self.word(Word::To), self.day(span.last)),
            (true, false) => format!("{} {}", self.word(Word::Since), self.day(span.first)),
            (false, true) => format!("{} {}", self.word(Word::Until), self.day(span.last)),
            (false, false) => String::new(),
        }
    }
}

/// Rows below each other, indented by `indent`.
pub(super) fn aligned(rows: &[Row], indent: usize) -> String {
    let wide = |of: fn(&Row) -> &String| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or_default();
    let (label, value) = (wide(|row| &row.label), wide(|row| &row.value));
    let mut out = String::new();
    for row in rows {
        let mut line = format!("{:indent$}{:<label$}  {:>value$}", "", row.label, row.value);
        if !row.note.is_empty() {
            line += &format!("  {}", row.note);
        }
        if !row.rules.is_empty() {
            line += &format!("  [{}]", row.rules);
        }
        out += line.trim_end();
        out.push('\n');
    }
    out
}
