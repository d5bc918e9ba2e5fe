//! The entries of the law data as a person reads them.

use crate::calendar::Day;

/// One entry of the law data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its table, with the regime or kind that it is for.
    pub name: String,
    /// The first day on which it holds; `None` for a choice, which has no date.
    pub from: Option<Day>,
    /// What it says, as `key value` pairs or a single value.
    pub value: String,
    /// The text that says so.
    pub source: String,
}

/// Every entry, in the order of the law data.
#[derive(Clone, Debug, Default)]
pub struct Listing(pub(super) Vec<Listed>);

impl Listing {
    /// What is in force on a day: of each name the entry that started last.
    pub fn in_force(&self, day: Day) -> Vec<&Listed> {
        let mut found: Vec<&Listed> = Vec::new();
        for entry in self.0.iter().filter(|entry| entry.from.is_none_or(|from| from <= day)) {
            match found.iter_mut().find(|earlier| earlier.name == entry.name) {
                Some(earlier) => *earlier = entry,
                None => found.push(entry),
            }
        }
        found
    }

    /// Every entry.
    pub fn all(&self) -> &[Listed] {
        &self.0
    }
}
