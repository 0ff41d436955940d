//! The heavy kernels on every kind of vector this machine has, not only its widest, against the plain loops.

use pulp::Arch;

use super::block::lanes_of_tiles;
use super::spread::Spread;
use super::transpose::Transpose;
use super::{Layout, Product, Start, Window2d, conv, gemm, plain};

pub(super) fn machines() -> Vec<Arch> {
    let mut all = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    all.extend(pulp::x86::V3::try_new().map(Arch::V3));
    all
}

/// Small whole numbers: their sums are exact, whatever the order.
pub(super) fn numbers(n: usize, seed: usize) -> Vec<f32> {
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
        (22, 6, 40),
        (50, 300, 50),
        (7, 0, 3),
    ] {
        for layout in [Layout::Nn, Layout::Nt, Layout::Tn] {
            let p = Product { m, k, n, layout };
            let (a, b, row) = (numbers(m * k, 1), numbers(k * n, 2), numbers(n, 3));
            for start in [Start::Zero, Start::Row(&row), Start::Output] {
                let mut expected = numbers(m * n, 4);
                plain::matmul(p, &a, &b, start, &mut expected);
                for arch in machines() {
                    let mut c = numbers(m * n, 4);
                    gemm::matmul(arch, p, p.rows(), &a, &b, start, &mut c);
                    assert_eq!(c, expected, "{p:?} from {start:?} on {arch:?}");
                }
            }
        }
    }
}

#[test]
fn blocks_of_a_large_product() {
    // More than one block of rows, of the sums' terms and of columns, the last of each not full.
    let [m, k, n] = [390, 391, 387];
    let (a, b, row) = (numbers(m * k, 1), numbers(k * n, 2), numbers(n, 3));
    for layout in [Layout::Nn, Layout::Nt, Layout::Tn] {
        let p = Product { m, k, n, layout };
        for start in [Start::Zero, Start::Row(&row), Start::Output] {
            let mut expected = numbers(m * n, 4);
            let mut c = expected.clone();
            plain::matmul(p, &a, &b, start, &mut expected);
            gemm::matmul(Arch::new(), p, p.rows(), &a, &b, start, &mut c);
            assert_eq!(c, expected, "{p:?}");
        }
    }
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

/// A square window, the same both ways.
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
    check_window(w);
}

#[test]
fn pixels_spread_over_their_windows() {
    // Windows whose rows are less than a register, one, two and three; in every height of a tile and some that take two, with other strides
    // and paddings down than across.
    for (c, o, kernel, stride, padding) in [
        (3, 8, [2, 5], [1, 1], [0, 0]),
        (4, 16, [3, 4], [2, 1], [1, 0]),
        (6, 16, [5, 5], [1, 2], [0, 1]),
        (9, 17, [3, 5], [1, 1], [0, 1]),
        (20, 12, [2, 2], [2, 2], [0, 1]),
    ] {
        for height in 1..=15 {
            let w = Window2d {
                input: [
                    (height - 1) * stride[0] + kernel[0] - 2 * padding[0] + stride[0] - 1,
                    5 * stride[1] + kernel[1] - 2 * padding[1],
                    c,
                ],
                output: [height, 6, o],
                kernel,
                stride,
                padding,
            };
            let spread = machines().into_iter().any(|m| Spread(w).pays::<f32>(m));
            let wide = machines()
                .into_iter()
                .any(|m| lanes_of_tiles::<f32>(m).is_some());
            assert_eq!(spread, wide, "{w:?} shall be spread");
            check_window(w);
        }
    }
}

#[test]
fn windows_two_apart_spread_over_channels_of_one_register() {
    for (c, spread) in [(16, true), (32, false)] {
        let w = Window2d {
            input: [8, 8, c],
            output: [4, 4, 2 * c],
            kernel: [3, 3],
            stride: [2, 2],
            padding: [1, 1],
        };
        assert_eq!(Spread(w).pays_with(16), spread, "{w:?}");
        check_window(w);
    }
}

#[test]
fn few_channels_are_spread_unless_they_are_done_by_pixels() {
    for (side, [c, o], kernel, spread) in [
        (7, [24, 8], 1, true),
        (7, [64, 16], 1, false),
        (10, [8, 16], 3, true),
        (16, [8, 16], 3, false),
        (10, [1, 8], 3, false),
    ] {
        let w = Window2d {
            input: [side, side, c],
            output: [side, side, o],
            kernel: [kernel; 2],
            stride: [1, 1],
            padding: [kernel / 2; 2],
        };
        assert_eq!(Spread(w).pays_with(16), spread, "{w:?}");
        check_window(w);
    }
}

/// The three forms of a convolution on every machine, two samples each.
fn check_window(w: Window2d) {
    let (x, dy, filter) = (
        numbers(2 * w.input_len(), 1),
        numbers(2 * w.output_len(), 2),
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
        conv::conv2d_by_data(
            arch,
            &w,
            &dy,
            &filter,
            Start::Zero,
            &mut got[1],
            &mut scratch,
        );
        conv::conv2d_by_weights(arch, &w, &x, &dy, Start::Zero, &mut got[2], &mut scratch);
        assert_eq!(got, expected, "{w:?} on {arch:?}");
        let row = numbers(w.input[2], 4);
        let mut y = vec![f32::NAN; x.len()];
        conv::conv2d_by_data(
            arch,
            &w,
            &dy,
            &filter,
            Start::Row(&row),
            &mut y,
            &mut scratch,
        );
        let begun: Vec<f32> = row
            .iter()
            .cycle()
            .zip(&expected[1])
            .map(|(r, dx)| r + dx)
            .collect();
        assert_eq!(y, begun, "{w:?} on {arch:?}, transposed with a bias");
        let add = Start::Output;
        conv::conv2d_by_data(arch, &w, &dy, &filter, add, &mut y, &mut scratch);
        let twice: Vec<f32> = begun
            .iter()
            .zip(&expected[1])
            .map(|(y, dx)| y + dx)
            .collect();
        assert_eq!(y, twice, "{w:?} on {arch:?}, transposed and added");
    }
}

#[test]
fn matrices_turned_round_on_every_machine() {
    const SIDES: [usize; 7] = [0, 1, 8, 15, 16, 17, 40];
    for rows in SIDES {
        for columns in SIDES {
            let (from_row, to_row) = (columns + 3, rows + 2);
            let from = numbers(rows * from_row, 1);
            let mut expected = vec![f32::NAN; columns * to_row];
            for i in 0..rows {
                for j in 0..columns {
                    expected[j * to_row + i] = from[i * from_row + j];
                }
            }
            for arch in machines() {
                let mut to = vec![f32::NAN; columns * to_row];
                Transpose {
                    from: &from,
                    from_row,
                    rows,
                    columns,
                    to: &mut to,
                    to_row,
                }
                .run(arch);
                // between the rows nothing is written
                let bits = |x: &[f32]| Vec::from_iter(x.iter().map(|x| x.to_bits()));
                assert_eq!(bits(&to), bits(&expected), "{rows}×{columns} on {arch:?}");
            }
        }
    }
}
