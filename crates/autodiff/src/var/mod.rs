//! Variables on a tape.
//!
//! * this file: [`Var`], its value, and the walk back
//! * `number`: numbers, which are [`Real`](core_tensor::Real)
//! * `two`: functions of two of them
//! * `element`: operators and functions of shaped values, number by number
//! * `product`: matrix products, transposes, convolutions
//! * `reduce`: sums, means, extremes, softmax
//! * `operation`: lists of numbers, and the operations of other crates on them
//! * `place`: indexing, rows, joining, reshaping

mod element;
mod number;
mod operation;
mod place;
mod product;
mod reduce;
mod two;

use core::array;
use core::cell::RefCell;
use core::fmt;
use core::marker::PhantomData;

use core_tensor::{Scalar, Shape, Tensor};

pub use element::Combine;
pub use operation::Numbers;

use crate::Dual;
use crate::tape::record::{NOWHERE, Piece, Place, Record, Step};
use crate::tape::{Brand, Gradients, Recording};

/// A value on a tape: a number (`Var<'t, f64>`), a vector, a matrix, an image. A handle, so it is `Copy`; its `'t` is its tape's alone.
///
/// A number is a [`Real`](core_tensor::Real): it goes wherever `f64` or a [`Dual`] goes in a generic formula. Operators combine equal
/// shapes, and any shape with a number, number by number; other shapes do not compile.
///
/// ```
/// use autodiff::Tape;
/// use core_tensor::{Tensor, Vector};
///
/// // f(w, b) = Σ (w + b)² has the derivatives 2·(w + b) and Σ 2·(w + b)
/// let mut tape = Tape::new();
/// let (dw, db) = tape.record(|tape| {
///     let (w, b) = tape.variable(&(Tensor::<Vector<2>, f64>::new([1.0, 2.0]), 3.0_f64));
///     let sum = w + b;
///     (sum * sum).sum().backward().of(&(w, b))
/// });
/// assert_eq!((dw, db), (Tensor::new([8.0, 10.0]), 18.0));
/// ```
///
/// # Gradient
/// Kinks and edges are those of [`Dual`]. Zero times infinity is zero on the way back, as forward, in all that goes number by number; in
/// products of matrices, convolutions and softmax it is not a number.
pub struct Var<'t, T, S = ()> {
    /// none for a number that is on no tape: a constant
    record: Option<&'t RefCell<Record<T>>>,
    /// of a number: its link; of a shaped value: where it begins
    place: u32,
    state: State,
    /// of a number: its value, and its derivative by its link
    number: Dual<T>,
    brand: PhantomData<(Brand<'t>, S)>,
}

/// What is known of a handle.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// nobody wants a derivative by it, nor by what it came from
    Still,
    /// a number that is a function of its link
    Derived,
    /// has a place of its own where its derivative will be found
    Kept,
}

impl<T: Copy, S> Clone for Var<'_, T, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Copy, S> Copy for Var<'_, T, S> {}

/// Shaped values.
impl<'t, T: Scalar, S: Shape> Var<'t, T, S> {
    fn shaped(record: &'t RefCell<Record<T>>, piece: Piece) -> Self {
        Self {
            record: Some(record),
            place: piece.at,
            state: if piece.live {
                State::Kept
            } else {
                State::Still
            },
            number: Dual::constant(T::zero()),
            brand: PhantomData,
        }
    }

    /// Puts a tensor on the tape; `live` if its derivative is wanted. For shapes that are named, [`Recording::variable`] does.
    pub fn tensor_on(tape: Recording<'t, T>, value: &Tensor<S, T>, live: bool) -> Self {
        let all = &mut *tape.record.borrow_mut();
        let (_, space, x) = all.space(S::LEN, live);
        space.copy_from_slice(value.as_slice());
        all.shapes.push((x.at, S::SIDES));
        Self::from_piece(tape.record, all, x)
    }

    fn is_live(&self) -> bool {
        self.state != State::Still
    }

