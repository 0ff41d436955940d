//! What the kernels are compared with: numbers, windows, and who meets whom under them.

use core_tensor::Scalar;
use core_tensor::kernel::Window2d;

/// Numbers between −1 and 1, the same in every run.
pub(crate) fn numbers<T: Scalar>(n: usize, seed: u64) -> Vec<T> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / (1u64 << 23) as f64 - 1.0
    };
    (0..n).map(|_| T::of(next())).collect()
}

pub(crate) fn exact<T: Scalar>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.to_f64().unwrap()).collect()
}

/// Each number within the rounding of a sum of `terms` products of numbers up to 1.
pub(crate) fn assert_near<T: Scalar>(
    got: &[T],
    expected: &[f64],
    terms: usize,
    what: &dyn std::fmt::Debug,
) {
    let tolerance = T::epsilon().to_f64().unwrap() * 2.0 * (terms as f64 + 2.0);
    assert_eq!(got.len(), expected.len());
    for (i, (got, expected)) in exact(got).iter().zip(expected).enumerate() {
        assert!(
            (got - expected).abs() <= tolerance,
            "{what:?}: number {i} is {got}, not {expected}"
        );
    }
}

pub(crate) fn window(
    input: [usize; 3],
    o: usize,
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
) -> Window2d {
    let side = |d: usize| (input[d] + 2 * padding[d] - kernel[d]) / stride[d] + 1;
    Window2d {
        input,
        output: [side(0), side(1), o],
        kernel,
        stride,
        padding,
    }
}

/// Every (output pixel, input pixel, tap) that meet.
pub(crate) fn meetings(w: &Window2d) -> Vec<[usize; 3]> {
    let mut all = Vec::new();
    for output in 0..w.output[0] * w.output[1] {
        for tap in 0..w.kernel[0] * w.kernel[1] {
            let y = (output / w.output[1] * w.stride[0] + tap / w.kernel[1]) as isize
                - w.padding[0] as isize;
            let x = (output % w.output[1] * w.stride[1] + tap % w.kernel[1]) as isize
                - w.padding[1] as isize;
            if (0..w.input[0] as isize).contains(&y) && (0..w.input[1] as isize).contains(&x) {
                all.push([output, y as usize * w.input[1] + x as usize, tap]);
            }
        }
    }
    all
}
