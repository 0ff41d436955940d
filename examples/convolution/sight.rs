//! Receptive fields, and what they cost.

use core_tensor::{Image, Path};
use nn::{Conv2d, DilatedConv2d, Field, Layer, MaxPool2d, Relu};

use crate::sides::derivative;

/// Convolutions that are compared: how far they see and what they cost.
pub(crate) struct Stack {
    pub(crate) name: &'static str,
    pub(crate) field: Field,
    pub(crate) parameters: usize,
    pub(crate) flops: u64,
}

fn stack<L: Layer<Image<N, N, I>>, const N: usize, const I: usize>(name: &'static str) -> Stack {
    Stack {
        name,
        field: L::FIELD,
        parameters: L::COUNT,
        flops: L::FLOPS,
    }
}

type Three = Conv2d<64, 64, 3, 1, 1>;

/// One large window against two or three small ones.
pub(crate) fn stacks() -> [Stack; 4] {
    [
        stack::<Conv2d<64, 64, 5, 1, 2>, 56, 64>("one 5×5"),
        stack::<(Three, Three), 56, 64>("two 3×3"),
        stack::<Conv2d<64, 64, 7, 1, 3>, 56, 64>("one 7×7"),
        stack::<(Three, Three, Three), 56, 64>("three 3×3"),
    ]
}

/// The 5×5 way of GoogLeNet's first inception module, with and without a 1×1 in front; and a bottleneck of ResNet-50 against a block of the
/// same width.
pub(crate) fn shrinking() -> [Stack; 4] {
    type Wide = Conv2d<256, 256, 3, 1, 1>;
    type Bottleneck = (
        Conv2d<256, 64, 1>,
        Relu,
        Conv2d<64, 64, 3, 1, 1>,
        Relu,
        Conv2d<64, 256, 1>,
    );
    [
        stack::<Conv2d<192, 32, 5, 1, 2>, 28, 192>("5×5, 192 → 32 channels"),
        stack::<(Conv2d<192, 16, 1>, Relu, Conv2d<16, 32, 5, 1, 2>), 28, 192>(
            "1×1 to 16, then 5×5 to 32",
        ),
        stack::<(Wide, Relu, Wide), 56, 256>("two 3×3, 256 channels"),
        stack::<Bottleneck, 56, 256>("1×1 to 64, 3×3, 1×1 to 256"),
    ]
}

/// What VGG-16 sees after each pool.
pub(crate) fn vgg16() -> Vec<String> {
    type C<const I: usize, const O: usize> = (Conv2d<I, O, 3, 1, 1>, Relu);
    type Pool = MaxPool2d<2>;
    type Vgg16 = (
        (C<3, 64>, C<64, 64>, Pool),
        (C<64, 128>, C<128, 128>, Pool),
        (C<128, 256>, C<256, 256>, C<256, 256>, Pool),
        (C<256, 512>, C<512, 512>, C<512, 512>, Pool),
        (C<512, 512>, C<512, 512>, C<512, 512>, Pool),
    );
    let mut seen = Vec::new();
    <Vgg16 as Layer<Image<224, 224, 3>>>::describe(&Path::Root).rows(&mut |row, field| {
        if row.layer == "MaxPool2d" {
            seen.push(field.to_string());
        }
    });
    seen
}

/// How strongly the pixel in the middle of the output depends on each pixel of a 9×9 image.
pub(crate) struct Seen {
    pub(crate) name: &'static str,
    pub(crate) field: Field,
    pub(crate) weights: Vec<f64>,
}

fn seen<L: Layer<Image<9, 9, 1>, f64>>(name: &'static str, middle: usize) -> Seen {
    Seen {
        name,
        field: L::FIELD,
        weights: derivative::<L, 9>(|_| 1.0, Some([middle; 2])),
    }
}

/// The stacks of the second picture, with weights of one.
pub(crate) fn sights() -> [Seen; 6] {
    type Three = Conv2d<1, 1, 3, 1, 1, f64>;
    [
        seen::<Three>("one 3×3", 4),
        seen::<(Three, Three)>("two 3×3", 4),
        seen::<Conv2d<1, 1, 5, 1, 2, f64>>("one 5×5", 4),
        seen::<(Three, Three, Three)>("three 3×3", 4),
        seen::<(Conv2d<1, 1, 3, 2, 1, f64>, Three)>("3×3 with stride 2, then 3×3", 2),
        seen::<DilatedConv2d<1, 1, 3, 2, 1, 2, f64>>("3×3 with dilation 2", 4),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_three_see_as_far_as_one_of_five_for_less() {
        let [five, two, seven, three] = stacks();
        assert_eq!((five.field, seven.field), (two.field, three.field));
        assert_eq!(
            [five.field, seven.field].map(|f| f.size()[0]),
            [Some(5), Some(7)]
        );
        // k²·64·64 + 64 each
        let count = |k: usize| k * k * 64 * 64 + 64;
        assert_eq!(
            [
                five.parameters,
                two.parameters,
                seven.parameters,
                three.parameters
            ],
            [count(5), 2 * count(3), count(7), 3 * count(3)]
        );
        // two operations for every weight at every place
        assert_eq!(five.flops, 2 * 56 * 56 * 25 * 64 * 64);
        assert_eq!(
            (two.flops * 25, three.flops * 49),
            (five.flops * 18, seven.flops * 27)
        );
    }

    #[test]
    fn as_published() {
        assert_eq!(vgg16(), ["6×6", "16×16", "44×44", "100×100", "212×212"]);
    }

    #[test]
    fn one_by_one_saves_nine_tenths() {
        let [direct, shrunk, wide, bottleneck] = shrinking();
        assert_eq!(direct.parameters, 192 * 32 * 25 + 32);
        assert_eq!(shrunk.parameters, (192 * 16 + 16) + (16 * 32 * 25 + 32));
        assert!(9 * shrunk.parameters < direct.parameters);
        assert!(9 * shrunk.flops < direct.flops);
        assert_eq!(direct.field, shrunk.field);
        assert_eq!(wide.parameters, 2 * (9 * 256 * 256 + 256));
        assert_eq!(
            bottleneck.parameters,
            (256 * 64 + 64) + (9 * 64 * 64 + 64) + (64 * 256 + 256)
        );
        assert!(16 * bottleneck.flops < wide.flops);
    }

    #[test]
    fn the_derivative_reaches_as_far_as_the_field_says() {
        for seen in sights() {
            let size = seen.field.size()[0].unwrap();
            let columns = (0..9).filter(|j| seen.weights[4 * 9..5 * 9][*j] != 0.0);
            let columns: Vec<usize> = columns.collect();
            let (first, last) = (columns[0], columns[columns.len() - 1]);
            assert_eq!(last - first + 1, size, "{}", seen.name);
        }
        // two windows of ones: 1 2 3 2 1, by itself
        let bell = [1.0, 2.0, 3.0, 2.0, 1.0];
        let [_, two, ..] = sights();
        for (i, a) in bell.iter().enumerate() {
            for (j, b) in bell.iter().enumerate() {
                assert_eq!(two.weights[(2 + i) * 9 + 2 + j], a * b);
            }
        }
        assert_eq!(two.weights.iter().sum::<f64>(), 81.0);
    }
}
