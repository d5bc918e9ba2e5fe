//! Values with a first day. Each holds until the next one starts; behind the last verified day nothing is known.

use crate::calendar::Day;

/// The values of one name, each from its day on.
#[derive(Clone, Debug)]
pub struct Timeline<T> {
    name: String,
    entries: Vec<Entry<T>>,
    verified_until: Day,
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
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownLaw {
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

impl<T> Timeline<T> {
    /// The values in the order of their days.
    pub fn new(name: impl Into<String>, entries: Vec<Entry<T>>, verified_until: Day) -> Self {
        Self { name: name.into(), entries, verified_until }
    }

    /// The value in force on a day.
    ///
    /// # Errors
    /// The day lies before the first text or behind the last verified day.
    pub fn on(&self, day: Day) -> Result<&T, UnknownLaw> {
        let at = self.entries.iter().rposition(|entry| entry.from <= day);
        match at.map(|at| &self.entries[at]) {
            Some(Entry { value: Some(value), .. }) if day <= self.verified_until => Ok(value),
            found => Err(self.unknown(day, found)),
        }
    }

    #[cold]
    fn unknown(&self, day: Day, found: Option<&Entry<T>>) -> UnknownLaw {
        let name = self.name.clone();
        match found {
            Some(entry) => {
                let last = if entry.value.is_none() { entry.from.eve() } else { Day::AFTER_ALL };
                UnknownLaw::AfterLastCheck { name, day, last: last.min(self.verified_until) }
            }
            None => {
                let first = self.entries.first().map_or(self.verified_until, |entry| entry.from);
                UnknownLaw::BeforeFirstText { name, day, first }
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
    fn unknown_law_is_an_error_that_names_the_value_and_the_last_verified_day() {
        let told = |on: &str| timeline().on(day(on)).unwrap_err().to_string();
        assert_eq!(told("2008-06-30"), "minimum on 2008-06-30: no text before 2008-07-01");
        assert_eq!(told("2010-01-01"), "minimum on 2010-01-01: not verified after 2009-12-31");
        assert_eq!(told("2010-07-01"), "minimum on 2010-07-01: not verified after 2009-12-31");
    }
}
