//! Weights kept aside: averages over the steps, and copies to come back to.

use core_tensor::{Leaf, Params, Path, Scalar, Zeroed};

/// How weights are averaged.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Averaging {
    /// `a ← δ·a + (1 − δ)·θ`, beginning with the first weights seen: an exponential moving average (EMA) with the decay δ.
    Exponential(f64),
    /// The mean of all weights seen: stochastic weight averaging (SWA).
    Mean,
}

/// An average of a network's weights over steps, running statistics included; what is frozen needs none.
///
/// Polyak, Juditsky: Acceleration of stochastic approximation by averaging (1992); Izmailov et al.: Averaging weights leads to wider optima
/// and better generalization (2018).
///
/// ```
/// use core_tensor::Zeroed;
/// use nn::Linear;
/// use optim::{Average, Averaging};
///
/// let mut layer = Linear::<1, 1>::boxed();
/// let mut average = Average::new(Averaging::Mean);
/// for weight in [1.0, 2.0, 6.0] {
///     layer.weight[[0, 0]] = weight;
///     average.update(&mut *layer);
/// }
/// average.swap(&mut *layer); // to evaluate
/// assert_eq!(layer.weight[[0, 0]], 3.0);
/// average.swap(&mut *layer); // to go on
/// assert_eq!(layer.weight[[0, 0]], 6.0);
/// ```
pub struct Average<G> {
    /// the average, of the gradient's type
    pub value: Box<G>,
    /// how it is taken
    pub how: Averaging,
    /// how many weights it was taken of
    pub count: u64,
}

impl<G: Zeroed> Average<G> {
    /// The average of nothing yet.
    pub fn new(how: Averaging) -> Self {
        Self {
            value: G::boxed(),
            how,
            count: 0,
        }
    }

    /// Takes in the weights as they are.
    pub fn update<T: Scalar, P: Params<T, Grad = G>>(&mut self, net: &mut P) {
        self.count += 1;
        let share = T::of(match self.how {
            _ if self.count == 1 => 1.0,
            Averaging::Exponential(decay) => 1.0 - decay,
            Averaging::Mean => 1.0 / self.count as f64,
        });
        beside(net, &mut self.value, |w, a| {
            T::vectorize(
                #[inline(always)]
                || {
                    for (a, &w) in a.iter_mut().zip(&*w) {
                        *a = (*a + share * (w - *a)).flush();
                    }
                },
            );
        });
    }

    /// Exchanges the weights with their average; a second time brings them back.
    pub fn swap<T: Scalar, P: Params<T, Grad = G>>(&mut self, net: &mut P) {
        beside(net, &mut self.value, |w, a| w.swap_with_slice(a));
    }
}

/// A copy of a network's weights and running statistics, to come back to; what is frozen needs none.
pub struct Snapshot<G>(pub(crate) Box<G>);

impl<G: Zeroed> Snapshot<G> {
    /// A copy of the weights as they are.
    pub fn of<T: Scalar, P: Params<T, Grad = G>>(net: &mut P) -> Self {
        let mut snapshot = Self(G::boxed());
        snapshot.take(net);
        snapshot
    }

    /// Copies the weights as they are now. Allocates nothing.
    pub fn take<T: Scalar, P: Params<T, Grad = G>>(&mut self, net: &mut P) {
        beside(net, &mut self.0, |w, kept| kept.copy_from_slice(w));
    }

    /// Brings the weights back.
    pub fn restore<T: Scalar, P: Params<T, Grad = G>>(&mut self, net: &mut P) {
        beside(net, &mut self.0, |w, kept| w.copy_from_slice(kept));
    }
}

fn beside<T: Scalar, P: Params<T>>(
    net: &mut P,
    value: &mut P::Grad,
    mut visit: impl FnMut(&mut [T], &mut [T]),
) {
    let mut each = |_: Leaf<'_>, weight: &mut [T], [value]: [&mut [T]; 1]| visit(weight, value);
    net.visit([value], &Path::Root, &mut each);
}
