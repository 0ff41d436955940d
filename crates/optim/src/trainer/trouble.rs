//! What is said when a loss or a gradient is not finite.

use core::fmt;

use core_tensor::{Leaf, Params, Path, Scalar};
use nn::Score;

use crate::clip::squares;

/// A step that was not taken, since its loss or a gradient was not finite. The weights are those of the step before.
#[derive(Clone, PartialEq, Debug)]
pub struct NonFinite {
    /// which step, counted from 1
    pub step: usize,
    /// its loss
    pub loss: f64,
    /// the first tensor with a weight that is not finite: the step before was too long
    pub weight: Option<String>,
    /// the first tensor whose gradient is not finite
    pub gradient: Option<String>,
    /// the length of each tensor's gradient
    pub norms: Vec<(String, f64)>,
}

impl NonFinite {
    /// What is wrong with a step, if anything is. Allocates nothing where nothing is.
    pub(super) fn find<T: Scalar, P: Params<T>>(
        net: &mut P,
        grad: &mut P::Grad,
        score: &Score<T>,
        step: usize,
    ) -> Option<Self> {
        let mut sound = score.loss.is_finite();
        let mut check = |leaf: Leaf<'_>, _: &mut [T], [g]: [&mut [T]; 1]| {
            sound &= !leaf.role.learns() || finite(g);
        };
        net.visit([&mut *grad], &Path::Root, &mut check);
        if sound {
            return None;
        }
        let mut found = Self {
            step,
            loss: score.loss.to_f64().unwrap_or(f64::NAN),
            weight: None,
            gradient: None,
            norms: Vec::new(),
        };
        let mut look = |leaf: Leaf<'_>, weight: &mut [T], [g]: [&mut [T]; 1]| {
            let name = || leaf.path.to_string();
            if !finite(weight) {
                found.weight.get_or_insert_with(name);
            }
            if leaf.role.learns() {
                if !finite(g) {
                    found.gradient.get_or_insert_with(name);
                }
                found.norms.push((name(), squares(g).sqrt()));
            }
        };
        net.visit([grad], &Path::Root, &mut look);
        Some(found)
    }
}

/// Whether all are finite, in as many sums as become vectors: `0·x` is 0 of what is finite, and NaN of all else.
fn finite<T: Scalar>(x: &[T]) -> bool {
    let zero = T::zero();
    let mut sums = [zero; 16];
    T::vectorize(
        #[inline(always)]
        || {
            let (blocks, rest) = x.as_chunks::<16>();
            for block in blocks {
                for (sum, &x) in sums.iter_mut().zip(block) {
                    *sum += x * zero;
                }
            }
            for (sum, &x) in sums.iter_mut().zip(rest) {
                *sum += x * zero;
            }
        },
    );
    sums.iter().all(|sum| !sum.is_nan())
}

impl fmt::Display for NonFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "step {} was not taken: its loss is {}",
            self.step, self.loss
        )?;
        match (&self.weight, &self.gradient) {
            (Some(name), _) => write!(f, ", weights of {name} are not finite")?,
            (None, Some(name)) => write!(f, ", the gradient of {name} is not finite")?,
            (None, None) => {}
        }
        let largest = self.norms.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((name, norm)) = largest {
            write!(f, "; the longest gradient is that of {name}, {norm:.3e}")?;
        }
        write!(f, "; try a smaller rate, clipping, or look at the data")
    }
}

impl core::error::Error for NonFinite {}
