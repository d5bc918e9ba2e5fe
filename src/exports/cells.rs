//! One row's cells as values; each fault becomes a finding with its place.

use std::borrow::Cow;

use super::fields::Fields;
use super::header::Header;
use super::rows::Row;
use super::values::{self, Unread};
use crate::anomaly::{Code, Effect, Finding, Place, shortened};
use crate::calendar::{Day, Month};
use crate::columns::Column;
use crate::facts::WeeklyHours;
use crate::identity::BeneficiaryId;
use crate::money::{Cents, Rate};

/// A kind of decimal number: its decimals, its largest value in its smallest unit, and the code of a number of another form.
#[derive(Clone, Copy)]
struct Decimal {
    decimals: usize,
    largest: i64,
    form: Code,
}

const AMOUNT: Decimal = Decimal { decimals: 2, largest: Cents::LARGEST.0, form: Code::Amount };
/// Hours above what a week has are read too: A306 holds them.
const HOURS: Decimal = Decimal { decimals: 2, largest: 999_999, form: Code::Number };
const RATIO: Decimal = Decimal { decimals: 9, largest: Rate::ONE.billionths(), form: Code::Number };

/// The cells of one row.
pub(super) struct Cells<'r, 's> {
    pub(super) header: &'s Header,
    pub(super) fields: &'s Fields,
    pub(super) bytes: &'r [u8],
    /// What the places of fields point into: `bytes`, or their rewritten texts.
    pub(super) base: &'s [u8],
    /// The row as UTF-8, once it is known to be that.
    pub(super) text: Option<&'r str>,
    pub(super) row: Row,
    pub(super) id: Option<BeneficiaryId>,
    pub(super) findings: &'s mut Vec<Finding>,
    pub(super) refused: bool,
}

