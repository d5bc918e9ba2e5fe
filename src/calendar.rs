//! Civil days and months, and the spans between them. No clock: today is known only to the commands.

use std::fmt;

use chrono::{Datelike, NaiveDate};

/// A civil day, counted from 0001-01-01 (day 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// Before every day that a file or a law can name; the start of a span that is open to the left.
    pub const BEFORE_ALL: Self = Self(0);
    /// After every day that a file or a law can name; the end of a span that is open to the right.
    pub const AFTER_ALL: Self = Self(1_000_000);
    /// The years that a date may lie in.
    pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

    /// The day, if the calendar has it and the year lies in [`Day::YEARS`].
    ///
    /// Exports hold several dates a row, so that this one way into the calendar is a look into a table; a test compares it
    /// with chrono on every day.
    #[inline]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        let years = usize::try_from(year - *Self::YEARS.start()).ok()?;
        let of_year = month.wrapping_sub(1);
        let month = MONTHS.get(years * 12 + of_year as usize).filter(|_| of_year < 12)?;
        let valid = day.wrapping_sub(1) < month.days();
        valid.then(|| month.day(day))
    }

    /// The day of a chrono date.
    pub fn from_date(date: NaiveDate) -> Self {
        Self(date.num_days_from_ce())
    }

    /// The same day as a chrono date.
    pub fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(self.0).unwrap_or(NaiveDate::MAX)
    }

    /// The place of its month in [`MONTHS`], and its day of that month; of a day that lies in no month of the table, those of the
    /// nearest one in it.
    #[inline]
    fn place(self) -> (usize, u32) {
        let since = (self.0 - FIRST_DAY).clamp(0, LAST_DAY - FIRST_DAY).cast_unsigned();
        // 4,800 months have 146,097 days. No month begins more than three days before or behind where months of the mean length
        // would, so that four days earlier it is this month or the one before; a test looks at every day.
        let near = (since.saturating_sub(4) * 4_800 / 146_097) as usize;
        let at = match MONTHS.get(near + 1) {
            Some(next) if next.days_before() < FIRST_DAY + since.cast_signed() => near + 1,
            _ => near,
        };
        (at, (FIRST_DAY + since.cast_signed() - MONTHS[at].days_before()).cast_unsigned())
    }

    /// Year, month and day of the month; of a day that lies in no table, those of the nearest one in it.
    fn civil(self) -> (i32, u32, u32) {
        let (at, day) = self.place();
        let months = u32::try_from(at).unwrap_or(0);
        (Self::YEARS.start() + (months / 12).cast_signed(), months % 12 + 1, day)
    }

    /// Its text, `2009-05-31`.
    pub fn text(self) -> [u8; 10] {
        let (year, month, day) = self.civil();
        let year = year.unsigned_abs();
        let digit = |number: u32| b'0' + (number % 10) as u8;
        [
            digit(year / 1_000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            b'-',
            digit(month / 10),
            digit(month),
            b'-',
            digit(day / 10),
            digit(day),
        ]
    }

    /// The number by which it is kept; days count up from it.
    pub(crate) fn number(self) -> i32 {
        self.0
    }

    /// The day of a number.
    pub(crate) fn from_number(number: i32) -> Option<Self> {
        (Self::BEFORE_ALL.0..=Self::AFTER_ALL.0).contains(&number).then_some(Self(number))
    }

    /// The day after.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The eve.
    pub fn eve(self) -> Self {
        Self(self.0 - 1)
    }

    /// `days` days later.
    pub fn plus_days(self, days: i64) -> Self {
        // A CRP or a month is what is counted here; a longer stretch stays at the end of all days.
        i32::try_from(days).map_or(Self::AFTER_ALL, |days| Self(self.0.saturating_add(days)))
    }

    /// R1.2: the same day `months` months later; a day that this month lacks is its last day.
    #[inline]
    pub fn plus_months(self, months: u32) -> Self {
        let (at, day) = self.place();
        MONTHS.get(at + months as usize).map_or(Self::AFTER_ALL, |month| month.day(day.min(month.days())))
    }

    /// The month that this day lies in.
    #[inline]
    pub fn month(self) -> Month {
        let (at, _) = self.place();
        Month(Self::YEARS.start() * 12 + i32::try_from(at).unwrap_or(0))
    }

    /// The year that this day lies in.
    pub fn year(self) -> i32 {
        self.civil().0
    }
}

