//! Element-wise loops, over the straight-line functions of `elementary`.

use num_traits::Float;

use crate::random::{half, halves};

/// `y[i] = f(x[i])`
#[inline(always)]
pub(crate) fn map<T: Copy>(x: &[T], y: &mut [T], f: impl Fn(T) -> T) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = f(*x);
    }
}

/// `y[i] = f(y[i])`
#[inline(always)]
pub(crate) fn map_in_place<T: Copy>(y: &mut [T], f: impl Fn(T) -> T) {
    for y in y {
        *y = f(*y);
    }
}

/// `dy[i] *= f'(x[i])`, the derivative given the output
#[inline(always)]
pub(crate) fn map_backward<T: Float>(y: &[T], dy: &mut [T], f: impl Fn(T, T) -> T) {
    for (dy, y) in dy.iter_mut().zip(y) {
        *dy = f(*y, *dy);
    }
}

/// Zeroes each number with the chance `p`, rounded up to a multiple of 2⁻³², and scales the others.
#[inline(always)]
pub(crate) fn drop_out<T: Float>(key: u64, first: usize, p: f64, scale: T, numbers: &mut [T]) {
    let dropped = (p * 2f64.powi(32)).ceil() as u32;
    // from an even place on, two numbers share their bits
    let (odd, numbers) = numbers.split_at_mut((first % 2).min(numbers.len()));
    for x in odd {
        *x = left(*x, half(key, first as u64) >= dropped, scale);
    }
    let pair = first.div_ceil(2) as u64;
    let (blocks, rest) = numbers.as_chunks_mut::<64>();
    let after = pair + 32 * blocks.len() as u64;
    for (i, block) in (0..).zip(blocks) {
        let halves = halves(key, pair + 32 * i);
        for (x, &half) in block.iter_mut().zip(&halves) {
            *x = left(*x, half >= dropped, scale);
        }
    }
    if !rest.is_empty() {
        for (x, &half) in rest.iter_mut().zip(&halves(key, after)) {
            *x = left(*x, half >= dropped, scale);
        }
    }
}

/// What is left of a number.
#[inline(always)]
fn left<T: Float>(x: T, kept: bool, scale: T) -> T {
    if kept { scale * x } else { T::zero() }
}

/// `max(x, 0)`; NaN stays.
#[inline(always)]
pub(crate) fn relu<T: Float>(x: T) -> T {
    if x <= T::zero() { T::zero() } else { x }
}

/// `dy` where the output is positive: relu'(0) = 0.
#[inline(always)]
pub(crate) fn relu_backward<T: Float>(y: T, dy: T) -> T {
    if y > T::zero() { dy } else { T::zero() }
}

/// `dy · (1 − y²)`
#[inline(always)]
pub(crate) fn tanh_backward<T: Float>(y: T, dy: T) -> T {
    dy * (T::one() - y * y)
}

/// `1 / (1 + e⁻ˣ)` for any number, by the exponential that does not overflow.
pub(crate) fn sigmoid<T: Float>(x: T) -> T {
    let one = T::one();
    if x >= T::zero() {
        one / (one + (-x).exp())
    } else {
        let z = x.exp();
        z / (one + z)
    }
}

/// `dy · y · (1 − y)`
#[inline(always)]
pub(crate) fn sigmoid_backward<T: Float>(y: T, dy: T) -> T {
    dy * y * (T::one() - y)
}
