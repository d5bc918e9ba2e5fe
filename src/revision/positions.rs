//! What was paid month by month: mostly carried from run to run as the bytes that it is kept in, with one month more.

use std::borrow::Cow;
use std::fmt;

use crate::calendar::Month;
use crate::money::Cents;
use crate::settle::Amounts;
use crate::varint;

/// What was paid for a month, less what was claimed back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The month of entitlement.
    pub month: Month,
    /// Its amounts.
    pub amounts: Amounts,
}

/// The positions of a beneficiary in order of months.
///
/// In bytes: the [`Month::ordinal`] of the last one (0 where there is none), then of each the months since the one before (of the
/// first, its ordinal), the days of ASR, and ASR gross, pension offset, participation and IDR in cents. Bytes of an earlier
/// run are not taken apart but where one of their months is asked for.
#[derive(Clone, Default)]
pub struct Positions<'a> {
    /// All but the one added.
    bytes: Cow<'a, [u8]>,
    /// The month of the last one in the bytes.
    last: Option<Month>,
    added: Option<Position>,
}

impl<'a> Positions<'a> {
    /// Those that [`Positions::put`] wrote, if the bytes begin like them; [`Positions::is_whole`] says whether they are.
    pub(crate) fn from_bytes(mut bytes: &'a [u8]) -> Option<Self> {
        let last = match varint::take(&mut bytes)? {
            0 => None,
            ordinal => Some(Month::from_ordinal(ordinal.try_into().ok()?)?),
        };
        Some(Self { bytes: Cow::Borrowed(bytes), last, added: None })
    }

    /// Whether all bytes are positions, and the last of the month that was told.
    pub(crate) fn is_whole(&self) -> bool {
        let (mut rest, mut last) = (&*self.bytes, None);
        while let Some(position) = take_position(&mut rest, last) {
            last = Some(position.month);
        }
        rest.is_empty() && last == self.last
    }

    /// Appends them; nothing may come behind them.
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        varint::put(out, self.last_month().map_or(0, |last| u64::from(last.ordinal().cast_unsigned())));
        out.extend_from_slice(&self.bytes);
        if let Some(added) = &self.added {
            put_position(out, self.last, added);
        }
    }

    fn last_month(&self) -> Option<Month> {
        self.added.map(|added| added.month).or(self.last)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Position> + '_ {
        let (mut rest, mut last) = (&*self.bytes, None);
        let in_bytes = std::iter::from_fn(move || {
            let position = take_position(&mut rest, last)?;
            last = Some(position.month);
            Some(position)
        });
        in_bytes.chain(self.added)
    }

    /// What was paid for a month; nothing, if it is none of them.
    pub fn of(&self, month: Month) -> Amounts {
        if self.added.is_none() && self.last.is_none_or(|last| last < month) {
            return Amounts::default();
        }
        self.iter().find(|position| position.month == month).map_or_else(Amounts::default, |position| position.amounts)
    }

    pub(super) fn set(&mut self, month: Month, amounts: Amounts) {
        if self.last_month().is_none_or(|last| last < month) {
            if amounts != Amounts::default() {
                self.add(Position { month, amounts });
            }
            return;
        }
        let mut all: Vec<_> = self.iter().collect();
        match all.binary_search_by_key(&month, |position| position.month) {
            Ok(at) => all[at].amounts = amounts,
            Err(_) if amounts == Amounts::default() => return,
            Err(at) => all.insert(at, Position { month, amounts }),
        }
        *self = all.into_iter().collect();
    }

    /// Adds one behind all others.
    fn add(&mut self, position: Position) {
        if let Some(before) = self.added.replace(position) {
            put_position(self.bytes.to_mut(), self.last, &before);
            self.last = Some(before.month);
        }
    }
}

/// Of months in ascending order.
impl FromIterator<Position> for Positions<'_> {
    fn from_iter<I: IntoIterator<Item = Position>>(positions: I) -> Self {
        let mut all = Self::default();
        positions.into_iter().for_each(|position| all.add(position));
        all
    }
}

impl PartialEq for Positions<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Positions<'_> {}

impl fmt::Debug for Positions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

