//! Four landscapes of two numbers, with their gradients by dual numbers.

use autodiff::{Dual, Real};

/// A landscape, where the race begins and what is seen of it.
#[derive(Clone, Copy)]
pub(crate) struct Surface {
    pub(crate) name: &'static str,
    /// the value and the gradient
    pub(crate) at: fn([f64; 2]) -> (f64, [f64; 2]),
    pub(crate) start: [f64; 2],
    /// all lowest points, where the value is 0
    pub(crate) minima: &'static [[f64; 2]],
    /// lower left and upper right corner of the map
    pub(crate) map: [[f64; 2]; 2],
}

impl Surface {
    /// Whether a point lies on the map, or beside it by less than half of a side.
    pub(crate) fn near(&self, at: [f64; 2]) -> bool {
        let [low, high] = self.map;
        (0..2).all(|i| {
            let beside = (high[i] - low[i]) / 2.0;
            (low[i] - beside..=high[i] + beside).contains(&at[i])
        })
    }
}

/// `f` with its gradient.
macro_rules! sloped {
    ($f:ident) => {
        |[x, y]| {
            let [x, y] = [Dual::<f64, 2>::variable(x, 0), Dual::variable(y, 1)];
            let f = $f(x, y);
            (f.value, f.partials)
        }
    };
}

/// The landscapes of the race.
pub(crate) const SURFACES: [Surface; 4] = [
    Surface {
        name: "Rosenbrock",
        at: sloped!(rosenbrock),
        start: [-1.5, 2.0],
        minima: &[[1.0, 1.0]],
        map: [[-2.0, -1.0], [2.0, 3.0]],
    },
    Surface {
        name: "Beale",
        at: sloped!(beale),
        start: [1.0, 1.5],
        minima: &[[3.0, 0.5]],
        map: [[-1.0, -2.0], [4.0, 3.0]],
    },
    Surface {
        name: "Himmelblau",
        at: sloped!(himmelblau),
        start: [-0.5, -1.0],
        minima: &HIMMELBLAU,
        map: [[-5.0, -5.0], [5.0, 5.0]],
    },
    Surface {
        name: "a long valley",
        at: sloped!(valley),
        start: [-8.0, 1.0],
        minima: &[[0.0, 0.0]],
        map: [[-9.0, -9.0], [9.0, 9.0]],
    },
];

/// Himmelblau's lowest points, to the digits of his book.
const HIMMELBLAU: [[f64; 2]; 4] = [
    [3.0, 2.0],
    [-2.805_118, 3.131_312],
    [-3.779_310, -3.283_186],
    [3.584_428, -1.848_126],
];

/// `(1 − x)² + 100·(y − x²)²`, Rosenbrock (1960).
fn rosenbrock<R: Real>(x: R, y: R) -> R {
    let across = y - x * x;
    (R::one() - x) * (R::one() - x) + R::of(100.0) * across * across
}

/// `(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²`, Beale (1958).
fn beale<R: Real>(x: R, y: R) -> R {
    let part = |c: f64, power: R| {
        let part = R::of(c) - x + x * power;
        part * part
    };
    part(1.5, y) + part(2.25, y * y) + part(2.625, y * y * y)
}

/// `(x² + y − 11)² + (x + y² − 7)²`, Himmelblau (1972).
fn himmelblau<R: Real>(x: R, y: R) -> R {
    let [a, b] = [x * x + y - R::of(11.0), x + y * y - R::of(7.0)];
    a * a + b * b
}

/// Curvature along the valley and across.
pub(crate) const CURVATURES: [f64; 2] = [0.1, 10.0];
/// The direction of the valley, (0.8, −0.6): along no axis, so that no rate of each number for itself can even it out.
pub(crate) const ALONG: [f64; 2] = [0.8, -0.6];

/// `½·(0.1·u² + 10·v²)` with `u` along the valley and `v` across.
fn valley<R: Real>(x: R, y: R) -> R {
    let [c, s] = ALONG.map(R::of);
    let (u, v) = (c * x + s * y, c * y - s * x);
    let [along, across] = CURVATURES.map(|curvature| R::of(curvature / 2.0));
    along * u * u + across * v * v
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_vanish_where_the_books_say() {
        for surface in SURFACES {
            for &minimum in surface.minima {
                let (f, g) = (surface.at)(minimum);
                assert!(f < 1e-9, "{}: {f}", surface.name);
                assert!(g[0].hypot(g[1]) < 1e-4, "{}: {g:?}", surface.name);
            }
        }
    }

    #[test]
    fn values_by_hand() {
        let value = |i: usize, x| (SURFACES[i].at)(x).0;
        // (1 + 1.5)² + 100·(2 − 2.25)²
        assert!((value(0, [-1.5, 2.0]) - 12.5).abs() < 1e-12);
        // (½ + 1.5)² + (1¼ + 2.25)² + (1⅝ + 3.375)²
        assert!((value(1, [1.0, 1.5]) - (4.0 + 12.25 + 25.0)).abs() < 1e-12);
        // 11² + 7²
        assert!((value(2, [0.0, 0.0]) - 170.0).abs() < 1e-12);
        // a unit along the valley, and a unit across
        assert!((value(3, [0.8, -0.6]) - 0.05).abs() < 1e-12);
        assert!((value(3, [0.6, 0.8]) - 5.0).abs() < 1e-12);
    }
}
