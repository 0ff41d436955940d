//! A source that changes samples on their way, and prepares the next batch while the trainer works on this one.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use core_tensor::random::bits;
use core_tensor::{Scalar, Shape, Tensor};

use super::source::gather;
use crate::{Data, Each, Round, Source, Targets};

/// Samples in memory that are changed by `change` every time they are seen: shifted, flipped, made noisy. A thread of its own prepares the
/// next batch while the trainer works on this one; two buffers go to and fro, so that nothing is allocated but at the beginning of an epoch.
///
/// What is random about a sample follows from the key that comes with it, which is made of the trainer's seed, the number of the epoch and
/// that of the sample: the same bits with or without the thread.
///
/// ```
/// use core_tensor::{Tensor, Vector};
/// use nn::{Linear, Mse};
/// use optim::{Data, Loader, Progress, Sgd, Trainer};
/// let x: Vec<Tensor<Vector<1>>> = [0.0, 1.0, 2.0, 3.0].map(|x| Tensor::new([x])).into();
/// let mut run = |ahead| {
///     let jitter = |x: &mut Tensor<Vector<1>>, key: u64| x[[0]] += (key >> 40) as f32 / 1e9;
///     let loader = Loader::new(Data::new(&x, &x)).change(jitter).ahead(ahead);
///     let mut trainer = Trainer::<Vector<1>, Linear<1, 1>, _, _>::new(Mse, Sgd { rate: 0.1 }, 3);
///     trainer.fit(loader, None, 50, &mut Progress::quiet());
///     trainer.network.layers.weight[[0, 0]]
/// };
/// assert_eq!(run(true), run(false));
/// ```
pub struct Loader<'d, X: Shape, A, T: 'static = f32, F = fn(&mut Tensor<X, T>, u64)> {
    data: Data<'d, X, A, T>,
    change: F,
    ahead: bool,
    /// two, where no epoch has been broken off
    buffers: Vec<Box<[T]>>,
}

impl<'d, X: Shape, A, T: Scalar> Loader<'d, X, A, T> {
    /// Samples as they are.
    pub fn new(data: Data<'d, X, A, T>) -> Self {
        Self {
            data,
            change: |_, _| (),
            ahead: true,
            buffers: Vec::new(),
        }
    }
}

impl<'d, X: Shape, A, T: Scalar, F> Loader<'d, X, A, T, F> {
    /// Changes each sample by `change`, which is given the sample's key.
    pub fn change<G: FnMut(&mut Tensor<X, T>, u64)>(self, change: G) -> Loader<'d, X, A, T, G> {
        Loader {
            data: self.data,
            change,
            ahead: self.ahead,
            buffers: self.buffers,
        }
    }

    /// Whether a thread of its own works ahead, as it does unless told otherwise.
    #[must_use]
    pub fn ahead(self, ahead: bool) -> Self {
        Self { ahead, ..self }
    }
}

impl<X: Shape, A, T: Scalar, F> Source<X, A, T> for Loader<'_, X, A, T, F>
where
    F: FnMut(&mut Tensor<X, T>, u64) + Send,
{
    fn samples(&self) -> usize {
        self.data.x.len()
    }

    fn epoch(&mut self, round: Round<'_, T>, each: Each<'_, X, A, T>) {
        let Self { data, change, .. } = self;
        // numbers cross to the other thread, whatever the shape
        let (numbers, key) = (Tensor::flat(data.x), round.key);
        let prepare = move |chosen: &[usize], room: &mut [T]| {
            let samples = gather::<X, T>(Tensor::batch(numbers), chosen, room);
            for (sample, &i) in samples.iter_mut().zip(chosen) {
                change(sample, bits(key, i as u64));
            }
        };
        let chunks = round.order.chunks(round.size);
        if self.ahead {
            let numbers = round.size * X::LEN;
            self.buffers.retain(|buffer| buffer.len() == numbers);
            let zeroes = || core_tensor::zeros(numbers);
            self.buffers.resize_with(2, zeroes);
            let buffers = &mut self.buffers;
            ahead(chunks, prepare, buffers, |chosen, room| {
                let x = Tensor::batch(&room[..chosen.len() * X::LEN]);
                each(x, Targets::chosen(data.targets, chosen)).is_continue()
            });
        } else {
            let mut prepare = prepare;
            for chosen in chunks {
                prepare(chosen, round.room);
                let x = Tensor::batch(&round.room[..chosen.len() * X::LEN]);
                if each(x, Targets::chosen(data.targets, chosen)).is_break() {
                    return;
                }
            }
        }
    }
}

/// Uses every batch, in order, until `uses` has had enough; another thread prepares them in `buffers`.
fn ahead<T: Send>(
    batches: core::slice::Chunks<'_, usize>,
    prepare: impl FnMut(&[usize], &mut [T]) + Send,
    buffers: &mut Vec<Box<[T]>>,
    mut uses: impl FnMut(&[usize], &[T]) -> bool,
) {
    let (full_out, full) = sync_channel(buffers.len());
    let (empty, empty_in) = sync_channel(buffers.len());
    // there is room for all of them
    buffers
        .drain(..)
        .for_each(|buffer| drop(empty.send(buffer)));
    let prepared = batches.clone();
    thread::scope(|scope| {
        let helper = scope.spawn(move || fill(prepared, prepare, empty_in, &full_out));
        for chosen in batches {
            // nothing comes any more only where the helper has panicked
            let Ok(buffer) = full.recv() else { break };
            let more = uses(chosen, &buffer);
            let _ = empty.send(buffer);
            if !more {
                break;
            }
        }
        drop((full, empty));
        match helper.join() {
            Ok(empty) => buffers.extend(empty.try_iter()),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
}

/// The helper's work: it ends when all is prepared, or nobody wants more. What lies in `empty` then is handed back.
fn fill<T>(
    batches: core::slice::Chunks<'_, usize>,
    mut prepare: impl FnMut(&[usize], &mut [T]),
    empty: Receiver<Box<[T]>>,
    full: &SyncSender<Box<[T]>>,
) -> Receiver<Box<[T]>> {
    for chosen in batches {
        let Ok(mut buffer) = empty.recv() else { break };
        prepare(chosen, &mut buffer);
        if full.send(buffer).is_err() {
            break;
        }
    }
    empty
}
