//! The bytes of what is kept of a beneficiary: fields one after the other, numbers as short as they are.

use std::borrow::Cow;

use crate::calendar::{Day, Month, Span};
use crate::columns::Export;
use crate::facts::{
    Beneficiary, Earning, Event, EventKind, Facts, Opening, Pension, PensionCategory, Wage, WeeklyHours,
};
use crate::identity::{BeneficiaryId, Iban, Nir, Siret};
use crate::money::{Cents, Rate};
use crate::revision::{Claim, Kept, Kind, Positions, Unread};
use crate::varint;

/// Appends what is kept of a beneficiary.
pub fn encode(out: &mut Vec<u8>, kept: &Kept<'_>) {
    encode_beside(out, kept, None);
}

/// As [`encode`]; `row` is the row of the beneficiary as [`put_row`] wrote it, where that is known.
pub(super) fn encode_beside(out: &mut Vec<u8>, kept: &Kept<'_>, row: Option<&[u8]>) {
    let start = out.len();
    out.extend_from_slice(&[0; 2]);
    debug_assert!(row.is_none_or(|row| {
        let mut written = Vec::new();
        kept.facts.beneficiary.put(&mut written);
        written == row
    }));
    match row {
        Some(row) => out.extend_from_slice(row),
        None => kept.facts.beneficiary.put(out),
    }
    // A name has at most 70 characters: the row is far shorter than what two bytes can tell.
    let length = u16::try_from(out.len() - start - 2).unwrap_or(u16::MAX);
    out[start..start + 2].copy_from_slice(&length.to_le_bytes());
    kept.facts.events.put(out);
    kept.facts.earnings.put(out);
    kept.opening.put(out);
    kept.claims.put(out);
    kept.opened.put(out);
    kept.unsettled.put(out);
    kept.unread.put(out);
    kept.paid.put(out);
    kept.over_since.put(out);
    kept.positions.put(out);
}

/// Appends the row of a beneficiary as it is kept.
pub fn put_row(out: &mut Vec<u8>, row: &Beneficiary<'_>) {
    row.put(out);
}

/// A row of today's, and the same as it would be kept.
#[derive(Clone, Copy, Debug)]
pub struct Today<'t, 'a> {
    /// The row.
    pub fact: &'t Beneficiary<'a>,
    /// What [`put_row`] makes of it.
    pub bytes: &'t [u8],
}

/// Reads what is kept of a beneficiary; `None` if the bytes are no such thing.
pub fn decode(bytes: &[u8]) -> Option<Kept<'_>> {
    decode_beside(bytes, None).filter(|kept| kept.positions.is_whole())
}

/// As [`decode`], but a row with the bytes of today's is today's, as most rows are the same from month to month and comparing
/// bytes costs less than checking identifiers anew; and positions are not read through: the program wrote them itself, and
/// compares the file with its digest.
pub(super) fn decode_beside<'a>(bytes: &'a [u8], today: Option<Today<'_, 'a>>) -> Option<Kept<'a>> {
    let (mut row, mut rest) = split_row(bytes)?;
    let beneficiary = match today.filter(|today| today.bytes == row) {
        Some(today) => today.fact.clone(),
        None => Beneficiary::take(&mut row).filter(|_| row.is_empty())?,
    };
    let rest = &mut rest;
    let facts = Facts { beneficiary, events: Field::take(rest)?, earnings: Field::take(rest)? };
    Some(Kept {
        facts,
        opening: Field::take(rest)?,
        claims: Field::take(rest)?,
        opened: Field::take(rest)?,
        unsettled: Field::take(rest)?,
        unread: Field::take(rest)?,
        paid: Field::take(rest)?,
        over_since: Field::take(rest)?,
        positions: Positions::from_bytes(rest)?,
    })
}

/// The row of the beneficiary, and what is behind it.
fn split_row(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))
}

/// A value and its bytes.
trait Field<'a>: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn take(bytes: &mut &'a [u8]) -> Option<Self>;
}

impl Field<'_> for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        varint::put(out, *self);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        varint::take(bytes)
    }
}

impl Field<'_> for i64 {
    fn put(&self, out: &mut Vec<u8>) {
        varint::put_signed(out, *self);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        varint::take_signed(bytes)
    }
}

impl Field<'_> for u32 {
    fn put(&self, out: &mut Vec<u8>) {
        u64::from(*self).put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        u64::take(bytes)?.try_into().ok()
    }
}

impl Field<'_> for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        match u64::take(bytes)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<'a> Field<'a> for &'a [u8] {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        out.extend_from_slice(self);
    }

    fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        let length = usize::try_from(u64::take(bytes)?).ok()?;
        let (text, rest) = bytes.split_at_checked(length)?;
        *bytes = rest;
        Some(text)
    }
}

impl<'a> Field<'a> for Cow<'a, str> {
    fn put(&self, out: &mut Vec<u8>) {
        self.as_bytes().put(out);
    }

    fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        std::str::from_utf8(<&[u8]>::take(bytes)?).ok().map(Cow::Borrowed)
    }
}

