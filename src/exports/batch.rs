//! Rows of all exports that are worked on together.

use super::rows::Row;
use crate::columns::Export;

/// Rows of the exports, and the bytes that they point into.
#[derive(Debug, Default)]
pub struct Batch {
    /// The bytes of all rows that were put together row by row.
    pub bytes: Vec<u8>,
    /// The bytes of an export's rows as they were read; empty where its rows stand in `bytes`.
    pub(super) read: [Vec<u8>; Export::COUNT],
    /// The rows of each export, in the order of [`Export::ALL`].
    pub rows: [Vec<Row>; Export::COUNT],
}

impl Batch {
    /// Forgets all rows and keeps the buffers.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.read.iter_mut().for_each(Vec::clear);
        self.rows.iter_mut().for_each(Vec::clear);
    }

    /// The bytes that the rows of an export point into.
    pub fn bytes_of(&self, export: Export) -> &[u8] {
        let read = &self.read[export as usize];
        if read.is_empty() { &self.bytes } else { read }
    }

    /// The same as texts, where they are UTF-8. One look at all bytes costs less than one at each row.
    pub fn texts(&self) -> [Option<&str>; Export::COUNT] {
        let shared = simdutf8::basic::from_utf8(&self.bytes).ok();
        self.read.each_ref().map(|read| if read.is_empty() { shared } else { simdutf8::basic::from_utf8(read).ok() })
    }

    /// Whether it has no row.
    pub fn is_empty(&self) -> bool {
        self.rows.iter().all(Vec::is_empty)
    }
}
