//! Augmentation: every time a sample is seen, it is seen a little differently.
//!
//! An augmentation is a small value, several of them are a tuple, and what is drawn at random comes from a key alone: the same
//! [`key`] of seed, epoch and sample gives the same bits, in whatever order and on whatever thread samples are prepared.
//!
//! ```
//! use core_tensor::{Image, Tensor};
//! use models::data::augment::{Augmenter, FlipHorizontal, Shift, key};
//!
//! let mut augmenter = Augmenter::new((Shift::by(1), FlipHorizontal { chance: 0.5 }));
//! let mut image = Tensor::<Image<3, 3, 1>>::from_fn(|i| i as f32);
//! augmenter.apply(&mut image, key(0, 1, 7));
//! let mut again = Tensor::from_fn(|i| i as f32);
//! augmenter.apply(&mut again, key(0, 1, 7));
//! assert_eq!(image, again);
//! ```

mod moves;
mod pixels;
mod warp;

use core_tensor::{Scalar, Shape, Tensor};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

pub use moves::{FlipHorizontal, FlipVertical, Shift};
pub use pixels::{Brightness, CutOut, SaltAndPepper};
pub use warp::{RandomCrop, Rotate, Zoom, resize};

/// A change to samples of shape `X` that leaves them what they are.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not change samples of shape `{X}`",
    label = "this augmentation is made for images `Image<H, W, C>`"
)]
pub trait Augment<X: Shape, T: Scalar = f32> {
    /// Changes `x`, at random as `key` says. `scratch` is room for another sample: what it holds before and after means nothing.
    fn apply(&self, x: &mut Tensor<X, T>, scratch: &mut Tensor<X, T>, key: u64);
}

/// The key of a sample in an epoch: all 64 bits change with each of the three numbers.
pub fn key(seed: u64, epoch: u64, sample: u64) -> u64 {
    [epoch, sample]
        .into_iter()
        .fold(mix(seed), |key, number| mix(key.wrapping_add(number)))
}

/// A bijection of 64 bits that leaves none where it was (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// What is drawn for one sample.
struct Draw(ChaCha8Rng);

impl Draw {
    fn new(key: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(key))
    }

    /// From 0 up to, but not, 1.
    fn share(&mut self) -> f64 {
        self.0.random()
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// One of `0, …, n − 1`.
    fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n)
    }
}

/// An augmentation with its scratch memory: what a training loop calls. It allocates once, here.
pub struct Augmenter<A, X: Shape, T: 'static = f32> {
    /// what is done to each sample
    pub augment: A,
    scratch: Box<Tensor<X, T>>,
}

impl<A: Augment<X, T>, X: Shape, T: Scalar> Augmenter<A, X, T> {
    /// An augmenter with memory for one sample.
    pub fn new(augment: A) -> Self {
        Self {
            augment,
            scratch: core_tensor::Zeroed::boxed(),
        }
    }

    /// Changes a sample; nothing is allocated.
    pub fn apply(&mut self, x: &mut Tensor<X, T>, key: u64) {
        self.augment.apply(x, &mut self.scratch, key);
    }
}

/// An augmentation that is applied with a chance, and otherwise leaves samples alone.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sometimes<A> {
    /// between 0 and 1
    pub chance: f64,
    /// what is applied
    pub augment: A,
}

impl<A: Augment<X, T>, X: Shape, T: Scalar> Augment<X, T> for Sometimes<A> {
    fn apply(&self, x: &mut Tensor<X, T>, scratch: &mut Tensor<X, T>, key: u64) {
        if Draw::new(key).share() < self.chance {
            self.augment.apply(x, scratch, mix(key));
        }
    }
}

// a tuple: one after another, each with a key of its own
macro_rules! tuples { ($($($name:ident)*;)+) => {$(
    impl<X: Shape, T: Scalar, $($name: Augment<X, T>),*> Augment<X, T> for ($($name,)*) {
        #[expect(non_snake_case, reason = "a part is called as its type")]
        fn apply(&self, x: &mut Tensor<X, T>, scratch: &mut Tensor<X, T>, key: u64) {
            let ($($name,)*) = self;
            let mut key = key;
            $(key = mix(key); $name.apply(x, scratch, key);)*
        }
    }
)+} }
tuples! {
    A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H;
}
