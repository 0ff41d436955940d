//! Element-wise loops, over the straight-line functions of `elementary`.

use num_traits::Float;

use crate::random::bits;

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

/// Zeroes each number with the chance `p` and scales the others; 53 bits decide, as they make a uniform number.
#[inline(always)]
pub(crate) fn drop_out<T: Float>(key: u64, first: usize, p: f64, scale: T, numbers: &mut [T]) {
    let dropped = (p * 2f64.powi(53)).ceil() as u64;
    for (place, x) in (first as u64..).zip(numbers) {
        let kept = bits(key, place) >> 11 >= dropped;
        *x = if kept { scale * *x } else { T::zero() };
    }
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