/// A month of the years that dates may lie in: the days before it, counted from 0001-01-01, and in the lower five bits its own.
#[derive(Clone, Copy)]
struct Days(u32);

impl Days {
    #[inline]
    const fn days_before(self) -> i32 {
        (self.0 >> 5).cast_signed()
    }

    #[inline]
    const fn days(self) -> u32 {
        self.0 & 31
    }

    /// A day that it has.
    #[inline]
    const fn day(self, day: u32) -> Day {
        Day(((self.0 >> 5) + day).cast_signed())
    }
}

/// Every month from January 1900 to December 2199.
static MONTHS: [Days; 3_600] = {
    let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut months = [Days(0); 3_600];
    let (mut at, mut days_before) = (0, 1_899 * 365 + 1_899 / 4 - 1_899 / 100 + 1_899 / 400);
    while at < months.len() {
        let year = 1_900 + at / 12;
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = if at % 12 == 1 && is_leap { 29 } else { days[at % 12] };
        months[at] = Days(days_before << 5 | days);
        days_before += days;
        at += 1;
    }
    months
};

/// 1900-01-01 and 2199-12-31.
const FIRST_DAY: i32 = 693_596;
const LAST_DAY: i32 = 803_168;

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(str::from_utf8(&self.text()).unwrap_or_default())
    }
}

impl std::str::FromStr for Day {
    type Err = NotADay;

    /// Reads `2009-05-31`.
    fn from_str(text: &str) -> Result<Self, NotADay> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| NotADay)?;
        (text.len() == 10 && Self::YEARS.contains(&date.year())).then(|| Self::from_date(date)).ok_or(NotADay)
    }
}

/// What was given is no day of the calendar from 1900 to 2199.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day; write it as 2009-05-31")]
pub struct NotADay;

/// A civil month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

impl Month {
    /// The month, if its year lies in [`Day::YEARS`].
    pub fn new(year: i32, month: u32) -> Option<Self> {
        let valid = Day::YEARS.contains(&year) && (1..=12).contains(&month);
        valid.then(|| Self(year * 12 + month.cast_signed() - 1))
    }

    /// The month so many months behind January of the year 0, if its year lies in [`Day::YEARS`].
    pub fn from_ordinal(ordinal: i32) -> Option<Self> {
        let valid = Day::YEARS.start() * 12..Day::YEARS.end() * 12 + 12;
        valid.contains(&ordinal).then_some(Self(ordinal))
    }

    /// How many months it lies behind January of the year 0.
    pub fn ordinal(self) -> i32 {
        self.0
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// The month in its year, 1 to 12.
    pub fn number(self) -> u32 {
        self.0.rem_euclid(12).cast_unsigned() + 1
    }

    /// The month after.
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The month `months` months earlier.
    pub fn minus(self, months: i32) -> Self {
        Self(self.0 - months)
    }

    /// How many months lie between an earlier month and this one.
    pub fn since(self, earlier: Self) -> i32 {
        self.0 - earlier.0
    }

    #[inline]
    fn days(self) -> Option<Days> {
        let at = usize::try_from(self.0 - *Day::YEARS.start() * 12).ok()?;
        MONTHS.get(at).copied()
    }

    /// Its first day.
    #[inline]
    pub fn first_day(self) -> Day {
        // The month after the last one of all years is the only one that has no day here.
        self.days().map_or(Day(LAST_DAY + 1), |days| days.day(1))
    }

    /// Its last day.
    #[inline]
    pub fn last_day(self) -> Day {
        match self.days() {
            Some(days) => days.day(days.days()),
            None => self.next().first_day().eve(),
        }
    }

    /// All its days.
    #[inline]
    pub fn span(self) -> Span {
        Span { first: self.first_day(), last: self.last_day() }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year(), self.number()))
    }
}

impl std::str::FromStr for Month {
    type Err = NotAMonth;

