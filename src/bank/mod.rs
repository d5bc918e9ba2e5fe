//! Money out and back: credit transfers of a run, and what the bank answers.
//!
//! [`fund`] says who pays and from which account; [`run`] reads the files of a run; [`transfers`] writes them as credit
//! transfers; [`answers`] reads what the bank sends back; [`store`] keeps both.

pub mod answers;
pub mod files;
pub mod fund;
pub mod pain001;
pub mod reasons;
pub mod run;
pub mod store;
pub mod transfers;
pub mod xml;
