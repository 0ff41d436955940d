//! Numbers hit and missed.

/// The errors of a regression.
///
/// ```
/// use optim::metrics::Errors;
/// let mut errors = Errors::default();
/// for (y, target) in [(2.0, 1.0), (2.0, 2.0), (2.0, 3.0)] {
///     errors.add(y, target);
/// }
/// assert_eq!(errors.mae(), Some(2.0 / 3.0));
/// assert_eq!(errors.r2(), Some(0.0)); // as good as the mean
/// ```
#[derive(Clone, Copy, PartialEq, Default, Debug)]
pub struct Errors {
    count: u64,
    absolute: f64,
    squared: f64,
    mean: f64,
    spread: f64,
}

impl Errors {
    /// Counts a number beside what it should be.
    pub fn add(&mut self, y: f64, target: f64) {
        self.count += 1;
        self.absolute += (y - target).abs();
        self.squared += (y - target).powi(2);
        // Welford's: Σ (t − mean)² without large sums
        let before = target - self.mean;
        self.mean += before / self.count as f64;
        self.spread += before * (target - self.mean);
    }

    fn per(&self, sum: f64) -> Option<f64> {
        (self.count > 0).then(|| sum / self.count as f64)
    }

    /// The mean absolute error.
    pub fn mae(&self) -> Option<f64> {
        self.per(self.absolute)
    }

    /// The mean squared error.
    pub fn mse(&self) -> Option<f64> {
        self.per(self.squared)
    }

    /// `R² = 1 − Σ (y − t)² / Σ (t − t̄)²`: the share of the spread that is explained; `None` where the targets do not differ.
    pub fn r2(&self) -> Option<f64> {
        (self.spread > 0.0).then(|| 1.0 - self.squared / self.spread)
    }
}
