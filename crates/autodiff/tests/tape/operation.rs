//! The hook for operations of other crates, and tapes that are used again: for the same, for something else, after a panic.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use autodiff::{Numbers, Operation, Recording, Tape, Var};
use core_tensor::{Matrix, Shape, Tensor, Vector};

/// `y = scale · (Σ weights) · x`, which counts how often one was made.
struct Scaled {
    scale: f64,
    /// what it saves for the way back
    sum: f64,
}

/// Another one: the outer product, as a list.
struct Outer;

impl Operation<f64> for Scaled {
    fn forward(&mut self, [x, weights]: [&[f64]; 2], y: &mut [f64]) {
        assert!(y.iter().all(|&y| y == 0.0), "a clean result");
        self.sum = weights.iter().sum();
        y.iter_mut()
            .zip(x)
            .for_each(|(y, x)| *y = self.scale * self.sum * x);
    }

    fn backward(
        &mut self,
        [x, _]: [&[f64]; 2],
        y: &[f64],
        dy: &[f64],
        [dx, dweights]: [Option<&mut [f64]>; 2],
    ) {
        assert_eq!(y.len(), dy.len());
        for (dx, dy) in dx.into_iter().flatten().zip(dy) {
            *dx += self.scale * self.sum * dy;
        }
        let by_sum: f64 = x.iter().zip(dy).map(|(x, dy)| self.scale * x * dy).sum();
        dweights.into_iter().flatten().for_each(|dw| *dw += by_sum);
    }
}

impl Operation<f64> for Outer {
    fn forward(&mut self, [a, b]: [&[f64]; 2], y: &mut [f64]) {
        let pairs = a.iter().flat_map(|a| b.iter().map(move |b| a * b));
        y.iter_mut()
            .zip(pairs)
            .for_each(|(y, product)| *y = product);
    }

    fn backward(
        &mut self,
        [a, b]: [&[f64]; 2],
        _: &[f64],
        dy: &[f64],
        gradients: [Option<&mut [f64]>; 2],
    ) {
        let [da, db] = gradients;
        let row = |i: usize| &dy[i * b.len()..][..b.len()];
        for (i, da) in da.into_iter().flatten().enumerate() {
            *da += row(i).iter().zip(b).map(|(dy, b)| dy * b).sum::<f64>();
        }
        for (j, db) in db.into_iter().flatten().enumerate() {
            *db += a
                .iter()
                .enumerate()
                .map(|(i, a)| row(i)[j] * a)
                .sum::<f64>();
        }
    }
}

fn scaled<'t, S: Shape>(
    tape: Recording<'t, f64>,
    x: Var<'t, f64, S>,
    weights: Numbers<'t, f64>,
    scale: f64,
    made: &Cell<u32>,
) -> Var<'t, f64, S> {
    let make = || {
        made.set(made.get() + 1);
        Scaled {
            scale: f64::NAN,
            sum: f64::NAN,
        }
    };
    Var::by_operation([x.numbers(tape), weights], make, |operation| {
        operation.scale = scale
    })
}

#[test]
fn an_operation_of_another_crate() {
    let made = Cell::new(0);
    let mut tape = Tape::new();
    let x = Tensor::<Vector<2>, f64>::new([1.0, 2.0]);
    for scale in [2.0, 3.0] {
        tape.record(|tape| {
            let x = tape.variable(&x);
            let weights = Numbers::new(tape, 3, true, |w| w.copy_from_slice(&[1.0, 2.0, 4.0]));
            // twice in a row, from the same weights: y = (7·scale)²·x
            let y = scaled(
                tape,
                scaled(tape, x, weights, scale, &made),
                weights,
                scale,
                &made,
            );
            let square = (7.0 * scale) * (7.0 * scale);
            assert_eq!(y.value(), [square, 2.0 * square]);
            let gradients = y.sum().backward();
            assert_eq!(gradients.of(&x), Tensor::full(square));
            // 3·2·7·scale²
            gradients.numbers(&weights, |dw| assert_eq!(dw, [42.0 * scale * scale; 3]));
        });
    }
    // the second recording used those of the first again
    assert_eq!(made.get(), 2);
}

#[test]
fn operations_change_places_between_recordings() {
    let (made, mut tape) = (Cell::new(0), Tape::new());
    let x = Tensor::<Vector<3>, f64>::new([1.0, 2.0, 3.0]);
    for round in 0..6 {
        tape.record(|tape| {
            let (a, b) = (
                tape.variable(&x),
                tape.variable(&Tensor::<Vector<2>, f64>::new([5.0, 7.0])),
            );
            let weights = Numbers::new(tape, 1, round < 3, |w| w[0] = 2.0);
            let mut y = a;
            if round % 2 == 0 {
                y = scaled(tape, y, weights, 0.5, &made);
            }
            let outer: Var<'_, f64, Matrix<3, 2>> =
                Var::by_operation([y.numbers(tape), b.numbers(tape)], || Outer, |_| ());
            let gradients = outer.sum().backward();
            assert_eq!(gradients.of(&a), Tensor::full(12.0));
            assert_eq!(gradients.of(&b), Tensor::full(6.0));
            // Σ 0.5·x·12, where they are wanted
            let right = if round % 2 == 0 && round < 3 {
                36.0
            } else {
                0.0
            };
            gradients.numbers(&weights, |dw| assert_eq!(dw, [right]));
        });
    }
    assert_eq!(made.get(), 3);
}