fn put_position(out: &mut Vec<u8>, before: Option<Month>, position: &Position) {
    let Position { month, amounts } = position;
    let months = month.ordinal() - before.map_or(0, Month::ordinal);
    varint::put(out, u64::from(months.cast_unsigned()));
    let Amounts { asr_days, asr_gross, pension_offset, participation, idr } = *amounts;
    for number in [asr_days, asr_gross.0, pension_offset.0, participation.0, idr.0] {
        varint::put_signed(out, number);
    }
}

fn take_position(bytes: &mut &[u8], before: Option<Month>) -> Option<Position> {
    let mut rest = *bytes;
    let months = i32::try_from(varint::take(&mut rest)?).ok()?;
    let month = Month::from_ordinal(months.checked_add(before.map_or(0, Month::ordinal))?)?;
    let asr_days = varint::take_signed(&mut rest)?;
    let mut cents = || varint::take_signed(&mut rest).map(Cents);
    let (asr_gross, pension_offset, participation, idr) = (cents()?, cents()?, cents()?, cents()?);
    let amounts = Amounts { asr_days, asr_gross, pension_offset, participation, idr };
    if before.is_some_and(|before| before >= month) {
        return None;
    }
    *bytes = rest;
    Some(Position { month, amounts })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(month: &str, days: i64) -> Position {
        let amounts = Amounts { asr_days: days, asr_gross: Cents(days * 48_00), idr: Cents(-3), ..Amounts::default() };
        Position { month: month.parse().unwrap(), amounts }
    }

    fn bytes(positions: &Positions<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        positions.put(&mut bytes);
        bytes
    }

    #[test]
    fn what_is_carried_as_bytes_is_what_is_set_month_by_month() {
        let months = ["2009-05", "2009-06", "2009-11", "2010-01"].map(|month| position(month, 30));
        let all: Positions<'_> = months.into_iter().collect();
        let mut carried = bytes(&Positions::default());
        for Position { month, amounts } in months {
            let mut positions = Positions::from_bytes(&carried).unwrap();
            assert!(positions.is_whole());
            assert_eq!(positions.of(month), Amounts::default());
            positions.set(month, amounts);
            assert_eq!(positions.of(month), amounts);
            carried = bytes(&positions);
        }
        assert_eq!(carried, bytes(&all));
        assert_eq!(Positions::from_bytes(&carried).unwrap(), all);
    }

    #[test]
    fn a_month_among_others_is_set_and_nothing_is_no_position() {
        let mut all: Positions<'_> = [position("2009-05", 30), position("2009-08", 31)].into_iter().collect();
        let carried = bytes(&all);
        all = Positions::from_bytes(&carried).unwrap();
        let (between, behind) = (position("2009-06", 7), position("2009-09", 0).month);
        all.set(behind, Amounts::default());
        all.set(between.month.next(), Amounts::default());
        assert_eq!(bytes(&all), carried);
        all.set(between.month, between.amounts);
        let months: Vec<_> = all.iter().map(|position| position.month.to_string()).collect();
        assert_eq!(months, ["2009-05", "2009-06", "2009-08"]);
        // A month that is worth nothing any more stays, with nothing.
        all.set(between.month, Amounts::default());
        assert_eq!((all.iter().count(), all.of(between.month)), (3, Amounts::default()));
    }

    #[test]
    fn bytes_that_end_early_or_go_back_in_time_are_no_positions() {
        let is_whole = |bytes: &[u8]| Positions::from_bytes(bytes).is_some_and(|positions| positions.is_whole());
        let all = bytes(&[position("2009-05", 30), position("2009-08", 31)].into_iter().collect());
        assert!(is_whole(&all) && is_whole(&[0]));
        for cut in 0..all.len() {
            assert!(!is_whole(&all[..cut]), "{cut}");
        }
        let first = bytes(&[position("2009-05", 30)].into_iter().collect());
        assert!(!is_whole(&[&first[..], &[0; 6]].concat()), "the same month again");
        assert!(!is_whole(&[&first[..], &[1, 0, 0, 0, 0, 0]].concat()), "one more than the last");
        assert!(!is_whole(&[0, 0, 0, 0, 0, 0, 0]), "the year 0 has no month");
    }
}
