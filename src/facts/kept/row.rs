//! The row of `beneficiaries.csv` as it is kept.

use std::borrow::Cow;
use std::fmt;

use super::super::{Beneficiary, Pension, PensionCategory, Wage, WeeklyHours};
use super::{cents, day, place, put_span, take};
use crate::calendar::Span;
use crate::identity::{BeneficiaryId, Iban, Nir};
use crate::money::Rate;

/// A row of `beneficiaries.csv`, as bytes: equal rows have equal bytes.
///
/// A byte that says which of the fields are there that most rows lack, the numbers that each row has, those fields, then the lengths and
/// characters of NIR and account (length 0 where there is none), and the name. Numbers are little-endian. Whose row it is stands
/// beside it. No byte at all stands for a row that could never be read.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KeptRow<'a>(Cow<'a, [u8]>);

const HAS_ARE_DAYS: u8 = 1;
const HAS_NOTICE: u8 = 2;
const HAS_PENSION: u8 = 4;
const HAS_EARNED_WAGE: u8 = 8;
const IS_PART_TIME: u8 = 16;

impl<'a> KeptRow<'a> {
    /// A row.
    pub fn of(row: &Beneficiary<'_>) -> Self {
        let mut bytes = Vec::new();
        Self::put(&mut bytes, row);
        Self(Cow::Owned(bytes))
    }

    /// The row that some bytes are; `None` if they are none. Those of `known` are one: comparing bytes costs less than checking
    /// identifiers anew, and most rows are the same from month to month.
    pub fn from_bytes(bytes: &'a [u8], known: Option<&[u8]>) -> Option<Self> {
        let row = Self(Cow::Borrowed(bytes));
        (known == Some(bytes) || !row.was_read() || row.fields().is_some()).then_some(row)
    }

    /// Whether the row could be read in some run.
    pub fn was_read(&self) -> bool {
        !self.0.is_empty()
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Appends the bytes of a row.
    #[inline]
    pub fn put(out: &mut Vec<u8>, row: &Beneficiary<'_>) {
        let Beneficiary { nir, name, iban, procedure_date, contract_end, seniority_months, .. } = row;
        let (wage, days) = match row.wage {
            Wage::Stated(amount) => (amount, None),
            Wage::Earned { pay, days } => (pay, Some(days)),
        };
        let flag = |is_there: bool, flag: u8| if is_there { flag } else { 0 };
        let mut head = [0; 25];
        head[0] = flag(row.are_days.is_some(), HAS_ARE_DAYS)
            | flag(row.notice_daily.is_some(), HAS_NOTICE)
            | flag(row.pension.is_some(), HAS_PENSION)
            | flag(days.is_some(), HAS_EARNED_WAGE)
            | flag(row.part_time != Rate::ONE, IS_PART_TIME);
        head[1..5].copy_from_slice(&procedure_date.number().to_le_bytes());
        head[5..9].copy_from_slice(&contract_end.number().to_le_bytes());
        head[9..13].copy_from_slice(&seniority_months.to_le_bytes());
        head[13..17].copy_from_slice(&row.weekly_hours.0.to_le_bytes());
        head[17..].copy_from_slice(&wage.0.to_le_bytes());
        out.extend_from_slice(&head);
        if head[0] != 0 {
            put_optional(out, row, days);
        }
        with_length(out, |out| nir.write(out));
        with_length(out, |out| iban.iter().for_each(|iban| iban.write(out)));
        out.extend_from_slice(name.as_bytes());
    }

    /// The row of a beneficiary; `None` where it was never read.
    pub fn fact(&self, id: BeneficiaryId) -> Option<Beneficiary<'_>> {
        self.fields().map(|fields| Beneficiary { id, ..fields })
    }

    /// The account.
    pub fn iban(&self) -> Option<Iban> {
        self.fields()?.iban
    }

    /// The row of nobody.
    fn fields(&self) -> Option<Beneficiary<'_>> {
        let mut rest = &*self.0;
        let [flags] = take(&mut rest)?;
        let (procedure_date, contract_end) = (day(&mut rest)?, day(&mut rest)?);
        let seniority_months = u32::from_le_bytes(take(&mut rest)?);
        let weekly_hours = WeeklyHours(u32::from_le_bytes(take(&mut rest)?));
        let pay = cents(&mut rest)?;
        if flags & !(HAS_ARE_DAYS | HAS_NOTICE | HAS_PENSION | HAS_EARNED_WAGE | IS_PART_TIME) != 0 {
            return None;
        }
        let has = |flag: u8| flags & flag != 0;
        let part_time = match has(IS_PART_TIME) {
            true => Rate::from_billionths(i64::from_le_bytes(take(&mut rest)?)),
            false => Rate::ONE,
        };
        let are_days = if has(HAS_ARE_DAYS) { Some(u32::from_le_bytes(take(&mut rest)?)) } else { None };
        let notice_daily = if has(HAS_NOTICE) { Some(cents(&mut rest)?) } else { None };
        let wage = match has(HAS_EARNED_WAGE) {
            true => Wage::Earned { pay, days: u32::from_le_bytes(take(&mut rest)?) },
            false => Wage::Stated(pay),
        };
        let pension = if has(HAS_PENSION) { Some(pension(&mut rest)?) } else { None };
        let nir = Nir::new(text(&mut rest)?)?;
        let iban = match text(&mut rest)? {
            [] => None,
            iban => Some(Iban::new(iban)?),
        };
        let id = BeneficiaryId::new(b"0")?;
        let name = Cow::Borrowed(std::str::from_utf8(rest).ok()?);
        let row = Beneficiary {
            id,
            nir,
            name,
            iban,
            procedure_date,
            contract_end,
            seniority_months,
            wage,
            weekly_hours,
            part_time,
            are_days,
            notice_daily,
            pension,
        };
        Some(row)
    }
}

