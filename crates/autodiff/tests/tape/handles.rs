//! What a handle may be asked for: gradients, values, places; and the words of the panic where it may not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use autodiff::{Dual, Tape};
use core_tensor::{Matrix, Tensor, Vector};
use num_traits::{Float, One, Zero};

type V3 = Tensor<Vector<3>, f64>;

/// What `f` says when it panics.
fn words<R>(f: impl FnOnce() -> R) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(f)) else {
        panic!("nothing was said");
    };
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast::<&str>().expect("words").to_string(),
    }
}

#[test]
fn nothing_flows_back_through_what_is_detached() {
    let x = V3::new([1.0, 2.0, 3.0]);
    Tape::<f64>::new().record(|tape| {
        let x = tape.variable(&x);
        let still = x.detach();
        assert!(still.is_constant() && !x.is_constant());
        let ones = Tensor::full(1.0);
        // each is a sum in which x stands once alive
        assert_eq!((x + still).sum().backward().of(&x), ones);
        assert_eq!((still - x).sum().backward().of(&x), Tensor::full(-1.0));
        assert_eq!(x.zip(still, |u, v| u + v).sum().backward().of(&x), ones);
        assert_eq!(still.zip(x, |u, v| u + v).sum().backward().of(&x), ones);
        assert_eq!(x.concat(still).sum().backward().of(&x), ones);
        assert_eq!(still.concat(x).sum().backward().of(&x), ones);
        assert_eq!(x.dot(still).backward().of(&x), still.tensor());
        assert_eq!(x.add_row(still).sum().backward().of(&x), ones);
        let (a, b) = (x.at([0]), x.at([0]).detach());
        assert_eq!((a * b).backward().of(&x), Tensor::new([1.0, 0.0, 0.0]));
        // and the detached one has no derivative itself
        assert_eq!((x * still).sum().backward().of(&still), Tensor::zeros());
        assert_eq!((a * b).backward().of(&b), 0.0);
    });
}

#[test]
fn gradients_by_what_came_after_are_zero() {
    Tape::<f64>::new().record(|tape| {
        let x = tape.variable(&[2.0, 3.0_f64]);
        let gradients = (x[0] * x[1]).backward();
        let later = tape.variable(&5.0_f64);
        let shaped = tape.variable(&Tensor::<Matrix<20, 20>, f64>::full(1.0));
        let product = x[0] * x[1] * later;
        assert_eq!(gradients.of(&later), 0.0);
        assert_eq!(gradients.of(&product.keep()), 0.0);
        assert_eq!(gradients.of(&shaped), Tensor::zeros());
        assert_eq!(gradients.of(&x), [3.0, 2.0]);
    });
}

#[test]
fn a_tape_counts_what_was_recorded() {
    let mut tape = Tape::<f64>::new();
    assert!(tape.is_empty());
    tape.record(|_| ());
    assert!(tape.is_empty());
    tape.record(|tape| tape.variable(&[1.0, 2.0_f64]).map(|x| x.value()));
    assert_eq!(tape.len(), 2);
}

#[test]
fn relu_hides_no_nan() {
    let x = V3::new([f64::NAN, 1.0, -1.0]);
    Tape::<f64>::new().record(|tape| {
        let y = tape.variable(&x).relu();
        let [a, b, c] = y.value();
        assert!(a.is_nan() && b == 1.0 && c == 0.0, "{y:?}");
    });
}

#[test]
fn only_what_stays_one_is_one() {
    Tape::<f64>::new().record(|tape| {
        let x = tape.variable(&1.0_f64);
        assert!(!x.is_one() && !(x - 1.0).is_zero());
        assert!(x.detach().is_one() && (x.detach() - 1.0).is_zero());
    });
}

#[test]
fn the_mean_of_equal_numbers_is_that_number() {
    Tape::<f64>::new().record(|tape| {
        let x = tape.constant(&Tensor::<Vector<49>, f64>::full(1.0));
        assert_eq!(x.mean().value(), 1.0);
    });
}

#[test]
fn fused_or_not_is_as_with_plain_numbers() {
    // the product rounded is 1 + 2⁻²⁹, so that the square of the small part is lost
    let (a, b, c) = (
        1.0 + 2f64.powi(-30),
        1.0 + 2f64.powi(-30),
        -1.0 - 2f64.powi(-29),
    );
    let plain = a.mul_add(b, c);
    assert_eq!(plain, 2f64.powi(-60));
    assert_eq!(
        Dual::<f64>::variable(a, 0)
            .mul_add(b.into(), c.into())
            .value,
        plain
    );
    Tape::<f64>::new().record(|tape| {
        let [a, b, c] = tape.variable(&[a, b, c]);
        assert_eq!(a.mul_add(b, c).value(), plain);
    });
}

#[test]
fn nothing_is_summed_to_zero() {
    Tape::<f64>::new().record(|tape| {
        let x = tape.variable(&Tensor::<Vector<0>, f64>::zeros());
        assert_eq!(x.sum().value(), 0.0);
        assert_eq!(x.sum().backward().of(&x), Tensor::zeros());
    });
}

#[test]
fn a_kept_number_answers_and_a_passing_one_says_how() {
    Tape::<f64>::new().record(|tape| {
        let x = tape.variable(&3.0_f64);
        let passing = x * 2.0;
        let gradients = (passing * passing).backward();
        assert_eq!(gradients.of(&x), 24.0); // d(4x²) = 8x
        assert!(words(|| gradients.of(&passing)).contains("call keep()"));
        let kept = (x * 2.0).keep();
        let gradients = (kept * kept).backward();
        assert_eq!((gradients.of(&kept), gradients.of(&x)), (12.0, 24.0));
        // variables and what two numbers made are kept anyway
        assert_eq!(x.keep().backward().of(&x), 1.0);
    });
}
