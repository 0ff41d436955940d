//! The one schedule that looks at what came of it.

/// What counts as a gain.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Gain {
    /// A number smaller than `best − threshold·|best|`, for a loss.
    Smaller(f64),
    /// A number larger than `best + threshold·|best|`, for an accuracy.
    Larger(f64),
    /// A number smaller than `best − threshold`.
    SmallerBy(f64),
    /// A number larger than `best + threshold`.
    LargerBy(f64),
}

impl Gain {
    /// Whether `new` is a gain over `best`. NaN is none; anything is one over NaN.
    pub fn over(self, new: f64, best: f64) -> bool {
        if best.is_nan() || new.is_nan() {
            return !new.is_nan();
        }
        match self {
            Self::Smaller(threshold) => new < best - threshold * best.abs(),
            Self::Larger(threshold) => new > best + threshold * best.abs(),
            Self::SmallerBy(threshold) => new < best - threshold,
            Self::LargerBy(threshold) => new > best + threshold,
        }
    }
}

/// Makes the rate smaller when a number, asked for once an epoch, has not gained for a while.
///
/// ```
/// use optim::schedule::OnPlateau;
/// let mut plateau = OnPlateau { patience: 1, ..OnPlateau::new(0.5) };
/// let losses = [3.0, 2.0, 2.0, 2.0, 1.0];
/// let mut rate = 0.8;
/// let rates = losses.map(|loss| { rate = plateau.next(rate, loss); rate });
/// assert_eq!(rates, [0.8, 0.8, 0.8, 0.4, 0.4]);
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct OnPlateau {
    /// what the rate is multiplied by
    pub factor: f64,
    /// how many epochs in a row may bring no gain
    pub patience: usize,
    /// what counts as a gain
    pub gain: Gain,
    /// for how many epochs after that nothing counts
    pub rest: usize,
    /// the smallest rate
    pub least: f64,
    /// the best number so far, NaN before the first
    pub best: f64,
    /// how many epochs in a row have brought no gain
    pub without: usize,
    /// for how many more epochs nothing counts
    pub resting: usize,
}

impl OnPlateau {
    /// PyTorch's numbers: a loss, ten epochs of patience, a gain of a ten thousandth.
    pub const fn new(factor: f64) -> Self {
        Self {
            factor,
            patience: 10,
            gain: Gain::Smaller(1e-4),
            rest: 0,
            least: 0.0,
            best: f64::NAN,
            without: 0,
            resting: 0,
        }
    }

    /// The rate after an epoch that ran at `rate` and came to `number`.
    pub fn next(&mut self, rate: f64, number: f64) -> f64 {
        if self.gain.over(number, self.best) {
            (self.best, self.without) = (number, 0);
        } else {
            self.without += 1;
        }
        if self.resting > 0 {
            self.resting -= 1;
            self.without = 0;
        }
        if self.without <= self.patience {
            return rate;
        }
        (self.resting, self.without) = (self.rest, 0);
        (rate * self.factor).max(self.least)
    }
}
