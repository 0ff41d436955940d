//! Every activation of the library: its value, its slope by its own backward, and what both cost.

use std::hint::black_box;
use std::time::Instant;

use core_tensor::{Shape, Tensor, Vector};
use examples::lesson::spaced;
use nn::{
    Celu, Elu, Gelu, GeluTanh, Glu, HardSigmoid, HardSwish, HardTanh, Heaviside, Identity, Init,
    Layer, LeakyRelu, LearnedSwish, LogSigmoid, LogSoftmax, Mish, Network, PRelu, Pass, QuickGelu,
    RRelu, Relu, Relu6, Selu, Sigmoid, Sign, Silu, Softmax, Softplus, Softsign, Swish, Tanh,
};

/// Points of a curve.
pub(crate) const POINTS: usize = 161;

/// One activation from −4 to 4.
pub(crate) struct Curve {
    pub(crate) name: &'static str,
    /// `x, y`
    pub(crate) value: Vec<[f64; 2]>,
    /// `x, dy/dx`
    pub(crate) slope: Vec<[f64; 2]>,
    /// measures the nanoseconds a number, forward and backward
    pub(crate) cost: fn() -> f64,
}

impl Curve {
    /// The largest slope that was seen.
    pub(crate) fn steepest(&self) -> f64 {
        self.slope.iter().map(|[_, s]| s.abs()).fold(0.0, f64::max)
    }

    /// Value and slope at the point next to `x`.
    pub(crate) fn at(&self, x: f64) -> [f64; 2] {
        let i = ((x + 4.0) / 8.0 * (POINTS - 1) as f64).round() as usize;
        [self.value[i][1], self.slope[i][1]]
    }
}

/// All of them. What needs more than one number gets zeros beside `x`, and its first output is shown.
pub(crate) fn all() -> Vec<Curve> {
    type One = Vector<1>;
    vec![
        curve::<One, Heaviside>("step"),
        curve::<One, Sign>("sign"),
        curve::<One, Identity>("identity"),
        curve::<One, Sigmoid>("sigmoid"),
        curve::<One, HardSigmoid>("hard sigmoid"),
        curve::<One, LogSigmoid>("log sigmoid"),
        curve::<One, Tanh>("tanh"),
        curve::<One, HardTanh>("hard tanh"),
        curve::<One, Softsign>("softsign"),
        curve::<One, Relu>("ReLU"),
        curve::<One, Relu6>("ReLU6"),
        curve::<One, LeakyRelu<1, 10>>("leaky ReLU, 1/10"),
        curve::<One, PRelu<1, f64>>("PReLU at 1/4"),
        curve::<One, RRelu>("RReLU in training"),
        curve::<One, Elu>("ELU"),
        curve::<One, Selu>("SELU"),
        curve::<One, Celu<2>>("CELU, α = 2"),
        curve::<One, Softplus>("softplus"),
        curve::<One, Gelu>("GELU"),
        curve::<One, GeluTanh>("GELU by tanh"),
        curve::<One, QuickGelu>("GELU by σ"),
        curve::<One, Silu>("SiLU"),
        curve::<One, Swish<2>>("Swish, β = 2"),
        curve::<One, LearnedSwish<1, f64>>("Swish, learned β"),
        curve::<One, HardSwish>("hard swish"),
        curve::<One, Mish>("Mish"),
        curve::<Vector<2>, Glu>("GLU of (x, 0)"),
        curve::<Vector<3>, Softmax>("softmax of (x, 0, 0)"),
        curve::<Vector<3>, LogSoftmax>("log-softmax of (x, 0, 0)"),
    ]
}

fn curve<X: Shape, L: Layer<X, f64>>(name: &'static str) -> Curve {
    let xs = spaced(-4.0, 4.0, POINTS);
    let first = |x: f64| Tensor::<X, f64>::from_fn(|j| if j == 0 { x } else { 0.0 });
    let samples: Vec<_> = xs.clone().map(first).collect();
    let mut net = Network::<X, L, f64>::new(POINTS);
    net.init(Init::ZEROS, 0);
    let (layer, room) = net.parts();
    let mut pass = Pass::train(room, 0);
    let (y, saved) = layer.forward(&samples, &mut pass);
    let value = xs
        .clone()
        .zip(y)
        .map(|(x, y)| [x, y.as_slice()[0]])
        .collect();
    let dy = pass.batch::<L::Y>(POINTS);
    for dy in &mut *dy {
        *dy = Tensor::from_fn(|j| if j == 0 { 1.0 } else { 0.0 });
    }
    let dx = layer.backward(saved, dy, None, &mut pass);
    let slope = xs.zip(&*dx).map(|(x, dx)| [x, dx.as_slice()[0]]).collect();
    Curve {
        name,
        value,
        slope,
        cost: cost::<X, L>,
    }
}

