//! What the law and the settlement need, and nothing more, with the tests that find mutants: one crate, as each further one would be
//! built anew for every mutant.

pub mod anomaly;
mod bytes;
pub mod calendar;
pub mod columns;
pub mod dossier;
pub mod exports;
pub mod facts;
pub mod identity;
pub mod law;
pub mod money;
pub mod settle;

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a mutant acts: the one that `MUTANT` names.
pub(crate) fn mutant(number: u32) -> bool {
    static ACTING: std::sync::LazyLock<Option<u32>> =
        std::sync::LazyLock::new(|| std::env::var("MUTANT").ok().and_then(|number| number.parse().ok()));
    *ACTING == Some(number)
}

/// Grounds are told in JSON; how, is no part of what is mutated.
mod explain {
    mod json;
    mod rows {
        pub(super) fn employer(siret: crate::identity::Siret) -> String {
            siret.number().to_string()
        }
    }
}

#[cfg(test)]
extern crate self as versement;
#[cfg(test)]
mod any_case;
#[cfg(test)]
mod case;
#[cfg(test)]
mod grounds;
#[cfg(test)]
mod law_tables;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod properties;
