//! The embedded digits against what scikit-learn says of the same file, and the split as a partition.

use std::collections::HashSet;

use models::data::digits::{self, Digits};

/// Every sample as bytes, pixels and label; no two digits of the file are equal.
fn samples(digits: &Digits) -> Vec<Vec<u8>> {
    let images = digits.images.iter().zip(&digits.labels);
    images
        .map(|(image, label)| {
            let pixels = image.as_slice().iter().map(|x| (x * 16.0) as u8);
            pixels.chain([label.index() as u8]).collect()
        })
        .collect()
}

#[test]
fn the_digits_are_those_of_scikit_learn() {
    // `load_digits()`: `data.shape`, `bincount(target)`, `data.sum()`, `data.max()`, `images[0]`, `target[-1]`
    let digits = digits::load();
    assert_eq!(
        digits.counts(),
        [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    );
    let pixels = || digits.images.iter().flat_map(|image| image.as_slice());
    assert_eq!(pixels().count(), 1797 * 64);
    assert_eq!(
        pixels().map(|&x| f64::from(x)).sum::<f64>(),
        561_718.0 / 16.0
    );
    assert_eq!(pixels().copied().fold(0.0, f32::max), 1.0);
    assert_eq!(pixels().copied().fold(1.0, f32::min), 0.0);
    let row = |i: usize| (0..8).map(move |j| [i, j, 0]);
    let first: Vec<f32> = row(1).map(|at| digits.images[0][at] * 16.0).collect();
    assert_eq!(first, [0.0, 0.0, 13.0, 15.0, 10.0, 15.0, 5.0, 0.0]);
    assert_eq!(
        (digits.labels[0].index(), digits.labels[1796].index()),
        (0, 8)
    );
}

#[test]
fn a_split_is_a_stratified_partition() {
    let all = samples(&digits::load());
    let known: HashSet<_> = all.iter().collect();
    assert_eq!(known.len(), 1797, "no two samples are equal");

    let (train, held_out) = digits::load().split(5, 3);
    // 360 · count / 1797 rounded by largest remainder, by hand
    assert_eq!(held_out.counts(), [36, 37, 35, 37, 36, 36, 36, 36, 35, 36]);
    assert_eq!((train.len(), held_out.len()), (1437, 360));
    assert_eq!((train.labels.len(), held_out.labels.len()), (1437, 360));

    let (train, held_out) = (samples(&train), samples(&held_out));
    let both: HashSet<_> = train.iter().chain(&held_out).collect();
    assert_eq!(
        both, known,
        "nothing is lost, nothing made up, nothing twice"
    );
    // each part keeps the order of the file
    let place = |sample| all.iter().position(|other| other == sample);
    assert!(held_out.iter().map(place).is_sorted());
    assert!(train.iter().map(place).is_sorted());
}

#[test]
fn the_seed_decides_the_split() {
    let held_out = |seed| samples(&digits::load().split(5, seed).1);
    assert_eq!(held_out(0), held_out(0));
    let (a, b) = (held_out(0), held_out(1));
    let shared = a.iter().filter(|sample| b.contains(sample)).count();
    // two independent fifths of 1,797 share 72 samples, give or take 7
    assert!((40..110).contains(&shared), "{shared} of 360 are shared");
}
