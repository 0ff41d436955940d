//! Losses of networks with several outputs.

use core_tensor::{Pair, Scalar, Shape, Tensor, mutant};

use crate::Loss;

/// A loss for each of two outputs, weighted and added: `w₁·A(y₁, t₁) + w₂·B(y₂, t₂)`. More outputs are pairs of pairs. What it counts as
/// hits are those of the first loss that knows classes.
///
/// # Shapes
/// `Pair<Y1, Y2>` against the targets of both, `(A::Target, B::Target)`.
///
/// # Gradient
/// `(w₁·dA, w₂·dB)`
///
/// ```
/// use core_tensor::{Pair, Tensor, Vector};
/// use nn::{Class, CrossEntropy, HalfSquaredError, Loss, Weighted};
///
/// // what it is, and where
/// let loss = Weighted { losses: (CrossEntropy, HalfSquaredError), weights: [1.0, 10.0] };
/// let y: Tensor<Pair<Vector<3>, Vector<2>>> = (Tensor::zeros(), Tensor::new([1.0, 2.0])).into();
/// let mut dy = Tensor::zeros();
/// let value = loss.sample(&y, &(Class::new(1), Tensor::new([1.0, 4.0])), &mut dy);
/// assert_eq!(value, 3_f32.ln() + 10.0);
/// assert_eq!(dy.parts().1, &Tensor::new([0.0, -10.0]));
/// ```
///
/// Caruana: Multitask learning (1997).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Weighted<A, B> {
    /// one for each output
    pub losses: (A, B),
    /// how much each counts
    pub weights: [f64; 2],
}

/// The loss of a network with an [auxiliary head](crate::Aux), towards one target: `main(y₁, t) + w·head(y₂, t)`. For a second head, `main`
/// is one of these itself. Hits are those of the main output.
///
/// # Shapes
/// `Pair<Y1, Y2>` against the target that both losses share.
///
/// # Gradient
/// `(dmain, w·dhead)`
///
/// Szegedy et al.: Going deeper with convolutions (2014), with two heads that count 0.3 each.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Auxiliary<Main, Head> {
    /// the loss of the output that counts
    pub main: Main,
    /// the loss of the head's output
    pub head: Head,
    /// `w`, how much the head counts: 0.3 in the paper
    pub weight: f64,
}

impl<Y: Shape, Z: Shape, T: Scalar, A: Loss<Y, T>, B: Loss<Z, T>> Loss<Pair<Y, Z>, T>
    for Weighted<A, B>
{
    type Target = (A::Target, B::Target);

    fn sample(
        &self,
        y: &Tensor<Pair<Y, Z>, T>,
        target: &Self::Target,
        dy: &mut Tensor<Pair<Y, Z>, T>,
    ) -> T {
        let (y, dy) = (y.parts(), dy.parts_mut());
        let weights = self.weights.map(T::of);
        let a = self.losses.0.sample(y.0, &target.0, dy.0);
        scale(mutant::slope("Weighted first", weights[0]), dy.0);
        let b = self.losses.1.sample(y.1, &target.1, dy.1);
        scale(mutant::slope("Weighted second", weights[1]), dy.1);
        weights[0] * a + weights[1] * b
    }

    fn hit(&self, y: &Tensor<Pair<Y, Z>, T>, target: &Self::Target) -> Option<bool> {
        let (a, b) = y.parts();
        let second = || self.losses.1.hit(b, &target.1);
        self.losses.0.hit(a, &target.0).or_else(second)
    }
}

impl<Y: Shape, Z: Shape, T: Scalar, A, B> Loss<Pair<Y, Z>, T> for Auxiliary<A, B>
where
    A: Loss<Y, T>,
    B: Loss<Z, T, Target = A::Target>,
{
    type Target = A::Target;

    fn sample(
        &self,
        y: &Tensor<Pair<Y, Z>, T>,
        target: &A::Target,
        dy: &mut Tensor<Pair<Y, Z>, T>,
    ) -> T {
        let (y, dy) = (y.parts(), dy.parts_mut());
        let weight = T::of(self.weight);
        let main = self.main.sample(y.0, target, dy.0);
        let head = self.head.sample(y.1, target, dy.1);
        scale(mutant::slope("Auxiliary head", weight), dy.1);
        main + weight * head
    }

    fn hit(&self, y: &Tensor<Pair<Y, Z>, T>, target: &A::Target) -> Option<bool> {
        self.main.hit(y.parts().0, target)
    }
}

fn scale<S: Shape, T: Scalar>(by: T, dy: &mut Tensor<S, T>) {
    dy.as_mut_slice().iter_mut().for_each(|d| *d *= by);
}
