//! Borders of what the image itself holds, where zeros would look like an edge: mirrored, or the edge repeated.

use core_tensor::dim::{Border, Mirror};
use core_tensor::{Batch, BatchMut, Image, Room, Scalar, Shape, Tensor, mutant, no_params};

use crate::{Field, Layer, Pass, Ratio, Reach};

/// A border that mirrors the image at its edges, `TOP` rows above, `LEFT` columns before, `BOTTOM` below and `RIGHT` behind; one number
/// stands for all four, two for height and width. The edge itself is not repeated: `a b c` with a border of 2 is `c b a b c b a`. In front
/// of a convolution without padding it is what others call padding mode "reflect".
///
/// # Shapes
/// `Image<H, W, C>` to `Image<TOP + H + BOTTOM, LEFT + W + RIGHT, C>`; each border is narrower than the image.
///
/// # Gradient
/// A pixel's is the sum of `dy` over its copies.
///
/// ```
/// use core_tensor::{Image, Tensor};
/// use nn::{Network, ReflectPad2d};
/// let mut net = Network::<Image<1, 3, 1>, ReflectPad2d<0, 2>>::new(1);
/// let x = [Tensor::new([[[1.0], [2.0], [3.0]]])];
/// assert_eq!(net.predict(&x)[0].as_slice(), [3.0, 2.0, 1.0, 2.0, 3.0, 2.0, 1.0]);
/// ```
///
/// Johnson, Alahi, Fei-Fei: Perceptual losses for real-time style transfer and super-resolution (2016), against borders that show.
pub struct ReflectPad2d<
    const TOP: usize,
    const LEFT: usize = TOP,
    const BOTTOM: usize = TOP,
    const RIGHT: usize = LEFT,
>;

/// A border that repeats the pixels at the edge, `TOP` rows above, `LEFT` columns before, `BOTTOM` below and `RIGHT` behind; one number
/// stands for all four, two for height and width: `a b c` with a border of 2 is `a a a b c c c`. In front of a convolution without padding
/// it is what others call padding mode "replicate".
///
/// # Shapes
/// `Image<H, W, C>` to `Image<TOP + H + BOTTOM, LEFT + W + RIGHT, C>`.
///
/// # Gradient
/// A pixel's is the sum of `dy` over its copies.
///
/// ```
/// use core_tensor::{Image, Tensor};
/// use nn::{Network, ReplicatePad2d};
/// let mut net = Network::<Image<1, 3, 1>, ReplicatePad2d<0, 1, 0, 2>>::new(1);
/// let x = [Tensor::new([[[1.0], [2.0], [3.0]]])];
/// assert_eq!(net.predict(&x)[0].as_slice(), [1.0, 1.0, 2.0, 3.0, 3.0, 3.0]);
/// ```
///
/// Liu et al.: Partial convolution based padding (2018) compares zeros, reflection and replication.
pub struct ReplicatePad2d<
    const TOP: usize,
    const LEFT: usize = TOP,
    const BOTTOM: usize = TOP,
    const RIGHT: usize = LEFT,
>;

no_params!([const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize] ReflectPad2d<TOP, LEFT, BOTTOM, RIGHT>);
no_params!([const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize] ReplicatePad2d<TOP, LEFT, BOTTOM, RIGHT>);

/// Where pixel `i` of the border's `before`, the image's `n` and what follows is copied from.
type Source = fn(i: usize, before: usize, n: usize) -> usize;

fn mirrored(i: usize, before: usize, n: usize) -> usize {
    let i = i.abs_diff(before);
    if i < n { i } else { 2 * (n - 1) - i }
}

fn repeated(i: usize, before: usize, n: usize) -> usize {
    i.saturating_sub(before).min(n - 1)
}

/// An image and the border before it.
struct Frame {
    /// height, width, channels
    image: [usize; 3],
    /// above and to the left
    before: [usize; 2],
    /// height and width with the border
    sides: [usize; 2],
    source: Source,
}

impl Frame {
    fn new(image: [usize; 3], [top, left, bottom, right]: [usize; 4], source: Source) -> Self {
        Self {
            image,
            before: [top, left],
            sides: [top + image[0] + bottom, left + image[1] + right],
            source,
        }
    }