impl From<Vec<u8>> for KeptRow<'_> {
    /// Of the bytes that [`KeptRow::put`] wrote.
    fn from(bytes: Vec<u8>) -> Self {
        Self(Cow::Owned(bytes))
    }
}

impl fmt::Debug for KeptRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields().fmt(f)
    }
}

#[cold]
fn put_optional(out: &mut Vec<u8>, row: &Beneficiary<'_>, wage_days: Option<u32>) {
    let optional = |out: &mut Vec<u8>, bytes: Option<&[u8]>| out.extend_from_slice(bytes.unwrap_or_default());
    let part_time = Some(row.part_time).filter(|rate| *rate != Rate::ONE);
    optional(out, part_time.map(|rate| rate.billionths().to_le_bytes()).as_ref().map(<[u8; 8]>::as_slice));
    optional(out, row.are_days.map(u32::to_le_bytes).as_ref().map(<[u8; 4]>::as_slice));
    optional(out, row.notice_daily.map(|notice| notice.0.to_le_bytes()).as_ref().map(<[u8; 8]>::as_slice));
    optional(out, wage_days.map(u32::to_le_bytes).as_ref().map(<[u8; 4]>::as_slice));
    if let Some(Pension { category, monthly, span }) = row.pension {
        out.push(place(&CATEGORIES, category));
        out.extend_from_slice(&monthly.0.to_le_bytes());
        put_span(out, span);
    }
}

fn pension(bytes: &mut &[u8]) -> Option<Pension> {
    let [category] = take(bytes)?;
    let category = *CATEGORIES.get(usize::from(category))?;
    let (monthly, first, last) = (cents(bytes)?, day(bytes)?, day(bytes)?);
    Some(Pension { category, monthly, span: Span::new(first, last) })
}

const CATEGORIES: [PensionCategory; 4] =
    [PensionCategory::First, PensionCategory::Second, PensionCategory::Third, PensionCategory::Foreign];

fn text<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let [length] = take(bytes)?;
    let (text, rest) = bytes.split_at_checked(usize::from(length))?;
    *bytes = rest;
    Some(text)
}

/// Appends a text of a few characters behind its length.
#[inline]
fn with_length(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.push(0);
    write(out);
    // Identifiers have at most 34 characters.
    out[start] = u8::try_from(out.len() - start - 1).unwrap_or(u8::MAX);
}

#[cfg(test)]
#[allow(clippy::inconsistent_digit_grouping, reason = "euros and cents")]
mod tests {
    use super::*;
    use crate::calendar::Day;
    use crate::money::Cents;

    fn row() -> Beneficiary<'static> {
        Beneficiary {
            id: BeneficiaryId::new(b"B0001").unwrap(),
            nir: Nir::new(b"295109912611193").unwrap(),
            name: Cow::Borrowed("Vorela Tib\u{E9}"),
            iban: Iban::new(b"FR7630006000011234567890189"),
            procedure_date: Day::from_ymd(2009, 4, 5).unwrap(),
            contract_end: Day::from_ymd(2009, 5, 31).unwrap(),
            seniority_months: 60,
            wage: Wage::Stated(Cents(60_00)),
            weekly_hours: WeeklyHours(35_00),
            part_time: Rate::ONE,
            are_days: None,
            notice_daily: None,
            pension: None,
        }
    }

    #[test]
    fn a_row_is_read_as_it_was_put_with_and_without_what_may_be_absent() {
        let plain = row();
        let span = Span::open(Day::from_ymd(2009, 6, 10), None);
        let pension = Pension { category: PensionCategory::Foreign, monthly: Cents(450_00), span };
        let full = Beneficiary {
            wage: Wage::Earned { pay: Cents(21_900_00), days: 365 },
            are_days: Some(700),
            notice_daily: Some(Cents(7_50)),
            pension: Some(pension),
            part_time: Rate::from_billionths(574_000_000),
            iban: None,
            name: Cow::Borrowed(""),
            ..row()
        };
        for row in [plain, full] {
            let kept = KeptRow::of(&row);
            assert_eq!(kept.fact(row.id).as_ref(), Some(&row));
            assert_eq!(kept.iban(), row.iban);
            let bytes = kept.bytes();
            assert_eq!(KeptRow::from_bytes(bytes, None), Some(kept.clone()));
            // A name may end anywhere, as it may have any length.
            for cut in 1..bytes.len() - row.name.len() {
                assert_eq!(KeptRow::from_bytes(&bytes[..cut], None), None, "{cut}");
            }
        }
    }

    #[test]
    fn no_byte_at_all_is_a_row_that_was_never_read() {
        let never = KeptRow::from_bytes(&[], None).unwrap();
        assert_eq!((never.was_read(), never.fact(row().id), never.iban()), (false, None, None));
        assert!(KeptRow::of(&row()).was_read());
    }

    #[test]
    fn a_row_that_is_none_is_one_only_where_it_is_known() {
        let bytes = KeptRow::of(&row()).bytes().to_vec();
        for (at, byte) in [(0, 0x20), (4, 0x7F), (26, 0xC3), (43, b'-'), (bytes.len() - 1, 0x20)] {
            let mut other = bytes.clone();
            other[at] = byte;
            assert_eq!(KeptRow::from_bytes(&other, Some(&bytes)), None, "{byte} at {at}");
            assert!(KeptRow::from_bytes(&other, Some(&other)).is_some());
        }
    }
}
