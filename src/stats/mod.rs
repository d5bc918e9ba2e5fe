//! The figures of a month: who came, who is there, who left, what it cost.

mod figures;
mod tally;

pub use figures::{AfterTerm, Figures, LeftOut, Spending, Spread, Stats, TakeUp};
pub use tally::Tally;
