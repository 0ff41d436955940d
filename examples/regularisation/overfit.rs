//! A network that learns noise by heart, and eight ways to keep it from that.

use core_tensor::{Tensor, Vector};
use examples::lesson::{at_once, spaced};
use nn::{
    DropConnect, Dropout, GaussianNoise, Gradients, Identity, Init, Layer, Linear, Mse, Network,
    Pass, Penalty, Tanh,
};
use optim::{Adam, Data, EarlyStop, Optimizer, Progress, Trainer};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Units of each of the two hidden layers, and how many there are where that is the cure.
const UNITS: usize = 50;
const FEWER: usize = 5;
/// Noise on the inputs, what drops units, and the layer in the middle.
type Net<const U: usize, N, D, M> = (N, Linear<1, U, f64>, Tanh, D, M, Tanh, Linear<U, 1, f64>);
type Middle = Linear<UNITS, UNITS, f64>;
type Number = Tensor<Vector<1>, f64>;

/// What there is to learn.
pub(crate) fn truth(x: f64) -> f64 {
    (3.0 * x).sin()
}

/// `n` points near the [`truth`].
pub(crate) fn points(n: usize, seed: u64) -> Vec<[f64; 2]> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut near = |x: f64| [x, truth(x) + rng.random_range(-0.7..0.7)];
    spaced(-1.0, 1.0, n).map(&mut near).collect()
}

/// How many points there are, unless there are more.
pub(crate) const FEW: usize = 16;
/// Steps of each training, and how often it is looked at.
pub(crate) const STEPS: usize = 2000;
const EVERY: usize = 20;
/// How many steps without a smaller loss on the points held out are waited for.
const PATIENCE: usize = 100;

/// What came of a training.
pub(crate) struct Fit {
    pub(crate) name: &'static str,
    /// what it learnt from
    pub(crate) data: Vec<[f64; 2]>,
    /// `x, y` of the network
    pub(crate) curve: Vec<[f64; 2]>,
    /// the mean squared distance of the curve from the truth
    pub(crate) error: f64,
    /// step, loss on the data, loss on points held out
    pub(crate) course: Vec<[f64; 3]>,
    /// the step whose weights are shown
    pub(crate) stopped: usize,
}

struct Plan {
    penalty: Option<Penalty>,
    points: usize,
    early: bool,
}

/// Nothing is done against overfitting.
const PLAIN: Plan = Plan {
    penalty: None,
    points: FEW,
    early: false,
};

/// The network as it is, and every cure.
pub(crate) fn fits() -> [Fit; 9] {
    let with = |penalty| Plan {
        penalty: Some(penalty),
        ..PLAIN
    };
    let early = Plan {
        early: true,
        ..PLAIN
    };
    let more = Plan {
        points: 20 * FEW,
        ..PLAIN
    };
    let plain = fit::<UNITS, Identity, Identity, Middle>;
    type Connecting = DropConnect<UNITS, UNITS, f64>;
    at_once([
        &|| plain("nothing", &PLAIN),
        &|| plain("L2", &with(Penalty::l2(0.01))),
        &|| plain("L1", &with(Penalty::l1(0.003))),
        &|| fit::<UNITS, Identity, Dropout, Middle>("dropout, p = 1/2", &PLAIN),
        &|| fit::<UNITS, Identity, Identity, Connecting>("DropConnect, p = 1/2", &PLAIN),
        &|| {
            fit::<UNITS, GaussianNoise<3, 20>, Identity, Middle>(
                "noise on inputs, σ = 0.15",
                &PLAIN,
            )
        },
        &|| fit::<FEWER, Identity, Identity, Linear<FEWER, FEWER, f64>>("5 units a layer", &PLAIN),
        &|| plain("early stopping", &early),
        &|| plain("20 times the data", &more),
    ])
}

