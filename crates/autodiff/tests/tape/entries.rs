//! A recording as data: names, shapes, operands, slopes.

use autodiff::{Entry, Operand, Tape};
use core_tensor::{Image, Matrix, Tensor, Vector};

/// An entry in short: `tanh[3](2)`.
fn short(entry: &Entry) -> String {
    let operands: Vec<usize> = entry.operands.iter().map(|operand| operand.entry).collect();
    format!("{}{:?}{operands:?}", entry.name, entry.sides)
}

fn shorts(tape: &Tape<f64>) -> Vec<String> {
    tape.entries().iter().map(short).collect()
}

#[test]
fn every_operation_has_its_name_and_its_shape() {
    let mut tape = Tape::<f64>::new();
    tape.record(|tape| {
        let x = tape.variable(&Tensor::<Matrix<2, 3>, f64>::full(1.0));
        let c = tape.constant(&Tensor::<Matrix<3, 2>, f64>::full(1.0));
        let y = x.matmul(c).softmax();
        let z = y.concat(y.transpose());
        (z.row(1).map(|x| x * x) - 1.0).sum().backward();
    });
    let expected = [
        "variable[2, 3][]",
        "constant[3, 2][]",
        "matmul[2, 2][0, 1]",
        "softmax[2, 2][2]",
        "transpose[2, 2][3]",
        "join[2, 4][3, 4]",
        "part[4][5]",
        "map[4][6]",
        "constant[][]",
        "−[4][7, 8]",
        "sum[][9]",
    ];
    assert_eq!(shorts(&tape), expected);
    let live: Vec<bool> = tape.entries().iter().map(|entry| entry.live).collect();
    assert_eq!(live.iter().filter(|live| !**live).count(), 2);
    assert!(!live[1] && !live[8]);

    // the next recording takes its place
    tape.record(|tape| {
        let x = tape.variable(&Tensor::<Image<5, 5, 2>, f64>::full(1.0));
        let f = tape.variable(&Tensor::<core_tensor::Filter<3, 3, 2, 4>, f64>::full(1.0));
        let y = x.conv2d::<2, 1, _, _>(f).relu();
        let v = y.mean_axis::<0>().reshape::<Vector<12>>();
        let _ = v.dot(v) * v.largest();
    });
    let expected = [
        "variable[5, 5, 2][]",
        "variable[3, 3, 2, 4][]",
        "conv2d[3, 3, 4][0, 1]",
        "relu[3, 3, 4][2]",
        "mean[3, 4][3]",
        "dot[][4, 4]",
        "part[][4]",
        "[][5, 6]",
    ];
    assert_eq!(shorts(&tape), expected);
}

#[test]
fn numbers_leave_their_slopes() {
    let mut tape = Tape::<f64>::new();
    tape.record(|tape| {
        let [x, y] = tape.numbers([2.0, 3.0]);
        // x² is a function of one number, which records nothing until it meets another
        let v = autodiff::Var::stack([x * x * y, y]);
        let _ = v.softmax();
    });
    let entries = tape.entries();
    let found: Vec<String> = entries.iter().map(short).collect();
    assert_eq!(
        found,
        [
            "variable[][]",
            "variable[][]",
            "[][0, 1]",
            "join[2][2, 1]",
            "softmax[2][3]"
        ]
    );
    let slope = |entry, slope| Operand {
        entry,
        slope: Some(slope),
    };
    // 2·x·y and x²
    assert_eq!(entries[2].operands, [slope(0, 12.0), slope(1, 4.0)]);
    assert!(
        entries[3]
            .operands
            .iter()
            .all(|operand| operand.slope.is_none())
    );
    assert_eq!(Tape::<f64>::new().entries(), []);
}
