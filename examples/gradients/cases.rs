//! What makes gradients vanish or explode, and the cures.

use examples::lesson::at_once;
use nn::{BatchNorm, Init, LeakyRelu, Linear, Relu, Residual, Sigmoid, Tanh};
use optim::{Clipped, Sgd};

use crate::depth::{DEPTH, Task, WIDTH};

type Weights = Linear<WIDTH, WIDTH, f64>;
type Sigmoids = (Weights, Sigmoid);
type Tanhs = (Weights, Tanh);
type Leaky = (Weights, LeakyRelu<1, 10>);
type Relus = (Weights, Relu);
type Shortcuts = Residual<(Weights, Sigmoid)>;
type Normalised = (Weights, BatchNorm<WIDTH, f64>, Sigmoid);

/// Weights of this deviation, whatever the layer.
const fn normal(deviation: f64) -> Init {
    Init::Normal {
        mean: 0.0,
        deviation,
    }
}

/// The length of the gradient in each of ten layers.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) lengths: [f64; DEPTH],
}

impl Case {
    /// The gradient of the first layer over that of the last.
    pub(crate) fn first_over_last(&self) -> f64 {
        self.lengths[0] / self.lengths[DEPTH - 1]
    }
}

/// The diseases and the cures.
pub(crate) fn cases() -> [Case; 8] {
    let xavier = Init::XavierNormal;
    let mut exploding = Task::<Relus>::new(normal(1.0));
    let too_long = exploding.lengths();
    exploding.clip(1.0);
    let case = |name, lengths| Case { name, lengths };
    [
        case("sigmoid, Xavier", Task::<Sigmoids>::new(xavier).lengths()),
        case(
            "ReLU, N(0, 0.05²)",
            Task::<Relus>::new(normal(0.05)).lengths(),
        ),
        case("ReLU, N(0, 1)", too_long),
        case("ReLU, N(0, 1), clipped to 1", exploding.found()),
        case("ReLU, He", Task::<Relus>::new(Init::HeNormal).lengths()),
        case("tanh, Xavier", Task::<Tanhs>::new(xavier).lengths()),
        case(
            "sigmoid, batch norm",
            Task::<Normalised>::new(xavier).lengths(),
        ),
        case(
            "sigmoid, residual",
            Task::<Shortcuts>::new(xavier).lengths(),
        ),
    ]
}

/// A loss by steps of descent.
pub(crate) struct Course {
    pub(crate) name: &'static str,
    pub(crate) losses: Vec<f64>,
}

impl Course {
    /// Where it ended.
    pub(crate) fn last(&self) -> f64 {
        self.losses.last().copied().unwrap_or(f64::NAN)
    }
}

/// How descent goes with a vanished gradient, with an amplified one, and with the cures.
pub(crate) fn vanished() -> [Course; 4] {
    let (xavier, steps) = (Init::XavierNormal, 400);
    let course = |name, losses| Course { name, losses };
    [
        course(
            "sigmoid",
            Task::<Sigmoids>::new(xavier).descend(Sgd { rate: 1.0 }, steps, |_| ()),
        ),
        course(
            "sigmoid, amplified",
            Task::<Sigmoids>::new(xavier).descend(Sgd { rate: 1.0 }, steps, Task::amplify),
        ),
        course(
            "sigmoid, batch norm",
            Task::<Normalised>::new(xavier).descend(Sgd { rate: 1.0 }, steps, |_| ()),
        ),
        course(
            "tanh",
            Task::<Tanhs>::new(xavier).descend(Sgd { rate: 1.0 }, steps, |_| ()),
        ),
    ]
}

/// How descent goes with an exploding gradient, and with a clipped one.
pub(crate) fn exploded() -> [Course; 2] {
    let (sgd, steps) = (Sgd { rate: 0.05 }, 400);
    let start = || Task::<Leaky>::new(normal(0.35));
    let course = |name, losses| Course { name, losses };
    let clipped = Clipped::norm(sgd, 1.0);
    at_once([
        &|| course("as it is", start().descend(sgd, steps, |_| ())),
        &|| course("clipped to 1", start().descend(clipped, steps, |_| ())),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::depth::chained;

    #[test]
    fn chains_of_sigmoids_are_bounded() {
        // by hand: σ'(0) = 1/4, and σ'(1/2) = 0.235003712201594…
        let close = |found: f64, right: f64| (found - right).abs() < 1e-15;
        assert!(close(chained(1)[0], 0.25) && close(chained(2)[0], 0.25 * 0.235_003_712_201_594_5));
        for n in 2..20 {
            let [slope, bound] = chained(n);
            assert!(
                slope < bound && slope > 0.8_f64.powi(n as i32) * bound,
                "{n}: {slope}"
            );
        }
    }

    #[test]
    fn ten_layers_vanish_explode_or_stay() {
        for case in cases() {
            let (ratio, first) = (case.first_over_last(), case.lengths[0]);
            match case.name {
                "sigmoid, Xavier" => assert!(ratio <= 1e-4 && ratio > 0.0, "{ratio}"),
                "ReLU, N(0, 0.05²)" => assert!(first < 1e-5, "{first}"),
                "ReLU, N(0, 1)" => assert!(first > 1e6, "{first}"),
                "ReLU, N(0, 1), clipped to 1" => {
                    let whole = case.lengths.map(|x| x * x).iter().sum::<f64>().sqrt();
                    // the biases have their part
                    assert!(whole <= 1.0 && whole > 0.5, "{whole}");
                }
                "sigmoid, residual" => assert!((0.03..=30.0).contains(&ratio), "{ratio}"),
                name => assert!((0.1..=10.0).contains(&ratio), "{name}: {ratio}"),
            }
        }
    }

    #[test]
    fn an_amplified_gradient_does_not_help() {
        // nothing is better than the mean of all targets as long as the output knows nothing of the input: 0.8²/12
        let knows_nothing = 0.8_f64.powi(2) / 12.0;
        let [plain, amplified, normalised, tanh] = vanished();
        assert!(plain.last() > 0.95 * knows_nothing, "{}", plain.last());
        assert!(
            amplified.last() > 0.95 * knows_nothing,
            "{}",
            amplified.last()
        );
        assert!(
            normalised.last() < 0.8 * knows_nothing,
            "{}",
            normalised.last()
        );
        assert!(tanh.last() < 0.8 * knows_nothing, "{}", tanh.last());
    }

    #[test]
    fn clipping_keeps_descent_alive() {
        let [plain, clipped] = exploded();
        assert!(plain.losses[0] > 100.0 && plain.losses[0] == clipped.losses[0]);
        assert!(!plain.last().is_finite(), "{}", plain.last());
        assert!(
            clipped.last() < 1e-3 * clipped.losses[0],
            "{}",
            clipped.last()
        );
    }
}
