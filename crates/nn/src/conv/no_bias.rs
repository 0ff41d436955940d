//! Convolutions without a bias, for what a normalisation shifts afterwards anyway.

use core_tensor::dim::{DilatedSlide, Groups, Slide, Times};
use core_tensor::kernel::Start;
use core_tensor::{
    Batch, BatchMut, Const, Fans, Filter, GroupedFilter, Image, Room, Scalar, Shape, Stored,
    Tensor, mutant, params,
};

use super::frame::Convolution;
use super::grouped::{self, reach};
use super::{Windowed, window};
use crate::{Field, Layer, Pass};

/// A [`Conv2d`](crate::Conv2d) without a bias. It suits what is shifted afterwards anyway, by a [`BatchNorm`](crate::BatchNorm).
///
/// `y[i, j, o] = Σ x[i·S + k − P, j·S + l − P, c] · w[k, l, c, o]` over `k`, `l` and `c`.
///
/// # Shapes
/// `x`: `Image<H, W, I>`, `y`: `Image<(H + 2P − K)/S + 1, (W + 2P − K)/S + 1, O>` rounded down, `w`: `Filter<K, K, I, O>`.
///
/// # Gradient
/// `dw[k, l, c, o] = Σ x[i·S + k − P, j·S + l − P, c] · dy[i, j, o]`, `dx` the transposed convolution of `dy`.
///
/// ```
/// use core_tensor::{Image, Params, Tensor};
/// use nn::{Conv2dNoBias, Network};
/// let mut net = Network::<Image<1, 3, 1>, Conv2dNoBias<1, 1, 1>>::new(1);
/// net.layers.weight = Tensor::new([[[[2.0]]]]);
/// let x = [Tensor::new([[[1.0], [2.0], [3.0]]])];
/// assert_eq!(net.predict(&x)[0], Tensor::new([[[2.0], [4.0], [6.0]]]));
/// assert_eq!(<Conv2dNoBias<3, 64, 7, 2, 3> as Params<f32>>::COUNT, 7 * 7 * 3 * 64);
/// ```
///
/// He et al.: Deep residual learning for image recognition (2015).
#[repr(C, align(64))]
pub struct Conv2dNoBias<
    const I: usize,
    const O: usize,
    const K: usize,
    const S: usize = 1,
    const P: usize = 0,
    T: Scalar = f32,
    const KW: usize = K,
    const SW: usize = S,
    const PW: usize = P,
> {
    /// `w`, indexed by row, column, channel in and channel out
    pub weight: Tensor<Filter<K, KW, I, O>, T>,
}

/// A [`GroupedConv2d`](crate::GroupedConv2d) without a bias.
///
/// # Shapes
/// `x`: `Image<H, W, G·I>`, `y`: `Image<(H + 2P − D·(K − 1) − 1)/S + 1, (W + 2P − D·(K − 1) − 1)/S + 1, G·O>` rounded down,
/// `w`: `GroupedFilter<K, K, I, G, O>`.
///
/// # Gradient
/// `dw[k, l, c, g, o] = Σ x[i·S + k·D − P, j·S + l·D − P, g, c] · dy[i, j, g, o]`, `dx` the transposed convolution of `dy`.
///
/// Xie et al.: Aggregated residual transformations for deep neural networks (2017).
#[repr(C, align(64))]
pub struct GroupedConv2dNoBias<
    const G: usize,
    const I: usize,
    const O: usize,
    const K: usize,
    const S: usize = 1,
    const P: usize = 0,
    T: Scalar = f32,
    const KW: usize = K,
    const SW: usize = S,
    const PW: usize = P,
    const D: usize = 1,
    const DW: usize = D,
> {
    /// `w`, indexed by row, column, channel in, group and channel out
    pub weight: Tensor<GroupedFilter<K, KW, I, G, O>, T>,
}

params!(T: [const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, T: Scalar, const KW: usize, const SW: usize, const PW: usize]
    Conv2dNoBias<I, O, K, S, P, T, KW, SW, PW> { weight: Weight Filter<K, KW, I, O> });

params!(T: [const G: usize, const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, T: Scalar, const KW: usize, const SW: usize, const PW: usize, const D: usize, const DW: usize]
GroupedConv2dNoBias<G, I, O, K, S, P, T, KW, SW, PW, D, DW> {
    weight [Stored::named("weight").ordered(&[3, 4, 2, 0, 1], const { &[G * O, I, K, KW] })]: Weight GroupedFilter<K, KW, I, G, O> => Fans { fan_in: K * KW * I, fan_out: K * KW * O, rows: K * KW * I },
});

