//! Networks from images to images on pictures of any sides: a tile at a time, in bounded memory, with the outputs of the whole.
//!
//! ```
//! use core_tensor::{Image, Tensor, Zeroed};
//! use models::tiled::Tiled;
//! use nn::{Conv2d, UpsampleNearest2d};
//! // three times as large, then a window of 3×3
//! type Net = (UpsampleNearest2d<3>, Conv2d<1, 1, 3, 1, 1>);
//! let mut net = Net::boxed();
//! net.1.weight = Tensor::full(1.0);
//! let mut tiled = Tiled::<Image<8, 8, 1>, Net>::new(2);
//! let (mut rows, mut tiles) = (Vec::new(), 0);
//! // a picture of 50×70 ones
//! tiled.run(
//!     &net,
//!     [50, 70],
//!     |_, pixel| pixel[0] = 1.0,
//!     |piece| { rows.extend_from_slice(piece); Ok::<(), ()>(()) },
//!     || tiles += 1,
//! ).unwrap();
//! assert_eq!((rows.len(), tiles), (150 * 210, Tiled::<Image<8, 8, 1>, Net>::tiles([50, 70])));
//! // nine ones, six at an edge, four in a corner
//! assert_eq!((rows[210 + 1], rows[1], rows[0]), (9.0, 6.0, 4.0));
//! ```

use std::marker::PhantomData;
use std::thread;

use core_tensor::{Scalar, Shape, Tensor};
use nn::{Layer, predict};

/// Memory to run a network `L`, which takes images of shape `X`, on pictures of any sides. Tiles overlap by as much as the network sees
/// ([`Layer::FIELD`]), so that where they meet nothing can be seen, and the first and the last of a side end where the picture does: the
/// outputs are those of a network that takes the picture as a whole.
///
/// A side that is shorter than a tile is continued by its mirror image on both ends; there the outputs are not those of padding.
///
/// Numbers of rows and columns say places, those of the picture and of what comes out of the network, whose sides are some whole number of
/// times larger.
pub struct Tiled<X, L, T = f32> {
    workers: Vec<Worker<T>>,
    of: PhantomData<fn(X) -> L>,
}

/// What a thread has for itself: a tile, and the room of a pass.
struct Worker<T> {
    x: Vec<T>,
    room: Vec<T>,
}

/// A tile along one side of the picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Piece {
    /// where it begins; before the picture if that is shorter
    start: isize,
    /// whose outputs are taken from it
    from: usize,
    to: usize,
}

/// A side of `len` as tiles of `tile`: what is taken from each lies `margin` from its ends, or at an end of the side.
fn pieces(len: usize, tile: usize, margin: usize) -> Vec<Piece> {
    if len <= tile {
        let start = -(((tile - len) / 2) as isize);
        let (from, to) = (0, len);
        return vec![Piece { start, from, to }];
    }
    let (mut all, mut from) = (Vec::new(), 0);
    while from < len {
        let start = from.saturating_sub(margin).min(len - tile);
        let to = if start + tile == len {
            len
        } else {
            start + tile - margin
        };
        let at = start as isize;
        all.push(Piece {
            start: at,
            from,
            to,
        });
        from = to;
    }
    all
}

/// Place `i` of a side of `len` that its mirror images continue.
fn mirrored(i: isize, len: usize) -> usize {
    let i = i.rem_euclid(2 * len as isize) as usize;
    if i < len { i } else { 2 * len - 1 - i }
}

impl<X: Shape, L: Layer<X, T>, T: Scalar> Tiled<X, L, T> {
    /// How many times larger the sides become, and how far the network sees along them.
    const OF: (usize, [usize; 2]) = {
        let (x, y) = (X::SIDES, <L::Y as Shape>::SIDES);
        assert!(x.len() == 3 && y.len() == 3, "tiles are images");
        let factor = y[0] / x[0];
        assert!(
            factor * x[0] == y[0] && factor * x[1] == y[1],
            "the sides of an image must become the same whole number of times larger"
        );
        let field = L::FIELD;
        match [field.height.margin(factor), field.width.margin(factor)] {
            [Some(height), Some(width)] => {
                assert!(
                    2 * height < x[0] && 2 * width < x[1],
                    "a tile must be longer than what the network sees on both sides of a pixel"
                );
                (factor, [height, width])
            }
            _ => panic!("the network sees all of the image: it cannot be cut into tiles"),
        }
    };

    /// Memory for `threads` threads, at least one. That the network fits is seen when the program is built.
    pub fn new(threads: usize) -> Self {
        let _ = Self::OF;
        let worker = || Worker {
            x: vec![T::zero(); X::LEN],
            room: vec![T::zero(); L::ROOM.inference(1)],
        };
        Self {
            workers: (0..threads.max(1)).map(|_| worker()).collect(),
            of: PhantomData,
        }
    }

    /// How many times larger the sides become.
    pub const fn factor() -> usize {
        Self::OF.0
    }

    /// How far tiles overlap beyond what is taken from them, along height and width.
    pub const fn margin() -> [usize; 2] {
        Self::OF.1
    }

    /// How many tiles a picture of `height`×`width` is cut into.
    pub fn tiles(sides: [usize; 2]) -> usize {
        let [height, width] = Self::cut(sides);
        height.len() * width.len()
    }

