//! The loss of a network that says whether there is an object, and where.

use core_tensor::{Real, Scalar, Tensor, Vector, mutant};

use crate::Loss;

/// Where an object is, in shares of the image's sides: its centre from the upper left corner, and its own sides. It may reach past the
/// border.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Object {
    /// of the centre, to the right
    pub x: f64,
    /// of the centre, downwards
    pub y: f64,
    /// above 0
    pub width: f64,
    /// above 0
    pub height: f64,
}

impl Object {
    /// The object, if it counts: one whose centre lies outside of the image does not.
    pub fn inside(self) -> Option<Self> {
        let within = |share: f64| (0.0..=1.0).contains(&share);
        (within(self.x) && within(self.y)).then_some(self)
    }

    /// What five outputs say: how likely there is an object, and where: `p = σ(y₀)`, centre `σ(y₁), σ(y₂)`, sides `exp(y₃), exp(y₄)`.
    ///
    /// ```
    /// use core_tensor::Tensor;
    /// use nn::Object;
    /// let (p, object) = Object::read(&Tensor::new([0.0, 0.0, 0.0, 0.5_f64.ln(), 0.0]));
    /// assert_eq!((p, object.x, object.height), (0.5, 0.5, 1.0));
    /// assert!((object.width - 0.5).abs() < 1e-15);
    /// ```
    pub fn read<T: Scalar>(y: &Tensor<Vector<5>, T>) -> (f64, Self) {
        let y = y.array().map(|y| y.to_f64().unwrap_or(f64::NAN));
        let object = Self {
            x: y[1].sigmoid(),
            y: y[2].sigmoid(),
            width: y[3].exp(),
            height: y[4].exp(),
        };
        (y[0].sigmoid(), object)
    }
}

/// The loss of a detector of at most one object, by five outputs: binary cross-entropy for its presence `p = σ(y₀)` and its centre
/// `σ(y₁), σ(y₂)`, squared errors of the logarithms of its sides `exp(y₃), exp(y₄)`, so that an error of 10 % costs the same at every size:
/// `BCE(y₀, p) + p·(BCE(y₁, x) + BCE(y₂, y) + (y₃ − ln w)² + (y₄ − ln h)²)` with `BCE(y, t) = ln(1 + e^y) − t·y`. Where there is no object,
/// only its absence counts. An output names its class if it is right about the presence.
///
/// # Shapes
/// `Vector<5>` against `Option<Object>`; see [`Object::inside`].
///
/// # Gradient
/// `(σ(y₀) − p, p·(σ(y₁) − x), p·(σ(y₂) − y), 2p·(y₃ − ln w), 2p·(y₄ − ln h))`
///
/// ```
/// use core_tensor::Tensor;
/// use nn::{DetectionLoss, Loss, Object};
///
/// let y = Tensor::<_, f64>::zeros();
/// let object = Object { x: 0.25, y: 0.5, width: 1.0, height: 1.0 }.inside();
/// let mut dy = Tensor::zeros();
/// assert!((DetectionLoss.sample(&y, &object, &mut dy) - 3.0 * 2_f64.ln()).abs() < 1e-15);
/// assert_eq!(dy, Tensor::new([-0.5, 0.25, 0.0, 0.0, 0.0]));
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct DetectionLoss;

impl<T: Scalar> Loss<Vector<5>, T> for DetectionLoss {
    type Target = Option<Object>;

    fn sample(
        &self,
        y: &Tensor<Vector<5>, T>,
        target: &Option<Object>,
        dy: &mut Tensor<Vector<5>, T>,
    ) -> T {
        let y = y.array();
        let mut entropy = |i: usize, t: f64| {
            let t = T::of(t);
            dy[[i]] = mutant::slope("DetectionLoss entropy", y[i].sigmoid() - t);
            y[i].softplus() - t * y[i]
        };
        let Some(object) = target else {
            let loss = entropy(0, 0.0);
            dy.as_mut_slice()[1..].fill(T::zero());
            return loss;
        };
        let mut loss = entropy(0, 1.0) + entropy(1, object.x) + entropy(2, object.y);
        for (i, side) in [(3, object.width), (4, object.height)] {
            let error = y[i] - T::of(side.ln());
            dy[[i]] = mutant::slope("DetectionLoss sides", error + error);
            loss += error * error;
        }
        loss
    }

    fn hit(&self, y: &Tensor<Vector<5>, T>, target: &Option<Object>) -> Option<bool> {
        Some((y[[0]] > T::zero()) == target.is_some())
    }
}
