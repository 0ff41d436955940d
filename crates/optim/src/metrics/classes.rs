//! Classes named and missed.

use core::fmt;

use core_tensor::{Scalar, Tensor, Vector};
use nn::Class;

use super::ratio;

/// How often each of `N` classes was taken for each: the confusion matrix, and what follows from it.
///
/// ```
/// use nn::Class;
/// use optim::metrics::Confusion;
///
/// let mut confusion = Confusion::<2>::default();
/// for (actual, predicted) in [(0, 0), (0, 1), (1, 1), (1, 1)] {
///     confusion.add(Class::new(actual), Class::new(predicted));
/// }
/// assert_eq!(confusion.accuracy(), Some(0.75));
/// assert_eq!(confusion.precision(Class::new(1)), Some(2.0 / 3.0));
/// assert_eq!(confusion.recall(Class::new(1)), Some(1.0));
/// assert_eq!(confusion.f1(Class::new(1)), Some(0.8));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Confusion<const N: usize> {
    /// by the class that it is, then by the class that it was taken for
    pub counts: [[u64; N]; N],
}

impl<const N: usize> Default for Confusion<N> {
    fn default() -> Self {
        Self {
            counts: [[0; N]; N],
        }
    }
}

impl<const N: usize> Confusion<N> {
    /// Counts a sample.
    pub fn add(&mut self, actual: Class<N>, predicted: Class<N>) {
        self.counts[actual.index()][predicted.index()] += 1;
    }

    /// Counts a sample that is taken for the class of its largest output.
    pub fn add_output<T: Scalar>(&mut self, actual: Class<N>, y: &Tensor<Vector<N>, T>) {
        self.counts[actual.index()][y.argmax()] += 1;
    }

    /// The share of samples taken for what they are.
    pub fn accuracy(&self) -> Option<f64> {
        let right = (0..N).map(|i| self.counts[i][i]).sum();
        ratio(right, self.counts.iter().flatten().sum())
    }

    /// Of what was taken for the class, the share that is of it; `None` if nothing was.
    pub fn precision(&self, class: Class<N>) -> Option<f64> {
        let i = class.index();
        ratio(
            self.counts[i][i],
            self.counts.iter().map(|row| row[i]).sum(),
        )
    }

    /// Of what is of the class, the share that was taken for it; `None` if nothing is.
    pub fn recall(&self, class: Class<N>) -> Option<f64> {
        let i = class.index();
        ratio(self.counts[i][i], self.counts[i].iter().sum())
    }

    /// The harmonic mean of precision and recall, `2·TP / (2·TP + FP + FN)`; `None` if the class neither is nor was named.
    pub fn f1(&self, class: Class<N>) -> Option<f64> {
        let i = class.index();
        let named: u64 = self.counts.iter().map(|row| row[i]).sum();
        let there: u64 = self.counts[i].iter().sum();
        ratio(2 * self.counts[i][i], named + there)
    }

    /// The mean of all classes' F1, those without one left out.
    pub fn macro_f1(&self) -> Option<f64> {
        let all: Vec<f64> = (0..N).filter_map(|i| self.f1(Class::new(i))).collect();
        (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
    }
}

/// A row for each class that is, a column for each that it was taken for.
impl<const N: usize> fmt::Display for Confusion<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = self.counts.iter().flatten().max().copied().unwrap_or(0);
        let width = most.to_string().len().max(N.to_string().len());
        write!(f, "{:>width$} |", "")?;
        (0..N).try_for_each(|j| write!(f, " {j:>width$}"))?;
        for (i, row) in self.counts.iter().enumerate() {
            write!(f, "\n{i:>width$} |")?;
            row.iter()
                .try_for_each(|count| write!(f, " {count:>width$}"))?;
        }
        Ok(())
    }
}

/// How often the class was among the `K` largest outputs; of equal ones the first counts as larger.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct TopK<const K: usize> {
    /// how often it was
    pub hits: u64,
    /// how many samples there were
    pub samples: u64,
}

impl<const K: usize> TopK<K> {
    /// Counts a sample.
    pub fn add<const N: usize, T: Scalar>(&mut self, actual: Class<N>, y: &Tensor<Vector<N>, T>) {
        let (i, y) = (actual.index(), y.as_slice());
        let before = |&(j, &other): &(usize, &T)| other > y[i] || other == y[i] && j < i;
        // an output that is not a number is among none
        let larger = y.iter().enumerate().filter(before).count();
        self.hits += u64::from(larger < K && !y[i].is_nan());
        self.samples += 1;
    }

    /// The share of samples.
    pub fn accuracy(&self) -> Option<f64> {
        ratio(self.hits, self.samples)
    }
}
