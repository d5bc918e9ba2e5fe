//! What the engine warns of, on the standard error of scheduler and executors.

use log::{Level, LevelFilter, Log, Metadata, Record};

struct Stderr;

impl Log for Stderr {
    fn enabled(&self, of: &Metadata<'_>) -> bool {
        of.level() <= Level::Warn
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            // One line, however many the engine makes of it.
            let text = record.args().to_string();
            eprintln!("versement-cluster: {}: {}", record.target(), text.lines().next().unwrap_or_default());
        }
    }

    fn flush(&self) {}
}

/// From now on the engine's warnings and errors are told.
pub(crate) fn tell() {
    // Another log is there already in a test only.
    _ = log::set_logger(&Stderr).map(|()| log::set_max_level(LevelFilter::Warn));
}
