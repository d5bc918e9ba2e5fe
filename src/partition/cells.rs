//! Values in cells: what a row is written to and read from, whatever holds the columns.

use std::borrow::Cow;
use std::ops::Range;

use crate::anomaly::{Code, Effect};
use crate::calendar::{Day, Month, Span};
use crate::columns::{Column, Export};
use crate::dossier::RowFate;
use crate::facts::{EventKind, PensionCategory, WeeklyHours};
use crate::money::{Cents, Rate};

/// A value as a column holds it; numbers, days, months, amounts and flags are all numbers, in the units of
/// [`Form`](super::schema::Form).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// It is absent.
    Null,
    /// Text or bytes.
    Bytes(&'a [u8]),
    /// A number; one without sign by its bits, yes as 1 and no as 0.
    Number(i64),
}

/// Columns that rows are read from, by the places of their fields in the schema.
pub trait Cells {
    /// The value of a field that is no list, in a row.
    fn one(&self, field: usize, row: usize) -> Cell<'_>;
    /// The places of the elements of a list, in a row.
    fn elements(&self, field: usize, row: usize) -> Range<usize>;
    /// The value of a column of a list, in one of its elements.
    fn element(&self, field: usize, column: usize, at: usize) -> Cell<'_>;
}

/// A value that stands in a cell.
pub(super) trait Value<'a>: Sized {
    fn cell(&self) -> Cell<'_>;
    /// The value; `None` if the cell holds no such thing.
    fn of(cell: Cell<'a>) -> Option<Self>;
}

/// Reads the fields of a row one after the other.
pub(super) struct RowReader<'c, C> {
    cells: &'c C,
    row: usize,
    field: usize,
}

impl<'c, C: Cells> RowReader<'c, C> {
    pub(super) fn new(cells: &'c C, row: usize) -> Self {
        Self { cells, row, field: 0 }
    }

    /// The next field.
    pub(super) fn take<T: Value<'c>>(&mut self) -> Option<T> {
        self.field += 1;
        T::of(self.cells.one(self.field - 1, self.row))
    }

    /// The elements of the next field, which is a list.
    pub(super) fn list<T>(
        &mut self,
        out: &mut Vec<T>,
        element: impl Fn(&mut ElementReader<'c, C>) -> Option<T>,
    ) -> Option<()> {
        self.field += 1;
        let field = self.field - 1;
        for at in self.cells.elements(field, self.row) {
            out.push(element(&mut ElementReader { cells: self.cells, field, column: 0, at })?);
        }
        Some(())
    }
}

/// Reads the columns of an element one after the other.
pub(super) struct ElementReader<'c, C> {
    cells: &'c C,
    field: usize,
    column: usize,
    at: usize,
}

impl<'c, C: Cells> ElementReader<'c, C> {
    pub(super) fn take<T: Value<'c>>(&mut self) -> Option<T> {
        self.column += 1;
        T::of(self.cells.element(self.field, self.column - 1, self.at))
    }
}

impl<'a> Value<'a> for &'a [u8] {
    fn cell(&self) -> Cell<'_> {
        Cell::Bytes(self)
    }

    fn of(cell: Cell<'a>) -> Option<Self> {
        match cell {
            Cell::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl<'a> Value<'a> for Cow<'a, str> {
    fn cell(&self) -> Cell<'_> {
        Cell::Bytes(self.as_bytes())
    }

    fn of(cell: Cell<'a>) -> Option<Self> {
        std::str::from_utf8(<&[u8]>::of(cell)?).ok().map(Cow::Borrowed)
    }
}

impl<'a, T: Value<'a>> Value<'a> for Option<T> {
    fn cell(&self) -> Cell<'_> {
        self.as_ref().map_or(Cell::Null, T::cell)
    }

    fn of(cell: Cell<'a>) -> Option<Self> {
        if cell == Cell::Null { Some(None) } else { T::of(cell).map(Some) }
    }
}

