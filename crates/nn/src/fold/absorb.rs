//! The layers whose weights can take a scale and a shift of their outputs in.

use core_tensor::{Params, Scalar, Zeroed};

use crate::{
    Conv2d, Conv2dNoBias, GroupedConv2d, GroupedConv2dNoBias, Label, Linear, LinearNoBias, Named,
};

/// A layer that is linear in its weights, `y = f(x, w) + bias`: `a·y + b` is the same layer with other weights.
pub trait Absorb<T: Scalar>: Params<T> {
    /// The layer with a bias.
    type Biased: Zeroed;
    /// Writes the weights of `a·y + b`, channel by channel.
    fn absorb(&self, a: &[T], b: &[T], into: &mut Self::Biased);
}

/// `to = a·from`, whose rows go over the channels.
fn scale<T: Scalar>(from: &[T], a: &[T], to: &mut [T]) {
    let rows = from.chunks_exact(a.len()).zip(to.chunks_exact_mut(a.len()));
    for (from, to) in rows {
        for ((to, &from), &a) in to.iter_mut().zip(from).zip(a) {
            *to = a * from;
        }
    }
}

// a layer, itself with a bias, and its bias if it has one
macro_rules! absorbs { ($([$($generics:tt)*] $layer:ty => $biased:ty $(, $bias:ident)?;)+) => {$(
    impl<$($generics)* T: Scalar> Absorb<T> for $layer {
        type Biased = $biased;
        fn absorb(&self, a: &[T], b: &[T], into: &mut $biased) {
            scale(self.weight.as_slice(), a, into.weight.as_mut_slice());
            let bias = into.bias.as_mut_slice();
            bias.copy_from_slice(b);
            $(bias.iter_mut().zip(self.$bias.as_slice()).zip(a).for_each(|((bias, &own), &a)| *bias += a * own);)?
        }
    }
)+} }
absorbs! {
    [const I: usize, const O: usize,] Linear<I, O, T> => Linear<I, O, T>, bias;
    [const I: usize, const O: usize,] LinearNoBias<I, O, T> => Linear<I, O, T>;
    [const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize,]
        Conv2d<I, O, K, S, P, T, KW, SW, PW> => Conv2d<I, O, K, S, P, T, KW, SW, PW>, bias;
    [const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize,]
        Conv2dNoBias<I, O, K, S, P, T, KW, SW, PW> => Conv2d<I, O, K, S, P, T, KW, SW, PW>;
    [const G: usize, const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize, const D: usize, const DW: usize,]
        GroupedConv2d<G, I, O, K, S, P, T, KW, SW, PW, D, DW> => GroupedConv2d<G, I, O, K, S, P, T, KW, SW, PW, D, DW>, bias;
    [const G: usize, const I: usize, const O: usize, const K: usize, const S: usize, const P: usize, const KW: usize, const SW: usize, const PW: usize, const D: usize, const DW: usize,]
        GroupedConv2dNoBias<G, I, O, K, S, P, T, KW, SW, PW, D, DW> => GroupedConv2d<G, I, O, K, S, P, T, KW, SW, PW, D, DW>;
}

impl<N: Label, T: Scalar, F: Absorb<T>> Absorb<T> for Named<N, F> {
    type Biased = Named<N, F::Biased>;
    fn absorb(&self, a: &[T], b: &[T], into: &mut Self::Biased) {
        self.0.absorb(a, b, &mut into.0);
    }
}
