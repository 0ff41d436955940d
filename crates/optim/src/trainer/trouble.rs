//! What is said when a loss or a gradient is not finite, and where it began.

use core::fmt;
use std::cell::RefCell;

use core_tensor::{Batch, Leaf, Params, Path, Scalar, Shape, Tensor};
use nn::{Layer, Loss, Pass, Place, Probe, Score};

use crate::Targets;
use crate::clip::squares;

/// A step that was not taken, since its loss or a gradient was not finite. The weights are those of the step before.
#[derive(Clone, PartialEq, Debug)]
pub struct NonFinite {
    /// which step, counted from 1
    pub step: usize,
    /// its loss
    pub loss: f64,
    /// where in the batch the first sample stands that is not finite itself: the data are wrong
    pub sample: Option<usize>,
    /// the first tensor with a weight that is not finite: the step before was too long
    pub weight: Option<String>,
    /// the first layer, from the input on, whose output is not finite: its name, and the name of its type behind it
    pub output: Option<String>,
    /// the first layer, from the loss back, whose gradient by its input is not finite, where all outputs are
    pub slope: Option<String>,
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
        (!sound).then(|| Self::of(net, grad, score, step))
    }

    /// What the tensors of a network and its gradient tell.
    #[cold]
    fn of<T: Scalar, P: Params<T>>(
        net: &mut P,
        grad: &mut P::Grad,
        score: &Score<T>,
        step: usize,
    ) -> Self {
        let mut found = Self {
            step,
            loss: score.loss.to_f64().unwrap_or(f64::NAN),
            sample: None,
            weight: None,
            output: None,
            slope: None,
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
        found
    }

    /// Runs the batch once more, layer by layer, to see where it began. The gradient is overwritten.
    #[cold]
    pub(super) fn trace<X: Shape, T: Scalar, L: Layer<X, T>, Q: Loss<L::Y, T>>(
        &mut self,
        (layers, loss): (&L, &Q),
        x: Batch<'_, X, T>,
        targets: Targets<'_, Q::Target>,
        grad: &mut L::Grad,
        (room, key): (&mut [T], u64),
    ) {
        self.sample = x.iter().position(|x| !finite(x.as_slice()));
        let trace = Trace::default();
        let mut pass = Pass {
            probe: Some(&trace),
            ..Pass::train(room, key)
        };
        let (y, saved) = layers.forward(x, &mut pass);
        Probe::output(&trace, L::NAME, Tensor::flat(y));
        let dy = pass.batch(y.len());
        loss.batch(y, targets, dy);
        if trace.output.borrow().is_none() {
            if !finite(Tensor::flat(dy)) {
                *trace.slope.borrow_mut() = Some("the loss".to_owned());
            }
            layers.backward_first(saved, dy, Some(grad), &mut pass);
        }
        self.output = trace.output.take();
        self.slope = trace.slope.take();
    }
}

/// Notes the first part that shows a number that is not finite.
#[derive(Default, Debug)]
struct Trace {
    path: RefCell<Vec<Place>>,
    output: RefCell<Option<String>>,
    slope: RefCell<Option<String>>,
}

impl Trace {
    fn note<T: Scalar>(&self, layer: &str, numbers: &[T], found: &RefCell<Option<String>>) {
        if found.borrow().is_some() || finite(numbers) {
            return;
        }
        let mut name = String::new();
        for place in &*self.path.borrow() {
            let part = place.to_string();
            if !part.is_empty() {
                let dot = if name.is_empty() { "" } else { "." };
                name = format!("{name}{dot}{part}");
            }
        }
        *found.borrow_mut() = Some(match name.as_str() {
            "" => layer.to_owned(),
            name => format!("{name} ({layer})"),
        });
    }
}

impl<T: Scalar> Probe<T> for Trace {
    fn enter(&self, place: Place) {
        let mut path = self.path.borrow_mut();
        let place = match (path.last(), place) {
            (Some(Place::From(first)), Place::Index(index)) => Place::Index(first + index),
            _ => place,
        };
        path.push(place);
    }

    fn rename(&self, name: &'static str) {
        if let Some(last) = self.path.borrow_mut().last_mut() {
            *last = Place::Field(name);
        }
    }

    fn number(&self, first: usize) {
        if let Some(last) = self.path.borrow_mut().last_mut() {
            *last = Place::From(first);
        }
    }

    fn output(&self, layer: &'static str, y: &[T]) {
        self.note(layer, y, &self.output);
    }

    fn slope(&self, layer: &'static str, dx: &[T]) {
        self.note(layer, dx, &self.slope);
    }

    fn leave(&self) {
        self.path.borrow_mut().pop();
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
        match self {
            Self {
                sample: Some(sample),
                ..
            } => write!(f, ", sample {sample} of its batch is not finite")?,
            Self {
                weight: Some(name), ..
            } => write!(f, ", weights of {name} are not finite")?,
            _ => {}
        }
        if let Some(layer) = &self.output {
            write!(
                f,
                ", the first output that is not finite is that of {layer}"
            )?;
        } else if let Some(layer) = &self.slope {
            write!(
                f,
                ", the first gradient that is not finite is that of {layer}"
            )?;
        } else if let Some(name) = &self.gradient {
            write!(f, ", the gradient of {name} is not finite")?;
        }
        let largest = self.norms.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((name, norm)) = largest {
            write!(f, "; the longest gradient is that of {name}, {norm:.3e}")?;
        }
        write!(f, "; try a smaller rate, clipping, or look at the data")
    }
}

impl core::error::Error for NonFinite {}