impl Value<'_> for i64 {
    fn cell(&self) -> Cell<'_> {
        Cell::Number(*self)
    }

    fn of(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Number(number) => Some(number),
            _ => None,
        }
    }
}

/// Days from 0001-01-01, which is day 1, to 1970-01-01.
const UNIX: i64 = 719_163;

/// Values that stand in cells as numbers.
macro_rules! numbers {
    ($($value:ty: $to:expr, $from:expr;)*) => {
        $(impl Value<'_> for $value {
            fn cell(&self) -> Cell<'_> {
                let to: fn(&$value) -> i64 = $to;
                Cell::Number(to(self))
            }

            fn of(cell: Cell<'_>) -> Option<Self> {
                let from: fn(i64) -> Option<$value> = $from;
                from(i64::of(cell)?)
            }
        })*
    };
}

numbers! {
    u64: |number| number.cast_signed(), |number| Some(number.cast_unsigned());
    u32: |number| i64::from(*number), |number| number.try_into().ok();
    bool: |flag| i64::from(*flag), |number| Some(number == 1).filter(|_| number == 0 || number == 1);
    Cents: |cents| cents.0, |number| Some(Cents(number));
    Rate: |rate| rate.billionths(), |number| Some(Rate::from_billionths(number));
    WeeklyHours: |hours| i64::from(hours.0), |number| number.try_into().ok().map(WeeklyHours);
    Day: |day| i64::from(day.number()) - UNIX, |number| Day::from_number((number + UNIX).try_into().ok()?);
    Month: |month| i64::from(month.year()) * 100 + i64::from(month.number()),
        |number| Month::new((number / 100).try_into().ok()?, (number % 100).try_into().ok()?);
}

/// Values that stand in cells as words.
macro_rules! words {
    ($($value:ty: $all:expr, $name:expr;)*) => {
        $(impl Value<'_> for $value {
            fn cell(&self) -> Cell<'_> {
                let name: fn(&$value) -> &'static str = $name;
                Cell::Bytes(name(self).as_bytes())
            }

            fn of(cell: Cell<'_>) -> Option<Self> {
                let name: fn(&$value) -> &'static str = $name;
                let word = <&[u8]>::of(cell)?;
                $all.into_iter().find(|one| name(one).as_bytes() == word)
            }
        })*
    };
}

const CATEGORIES: [PensionCategory; 4] =
    [PensionCategory::First, PensionCategory::Second, PensionCategory::Third, PensionCategory::Foreign];
const FATES: [RowFate; 4] = [RowFate::Settled, RowFate::Copy, RowFate::Contradiction, RowFate::Refused];
const EFFECTS: [Effect; 4] = [Effect::RowRefused, Effect::PaymentHeld, Effect::IdrHeld, Effect::None];

words! {
    EventKind: EventKind::ALL, |kind| kind.name();
    Export: Export::ALL, |export| export.file_name();
    Effect: EFFECTS, |effect| effect.name();
    Column: Export::ALL.into_iter().flat_map(|export| export.columns().iter().copied()), |column| column.name();
    PensionCategory: CATEGORIES, |category| match category {
        PensionCategory::First => "1",
        PensionCategory::Second => "2",
        PensionCategory::Third => "3",
        PensionCategory::Foreign => "foreign",
    };
    RowFate: FATES, |fate| match fate {
        RowFate::Settled => "settled",
        RowFate::Copy => "copy",
        RowFate::Contradiction => "contradiction",
        RowFate::Refused => "refused",
    };
}

/// The entry of the catalogue that has a code and an effect.
pub(super) fn code(code: &[u8], effect: Effect) -> Option<Code> {
    let is = |one: &&Code| one.entry().code.as_bytes() == code && one.entry().effect == effect;
    Code::ALL.iter().find(is).copied()
}

/// The bounds of a span; `None` where it is open.
pub(super) fn bounds(span: Span) -> (Option<Day>, Option<Day>) {
    let Span { first, last } = span;
    (Some(first).filter(|&day| day != Day::BEFORE_ALL), Some(last).filter(|&day| day != Day::AFTER_ALL))
}
