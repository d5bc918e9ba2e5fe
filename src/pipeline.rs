//! Threads, and nothing of ours: batches are taken in order, worked on in parallel, placed in order, finished in
//! parallel. However many threads there are, what is placed comes in the same order.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The four steps that a batch goes through; `W` is what one thread keeps from batch to batch.
pub trait Stages: Sync {
    /// What one thread keeps: its batch, its buffers.
    type Worker: Send;
    /// Why the run ends early.
    type Error: Send;

    /// What a thread starts with.
    fn worker(&self) -> Self::Worker;
    /// How many more workers than threads there may be: a thread whose batch is done before its turn lays the worker aside and goes on
    /// with another one, instead of waiting.
    fn spare_workers(&self, _threads: NonZeroUsize) -> usize {
        0
    }
    /// Takes the next batch; `false` when there is none. One thread at a time, in order.
    fn take(&self, worker: &mut Self::Worker) -> Result<bool, Self::Error>;
    /// Works on the batch. In parallel.
    fn work(&self, worker: &mut Self::Worker) -> Result<(), Self::Error>;
    /// Says where the results go. One thread at a time, in the order of `take`.
    fn place(&self, worker: &mut Self::Worker) -> Result<(), Self::Error>;
    /// Puts the results there. In parallel.
    fn finish(&self, worker: &mut Self::Worker) -> Result<(), Self::Error>;
}

/// Runs all batches and returns all workers, in no particular order.
///
/// # Errors
/// The error of the earliest batch that has one, or that the threads can't be started.
pub fn run<S: Stages>(threads: NonZeroUsize, stages: &S) -> Result<Vec<S::Worker>, Failure<S::Error>> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.get()).build().map_err(Failure::Threads)?;
    let turns = Turns::new(stages.spare_workers(threads));
    let mut workers = pool.broadcast(|_| turns.run(stages));
    let state = turns.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, error)) = state.error {
        return Err(Failure::Batch(error));
    }
    workers.extend(state.idle);
    Ok(workers)
}

/// Asks for what is done beside a run.
#[derive(Debug)]
pub struct Bell(SyncSender<()>);

impl Bell {
    /// Asks for it; asked while it is being done, it is done once more.
    pub fn ring(&self) {
        // A full channel has been asked already; one that is closed has told its error.
        _ = self.0.try_send(());
    }
}

/// Runs `work`, and beside it `task` each time that its bell rings, on a thread that mostly waits.
///
/// # Errors
/// The first error of `task`, which is not called again after it.
pub fn beside<T, E: Send>(
    task: impl Fn() -> Result<(), E> + Send,
    work: impl FnOnce(&Bell) -> T,
) -> (T, Result<(), E>) {
    let (rung, heard) = sync_channel(1);
    std::thread::scope(|scope| {
        let tasks = scope.spawn(move || heard.iter().try_for_each(|()| task()));
        let bell = Bell(rung);
        let done = work(&bell);
        drop(bell);
        (done, tasks.join().unwrap_or_else(|panicked| std::panic::resume_unwind(panicked)))
    })
}

/// Does the same for each item at once, on threads that mostly wait.
///
/// # Errors
/// That of the first item that has one.
pub fn at_once<T: Sync, E: Send>(items: &[T], task: impl Fn(&T) -> Result<(), E> + Sync) -> Result<(), E> {
    let task = &task;
    std::thread::scope(|scope| {
        let begun: Vec<_> = items
            .iter()
            .map(|item| (item, std::thread::Builder::new().spawn_scoped(scope, move || task(item))))
            .collect();
        let done = begun.into_iter().map(|(item, thread)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panicked| std::panic::resume_unwind(panicked)),
            // The system gives no more threads.
            Err(_) => task(item),
        });
        done.collect::<Vec<_>>().into_iter().collect()
    })
}

/// Why a run ended early.
#[derive(Debug)]
pub enum Failure<E> {
    /// The system gave no threads.
    Threads(rayon::ThreadPoolBuildError),
    /// A batch could not be taken, worked on, placed or finished.
    Batch(E),
}

/// Whose turn it is.
struct Turns<W, E> {
    taken: Mutex<u64>,
    state: Mutex<State<W, E>>,
    changed: Condvar,
}

