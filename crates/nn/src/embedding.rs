//! Words as vectors that are learned.

use core_tensor::kernel::Start;
use core_tensor::token::word;
use core_tensor::{
    Batch, BatchMut, Matrix, Room, Scalar, Sequence, Tensor, Token, Tokens, mutant, params,
};

use crate::{Class, Layer, Pass};

/// A vector of `O` numbers for each of `N` words: `y[l] = W[x[l]]`. The word number `PAD`, if one is given, fills sequences up: its vector
/// is zero and is not learned (PyTorch's `padding_idx`).
///
/// # Shapes
/// `x`: `Tokens<L, N>`, `y`: `Sequence<L, O>`, `W`: `Matrix<N, O>`.
///
/// # Gradient
/// `dW[n] = Σ dy[l]` over the places `l` where the word `n` stands. Words have no slope: `dx = 0`.
///
/// # Panics
/// If the numbers that it is given are no words of its vocabulary; [`Token`] makes none that are not.
///
/// ```
/// use core_tensor::{Tensor, Token, Tokens};
/// use nn::{Embedding, Network};
/// let mut net = Network::<Tokens<2, 3>, Embedding<3, 2>>::new(1);
/// net.layers.weight = Tensor::new([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
/// let words = [Tensor::new([Token::new(2), Token::new(0)])];
/// assert_eq!(net.predict(&words)[0], Tensor::new([[5.0, 6.0], [1.0, 2.0]]));
/// ```
///
/// Bengio et al.: A neural probabilistic language model (2003).
#[repr(C, align(64))]
pub struct Embedding<const N: usize, const O: usize, T: Scalar = f32, const PAD: isize = -1> {
    /// `W`, a row for each word
    pub weight: Tensor<Matrix<N, O>, T>,
}

params!(T: [const N: usize, const O: usize, T: Scalar, const PAD: isize] Embedding<N, O, T, PAD> { weight: Lookup Matrix<N, O> });

impl<const N: usize, T: Scalar> From<Class<N>> for Token<N, T> {
    fn from(class: Class<N>) -> Self {
        Self::new(class.index())
    }
}

impl<const L: usize, const N: usize, const O: usize, const PAD: isize, T: Scalar>
    Layer<Tokens<L, N>, T> for Embedding<N, O, T, PAD>
{
    type Y = Sequence<L, O>;
    type Saved<'a> = Batch<'a, Tokens<L, N>, T>;
    const NAME: &'static str = "Embedding";
    const FLOPS: u64 = 0;
    const ROOM: Room = Room::new(L * O, L);

    fn forward<'a>(
        &self,
        x: Batch<'a, Tokens<L, N>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Sequence<L, O>, T>, Self::Saved<'a>) {
        let y = pass.batch::<Sequence<L, O>>(x.len());
        let (vectors, places) = (self.weight.as_slice(), Tensor::flat_mut(y));
        for (&x, y) in Tensor::flat(x).iter().zip(places.chunks_exact_mut(O)) {
            match word(x, N) {
                word if word as isize == PAD => y.fill(T::zero()),
                word => y.copy_from_slice(&vectors[word * O..][..O]),
            }
        }
        (y, x)
    }

    fn backward<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Sequence<L, O>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Tokens<L, N>, T> {
        let dx = pass.batch(x.len());
        Tensor::flat_mut(dx).fill(T::zero());
        self.backward_first(x, dy, grad, pass);
        dx
    }

    fn backward_first<'a>(
        &self,
        x: Self::Saved<'_>,
        dy: BatchMut<'a, Sequence<L, O>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let (x, dy) = (Tensor::flat(x), Tensor::flat(dy));
        let sums = grad.weight.as_mut_slice();
        mutant::sum("Embedding", pass.start(), sums, |start, sums| {
            if let Start::Zero = start {
                sums.fill(T::zero());
            }
            for (&x, dy) in x.iter().zip(dy.chunks_exact(O)) {
                match word(x, N) {
                    word if word as isize == PAD => {}
                    word => T::add_to(dy, &mut sums[word * O..][..O]),
                }
            }
        });
    }
}
