//! Shows how far a night is, on a terminal only.

use std::io::IsTerminal;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use crate::night::{Phase, Progress};

/// A bar that follows a night until it is dropped.
pub(super) struct Bar<'scope> {
    stop: Option<Sender<()>>,
    shown: Option<ScopedJoinHandle<'scope, ()>>,
}

impl<'scope> Bar<'scope> {
    /// Follows `progress` if stderr is a terminal and nobody asked for quiet.
    pub(super) fn follow<'env>(scope: &'scope Scope<'scope, 'env>, progress: &'env Progress, quiet: bool) -> Self {
        if quiet || !std::io::stderr().is_terminal() {
            return Self { stop: None, shown: None };
        }
        let (stop, stopped) = channel();
        Self { stop: Some(stop), shown: Some(scope.spawn(move || show(progress, &stopped))) }
    }
}

impl Drop for Bar<'_> {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(shown) = self.shown.take() {
            // A bar that fails must not fail the night.
            let _ = shown.join();
        }
    }
}

fn show(progress: &Progress, stopped: &Receiver<()>) {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template(
        "{prefix:<10} [{bar:30}] {percent:>3} %  {bytes}/{total_bytes}  {bytes_per_sec}  {msg}  {eta} left",
    );
    if let Ok(style) = style {
        bar.set_style(style.progress_chars("=> "));
    }
    let mut shown = Phase::Starting;
    let mut since = Instant::now();
    while matches!(stopped.recv_timeout(Duration::from_millis(100)), Err(RecvTimeoutError::Timeout)) {
        let (phase, done, total, beneficiaries) = progress.look();
        if phase != shown {
            shown = phase;
            since = Instant::now();
            bar.reset();
            bar.set_prefix(name(phase));
        }
        bar.set_length(total.max(done));
        bar.set_position(done);
        let millis = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
        if beneficiaries > 0 {
            bar.set_message(format!("{} beneficiaries/s", HumanCount(beneficiaries.saturating_mul(1000) / millis)));
        }
    }
    bar.finish_and_clear();
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Starting => "starting",
        Phase::Sorting => "sorting",
        Phase::Settling => "settling",
        Phase::Preparing => "preparing",
        Phase::Merging => "merging",
        Phase::Publishing => "publishing",
    }
}