impl<
    const I: usize,
    const O: usize,
    const K: usize,
    const S: usize,
    const P: usize,
    T: Scalar,
    const KW: usize,
    const SW: usize,
    const PW: usize,
    const H: usize,
    const W: usize,
> Layer<Image<H, W, I>, T> for Conv2dNoBias<I, O, K, S, P, T, KW, SW, PW>
where
    Image<H, W, I>: Slide<K, S, P, KW, SW, PW>,
{
    type Y = Windowed<H, W, I, O, K, S, P, KW, SW, PW>;
    type Saved<'a> = Batch<'a, Image<H, W, I>, T>;
    const NAME: &'static str = "Conv2dNoBias";
    const FLOPS: u64 = 2 * (<Self::Y as Shape>::LEN * K * KW * I) as u64;
    const ROOM: Room = Room::new(<Self::Y as Shape>::LEN, H * W * I)
        .with_scratch(window::<H, W, I, K, S, P, KW, SW, PW>(O).scratch());
    const FIELD: Field = Field::window([K, KW], [S, SW], [P, PW]);

    fn forward<'a>(
        &self,
        x: Batch<'a, Image<H, W, I>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) {
        let w = const { window::<H, W, I, K, S, P, KW, SW, PW>(O) };
        (w.outputs(x, self.weight.as_slice(), Start::Zero, pass), x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Image<H, W, I>, T> {
        let w = const { window::<H, W, I, K, S, P, KW, SW, PW>(O) };
        let dx = w.inputs(dy, self.weight.as_slice(), pass);
        Layer::<Image<H, W, I>, T>::backward_first(self, x, dy, grad, pass);
        mutant::back("Conv2dNoBias input", dx)
    }

    fn backward_first<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let w = const { window::<H, W, I, K, S, P, KW, SW, PW>(O) };
        let start = pass.start();
        let weight = grad.weight.as_mut_slice();
        mutant::sum("Conv2dNoBias weight", start, weight, |start, weight| {
            w.weights(x, dy, start, weight, pass);
        });
    }
}

impl<
    const G: usize,
    const I: usize,
    const O: usize,
    const K: usize,
    const S: usize,
    const P: usize,
    T: Scalar,
    const KW: usize,
    const SW: usize,
    const PW: usize,
    const D: usize,
    const DW: usize,
    const H: usize,
    const W: usize,
    const C: usize,
> Layer<Image<H, W, C>, T> for GroupedConv2dNoBias<G, I, O, K, S, P, T, KW, SW, PW, D, DW>
where
    Image<H, W, C>: Groups<G, I> + DilatedSlide<K, S, P, KW, SW, PW, D, DW>,
    Const<G>: Times<Const<O>>,
{
    type Y = <Image<H, W, C> as DilatedSlide<K, S, P, KW, SW, PW, D, DW>>::Out<
        <Const<G> as Times<Const<O>>>::Out,
    >;
    type Saved<'a> = Batch<'a, Image<H, W, C>, T>;
    const NAME: &'static str = "GroupedConv2dNoBias";
    const FLOPS: u64 = grouped::window::<H, W, C, K, S, P, KW, SW, PW, D, DW>(G, O).flops() as u64;
    const ROOM: Room = Room::new(<Self::Y as Shape>::LEN, H * W * C)
        .with_scratch(grouped::window::<H, W, C, K, S, P, KW, SW, PW, D, DW>(G, O).scratch());
    const FIELD: Field = Field::window([reach(K, D), reach(KW, DW)], [S, SW], [P, PW]);

    fn forward<'a>(
        &self,
        x: Batch<'a, Image<H, W, C>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) {
        let w = const { grouped::window::<H, W, C, K, S, P, KW, SW, PW, D, DW>(G, O) };
        (w.outputs(x, self.weight.as_slice(), Start::Zero, pass), x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Image<H, W, C>, T> {
        let w = const { grouped::window::<H, W, C, K, S, P, KW, SW, PW, D, DW>(G, O) };
        let dx = w.inputs(dy, self.weight.as_slice(), pass);
        Layer::<Image<H, W, C>, T>::backward_first(self, x, dy, grad, pass);
        mutant::back("GroupedConv2dNoBias input", dx)
    }

    fn backward_first<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let w = const { grouped::window::<H, W, C, K, S, P, KW, SW, PW, D, DW>(G, O) };
        let start = pass.start();
        let weight = grad.weight.as_mut_slice();
        mutant::sum(
            "GroupedConv2dNoBias weight",
            start,
            weight,
            |start, weight| {
                w.weights(x, dy, start, weight, pass);
            },
        );
    }
}
