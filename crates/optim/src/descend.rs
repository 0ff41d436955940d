//! One fused loop over every tensor, its gradient and what is remembered beside it.

use core_tensor::{Leaf, Params, Path, Scalar, Visit, prefetch};

use crate::{Memory, Plan, Treatment};

/// One step of an optimizer that treats every weight alike: `[Δ, m₁, m₂, …] ← change(η, [g, m₁, m₂, …]); θ ← θ − Δ`, where `m` are
/// the numbers that `memory` holds beside the weight. One pass over all tensors; a running statistic follows the batch's instead.
///
/// `move` into the closure what it needs, or the loop reads that again for every weight.
///
/// ```
/// use core_tensor::{Params, Scalar, Zeroed};
/// use optim::{Memory, Optimizer, Plan, descend};
///
/// /// Moves by the sign of the mean gradient.
/// struct Signum { rate: f64 }
/// impl<T: Scalar> Optimizer<T> for Signum {
///     type State<G: Zeroed> = Memory<G>;
///     fn start<G: Zeroed>(&self) -> Memory<G> { Memory::new(1) }
///     fn rate(&self) -> f64 { self.rate }
///     fn set_rate(&mut self, rate: f64) { self.rate = rate; }
///     fn step_by<P: Params<T>>(&self, net: &mut P, grad: &mut P::Grad, memory: &mut Memory<P::Grad>, plan: Plan<'_>) {
///         let keep = T::of(0.9);
///         descend(net, grad, memory, plan, self.rate, #[inline(always)] move |rate, [g, m]| {
///             let m = keep * m + g;
///             [rate * m.signum(), m]
///         });
///     }
/// }
/// ```
///
/// # Panics
/// If `memory` does not hold as many values as `change` takes.
#[track_caller]
pub fn descend<T: Scalar, P: Params<T>, const K: usize>(
    net: &mut P,
    grad: &mut P::Grad,
    memory: &mut Memory<P::Grad>,
    plan: Plan<'_>,
    rate: f64,
    change: impl Fn(T, [T; K]) -> [T; K] + Copy,
) {
    let held = memory.values.len();
    assert!(
        held + 1 == K,
        "the optimizer needs {} values and its state holds {held}; start it anew when its options change",
        K - 1
    );
    let mut values =
        std::iter::once(grad).chain(memory.values.iter_mut().map(|value| &mut **value));
    let beside = [(); K].map(|()| values.next().expect("as many as were counted"));
    net.visit(beside, &Path::Root, &mut Descent { plan, rate, change });
}

/// How much of a batch's statistic goes into the running one (PyTorch's `momentum`).
const STATISTIC: f64 = 0.1;

struct Descent<'p, F> {
    plan: Plan<'p>,
    rate: f64,
    change: F,
}

impl<T: Scalar, const K: usize, F: Fn(T, [T; K]) -> [T; K] + Copy> Visit<T, K> for Descent<'_, F> {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], beside: [&mut [T]; K]) {
        if leaf.role.learns() {
            let treatment = (self.plan)(leaf);
            return tensor(weight, beside, self.rate, treatment, self.change);
        }
        let share = T::of(STATISTIC);
        for (running, &mut new) in weight.iter_mut().zip(&mut *beside[0]) {
            *running += share * (new - *running);
        }
    }
}

/// How many weights are moved at a time: a cache line of `f32`, or registers that hold all of them.
const BLOCK: usize = 16;

/// Bytes of a cache line: the loop over blocks begins at one where the weights do, and what lies beside them mostly does as well.
const LINE: usize = 64;

/// What lies beside a tensor is as long as it.
const AS_LONG: &str = "a value beside the weights has their length";

/// How many bytes ahead memory is asked for what will be needed.
const AHEAD: usize = 2 << 10;

/// The loop over one tensor.
#[inline(never)]
pub(crate) fn tensor<T: Scalar, const K: usize>(
    weight: &mut [T],
    beside: [&mut [T]; K],
    rate: f64,
    treatment: Treatment,
    change: impl Fn(T, [T; K]) -> [T; K] + Copy,
) {
    let rate = rate * treatment.rate;
    let step = Step {
        keep: T::of(1.0 - rate * treatment.decay),
        rate: T::of(rate),
        l2: T::of(treatment.l2),
        scale: T::of(treatment.scale),
        limit: T::of(treatment.limit),
    };
    T::vectorize(
        #[inline(always)]
        || {
            // copies of what is captured by reference
            let (step, change, mut beside) = (step, change, beside);
            let head = weight.as_ptr().align_offset(LINE).min(weight.len());
            let (first, rest) = weight.split_at_mut(head);
            step.each(first, &mut beside, 0, change);
            let (blocks, last) = rest.as_chunks_mut::<BLOCK>();
            let mut at = head;
            for block in blocks {
                step.block(block, &mut beside, at, change);
                at += BLOCK;
            }
            step.each(last, &mut beside, at, change);
        },
    );
}