    fn record(&self) -> &'t RefCell<Record<T>> {
        self.record.expect("a shaped value lies on a tape")
    }

    /// Where a shaped value lies; a number is put there first.
    fn piece(self, record: &'t RefCell<Record<T>>) -> Piece {
        if S::SIDES.is_empty() {
            return self.spread(record);
        }
        Piece {
            at: self.place,
            len: S::LEN as u32,
            live: self.is_live(),
        }
    }

    /// A number as a shaped value of length 1.
    fn spread(self, record: &'t RefCell<Record<T>>) -> Piece {
        let live = self.is_live();
        let link = if live { self.settled(record) } else { NOWHERE };
        let record = &mut *record.borrow_mut();
        let (_, space, y) = record.space(1, live);
        space[0] = self.number.value;
        if live {
            record.step(Step::FromLink { link, y });
        }
        y
    }

    /// The link that a number is, not only depends on.
    fn settled(&self, record: &RefCell<Record<T>>) -> u32 {
        match self.state {
            State::Kept => self.place,
            _ => {
                let slopes = [self.number.partials[0], T::zero()];
                record.borrow_mut().link([self.place, NOWHERE], slopes)
            }
        }
    }

    /// The result of an operation: `fill` is given what lies before it and its space, to write over; the steps are noted if anybody wants derivatives.
    fn push<const N: usize>(
        record: &'t RefCell<Record<T>>,
        live: bool,
        fill: impl FnOnce(&[T], &mut [T]),
        steps: impl FnOnce(Piece) -> [Step; N],
    ) -> Self {
        let all = &mut *record.borrow_mut();
        let (before, space, y) = all.space(S::LEN, live);
        fill(before, space);
        all.shapes.push((y.at, S::SIDES));
        if live {
            steps(y).into_iter().for_each(|step| all.step(step));
        }
        Var::from_piece(record, all, y)
    }

    /// The handle of values that lie on the tape; a single number gets a link.
    fn from_piece(record: &'t RefCell<Record<T>>, all: &mut Record<T>, x: Piece) -> Self {
        if !S::SIDES.is_empty() {
            return Self::shaped(record, x);
        }
        let value = all.values[x.at as usize];
        if !x.live {
            return Self::still(value);
        }
        let link = all.leaves(1);
        all.step(Step::ToLink { x, link });
        Self::kept(record, link, value)
    }

    #[inline(always)]
    fn still(value: T) -> Self {
        Self {
            record: None,
            place: NOWHERE,
            state: State::Still,
            number: Dual::constant(value),
            brand: PhantomData,
        }
    }

    #[inline(always)]
    fn kept(record: &'t RefCell<Record<T>>, link: u32, value: T) -> Self {
        Self {
            record: Some(record),
            place: link,
            state: State::Kept,
            number: Dual::variable(value, 0),
            brand: PhantomData,
        }
    }

    /// `f` of a number.
    #[inline(always)]
    fn one(self, f: impl FnOnce(Dual<T>) -> Dual<T>) -> Self {
        let state = match self.state {
            State::Still => State::Still,
            _ => State::Derived,
        };
        Self {
            number: f(self.number),
            state,
            ..self
        }
    }

    /// A copy of the value.
    pub fn value(&self) -> S::Array<T>
    where
        S: Shape,
    {
        if S::SIDES.is_empty() {
            return S::from_fn(|_| self.number.value);
        }
        let record = self.record().borrow();
        let numbers = &record.values[self.place as usize..][..S::LEN];
        S::from_fn(|i| numbers[i])
    }

    /// The value as a tensor.
    pub fn tensor(&self) -> Tensor<S, T> {
        Tensor::new(self.value())
    }

    /// The same value as a constant: no derivative flows back through it.
    #[must_use]
    pub fn detach(self) -> Self {
        Self {
            state: State::Still,
            place: if S::SIDES.is_empty() {
                NOWHERE
            } else {
                self.place
            },
            number: Dual::constant(self.number.value),
            ..self
        }
    }
}

impl<'t, T: Scalar> Var<'t, T> {
    /// Where it is, once the handle is gone.
    pub(crate) fn place(self) -> Place<T> {
        match self.state {
            State::Still => Place::Still,
            _ => Place::Link(self.place, self.number.partials[0]),
        }
    }

    /// A number on a tape, or beside it if no derivative by it is wanted.
    #[inline(always)]
    pub(crate) fn on_tape(tape: Recording<'t, T>, value: T, live: bool) -> Self {
        if !live {
            return Self::still(value);
        }
        let link = tape.record.borrow_mut().leaves(1);
        Self::kept(tape.record, link, value)
    }

    /// The same for many numbers, which takes a fraction of the time: places in a row are taken at once.
    #[inline(always)]
    pub(crate) fn all_on_tape<const N: usize>(
        tape: Recording<'t, T>,
        values: &[T; N],
        live: bool,
    ) -> [Self; N] {
        if !live {
            return array::from_fn(|i| Self::still(values[i]));
        }
        let first = tape.record.borrow_mut().leaves(N);
        array::from_fn(|i| Self::kept(tape.record, first + i as u32, values[i]))
    }
}

/// The walk back begins at one number.
#[diagnostic::on_unimplemented(
    message = "`backward()` begins at a single number, and this is a `{Self}`",
    label = "not a single number",
    note = "make one of it first: `sum()`, `mean()`, `at([…])`, a loss"
)]
pub trait Number: Shape {}
#[diagnostic::do_not_recommend]
impl Number for () {}

impl<'t, T: Scalar, S: Shape> Var<'t, T, S> {
    /// The derivatives of this number by everything before it on the tape. A value that is used many times has the sum of them all.
    ///
    /// # Panics
    /// If the number is a constant: nothing on a tape leads to it.
    #[track_caller]
    pub fn backward(self) -> Gradients<'t, T>
    where
        S: Number,
    {
        assert!(
            self.is_live(),
            "backward() of a constant: no variable of a tape leads to this number; make one with `tape.variable(…)`"
        );
        let record = self.record();
        record
            .borrow_mut()
            .sweep(|all| all.seed(Place::Link(self.place, self.number.partials[0]), T::one()));
        Gradients::new(record)
    }

    /// Whether no derivative flows back through it.
    pub fn is_constant(&self) -> bool {
        !self.is_live()
    }

    /// The derivatives by this value, after a walk back; none if it is a constant, or came later.
    #[track_caller]
    pub(crate) fn adjoint_numbers<'r>(&self, all: &'r Record<T>) -> Option<&'r [T]> {
        match self.state {
            State::Still => None,
            State::Derived => panic!(
                "this number has no place on the tape: call keep() where it is worked out, and use what that returns"
            ),
            State::Kept if S::SIDES.is_empty() => all
                .link_adjoints
                .get(self.place as usize..)
                .and_then(|rest| rest.get(..1)),
            State::Kept => all
                .adjoints
                .get(self.place as usize..)
                .and_then(|rest| rest.get(..S::LEN)),
        }
    }
}

impl<T: Scalar, S: Shape> fmt::Debug for Var<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if S::SIDES.is_empty() {
            write!(f, "Var {:?}", self.number.value)
        } else {
            write!(f, "Var of {:?}", self.tensor())
        }
    }
}
