//! Convolutions whose taps lie apart, or whose channels fall into groups: dilated, grouped, depthwise.

use core_tensor::dim::{DilatedSlide, Groups, Times};
use core_tensor::kernel::{GroupedWindow2d, Start, Window2d};
use core_tensor::{
    Batch, BatchMut, Const, Fans, GroupedFilter, Image, Matrix, Room, Scalar, Shape, Stored,
    Tensor, mutant, params,
};

use super::frame::Convolution;
use crate::{Field, Layer, Pass};

/// A two-dimensional convolution in `G` groups that know nothing of one another, each from `I` to `O` channels, by a window of `K`×`K` taps
/// that are `D` apart and move by `S` over images with `P` zeros around them. ResNeXt-50 32×4d has `GroupedConv2d<32, 4, 4, 3, 1, 1>`. For
/// one channel a group there is the name [`DepthwiseConv2d`], for one group [`DilatedConv2d`]; `KW`, `SW`, `PW` and `DW` give the width's
/// own numbers.
///
/// `y[i, j, g, o] = b[g, o] + Σ x[i·S + k·D − P, j·S + l·D − P, g, c] · w[k, l, c, g, o]` over `k`, `l` and the channels `c` of group `g`.
///
/// # Shapes
/// `x`: `Image<H, W, G·I>`, `y`: `Image<(H + 2P − D·(K − 1) − 1)/S + 1, (W + 2P − D·(K − 1) − 1)/S + 1, G·O>` rounded down,
/// `w`: `GroupedFilter<K, K, I, G, O>` (as Keras lays it out), `b`: `Matrix<G, O>`.
///
/// # Gradient
/// `dw[k, l, c, g, o] = Σ x[i·S + k·D − P, j·S + l·D − P, g, c] · dy[i, j, g, o]`, `db = Σ dy`, `dx` the transposed convolution of `dy`.
///
/// ```
/// use core_tensor::{GroupedFilter, Image, Tensor};
/// use nn::{DepthwiseConv2d, Network};
/// // each channel has a row of two taps of its own
/// let mut net = Network::<Image<1, 3, 2>, DepthwiseConv2d<2, 1, 1, 0, f32, 2>>::new(1);
/// net.layers.weight = Tensor::new([[[[[1.0], [10.0]]], [[[2.0], [20.0]]]]]);
/// let x = [Tensor::new([[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]])];
/// assert_eq!(net.predict(&x)[0], Tensor::new([[[5.0, 140.0], [8.0, 170.0]]]));
/// ```
///
/// Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks (2012); Yu, Koltun: Multi-scale context
/// aggregation by dilated convolutions (2016); Xie et al.: Aggregated residual transformations for deep neural networks (2017); Howard et
/// al.: MobileNets (2017).
#[repr(C, align(64))]
pub struct GroupedConv2d<
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
    /// `b`
    pub bias: Tensor<Matrix<G, O>, T>,
}

/// A [`GroupedConv2d`] with one channel a group: each of `C` channels has a window of its own. Shapes and gradient are those with `G = C` and
/// `I = O = 1`.
///
/// Chollet: Xception, deep learning with depthwise separable convolutions (2017).
pub type DepthwiseConv2d<
    const C: usize,
    const K: usize,
    const S: usize = 1,
    const P: usize = 0,
    T = f32,
    const KW: usize = K,
    const SW: usize = S,
    const PW: usize = P,
> = GroupedConv2d<C, 1, 1, K, S, P, T, KW, SW, PW>;

/// A [`GroupedConv2d`] with one group: a convolution from `I` to `O` channels whose taps are `D` apart. Shapes and gradient are those with `G = 1`.
///
/// Yu, Koltun: Multi-scale context aggregation by dilated convolutions (2016).
pub type DilatedConv2d<
    const I: usize,
    const O: usize,
    const K: usize,
    const D: usize,
    const S: usize = 1,
    const P: usize = 0,
    T = f32,
> = GroupedConv2d<1, I, O, K, S, P, T, K, S, P, D>;