    fn cut(sides: [usize; 2]) -> [Vec<Piece>; 2] {
        [0, 1].map(|axis| pieces(sides[axis], X::SIDES[axis], Self::OF.1[axis]))
    }

    /// Runs the network on a picture of `height`×`width`: `pixel` writes the channels of the pixel at a row and a column, `rows` takes the next rows
    /// of the outputs, from the first to the last, and `tile` is told of each tile that is done. Beside what [`new`](Tiled::new) made, there
    /// is never more than the outputs of one row of tiles in memory.
    ///
    /// # Errors
    /// What `rows` ends with, which ends the run.
    ///
    /// # Panics
    /// If a side of the picture is 0.
    #[track_caller]
    pub fn run<E>(
        &mut self,
        layers: &L,
        sides: [usize; 2],
        pixel: impl Fn([usize; 2], &mut [T]) + Sync,
        mut rows: impl FnMut(&[T]) -> Result<(), E>,
        mut tile: impl FnMut(),
    ) -> Result<(), E>
    where
        L: Sync,
    {
        assert!(
            sides[0] > 0 && sides[1] > 0,
            "a picture has at least one pixel"
        );
        let [down, across] = Self::cut(sides);
        let threads = self.workers.len();
        let (factor, channels) = (Self::OF.0, <L::Y as Shape>::SIDES[2]);
        let line = factor * sides[1] * channels;
        let tallest = down.iter().map(|piece| piece.to - piece.from).max();
        let mut strip = vec![T::zero(); tallest.unwrap_or(0) * factor * line];
        let all = down.len() * across.len();
        for first in (0..all).step_by(threads) {
            let place = |i: usize| [down[i / across.len()], across[i % across.len()]];
            let pixel = &pixel;
            let done = thread::scope(|scope| {
                let mut jobs = self.workers.iter_mut().zip(first..all);
                let own = jobs.next();
                let others: Vec<_> = jobs
                    .map(|(worker, i)| {
                        scope.spawn(move || worker.run(layers, place(i), sides, pixel))
                    })
                    .collect();
                let own = own.map(|(worker, i)| worker.run(layers, place(i), sides, pixel));
                let others = others.into_iter().map(|job| match job.join() {
                    Ok(y) => y,
                    Err(panic) => std::panic::resume_unwind(panic),
                });
                own.into_iter().chain(others).collect::<Vec<&[T]>>()
            });
            for (i, y) in (first..).zip(done) {
                let [high, wide] = place(i);
                let tall = factor * (high.to - high.from);
                let (length, wide_tile) = (
                    factor * (wide.to - wide.from) * channels,
                    factor * X::SIDES[1] * channels,
                );
                let top = factor * (high.from as isize - high.start) as usize;
                let left = factor * (wide.from as isize - wide.start) as usize * channels;
                for row in 0..tall {
                    let from = (top + row) * wide_tile + left;
                    let to = row * line + factor * wide.from * channels;
                    strip[to..to + length].copy_from_slice(&y[from..from + length]);
                }
                tile();
                if wide.to == sides[1] {
                    rows(&strip[..tall * line])?;
                }
            }
        }
        Ok(())
    }
}

impl<T: Scalar> Worker<T> {
    /// The outputs of one tile.
    fn run<X: Shape, L: Layer<X, T>>(
        &mut self,
        layers: &L,
        [high, wide]: [Piece; 2],
        [height, width]: [usize; 2],
        pixel: &impl Fn([usize; 2], &mut [T]),
    ) -> &[T] {
        let [rows, columns, channels] = [0, 1, 2].map(|axis| X::SIDES[axis]);
        let mut pixels = self.x.chunks_exact_mut(channels);
        for i in 0..rows as isize {
            let y = mirrored(high.start + i, height);
            for (j, here) in (0..columns as isize).zip(&mut pixels) {
                pixel([y, mirrored(wide.start + j, width)], here);
            }
        }
        let x: &[Tensor<X, T>] = Tensor::batch(&self.x);
        Tensor::flat(predict(layers, x, &mut self.room))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_cover_a_side_once_and_keep_their_margins() {
        for len in 1..80 {
            for (tile, margin) in [(1, 0), (8, 0), (8, 3), (9, 4), (21, 10)] {
                let (mut at, all) = (0, pieces(len, tile, margin));
                for piece in &all {
                    assert_eq!(piece.from, at, "{len} in tiles of {tile}");
                    assert!(piece.to > piece.from);
                    at = piece.to;
                    let (start, end) = (piece.start, piece.start + tile as isize);
                    let before = piece.from as isize - start;
                    let behind = end - piece.to as isize;
                    let inside = len >= tile;
                    assert!(!inside || (start >= 0 && end <= len as isize));
                    assert!(before >= margin as isize || !inside || start == 0);
                    assert!(behind >= margin as isize || !inside || end == len as isize);
                }
                assert_eq!(at, len);
            }
        }
    }

    #[test]
    fn mirrors_repeat() {
        let places: Vec<usize> = (-4..7).map(|i| mirrored(i, 3)).collect();
        assert_eq!(places, [2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0]);
        assert_eq!(mirrored(-5, 1), 0);
    }
}
