//! Operations of other crates on a tape.

use alloc::boxed::Box;
use core::any::Any;

use core_tensor::Scalar;

use super::record::Record;

/// An operation on up to two shaped values that is not among those of [`Var`](crate::Var): a layer, say.
///
/// It is kept on the tape until the next recording, which uses it again if the same type comes at the same turn, so that it may own
/// memory without allocating anew.
pub trait Operation<T>: 'static {
    /// Its name, for those who look at the tape.
    fn name(&self) -> &'static str {
        "operation"
    }

    /// `y` from the inputs; `y` is zero before.
    fn forward(&mut self, inputs: [&[T]; 2], y: &mut [T]);

    /// Adds to the gradient of each input, where it is wanted, given the result and its gradient.
    fn backward(&mut self, inputs: [&[T]; 2], y: &[T], dy: &[T], gradients: [Option<&mut [T]>; 2]);
}

/// An operation that can be asked for its type.
pub(crate) trait AnyOperation<T>: Operation<T> {
    fn as_any(&mut self) -> &mut dyn Any;
}

impl<T, O: Operation<T>> AnyOperation<T> for O {
    fn as_any(&mut self) -> &mut dyn Any {
        self
    }
}

impl<T: Scalar> Record<T> {
    /// The number of the operation whose turn it is, ready: the one of the last recording if it is of the same type, else a new one.
    pub(crate) fn operation<O: Operation<T>>(
        &mut self,
        make: impl FnOnce() -> O,
        set: impl FnOnce(&mut O),
    ) -> u32 {
        let index = self.operations_used;
        self.operations_used += 1;
        let old = self.operations.get_mut(index);
        if !old.is_some_and(|old| old.as_mut().as_any().is::<O>()) {
            self.operations.truncate(index);
            self.operations.push(Box::new(make()));
        }
        let operation = self.operations[index].as_mut().as_any();
        set(operation
            .downcast_mut()
            .expect("of this type, or just made"));
        index as u32
    }
}
