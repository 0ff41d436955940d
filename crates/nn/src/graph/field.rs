//! The receptive field: which positions of the input a position of the output is worked out from.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// The receptive field of a layer, or of a network up to it: along height and width, the positions of the input that one position of the
/// output may depend on.
///
/// A window of `K` that moves by `S` over a side with padding `P` sees, from output `o`, the inputs `o·S − P … o·S − P + K − 1`: the first,
/// the last and the step are all that there is to know. After it, another window of `K'`, `S'`, `P'` reaches `(K' − 1)·S` further, and its
/// steps are `S·S'`. Ways side by side see what the widest of them sees. Behind a transposed window, whose outputs see one more or one
/// less in turn, the field may be a step wider than what any of them sees.
///
/// What samples or positions share through a mean, as in a batch normalisation, does not count.
///
/// ```
/// use nn::Field;
///
/// let three = Field::window([3, 3], [1, 1], [1, 1]);
/// let pool = Field::window([2, 2], [2, 2], [0, 0]);
/// // two windows of 3×3 see as far as one of 5×5
/// assert_eq!(three.then(three), Field::window([5, 5], [1, 1], [2, 2]));
/// assert_eq!(three.then(pool).then(three).size(), [Some(8), Some(8)]);
/// assert_eq!(three.then(pool).then(three).to_string(), "8×8");
/// ```
///
/// Dumoulin, Visin: A guide to convolution arithmetic for deep learning (2016); Araujo, Norris, Sim: Computing receptive fields of
/// convolutional neural networks (2019).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// along the height, or the steps of a sequence
    pub height: Reach,
    /// along the width
    pub width: Reach,
}

/// A [`Field`] along one axis: output `o` depends on the inputs from `first + o·jump` to `last + o·jump`, or on all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// A piece of the side, that moves along with the output.
    Part {
        /// the first input that output 0 sees, in the padding if it is negative
        first: Ratio,
        /// the last
        last: Ratio,
        /// how far the piece moves from output to output
        jump: Ratio,
    },
    /// The whole side.
    All,
}

impl Reach {
    /// Output `o` is worked out from input `o`.
    pub const POINT: Self = Self::window(1, 1, 0);

    /// A window of length `kernel` that moves by `stride` over a side with `padding`. A dilated window is as long as it reaches:
    /// `(kernel − 1)·dilation + 1`.
    pub const fn window(kernel: usize, stride: usize, padding: usize) -> Self {
        Self::Part {
            first: Ratio::of(-(padding as i64)),
            last: Ratio::of(kernel as i64 - 1 - padding as i64),
            jump: Ratio::of(stride as i64),
        }
    }

    /// A transposed window: input `i` takes part in the outputs `i·stride − padding … i·stride − padding + kernel − 1`.
    pub const fn transposed(kernel: usize, stride: usize, padding: usize) -> Self {
        let stride = stride as i64;
        Self::Part {
            first: Ratio::new(padding as i64 - kernel as i64 + 1, stride),
            last: Ratio::new(padding as i64, stride),
            jump: Ratio::new(1, stride),
        }
    }

    /// What `next` sees through this.
    pub const fn then(self, next: Self) -> Self {
        match (self, next) {
            (
                Self::Part { first, last, jump },
                Self::Part {
                    first: next_first,
                    last: next_last,
                    jump: next_jump,
                },
            ) => Self::Part {
                first: first.plus(jump.times(next_first)),
                last: last.plus(jump.times(next_last)),
                jump: jump.times(next_jump),
            },
            _ => Self::All,
        }
    }

    /// What two ways see together.
    pub const fn or(self, other: Self) -> Self {
        match (self, other) {
            (
                Self::Part { first, last, jump },
                Self::Part {
                    first: other_first,
                    last: other_last,
                    jump: other_jump,
                },
            ) => Self::Part {
                first: first.min(other_first),
                last: last.negated().min(other_last.negated()).negated(),
                jump: jump.negated().min(other_jump.negated()).negated(),
            },
            _ => Self::All,
        }
    }

    /// How many inputs an output depends on at most; none stands for all of them.
    pub const fn size(self) -> Option<usize> {
        match self {
            Self::Part { first, last, .. } => {
                Some((last.plus(first.negated()).floor() + 1) as usize)
            }
            Self::All => None,
        }
    }

    /// How far before or behind its own place an output sees at most, in inputs, where a side is enlarged `factor` times: so much must be
    /// there on both sides of a piece that is worked out by itself. None if the outputs do not lie so, or see everything.
    ///
    /// ```
    /// use nn::Reach;
    /// let five = Reach::window(5, 1, 2);
    /// assert_eq!(five.margin(1), Some(2));
    /// // enlarged twice, then a window of 3: half a pixel more
    /// let enlarged = five.then(Reach::transposed(2, 2, 0)).then(Reach::window(3, 1, 1));
    /// assert_eq!(enlarged.margin(2), Some(3));
    /// assert_eq!(enlarged.margin(1), None);
    /// ```
    pub const fn margin(self, factor: usize) -> Option<usize> {
        let Self::Part { first, last, jump } = self else {
            return None;
        };
        if jump.above != 1 || jump.below as usize != factor {
            return None;
        }
        // the outputs of input 0 are those from 0 to `factor − 1`
        let before = first.negated().floor();
        let behind = last
            .plus(Ratio::new(factor as i64 - 1, factor as i64))
            .floor();
        let most = if before > behind { before } else { behind };
        Some(if most > 0 { most as usize } else { 0 })
    }

