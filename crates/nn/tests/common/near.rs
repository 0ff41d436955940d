//! Numbers of one scalar beside those of a fixture.

use core_tensor::Scalar;

/// The numbers of a fixture in a scalar.
pub(crate) fn scalars<T: Scalar>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&number| T::of(number)).collect()
}

/// Near relative to 1 or to their own size, to so many epsilons of the scalar.
pub(crate) fn close<T: Scalar>(what: &str, found: &[T], expected: &[f64], epsilons: f64) {
    assert_eq!(found.len(), expected.len(), "{what}: how many");
    let tolerance = epsilons * T::epsilon().to_f64().expect("a number");
    for (i, (found, &expected)) in found.iter().zip(expected).enumerate() {
        let found = found.to_f64().expect("a number");
        assert!(
            (found - expected).abs() <= tolerance * expected.abs().max(1.0),
            "{what}[{i}] in {} is {found}, PyTorch has {expected}",
            std::any::type_name::<T>()
        );
    }
}