#[test]
fn inputs_of_every_kind() {
    let made = Cell::new(0);
    Tape::new().record(|tape| {
        let x = tape.variable(&Tensor::<Vector<2>, f64>::new([1.0, 2.0]));
        // no weights at all, wherever they lie; numbers; constants
        let none = Numbers::new(tape, 0, true, |_| ());
        let z = tape.variable(&Tensor::<Vector<2>, f64>::new([3.0, 4.0]));
        assert_eq!(scaled(tape, z, none, 1.0, &made).value(), [0.0, 0.0]);
        assert_eq!(
            scaled(tape, z, none, 1.0, &made).sum().backward().of(&z),
            Tensor::zeros()
        );
        let number = x.at([1]) * 3.0;
        let weights = x.numbers(tape);
        let y = scaled(tape, number, weights, 1.0, &made);
        assert_eq!(y.value(), 18.0); // (x₀ + x₁)·3·x₁
        assert_eq!(y.backward().of(&x), Tensor::new([6.0, 15.0]));
        let still = scaled(tape, x.detach(), z.numbers(tape), 1.0, &made).sum();
        assert_eq!(still.backward().of(&z), Tensor::full(3.0)); // Σ x
        assert!(scaled(tape, x.detach(), z.detach().numbers(tape), 1.0, &made).is_constant());
        // gradients by numbers that nobody wants, and by those that came later
        let gradients = (x * x).sum().backward();
        let later = Numbers::new(tape, 40, true, |w| w.fill(1.0));
        gradients.numbers(&later, |d| assert_eq!(d, [0.0; 40]));
        gradients.numbers(&x.detach().numbers(tape), |d| assert_eq!(d, [0.0; 2]));
        gradients.numbers(&x.numbers(tape), |d| assert_eq!(d, [2.0, 4.0]));
    });
}

#[test]
#[should_panic(expected = "an operation needs two different inputs")]
fn the_same_input_twice() {
    Tape::new().record(|tape| {
        let x = tape.variable(&Tensor::<Vector<2>, f64>::new([1.0, 2.0]));
        let _ = scaled(tape, x, x.numbers(tape), 1.0, &Cell::new(0));
    });
}

/// One tape for calculations of other shapes, longer and shorter ones.
#[test]
fn a_tape_is_used_again_for_something_else() {
    let mut tape = Tape::<f64>::new();
    for round in 0..3 {
        let x = Tensor::<Matrix<20, 30>, f64>::full(2.0);
        let (value, gradient) = tape.value_and_grad(|_, x| (x * x).mean().sqrt(), &x);
        assert!((value - 2.0).abs() < 1e-14, "{round}");
        // 2x/600 / (2·2)
        assert!(
            gradient
                .as_slice()
                .iter()
                .all(|g| (g - 1.0 / 600.0).abs() < 1e-17),
            "{round}"
        );
        assert_eq!(
            tape.value_and_grad(|_, [x, y]| x * y, &[3.0, 4.0_f64]),
            (12.0, [4.0, 3.0])
        );
        assert_eq!(tape.len(), 3);
        let (_, gradient) = tape.value_and_grad(
            |_, x| x.softmax().at([0]).ln(),
            &Tensor::<Vector<2>, f64>::zeros(),
        );
        assert_eq!(gradient, Tensor::new([0.5, -0.5]));
    }
}

/// What a panic left half done does not show in the next recording.
#[test]
fn a_tape_survives_a_panic() {
    let mut tape = Tape::<f64>::new();
    let x = Tensor::<Vector<3>, f64>::new([1.0, 2.0, 3.0]);
    let calls = Rc::new(Cell::new(0));
    for _ in 0..2 {
        let stop = |tape: &mut Tape<f64>| {
            tape.record(|tape| {
                let y = tape.variable(&x).exp().log_sum_exp();
                let x = tape.variable(&x);
                // in the middle of an operation
                let z = x.map(|x| {
                    calls.set(calls.get() + 1);
                    assert!(calls.get() % 3 != 2, "stop");
                    x
                });
                (z.sum() * y).value()
            })
        };
        assert!(catch_unwind(AssertUnwindSafe(|| stop(&mut tape))).is_err());
        let (value, gradient) = tape.value_and_grad(|_, x| x.map(|x| x * x).sum() * x.at([0]), &x);
        assert_eq!((value, gradient), (14.0, Tensor::new([16.0, 4.0, 6.0])));
    }
    assert_eq!(calls.get(), 5);
}

/// A second walk back takes the place of the first, whose gradients say so.
#[test]
#[should_panic(expected = "these gradients were overwritten by a later backward()")]
fn gradients_that_were_overwritten() {
    Tape::new().record(|tape| {
        let [x, y] = tape.variable(&[2.0, 3.0_f64]);
        let first = (x * y).backward();
        let copy = first;
        assert_eq!(first.of(&[x, y]), [3.0, 2.0]);
        let second = (x + y).backward();
        assert_eq!(second.of(&[x, y]), [1.0, 1.0]);
        let _ = copy.of(&x);
    });
}

#[test]
#[should_panic(expected = "backward() of a constant")]
fn backward_of_a_constant() {
    Tape::new().record(|tape| {
        let x = tape.variable(&2.0_f64);
        let _ = (x.detach() * 2.0).backward();
    });
}
