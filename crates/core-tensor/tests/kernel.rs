//! Every heavy kernel against the sum it stands for, written out in `f64` and index by index, at sides that cross the edge of every tile.

#[path = "common/reference.rs"]
mod reference;

use core_tensor::Scalar;
use core_tensor::kernel::{Layout, Product, Start, Strided, Window2d, matmul_strided};
use reference::{assert_near, exact, meetings, numbers, window};

/// Runs `kernel` from each start, on an output full of NaN where it is to be overwritten, and compares.
fn from_each_start<T: Scalar>(
    columns: usize,
    sums: &[f64],
    terms: usize,
    rows_too: bool,
    what: &dyn std::fmt::Debug,
    mut kernel: impl FnMut(Start<'_, T>, &mut [T]),
) {
    let mut c = vec![T::nan(); sums.len()];
    kernel(Start::Zero, &mut c);
    assert_near(&c, sums, terms, &(what, "from zero"));

    let mut c: Vec<T> = numbers(sums.len(), 7);
    let expected: Vec<f64> = exact(&c).iter().zip(sums).map(|(c, s)| c + s).collect();
    kernel(Start::Output, &mut c);
    assert_near(&c, &expected, terms + 1, &(what, "added"));

    if rows_too {
        let row: Vec<T> = numbers(columns, 8);
        let expected: Vec<f64> = sums
            .iter()
            .zip(exact(&row).iter().cycle())
            .map(|(s, r)| s + r)
            .collect();
        let mut c = vec![T::nan(); sums.len()];
        kernel(Start::Row(&row), &mut c);
        assert_near(&c, &expected, terms + 1, &(what, "from a row"));
    }
}

fn check_matmul<T: Scalar>(m: usize, k: usize, n: usize) {
    for layout in [Layout::Nn, Layout::Nt, Layout::Tn] {
        let p = Product { m, k, n, layout };
        let (a, b): (Vec<T>, Vec<T>) = (numbers(m * k, 1), numbers(k * n, 2));
        let (x, y) = (exact(&a), exact(&b));
        let at = |i: usize, t: usize| {
            if layout == Layout::Tn {
                x[t * m + i]
            } else {
                x[i * k + t]
            }
        };
        let bt = |t: usize, j: usize| {
            if layout == Layout::Nt {
                y[j * k + t]
            } else {
                y[t * n + j]
            }
        };
        let sums: Vec<f64> = (0..m * n)
            .map(|c| (0..k).map(|t| at(c / n, t) * bt(t, c % n)).sum())
            .collect();
        from_each_start(n, &sums, k, true, &p, |start, c: &mut [T]| {
            T::matmul(p, &a, &b, start, c)
        });
    }
}

#[test]
fn matmul_at_every_edge() {
    let sides = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 31, 33, 35];
    for (i, &m) in sides.iter().enumerate() {
        for (j, &n) in sides.iter().enumerate() {
            // Every pair of sides of the result, and every length of the sums with some of them.
            let k = sides[(5 * i + 3 * j) % sides.len()];
            check_matmul::<f32>(m, k, n);
            check_matmul::<f64>(n, k, m);
        }
    }
    for (m, k, n) in [
        (64, 65, 63),
        (1, 300, 130),
        (2, 70, 100),
        (3, 20, 67),
        (65, 1, 64),
        (50, 700, 49),
        (49, 300, 65),
    ] {
        check_matmul::<f32>(m, k, n);
        check_matmul::<f64>(m, k, n);
    }
}

#[test]
fn identity_keeps_a_matrix() {
    for n in [1, 5, 16, 33, 70] {
        let a: Vec<f32> = numbers(n * n, 3);
        let identity: Vec<f32> = (0..n * n)
            .map(|i| if i % (n + 1) == 0 { 1.0 } else { 0.0 })
            .collect();
        for layout in [Layout::Nn, Layout::Nt] {
            let mut c = vec![f32::NAN; n * n];
            f32::matmul(
                Product {
                    m: n,
                    k: n,
                    n,
                    layout,
                },
                &a,
                &identity,
                Start::Zero,
                &mut c,
            );
            assert_eq!(c, a);
        }
    }
}

#[test]
fn strided_products_agree() {
    for (m, k, n) in [(1, 1, 1), (7, 5, 3), (17, 33, 9), (64, 65, 63)] {
        let (a, b): (Vec<f64>, Vec<f64>) = (numbers(m * k, 1), numbers(k * n, 2));
        let mut expected = vec![0.0; m * n];
        f64::matmul(
            Product {
                m,
                k,
                n,
                layout: Layout::Tn,
            },
            &a,
            &b,
            Start::Zero,
            &mut expected,
        );
        let mut c = vec![f64::NAN; m * n];
        matmul_strided(
            [m, k, n],
            Strided {
                numbers: &a,
                strides: [1, m],
            },
            Strided {
                numbers: &b,
                strides: [n, 1],
            },
            false,
            &mut c,
            [n, 1],
        );
        assert_near(&c, &expected, k, &(m, k, n));
    }
}

#[test]
#[should_panic(expected = "share a place")]
fn strided_products_refuse_an_output_that_overlaps() {
    let a = Strided {
        numbers: &[1.0f32; 4],
        strides: [2, 1],
    };
    matmul_strided([2, 2, 2], a, a, false, &mut [0.0; 4], [1, 1]);
}

