//! Versement works out what each beneficiary of a convention de reclassement personnalisé is owed for a month, by the
//! law of the day, and publishes payments and anomalies.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod accounts;
pub mod anomaly;
pub mod bank;
mod bytes;
pub mod calendar;
pub mod columns;
pub mod commands;
pub mod doctor;
pub mod dossier;
pub mod explain;
pub mod exports;
pub mod facts;
pub mod generate;
pub mod identity;
pub mod intake;
pub mod law;
pub mod ledger;
pub mod money;
pub mod night;
pub mod page;
pub mod partition;
pub mod pipeline;
pub mod publish;
pub mod redact;
pub mod report;
pub mod results;
pub mod revision;
pub mod settle;
pub mod stats;
pub mod totals;
mod varint;
pub mod workbook;

/// Bytes as hexadecimal digits, the form of every digest.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
