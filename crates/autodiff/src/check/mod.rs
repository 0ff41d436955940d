//! Derivatives from differences: the judge that knows none of the rules.
//!
//! * [`five_point`], [`five_point_unless_kink`]: one derivative from function values
//! * [`Comparison`], [`relative_error`]: how far two lists of numbers are apart
//! * [`Differences`]: a whole gradient of a function of many variables
//! * [`Branches`]: a fingerprint of the branches a function took, by which a step over a kink is found out
//!
//! A rule is right if it agrees with differences of a smooth `f64` function to about `1e-8`; where the function has
//! values and derivatives around 1, [`five_point`] itself is good to about `1e-12`.
//!
//! ```
//! use autodiff::check::{Branches, Differences};
//!
//! // f(x) = Σ xᵢ³ has the gradient 3·xᵢ²
//! let x = [0.5, -1.0, 2.0];
//! let gradient = x.map(|x| 3.0 * x * x);
//! let report = Differences::default().compare(&gradient, |moved| {
//!     let value = (0..3).map(|i| (x[i] + moved.by(i)).powi(3)).sum();
//!     (value, Branches::default())
//! });
//! assert!(report.is_within(1e-10), "{report:?}");
//! assert_eq!(report.comparison.count, 3);
//! ```

mod gradient;
mod random;

pub use gradient::{Differences, Displacement, Report};

use random::{GOLDEN, scramble};

/// The step of a difference, `2⁻¹⁰`: the power of two next to `ε^(1/5)`.
///
/// The error of [`five_point`] is `h⁴·f⁽⁵⁾/30` from the formula and about `ε·f/h` from rounding; their sum is least
/// near `h = ε^(1/5)`, times the length over which `f` changes (multiply by it where it is far from 1). A power of
/// two keeps `x ± h` from rounding.
pub const STEP: f64 = 1.0 / 1024.0;

/// The derivative of `f` at 0 from four values: `(f(−2h) − 8f(−h) + 8f(h) − f(2h)) / 12h`.
///
/// Exact for polynomials up to the fourth degree, but for rounding.
///
/// ```
/// use autodiff::check::{STEP, five_point};
///
/// let slope = five_point(|t| (1.0 + t).ln(), STEP);
/// assert!((slope - 1.0).abs() < 1e-11);
/// ```
///
/// Source: Abramowitz and Stegun, *Handbook of Mathematical Functions* (1964), 25.3.6.
pub fn five_point(mut f: impl FnMut(f64) -> f64, step: f64) -> f64 {
    let mut rise = |h: f64| f(h) - f(-h);
    (8.0 * rise(step) - rise(2.0 * step)) / (12.0 * step)
}

/// [`five_point`] of a function with kinks: `None` if a value it needs lies on another branch than `f(0)`.
///
/// ```
/// use autodiff::check::{Branches, STEP, five_point_unless_kink};
///
/// let relu = |x: f64| (x.max(0.0), Branches::default().then(x > 0.0));
/// assert_eq!(five_point_unless_kink(|t| relu(0.5 + t), STEP), Some(1.0));
/// assert_eq!(five_point_unless_kink(|t| relu(STEP + t), STEP), None);
/// ```
pub fn five_point_unless_kink(mut f: impl FnMut(f64) -> (f64, Branches), step: f64) -> Option<f64> {
    let (_, here) = f(0.0);
    let mut crossed = false;
    let slope = five_point(
        |t| {
            let (value, branches) = f(t);
            crossed |= branches != here;
            value
        },
        step,
    );
    (!crossed).then_some(slope)
}

/// A fingerprint of the branches a function took: which units were on, which entry was the greatest.
///
/// Functions without branches return `Branches::default()`. Two different ways are told apart but for one case in
/// `2⁶⁴`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Branches(pub u64);

impl Branches {
    /// The way so far, and then `branch`: a `bool`, an index.
    #[must_use]
    pub fn then(self, branch: impl Into<u64>) -> Self {
        Self(scramble(
            self.0.wrapping_add(GOLDEN).wrapping_add(branch.into()),
        ))
    }
}

/// `|a − b| / max(1, |a|, |b|)`: relative where numbers are large, absolute where they are small.
///
/// Equal infinities have no error. A NaN on either side, or one infinity, is an infinite error: it must never pass
/// because a comparison with NaN is false.
///
/// ```
/// use autodiff::check::relative_error;
///
/// assert_eq!(relative_error(200.0, 100.0), 0.5);
/// assert_eq!(relative_error(0.2, 0.1), 0.1);
/// assert_eq!(relative_error(f64::NAN, f64::NAN), f64::INFINITY);
/// ```
#[must_use]
pub fn relative_error(a: f64, b: f64) -> f64 {
    if a == b {
        return 0.0;
    }
    // Halves, or the difference of two large numbers would overflow.
    let error = 2.0 * ((a / 2.0 - b / 2.0).abs() / 1f64.max(a.abs()).max(b.abs()));
    if error.is_nan() { f64::INFINITY } else { error }
}

/// The worst [`relative_error`] among pairs of numbers, where it is, and how many pairs there were.
///
/// The scale of an error is that of its own pair. A scale that grows with the number of entries, such as the norm of a
/// whole gradient or a tolerance times its length, lets one wrong entry among a million pass: this is how PyTorch
/// overlooked a gradient that was wrong altogether (#59615).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The greatest relative error.
    pub worst: f64,
    /// The place of the pair that has it.
    pub at: usize,
    /// The number of pairs compared.
    pub count: usize,
}

impl Comparison {
    /// Compares two lists entry by entry; a missing entry counts as NaN.
    ///
    /// ```
    /// use autodiff::check::Comparison;
    ///
    /// let comparison = Comparison::of([1.0, 2.0, 4.0], [1.0, 3.0, 4.0]);
    /// assert_eq!(comparison, Comparison { worst: 1.0 / 3.0, at: 1, count: 3 });
    /// ```
    #[must_use]
    pub fn of(a: impl IntoIterator<Item = f64>, b: impl IntoIterator<Item = f64>) -> Self {
        let (mut a, mut b) = (a.into_iter(), b.into_iter());
        let mut comparison = Self::default();
        loop {
            match (a.next(), b.next()) {
                (None, None) => return comparison,
                (a, b) => comparison.add(
                    comparison.count,
                    a.unwrap_or(f64::NAN),
                    b.unwrap_or(f64::NAN),
                ),
            }
        }
    }

    /// Adds the pair `a`, `b` that stands at `at`.
    pub fn add(&mut self, at: usize, a: f64, b: f64) {
        let error = relative_error(a, b);
        if error > self.worst {
            (self.worst, self.at) = (error, at);
        }
        self.count += 1;
    }

    /// Whether something was compared, and no error exceeds `tolerance`.
    #[must_use]
    pub fn is_within(&self, tolerance: f64) -> bool {
        self.count > 0 && self.worst <= tolerance
    }
}
