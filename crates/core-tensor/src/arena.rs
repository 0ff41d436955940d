//! The memory of one pass, handed out from the front, and how much of it a network needs as a constant of its type.

use crate::{BatchMut, Scalar, Shape, Tensor};

/// Pieces start at multiples of this many bytes: a cache line, and the widest vector.
const LINE: usize = 64;

/// Room for one pass. What is handed out lives as long as the pass; nothing is ever allocated or freed.
#[derive(Debug)]
pub struct Arena<'a, T>(&'a mut [T]);

impl<'a, T: Scalar> Arena<'a, T> {
    /// Hands out `room` from its first cache line on.
    pub fn new(room: &'a mut [T]) -> Self {
        // a scalar as long as half a line may never meet one; then the room begins where it is
        let skip = match room.as_ptr().align_offset(LINE) {
            skip if skip <= line::<T>() => skip.min(room.len()),
            _ => 0,
        };
        Self(&mut room[skip..])
    }

    /// `n` samples of shape `S`, holding whatever was there.
    ///
    /// # Panics
    /// If no room is left: it was made for fewer samples.
    #[track_caller]
    pub fn batch<S: Shape>(&mut self, n: usize) -> BatchMut<'a, S, T> {
        Tensor::batch_mut(self.numbers(n * S::LEN))
    }

    /// `n` numbers, holding whatever was there.
    ///
    /// # Panics
    /// If no room is left.
    #[track_caller]
    pub fn numbers(&mut self, n: usize) -> &'a mut [T] {
        let rest = core::mem::take(&mut self.0);
        let left = rest.len();
        let padded = n.next_multiple_of(line::<T>());
        let Some((piece, rest)) = rest.split_at_mut_checked(padded) else {
            panic!(
                "the arena has room for {left} more numbers, a layer asked for {padded}; make it with room for the batch: `ROOM.training(samples)`"
            )
        };
        self.0 = rest;
        &mut piece[..n]
    }

    /// A pass inside the pass, whose room comes free when it ends.
    pub fn scope(&mut self) -> Arena<'_, T> {
        Arena(self.0)
    }

    /// How many numbers are left.
    pub fn left(&self) -> usize {
        self.0.len()
    }
}

/// Numbers of a cache line.
const fn line<T>() -> usize {
    if size_of::<T>() >= LINE || !LINE.is_multiple_of(size_of::<T>()) {
        1
    } else {
        LINE / size_of::<T>()
    }
}

/// What a layer takes from the arena, in numbers; the compiler adds it up over a whole network.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// kept from forward to backward, a sample
    pub kept: usize,
    /// kept from forward to backward, whatever the batch
    pub fixed: usize,
    /// gradients handed down by backward, a sample
    pub back: usize,
    /// the largest gradient that a block frees when its backward returns, a sample
    pub scoped: usize,
    /// the largest piece of work space that a kernel needs while it runs, whatever the batch
    pub scratch: usize,
    /// how many pieces are handed out: each is rounded up to a cache line
    pub pieces: usize,
}

impl Room {
    /// No room at all.
    pub const NONE: Self = Self {
        kept: 0,
        fixed: 0,
        back: 0,
        scoped: 0,
        scratch: 0,
        pieces: 0,
    };

    /// A layer that keeps one piece of `kept` numbers a sample and hands one of `back` numbers down.
    pub const fn new(kept: usize, back: usize) -> Self {
        Self {
            kept,
            back,
            pieces: (kept > 0) as usize + (back > 0) as usize,
            ..Self::NONE
        }
    }

    /// The same with work space of `scratch` numbers, whatever the batch.
    pub const fn with_scratch(self, scratch: usize) -> Self {
        Self {
            scratch: max(self.scratch, scratch),
            ..self
        }
    }

    /// The same with a piece of `fixed` numbers that is kept, whatever the batch.
    pub const fn with_fixed(self, fixed: usize) -> Self {
        Self {
            fixed: self.fixed + fixed,
            pieces: self.pieces + (fixed > 0) as usize,
            ..self
        }
    }

    /// One layer after another: what a block or a kernel freed is used again.
    pub const fn then(self, next: Self) -> Self {
        Self {
            kept: self.kept + next.kept,
            fixed: self.fixed + next.fixed,
            back: self.back + next.back,
            scoped: max(self.scoped, next.scoped),
            scratch: max(self.scratch, next.scratch),
            pieces: self.pieces + next.pieces,
        }
    }

    /// `n` layers of this room, one after another.
    pub const fn times(self, n: usize) -> Self {
        match n {
            0 => Self::NONE,
            _ => Self {
                kept: n * self.kept,
                fixed: n * self.fixed,
                back: n * self.back,
                pieces: n * self.pieces,
                ..self
            },
        }
    }

    /// A block that frees its inner gradients when its backward returns.
    pub const fn scope(self) -> Self {
        Self {
            back: 0,
            scoped: self.scoped + self.back,
            ..self
        }
    }

    /// Numbers that training on batches of up to `samples` takes. `4 * room.training(64)` are the bytes in `f32`.
    pub const fn training(self, samples: usize) -> usize {
        samples * (self.kept + self.back + self.scoped)
            + self.fixed
            + self.scratch
            + self.rounding()
    }

    /// Numbers that inference on batches of up to `samples` takes.
    pub const fn inference(self, samples: usize) -> usize {
        samples * self.kept + self.fixed + self.scratch + self.rounding()
    }

    // each piece up to a cache line of 16 `f32`, and as much before the first and for the work space
    const fn rounding(self) -> usize {
        (self.pieces + 2) * (LINE / 4)
    }
}

const fn max(a: usize, b: usize) -> usize {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Vector;

    #[test]
    fn pieces_start_at_cache_lines_and_a_scope_frees_them() {
        let mut room = [0.0_f32; 100];
        let mut arena = Arena::new(&mut room);
        let before = arena.left();
        {
            let mut inner = arena.scope();
            let piece = inner.batch::<Vector<3>>(5);
            assert_eq!((piece.len(), piece.as_ptr().align_offset(64)), (5, 0));
            assert_eq!(inner.left(), before - 16);
        }
        assert_eq!(arena.left(), before);
        assert_eq!(arena.numbers(17).len(), 17);
        assert_eq!(arena.left(), before - 32);
    }

    #[test]
    #[should_panic(expected = "a layer asked for 112")]
    fn too_small() {
        Arena::new(&mut [0.0_f32; 64]).batch::<Vector<10>>(10);
    }

    #[test]
    fn rooms_add_up() {
        let room = Room::new(10, 5)
            .with_scratch(7)
            .then(Room::new(20, 3).with_scratch(4));
        assert_eq!(
            room.scope(),
            Room {
                kept: 30,
                fixed: 0,
                back: 0,
                scoped: 8,
                scratch: 7,
                pieces: 4
            }
        );
        assert_eq!(room.training(2), 2 * 38 + 7 + 6 * 16);
        assert_eq!(room.inference(2), 2 * 30 + 7 + 6 * 16);
        assert_eq!(room.times(3), room.then(room).then(room));
        assert_eq!(room.times(0), Room::NONE);
    }
}
