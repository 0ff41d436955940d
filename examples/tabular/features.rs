//! Features learnt together with the classifier, and features that are fixed, with the same classifier on top.

use core_tensor::{Image, Tensor, Vector};
use models::data::digits;
use nn::{Conv2d, CrossEntropy, Flatten, Frozen, Init, Layer, Linear, MaxPool2d, Relu};
use optim::{Adam, Data, Progress, Trainer};

const EPOCHS: usize = 30;
const SEEDS: [u64; 3] = [0, 1, 2];

/// Three 3×3 windows over a digit of 8×8, pooled to 4×4.
type Extractor = (Conv2d<1, 3, 3, 1, 1>, Relu, MaxPool2d<2>, Flatten);
type Classifier = Linear<48, 10>;
type Joint = (Extractor, Classifier);
type Fixed = (Frozen<Extractor>, Classifier);

/// How one kind of features did.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// on 360 digits held out, the mean over the seeds
    pub(crate) accuracy: f64,
    /// the three windows as they were in the end
    pub(crate) filters: [[f64; 9]; 3],
}

/// Edges, as Sobel (1968) finds them, in three directions.
const EDGES: [[f32; 9]; 3] = [
    [-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0],
    [-1.0, -2.0, -1.0, 0.0, 0.0, 0.0, 1.0, 2.0, 1.0],
    [0.0, 1.0, 2.0, -1.0, 0.0, 1.0, -2.0, -1.0, 0.0],
];

/// Drawn at random and fixed, edges and fixed, learnt with the classifier.
pub(crate) fn compare() -> [Kind; 3] {
    let windows = |conv: &Conv2d<1, 3, 3, 1, 1>| {
        core::array::from_fn(|k| {
            core::array::from_fn(|i| f64::from(conv.weight[[i / 3, i % 3, 0, k]]))
        })
    };
    let edges = |net: &mut Fixed| {
        let conv = &mut net.0.0.0;
        conv.weight = Tensor::from_fn(|i| EDGES[i % 3][i / 3] / 4.0);
        conv.bias = Tensor::zeros();
    };
    [
        mean("random, fixed", |_| {}, |net: &Fixed| windows(&net.0.0.0)),
        mean("edges, fixed", edges, |net: &Fixed| windows(&net.0.0.0)),
        mean("learnt jointly", |_| {}, |net: &Joint| windows(&net.0.0)),
    ]
}

/// Trains what is not frozen, from several seeds.
fn mean<L>(
    name: &'static str,
    begin: impl Fn(&mut L),
    windows: impl Fn(&L) -> [[f64; 9]; 3],
) -> Kind
where
    L: Layer<Image<8, 8, 1>, Y = Vector<10>>,
{
    let mut kind = Kind {
        name,
        accuracy: 0.0,
        filters: [[0.0; 9]; 3],
    };
    for seed in SEEDS {
        let (train, test) = digits::load().split(5, seed);
        let mut trainer =
            Trainer::<Image<8, 8, 1>, L, _, _>::new(CrossEntropy, Adam::new(3e-3), 32);
        trainer.network.init(Init::HeNormal, seed);
        begin(&mut trainer.network.layers);
        let samples = Data::new(&train.images, &train.labels);
        trainer.fit(samples, None, EPOCHS, &mut Progress::quiet());
        let score = trainer.score(Data::new(&test.images, &test.labels));
        kind.accuracy += score.accuracy().unwrap_or(0.0) / SEEDS.len() as f64;
        kind.filters = windows(&trainer.network.layers);
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learnt_features_beat_fixed_ones() {
        let [random, edges, joint] = compare();
        assert!(joint.accuracy > 0.95, "{}", joint.accuracy);
        assert!(
            joint.accuracy > random.accuracy + 0.01,
            "{}",
            random.accuracy
        );
        assert!(
            joint.accuracy > edges.accuracy + 0.005,
            "{}",
            edges.accuracy
        );
        // what is frozen stays: the edges are where they were
        assert_eq!(edges.filters[0], EDGES[0].map(|x| f64::from(x) / 4.0));
        assert!(
            joint.filters != random.filters,
            "both began at the same numbers"
        );
    }
}
