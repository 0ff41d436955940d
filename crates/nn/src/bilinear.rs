//! The layer of products of two inputs.

use core_tensor::kernel::Start;
use core_tensor::{
    Batch, BatchMut, Image, Pair, Room, Scalar, Stored, Tensor, Vector, mutant, params,
};

use crate::linear::{by_input, by_weight, forward};
use crate::{Layer, Pass};

type Two<const I: usize, const J: usize> = Pair<Vector<I>, Vector<J>>;

/// Products of two inputs: `y[k] = Σ a[i]·W[i, j, k]·b[j] + c[k]` over `i` and `j`. The two come as a pair.
///
/// # Shapes
/// `x`: `Pair<Vector<I>, Vector<J>>` of `a` and `b`, `y`: `Vector<O>`, `W`: `Image<I, J, O>`, `c`: `Vector<O>`. PyTorch's weight has `O` first.
///
/// # Gradient
/// `da[i] = Σ W[i, j, k]·b[j]·dy[k]`, `db[j] = Σ W[i, j, k]·a[i]·dy[k]`, `dW[i, j, k] = Σ a[i]·b[j]·dy[k]`, `dc = Σ dy`.
///
/// ```
/// use core_tensor::{Pair, Tensor, Vector};
/// use nn::{Bilinear, Network};
/// let mut net = Network::<Pair<Vector<1>, Vector<2>>, Bilinear<1, 2, 1>>::new(1);
/// net.layers.weight = Tensor::new([[[1.0], [10.0]]]);
/// let x = Tensor::from((Tensor::new([2.0]), Tensor::new([3.0, 4.0])));
/// assert_eq!(net.predict(&[x])[0], Tensor::new([86.0]));
/// ```
///
/// Tenenbaum, Freeman: Separating style and content with bilinear models (2000).
#[repr(C, align(64))]
pub struct Bilinear<const I: usize, const J: usize, const O: usize, T: Scalar = f32> {
    /// `W`, indexed by the place in the first input, in the second, and in the output
    pub weight: Tensor<Image<I, J, O>, T>,
    /// `c`
    pub bias: Tensor<Vector<O>, T>,
}

params!([const I: usize, const J: usize, const O: usize] Bilinear<I, J, O> {
    weight [Stored::named("weight").ordered(&[2, 0, 1], &[])]: Weight Image<I, J, O>,
    bias: Bias Vector<O>,
});

impl<const I: usize, const J: usize, const O: usize, T: Scalar> Layer<Two<I, J>, T>
    for Bilinear<I, J, O, T>
{
    type Y = Vector<O>;
    /// the input, and its products `a[i]·b[j]`
    type Saved<'a> = (Batch<'a, Two<I, J>, T>, &'a [T]);
    const NAME: &'static str = "Bilinear";
    const FLOPS: u64 = (I * J * (2 * O + 1)) as u64;
    // backward: the gradient of the products, too, which is free again when it returns
    const ROOM: Room = Room::new(I * J, I + J)
        .then(Room::new(O, 0))
        .then(Room::new(0, I * J).scope());

    fn forward<'a>(
        &self,
        x: Batch<'a, Two<I, J>, T>,
        pass: &mut Pass<'a, T>,
    ) -> (Batch<'a, Vector<O>, T>, Self::Saved<'a>) {
        let products = pass.room.numbers(x.len() * I * J);
        let rows = Tensor::flat(x).chunks_exact(I + J);
        for (x, products) in rows.zip(products.chunks_exact_mut(I * J)) {
            let (a, b) = x.split_at(I);
            for (&a, products) in a.iter().zip(products.chunks_exact_mut(J)) {
                for (product, &b) in products.iter_mut().zip(b) {
                    *product = a * b;
                }
            }
        }
        let y = pass.batch(x.len());
        let start = Start::Row(self.bias.as_slice());
        forward(
            [I * J, O],
            products,
            self.weight.as_slice(),
            start,
            Tensor::flat_mut(y),
        );
        (y, (x, products))
    }

    fn backward<'a>(
        &self,
        (x, products): Self::Saved<'_>,
        dy: BatchMut<'a, Vector<O>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) -> BatchMut<'a, Two<I, J>, T> {
        let dx = pass.batch::<Two<I, J>>(x.len());
        let mut inner = pass.scope();
        let dproducts = inner.room.numbers(x.len() * I * J);
        by_input(
            [I * J, O],
            Tensor::flat(dy),
            self.weight.as_slice(),
            dproducts,
        );
        let rows = Tensor::flat(x).chunks_exact(I + J);
        let rows = rows.zip(Tensor::flat_mut(dx).chunks_exact_mut(I + J));
        for ((x, dx), dproducts) in rows.zip(dproducts.chunks_exact(I * J)) {
            let ((a, b), (da, db)) = (x.split_at(I), dx.split_at_mut(I));
            db.fill(T::zero());
            for ((&a, da), dproducts) in a.iter().zip(da).zip(dproducts.chunks_exact(J)) {
                *da = T::zero();
                for ((&b, db), &d) in b.iter().zip(&mut *db).zip(dproducts) {
                    *da += mutant::slope("Bilinear first", d * b);
                    *db += mutant::slope("Bilinear second", d * a);
                }
            }
        }
        self.backward_first((x, products), dy, grad, pass);
        dx
    }

    fn backward_first<'a>(
        &self,
        (_, products): Self::Saved<'_>,
        dy: BatchMut<'a, Vector<O>, T>,
        grad: Option<&mut Self>,
        pass: &mut Pass<'a, T>,
    ) {
        let Some(grad) = grad else { return };
        let dy = Tensor::flat(dy);
        by_weight(
            [I * J, O],
            products,
            dy,
            pass.start(),
            grad.weight.as_mut_slice(),
        );
        let bias = grad.bias.as_mut_slice();
        mutant::sum("Bilinear bias", pass.start(), bias, |start, bias| {
            T::sum_rows(dy, start, bias);
        });
    }
}
