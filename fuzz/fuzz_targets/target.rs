//! One program for all targets, as each would be linked with the whole project: FUZZ_TARGET says which.

#![no_main]

use std::sync::LazyLock;

#[path = "../bodies/mod.rs"]
mod bodies;
#[path = "../../tests/case/mod.rs"]
mod case;
#[path = "../../tests/oracle/mod.rs"]
mod oracle;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("FUZZ_TARGET").unwrap_or_default();
    let found = bodies::TARGETS.iter().find(|(name, _)| *name == wanted);
    found.unwrap_or_else(|| panic!("FUZZ_TARGET names no target: {wanted}")).1
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| TARGET(data));