fn fit<const U: usize, N, D, M>(name: &'static str, plan: &Plan) -> Fit
where
    N: Layer<Vector<1>, f64, Y = Vector<1>>,
    D: Layer<Vector<U>, f64, Y = Vector<U>>,
    M: Layer<Vector<U>, f64, Y = Vector<U>>,
{
    let (data, held_out) = (points(plan.points, 1), points(40, 2));
    let split = |points: &[[f64; 2]]| -> (Vec<Number>, Vec<Number>) {
        points
            .iter()
            .map(|&[x, y]| (Tensor::new([x]), Tensor::new([y])))
            .unzip()
    };
    let ((x, y), (x_out, y_out)) = (split(&data), split(&held_out));
    let (learnt_from, judged_by) = (Data::new(&x, &y), Data::new(&x_out, &y_out));

    let adam = Adam::new(0.003);
    let mut trainer = Trainer::<Vector<1>, Net<U, N, D, M>, _, _, f64>::new(Mse, adam, 20 * FEW);
    trainer.network.init(Init::XavierNormal, 3);
    // wide first weights bend easily
    let first = &mut trainer.network.layers.1;
    first
        .weight
        .as_mut_slice()
        .iter_mut()
        .for_each(|w| *w *= 12.0);
    let mut spread = ChaCha8Rng::seed_from_u64(4);
    first.bias = Tensor::from_fn(|_| spread.random_range(-3.0..3.0));
    trainer.penalty = plan.penalty;
    trainer.early_stop = plan.early.then(|| EarlyStop::loss(PATIENCE));
    // a step sees all points, so that it is an epoch
    let (mut course, mut stopped) = (vec![], STEPS);
    if plan.early {
        let steps = trainer.fit(learnt_from, Some(judged_by), STEPS, &mut Progress::quiet());
        for step in &steps {
            course.push([step.number as f64, step.train.loss, step.judged().loss]);
        }
        let least = course.iter().min_by(|a, b| a[2].total_cmp(&b[2]));
        stopped = least.map_or(0, |at| at[0] as usize);
    } else {
        for step in (0..=STEPS).step_by(EVERY) {
            let losses = [learnt_from, judged_by].map(|data| trainer.score(data).loss);
            course.push([step as f64, losses[0], losses[1]]);
            if step < STEPS {
                trainer.fit(learnt_from, None, EVERY, &mut Progress::quiet());
            }
        }
    }
    let places: Vec<f64> = spaced(-1.0, 1.0, 121).collect();
    let shown: Vec<Number> = places.iter().map(|&x| Tensor::new([x])).collect();
    let outputs = trainer.network.predict(&shown).iter();
    let curve: Vec<[f64; 2]> = places
        .iter()
        .zip(outputs)
        .map(|(&x, y)| [x, y[[0]]])
        .collect();
    let distance = curve.iter().map(|&[x, y]| (y - truth(x)).powi(2));
    Fit {
        name,
        data,
        error: distance.sum::<f64>() / curve.len() as f64,
        curve,
        course,
        stopped,
    }
}

/// Dropout, and all networks that it is made of.
pub(crate) struct Ensemble {
    /// the network in use
    pub(crate) used: Vec<[f64; 2]>,
    /// some of the networks that lack units
    pub(crate) some: Vec<Vec<[f64; 2]>>,
    /// the mean of all 2¹⁰ of them
    pub(crate) mean: Vec<[f64; 2]>,
}

impl Ensemble {
    /// The largest difference between the mean of all networks and the one in use.
    pub(crate) fn difference(&self) -> f64 {
        let pairs = self.used.iter().zip(&self.mean);
        pairs.map(|(a, b)| (a[1] - b[1]).abs()).fold(0.0, f64::max)
    }
}

/// Trains ten units with dropout of a half, then builds each of the 1,024 networks with some of the units, their weights doubled.
pub(crate) fn ensemble() -> Ensemble {
    type Dropping = (Linear<1, 10, f64>, Tanh, Dropout, Linear<10, 1, f64>);
    type Plain = (Linear<1, 10, f64>, Tanh, Linear<10, 1, f64>);
    let data = points(60, 5);
    let x: Vec<Number> = data.iter().map(|&[x, _]| Tensor::new([x])).collect();
    let y: Vec<Number> = data.iter().map(|&[_, y]| Tensor::new([y])).collect();
    let mut net = Network::<Vector<1>, Dropping, f64>::new(100);
    net.init(Init::XavierNormal, 1);
    let adam = Adam::new(0.02);
    let (mut state, mut grad) = (Optimizer::<f64>::start(&adam), net.new_gradient());
    for step in 0..1500 {
        net.gradient(&Mse, &x, &y, &mut grad, Gradients::Overwrite, step);
        adam.step(&mut *net.layers, &mut *grad, &mut state);
    }
    let places: Vec<f64> = spaced(-1.0, 1.0, 61).collect();
    let shown: Vec<Number> = places.iter().map(|&x| Tensor::new([x])).collect();
    let curve = |y: &[Number]| -> Vec<[f64; 2]> {
        places.iter().zip(y).map(|(&x, y)| [x, y[[0]]]).collect()
    };
    let used = curve(net.predict(&shown));
    let mut part = Network::<Vector<1>, Plain, f64>::new(100);
    part.layers.0.weight = net.layers.0.weight.map(|&w| w);
    part.layers.0.bias = net.layers.0.bias.map(|&b| b);
    part.layers.2.bias = net.layers.3.bias.map(|&b| b);
    let mut mean: Vec<[f64; 2]> = places.iter().map(|&x| [x, 0.0]).collect();
    let mut some = vec![];
    for mask in 0..1024_u32 {
        let kept = |unit: usize| f64::from(2 * (mask >> unit & 1));
        let whole = net.layers.3.weight.as_slice();
        part.layers.2.weight = Tensor::from_fn(|unit| kept(unit) * whole[unit]);
        let one = curve(part.predict(&shown));
        mean.iter_mut()
            .zip(&one)
            .for_each(|(mean, one)| mean[1] += one[1] / 1024.0);
        if mask % 73 == 5 {
            some.push(one);
        }
    }
    Ensemble { used, some, mean }
}

/// What dropout with p = 3/10 multiplies by in training, the mean of 100 numbers under each of so many keys.
pub(crate) fn dropped(keys: u64) -> f64 {
    let x = [Tensor::<Vector<100>, f64>::full(1.0)];
    let mut net = Network::<Vector<100>, Dropout<3, 10>, f64>::new(1);
    let mut sum = 0.0;
    for key in 0..keys {
        let (layer, room) = net.parts();
        let (y, _) = layer.forward(&x, &mut Pass::train(room, key));
        sum += y[0].mean() / keys as f64;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cure_comes_closer_to_the_truth() {
        let fits = fits();
        let plain = &fits[0];
        let last = plain.course[plain.course.len() - 1];
        // learnt by heart: far better on the data than on what it has not seen
        assert!(last[1] < 0.4 * last[2], "{last:?}");
        for fit in &fits[1..] {
            assert!(
                fit.error < 0.75 * plain.error,
                "{}: {} {}",
                fit.name,
                fit.error,
                plain.error
            );
        }
        // stopped by the library, which brought back the weights of the best step
        let early = &fits[7];
        assert!(
            early.stopped > 0 && early.stopped < STEPS / 2,
            "{}",
            early.stopped
        );
        assert_eq!(early.course.len(), early.stopped + PATIENCE + 1);
    }

    #[test]
    fn dropout_is_the_mean_of_all_networks() {
        let ensemble = ensemble();
        assert!(ensemble.difference() < 1e-12, "{}", ensemble.difference());
        // which differ among themselves
        let middle = ensemble.some.iter().map(|curve| curve[10][1]);
        let [low, high] = middle.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], y| {
            [low.min(y), high.max(y)]
        });
        assert!(high - low > 0.2, "{low} {high}");
    }

    #[test]
    fn dropout_keeps_the_mean() {
        // 10⁵ numbers of variance 3/7: the mean is within five of its deviations
        assert!((dropped(1000) - 1.0).abs() < 5.0 * (3.0_f64 / 7.0 / 1e5).sqrt());
    }
}
