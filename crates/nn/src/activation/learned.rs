//! Activations with a number that is learned, one for all channels or one for each.

use autodiff::{Dual, Plain};
use core_tensor::kernel::Start;
use core_tensor::{Batch, BatchMut, Real, Room, Scalar, Shape, Tensor, Vector, mutant, params};

use crate::{Layer, Pass};

/// A function of a number and of one that is learned.
trait Learned {
    fn value<R: Real>(x: R, learned: R) -> R;
}

// one activation: its doc, its name, its number's name and role, its cost, its formula
macro_rules! learned { ($($(#[$doc:meta])* $name:ident $field:ident $stored:literal $role:ident $flops:literal |($x:ident, $learned:ident): (R, R)| $formula:expr;)+) => {$(
    $(#[$doc])*
    pub struct $name<const N: usize = 1, T: Scalar = f32> {
        /// one number for all channels, or one for each
        pub $field: Tensor<Vector<N>, T>,
    }
    params!([const N: usize] $name<N> { $field [$stored]: $role Vector<N> });

    impl<const N: usize, T: Scalar> Learned for $name<N, T> {
        #[inline(always)]
        fn value<R: Real>($x: R, $learned: R) -> R {
            $formula
        }
    }

    impl<X: Shape, const N: usize, T: Scalar> Layer<X, T> for $name<N, T> {
        type Y = X;
        type Saved<'a> = Batch<'a, X, T>;
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = $flops * X::LEN as u64;
        const ROOM: Room = Room::new(X::LEN, 0);
        fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, X, T>, Self::Saved<'a>) {
            const { assert!(N == 1 || N == <X::Row as Shape>::LEN, "an activation learns one number, or one for each channel") }
            let y = pass.batch::<X>(x.len());
            forward::<Self, T>(Tensor::flat(x), self.$field.as_slice(), Tensor::flat_mut(y));
            (y, x)
        }
        fn backward<'a>(&self, x: Self::Saved<'_>, dy: BatchMut<'a, X, T>, grad: Option<&mut Self>, pass: &mut Pass<'a, T>) -> BatchMut<'a, X, T> {
            let gradient = grad.map(|grad| grad.$field.as_mut_slice());
            backward::<Self, T>(Tensor::flat(x), self.$field.as_slice(), Tensor::flat_mut(dy), gradient, pass);
            dy
        }
    }
)+} }

learned! {
    /// `y = x` for `x > 0`, else `a·x` with a learned slope `a`: one for all channels, `PRelu`, or one for each, `PRelu<C>`. It begins at 0.25.
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// `dx = dy` for `x > 0`, else `a·dy`, at 0 too; `da = Σ x·dy` over `x ≤ 0`.
    ///
    /// He et al.: Delving deep into rectifiers (2015).
    PRelu slope "weight" Slope 2 |(x, a): (R, R)| R::choose(x > R::zero(), x, a * x);
    /// `y = x·σ(β·x)` with a learned `β`: one for all channels, or one for each. It begins at 1, where it is [`Silu`](crate::Silu).
    ///
    /// # Shapes
    /// Any shape, which stays.
    ///
    /// # Gradient
    /// With `s = σ(β·x)`: `dx = dy·s·(1 + β·x·(1 − s))`, `dβ = Σ dy·x²·s·(1 − s)`.
    ///
    /// Ramachandran, Zoph, Le: Searching for activation functions (2017).
    LearnedSwish beta "beta" Scale 22 |(x, beta): (R, R)| x * (beta * x).sigmoid();
}

/// `y = f(x, learned)`, channel by channel.
fn forward<L: Learned, T: Scalar>(x: &[T], learned: &[T], y: &mut [T]) {
    let value = |x: T, learned: T| L::value(Plain::new(x), Plain::new(learned)).get();
    T::vectorize(
        #[inline(always)]
        || {
            if let [learned] = *learned {
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = value(x, learned);
                }
            } else {
                let rows = y
                    .chunks_exact_mut(learned.len())
                    .zip(x.chunks_exact(learned.len()));
                for (y, x) in rows {
                    for ((y, &x), &learned) in y.iter_mut().zip(x).zip(learned) {
                        *y = value(x, learned);
                    }
                }
            }
        },
    );
}

