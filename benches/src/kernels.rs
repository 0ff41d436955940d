//! The heavy kernels: matrix products and convolutions, alone. All that they read and write begins at a cache line, as what lies in an arena does.

use std::hint::black_box;

use core_tensor::Scalar;
use core_tensor::kernel::{Layout, Product, Start, Strided, Window2d, matmul_strided};

use crate::Work;
use crate::memory::Aligned;

/// Square products from 32 to 768 and the products of small networks.
pub fn products() -> Vec<Work> {
    let squares = [32, 48, 64, 96, 128, 192, 256, 384, 512, 768].map(|n| (n, n, n));
    let mut all: Vec<Work> = squares
        .into_iter()
        .chain([(64, 784, 128), (32, 4, 32)])
        .map(|sides| product(sides, Layout::Nn))
        .collect();
    all.extend(
        [(256, 256, 256), (64, 128, 64)]
            .into_iter()
            .flat_map(|sides| [product(sides, Layout::Nt), product(sides, Layout::Tn)]),
    );
    all
}

fn product((m, k, n): (usize, usize, usize), layout: Layout) -> Work {
    let [a, b, mut c] = [m * k, k * n, m * n].map(Aligned::numbers);
    Work::new(
        format!("matmul {layout:?} {m}×{k}×{n}"),
        2.0 * (m * k * n) as f64,
        move || {
            f32::matmul(
                Product { m, k, n, layout },
                black_box(&a),
                &b,
                Start::Zero,
                black_box(&mut c),
            );
        },
    )
}

/// Products by the tile, each with the same product by the crate `matrixmultiply`: where one should hand over to the other.
pub fn crossover() -> Vec<[Work; 2]> {
    let sides = [8, 16, 32, 64, 128, 256, 512, 768].map(|n| (n, n, n));
    let thin = [
        (1, 784, 128),
        (64, 784, 128),
        (64, 128, 784),
        (784, 64, 128),
        (64, 400, 120),
    ];
    let layouts = [Layout::Nn, Layout::Nt, Layout::Tn];
    let all = sides.into_iter().chain(thin);
    all.flat_map(|sides| {
        layouts.map(|layout| [product(sides, layout), by_matrixmultiply(sides, layout)])
    })
    .collect()
}

fn by_matrixmultiply((m, k, n): (usize, usize, usize), layout: Layout) -> Work {
    let [a, b, mut c] = [m * k, k * n, m * n].map(Aligned::numbers);
    let a_strides = if layout == Layout::Tn { [1, m] } else { [k, 1] };
    let b_strides = if layout == Layout::Nt { [1, k] } else { [n, 1] };
    Work::new(
        format!("matrixmultiply {layout:?} {m}×{k}×{n}"),
        2.0 * (m * k * n) as f64,
        move || {
            let a = Strided {
                numbers: black_box(&a),
                strides: a_strides,
            };
            let b = Strided {
                numbers: &b,
                strides: b_strides,
            };
            matmul_strided([m, k, n], a, b, false, black_box(&mut c), [n, 1]);
        },
    )
}

/// Convolutions forward, by data and by weights.
pub fn convolutions() -> Vec<Work> {
    // name, side of the image, channels in and out, window, padding, samples
    [
        ("3×3 64→64 at 32×32", 32, 64, 64, 3, 1, 1),
        ("5×5 6→16 at 10×10", 14, 6, 16, 5, 0, 64),
        ("5×5 1→6 at 28×28", 28, 1, 6, 5, 2, 64),
        ("3×3 3→64 at 32×32", 32, 3, 64, 3, 1, 4),
    ]
    .into_iter()
    .flat_map(|(name, side, i, o, k, p, samples)| convolution(name, side, [i, o], k, p, samples))
    .collect()
}

fn convolution(
    name: &str,
    side: usize,
    [i, o]: [usize; 2],
    k: usize,
    p: usize,
    samples: usize,
) -> [Work; 3] {
    let out = side + 2 * p + 1 - k;
    let w = Window2d {
        input: [side, side, i],
        output: [out, out, o],
        kernel: [k, k],
        stride: [1, 1],
        padding: [p, p],
    };
    let flops = 2.0 * (samples * out * out * o * k * k * i) as f64;
    let images = || Aligned::numbers(samples * side * side * i);
    let outputs = || Aligned::numbers(samples * out * out * o);
    let filters = || Aligned::numbers(k * k * i * o);
    let scratch = || Aligned::numbers(w.scratch());
    let (x, f, bias, mut y, mut s) = (
        images(),
        filters(),
        Aligned::numbers(o),
        outputs(),
        scratch(),
    );
    let forward = move || {
        f32::conv2d(
            &w,
            black_box(&x),
            &f,
            Start::Row(&bias),
            black_box(&mut y),
            &mut s,
        )
    };
    let (mut dx, f, dy, mut s) = (images(), filters(), outputs(), scratch());
    let by_data = move || f32::conv2d_by_data(&w, black_box(&dy), &f, black_box(&mut dx), &mut s);
    let (x, mut df, dy, mut s) = (images(), filters(), outputs(), scratch());
    let by_weights = move || {
        f32::conv2d_by_weights(
            &w,
            black_box(&x),
            &dy,
            Start::Zero,
            black_box(&mut df),
            &mut s,
        )
    };
    [
        Work::new(format!("conv {name} forward"), flops, forward),
        Work::new(format!("conv {name} by data"), flops, by_data),
        Work::new(format!("conv {name} by weights"), flops, by_weights),
    ]
}
