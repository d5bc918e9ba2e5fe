//! One row's cells as values; each fault becomes a finding with its place.

use std::borrow::Cow;
use std::ops::Range;

use super::fields::{Field, Fields};
use super::header::Header;
use super::rows::Row;
use super::values::{self, Unread};
use crate::anomaly::{Code, Effect, Finding, Place, shortened};
use crate::bytes::digits_of_word;
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
    /// A text in which the row stands, once it is known to be UTF-8, and where it begins there.
    pub(super) text: Option<&'r str>,
    pub(super) text_from: usize,
    pub(super) row: &'s Row,
    pub(super) id: &'s Option<BeneficiaryId>,
    pub(super) findings: &'s mut Vec<Finding>,
    pub(super) refused: bool,
}

impl<'r, 's> Cells<'r, 's> {
    /// The text of a field; empty where it is blank or its column is absent.
    #[inline]
    pub(super) fn raw(&self, column: Column) -> &'s [u8] {
        self.field(column).trimmed()
    }

    /// The same with its outer spaces. What has the usual form of its kind has none, so that nobody has to look for them; all
    /// else is read without them.
    #[inline]
    pub(super) fn field(&self, column: Column) -> Field<'s> {
        self.fields.get(self.base, column)
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
        self.findings.push(Finding::with_detail(code, place, *self.id, found, detail));
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

    /// Whether a field is blank; a blank one that is required is told as A101.
    #[inline]
    fn is_blank(&mut self, column: Column, required: bool) -> bool {
        let blank = self.raw(column).is_empty();
        if blank && required {
            self.find(Code::MissingValue, column, None);
        }
        blank
    }

    /// A decimal number: at once where it has the form of nearly all.
    #[inline]
    fn decimal(&mut self, field: Field<'s>, column: Column, kind: Decimal, required: bool) -> Option<i64> {
        match field.digits().and_then(|word| values::two_decimals(word, field.len())) {
            Some(value) if kind.decimals == 2 && value <= kind.largest => Some(value),
            _ => self.decimal_of_other_form(column, kind, required),
        }
    }

    #[inline(never)]
    fn decimal_of_other_form(&mut self, column: Column, kind: Decimal, required: bool) -> Option<i64> {
        let field = self.field(column);
        let short = |word| values::short_decimal(word, field.len(), kind.decimals, kind.largest);
        if let Some(value) = field.digits().and_then(short) {
            return Some(value);
        }
        if self.is_blank(column, required) {
            return None;
        }
        match values::decimal(self.raw(column), kind.decimals, kind.largest, self.header.dialect) {
            Ok(value) => Some(value),
            Err(why) => {
                let detail = (kind.form == Code::Number).then_some("write a number such as 35.00 or 0.80");
                self.unread(column, why, kind.form, detail, "write fewer decimals");
                None
            }
        }
    }

    #[inline]
    pub(super) fn amount(&mut self, column: Column) -> Option<Cents> {
        let field = self.field(column);
        if field.is_empty() {
            return None;
        }
        self.decimal(field, column, AMOUNT, false).map(Cents)
    }

    #[inline]
    pub(super) fn required_amount(&mut self, column: Column) -> Option<Cents> {
        self.decimal(self.field(column), column, AMOUNT, true).map(Cents)
    }

    /// R6.2 divides by the hours: they are above zero.
    #[inline]
    pub(super) fn required_hours(&mut self, column: Column) -> Option<WeeklyHours> {
        let hundredths = self.decimal(self.field(column), column, HOURS, true)?;
        self.above_zero(column, hundredths)?;
        u32::try_from(hundredths).ok().map(WeeklyHours)
    }

    /// A number with up to two decimals, in hundredths.
    pub(super) fn required_hundredths(&mut self, column: Column, largest: i64) -> Option<u32> {
        let hundredths = self.decimal(self.field(column), column, Decimal { largest, ..HOURS }, true)?;
        u32::try_from(hundredths).ok()
    }

    /// R3.3: 0 < p ≤ 1.
    #[inline]
    pub(super) fn ratio(&mut self, column: Column) -> Option<Rate> {
        if self.field(column).is_empty() {
            return None;
        }
        let billionths = self.decimal_of_other_form(column, RATIO, false)?;
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

    #[inline]
    pub(super) fn whole(&mut self, column: Column, largest: u32) -> Option<u32> {
        let field = self.field(column);
        if field.is_empty() {
            return None;
        }
        self.whole_of(field, column, largest, false)
    }

    #[inline]
    pub(super) fn required_whole(&mut self, column: Column, largest: u32) -> Option<u32> {
        self.whole_of(self.field(column), column, largest, true)
    }

    #[inline]
    fn whole_of(&mut self, field: Field<'s>, column: Column, largest: u32, required: bool) -> Option<u32> {
        let value = field.digits().and_then(digits_of_word).and_then(|value| u32::try_from(value).ok());
        match value {
            Some(value) if value <= largest => Some(value),
            _ => self.whole_of_other_form(column, largest, required),
        }
    }

    #[inline(never)]
    fn whole_of_other_form(&mut self, column: Column, largest: u32, required: bool) -> Option<u32> {
        if self.is_blank(column, required) {
            return None;
        }
        match values::whole(self.raw(column), largest) {
            Ok(value) => Some(value),
            Err(why) => {
                self.unread(column, why, Code::Number, None, "write a whole number, without decimals");
                None
            }
        }
    }

    #[inline]
    pub(super) fn date(&mut self, column: Column) -> Option<Day> {
        let field = self.field(column);
        if field.is_empty() {
            return None;
        }
        self.date_of(field, column, false)
    }

    #[inline]
    pub(super) fn required_date(&mut self, column: Column) -> Option<Day> {
        self.date_of(self.field(column), column, true)
    }

    #[inline]
    fn date_of(&mut self, field: Field<'s>, column: Column, required: bool) -> Option<Day> {
        match field.exactly().and_then(values::iso_date) {
            None => self.date_of_other_form(column, required),
            day => day,
        }
    }

    #[inline(never)]
    fn date_of_other_form(&mut self, column: Column, required: bool) -> Option<Day> {
        if self.is_blank(column, required) {
            return None;
        }
        let date = values::date(self.raw(column));
        if date.is_none() {
            self.find(Code::Date, column, None);
        }
        date
    }

    #[inline]
    pub(super) fn required_month(&mut self, column: Column) -> Option<Month> {
        match self.field(column).exactly().and_then(values::iso_month) {
            None => self.month_of_other_form(column),
            month => month,
        }
    }

    #[inline(never)]
    fn month_of_other_form(&mut self, column: Column) -> Option<Month> {
        let month = values::month(self.required(column)?);
        if month.is_none() {
            self.find(Code::Date, column, None);
        }
        month
    }

    /// The field as text, borrowed from the row where nothing in it had to change.
    pub(super) fn text(&self, column: Column) -> Cow<'r, str> {
        let unchanged = self.text.filter(|_| !self.fields.are_rewritten()).and_then(|text| {
            let Range { mut start, mut end } = self.fields.bounds(column);
            while start < end && matches!(self.bytes.get(start), Some(b' ' | b'\t')) {
                start += 1;
            }
            while start < end && matches!(self.bytes.get(end - 1), Some(b' ' | b'\t')) {
                end -= 1;
            }
            text.get(self.text_from + start..self.text_from + end)
        });
        match unchanged {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(self.header.dialect.encoding.decode(self.raw(column)).into_owned()),
        }
    }
}
