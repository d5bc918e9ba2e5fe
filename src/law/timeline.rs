//! Values with a first day. Each holds until the next one starts; behind the last verified day nothing is known.

use crate::calendar::{Day, Span};

/// The values of one name, each from its day on.
#[derive(Clone, Debug)]
pub struct Timeline<T> {
    name: String,
    entries: Vec<Entry<T>>,
    /// What is in force on the first days of each step from the first text to the last verified day: every case of a night asks
    /// a handful of timelines.
    steps: Vec<Step<T>>,
    /// A step has two to the power of so many days.
    step: u32,
    first: Day,
    verified_until: Day,
}

/// The most steps that a timeline has, and the power of two of the days that one has at least.
const STEPS: usize = 128;
const SHORTEST: u32 = 5;

/// What is in force on the first day of a step, and the last day up to which it is.
#[derive(Clone, Debug)]
struct Step<T> {
    value: Option<T>,
    until: Day,
}

/// A value of law, the day from which it holds, and the text that says so.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    /// The first day.
    pub from: Day,
    /// The value; `None` where the law data says that nobody has verified any.
    pub value: Option<T>,
    /// The text.
    pub source: String,
}

/// There is no law for a day, or none that was verified. Never read as zero.
///
/// In a box: the answers of the law are a word or two then, and are handed on in registers.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnknownLaw(Box<Missing>);

impl From<Missing> for UnknownLaw {
    #[cold]
    fn from(missing: Missing) -> Self {
        Self(Box::new(missing))
    }
}

/// What law is missing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Missing {
    /// The day lies before the first text.
    #[error("{name} on {day}: no text before {first}")]
    BeforeFirstText {
        /// What was looked for.
        name: String,
        /// The day that it was needed for.
        day: Day,
        /// The first day with a text.
        first: Day,
    },
    /// The regime does not know it.
    #[error("{name} is unknown to {regime}")]
    NotInRegime {
        /// What was looked for.
        name: String,
        /// The id of the regime.
        regime: String,
    },
    /// The day lies behind the last day that was verified.
    #[error("{name} on {day}: not verified after {last}")]
    AfterLastCheck {
        /// What was looked for.
        name: String,
        /// The day that it was needed for.
        day: Day,
        /// The last verified day.
        last: Day,
    },
}

impl<T: Clone> Timeline<T> {
    /// The values in the order of their days.
    pub fn new(name: impl Into<String>, entries: Vec<Entry<T>>, verified_until: Day) -> Self {
        let first = entries.first().map_or(Day::AFTER_ALL, |entry| entry.from);
        let days = Span::new(first, verified_until).days().unsigned_abs();
        let step = (SHORTEST..).find(|step| days >> step < STEPS as u64).unwrap_or(SHORTEST);
        let mut steps = Vec::new();
        let mut day = first;
        while day <= verified_until {
            let behind = entries.partition_point(|entry| entry.from <= day);
            let value = entries[..behind].last().and_then(|entry| entry.value.clone());
            let end = entries.get(behind).map_or(Day::AFTER_ALL, |next| next.from.eve());
            steps.push(Step { value, until: end.min(verified_until) });
            day = day.plus_days(1 << step);
        }
        Self { name: name.into(), entries, steps, step, first, verified_until }
    }

    /// The value in force on a day.
    ///
    /// # Errors
    /// The day lies before the first text or behind the last verified day.
    #[inline]
    pub fn on(&self, day: Day) -> Result<&T, UnknownLaw> {
        // Days before the first text come out as far behind the last step.
        let since = day.number().wrapping_sub(self.first.number()).cast_unsigned();
        match self.steps.get(since.wrapping_shr(self.step) as usize) {
            Some(Step { value: Some(value), until }) if day <= *until => Ok(value),
            _ => self.searched(day),
        }
    }

    #[inline(never)]
    fn searched(&self, day: Day) -> Result<&T, UnknownLaw> {
        match self.entries.iter().rfind(|entry| entry.from <= day) {
            Some(Entry { value: Some(value), .. }) if day <= self.verified_until => Ok(value),
            found => Err(self.unknown(day, found).into()),
        }
    }

    #[cold]
    fn unknown(&self, day: Day, found: Option<&Entry<T>>) -> Missing {
        let name = self.name.clone();
        match found {
            Some(entry) => {
                let last = if entry.value.is_none() { entry.from.eve() } else { Day::AFTER_ALL };
                Missing::AfterLastCheck { name, day, last: last.min(self.verified_until) }
            }
            None => {
                let first = self.entries.first().map_or(self.verified_until, |entry| entry.from);
                Missing::BeforeFirstText { name, day, first }
            }
        }
    }

    /// The days on which the value changes.
    pub fn changes(&self) -> impl Iterator<Item = Day> + '_ {
        self.entries.iter().map(|entry| entry.from)
    }

    /// The entries in the order of their days.
    pub fn entries(&self) -> &[Entry<T>] {
        &self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn timeline() -> Timeline<u8> {
        let entry = |from: &str, value| Entry { from: day(from), value, source: String::new() };
        let entries = vec![entry("2008-07-01", Some(1)), entry("2009-07-01", Some(2)), entry("2010-01-01", None)];
        Timeline::new("minimum", entries, day("2010-06-30"))
    }

    #[test]
    fn a_value_holds_until_the_next_one_starts() {
        for (on, value) in [("2008-07-01", 1), ("2009-06-30", 1), ("2009-07-01", 2), ("2009-12-31", 2)] {
            assert_eq!(timeline().on(day(on)), Ok(&value), "{on}");
        }
    }

    #[test]
    fn every_day_has_the_last_entry_up_to_it() {
        let days = ["1900-01-01", "2005-07-01", "2005-07-02", "2006-07-01", "2006-07-31", "2006-08-01", "2009-01-01"];
        for count in 0..=days.len() {
            let entry = |(at, from): (usize, &&str)| Entry { from: day(from), value: Some(at), source: String::new() };
            let entries: Vec<_> = days.iter().enumerate().map(entry).skip(days.len() - count).collect();
            let timeline = Timeline::new("steps", entries.clone(), day("2011-12-31"));
            let mut on = day("1900-01-01");
            while on <= day("2011-12-31") {
                let expected = entries.iter().rfind(|entry| entry.from <= on).and_then(|entry| entry.value);
                assert_eq!(timeline.on(on).ok().copied(), expected, "{on}");
                on = on.next();
            }
        }
    }

    #[test]
    fn unknown_law_is_an_error_that_names_the_value_and_the_last_verified_day() {
        let told = |on: &str| timeline().on(day(on)).unwrap_err().to_string();
        assert_eq!(told("2008-06-30"), "minimum on 2008-06-30: no text before 2008-07-01");
        assert_eq!(told("2010-01-01"), "minimum on 2010-01-01: not verified after 2009-12-31");
        assert_eq!(told("2010-07-01"), "minimum on 2010-07-01: not verified after 2009-12-31");
    }
}