/// The numbers of a step for one tensor.
#[derive(Clone, Copy)]
struct Step<T> {
    keep: T,
    rate: T,
    l2: T,
    scale: T,
    limit: T,
}

impl<T: Scalar> Step<T> {
    /// A block of weights and what lies `at` their place beside them.
    #[inline(always)]
    fn block<const K: usize>(
        self,
        weights: &mut [T; BLOCK],
        beside: &mut [&mut [T]; K],
        at: usize,
        change: impl Fn(T, [T; K]) -> [T; K] + Copy,
    ) {
        for line in (0..BLOCK).step_by((LINE / size_of::<T>()).max(1)) {
            let ahead = line + AHEAD / size_of::<T>();
            prefetch(weights, ahead);
            for values in &*beside {
                prefetch(values, at + ahead);
            }
        }
        // copies, which the compiler knows to lie apart: the formula becomes vectors whatever it remembers, and the copies registers
        let mut copies = [[T::zero(); BLOCK]; K];
        for k in 0..K {
            let values = beside[k][at..].first_chunk();
            copies[k] = *values.expect(AS_LONG);
        }
        for i in 0..BLOCK {
            let mut numbers = [T::zero(); K];
            for k in 0..K {
                numbers[k] = copies[k][i];
            }
            (weights[i], numbers) = self.one(weights[i], numbers, change);
            for k in 1..K {
                copies[k][i] = numbers[k];
            }
        }
        for k in 1..K {
            let values = beside[k][at..].first_chunk_mut();
            *values.expect(AS_LONG) = copies[k];
        }
    }

    /// Weights that fill no block.
    #[inline(always)]
    fn each<const K: usize>(
        self,
        weights: &mut [T],
        beside: &mut [&mut [T]; K],
        from: usize,
        change: impl Fn(T, [T; K]) -> [T; K] + Copy,
    ) {
        for (i, w) in (from..).zip(weights) {
            let mut numbers = [T::zero(); K];
            for k in 0..K {
                numbers[k] = beside[k][i];
            }
            (*w, numbers) = self.one(*w, numbers, change);
            for k in 1..K {
                beside[k][i] = numbers[k];
            }
        }
    }

    /// A weight and what lies beside it, after the step.
    #[inline(always)]
    fn one<const K: usize>(
        self,
        w: T,
        mut numbers: [T; K],
        change: impl Fn(T, [T; K]) -> [T; K] + Copy,
    ) -> (T, [T; K]) {
        let g = numbers[0] * self.scale;
        let g = if g > self.limit { self.limit } else { g };
        let g = if g < -self.limit { -self.limit } else { g };
        numbers[0] = g + self.l2 * w;
        let mut numbers = change(self.rate, numbers);
        for number in &mut numbers[1..] {
            *number = number.flush();
        }
        ((w * self.keep - numbers[0]).flush(), numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // wherever a tensor begins and ends, a number is moved by the same formula, in a block or outside, and its neighbours stay
    #[test]
    fn all_lengths_and_beginnings() {
        let numbers = |factor: usize| -> Vec<f32> {
            Vec::from_iter((0..100).map(|i| (i * factor % 23) as f32 - 9.5))
        };
        let [weights, grads, means] = [5, 7, 11].map(numbers);
        let treatment = Treatment {
            limit: 7.0,
            decay: 0.1,
            ..Treatment::PLAIN
        };
        for (from, len) in (0..20).flat_map(|from| (0..80).map(move |len| (from, len))) {
            let (mut w, mut g, mut m) = (weights.clone(), grads.clone(), means.clone());
            let beside = [&mut g[..len], &mut m[20 - from..][..len]];
            tensor(
                &mut w[from..][..len],
                beside,
                0.5,
                treatment,
                #[inline(always)]
                |rate, [g, m]| {
                    let m = 0.5 * m + g;
                    [rate * m, m]
                },
            );
            let (mut moved, mut kept) = (weights.clone(), means.clone());
            for i in 0..len {
                let m = &mut kept[20 - from + i];
                *m = 0.5 * *m + grads[i].clamp(-7.0, 7.0);
                moved[from + i] = moved[from + i] * 0.95 - 0.5 * *m;
            }
            assert_eq!((w, m), (moved, kept), "{len} weights from {from}");
        }
    }
}
