//! The exports of a month: bytes to rows, rows to typed facts or findings with their line and column.

mod batch;
mod beneficiaries;
mod block;
mod cells;
mod cursor;
mod dialect;
mod earnings;
mod employers;
mod events;
mod fields;
mod followup;
mod header;
mod rows;
mod values;

pub use batch::Batch;
pub use block::{BlockReader, InputDigest};
pub use cursor::{Anonymous, Cursor, CursorBuffers, Read, cursors};
pub use dialect::{Delimiter, Dialect, Encoding};
pub use header::Header;
pub use rows::Row;

use crate::columns::{Column, Export};

/// Why a whole export is refused; nothing is published then.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The file can't be read.
    #[error("{export}: {error}; check the path and its permissions")]
    Unreadable {
        /// Which one.
        export: Export,
        /// What the system says.
        error: std::io::Error,
    },
    /// There is no header.
    #[error("{export}:1: the file is empty; export it again, at least with its header")]
    Empty {
        /// Which one.
        export: Export,
    },
    /// The header is not text.
    #[error("{export}:1: the header is not text in the encoding; export as UTF-8, or say --encoding windows-1252")]
    HeaderNotText {
        /// Which one.
        export: Export,
    },
    /// Required columns are missing.
    #[error("{export}:1: missing column {}; {hint}", .columns.join(", "))]
    MissingColumns {
        /// Which one.
        export: Export,
        /// Their names.
        columns: Vec<String>,
        /// What to do.
        hint: &'static str,
    },
    /// A column stands twice.
    #[error("{export}:1:{number}: column {} stands twice; keep one", .column.name())]
    DoubleColumn {
        /// Which one.
        export: Export,
        /// The column.
        column: Column,
        /// The number of the second one, from 1.
        number: usize,
    },
    /// A quote never closes.
    #[error("{export}:{line}:{column}: this quote never closes; rows can't be told apart from here on")]
    UnclosedQuote {
        /// Which one.
        export: Export,
        /// The physical line of the opening quote.
        line: u64,
        /// The number of its field.
        column: usize,
    },
    /// Text stands behind a closing quote.
    #[error(
        "{export}:{line}:{column}: text stands behind the quote that closes the field opened here; \
         double a quote that belongs to the text"
    )]
    TextBehindQuote {
        /// Which one.
        export: Export,
        /// The physical line of the opening quote.
        line: u64,
        /// The number of its field.
        column: usize,
    },
    /// A row is too long to be one.
    #[error("{export}:{line}: no line end within {limit} bytes; this is no CSV export, or its line ends are lost")]
    RowTooLong {
        /// Which one.
        export: Export,
        /// The physical line on which it starts.
        line: u64,
        /// The longest row, in bytes.
        limit: usize,
    },
}
