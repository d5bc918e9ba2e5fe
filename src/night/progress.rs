use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// How far a night is, for whoever wants to show it; it decides nothing.
#[derive(Debug, Default)]
pub struct Progress {
    phase: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
    beneficiaries: AtomicU64,
}

/// What a night is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Nothing yet.
    Starting,
    /// Rows are scattered over partitions, as the exports are not sorted.
    Sorting,
    /// Rows are read and settled.
    Settling,
    /// Rows are read, joined, and written to parts.
    Preparing,
    /// The results of parts are merged.
    Merging,
    /// Files are synced and get their names.
    Publishing,
}

impl Progress {
    /// A phase begins, with so many bytes to go through.
    pub fn start(&self, phase: Phase, total: u64) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        self.beneficiaries.store(0, Ordering::Relaxed);
        self.phase.store(phase as u8, Ordering::Release);
    }

    /// So many bytes of the phase are done.
    pub fn set_done(&self, bytes: u64) {
        self.done.store(bytes, Ordering::Relaxed);
    }

    /// So many more bytes of the phase are done.
    pub fn add_done(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// So many more beneficiary rows are settled.
    pub fn add_beneficiaries(&self, rows: u64) {
        self.beneficiaries.fetch_add(rows, Ordering::Relaxed);
    }

    /// The phase, its bytes done and in all, and the beneficiary rows settled in it.
    pub fn look(&self) -> (Phase, u64, u64, u64) {
        let phase = match self.phase.load(Ordering::Acquire) {
            1 => Phase::Sorting,
            2 => Phase::Settling,
            3 => Phase::Preparing,
            4 => Phase::Merging,
            5 => Phase::Publishing,
            _ => Phase::Starting,
        };
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (phase, read(&self.done), read(&self.total), read(&self.beneficiaries))
    }
}
