//! The settlement of versement on an engine of many machines (Apache DataFusion Ballista), when one is outgrown.
//!
//! One machine prepares the month, the engine settles its parts on many, and one machine merges what they answered: the first and the
//! last step are the library's own, and so is the settlement of each row. See `docs/guide/many-machines.md`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod address;
pub mod client;
pub mod columns;
pub mod commands;
pub mod executor;
pub mod function;
mod guard;
pub mod map;
pub mod months;
pub mod plan;
pub mod scheduler;
pub mod tls;
mod warnings;
