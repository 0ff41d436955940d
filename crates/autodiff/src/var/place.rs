//! Parts of shaped variables, and shapes put together: indexing, rows, joining, stacking, reshaping.

use core_tensor::shape::{Axis, Join, SameLength};
use core_tensor::{Scalar, Shape, Vector};

use super::{Piece, Var};
use crate::tape::record::Step;

/// `rows` parts of `len` numbers, from one place to another.
#[derive(Clone, Copy)]
struct Parts {
    rows: usize,
    len: usize,
    from: usize,
    from_row: usize,
    to: usize,
    to_row: usize,
}

impl Parts {
    fn copy<T: Copy>(self, x: &[T], y: &mut [T]) {
        for row in 0..self.rows {
            let x = &x[self.from + row * self.from_row..][..self.len];
            y[self.to + row * self.to_row..][..self.len].copy_from_slice(x);
        }
    }

    fn step(self, x: Piece, y: Piece) -> Step {
        let part = |piece: Piece, first: usize, row: usize| Piece {
            at: piece.at + first as u32,
            len: ((self.rows - 1) * row + self.len) as u32,
            ..piece
        };
        Step::Copy {
            x: part(x, self.from, self.from_row),
            x_row: self.from_row as u32,
            y: part(y, self.to, self.to_row),
            y_row: self.to_row as u32,
            rows: self.rows as u32,
            len: self.len as u32,
        }
    }
}

impl<'t, T: Scalar, S: Shape> Var<'t, T, S> {
    /// The number at a position: one index a side.
    ///
    /// # Panics
    /// If the position lies outside.
    #[track_caller]
    pub fn at(self, at: S::Index) -> Var<'t, T> {
        let mut place = 0;
        for (&i, &side) in at.as_ref().iter().zip(S::SIDES) {
            assert!(
                i < side,
                "position {at:?} lies outside {}",
                core_tensor::shape::name::<S>()
            );
            place = place * side + i;
        }
        self.pick(place)
    }

    /// The number at a place in memory order.
    pub(super) fn pick(self, place: usize) -> Var<'t, T> {
        self.part(place)
    }

    /// Part number `index` along the first side: a row of a matrix, a line of an image.
    ///
    /// # Panics
    /// If there is no such part.
    #[track_caller]
    pub fn row(self, index: usize) -> Var<'t, T, <S as Axis<0>>::Rest>
    where
        S: Axis<0>,
    {
        assert!(
            index < S::SIDES[0],
            "there is no row {index} in {}",
            core_tensor::shape::name::<S>()
        );
        self.part(index * <<S as Axis<0>>::Rest as Shape>::LEN)
    }

    /// `Y::LEN` numbers from place `first` on.
    fn part<Y: Shape>(self, first: usize) -> Var<'t, T, Y> {
        let Some(record) = self.record else {
            return Var::still(self.number.value);
        };
        let x = self.piece(record);
        let parts = Parts {
            rows: 1,
            len: Y::LEN,
            from: first,
            from_row: 0,
            to: 0,
            to_row: 0,
        };
        let fill = |before: &[T], y: &mut [T]| parts.copy(&before[x.range()], y);
        Var::push(record, x.live, fill, |y| [parts.step(x, y)])
    }

    /// The same numbers under another shape of the same length. Nothing is copied: the gradient by one is that by the other.
    pub fn reshape<Y: Shape>(self) -> Var<'t, T, Y>
    where
        S: SameLength<Y>,
    {
        let record = self.record();
        Var::shaped(record, self.piece(record))
    }

    /// Both, side by side along their last side: the channels of images, the columns of matrices.
    pub fn concat<B: Shape>(self, other: Var<'t, T, B>) -> Var<'t, T, S::Out>
    where
        S: Join<B>,
    {
        let record = self.record();
        let pieces = [self.piece(record), other.piece(record)];
        let (a, b) = (S::Row::LEN, B::Row::LEN);
        let parts = |len, to| Parts {
            rows: S::LEN / a,
            len,
            from: 0,
            from_row: len,
            to,
            to_row: a + b,
        };
        let parts = [parts(a, 0), parts(b, a)];
        let fill = |before: &[T], y: &mut [T]| {
            for (x, parts) in pieces.iter().zip(parts) {
                parts.copy(&before[x.range()], y);
            }
        };
        let live = pieces.iter().any(|x| x.live);
        Var::push(record, live, fill, |y| {
            [0, 1].map(|i| parts[i].step(pieces[i], y))
        })
    }
}

impl<'t, T: Scalar, const N: usize> Var<'t, T, Vector<N>> {
    /// Numbers as a vector. At least one of them must lie on a tape.
    ///
    /// # Panics
    /// If all of them are constants.
    #[track_caller]
    pub fn stack(numbers: [Var<'t, T>; N]) -> Self {
        let record = numbers
            .iter()
            .find_map(|number| number.record)
            .expect("stack() of constants: put the vector on the tape with `tape.constant(…)`");
        let pieces = numbers.map(|number| number.piece(record));
        let parts = |i| Parts {
            rows: 1,
            len: 1,
            from: 0,
            from_row: 0,
            to: i,
            to_row: 0,
        };
        let fill = |before: &[T], y: &mut [T]| {
            for (y, x) in y.iter_mut().zip(pieces) {
                *y = before[x.at as usize];
            }
        };
        let live = pieces.iter().any(|x| x.live);
        Self::push(record, live, fill, |y| {
            core::array::from_fn::<_, N, _>(|i| parts(i).step(pieces[i], y))
        })
    }

    /// Its numbers, one by one.
    pub fn unstack(self) -> [Var<'t, T>; N] {
        core::array::from_fn(|i| self.pick(i))
    }
}
