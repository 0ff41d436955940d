//! Principal components of the digits, against those of NumPy 2 (`numpy.linalg.svd` of the centred matrix, divided by `√(n − 1)`): the first
//! 1,200 digits are fitted, the others are held out.

use core_tensor::{Image, Tensor};
use models::data::{Pca, digits};

type Digit = Image<8, 8, 1>;

const VARIANCES: [f64; 8] = [
    0.6714221605697642,
    0.6221678591928308,
    0.563531216980595,
    0.4191047596919509,
    0.2878553894406093,
    0.2314511350932286,
    0.19102126884000845,
    0.17642882812429223,
];

#[test]
fn components_of_the_digits() {
    let digits = digits::load().images;
    let pca = Pca::<Digit>::fit(&digits[..1200], 8);
    for (found, expected) in pca.variances.iter().zip(VARIANCES) {
        assert!((found - expected).abs() < 1e-11, "{found} {expected}");
    }
    // numbers of the first and the second component
    for (k, i, expected) in [
        (0, 10, -0.2667424673241576),
        (0, 34, 0.31047818825718293),
        (1, 10, 0.011320934447627664),
        (1, 34, -0.23985808865399488),
    ] {
        let found = pca.components[k][i];
        assert!((found - expected).abs() < 1e-8, "{k} {i} {found}");
    }
    let code = pca.code(&digits[1200]);
    for (found, expected) in
        code.iter()
            .zip([0.1721011620161697, 1.0889318836083592, 0.04715274711092814])
    {
        assert!((found - expected).abs() < 1e-8, "{found} {expected}");
    }
}

#[test]
fn errors_on_digits_held_out() {
    let digits = digits::load().images;
    for (count, expected) in [
        (1, 0.06341131123148162),
        (2, 0.05280048399489544),
        (8, 0.02550129826868642),
        (32, 0.0028049286483008856),
    ] {
        let pca = Pca::<Digit>::fit(&digits[..1200], count);
        let error = |x: &Tensor<Digit>| {
            let back: Tensor<Digit, f64> = pca.restore(&pca.code(x));
            let pairs = back.as_slice().iter().zip(x.as_slice());
            pairs.map(|(a, &b)| (a - f64::from(b)).powi(2)).sum::<f64>() / 64.0
        };
        let held_out = &digits[1200..];
        let mean = held_out.iter().map(error).sum::<f64>() / held_out.len() as f64;
        assert!((mean - expected).abs() < 1e-10, "{count}: {mean}");
    }
}

#[test]
#[should_panic(expected = "samples of 64 numbers have no 65 components; ask for at most 64")]
fn too_many_components() {
    Pca::<Digit>::fit(&digits::load().images, 65);
}
