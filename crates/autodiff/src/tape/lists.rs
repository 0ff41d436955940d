//! The loops of a tape: lists number by number, where a shorter one is repeated, and their sums.

use core_tensor::Scalar;
use core_tensor::kernel::Start;

use super::sweep::weighed;

/// `y[i] = f(a[i], b[i])`, where an operand shorter than `y` is repeated.
pub(crate) fn each<T: Scalar>(a: &[T], b: &[T], y: &mut [T], f: impl Fn(T, T) -> T + Copy) {
    match (a.len() == y.len(), b.len() == y.len()) {
        (true, true) => T::vectorize(
            #[inline(always)]
            || {
                for ((y, &a), &b) in y.iter_mut().zip(a).zip(b) {
                    *y = f(a, b);
                }
            },
        ),
        (true, false) if b.len() == 1 => {
            let b = b[0];
            T::vectorize(
                #[inline(always)]
                || {
                    for (y, &a) in y.iter_mut().zip(a) {
                        *y = f(a, b);
                    }
                },
            );
        }
        (false, true) if a.len() == 1 => {
            let a = a[0];
            T::vectorize(
                #[inline(always)]
                || {
                    for (y, &b) in y.iter_mut().zip(b) {
                        *y = f(a, b);
                    }
                },
            );
        }
        // one number for all: the slope by a repeated factor
        (false, false) if a.len() == 1 && b.len() == 1 => y.fill(f(a[0], b[0])),
        (true, false) => {
            let rows = y.chunks_exact_mut(b.len()).zip(a.chunks_exact(b.len()));
            rows.for_each(|(y, a)| each(a, b, y, f));
        }
        (false, _) => {
            let (rows, a) = (y.chunks_exact_mut(a.len()), a);
            let width = a.len();
            for (i, y) in rows.enumerate() {
                let b = if b.len() == width {
                    b
                } else {
                    &b[i * width..][..width]
                };
                each(a, b, y, f);
            }
        }
    }
}

/// `dx += terms`, summed over the repetitions of a shorter `dx`.
pub(super) fn add_terms<T: Scalar>(terms: &[T], dx: &mut [T]) {
    match dx {
        _ if dx.len() == terms.len() => T::add_to(terms, dx),
        [dx] => *dx += total(terms),
        _ => T::sum_rows(terms, Start::Output, dx),
    }
}

/// `dx += share · dy` for every repetition of `dy`.
pub(super) fn repeat_share<T: Scalar>(share: T, dy: &[T], dx: &mut [T]) {
    if let &[dy] = dy {
        let term = share * dy;
        return T::vectorize(
            #[inline(always)]
            || dx.iter_mut().for_each(|dx| *dx += term),
        );
    }
    for dx in dx.chunks_exact_mut(dy.len()) {
        T::vectorize(
            #[inline(always)]
            || {
                for (dx, &dy) in dx.iter_mut().zip(dy) {
                    *dx += share * dy;
                }
            },
        );
    }
}

/// `Σ x`, in sixteen sums side by side.
pub(crate) fn total<T: Scalar>(x: &[T]) -> T {
    let (chunks, rest) = x.as_chunks::<16>();
    let mut total = T::zero();
    T::vectorize(
        #[inline(always)]
        || {
            // in here, so that they stay in registers
            let mut sums = [T::zero(); 16];
            for chunk in chunks {
                for (sum, &x) in sums.iter_mut().zip(chunk) {
                    *sum += x;
                }
            }
            total = sums.into_iter().chain(rest.iter().copied()).sum();
        },
    );
    total
}

/// Whether a number is none. The answer stays in a register: written behind every number, it would keep the loop from the vectors.
#[inline(always)]
fn any_nan<T: Scalar>(numbers: impl Iterator<Item = T>) -> bool {
    numbers.fold(false, |nan, x| nan | x.holds_nan())
}

/// `dx += slope · dy` for each slope.
pub(super) fn add_multiple<T: Scalar>(dy: T, slopes: &[T], dx: &mut [T]) {
    let mut nan = false;
    T::vectorize(
        #[inline(always)]
        || {
            nan = any_nan(slopes.iter().map(|&slope| slope * dy));
            if !nan {
                for (dx, &slope) in dx.iter_mut().zip(slopes) {
                    *dx += slope * dy;
                }
            }
        },
    );
    if nan {
        let pairs = dx.iter_mut().zip(slopes);
        pairs.for_each(|(dx, &slope)| *dx += weighed(slope, dy));
    }
}

/// `dx += slopes · dy`, number by number.
pub(super) fn add_products<T: Scalar>(slopes: &[T], dy: &[T], dx: &mut [T]) {
    let mut nan = false;
    T::vectorize(
        #[inline(always)]
        || {
            nan = any_nan(slopes.iter().zip(dy).map(|(&slope, &dy)| slope * dy));
            if !nan {
                for ((dx, &slope), &dy) in dx.iter_mut().zip(slopes).zip(dy) {
                    *dx += slope * dy;
                }
            }
        },
    );
    if nan {
        for ((dx, &slope), &dy) in dx.iter_mut().zip(slopes).zip(dy) {
            *dx += weighed(slope, dy);
        }
    }
}

/// `slopes *= dy`, number by number.
pub(super) fn multiply<T: Scalar>(dy: &[T], slopes: &mut [T]) {
    let mut nan = false;
    T::vectorize(
        #[inline(always)]
        || {
            nan = any_nan(slopes.iter().zip(dy).map(|(&slope, &dy)| slope * dy));
            if !nan {
                for (slope, &dy) in slopes.iter_mut().zip(dy) {
                    *slope *= dy;
                }
            }
        },
    );
    if nan {
        let pairs = slopes.iter_mut().zip(dy);
        pairs.for_each(|(slope, &dy)| *slope = weighed(*slope, dy));
    }
}
