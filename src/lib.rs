//! Versement.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
pub mod calendar;
pub mod identity;
pub mod money;
