//! Pooling against its definition, at sides and channels that cross every edge, with windows full of ties.

#[path = "common/reference.rs"]
mod reference;

use core_tensor::Scalar;
use core_tensor::kernel::Window2d;
use reference::{assert_near, exact, meetings, numbers, window};

fn check<T: Scalar>(w: &Window2d, batch: usize) {
    let c = w.input[2];
    // Few different values: windows are full of ties.
    let x: Vec<T> = numbers::<T>(batch * w.input_len(), 1)
        .iter()
        .map(|&x| (x * T::of(3.0)).round())
        .collect();
    let dy: Vec<T> = numbers(batch * w.output_len(), 2);
    let (xs, dys) = (exact(&x), exact(&dy));
    let area = (w.kernel[0] * w.kernel[1]) as f64;
    let (mut largest, mut at) = (
        vec![f64::NEG_INFINITY; dy.len()],
        vec![usize::MAX; dy.len()],
    );
    let (mut mean, mut max_dx, mut mean_dx) =
        (vec![0.0; dy.len()], vec![0.0; x.len()], vec![0.0; x.len()]);
    for [output, input, _] in meetings(w) {
        for i in 0..batch * c {
            let to = i / c * w.output_len() + output * c + i % c;
            let from = i / c * w.input_len() + input * c + i % c;
            let value = xs[from];
            mean[to] += value / area;
            mean_dx[from] += dys[to] / area;
            if value > largest[to] {
                (largest[to], at[to]) = (value, from);
            }
        }
    }
    at.iter().zip(&dys).for_each(|(&at, &dy)| max_dx[at] += dy);

    let (mut y, mut dx) = (vec![T::nan(); dy.len()], vec![T::nan(); x.len()]);
    T::avg_pool2d(w, &x, &mut y);
    assert_near(&y, &mean, 9 * w.kernel[0], &(w, "mean"));
    T::avg_pool2d_backward(w, &dy, &mut dx);
    assert_near(&dx, &mean_dx, 9, &(w, "mean, backward"));
    y.fill(T::nan());
    T::max_pool2d(w, &x, &mut y);
    assert_near(&y, &largest, 0, &(w, "max"));
    dx.fill(T::nan());
    T::max_pool2d_backward(w, &x, &y, &dy, &mut dx);
    assert_near(&dx, &max_dx, 9, &(w, "max, backward"));
}

#[test]
fn a_largest_number_does_not_hide_what_is_none() {
    for w in [
        window([4, 4, 5], 5, [2, 2], [2, 2], [0, 0]),
        window([4, 4, 17], 17, [3, 3], [2, 2], [1, 1]),
    ] {
        let c = w.input[2];
        for from in 0..w.input_len() {
            let mut x = vec![1.0_f32; w.input_len()];
            x[from] = f32::NAN;
            let mut y = vec![0.0; w.output_len()];
            f32::max_pool2d(&w, &x, &mut y);
            let mut lost = vec![false; y.len()];
            for [output, input, _] in meetings(&w) {
                lost[output * c + from % c] |= input * c + from % c == from;
            }
            let none: Vec<bool> = y.iter().map(|y| y.is_nan()).collect();
            assert_eq!(none, lost, "{w:?} {from}");
        }
    }
}

#[test]
fn pools_at_every_edge() {
    for c in [1, 2, 3, 6, 7, 16, 17, 33, 64, 100] {
        check::<f32>(&window([8, 6, c], c, [2, 2], [2, 2], [0, 0]), 2);
        check::<f64>(&window([8, 6, c], c, [2, 2], [2, 2], [0, 0]), 2);
        check::<f32>(&window([7, 9, c], c, [2, 2], [2, 2], [0, 0]), 2);
        check::<f64>(&window([7, 9, c], c, [2, 2], [2, 2], [0, 0]), 2);
        check::<f32>(&window([7, 9, c], c, [3, 3], [2, 2], [1, 1]), 1);
        check::<f64>(&window([7, 9, c], c, [3, 3], [2, 2], [1, 1]), 1);
        check::<f32>(&window([7, 9, c], c, [3, 2], [1, 3], [0, 1]), 1);
        check::<f64>(&window([7, 9, c], c, [3, 2], [1, 3], [0, 1]), 1);
    }
}