fn check_conv<T: Scalar>(w: &Window2d, batch: usize) {
    let [c, o] = [w.input[2], w.output[2]];
    let x: Vec<T> = numbers(batch * w.input_len(), 1);
    let filter: Vec<T> = numbers(w.filter_len(), 2);
    let dy: Vec<T> = numbers(batch * w.output_len(), 3);
    let (xs, fs, ds) = (exact(&x), exact(&filter), exact(&dy));
    let (mut y, mut dx, mut df) = (
        vec![0.0; dy.len()],
        vec![0.0; x.len()],
        vec![0.0; filter.len()],
    );
    for [output, input, tap] in meetings(w) {
        for sample in 0..batch {
            for i in 0..c {
                for j in 0..o {
                    let to = sample * w.output_len() + output * o + j;
                    let from = sample * w.input_len() + input * c + i;
                    let f = (tap * c + i) * o + j;
                    y[to] += xs[from] * fs[f];
                    dx[from] += ds[to] * fs[f];
                    df[f] += xs[from] * ds[to];
                }
            }
        }
    }
    let taps = w.kernel[0] * w.kernel[1];
    let mut scratch = vec![T::nan(); w.scratch()];
    from_each_start(o, &y, taps * c, true, &(w, "forward"), |start, y| {
        T::conv2d(w, &x, &filter, start, y, &mut scratch)
    });
    let terms = batch * w.output[0] * w.output[1];
    from_each_start(o, &df, terms, false, &(w, "by weights"), |start, df| {
        T::conv2d_by_weights(w, &x, &dy, start, df, &mut scratch)
    });
    let mut got = vec![T::nan(); x.len()];
    T::conv2d_by_data(w, &dy, &filter, &mut got, &mut scratch);
    assert_near(&got, &dx, taps * o, &(w, "by data"));
}

#[test]
fn convolutions_at_every_edge() {
    let channels = [1, 2, 3, 5, 6, 7, 8, 15, 16, 17, 31, 33];
    let mut turn = 0;
    for kernel in [1, 2, 3, 4, 5, 7, 11] {
        for stride in 1..=3 {
            for padding in 0..=2 {
                let [c, o] = [channels[turn % 12], channels[(turn * 5 + turn / 12) % 12]];
                let w = window(
                    [11 + turn % 3, 11 + turn % 5, c],
                    o,
                    [kernel, kernel],
                    [stride, stride],
                    [padding, padding],
                );
                check_conv::<f32>(&w, 1 + turn % 2);
                turn += 1;
            }
        }
    }
    for w in [
        window([9, 14, 3], 5, [3, 5], [1, 2], [0, 2]),
        window([14, 9, 6], 16, [5, 2], [3, 1], [1, 0]),
        window([8, 8, 2], 3, [1, 1], [3, 3], [0, 0]),
        window([5, 6, 4], 33, [2, 3], [2, 2], [2, 4]),
        window([14, 14, 6], 16, [5, 5], [1, 1], [0, 0]),
        window([28, 28, 1], 6, [5, 5], [1, 1], [2, 2]),
        window([5, 16, 4], 3, [3, 3], [1, 1], [1, 1]),
        window([6, 62, 3], 2, [5, 3], [1, 1], [2, 1]),
        window([7, 33, 2], 7, [3, 5], [1, 1], [0, 1]),
        window([3, 29, 1], 8, [3, 3], [1, 1], [2, 2]),
        window([4, 4, 64], 48, [3, 3], [1, 1], [1, 1]),
        window([1, 1, 1], 1, [1, 1], [1, 1], [0, 0]),
    ] {
        check_conv::<f32>(&w, 2);
        check_conv::<f64>(&w, 2);
    }
}

/// Two rows of the window at a time, and two taps: filters of more than a mebibyte serve all samples part by part.
#[test]
fn filters_larger_than_a_cache() {
    let by_rows = window([2, 2, 176], 176, [3, 3], [1, 1], [1, 1]);
    let by_taps = window([2, 2, 200], 500, [2, 3], [1, 1], [1, 1]);
    let strided = window([3, 3, 176], 176, [3, 3], [2, 2], [1, 1]);
    for w in [by_rows, by_taps, strided] {
        check_conv::<f32>(&w, 2);
    }
}

#[test]
fn rows_reduce() {
    for n in [1, 2, 6, 16, 31, 33, 64, 100] {
        for rows in [0, 1, 5, 67] {
            let x: Vec<f32> = numbers(rows * n, 4);
            let sums: Vec<f64> = (0..n)
                .map(|j| (0..rows).map(|i| f64::from(x[i * n + j])).sum())
                .collect();
            from_each_start(n, &sums, rows, true, &(rows, n), |start, c: &mut [f32]| {
                f32::sum_rows(&x, start, c)
            });
        }
        let x: Vec<f32> = numbers::<f32>(n, 5).iter().map(|x| 300.0 * x).collect();
        let top = x.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let total: f64 = x.iter().map(|x| f64::from(x - top).exp()).sum();
        let expected: Vec<f64> = x.iter().map(|x| f64::from(x - top).exp() / total).collect();
        let mut y = vec![f32::NAN; n];
        let [largest, log_sum] = f32::softmax_row(&x, &mut y);
        assert_eq!(largest, top);
        assert_near(&y, &expected, 3, &("softmax", n));
        assert!((f64::from(log_sum) - total.ln()).abs() < 1e-6 * total.ln().max(1.0));
    }
}

#[test]
#[should_panic(expected = "numbers of scratch")]
fn too_little_scratch_is_told() {
    let w = window([4, 4, 1], 1, [3, 3], [1, 1], [1, 1]);
    f32::conv2d(
        &w,
        &[0.0; 16],
        &[0.0; 9],
        Start::Zero,
        &mut [0.0; 16],
        &mut [],
    );
}
