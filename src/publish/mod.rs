//! What is published: the rows of each file, their staging, and the summary.

mod contributions;
mod deadlines;
mod digest;
mod handover;
mod piece;
pub mod rows;
pub mod staging;
pub mod summary;
mod table;

pub use contributions::contribution;
pub use deadlines::{ADVISERS_HEADER, Followed, adviser, deadlines};
pub use digest::Algorithm;
pub use handover::handover;
pub use table::Table;
