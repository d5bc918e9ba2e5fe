//! The statement (décompte) of one beneficiary for one month, and the calendar of a made-up case: what the settlement's own
//! lines say, with the rules and values behind them. Pure: rows and facts in, text or JSON out.

mod build;
mod calendar_text;
mod html;
mod json;
mod of_run;
mod pick;
mod rows;
mod rules;
pub mod simulation;
mod statement;
mod text;
pub mod words;

pub use build::explain;
pub use calendar_text::calendar_text;
pub use html::html;
pub use of_run::{Disagrees, RunTold, explain_run};
pub use pick::{Picked, pick};
pub use rules::{Rule, Value};
pub use statement::{
    AsrStep, Facts, IdrStep, LawUsed, PaidClaim, PaidLine, PaymentTold, Statement, Sums, Told, UnpaidStep,
};
pub use text::text;
