//! One row's cells as values; each fault becomes a finding with its place.

use std::borrow::Cow;

use super::fields::Fields;
use super::header::Header;
use super::rows::Row;
use super::values::{self, Unread};
use crate::anomaly::{Code, Effect, Finding, Place};
use crate::calendar::{Day, Month};
use crate::columns::Column;
use crate::facts::WeeklyHours;
use crate::identity::BeneficiaryId;
use crate::money::{Cents, Rate};

/// The cells of one row.
pub(super) struct Cells<'r, 's> {
    pub(super) header: &'s Header,
    pub(super) fields: &'s Fields,
    pub(super) bytes: &'r [u8],
    pub(super) row: Row,
    pub(super) id: Option<BeneficiaryId>,
    pub(super) findings: &'s mut Vec<Finding>,
    pub(super) refused: bool,
}

impl<'r> Cells<'r, '_> {
    /// The text of a field; empty where it is blank or its column is absent.
    pub(super) fn raw(&self, column: Column) -> &[u8] {
        match self.header.place(column) {
            Some(place) => self.fields.get(self.bytes, place),
            None => &[],
        }
    }

    /// Adds a finding about a column; `found` is its text.
    #[cold]
    pub(super) fn find(&mut self, code: Code, column: Column, detail: Option<&str>) {
        let found = self.header.dialect.encoding.decode(self.raw(column)).into_owned();
        self.find_text(code, Some(column), found, detail);
    }

    /// Adds a finding with a text of its own.
    #[cold]
    pub(super) fn find_text(&mut self, code: Code, column: Option<Column>, found: String, detail: Option<&str>) {
        let place = Place { export: self.header.export, line: self.row.line, column };
        let detail = detail.unwrap_or(code.entry().remedy);
        self.refused |= code.entry().effect == Effect::RowRefused;
        self.findings.push(Finding::with_detail(code, place, self.id, found, detail));
    }

    #[cold]
    fn unread(&mut self, column: Column, why: Unread, form: Code, detail: Option<&str>) {
        match why {
            Unread::Form => self.find(form, column, detail),
            Unread::Decimals => self.find(form, column, Some("write fewer decimals, amounts as 1234.56")),
            Unread::Negative => self.find(Code::OutOfRange, column, Some("it is below zero; correct the value")),
            Unread::TooLarge => self.find(Code::OutOfRange, column, Some("it is too large; correct the value")),
        }
    }

    /// Whether the field is blank; told as A101.
    pub(super) fn is_missing(&mut self, column: Column) -> bool {
        let missing = self.raw(column).is_empty();
        if missing {
            self.find(Code::MissingValue, column, None);
        }
        missing
    }

    fn decimal(&mut self, column: Column, decimals: usize, largest: i64, form: Code) -> Option<i64> {
        let text = self.raw(column);
        if text.is_empty() {
            return None;
        }
        match values::decimal(text, decimals, largest, self.header.dialect) {
            Ok(value) => Some(value),
            Err(why) => {
                let detail = (form == Code::Number).then_some("write a number such as 35.00 or 0.80");
                self.unread(column, why, form, detail);
                None
            }
        }
    }

    pub(super) fn amount(&mut self, column: Column) -> Option<Cents> {
        self.decimal(column, 2, Cents::LARGEST.0, Code::Amount).map(Cents)
    }

    pub(super) fn required_amount(&mut self, column: Column) -> Option<Cents> {
        if self.is_missing(column) { None } else { self.amount(column) }
    }

    /// R6.2 divides by the hours: they are above zero.
    pub(super) fn required_hours(&mut self, column: Column) -> Option<WeeklyHours> {
        if self.is_missing(column) {
            return None;
        }
        let hundredths = self.decimal(column, 2, 16_800, Code::Number)?;
        self.above_zero(column, hundredths)?;
        u32::try_from(hundredths).ok().map(WeeklyHours)
    }

    /// R3.3: 0 < p ≤ 1.
    pub(super) fn ratio(&mut self, column: Column) -> Option<Rate> {
        let billionths = self.decimal(column, 9, Rate::ONE.billionths(), Code::Number)?;
        self.above_zero(column, billionths).map(Rate::from_billionths)
    }

    pub(super) fn above_zero(&mut self, column: Column, value: i64) -> Option<i64> {
        if value == 0 {
            self.find(Code::OutOfRange, column, Some("it is zero; correct the value"));
        }
        (value != 0).then_some(value)
    }

    pub(super) fn whole(&mut self, column: Column, largest: u32) -> Option<u32> {
        let text = self.raw(column);
        if text.is_empty() {
            return None;
        }
        match values::whole(text, largest) {
            Ok(value) => Some(value),
            Err(why) => {
                self.unread(column, why, Code::Number, None);
                None
            }
        }
    }

    pub(super) fn date(&mut self, column: Column) -> Option<Day> {
        let text = self.raw(column);
        if text.is_empty() {
            return None;
        }
        let date = values::date(text);
        if date.is_none() {
            self.find(Code::Date, column, None);
        }
        date
    }

    pub(super) fn required_date(&mut self, column: Column) -> Option<Day> {
        if self.is_missing(column) { None } else { self.date(column) }
    }

    pub(super) fn required_month(&mut self, column: Column) -> Option<Month> {
        if self.is_missing(column) {
            return None;
        }
        let month = values::month(self.raw(column));
        if month.is_none() {
            self.find(Code::Date, column, None);
        }
        month
    }

    /// The field as text, borrowed from the row where nothing in it had to change.
    pub(super) fn text(&self, column: Column) -> Cow<'r, str> {
        let field = self.header.place(column).map(|place| self.fields.get_owned(self.bytes, place));
        let encoding = self.header.dialect.encoding;
        match field {
            Some(Cow::Borrowed(bytes)) => encoding.decode(bytes),
            Some(Cow::Owned(bytes)) => Cow::Owned(encoding.decode(&bytes).into_owned()),
            None => Cow::Borrowed(""),
        }
    }
}
