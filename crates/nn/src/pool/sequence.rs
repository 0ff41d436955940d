//! Pooling along the steps of a sequence.

use core_tensor::dim::Window;
use core_tensor::kernel::Window2d;
use core_tensor::{
    Batch, BatchMut, Const, Dim, Room, Scalar, Sequence, Shape, Tensor, mutant, no_params,
};

use crate::{Field, Layer, Pass};

/// The largest number under a window of `K` steps that moves by `S` (as far as it is long, unless said) over sequences with `P` steps of −∞
/// at both ends.
///
/// # Shapes
/// `Sequence<L, N>` to `Sequence<(L + 2P − K)/S + 1, N>`, rounded down; a window of more steps than there are with the padding does not
/// compile.
///
/// # Gradient
/// Goes to the largest number; of equals, all of it to the first.
///
/// Zhang, Zhao, LeCun: Character-level convolutional networks for text classification (2015).
pub struct MaxPool1d<const K: usize, const S: usize = K, const P: usize = 0>;
no_params!([const K: usize, const S: usize, const P: usize] MaxPool1d<K, S, P>);

/// The mean under a window of `K` steps that moves by `S` (as far as it is long, unless said) over sequences with `P` steps of zeros at both
/// ends, which count.
///
/// # Shapes
/// `Sequence<L, N>` to `Sequence<(L + 2P − K)/S + 1, N>`, rounded down; a window of more steps than there are with the padding does not
/// compile.
///
/// # Gradient
/// `dy / K` to every number under the window.
///
/// [`AvgPool2d`](crate::AvgPool2d) along one side: LeCun et al., Handwritten digit recognition with a back-propagation network (1990).
pub struct AvgPool1d<const K: usize, const S: usize = K, const P: usize = 0>;
no_params!([const K: usize, const S: usize, const P: usize] AvgPool1d<K, S, P>);

/// What a window leaves of a side.
type Positions<const L: usize, const K: usize, const S: usize, const P: usize> =
    <Const<L> as Window<K, S, P>>::Out;
type Windowed<const L: usize, const N: usize, const K: usize, const S: usize, const P: usize> =
    <Positions<L, K, S, P> as Dim>::Sequence<N>;

/// The steps as the rows of an image one pixel wide.
const fn window<const L: usize, const N: usize, const K: usize, const S: usize, const P: usize>()
-> Window2d
where
    Const<L>: Window<K, S, P>,
{
    Window2d {
        input: [L, 1, N],
        output: [Positions::<L, K, S, P>::SIZE, 1, N],
        kernel: [K, 1],
        stride: [S, 1],
        padding: [P, 0],
    }
}

impl<const L: usize, const N: usize, const K: usize, const S: usize, const P: usize, T: Scalar>
    Layer<Sequence<L, N>, T> for MaxPool1d<K, S, P>
where
    Const<L>: Window<K, S, P>,
{
    type Y = Windowed<L, N, K, S, P>;
    type Saved<'a> = (Batch<'a, Sequence<L, N>, T>, Batch<'a, Self::Y, T>);
    const NAME: &'static str = "MaxPool1d";
    const FLOPS: u64 = (<Self::Y as Shape>::LEN * (K - 1)) as u64;
    const ROOM: Room = Room::new(<Self::Y as Shape>::LEN, L * N);
    const FIELD: Field = Field::window([K, 1], [S, 1], [P, 0]);

    fn forward<'a>(
        &self,
        x: Batch<'a, Sequence<L, N>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>) {
        const {
            assert!(
                P < K,
                "padding as long as the window would leave windows of nothing but padding"
            )
        }
        let y = pass.batch::<Self::Y>(x.len());
        T::max_pool2d(
            &window::<L, N, K, S, P>(),
            Tensor::flat(x),
            Tensor::flat_mut(y),
        );
        (y, (x, y))
    }

    fn backward<'a>(
        &self,
        (x, y): Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, N>, T> {
        let dx = pass.batch(x.len());
        T::max_pool2d_backward(
            &window::<L, N, K, S, P>(),
            Tensor::flat(x),
            Tensor::flat(y),
            Tensor::flat(dy),
            Tensor::flat_mut(dx),
        );
        mutant::back("MaxPool1d", dx)
    }
}

impl<const L: usize, const N: usize, const K: usize, const S: usize, const P: usize, T: Scalar>
    Layer<Sequence<L, N>, T> for AvgPool1d<K, S, P>
where
    Const<L>: Window<K, S, P>,
{
    type Y = Windowed<L, N, K, S, P>;
    type Saved<'a> = ();
    const NAME: &'static str = "AvgPool1d";
    const FLOPS: u64 = (<Self::Y as Shape>::LEN * K) as u64;
    const ROOM: Room = Room::new(<Self::Y as Shape>::LEN, L * N);
    const FIELD: Field = Field::window([K, 1], [S, 1], [P, 0]);

    fn forward<'a>(
        &self,
        x: Batch<'a, Sequence<L, N>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, ()) {
        let y = pass.batch::<Self::Y>(x.len());
        T::avg_pool2d(
            &window::<L, N, K, S, P>(),
            Tensor::flat(x),
            Tensor::flat_mut(y),
        );
        (y, ())
    }

    fn backward<'a>(
        &self,
        (): (),
        dy: BatchMut<'a, Self::Y, T>,
        _: Option<&mut ()>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Sequence<L, N>, T> {
        let dx = pass.batch(dy.len());
        T::avg_pool2d_backward(
            &window::<L, N, K, S, P>(),
            Tensor::flat(dy),
            Tensor::flat_mut(dx),
        );
        mutant::back("AvgPool1d", dx)
    }
}
