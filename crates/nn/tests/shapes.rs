//! Layers that look up, join, cut, enlarge and pool, against PyTorch: values and every gradient, in `f32` and `f64`.

#[path = "common/fixture.rs"]
mod fixture;
#[path = "common/layer.rs"]
mod layer;
#[path = "common/near.rs"]
mod near;

use core_tensor::{Pair, Scalar, Tokens, Vector};
use fixture::load;
use nn::{Bilinear, Embedding, LinearNoBias};

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
}
