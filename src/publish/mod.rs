//! What is published: the rows of each file, their staging, and the summary.

pub mod rows;
pub mod staging;
