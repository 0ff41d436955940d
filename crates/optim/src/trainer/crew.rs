//! One batch on several threads.

use std::sync::{Mutex, PoisonError};

use core_tensor::random::bits;
use core_tensor::{Batch, Leaf, Params, Path, Scalar, Shape, Tensor, Zeroed};
use nn::{Board, Gradients, Layer, Loss, Network, Pass, Score, training_room};
use rayon_core::{ThreadPool, ThreadPoolBuilder};

use super::fit::Measured;
use super::step::gradient;
use crate::{Data, Epoch, Optimizer, Progress, Source, Targets, Trainer};

/// What works out the gradient of a batch.
pub(super) trait Worker<X: Shape, L: Layer<X, T>, Q: Loss<L::Y, T>, T: Scalar> {
    /// The gradient of the mean loss of some samples, which count for their share `of` so many.
    fn gradient(
        &mut self,
        network: &mut Network<X, L, T>,
        loss: &Q,
        batch: (Batch<'_, X, T>, Targets<'_, Q::Target>),
        of: usize,
        grad: (&mut L::Grad, Gradients),
        key: u64,
    ) -> Score<T>;

    /// Brings together in `grad` what belongs to a step.
    fn collect(&mut self, layers: &mut L, grad: &mut L::Grad) {
        let _ = (layers, grad);
    }
}

/// The calling thread, with the network's own memory.
pub(super) struct Alone;

impl<X: Shape, L: Layer<X, T>, Q: Loss<L::Y, T>, T: Scalar> Worker<X, L, Q, T> for Alone {
    fn gradient(
        &mut self,
        network: &mut Network<X, L, T>,
        loss: &Q,
        batch: (Batch<'_, X, T>, Targets<'_, Q::Target>),
        of: usize,
        (grad, gradients): (&mut L::Grad, Gradients),
        key: u64,
    ) -> Score<T> {
        let (layers, room) = network.parts();
        let pass = Pass {
            gradients,
            ..Pass::train(room, key)
        };
        gradient(layers, loss, batch, of, grad, pass)
    }
}

/// Threads that share the batches of a [`Trainer`], with the memory that each of them needs. They live as long as this does; a step starts
/// none.
///
/// A batch is cut into `shards`, and their gradients are added in the order of the samples, so that the bits depend on the number of shards
/// and on nothing else: `threads` says how many work at once, and one gives the same as eight. A step forks once. Where a layer looks
/// across the batch ([`BatchNorm`](nn::BatchNorm)), the shards meet there and tell one another their sums, so that it stays that of the whole
/// batch. What is random is drawn for each shard by a key of its own.
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use nn::{BatchNorm, Linear, Mse};
/// use optim::{Crew, Data, Progress, Sgd, Trainer};
/// type Net = (Linear<1, 4>, BatchNorm<4>, Linear<4, 1>);
/// let x: Vec<Tensor<Vector<1>>> = (0..32).map(|i| Tensor::new([i as f32 / 32.0])).collect();
/// let run = |threads| {
///     let mut trainer = Trainer::<Vector<1>, Net, _, _>::new(Mse, Sgd { rate: 0.1 }, 8);
///     trainer.network.init(nn::Init::HeNormal, 1);
///     let mut crew = Crew::of(&trainer, 2, threads);
///     trainer.with(&mut crew).fit(Data::new(&x, &x), None, 20, &mut Progress::quiet());
///     trainer.score(Data::new(&x, &x)).loss
/// };
/// assert!(run(1) < 0.01 && run(1) == run(2));
/// ```
pub struct Crew<X: Shape, L: Params<T>, T: Scalar = f32> {
    first: Mutex<Shard<T>>,
    others: Vec<Mutex<Other<T, L::Grad>>>,
    board: Board<T>,
    /// none where the calling thread does it all
    pool: Option<ThreadPool>,
    /// how many shards the step has
    active: usize,
    shape: core::marker::PhantomData<fn(X)>,
}

/// All but the first, whose gradient becomes that of the step, have one of their own.
type Other<T, G> = (Shard<T>, Box<G>);

struct Shard<T> {
    room: Box<[T]>,
    score: Score<T>,
}

impl<X: Shape, L: Layer<X, T>, T: Scalar> Crew<X, L, T> {
    /// A crew for a trainer's batches, which are cut into `shards`, `threads` of them at work at once.
    ///
    /// # Panics
    /// If there are no shards or no threads, or the operating system gives no more threads.
    #[track_caller]
    pub fn of<Q, O: Optimizer<T>>(
        trainer: &Trainer<X, L, Q, O, T>,
        shards: usize,
        threads: usize,
    ) -> Self {
        assert!(
            shards > 0 && threads > 0,
            "{threads} threads were to work on {shards} shards; give at least 1 of each"
        );
        let room = training_room::<X, L, T>(trainer.network.capacity().div_ceil(shards));
        let shard = || Shard {
            room: core_tensor::zeros(room),
            score: Score::none(),
        };
        // who waits for the others must have begun: each shard of such a network has a thread, and as many have a turn as there should be
        let threads_made = match L::ACROSS {
            0 => threads.min(shards),
            _ => shards,
        };
        let pool = (threads_made > 1).then(|| {
            let builder = ThreadPoolBuilder::new().num_threads(threads_made);
            let pool = builder.thread_name(|i| format!("shard {i}")).build();
            pool.unwrap_or_else(|error| {
                panic!("{threads_made} threads cannot be started: {error}; ask for fewer")
            })
        });
        Self {
            first: Mutex::new(shard()),
            others: (1..shards)
                .map(|_| Mutex::new((shard(), L::Grad::boxed())))
                .collect(),
            board: Board::new(shards, L::ACROSS, threads),
            pool,
            active: 0,
            shape: core::marker::PhantomData,
        }
    }
}

