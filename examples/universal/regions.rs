//! Polygons cut out by neurons with a step: a convex one by one hidden layer, any by two.

use core_tensor::{Tensor, Vector};
use examples::lesson::cells;
use nn::{Heaviside, Linear, Network};
use std::f64::consts::TAU;

/// Corners, counter-clockwise.
pub(crate) type Polygon = Vec<[f64; 2]>;
/// Cells of a side of a field.
pub(crate) const SIDE: usize = 120;
/// The field reaches from −this to this.
pub(crate) const REACH: f64 = 1.5;

/// A hexagon.
pub(crate) fn hexagon() -> Polygon {
    let corner = |i: usize| TAU * (i as f64 + 0.2) / 6.0;
    (0..6)
        .map(|i| [1.1 * corner(i).cos(), 0.9 * corner(i).sin()])
        .collect()
}

/// Convex parts of a star, and a square apart from it.
pub(crate) fn star_and_square() -> [Polygon; 6] {
    let at = |radius: f64, turn: f64| {
        let angle = TAU * (turn / 10.0 + 0.26);
        [radius * angle.cos() - 0.3, radius * angle.sin() - 0.25]
    };
    let kite = |i: usize| {
        let i = 2.0 * i as f64;
        vec![
            at(0.0, 0.0),
            at(0.4, i - 1.0),
            at(1.05, i),
            at(0.4, i + 1.0),
        ]
    };
    let square = vec![[0.7, 0.7], [1.3, 0.8], [1.2, 1.4], [0.6, 1.3]];
    [kite(0), kite(1), kite(2), kite(3), kite(4), square]
}

/// The neuron that is 1 on the inner side of an edge: two weights and a bias.
fn inside_of([ax, ay]: [f64; 2], [bx, by]: [f64; 2]) -> [f64; 3] {
    let [w1, w2] = [ay - by, bx - ax];
    // a hair outwards, so that parts which share an edge leave no gap
    [w1, w2, -(w1 * ax + w2 * ay) + 1e-9]
}

/// The edges of a polygon, from corner to corner.
fn edges(polygon: &Polygon) -> impl Iterator<Item = [[f64; 2]; 2]> {
    let next = polygon.iter().cycle().skip(1);
    polygon.iter().zip(next).map(|(&a, &b)| [a, b])
}

/// Which cells of the field a network says are inside.
fn field<L: nn::Layer<Vector<2>, f64, Y = Vector<1>>>(
    net: &mut Network<Vector<2>, L, f64>,
) -> Vec<bool> {
    let x: Vec<_> = cells(-REACH, REACH, SIDE).map(Tensor::new).collect();
    net.predict(&x).iter().map(|y| y[[0]] > 0.5).collect()
}

/// A neuron for each edge of the hexagon, and one that wants all of them.
pub(crate) fn one_layer() -> Vec<bool> {
    type Net = (Linear<2, 6, f64>, Heaviside, Linear<6, 1, f64>, Heaviside);
    let mut net = Network::<Vector<2>, Net, f64>::new(SIDE * SIDE);
    for (i, [a, b]) in edges(&hexagon()).enumerate() {
        let [w1, w2, bias] = inside_of(a, b);
        net.layers.0.weight[[0, i]] = w1;
        net.layers.0.weight[[1, i]] = w2;
        net.layers.0.bias[[i]] = bias;
    }
    net.layers.2.weight = Tensor::full(1.0);
    net.layers.2.bias = Tensor::new([-5.5]);
    field(&mut net)
}

/// A neuron for each edge of each part, one for each part that wants all of its edges, and one that wants any part.
pub(crate) fn two_layers() -> Vec<bool> {
    type Net = (
        Linear<2, 24, f64>,
        Heaviside,
        Linear<24, 6, f64>,
        Heaviside,
        Linear<6, 1, f64>,
        Heaviside,
    );
    let mut net = Network::<Vector<2>, Net, f64>::new(SIDE * SIDE);
    for (part, polygon) in star_and_square().iter().enumerate() {
        for (i, [a, b]) in edges(polygon).enumerate() {
            let (unit, [w1, w2, bias]) = (4 * part + i, inside_of(a, b));
            net.layers.0.weight[[0, unit]] = w1;
            net.layers.0.weight[[1, unit]] = w2;
            net.layers.0.bias[[unit]] = bias;
            net.layers.2.weight[[unit, part]] = 1.0;
        }
    }
    net.layers.2.bias = Tensor::full(-3.5);
    net.layers.4.weight = Tensor::full(1.0);
    net.layers.4.bias = Tensor::new([-0.5]);
    field(&mut net)
}

/// Which cells lie in any of some polygons: a ray to the right crosses their border an odd number of times.
pub(crate) fn by_rays(polygons: &[Polygon]) -> Vec<bool> {
    let within = |[x, y]: [f64; 2], polygon: &Polygon| {
        let crossed = edges(polygon).filter(|[a, b]| {
            let share = (y - a[1]) / (b[1] - a[1]);
            (a[1] > y) != (b[1] > y) && x < a[0] + share * (b[0] - a[0])
        });
        crossed.count() % 2 == 1
    };
    cells(-REACH, REACH, SIDE)
        .map(|x| polygons.iter().any(|polygon| within(x, polygon)))
        .collect()
}

/// How many separate pieces a region has (cells that share a side belong together).
pub(crate) fn pieces(region: &[bool]) -> usize {
    let mut left = region.to_vec();
    let mut pieces = 0;
    while let Some(first) = left.iter().position(|&inside| inside) {
        pieces += 1;
        let mut open = vec![first];
        while let Some(i) = open.pop() {
            if !std::mem::take(&mut left[i]) {
                continue;
            }
            let (x, y) = (i % SIDE, i / SIDE);
            open.extend([
                if x > 0 { i - 1 } else { i },
                if x + 1 < SIDE { i + 1 } else { i },
                if y > 0 { i - SIDE } else { i },
                if y + 1 < SIDE { i + SIDE } else { i },
            ]);
        }
    }
    pieces
}

/// Whether a region is convex, as far as its cells say: the middle of any two of its cells is in it.
pub(crate) fn convex(region: &[bool]) -> bool {
    let inside: Vec<usize> = (0..region.len())
        .filter(|&i| region[i])
        .step_by(7)
        .collect();
    inside.iter().all(|&a| {
        inside.iter().all(|&b| {
            let (x, y) = (a % SIDE + b % SIDE, a / SIDE + b / SIDE);
            // between two cells there may be no cell
            x % 2 == 1 || y % 2 == 1 || region[y / 2 * SIDE + x / 2]
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_layer_cuts_a_hexagon() {
        let region = one_layer();
        assert_eq!(region, by_rays(&[hexagon()]));
        assert!(convex(&region) && pieces(&region) == 1);
        // the area of the hexagon by its corners, in cells
        let area: f64 = edges(&hexagon())
            .map(|[a, b]| (a[0] * b[1] - b[0] * a[1]) / 2.0)
            .sum();
        let cell = (2.0 * REACH / SIDE as f64).powi(2);
        let found = region.iter().filter(|&&inside| inside).count() as f64 * cell;
        assert!((found / area - 1.0).abs() < 0.01, "{found} {area}");
    }

    #[test]
    fn two_layers_cut_what_is_neither_convex_nor_connected() {
        let region = two_layers();
        assert_eq!(region, by_rays(&star_and_square()));
        assert!(!convex(&region));
        assert_eq!(pieces(&region), 2);
    }
}
