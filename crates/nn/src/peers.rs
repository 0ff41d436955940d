//! Passes over parts of one batch, side by side, and what they tell one another: what a layer that looks across the batch needs.

use alloc::boxed::Box;
use core::cell::Cell;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use core_tensor::Scalar;

/// How often a shard looks again before it sleeps: some microseconds, the time in which its peers mostly come.
const LOOKS: usize = 4000;

/// What a shard tells.
type Place<T> = RwLock<Box<[T]>>;

/// Where the shards of a batch meet. Each has its place, by its number, and all sums over the places are taken in that order: the bits do not
/// depend on who came first, nor on how many run at once.
#[derive(Debug)]
pub struct Board<T> {
    /// two of each shard, used in turn: nobody overwrites what somebody still reads
    places: [Box<[Place<T>]>; 2],
    gate: Mutex<Gate>,
    opened: Condvar,
    /// how often all have met
    meetings: AtomicUsize,
    /// how many shards may run at once
    at_once: usize,
}

#[derive(Clone, Copy, Debug)]
struct Gate {
    shards: usize,
    waiting: usize,
    running: usize,
    /// a shard has panicked: nobody must wait for it
    broken: bool,
}

impl<T: Scalar> Board<T> {
    /// A board for up to `shards` shards, of which `at_once` run at a time, with room for `numbers` numbers of each:
    /// [`Layer::ACROSS`](crate::Layer::ACROSS).
    pub fn new(shards: usize, numbers: usize, at_once: usize) -> Self {
        let place = |_| RwLock::new(core_tensor::zeros(numbers));
        Self {
            places: [(); 2].map(|()| (0..shards).map(place).collect()),
            gate: Mutex::new(Gate {
                shards,
                waiting: 0,
                running: 0,
                broken: false,
            }),
            opened: Condvar::new(),
            meetings: AtomicUsize::new(0),
            at_once: at_once.max(1),
        }
    }

    /// Before a pass: so many shards will take part.
    pub fn begin(&mut self, shards: usize) {
        let gate = self.gate.get_mut().unwrap_or_else(PoisonError::into_inner);
        *gate = Gate {
            shards,
            waiting: 0,
            running: 0,
            broken: false,
        };
        *self.meetings.get_mut() = 0;
    }

    /// Shard number `shard` begins its pass, as soon as there is a turn for it.
    pub fn enter(&self, shard: usize) -> Peers<'_, T> {
        self.take_turn(self.lock());
        Peers {
            board: self,
            shard,
            told: Cell::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take_turn(&self, mut gate: MutexGuard<'_, Gate>) {
        while gate.running >= self.at_once && !gate.broken {
            gate = self.wait(gate);
        }
        gate.running += 1;
    }

    fn wait<'g>(&self, gate: MutexGuard<'g, Gate>) -> MutexGuard<'g, Gate> {
        self.opened
            .wait(gate)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Until all shards are here; `before` is how often they have met.
    fn meet(&self, before: usize) {
        let mut gate = self.lock();
        gate.waiting += 1;
        if gate.waiting == gate.shards {
            gate.waiting = 0;
            self.meetings.store(before + 1, Ordering::Release);
            self.opened.notify_all();
            return;
        }
        let all_run = gate.shards <= self.at_once;
        if !all_run {
            gate.running -= 1;
            self.opened.notify_all();
        }
        drop(gate);
        let met = || self.meetings.load(Ordering::Acquire) > before;
        let mut looks = if all_run { LOOKS } else { 0 };
        while looks > 0 && !met() {
            core::hint::spin_loop();
            looks -= 1;
        }
        let mut gate = self.lock();
        while !met() && !gate.broken {
            gate = self.wait(gate);
        }
        assert!(met(), "another shard of the batch has panicked");
        if !all_run {
            self.take_turn(gate);
        }
    }
}

/// One of several passes over parts of a batch: [`Pass::peers`](crate::Pass::peers).
#[derive(Debug)]
pub struct Peers<'b, T> {
    board: &'b Board<T>,
    shard: usize,
    told: Cell<usize>,
}

impl<T: Scalar> Peers<'_, T> {
    /// Tells the other shards these numbers, one piece after another, and waits until all have told theirs.
    ///
    /// # Panics
    /// If the numbers are more than the board has room for, or another shard panicked.
    #[track_caller]
    pub fn tell(&self, pieces: &[&[T]]) -> Told<'_, T> {
        let told = self.told.get();
        let places = &self.board.places[told % 2];
        {
            let place = places[self.shard].write();
            let mut place = place.unwrap_or_else(PoisonError::into_inner);
            let (wanted, found) = (pieces.iter().map(|piece| piece.len()).sum(), place.len());
            assert!(
                found >= wanted,
                "a layer looks across the batch with {wanted} numbers and the board has room for {found}; a layer made of layers must pass on their largest `ACROSS`"
            );
            let mut at = 0;
            for piece in pieces {
                place[at..][..piece.len()].copy_from_slice(piece);
                at += piece.len();
            }
        }
        self.board.meet(told);
        self.told.set(told + 1);
        let shards = self.board.lock().shards;
        Told {
            places: &places[..shards],
        }
    }
}

impl<T> Drop for Peers<'_, T> {
    fn drop(&mut self) {
        let gate = self.board.gate.lock();
        let mut gate = gate.unwrap_or_else(PoisonError::into_inner);
        gate.running = gate.running.saturating_sub(1);
        gate.broken |= std::thread::panicking();
        self.board.opened.notify_all();
    }
}

/// What all shards told, in their order.
#[derive(Debug)]
pub struct Told<'b, T> {
    places: &'b [Place<T>],
}

impl<T> Told<'_, T> {
    /// The numbers of each shard, one after another.
    pub fn each(&self) -> impl Iterator<Item = RwLockReadGuard<'_, Box<[T]>>> {
        self.places
            .iter()
            .map(|place| place.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What the parts of a layer made of layers need at most.
pub const fn largest(of: &[usize]) -> usize {
    let (mut largest, mut i) = (0, 0);
    while i < of.len() {
        if of[i] > largest {
            largest = of[i];
        }
        i += 1;
    }
    largest
}
