//! Images made larger or smaller: padded, cropped, enlarged, channels turned into pixels and back.

use core_tensor::resize::{Crop, Enlarge, Pad, Shuffle, Unshuffle};
use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::{Field, Layer, Pass, Ratio, Reach};

/// Zeros around an image: `TOP` rows above, `LEFT` columns before, `BOTTOM` rows below and `RIGHT` columns behind; one number stands for all
/// four, two for height and width.
///
/// # Shapes
/// `Image<H, W, C>` to `Image<H + TOP + BOTTOM, W + LEFT + RIGHT, C>`.
///
/// # Gradient
/// That of the inner pixels.
///
/// Liu et al.: Partial convolution based padding (2018) compares zeros, reflection and replication.
pub struct ZeroPad2d<
    const TOP: usize,
    const LEFT: usize = TOP,
    const BOTTOM: usize = TOP,
    const RIGHT: usize = LEFT,
>;

/// What is left of an image less `TOP` rows above, `LEFT` columns before, `BOTTOM` rows below and `RIGHT` columns behind; one number stands
/// for all four, two for height and width: then it is the centre of the image.
///
/// # Shapes
/// `Image<H, W, C>` to `Image<H − TOP − BOTTOM, W − LEFT − RIGHT, C>`; a crop that leaves nothing does not compile.
///
/// # Gradient
/// `dy` where it was kept, else 0.
///
/// Ronneberger, Fischer, Brox: U-Net (2015), where it fits what one way has lost at its borders to the other.
pub struct Crop2d<
    const TOP: usize,
    const LEFT: usize = TOP,
    const BOTTOM: usize = TOP,
    const RIGHT: usize = LEFT,
>;

/// Every pixel `F` times side by side and one below the other (`FW` times side by side, if given): `y[i, j] = x[⌊i/F⌋, ⌊j/FW⌋]`.
///
/// # Shapes
/// `Image<H, W, C>` to `Image<H·F, W·FW, C>`.
///
/// # Gradient
/// The sum over the copies of a pixel.
///
/// Odena, Dumoulin, Olah: Deconvolution and checkerboard artifacts (2016), in front of a convolution.
pub struct UpsampleNearest2d<const F: usize, const FW: usize = F>;

/// Channels turned into pixels: `y[i·R + k, j·R + l, c] = x[i, j, c·R² + k·R + l]`, PyTorch's order.
///
/// # Shapes
/// `Image<H, W, C·R²>` to `Image<H·R, W·R, C>`; channels that `R²` does not divide do not compile.
///
/// # Gradient
/// `dy` at the place where each number went.
///
/// Shi et al.: Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural network (2016).
pub struct PixelShuffle<const R: usize>;

/// Pixels turned into channels, the reverse of [`PixelShuffle`]: `y[i, j, c·R² + k·R + l] = x[i·R + k, j·R + l, c]`.
///
/// # Shapes
/// `Image<H·R, W·R, C>` to `Image<H, W, C·R²>`; sides that `R` does not divide do not compile.
///
/// # Gradient
/// `dy` at the place where each number went.
///
/// Zhang, Zuo, Zhang: FFDNet (2018), in front of the first convolution.
pub struct PixelUnshuffle<const R: usize>;

/// Numbers of the input and the places that they go to: `y[to + i·to_step] = x[from + i·from_step]` for `i` below `len`.
struct Run {
    to: usize,
    from: usize,
    len: usize,
    to_step: usize,
    from_step: usize,
}

impl Run {
    /// Numbers that lie and go side by side.
    #[inline(always)]
    fn row(to: usize, from: usize, len: usize) -> Self {
        Self {
            to,
            from,
            len,
            to_step: 1,
            from_step: 1,
        }
    }
}

/// A layer whose outputs are inputs at other places.
trait Moves {
    /// Some outputs are no inputs, but zero.
    const ADDS_ZEROS: bool = false;
    /// Some inputs go nowhere, or to several places; then they move in whole rows.
    const NOT_ONCE: bool = false;
    const FIELD: Field;

    /// Every run of a sample, whose input has the sides `x` and whose output has the sides `y`.
    fn runs(x: &[usize], y: &[usize], run: impl FnMut(Run));
}

fn forward<M: Moves, X: Shape, Y: Shape, T: Scalar>(x: &[T], y: &mut [T]) {
    T::vectorize(
        #[inline(always)]
        || {
            if M::ADDS_ZEROS {
                y.fill(T::zero());
            }
            for (x, y) in x.chunks_exact(X::LEN).zip(y.chunks_exact_mut(Y::LEN)) {
                M::runs(
                    X::SIDES,
                    Y::SIDES,
                    #[inline(always)]
                    |run| {
                        let (x, y) = (&x[run.from..], &mut y[run.to..]);
                        if run.to_step * run.from_step == 1 {
                            y[..run.len].copy_from_slice(&x[..run.len]);
                            return;
                        }
                        let to = y.iter_mut().step_by(run.to_step).take(run.len);
                        let pairs = to.zip(x.iter().step_by(run.from_step));
                        pairs.for_each(|(y, &x)| *y = x);
                    },
                );
            }
        },
    );
}