impl<'a, T: Field<'a>> Field<'a> for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        Some(if bool::take(bytes)? { Some(T::take(bytes)?) } else { None })
    }
}

impl<'a, T: Field<'a>> Field<'a> for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        self.iter().for_each(|value| value.put(out));
    }

    fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        let length = usize::try_from(u64::take(bytes)?).ok()?;
        // Each value takes a byte at least: a length out of nowhere must not take memory.
        if length > bytes.len() {
            return None;
        }
        let mut values = Self::with_capacity(length);
        for _ in 0..length {
            values.push(T::take(bytes)?);
        }
        Some(values)
    }
}

impl<'a, A: Field<'a>, B: Field<'a>> Field<'a> for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(bytes: &mut &'a [u8]) -> Option<Self> {
        Some((A::take(bytes)?, B::take(bytes)?))
    }
}

/// Values that are kept as another one.
macro_rules! kept_as {
    ($($value:ty as $other:ty: $to:expr, $from:expr;)*) => {
        $(impl<'a> Field<'a> for $value {
            fn put(&self, out: &mut Vec<u8>) {
                let to: fn(&$value) -> $other = $to;
                to(self).put(out);
            }

            fn take(bytes: &mut &'a [u8]) -> Option<Self> {
                let from: fn($other) -> Option<$value> = $from;
                from(<$other>::take(bytes)?)
            }
        })*
    };
}

kept_as! {
    Cents as i64: |cents| cents.0, |number| Some(Cents(number));
    Rate as i64: |rate| rate.billionths(), |number| Some(Rate::from_billionths(number));
    Day as i64: |day| i64::from(day.number()), |number| Day::from_number(number.try_into().ok()?);
    Month as u32: |month| month.ordinal().cast_unsigned(), |number| Month::from_ordinal(number.try_into().ok()?);
    Span as (Day, Day): |span| (span.first, span.last), |(first, last)| Some(Span::new(first, last));
    WeeklyHours as u32: |hours| hours.0, |number| Some(WeeklyHours(number));
    Siret as (u64, bool): |siret| (siret.number(), siret.is_valid()), |(number, valid)| Some(Siret::kept(number, valid));
    EventKind as u32: |kind| place(&EventKind::ALL, kind), |at| EventKind::ALL.get(at as usize).copied();
    Kind as u32: |kind| place(&Kind::ALL, kind), |at| Kind::ALL.get(at as usize).copied();
    Export as u32: |export| place(&Export::ALL, export), |at| Export::ALL.get(at as usize).copied();
    PensionCategory as u32: |category| place(&CATEGORIES, category), |at| CATEGORIES.get(at as usize).copied();
    Wage as (Cents, Option<u32>): |wage| match *wage {
        Wage::Stated(amount) => (amount, None),
        Wage::Earned { pay, days } => (pay, Some(days)),
    }, |(pay, days)| Some(days.map_or(Wage::Stated(pay), |days| Wage::Earned { pay, days }));
}

const CATEGORIES: [PensionCategory; 4] =
    [PensionCategory::First, PensionCategory::Second, PensionCategory::Third, PensionCategory::Foreign];

fn place<T: PartialEq>(all: &[T], one: &T) -> u32 {
    all.iter().position(|other| other == one).and_then(|at| at.try_into().ok()).unwrap_or(u32::MAX)
}

/// Identifiers are checked anew when they are read.
macro_rules! kept_as_text {
    ($($name:ident),*) => {
        $(impl<'a> Field<'a> for $name {
            fn put(&self, out: &mut Vec<u8>) {
                self.as_bytes().put(out);
            }

            fn take(bytes: &mut &'a [u8]) -> Option<Self> {
                $name::new(<&[u8]>::take(bytes)?)
            }
        })*
    };
}

kept_as_text!(Nir, Iban);

impl Field<'_> for BeneficiaryId {
    fn put(&self, out: &mut Vec<u8>) {
        let start = out.len();
        out.push(0);
        self.write(out);
        // A number has at most 20 characters.
        out[start] = u8::try_from(out.len() - start - 1).unwrap_or(u8::MAX);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Self::new(<&[u8]>::take(bytes)?)
    }
}

/// Structures are their fields in order.
macro_rules! kept_by_fields {
    ($($name:ident $(<$a:lifetime>)? { $($field:ident),* $(,)? })*) => {
        $(impl<'a> Field<'a> for $name $(<$a>)? {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
            }

            fn take(bytes: &mut &'a [u8]) -> Option<Self> {
                Some(Self { $($field: Field::take(bytes)?),* })
            }
        })*
    };
}

kept_by_fields! {
    Pension { category, monthly, span }
    Event { kind, span }
    Earning { employer, month, job_start, job_end, weekly_hours, base, gross_paid, proof }
    Beneficiary<'a> {
        id, nir, name, iban, procedure_date, contract_end, seniority_months, wage, weekly_hours, part_time, are_days,
        notice_daily, pension,
    }
    Opening { first, asr_days, idr_paid, frozen }
    Claim { month, kind, raised, amount, balance }
    Unread { export, month }
}
