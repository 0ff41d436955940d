//! The one trait: what a layer is, and what passes through it.

use core_tensor::kernel::Start;
use core_tensor::{Arena, Batch, BatchMut, Params, Path, Room, Scalar, Shape, Tensor};

use crate::{Field, Part, Peers, Probe};

/// Whether a network is being trained or used: some layers differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// Forward is followed by backward.
    Train,
    /// As in use: nothing is drawn, running statistics count. Forward alone, but for frozen parts of a network that is trained.
    Infer,
}

/// What backward does with the gradient that it is given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gradients {
    /// Writes over whatever was there: the first backward of a step needs no zeroing.
    Overwrite,
    /// Adds to it: the later ones.
    Add,
}

/// One pass over a network: its memory, its mode, its random key.
#[derive(Debug)]
pub struct Pass<'a, T> {
    /// the memory that layers take their outputs from
    pub room: Arena<'a, T>,
    /// trained or used
    pub mode: Mode,
    /// what backward does with gradients
    pub gradients: Gradients,
    /// the key of a counter-based generator: the same key gives the same randomness, whatever the thread count; layers take theirs by
    /// [`draw`](Pass::draw)
    pub key: u64,
    /// whether [auxiliary heads](crate::Aux) are worked out: where a loss will judge them
    pub heads: bool,
    /// what looks on, if anything does
    pub probe: Option<&'a dyn Probe<T>>,
    /// the passes over the other parts of the batch, where this one sees but a part of it
    pub peers: Option<&'a Peers<'a, T>>,
}

impl<'a, T: Scalar> Pass<'a, T> {
    /// A pass that uses a network.
    pub fn infer(room: &'a mut [T]) -> Self {
        Self {
            room: Arena::new(room),
            mode: Mode::Infer,
            gradients: Gradients::Overwrite,
            key: 0,
            heads: false,
            probe: None,
            peers: None,
        }
    }

    /// A pass that uses a network to judge it: all of its outputs.
    pub fn judge(room: &'a mut [T]) -> Self {
        Self {
            heads: true,
            ..Self::infer(room)
        }
    }

    /// A pass that trains a network with the randomness of `key`.
    pub fn train(room: &'a mut [T], key: u64) -> Self {
        Self {
            room: Arena::new(room),
            mode: Mode::Train,
            gradients: Gradients::Overwrite,
            key,
            heads: true,
            probe: None,
            peers: None,
        }
    }

    /// Room for `n` samples, holding whatever was there.
    #[track_caller]
    pub fn batch<S: Shape>(&mut self, n: usize) -> BatchMut<'a, S, T> {
        self.room.batch(n)
    }

    /// A pass inside the pass, whose room comes free when it ends.
    pub fn scope(&mut self) -> Pass<'_, T> {
        Pass {
            room: self.room.scope(),
            mode: self.mode,
            gradients: self.gradients,
            key: self.key,
            heads: self.heads,
            probe: self.probe,
            peers: self.peers,
        }
    }

    /// A key of its own for a layer that draws at random; the next layer gets another.
    pub fn draw(&mut self) -> u64 {
        let key = self.key;
        self.key = core_tensor::random::bits(key, 0);
        key
    }

    /// What the sums of a gradient begin with.
    pub fn start(&self) -> Start<'static, T> {
        match self.gradients {
            Gradients::Overwrite => Start::Zero,
            Gradients::Add => Start::Output,
        }
    }
}

/// Takes samples of shape `X` to samples of shape `Y`, and their gradients back.
///
/// A custom layer implements this and [`Params`] (by `params!` or `no_params!`):
///
/// ```
/// use core_tensor::{Batch, BatchMut, Room, Scalar, Shape, Tensor, no_params};
/// use nn::{Layer, Pass};
///
/// /// `y = x²`
/// pub struct Square;
/// no_params!([] Square);
///
/// impl<X: Shape, T: Scalar> Layer<X, T> for Square {
///     type Y = X;
///     type Saved<'a> = Batch<'a, X, T>;
///     const NAME: &'static str = "Square";
///     const FLOPS: u64 = X::LEN as u64;
///     const ROOM: Room = Room::new(X::LEN, 0);
///
///     fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, X, T>, Self::Saved<'a>) {
///         let y = pass.batch::<X>(x.len());
///         for (y, &x) in Tensor::flat_mut(y).iter_mut().zip(Tensor::flat(x)) { *y = x * x; }
///         (y, x)
///     }
///
///     fn backward<'a>(&self, x: Self::Saved<'_>, dy: BatchMut<'a, X, T>, _: Option<&mut ()>, _: &mut Pass<'a, T>) -> BatchMut<'a, X, T> {
///         for (d, &x) in Tensor::flat_mut(dy).iter_mut().zip(Tensor::flat(x)) { *d *= x + x; }
///         dy
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not accept samples of shape `{X}`",
    label = "a layer in here is made for samples of another shape, or for other numbers than `{T}`"
)]
pub trait Layer<X: Shape, T: Scalar = f32>: Params<T> {
    /// The shape of an output sample, worked out by the compiler.
    type Y: Shape;
    /// What forward leaves for backward: mostly borrows of what lies in the arena already.
    type Saved<'a>;
    /// The layer's name in tables.
    const NAME: &'static str;
    /// Additions and multiplications of forward, a sample.
    const FLOPS: u64;
    /// What one forward and one backward take from the arena.
    const ROOM: Room;
    /// What [`forward_onto`](Layer::forward_onto), with its backward, takes from the arena.
    const ROOM_ONTO: Room = Self::ROOM;
    /// Which positions of the input a position of the output depends on: the same one, unless said.
    const FIELD: Field = Field::POINT;
    /// How many numbers the parts of a batch must tell one another at once, where samples see one another in training: none, unless said.
    const ACROSS: usize = 0;

    /// The outputs of a batch, and what backward will need.
    fn forward<'a>(
        &self,
        x: Batch<'a, X, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Self::Y, T>, Self::Saved<'a>);

    /// As [`forward`](Layer::forward) where the outputs are wanted as terms of a sum alone: they are written to `sum`, or added if `start`
    /// says so. A layer whose backward does not look at its outputs need not keep them then.
    fn forward_onto<'a>(
        &self,
        x: Batch<'a, X, T>,
        start: Start<'_, T>,
        sum: &mut [Tensor<Self::Y, T>],
        pass: &mut Pass<'a, T>,
    ) -> Self::Saved<'a> {
        let (y, saved) = self.forward(x, pass);
        crate::branch::collect(start, Tensor::flat(y), Tensor::flat_mut(sum));
        saved
    }

    /// Given the gradient of the outputs: writes that of the weights (none if they are frozen) and returns that of the inputs, which may
    /// reuse the memory of `dy`.
    fn backward<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, X, T>;

    /// As [`backward`](Layer::backward) where nobody wants the gradient of the inputs: the first layer that learns.
    fn backward_first<'a>(
        &self,
        saved: Self::Saved<'_>,
        dy: BatchMut<'a, Self::Y, T>,
        grad: Option<&mut Self::Grad>,
        pass: &mut Pass<'a, T>,
    ) {
        self.backward(saved, dy, grad, pass);
    }

    /// The layer as data, for tables and drawings. A layer made of layers says what they are: [`Part::chain`], [`Part::fork`].
    fn describe(path: &Path<'_>) -> Part {
        Part::layer::<Self, X, T>(path)
    }
}