fn backward<M: Moves, X: Shape, Y: Shape, T: Scalar>(dy: &[T], dx: &mut [T]) {
    T::vectorize(
        #[inline(always)]
        || {
            if M::NOT_ONCE {
                dx.fill(T::zero());
            }
            for (dx, dy) in dx.chunks_exact_mut(X::LEN).zip(dy.chunks_exact(Y::LEN)) {
                M::runs(
                    X::SIDES,
                    Y::SIDES,
                    #[inline(always)]
                    |run| {
                        let (dy, dx) = (&dy[run.to..], &mut dx[run.from..]);
                        if M::NOT_ONCE {
                            // these move whole rows
                            let pairs = dx[..run.len].iter_mut().zip(&dy[..run.len]);
                            pairs.for_each(|(dx, &dy)| *dx += dy);
                            return;
                        }
                        let from = dx.iter_mut().step_by(run.from_step).take(run.len);
                        let pairs = from.zip(dy.iter().step_by(run.to_step));
                        pairs.for_each(|(dx, &dy)| *dx = dy);
                    },
                );
            }
        },
    );
}

// a layer of moves: its parameters and the relation that gives its output
macro_rules! moves { ($($name:ident [$($p:ident),+] $relation:ident;)+) => {$(
    no_params!([$(const $p: usize),+] $name<$($p),+>);
    impl<X: $relation<$($p),+>, $(const $p: usize,)+ T: Scalar> Layer<X, T> for $name<$($p),+> {
        type Y = X::Out;
        type Saved<'a> = ();
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = 0;
        const ROOM: Room = Room::new(<X::Out as Shape>::LEN, X::LEN);
        const FIELD: Field = <Self as Moves>::FIELD;
        fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, X::Out, T>, ()) { let y = pass.batch(x.len()); forward::<Self, X, X::Out, T>(Tensor::flat(x), Tensor::flat_mut(y)); (y, ()) }
        fn backward<'a>(&self, (): (), dy: BatchMut<'a, X::Out, T>, _: Option<&mut ()>, pass: &mut Pass<'a, T>) -> BatchMut<'a, X, T> { let dx = pass.batch(dy.len()); backward::<Self, X, X::Out, T>(Tensor::flat(dy), Tensor::flat_mut(dx)); mutant::back(stringify!($name), dx) }
    }
)+} }
moves! {
    ZeroPad2d [TOP, LEFT, BOTTOM, RIGHT] Pad;
    Crop2d [TOP, LEFT, BOTTOM, RIGHT] Crop;
    UpsampleNearest2d [F, FW] Enlarge;
    PixelShuffle [R] Shuffle;
    PixelUnshuffle [R] Unshuffle;
}

impl<const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize> Moves
    for ZeroPad2d<TOP, LEFT, BOTTOM, RIGHT>
{
    const ADDS_ZEROS: bool = true;
    const FIELD: Field = Field::window([1, 1], [1, 1], [TOP, LEFT]);

    #[inline(always)]
    fn runs(x: &[usize], y: &[usize], mut run: impl FnMut(Run)) {
        let row = x[1] * x[2];
        for i in 0..x[0] {
            run(Run::row(((i + TOP) * y[1] + LEFT) * x[2], i * row, row));
        }
    }
}

impl<const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize> Moves
    for Crop2d<TOP, LEFT, BOTTOM, RIGHT>
{
    const NOT_ONCE: bool = true;
    const FIELD: Field = Field::new(moved(TOP), moved(LEFT));

    #[inline(always)]
    fn runs(x: &[usize], y: &[usize], mut run: impl FnMut(Run)) {
        let row = y[1] * y[2];
        for i in 0..y[0] {
            run(Run::row(i * row, ((i + TOP) * x[1] + LEFT) * x[2], row));
        }
    }
}

/// Output `o` is input `o + skipped`.
const fn moved(skipped: usize) -> Reach {
    let at = Ratio::of(skipped as i64);
    Reach::Part {
        first: at,
        last: at,
        jump: Ratio::of(1),
    }
}

impl<const F: usize, const FW: usize> Moves for UpsampleNearest2d<F, FW> {
    const NOT_ONCE: bool = true;
    const FIELD: Field = Field::transposed([F, FW], [F, FW], [0, 0]);

    #[inline(always)]
    fn runs(x: &[usize], y: &[usize], mut run: impl FnMut(Run)) {
        for i in 0..y[0] {
            for j in 0..y[1] {
                let from = (i / F * x[1] + j / FW) * x[2];
                run(Run::row((i * y[1] + j) * x[2], from, x[2]));
            }
        }
    }
}

/// The runs of a shuffle from an image of sides `few` with many channels to one of sides `many` with few: the first lies `R²` apart.
#[inline(always)]
fn shuffled<const R: usize>(
    few: &[usize],
    many: &[usize],
    mut run: impl FnMut(usize, usize, usize),
) {
    for i in 0..many[0] {
        for j in 0..many[1] {
            let pixel = (i / R * few[1] + j / R) * few[2];
            run(
                (i * many[1] + j) * many[2],
                pixel + i % R * R + j % R,
                many[2],
            );
        }
    }
}

impl<const R: usize> Moves for PixelShuffle<R> {
    const FIELD: Field = Field::transposed([R, R], [R, R], [0, 0]);

    #[inline(always)]
    fn runs(x: &[usize], y: &[usize], mut run: impl FnMut(Run)) {
        shuffled::<R>(
            x,
            y,
            #[inline(always)]
            |to, from, len| {
                run(Run {
                    to,
                    from,
                    len,
                    to_step: 1,
                    from_step: R * R,
                })
            },
        );
    }
}

impl<const R: usize> Moves for PixelUnshuffle<R> {
    const FIELD: Field = Field::window([R, R], [R, R], [0, 0]);

    #[inline(always)]
    fn runs(x: &[usize], y: &[usize], mut run: impl FnMut(Run)) {
        shuffled::<R>(
            y,
            x,
            #[inline(always)]
            |from, to, len| {
                run(Run {
                    to,
                    from,
                    len,
                    to_step: R * R,
                    from_step: 1,
                })
            },
        );
    }
}
