//! Convolutions that do little with what they read: depthwise, grouped, dilated, transposed; each beside the floor that memory or
//! arithmetic sets.

use std::hint::black_box;

use core_tensor::Scalar;
use core_tensor::kernel::{GroupedWindow2d, Start, Window2d};

use crate::Work;
use crate::memory::{Aligned, bytes_per_second};

/// A piece of work with the bytes that it must touch.
pub struct Floored {
    /// the work
    pub work: Work,
    /// bytes of what it reads and writes, once each
    pub bytes: usize,
}

impl Floored {
    /// Seconds that no program of this machine stays below: the larger of its operations at `flops_per_second` (that of [`peak`](crate::peak)) and its
    /// bytes at the speed of a memory that holds them.
    pub fn floor(&self, flops_per_second: f64) -> f64 {
        let arithmetic = self.work.flops / flops_per_second;
        arithmetic.max(self.bytes as f64 / bytes_per_second(self.bytes))
    }
}

/// Forward, by data and by weights of each.
pub fn all() -> Vec<Floored> {
    // name, side of the image, groups, channels in and out of each, window, stride, distance of taps
    let grouped = [
        ("depthwise 3×3 of 64 at 32×32", 32, 64, [1, 1], 3, 1, 1),
        ("depthwise 3×3 of 32 at 112×112", 112, 32, [1, 1], 3, 1, 1),
        ("depthwise 3×3/2 of 64 at 112×112", 112, 64, [1, 1], 3, 2, 1),
        ("depthwise 5×5 of 240 at 14×14", 14, 240, [1, 1], 5, 1, 1),
        ("depthwise 7×7 of 96 at 56×56", 56, 96, [1, 1], 7, 1, 1),
        ("32 groups of 4, 3×3 at 14×14", 14, 32, [4, 4], 3, 1, 1),
        ("32 groups of 4, 3×3 at 56×56", 56, 32, [4, 4], 3, 1, 1),
        ("32 groups of 8, 3×3 at 28×28", 28, 32, [8, 8], 3, 1, 1),
        ("32 groups of 16, 3×3 at 14×14", 14, 32, [16, 16], 3, 1, 1),
        ("32 groups of 32, 3×3 at 7×7", 7, 32, [32, 32], 3, 1, 1),
        (
            "dilated 3×3 64→64 2 apart at 32×32",
            32,
            1,
            [64, 64],
            3,
            1,
            2,
        ),
    ];
    grouped
        .into_iter()
        .flat_map(|(name, side, groups, [i, o], k, stride, apart)| {
            let padding = (k - 1) * apart / 2;
            let out = (side + 2 * padding - (k - 1) * apart - 1) / stride + 1;
            grouped_work(
                name,
                GroupedWindow2d {
                    window: Window2d {
                        input: [side, side, groups * i],
                        output: [out, out, groups * o],
                        kernel: [k, k],
                        stride: [stride, stride],
                        padding: [padding, padding],
                    },
                    dilation: [apart, apart],
                    groups,
                },
            )
        })
        .chain([transposed("transposed 4×4/2 64→32 at 16×16", 16, [64, 32])])
        .collect()
}

fn floored(name: String, flops: usize, numbers: usize, run: impl FnMut() + 'static) -> Floored {
    Floored {
        work: Work::new(name, flops as f64, run),
        bytes: numbers * size_of::<f32>(),
    }
}

fn grouped_work(name: &str, w: GroupedWindow2d) -> [Floored; 3] {
    let lens = [w.window.input_len(), w.window.output_len(), w.filter_len()];
    let numbers = lens.iter().sum();
    let [images, outputs, filters] = lens.map(|n| move || Aligned::numbers(n));
    let scratch = || Aligned::numbers(w.scratch());
    let (x, f, mut y, mut s) = (images(), filters(), outputs(), scratch());
    let bias = Aligned::numbers(w.window.output[2]);
    let forward = move || {
        f32::conv2d_grouped(
            &w,
            black_box(&x),
            &f,
            Start::Row(&bias),
            black_box(&mut y),
            &mut s,
        );
    };
    let (mut dx, f, dy, mut s) = (images(), filters(), outputs(), scratch());
    let by_data =
        move || f32::conv2d_grouped_by_data(&w, black_box(&dy), &f, black_box(&mut dx), &mut s);
    let (x, mut df, dy, mut s) = (images(), filters(), outputs(), scratch());
    let by_weights = move || {
        f32::conv2d_grouped_by_weights(
            &w,
            black_box(&x),
            &dy,
            Start::Zero,
            black_box(&mut df),
            &mut s,
        );
    };
    [
        floored(format!("{name} forward"), w.flops(), numbers, forward),
        floored(format!("{name} by data"), w.flops(), numbers, by_data),
        floored(format!("{name} by weights"), w.flops(), numbers, by_weights),
    ]
}

/// Forward; its gradients are convolutions.
fn transposed(name: &str, side: usize, [i, o]: [usize; 2]) -> Floored {
    let w = Window2d {
        input: [2 * side, 2 * side, o],
        output: [side, side, i],
        kernel: [4, 4],
        stride: [2, 2],
        padding: [1, 1],
    };
    let (x, f) = (
        Aligned::numbers(w.output_len()),
        Aligned::numbers(w.filter_len()),
    );
    let (mut y, mut s) = (
        Aligned::numbers(w.input_len()),
        Aligned::numbers(w.scratch()),
    );
    let (bias, numbers) = (Aligned::numbers(o), x.len() + f.len() + y.len());
    floored(format!("{name} forward"), w.flops(), numbers, move || {
        f32::conv2d_transposed(
            &w,
            black_box(&x),
            &f,
            Start::Row(&bias),
            black_box(&mut y),
            &mut s,
        );
    })
}
