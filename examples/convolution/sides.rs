//! Sides of images behind windows, and how often a window comes by each pixel.

use core_tensor::dim::Slide;
use core_tensor::{Image, Shape, Tensor};
use nn::{Conv2d, DilatedConv2d, Layer, Pass, set_weights, training_room, weights};

/// A window on a side, and the side that it leaves.
pub(crate) struct Side {
    pub(crate) side: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    pub(crate) padding: usize,
    pub(crate) out: usize,
}

const fn side<const N: usize, const K: usize, const S: usize, const P: usize>() -> Side
where
    Image<N, N, 1>: Slide<K, S, P, K, S, P>,
{
    Side {
        side: N,
        kernel: K,
        stride: S,
        padding: P,
        out: <Image<N, N, 1> as Slide<K, S, P, K, S, P>>::POSITIONS[0],
    }
}

/// Those of LeNet-5, AlexNet and ResNet, and a window as long as the image.
pub(crate) const SIDES: [Side; 7] = [
    side::<28, 5, 1, 0>(),
    side::<28, 5, 1, 2>(),
    side::<28, 2, 2, 0>(),
    side::<224, 11, 4, 2>(),
    side::<224, 7, 2, 3>(),
    side::<112, 3, 2, 1>(),
    side::<7, 7, 1, 0>(),
];

/// The derivative of outputs by inputs: that of all outputs together, or of one pixel, with these weights.
pub(crate) fn derivative<L, const N: usize>(
    numbers: impl Fn(usize) -> f64,
    pixel: Option<[usize; 2]>,
) -> Vec<f64>
where
    L: Layer<Image<N, N, 1>, f64>,
{
    let mut layers = L::boxed();
    let count = weights(&mut *layers).len();
    set_weights(&mut *layers, &(0..count).map(numbers).collect::<Vec<_>>());
    let mut room = vec![0.0; training_room::<Image<N, N, 1>, L, f64>(1)];
    let mut pass = Pass::train(&mut room, 0);
    let x = [Tensor::zeros()];
    let (_, saved) = layers.forward(&x, &mut pass);
    let dy = pass.batch::<L::Y>(1);
    let numbers = Tensor::flat_mut(dy);
    match (pixel, <L::Y as Shape>::SIDES) {
        (Some([i, j]), [_, width, _]) => {
            numbers.fill(0.0);
            numbers[i * width + j] = 1.0;
        }
        _ => numbers.fill(1.0),
    }
    Tensor::flat(layers.backward(saved, dy, None, &mut pass)).to_vec()
}

/// How many windows see each pixel of a 7×7 image.
pub(crate) struct Covered {
    pub(crate) name: &'static str,
    /// the side that the window leaves
    pub(crate) out: usize,
    pub(crate) counts: Vec<f64>,
}

fn counted<L: Layer<Image<7, 7, 1>, f64>>(name: &'static str) -> Covered {
    Covered {
        name,
        out: <L::Y as Shape>::SIDES[0],
        counts: derivative::<L, 7>(|_| 1.0, None),
    }
}

/// The windows of the first picture. With weights of one, the derivative of the sum of all outputs by a pixel is the number of windows
/// that see it.
pub(crate) fn covered() -> [Covered; 4] {
    [
        counted::<Conv2d<1, 1, 3, 1, 0, f64>>("3×3"),
        counted::<Conv2d<1, 1, 3, 1, 1, f64>>("3×3, padding 1"),
        counted::<Conv2d<1, 1, 3, 2, 0, f64>>("3×3, stride 2"),
        counted::<DilatedConv2d<1, 1, 3, 2, 1, 0, f64>>("3×3, dilation 2"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_by_the_formula_and_as_published() {
        for s in SIDES {
            assert_eq!(s.out, (s.side + 2 * s.padding - s.kernel) / s.stride + 1);
        }
        assert_eq!(SIDES.map(|side| side.out), [24, 28, 14, 55, 112, 56, 1]);
    }

    #[test]
    fn windows_counted_by_hand() {
        let [plain, padded, strided, dilated] = covered();
        // along one side: the number of windows that see a place; in the plane, products of two such numbers
        let along = [
            (plain, 5, [1.0, 2.0, 3.0, 3.0, 3.0, 2.0, 1.0]),
            (padded, 7, [2.0, 3.0, 3.0, 3.0, 3.0, 3.0, 2.0]),
            (strided, 3, [1.0, 1.0, 2.0, 1.0, 2.0, 1.0, 1.0]),
            (dilated, 3, [1.0, 1.0, 2.0, 1.0, 2.0, 1.0, 1.0]),
        ];
        for (covered, out, along) in along {
            assert_eq!(covered.out, out, "{}", covered.name);
            let by_hand: Vec<f64> = along.iter().flat_map(|a| along.map(|b| a * b)).collect();
            assert_eq!(covered.counts, by_hand, "{}", covered.name);
        }
    }

    #[test]
    fn a_dilated_window_is_a_longer_one_with_zeros_between() {
        let between = |place: usize| {
            let [row, column] = [place / 5, place % 5];
            let even = row.is_multiple_of(2) && column.is_multiple_of(2);
            f64::from(u8::from(place < 25 && even))
        };
        let long = derivative::<Conv2d<1, 1, 5, 1, 0, f64>, 7>(between, None);
        let [.., dilated] = covered();
        assert_eq!(dilated.counts, long);
    }
}
