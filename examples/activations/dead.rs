//! ReLUs that never open again, and what cures them.

use core_tensor::{Tensor, Vector};
use examples::lesson::{at_once, cells};
use nn::{BatchNorm, Elu, Gelu, Init, Layer, LeakyRelu, Linear, Mse, Pass, Relu, training_room};
use optim::{Adam, Data, Optimizer, Progress, Sgd, Trainer};

/// Hidden units of every network here.
pub(crate) const UNITS: usize = 64;
/// Rates of a descent, from careful to careless.
pub(crate) const RATES: [f64; 5] = [0.1, 0.15, 0.2, 0.25, 0.3];

/// A hidden layer with an activation, or more, after it.
type Net<A> = (Linear<2, UNITS, f64>, A, Linear<UNITS, 1, f64>);
type Point = Tensor<Vector<2>, f64>;
type Target = Tensor<Vector<1>, f64>;

/// A wave on a slope.
fn data() -> (Vec<Point>, Vec<Target>) {
    let points: Vec<[f64; 2]> = cells(-1.0, 1.0, 12).collect();
    let wave = |[x, y]: [f64; 2]| 6.0 * x + (3.0 * x).sin() * y;
    (
        points.iter().map(|&x| Tensor::new(x)).collect(),
        points.iter().map(|&x| Tensor::new([wave(x)])).collect(),
    )
}

/// How many units are above zero in no sample: as ReLUs they pass no gradient, and their weights stay as they are for ever.
fn closed<A: Layer<Vector<UNITS>, f64, Y = Vector<UNITS>>>(net: &Net<A>, x: &[Point]) -> usize {
    let mut room = vec![0.0; training_room::<Vector<2>, Net<A>, f64>(x.len())];
    let mut pass = Pass::infer(&mut room);
    let (sums, _) = net.0.forward(x, &mut pass);
    let (hidden, _) = net.1.forward(sums, &mut pass);
    let closed = |unit: usize| hidden.iter().all(|sample| sample[[unit]] <= 0.0);
    (0..UNITS).filter(|&unit| closed(unit)).count()
}

/// How a training went.
pub(crate) struct Course {
    pub(crate) name: &'static str,
    /// closed units before and after
    pub(crate) closed: [usize; 2],
    /// the loss after each epoch
    pub(crate) losses: Vec<f64>,
}

/// Trains on the whole wave, `bias` the bias that all hidden units begin with.
fn train<A: Layer<Vector<UNITS>, f64, Y = Vector<UNITS>>>(
    name: &'static str,
    bias: f64,
    optimizer: impl Optimizer<f64>,
    epochs: usize,
) -> Course {
    let (x, targets) = data();
    let data = Data::new(&x, &targets);
    let mut trainer = Trainer::<Vector<2>, Net<A>, _, _, f64>::new(Mse, optimizer, x.len());
    let deviation = 0.15;
    trainer.network.init(
        Init::Normal {
            mean: 0.0,
            deviation,
        },
        1,
    );
    trainer.network.layers.0.bias = Tensor::full(bias);
    let before = closed(&trainer.network.layers, &x);
    let history = trainer.fit(data, None, epochs, &mut Progress::quiet());
    Course {
        name,
        closed: [before, closed(&trainer.network.layers, &x)],
        losses: history.iter().map(|epoch| epoch.train.loss).collect(),
    }
}

/// How many ReLUs are closed after a hundred steps of descent at each of the [`RATES`].
pub(crate) fn killed() -> [usize; RATES.len()] {
    RATES.map(|rate| train::<Relu>("", 0.0, Sgd { rate }, 100).closed[1])
}

/// Networks that begin with all units closed, but for the batch norm, which opens them at once, and the last, which begins as it should.
pub(crate) fn cures() -> [Course; 6] {
    let (adam, epochs) = (Adam::new(0.03), 200);
    type Opened = (BatchNorm<UNITS, f64>, Relu);
    at_once([
        &|| train::<Relu>("ReLU", -1.0, adam, epochs),
        &|| train::<LeakyRelu<1, 10>>("leaky ReLU, slope 1/10", -1.0, adam, epochs),
        &|| train::<Elu>("ELU", -1.0, adam, epochs),
        &|| train::<Gelu>("GELU", -1.0, adam, epochs),
        &|| train::<Opened>("batch norm, ReLU", -1.0, adam, epochs),
        &|| train::<Relu>("ReLU, biases begin at 0", 0.0, adam, epochs),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_steps_kill() {
        let killed = killed();
        assert!(killed[0] <= 10, "{killed:?}");
        assert!(killed.is_sorted(), "{killed:?}");
        assert!(killed[4] >= 60, "{killed:?}");
    }

    #[test]
    fn the_dead_stay_dead_and_the_cures_cure() {
        let courses = cures();
        let mean = |x: &[Target]| x.iter().map(|t| t[[0]]).sum::<f64>() / x.len() as f64;
        let (_, targets) = data();
        let spread: f64 = targets
            .iter()
            .map(|t| (t[[0]] - mean(&targets)).powi(2))
            .sum();
        let spread = spread / targets.len() as f64;
        for course in &courses {
            let [before, after] = course.closed;
            let last = course.losses[course.losses.len() - 1];
            match course.name {
                // nothing but the last bias learns, and the best that it can be is the mean
                "ReLU" => assert!(before == UNITS && after == UNITS && last > 0.99 * spread),
                "batch norm, ReLU" => assert!(after == 0 && last < 0.01 * spread, "{after} {last}"),
                "ReLU, biases begin at 0" => assert!(before == 0 && last < 0.01 * spread, "{last}"),
                // their derivative is not zero where a relu's is; a plane alone leaves more than a hundredth
                _ => assert!(
                    before == UNITS && after < UNITS && last < 0.01 * spread,
                    "{} {after} {last}",
                    course.name
                ),
            }
        }
    }
}
