//! What looks on while a batch passes through a network: each layer's outputs forward, the gradients it hands down backward.

use core::fmt;

use core_tensor::kernel::Start;
use core_tensor::{Batch, BatchMut, Scalar, Shape, Tensor};

use crate::{Layer, Pass};

/// Which part of a layer made of layers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// The field of this name.
    Field(&'static str),
    /// The member of this number.
    Index(usize),
    /// None of its own: its members are numbered on from here, beside the members of what it stands in.
    From(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => f.write_str(name),
            Self::Index(index) => write!(f, "{index}"),
            Self::From(_) => Ok(()),
        }
    }
}

/// Is told of every part that a batch passes: [`Pass::probe`]. A part is entered, then its numbers are shown, then it is left; parts have
/// parts, so the places that were entered and not left are the name of a part.
///
/// ```
/// use std::cell::RefCell;
/// use core_tensor::{Tensor, Vector};
/// use nn::{Layer, Linear, Network, Pass, Place, Probe, Relu};
///
/// #[derive(Debug, Default)]
/// struct Largest(RefCell<Vec<(&'static str, f32)>>);
/// impl Probe<f32> for Largest {
///     fn output(&self, layer: &'static str, y: &[f32]) {
///         self.0.borrow_mut().push((layer, y.iter().copied().fold(f32::MIN, f32::max)));
///     }
/// }
///
/// let mut net = Network::<Vector<1>, (Linear<1, 2>, Relu)>::new(1);
/// net.layers.0.bias = Tensor::new([-3.0, -4.0]);
/// let largest = Largest::default();
/// let (layers, room) = net.parts();
/// layers.forward(&[Tensor::zeros()], &mut Pass { probe: Some(&largest), ..Pass::infer(room) });
/// assert_eq!(*largest.0.borrow(), [("Linear", -3.0), ("Relu", 0.0)]);
/// ```
pub trait Probe<T>: fmt::Debug {
    /// A part begins, forward or backward.
    fn enter(&self, place: Place) {
        let _ = place;
    }

    /// The part entered last has this name in the place of its own; an empty one leaves its place out: [`Named`](crate::Named).
    fn rename(&self, name: &'static str) {
        let _ = name;
    }

    /// The part entered last has no place of its own, and its members are numbered from `first` on: [`Numbered`](crate::Numbered).
    fn number(&self, first: usize) {
        let _ = first;
    }

    /// The outputs of the part entered last, of all samples, and the name of its type.
    fn output(&self, layer: &'static str, y: &[T]) {
        let _ = (layer, y);
    }

    /// The gradient by the inputs of the part entered last.
    fn slope(&self, layer: &'static str, dx: &[T]) {
        let _ = (layer, dx);
    }

    /// The part entered last ends.
    fn leave(&self) {}
}

/// How a layer made of layers passes a batch through one of them: as its own `forward` and `backward`, in sight of the [`Probe`] if there
/// is one. Where there is none, that costs a comparison.
impl<'a, T: Scalar> Pass<'a, T> {
    /// Forward through a part.
    #[inline(always)]
    pub fn through<X: Shape, L: Layer<X, T>>(
        &mut self,
        place: Place,
        layer: &L,
        x: Batch<'a, X, T>,
    ) -> (Batch<'a, L::Y, T>, L::Saved<'a>) {
        if let Some(probe) = self.probe {
            probe.enter(place);
        }
        let (y, saved) = layer.forward(x, self);
        if let Some(probe) = self.probe {
            probe.output(L::NAME, Tensor::flat(y));
            probe.leave();
        }
        (y, saved)
    }

    /// Forward through a part whose outputs are terms of a sum; the probe is shown the sum.
    #[inline(always)]
    pub fn through_onto<X: Shape, L: Layer<X, T>>(
        &mut self,
        place: Place,
        layer: &L,
        x: Batch<'a, X, T>,
        start: Start<'_, T>,
        sum: &mut [Tensor<L::Y, T>],
    ) -> L::Saved<'a> {
        if let Some(probe) = self.probe {
            probe.enter(place);
        }
        let saved = layer.forward_onto(x, start, sum, self);
        if let Some(probe) = self.probe {
            probe.output(L::NAME, Tensor::flat(sum));
            probe.leave();
        }
        saved
    }

    /// Back through a part.
    #[inline(always)]
    pub fn back<X: Shape, L: Layer<X, T>>(
        &mut self,
        place: Place,
        layer: &L,
        saved: L::Saved<'_>,
        dy: BatchMut<'a, L::Y, T>,
        grad: Option<&mut L::Grad>,
    ) -> BatchMut<'a, X, T> {
        if let Some(probe) = self.probe {
            probe.enter(place);
        }
        let dx = layer.backward(saved, dy, grad, self);
        if let Some(probe) = self.probe {
            probe.slope(L::NAME, Tensor::flat(dx));
            probe.leave();
        }
        dx
    }

    /// Back through the first part that learns.
    #[inline(always)]
    pub fn back_first<X: Shape, L: Layer<X, T>>(
        &mut self,
        place: Place,
        layer: &L,
        saved: L::Saved<'_>,
        dy: BatchMut<'a, L::Y, T>,
        grad: Option<&mut L::Grad>,
    ) {
        if let Some(probe) = self.probe {
            probe.enter(place);
        }
        layer.backward_first(saved, dy, grad, self);
        if let Some(probe) = self.probe {
            probe.leave();
        }
    }
}
