//! The tape: what a calculation did, in order, so that its derivative can be found by walking back.
//!
//! * this file: [`Tape`], [`Recording`], [`Gradients`]
//! * `record`: the memory behind them
//! * `sweep`: the walk back, one rule a step
//! * `lists`: its loops
//! * `entries`: the recording as data, to look at
//! * `operation`: the hook for operations of other crates

mod entries;
pub(crate) mod lists;
mod operation;
pub(crate) mod record;
pub(crate) mod sweep;

use core::cell::{Ref, RefCell};
use core::fmt;
use core::marker::PhantomData;

use core_tensor::{Scalar, Shape, Tensor};

pub use entries::{Entry, Operand};
pub use operation::Operation;

use crate::{Numbers, OnTape, Point, Var};
use record::Record;

/// A Wengert list: every operation on the [`Var`](crate::Var)s of a recording, and the memory of their values and derivatives.
///
/// Scalars cost least: a function of one recorded number records nothing, since the handle carries its slope along; only where two
/// recorded numbers meet, a link to both is written. Shaped values lie one after another in one block. Both blocks stay with the tape, so that
/// a second recording of the same calculation allocates nothing.
///
/// ```
/// use autodiff::Tape;
/// use core_tensor::{Matrix, Tensor};
///
/// let mut tape = Tape::new();
/// let gradient = tape.record(|tape| {
///     let x = tape.variable(&Tensor::<Matrix<2, 2>, f64>::new([[1.0, 2.0], [3.0, 4.0]]));
///     let diagonal = tape.constant(&Tensor::<Matrix<2, 2>, f64>::new([[1.0, 0.0], [0.0, 1.0]]));
///     let trace_of_square = (x.matmul(x) * diagonal).sum();
///     assert_eq!(trace_of_square.value(), 29.0);
///     trace_of_square.backward().of(&x)
/// });
/// // d/dX tr(X²) = 2·Xᵀ
/// assert_eq!(gradient, Tensor::new([[2.0, 6.0], [4.0, 8.0]]));
/// ```
pub struct Tape<T>(RefCell<Record<T>>);

impl<T: Scalar> Tape<T> {
    /// An empty tape. It takes memory when it is used.
    pub fn new() -> Self {
        Self(RefCell::new(Record::new()))
    }

    /// Runs `f` with this tape, from its beginning on; what was recorded before is forgotten.
    ///
    /// The handles live in `f` alone: their lifetime is one that no other tape has, so that handles of two tapes cannot meet.
    pub fn record<R>(&mut self, f: impl for<'t> FnOnce(Recording<'t, T>) -> R) -> R {
        self.0.get_mut().clear();
        f(Recording {
            record: &self.0,
            brand: PhantomData,
        })
    }

    /// How many numbers and links the last recording holds: its cost in memory.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record, to walk back over after the handles are gone.
    pub(crate) fn record_mut(&mut self) -> &mut Record<T> {
        self.0.get_mut()
    }
}

impl<T: Scalar> Default for Tape<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Scalar> fmt::Debug for Tape<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tape of {} numbers", self.len())
    }
}

/// Two tapes never have the same `'t`, and it can be neither shortened nor lengthened.
pub(crate) type Brand<'t> = PhantomData<fn(&'t ()) -> &'t ()>;

/// A tape that is being recorded on.
pub struct Recording<'t, T> {
    pub(crate) record: &'t RefCell<Record<T>>,
    brand: Brand<'t>,
}

impl<T> Clone for Recording<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Recording<'_, T> {}

impl<T> fmt::Debug for Recording<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recording")
    }
}

impl<'t, T: Scalar> Recording<'t, T> {
    /// Puts values on the tape that gradients are wanted of: a number, a tensor, an array or a tuple of such. A number that is written out
    /// needs its type, `&3.0_f64`: the compiler asks for the kind of point before it settles on one of the floats.
    pub fn variable<X: Point<Scalar = T>>(self, x: &X) -> X::Vars<'t> {
        x.on_tape(self, true)
    }

    /// Puts numbers on the tape that derivatives are wanted of: as [`variable`](Recording::variable), which cannot tell what a literal is.
    ///
    /// ```
    /// use autodiff::Tape;
    ///
    /// let [dx, dy] = Tape::<f64>::new().record(|tape| {
    ///     let [x, y] = tape.numbers([2.0, 3.0]);
    ///     (x * x * y).backward().of(&[x, y])
    /// });
    /// assert_eq!((dx, dy), (12.0, 4.0));
    /// ```
    pub fn numbers<const N: usize>(self, x: [T; N]) -> [Var<'t, T>; N] {
        x.map(|x| Var::on_tape(self, x, true))
    }

    /// Puts values on the tape that stay as they are: nothing is worked out for their gradients, which are zero.
    pub fn constant<X: Point<Scalar = T>>(self, x: &X) -> X::Vars<'t> {
        x.on_tape(self, false)
    }
}

/// The derivatives of one number by everything before it on its tape.
#[derive(Clone, Copy)]
pub struct Gradients<'t, T> {
    record: &'t RefCell<Record<T>>,
    pass: u32,
    brand: Brand<'t>,
}

impl<'t, T: Scalar> Gradients<'t, T> {
    pub(crate) fn new(record: &'t RefCell<Record<T>>) -> Self {
        Self {
            record,
            pass: record.borrow().passes,
            brand: PhantomData,
        }
    }

    /// The gradient by `x`: a number, a tensor, an array or a tuple, as `x` is. Zero for constants, and for what came after.
    ///
    /// # Panics
    /// If another [`backward`](crate::Var::backward) on the same tape has taken their place, or if `x` is a number that was worked out
    /// from others and not [kept](crate::Var::keep).
    #[track_caller]
    pub fn of<V: OnTape<'t, T>>(&self, x: &V) -> V::Value {
        x.adjoint(self)
    }

    /// The gradient by a tensor of any shape; [`of`](Gradients::of) needs to know which.
    ///
    /// # Panics
    /// As [`of`](Gradients::of).
    #[track_caller]
    pub fn tensor<S: Shape>(&self, x: &Var<'t, T, S>) -> Tensor<S, T> {
        self.by(x, |numbers| {
            let mut gradient = Tensor::zeros();
            if let Some(numbers) = numbers {
                gradient.as_mut_slice().copy_from_slice(numbers);
            }
            gradient
        })
    }

    /// Hands the gradient by a list of numbers to `f`.
    ///
    /// # Panics
    /// As [`of`](Gradients::of).
    #[track_caller]
    pub fn numbers<R>(&self, x: &Numbers<'t, T>, f: impl FnOnce(&[T]) -> R) -> R {
        let (record, piece) = (self.record(), x.piece());
        match record.adjoints.get(piece.range()) {
            Some(numbers) if piece.live => f(numbers),
            _ => f(&alloc::vec![T::zero(); piece.len as usize]),
        }
    }

    #[track_caller]
    #[inline]
    pub(crate) fn by<S: Shape, R>(
        &self,
        x: &Var<'t, T, S>,
        f: impl FnOnce(Option<&[T]>) -> R,
    ) -> R {
        f(x.adjoint_numbers(&self.record()))
    }

    #[track_caller]
    #[inline]
    fn record(&self) -> Ref<'_, Record<T>> {
        let record = self.record.borrow();
        assert_eq!(
            self.pass, record.passes,
            "these gradients were overwritten by a later backward() on the same tape; read them before it"
        );
        record
    }
}

impl<T> fmt::Debug for Gradients<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gradients")
    }
}
