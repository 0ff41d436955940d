//! The memory of a tape: links between numbers, values of shaped variables, and the steps that led to them.

use alloc::boxed::Box;
use alloc::vec::Vec;

use core_tensor::Scalar;
use core_tensor::kernel::{Product, Window2d};

use super::operation::AnyOperation;

/// The place of what does not lie on a tape.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// Shaped values begin at multiples of this many bytes, as the widest vectors do.
const LINE: usize = 64;

/// A number that depends on up to two others: where it is, where they are, and its derivatives by them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link<T> {
    pub(crate) to: u32,
    pub(crate) from: [u32; 2],
    pub(crate) slopes: [T; 2],
}

/// Values among the shaped ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    pub(crate) at: u32,
    pub(crate) len: u32,
    /// whether anybody wants its derivative
    pub(crate) live: bool,
}

impl Piece {
    pub(crate) fn range(self) -> core::ops::Range<usize> {
        self.at as usize..(self.at + self.len) as usize
    }
}

/// Where a number is, once its handle is gone.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<T> {
    /// Nowhere: a constant.
    Still,
    /// It depends on a link, with this slope.
    Link(u32, T),
}

/// `y = a ∘ b`, number by number
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[doc(hidden)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
}

/// One operation on shaped values. Its result is `y`; its operands come before that in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// A number becomes a shaped value of length 1.
    FromLink { link: u32, y: Piece },
    /// A shaped value of length 1 becomes a number.
    ToLink { x: Piece, link: u32 },
    /// Each number of `y` has one slope by the number of `x` at its place, saved at `slopes`. If `y` is one number, it has all slopes.
    Slopes {
        x: Piece,
        slopes: u32,
        y: Piece,
        /// the function, for those who look at the tape
        name: &'static str,
    },
    /// An operand shorter than `y` is repeated.
    Binary {
        kind: Binary,
        a: Piece,
        b: Piece,
        y: Piece,
    },
    /// `y = a · b`, of matrices
    Product {
        sides: Product,
        a: Piece,
        b: Piece,
        y: Piece,
    },
    /// `y = xᵀ`, of `columns` columns of `x`
    Transpose { x: Piece, columns: u32, y: Piece },
    /// Sums over a side of `side` numbers that lie `inner` apart.
    Sum {
        x: Piece,
        side: u32,
        inner: u32,
        mean: bool,
        y: Piece,
    },
    /// Rows of `x` as parts of the rows of `y`, or the reverse: `len` numbers of each of `rows`.
    Copy {
        x: Piece,
        x_row: u32,
        y: Piece,
        y_row: u32,
        rows: u32,
        len: u32,
    },
    /// Softmax of every row of `row` numbers.
    Softmax { x: Piece, row: u32, y: Piece },
    /// Logarithm of the softmax of every row of `row` numbers.
    LogSoftmax { x: Piece, row: u32, y: Piece },
    /// A convolution without bias.
    Conv2d {
        window: u32,
        x: Piece,
        filter: Piece,
        y: Piece,
    },
    /// An operation of another crate.
    Operation {
        index: u32,
        inputs: [Piece; 2],
        y: Piece,
    },
}

/// Everything that a tape holds.
pub(crate) struct Record<T> {
    /// those of this recording, then room for more
    pub(super) links: Vec<Link<T>>,
    pub(super) used_links: usize,
    /// how many numbers depend on no other: their places are all that is known of them
    leaves: usize,
    /// those of this recording, then room for more, which holds anything
    pub(crate) values: Vec<T>,
    /// where the first of them lies, at a line; where the next may lie
    first_value: usize,
    pub(super) end_of_values: usize,
    /// slopes and the like, which have no derivative of their own
    pub(crate) saved: Vec<T>,
    /// each with the number of links that came before it
    pub(crate) steps: Vec<(u32, Step)>,
    /// the sides of the shaped values, each with its place, for those who look at the tape
    pub(crate) shapes: Vec<(u32, &'static [usize])>,
    pub(crate) windows: Vec<Window2d>,
    pub(crate) operations: Vec<Box<dyn AnyOperation<T>>>,
    /// how many of the operations are in use in this recording
    pub(crate) operations_used: usize,
    pub(crate) link_adjoints: Vec<T>,
    pub(crate) adjoints: Vec<T>,
    pub(crate) scratch: Vec<T>,
    /// how many walks back there were
    pub(crate) passes: u32,
}

impl<T: Scalar> Record<T> {
    pub(crate) fn new() -> Self {
        Self {
            links: Vec::new(),
            used_links: 0,
            leaves: 0,
            values: Vec::new(),
            first_value: 0,
            end_of_values: 0,
            saved: Vec::new(),
            steps: Vec::new(),
            shapes: Vec::new(),
            windows: Vec::new(),
            operations: Vec::new(),
            operations_used: 0,
            link_adjoints: Vec::new(),
            adjoints: Vec::new(),
            scratch: Vec::new(),
            passes: 0,
        }
    }

