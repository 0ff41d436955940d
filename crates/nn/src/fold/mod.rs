//! Copies of networks for use alone, in which every normalisation has gone into the weights before it.
//!
//! * this file: what can be folded, and layers made of layers
//! * `normed`: a layer and its normalisation, where there is something to fold
//! * `absorb`: the weights that take a normalisation in

mod absorb;
mod normed;

use alloc::boxed::Box;
use alloc::vec::Vec;

use core_tensor::{Leaf, Params, Path, Scalar, Visit, Zeroed};

use crate::{Aux, Concat, Frozen, Label, Named, Numbered, Product, Repeat, Residual, Sum};

pub use absorb::Absorb;
pub use normed::{Normaliser, Normed};

/// A layer that has another form for use alone, worked out from its type: `<L as Fold>::Folded`. Every [`Normed`] becomes its weights with
/// the running statistics multiplied in; all else stays, with the weights copied. The outputs in use are the same up to rounding, in less
/// time and memory; training would not be the same.
///
/// ```
/// use core_tensor::{Image, Tensor};
/// use nn::{BatchNormRelu, Conv2dNoBias, Flatten, Fold, Init, Linear, Network, Normed};
///
/// type Net = (Normed<Conv2dNoBias<1, 3, 3>, BatchNormRelu<3>>, Flatten, Linear<12, 2>);
/// let mut net = Network::<Image<4, 4, 1>, Net>::new(1);
/// net.init(Init::HeNormal, 0);
/// net.layers.0.1.0.mean = Tensor::new([0.5, -1.0, 2.0]);
/// let x = [Tensor::from_fn(|i| i as f32 / 8.0)];
///
/// // (Conv2d<1, 3, 3>, Relu), Flatten, Linear
/// let mut folded = Network::<Image<4, 4, 1>, <Net as Fold>::Folded>::new(1);
/// net.layers.fold(&mut folded.layers);
/// let (a, b) = (net.predict(&x), folded.predict(&x));
/// assert!(a[0].as_slice().iter().zip(b[0].as_slice()).all(|(a, b)| (a - b).abs() < 1e-5));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no form for use alone",
    note = "implement `Fold`: `type Folded = Self` and `nn::copy(self, folded)` if there is nothing to fold"
)]
pub trait Fold<T: Scalar = f32>: Params<T> {
    /// The layer for use alone.
    type Folded: Zeroed;

    /// Writes the weights of the layer for use alone.
    fn fold(&self, folded: &mut Self::Folded);

    /// The layer for use alone, in the heap.
    fn folded(&self) -> Box<Self::Folded> {
        let mut folded = Self::Folded::boxed();
        self.fold(&mut folded);
        folded
    }
}

/// Copies the weights of a network to another of its type, frozen ones and running statistics too.
pub fn copy<T: Scalar, L: Params<T>>(from: &L, to: &mut L) {
    let mut weights = Vec::with_capacity(L::COUNT);
    from.look(&Path::Root, &mut |_: Leaf<'_>, weight: &[T]| {
        weights.extend_from_slice(weight);
    });
    to.visit([], &Path::Root, &mut Paste(&weights));
}

/// What is still to be copied.
struct Paste<'w, T>(&'w [T]);

impl<T: Copy> Visit<T, 0> for Paste<'_, T> {
    fn tensor(&mut self, leaf: Leaf<'_>, weight: &mut [T], []: [&mut [T]; 0]) {
        self.frozen(leaf, weight);
    }

    fn frozen(&mut self, _: Leaf<'_>, weight: &mut [T]) {
        let (here, rest) = self.0.split_at(weight.len());
        weight.copy_from_slice(here);
        self.0 = rest;
    }
}