    /// Calls `f` with the offsets and the length of what is copied as one piece: pixels of the border, rows between them.
    fn for_each_piece(&self, mut f: impl FnMut(usize, usize, usize)) {
        let [height, width, c] = self.image;
        let [above, left] = self.before;
        for i in 0..self.sides[0] {
            let from = (self.source)(i, above, height) * width;
            let to = i * self.sides[1];
            f(from * c, (to + left) * c, width * c);
            for j in (0..left).chain(left + width..self.sides[1]) {
                let column = (self.source)(j, left, width);
                f((from + column) * c, (to + j) * c, c);
            }
        }
    }

    fn lay<T: Scalar>(&self, x: &[T], y: &mut [T]) {
        let [height, width, c] = self.image;
        let lens = [height * width, self.sides[0] * self.sides[1]].map(|n| (n * c).max(1));
        for (x, y) in x.chunks_exact(lens[0]).zip(y.chunks_exact_mut(lens[1])) {
            self.for_each_piece(|from, to, n| y[to..][..n].copy_from_slice(&x[from..][..n]));
        }
    }

    fn gather<T: Scalar>(&self, dy: &[T], dx: &mut [T]) {
        let [height, width, c] = self.image;
        let lens = [height * width, self.sides[0] * self.sides[1]].map(|n| (n * c).max(1));
        dx.fill(T::zero());
        for (dx, dy) in dx.chunks_exact_mut(lens[0]).zip(dy.chunks_exact(lens[1])) {
            self.for_each_piece(|from, to, n| T::add_to(&dy[to..][..n], &mut dx[from..][..n]));
        }
    }
}

/// A border of `before` reads from as far as `near` behind its edge, the one opposite from as far as `far` before its own.
const fn reach(before: usize, near: usize, far: usize) -> Reach {
    Reach::Part {
        first: Ratio::of(-(before as i64) - far as i64),
        last: Ratio::of(near as i64),
        jump: Ratio::of(1),
    }
}

// layer, what it asks of the image, how pixels are found, and how far along one axis
macro_rules! borders { ($($name:ident $relation:ident $source:ident |$before:ident, $after:ident| $reach:expr;)+) => {$(
    impl<const TOP: usize, const LEFT: usize, const BOTTOM: usize, const RIGHT: usize, const H: usize, const W: usize, const C: usize, T: Scalar>
        Layer<Image<H, W, C>, T> for $name<TOP, LEFT, BOTTOM, RIGHT>
    where
        Image<H, W, C>: $relation<TOP, LEFT, BOTTOM, RIGHT> + Border<TOP, LEFT, BOTTOM, RIGHT>,
    {
        type Y = <Image<H, W, C> as Border<TOP, LEFT, BOTTOM, RIGHT>>::Out;
        type Saved<'a> = ();
        const NAME: &'static str = stringify!($name);
        const FLOPS: u64 = 0;
        const ROOM: Room = Room::new(<Self::Y as Shape>::LEN, H * W * C);
        const FIELD: Field = Field::new({ let ($before, $after) = (TOP, BOTTOM); $reach }, { let ($before, $after) = (LEFT, RIGHT); $reach });

        fn forward<'a>(&self, x: Batch<'a, Image<H, W, C>, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, Self::Y, T>, ()) {
            let y = pass.batch::<Self::Y>(x.len());
            Frame::new([H, W, C], [TOP, LEFT, BOTTOM, RIGHT], $source).lay(Tensor::flat(x), Tensor::flat_mut(y));
            (y, ())
        }

        fn backward<'a>(&self, _: (), dy: BatchMut<'a, Self::Y, T>, _: Option<&mut ()>, pass: &mut Pass<'a, T>) -> BatchMut<'a, Image<H, W, C>, T> {
            let dx = pass.batch(dy.len());
            Frame::new([H, W, C], [TOP, LEFT, BOTTOM, RIGHT], $source).gather(Tensor::flat(dy), Tensor::flat_mut(dx));
            mutant::back(stringify!($name), dx)
        }
    }
)+} }
borders! {
    ReflectPad2d Mirror mirrored |before, after| reach(before, before, 2 * after);
    ReplicatePad2d Border repeated |before, after| reach(before, 0, after);
}
