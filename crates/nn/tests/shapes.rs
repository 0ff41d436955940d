//! Layers that look up, join, cut, enlarge and pool, against PyTorch: values and every gradient, in `f32` and `f64`.

#[path = "common/fixture.rs"]
mod fixture;
#[path = "common/layer.rs"]
mod layer;
#[path = "common/near.rs"]
mod near;

use core_tensor::{Image, Matrix, Pair, Scalar, Sequence, Tokens, Vector};
use fixture::load;
use nn::{
    AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool1d, AvgPool2d, Bilinear, Crop2d, Embedding,
    GlobalAvgPool, GlobalMaxPool, LinearNoBias, MaxPool1d, PixelShuffle, PixelUnshuffle, Reshape,
    UpsampleBilinear2d, UpsampleNearest2d, ZeroPad2d,
};

// a test for a file: the types of each case are written with `T` for the scalar
macro_rules! layers { ($test:ident $file:literal within $epsilons:literal: $($name:literal: $x:ty => $layer:ty;)+) => {
    #[test]
    fn $test() {
        for case in load($file, &[$($name),+]) {
            match case.name.as_str() {
                $($name => {
                    fn in_scalar<T: Scalar>(case: &fixture::Case) { layer::check::<$x, $layer, T>(case, $epsilons) }
                    in_scalar::<f32>(&case);
                    in_scalar::<f64>(&case);
                })+
                _ => unreachable!("load compares the names"),
            }
        }
    }
} }

// sums of products of eighths are exact
layers! { exact "shapes.txt" within 0.0:
    "embedding_7x3": Tokens<5, 7> => Embedding<7, 3, T>;
    "embedding_4x5_pad_1": Tokens<3, 4> => Embedding<4, 5, T, 1>;
    "linear_no_bias_5x7": Vector<5> => LinearNoBias<5, 7, T>;
    "linear_no_bias_17x3": Vector<17> => LinearNoBias<17, 3, T>;
    "bilinear_3x5x4": Pair<Vector<3>, Vector<5>> => Bilinear<3, 5, 4, T>;
    "bilinear_2x1x7": Pair<Vector<2>, Vector<1>> => Bilinear<2, 1, 7, T>;
    "zero_pad_1_2_3_0": Image<3, 2, 5> => ZeroPad2d<1, 3, 2, 0>;
    "zero_pad_2": Image<1, 3, 2> => ZeroPad2d<2>;
    "crop_1_2_0_3": Image<5, 7, 3> => Crop2d<1, 0, 2, 3>;
    "crop_1": Image<3, 5, 2> => Crop2d<1>;
    "reshape_3x5x2_5x6": Image<3, 5, 2> => Reshape<Matrix<5, 6>>;
    "reshape_7x1x3_21": Image<7, 1, 3> => Reshape<Vector<21>>;
    "nearest_2": Image<3, 5, 2> => UpsampleNearest2d<2>;
    "nearest_3x2": Image<2, 3, 5> => UpsampleNearest2d<3, 2>;
    "bilinear_2": Image<3, 5, 2> => UpsampleBilinear2d<2>;
    "bilinear_4x1": Image<2, 3, 5> => UpsampleBilinear2d<4, 1>;
    "shuffle_2": Image<3, 2, 12> => PixelShuffle<2>;
    "shuffle_3": Image<1, 2, 9> => PixelShuffle<3>;
    "unshuffle_2": Image<4, 6, 3> => PixelUnshuffle<2>;
    "unshuffle_3": Image<3, 6, 1> => PixelUnshuffle<3>;
    "global_max_3x5x4": Image<3, 5, 4> => GlobalMaxPool;
    "global_max_3x5x4_ties": Image<3, 5, 4> => GlobalMaxPool;
    "global_max_7x3": Sequence<7, 3> => GlobalMaxPool;
    "adaptive_max_3x2": Image<7, 5, 3> => AdaptiveMaxPool2d<3, 2>;
    "adaptive_max_3x2_ties": Image<7, 5, 3> => AdaptiveMaxPool2d<3, 2>;
    "adaptive_max_4": Image<5, 7, 2> => AdaptiveMaxPool2d<4>;
    "max_1d_2": Sequence<7, 3> => MaxPool1d<2>;
    "max_1d_3_2_1": Sequence<8, 2> => MaxPool1d<3, 2, 1>;
}

// shares are rounded, and so are the up to 15 terms of a sum
layers! { rounded "means.txt" within 8.0:
    "bilinear_3": Image<3, 2, 5> => UpsampleBilinear2d<3>;
    "bilinear_2x5": Image<1, 3, 2> => UpsampleBilinear2d<2, 5>;
    "global_avg_3x5x4": Image<3, 5, 4> => GlobalAvgPool;
    "global_avg_7x3": Sequence<7, 3> => GlobalAvgPool;
    "adaptive_avg_3x2": Image<7, 5, 3> => AdaptiveAvgPool2d<3, 2>;
    "adaptive_avg_4": Image<5, 7, 2> => AdaptiveAvgPool2d<4>;
    "avg_pixels_3_2_1": Image<5, 6, 3> => AvgPool2d<3, 2, 1, 3, 2, 1, false>;
    "avg_pixels_2x3": Image<3, 4, 2> => AvgPool2d<2, 1, 1, 3, 1, 0, false>;
    "avg_1d_2": Sequence<7, 3> => AvgPool1d<2>;
    "avg_1d_3_2_1": Sequence<8, 2> => AvgPool1d<3, 2, 1>;
}