/// The shortest of several runs, forward and backward, over as many numbers as fit a cache.
fn cost<X: Shape, L: Layer<X, f64>>() -> f64 {
    let n = 4096 / X::LEN;
    let spread = |i: usize| ((i * 37) % 101) as f64 / 25.0 - 2.0;
    let samples: Vec<_> = (0..n)
        .map(|i| Tensor::<X, f64>::from_fn(|j| spread(i + j)))
        .collect();
    let mut net = Network::<X, L, f64>::new(n);
    net.init(Init::ZEROS, 0);
    let (layer, room) = net.parts();
    let mut best = f64::INFINITY;
    for _ in 0..40 {
        let clock = Instant::now();
        let mut pass = Pass::train(room, 0);
        let (y, saved) = layer.forward(black_box(&samples), &mut pass);
        black_box(y);
        let dy = pass.batch::<L::Y>(n);
        black_box(layer.backward(saved, dy, None, &mut pass));
        best = best.min(clock.elapsed().as_secs_f64());
    }
    best * 1e9 / (n * X::LEN) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values at 1 and −1 by their formulas, worked out elsewhere.
    const VALUES: [(&str, f64, f64); 22] = [
        ("step", 1.0, 0.0),
        ("sign", 1.0, -1.0),
        ("identity", 1.0, -1.0),
        ("sigmoid", 0.731_058_578_630_004_9, 0.268_941_421_369_995_1),
        ("hard sigmoid", 2.0 / 3.0, 1.0 / 3.0),
        ("tanh", 0.761_594_155_955_764_9, -0.761_594_155_955_764_9),
        ("softsign", 0.5, -0.5),
        ("ReLU", 1.0, 0.0),
        ("leaky ReLU, 1/10", 1.0, -0.1),
        ("PReLU at 1/4", 1.0, -0.25),
        ("ELU", 1.0, -0.632_120_558_828_557_7),
        ("SELU", 1.050_700_987_355_480_5, -1.111_330_737_812_562_5),
        ("softplus", 1.313_261_687_518_222_8, 0.313_261_687_518_222_8),
        ("GELU", 0.841_344_746_068_542_9, -0.158_655_253_931_457_07),
        ("SiLU", 0.731_058_578_630_004_9, -0.268_941_421_369_995_1),
        (
            "Swish, β = 2",
            0.880_797_077_977_882_4,
            -0.119_202_922_022_117_57,
        ),
        ("hard swish", 2.0 / 3.0, -1.0 / 3.0),
        ("Mish", 0.865_098_388_267_310_3, -0.303_401_461_374_108_9),
        ("GLU of (x, 0)", 0.5, -0.5),
        (
            "log sigmoid",
            -0.313_261_687_518_222_8,
            -1.313_261_687_518_222_8,
        ),
        (
            "softmax of (x, 0, 0)",
            0.576_116_884_765_829_4,
            0.155_362_403_496_965_84,
        ),
        (
            "log-softmax of (x, 0, 0)",
            -0.551_444_713_932_051_1,
            -1.861_994_804_058_251_2,
        ),
    ];

    #[test]
    fn curves_are_their_formulas() {
        let all = all();
        assert_eq!(all.len(), 29);
        for (name, at_one, at_minus_one) in VALUES {
            let curve = all.iter().find(|curve| curve.name == name).unwrap();
            for (x, right) in [(1.0, at_one), (-1.0, at_minus_one)] {
                let [found, _] = curve.at(x);
                assert!((found - right).abs() < 1e-12, "{name} at {x}: {found}");
            }
        }
    }

    #[test]
    fn slopes_are_those_of_the_values() {
        for curve in all() {
            for i in 1..POINTS - 1 {
                let [before, here, after] =
                    [-1, 0, 1].map(|d| curve.value[i.strict_add_signed(d)][1]);
                // where the curve jumps or bends sharply, a difference says nothing
                let bend = before - 2.0 * here + after;
                if (after - before).abs() > 0.5 || bend.abs() > 0.002 {
                    continue;
                }
                let difference = (after - before) / 0.1;
                let slope = curve.slope[i][1];
                assert!(
                    (slope - difference).abs() < 0.05,
                    "{} at {i}: {slope} {difference}",
                    curve.name
                );
            }
        }
    }

    #[test]
    fn a_sigmoid_is_never_steeper_than_a_quarter_and_costs_more_than_a_relu() {
        let all = all();
        let by = |name: &str| all.iter().find(|curve| curve.name == name).unwrap();
        assert_eq!(by("sigmoid").steepest(), 0.25);
        assert_eq!(by("tanh").steepest(), 1.0);
        assert_eq!(by("step").steepest(), 0.0);
        assert!((by("sigmoid").cost)() > (by("ReLU").cost)());
    }
}