/// Calls `run` for each number, each on a thread of its own where there are enough.
fn fork(run: &(dyn Fn(usize) + Sync), from: usize, to: usize) {
    if to - from > 1 {
        rayon_core::join(|| run(from), || fork(run, from + 1, to));
    } else {
        run(from);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<X: Shape, L, Q, T: Scalar> Worker<X, L, Q, T> for Crew<X, L, T>
where
    L: Layer<X, T, Grad: Send> + Sync,
    Q: Loss<L::Y, T, Target: Sync> + Sync,
{
    fn gradient(
        &mut self,
        network: &mut Network<X, L, T>,
        loss: &Q,
        (x, targets): (Batch<'_, X, T>, Targets<'_, Q::Target>),
        of: usize,
        (grad, gradients): (&mut L::Grad, Gradients),
        key: u64,
    ) -> Score<T> {
        let shards = (1 + self.others.len()).min(x.len());
        if gradients == Gradients::Overwrite {
            self.active = shards;
        }
        self.board.begin(shards);
        let (layers, board, samples) = (&*network.layers, &self.board, x.len());
        let numbers = Tensor::flat(x);
        let shard_of = |k: usize, shard: &mut Shard<T>, grad: &mut L::Grad| {
            let (from, to) = (k * samples / shards, (k + 1) * samples / shards);
            let x = &Tensor::batch(numbers)[from..to];
            let peers = board.enter(k);
            let pass = Pass {
                gradients,
                peers: (shards > 1).then_some(&peers),
                ..Pass::train(&mut shard.room, bits(key, k as u64))
            };
            let targets = targets.part(from, to - from);
            shard.score = gradient(layers, loss, (x, targets), of, grad, pass);
        };
        let grad = Mutex::new(grad);
        let run = |k: usize| match k.checked_sub(1) {
            None => shard_of(k, &mut locked(&self.first), &mut locked(&grad)),
            Some(other) => {
                let (shard, grad) = &mut *locked(&self.others[other]);
                shard_of(k, shard, grad);
            }
        };
        match &self.pool {
            Some(pool) if shards > 1 => pool.install(|| fork(&run, 0, shards)),
            _ => (0..shards).for_each(run),
        }
        let mut score = locked(&self.first).score;
        for other in &self.others[..shards - 1] {
            score = score.and(locked(other).0.score);
        }
        score
    }

    fn collect(&mut self, layers: &mut L, grad: &mut L::Grad) {
        // running statistics are those of the whole batch in every shard
        let mut add = |leaf: Leaf<'_>, _: &mut [T], [sum, part]: [&mut [T]; 2]| {
            if leaf.role.learns() {
                T::add_to(part, sum);
            }
        };
        for other in &mut self.others[..self.active.saturating_sub(1)] {
            let other = other.get_mut().unwrap_or_else(PoisonError::into_inner);
            layers.visit([&mut *grad, &mut other.1], &Path::Root, &mut add);
        }
    }
}

/// A trainer with its crew: [`Trainer::with`].
pub struct Crewed<'c, X: Shape, L: Params<T>, Q, O: Optimizer<T>, T: Scalar> {
    trainer: &'c mut Trainer<X, L, Q, O, T>,
    crew: &'c mut Crew<X, L, T>,
}

impl<X: Shape, L: Params<T>, Q, O: Optimizer<T>, T: Scalar> Trainer<X, L, Q, O, T> {
    /// The same trainer with several threads at work, for the steps, epochs and runs that are called on what this returns.
    pub fn with<'c>(&'c mut self, crew: &'c mut Crew<X, L, T>) -> Crewed<'c, X, L, Q, O, T> {
        Crewed {
            trainer: self,
            crew,
        }
    }
}

impl<X: Shape, L, Q, O: Optimizer<T>, T: Scalar> Crewed<'_, X, L, Q, O, T>
where
    L: Layer<X, T, Grad: Send> + Sync,
    Q: Loss<<L as Layer<X, T>>::Y, T, Target: Sync> + Sync,
{
    /// [`Trainer::step`].
    ///
    /// # Panics
    /// As that.
    #[track_caller]
    pub fn step(&mut self, x: Batch<'_, X, T>, targets: &[Q::Target]) -> Score<T> {
        self.trainer.step_by(self.crew, x, targets)
    }

    /// [`Trainer::epoch`].
    ///
    /// # Panics
    /// As that.
    #[track_caller]
    pub fn epoch(
        &mut self,
        source: impl Source<X, Q::Target, T>,
        progress: &mut Progress<'_>,
    ) -> Score<T> {
        self.trainer.epoch_by(self.crew, source, progress)
    }

    /// [`Trainer::fit`].
    ///
    /// # Panics
    /// As that.
    #[track_caller]
    pub fn fit(
        &mut self,
        train: impl Source<X, Q::Target, T>,
        held_out: Option<Data<'_, X, Q::Target, T>>,
        epochs: usize,
        progress: &mut Progress<'_>,
    ) -> Vec<Epoch<T>> {
        self.fit_measured(train, held_out, epochs, progress, &mut |_| Vec::new())
    }

    /// [`Trainer::fit_measured`].
    ///
    /// # Panics
    /// As that.
    #[track_caller]
    pub fn fit_measured(
        &mut self,
        train: impl Source<X, Q::Target, T>,
        held_out: Option<Data<'_, X, Q::Target, T>>,
        epochs: usize,
        progress: &mut Progress<'_>,
        measure: &mut dyn FnMut(&mut Network<X, L, T>) -> Measured,
    ) -> Vec<Epoch<T>> {
        let epochs = (epochs, progress);
        self.trainer
            .fit_by(self.crew, train, held_out, epochs, measure)
    }
}