struct State<W, E> {
    /// The batch that is placed next.
    next: u64,
    /// Workers whose batch is done and waits for its turn, by batch.
    waiting: BTreeMap<u64, (W, Result<(), E>)>,
    /// Workers without a batch, and how many may still be made.
    idle: Vec<W>,
    spare: usize,
    /// No batch is taken any more.
    stopped: bool,
    /// A thread panicked: nobody waits for its turn any more.
    panicked: bool,
    /// The error of the earliest batch so far.
    error: Option<(u64, E)>,
}

impl<W: Send, E: Send> Turns<W, E> {
    fn new(spare: usize) -> Self {
        let (waiting, idle) = (BTreeMap::new(), Vec::new());
        let state = State { next: 0, waiting, idle, spare, stopped: false, panicked: false, error: None };
        Self { taken: Mutex::new(0), state: Mutex::new(state), changed: Condvar::new() }
    }

    fn run<S: Stages<Worker = W, Error = E>>(&self, stages: &S) -> W {
        let guard = StopOnPanic(self);
        let mut worker = stages.worker();
        while let Some(batch) = self.take(stages, &mut worker) {
            let worked = stages.work(&mut worker);
            worker = self.carry_on(stages, worker, batch, worked);
        }
        std::mem::forget(guard);
        worker
    }

    /// The next batch, if there is one and nothing went wrong.
    fn take<S: Stages<Worker = W, Error = E>>(&self, stages: &S, worker: &mut W) -> Option<u64> {
        let mut next = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if self.lock_state().stopped {
            return None;
        }
        let batch = *next;
        *next += 1;
        match stages.take(worker) {
            Ok(true) => return Some(batch),
            Ok(false) => self.stop(None),
            Err(error) => self.stop(Some((batch, error))),
        }
        None
    }

    /// Brings a batch to its end when its turn has come, and those that waited for it; else lays it aside. Returns a worker for
    /// another batch.
    fn carry_on<S: Stages<Worker = W, Error = E>>(
        &self,
        stages: &S,
        mut worker: W,
        mut batch: u64,
        mut worked: Result<(), E>,
    ) -> W {
        let mut state = self.lock_state();
        while state.next != batch {
            if state.panicked || state.error.as_ref().is_some_and(|(failed, _)| *failed < batch) {
                // An earlier batch failed, or a thread panicked: this one is dropped.
                return worker;
            }
            let other = state.idle.pop();
            if other.is_some() || state.spare > 0 {
                state.spare -= usize::from(other.is_none());
                state.waiting.insert(batch, (worker, worked));
                drop(state);
                return other.unwrap_or_else(|| stages.worker());
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        loop {
            // Only the thread whose turn it is comes here, so placing needs no lock.
            let placed = worked.and_then(|()| stages.place(&mut worker));
            let waited = placed.is_ok().then(|| self.next_turn()).flatten();
            if let Err(error) = placed.and_then(|()| stages.finish(&mut worker)) {
                self.stop(Some((batch, error)));
                return worker;
            }
            let Some((next, worked_before)) = waited else { return worker };
            self.lock_state().idle.push(std::mem::replace(&mut worker, next));
            self.changed.notify_all();
            (batch, worked) = (batch + 1, worked_before);
        }
    }

    /// The turn of the next batch, which this thread carries on with if it was laid aside.
    fn next_turn(&self) -> Option<(W, Result<(), E>)> {
        let mut state = self.lock_state();
        state.next += 1;
        self.changed.notify_all();
        let next = state.next;
        state.waiting.remove(&next)
    }

    fn lock_state(&self) -> MutexGuard<'_, State<W, E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stop(&self, failed: Option<(u64, E)>) {
        let mut state = self.lock_state();
        state.stopped = true;
        if let Some((batch, error)) = failed
            && state.error.as_ref().is_none_or(|(earlier, _)| batch < *earlier)
        {
            state.error = Some((batch, error));
        }
        self.changed.notify_all();
    }
}

/// A thread that panics must not leave the others waiting for its turn.
struct StopOnPanic<'t, W, E>(&'t Turns<W, E>);

