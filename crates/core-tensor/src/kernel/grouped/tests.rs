//! Dilated, grouped and depthwise convolutions on every kind of vector this machine has, against the plain loops.

use super::super::tests::{machines, numbers};
use super::super::{GroupedWindow2d, Start, Window2d, plain};

#[test]
fn grouped_convolutions_on_every_machine() {
    // groups, channels of a group in and out
    let groups = [
        [5, 1, 1],
        [37, 1, 1],
        [32, 1, 1],
        [3, 2, 2],
        [5, 4, 4],
        [19, 2, 2],
        [9, 4, 4],
        [3, 8, 8],
        [4, 8, 8],
        [2, 16, 16],
        [2, 3, 5],
        [7, 1, 2],
        [1, 5, 17],
        [1, 1, 1],
    ];
    // window, stride, padding, dilation
    let windows = [
        ([3, 3], [1, 1], [1, 1], [1, 1]),
        ([3, 3], [1, 1], [0, 2], [1, 1]),
        ([3, 3], [1, 1], [2, 0], [1, 1]),
        ([3, 3], [2, 2], [1, 1], [1, 1]),
        ([3, 3], [2, 2], [0, 3], [1, 1]),
        ([3, 3], [2, 2], [2, 0], [1, 1]),
        ([5, 5], [1, 1], [2, 2], [1, 1]),
        ([5, 5], [2, 2], [2, 2], [1, 1]),
        ([7, 7], [1, 1], [3, 3], [1, 1]),
        ([1, 3], [1, 1], [0, 4], [3, 2]),
        ([3, 2], [2, 3], [3, 0], [2, 1]),
        ([2, 3], [4, 2], [1, 3], [2, 4]),
        ([1, 1], [3, 2], [0, 1], [1, 1]),
        ([3, 3], [3, 1], [6, 2], [2, 2]),
    ];
    for (turn, [groups, i, o]) in groups.into_iter().enumerate() {
        for (kernel, stride, padding, dilation) in windows {
            for side in [[9, 14], [7, 8 + turn]] {
                let out = [0, 1].map(|d| {
                    (side[d] + 2 * padding[d] - (kernel[d] - 1) * dilation[d] - 1) / stride[d] + 1
                });
                check_grouped(&GroupedWindow2d {
                    window: Window2d {
                        input: [side[0], side[1], groups * i],
                        output: [out[0], out[1], groups * o],
                        kernel,
                        stride,
                        padding,
                    },
                    dilation,
                    groups,
                });
            }
        }
    }
}

#[test]
fn tall_images_are_walked_in_bands() {
    for [groups, channels] in [[16, 1], [8, 2], [9, 4], [4, 8], [3, 16]] {
        for side in [[28, 7], [29, 15], [61, 10]] {
            for kernel in [3, 5, 7] {
                check_grouped(&GroupedWindow2d {
                    window: Window2d {
                        input: [side[0], side[1], groups * channels],
                        output: [side[0], side[1], groups * channels],
                        kernel: [kernel, kernel],
                        stride: [1, 1],
                        padding: [kernel / 2, kernel / 2],
                    },
                    dilation: [1, 1],
                    groups,
                });
            }
        }
    }
}

/// Tiles in the middle of a row, one row alone, more channels than are met at a time.
#[test]
fn wide_images_meet_depthwise_windows_by_pairs_of_rows() {
    for (side, c) in [([1, 40], 16), ([2, 25], 48), ([7, 33], 32), ([4, 26], 272)] {
        for padding in [[1, 1], [2, 0], [1, 2]] {
            check_grouped(&GroupedWindow2d {
                window: Window2d {
                    input: [side[0], side[1], c],
                    output: [
                        side[0] + 2 * padding[0] - 2,
                        side[1] + 2 * padding[1] - 2,
                        c,
                    ],
                    kernel: [3, 3],
                    stride: [1, 1],
                    padding,
                },
                dilation: [1, 1],
                groups: c,
            });
        }
    }
}

/// The three forms of a grouped convolution on every machine, two samples each.
fn check_grouped(w: &GroupedWindow2d) {
    let (x, dy, filter) = (
        numbers(2 * w.window.input_len(), 1),
        numbers(2 * w.window.output_len(), 2),
        numbers(w.filter_len(), 3),
    );
    let row = numbers(w.window.output[2], 4);
    let added = numbers(w.filter_len(), 5);
    let mut expected = [
        vec![f32::NAN; dy.len()],
        vec![f32::NAN; x.len()],
        added.clone(),
    ];
    plain::conv2d_grouped(w, &x, &filter, Start::Row(&row), &mut expected[0]);
    plain::conv2d_grouped_by_data(w, &dy, &filter, &mut expected[1]);
    plain::conv2d_grouped_by_weights(w, &x, &dy, Start::Output, &mut expected[2]);
    for arch in machines() {
        let mut scratch = vec![f32::NAN; w.scratch()];
        let mut got = [
            vec![f32::NAN; dy.len()],
            vec![f32::NAN; x.len()],
            added.clone(),
        ];
        let [y, dx, df] = &mut got;
        super::conv2d(arch, w, &x, &filter, Start::Row(&row), y, &mut scratch);
        scratch.fill(f32::NAN);
        super::conv2d_by_data(arch, w, &dy, &filter, dx, &mut scratch);
        scratch.fill(f32::NAN);
        super::conv2d_by_weights(arch, w, &x, &dy, Start::Output, df, &mut scratch);
        assert_eq!(got, expected, "{w:?} on {arch:?}");
        // written over, whatever is there
        let mut anew = vec![f32::NAN; added.len()];
        super::conv2d_by_weights(arch, w, &x, &dy, Start::Zero, &mut anew, &mut scratch);
        let sums = anew.iter().zip(&added).map(|(sum, added)| sum + added);
        assert!(
            sums.eq(expected[2].iter().copied()),
            "{w:?} on {arch:?}, anew"
        );
        // begun with what is there
        let mut again = row
            .iter()
            .copied()
            .cycle()
            .take(dy.len())
            .collect::<Vec<_>>();
        super::conv2d(
            arch,
            w,
            &x,
            &filter,
            Start::Output,
            &mut again,
            &mut scratch,
        );
        assert_eq!(again, expected[0], "{w:?} on {arch:?}, added");
    }
}