params!(T: [const G: usize, const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, T: Scalar, const KW: usize, const SW: usize, const PW: usize, const D: usize, const DW: usize]
GroupedConv2d<G, I, O, K, S, P, T, KW, SW, PW, D, DW> {
    weight [Stored::named("weight").ordered(&[3, 4, 2, 0, 1], const { &[G * O, I, K, KW] })]: Weight GroupedFilter<K, KW, I, G, O> => Fans { fan_in: K * KW * I, fan_out: K * KW * O, rows: K * KW * I },
    bias: Bias Matrix<G, O> as [G * O],
});

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
> Layer<Image<H, W, C>, T> for GroupedConv2d<G, I, O, K, S, P, T, KW, SW, PW, D, DW>
where
    Image<H, W, C>: Groups<G, I> + DilatedSlide<K, S, P, KW, SW, PW, D, DW>,
    Const<G>: Times<Const<O>>,
{
    type Y = <Image<H, W, C> as DilatedSlide<K, S, P, KW, SW, PW, D, DW>>::Out<
        <Const<G> as Times<Const<O>>>::Out,
    >;
    type Saved<'a> = Batch<'a, Image<H, W, C>, T>;
    const NAME: &'static str = match (I, O, G, D * DW) {
        (_, _, 1, 1) => "Conv2d",
        (_, _, 1, _) => "DilatedConv2d",
        (1, 1, ..) => "DepthwiseConv2d",
        _ => "GroupedConv2d",
    };
    const FLOPS: u64 = window::<H, W, C, K, S, P, KW, SW, PW, D, DW>(G, O).flops() as u64;
    const ROOM: Room = Room::new(<Self::Y as Shape>::LEN, H * W * C)
        .with_scratch(window::<H, W, C, K, S, P, KW, SW, PW, D, DW>(G, O).scratch());
    const FIELD: Field = Field::window([reach(K, D), reach(KW, DW)], [S, SW], [P, PW]);

    fn forward<'a>(
        &self,
        x: Batch<'a, Image<H, W, C>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) {
        let w = const { window::<H, W, C, K, S, P, KW, SW, PW, D, DW>(G, O) };
        let start = Start::Row(self.bias.as_slice());
        (w.outputs(x, self.weight.as_slice(), start, pass), x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Image<H, W, C>, T> {
        let w = const { window::<H, W, C, K, S, P, KW, SW, PW, D, DW>(G, O) };
        let dx = w.inputs(dy, self.weight.as_slice(), pass);
        Layer::<Image<H, W, C>, T>::backward_first(self, x, dy, grad, pass);
        mutant::back("GroupedConv2d input", dx)
    }

    fn backward_first<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let w = const { window::<H, W, C, K, S, P, KW, SW, PW, D, DW>(G, O) };
        let start = pass.start();
        let weight = grad.weight.as_mut_slice();
        mutant::sum("GroupedConv2d weight", start, weight, |start, weight| {
            w.weights(x, dy, start, weight, pass);
        });
        let bias = grad.bias.as_mut_slice();
        mutant::sum("GroupedConv2d bias", start, bias, |start, bias| {
            T::sum_rows(Tensor::flat(dy), start, bias);
        });
    }
}

/// How far a window of `taps` reaches that are `apart`.
pub(crate) const fn reach(taps: usize, apart: usize) -> usize {
    taps.saturating_sub(1) * apart + 1
}

/// The window as the kernels take it, `o` channels out of each of the groups.
pub(super) const fn window<
    const H: usize,
    const W: usize,
    const C: usize,
    const K: usize,
    const S: usize,
    const P: usize,
    const KW: usize,
    const SW: usize,
    const PW: usize,
    const D: usize,
    const DW: usize,
>(
    groups: usize,
    o: usize,
) -> GroupedWindow2d
where
    Image<H, W, C>: DilatedSlide<K, S, P, KW, SW, PW, D, DW>,
{
    let [height, width] = <Image<H, W, C> as DilatedSlide<K, S, P, KW, SW, PW, D, DW>>::POSITIONS;
    GroupedWindow2d {
        window: Window2d {
            input: [H, W, C],
            output: [height, width, groups * o],
            kernel: [K, KW],
            stride: [S, SW],
            padding: [P, PW],
        },
        dilation: [D, DW],
        groups,
    }
}
