//! Lists of numbers on a tape, and the operations of other crates on them.

use core::cell::RefCell;
use core::fmt;
use core::marker::PhantomData;

use core_tensor::{Scalar, Shape};

use super::Var;
use crate::tape::record::{Piece, Record, Step};
use crate::tape::{Brand, Operation, Recording};

impl<'t, T: Scalar, S: Shape> Var<'t, T, S> {
    /// The same value as a list of numbers, for [`Var::by_operation`].
    pub fn numbers(self, tape: Recording<'t, T>) -> Numbers<'t, T> {
        Numbers {
            piece: self.piece(tape.record),
            record: tape.record,
            brand: PhantomData,
        }
    }

    /// The result of an operation that another crate brings, see [`Operation`]. `make` is called if the tape has none of this type left
    /// from its last recording; `set` makes it ready for this turn.
    ///
    /// # Panics
    /// If both inputs are the same value.
    pub fn by_operation<O: Operation<T>>(
        inputs: [Numbers<'t, T>; 2],
        make: impl FnOnce() -> O,
        set: impl FnOnce(&mut O),
    ) -> Self {
        let [a, b] = inputs.map(|input| input.piece);
        assert!(
            a.at != b.at || a.len == 0 || b.len == 0,
            "an operation needs two different inputs"
        );
        let record = inputs[0].record;
        let all = &mut *record.borrow_mut();
        let index = all.operation(make, set);
        let (_, space, y) = all.space(S::LEN, a.live || b.live);
        space.fill(T::zero());
        let (before, space) = all.values[..y.range().end].split_at_mut(y.at as usize);
        let inputs = [a, b];
        all.operations[index as usize].forward(inputs.map(|input| &before[input.range()]), space);
        all.shapes.push((y.at, S::SIDES));
        if y.live {
            all.step(Step::Operation { index, inputs, y });
        }
        Self::from_piece(record, all, y)
    }
}

/// A list of numbers on a tape whose length is known at run time: the weights of a layer, say.
#[derive(Clone, Copy)]
pub struct Numbers<'t, T> {
    record: &'t RefCell<Record<T>>,
    piece: Piece,
    brand: Brand<'t>,
}

impl<'t, T: Scalar> Numbers<'t, T> {
    /// Puts `len` numbers on the tape, which `fill` writes over whatever lies there; `live` if their derivatives are wanted.
    pub fn new(
        tape: Recording<'t, T>,
        len: usize,
        live: bool,
        fill: impl FnOnce(&mut [T]),
    ) -> Self {
        let all = &mut *tape.record.borrow_mut();
        let (_, space, piece) = all.space(len, live);
        fill(space);
        Self {
            record: tape.record,
            piece,
            brand: PhantomData,
        }
    }

    pub(crate) fn piece(&self) -> Piece {
        self.piece
    }
}

impl<T> fmt::Debug for Numbers<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} numbers on a tape", self.piece.len)
    }
}
