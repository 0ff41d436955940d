//! The arithmetic peak of one core, measured: fused multiply-adds on registers alone.

use std::hint::black_box;

use pulp::{Arch, Simd, WithSimd};

/// Sums that do not wait for one another: more than latency × throughput of any processor so far.
const SUMS: usize = 20;
const ROUNDS: usize = 2000;

struct Fma;

impl WithSimd for Fma {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let mut sums: [S::f32s; SUMS] =
            std::array::from_fn(|i| simd.splat_f32s(black_box(i as f32)));
        let (a, b) = (
            simd.splat_f32s(black_box(0.5)),
            simd.splat_f32s(black_box(1.0)),
        );
        for _ in 0..ROUNDS {
            for sum in &mut sums {
                *sum = simd.mul_add_e_f32s(*sum, a, b);
            }
        }
        let mut total = simd.splat_f32s(0.0);
        for sum in sums {
            total = simd.add_f32s(total, sum);
        }
        black_box(simd.reduce_sum_f32s(total));
        (2 * SUMS * ROUNDS * S::F32_LANES) as f64
    }
}

/// Operations a second of `f32` multiply-adds on one core, the best of many bursts: what shares of the peak refer to.
pub fn flops_per_second() -> f64 {
    (0..3000).map(|_| burst()).fold(0.0, f64::max)
}

/// Operations a second of `f32` multiply-adds on one core in the next few microseconds, at the clock that it has.
pub fn burst() -> f64 {
    let clock = std::time::Instant::now();
    Arch::new().dispatch(Fma) / clock.elapsed().as_secs_f64()
}
