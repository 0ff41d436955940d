//! One head of one sample: its products, by where its numbers lie among those of the batch.

use core_tensor::kernel::{Layout, Product, Start};
use core_tensor::{Scalar, mutant};

/// One head of one sample: where its numbers lie among those of the batch, and the products of its matrices.
#[derive(Clone, Copy)]
pub(super) struct Head {
    /// steps
    l: usize,
    /// numbers of a step, of all heads
    d: usize,
    /// numbers of a step, of this one
    each: usize,
    causal: bool,
    /// where questions, keys and values begin
    at: [usize; 3],
    /// where the output begins
    out: usize,
    /// where the softmax begins
    seen: usize,
}

impl Head {
    /// Every head of `samples` samples.
    pub(super) fn all(
        samples: usize,
        [l, d, heads]: [usize; 3],
        causal: bool,
    ) -> impl Iterator<Item = Self> {
        (0..samples * heads).map(move |number| {
            let (sample, each) = (number / heads, d / heads);
            let column = number % heads * each;
            Self {
                l,
                d,
                each,
                causal,
                at: [0, d, 2 * d].map(|part| sample * l * 3 * d + part + column),
                out: sample * l * d + column,
                seen: number * l * l,
            }
        })
    }

    /// `1/√(D/HEADS)`
    fn scale<T: Scalar>(self) -> T {
        T::of(1.0 / (self.each as f64).sqrt())
    }

    /// How many steps a step sees.
    fn sees(self, step: usize) -> usize {
        if self.causal { step + 1 } else { self.l }
    }

    /// `L×k` by `k×n`
    fn product(self, k: usize, n: usize, layout: Layout) -> Product {
        Product {
            m: self.l,
            k,
            n,
            layout,
        }
    }

    /// Writes the softmax and the output; `row` is work space.
    pub(super) fn forward<T: Scalar>(
        self,
        qkv: &[T],
        seen: &mut [T],
        out: &mut [T],
        row: &mut [T],
    ) {
        let Self { l, d, each, .. } = self;
        let [q, k, v] = self.at.map(|at| &qkv[at..]);
        let seen = &mut seen[self.seen..][..l * l];
        let fits = self.product(each, l, Layout::Nt);
        T::matmul_rows(fits, [3 * d, 3 * d, l], q, k, Start::Zero, seen);
        let scale = self.scale::<T>();
        for (i, seen) in seen.chunks_exact_mut(l).enumerate() {
            let (seen, hidden) = seen.split_at_mut(self.sees(i));
            let row = &mut row[..seen.len()];
            row.iter_mut()
                .zip(&*seen)
                .for_each(|(to, &s)| *to = s * scale);
            T::softmax_row(row, seen);
            hidden.fill(T::zero());
        }
        let takes = self.product(l, each, Layout::Nn);
        let out = &mut out[self.out..];
        T::matmul_rows(takes, [l, 3 * d, d], seen, v, Start::Zero, out);
    }

    /// Writes the gradients of questions, keys and values; `scores` is work space of `L×L` numbers.
    pub(super) fn backward<T: Scalar>(
        self,
        [qkv, seen, dout]: [&[T]; 3],
        dqkv: &mut [T],
        scores: &mut [T],
    ) {
        let Self { l, d, each, .. } = self;
        let [q, k, v] = self.at.map(|at| &qkv[at..]);
        let (seen, dout) = (&seen[self.seen..][..l * l], &dout[self.out..]);
        let mut write = |part: usize, product, rows, a: &[T], b: &[T]| {
            let to = &mut dqkv[self.at[part]..];
            T::matmul_rows(product, rows, a, b, Start::Zero, to);
        };
        let layout = mutant::layout("MultiHeadAttention values", Layout::Tn);
        let dvalues = self.product(l, each, layout);
        write(2, dvalues, [l, d, 3 * d], seen, dout);
        let of_seen = self.product(each, l, Layout::Nt);
        T::matmul_rows(of_seen, [d, 3 * d, l], dout, v, Start::Zero, scores);
        softmax_back(seen, scores, l, self.scale());
        mutant::values("MultiHeadAttention softmax", scores);
        let straight = self.product(l, each, Layout::Nn);
        write(0, straight, [l, 3 * d, 3 * d], scores, k);
        let layout = mutant::layout("MultiHeadAttention keys", Layout::Tn);
        let dkeys = self.product(l, each, layout);
        write(1, dkeys, [l, 3 * d, 3 * d], scores, q);
    }
}

/// `ds ← scale·p·(ds − Σ p·ds)`, row by row of `l`; what was not seen has `p = 0`.
#[inline(never)]
fn softmax_back<T: Scalar>(p: &[T], ds: &mut [T], l: usize, scale: T) {
    T::vectorize(
        #[inline(always)]
        || {
            for (p, ds) in p.chunks_exact(l).zip(ds.chunks_exact_mut(l)) {
                let along: T = p.iter().zip(&*ds).map(|(&p, &d)| p * d).sum();
                for (d, &p) in ds.iter_mut().zip(p) {
                    *d = scale * p * (*d - along);
                }
            }
        },
    );
}
