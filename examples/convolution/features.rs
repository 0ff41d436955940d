//! Filters, by hand and learnt, and the images that they leave: feature maps.

use core_tensor::{Image, Tensor};
use models::data::digits;
use nn::{
    Conv2d, CrossEntropy, Flatten, Init, Linear, MaxPool2d, Network, Relu, UpsampleBilinear2d,
};
use optim::{Adam, Data, Progress, Trainer};

/// Filters of the trade, row by row.
pub(crate) const BY_HAND: [(&str, [f64; 9]); 4] = [
    ("mean", [1.0 / 9.0; 9]),
    (
        "vertical edges",
        [-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0],
    ),
    (
        "horizontal edges",
        [-1.0, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 1.0],
    ),
    (
        "corners and lines",
        [0.0, -1.0, 0.0, -1.0, 4.0, -1.0, 0.0, -1.0, 0.0],
    ),
];

/// The side of the enlarged digits.
pub(crate) const LARGE: usize = 32;

type Large = Image<LARGE, LARGE, 1>;

/// A digit, enlarged.
pub(crate) fn digit(index: usize) -> Vec<f64> {
    type Up = UpsampleBilinear2d<4>;
    let small = digits::load().images[index].map(|&pixel| f64::from(pixel));
    let mut net = Network::<Image<8, 8, 1>, Up, f64>::new(1);
    net.predict(&[small])[0].as_slice().to_vec()
}

/// The feature maps of filters by hand.
pub(crate) fn maps(image: &[f64]) -> [Vec<f64>; 4] {
    let mut net = Network::<Large, Conv2d<1, 4, 3, 1, 1, f64>, f64>::new(1);
    net.layers.weight = Tensor::from_fn(|i| BY_HAND[i % 4].1[i / 4]);
    let x = [Tensor::from_fn(|i| image[i])];
    let y = net.predict(&x);
    [0, 1, 2, 3].map(|o| y[0].as_slice()[o..].iter().step_by(4).copied().collect())
}

type Net = (
    Conv2d<1, 8, 3, 1, 1>,
    Relu,
    MaxPool2d<2>,
    Flatten,
    Linear<128, 10>,
);

/// What a small network has found for itself.
pub(crate) struct Learnt {
    /// of the digits that it has not seen
    pub(crate) accuracy: f64,
    /// row by row
    pub(crate) filters: [Vec<f64>; 8],
    /// those of one digit, behind the relu
    pub(crate) maps: [Vec<f64>; 8],
}

/// Trains on 1,500 digits.
pub(crate) fn learn() -> Learnt {
    let all = digits::load();
    let (train, test) = all.images.split_at(1500);
    let (train_labels, test_labels) = all.labels.split_at(1500);
    let mut trainer = Trainer::<Image<8, 8, 1>, Net, _, _>::new(CrossEntropy, Adam::new(0.01), 32);
    trainer.network.init(Init::HeNormal, 1);
    trainer.fit(
        Data::new(train, train_labels),
        None,
        12,
        &mut Progress::quiet(),
    );
    let accuracy = trainer.score(Data::new(test, test_labels)).accuracy();
    let weight = trainer.network.layers.0.weight.as_slice();
    let every = |numbers: &[f32], o: usize| {
        let numbers = numbers[o..].iter().step_by(8);
        numbers.map(|&x| f64::from(x)).collect::<Vec<f64>>()
    };
    let filters = core::array::from_fn(|o| every(weight, o));
    let mut first = Network::<Image<8, 8, 1>, (Conv2d<1, 8, 3, 1, 1>, Relu)>::new(1);
    let [to, from] = [&mut first.layers.0, &mut trainer.network.layers.0];
    nn::set_weights(to, &nn::weights(from));
    let y = first.predict(&test[..1]);
    Learnt {
        accuracy: accuracy.unwrap_or(0.0),
        filters,
        maps: core::array::from_fn(|o| every(y[0].as_slice(), o)),
    }
}

/// The digit of which [`Learnt::maps`] are.
pub(crate) fn seen() -> Vec<f64> {
    let image = &digits::load().images[1500];
    image
        .as_slice()
        .iter()
        .map(|&pixel| f64::from(pixel))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_on_a_ramp() {
        // brighter by 3 from column to column
        let ramp: Vec<f64> = (0..LARGE * LARGE)
            .map(|i| 3.0 * (i % LARGE) as f64)
            .collect();
        let [mean, vertical, horizontal, lines] = maps(&ramp);
        let inside = 5 * LARGE + 9;
        assert!((mean[inside] - ramp[inside]).abs() < 1e-12);
        // (1 + 2 + 1) rows, two columns apart
        assert_eq!(vertical[inside], 4.0 * 2.0 * 3.0);
        assert_eq!((horizontal[inside], lines[inside]), (0.0, 0.0));
    }

    #[test]
    fn eight_filters_read_digits() {
        let learnt = learn();
        assert!(learnt.accuracy > 0.9, "{}", learnt.accuracy);
        // a map is what the filter finds under its window, at a pixel inside
        let image = seen();
        for (filter, map) in learnt.filters.iter().zip(&learnt.maps) {
            let bias_free = |i: usize, j: usize| -> f64 {
                let tap = |t: usize| filter[t] * image[(i + t / 3 - 1) * 8 + j + t % 3 - 1];
                (0..9).map(tap).sum()
            };
            // the difference of two sums, both above zero, has no bias in it
            let bright: Vec<[usize; 2]> = (1..7)
                .flat_map(|i| (1..7).map(move |j| [i, j]))
                .filter(|[i, j]| map[i * 8 + j] > 0.0)
                .collect();
            for pair in bright.windows(2) {
                let [[a, b], [c, d]] = [pair[0], pair[1]];
                let found = map[a * 8 + b] - map[c * 8 + d];
                assert!((found - (bias_free(a, b) - bias_free(c, d))).abs() < 1e-5);
            }
        }
    }
}