    fn kernel(self) -> String {
        match self {
            Self::Part { first, last, jump } => {
                let length = last.plus(first.negated());
                // the steps of a transposed window are the fractions that it is counted in
                let steps = length.times(Ratio::of(jump.below));
                (steps.floor() + 1).to_string()
            }
            Self::All => "all".into(),
        }
    }

    fn step(self) -> String {
        match self {
            Self::Part { jump, .. } if jump.below > 1 => format!("↑{}", jump.below),
            Self::Part { jump, .. } if jump.above > 1 => format!("/{}", jump.above),
            _ => String::new(),
        }
    }

    /// The first and the last input that output `o` of a side of `len` inputs depends on; none if it sees padding
    /// alone.
    pub fn of(self, o: usize, len: usize) -> Option<[usize; 2]> {
        let Self::Part { first, last, jump } = self else {
            return len.checked_sub(1).map(|last| [0, last]);
        };
        let moved = jump.times(Ratio::of(o as i64));
        let first = first.plus(moved).negated().floor().saturating_neg().max(0);
        let last = last.plus(moved).floor().min(len as i64 - 1);
        (first <= last).then_some([first as usize, last as usize])
    }
}

impl Field {
    /// Every position is worked out from the same position of the input.
    pub const POINT: Self = Self::new(Reach::POINT, Reach::POINT);
    /// Every position is worked out from all of the input; a vector made of an image sees all of it.
    pub const ALL: Self = Self::new(Reach::All, Reach::All);

    /// A field of these reaches along height and width.
    pub const fn new(height: Reach, width: Reach) -> Self {
        Self { height, width }
    }

    /// A window; every number for height and width. One over a sequence has 1, 1 and 0 for the width. See [`Reach::window`].
    pub const fn window(kernel: [usize; 2], stride: [usize; 2], padding: [usize; 2]) -> Self {
        Self::new(
            Reach::window(kernel[0], stride[0], padding[0]),
            Reach::window(kernel[1], stride[1], padding[1]),
        )
    }

    /// A transposed window. See [`Reach::transposed`].
    pub const fn transposed(kernel: [usize; 2], stride: [usize; 2], padding: [usize; 2]) -> Self {
        Self::new(
            Reach::transposed(kernel[0], stride[0], padding[0]),
            Reach::transposed(kernel[1], stride[1], padding[1]),
        )
    }

    /// What `next` sees through this.
    pub const fn then(self, next: Self) -> Self {
        Self::new(self.height.then(next.height), self.width.then(next.width))
    }

    /// What two ways see together.
    pub const fn or(self, other: Self) -> Self {
        Self::new(self.height.or(other.height), self.width.or(other.width))
    }

    /// The size as tables print it, along the first `axes` of height and width.
    pub(crate) fn along(self, axes: usize) -> String {
        match axes {
            0 => String::new(),
            1 => side(self.height.size()),
            _ => self.to_string(),
        }
    }

    /// As the window of one layer: `3×3 /2` for one of 3×3 that moves by 2, `↑2` for a transposed one.
    pub(crate) fn window_text(self, axes: usize) -> String {
        let reaches = &[self.height, self.width][..axes.clamp(1, 2)];
        let kernels: Vec<String> = reaches.iter().map(|reach| reach.kernel()).collect();
        let mut steps: Vec<String> = reaches.iter().map(|reach| reach.step()).collect();
        steps.dedup();
        match steps.concat().as_str() {
            "" => kernels.join("×"),
            steps => format!("{} {steps}", kernels.join("×")),
        }
    }

    /// How many inputs an output depends on at most, along height and width; none stands for all of them.
    pub const fn size(self) -> [Option<usize>; 2] {
        [self.height.size(), self.width.size()]
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.size() {
            [None, None] => f.write_str("all"),
            [height, width] => write!(f, "{}×{}", side(height), side(width)),
        }
    }
}

fn side(size: Option<usize>) -> String {
    size.map_or("all".into(), |size| size.to_string())
}

/// A fraction in its lowest terms: behind a transposed window, positions lie between those of the input.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Ratio {
    above: i64,
    below: i64,
}

impl Ratio {
    /// A whole number.
    pub const fn of(n: i64) -> Self {
        Self::new(n, 1)
    }

    /// `above / below`, where `below` is positive.
    pub const fn new(above: i64, below: i64) -> Self {
        let (mut a, mut b) = (above.unsigned_abs(), below.unsigned_abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        Self {
            above: above / a as i64,
            below: below / a as i64,
        }
    }

    /// The largest whole number that is not larger.
    pub const fn floor(self) -> i64 {
        self.above.div_euclid(self.below)
    }

    const fn plus(self, other: Self) -> Self {
        Self::new(
            self.above * other.below + other.above * self.below,
            self.below * other.below,
        )
    }

    const fn times(self, other: Self) -> Self {
        Self::new(self.above * other.above, self.below * other.below)
    }

    const fn negated(self) -> Self {
        Self {
            above: -self.above,
            below: self.below,
        }
    }

    const fn min(self, other: Self) -> Self {
        if self.above * other.below <= other.above * self.below {
            self
        } else {
            other
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.below {
            1 => write!(f, "{}", self.above),
            below => write!(f, "{}/{below}", self.above),
        }
    }
}
