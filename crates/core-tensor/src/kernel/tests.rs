//! The heavy kernels on every kind of vector this machine has, not only its widest, against the plain loops.

use pulp::Arch;

use super::{Layout, Product, Start, Window2d, conv, gemm, plain};

fn machines() -> Vec<Arch> {
    let mut all = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    all.extend(pulp::x86::V3::try_new().map(Arch::V3));
    all
}

/// Small whole numbers: their sums are exact, whatever the order.
fn numbers(n: usize, seed: usize) -> Vec<f32> {
    (0..n)
        .map(|i| ((i * 7919 + seed * 104_729) % 11) as f32 - 5.0)
        .collect()
}

#[test]
fn matmul_on_every_machine() {
    for (m, k, n) in [
        (1, 9, 70),
        (3, 40, 5),
        (9, 33, 17),
        (33, 5, 26),
        (50, 300, 50),
        (7, 0, 3),
    ] {
        for layout in [Layout::Nn, Layout::Nt, Layout::Tn] {
            let p = Product { m, k, n, layout };
            let (a, b, row) = (numbers(m * k, 1), numbers(k * n, 2), numbers(n, 3));
            let mut expected = vec![f32::NAN; m * n];
            plain::matmul(p, &a, &b, Start::Row(&row), &mut expected);
            for arch in machines() {
                let mut c = vec![f32::NAN; m * n];
                gemm::matmul(arch, p, p.rows(), &a, &b, Start::Row(&row), &mut c);
                assert_eq!(c, expected, "{p:?} on {arch:?}");
            }
        }
    }
}

#[test]
fn blocks_of_a_large_product() {
    // More than one block of rows and of the sums' terms, the last of both not full.
    let p = Product {
        m: 523,
        k: 391,
        n: 131,
        layout: Layout::Nn,
    };
    let (a, b) = (numbers(p.m * p.k, 1), numbers(p.k * p.n, 2));
    let mut expected = numbers(p.m * p.n, 3);
    let mut c = expected.clone();
    plain::matmul(p, &a, &b, Start::Output, &mut expected);
    gemm::matmul(Arch::new(), p, p.rows(), &a, &b, Start::Output, &mut c);
    assert_eq!(c, expected);
}

#[test]
fn convolutions_on_every_machine() {
    // channels in and out, window, stride, padding
    for (c, o, kernel, stride, padding) in [
        (1, 6, 5, 1, 2),
        (6, 16, 5, 1, 0),
        (3, 8, 3, 2, 1),
        (8, 9, 4, 3, 2),
        (16, 33, 3, 1, 1),
    ] {
        check_convolution([13, 13], [c, o], kernel, stride, padding);
    }
}

#[test]
fn windows_that_share_what_they_read() {
    // Channels that fill a tile, that leave some over and that are fewer; outputs of 4, 7, 10 and 11 windows a row.
    for c in [2, 3, 4, 5, 7, 8] {
        for (o, kernel, widths) in [
            (16, 3, [6, 9, 12, 13]),
            (16, 5, [6, 9, 12, 13]),
            (13, 5, [6, 9, 12, 13]),
            (32, 3, [6, 9, 12, 13]),
            (16, 7, [8, 11, 14, 15]),
        ] {
            for width in widths {
                check_convolution([7, width], [c, o], kernel, 1, kernel / 4);
            }
            check_convolution([7, 13], [c, o], kernel, 2, 0);
        }
    }
}

/// The three forms of a convolution on every machine.
fn check_convolution(
    input: [usize; 2],
    [c, o]: [usize; 2],
    kernel: usize,
    stride: usize,
    padding: usize,
) {
    let [height, width] = input.map(|side| (side + 2 * padding - kernel) / stride + 1);
    let w = Window2d {
        input: [input[0], input[1], c],
        output: [height, width, o],
        kernel: [kernel, kernel],
        stride: [stride, stride],
        padding: [padding, padding],
    };
    let (x, dy, filter) = (
        numbers(w.input_len(), 1),
        numbers(w.output_len(), 2),
        numbers(w.filter_len(), 3),
    );
    let mut expected = [
        vec![f32::NAN; dy.len()],
        vec![f32::NAN; x.len()],
        vec![f32::NAN; filter.len()],
    ];
    plain::conv2d(&w, &x, &filter, Start::Zero, &mut expected[0]);
    plain::conv2d_by_data(&w, &dy, &filter, &mut expected[1]);
    plain::conv2d_by_weights(&w, &x, &dy, Start::Zero, &mut expected[2]);
    for arch in machines() {
        let mut scratch = vec![f32::NAN; w.scratch()];
        let mut got = [
            vec![f32::NAN; dy.len()],
            vec![f32::NAN; x.len()],
            vec![f32::NAN; filter.len()],
        ];
        conv::conv2d(
            arch,
            &w,
            &x,
            &filter,
            Start::Zero,
            &mut got[0],
            &mut scratch,
        );
        conv::conv2d_by_data(arch, &w, &dy, &filter, &mut got[1], &mut scratch);
        conv::conv2d_by_weights(arch, &w, &x, &dy, Start::Zero, &mut got[2], &mut scratch);
        assert_eq!(got, expected, "{w:?} on {arch:?}");
    }
}
