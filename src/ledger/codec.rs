//! The bytes of what is kept of a beneficiary.
//!
//! A byte that says which of the fields are there that most beneficiaries lack; the row, and the events and the earnings where there are
//! any, each behind its length, as [`crate::facts::Facts`] has them; the other fields, with numbers as short as they are; the positions.

use crate::calendar::{Day, Month, Span};
use crate::columns::Export;
use crate::facts::{Facts, KeptList, KeptRow, Opening};
use crate::money::Cents;
use crate::revision::{Claim, Kept, Kind, Positions, Unread};
use crate::varint;

const OPENED: u8 = 1;
const UNSETTLED: u8 = 2;
const HAS_PAID: u8 = 4;
const IS_OVER: u8 = 8;
const HAS_OPENING: u8 = 16;
const HAS_CLAIMS: u8 = 32;
const HAS_UNREAD: u8 = 64;
const HAS_LISTS: u8 = 128;

/// Appends what is kept of a beneficiary.
pub fn encode(out: &mut Vec<u8>, kept: &Kept<'_>) {
    let Kept { facts, opening, positions, claims, opened, unsettled, unread, paid, over_since } = kept;
    let flags = [
        (OPENED, *opened),
        (UNSETTLED, *unsettled),
        (HAS_PAID, paid.is_some()),
        (IS_OVER, over_since.is_some()),
        (HAS_OPENING, opening.is_some()),
        (HAS_CLAIMS, !claims.is_empty()),
        (HAS_UNREAD, !unread.is_empty()),
        (HAS_LISTS, !(facts.events.is_empty() && facts.earnings.is_empty())),
    ];
    let flags = flags.into_iter().fold(0, |flags, (flag, is_set)| if is_set { flags | flag } else { flags });
    out.push(flags);
    put_part(out, facts.row.bytes());
    if flags & HAS_LISTS != 0 {
        put_part(out, facts.events.bytes());
        put_part(out, facts.earnings.bytes());
    }
    if let Some(paid) = paid {
        paid.put(out);
    }
    if flags & !(OPENED | UNSETTLED | HAS_PAID | HAS_LISTS) != 0 {
        over_since.iter().for_each(|month| month.put(out));
        opening.iter().for_each(|opening| opening.put(out));
        put_all(out, claims);
        put_all(out, unread);
    }
    positions.put(out);
}

fn put_part(out: &mut Vec<u8>, bytes: &[u8]) {
    varint::put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// None are not told at all.
fn put_all<T: Field>(out: &mut Vec<u8>, values: &Vec<T>) {
    if !values.is_empty() {
        values.put(out);
    }
}

/// Reads what is kept of a beneficiary; `None` if the bytes are no such thing.
pub fn decode(bytes: &[u8]) -> Option<Kept<'_>> {
    decode_beside(bytes, None).filter(|kept| kept.positions.is_whole())
}

/// As [`decode`], but a row with the bytes of today's is not checked, and positions are not read through: the program wrote them
/// itself, and compares the file with its digest.
pub(super) fn decode_beside<'a>(bytes: &'a [u8], today: Option<&[u8]>) -> Option<Kept<'a>> {
    let (&flags, mut rest) = bytes.split_first()?;
    let rest = &mut rest;
    let has = |flag: u8| flags & flag != 0;
    let row = KeptRow::from_bytes(take_part(rest)?, today)?;
    let (mut events, mut earnings) = (KeptList::default(), KeptList::default());
    if has(HAS_LISTS) {
        events = KeptList::from_bytes(take_part(rest)?)?;
        earnings = KeptList::from_bytes(take_part(rest)?)?;
    }
    let facts = Facts { row, events, earnings };
    Some(Kept {
        facts,
        opened: has(OPENED),
        unsettled: has(UNSETTLED),
        paid: if has(HAS_PAID) { Some(Field::take(rest)?) } else { None },
        over_since: if has(IS_OVER) { Some(Field::take(rest)?) } else { None },
        opening: if has(HAS_OPENING) { Some(Field::take(rest)?) } else { None },
        claims: if has(HAS_CLAIMS) { Field::take(rest)? } else { Vec::new() },
        unread: if has(HAS_UNREAD) { Field::take(rest)? } else { Vec::new() },
        positions: Positions::from_bytes(rest)?,
    })
}

fn take_part<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(varint::take(bytes)?).ok()?;
    let (part, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(part)
}

/// A value and its bytes.
trait Field: Sized {
    fn put(&self, out: &mut Vec<u8>);
    fn take(bytes: &mut &[u8]) -> Option<Self>;
}

impl Field for u64 {
    fn put(&self, out: &mut Vec<u8>) {
        varint::put(out, *self);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        varint::take(bytes)
    }
}

impl Field for i64 {
    fn put(&self, out: &mut Vec<u8>) {
        varint::put_signed(out, *self);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        varint::take_signed(bytes)
    }
}

impl Field for u32 {
    fn put(&self, out: &mut Vec<u8>) {
        u64::from(*self).put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        u64::take(bytes)?.try_into().ok()
    }
}

impl Field for bool {
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

impl<T: Field> Field for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some(if bool::take(bytes)? { Some(T::take(bytes)?) } else { None })
    }
}

impl<T: Field> Field for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        (self.len() as u64).put(out);
        self.iter().for_each(|value| value.put(out));
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
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

impl<A: Field, B: Field> Field for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        Some((A::take(bytes)?, B::take(bytes)?))
    }
}

/// Values that are kept as another one.
macro_rules! kept_as {
    ($($value:ty as $other:ty: $to:expr, $from:expr;)*) => {
        $(impl Field for $value {
            fn put(&self, out: &mut Vec<u8>) {
                let to: fn(&$value) -> $other = $to;
                to(self).put(out);
            }

            fn take(bytes: &mut &[u8]) -> Option<Self> {
                let from: fn($other) -> Option<$value> = $from;
                from(<$other>::take(bytes)?)
            }
        })*
    };
}

kept_as! {
    Cents as i64: |cents| cents.0, |number| Some(Cents(number));
    Day as i64: |day| i64::from(day.number()), |number| Day::from_number(number.try_into().ok()?);
    Month as u32: |month| month.ordinal().cast_unsigned(), |number| Month::from_ordinal(number.try_into().ok()?);
    Span as (Day, Day): |span| (span.first, span.last), |(first, last)| Some(Span::new(first, last));
    Kind as u32: |kind| place(&Kind::ALL, kind), |at| Kind::ALL.get(at as usize).copied();
    Export as u32: |export| place(&Export::ALL, export), |at| Export::ALL.get(at as usize).copied();
}

fn place<T: PartialEq>(all: &[T], one: &T) -> u32 {
    all.iter().position(|other| other == one).and_then(|at| at.try_into().ok()).unwrap_or(u32::MAX)
}

/// Structures are their fields in order.
macro_rules! kept_by_fields {
    ($($name:ident { $($field:ident),* $(,)? })*) => {
        $(impl Field for $name {
            fn put(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
            }

            fn take(bytes: &mut &[u8]) -> Option<Self> {
                Some(Self { $($field: Field::take(bytes)?),* })
            }
        })*
    };
}

kept_by_fields! {
    Opening { first, asr_days, idr_paid, frozen }
    Claim { month, kind, raised, amount, balance }
    Unread { export, month }
}