/// `dy ← dy·∂f/∂x`, and the sum of `dy·∂f/∂learned` for each channel.
fn backward<L: Learned, T: Scalar>(
    x: &[T],
    learned: &[T],
    dy: &mut [T],
    gradient: Option<&mut [T]>,
    pass: &Pass<'_, T>,
) {
    let Some(gradient) = gradient else {
        return walk::<L, T>(x, learned, dy, None);
    };
    mutant::sum(
        "learned activation",
        pass.start(),
        gradient,
        |start, gradient| {
            if let Start::Zero = start {
                gradient.fill(T::zero());
            }
            walk::<L, T>(x, learned, dy, Some(gradient));
        },
    );
}

/// Numbers that are taken as so many channels where one number is learned for all.
const WIDE: usize = 64;

/// `dy ← dy·∂f/∂x`; each channel's `dy·∂f/∂learned` is added to its sum.
fn walk<L: Learned, T: Scalar>(x: &[T], learned: &[T], dy: &mut [T], sums: Option<&mut [T]>) {
    let [only] = *learned else {
        let Some(sums) = sums else {
            return each_row::<L, T>(x, learned, dy, &mut []);
        };
        return each_row::<L, T>(x, learned, dy, sums);
    };
    let mut wide = [T::zero(); WIDE];
    let (x, x_rest) = x.split_at(x.len() / WIDE * WIDE);
    let (dy, dy_rest) = dy.split_at_mut(x.len());
    each_row::<L, T>(x, &[only; WIDE], dy, &mut wide);
    let rest = x_rest.len();
    each_row::<L, T>(x_rest, &[only; WIDE][..rest], dy_rest, &mut wide[..rest]);
    if let Some([sum]) = sums {
        *sum += wide.iter().copied().sum();
    }
}

/// Rows as wide as `learned`. Without `sums` nothing is added.
fn each_row<L: Learned, T: Scalar>(x: &[T], learned: &[T], dy: &mut [T], sums: &mut [T]) {
    // not a `bool`, whose sum the compiler does not find vectors for
    let mut doubts = 0_u32;
    let channels = learned.len().max(1);
    T::vectorize(
        #[inline(always)]
        || {
            let mut doubts_here = 0_u32;
            for (dy, x) in dy.chunks_exact_mut(channels).zip(x.chunks_exact(channels)) {
                if sums.len() == channels {
                    for (((dy, &x), &learned), sum) in
                        dy.iter_mut().zip(x).zip(learned).zip(&mut *sums)
                    {
                        *sum += step::<L, T>(dy, x, learned, &mut doubts_here);
                    }
                } else {
                    for ((dy, &x), &learned) in dy.iter_mut().zip(x).zip(learned) {
                        step::<L, T>(dy, x, learned, &mut doubts_here);
                    }
                }
            }
            doubts = doubts_here;
        },
    );
    if doubts > 0 {
        each_doubtful::<L, T>(x, learned, dy, sums);
    }
}

/// One number: `dy` becomes `dx`, and what its channel's sum gets is returned. `doubts` says whether it was left out.
#[inline(always)]
fn step<L: Learned, T: Scalar>(dy: &mut T, x: T, learned: T, doubts: &mut u32) -> T {
    let [by_x, by_learned] = plain_slopes::<L, T>(x, learned);
    let doubtful = by_x.doubtful() | by_learned.doubtful();
    *doubts |= if doubtful { u32::MAX } else { 0 };
    let by_learned = if doubtful {
        T::zero()
    } else {
        by_learned.get()
    };
    let term = *dy * by_learned;
    let by_x = mutant::slope("learned activation input", by_x.get());
    *dy *= if doubtful { T::one() } else { by_x };
    term
}

/// What the loop of [`each_row`] left out.
#[cold]
#[inline(never)]
fn each_doubtful<L: Learned, T: Scalar>(x: &[T], learned: &[T], dy: &mut [T], sums: &mut [T]) {
    for (i, (dy, &x)) in dy.iter_mut().zip(x).enumerate() {
        let channel = i % learned.len();
        let plain = plain_slopes::<L, T>(x, learned[channel]);
        if plain.iter().any(Plain::doubtful) {
            let learned = Dual::variable(learned[channel], 1);
            let [by_x, by_learned] = L::value(Dual::<T, 2>::variable(x, 0), learned).partials;
            if let Some(sum) = sums.get_mut(channel) {
                *sum += *dy * by_learned;
            }
            *dy *= mutant::slope("learned activation input", by_x);
        }
    }
}

/// `∂f/∂x` and `∂f/∂learned`
#[inline(always)]
fn plain_slopes<L: Learned, T: Scalar>(x: T, learned: T) -> [Plain<T>; 2] {
    let x = Dual::<Plain<T>, 2>::variable(Plain::new(x), 0);
    L::value(x, Dual::variable(Plain::new(learned), 1)).partials
}
