//! What is published: the rows of each file, their staging, and the summary.

mod contributions;
mod deadlines;
mod handover;
pub mod rows;
pub mod staging;
pub mod summary;
mod table;

pub use contributions::contribution;
pub use deadlines::{ADVISERS_HEADER, Followed, adviser, deadlines};
pub use handover::handover;
pub use table::Table;

use sha2::{Digest, Sha256};

/// Takes the SHA-256 of what is written to it.
#[derive(Debug, Default)]
struct DigestWriter(Sha256);

impl DigestWriter {
    fn finish(self) -> String {
        crate::hexadecimal(&self.0.finalize())
    }
}

impl std::io::Write for DigestWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