    /// Forgets the recording and keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.used_links = 0;
        self.leaves = 0;
        // the block stays where it is from the second recording on: there, its pieces begin at lines
        let first = self.values.as_ptr().align_offset(LINE);
        self.first_value = if first < LINE {
            first % Self::IN_LINE
        } else {
            0
        };
        self.end_of_values = self.first_value;
        self.saved.clear();
        self.steps.clear();
        self.shapes.clear();
        self.windows.clear();
        self.operations_used = 0;
    }

    pub(crate) fn len(&self) -> usize {
        self.numbers() + self.end_of_values - self.first_value
    }

    /// How many numbers there are.
    #[inline(always)]
    pub(crate) fn numbers(&self) -> usize {
        self.used_links + self.leaves
    }

    /// Numbers that depend on no other: the place of the first, before those of the rest.
    #[inline(always)]
    pub(crate) fn leaves(&mut self, count: usize) -> u32 {
        let place = self.numbers() as u32;
        self.leaves += count;
        // with all the links that there is room for, so that a link need not ask
        check_count(self.leaves + self.links.len());
        place
    }

    /// A number with up to two parents.
    #[inline(always)]
    pub(crate) fn link(&mut self, from: [u32; 2], slopes: [T; 2]) -> u32 {
        let to = self.numbers() as u32;
        // not by `push`: its growth is not marked as rare, and all numbers of the formula would leave their registers for it
        if self.used_links == self.links.len() {
            self.grow();
        }
        // field by field: a whole link would be put together elsewhere and copied
        let link = &mut self.links[self.used_links];
        link.to = to;
        [link.from[0], link.from[1]] = from;
        [link.slopes[0], link.slopes[1]] = slopes;
        self.used_links += 1;
        to
    }

    /// Room for twice as many links.
    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let len = (2 * self.links.len()).max(64);
        check_count(self.leaves + len);
        let blank = Link {
            to: NOWHERE,
            from: [NOWHERE; 2],
            slopes: [T::zero(); 2],
        };
        self.links.resize(len, blank);
    }

    /// Shaped numbers in a line.
    const IN_LINE: usize = if size_of::<T>() < LINE {
        LINE / size_of::<T>()
    } else {
        1
    };

    /// Where the first piece of shaped numbers that ends at `end` or later may begin.
    fn next_line(&self, end: usize) -> usize {
        self.first_value + (end - self.first_value).next_multiple_of(Self::IN_LINE)
    }

    /// Space for `len` shaped numbers, which holds anything: what lies before it, the space, and its place.
    pub(crate) fn space(&mut self, len: usize, live: bool) -> (&mut [T], &mut [T], Piece) {
        let at = self.next_line(self.end_of_values);
        let end = at + len;
        assert!(end < NOWHERE as usize, "a tape holds up to 2³² − 1 numbers");
        self.end_of_values = end;
        if end > self.values.len() {
            self.values.resize(end, T::zero());
        }
        let (before, space) = self.values[..end].split_at_mut(at);
        let piece = Piece {
            at: at as u32,
            len: len as u32,
            live,
        };
        (before, space, piece)
    }

    pub(crate) fn step(&mut self, step: Step) {
        self.steps.push((self.used_links as u32, step));
    }
}

/// Reads the derivatives by what was put on a tape before anything else, in order, after a walk back: nobody need keep the handles.
#[doc(hidden)]
pub struct Reader<'r, T> {
    record: &'r Record<T>,
    links: core::slice::Iter<'r, T>,
    end_of_values: usize,
}

impl<'r, T: Scalar> Reader<'r, T> {
    pub(crate) fn new(record: &'r Record<T>) -> Self {
        Self {
            record,
            links: record.link_adjoints.iter(),
            end_of_values: record.first_value,
        }
    }

    /// The derivative by the next number.
    #[inline(always)]
    pub(crate) fn number(&mut self) -> T {
        *self.links.next().expect("a number put on the tape")
    }

    /// The derivatives by the next shaped value.
    pub(crate) fn numbers(&mut self, into: &mut [T]) {
        let at = self.record.next_line(self.end_of_values);
        self.end_of_values = at + into.len();
        into.copy_from_slice(&self.record.adjoints[at..self.end_of_values]);
    }
}

#[inline(always)]
fn check_count(numbers: usize) {
    assert!(
        numbers < NOWHERE as usize,
        "a tape holds up to 2³² − 1 numbers, with the room that it keeps ready"
    );
}
