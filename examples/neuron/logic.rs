//! Neurons with a step, as McCulloch and Pitts drew them (1943), that compute AND, OR and NOT, and every way to XOR.

use core_tensor::{Tensor, Vector};
use nn::{BceWithLogits, Heaviside, Init, Linear, Network, Tanh};
use optim::{Adam, Data, Progress, Trainer};

/// The four inputs of a function of two bits.
pub(crate) const CORNERS: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// The exclusive or of the [`CORNERS`].
pub(crate) const XOR: [f64; 4] = [0.0, 1.0, 1.0, 0.0];

type Sample = Tensor<Vector<2>, f64>;
/// Anything from two numbers to one.
pub(crate) type Function = Box<dyn FnMut([f64; 2]) -> f64>;

/// A neuron as a line in the plane: `1` where `w·x + b > 0`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Plane {
    /// `w`, at right angles to the line
    pub(crate) normal: [f64; 2],
    /// `b`
    pub(crate) bias: f64,
}

/// Both.
pub(crate) const AND: Plane = Plane {
    normal: [1.0, 1.0],
    bias: -1.5,
};
/// One at least.
pub(crate) const OR: Plane = Plane {
    normal: [1.0, 1.0],
    bias: -0.5,
};
/// Not the first; the second has no weight.
pub(crate) const NOT: Plane = Plane {
    normal: [-1.0, 0.0],
    bias: 0.5,
};

impl Plane {
    /// The neuron as a network.
    pub(crate) fn function(self) -> Function {
        let mut net = Network::<Vector<2>, (Linear<2, 1, f64>, Heaviside), f64>::new(1);
        let [w1, w2] = self.normal;
        net.layers.0.weight = Tensor::new([[w1], [w2]]);
        net.layers.0.bias = Tensor::new([self.bias]);
        Box::new(move |x| net.predict(&[Sample::new(x)])[0][[0]])
    }

    /// The same neuron without a bias: a third feature x⁰ = −1 has the weight −b, the threshold.
    pub(crate) fn with_feature(self) -> Function {
        let [w1, w2] = self.normal;
        let mut neuron = three([-self.bias, w1, w2], 0.0);
        Box::new(move |[x1, x2]| neuron([-1.0, x1, x2]))
    }

    /// How far a point lies from the line, counted along the normal: `(w·x + b) / |w|`.
    pub(crate) fn distance(self, [x1, x2]: [f64; 2]) -> f64 {
        let [w1, w2] = self.normal;
        (w1 * x1 + w2 * x2 + self.bias) / w1.hypot(w2)
    }

    /// The point of the line that is closest to `x`.
    pub(crate) fn foot(self, x: [f64; 2]) -> [f64; 2] {
        let [w1, w2] = self.normal;
        let back = self.distance(x) / w1.hypot(w2);
        [x[0] - back * w1, x[1] - back * w2]
    }
}

/// A neuron of three features.
fn three([w0, w1, w2]: [f64; 3], bias: f64) -> impl FnMut([f64; 3]) -> f64 {
    let mut net = Network::<Vector<3>, (Linear<3, 1, f64>, Heaviside), f64>::new(1);
    net.layers.0.weight = Tensor::new([[w0], [w1], [w2]]);
    net.layers.0.bias = Tensor::new([bias]);
    move |x| net.predict(&[Tensor::new(x)])[0][[0]]
}

/// What a function says at the [`CORNERS`].
pub(crate) fn table(function: &mut Function) -> [f64; 4] {
    CORNERS.map(function)
}

/// How many of the 16 functions of two bits single neurons with small weights compute, and whether XOR is among them.
pub(crate) fn computable() -> (usize, bool) {
    let mut found = [false; 16];
    for w1 in -1..=1 {
        for w2 in -1..=1 {
            for half in -2..=1 {
                let plane = Plane {
                    normal: [w1, w2].map(f64::from),
                    bias: f64::from(half) + 0.5,
                };
                found[number(table(&mut plane.function()))] = true;
            }
        }
    }
    (found.iter().filter(|&&f| f).count(), found[number(XOR)])
}

/// A table of bits read as a number.
fn number(table: [f64; 4]) -> usize {
    table
        .iter()
        .fold(0, |number, &bit| 2 * number + usize::from(bit > 0.5))
}

/// A node of a graph: an input, or a neuron that reads earlier nodes.
pub(crate) struct Gate {
    /// what stands in its picture
    pub(crate) name: &'static str,
    /// the neuron; none for an input
    plane: Option<Plane>,
    /// the nodes that it reads
    pub(crate) reads: &'static [usize],
    /// where it is drawn
    pub(crate) at: [f64; 2],
}

const fn gate(
    name: &'static str,
    plane: Option<Plane>,
    reads: &'static [usize],
    at: [f64; 2],
) -> Gate {
    Gate {
        name,
        plane,
        reads,
        at,
    }
}

/// (x₁ ∨ x₂) ∧ ¬(x₁ ∧ x₂)
pub(crate) const GRAPH: [Gate; 6] = [
    gate("x₁", None, &[], [0.0, 2.0]),
    gate("x₂", None, &[], [0.0, 0.0]),
    gate("Or", Some(OR), &[0, 1], [1.0, 2.0]),
    gate("And", Some(AND), &[0, 1], [1.0, 0.0]),
    gate("Not", Some(NOT), &[3], [2.0, 0.0]),
    gate("And", Some(AND), &[2, 4], [3.0, 1.0]),
];

