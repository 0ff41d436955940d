//! Convolutions of sequences, in groups, with taps apart and transposed, and borders; the dense one of images is in `layers.rs`.

use core_tensor::{Image, Sequence};
use nn::{
    Conv1d, Conv2d, Conv2dNoBias, ConvTranspose2d, DepthwiseConv2d, DilatedConv2d, GroupedConv2d,
    GroupedConv2dNoBias, ReflectPad2d, ReplicatePad2d,
};

use crate::case::Case;

#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    layers! {
        "Conv1d" 2: Sequence<9, 3> => Conv1d<3, 5, 3, 2, 1, T>;
        "Conv1d" 2: Sequence<11, 2> => Conv1d<2, 7, 3, 1, 4, T, 4>;
        "Conv1d" 1: Sequence<7, 5> => Conv1d<5, 17, 2, 3, 1, T, 2>;
        "GroupedConv2d" 2: Image<5, 6, 6> => GroupedConv2d<3, 2, 3, 3, 1, 1, T>;
        "GroupedConv2d" 1: Image<6, 5, 12> => GroupedConv2d<3, 4, 4, 3, 2, 1, T>;
        "GroupedConv2d" 1: Image<7, 6, 4> => GroupedConv2d<2, 2, 1, 2, 3, 1, T, 3, 1, 2, 2, 1>;
        "GroupedConv2d" 2: Image<7, 9, 3> => DilatedConv2d<3, 5, 3, 2, 1, 2, T>;
        "GroupedConv2d" 1: Image<6, 8, 2> => GroupedConv2d<1, 2, 3, 3, 2, 3, T, 2, 3, 0, 2, 4>;
        "GroupedConv2d" 2: Image<5, 7, 5> => DepthwiseConv2d<5, 3, 1, 1, T>;
        "GroupedConv2d" 1: Image<7, 5, 17> => DepthwiseConv2d<17, 3, 2, 1, T>;
        "GroupedConv2d" 1: Image<4, 9, 3> => DepthwiseConv2d<3, 5, 1, 2, T, 2, 2, 0>;
        "Conv2dNoBias" 2: Image<5, 7, 3> => Conv2dNoBias<3, 5, 3, 1, 1, T>;
        "Conv2dNoBias" 1: Image<7, 6, 9> => Conv2dNoBias<9, 17, 2, 2, 1, T, 3, 1, 0>;
        "GroupedConv2dNoBias" 2: Image<5, 6, 6> => GroupedConv2dNoBias<3, 2, 3, 3, 1, 1, T>;
        "GroupedConv2dNoBias" 1: Image<7, 6, 4> => GroupedConv2dNoBias<2, 2, 1, 2, 3, 1, T, 3, 1, 2, 2, 1>;
        "ConvTranspose2d" 2: Image<3, 4, 3> => ConvTranspose2d<3, 5, 3, 2, 1, T>;
        "ConvTranspose2d" 1: Image<3, 2, 2> => ConvTranspose2d<2, 3, 4, 3, 1, T, 3, 2, 0, 2, 1>;
        "ConvTranspose2d" 2: Image<2, 3, 3> => ConvTranspose2d<3, 2, 1, 2, 0, T, 1, 2, 0, 1>;
        "ConvTranspose2d" 1: Image<5, 3, 1> => ConvTranspose2d<1, 9, 3, 1, 1, T>;
        "ReflectPad2d" 2: Image<3, 5, 2> => (ReflectPad2d<1, 2>, Conv2d<2, 3, 3, 1, 0, T>);
        "ReflectPad2d" 1: Image<5, 3, 1> => ReflectPad2d<0, 2, 3, 1>;
        "ReplicatePad2d" 2: Image<3, 1, 2> => (ReplicatePad2d<1, 3>, Conv2d<2, 3, 3, 2, 0, T>);
        "ReplicatePad2d" 1: Image<5, 3, 1> => ReplicatePad2d<0, 2, 3, 1>;
    }
}