    /// Reads `2009-05`.
    fn from_str(text: &str) -> Result<Self, NotAMonth> {
        let (year, month) = text.split_once('-').filter(|(y, m)| y.len() == 4 && m.len() == 2).ok_or(NotAMonth)?;
        let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let month = month.parse().ok().filter(|_| digits).ok_or(NotAMonth)?;
        year.parse().ok().and_then(|year| Self::new(year, month)).ok_or(NotAMonth)
    }
}

/// What was given is no month from 1900 to 2199.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a month; write it as 2009-05")]
pub struct NotAMonth;

/// Days from the first to the last, both included; empty when the last lies before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
}

impl Span {
    /// From one day to another, both included.
    pub fn new(first: Day, last: Day) -> Self {
        Self { first, last }
    }

    /// From a day on, or from ever; to a day, or for ever.
    pub fn open(first: Option<Day>, last: Option<Day>) -> Self {
        Self { first: first.unwrap_or(Day::BEFORE_ALL), last: last.unwrap_or(Day::AFTER_ALL) }
    }

    /// How many days.
    pub fn days(self) -> i64 {
        (i64::from(self.last.0) - i64::from(self.first.0) + 1).max(0)
    }

    /// Whether it has no day.
    pub fn is_empty(self) -> bool {
        self.last < self.first
    }

    /// Whether a day lies in it.
    pub fn contains(self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }

    /// The days that both have.
    pub fn intersect(self, other: Self) -> Self {
        Self { first: self.first.max(other.first), last: self.last.min(other.last) }
    }

    /// Whether both have a day.
    pub fn meets(self, other: Self) -> bool {
        !self.intersect(other).is_empty()
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.first, self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect(text)
    }

    #[test]
    fn a_day_the_month_lacks_is_its_last_day() {
        let cases = [
            ("2005-07-01", 8, "2006-03-01"),
            ("2005-06-30", 8, "2006-02-28"),
            ("2007-06-29", 8, "2008-02-29"),
            ("2011-03-01", 12, "2012-03-01"),
        ];
        for (start, months, expected) in cases {
            assert_eq!(day(start).plus_months(months), day(expected), "{start} + {months}");
        }
    }

    #[test]
    fn every_day_is_where_chrono_has_it() {
        let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
        let last = NaiveDate::from_ymd_opt(2199, 12, 31).unwrap();
        for date in first.iter_days().take_while(|date| *date <= last) {
            let day = Day::from_date(date);
            assert_eq!(Day::from_ymd(date.year(), date.month(), date.day()), Some(day));
            assert_eq!(day.civil(), (date.year(), date.month(), date.day()));
            assert_eq!(day.date(), date);
            for months in [0, 1, 8, 12].into_iter().filter(|_| date.year() < 2198) {
                let later = date.checked_add_months(chrono::Months::new(months)).map(Day::from_date);
                assert_eq!(Some(day.plus_months(months)), later, "{day} + {months}");
            }
        }
        for (year, month, day) in
            [(1899, 12, 31), (2200, 1, 1), (2009, 2, 29), (2009, 4, 31), (2009, 13, 1), (2009, 1, 0)]
        {
            assert_eq!(Day::from_ymd(year, month, day), None);
        }
    }

    #[test]
    fn months_have_their_days() {
        for (month, days) in
            [("2008-02", 29), ("2009-02", 28), ("2009-04", 30), ("2009-12", 31), ("1900-01", 31), ("2199-12", 31)]
        {
            let month: Month = month.parse().expect(month);
            assert_eq!(month.span().days(), days);
            assert_eq!(month.first_day().month(), month);
            assert_eq!(month.last_day().month(), month);
        }
    }

    #[test]
    fn only_real_days_and_months_are_read() {
        for text in ["2009-02-30", "1899-12-31", "2200-01-01", "2009-5-1", "+009-05-01", "", "2009-05-01 "] {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
        for text in ["2009-13", "2009-00", "09-05", "2009-5", "+009-05", "2009-+5"] {
            assert!(text.parse::<Month>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_empty_span_has_no_days() {
        let span = Span::new(day("2009-05-02"), day("2009-05-01"));
        assert!(span.is_empty());
        assert_eq!(span.days(), 0);
        assert!(!Span::open(None, None).meets(span));
    }
}