/// What the last node of [`GRAPH`] says.
fn by_graph() -> Function {
    let mut neurons = GRAPH.map(|gate| gate.plane.map(Plane::function));
    Box::new(move |[x1, x2]| {
        let mut said = [x1, x2, 0.0, 0.0, 0.0, 0.0];
        for (i, neuron) in neurons.iter_mut().enumerate() {
            if let Some(neuron) = neuron {
                let read = |k: usize| GRAPH[i].reads.get(k).map_or(0.0, |&j| said[j]);
                said[i] = neuron([read(0), read(1)]);
            }
        }
        said[5]
    })
}

/// Two neurons and one that reads them, all with steps.
fn two_layers(first: [Plane; 2], second: Plane) -> Function {
    type Net = (Linear<2, 2, f64>, Heaviside, Linear<2, 1, f64>, Heaviside);
    let mut net = Network::<Vector<2>, Net, f64>::new(1);
    let [a, b] = first;
    net.layers.0.weight = Tensor::new([0, 1].map(|i| [a.normal[i], b.normal[i]]));
    net.layers.0.bias = Tensor::new([a.bias, b.bias]);
    net.layers.2.weight = Tensor::new(second.normal.map(|w| [w]));
    net.layers.2.bias = Tensor::new([second.bias]);
    Box::new(move |x| net.predict(&[Sample::new(x)])[0][[0]])
}

/// Three units learn it: the loss before and after, and the network.
pub(crate) fn by_training() -> ([f64; 2], Function) {
    type Net = (Linear<2, 3, f64>, Tanh, Linear<3, 1, f64>);
    let mut trainer = Trainer::<Vector<2>, Net, _, _, f64>::new(BceWithLogits, Adam::new(0.1), 4);
    trainer.network.init(Init::XavierNormal, 1);
    let (x, targets) = (CORNERS.map(Sample::new), XOR.map(|t| Tensor::new([t])));
    let data = Data::new(&x, &targets);
    let before = trainer.score(data).loss;
    trainer.fit(data, None, 200, &mut Progress::quiet());
    let after = trainer.score(data).loss;
    let mut net = trainer.network;
    let logistic = |y: f64| 1.0 / (1.0 + (-y).exp());
    let function = move |x| logistic(net.predict(&[Sample::new(x)])[0][[0]]);
    ([before, after], Box::new(function))
}

/// Every way to XOR but one neuron, with its name.
pub(crate) fn ways() -> Vec<(&'static str, Function)> {
    let mut by_feature = three([1.0, 1.0, -2.0], -0.5);
    let side = |w1: f64, w2: f64, bias: f64| Plane {
        normal: [w1, w2],
        bias,
    };
    let cases = [side(-1.0, 1.0, -0.5), side(1.0, -1.0, -0.5)];
    let differences = [side(1.0, -1.0, 0.0), side(-1.0, 1.0, 0.0)];
    vec![
        (
            "a feature more, x₁x₂",
            Box::new(move |[x1, x2]| by_feature([x1, x2, x1 * x2])),
        ),
        ("(x₁ ∨ x₂) ∧ ¬(x₁ ∧ x₂)", by_graph()),
        ("(¬x₁ ∧ x₂) ∨ (x₁ ∧ ¬x₂)", two_layers(cases, OR)),
        (
            "f(f(x₁ − x₂) + f(x₂ − x₁))",
            two_layers(differences, side(1.0, 1.0, 0.0)),
        ),
        ("trained, 3 tanh units", by_training().1),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gates_say_what_they_are_called() {
        assert_eq!(table(&mut AND.function()), [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(table(&mut OR.function()), [0.0, 1.0, 1.0, 1.0]);
        assert_eq!(table(&mut NOT.function()), [1.0, 1.0, 0.0, 0.0]);
    }

    #[test]
    fn a_bias_is_the_weight_of_a_feature_that_is_minus_one() {
        for plane in [AND, OR, NOT] {
            assert_eq!(
                table(&mut plane.with_feature()),
                table(&mut plane.function())
            );
        }
    }

    #[test]
    fn distances_are_along_the_normal() {
        // (1, 1) lies half a diagonal of a unit square of side 1/2 behind the line x₁ + x₂ = 3/2
        assert!((AND.distance([1.0, 1.0]) - 0.125_f64.sqrt()).abs() < 1e-15);
        let close = |x: f64| (x - 0.75).abs() < 1e-15;
        assert!(AND.foot([0.0, 0.0]).into_iter().all(close));
        assert!(NOT.distance([1.0, 7.0]) == -0.5);
    }

    #[test]
    fn a_neuron_computes_fourteen_of_sixteen() {
        assert_eq!(computable(), (14, false));
    }

    #[test]
    fn every_way_is_the_exclusive_or() {
        let ways = ways();
        assert_eq!(ways.len(), 5);
        for (name, mut function) in ways {
            for (found, right) in table(&mut function).into_iter().zip(XOR) {
                assert!(
                    (found - right).abs() < 0.05,
                    "{name}: {found}, right is {right}"
                );
            }
        }
        let ([before, after], _) = by_training();
        assert!(before > 0.6 && after < 0.02, "{before} {after}");
    }
}
