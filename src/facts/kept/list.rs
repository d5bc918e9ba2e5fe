//! Events and earnings as they are kept.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use super::super::{Earning, Event, EventKind, WeeklyHours};
use super::{cents, day, place, put_span, take};
use crate::calendar::{Day, Month, Span};
use crate::identity::Siret;

/// Facts of one kind in order, as bytes: equal lists have equal bytes.
pub struct KeptList<'a, T> {
    bytes: Cow<'a, [u8]>,
    of: PhantomData<fn() -> T>,
}

/// A fact that is kept in lists, each in the same number of bytes.
pub trait Listed: Sized {
    /// How many.
    const WIDTH: usize;
    /// Appends them.
    fn put(&self, out: &mut Vec<u8>);
    /// The fact that they are, if they are one.
    fn of(bytes: &[u8]) -> Option<Self>;
}

impl<'a, T: Listed> KeptList<'a, T> {
    /// The list that some bytes are; `None` if they are none.
    pub fn from_bytes(bytes: &'a [u8]) -> Option<Self> {
        let entries = bytes.chunks_exact(T::WIDTH);
        let is_whole = entries.remainder().is_empty() && entries.into_iter().all(|entry| T::of(entry).is_some());
        is_whole.then_some(Self { bytes: Cow::Borrowed(bytes), of: PhantomData })
    }

    /// The list of the bytes that [`Listed::put`] wrote; that of before, where it has the same.
    pub fn carried(bytes: &[u8], before: Option<&Self>) -> Self {
        match before.filter(|before| *before.bytes == *bytes) {
            Some(before) => before.clone(),
            None => Self { bytes: Cow::Owned(bytes.to_vec()), of: PhantomData },
        }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it has no fact.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The facts.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        // All are: where the list was made, they were looked at.
        self.bytes.chunks_exact(T::WIDTH).filter_map(T::of)
    }
}

impl<T: Listed> FromIterator<T> for KeptList<'_, T> {
    fn from_iter<I: IntoIterator<Item = T>>(facts: I) -> Self {
        let mut bytes = Vec::new();
        facts.into_iter().for_each(|fact| fact.put(&mut bytes));
        Self { bytes: Cow::Owned(bytes), of: PhantomData }
    }
}

impl<T> Default for KeptList<'_, T> {
    fn default() -> Self {
        Self { bytes: Cow::Borrowed(&[]), of: PhantomData }
    }
}

impl<T> Clone for KeptList<'_, T> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), of: PhantomData }
    }
}

impl<T> PartialEq for KeptList<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl<T> Eq for KeptList<'_, T> {}

impl<T: Listed + fmt::Debug> fmt::Debug for KeptList<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Listed for Event {
    const WIDTH: usize = 9;

    fn put(&self, out: &mut Vec<u8>) {
        out.push(place(&EventKind::ALL, self.kind));
        put_span(out, self.span);
    }

    fn of(mut bytes: &[u8]) -> Option<Self> {
        let [kind] = take(&mut bytes)?;
        let kind = *EventKind::ALL.get(usize::from(kind))?;
        let (first, last) = (day(&mut bytes)?, day(&mut bytes)?);
        Some(Self { kind, span: Span::new(first, last) })
    }
}

/// Stands for a day that is not known.
const NO_DAY: i32 = i32::MIN;

impl Listed for Earning {
    const WIDTH: usize = 45;

    fn put(&self, out: &mut Vec<u8>) {
        let day = |day: Option<Day>| day.map_or(NO_DAY, Day::number).to_le_bytes();
        let mut bytes = [0; Self::WIDTH];
        bytes[..8].copy_from_slice(&self.employer.number().to_le_bytes());
        bytes[8] = u8::from(self.employer.is_valid());
        bytes[9..13].copy_from_slice(&self.month.ordinal().to_le_bytes());
        bytes[13..17].copy_from_slice(&self.job_start.number().to_le_bytes());
        bytes[17..21].copy_from_slice(&day(self.job_end));
        bytes[21..25].copy_from_slice(&self.weekly_hours.0.to_le_bytes());
        bytes[25..33].copy_from_slice(&self.base.0.to_le_bytes());
        bytes[33..41].copy_from_slice(&self.gross_paid.0.to_le_bytes());
        bytes[41..].copy_from_slice(&day(self.proof));
        out.extend_from_slice(&bytes);
    }

