//! The tables that come with the crate, folds of them, and normalisations, against scikit-learn 1.9.1.

use std::collections::HashSet;

use core_tensor::{Image, Shape, Tensor, Vector};
use models::data::{Normaliser, folds, stratified_folds, tables};
use nn::Class;

#[track_caller]
fn close(found: f64, expected: f64) {
    let error = (found - expected).abs();
    assert!(
        error <= 1e-6 * expected.abs().max(1.0),
        "{found} for {expected}"
    );
}

fn sum<X: Shape>(samples: &[Tensor<X>]) -> f64 {
    Tensor::flat(samples).iter().map(|&x| f64::from(x)).sum()
}

#[test]
fn the_tables_are_those_of_scikit_learn() {
    // load_iris().data.sum(), np.bincount(load_iris().target), the last row
    let iris = tables::iris();
    close(sum(&iris.images), 2078.7);
    assert_eq!(iris.counts(), [50; 3]);
    assert_eq!(iris.images[149], Tensor::new([5.9, 3.0, 5.1, 1.8]));
    let wine = tables::wine();
    close(sum(&wine.images), 159_975.295_999);
    assert_eq!(wine.counts(), [59, 71, 48]);
    assert_eq!(wine.images[177].as_slice()[..4], [14.13, 4.1, 2.74, 24.5]);
    let cancer = tables::breast_cancer();
    close(sum(&cancer.images), 1_056_474.459_636);
    assert_eq!(cancer.counts(), [212, 357]);
    assert_eq!(
        (cancer.labels[568].index(), cancer.images[568][[3]]),
        (1, 181.0)
    );
    let (x, y) = tables::diabetes();
    assert_eq!((x.len(), y.len()), (442, 442));
    close(sum(&x), 276_404.233_6);
    close(sum(&y), 67_243.0);
    assert_eq!((x[441][[2]], y[441][[0]]), (19.6, 57.0));
}

#[test]
fn a_standard_normaliser_is_standard_scaler() {
    // StandardScaler().fit(load_iris().data): mean_ and scale_
    let mut iris = tables::iris().images;
    let normaliser = Normaliser::standard(&iris);
    let mean = [5.843_333_333, 3.057_333_333, 3.758, 1.199_333_333];
    let deviation = [0.825_301_292, 0.434_410_968, 1.759_404_066, 0.759_692_628];
    for i in 0..4 {
        close(normaliser.shift[[i]].into(), mean[i]);
        close(normaliser.scale[[i]].into(), deviation[i]);
    }
    normaliser.apply(&mut iris);
    // (5.1 − mean) / deviation
    close(iris[0][[0]].into(), -0.900_681);
    normaliser.undo(&mut iris);
    close(iris[0][[0]].into(), 5.1);
    assert_eq!(
        format!(
            "{:?}",
            Normaliser::standard(&[Tensor::<Vector<2>>::new([1.5, 2.0])])
        ),
        "Normaliser { shift: [1.5, 2.0], scale: [1.0, 1.0] }"
    );
}

#[test]
fn a_range_normaliser_is_min_max_scaler() {
    let mut iris = tables::iris().images;
    let normaliser = Normaliser::min_max(&iris);
    // MinMaxScaler().fit(load_iris().data): data_min_ and data_range_
    for (i, [low, range]) in [[4.3, 3.6], [2.0, 2.4], [1.0, 5.9], [0.1, 2.4]]
        .into_iter()
        .enumerate()
    {
        close(normaliser.shift[[i]].into(), low);
        close(normaliser.scale[[i]].into(), range);
    }
    normaliser.apply(&mut iris);
    assert!(Tensor::flat(&iris).iter().all(|x| (0.0..=1.0).contains(x)));
}

#[test]
fn images_are_normalised_by_channel() {
    let mut images =
        [0.0, 1.0].map(|k| Tensor::<Image<1, 2, 2>, f64>::new([[[k, 10.0], [k + 2.0, 30.0]]]));
    let normaliser = Normaliser::standard(&images);
    // channel 0: 0, 2, 1, 3; channel 1: 10, 30, 10, 30
    assert_eq!(normaliser.shift, Tensor::new([1.5, 20.0]));
    assert_eq!(normaliser.scale, Tensor::new([1.25_f64.sqrt(), 10.0]));
    normaliser.apply(&mut images);
    assert_eq!(images[1][[0, 1, 1]], 1.0);
}

#[test]
#[should_panic(
    expected = "no samples came to fit a normalisation to; give those of the training part"
)]
fn a_normaliser_of_nothing() {
    Normaliser::<Vector<2>>::standard(&[]);
}

#[test]
#[should_panic(expected = "sample 1 (counted from 0) holds a number that is not finite")]
fn a_normaliser_of_nan() {
    Normaliser::min_max(&[0.0, f32::NAN].map(Tensor::<Vector<1>>::full));
}

#[test]
fn folds_hold_every_sample_out_once() {
    for (n, k) in [(10, 5), (11, 3), (2, 4)] {
        let all = folds(n, k, 7);
        let mut seen = vec![0; n];
        for fold in 0..k {
            let (train, held_out) = all.split(fold);
            assert_eq!(train.len() + held_out.len(), n);
            assert!(held_out.len() == n / k || held_out.len() == n.div_ceil(k));
            held_out.iter().for_each(|&i| seen[i] += 1);
            assert!(train.is_sorted() && train.iter().all(|i| !held_out.contains(i)));
        }
        assert_eq!(seen, vec![1; n]);
    }
    assert_ne!(folds(50, 5, 0), folds(50, 5, 1));
    assert_eq!(folds(50, 5, 1), folds(50, 5, 1));
}

#[test]
fn stratified_folds_share_every_class() {
    let cancer = tables::breast_cancer();
    let all = cancer.folds(5, 3);
    for fold in 0..5 {
        let part = cancer.pick(&all.split(fold).1);
        let [malignant, benign] = part.counts();
        // 212 / 5 and 357 / 5
        assert!((42..=43).contains(&malignant) && (71..=72).contains(&benign));
        assert!((113..=114).contains(&part.len()), "569 / 5");
    }
    let labels: Vec<Class<3>> = [0, 1, 2, 0, 1, 2].map(Class::new).into();
    let (_, held_out) = stratified_folds(&labels, 2, 0).split(0);
    let classes: HashSet<_> = held_out.iter().map(|&i| labels[i]).collect();
    assert_eq!((held_out.len(), classes.len()), (3, 3));
}

#[test]
#[should_panic(expected = "1 folds were asked for; at least 2 leave something to learn from")]
fn one_fold() {
    folds(4, 1, 0);
}

#[test]
fn shuffling_keeps_samples_and_labels_together() {
    let (before, mut after) = (tables::iris(), tables::iris());
    after.shuffle(5);
    assert_ne!(before.labels, after.labels);
    assert_eq!(after.counts(), [50; 3]);
    let lines = |x: &models::data::Dataset<Vector<4>, 3>| {
        let pairs = x.images.iter().zip(&x.labels);
        let mut lines: Vec<_> = pairs
            .map(|(x, y)| {
                (
                    x.as_slice().iter().map(|x| x.to_bits()).collect::<Vec<_>>(),
                    *y,
                )
            })
            .collect();
        lines.sort();
        lines
    };
    assert_eq!(lines(&before), lines(&after));
}
