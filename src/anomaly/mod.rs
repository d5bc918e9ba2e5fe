//! What the program finds wrong, odd, or worth saying: each finding has a code, a place and a remedy.

mod catalogue;

pub use catalogue::{Code, Effect, Entry, Severity};

use std::borrow::Cow;
use std::fmt;

use crate::columns::{Column, Export};
use crate::identity::BeneficiaryId;

/// Where something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub export: Export,
    /// The physical line on which the row starts; the header is line 1; 0 where no row of today's exports is meant.
    pub line: u64,
    /// The column, where one field is meant.
    pub column: Option<Column>,
}

/// One thing found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// Where it was found.
    pub place: Place,
    /// Whose row it is, where that can be read.
    pub beneficiary: Option<BeneficiaryId>,
    /// What stands there; may be personal data, so it goes to the anomaly file only.
    pub found: String,
    /// What is wrong with it and what to do.
    pub detail: Cow<'static, str>,
}

impl Finding {
    /// A finding whose remedy is the catalogue's.
    pub fn new(code: Code, place: Place, beneficiary: Option<BeneficiaryId>, found: impl Into<String>) -> Self {
        Self::with_detail(code, place, beneficiary, found, code.entry().remedy)
    }

    /// A finding with a remedy of its own.
    pub fn with_detail(
        code: Code,
        place: Place,
        beneficiary: Option<BeneficiaryId>,
        found: impl Into<String>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { code, place, beneficiary, found: found.into(), detail: detail.into() }
    }

    /// Place (with the number that the column has in its file), code, what was found, what to do.
    pub fn message(&self, column_number: Option<usize>) -> String {
        let Place { export, line, .. } = self.place;
        let place = match (line, column_number) {
            (0, _) => String::new(),
            (line, Some(number)) => format!(":{line}:{number}"),
            (line, None) => format!(":{line}"),
        };
        format!("{export}{place}: {}: found \"{}\"; {}", self.code, self.found, self.detail)
    }

    /// The order of findings about the same beneficiary.
    pub fn order(&self) -> (Export, u64, Option<usize>, Code) {
        let Place { export, line, column } = self.place;
        let column = column.and_then(|column| export.columns().iter().position(|&other| other == column));
        (export, line, column, self.code)
    }
}

/// The text of a field, for a finding: at most 60 characters of it, control characters written out.
pub fn shortened(mut found: String) -> String {
    const LONGEST: usize = 60;
    if found.contains(char::is_control) {
        let shown =
            |letter: char| if letter.is_control() { letter.escape_default().to_string() } else { letter.into() };
        found = found.chars().take(LONGEST + 1).map(shown).collect();
    }
    if found.len() <= LONGEST {
        return found;
    }
    match found.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}… ({} characters)", &found[..at], found.chars().count()),
        None => found,
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.export, self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, " ({})", column.name()))
    }
}