    fn of(mut bytes: &[u8]) -> Option<Self> {
        let bytes = &mut bytes;
        let (number, [valid]) = (u64::from_le_bytes(take(bytes)?), take(bytes)?);
        let valid = match valid {
            0 => false,
            1 => true,
            _ => return None,
        };
        Some(Self {
            employer: Siret::kept(number, valid),
            month: Month::from_ordinal(i32::from_le_bytes(take(bytes)?))?,
            job_start: day(bytes)?,
            job_end: day_if_known(bytes)?,
            weekly_hours: WeeklyHours(u32::from_le_bytes(take(bytes)?)),
            base: cents(bytes)?,
            gross_paid: cents(bytes)?,
            proof: day_if_known(bytes)?,
        })
    }
}

#[allow(clippy::option_option, reason = "a day, none that is known, or bytes that are neither")]
fn day_if_known(bytes: &mut &[u8]) -> Option<Option<Day>> {
    match i32::from_le_bytes(take(bytes)?) {
        NO_DAY => Some(None),
        number => Day::from_number(number).map(Some),
    }
}

#[cfg(test)]
#[allow(clippy::inconsistent_digit_grouping, reason = "euros and cents")]
mod tests {
    use super::*;
    use crate::money::Cents;

    fn earning(month: u32) -> Earning {
        Earning {
            employer: Siret::new(b"73282932000074"),
            month: Month::new(2009, month).unwrap(),
            job_start: Day::from_ymd(2009, 8, 1).unwrap(),
            job_end: None,
            weekly_hours: WeeklyHours(35_00),
            base: Cents(1_200_00),
            gross_paid: Cents(-1),
            proof: Day::from_ymd(2009, 9, 2),
        }
    }

    #[test]
    fn a_list_is_read_as_it_was_put_and_carried_if_it_is_the_same() {
        let facts = [earning(8), earning(9)];
        let list: KeptList<'_, Earning> = facts.into_iter().collect();
        assert_eq!(list.bytes().len(), facts.len() * Earning::WIDTH);
        let again = KeptList::<Earning>::from_bytes(list.bytes()).unwrap();
        assert_eq!(again.iter().collect::<Vec<_>>(), facts);
        let is_borrowed = |list: &KeptList<'_, Earning>| matches!(list.bytes, Cow::Borrowed(_));
        assert!(is_borrowed(&KeptList::carried(list.bytes(), Some(&again))));
        let one_less = &list.bytes()[..Earning::WIDTH];
        let shorter = KeptList::carried(one_less, Some(&again));
        assert!(!is_borrowed(&shorter) && shorter.iter().eq([earning(8)]));
        assert_eq!(KeptList::<Event>::default(), [].into_iter().collect());
    }

    #[test]
    fn bytes_that_end_early_or_hold_what_no_fact_has_are_no_list() {
        let list: KeptList<'_, Earning> = [earning(8)].into_iter().collect();
        for cut in 1..Earning::WIDTH {
            assert_eq!(KeptList::<Earning>::from_bytes(&list.bytes()[..cut]), None, "{cut}");
        }
        for (at, byte) in [(8, 2), (12, 0x7F), (16, 0x7F), (20, 0x7F), (44, 0x80)] {
            let mut other = list.bytes().to_vec();
            other[at] = byte;
            assert_eq!(KeptList::<Earning>::from_bytes(&other), None, "{byte} at {at}");
        }
        assert_eq!(KeptList::<Event>::from_bytes(&[13, 0, 0, 0, 0, 0, 0, 0, 0]), None);
    }
}
