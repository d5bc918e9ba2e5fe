//! A fault of the program tells its place and nothing else: the text of a panic may hold what stood in a row.

use std::io::Write;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, set_hook};
use std::sync::atomic::{AtomicBool, Ordering};

use super::NOTHING;

/// Whether any thread panicked, even one that nobody waits for.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Carries out `work`; a panic in it, or in any thread meanwhile, tells its place on stderr and gives exit status 2.
pub fn guarded(work: impl FnOnce() -> u8) -> u8 {
    set_hook(Box::new(|panic| {
        PANICKED.store(true, Ordering::SeqCst);
        // Where stderr is closed there is nobody to tell; the exit status says it.
        _ = std::io::stderr().write_all(told(panic.location()).as_bytes());
    }));
    let status = catch_unwind(AssertUnwindSafe(work)).unwrap_or(NOTHING);
    if PANICKED.load(Ordering::SeqCst) { NOTHING } else { status }
}

/// What is told of a panic: never its text.
fn told(place: Option<&Location<'_>>) -> String {
    let place =
        place.map_or_else(|| "an unknown place".to_owned(), |place| format!("{}:{}", place.file(), place.line()));
    format!(
        "versement: fault of the program at {place}; files that have their names are whole, a run that did not end is not \
         published; report this place with the version and the command, without data (`versement redact` makes a sample)\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const SECRET: &str = "151027510100289";

    /// The hook is the process's: each of these runs in a process of its own, started by the test below.
    #[test]
    #[ignore = "panics; run by the test below"]
    fn in_the_work() {
        std::process::exit(guarded(|| panic!("NIR {SECRET}")).into());
    }

    #[test]
    #[ignore = "panics; run by the test below"]
    fn in_a_thread_that_is_joined() {
        let work = || std::thread::scope(|scope| scope.spawn(|| -> u8 { panic!("NIR {SECRET}") }).join().unwrap_or(0));
        std::process::exit(guarded(work).into());
    }

    #[test]
    #[ignore = "panics; run by the test below"]
    fn in_a_thread_of_the_pool() {
        let work = || rayon::join(|| 0_u8, || -> u8 { panic!("NIR {SECRET}") }).0;
        std::process::exit(guarded(work).into());
    }

    #[test]
    fn a_panic_tells_its_place_and_no_payload() {
        for name in ["in_the_work", "in_a_thread_that_is_joined", "in_a_thread_of_the_pool"] {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["--exact", "--ignored", "--nocapture", &format!("commands::panics::tests::{name}")]);
            let ran = command.env("RUST_BACKTRACE", "full").output().unwrap();
            let [stdout, stderr] = [&ran.stdout, &ran.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            assert_eq!(ran.status.code(), Some(2), "{name}: {stdout}{stderr}");
            assert!(stderr.contains("fault of the program at src/commands/panics.rs:"), "{name}: {stderr}");
            assert!(!format!("{stdout}{stderr}").contains(SECRET), "{name}: {stdout}{stderr}");
        }
    }
}
