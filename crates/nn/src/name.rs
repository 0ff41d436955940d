//! Names for what a tuple can only number.

use core::marker::PhantomData;

use core_tensor::kernel::Start;
use core_tensor::{Batch, BatchMut, Path, Room, Scalar, Shape, Tensor, inner_params, mutant};

use crate::{Field, Layer, Part, Pass};

/// A name as a type; [`names!`](crate::names) makes them.
pub trait Label {
    /// The name.
    const NAME: &'static str;
}

/// No name at all: `Named<Unnamed, L>` leaves the place of `L` out of the names of its tensors.
pub enum Unnamed {}
impl Label for Unnamed {
    const NAME: &'static str = "";
}

/// Declares names for [`Named`]: `names! { pub Conv1 = "conv1", Bn1 = "bn1" }`.
#[macro_export]
macro_rules! names { ($($(#[$meta:meta])* $vis:vis $label:ident = $name:literal),+ $(,)?) => {$(
    $(#[$meta])*
    #[doc = concat!("`", $name, "`")]
    $vis enum $label {}
    impl $crate::Label for $label { const NAME: &'static str = $name; }
)+} }

/// A layer, or a tuple of them, under a name of the user's. The name stands in the place of the number or name that the layer would have
/// by its place: in errors, in the summary, in drawings, in files.
///
/// ```
/// use core_tensor::{Leaf, Params, Path};
/// use nn::{Linear, Named, Relu, Sum, Unnamed, names};
/// names! { Stem = "stem", Down = "downsample", Fc = "fc" }
///
/// type Block = Sum<Named<Unnamed, (Linear<4, 2>, Relu)>, Named<Down, Linear<4, 2>>>;
/// type Net = (Named<Stem, Linear<3, 4>>, Block, Named<Fc, Linear<2, 1>>);
/// let mut all = Vec::new();
/// let net = <Net as core_tensor::Zeroed>::boxed();
/// net.look(&Path::Root, &mut |leaf: Leaf<'_>, _: &[f32]| all.push(leaf.path.to_string()));
/// assert_eq!(all.join(" "), "stem.weight stem.bias 1.0.weight 1.0.bias 1.downsample.weight 1.downsample.bias fc.weight fc.bias");
/// ```
pub struct Named<N, L>(pub L, pub PhantomData<N>);
inner_params!([N: Label, L: core_tensor::Zeroed] Named<N, L> { L, 1 } => renamed::<N>);

/// What a path is part of.
fn parent<'p>(path: &'p Path<'p>) -> &'p Path<'p> {
    match path {
        Path::Field(parent, _) | Path::Index(parent, _) | Path::Way(parent, ..) => parent,
        Path::Numbered(whole, _) => whole,
        Path::Root => path,
    }
}

/// The path with its last part replaced.
fn renamed<'p, N: Label>(path: &'p Path<'p>) -> Path<'p> {
    let parent = parent(path);
    if N::NAME.is_empty() {
        *parent
    } else {
        parent.field(N::NAME)
    }
}

/// The same path, whose parts are numbered on from `FIRST` beside those of what it stands in.
fn numbered<'p, const FIRST: usize>(path: &'p Path<'p>) -> Path<'p> {
    parent(path).numbered(FIRST)
}

/// A tuple of layers, or a [`Repeat`](crate::Repeat), without a place of its own: its members are numbered on from `FIRST`, beside the
/// members of what it stands in. So a long sequence can be written in groups whose names in files are those of one sequence.
///
/// ```
/// use core_tensor::{Leaf, Params, Path, Zeroed};
/// use nn::{Linear, Numbered, Relu};
/// type Net = (Numbered<0, (Linear<3, 4>, Relu)>, Numbered<2, (Linear<4, 4>, Relu)>, Numbered<4, (Linear<4, 1>,)>);
/// let mut all = Vec::new();
/// Net::boxed().look(&Path::Root, &mut |leaf: Leaf<'_>, _: &[f32]| all.push(leaf.path.to_string()));
/// assert_eq!(all.join(" "), "0.weight 0.bias 2.weight 2.bias 4.weight 4.bias");
/// ```
pub struct Numbered<const FIRST: usize, L>(pub L);
inner_params!([const FIRST: usize, L: core_tensor::Zeroed] Numbered<FIRST, L> { L } => numbered::<FIRST>);

// what both hand on, once they have told who looks on
macro_rules! hands_on { ($($name:ident [$($generics:tt)*] [$($arg:ident),*] $tell:expr => $path:expr;)+) => {$(
    impl<$($generics)*, X: Shape, T: Scalar, L: Layer<X, T>> Layer<X, T> for $name<$($arg),*> {
        type Y = L::Y;
        type Saved<'a> = L::Saved<'a>;
        const NAME: &'static str = L::NAME;
        const FLOPS: u64 = L::FLOPS;
        const ROOM: Room = L::ROOM;
        const ROOM_ONTO: Room = L::ROOM_ONTO;
        const FIELD: Field = L::FIELD;
        const ACROSS: usize = L::ACROSS;

        fn forward<'a>(&self, x: Batch<'a, X, T>, pass: &mut Pass<'a, T>) -> (Batch<'a, L::Y, T>, L::Saved<'a>) {
            pass.probe.map($tell);
            self.0.forward(x, pass)
        }

        fn forward_onto<'a>(&self, x: Batch<'a, X, T>, start: Start<'_, T>, sum: &mut [Tensor<L::Y, T>], pass: &mut Pass<'a, T>) -> L::Saved<'a> {
            pass.probe.map($tell);
            self.0.forward_onto(x, start, sum, pass)
        }

        fn backward<'a>(&self, saved: L::Saved<'_>, dy: BatchMut<'a, L::Y, T>, grad: Option<&mut L::Grad>, pass: &mut Pass<'a, T>) -> BatchMut<'a, X, T> {
            pass.probe.map($tell);
            mutant::back(stringify!($name), self.0.backward(saved, dy, grad, pass))
        }

        fn backward_first<'a>(&self, saved: L::Saved<'_>, dy: BatchMut<'a, L::Y, T>, grad: Option<&mut L::Grad>, pass: &mut Pass<'a, T>) {
            pass.probe.map($tell);
            self.0.backward_first(saved, dy, grad, pass);
        }

        fn describe(path: &Path<'_>) -> Part {
            L::describe(&$path(path))
        }
    }
)+} }
hands_on! {
    Named [N: Label] [N, L] |probe| probe.rename(N::NAME) => renamed::<N>;
    Numbered [const FIRST: usize] [FIRST, L] |probe| probe.number(FIRST) => numbered::<FIRST>;
}