// layers in which there is nothing to fold
macro_rules! kept { ($([$($generics:tt)*] $layer:ty;)+) => {$(
    impl<T: Scalar, $($generics)*> Fold<T> for $layer {
        type Folded = Self;
        fn fold(&self, folded: &mut Self) { copy::<T, Self>(self, folded); }
    }
)+} }
kept! {
    [] ();
    [] crate::Relu;
    [] crate::Tanh;
    [] crate::Sigmoid;
    [] crate::Gelu;
    [] crate::Silu;
    [] crate::Softmax;
    [] crate::LogSoftmax;
    [] crate::Identity;
    [] crate::Flatten;
    [] crate::FlattenChannelsFirst;
    [] crate::GlobalAvgPool;
    [] crate::GlobalMaxPool;
    [const N: usize] crate::LocalResponseNorm<N>;
    [const H: usize, const W: usize] crate::AdaptiveAvgPool2d<H, W>;
    [const H: usize, const W: usize] crate::AdaptiveMaxPool2d<H, W>;
    [const R: usize] crate::PixelShuffle<R>;
    [const F: usize, const G: usize] crate::UpsampleNearest2d<F, G>;
    [const A: usize, const B: usize, const C: usize, const D: usize] crate::ZeroPad2d<A, B, C, D>;
    [const P: u32, const Q: u32] crate::Dropout<P, Q>;
    [const P: u32, const Q: u32] crate::ChannelDropout<P, Q>;
    [const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize] crate::MaxPool2d<K, S, P, KW, SW, PW>;
    [const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize, const C: bool] crate::AvgPool2d<K, S, P, KW, SW, PW, C>;
    [const I: usize, const O: usize] crate::Linear<I, O, T>;
    [const I: usize, const O: usize] crate::LinearNoBias<I, O, T>;
    [const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize] crate::Conv2d<I, O, K, S, P, T, KW, SW, PW>;
    [const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize] crate::Conv2dNoBias<I, O, K, S, P, T, KW, SW, PW>;
    [const G: usize, const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize, const D: usize, const DW: usize] crate::GroupedConv2d<G, I, O, K, S, P, T, KW, SW, PW, D, DW>;
    [const G: usize, const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize, const D: usize, const DW: usize] crate::GroupedConv2dNoBias<G, I, O, K, S, P, T, KW, SW, PW, D, DW>;
    [const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize, const E: usize, const EW: usize] crate::ConvTranspose2d<I, O, K, S, P, T, KW, SW, PW, E, EW>;
    [const C: usize, const E: u32] crate::BatchNorm<C, T, E>;
    [const C: usize, const E: u32] crate::BatchNormRelu<C, T, E>;
}

// layers around one layer
macro_rules! around { ($([$($generics:tt)*] $layer:ident $($arg:ident)?;)+) => {$(
    impl<$($generics)* T: Scalar, F: Fold<T>> Fold<T> for $layer<$($arg,)? F> {
        type Folded = $layer<$($arg,)? F::Folded>;
        fn fold(&self, folded: &mut Self::Folded) { self.0.fold(&mut folded.0); }
    }
)+} }
around! {
    [] Residual;
    [] Frozen;
    [] Concat;
    [N: Label,] Named N;
    [const N: usize,] Numbered N;
}

impl<T: Scalar, F: Fold<T>, const N: usize> Fold<T> for Repeat<F, N> {
    type Folded = Repeat<F::Folded, N>;
    fn fold(&self, folded: &mut Self::Folded) {
        for (layer, folded) in self.0.iter().zip(&mut folded.0) {
            layer.fold(folded);
        }
    }
}

// layers around two layers
macro_rules! two { ($($layer:ident)+) => {$(
    impl<T: Scalar, A: Fold<T>, B: Fold<T>> Fold<T> for $layer<A, B> {
        type Folded = $layer<A::Folded, B::Folded>;
        fn fold(&self, folded: &mut Self::Folded) { self.0.fold(&mut folded.0); self.1.fold(&mut folded.1); }
    }
)+} }
two! { Sum Product Aux }

macro_rules! tuples { ($($done:ident $i:tt)*;) => {}; ($($done:ident $i:tt)*; $next:ident $n:tt $($rest:tt)*) => {
    impl<T: Scalar, $($done: Fold<T>,)* $next: Fold<T>> Fold<T> for ($($done,)* $next,) {
        type Folded = ($($done::Folded,)* $next::Folded,);
        fn fold(&self, folded: &mut Self::Folded) { $(self.$i.fold(&mut folded.$i);)* self.$n.fold(&mut folded.$n); }
    }
    tuples! { $($done $i)* $next $n; $($rest)* }
} }
tuples! { ; L0 0 L1 1 L2 2 L3 3 L4 4 L5 5 L6 6 L7 7 L8 8 L9 9 L10 10 L11 11 L12 12 L13 13 L14 14 L15 15 }
