//! A whole gradient against differences.

use num_traits::Float;

use super::random::{GOLDEN, SplitMix64, scramble, uniform};
use super::{Branches, Comparison, STEP, five_point_unless_kink};

/// How to check a gradient against differences.
///
/// A short gradient is checked entry by entry. Of a longer one
///
/// * its own direction, where a wrong factor or sign shows at full size,
/// * `draws` random entries, where one wrong rule among many right ones shows,
/// * `draws` random unit directions, where any wrong entry has a part
///
/// are. A draw that steps over a kink is skipped and drawn anew, with a smaller step: an entry of a short gradient
/// cannot be drawn anew, but a smaller step may get it past the kink.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Differences {
    /// Up to this many entries each of them is checked.
    pub every: usize,
    /// Otherwise so many random entries and so many random directions.
    pub draws: usize,
    /// The step of the first attempt.
    pub step: f64,
    /// What the draws depend on: same seed, same draws.
    pub seed: u64,
}

impl Default for Differences {
    fn default() -> Self {
        Self {
            every: 256,
            draws: 32,
            step: STEP,
            seed: 0,
        }
    }
}

/// What [`Differences::compare`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Report {
    /// Gradient against differences. `at` is the entry; from the length of the gradient on, it is a direction.
    pub comparison: Comparison,
    /// How often a step led over a kink and the draw was repeated.
    pub skipped: usize,
    /// Draws given up because each repetition led over a kink too.
    pub missed: usize,
}

impl Report {
    /// Whether something was compared, no error exceeds `tolerance`, and at most one draw was missed for every ten
    /// that were compared: a check that skips everything has checked nothing.
    #[must_use]
    pub fn is_within(&self, tolerance: f64) -> bool {
        self.comparison.is_within(tolerance) && 10 * self.missed <= self.comparison.count
    }
}

impl Differences {
    /// The steps of the attempts at one draw, as parts of the first. Of the last, `2⁻²²`, rounding makes about `1e-9`.
    const SHRINK: [f64; 4] = [1.0, 1.0 / 16.0, 1.0 / 256.0, 1.0 / 4096.0];

    /// Compares `gradient` with differences of `f`.
    ///
    /// `f` is given a [`Displacement`] and returns the value at the displaced point, `x[i] + moved.by(i)` for every
    /// entry `i`, and the branches it took on the way.
    pub fn compare(
        &self,
        gradient: &[f64],
        f: impl FnMut(Displacement<'_>) -> (f64, Branches),
    ) -> Report {
        let mut comparison = Comparison::default();
        let [skipped, missed] = self.each(gradient, f, |at, direction, difference| {
            comparison.add(at, direction.dot(gradient), difference);
        });
        Report {
            comparison,
            skipped,
            missed,
        }
    }

    /// The differences that [`compare`](Self::compare) looks at, to judge more than one derivative by them. `found` is given
    /// the place of each, its direction as a displacement of length 1, and the derivative of `f` in that direction.
    /// Returns how many steps were skipped, and how many draws were missed.
    pub fn each(
        &self,
        gradient: &[f64],
        mut f: impl FnMut(Displacement<'_>) -> (f64, Branches),
        mut found: impl FnMut(usize, Displacement<'_>, f64),
    ) -> [usize; 2] {
        let mut random = SplitMix64(self.seed);
        let [mut skipped, mut missed] = [0; 2];
        let exhaustive = gradient.len() <= self.every;
        let draws = if exhaustive {
            gradient.len()
        } else {
            1 + 2 * self.draws
        };
        for draw in 0..draws {
            let compared = Self::SHRINK.iter().any(|shrink| {
                let direction = match draw {
                    _ if exhaustive => Direction::Entry(draw),
                    0 => Direction::along(gradient),
                    _ if draw <= self.draws => Direction::Entry(random.below(gradient.len())),
                    _ => Direction::random(gradient.len(), random.next()),
                };
                let at = match direction {
                    Direction::Entry(entry) => entry,
                    _ => gradient.len() + draw,
                };
                let moved = |length| Displacement { direction, length };
                let along = |length| f(moved(length));
                let Some(difference) = five_point_unless_kink(along, shrink * self.step) else {
                    skipped += 1;
                    return false;
                };
                found(at, moved(1.0), difference);
                true
            });
            missed += usize::from(!compared);
        }
        [skipped, missed]
    }
}

/// Where a function of many variables is to be evaluated: how far each variable has moved.
#[derive(Clone, Copy, Debug)]
pub struct Displacement<'a> {
    direction: Direction<'a>,
    length: f64,
}

impl Displacement<'_> {
    /// What to add to variable `entry`.
    #[must_use]
    pub fn by(&self, entry: usize) -> f64 {
        self.length * self.direction.at(entry)
    }

    /// The derivative in this direction of a function with `gradient`, times the length.
    #[must_use]
    pub fn dot(&self, gradient: &[f64]) -> f64 {
        let slopes = gradient.iter().enumerate();
        slopes.map(|(entry, slope)| slope * self.by(entry)).sum()
    }
}

/// A unit vector, worked out entry by entry: nothing is stored.
#[derive(Clone, Copy, Debug)]
enum Direction<'a> {
    Entry(usize),
    Along { vector: &'a [f64], scale: f64 },
    Random { seed: u64, scale: f64 },
}

impl<'a> Direction<'a> {
    fn along(vector: &'a [f64]) -> Self {
        Self::Along { vector, scale: 1.0 }.normalised(vector.len())
    }

    /// Uniform in a cube before it is normalised: entries of all sizes, so that errors do not cancel as they would
    /// among equal ones.
    fn random(len: usize, seed: u64) -> Self {
        Self::Random { seed, scale: 1.0 }.normalised(len)
    }

    fn normalised(self, len: usize) -> Self {
        let square: f64 = (0..len).map(|entry| self.at(entry) * self.at(entry)).sum();
        // A vector of zeros has no direction and stays.
        let unit = if square == 0.0 {
            1.0
        } else {
            Float::sqrt(square).recip()
        };
        match self {
            Self::Entry(entry) => Self::Entry(entry),
            Self::Along { vector, .. } => Self::Along {
                vector,
                scale: unit,
            },
            Self::Random { seed, .. } => Self::Random { seed, scale: unit },
        }
    }

    fn at(&self, entry: usize) -> f64 {
        match *self {
            Self::Entry(moved) => f64::from(u8::from(moved == entry)),
            Self::Along { vector, scale } => scale * vector[entry],
            Self::Random { seed, scale } => {
                let bits = scramble(seed.wrapping_add((entry as u64).wrapping_mul(GOLDEN)));
                scale * uniform(bits)
            }
        }
    }
}
