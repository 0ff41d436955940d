//! The layers of `nn` that look up, join, cut, enlarge and pool.

use core_tensor::{
    Batch, BatchMut, Image, Matrix, Pair, Room, Scalar, Sequence, Tensor, Tokens, Vector, no_params,
};
use nn::{
    AdaptiveAvgPool2d, AdaptiveMaxPool2d, AvgPool1d, AvgPool2d, Bilinear, Crop2d, DropConnect,
    Embedding, First, GlobalAvgPool, GlobalMaxPool, Gram, Layer, Linear, LinearNoBias, MaxPool1d,
    Pass, PixelShuffle, PixelUnshuffle, Reshape, Second, Sum, Tanh, UpsampleBilinear2d,
    UpsampleNearest2d, ZeroPad2d,
};

use crate::case::Case;

/// Words out of random numbers, by the place and the sign: some come twice. No slope goes through it.
pub(crate) struct Words<const N: usize>;
no_params!([const N: usize] Words<N>);

impl<const L: usize, const N: usize, T: Scalar> Layer<Vector<L>, T> for Words<N> {
    type Y = Tokens<L, N>;
    type Saved<'a> = ();
    const NAME: &'static str = "Words";
    const FLOPS: u64 = 0;
    const ROOM: Room = Room::new(L, L);

    fn forward<'a>(
        &self,
        x: Batch<'a, Vector<L>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Tokens<L, N>, T>, ()) {
        let y = pass.batch::<Tokens<L, N>>(x.len());
        let places = Tensor::flat_mut(y).iter_mut().zip(Tensor::flat(x));
        for (place, (y, &x)) in places.enumerate() {
            *y = T::of(((place + usize::from(x > T::zero())) % N) as f64);
        }
        (y, ())
    }

    fn backward<'a>(
        &self,
        (): (),
        dy: BatchMut<'a, Tokens<L, N>, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Vector<L>, T> {
        let dx = pass.batch(dy.len());
        Tensor::flat_mut(dx).fill(T::zero());
        dx
    }
}

#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    layers! {
        "Embedding" 3: Vector<5> => (Words<4>, Embedding<4, 3, T>);
        "Embedding" 2: Vector<5> => (Linear<5, 3, T>, Tanh, Words<3>, Embedding<3, 2, T, 1>);
        "LinearNoBias" 3: Vector<5> => LinearNoBias<5, 7, T>;
        "Bilinear" 3: Pair<Vector<2>, Vector<3>> => Bilinear<2, 3, 4, T>;
        "Bilinear" 2: Pair<Vector<1>, Vector<2>> => (Tanh, Bilinear<1, 2, 5, T>);
        "First" 2: Pair<Vector<2>, Image<1, 3, 2>> => (Tanh, First);
        "Second" 2: Pair<Vector<2>, Image<1, 3, 2>> => Second;
        "Second" 3: Pair<Vector<5>, Vector<3>> => Sum<(First, Linear<5, 2, T>), (Second, Linear<3, 2, T>)>;
        "DropConnect" 3, draws: Vector<5> => DropConnect<5, 7, T, 1, 3>;
        "Gram" 2: Image<3, 2, 5> => Gram;
        "Gram" 1: Image<1, 1, 3> => (Tanh, Gram);
        "GlobalAvgPool" 2: Image<3, 5, 7> => GlobalAvgPool;
        "GlobalMaxPool" 2: Sequence<5, 7> => GlobalMaxPool;
        "AdaptiveAvgPool2d" 2: Image<7, 5, 3> => AdaptiveAvgPool2d<3, 2>;
        "AdaptiveMaxPool2d" 2: Image<5, 7, 3> => AdaptiveMaxPool2d<3, 4>;
        "AvgPool2d" 2: Image<5, 6, 3> => AvgPool2d<3, 2, 1, 2, 1, 1, false>;
        "AvgPool1d" 2: Sequence<8, 3> => AvgPool1d<3, 2, 1>;
        "MaxPool1d" 2: Sequence<8, 3> => MaxPool1d<3, 2, 1>;
        "ZeroPad2d" 2: Image<3, 2, 5> => ZeroPad2d<1, 2, 3, 0>;
        "Crop2d" 2: Image<5, 7, 3> => Crop2d<1, 2, 0, 3>;
        "Reshape" 2: Image<3, 5, 2> => Reshape<Matrix<5, 6>>;
        "UpsampleNearest2d" 2: Image<2, 3, 5> => UpsampleNearest2d<3, 2>;
        "UpsampleBilinear2d" 2: Image<3, 2, 5> => UpsampleBilinear2d<2, 3>;
        "PixelShuffle" 2: Image<3, 2, 12> => PixelShuffle<2>;
        "PixelUnshuffle" 2: Image<4, 6, 3> => PixelUnshuffle<2>;
    }
}
