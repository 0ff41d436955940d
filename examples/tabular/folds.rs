//! Tables: five folds of each, normalised by the part that is learnt from, every sample judged by a network that has not seen it.

use core_tensor::{Tensor, Vector};
use models::data::{Dataset, Normaliser, folds, tables};
use nn::{CrossEntropy, Init, Layer, Linear, Mse, Penalty, Tanh};
use optim::metrics::Errors;
use optim::{Adam, Data, Progress, Trainer};

pub(crate) const FOLDS: usize = 5;
const EPOCHS: usize = 60;
const BATCH: usize = 16;

/// A hidden layer of 16.
pub(crate) type Net<const I: usize, const N: usize> = (Linear<I, 16>, Tanh, Linear<16, N>);

/// How five folds went.
pub(crate) struct Judged {
    /// the share of right answers in each fold
    pub(crate) accuracy: [f64; FOLDS],
    /// whether the network that had not seen a sample was right about it
    pub(crate) right: Vec<bool>,
}

impl Judged {
    pub(crate) fn mean(&self) -> f64 {
        self.accuracy.iter().sum::<f64>() / FOLDS as f64
    }
}

/// Every sample judged once.
pub(crate) fn judge<const I: usize, const N: usize>(
    data: &Dataset<Vector<I>, N>,
    seed: u64,
) -> Judged
where
    Net<I, N>: Layer<Vector<I>, Y = Vector<N>>,
{
    let folds = data.folds(FOLDS, seed);
    let mut right = vec![false; data.len()];
    let accuracy = core::array::from_fn(|fold| {
        let (learnt, held_out) = folds.split(fold);
        let (mut train, mut test) = (data.pick(&learnt), data.pick(&held_out));
        let normaliser = Normaliser::standard(&train.images);
        normaliser.apply(&mut train.images);
        normaliser.apply(&mut test.images);
        let mut trainer =
            Trainer::<Vector<I>, Net<I, N>, _, _>::new(CrossEntropy, Adam::new(1e-2), BATCH);
        trainer.network.init(Init::XavierNormal, seed);
        trainer.seed(seed);
        trainer.penalty = Some(Penalty::l2(2e-3));
        let samples = Data::new(&train.images, &train.labels);
        trainer.fit(samples, None, EPOCHS, &mut Progress::quiet());
        let mut hits = 0;
        trainer.predict(&test.images, |i, logits| {
            let hit = logits.argmax() == test.labels[i].index();
            right[held_out[i]] = hit;
            hits += usize::from(hit);
        });
        hits as f64 / test.len() as f64
    });
    Judged { accuracy, right }
}

/// The progress of diabetes: what was measured and what a network that had not seen the patient foretold.
pub(crate) fn diabetes(seed: u64) -> (f64, Vec<[f64; 2]>) {
    type Target = Tensor<Vector<1>>;
    let (x, y) = tables::diabetes();
    let folds = folds(x.len(), FOLDS, seed);
    let mut pairs = vec![[0.0; 2]; x.len()];
    let mut errors = Errors::default();
    for fold in 0..FOLDS {
        let (learnt, held_out) = folds.split(fold);
        fn pick<const I: usize>(
            all: &[Tensor<Vector<I>>],
            which: &[usize],
        ) -> Vec<Tensor<Vector<I>>> {
            which.iter().map(|&i| all[i].map(|&x| x)).collect()
        }
        let (mut inputs, mut targets) = (pick(&x, &learnt), pick(&y, &learnt));
        let mut tests = pick(&x, &held_out);
        // the targets, too, have a mean and a scale of the training part
        let (of_x, of_y) = (
            Normaliser::standard(&inputs),
            Normaliser::standard(&targets),
        );
        of_x.apply(&mut inputs);
        of_x.apply(&mut tests);
        of_y.apply(&mut targets);
        let mut trainer = Trainer::<Vector<10>, Net<10, 1>, _, _>::new(Mse, Adam::new(3e-3), BATCH);
        trainer.network.init(Init::XavierNormal, seed);
        trainer.seed(seed);
        // 442 patients are few for 193 weights
        trainer.penalty = Some(Penalty::l2(3e-2));
        trainer.fit(
            Data::new(&inputs, &targets),
            None,
            EPOCHS,
            &mut Progress::quiet(),
        );
        let mut found: Vec<Target> = Vec::new();
        trainer.predict(&tests, |_, y| found.push(y.map(|&y| y)));
        of_y.undo(&mut found);
        for (&i, found) in held_out.iter().zip(&found) {
            pairs[i] = [y[i][[0]], found[[0]]].map(f64::from);
            errors.add(pairs[i][1], pairs[i][0]);
        }
    }
    (errors.r2().unwrap_or(f64::NAN), pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_tables_are_learnt() {
        let means = [
            judge(&tables::iris(), 0).mean(),
            judge(&tables::wine(), 0).mean(),
            judge(&tables::breast_cancer(), 0).mean(),
        ];
        assert!(means.iter().all(|&mean| mean >= 0.95), "{means:?}");
    }

    #[test]
    fn every_sample_is_judged_once() {
        let iris = judge(&tables::iris(), 1);
        let right = iris.right.iter().filter(|&&right| right).count();
        let share = right as f64 / 150.0;
        assert!((share - iris.mean()).abs() < 1e-12, "folds of 30 each");
    }

    #[test]
    fn diabetes_is_foretold_as_well_as_by_linear_regression() {
        // scikit-learn's LinearRegression over five folds: 0.48
        let (r2, pairs) = diabetes(0);
        assert!(r2 >= 0.45, "{r2}");
        assert_eq!((pairs.len(), pairs[0][0]), (442, 151.0));
    }
}