impl<'r, 's> Cells<'r, 's> {
    /// The text of a field; empty where it is blank or its column is absent.
    #[inline]
    pub(super) fn raw(&self, column: Column) -> &'s [u8] {
        self.fields.get(self.base, self.header.place_or_none(column))
    }

    /// Adds a finding about a column; `found` is its text.
    #[cold]
    pub(super) fn find(&mut self, code: Code, column: Column, detail: Option<&'static str>) {
        let found = shortened(self.header.dialect.encoding.decode(self.raw(column)).into_owned());
        self.find_text(code, Some(column), found, detail);
    }

    /// Adds a finding with a text of its own.
    #[cold]
    pub(super) fn find_text(
        &mut self,
        code: Code,
        column: Option<Column>,
        found: String,
        detail: Option<&'static str>,
    ) {
        let place = Place { export: self.header.export, line: self.row.line, column };
        let detail = detail.unwrap_or(code.entry().remedy);
        self.refused |= code.entry().effect == Effect::RowRefused;
        self.findings.push(Finding::with_detail(code, place, self.id, found, detail));
    }

    #[cold]
    fn unread(
        &mut self,
        column: Column,
        why: Unread,
        form: Code,
        detail: Option<&'static str>,
        decimals: &'static str,
    ) {
        match why {
            Unread::Form => self.find(form, column, detail),
            Unread::Decimals if form == Code::Amount => self.find(form, column, Some("write two decimals, as 1234.56")),
            Unread::Decimals => self.find(form, column, Some(decimals)),
            Unread::Negative => self.find(Code::OutOfRange, column, Some("it is below zero; correct the value")),
            Unread::TooLarge => self.find(Code::OutOfRange, column, Some("it is too large; correct the value")),
        }
    }

    /// A field that must not be blank; a blank one is told as A101.
    #[inline]
    pub(super) fn required(&mut self, column: Column) -> Option<&'s [u8]> {
        let text = self.raw(column);
        if text.is_empty() {
            self.find(Code::MissingValue, column, None);
            return None;
        }
        Some(text)
    }

    /// A field that may be blank.
    #[inline]
    fn optional(&self, column: Column) -> Option<&'s [u8]> {
        Some(self.raw(column)).filter(|text| !text.is_empty())
    }

    #[inline]
    fn decimal(&mut self, text: &[u8], column: Column, kind: Decimal) -> Option<i64> {
        match values::decimal(text, kind.decimals, kind.largest, self.header.dialect) {
            Ok(value) => Some(value),
            Err(why) => {
                let detail = (kind.form == Code::Number).then_some("write a number such as 35.00 or 0.80");
                self.unread(column, why, kind.form, detail, "write fewer decimals");
                None
            }
        }
    }

    pub(super) fn amount(&mut self, column: Column) -> Option<Cents> {
        let text = self.optional(column)?;
        self.decimal(text, column, AMOUNT).map(Cents)
    }

    pub(super) fn required_amount(&mut self, column: Column) -> Option<Cents> {
        let text = self.required(column)?;
        self.decimal(text, column, AMOUNT).map(Cents)
    }

    /// R6.2 divides by the hours: they are above zero.
    pub(super) fn required_hours(&mut self, column: Column) -> Option<WeeklyHours> {
        let text = self.required(column)?;
        let hundredths = self.decimal(text, column, HOURS)?;
        self.above_zero(column, hundredths)?;
        u32::try_from(hundredths).ok().map(WeeklyHours)
    }

    /// A number with up to two decimals, in hundredths.
    pub(super) fn required_hundredths(&mut self, column: Column, largest: i64) -> Option<u32> {
        let text = self.required(column)?;
        let hundredths = self.decimal(text, column, Decimal { largest, ..HOURS })?;
        u32::try_from(hundredths).ok()
    }

    /// R3.3: 0 < p ≤ 1.
    pub(super) fn ratio(&mut self, column: Column) -> Option<Rate> {
        let text = self.optional(column)?;
        let billionths = self.decimal(text, column, RATIO)?;
        self.above_zero(column, billionths).map(Rate::from_billionths)
    }

    #[inline]
    pub(super) fn above_zero(&mut self, column: Column, value: i64) -> Option<i64> {
        if value == 0 {
            self.find(Code::OutOfRange, column, Some("it is zero; correct the value"));
            return None;
        }
        Some(value)
    }

    pub(super) fn whole(&mut self, column: Column, largest: u32) -> Option<u32> {
        let text = self.optional(column)?;
        self.whole_of(text, column, largest)
    }

    pub(super) fn required_whole(&mut self, column: Column, largest: u32) -> Option<u32> {
        let text = self.required(column)?;
        self.whole_of(text, column, largest)
    }

    fn whole_of(&mut self, text: &[u8], column: Column, largest: u32) -> Option<u32> {
        match values::whole(text, largest) {
            Ok(value) => Some(value),
            Err(why) => {
                self.unread(column, why, Code::Number, None, "write a whole number, without decimals");
                None
            }
        }
    }

    pub(super) fn date(&mut self, column: Column) -> Option<Day> {
        let text = self.optional(column)?;
        self.date_of(text, column)
    }

    pub(super) fn required_date(&mut self, column: Column) -> Option<Day> {
        let text = self.required(column)?;
        self.date_of(text, column)
    }

    #[inline]
    fn date_of(&mut self, text: &[u8], column: Column) -> Option<Day> {
        let date = values::date(text);
        if date.is_none() {
            self.find(Code::Date, column, None);
        }
        date
    }

    pub(super) fn required_month(&mut self, column: Column) -> Option<Month> {
        let month = values::month(self.required(column)?);
        if month.is_none() {
            self.find(Code::Date, column, None);
        }
        month
    }

    /// The field as text, borrowed from the row where nothing in it had to change.
    pub(super) fn text(&self, column: Column) -> Cow<'r, str> {
        let unchanged = self.text.filter(|_| !self.fields.are_rewritten()).and_then(|text| {
            let bounds = self.fields.bounds(self.header.place_or_none(column))?;
            text.get(bounds).map(|field| field.trim_matches([' ', '\t']))
        });
        match unchanged {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.header.dialect.encoding.decode(self.raw(column)).into_owned()),
        }
    }
}
