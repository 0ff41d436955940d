//! One hidden layer comes as close to any continuous curve as it likes: weights written down, not learnt.

use core_tensor::{Tensor, Vector};
use examples::lesson::spaced;
use nn::{Heaviside, Layer, Linear, Network, Relu};

/// Places where errors are looked for.
const PLACES: usize = 2001;

/// Some curve over 0 to 1, with a kink.
pub(crate) fn curve(x: f64) -> f64 {
    (7.0 * x).sin() * (1.2 - x) + (x - 0.6).abs()
}

/// `x, y` of a network, and its largest distance from the [`curve`].
pub(crate) struct Approximation {
    pub(crate) points: Vec<[f64; 2]>,
    pub(crate) error: f64,
}

type Net<const N: usize, A> = (Linear<1, N, f64>, A, Linear<N, 1, f64>);

/// A stair of `N` steps: `f(0) + Σ (f(xᵢ) − f(xᵢ₋₁))·[x > the middle between them]`.
pub(crate) fn stairs<const N: usize>() -> Approximation {
    let edge = |i: usize| i as f64 / N as f64;
    approximate::<N, Heaviside>(|net| {
        net.0.weight = Tensor::full(1.0);
        net.0.bias = Tensor::from_fn(|i| -(edge(i) + edge(i + 1)) / 2.0);
        net.2.weight = Tensor::from_fn(|i| curve(edge(i + 1)) - curve(edge(i)));
        net.2.bias = Tensor::new([curve(0.0)]);
    })
}

/// A line through the curve at `N + 1` places: each ReLU bends it once.
pub(crate) fn bends<const N: usize>() -> Approximation {
    let edge = |i: usize| i as f64 / N as f64;
    let slope = |i: usize| (curve(edge(i + 1)) - curve(edge(i))) * N as f64;
    approximate::<N, Relu>(|net| {
        net.0.weight = Tensor::full(1.0);
        net.0.bias = Tensor::from_fn(|i| -edge(i));
        net.2.weight = Tensor::from_fn(|i| {
            if i == 0 {
                slope(0)
            } else {
                slope(i) - slope(i - 1)
            }
        });
        net.2.bias = Tensor::new([curve(0.0)]);
    })
}

fn approximate<const N: usize, A: Layer<Vector<N>, f64, Y = Vector<N>>>(
    write: impl FnOnce(&mut Net<N, A>),
) -> Approximation {
    let mut net = Network::<Vector<1>, Net<N, A>, f64>::new(PLACES);
    write(&mut net.layers);
    let places: Vec<f64> = spaced(0.0, 1.0, PLACES).collect();
    let x: Vec<_> = places.iter().map(|&x| Tensor::new([x])).collect();
    let pairs = places.iter().zip(net.predict(&x));
    let points: Vec<[f64; 2]> = pairs.map(|(&x, y)| [x, y[[0]]]).collect();
    let away = points.iter().map(|&[x, y]| (y - curve(x)).abs());
    Approximation {
        error: away.fold(0.0, f64::max),
        points,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_times_the_units_a_quarter_of_the_error() {
        let [a, b, c] = [stairs::<8>(), stairs::<32>(), stairs::<128>()].map(|s| s.error);
        assert!(
            (3.0..5.0).contains(&(a / b)) && (3.0..5.0).contains(&(b / c)),
            "{a} {b} {c}"
        );
        // no slope of the curve is above 7·1.2 + 1 + 1, and a step is half a stair away at most
        assert!(c < 10.4 / 256.0, "{c}");
    }

    #[test]
    fn bends_are_better_by_a_square() {
        let [a, b] = [bends::<10>(), bends::<40>()].map(|s| s.error);
        // of a curve with |f''| ≤ 49·1.2 + 14 a chord of width h misses h²/8 of that; the kink lies at a bend
        assert!(a < 72.8 / 800.0 && b < 72.8 / 12_800.0, "{a} {b}");
        assert!((10.0..20.0).contains(&(a / b)), "{a} {b}");
    }
}