impl<W, E> Drop for StopOnPanic<'_, W, E> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.stopped = true;
        state.panicked = true;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Squares the numbers below `count`; fails, or panics, at chosen ones.
    struct Squares {
        count: u64,
        fails_at: Vec<u64>,
        panics_at: Option<u64>,
        spare: usize,
        next: Mutex<u64>,
        placed: Mutex<Vec<u64>>,
    }

    impl Squares {
        fn new(count: u64) -> Self {
            let (next, placed) = (Mutex::new(0), Mutex::new(Vec::new()));
            Self { count, fails_at: Vec::new(), panics_at: None, spare: 0, next, placed }
        }
    }

    impl Stages for Squares {
        /// A batch, and how many were finished.
        type Worker = (u64, u64);
        type Error = u64;

        fn worker(&self) -> (u64, u64) {
            (0, 0)
        }

        fn spare_workers(&self, _: NonZeroUsize) -> usize {
            self.spare
        }

        fn take(&self, (batch, _): &mut (u64, u64)) -> Result<bool, u64> {
            let mut next = self.next.lock().unwrap();
            *batch = *next;
            *next += 1;
            Ok(*batch < self.count)
        }

        fn work(&self, (batch, _): &mut (u64, u64)) -> Result<(), u64> {
            assert_ne!(Some(*batch), self.panics_at);
            // Later batches are done sooner.
            std::thread::sleep(std::time::Duration::from_micros(7 * ((self.count - *batch) % 5)));
            if self.fails_at.contains(batch) { Err(*batch) } else { Ok(()) }
        }

        fn place(&self, (batch, _): &mut (u64, u64)) -> Result<(), u64> {
            self.placed.lock().unwrap().push(*batch * *batch);
            Ok(())
        }

        fn finish(&self, (_, finished): &mut (u64, u64)) -> Result<(), u64> {
            *finished += 1;
            Ok(())
        }
    }

    /// How many threads, and how many spare workers.
    const THREADS: [(usize, usize); 6] = [(1, 0), (1, 1), (2, 0), (2, 1), (7, 0), (7, 4)];

    fn threads(count: usize) -> NonZeroUsize {
        NonZeroUsize::new(count).unwrap()
    }

    #[test]
    fn results_are_placed_in_order_whatever_the_threads() {
        for (count, spare) in THREADS {
            let squares = Squares { spare, ..Squares::new(200) };
            let workers = run(threads(count), &squares).unwrap_or_default();
            assert!((count..=count + spare).contains(&workers.len()));
            assert_eq!(workers.iter().map(|(_, finished)| finished).sum::<u64>(), 200);
            assert_eq!(*squares.placed.lock().unwrap(), (0..200).map(|n| n * n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_error_of_the_earliest_batch_is_told_and_nothing_behind_it_is_placed() {
        for (count, spare) in THREADS {
            let squares = Squares { fails_at: vec![60, 40, 41], spare, ..Squares::new(200) };
            assert!(matches!(run(threads(count), &squares), Err(Failure::Batch(40))));
            assert_eq!(squares.placed.lock().unwrap().len(), 40);
        }
    }

    #[test]
    fn what_goes_on_beside_a_run_ends_with_it_and_tells_its_first_error() {
        let called = Mutex::new(0);
        let count = |fails_at: u32| {
            let mut called = called.lock().unwrap();
            *called += 1;
            if *called == fails_at { Err(fails_at) } else { Ok(()) }
        };
        let rung = beside(|| count(0), |bell| (0..1_000).for_each(|_| bell.ring()));
        assert_eq!(rung, ((), Ok(())));
        assert!(*called.lock().unwrap() >= 1);
        let next = *called.lock().unwrap() + 1;
        assert_eq!(beside(|| count(next), |bell| (0..1_000).for_each(|_| bell.ring())).1, Err(next));
        assert_eq!(*called.lock().unwrap(), next);
    }

    #[test]
    fn a_panic_ends_the_run_instead_of_stopping_it() {
        for (count, spare) in THREADS {
            let squares = Squares { panics_at: Some(30), spare, ..Squares::new(200) };
            let ended =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(threads(count), &squares).is_ok()));
            assert!(ended.is_err());
        }
    }

    #[test]
    fn what_is_done_at_once_is_done_for_all_and_the_first_error_is_told() {
        let done = Mutex::new(Vec::new());
        let told = at_once(&[4, 1, 3, 2], |&item| {
            done.lock().unwrap().push(item);
            if item % 2 == 1 { Err(item) } else { Ok(()) }
        });
        assert_eq!(told, Err(1));
        done.lock().unwrap().sort_unstable();
        assert_eq!(*done.lock().unwrap(), [1, 2, 3, 4]);
        assert_eq!(at_once(&[] as &[u8], |_| Err(())), Ok(()));
    }
}
